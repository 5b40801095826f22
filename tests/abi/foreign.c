/* A program of another MPI than the library was built for: every call that needs MPI gives DARR_ERR_COMM and names both, local calls work,
 * and the program's own MPI is untouched. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <distarray.h>

static int failed;

static void want(int good, const char *what)
{
    if (!good) {
        fprintf(stderr, "not true: %s; last error: %s\n", what, darr_last_error());
        failed = 1;
    }
}
#define WANT(condition) want((condition) != 0, #condition)

/* The Fortran handle of the world communicator: after MPI_Finalize MPI cannot be asked for it. */
static int comm;

static void refused(void)
{
    const char *built_for = getenv("DARR_BUILT_FOR");
    const char *own = strcmp(built_for, "MPICH") == 0 ? "Open MPI" : "MPICH";
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist = NULL;
    darr_file *file = NULL;
    dim.extent = 4;
    WANT(darr_dist_create(comm, 1, &dim, NULL, &dist) == DARR_ERR_COMM);
    WANT(strstr(darr_last_error(), "built for"));
    WANT(strstr(darr_last_error(), built_for));
    WANT(strstr(darr_last_error(), own));
    WANT(darr_comm_set_checks(comm, 1) == DARR_ERR_COMM);
    WANT(darr_file_open(comm, "never.h5", DARR_CREATE, &file) == DARR_ERR_COMM);
    WANT(dist == NULL && file == NULL);
}

int main(int argc, char **argv)
{
    int64_t bytes = 0;
    int rank, size, sum = 0;
    WANT(strstr(darr_build_info(), "built for"));
    WANT(darr_dtype_size(DARR_FLOAT64, &bytes) == DARR_OK && bytes == 8);
    MPI_Init(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    refused();
    refused();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    WANT(sum == size * (size - 1) / 2);
    MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    MPI_Finalize();
    refused();
    return failed;
}
