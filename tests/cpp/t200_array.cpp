// Arrays through the C++ face: owned and borrowed memory, typed views, elements by global index, reductions,
// descriptors.
#include "check.hpp"

#include <cmath>
#include <type_traits>

using darr::array;
using darr::dim;
using darr::distribution;
using darr::dtype;
using darr::reduction_op;
using index = std::vector<std::int64_t>;

static_assert(!std::is_copy_constructible_v<array> && std::is_nothrow_move_constructible_v<array>);
static_assert(!std::is_copy_constructible_v<darr::descriptor>);

static distribution two_d(darr::communicator world, std::int64_t rows, std::int64_t columns) {
    return distribution(world, {dim::block(rows).halo(1).periodic(), dim::block(columns).halo(2)});
}

// Sets every owned element to 100 i + j.
static void number(const array &target) {
    const auto view = target.view<double>();
    for (std::int64_t i = view.owned_lo(0); i < view.owned_hi(0); ++i) {
        for (std::int64_t j = view.owned_lo(1); j < view.owned_hi(1); ++j) {
            view(i, j) = static_cast<double>(100 * (i + view.global_lo(0)) + j + view.global_lo(1));
        }
    }
}

static void elements(darr::communicator world) {
    array field(two_d(world, 8, 9), dtype::float64);
    number(field);
    for (std::int64_t i = 0; i < 8; ++i) {
        CHECK_EQUAL(field.get<double>({i, (3 * i) % 9}), static_cast<double>(100 * i + (3 * i) % 9));
    }
    CHECK_EQUAL(field.get<double>({-1, -1}), 708.0);
    field.set<double>({4, 4}, -1.5);
    CHECK_EQUAL(field.get<double>({4, 4}), -1.5);
    CHECK_THROWS(static_cast<void>(field.get<double>({8, 0})), DARR_ERR_ARGUMENT, "8");
    CHECK_THROWS(static_cast<void>(field.get<double>({1})), DARR_ERR_ARGUMENT, "index");
    CHECK_THROWS(static_cast<void>(field.view<float>()), DARR_ERR_ARGUMENT, "dtype");

    array other(field.dist(), dtype::float64);
    other.copy_from(field);
    CHECK_EQUAL(other.get<double>({4, 4}), -1.5);
    field.fill(2.0);
    CHECK_EQUAL(field.get<double>({0, 0}), 2.0);
    CHECK_EQUAL(other.get<double>({7, 8}), 708.0);
}

static void wrong_on_one_rank(darr::communicator world) {
    array field(two_d(world, 8, 9), dtype::float64);
    number(field);
    CHECK_THROWS_EVERYWHERE(static_cast<void>(field.get<double>({1})),
                            static_cast<void>(field.get<double>({1, 1})), "index has 1 entries; 2 are needed");
    array point(distribution(world, {}), dtype::float64);
    CHECK_THROWS_EVERYWHERE(static_cast<void>(point.get<double>({1})),
                            static_cast<void>(point.get<double>({})), "index has 1 entries; 0 are needed");
    const distribution line(world, {dim::whole(4)});
    double memory[4] = {};
    CHECK_THROWS_EVERYWHERE(static_cast<void>(array::wrap(line, memory, {4}, {8, 8})),
                            static_cast<void>(array::wrap(line, memory, {4}, {8})),
                            "strides has 2 entries; 1 are needed");
    CHECK_THROWS_EVERYWHERE(darr::save_image(field, "refused.png", darr::image_options().slice(0, 1, {0})),
                            darr::save_image(field, "refused.png"), "index has 1 entries; 2 are needed");
    CHECK_EQUAL(field.get<double>({7, 8}), 708.0);
}

static void borrowed(darr::communicator world) {
    const auto dist = two_d(world, 10, 6);
    const auto count = dist.count();
    const auto widths = dist.padding();
    const index extents{count[0] + widths.below[0] + widths.above[0],
                        count[1] + widths.below[1] + widths.above[1]};
    const bool empty = count[0] * count[1] == 0;
    std::vector<double> memory(static_cast<std::size_t>(extents[0] * extents[1]) + 1, -7.0);
    for (const auto order : {darr::order::c, darr::order::f}) {
        auto wrapped = array::wrap(dist, memory.data(), empty ? index{0, 0} : extents, order);
        number(wrapped);
        CHECK_EQUAL(wrapped.get<double>({9, 5}), 905.0);
        if (!empty) {
            const auto view = wrapped.view<double>();
            CHECK_EQUAL(view.data(), memory.data());
            CHECK_EQUAL(view.stride(order == darr::order::c ? 1 : 0), 8);
            CHECK_EQUAL(&view(1, 0) - &view(0, 0), order == darr::order::c ? extents[1] : 1);
        }
    }
    CHECK_EQUAL(memory.back(), -7.0);
    CHECK_THROWS(static_cast<void>(array::wrap(dist, memory.data(), {1, 2, 3})), DARR_ERR_ARGUMENT, "");
}

