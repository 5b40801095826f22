#ifndef DISTARRAY_DISTRIBUTION_HPP
#define DISTARRAY_DISTRIBUTION_HPP

#include <cstdint>
#include <utility>
#include <vector>

#include "handle.hpp"

namespace darr {

/* A communicator by its Fortran handle (MPI_Comm_c2f); distarray_mpi.hpp makes one of an MPI_Comm. */
struct communicator {
    int handle;
};

/* Compares function and arguments of every collective call over the ranks from now on, or no longer.
 * Collective. */
inline void set_checks(communicator comm, bool on) { detail::check(darr_comm_set_checks(comm.handle, on)); }

/* Lets only ranks that pass the same number share memory from now on. Collective. */
inline void divide_node(communicator comm, int part) { detail::check(darr_comm_divide_node(comm.handle, part)); }

enum class order : int { c = DARR_ORDER_C, f = DARR_ORDER_F };
enum class grid_order : int { row_major = DARR_GRID_ROW_MAJOR, column_major = DARR_GRID_COLUMN_MAJOR };
enum class block_rule : int {
    balanced = DARR_BALANCED,
    ceil = DARR_CEIL,
    remainder_last = DARR_REMAINDER_LAST
};
enum class stagger : int {
    cell = DARR_STAGGER_CELL,
    face = DARR_STAGGER_FACE,
    face_upper = DARR_STAGGER_FACE_UPPER
};
/* How padding at the outer ends of imported dimensions is taken: as owned elements, the protocol's letter, or
 * as padding, what array::produce() had. */
enum class boundary : int { owned = DARR_BOUNDARY_OWNED, padding = DARR_BOUNDARY_PADDING };

/* One dimension, built up: dim::block(512).halo(2).periodic(). */
class dim {
  public:
    [[nodiscard]] static dim whole(std::int64_t extent) { return dim(extent, DARR_WHOLE); }
    [[nodiscard]] static dim block(std::int64_t extent) { return dim(extent, DARR_BLOCK); }
    [[nodiscard]] static dim cyclic(std::int64_t extent, std::int64_t block_size = 1) {
        dim made(extent, DARR_CYCLIC);
        made.plain_.block_size = block_size;
        return made;
    }
    /* `indices` are the global indices that the calling rank's grid coordinate owns. */
    [[nodiscard]] static dim unstructured(std::int64_t extent, std::vector<std::int64_t> indices) {
        dim made(extent, DARR_UNSTRUCTURED);
        made.indices_ = std::move(indices);
        return made;
    }

    /* Extent of the process grid; without it the library chooses. */
    dim &procs(int count) { return plain_.procs = count, *this; }
    dim &periodic(bool yes = true) { return plain_.periodic = yes, *this; }
    dim &rule(block_rule rule) { return plain_.rule = static_cast<int>(rule), *this; }
    /* procs + 1 ascending positions from 0 to the extent; they give procs too. */
    dim &cuts(std::vector<std::int64_t> positions) { return cuts_ = std::move(positions), *this; }
    dim &halo(std::int64_t width) { return halo(width, width); }
    dim &halo(std::int64_t below, std::int64_t above) {
        plain_.halo[0] = below;
        plain_.halo[1] = above;
        return *this;
    }
    dim &boundary(std::int64_t width) { return boundary(width, width); }
    dim &boundary(std::int64_t below, std::int64_t above) {
        plain_.boundary[0] = below;
        plain_.boundary[1] = above;
        return *this;
    }

    /* The struct of the C interface; it points into this object. Where cuts and procs disagree, one that every
     * call refuses. */
    [[nodiscard]] darr_dim plain() const {
        darr_dim filled = plain_;
        if (!cuts_.empty()) {
            const int procs = detail::count_of(cuts_) - 1;
            if (filled.procs != 0 && filled.procs != procs &&
                !detail::fits("cuts", cuts_.size(), static_cast<std::size_t>(filled.procs) + 1)) {
                filled.size = 0;
            }
            filled.procs = procs;
        }
        filled.cuts = detail::data_or_null(cuts_);
        filled.indices = detail::data_or_null(indices_);
        filled.n_indices = static_cast<std::int64_t>(indices_.size());
        return filled;
    }

  private:
    dim(std::int64_t extent, int map) {
        plain_.size = sizeof(darr_dim);
        plain_.extent = extent;
        plain_.map = map;
    }

    darr_dim plain_{};
    std::vector<std::int64_t> cuts_, indices_;
};

/* What concerns a distribution as a whole: dist_options().memory(order::f). */
class dist_options {
  public:
    /* Memory order of the arrays that the library allocates. */
    dist_options &memory(order which) { return plain_.order = static_cast<int>(which), *this; }
    dist_options &grid(grid_order which) { return plain_.grid_order = static_cast<int>(which), *this; }
    /* Which rank stands at each place of the grid, in row-major order. */
    dist_options &ranks(std::vector<int> list) { return ranks_ = std::move(list), *this; }

