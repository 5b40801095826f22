/* Every rule that one rank can check, broken once, alone: code and text; and descriptors that break none.
 *
 * ranks: 1 */
#include "check.h"
#include "section_of_protocol.h"

/* Indices 20 to 50 of 100, padding included; indices 2, 3, 6 of 7; indices 7, -3, 100 of 9. */
static section sound(void)
{
    static section s;
    section_begin_dims(&s, 3);
    section_block(&s, 0, 100, 1, 3, 20, 50, 3, 4);
    section_cyclic(&s, 1, 7, 1, 2, 2);
    s.indices[0] = 7;
    s.indices[1] = -3;
    s.indices[2] = 100;
    section_unstructured(&s, 2, 9, 1, 2, 3);
    section_pack(&s);
    return s;
}

/* Copies of a section point to themselves. */
static void settle(section *s)
{
    if (s->d.extents)
        s->d.extents = s->extents;
    if (s->d.strides)
        s->d.strides = s->strides;
    if (s->d.dims)
        s->d.dims = s->dims;
    if (s->dims[2].indices)
        s->dims[2].indices = s->indices;
}

/* Does `change` to a sound section and expects `code` with a text that holds `part`. */
#define BREAK(change, code, part)                             \
    do {                                                      \
        section s = sound();                                  \
        darr_protocol_dim *b = &s.dims[0];                    \
        darr_protocol_dim *c = &s.dims[1];                    \
        darr_protocol_dim *u = &s.dims[2];                    \
        (void)b, (void)c, (void)u;                            \
        settle(&s);                                           \
        CHECK_OK(darr_protocol_check(&s.d));                  \
        change;                                               \
        CHECK_FAILS(darr_protocol_check(&s.d), (code), (part)); \
        CHECK_INT(s.released, 0);                             \
    } while (0)

#define WRONG DARR_ERR_PROTOCOL
#define STRANGE DARR_ERR_UNSUPPORTED

static void the_descriptor(void)
{
    CHECK_FAILS(darr_protocol_check(NULL), DARR_ERR_ARGUMENT, "descriptor is NULL");
    BREAK(s.d.release = NULL, DARR_ERR_STATE, "release is NULL");
    BREAK(s.d.release(&s.d); s.released = 0, DARR_ERR_STATE, "released or moved");
    BREAK(s.d.version_major = 2, STRANGE, "version_major is 2; supported: 1");
    BREAK(s.d.version_major = 0, STRANGE, "version_major is 0");
    BREAK(s.d.device = 2, STRANGE, "device is 2; supported: 1, the CPU");
    BREAK(s.d.reserved[3] = 1, STRANGE, "reserved is [0, 0, 0, 1]; supported: zeros");
    BREAK(s.d.ndim = -1, WRONG, "ndim is -1; allowed: 0 to 15");
    BREAK(s.d.ndim = 16, WRONG, "ndim is 16");
    BREAK(s.d.ndim = INT32_MIN, WRONG, "ndim is -2147483648");
    BREAK(s.d.in_grid = 2, WRONG, "in_grid is 2; allowed: 0 or 1");
    BREAK(s.d.dtype = 0, WRONG, "dtype is 0; allowed: 1 to 13");
    BREAK(s.d.dtype = 14, WRONG, "dtype is 14");
    BREAK(s.d.in_grid = 0, WRONG, "base is not NULL with in_grid 0");
    BREAK(s.d.in_grid = 0; s.d.base = NULL, WRONG, "extents is not NULL with in_grid 0");
    BREAK(s.d.in_grid = 0; s.d.base = NULL; s.d.extents = NULL, WRONG, "strides is not NULL");
    BREAK(s.d.in_grid = 0; s.d.base = NULL; s.d.extents = s.d.strides = NULL, WRONG, "dims is not NULL");
    BREAK(s.d.extents = NULL, WRONG, "extents is NULL; allowed: 3 entries");
    BREAK(s.d.strides = NULL, WRONG, "strides is NULL");
    BREAK(s.d.dims = NULL, WRONG, "dims is NULL");
    BREAK(s.d.extents = (const int64_t *)((const char *)s.extents + 4), WRONG, "aligned");
    BREAK(s.d.base = NULL, WRONG, "base is NULL, but the section has elements");
}

