// Particles on a periodic grid, as in a particle-in-cell code: any rank may hold any particle. Their charges are added to the cells in
// which they are, a cell spreads its charge to its upper neighbours, over ghosts that are added back to their owners, and every
// particle reads the density where it is.
// prints: charge 1000, density at the particles 4030
#include <cstdio>
#include <distarray_mpi.hpp>
#include <vector>

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    {
        const auto world = darr::comm(MPI_COMM_WORLD);
        const auto dim = darr::dim::block(64).halo(0, 1).periodic();
        const darr::distribution grid(world, {dim, dim}), held(world, {darr::dim::cyclic(1000)});
        darr::array density(grid, darr::dtype::float64), charges(held, darr::dtype::float64);

        // This rank's particles, and the cells in which they are, whoever owns those.
        std::vector<std::int64_t> cells;
        for (const auto k : held.indices(0)) {
            cells.push_back(k * k % 64);
            cells.push_back(5 * k % 64);
        }
        darr::halo_options add;
        add.accumulate();
        auto deposit = darr::plan::scatter(density, cells, charges, darr::combine::add);
        auto back = darr::plan::halo({density}, add);
        auto read = darr::plan::gather(density, cells, charges);

        charges.fill(1.0);
        deposit.run();
        const auto u = density.view<double>();
        const auto n = grid.count();
        for (auto i = n[0] - 1; i >= 0; --i)
            for (auto j = n[1] - 1; j >= 0; --j) {
                const double quarter = u(i, j) / 4; // into ghosts at the upper ends
                u(i, j) = quarter;
                for (auto *cell : {&u(i, j + 1), &u(i + 1, j), &u(i + 1, j + 1)}) *cell += quarter;
            }
        back.begin(); // what needs no density could be done meanwhile
        back.end();
        read.run();
        const auto total = density.reduce<double>(darr::reduction_op::sum);
        const auto seen = charges.reduce<double>(darr::reduction_op::sum);
        if (rank == 0) std::printf("charge %g, density at the particles %g\n", total, seen);
    }
    MPI_Finalize();
}
