// Two models on different ranks: an ocean on the first half, an atmosphere on all. Each has its own distribution; a field goes from one
// to the other, transposed and converted on the way, and from there, by element order, to the unknowns of a solver, which deals them
// out by a list. The solver's rows lie on ranks so that little moves.
// prints: air 45828, every third unknown 13836, warm cells 84
#include <cstdio>
#include <distarray_mpi.hpp>
#include <optional>
#include <vector>

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const bool swims = rank < (ranks + 1) / 2;
    MPI_Comm ocean;
    MPI_Comm_split(MPI_COMM_WORLD, swims ? 0 : MPI_UNDEFINED, rank, &ocean);
    {
        const auto world = darr::comm(MPI_COMM_WORLD);
        const auto lon = darr::dim::block(18), lat = darr::dim::cyclic(12, 2);
        std::vector<darr::array> surface;
        if (swims) {
            const darr::distribution sea(darr::comm(ocean), {lon, lat});
            surface.emplace_back(sea, darr::dtype::int32);
            const auto v = surface[0].view<std::int32_t>();
            for (std::int64_t i = 0; i < v.extent(0); ++i)
                for (std::int64_t j = 0; j < v.extent(1); ++j) {
                    const auto index = sea.to_global({i, j});
                    v(i, j) = static_cast<std::int32_t>(20 * index[0] + index[1] * index[1]);
                }
        }
        const darr::array air(darr::distribution(world, {lat, lon}), darr::dtype::float64);

        // Unknown number k belongs to the rank (k * k) % ranks; each rank lists its own.
        std::vector<std::int64_t> own;
        for (std::int64_t k = 0; k < 18 * 12; ++k)
            if (k * k % ranks == rank) own.push_back(k);
        const darr::distribution rows(world, {darr::dim::unstructured(18 * 12, own)});
        const darr::array unknowns(rows, darr::dtype::float64);
        const darr::plan::arrays here(surface.begin(), surface.end()); // none outside of the ocean
        darr::plan::redistribute_between(world, here, {air}, darr::combine::insert, {1, 0}).run();
        darr::plan::reshape({air}, {unknowns}, darr::order::c).run();

        // The same blocks on ranks that have most of them already.
        const darr::distribution blocks(world, {darr::dim::block(18 * 12)});
        const auto nearer = darr::distribution::relabel(rows, blocks);
        darr::array solved(nearer, darr::dtype::float64), is_warm(nearer, darr::dtype::bool8);
        solved.assign(unknowns);

        // A view of every third unknown, and a new array of those that are warm.
        const auto some = solved.slice({darr::range(0, darr::none, 3)});
        const auto v = solved.view<double>();
        const auto w = is_warm.view<bool>();
        for (std::int64_t i = 0; i < v.extent(0); ++i) w(i) = v(i) > 250;
        const auto warm = solved.mask(is_warm).dist().shape()[0];
        const auto in_air = air.reduce<double>(darr::reduction_op::sum);
        const auto in_some = some.reduce<double>(darr::reduction_op::sum);
        if (rank == 0)
            std::printf("air %g, every third unknown %g, warm cells %lld\n", in_air, in_some, static_cast<long long>(warm));
    }
    if (ocean != MPI_COMM_NULL) MPI_Comm_free(&ocean);
    MPI_Finalize();
}
