/* The layout of the descriptor structs, which is frozen for each major version. The library asserts the same numbers of its own
 * mirror. Needs neither MPI nor the library.
 *
 * ranks: 1
 * valgrind: no */
#include <distarray_protocol.h>

#include <stddef.h>
#include <stdio.h>

#define ASSERT(name, condition) typedef char assert_##name[(condition) ? 1 : -1]
#define ASSERT_AT(type, field, offset) ASSERT(type##_##field, offsetof(type, field) == (offset))

ASSERT(pointers_have_64_bits, sizeof(void *) == 8);

ASSERT_AT(darr_protocol_dim, dist_type, 0);
ASSERT_AT(darr_protocol_dim, periodic, 4);
ASSERT_AT(darr_protocol_dim, one_to_one, 8);
ASSERT_AT(darr_protocol_dim, reserved, 12);
ASSERT_AT(darr_protocol_dim, size, 16);
ASSERT_AT(darr_protocol_dim, proc_grid_size, 24);
ASSERT_AT(darr_protocol_dim, proc_grid_rank, 32);
ASSERT_AT(darr_protocol_dim, start, 40);
ASSERT_AT(darr_protocol_dim, stop, 48);
ASSERT_AT(darr_protocol_dim, padding, 56);
ASSERT_AT(darr_protocol_dim, block_size, 72);
ASSERT_AT(darr_protocol_dim, n_indices, 80);
ASSERT_AT(darr_protocol_dim, indices, 88);
ASSERT_AT(darr_protocol_dim, reserved_tail, 96);
ASSERT(size_of_dim, sizeof(darr_protocol_dim) == 104);

ASSERT_AT(darr_protocol, version_major, 0);
ASSERT_AT(darr_protocol, version_minor, 4);
ASSERT_AT(darr_protocol, dtype, 8);
ASSERT_AT(darr_protocol, device, 12);
ASSERT_AT(darr_protocol, ndim, 16);
ASSERT_AT(darr_protocol, in_grid, 20);
ASSERT_AT(darr_protocol, base, 24);
ASSERT_AT(darr_protocol, extents, 32);
ASSERT_AT(darr_protocol, strides, 40);
ASSERT_AT(darr_protocol, dims, 48);
ASSERT_AT(darr_protocol, release, 56);
ASSERT_AT(darr_protocol, private_data, 64);
ASSERT_AT(darr_protocol, reserved, 72);
ASSERT(size_of_descriptor, sizeof(darr_protocol) == 104);

/* The sum of the fields: nothing lies between them. */
ASSERT(dim_is_packed, 4 * sizeof(int32_t) + 10 * sizeof(int64_t) + sizeof(void *) == sizeof(darr_protocol_dim));
ASSERT(descriptor_is_packed, 6 * sizeof(int32_t) + 6 * sizeof(void *) + 4 * sizeof(int64_t) == sizeof(darr_protocol));

ASSERT(letters, DARR_PROTOCOL_BLOCK == 'b' && DARR_PROTOCOL_CYCLIC == 'c' && DARR_PROTOCOL_UNSTRUCTURED == 'u');
ASSERT(first_major, DARR_PROTOCOL_VERSION_MAJOR == 1 && DARR_PROTOCOL_VERSION_MINOR == 0);

static int released = 0;

static void release(darr_protocol *self)
{
    released++;
    self->release = NULL;
}

int main(void)
{
    darr_protocol source = {0}, target = {0};
    source.release = release;
    source.ndim = 7;
    darr_protocol_move(&target, &source);
    darr_protocol_release(&source);
    if (released != 0 || source.release || target.ndim != 7)
        return printf("a moved descriptor was released\n"), 1;
    darr_protocol_release(&target);
    darr_protocol_release(&target);
    if (released != 1)
        return printf("a descriptor was released %d times\n", released), 1;
    return 0;
}
