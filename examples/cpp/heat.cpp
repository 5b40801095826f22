// Heat spreads on a periodic grid. The loops and the memory are the program's own; the library does the rest.
// prints: total heat 1.000000000000
#include <algorithm>
#include <cstdio>
#include <distarray_mpi.hpp>

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    {
        const auto world = darr::comm(MPI_COMM_WORLD);
        const auto dim = darr::dim::block(64).halo(1).periodic();
        const darr::distribution grid(world, {dim, dim});
        const auto n = grid.count();
        std::vector<double> u((n[0] + 2) * (n[1] + 2)), next(u.size());
        auto heat = darr::array::wrap(grid, u.data(), {n[0] + 2, n[1] + 2});
        heat.set({32, 32}, 1.0); // its owner writes it
        auto halo = darr::plan::halo({heat});
        const auto at = [&](auto i, auto j) { return i * (n[1] + 2) + j; };
        for (int step = 0; step < 100; ++step) {
            halo.run();
            for (auto i = 1; i <= n[0]; ++i)
                for (auto j = 1; j <= n[1]; ++j)
                    next[at(i, j)] = 0.2 * (u[at(i, j)] + u[at(i - 1, j)] + u[at(i + 1, j)] + u[at(i, j - 1)] + u[at(i, j + 1)]);
            std::copy(next.begin(), next.end(), u.begin());
        }
        darr::file out(world, "heat.h5", darr::mode::create);
        out.save("temperature", heat);
        out.close(); // without it the file is given up
        darr::save_image(heat, "heat.png");
        const auto total = heat.reduce<double>(darr::reduction_op::sum);
        if (grid.owned().lo == std::vector<std::int64_t>{0, 0}) std::printf("total heat %.12f\n", total);
    }
    MPI_Finalize();
}
