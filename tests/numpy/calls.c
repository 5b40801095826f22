/* What the Python programs of this folder call where the library's own functions take structs, and MPI. */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#include <distarray.h>

enum { MOST = 16, DIM = 11, ENTRY = 4 };

int start(void) { return MPI_Init(NULL, NULL); }

int finish(void) { return MPI_Finalize(); }

void give_up(void) { MPI_Abort(MPI_COMM_WORLD, 1); }

int size(void) {
    int size = 0;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return size;
}

int rank(void) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

int world(void) { return MPI_Comm_c2f(MPI_COMM_WORLD); }

long total(long mine) {
    long all = 0;
    MPI_Allreduce(&mine, &all, 1, MPI_LONG, MPI_SUM, MPI_COMM_WORLD);
    return all;
}

/* Whether every rank has the text of rank 0. */
int alike(const char *text) {
    char first[1024] = "";
    strncpy(first, text, sizeof first - 1);
    MPI_Bcast(first, sizeof first, MPI_CHAR, 0, MPI_COMM_WORLD);
    return total(strncmp(first, text, sizeof first - 1) != 0) == 0;
}

/* Dimensions are rows of numbers: extent, map, procs, periodic, rule, block size, halo, boundary, number of indices. */
int distribute(int ndim, const int64_t (*rows)[DIM], const int64_t *const *cuts, const int64_t *const *indices, int order,
               int grid_order, darr_dist **dist_out) {
    darr_dim dims[DARR_MAX_NDIM];
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    for (int d = 0; d < ndim; d++) {
        const int64_t *row = rows[d];
        dims[d] = (darr_dim)DARR_DIM_INIT;
        dims[d].extent = row[0];
        dims[d].map = (int)row[1];
        dims[d].procs = (int)row[2];
        dims[d].periodic = (int)row[3];
        dims[d].rule = (int)row[4];
        dims[d].block_size = row[5];
        memcpy(dims[d].halo, row + 6, sizeof dims[d].halo);
        memcpy(dims[d].boundary, row + 8, sizeof dims[d].boundary);
        dims[d].n_indices = row[10];
        dims[d].cuts = cuts[d];
        dims[d].indices = indices[d];
    }
    options.order = order;
    options.grid_order = grid_order;
    return darr_dist_create(world(), ndim, dims, &options, dist_out);
}

int wrap(const darr_dist *dist, void *base, int dtype, int ndim, const int64_t *extents, const int64_t *strides, darr_array **array_out) {
    darr_memory memory = DARR_MEMORY_INIT;
    memory.base = base;
    memory.dtype = dtype;
    memory.ndim = ndim;
    memcpy(memory.extents, extents, (size_t)ndim * sizeof *extents);
    memcpy(memory.strides, strides, (size_t)ndim * sizeof *strides);
    return darr_array_wrap(dist, &memory, array_out);
}

int view(const darr_array *array, void **base_out, int64_t *extents_out, int64_t *strides_out, int64_t *lo_out, int64_t *hi_out) {
    darr_view view = DARR_VIEW_INIT;
    int code = darr_array_view(array, &view);
    size_t bytes = (size_t)view.ndim * sizeof(int64_t);
    *base_out = view.base;
    memcpy(extents_out, view.extents, bytes);
    memcpy(strides_out, view.strides, bytes);
    memcpy(lo_out, view.owned_lo, bytes);
    memcpy(hi_out, view.owned_hi, bytes);
    return code;
}

/* Entries are rows of numbers: kind, start, stop, step. */
int slice(const darr_array *array, int n, const int64_t (*rows)[ENTRY], darr_array **view_out) {
    darr_index entries[MOST];
    for (int i = 0; i < n; i++) {
        entries[i] = (darr_index)DARR_INDEX_INIT;
        entries[i].kind = (int)rows[i][0];
        entries[i].start = rows[i][1];
        entries[i].stop = rows[i][2];
        entries[i].step = rows[i][3];
    }
    return darr_array_slice(array, n, entries, view_out);
}

/* An operand, as library.py declares it too. */
typedef struct {
    const darr_array *array;
    const void *data;
    const int64_t *extents, *strides;
    int dtype, weak, ndim;
} given;

static void operands_of(int n, const given *all, darr_operand *operands) {
    for (int i = 0; i < n; i++) {
        operands[i] = (darr_operand)DARR_OPERAND_INIT;
        operands[i].array = all[i].array;
        operands[i].data = all[i].data;
        operands[i].dtype = all[i].dtype;
        operands[i].weak = all[i].weak;
        operands[i].ndim = all[i].ndim;
        operands[i].extents = all[i].extents;
        operands[i].strides = all[i].strides;
    }
}

int evaluate(const char *formula, int n, const char *const *names, const given *all, int exchange, darr_array *out) {
    darr_operand operands[MOST];
    darr_eval_options options = DARR_EVAL_OPTIONS_INIT;
    operands_of(n, all, operands);
    options.exchange = exchange;
    return darr_eval_with(formula, n, names, operands, &options, out);
}

int apply(int ufunc, int n, const given *all, darr_array *out) {
    darr_operand operands[MOST];
    operands_of(n, all, operands);
    return darr_ufunc(ufunc, n, operands, out);
}

int values(int nformulas, const char *const *formulas, int n, const char *const *names, const given *all, int dtype, void *values_out) {
    darr_operand operands[MOST];
    operands_of(n, all, operands);
    return darr_eval_values(nformulas, formulas, n, names, operands, dtype, values_out);
}
