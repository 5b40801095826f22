/* Random distributions and arrays, the same on every rank from the same seed: any maps, grids, orders and padding, shapes with
 * extents 0 and 1, more ranks than elements. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define RANDOM_NDIM 4

static uint64_t random_state = 1;

/* 0 to below - 1; SplitMix64 (Steele, Lea and Flood 2014). */
static inline int64_t random_below(int64_t below)
{
    uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (int64_t)(z % (uint64_t)below);
}

/* A distribution of this shape over some or all ranks. `kinds` is the number of maps to choose from, 4 with unstructured ones;
 * only block and whole dimensions of the first 2 kinds get padding. */
static inline darr_dist *random_dist(int comm, int ndim, const int64_t *shape, int kinds)
{
    darr_dim dims[RANDOM_NDIM];
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    int64_t *lists[RANDOM_NDIM], *cuts[RANDOM_NDIM];
    int coords[RANDOM_NDIM], room = check_size, rest = check_rank;
    darr_dist *dist = NULL;
    options.order = (int)random_below(2);
    for (int d = 0; d < ndim; d++) {
        darr_dim dim = DARR_DIM_INIT;
        dim.extent = shape[d];
        dim.map = (int)random_below(kinds);
        dim.procs = dim.map == DARR_WHOLE ? 1 : 1 + (int)random_below(room);
        room /= dim.procs;
        dim.rule = (int)random_below(3);
        dim.block_size = 1 + random_below(4);
        if (dim.map == DARR_BLOCK || dim.map == DARR_WHOLE) {
            dim.periodic = (int)random_below(2);
            for (int side = 0; side < 2; side++) {
                dim.halo[side] = random_below(3);
                dim.boundary[side] = dim.periodic ? 0 : random_below(2);
            }
        }
        dims[d] = dim;
        lists[d] = cuts[d] = NULL;
    }
    for (int d = ndim; d-- > 0;) {
        coords[d] = rest % dims[d].procs;
        rest /= dims[d].procs;
    }
    for (int d = 0; d < ndim; d++) {
        int64_t n = shape[d];
        int procs = dims[d].procs;
        if (dims[d].map == DARR_BLOCK && random_below(2)) {
            cuts[d] = malloc((size_t)(procs + 1) * sizeof *cuts[d]);
            cuts[d][0] = 0;
            cuts[d][procs] = n;
            for (int c = 1; c < procs; c++) {
                int64_t left = n - cuts[d][c - 1];
                cuts[d][c] = cuts[d][c - 1] + (left > 0 ? random_below(left + 1) : 0);
            }
            dims[d].cuts = cuts[d];
        }
        if (dims[d].map == DARR_UNSTRUCTURED) {
            /* A permutation, each index of which goes to a random coordinate. */
            int64_t *all = malloc((size_t)(n + 1) * sizeof *all), count = 0;
            lists[d] = malloc((size_t)(n + 1) * sizeof *lists[d]);
            for (int64_t i = 0; i < n; i++)
                all[i] = i;
            for (int64_t i = n; i-- > 1;) {
                int64_t j = random_below(i + 1), swap = all[i];
                all[i] = all[j];
                all[j] = swap;
            }
            for (int64_t i = 0; i < n; i++) {
                int owner = (int)random_below(procs);
                if (owner == coords[d] && rest == 0)
                    lists[d][count++] = all[i];
            }
            dims[d].indices = lists[d];
            dims[d].n_indices = count;
            free(all);
        }
    }
    CHECK_NEEDED(darr_dist_create(comm, ndim, dims, &options, &dist));
    for (int d = 0; d < ndim; d++) {
        free(lists[d]);
        free(cuts[d]);
    }
    return dist;
}

/* An array of the library's memory, or around memory of its own with gaps and reversed dimensions, which `*memory_out` then
 * holds. */