static void the_memory(void)
{
    BREAK(s.extents[0] = 29, WRONG, "dimension 0: the extent of the section is 29; allowed: 30");
    BREAK(s.extents[1] = 4, WRONG, "dimension 1: the extent of the section is 4; allowed: 3");
    BREAK(s.extents[2] = 2, WRONG, "dimension 2: the extent of the section is 2; allowed: 3");
    BREAK(s.extents[0] = -30, WRONG, "dimension 0: the extent of the section is -30");
    BREAK(s.strides[2] = 0, WRONG, "dimension 2: stride 0 makes elements overlap; allowed: 8 bytes");
    BREAK(s.strides[2] = -7, WRONG, "dimension 2: stride -7 makes elements overlap");
    BREAK(s.strides[1] = 23, WRONG, "dimension 1: stride 23 makes elements overlap; allowed: 24");
    BREAK(s.strides[0] = s.strides[1], WRONG, "makes elements overlap");
    BREAK(s.strides[0] = INT64_MAX, WRONG, "dimension 0: stride 9223372036854775807 leads out of the address space");
    BREAK(s.strides[0] = INT64_MIN, WRONG, "leads out of the address space");
    BREAK(b->size = b->stop = INT64_MAX; b->start = 0; s.extents[0] = INT64_MAX, WRONG, "more elements than fit");
}

static void every_dimension(void)
{
    BREAK(b->dist_type = 'n', WRONG, "dimension 0: dist_type is 110; allowed: 98 'b', 99 'c', 117 'u'");
    BREAK(b->dist_type = 0, WRONG, "dimension 0: dist_type is 0");
    BREAK(c->reserved = 1, STRANGE, "dimension 1: reserved is 1");
    BREAK(u->reserved_tail = 1, STRANGE, "dimension 2: reserved is 0 and reserved_tail 1");
    BREAK(b->size = -1, WRONG, "dimension 0: size is -1; allowed: 0 or more");
    BREAK(c->size = INT64_MIN, WRONG, "dimension 1: size is -9223372036854775808");
    BREAK(u->size = -1, WRONG, "dimension 2: size is -1");
    BREAK(b->proc_grid_size = 0, WRONG, "dimension 0: proc_grid_size is 0; allowed: 1 or more");
    BREAK(c->proc_grid_size = -2, WRONG, "dimension 1: proc_grid_size is -2");
    BREAK(b->proc_grid_rank = -1, WRONG, "dimension 0: proc_grid_rank is -1; allowed: 0 to 2");
    BREAK(c->proc_grid_rank = 2, WRONG, "dimension 1: proc_grid_rank is 2; allowed: 0 to 1");
    BREAK(u->proc_grid_rank = INT64_MAX, WRONG, "dimension 2: proc_grid_rank is 9223372036854775807");
    BREAK(b->periodic = 2, WRONG, "dimension 0: periodic is 2; allowed: 0 or 1");
    BREAK(u->periodic = -1, WRONG, "dimension 2: periodic is -1");
    BREAK(b->block_size = 1, WRONG, "dimension 0: block_size is 1; allowed: 0, because a dimension of dist_type 'b'");
    BREAK(b->n_indices = 1, WRONG, "dimension 0: n_indices is 1; allowed: 0");
    BREAK(b->one_to_one = 1, WRONG, "dimension 0: one_to_one is 1; allowed: 0");
    BREAK(b->indices = s.indices, WRONG, "dimension 0: indices is not NULL");
    BREAK(c->stop = 7, WRONG, "dimension 1: stop is 7; allowed: 0");
    BREAK(c->padding[0] = 1, WRONG, "dimension 1: padding[0] is 1; allowed: 0");
    BREAK(c->padding[1] = 1, WRONG, "dimension 1: padding[1] is 1; allowed: 0");
    BREAK(u->start = 1, WRONG, "dimension 2: start is 1; allowed: 0");
    BREAK(u->stop = 1, WRONG, "dimension 2: stop is 1; allowed: 0");
    BREAK(u->padding[1] = 1, WRONG, "dimension 2: padding[1] is 1; allowed: 0");
    BREAK(u->block_size = 1, WRONG, "dimension 2: block_size is 1; allowed: 0");
}

static void block_dimensions(void)
{
    BREAK(b->start = -1, WRONG, "dimension 0: start is -1; allowed: 0 or more");
    BREAK(b->stop = 19, WRONG, "dimension 0: stop is 19; allowed: start = 20 or more");
    BREAK(b->stop = 101, WRONG, "dimension 0: stop is 101; allowed: size = 100 or less");
    BREAK(b->proc_grid_rank = 0, WRONG, "dimension 0: start is 20 at proc_grid_rank 0; allowed: 0");
    BREAK(b->proc_grid_rank = 2, WRONG, "dimension 0: stop is 50 at the last proc_grid_rank; allowed: size = 100");
    BREAK(b->padding[0] = -1, WRONG, "dimension 0: padding[0] is -1; allowed: 0 or more");
    BREAK(b->padding[1] = INT64_MIN, WRONG, "dimension 0: padding[1] is -9223372036854775808");
    BREAK(b->padding[0] = 27, WRONG, "dimension 0: padding is (27, 4); allowed: a sum of at most stop - start = 30");
    BREAK(b->padding[0] = INT64_MAX, WRONG, "dimension 0: padding is (9223372036854775807, 4)");
}

