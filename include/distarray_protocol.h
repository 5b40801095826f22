/* distarray_protocol.h - one rank's section of a distributed array, as a C struct.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * This is the Distributed Array Protocol (DAP) 0.10.0 of the Python project DistArray, said in C: what
 * `__distarray__()` returns as a dictionary is here a `darr_protocol`, and each of its dimension dictionaries a
 * `darr_protocol_dim`. A producer describes memory that it already has; a consumer works on that memory in
 * place. Nothing is copied, nothing is communicated, and there is nothing to link: the header is C99 and C++,
 * needs no MPI and may be copied into another project as it stands. The manner is that of the Arrow C data
 * interface and of DLPack.
 *
 * A descriptor is local to its rank. The communicator is not part of it: producer and consumer agree on one by
 * other means. Every rank of that communicator fills one descriptor, ranks that hold nothing too.
 *
 * ------------------------------------------------------------------------------------------------------------
 * 1. Ownership
 *
 *  1.1 The producer owns the elements and everything that the struct points to. All of it stays where it is and
 *      keeps its metadata unchanged until `release` has been called. The elements may change; by whom and when
 *      is an agreement between producer and consumer.
 *  1.2 The consumer that is done calls `release(self)` once. It may do so from any thread, without MPI, even after
 *      MPI_Finalize, so a release callback must not communicate. The callback frees what `private_data` stands
 *      for, must not throw or jump out, and sets `self->release` to NULL before it returns.
 *  1.3 `release == NULL` marks a descriptor that has been released or moved. Only `release` may be read then.
 *      A producer that has nothing to free still gives a callback, one that only sets `release` to NULL.
 *  1.4 The struct itself belongs to whoever declared it. It is moved by copying it and setting the `release` of
 *      the source to NULL (darr_protocol_move below), never by copying alone: a callback runs with the address
 *      of the copy, so it must not compare `self` with the address it once filled.
 *  1.5 The producer makes no promise for memory that it only borrowed: such memory must outlive the descriptor.
 *
 * 2. Memory
 *
 *  2.1 `base` is the address of the element with local index 0 in every dimension, padding included. It may be
 *      NULL when the section has no element. Local index i lies at base + sum over d of i[d] * strides[d].
 *  2.2 `extents[d]` counts the elements of the local section along dimension d, padding included; it is what
 *      rules 4 to 6 call the local count. The product of all extents, in bytes, fits in int64_t.
 *  2.3 `strides[d]` is in bytes and may be negative. Strides along a dimension of extent 0 or 1 mean nothing.
 *      Two different elements never share a byte: taken in the order of their size, each stride of a dimension
 *      of extent > 1 steps over all that the smaller ones reach. C order, Fortran order, transposes, sections
 *      of larger allocations and reversed dimensions all are of this kind. No alignment is promised.
 *  2.4 There are at most DARR_PROTOCOL_MAX_NDIM dimensions. `ndim == 0` is a scalar: one element, held by the
 *      one rank in the grid; `extents`, `strides` and `dims` may then be NULL.
 *  2.5 A rank outside the process grid holds nothing and says so: in_grid = 0, base, extents, strides and dims
 *      NULL, dtype and ndim as everywhere else. (The DAP knows no such ranks; arrays over part of a
 *      communicator do.)
 *
 * 3. Every dimension
 *
 *  3.1 `size` >= 0 is the global extent. Communication padding does not count in it, boundary padding does (5.3).
 *  3.2 `proc_grid_size` >= 1, and 0 <= `proc_grid_rank` < `proc_grid_size`. An undistributed dimension is a block
 *      dimension with proc_grid_size 1. The product of proc_grid_size over all dimensions is the number of
 *      ranks in the grid, and each tuple of coordinates (proc_grid_rank of every dimension) occurs once. Which
 *      rank of the communicator has which coordinates is what the descriptors say; row-major order, as of
 *      MPI_Cart_create, is the custom and not required.
 *  3.3 `periodic` is 0 or 1: whether the last element has the first one as its neighbour. It is a property of
 *      the global array and independent of how the dimension is distributed.
 *  3.4 A field that does not belong to the dist_type is zero, as are all `reserved` fields. A value that is not
 *      is refused, not ignored: a later minor version may give it a meaning.
 *  3.5 All ranks with the same proc_grid_rank along a dimension give equal data for it, the indices in the same
 *      order; only their boundary padding (5.3) may differ. All ranks agree on ndim, dtype, dist_type, size,
 *      proc_grid_size, periodic, block_size and one_to_one.
 *  3.6 A `darr_protocol_dim` of zeros alone is the DAP's empty dictionary: an undistributed block dimension of
 *      which size and stop are the extent of the section.
 *  3.7 Empty sections are legal everywhere. The counts of the other dimensions remain as they are: 0 x 5 elements.
 *
 * 4. Cyclic, dist_type 'c': blocks of `block_size` indices are dealt out in turn
 *
 *  4.1 `block_size` >= 1; 0 stands for the default, 1.
 *  4.2 `start` is proc_grid_rank * block_size. A rank for which that is not below `size` holds nothing and may
 *      give start = size instead: the text of the DAP says the one, its validator the other. Where the product
 *      does not fit into int64_t, only start = size is left.
 *  4.3 The local count is the number of indices i in [0, size) with (i / block_size) mod proc_grid_size ==
 *      proc_grid_rank. A cut-off last block belongs to the rank whose turn it is.
 *
 * 5. Block, dist_type 'b': one range of indices for each rank, in the order of proc_grid_rank
 *
 *  5.1 0 <= `start` <= `stop` <= `size`, and stop - start is the local count, padding included. start == stop is
 *      an empty section, at whatever position. (The DAP asks for stop > start and allows empty sections.)
 *      The first rank of the dimension has start = 0; the last one, unless it is empty, has stop = size.
 *  5.2 `padding` is the number of elements, each >= 0, at the lower and the upper end of the section that are
 *      not its interior; their sum is at most stop - start.
 *  5.3 The lower padding of the first section that is not empty and the upper padding of the last one (where no
 *      section is empty: of proc_grid_rank 0 and proc_grid_size - 1) are boundary padding: they lie outside the interior of the physical domain, yet count in `size`, and the DAP
 *      takes them as owned. This holds for periodic dimensions as well, where a consumer may fill them from the
 *      other end. (DAP 0.9 took those for communication padding and left negative starts unexplained; in 0.10,
 *      and here, start and stop never leave [0, size].)
 *  5.4 All other padding is communication padding: copies of elements that the neighbour owns. Empty sections are
 *      skipped when neighbours are counted, and carry no padding. The upper padding of a section equals the lower
 *      padding of the next, and neither is wider than what the neighbour owns; different interfaces may have
 *      different widths.
 *  5.5 What a section owns is start to stop without its communication padding. What the next one owns begins
 *      where that ends, the first begins at 0 and the last ends at size.
 *
 *      Example: 20 interior elements over 2 ranks, boundary padding 1, communication padding 2:
 *
 *          size 22    rank 0: [0, 13) padding (1, 2)    0 . . . . . . . . . 10 | 11 12
 *                     rank 1: [9, 22) padding (2, 1)                     9 10 | 11 . . . . . . . . . 21
 *
 * 6. Unstructured, dist_type 'u': each rank lists its indices
 *
 *  6.1 `indices` points to `n_indices` >= 0 int64_t; it may be NULL when there are none. n_indices is the local
 *      count: local index k stands for global index indices[k].
 *  6.2 The indices of one rank are distinct. They may be in any order, leave gaps and be negative.
 *  6.3 `one_to_one` is 0 or 1. With 1 no index is held by two proc_grid_ranks. With 0 it may be.
 *  6.4 The counts of all proc_grid_ranks add up to `size`. Where indices are held twice, the number of different
 *      ones is accepted as well: the DAP calls size the number of global elements and also the sum of counts.
 *
 * 7. Versions
 *
 *  The layout of both structs is frozen for each major version. Within a major version, a new minor version only
 *  gives a meaning to reserved fields and to further values of dtype, device and dist_type, so that a consumer that
 *  finds the major version it knows can read what it knows and refuse the rest. On platforms with 64-bit pointers
 *  each struct has 104 bytes; all fields are naturally aligned without padding between them.
 */
