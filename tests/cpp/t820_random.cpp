// Random numbers through the C++ face: the values of the C interface, parts alone, what is refused.
#include "check.hpp"

using darr::array;
using darr::dim;
using darr::distribution;
using darr::dtype;

static void values(darr::communicator world) {
    array x(distribution(world, {dim::block(40).halo(1), dim::cyclic(30)}), dtype::float64);
    array part(distribution(world, {dim::block(10), dim::block(15)}), dtype::float64);
    // The first number of seed 0 and stream 0: the bits 0x6627e8d5, 0xe169c58d of Philox 4x32-10.
    darr::random(0).uniform(x);
    CHECK_EQUAL(x.get<double>({0, 0}), static_cast<double>(0xe169c58d6627e8d5u >> 11) / 9007199254740992.0);
    darr::random(0).uniform(x, 5, 5);
    CHECK_EQUAL(x.reduce<double>(darr::reduction_op::std), 0.0);
    const auto numbers = darr::random(7, -3);
    numbers.normal(x);
    darr::random(7, -3).part({40, 30}, {39, 1}, {-4, 2}).normal(part);
    for (std::int64_t i = 0; i < 10; ++i) {
        for (std::int64_t j = 0; j < 15; j += 7) {
            CHECK_EQUAL(part.get<double>({i, j}), x.get<double>({39 - 4 * i, 1 + 2 * j}));
        }
    }
    darr::random(7, -3).part({40, 30}).exponential(x, 2);
    CHECK_EQUAL(x.reduce<double>(darr::reduction_op::min) >= 0, true);
    numbers.beta(x, 2, 0.5);
    CHECK_EQUAL(x.reduce<double>(darr::reduction_op::max) <= 1, true);
    array k(distribution(world, {dim::block(1000)}), dtype::int16);
    numbers.integers(k, -3, 4);
    CHECK_EQUAL(k.reduce<std::int16_t>(darr::reduction_op::min), -3);
    CHECK_EQUAL(k.reduce<std::int16_t>(darr::reduction_op::max), 3);
    numbers.permutation(k, 1);
    CHECK_EQUAL(k.reduce<std::int64_t>(darr::reduction_op::sum), 500500);
    array scalar(distribution(world, {}), dtype::float64);
    darr::random(0).part({}).uniform(scalar);
    CHECK_EQUAL(scalar.get<double>({}), static_cast<double>(0xe169c58d6627e8d5u >> 11) / 9007199254740992.0);
}

static void refused(darr::communicator world) {
    array x(distribution(world, {dim::block(4), dim::block(3)}), dtype::float64);
    CHECK_THROWS(darr::random(0).uniform(x, 1, 0), DARR_ERR_ARGUMENT, "must ascend");
    CHECK_THROWS(darr::random(0).part({12}).uniform(x), DARR_ERR_ARGUMENT, "extents has 1 entries; 2 are needed");
    CHECK_THROWS(darr::random(0).part({4, 3}, {}, {1}).uniform(x), DARR_ERR_ARGUMENT, "step has 1 entries");
    CHECK_THROWS(darr::random(0).part({4, 2}).uniform(x), DARR_ERR_ARGUMENT, "a place in the global array");
    CHECK_THROWS(darr::random(0).permutation(x), DARR_ERR_UNSUPPORTED, "float64");
}

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        const auto world = darr::comm(MPI_COMM_WORLD);
        values(world);
        refused(world);
    });
}
