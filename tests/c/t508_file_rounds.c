/* More elements on a rank than go through the buffer at once: padded, strided and reversed memory, in several rounds, of
 * which the ranks have different numbers.
 * ranks: 1 2 3
 * seconds: 180
 * valgrind: no */
#include "field.h"

#define ROWS INT64_C(3100)
#define COLUMNS INT64_C(2000)

static double value(int64_t row, int64_t column)
{
    return (double)(row * COLUMNS + column) + 0.25;
}

/* Sets or checks the owned elements; padding is -1. */
static void elements(darr_array *array, int check)
{
    darr_view v = DARR_VIEW_INIT;
    int64_t wrong = 0;
    CHECK_OK(darr_array_view(array, &v));
    for (int64_t i = 0; i < v.extents[0]; i++)
        for (int64_t j = 0; j < v.extents[1]; j++) {
            int64_t at[2] = {i, j};
            double *x = (double *)section_element(&v, at);
            double want = section_owns(&v, at) ? value(v.global_lo[0] + i, v.global_lo[1] + j) : -1;
            if (check)
                wrong += *x != want;
            else
                *x = want;
        }
    CHECK_INT(wrong, 0);
}

static darr_dist *uneven(int split, int order)
{
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_dist *dist = NULL;
    /* The last rank has nearly everything. */
    int64_t cuts[16];
    for (int k = 0; k <= check_size; k++)
        cuts[k] = k < check_size ? 7 * k : split ? COLUMNS : ROWS;
    dims[0].extent = ROWS;
    dims[1].extent = COLUMNS;
    dims[split].map = DARR_BLOCK;
    dims[split].cuts = cuts;
    dims[split].procs = check_size;
    for (int d = 0; d < 2; d++)
        dims[d].boundary[0] = dims[d].halo[0] = 1, dims[d].boundary[1] = dims[d].halo[1] = 2;
    options.order = order;
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(MPI_COMM_WORLD), 2, dims, &options, &dist));
    return dist;
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    for (int order = DARR_ORDER_C; order <= DARR_ORDER_F; order++) {
        darr_dist *rows = uneven(0, order), *columns = uneven(1, order);
        darr_array *saved = NULL, *loaded = NULL;
        darr_memory memory = DARR_MEMORY_INIT;
        darr_file *file = NULL;
        double *own, minus = -1;
        int64_t count[2], below[2], above[2];
        CHECK_NEEDED(darr_array_create(rows, DARR_FLOAT64, &saved));
        elements(saved, 0);

        /* Loaded into memory of the other order, rows from the end. */
        CHECK_OK(darr_dist_count(columns, -1, count));
        CHECK_OK(darr_dist_padding(columns, -1, below, above));
        memory.dtype = DARR_FLOAT64;
        memory.ndim = 2;
        for (int d = 0; d < 2; d++)
            memory.extents[d] = count[d] ? count[d] + below[d] + above[d] : 0;
        memory.strides[0] = -8;
        memory.strides[1] = 8 * memory.extents[0];
        own = malloc((size_t)(8 * (memory.extents[0] * memory.extents[1] + 1)));
        memory.base = own + memory.extents[0] - 1;
        CHECK_NEEDED(darr_array_wrap(columns, &memory, &loaded));
        CHECK_OK(darr_array_fill(loaded, DARR_FLOAT64, &minus));

        CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "rounds.h5", DARR_CREATE, &file));
        CHECK_OK(darr_file_save(file, "n", saved));
        CHECK_OK(darr_file_close(file));
        CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "rounds.h5", DARR_READ, &file));
        CHECK_OK(darr_file_load(file, "n", loaded));
        CHECK_OK(darr_file_close(file));
        elements(loaded, 1);
        elements(saved, 1);
        darr_array_free(saved), darr_array_free(loaded);
        darr_dist_free(rows), darr_dist_free(columns);
        free(own);
    }
    return check_end();
}
