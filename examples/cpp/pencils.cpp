// A field in pencils: whole along one dimension on every rank, then transposed to the next, as Fourier transforms and compact schemes
// need it. Here each rank sums up along its pencils, so that the last element becomes the sum of all; rank 0 looks at the last plane.
// prints: last 24576, in the plane 24576
#include <cstdio>
#include <distarray_mpi.hpp>
#include <vector>

// Running sums along dimension d, of which this rank has all.
static void sum_along(const darr::array &array, int d) {
    const auto v = array.view<double>();
    const int e = (d + 1) % 3, f = (d + 2) % 3;
    std::int64_t at[3];
    const auto element = [&]() -> double & { return v(at[0], at[1], at[2]); };
    for (at[e] = 0; at[e] < v.extent(e); ++at[e])
        for (at[f] = 0; at[f] < v.extent(f); ++at[f]) {
            double sum = 0;
            for (at[d] = 0; at[d] < v.extent(d); ++at[d]) sum = element() += sum;
        }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    {
        const auto world = darr::comm(MPI_COMM_WORLD);
        const std::int64_t shape[] = {48, 32, 16};
        std::vector<darr::array> pencil;
        for (int d = 0; d < 3; ++d) {
            std::vector<darr::dim> dims;
            for (int k = 0; k < 3; ++k)
                dims.push_back(k == d ? darr::dim::whole(shape[k]) : darr::dim::block(shape[k]));
            pencil.emplace_back(darr::distribution(world, dims), darr::dtype::float64);
        }
        auto x_to_y = darr::plan::redistribute({pencil[0]}, {pencil[1]});
        auto y_to_z = darr::plan::redistribute({pencil[1]}, {pencil[2]});

        pencil[0].fill(1.0);
        sum_along(pencil[0], 0);
        x_to_y.run();
        sum_along(pencil[1], 1);
        y_to_z.run();
        sum_along(pencil[2], 2);
        const auto last = pencil[2].get<double>({47, 31, 15});

        std::vector<double> plane(48 * 32);
        const std::vector<darr::index> part = {darr::all(), darr::all(), 15};
        if (rank == 0) pencil[2].fetch(part, plane.data());
        else pencil[2].fetch<double>(); // asks for nothing
        if (rank == 0) std::printf("last %g, in the plane %g\n", last, plane.back());
    }
    MPI_Finalize();
}
