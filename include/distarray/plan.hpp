#ifndef DISTARRAY_PLAN_HPP
#define DISTARRAY_PLAN_HPP

#include <cstdint>
#include <functional>
#include <string>
#include <memory>
#include <utility>
#include <vector>

#include "array.hpp"
#include "edge.hpp"

namespace darr {

/* Which ghosts an exchange fills: all of the halo, unless told otherwise. */
class halo_options {
  public:
    /* Faces only; corners and edges are left as they are. */
    halo_options &star(bool yes = true) { return plain_.star = yes, *this; }
    /* Boundary padding of the other dimensions travels along. */
    halo_options &carry_boundary(bool yes = true) { return plain_.carry_boundary = yes, *this; }
    /* Ghosts are added to the elements that they mirror instead of being filled from them. */
    halo_options &accumulate(bool yes = true) { return plain_.accumulate = yes, *this; }
    /* Only ghosts in these directions: -1 below, 0 beside, 1 above the owned elements in each dimension. */
    halo_options &offsets(const std::vector<std::vector<int>> &directions) {
        offsets_.clear();
        for (const auto &direction : directions) {
            offsets_.insert(offsets_.end(), direction.begin(), direction.end());
        }
        plain_.n_offsets = static_cast<int>(directions.size());
        listed_ = true;
        return *this;
    }
    /* Widths to fill, one per dimension. */
    halo_options &widths(std::vector<std::int64_t> below, std::vector<std::int64_t> above) {
        below_ = std::move(below);
        above_ = std::move(above);
        return *this;
    }
    /* What is filled beyond one end of a dimension once all ghosts have arrived: of one array of the list, or of all (-1). */
    halo_options &at(int dim, side where, const edge &filled, int array = -1) {
        edges_.push_back(filled.plain(dim, where, array));
        states_.push_back(filled.shared());
        plain_.n_edges = detail::count_of(edges_);
        return *this;
    }
    /* What the edges refer to. */
    [[nodiscard]] const std::vector<std::shared_ptr<edge::state>> &states() const noexcept { return states_; }
    /* The struct of the C interface; it points into this object. One that every call refuses unless widths are
     * given for `ndim` dimensions or not at all. */
    [[nodiscard]] darr_halo_options plain(int ndim) const {
        const auto n = static_cast<std::size_t>(ndim);
        const auto directions = static_cast<std::size_t>(plain_.n_offsets);
        const bool good = ((below_.empty() && above_.empty()) ||
                           (detail::fits("below", below_.size(), n) && detail::fits("above", above_.size(), n))) &&
                          detail::fits("offsets", offsets_.size(), directions * n);
        darr_halo_options filled = plain_;
        filled.size = good ? sizeof filled : 0;
        filled.below = detail::data_or_null(below_);
        filled.above = detail::data_or_null(above_);
        static const int empty = 0; /* An empty list is not the same as no list. */
        filled.offsets = listed_ && offsets_.empty() ? &empty : detail::data_or_null(offsets_);
        filled.edges = detail::data_or_null(edges_);
        return filled;
    }

  private:
    darr_halo_options plain_{};
    std::vector<std::int64_t> below_, above_;
    std::vector<int> offsets_;
    bool listed_ = false;
    std::vector<darr_edge> edges_;
    std::vector<std::shared_ptr<edge::state>> states_;
};

/* A reusable description of who sends what to whom, bound to its arrays. Borrowed memory must outlive it. */
class plan {
  public:
    using arrays = std::vector<std::reference_wrapper<const array>>;

