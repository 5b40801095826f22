/* Heat spreads on a periodic grid. The loops and the memory are the program's own; the library does the rest. */
/* prints: total heat 1.000000000000 */
#include <distarray_mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define AT(i, j) ((i) * (n[1] + 2) + (j))
#define TRY(call) if (call) { fprintf(stderr, "%s\n", darr_last_error()); MPI_Abort(MPI_COMM_WORLD, 1); }

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int comm = MPI_Comm_c2f(MPI_COMM_WORLD), rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    darr_dim dim = {.size = sizeof dim, .extent = 64, .map = DARR_BLOCK, .periodic = 1, .halo = {1, 1}};
    darr_dist *grid;
    int64_t n[2], hot[2] = {32, 32};
    TRY(darr_dist_create(comm, 2, (darr_dim[]){dim, dim}, NULL, &grid));
    TRY(darr_dist_count(grid, -1, n));
    size_t bytes = AT(n[0] + 2, 0) * sizeof(double);
    double *u = calloc(1, bytes), *next = calloc(1, bytes), one = 1, total;
    darr_memory memory = {.size = sizeof memory, .base = u, .bytes = bytes, .dtype = DARR_FLOAT64, .ndim = 2,
                          .extents = {n[0] + 2, n[1] + 2}, .strides = {(n[1] + 2) * 8, 8}};
    darr_array *heat;
    darr_plan *halo;
    TRY(darr_array_wrap(grid, &memory, &heat));
    TRY(darr_array_set(heat, hot, DARR_FLOAT64, &one)); /* its owner writes it */
    TRY(darr_plan_halo(1, &heat, NULL, &halo));
    for (int step = 0; step < 100; ++step) {
        TRY(darr_plan_run(halo));
        for (int64_t i = 1; i <= n[0]; ++i)
            for (int64_t j = 1; j <= n[1]; ++j)
                next[AT(i, j)] = 0.2 * (u[AT(i, j)] + u[AT(i - 1, j)] + u[AT(i + 1, j)] + u[AT(i, j - 1)] + u[AT(i, j + 1)]);
        memcpy(u, next, bytes);
    }
    TRY(darr_image_save(heat, "heat.png", NULL));
    TRY(darr_array_reduce(heat, DARR_SUM, DARR_FLOAT64, &total));
    if (rank == 0) printf("total heat %.12f\n", total);
    darr_plan_free(halo), darr_array_free(heat), darr_dist_free(grid);
    free(u), free(next);
    MPI_Finalize();
}
