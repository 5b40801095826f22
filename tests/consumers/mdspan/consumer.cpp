// A project in C++23: std::mdspan over the calling rank's section.
#include <distarray_mpi.hpp>

#include <iostream>

#ifndef __cpp_lib_mdspan
#error "this project needs a compiler with <mdspan>"
#endif

static int faults = 0;

static void check(bool holds, const char *what) {
    if (!holds) {
        std::cerr << what << std::endl;
        ++faults;
    }
}

static void sections(darr::communicator world) {
    const darr::distribution dist(world, {darr::dim::block(8).halo(1).periodic(), darr::dim::block(6)},
                                  darr::dist_options().memory(darr::order::f));
    const darr::array array(dist, darr::dtype::float64);
    const auto view = array.view<double>();
    const auto span = view.as_mdspan<2>();
    check(span.extent(0) == view.extent(0) && span.extent(1) == view.extent(1), "extents");
    for (std::int64_t i = 0; i < span.extent(0); ++i) {
        for (std::int64_t j = 0; j < span.extent(1); ++j) {
            span[i, j] = static_cast<double>(10 * i + j);
            check(&span[i, j] == &view(i, j), "an element lies elsewhere");
        }
    }
    try {
        static_cast<void>(view.as_mdspan<3>());
        check(false, "a mdspan of another rank was made");
    } catch (const darr::error &refused) {
        check(refused.code() == DARR_ERR_ARGUMENT, refused.what());
    }
}

static void reversed(darr::communicator world) {
    const darr::distribution dist(world, {darr::dim::whole(4)});
    const bool inside = dist.coords()[0] >= 0;
    double memory[4] = {};
    const auto array =
        inside ? darr::array::wrap(dist, memory + 3, {4}, {-8}) : darr::array::wrap(dist, memory, {0}, {8});
    if (!inside) {
        return;
    }
    try {
        static_cast<void>(array.view<double>().as_mdspan<1>());
        check(false, "a mdspan of a negative stride was made");
    } catch (const darr::error &refused) {
        check(refused.code() == DARR_ERR_UNSUPPORTED, refused.what());
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    sections(darr::comm(MPI_COMM_WORLD));
    reversed(darr::comm(MPI_COMM_WORLD));
    MPI_Finalize();
    return faults;
}