static void cyclic_dimensions(void)
{
    BREAK(c->block_size = -1, WRONG, "dimension 1: block_size is -1; allowed: 1 or more, or 0 for 1");
    BREAK(c->start = 1, WRONG, "dimension 1: start is 1; allowed: proc_grid_rank * block_size = 2");
    BREAK(c->block_size = 0, WRONG, "dimension 1: start is 2; allowed: proc_grid_rank * block_size = 1");
    BREAK(c->size = 1; s.extents[1] = 0; c->start = 3, WRONG, "block_size = 2 or size = 1");
    BREAK(c->proc_grid_size = INT64_MAX; c->proc_grid_rank = INT64_MAX - 1; s.extents[1] = 0, WRONG,
          "dimension 1: start is 2 at a rank that holds nothing; allowed: size = 7");
}

static void unstructured_dimensions(void)
{
    BREAK(u->one_to_one = 2, WRONG, "dimension 2: one_to_one is 2; allowed: 0 or 1");
    BREAK(u->n_indices = -1, WRONG, "dimension 2: n_indices is -1; allowed: 0 or more");
    BREAK(u->n_indices = s.extents[2] = INT64_MIN, WRONG, "dimension 2: n_indices is -9223372036854775808");
    /* A wrong number of indices is found before any of them is read. */
    BREAK(u->n_indices = INT64_MAX; u->size = INT64_MAX, WRONG, "dimension 2: the extent of the section is 3");
    BREAK(u->indices = NULL, WRONG, "dimension 2: indices is NULL with n_indices 3");
    BREAK(u->indices = (const int64_t *)((const char *)s.indices + 1), WRONG, "aligned");
    BREAK(u->size = 2, WRONG, "dimension 2: n_indices is 3; allowed: size = 2 or less");
    BREAK(s.indices[2] = 7, WRONG, "dimension 2: index 7 occurs twice in indices; allowed: once");
}

static void no_violations(void)
{
    section s;
    /* A scalar, with and without pointers. */
    section_begin_dims(&s, 0);
    CHECK_OK(darr_protocol_check(&s.d));
    s.d.extents = s.d.strides = NULL;
    s.d.dims = NULL;
    CHECK_OK(darr_protocol_check(&s.d));
    section_outside(&s, 3);
    CHECK_OK(darr_protocol_check(&s.d));

    /* The empty dictionary: an undistributed dimension. */
    section_begin_dims(&s, 2);
    section_block(&s, 0, 5, 0, 1, 0, 5, 0, 0);
    s.extents[1] = 9;
    section_pack(&s);
    CHECK_OK(darr_protocol_check(&s.d));
    s.dims[1].size = 9;
    CHECK_FAILS(darr_protocol_check(&s.d), WRONG, "dimension 1: dist_type is 0");

    /* Padded and periodic on one process; negative strides; gaps. */
    section_begin_dims(&s, 2);
    section_block(&s, 0, 104, 0, 1, 0, 104, 2, 2)->periodic = 1;
    section_block(&s, 1, 100, 0, 1, 0, 100, 3, 4);
    section_pack(&s);
    CHECK_OK(darr_protocol_check(&s.d));
    s.strides[0] = -s.strides[0];
    CHECK_OK(darr_protocol_check(&s.d));
    s.strides[0] -= 1000;
    CHECK_OK(darr_protocol_check(&s.d));
    s.d.version_minor = 7;
    CHECK_OK(darr_protocol_check(&s.d));

    /* Empty sections: behind the end, between others, without indices; the base may be NULL then. */
    section_begin_dims(&s, 3);
    section_block(&s, 0, 5, 3, 4, 5, 5, 0, 0);
    section_cyclic(&s, 1, 3, 3, 4, 1);
    section_unstructured(&s, 2, 4, 1, 2, 0);
    section_pack(&s);
    s.d.base = NULL;
    CHECK_OK(darr_protocol_check(&s.d));
    section_block(&s, 0, 5, 2, 4, 2, 2, 0, 0);
    CHECK_OK(darr_protocol_check(&s.d));
    /* More ranks than elements: rank 3 of 4 with blocks of 2 of 3 elements starts at 6, or at 3. */
    section_cyclic(&s, 1, 3, 3, 4, 2);
    CHECK_OK(darr_protocol_check(&s.d));
    s.dims[1].start = 3;
    CHECK_OK(darr_protocol_check(&s.d));
    s.dims[1].start = 4;
    CHECK_FAILS(darr_protocol_check(&s.d), WRONG, "dimension 1: start is 4 at a rank that holds nothing");
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    the_descriptor();
    the_memory();
    every_dimension();
    block_dimensions();
    cyclic_dimensions();
    unstructured_dimensions();
    no_violations();
    return check_end();
}
