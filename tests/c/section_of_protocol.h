/* Descriptors without a library behind them, for the tests of the protocol. */
#ifndef SECTION_OF_PROTOCOL_H
#define SECTION_OF_PROTOCOL_H

#include <distarray_protocol.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DIMS 3
#define MOST_INDICES 64

/* A descriptor and all that it points to. */
typedef struct section {
    darr_protocol d;
    darr_protocol_dim dims[MOST_DIMS];
    int64_t extents[MOST_DIMS];
    int64_t strides[MOST_DIMS];
    int64_t indices[MOST_INDICES];
    double element;
    int released;
} section;

static inline void section_release(darr_protocol *self)
{
    ((section *)self->private_data)->released++;
    self->release = NULL;
}

/* A descriptor of `ndim` dimensions that are still to be filled in, of doubles in C order. */
static inline void section_begin_dims(section *s, int ndim)
{
    memset(s, 0, sizeof *s);
    s->d.version_major = DARR_PROTOCOL_VERSION_MAJOR;
    s->d.version_minor = DARR_PROTOCOL_VERSION_MINOR;
    s->d.dtype = DARR_PROTOCOL_FLOAT64;
    s->d.device = DARR_PROTOCOL_DEVICE_CPU;
    s->d.ndim = ndim;
    s->d.in_grid = 1;
    s->d.base = &s->element;
    s->d.extents = s->extents;
    s->d.strides = s->strides;
    s->d.dims = s->dims;
    s->d.release = section_release;
    s->d.private_data = s;
}

/* The rank holds nothing. */
static inline void section_outside(section *s, int ndim)
{
    section_begin_dims(s, ndim);
    s->d.in_grid = 0;
    s->d.base = NULL;
    s->d.extents = s->d.strides = NULL;
    s->d.dims = NULL;
}

static inline darr_protocol_dim *section_dim(section *s, int dim, int type, int64_t size, int64_t rank, int64_t ranks)
{
    darr_protocol_dim *m = &s->dims[dim];
    m->dist_type = type;
    m->size = size;
    m->proc_grid_size = ranks;
    m->proc_grid_rank = rank;
    return m;
}

static inline darr_protocol_dim *section_block(section *s, int dim, int64_t size, int64_t rank, int64_t ranks,
                                               int64_t start, int64_t stop, int64_t below, int64_t above)
{
    darr_protocol_dim *m = section_dim(s, dim, DARR_PROTOCOL_BLOCK, size, rank, ranks);
    m->start = start;
    m->stop = stop;
    m->padding[0] = below;
    m->padding[1] = above;
    s->extents[dim] = stop - start;
    return m;
}

static inline darr_protocol_dim *section_cyclic(section *s, int dim, int64_t size, int64_t rank, int64_t ranks,
                                                int64_t block)
{
    darr_protocol_dim *m = section_dim(s, dim, DARR_PROTOCOL_CYCLIC, size, rank, ranks);
    m->start = rank * block;
    m->block_size = block;
    s->extents[dim] = 0;
    for (int64_t i = 0; i < size; i++)
        s->extents[dim] += i / block % ranks == rank;
    return m;
}

/* The indices are in `s->indices` already. One such dimension at most. */
static inline darr_protocol_dim *section_unstructured(section *s, int dim, int64_t size, int64_t rank, int64_t ranks,
                                                      int64_t n)
{
    darr_protocol_dim *m = section_dim(s, dim, DARR_PROTOCOL_UNSTRUCTURED, size, rank, ranks);
    m->n_indices = s->extents[dim] = n;
    m->indices = n > 0 ? s->indices : NULL;
    return m;
}

/* Strides of C order, once all extents are known. */
static inline void section_pack(section *s)
{
    int64_t stride = (int64_t)sizeof(double);
    for (int d = s->d.ndim - 1; d >= 0; d--) {
        s->strides[d] = stride;
        stride *= s->extents[d];
    }
}

#endif
