/* A project in C alone: sums an array and prints which MPI its library is for. */
#include <distarray_mpi.h>
#include <stdio.h>

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    darr_dim dim = {.size = sizeof dim, .extent = 100, .map = DARR_BLOCK};
    darr_dist *dist = NULL;
    darr_array *array = NULL;
    double two = 2, sum = 0;
    int rank, failed = darr_dist_create(MPI_Comm_c2f(MPI_COMM_WORLD), 1, &dim, NULL, &dist) ||
                       darr_array_create(dist, DARR_FLOAT64, &array) ||
                       darr_array_fill(array, DARR_FLOAT64, &two) ||
                       darr_array_reduce(array, DARR_SUM, DARR_FLOAT64, &sum);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (failed)
        fprintf(stderr, "%s\n", darr_last_error());
    else if (rank == 0)
        printf("sum %g with %s\n", sum, darr_build_info());
    darr_array_free(array);
    darr_dist_free(dist);
    MPI_Finalize();
    return failed || sum != 200;
}
