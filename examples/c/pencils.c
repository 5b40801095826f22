/* A field in pencils: whole along one dimension on every rank, then transposed to the next, as Fourier transforms and compact schemes
 * need it. Here each rank sums up along its pencils, so that the last element becomes the sum of all; rank 0 looks at the last plane. */
/* prints: last 24576, in the plane 24576 */
#include <distarray_mpi.h>
#include <stdio.h>
#define TRY(call) if (call) { fprintf(stderr, "%s\n", darr_last_error()); MPI_Abort(MPI_COMM_WORLD, 1); }

static const int64_t shape[3] = {48, 32, 16};

/* Running sums along dimension d, of which this rank has all. */
static void sum_along(const darr_array *array, int d) {
    darr_view v = DARR_VIEW_INIT;
    TRY(darr_array_view(array, &v));
    int e = (d + 1) % 3, f = (d + 2) % 3;
    for (int64_t i = 0; i < v.extents[e]; ++i)
        for (int64_t j = 0; j < v.extents[f]; ++j) {
            char *line = (char *)v.base + i * v.strides[e] + j * v.strides[f];
            for (int64_t k = 1; k < v.extents[d]; ++k)
                *(double *)(line + k * v.strides[d]) += *(double *)(line + (k - 1) * v.strides[d]);
        }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int comm = MPI_Comm_c2f(MPI_COMM_WORLD), rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    darr_dist *dist[3];
    darr_array *pencil[3];
    darr_plan *transpose[2];
    for (int d = 0; d < 3; ++d) {
        darr_dim dims[3];
        for (int k = 0; k < 3; ++k)
            dims[k] = (darr_dim){.size = sizeof *dims, .extent = shape[k], .map = k == d ? DARR_WHOLE : DARR_BLOCK};
        TRY(darr_dist_create(comm, 3, dims, NULL, &dist[d]));
        TRY(darr_array_create(dist[d], DARR_FLOAT64, &pencil[d]));
    }
    for (int d = 0; d < 2; ++d)
        TRY(darr_plan_redistribute(1, (const darr_array *const *)&pencil[d], &pencil[d + 1], NULL, &transpose[d]));

    double one = 1, last;
    TRY(darr_array_fill(pencil[0], DARR_FLOAT64, &one));
    for (int d = 0; d < 3; ++d) {
        if (d > 0) TRY(darr_plan_run(transpose[d - 1]));
        sum_along(pencil[d], d);
    }
    TRY(darr_array_get(pencil[2], (int64_t[]){47, 31, 15}, DARR_FLOAT64, &last));

    /* pencil[2][:, :, 15] for rank 0; the others ask for nothing. */
    static double plane[48][32];
    darr_index part[3] = {DARR_INDEX_INIT, DARR_INDEX_INIT, {.size = sizeof *part, .kind = DARR_INDEX_AT, .start = 15}};
    TRY(darr_array_fetch(pencil[2], 3, part, DARR_FLOAT64, NULL, rank == 0 ? plane : NULL));
    if (rank == 0) printf("last %g, in the plane %g\n", last, plane[47][31]);
    for (int d = 0; d < 3; ++d) darr_array_free(pencil[d]), darr_dist_free(dist[d]);
    for (int d = 0; d < 2; ++d) darr_plan_free(transpose[d]);
    MPI_Finalize();
}
