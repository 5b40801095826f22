/* Random parts of arrays: entries of a slice and, for comparison, the indices that they mean. */
#ifndef PART_H
#define PART_H

#include "random.h"

typedef struct {
    /* What the library is told. */
    int n;
    darr_index entries[2 * RANDOM_NDIM];
    /* For each dimension of the array: first index, distance, number, and the dimension of the part, -1: none. */
    int64_t start[RANDOM_NDIM], step[RANDOM_NDIM], count[RANDOM_NDIM];
    int axis[RANDOM_NDIM];
    /* Of the part. */
    int ndim;
    int64_t extent[RANDOM_NDIM];
} part;

/* Python's slice.indices. */
static inline int64_t part_resolve(int64_t n, const darr_index *entry, int64_t *first)
{
    int64_t by = entry->step ? entry->step : 1, lo = by > 0 ? 0 : -1, hi = by > 0 ? n : n - 1;
    int64_t a = entry->start, b = entry->stop;
    a = a == DARR_NONE ? (by > 0 ? lo : hi) : a < 0 ? a + n : a;
    b = b == DARR_NONE ? (by > 0 ? hi : lo) : b < 0 ? b + n : b;
    a = a < lo ? lo : a > hi ? (hi > lo ? hi : lo) : a;
    b = b < lo ? lo : b > hi ? (hi > lo ? hi : lo) : b;
    *first = a;
    if (by > 0)
        return b > a ? (b - a - 1) / by + 1 : 0;
    return a > b ? (a - b - 1) / -by + 1 : 0;
}

/* A part of an array of this shape: slices, single indices, new dimensions, an ellipsis. */
static inline part random_part(int ndim, const int64_t *shape)
{
    part p = {0};
    int skipped = random_below(4) == 0 ? (int)random_below(ndim + 1) : ndim;
    for (int d = 0; d < ndim; d++) {
        darr_index entry = DARR_INDEX_INIT;
        p.step[d] = 1;
        if (d <= skipped && p.ndim < RANDOM_NDIM - ndim && random_below(6) == 0) {
            entry.kind = DARR_INDEX_NEW;
            p.entries[p.n++] = entry;
            p.extent[p.ndim++] = 1;
        }
        p.axis[d] = p.ndim;
        p.count[d] = shape[d];
        entry.kind = (int)random_below(3);
        if (d >= skipped)
            entry.kind = DARR_INDEX_ELLIPSIS;
        if (entry.kind == DARR_INDEX_AT && shape[d] == 0)
            entry.kind = DARR_INDEX_ALL;
        if (entry.kind == DARR_INDEX_AT) {
            p.start[d] = entry.start = random_below(shape[d]);
            p.count[d] = 1;
            p.axis[d] = -1;
        }
        if (entry.kind == DARR_INDEX_SLICE) {
            entry.start = random_below(4) ? random_below(2 * shape[d] + 3) - shape[d] - 1 : DARR_NONE;
            entry.stop = random_below(4) ? random_below(2 * shape[d] + 3) - shape[d] - 1 : DARR_NONE;
            entry.step = random_below(3) ? 1 : random_below(7) - 3;
            p.step[d] = entry.step ? entry.step : 1;
            p.count[d] = part_resolve(shape[d], &entry, &p.start[d]);
        }
        if (p.axis[d] >= 0)
            p.extent[p.ndim++] = p.count[d];
        /* The ellipsis stands for this dimension and those that follow. */
        if (d <= skipped)
            p.entries[p.n++] = entry;
    }
    return p;
}

static inline int64_t part_elements(const part *p)
{
    int64_t elements = 1;
    for (int d = 0; d < p->ndim; d++)
        elements *= p->extent[d];
    return elements;
}

/* The index in the array of an element of the part. */
static inline void part_index(const part *p, int ndim, const int64_t *at, int64_t *index)
{
    for (int d = 0; d < ndim; d++)
        index[d] = p->start[d] + (p->axis[d] < 0 ? 0 : at[p->axis[d]] * p->step[d]);
}

/* The next position in the part, the last dimension fastest; 0 behind the last one. */
static inline int part_next(const part *p, int64_t *at)
{
    for (int d = p->ndim; d-- > 0;) {
        if (++at[d] < p->extent[d])
            return 1;
        at[d] = 0;
    }
    return 0;
}

/* Memory for a part with dimensions in any order, gaps and reversed ones. Gives the first element; `*memory_out` is what to
 * free, of so many bytes. */
static inline char *random_buffer(const part *p, int64_t size, int64_t *strides, void **memory_out, int64_t *bytes_out)
{
    int order[RANDOM_NDIM];
    int64_t bytes = size, below = 0;
    for (int d = 0; d < p->ndim; d++)
        order[d] = d;
    for (int d = p->ndim; d-- > 1;) {
        int other = (int)random_below(d + 1), swap = order[d];
        order[d] = order[other];
        order[other] = swap;
    }
    for (int k = 0; k < p->ndim; k++) {
        int d = order[k];
        int64_t extent = p->extent[d] > 0 ? p->extent[d] : 1;
        strides[d] = bytes + random_below(2) * size;
        bytes = strides[d] * extent;
        if (random_below(2)) {
            below += (extent - 1) * strides[d];
            strides[d] = -strides[d];
        }
    }
    *memory_out = malloc((size_t)bytes);
    *bytes_out = bytes;
    return (char *)*memory_out + below;
}

#endif
