#ifndef DISTARRAY_PLAN_HPP
#define DISTARRAY_PLAN_HPP

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "array.hpp"

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
        return *this;
    }
    /* Widths to fill, one per dimension. */
    halo_options &widths(std::vector<std::int64_t> below, std::vector<std::int64_t> above) {
        below_ = std::move(below);
        above_ = std::move(above);
        return *this;
    }
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
        filled.offsets = detail::data_or_null(offsets_);
        return filled;
    }

  private:
    darr_halo_options plain_{};
    std::vector<std::int64_t> below_, above_;
    std::vector<int> offsets_;
};

/* What becomes of the old values of a redistribution's targets. */
enum class combine : int {
    insert = DARR_COMBINE_INSERT,
    add = DARR_COMBINE_ADD,
    min = DARR_COMBINE_MIN,
    max = DARR_COMBINE_MAX
};

/* A reusable description of who sends what to whom, bound to its arrays, which must outlive its runs. */
class plan {
  public:
    using arrays = std::vector<std::reference_wrapper<const array>>;

    /* Fills the ghosts of arrays over one communicator, of any distributions, in one exchange. Collective. */
    [[nodiscard]] static plan halo(const arrays &list, const halo_options &options = {}) {
        const auto handles = handles_of(list);
        const int ndim = list.empty() ? 0 : list.front().get().dist().ndim();
        const auto plain = options.plain(ndim);
        return plan(detail::created<darr_plan>([&](darr_plan **out) {
            return darr_plan_halo(detail::count_of(handles), handles.data(), &plain, out);
        }));
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
    /* Brings the elements at this rank's list of global indices, one entry per dimension each, to its values, of which it
     * owns as many. Collective. */
    [[nodiscard]] static plan gather(const array &from, const std::vector<std::int64_t> &indices, const array &values) {
        return plan(detail::created<darr_plan>([&](darr_plan **out) {
            return darr_plan_gather(from.get(), count_of_indices(from, indices), indices.data(), values.get(), out);
        }));
    }
    /* Brings this rank's values to the elements at its list of global indices. Collective. */
    [[nodiscard]] static plan scatter(const array &to, const std::vector<std::int64_t> &indices, const array &values,
                                      combine mode = combine::insert) {
        return plan(detail::created<darr_plan>([&](darr_plan **out) {
            return darr_plan_scatter(to.get(), count_of_indices(to, indices), indices.data(), values.get(),
                                     static_cast<int>(mode), out);
        }));
    }
    /* Takes over a handle of the C interface. */
    explicit plan(darr_plan *handle) noexcept : handle_(handle) {}

    /* Starts an exchange. Until end() returns, owned elements that are sent may be read, not written, and
     * ghosts are undefined. Collective. */
    void begin() { detail::check(darr_plan_begin(get())); }
    void end() { detail::check(darr_plan_end(get())); }
    void run() { detail::check(darr_plan_run(get())); }

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
    /* A number that the library refuses, on every rank, where the list has no whole number of indices. */
    static std::int64_t count_of_indices(const array &list, const std::vector<std::int64_t> &indices) {
        const auto ndim = static_cast<std::size_t>(list.dist().ndim());
        const auto n = ndim == 0 ? 0 : indices.size() / ndim;
        return detail::fits("indices", indices.size(), n * ndim) ? static_cast<std::int64_t>(n) : -1;
    }
    static std::vector<darr_array *> handles_of(const arrays &list) {
        std::vector<darr_array *> handles;
        for (const array &one : list) {
            handles.push_back(one.get());
        }
        return handles;
    }

    detail::owner<darr_plan, darr_plan_free> handle_;
};

} // namespace darr

#endif
