/* An array of any element type and distribution whose elements tell which ones they are. */
#ifndef FIELD_H
#define FIELD_H

#include "check.h"
#include "section.h"
#include <distarray_mpi.h>

#define FIELD_DIMS 4

/* How to distribute: "whole", "block", "cyclic" or "unstructured", and the padding. */
typedef struct {
    int64_t extent;
    int map;
    int procs;
    int64_t block_size;
    int64_t below, above;
} field_dim;

/* The indices of an unstructured dimension that a grid coordinate owns: dealt out like cards, the last ones first. */
static inline int64_t field_list(int64_t extent, int procs, int coord, int64_t *list)
{
    int64_t n = 0;
    for (int64_t i = extent - 1; i >= 0; i--)
        if ((i * 7) % procs == coord)
            list[n++] = i;
    return n;
}

/* Grid coordinate of this rank in a dimension, where the only distributed dimension is that one. */
static inline darr_dist *field_dist_on(MPI_Comm comm, int ndim, const field_dim *as, int order)
{
    static int64_t lists[FIELD_DIMS][4096];
    darr_dim dims[FIELD_DIMS] = {DARR_DIM_INIT, DARR_DIM_INIT, DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_dist *dist = NULL;
    int rank, size;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    for (int d = 0; d < ndim; d++) {
        dims[d].extent = as[d].extent;
        dims[d].map = as[d].map;
        dims[d].procs = as[d].procs;
        dims[d].block_size = as[d].block_size;
        dims[d].halo[0] = dims[d].boundary[0] = as[d].below;
        dims[d].halo[1] = dims[d].boundary[1] = as[d].above;
        if (as[d].map == DARR_UNSTRUCTURED) {
            /* All ranks in a line along this dimension, so that the coordinate is the rank. */
            dims[d].procs = size;
            dims[d].indices = lists[d];
            dims[d].n_indices = field_list(as[d].extent, size, rank, lists[d]);
        }
    }
    options.order = order;
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(comm), ndim, dims, &options, &dist));
    return dist;
}

static inline darr_dist *field_dist(int ndim, const field_dim *as, int order)
{
    return field_dist_on(MPI_COMM_WORLD, ndim, as, order);
}

/* The element with number `n` in C order, as bytes. Gives the size. */
static inline int field_value(int dtype, int64_t n, void *to)
{
    union {
        int8_t i8;
        int16_t i16;
        int32_t i32;
        int64_t i64;
        uint8_t u8;
        uint16_t u16;
        uint32_t u32;
        uint64_t u64;
        float f32[2];
        double f64[2];
    } v;
    int64_t k = 37 * n - 1000;
    int size = 0;
    switch (dtype) {
    case DARR_BOOL: v.u8 = (uint8_t)(n % 3 == 1), size = 1; break;
    case DARR_INT8: v.i8 = (int8_t)(k % 100), size = 1; break;
    case DARR_INT16: v.i16 = (int16_t)(k % 30000), size = 2; break;
    case DARR_INT32: v.i32 = (int32_t)(k * 1000), size = 4; break;
    case DARR_INT64: v.i64 = k * 1000000000000, size = 8; break;
    case DARR_UINT8: v.u8 = (uint8_t)(n % 251), size = 1; break;
    case DARR_UINT16: v.u16 = (uint16_t)(65000 - n % 60000), size = 2; break;
    case DARR_UINT32: v.u32 = 4000000000u - (uint32_t)n, size = 4; break;
    case DARR_UINT64: v.u64 = 18000000000000000000u - (uint64_t)n, size = 8; break;
    case DARR_FLOAT32: v.f32[0] = (float)k / 8, size = 4; break;
    case DARR_FLOAT64: v.f64[0] = (double)k / 3, size = 8; break;
    case DARR_COMPLEX64: v.f32[0] = (float)k, v.f32[1] = (float)n / 4, size = 8; break;
    case DARR_COMPLEX128: v.f64[0] = (double)k, v.f64[1] = (double)n / 7, size = 16; break;
    default: CHECK(!"a dtype");
    }
    memcpy(to, &v, (size_t)size);
    return size;
}

/* Number in C order of the element at a local index. */
static inline int64_t field_number(const darr_dist *dist, const darr_view *v, const int64_t *i)
{
    int64_t g[FIELD_DIMS] = {0}, shape[FIELD_DIMS] = {0}, n = 0;
    CHECK_OK(darr_dist_to_global(dist, -1, i, g));
    CHECK_OK(darr_dist_shape(dist, shape));
    for (int d = 0; d < v->ndim; d++)
        n = n * shape[d] + g[d];
    return n;
}

#define FIELD_PADDING 0x5a

/* A single value has no extents that could tell that a rank has none: rank 0 of the communicator holds it. */
static inline int field_begin(const darr_view *v, int64_t *i)
{
    return section_begin(v, i) && (v->ndim > 0 || check_rank == 0);
}

/* Owned elements by their number plus `shift`, padding by a pattern. */
static inline void field_set(darr_array *array, int64_t shift)
{
    darr_view v = DARR_VIEW_INIT;
    darr_dist *dist = NULL;
    int64_t i[FIELD_DIMS], bytes = 0;
    CHECK_OK(darr_array_view(array, &v));
    CHECK_OK(darr_array_dist(array, &dist));
    CHECK_OK(darr_dtype_size(v.dtype, &bytes));
    for (int more = field_begin(&v, i); more; more = section_next(&v, i)) {
        void *at = section_element(&v, i);
        if (section_owns(&v, i))
            field_value(v.dtype, field_number(dist, &v, i) + shift, at);
        else
            memset(at, FIELD_PADDING, (size_t)bytes);
    }
    darr_dist_free(dist);
}

/* Everything to a pattern. */
static inline void field_clear(darr_array *array)
{
    darr_view v = DARR_VIEW_INIT;
    int64_t i[FIELD_DIMS], bytes = 0;
    CHECK_OK(darr_array_view(array, &v));
    CHECK_OK(darr_dtype_size(v.dtype, &bytes));
    for (int more = field_begin(&v, i); more; more = section_next(&v, i))
        memset(section_element(&v, i), FIELD_PADDING, (size_t)bytes);
}

/* Every owned element has its value, every other byte the pattern. */
static inline void field_check(const darr_array *array, int64_t shift, const char *name)
{
    darr_view v = DARR_VIEW_INIT;
    darr_dist *dist = NULL;
    int64_t i[FIELD_DIMS], bytes = 0;
    unsigned char want[16];
    CHECK_OK(darr_array_view(array, &v));
    CHECK_OK(darr_array_dist(array, &dist));
    CHECK_OK(darr_dtype_size(v.dtype, &bytes));
    for (int more = field_begin(&v, i); more; more = section_next(&v, i)) {
        if (section_owns(&v, i))
            field_value(v.dtype, field_number(dist, &v, i) + shift, want);
        else
            memset(want, FIELD_PADDING, sizeof want);
        if (!CHECK(memcmp(section_element(&v, i), want, (size_t)bytes) == 0))
            section_tell(&v, i, name);
    }
    darr_dist_free(dist);
}

#endif
