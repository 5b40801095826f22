// The log of a turbulence code as formulas: initial condition, vorticity, several numbers at once, fluctuations.
// prints: energy 0.125000 enstrophy 0.000289 highest 1.000000 flux 0.048773 fluctuation 0.500000
#include <cmath>
#include <cstdio>
#include <distarray_mpi.hpp>

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    {
        const auto dim = darr::dim::block(64).halo(1).periodic();
        const darr::distribution grid(darr::comm(MPI_COMM_WORLD), {dim, dim});
        darr::array phi(grid, darr::dtype::float64), n(grid, darr::dtype::float64), w(grid, darr::dtype::float64);

        // The initial condition: formulas of the global indices, and noise that is the same on any number of ranks.
        darr::random(7).normal(n, 0, 1e-6);
        const auto x = 2 * M_PI * darr::index_along(0) / darr::extent_along(0);
        const auto y = 2 * M_PI * darr::index_along(1) / darr::extent_along(1);
        phi = cos(x) * sin(2 * y);
        n = n + cos(x) * (1 + cos(2 * y));

        // Vorticity, a stencil: the ghosts of phi are exchanged first.
        const auto at = [&](int i, int j) { return darr::expression(phi).shifted(0, i).shifted(1, j); };
        darr::eval(w, at(1, 0) + at(-1, 0) + at(0, 1) + at(0, -1) - 4 * phi, darr::ghosts::exchanged);

        // One pass over memory and one message for all of these, shifted operands too.
        const auto numbers = darr::values<double>(
            {mean(phi * phi) / 2, mean(w * w) / 2, max(abs(phi)), mean(n * (at(0, 1) - at(0, -1))) / 2});

        // The mean of n over dimension 1, repeated along it in w, and how n deviates from it.
        darr::array profile(grid.reduce_keeping({1}), darr::dtype::float64);
        n.reduce_dims(darr::reduction_op::mean, {1}, profile);
        w.assign(profile);
        w = n - w;
        const auto fluctuation = w.reduce<double>(darr::reduction_op::std);

        if (rank == 0)
            std::printf("energy %.6f enstrophy %.6f highest %.6f flux %.6f fluctuation %.6f\n", numbers[0],
                        numbers[1], numbers[2], numbers[3], fluctuation);
    }
    MPI_Finalize();
}
