/* Two codes share an array without a copy and without a library: both know distarray_protocol.h alone. */
/* prints: 120 elements, mean 59.5 */
#include <distarray_protocol.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

/* The producer: a solver with 12 x 10 elements, columns spread over the ranks, with one ghost column from each neighbour,
 * in Fortran order. Everything that a descriptor of its field points to lies in here. */
typedef struct solver {
    double *field;
    int64_t extents[2], strides[2];
    darr_protocol_dim dims[2];
} solver;

static void solver_release(darr_protocol *self) {
    solver *s = self->private_data;
    free(s->field);
    free(s);
    self->release = NULL;
}

static darr_protocol solver_run(int rank, int ranks) {
    enum { ROWS = 12, COLUMNS = 10 };
    int64_t first = rank * COLUMNS / ranks, last = (rank + 1) * COLUMNS / ranks;
    int64_t below = rank > 0, above = rank < ranks - 1, columns = last - first + below + above;
    solver *s = calloc(1, sizeof *s);
    s->field = malloc((size_t)(ROWS * columns) * sizeof *s->field);
    for (int64_t j = 0; j < columns; j++)
        for (int64_t i = 0; i < ROWS; i++)
            s->field[i + ROWS * j] = (double)(i + ROWS * (first - below + j));

    s->extents[0] = ROWS;
    s->extents[1] = columns;
    s->strides[0] = sizeof(double);
    s->strides[1] = ROWS * sizeof(double);
    s->dims[0] = (darr_protocol_dim){.dist_type = DARR_PROTOCOL_BLOCK, .size = ROWS, .proc_grid_size = 1, .stop = ROWS};
    s->dims[1] = (darr_protocol_dim){.dist_type = DARR_PROTOCOL_BLOCK, .size = COLUMNS, .proc_grid_size = ranks,
                                     .proc_grid_rank = rank, .start = first - below, .stop = last + above,
                                     .padding = {below, above}};
    return (darr_protocol){.version_major = DARR_PROTOCOL_VERSION_MAJOR, .version_minor = DARR_PROTOCOL_VERSION_MINOR,
                           .dtype = DARR_PROTOCOL_FLOAT64, .device = DARR_PROTOCOL_DEVICE_CPU, .ndim = 2, .in_grid = 1,
                           .base = s->field, .extents = s->extents, .strides = s->strides, .dims = s->dims,
                           .release = solver_release, .private_data = s};
}

/* The consumer: the mean of any array of doubles in blocks that are not empty. Padding towards a neighbour is a copy and does
 * not count. */
static int mean(MPI_Comm comm, darr_protocol *array, int64_t *n, double *value) {
    int64_t lo[DARR_PROTOCOL_MAX_NDIM], hi[DARR_PROTOCOL_MAX_NDIM], i[DARR_PROTOCOL_MAX_NDIM];
    double mine[2] = {0, 0}, all[2];
    if (array->version_major != DARR_PROTOCOL_VERSION_MAJOR || array->device != DARR_PROTOCOL_DEVICE_CPU ||
        array->dtype != DARR_PROTOCOL_FLOAT64 || !array->in_grid)
        return 1;
    for (int d = 0; d < array->ndim; d++) {
        const darr_protocol_dim *dim = &array->dims[d];
        if (dim->dist_type != DARR_PROTOCOL_BLOCK || dim->start == dim->stop)
            return 1;
        lo[d] = i[d] = dim->proc_grid_rank > 0 ? dim->padding[0] : 0;
        hi[d] = array->extents[d] - (dim->proc_grid_rank < dim->proc_grid_size - 1 ? dim->padding[1] : 0);
    }
    for (int d = 0; d >= 0;) {
        const char *at = array->base;
        for (d = 0; d < array->ndim; d++)
            at += i[d] * array->strides[d];
        mine[0] += 1;
        mine[1] += *(const double *)at;
        for (d = array->ndim - 1; d >= 0 && ++i[d] == hi[d]; d--)
            i[d] = lo[d];
    }
    MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, comm);
    *n = (int64_t)all[0];
    *value = all[1] / all[0];
    return 0;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int rank, ranks, failed;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    darr_protocol made = solver_run(rank, ranks), taken = {0};
    darr_protocol_move(&taken, &made); /* the consumer has it now, and gives it back */
    int64_t n = 0;
    double value = 0;
    failed = mean(MPI_COMM_WORLD, &taken, &n, &value);
    darr_protocol_release(&taken);
    if (rank == 0 && !failed)
        printf("%lld elements, mean %g\n", (long long)n, value);
    MPI_Finalize();
    return failed;
}
