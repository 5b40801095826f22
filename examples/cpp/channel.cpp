// Heat between two walls, a cold one and a warm one: the exchange of ghosts fills what lies beyond the walls too.
// prints: mean 0.500000
#include <cstdio>
#include <distarray_mpi.hpp>

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    {
        const auto along = darr::dim::block(8).halo(1).periodic();
        const auto across = darr::dim::block(16).halo(1).boundary(1);
        const darr::distribution grid(darr::comm(MPI_COMM_WORLD), {along, across});
        darr::array now(grid, darr::dtype::float64), next(grid, darr::dtype::float64);
        // On the walls, half a cell beyond the last one, the temperature is 0 and 1.
        darr::halo_options walls;
        walls.at(1, darr::side::below, darr::edge::antisymmetric(0.0));
        walls.at(1, darr::side::above, darr::edge::antisymmetric(1.0));
        auto halo = darr::plan::halo({now}, walls);
        const auto u = now.view<double>(), v = next.view<double>();
        for (int step = 0; step < 4000; ++step) {
            halo.run();
            for (auto i = u.owned_lo(0); i < u.owned_hi(0); ++i)
                for (auto j = u.owned_lo(1); j < u.owned_hi(1); ++j)
                    v(i, j) = 0.2 * (u(i, j) + u(i - 1, j) + u(i + 1, j) + u(i, j - 1) + u(i, j + 1));
            now.copy_from(next);
        }
        const auto mean = now.reduce<double>(darr::reduction_op::mean);
        if (rank == 0) std::printf("mean %.6f\n", mean);
    }
    MPI_Finalize();
}