static void reduced(darr::communicator world) {
    array x(two_d(world, 8, 9), dtype::float64);
    number(x);
    array y(x.dist(), dtype::float64);
    y.fill(0.5);
    double sum = 0, largest = 0, dot = 0, norm = 0;
    darr::reductions()
        .add(reduction_op::sum, x, sum)
        .add(reduction_op::max, x, largest)
        .add_dot(x, y, dot)
        .add(reduction_op::norm, y, norm)
        .run();
    // sum over i < 8, j < 9 of 100 i + j
    CHECK_EQUAL(sum, 100.0 * 28 * 9 + 36 * 8);
    CHECK_EQUAL(largest, 708.0);
    CHECK_EQUAL(dot, sum / 2);
    CHECK_EQUAL(norm, std::sqrt(18.0));
    CHECK_EQUAL(x.reduce<double>(reduction_op::min), 0.0);
    CHECK_EQUAL(x.reduce<double>(reduction_op::mean), sum / 72);
    double exact = 0, sample = 0, plain = 0;
    darr::reductions()
        .add(reduction_op::sum, x, exact)
        .reproducible()
        .add_spread(reduction_op::var, y, 1, sample)
        .add_dotu(y, y, plain)
        .run();
    CHECK_EQUAL(exact, sum);
    exact = 0;
    auto pending = darr::reductions().add(reduction_op::sum, x, exact).begin();
    CHECK_EQUAL(exact, 0.0);
    pending.end();
    CHECK_EQUAL(exact, sum);
    CHECK_EQUAL(sample, 0.0);
    CHECK_EQUAL(plain, 18.0);
    const auto place = x.dist().unravel(x.reduce<std::int64_t>(reduction_op::argmax));
    CHECK_EQUAL(place[0], 7);
    CHECK_EQUAL(place[1], 8);
    array columns(x.dist().reduce_keeping({0}), dtype::float64);
    x.reduce_dims(reduction_op::max, {0}, columns);
    CHECK_EQUAL(columns.reduce<double>(reduction_op::sum), 9 * 700.0 + 36);
    const auto rows = x.reduce_dims_everywhere<double>(reduction_op::min, {-1}, 8);
    CHECK_EQUAL(rows[7], 700.0);
    const auto counts = x.histogram(8, 0, 800);
    CHECK_EQUAL(counts[3], 9);
    const std::vector<double> edges{0, 150, 708};
    CHECK_EQUAL(x.histogram(edges)[1], 54);
    y.cumsum(1, y);
    CHECK_EQUAL(y.reduce<double>(reduction_op::max), 4.5);
}

static void described(darr::communicator world) {
    array source(two_d(world, 8, 9), dtype::float64);
    number(source);
    auto made = source.produce();
    CHECK_EQUAL(made.live(), true);
    made.check();
    made.check_all(world);
    darr::descriptor moved = std::move(made);
    CHECK_EQUAL(made.live(), false);
    auto shared = array::consume(world, std::move(moved), darr::boundary::padding);
    CHECK_EQUAL(moved.live(), false);
    CHECK_EQUAL(shared.dist().compatible(source.dist()), true);
    // Both stand for the same memory.
    shared.set<double>({3, 3}, 9.25);
    CHECK_EQUAL(source.get<double>({3, 3}), 9.25);

    darr::descriptor broken = source.produce();
    broken.get()->in_grid = 77;
    CHECK_THROWS(broken.check(), DARR_ERR_PROTOCOL, "77");
    broken.get()->in_grid = 1;
}

// The dimension data of all ranks alone make the same distribution; ranks outside of the grid have none.
static void from_dim_data(darr::communicator world) {
    const distribution dist(
        world, {dim::block(9).procs(check::size > 2 ? 2 : 1).halo(1).boundary(1), dim::whole(5)});
    const auto told = array(dist, dtype::uint8).produce();
    const auto *mine = told.plain().in_grid != 0 ? told.plain().dims : nullptr;
    CHECK_EQUAL(mine == nullptr, dist.coords()[0] < 0);
    const auto same = distribution::from_dim_data(world, 2, mine, darr::boundary::padding);
    CHECK_EQUAL(same.compatible(dist), true);
    CHECK_EQUAL(same.padding().below == dist.padding().below, true);
    const auto larger = distribution::from_dim_data(world, 2, mine, darr::boundary::owned);
    CHECK_EQUAL(larger.shape() == (index{11, 5}), true);
    CHECK_THROWS(static_cast<void>(
                     distribution::from_dim_data(world, 2, nullptr, darr::boundary::owned)),
                 DARR_ERR_PROTOCOL, "");
}

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        const auto world = darr::comm(MPI_COMM_WORLD);
        elements(world);
        wrong_on_one_rank(world);
        darr::set_checks(world, true);
        wrong_on_one_rank(world);
        darr::set_checks(world, false);
        borrowed(world);
        reduced(world);
        described(world);
        from_dim_data(world);
    });
}
