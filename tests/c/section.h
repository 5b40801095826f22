/* Every element of a rank's section, by local index. */
#ifndef SECTION_H
#define SECTION_H

#include <distarray.h>
#include <stdio.h>

/* Sets the first local index; 0 if the section is empty. */
static inline int section_begin(const darr_view *v, int64_t *i)
{
    int any = 1;
    for (int d = 0; d < v->ndim; d++) {
        i[d] = 0;
        any = any && v->extents[d] > 0;
    }
    return any;
}

/* The next local index, the last dimension fastest; 0 behind the last one. */
static inline int section_next(const darr_view *v, int64_t *i)
{
    for (int d = v->ndim - 1; d >= 0; d--) {
        if (++i[d] < v->extents[d])
            return 1;
        i[d] = 0;
    }
    return 0;
}

static inline int section_owns(const darr_view *v, const int64_t *i)
{
    int owned = 1;
    for (int d = 0; d < v->ndim; d++)
        owned = owned && v->owned_lo[d] <= i[d] && i[d] < v->owned_hi[d];
    return owned;
}

static inline void *section_element(const darr_view *v, const int64_t *i)
{
    char *at = (char *)v->base;
    for (int d = 0; d < v->ndim; d++)
        at += i[d] * v->strides[d];
    return at;
}

static inline void section_tell(const darr_view *v, const int64_t *i, const char *name)
{
    fprintf(stderr, "  in case \"%s\" at local index", name);
    for (int d = 0; d < v->ndim; d++)
        fprintf(stderr, " %lld", (long long)i[d]);
    fprintf(stderr, "\n");
}

#endif
