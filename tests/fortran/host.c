/* The host of the Fortran tests: MPI through its C functions, so that one source serves every Fortran compiler, and what
 * the library's header says, for comparison with the module's constants and types. */
#include <distarray.h>
#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>

int host_start(void)
{
    MPI_Init(NULL, NULL);
    return MPI_Comm_c2f(MPI_COMM_WORLD);
}

int host_rank(void)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

int host_ranks(void)
{
    int ranks;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    return ranks;
}

int host_sum(int mine)
{
    int all;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    return all;
}

int host_cart(int ndims, const int *dims, const int *periods)
{
    MPI_Comm cart;
    MPI_Cart_create(MPI_COMM_WORLD, ndims, dims, periods, 0, &cart);
    return MPI_Comm_c2f(cart);
}

void host_free(int comm)
{
    MPI_Comm c = MPI_Comm_f2c(comm);
    MPI_Comm_free(&c);
}

void host_finish(void) { MPI_Finalize(); }

void host_sizes(int64_t sizes[18])
{
    sizes[0] = sizeof(darr_dim);
    sizes[1] = sizeof(darr_dist_options);
    sizes[2] = sizeof(darr_memory);
    sizes[3] = sizeof(darr_view);
    sizes[4] = sizeof(darr_reduction);
    sizes[5] = sizeof(darr_halo_options);
    sizes[6] = sizeof(darr_image_options);
    sizes[7] = sizeof(darr_plan_info);
    sizes[8] = sizeof(darr_move_options);
    sizes[9] = sizeof(darr_index);
    sizes[10] = sizeof(darr_neighbour);
    sizes[11] = sizeof(darr_edge);
    sizes[12] = sizeof(darr_edge_region);
    sizes[13] = sizeof(darr_random);
    sizes[14] = sizeof(darr_reduce_options);
    sizes[15] = sizeof(darr_node);
    sizes[16] = sizeof(darr_operand);
    sizes[17] = sizeof(darr_eval_options);
}

/* In the order of the list in t001_library.f90. */
static const int constants[] = {
    DARR_OK, DARR_ERR_ARGUMENT, DARR_ERR_HANDLE, DARR_ERR_UNSUPPORTED, DARR_ERR_MISMATCH, DARR_ERR_MEMORY,
    DARR_ERR_COMM, DARR_ERR_MPI, DARR_ERR_IO, DARR_ERR_FORMAT, DARR_ERR_STATE, DARR_ERR_PROTOCOL, DARR_ERR_INTERNAL,
    DARR_ERR_CALLBACK,
    DARR_BOOL, DARR_INT8, DARR_INT16, DARR_INT32, DARR_INT64, DARR_UINT8, DARR_UINT16, DARR_UINT32, DARR_UINT64,
    DARR_FLOAT32, DARR_FLOAT64, DARR_COMPLEX64, DARR_COMPLEX128, DARR_MAX_NDIM, DARR_WHOLE, DARR_BLOCK, DARR_CYCLIC,
    DARR_UNSTRUCTURED, DARR_BALANCED, DARR_CEIL, DARR_REMAINDER_LAST, DARR_ORDER_C, DARR_ORDER_F, DARR_GRID_ROW_MAJOR,
    DARR_GRID_COLUMN_MAJOR, DARR_STAGGER_CELL, DARR_STAGGER_FACE, DARR_STAGGER_FACE_UPPER, DARR_SUM, DARR_MIN,
    DARR_MAX, DARR_MEAN, DARR_VAR, DARR_STD, DARR_DOT, DARR_NORM, DARR_PROD, DARR_ANY, DARR_ALL,
    DARR_ARGMIN, DARR_ARGMAX, DARR_COUNT_NONZERO, DARR_DOTU, DARR_READ, DARR_CREATE, DARR_UPDATE,
    DARR_COMBINE_INSERT, DARR_COMBINE_ADD, DARR_COMBINE_MIN, DARR_COMBINE_MAX,
    DARR_WAY_DIRECT, DARR_WAY_STAGED, DARR_WAY_MPI, DARR_RESHAPE_NONE, DARR_RESHAPE_C, DARR_RESHAPE_F,
    DARR_SIDE_BELOW, DARR_SIDE_ABOVE, DARR_EDGE_CONSTANT, DARR_EDGE_ZERO_GRADIENT, DARR_EDGE_LINEAR, DARR_EDGE_MIRROR,
    DARR_EDGE_ANTISYMMETRIC, DARR_EDGE_CALLBACK, DARR_ABOUT_EDGE, DARR_ABOUT_FACE, DARR_ABOUT_CELL,
    DARR_COLORS_VIRIDIS, DARR_COLORS_GRAY, DARR_COLORS_RED_BLUE, DARR_COLORS_INFERNO,
};

int host_constants(int n, int *values)
{
    int all = sizeof constants / sizeof *constants;
    for (int i = 0; i < n && i < all; i++)
        values[i] = constants[i];
    return all;
}
