// Parts fetched and put, assignment, new arrays of chosen elements through the C++ face, compared by value.
#include "check.hpp"

using darr::array;
using darr::dim;
using darr::distribution;
using darr::dtype;

static std::int64_t value(std::int64_t i, std::int64_t j) { return 1000 * i + j; }

static array field(darr::communicator world) {
    array made(distribution(world, {dim::block(11), dim::cyclic(7)}), dtype::int64);
    for (std::int64_t i = 0; i < 11; ++i) {
        for (std::int64_t j = 0; j < 7; ++j) {
            made.set({i, j}, value(i, j));
        }
    }
    return made;
}

static void fetch_and_put(darr::communicator world) {
    auto source = field(world);
    std::vector<std::int64_t> all(77, -1);
    const bool root = check::rank == check::size - 1;
    if (root) {
        source.fetch({darr::ellipsis()}, all.data());
    } else {
        source.fetch<std::int64_t>();
    }
    for (std::int64_t k = 0; k < 77; ++k) {
        CHECK_EQUAL(all[static_cast<std::size_t>(k)], root ? value(k / 7, k % 7) : -1);
    }
    // Each rank its own row, backwards, with gaps.
    const std::int64_t row = check::rank % 11;
    double line[14];
    source.fetch({row, darr::range(darr::none, darr::none, -1)}, line, {2 * sizeof(double)});
    for (int j = 0; j < 7; ++j) {
        CHECK_EQUAL(line[2 * j], static_cast<double>(value(row, 6 - j)));
    }
    const std::int64_t one = 1;
    source.put({row, 3}, &one, darr::combine::add);
    CHECK_EQUAL(source.get<std::int64_t>({0, 3}), value(0, 3) + 1);
    source.put<std::int64_t>();
    std::int64_t pair[2] = {5, 6};
    if (root) {
        source.put({darr::range(9, darr::none), 0}, pair);
    } else {
        source.put<std::int64_t>();
    }
    CHECK_EQUAL(source.get<std::int64_t>({9, 0}), 5);
    CHECK_EQUAL(source.get<std::int64_t>({10, 0}), 6);
    CHECK_THROWS_EVERYWHERE(source.fetch({row}, line, {8, 8}), source.fetch({row}, line, {8}),
                            "strides has 2 entries; 1 are needed");
    CHECK_THROWS(source.fetch({11}, line), DARR_ERR_ARGUMENT, "11");
}

static void assign(darr::communicator world) {
    const auto source = field(world);
    array target(distribution(world, {dim::cyclic(4, 2), dim::block(11), dim::block(7)}), dtype::float64);
    target.assign(source);
    CHECK_EQUAL(target.get<double>({3, 10, 6}), static_cast<double>(value(10, 6)));
    auto plane = target.slice({darr::all(), 2});
    plane.assign(source.slice({5}));
    CHECK_EQUAL(target.get<double>({1, 2, 4}), static_cast<double>(value(5, 4)));
    CHECK_EQUAL(target.get<double>({1, 3, 4}), static_cast<double>(value(3, 4)));
    CHECK_THROWS(target.assign(target.slice({darr::all(), darr::range(0, 3)})), DARR_ERR_ARGUMENT, "extent");
}

static void choose(darr::communicator world) {
    const auto source = field(world);
    const auto taken = source.take(1, {6, 0, 0});
    CHECK_EQUAL(taken.dist().shape()[1], 3);
    CHECK_EQUAL(taken.get<std::int64_t>({10, 0}), value(10, 6));
    CHECK_EQUAL(taken.get<std::int64_t>({4, 2}), value(4, 0));
    const auto picked = source.pick({check::rank % 11, 2, -1, -1});
    CHECK_EQUAL(picked.view<std::int64_t>()(0), value(check::rank % 11, 2));
    CHECK_EQUAL(picked.get<std::int64_t>({2 * check::size - 1}), value(10, 6));
    array truths(distribution(world, {dim::whole(11), dim::block(7)}), dtype::bool8);
    truths.set({3, 5}, true);
    truths.set({9, 1}, true);
    const auto masked = source.mask(truths);
    CHECK_EQUAL(masked.dist().shape()[0], 2);
    CHECK_EQUAL(masked.get<std::int64_t>({0}), value(3, 5));
    CHECK_EQUAL(masked.get<std::int64_t>({1}), value(9, 1));
    CHECK_THROWS_EVERYWHERE(static_cast<void>(source.pick({1, 2, 3})), static_cast<void>(source.pick({1, 2})),
                            "indices has 3 entries");
    CHECK_THROWS(static_cast<void>(source.take(2, {0})), DARR_ERR_ARGUMENT, "dimension");
    CHECK_THROWS(static_cast<void>(source.mask(source)), DARR_ERR_ARGUMENT, "bool");
}

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        const auto world = darr::comm(MPI_COMM_WORLD);
        fetch_and_put(world);
        assign(world);
        choose(world);
    });
}