#ifndef DISTARRAY_PROTOCOL_H
#define DISTARRAY_PROTOCOL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this layout and these rules; what is described is version 0.10.0 of the DAP. */
#define DARR_PROTOCOL_VERSION_MAJOR 1
#define DARR_PROTOCOL_VERSION_MINOR 0

#define DARR_PROTOCOL_MAX_NDIM 15

/* Values of dtype. A bool has 1 byte, 0 or 1; a complex number is two floats, the real part first. Byte order is
 * that of the machine. */
#define DARR_PROTOCOL_BOOL 1
#define DARR_PROTOCOL_INT8 2
#define DARR_PROTOCOL_INT16 3
#define DARR_PROTOCOL_INT32 4
#define DARR_PROTOCOL_INT64 5
#define DARR_PROTOCOL_UINT8 6
#define DARR_PROTOCOL_UINT16 7
#define DARR_PROTOCOL_UINT32 8
#define DARR_PROTOCOL_UINT64 9
#define DARR_PROTOCOL_FLOAT32 10
#define DARR_PROTOCOL_FLOAT64 11
#define DARR_PROTOCOL_COMPLEX64 12
#define DARR_PROTOCOL_COMPLEX128 13

/* Values of device, those of DLPack's DLDeviceType. A consumer that finds a device it cannot reach says so and
 * leaves the memory alone. */
