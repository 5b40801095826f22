// Sorting, indices of the order, quantiles and different values through the C++ face, compared by value.
#include "check.hpp"

#include <cmath>

using darr::array;
using darr::dim;
using darr::distribution;
using darr::dtype;

static std::int64_t value(std::int64_t i) { return i * 37 % 50 / 2; }

static array line(darr::communicator world, const dim &how, dtype type) {
    array made(distribution(world, {how}), type);
    for (std::int64_t i = 0; i < 50; ++i) {
        made.set({i}, value(i));
    }
    return made;
}

static void sorted(darr::communicator world) {
    for (const auto &how : {dim::block(50), dim::cyclic(50, 3)}) {
        auto x = line(world, how, dtype::float32);
        array order(x.dist(), dtype::int64);
        darr::argsort(x, order);
        CHECK_EQUAL(darr::median(x), 12.0);
        const auto q = darr::quantiles(x, {0.0, 0.01, 1.0});
        CHECK_EQUAL(q[0], 0.0);
        CHECK_EQUAL(q[1], 0.0);
        CHECK_EQUAL(q[2], 24.0);
        const auto all = darr::unique_all(x);
        CHECK_EQUAL(all.values.reduce<double>(darr::reduction_op::sum), 300.0);
        CHECK_EQUAL(all.counts.reduce<std::int64_t>(darr::reduction_op::sum), 50);
        std::int64_t before = -1;
        for (std::int64_t k = 0; k < 50; ++k) {
            const auto at = order.get<std::int64_t>({k});
            CHECK_EQUAL(value(at), k / 2);
            CHECK_EQUAL(k % 2 == 1 && at < before, false);
            CHECK_EQUAL(all.inverse.get<std::int64_t>({k}), value(k));
            before = at;
        }
        CHECK_EQUAL(darr::unique(x).get<double>({7}), 7.0);
        darr::sort(x);
        for (std::int64_t k = 0; k < 50; ++k) {
            CHECK_EQUAL(x.get<double>({k}), static_cast<double>(k / 2));
        }
    }
}

static void refused(darr::communicator world) {
    array plane(distribution(world, {dim::block(5), dim::block(4)}), dtype::float64);
    CHECK_THROWS(darr::sort(plane), DARR_ERR_UNSUPPORTED, "2 dimensions");
    auto x = line(world, dim::block(50), dtype::float64);
    CHECK_THROWS(darr::argsort(x, x), DARR_ERR_ARGUMENT, "integers");
    CHECK_THROWS((void)darr::quantiles(x, {-0.5}), DARR_ERR_ARGUMENT, "-0.5");
    CHECK_THROWS((void)darr::unique(plane), DARR_ERR_UNSUPPORTED, "2 dimensions");
}

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        const auto world = darr::comm(MPI_COMM_WORLD);
        sorted(world);
        refused(world);
    });
}
