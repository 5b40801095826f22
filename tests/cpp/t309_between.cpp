// Arrays of different communicators and shapes, and ranks that change places, through the C++ face.
#include "check.hpp"

#include <memory>
#include <numeric>

using darr::array;
using darr::dim;
using darr::distribution;
using darr::dtype;
using darr::plan;

constexpr std::int64_t n = 6, m = 4;

static std::int64_t value(std::int64_t i, std::int64_t j) { return 1000 * i + j; }

// All ranks but the last, or the only one, have the matrix; all have what comes of it.
static void between(darr::communicator world) {
    const bool inside = check::rank < check::size - 1 || check::size == 1;
    MPI_Comm part;
    MPI_Comm_split(MPI_COMM_WORLD, inside ? 0 : MPI_UNDEFINED, -check::rank, &part);
    std::unique_ptr<array> matrix;
    if (inside) {
        matrix = std::make_unique<array>(
            distribution(darr::comm(part), {dim::block(n).halo(1), dim::block(m)}), dtype::int64);
        for (std::int64_t i = 0; i < n; ++i) {
            for (std::int64_t j = 0; j < m; ++j) {
                matrix->set({i, j}, value(i, j));
            }
        }
    }
    plan::arrays sources;
    if (inside) {
        sources.push_back(*matrix);
    }
    array turned(distribution(world, {dim::cyclic(m), dim::block(n)}), dtype::float64);
    auto turn = plan::redistribute_between(world, sources, {turned}, darr::combine::insert, {1, 0});
    array rows(distribution(world, {dim::block(n * m)}), dtype::int64);
    auto unroll = plan::reshape_between(world, sources, {rows});
    // Who has nothing on either side still takes part.
    CHECK_THROWS(static_cast<void>(plan::redistribute_between(world, sources, {})), DARR_ERR_ARGUMENT,
                 "no rank passed targets");
    CHECK_THROWS(static_cast<void>(plan::redistribute_between(world, sources, {turned}, darr::combine::insert, {1})),
                 DARR_ERR_ARGUMENT, "axes has 1 entries; 2 are needed");
    turn.run();
    unroll.run();
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < m; ++j) {
            CHECK_EQUAL(turned.get<double>({j, i}), static_cast<double>(value(i, j)));
            CHECK_EQUAL(rows.get<std::int64_t>({m * i + j}), value(i, j));
        }
    }
    array cube(distribution(world, {dim::block(2), dim::whole(n), dim::block(2)}), dtype::int64);
    plan::reshape({rows}, {cube}, darr::order::f).run();
    for (std::int64_t k = 0; k < n * m; ++k) {
        CHECK_EQUAL(cube.get<std::int64_t>({k % 2, k / 2 % n, k / 2 / n}), value(k / m, k % m));
    }
    array other(distribution(world, {dim::block(n * m + 1)}), dtype::int64);
    CHECK_THROWS(static_cast<void>(plan::reshape({rows}, {other})), DARR_ERR_ARGUMENT, "a reshape needs as many");
    if (inside) {
        MPI_Comm_free(&part);
    }
}

static void relabel(darr::communicator world) {
    std::vector<int> ranks(static_cast<std::size_t>(check::size));
    std::iota(ranks.begin(), ranks.end(), 1);
    ranks.back() = 0;
    const distribution blocks(world, {dim::block(12 * check::size)});
    const distribution shifted(world, {dim::block(12 * check::size).halo(1)}, darr::dist_options().ranks(ranks));
    const auto found = distribution::relabel(blocks, shifted);
    array from(blocks, dtype::int64), to(found, dtype::int64);
    const auto info = plan::redistribute({from}, {to}).describe();
    CHECK_EQUAL(info.sends, 0);
    CHECK_EQUAL(info.bytes_local, 96);
    CHECK_THROWS(static_cast<void>(distribution::relabel(blocks, distribution(world, {dim::block(5)}))), DARR_ERR_ARGUMENT, "extent");
}

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        const auto world = darr::comm(MPI_COMM_WORLD);
        between(world);
        relabel(world);
    });
}
