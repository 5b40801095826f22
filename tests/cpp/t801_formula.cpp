// Formulas as expressions and as texts through the C++ face, compared by value.
#include "check.hpp"

using darr::array;
using darr::dim;
using darr::distribution;
using darr::dtype;

static double u_at(std::int64_t i, std::int64_t j) { return static_cast<double>(100 * i + j); }

template <class T> static T at(const array &x, std::int64_t i, std::int64_t j) { return x.get<T>({i, j}); }

static void expressions(darr::communicator world) {
    const distribution dist(world, {dim::block(11).periodic().halo(1), dim::block(7)});
    array u(dist, dtype::float64), y(dist, dtype::float64), truth(dist, dtype::bool8), narrow(dist, dtype::float32);
    u = 100 * darr::index_along(0) + darr::index_along(1);
    y = darr::sqrt(u * u + 1.0) - darr::where(u > 300, u, -u) / 2 + darr::extent_along(1);
    truth = u >= 500 && !(u == 600);
    narrow = (u + 1) * 0.5;
    for (std::int64_t i = 0; i < 11; i += 2) {
        const double x = u_at(i, 3);
        CHECK_EQUAL(at<double>(u, i, 3), x);
        CHECK_EQUAL(at<double>(y, i, 3), std::sqrt(x * x + 1) - (x > 300 ? x : -x) / 2 + 7);
        CHECK_EQUAL(at<bool>(truth, i, 0), (i >= 5 && i != 6));
        CHECK_EQUAL(at<float>(narrow, i, 3), static_cast<float>((x + 1) * 0.5));
    }
    darr::eval(y, darr::expression(u).shifted(0, 1) - 2 * darr::expression(u).shifted(0, -1), darr::ghosts::exchanged);
    CHECK_EQUAL(at<double>(y, 10, 2), u_at(0, 2) - 2 * u_at(9, 2));
    CHECK_EQUAL(at<double>(y, 0, 2), u_at(1, 2) - 2 * u_at(10, 2));
    y = darr::expression(3);
    CHECK_EQUAL(at<double>(y, 4, 4), 3.0);
    const auto got = darr::values<double>({darr::sum(u), darr::max(darr::abs(u - 500)), darr::vdot(u, u)});
    CHECK_EQUAL(got[0], 77 * 503.0);
    CHECK_EQUAL(got[1], 506.0);
    CHECK_EQUAL(got[2], darr::value<double>(darr::sum(u * u)));
    CHECK_EQUAL(darr::value<std::int64_t>(darr::argmax(u)), 76);
    CHECK_EQUAL(darr::value<double>(darr::dot(u, u)), got[2]);
    const auto rows = 0 * u + darr::index_along(0);
    const auto larger = darr::variance(rows, 1) > darr::variance(rows);
    CHECK_EQUAL(darr::value<double>(larger), 1);
}

static void texts(darr::communicator world) {
    const distribution dist(world, {dim::cyclic(11), dim::whole(7)});
    array u(dist, dtype::float64), y(dist, dtype::float64);
    const std::vector<double> profile{0, 1, 2, 3, 4, 5, 6};
    darr::eval(u, "100*i0 + i1", {});
    darr::eval(y, "u - p + a", {{"u", u}, {"p", profile.data(), {7}}, {"a", 2}});
    CHECK_EQUAL(at<double>(y, 3, 5), 302.0);
    const auto got = darr::values<double>({"mean(y)", "min(y) + max(y)"}, {{"y", y}});
    CHECK_EQUAL(got[0], 502.0);
    CHECK_EQUAL(got[1], 1004.0);
    CHECK_THROWS(darr::eval(y, "u +", {{"u", u}}), DARR_ERR_ARGUMENT, "column");
    CHECK_THROWS(darr::eval(y, "v", {{"u", u}}), DARR_ERR_ARGUMENT, "v");
}

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        const auto world = darr::comm(MPI_COMM_WORLD);
        expressions(world);
        texts(world);
    });
}
