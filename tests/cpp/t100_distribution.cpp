// Distributions through the C++ face: builders, queries, derived distributions, ownership of handles.
#include "check.hpp"

#include <numeric>
#include <type_traits>

using darr::dim;
using darr::distribution;
using index = std::vector<std::int64_t>;

static_assert(!std::is_copy_constructible_v<distribution> &&
              std::is_nothrow_move_constructible_v<distribution>);

static std::int64_t elements(const index &counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{1}, std::multiplies<>());
}

// Every global index is owned by the rank that owner() names, and local indices lead back to it.
static void check_tiling(const distribution &dist) {
    const index shape = dist.shape();
    std::int64_t owned = 0;
    for (int rank = 0; rank < check::size; ++rank) {
        owned += elements(dist.count(rank));
    }
    CHECK_EQUAL(owned, elements(shape));
    for (std::int64_t i = 0; i < shape[0]; ++i) {
        for (std::int64_t j = 0; j < shape[1]; ++j) {
            const int owner = dist.owner({i, j});
            CHECK_EQUAL(dist.to_global(dist.to_local({i, j}, owner), owner) == (index{i, j}), true);
        }
    }
}

static void from_shape(darr::communicator world) {
    const distribution dist(world, {dim::block(13).halo(2, 1).periodic(), dim::block(7).boundary(1)});
    CHECK_EQUAL(dist.ndim(), 2);
    CHECK_EQUAL(dist.shape() == (index{13, 7}), true);
    check_tiling(dist);
    const auto grid = dist.grid();
    CHECK_EQUAL(grid[0] * grid[1] <= check::size, true);
    if (dist.coords()[0] >= 0 && elements(dist.count()) > 0) {
        const auto widths = dist.padding();
        const auto mine = dist.owned();
        CHECK_EQUAL(widths.below[0], 2);
        CHECK_EQUAL(widths.above[0], 1);
        CHECK_EQUAL(widths.below[1], mine.lo[1] == 0 ? 1 : 0);
        CHECK_EQUAL(widths.above[1], mine.hi[1] == 7 ? 1 : 0);
        CHECK_EQUAL(dist.to_local(mine.lo) == (index{2, widths.below[1]}), true);
    }
    check_tiling(distribution(world, {dim::cyclic(11, 2).procs(check::size), dim::whole(3)}));

    const distribution cut(
        world, {dim::block(10).cuts(check::size == 2 ? index{0, 3, 10} : index{0, 10}), dim::whole(2)});
    CHECK_EQUAL(cut.owned(0).hi[0], check::size == 2 ? 3 : 10);
    CHECK_THROWS(distribution(world, {dim::block(10).procs(3).cuts({0, 10})}), DARR_ERR_ARGUMENT, "cuts");
    CHECK_THROWS(distribution(world, {dim::block(-1)}), DARR_ERR_ARGUMENT, "-1");
}

static void unstructured(darr::communicator world) {
    index mine;
    for (std::int64_t i = check::rank; i < 10; i += check::size) {
        mine.push_back(9 - i);
    }
    const distribution dist(world, {dim::unstructured(10, mine).procs(check::size)});
    CHECK_EQUAL(dist.count()[0], static_cast<std::int64_t>(mine.size()));
    CHECK_EQUAL(dist.to_global({0})[0], mine[0]);
}

static void from_boxes(darr::communicator world) {
    const std::int64_t n = check::size;
    // Ranks in reverse order along the first dimension.
    const std::int64_t place = n - 1 - check::rank;
    const auto dist = distribution::from_boxes(world, {{3 * place, 0}, {3 * place + 3, 4}});
    CHECK_EQUAL(dist.shape() == (index{3 * n, 4}), true);
    CHECK_EQUAL(dist.owner({0, 0}), check::size - 1);
    check_tiling(dist);
    CHECK_THROWS(static_cast<void>(distribution::from_boxes(world, {{0, 0}, {1}})), DARR_ERR_ARGUMENT, "hi");
    if (n > 1) {
        CHECK_THROWS(static_cast<void>(distribution::from_boxes(world, {{0}, {2}})), DARR_ERR_ARGUMENT,
                     "rank");
    }
}

