// A project in C++ alone: sums an array and prints which MPI its library is for.
#include <distarray_mpi.hpp>

#include <iostream>

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    double sum = 0;
    try {
        const darr::distribution dist(darr::comm(MPI_COMM_WORLD), {darr::dim::block(100)});
        darr::array array(dist, darr::dtype::float64);
        array.fill(2.0);
        sum = array.reduce<double>(darr::reduction_op::sum);
        if (dist.owner({0}) == 0 && dist.owned().lo[0] == 0) {
            std::cout << "sum " << sum << " with " << darr_build_info() << std::endl;
        }
    } catch (const darr::error &failure) {
        std::cerr << failure.what() << std::endl;
    }
    MPI_Finalize();
    return sum == 200 ? 0 : 1;
}
