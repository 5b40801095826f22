/* Heat between two walls, a cold one and a warm one: the exchange of ghosts fills what lies beyond the walls too. */
/* prints: mean 0.500000 */
#include <distarray_mpi.h>
#include <stdio.h>
#define TRY(call) if (call) { fprintf(stderr, "%s\n", darr_last_error()); MPI_Abort(MPI_COMM_WORLD, 1); }
#define AT(i, j) u[(i) * n1 + (j)]

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int comm = MPI_Comm_c2f(MPI_COMM_WORLD), rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    darr_dim along = {.size = sizeof along, .extent = 8, .map = DARR_BLOCK, .periodic = 1, .halo = {1, 1}};
    darr_dim across = {.size = sizeof across, .extent = 16, .map = DARR_BLOCK, .halo = {1, 1}, .boundary = {1, 1}};
    darr_dist *grid;
    TRY(darr_dist_create(comm, 2, (darr_dim[]){along, across}, NULL, &grid));
    darr_array *now, *next;
    TRY(darr_array_create(grid, DARR_FLOAT64, &now));
    TRY(darr_array_create(grid, DARR_FLOAT64, &next));

    /* On the walls, half a cell beyond the last one, the temperature is 0 and 1. */
    double zero = 0, one = 1, mean;
    darr_edge cold = {.size = sizeof cold, .dim = 1, .side = DARR_SIDE_BELOW, .kind = DARR_EDGE_ANTISYMMETRIC,
                      .dtype = DARR_FLOAT64, .value = &zero};
    darr_edge warm = cold;
    warm.side = DARR_SIDE_ABOVE, warm.value = &one;
    darr_halo_options options = DARR_HALO_OPTIONS_INIT;
    options.n_edges = 2, options.edges = (darr_edge[]){cold, warm};
    darr_plan *halo;
    TRY(darr_plan_halo(1, &now, &options, &halo));

    darr_view view = DARR_VIEW_INIT, other = DARR_VIEW_INIT;
    TRY(darr_array_view(now, &view));
    TRY(darr_array_view(next, &other));
    double *u = view.base, *v = other.base;
    int64_t n1 = view.extents[1];
    for (int step = 0; step < 4000; ++step) {
        TRY(darr_plan_run(halo));
        for (int64_t i = view.owned_lo[0]; i < view.owned_hi[0]; ++i)
            for (int64_t j = view.owned_lo[1]; j < view.owned_hi[1]; ++j)
                v[i * n1 + j] = 0.2 * (AT(i, j) + AT(i - 1, j) + AT(i + 1, j) + AT(i, j - 1) + AT(i, j + 1));
        TRY(darr_array_copy(next, now));
    }
    TRY(darr_array_reduce(now, DARR_MEAN, DARR_FLOAT64, &mean));
    if (rank == 0) printf("mean %.6f\n", mean);
    darr_plan_free(halo), darr_array_free(now), darr_array_free(next), darr_dist_free(grid);
    MPI_Finalize();
}