    /* Fills the ghosts of arrays over one communicator, of any distributions, in one exchange. Collective. */
    [[nodiscard]] static plan halo(const arrays &list, const halo_options &options = {}) {
        const auto handles = handles_of(list);
        const int ndim = list.empty() ? 0 : list.front().get().dist().ndim();
        const auto plain = options.plain(ndim);
        plan made(detail::created<darr_plan>([&](darr_plan **out) {
            return darr_plan_halo(detail::count_of(handles), handles.data(), &plain, out);
        }));
        made.edges_ = options.states();
        return made;
    }
    /* Moves the elements of each source into the target at the same place of the list. Dimension d of a source becomes
     * dimension axes[d] of the target; without axes, d. Collective. */
    [[nodiscard]] static plan redistribute(const arrays &sources, const arrays &targets,
                                           combine mode = combine::insert, const std::vector<int> &axes = {}) {
        const auto from = handles_of(sources);
        const auto to = handles_of(targets);
        const int ndim = sources.empty() ? 0 : sources.front().get().dist().ndim();
        darr_move_options options = DARR_MOVE_OPTIONS_INIT;
        options.combine = static_cast<int>(mode);
        options.axes = detail::data_or_null(axes);
        if (!axes.empty() && !detail::fits("axes", axes.size(), static_cast<std::size_t>(ndim))) {
            options.size = 0;
        }
        const bool good = detail::fits("targets", targets.size(), sources.size());
        const int n = good || from.empty() ? detail::count_of(from) : -1;
        return plan(detail::created<darr_plan>([&](darr_plan **out) {
            return darr_plan_redistribute(n, from.data(), to.data(), &options, out);
        }));
    }
    /* Moves elements to arrays of other shapes: element number n of a source, counted in this order of the global
     * indices, becomes number n of its target. Collective. */
    [[nodiscard]] static plan reshape(const arrays &sources, const arrays &targets, order sequence = order::c,
                                      combine mode = combine::insert) {
        const auto from = handles_of(sources);
        const auto to = handles_of(targets);
        const auto options = options_of(mode, sequence);
        const bool good = detail::fits("targets", targets.size(), sources.size());
        const int n = good || from.empty() ? detail::count_of(from) : -1;
        return plan(detail::created<darr_plan>([&](darr_plan **out) {
            return darr_plan_redistribute(n, from.data(), to.data(), &options, out);
        }));
    }
    /* As redistribute(), between arrays of different communicators; `world` has the ranks of both. A rank outside of
     * one of them passes no such arrays, and axes count where there are sources. Collective over `world`. */
    [[nodiscard]] static plan redistribute_between(communicator world, const arrays &sources, const arrays &targets,
                                                   combine mode = combine::insert, const std::vector<int> &axes = {}) {
        darr_move_options options = DARR_MOVE_OPTIONS_INIT;
        options.combine = static_cast<int>(mode);
        options.axes = detail::data_or_null(axes);
        if (!axes.empty() && !sources.empty()) {
            const int ndim = sources.front().get().dist().ndim();
            if (!detail::fits("axes", axes.size(), static_cast<std::size_t>(ndim))) {
                options.size = 0;
            }
        }
        return between(world, sources, targets, options);
    }
    /* As reshape(), between arrays of different communicators. Collective over `world`. */
    [[nodiscard]] static plan reshape_between(communicator world, const arrays &sources, const arrays &targets,
                                              order sequence = order::c, combine mode = combine::insert) {
        return between(world, sources, targets, options_of(mode, sequence));
    }
    /* Brings the elements at this rank's list of global indices, one entry per dimension each, to its values, of which it
     * owns as many. Collective. */
    [[nodiscard]] static plan gather(const array &from, const std::vector<std::int64_t> &indices, const array &values) {
        return plan(detail::created<darr_plan>([&](darr_plan **out) {
            return darr_plan_gather(from.get(), from.count_of_points(indices), indices.data(), values.get(), out);
        }));
    }
    /* Brings this rank's values to the elements at its list of global indices. Collective. */
    [[nodiscard]] static plan scatter(const array &to, const std::vector<std::int64_t> &indices, const array &values,
                                      combine mode = combine::insert) {
        return plan(detail::created<darr_plan>([&](darr_plan **out) {
            return darr_plan_scatter(to.get(), to.count_of_points(indices), indices.data(), values.get(),
                                     static_cast<int>(mode), out);
        }));
    }
    /* Takes over a handle of the C interface. */
    explicit plan(darr_plan *handle) noexcept : handle_(handle) {}

