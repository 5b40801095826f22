/* Two models on different ranks: an ocean on the first half, an atmosphere on all. Each has its own distribution; a field goes from one
 * to the other, transposed and converted on the way, and from there, by element order, to the unknowns of a solver, which deals them
 * out by a list. The solver's rows lie on ranks so that little moves. */
/* prints: air 45828, every third unknown 13836, warm cells 84 */
#include <distarray_mpi.h>
#include <stdio.h>
#define TRY(call) if (call) { fprintf(stderr, "%s\n", darr_last_error()); MPI_Abort(MPI_COMM_WORLD, 1); }
enum { LON = 18, LAT = 12, N = LON * LAT };

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int world = MPI_Comm_c2f(MPI_COMM_WORLD), rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    int swims = rank < (ranks + 1) / 2;
    MPI_Comm ocean;
    MPI_Comm_split(MPI_COMM_WORLD, swims ? 0 : MPI_UNDEFINED, rank, &ocean);

    darr_dim lon = {.size = sizeof lon, .extent = LON, .map = DARR_BLOCK};
    darr_dim lat = {.size = sizeof lat, .extent = LAT, .map = DARR_CYCLIC, .block_size = 2};
    darr_dist *sea = NULL, *sky, *rows, *nearer;
    darr_array *surface = NULL, *air, *unknowns, *solved;
    if (swims) {
        TRY(darr_dist_create_mpi(ocean, 2, (darr_dim[]){lon, lat}, NULL, &sea));
        TRY(darr_array_create(sea, DARR_INT32, &surface));
        darr_view v = DARR_VIEW_INIT;
        TRY(darr_array_view(surface, &v));
        for (int64_t i = 0; i < v.extents[0]; ++i)
            for (int64_t j = 0; j < v.extents[1]; ++j) {
                int64_t index[2];
                TRY(darr_dist_to_global(sea, -1, (int64_t[]){i, j}, index));
                *(int32_t *)((char *)v.base + i * v.strides[0] + j * v.strides[1]) = 20 * index[0] + index[1] * index[1];
            }
    }
    TRY(darr_dist_create(world, 2, (darr_dim[]){lat, lon}, NULL, &sky));
    TRY(darr_array_create(sky, DARR_FLOAT64, &air));

    /* Unknown number k belongs to the rank (k * k) % ranks; each rank lists its own. */
    int64_t own[N], n = 0;
    for (int64_t k = 0; k < N; ++k)
        if (k * k % ranks == rank) own[n++] = k;
    darr_dim list = {.size = sizeof list, .extent = N, .map = DARR_UNSTRUCTURED, .indices = own, .n_indices = n};
    TRY(darr_dist_create(world, 1, &list, NULL, &rows));
    TRY(darr_array_create(rows, DARR_FLOAT64, &unknowns));

    darr_plan *couple, *unroll;
    darr_move_options turn = DARR_MOVE_OPTIONS_INIT, flat = DARR_MOVE_OPTIONS_INIT;
    turn.axes = (int[]){1, 0};
    flat.reshape = DARR_RESHAPE_C;
    const darr_array *from = surface;
    TRY(darr_plan_redistribute_between(world, 1, swims ? &from : NULL, &air, &turn, &couple));
    TRY(darr_plan_redistribute(1, (const darr_array *const *)&air, &unknowns, &flat, &unroll));
    TRY(darr_plan_run(couple));
    TRY(darr_plan_run(unroll));

    /* The same blocks on ranks that have most of them already. */
    darr_dim block = {.size = sizeof block, .extent = N, .map = DARR_BLOCK};
    darr_dist *blocks;
    TRY(darr_dist_create(world, 1, &block, NULL, &blocks));
    TRY(darr_dist_relabel(rows, blocks, &nearer));
    TRY(darr_array_create(nearer, DARR_FLOAT64, &solved));
    TRY(darr_array_assign(solved, unknowns, DARR_ORDER_C));

    /* A view of every third unknown, and a new array of those that are warm. */
    darr_index third = {.size = sizeof third, .kind = DARR_INDEX_SLICE, .start = 0, .stop = DARR_NONE, .step = 3};
    darr_array *some, *is_warm, *warm;
    darr_dist *chosen;
    double in_air, in_some, least = 250;
    TRY(darr_array_slice(solved, 1, &third, &some));
    TRY(darr_array_create(nearer, DARR_BOOL, &is_warm));
    darr_view v = DARR_VIEW_INIT, w = DARR_VIEW_INIT;
    TRY(darr_array_view(solved, &v));
    TRY(darr_array_view(is_warm, &w));
    for (int64_t i = 0; i < v.extents[0]; ++i) ((char *)w.base)[i] = ((double *)v.base)[i] > least;
    TRY(darr_array_mask(solved, is_warm, &warm));
    TRY(darr_array_dist(warm, &chosen));
    TRY(darr_dist_shape(chosen, &n));
    TRY(darr_array_reduce(air, DARR_SUM, DARR_FLOAT64, &in_air));
    TRY(darr_array_reduce(some, DARR_SUM, DARR_FLOAT64, &in_some));
    if (rank == 0) printf("air %g, every third unknown %g, warm cells %lld\n", in_air, in_some, (long long)n);

    darr_plan_free(couple), darr_plan_free(unroll);
    darr_array *arrays[] = {surface, air, unknowns, solved, some, is_warm, warm};
    darr_dist *dists[] = {sea, sky, rows, blocks, nearer, chosen};
    for (int i = 0; i < 7; ++i) darr_array_free(arrays[i]);
    for (int i = 0; i < 6; ++i) darr_dist_free(dists[i]);
    if (ocean != MPI_COMM_NULL) MPI_Comm_free(&ocean);
    MPI_Finalize();
}