static void from_cart(darr::communicator) {
    int dims[1] = {check::size}, periods[1] = {1};
    MPI_Comm line;
    MPI_Cart_create(MPI_COMM_WORLD, 1, dims, periods, 0, &line);
    {
        const auto dist =
            distribution::from_cart(darr::comm(line), {-1, 0}, {dim::whole(5), dim::block(12).halo(1)});
        CHECK_EQUAL(dist.grid() == (std::vector<int>{1, check::size}), true);
        CHECK_EQUAL(dist.coords()[1], check::rank);
        CHECK_EQUAL(dist.padding().below[1], 1);
    }
    MPI_Comm_free(&line);
}

static void derived(darr::communicator world) {
    const distribution cells(world, {dim::block(12), dim::block(9).periodic()});
    const auto faces = cells.staggered({darr::stagger::face, darr::stagger::face});
    CHECK_EQUAL(faces.shape() == (index{13, 9}), true);
    CHECK_EQUAL(faces.grid() == cells.grid(), true);
    CHECK_THROWS(static_cast<void>(cells.staggered({darr::stagger::face})), DARR_ERR_ARGUMENT, "stagger");

    const auto slice = cells.slice({2, 0}, {-1, 9});
    CHECK_EQUAL(slice.shape() == (index{9, 9}), true);
    CHECK_EQUAL(slice.owner({0, 0}), cells.owner({2, 0}));
    const auto row = cells.reduce({0});
    CHECK_EQUAL(row.shape() == (index{9}), true);

    distribution copy = cells.copy();
    CHECK_EQUAL(copy.compatible(cells), true);
    CHECK_EQUAL(copy.compatible(faces), false);
    const distribution moved = std::move(copy);
    CHECK_EQUAL(moved.ndim(), 2);
    CHECK_THROWS(static_cast<void>(copy.ndim()), DARR_ERR_HANDLE, "");
}

static void wrong_on_one_rank(darr::communicator world) {
    const std::vector<dim> two{dim::block(10), dim::whole(3)};
    CHECK_THROWS_EVERYWHERE(distribution(world, {dim::block(10).procs(1).cuts({0, 5, 10}), dim::whole(3)}),
                            distribution(world, two), "cuts has 3 entries; 2 are needed");
    CHECK_THROWS_EVERYWHERE(distribution(world, {dim::whole(10), dim::block(9).procs(-1).cuts({0, 9})}),
                            distribution(world, two), "cuts has 2 entries; 0 are needed");
    const std::int64_t place = check::rank;
    const darr::box mine{{place, 0}, {place + 1, 2}};
    CHECK_THROWS_EVERYWHERE(static_cast<void>(distribution::from_boxes(world, {{0, 0}, {1}})),
                            static_cast<void>(distribution::from_boxes(world, mine)),
                            "hi has 1 entries; 2 are needed");
    CHECK_THROWS_EVERYWHERE(static_cast<void>(distribution::from_boxes(world, mine, {dim::block(4)})),
                            static_cast<void>(distribution::from_boxes(world, mine)), "dims has 1 entries");
    CHECK_THROWS_EVERYWHERE(static_cast<void>(distribution::from_cart(world, {0}, two)),
                            static_cast<void>(distribution::from_cart(world, {0, -1}, two)),
                            check::size == 1 ? "cart_dims has 1 entries" : "Cartesian");
    const distribution cells(world, two);
    using darr::stagger;
    CHECK_THROWS_EVERYWHERE(static_cast<void>(cells.staggered({stagger::face})),
                            static_cast<void>(cells.staggered({stagger::face, stagger::cell})),
                            "stagger has 1 entries; 2 are needed");
    const distribution point(world, {});
    CHECK_THROWS_EVERYWHERE(static_cast<void>(point.staggered({stagger::face})),
                            static_cast<void>(point.staggered({})), "stagger has 1 entries; 0 are needed");
    check_tiling(cells);
}

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        const auto world = darr::comm(MPI_COMM_WORLD);
        wrong_on_one_rank(world);
        darr::set_checks(world, true);
        wrong_on_one_rank(world);
        from_shape(world);
        unstructured(world);
        from_boxes(world);
        from_cart(world);
        derived(world);
        CHECK_THROWS(distribution(darr::comm(MPI_COMM_NULL), {dim::block(4)}), DARR_ERR_COMM, "");
    });
}