    /* Starts an exchange. Until end() returns, owned elements that are sent may be read, not written, and
     * ghosts are undefined. Collective. */
    void begin() { detail::check(darr_plan_begin(get())); }
    void end() { finish(darr_plan_end(get())); }
    void run() { finish(darr_plan_run(get())); }

    /* Whether end() would return at once; moves the exchange on. Local. */
    [[nodiscard]] bool test() {
        int done = 0;
        detail::check(darr_plan_test(get(), &done));
        return done != 0;
    }

    /* What this rank does at each run. Local. */
    [[nodiscard]] darr_plan_info describe() const {
        darr_plan_info info = DARR_PLAN_INFO_INIT;
        detail::check(darr_plan_describe(get(), &info));
        return info;
    }

    /* The messages that this rank sends, ascending by the other rank. Local. */
    [[nodiscard]] std::vector<darr_neighbour> sends() const { return neighbours(DARR_SENDS, describe().sends); }
    /* Those that it receives. Local. */
    [[nodiscard]] std::vector<darr_neighbour> receives() const {
        return neighbours(DARR_RECEIVES, describe().receives);
    }
    /* The same in words, a line for each neighbour. Local. */
    [[nodiscard]] std::string text() const {
        std::vector<char> room(static_cast<std::size_t>(describe().text));
        detail::check(darr_plan_text(get(), static_cast<std::int64_t>(room.size()), room.data()));
        return std::string(room.data());
    }

    /* The handle of the C interface, which this object keeps. */
    [[nodiscard]] darr_plan *get() const noexcept { return handle_.get(); }

  private:
    std::vector<darr_neighbour> neighbours(int direction, std::int64_t count) const {
        const darr_neighbour initial = DARR_NEIGHBOUR_INIT;
        std::vector<darr_neighbour> list(static_cast<std::size_t>(count), initial);
        for (std::int64_t i = 0; i < count; i++) {
            detail::check(darr_plan_neighbour(get(), direction, i, &list[static_cast<std::size_t>(i)]));
        }
        return list;
    }
    static darr_move_options options_of(combine mode, order sequence) {
        darr_move_options options = DARR_MOVE_OPTIONS_INIT;
        options.combine = static_cast<int>(mode);
        options.reshape = sequence == order::c ? DARR_RESHAPE_C : DARR_RESHAPE_F;
        return options;
    }
    static plan between(communicator world, const arrays &sources, const arrays &targets,
                        const darr_move_options &options) {
        const auto from = handles_of(sources);
        const auto to = handles_of(targets);
        const bool good = from.empty() || to.empty() || detail::fits("targets", to.size(), from.size());
        const int n = !good ? -1 : from.empty() ? detail::count_of(to) : detail::count_of(from);
        return plan(detail::created<darr_plan>([&](darr_plan **out) {
            return darr_plan_redistribute_between(world.handle, n, detail::data_or_null(from),
                                                  detail::data_or_null(to), &options, out);
        }));
    }
    static std::vector<darr_array *> handles_of(const arrays &list) {
        std::vector<darr_array *> handles;
        for (const array &one : list) {
            handles.push_back(one.get());
        }
        return handles;
    }

    /* What a callback threw on this rank comes before what the library says of it. */
    void finish(int code) {
        for (const auto &filled : edges_) {
            if (filled->thrown) {
                std::rethrow_exception(std::exchange(filled->thrown, nullptr));
            }
        }
        detail::check(code);
    }

    /* Destroyed after the plan, which refers to them. */
    std::vector<std::shared_ptr<edge::state>> edges_;
    detail::owner<darr_plan, darr_plan_free> handle_;
};

} // namespace darr

#endif