    [[nodiscard]] darr_dist_options plain() const {
        darr_dist_options filled = plain_;
        filled.size = sizeof(darr_dist_options);
        filled.ranks = detail::data_or_null(ranks_);
        filled.n_ranks = detail::count_of(ranks_);
        return filled;
    }

  private:
    darr_dist_options plain_{};
    std::vector<int> ranks_;
};

/* A half-open box of indices: lo[d] <= i < hi[d]. */
struct box {
    std::vector<std::int64_t> lo, hi;
};

/* What a section carries beyond its owned elements, per dimension. */
struct padding {
    std::vector<std::int64_t> below, above;
};

/* Who owns which global index. A rank of -1 below means the calling rank. */
class distribution {
  public:
    /* Collective. */
    distribution(communicator comm, const std::vector<dim> &dims, const dist_options &options = {}) {
        const auto list = plain(dims);
        const auto all = options.plain();
        handle_.reset(detail::created<darr_dist>([&](darr_dist **out) {
            return darr_dist_create(comm.handle, detail::count_of(dims), list.data(), &all, out);
        }));
    }
    /* Takes over a handle of the C interface. */
    explicit distribution(darr_dist *handle) noexcept : handle_(handle) {}

    /* From the box that each rank owns; `dims` gives halos and periods (empty: none of both). Collective. */
    [[nodiscard]] static distribution from_boxes(communicator comm, const box &mine,
                                                 const std::vector<dim> &dims = {},
                                                 const dist_options &options = {}) {
        const auto list = plain(dims);
        const auto all = options.plain();
        const bool good = detail::fits("hi", mine.hi.size(), mine.lo.size()) &&
                          (dims.empty() || detail::fits("dims", dims.size(), mine.lo.size()));
        return made([&](darr_dist **out) {
            return darr_dist_from_boxes(comm.handle, good ? detail::count_of(mine.lo) : -1, mine.lo.data(),
                                        mine.hi.data(), detail::data_or_null(list), &all, out);
        });
    }
    /* From a Cartesian communicator; cart_dims[d] is the dimension of it that cuts dimension d, -1: none.
     * Collective. */
    [[nodiscard]] static distribution from_cart(communicator cart, const std::vector<int> &cart_dims,
                                                const std::vector<dim> &dims,
                                                const dist_options &options = {}) {
        const auto list = plain(dims);
        const auto all = options.plain();
        const bool good = detail::fits("cart_dims", cart_dims.size(), dims.size());
        return made([&](darr_dist **out) {
            return darr_dist_from_cart(cart.handle, good ? detail::count_of(dims) : -1, cart_dims.data(),
                                       list.data(), &all, out);
        });
    }
    /* From the `ndim` dimensions of the Distributed Array Protocol that each rank has, nullptr on a rank outside
     * of the grid. Collective. */
    [[nodiscard]] static distribution from_dim_data(communicator comm, int ndim,
                                                    const darr_protocol_dim *dim_data, boundary rule,
                                                    const dist_options &options = {}) {
        const auto all = options.plain();
        return made([&](darr_dist **out) {
            return darr_dist_from_dim_data(comm.handle, ndim, dim_data, static_cast<int>(rule), &all, out);
        });
    }

    /* The faces or nodes that belong to the cells of this distribution. Collective. */
    [[nodiscard]] distribution staggered(const std::vector<stagger> &where) const {
        std::vector<int> codes;
        for (const stagger one : where) {
            codes.push_back(static_cast<int>(one));
        }
        const bool good = detail::fits("stagger", where.size(), dimensions());
        return made([&](darr_dist **out) {
            return good ? darr_dist_staggered(get(), codes.data(), out)
                        : darr_dist_staggered(get(), nullptr, nullptr);
        });
    }
    /* Every step-th index from start to stop, per dimension; no steps: 1. Local. */
    [[nodiscard]] distribution slice(const std::vector<std::int64_t> &start,
                                     const std::vector<std::int64_t> &stop,
                                     const std::vector<std::int64_t> &step = {}) const {
        detail::check_length("start", start.size(), dimensions());
        detail::check_length("stop", stop.size(), dimensions());
        if (!step.empty()) {
            detail::check_length("step", step.size(), dimensions());
        }
        return made([&](darr_dist **out) {
            return darr_dist_slice(get(), start.data(), stop.data(), detail::data_or_null(step), out);
        });
    }
    /* Without the dimensions `dims`. Local. */
    [[nodiscard]] distribution reduce(const std::vector<int> &dims) const {
        return made([&](darr_dist **out) {
            return darr_dist_reduce(get(), detail::count_of(dims), dims.data(), out);
        });
    }
    /* With the dimensions `dims` at an extent of 1. Local. */
    [[nodiscard]] distribution reduce_keeping(const std::vector<int> &dims) const {
        return made([&](darr_dist **out) {
            return darr_dist_reduce_keeping(get(), detail::count_of(dims), dims.data(), out);
        });
    }
    /* The global index of a place in row-major order, as argmin and argmax give it. Local. */
    [[nodiscard]] std::vector<std::int64_t> unravel(std::int64_t place) const {
        std::vector<std::int64_t> index(dimensions());
        detail::check(darr_dist_unravel(get(), place, index.data()));
        return index;
    }
    /* The target with its coordinates given to other ranks, so that the fewest elements change their rank on the way
     * from the source. Collective. */
    [[nodiscard]] static distribution relabel(const distribution &source, const distribution &target) {
        return made([&](darr_dist **out) { return darr_dist_relabel(source.get(), target.get(), out); });
    }
    /* Another owner of the same distribution. Local. */
    [[nodiscard]] distribution copy() const {
        return made([&](darr_dist **out) { return darr_dist_copy(get(), out); });
    }