#define DARR_PROTOCOL_DEVICE_CPU 1

/* Values of dist_type: the letters of the DAP. */
#define DARR_PROTOCOL_BLOCK 98         /* 'b' */
#define DARR_PROTOCOL_CYCLIC 99        /* 'c' */
#define DARR_PROTOCOL_UNSTRUCTURED 117 /* 'u' */

/* One dimension as one rank sees it. Start from zeros and set what the dist_type needs. */
typedef struct darr_protocol_dim {
    int32_t dist_type;      /* DARR_PROTOCOL_BLOCK, _CYCLIC or _UNSTRUCTURED */
    int32_t periodic;       /* 0 or 1 */
    int32_t one_to_one;     /* 'u': 0 or 1 */
    int32_t reserved;       /* 0 */
    int64_t size;           /* global extent, boundary padding included */
    int64_t proc_grid_size; /* extent of the process grid along this dimension */
    int64_t proc_grid_rank; /* coordinate of this rank in it */
    int64_t start;          /* 'b', 'c': first global index of the section, 0-based, padding included */
    int64_t stop;           /* 'b': one past the last global index of the section, padding included */
    int64_t padding[2];     /* 'b': widths below and above */
    int64_t block_size;     /* 'c': indices dealt out at a time; 0 means 1 */
    int64_t n_indices;      /* 'u': number of indices */
    const int64_t *indices; /* 'u': global index of each local one */
    int64_t reserved_tail;  /* 0 */
} darr_protocol_dim;

/* One rank's section of a distributed array. Start from zeros and set every field but the reserved ones. */
typedef struct darr_protocol {
    int32_t version_major;         /* DARR_PROTOCOL_VERSION_MAJOR */
    int32_t version_minor;         /* DARR_PROTOCOL_VERSION_MINOR */
    int32_t dtype;                 /* DARR_PROTOCOL_FLOAT64, ... */
    int32_t device;                /* DARR_PROTOCOL_DEVICE_CPU */
    int32_t ndim;                  /* 0 to DARR_PROTOCOL_MAX_NDIM */
    int32_t in_grid;               /* 1: this rank is part of the process grid; 0: it holds nothing, rule 2.5 */
    void *base;                    /* element with local index 0 in every dimension */
    const int64_t *extents;        /* ndim extents of the local section, padding included */
    const int64_t *strides;        /* ndim byte strides */
    const darr_protocol_dim *dims; /* ndim dimensions */
    void (*release)(struct darr_protocol *self); /* rules 1.2 to 1.4 */
    void *private_data;            /* the producer's own; consumers leave it alone */
    int64_t reserved[4];           /* 0 */
} darr_protocol;

/* Moves a descriptor: the target takes over what the source owned, the source counts as released. The target must
 * not be live. */
static inline void darr_protocol_move(darr_protocol *target, darr_protocol *source)
{
    *target = *source;
    source->release = 0;
}

/* Releases a descriptor that is live; one that was released or moved is left alone. */
static inline void darr_protocol_release(darr_protocol *self)
{
    if (self->release) {
        self->release(self);
    }
}

#ifdef __cplusplus
}
#endif

#endif /* DISTARRAY_PROTOCOL_H */
