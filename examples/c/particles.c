/* Particles on a periodic grid, as in a particle-in-cell code: any rank may hold any particle. Their charges are added to the cells in
 * which they are, a cell spreads its charge to its upper neighbours, over ghosts that are added back to their owners, and every
 * particle reads the density where it is. */
/* prints: charge 1000, density at the particles 4030 */
#include <distarray_mpi.h>
#include <stdio.h>
#include <stdlib.h>
#define TRY(call) if (call) { fprintf(stderr, "%s\n", darr_last_error()); MPI_Abort(MPI_COMM_WORLD, 1); }
enum { CELLS = 64, PARTICLES = 1000 };

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int comm = MPI_Comm_c2f(MPI_COMM_WORLD), rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);

    darr_dim dim = {.size = sizeof dim, .extent = CELLS, .map = DARR_BLOCK, .periodic = 1, .halo = {0, 1}};
    darr_dim each = {.size = sizeof each, .extent = PARTICLES, .map = DARR_CYCLIC, .block_size = 1};
    darr_dist *grid, *held;
    darr_array *density, *charges;
    TRY(darr_dist_create(comm, 2, (darr_dim[]){dim, dim}, NULL, &grid));
    TRY(darr_dist_create(comm, 1, &each, NULL, &held));
    TRY(darr_array_create(grid, DARR_FLOAT64, &density));
    TRY(darr_array_create(held, DARR_FLOAT64, &charges));

    /* This rank's particles, and the cells in which they are, whoever owns those. */
    int64_t n;
    TRY(darr_dist_count(held, -1, &n));
    int64_t(*cells)[2] = malloc((n + 1) * sizeof *cells);
    for (int64_t p = 0; p < n; ++p) {
        int64_t k = rank + p * ranks;
        cells[p][0] = k * k % CELLS, cells[p][1] = 5 * k % CELLS;
    }
    darr_plan *deposit, *back, *read;
    darr_halo_options add = DARR_HALO_OPTIONS_INIT;
    add.accumulate = 1;
    TRY(darr_plan_scatter(density, n, cells[0], charges, DARR_COMBINE_ADD, &deposit));
    TRY(darr_plan_halo(1, &density, &add, &back));
    TRY(darr_plan_gather(density, n, cells[0], charges, &read));

    double one = 1, total, seen;
    TRY(darr_array_fill(charges, DARR_FLOAT64, &one));
    TRY(darr_plan_run(deposit));
    darr_view v = DARR_VIEW_INIT;
    TRY(darr_array_view(density, &v));
    double *u = v.base;
    int64_t rows = v.strides[0] / 8;
    for (int64_t i = v.owned_hi[0] - 1; i >= v.owned_lo[0]; --i)
        for (int64_t j = v.owned_hi[1] - 1; j >= v.owned_lo[1]; --j) {
            double quarter = u[i * rows + j] / 4; /* into ghosts at the upper ends */
            u[i * rows + j] = quarter;
            u[i * rows + j + 1] += quarter, u[(i + 1) * rows + j] += quarter, u[(i + 1) * rows + j + 1] += quarter;
        }
    TRY(darr_plan_begin(back)); /* what needs no density could be done meanwhile */
    TRY(darr_plan_end(back));
    TRY(darr_plan_run(read));
    TRY(darr_array_reduce(density, DARR_SUM, DARR_FLOAT64, &total));
    TRY(darr_array_reduce(charges, DARR_SUM, DARR_FLOAT64, &seen));
    if (rank == 0) printf("charge %g, density at the particles %g\n", total, seen);

    free(cells);
    darr_plan_free(deposit), darr_plan_free(back), darr_plan_free(read);
    darr_array_free(density), darr_array_free(charges), darr_dist_free(grid), darr_dist_free(held);
    MPI_Finalize();
}