    [[nodiscard]] int ndim() const {
        int ndim = 0;
        detail::check(darr_dist_ndim(get(), &ndim));
        return ndim;
    }
    [[nodiscard]] std::vector<std::int64_t> shape() const {
        std::vector<std::int64_t> shape(dimensions());
        detail::check(darr_dist_shape(get(), shape.data()));
        return shape;
    }
    [[nodiscard]] std::vector<int> grid() const {
        std::vector<int> grid(dimensions());
        detail::check(darr_dist_grid(get(), grid.data()));
        return grid;
    }
    /* All -1 for a rank outside the grid. */
    [[nodiscard]] std::vector<int> coords(int rank = -1) const {
        std::vector<int> coords(dimensions());
        detail::check(darr_dist_coords(get(), rank, coords.data()));
        return coords;
    }
    /* What a rank owns; block and whole dimensions only. */
    [[nodiscard]] box owned(int rank = -1) const {
        box owned{std::vector<std::int64_t>(dimensions()), std::vector<std::int64_t>(dimensions())};
        detail::check(darr_dist_box(get(), rank, owned.lo.data(), owned.hi.data()));
        return owned;
    }
    /* Number of owned elements per dimension. */
    [[nodiscard]] std::vector<std::int64_t> count(int rank = -1) const {
        std::vector<std::int64_t> count(dimensions());
        detail::check(darr_dist_count(get(), rank, count.data()));
        return count;
    }
    /* Global indices that the rank owns in a dimension, in the order of memory, for any map. */
    [[nodiscard]] std::vector<std::int64_t> indices(int dimension, int rank = -1) const {
        const auto counts = count(rank);
        const auto at = dimension < 0 ? dimension + detail::count_of(counts) : dimension;
        const bool known = at >= 0 && at < detail::count_of(counts);
        std::vector<std::int64_t> owned(known ? static_cast<std::size_t>(counts[static_cast<std::size_t>(at)]) : 0);
        detail::check(darr_dist_indices(get(), rank, dimension, static_cast<std::int64_t>(owned.size()),
                                        owned.data()));
        return owned;
    }
    [[nodiscard]] darr::padding padding(int rank = -1) const {
        darr::padding widths{std::vector<std::int64_t>(dimensions()),
                             std::vector<std::int64_t>(dimensions())};
        detail::check(darr_dist_padding(get(), rank, widths.below.data(), widths.above.data()));
        return widths;
    }
    [[nodiscard]] int owner(const std::vector<std::int64_t> &index) const {
        detail::check_length("index", index.size(), dimensions());
        int rank = 0;
        detail::check(darr_dist_owner(get(), index.data(), &rank));
        return rank;
    }
    [[nodiscard]] std::vector<std::int64_t> to_local(const std::vector<std::int64_t> &index,
                                                     int rank = -1) const {
        detail::check_length("index", index.size(), dimensions());
        std::vector<std::int64_t> local(index.size());
        detail::check(darr_dist_to_local(get(), rank, index.data(), local.data()));
        return local;
    }
    [[nodiscard]] std::vector<std::int64_t> to_global(const std::vector<std::int64_t> &local,
                                                      int rank = -1) const {
        detail::check_length("local", local.size(), dimensions());
        std::vector<std::int64_t> index(local.size());
        detail::check(darr_dist_to_global(get(), rank, local.data(), index.data()));
        return index;
    }
    [[nodiscard]] bool compatible(const distribution &other) const {
        int yes = 0;
        detail::check(darr_dist_compatible(get(), other.get(), &yes));
        return yes != 0;
    }

    /* The handle of the C interface, which this object keeps. */
    [[nodiscard]] darr_dist *get() const noexcept { return handle_.get(); }

  private:
    static std::vector<darr_dim> plain(const std::vector<dim> &dims) {
        std::vector<darr_dim> list;
        for (const dim &one : dims) {
            list.push_back(one.plain());
        }
        return list;
    }
    template <class Call> static distribution made(const Call &call) {
        return distribution(detail::created<darr_dist>(call));
    }
    [[nodiscard]] std::size_t dimensions() const { return static_cast<std::size_t>(ndim()); }

    detail::owner<darr_dist, darr_dist_free> handle_;
};

} // namespace darr

#endif
