// Halo exchange and redistribution through the C++ face, compared by value.
#include "check.hpp"

using darr::array;
using darr::dim;
using darr::distribution;
using darr::dtype;
using darr::plan;

static std::int64_t value(std::int64_t i, std::int64_t j) { return 1000 * i + j; }

static void number(const array &target) {
    const auto view = target.view<std::int64_t>();
    for (std::int64_t i = view.owned_lo(0); i < view.owned_hi(0); ++i) {
        for (std::int64_t j = view.owned_lo(1); j < view.owned_hi(1); ++j) {
            view(i, j) = value(i + view.global_lo(0), j + view.global_lo(1));
        }
    }
}

static std::int64_t wrapped(std::int64_t i, std::int64_t n) { return (i % n + n) % n; }

static void halo(darr::communicator world) {
    constexpr std::int64_t n = 12, m = 10;
    const distribution dist(world, {dim::block(n).halo(2, 1).periodic(), dim::block(m).halo(1).periodic()});
    array one(dist, dtype::int64), two(dist, dtype::int64);
    number(one);
    two.fill(std::int64_t{5});
    auto exchange = plan::halo({one, two});
    for (int run = 0; run < 2; ++run) {
        exchange.begin();
        exchange.end();
        const auto view = one.view<std::int64_t>();
        for (std::int64_t i = 0; i < view.extent(0); ++i) {
            for (std::int64_t j = 0; j < view.extent(1); ++j) {
                CHECK_EQUAL(view(i, j),
                            value(wrapped(i + view.global_lo(0), n), wrapped(j + view.global_lo(1), m)));
                CHECK_EQUAL(two.view<std::int64_t>()(i, j), 5);
            }
        }
    }
    CHECK_EQUAL(exchange.describe().sends >= 0, true);
    CHECK_EQUAL(exchange.describe().bytes == 0, exchange.describe().sends == 0);
    CHECK_EQUAL(exchange.receives().size(), static_cast<std::size_t>(exchange.describe().receives));
    std::int64_t bytes = 0;
    for (const auto &one : exchange.sends()) {
        bytes += one.bytes;
    }
    CHECK_EQUAL(bytes, exchange.describe().bytes);
    CHECK_EQUAL(exchange.text().find("plan on rank "), std::size_t{0});
    if (check::size == 1) {
        CHECK_EQUAL(exchange.describe().sends, 0);
    }

    // Faces along the second dimension alone: the ghosts of the first stay as they are.
    array third(dist, dtype::int64);
    third.fill(std::int64_t{-1});
    number(third);
    plan::halo({third}, darr::halo_options().star().widths({0, 1}, {0, 1})).run();
    const auto view = third.view<std::int64_t>();
    if (view.owned_lo(0) < view.owned_hi(0) && view.owned_lo(1) < view.owned_hi(1)) {
        CHECK_EQUAL(view(0, view.owned_lo(1)), -1);
        const auto i = view.owned_lo(0);
        CHECK_EQUAL(view(i, 0), value(i + view.global_lo(0), wrapped(view.global_lo(1), m)));
    }
    CHECK_THROWS(static_cast<void>(plan::halo({one}, darr::halo_options().widths({1}, {1}))),
                 DARR_ERR_ARGUMENT, "below");
    CHECK_THROWS(exchange.end(), DARR_ERR_STATE, "begun");
}

static void redistribution(darr::communicator world) {
    array rows(distribution(world, {dim::block(11), dim::whole(7)}), dtype::int64);
    array columns(distribution(world, {dim::whole(11), dim::block(7)}), dtype::int64);
    number(rows);
    plan::redistribute({rows}, {columns}).run();
    const auto view = columns.view<std::int64_t>();
    for (std::int64_t i = 0; i < view.extent(0); ++i) {
        for (std::int64_t j = 0; j < view.extent(1); ++j) {
            CHECK_EQUAL(view(i, j), value(i, j + view.global_lo(1)));
        }
    }
    array other(distribution(world, {dim::block(3), dim::whole(7)}), dtype::int64);
    CHECK_THROWS(static_cast<void>(plan::redistribute({rows}, {other})), DARR_ERR_ARGUMENT, "");
    CHECK_THROWS(static_cast<void>(plan::redistribute({rows}, {})), DARR_ERR_ARGUMENT, "targets");
}

static void slices_and_lists(darr::communicator world) {
    array field(distribution(world, {dim::block(11), dim::cyclic(7)}), dtype::int64);
    for (std::int64_t i = 0; i < 11; ++i) {
        for (std::int64_t j = 0; j < 7; ++j) {
            field.set({i, j}, value(i, j));
        }
    }
    const auto odd = field.slice({darr::range(darr::none, 2, -2), darr::ellipsis()});
    CHECK_EQUAL(odd.dist().shape()[0], 4);
    CHECK_EQUAL(odd.get<std::int64_t>({1, 5}), value(8, 5));
    const auto line = field.slice({darr::all(), 3, darr::new_dimension()});
    CHECK_EQUAL(line.dist().ndim(), 2);
    CHECK_EQUAL(line.get<std::int64_t>({10, 0}), value(10, 3));

    array pair(distribution(world, {dim::block(2 * check::size)}), dtype::int64);
    plan::gather(field, {10, 6, 0, -1}, pair).run();
    CHECK_EQUAL(pair.view<std::int64_t>()(0), value(10, 6));
    CHECK_EQUAL(pair.view<std::int64_t>()(1), value(0, 6));
    plan::scatter(field, {10, 6, 0, -1}, pair, darr::combine::add).run();
    CHECK_EQUAL(field.get<std::int64_t>({10, 6}), value(10, 6) * (1 + check::size));
    CHECK_THROWS(static_cast<void>(plan::gather(field, {1, 2, 3}, pair)), DARR_ERR_ARGUMENT, "indices");

    array turned(distribution(world, {dim::block(7), dim::block(11)}), dtype::float64);
    plan::redistribute({field}, {turned}, darr::combine::insert, {1, 0}).run();
    CHECK_EQUAL(turned.get<double>({5, 8}), static_cast<double>(value(8, 5)));
}

static void wrong_on_one_rank(darr::communicator world) {
    const distribution dist(world, {dim::block(11).halo(1), dim::whole(7)});
    array one(dist, dtype::int64), two(dist, dtype::int64);
    number(one);
    CHECK_THROWS_EVERYWHERE(static_cast<void>(plan::halo({one}, darr::halo_options().widths({1, 1}, {1}))),
                            static_cast<void>(plan::halo({one})), "above has 1 entries; 2 are needed");
    CHECK_THROWS_EVERYWHERE(static_cast<void>(plan::redistribute({one}, {})),
                            static_cast<void>(plan::redistribute({one}, {two})),
                            "targets has 0 entries; 1 are needed");
    plan::redistribute({one}, {two}).run();
    CHECK_EQUAL(two.get<std::int64_t>({10, 6}), value(10, 6));
}

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        const auto world = darr::comm(MPI_COMM_WORLD);
        halo(world);
        wrong_on_one_rank(world);
        redistribution(world);
        slices_and_lists(world);
    });
}
