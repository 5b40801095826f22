// User functions through the C++ face: sections, elements by index, parts; exceptions come back on their own
// rank.
#include "check.hpp"

#include <algorithm>
#include <complex>
#include <string>

using darr::array;
using darr::dim;
using darr::distribution;
using darr::dtype;
using darr::view;

static constexpr std::int64_t n = 9, m = 7;

static void sections(darr::communicator world) {
    const distribution rows(world, {dim::block(n).halo(1), dim::whole(m)}), line(world, {dim::cyclic(n)});
    array field(rows, dtype::float64), count(line, dtype::int32);
    const auto mine = line.indices(0);
    CHECK_EQUAL(line.indices(-1) == mine, true);
    CHECK_THROWS(static_cast<void>(line.indices(1)), DARR_ERR_ARGUMENT, "dimension 1");
    int calls = 0;
    darr::apply(
        [&](view<double> u, const darr_view &plain, view<std::int32_t> c) {
            calls++;
            CHECK_EQUAL(plain.dtype, static_cast<int>(dtype::int32));
            CHECK_EQUAL(plain.contiguous[0], check::size == 1 ? 1 : 0);
            for (auto i = u.owned_lo(0); i < u.owned_hi(0); ++i) {
                for (auto j = u.owned_lo(1); j < u.owned_hi(1); ++j) {
                    u(i, j) = static_cast<double>(100 * (u.global_lo(0) + i) + j);
                }
            }
            for (auto i = c.owned_lo(0); i < c.owned_hi(0); ++i) {
                c(i) = static_cast<std::int32_t>(mine[static_cast<std::size_t>(i)]);
            }
        },
        field, count, count);
    CHECK_EQUAL(calls, 1);
    for (std::int64_t i = 0; i < n; ++i) {
        CHECK_EQUAL(count.get<int>({i}), i);
        CHECK_EQUAL(field.get<double>({i, m - 1}), static_cast<double>(100 * i + m - 1));
    }
    // A view of another type is an exception like any other, on the ranks of their own.
    const int last = check::size - 1;
    CHECK_THROWS(darr::apply([](view<float>) {}, field), DARR_ERR_ARGUMENT, "dtype 11");
    CHECK_THROWS(darr::apply(
                     [&](const darr_view &plain) {
                         if (check::rank == last) {
                             static_cast<void>(view<float>(plain));
                         }
                     },
                     field),
                 check::rank == last ? DARR_ERR_ARGUMENT : DARR_ERR_CALLBACK,
                 check::rank == last ? "dtype 11" : "on rank");
}

static void elements(darr::communicator world) {
    const distribution dist(world, {dim::cyclic(n).procs(check::size), dim::whole(m)});
    array real(dist, dtype::float32), complex(dist, dtype::complex128);
    real.from_function([](std::int64_t i, std::int64_t j) { return static_cast<int>(10 * i + j); });
    complex.from_function(
        [](auto i, auto j) { return std::complex<float>(static_cast<float>(i), static_cast<float>(j)); });
    for (std::int64_t i = 0; i < n; ++i) {
        CHECK_EQUAL(real.get<double>({i, i % m}), static_cast<double>(10 * i + i % m));
        CHECK_EQUAL(complex.get<std::complex<double>>({i, i % m}),
                    std::complex<double>(static_cast<double>(i), static_cast<double>(i % m)));
    }
    CHECK_THROWS_EVERYWHERE(real.from_function([](std::int64_t i) { return static_cast<float>(i); }),
                            real.from_function([](auto i, auto) { return static_cast<float>(i); }),
                            "that the function takes has 1 entries; 2 are needed");
    CHECK_THROWS(real.from_function([](auto, auto) { return std::complex<double>(); }), DARR_ERR_ARGUMENT,
                 "does not convert");
    const auto thrower = [](auto i, auto) {
        if (i == n - 1) {
            throw std::out_of_range("as asked");
        }
        return 1.0F;
    };
    const bool mine = (n - 1) % check::size == check::rank;
    try {
        real.from_function(thrower);
        CHECK_EQUAL("nothing thrown", std::string());
    } catch (const std::out_of_range &caught) {
        CHECK_EQUAL(mine, true);
        CHECK_EQUAL(caught.what(), std::string("as asked"));
    } catch (const darr::error &caught) {
        CHECK_EQUAL(mine, false);
        CHECK_EQUAL(caught.code(), DARR_ERR_CALLBACK);
    }
}

struct extremes {
    double lo, hi;
    std::int64_t ranks[2];
};

static void parts(darr::communicator world) {
    const distribution dist(world, {dim::block(n)});
    array a(dist, dtype::float64), b(dist, dtype::float64);
    a.from_function([](auto i) { return static_cast<double>(i * i % 11); });
    b.from_function([](auto i) { return static_cast<double>(i); });
    const auto local = [](view<double> x, view<double> y) {
        extremes mine{1e9, -1e9, {check::rank, check::rank}};
        for (auto i = x.owned_lo(0); i < x.owned_hi(0); ++i) {
            mine.lo = std::min(mine.lo, x(i) - y(i));
            mine.hi = std::max(mine.hi, x(i) - y(i));
        }
        return mine;
    };
    const auto combine = [](const extremes &lower, const extremes &higher) {
        CHECK_EQUAL(lower.ranks[1] + 1, higher.ranks[0]);
        return extremes{
            std::min(lower.lo, higher.lo), std::max(lower.hi, higher.hi), {lower.ranks[0], higher.ranks[1]}};
    };
    const auto all = darr::reduce_with<extremes>(local, combine, a, b);
    double lo = 1e9, hi = -1e9;
    for (std::int64_t i = 0; i < n; ++i) {
        const auto difference = static_cast<double>(i * i % 11 - i);
        lo = std::min(lo, difference);
        hi = std::max(hi, difference);
    }
    CHECK_EQUAL(all.lo, lo);
    CHECK_EQUAL(all.hi, hi);
    CHECK_EQUAL(all.ranks[0], 0);
    CHECK_EQUAL(all.ranks[1], check::size - 1);
    const auto throwing = [](const auto &x) -> double {
        if (check::rank == check::size - 1) {
            throw std::string("of any type");
        }
        return static_cast<const darr_view &>(x).ndim;
    };
    try {
        static_cast<void>(darr::reduce_with<double>(
            throwing, [](double x, double y) { return x + y; }, a));
        CHECK_EQUAL("nothing thrown", std::string());
    } catch (const std::string &caught) {
        CHECK_EQUAL(check::rank, check::size - 1);
        CHECK_EQUAL(caught, std::string("of any type"));
    } catch (const darr::error &caught) {
        CHECK_EQUAL(caught.code(), DARR_ERR_CALLBACK);
    }
    // What a combination throws reaches all, whoever makes it.
    if (check::size > 1) {
        const auto bad = [](double, double) -> double { throw std::out_of_range("as asked"); };
        int caught = 0;
        try {
            static_cast<void>(darr::reduce_with<double>([](const darr_view &) { return 1.0; }, bad, a));
        } catch (const std::exception &) {
            caught++;
        }
        CHECK_EQUAL(caught, 1);
    }
}

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        const auto world = darr::comm(MPI_COMM_WORLD);
        sections(world);
        elements(world);
        parts(world);
    });
}