static inline darr_array *random_array(const darr_dist *dist, int dtype, void **memory_out)
{
    darr_array *array = NULL;
    darr_memory memory = DARR_MEMORY_INIT;
    int64_t below[RANDOM_NDIM], above[RANDOM_NDIM], count[RANDOM_NDIM], size, bytes;
    int wrap = (int)random_below(2), empty = 0, order[RANDOM_NDIM];
    *memory_out = NULL;
    if (!wrap) {
        CHECK_NEEDED(darr_array_create(dist, dtype, &array));
        return array;
    }
    CHECK_OK(darr_dtype_size(dtype, &size));
    CHECK_OK(darr_dist_ndim(dist, &memory.ndim));
    CHECK_OK(darr_dist_count(dist, -1, count));
    CHECK_OK(darr_dist_padding(dist, -1, below, above));
    bytes = size;
    for (int d = 0; d < memory.ndim; d++) {
        order[d] = d;
        empty |= count[d] == 0;
    }
    for (int d = memory.ndim; d-- > 1;) {
        int other = (int)random_below(d + 1), swap = order[d];
        order[d] = order[other];
        order[other] = swap;
    }
    for (int k = 0; k < memory.ndim; k++) {
        int d = order[k];
        int64_t gap = random_below(2) * size;
        memory.extents[d] = count[d] + below[d] + above[d];
        memory.strides[d] = bytes + gap;
        bytes = (bytes + gap) * (memory.extents[d] > 0 ? memory.extents[d] : 1);
    }
    *memory_out = calloc(1, (size_t)bytes);
    memory.base = *memory_out;
    for (int d = 0; d < memory.ndim; d++)
        if (random_below(2) && !empty) {
            memory.base = (char *)memory.base + (memory.extents[d] - 1) * memory.strides[d];
            memory.strides[d] = -memory.strides[d];
        }
    memory.dtype = dtype;
    CHECK_NEEDED(darr_array_wrap(dist, &memory, &array));
    return array;
}

/* One element of a rank's section. */
typedef struct {
    void *at;
    /* Global; padding has that of the element that it mirrors, which may lie outside of the domain. */
    const int64_t *index;
    const int64_t *local;
    int owned;
    const darr_view *view;
} random_place;

/* Calls for every element of the rank's section. */
static inline void random_visit(const darr_dist *dist, const darr_array *array,
                                void (*visit)(const random_place *place, void *context), void *context)
{
    darr_view view = DARR_VIEW_INIT;
    int64_t local[RANDOM_NDIM] = {0}, index[RANDOM_NDIM];
    random_place place = {NULL, index, local, 1, &view};
    int d, owner = -1;
    CHECK_OK(darr_array_view(array, &view));
    if (view.ndim == 0) {
        /* One element, on one rank. */
        CHECK_OK(darr_dist_owner(dist, local, &owner));
        if (owner != check_rank)
            return;
    }
    for (d = 0; d < view.ndim; d++)
        if (view.extents[d] == 0)
            return;
    do {
        place.at = view.base;
        place.owned = 1;
        for (d = 0; d < view.ndim; d++) {
            place.at = (char *)place.at + local[d] * view.strides[d];
            place.owned &= local[d] >= view.owned_lo[d] && local[d] < view.owned_hi[d];
        }
        CHECK_OK(darr_dist_to_global(dist, -1, local, index));
        visit(&place, context);
        for (d = view.ndim; d-- > 0;) {
            if (++local[d] < view.extents[d])
                break;
            local[d] = 0;
        }
    } while (d >= 0);
}

/* Ways that plans can take: all ranks on one node, on two, each on one of its own. */
#define RANDOM_WAYS 3

static inline void random_divide(int comm, int way)
{
    CHECK_NEEDED(darr_comm_divide_node(comm, way == 0 ? 0 : way == 1 ? check_rank % 2 : check_rank));
}

/* Cases that were run. */
static int random_run = 0;

/* Runs random cases, each from a seed of its own, until one fails; a fifth of them under valgrind, which CHECK_FEW in the environment
 * stands for. Gives the sum of what they return. */
static inline int random_cases(int comm, int way, int cases, int (*one_case)(int comm))
{
    int sum = 0;
    if (getenv("CHECK_FEW"))
        cases = (cases + 4) / 5;
    for (int i = 0; i < cases && check_failed == 0; i++) {
        random_run++;
        random_state = (uint64_t)(1000 * way + i + 1);
        sum += one_case(comm);
        if (check_failed > 0)
            fprintf(stderr, "in case %d of way %d\n", i, way);
    }
    return sum;
}

#endif
