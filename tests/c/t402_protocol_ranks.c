/* The rules between ranks, each broken on one rank only: every rank gets the same code and text. */
#include "check.h"
#include "section_of_protocol.h"

static int comm;

/* Rank r owns [10 r, 10 r + 10), with two copies from each neighbour and boundary padding 1 at both ends. */
static void blocks(section *s, int rank, int ranks)
{
    int64_t size = 10 * ranks;
    int64_t below = rank > 0 ? 2 : 1, above = rank < ranks - 1 ? 2 : 1;
    section_begin_dims(s, 1);
    section_block(s, 0, size, rank, ranks, 10 * rank - (rank > 0 ? 2 : 0), 10 * rank + 10 + (rank < ranks - 1 ? 2 : 0),
                  below, above);
    section_pack(s);
}

/* Each rank holds rank + 1 indices, from high to low. */
static void lists(section *s, int rank, int ranks)
{
    section_begin_dims(s, 1);
    for (int i = 0; i <= rank; i++)
        s->indices[i] = 1000 * rank - 7 * i;
    section_unstructured(s, 0, (int64_t)ranks * (ranks + 1) / 2, rank, ranks, rank + 1)->one_to_one = 1;
    section_pack(s);
}

static void check_everywhere(const section *s, int code, const char *part)
{
    if (code == DARR_OK) {
        CHECK_OK(darr_protocol_check_all(comm, &s->d));
        return;
    }
    CHECK_FAILS(darr_protocol_check_all(comm, &s->d), code, part);
    CHECK_ALIKE(darr_last_error());
    CHECK_INT(s->released, 0);
}

static void sound_descriptors(void)
{
    section s;
    blocks(&s, check_rank, check_size);
    check_everywhere(&s, DARR_OK, "");
    /* Coordinates in any order of ranks. */
    blocks(&s, check_size - 1 - check_rank, check_size);
    check_everywhere(&s, DARR_OK, "");
    lists(&s, check_rank, check_size);
    check_everywhere(&s, DARR_OK, "");

    /* Only the last rank inside, with a scalar; then with undistributed dimensions. */
    int inside = check_rank == check_size - 1;
    inside ? section_begin_dims(&s, 0) : section_outside(&s, 0);
    check_everywhere(&s, DARR_OK, "");
    if (inside) {
        section_begin_dims(&s, 2);
        s.extents[0] = 5;
        s.extents[1] = 9;
        section_pack(&s);
    } else {
        section_outside(&s, 2);
    }
    check_everywhere(&s, DARR_OK, "");

    /* 2 x (size / 2) ranks, an odd one outside: block times cyclic. */
    int columns = check_size / 2;
    if (columns > 0) {
        if (check_rank < 2 * columns) {
            section_begin_dims(&s, 2);
            int row = check_rank / columns;
            section_block(&s, 0, 5, row, 2, row ? 3 : 0, row ? 5 : 3, 0, 0);
            section_cyclic(&s, 1, 9, check_rank % columns, columns, 2);
            section_pack(&s);
        } else {
            section_outside(&s, 2);
        }
        check_everywhere(&s, DARR_OK, "");
        if (check_rank == 0)
            section_outside(&s, 2);
        check_everywhere(&s, DARR_ERR_PROTOCOL, "the number of ranks inside the process grid");
    }
}

/* One rank is wrong by itself: all learn it. */
static void local_failures(void)
{
    int last = check_rank == check_size - 1;
    char part[64];
    section s;
    blocks(&s, check_rank, check_size);
    if (last)
        s.dims[0].size = -4;
    snprintf(part, sizeof part, "dimension 0: size is -4");
    check_everywhere(&s, DARR_ERR_PROTOCOL, part);

    blocks(&s, check_rank, check_size);
    if (last)
        s.d.device = 2;
    check_everywhere(&s, DARR_ERR_UNSUPPORTED, "device is 2");

    blocks(&s, check_rank, check_size);
    CHECK_FAILS(darr_protocol_check_all(comm, last ? NULL : &s.d), DARR_ERR_ARGUMENT, "descriptor is NULL");
    CHECK_ALIKE(darr_last_error());

    blocks(&s, check_rank, check_size);
    if (last)
        darr_protocol_release(&s.d), s.released = 0;
    check_everywhere(&s, DARR_ERR_STATE, "release is NULL");

    /* A communicator that is none is found by each rank alone. */
    blocks(&s, check_rank, check_size);
    CHECK_CODE(darr_protocol_check_all((int)MPI_Comm_c2f(MPI_COMM_NULL), &s.d), DARR_ERR_COMM);
}

static void nobody_inside(void)
{
    section s;
    section_outside(&s, 2);
    check_everywhere(&s, DARR_ERR_PROTOCOL, "no rank is inside the process grid");
}

/* Needs two ranks. */
static void differences(void)
{
    int last = check_rank == check_size - 1;
    section s;

    blocks(&s, check_rank, check_size);
    if (last)
        s.d.dtype = DARR_PROTOCOL_INT64;
    check_everywhere(&s, DARR_ERR_MISMATCH, "the dtype");

    last ? section_outside(&s, 2) : blocks(&s, check_rank, check_size);
    check_everywhere(&s, DARR_ERR_MISMATCH, "the number of dimensions");

    blocks(&s, check_rank, check_size);
    if (check_rank == 0)
        s.dims[0].size += 1;
    check_everywhere(&s, DARR_ERR_PROTOCOL, "dimension 0: size is");

    blocks(&s, check_rank, check_size);
    s.dims[0].periodic = last;
    check_everywhere(&s, DARR_ERR_PROTOCOL, "dimension 0: periodic is 0 on rank 0 and 1 on rank");

    section_begin_dims(&s, 1);
    section_cyclic(&s, 0, 50, check_rank, check_size, last ? 3 : 2);
    section_pack(&s);
    check_everywhere(&s, DARR_ERR_PROTOCOL, "dimension 0: block_size is 2 on rank 0 and 3 on rank");

    last ? section_outside(&s, 1) : blocks(&s, check_rank, check_size);
    check_everywhere(&s, DARR_ERR_PROTOCOL, "the product of proc_grid_size over the dimensions");

    blocks(&s, last ? 0 : check_rank, check_size);
    check_everywhere(&s, DARR_ERR_PROTOCOL, "both have the coordinates [0] in the process grid");
}

/* Needs two ranks: the last interface between blocks. */
static void interfaces(void)
{
    int last = check_rank == check_size - 1;
    section s;

    blocks(&s, check_rank, check_size);
    if (last)
        section_block(&s, 0, 10 * check_size, check_rank, check_size, 10 * check_rank - 1, 10 * check_size, 2, 1);
    check_everywhere(&s, DARR_ERR_PROTOCOL, "so that some belong to nobody");

    blocks(&s, check_rank, check_size);
    if (last)
        section_block(&s, 0, 10 * check_size, check_rank, check_size, 10 * check_rank - 3, 10 * check_size, 2, 1);
    check_everywhere(&s, DARR_ERR_PROTOCOL, "so that some belong to both");

    blocks(&s, check_rank, check_size);
    if (last)
        section_block(&s, 0, 10 * check_size, check_rank, check_size, 10 * check_rank - 3, 10 * check_size, 3, 1);
    check_everywhere(&s, DARR_ERR_PROTOCOL, "its neighbour, is 3; allowed: equal widths");

    int64_t size = 10 * check_size;
    if (check_size > 2) {
        /* Rank 1 owns index 10 alone, of which rank 0 wants two copies. */
        static const int64_t starts[] = {0, 8}, stops[] = {12, 11};
        section_begin_dims(&s, 1);
        if (check_rank < 2)
            section_block(&s, 0, size - 9, check_rank, check_size, starts[check_rank], stops[check_rank],
                          check_rank == 1 ? 2 : 0, check_rank == 0 ? 2 : 0);
        else
            section_block(&s, 0, size - 9, check_rank, check_size, 10 * check_rank - 9, 10 * check_rank + 1, 0, 0);
        section_pack(&s);
        check_everywhere(&s, DARR_ERR_PROTOCOL, "padding[1] of proc_grid_rank 0 is 2; allowed: at most 1");
    }

    /* The first section begins late, the last ends early: nobody is at grid rank 0 or at the end with elements. */
    section_begin_dims(&s, 1);
    if (check_rank == 0)
        section_block(&s, 0, size, 0, check_size, 0, 0, 0, 0);
    else
        section_block(&s, 0, size, check_rank, check_size, 10 * check_rank, 10 * check_rank + 10, 0, 0);
    section_pack(&s);
    check_everywhere(&s, DARR_ERR_PROTOCOL, "proc_grid_rank 1, starts at 10; allowed: 0");
    section_begin_dims(&s, 1);
    if (last)
        section_block(&s, 0, size, check_rank, check_size, size, size, 0, 0);
    else
        section_block(&s, 0, size, check_rank, check_size, 10 * check_rank, 10 * check_rank + 10, 0, 0);
    section_pack(&s);
    check_everywhere(&s, DARR_ERR_PROTOCOL, "stops at");
    section_begin_dims(&s, 1);
    section_block(&s, 0, size, check_rank, check_size, 0, 0, 0, 0);
    check_everywhere(&s, DARR_ERR_PROTOCOL, "every section is empty");

    /* Two rows of ranks, the last of which says another start than the rank above it. */
    if (check_size % 2 == 0 && check_size > 2) {
        int columns = check_size / 2, row = check_rank / columns, column = check_rank % columns;
        section_begin_dims(&s, 2);
        section_block(&s, 0, 2, row, 2, row, row + 1, 0, 0);
        section_block(&s, 1, 10 * columns, column, columns, 10 * column + last, 10 * column + 10, 0, 0);
        section_pack(&s);
        check_everywhere(&s, DARR_ERR_PROTOCOL, "both have proc_grid_rank");
    }
}

/* Needs two ranks. */
static void index_lists(void)
{
    int last = check_rank == check_size - 1;
    section s;

    lists(&s, check_rank, check_size);
    if (last)
        s.indices[check_rank] = 0;
    check_everywhere(&s, DARR_ERR_PROTOCOL, "one_to_one is 1, but index 0 is held by proc_grid_rank 0 and by");

    /* Without the promise the index may count once or twice, and nothing else. */
    int64_t sum = (int64_t)check_size * (check_size + 1) / 2;
    for (int64_t size = sum - 2; size <= sum + 1; size++) {
        lists(&s, check_rank, check_size);
        if (last)
            s.indices[check_rank] = 0;
        s.dims[0].one_to_one = 0;
        s.dims[0].size = size;
        if (size == sum || size == sum - 1)
            check_everywhere(&s, DARR_OK, "");
        else
            check_everywhere(&s, DARR_ERR_PROTOCOL, size < check_size ? "n_indices" : "the number of different indices");
    }

    lists(&s, check_rank, check_size);
    s.dims[0].size = sum + 1;
    check_everywhere(&s, DARR_ERR_PROTOCOL, "the sum of n_indices");
}

/* Needs an even number of ranks, four or more: rows of ranks, each with an index list that its ranks share. */
static void shared_lists(void)
{
    int last = check_rank == check_size - 1;
    int columns = check_size / 2, row = check_rank / columns;
    for (int wrong = 0; wrong < 2; wrong++) {
        section s;
        darr_dist *dist = NULL;
        section_begin_dims(&s, 2);
        for (int i = 0; i < 3; i++)
            s.indices[i] = 3 * row + (wrong && last ? 2 - i : i);
        section_unstructured(&s, 0, 6, row, 2, 3);
        section_block(&s, 1, 4 * columns, check_rank % columns, columns, 4 * (check_rank % columns),
                      4 * (check_rank % columns) + 4, 0, 0);
        section_pack(&s);
        if (!wrong) {
            check_everywhere(&s, DARR_OK, "");
            CHECK_OK(darr_dist_from_dim_data(comm, 2, s.dims, DARR_BOUNDARY_OWNED, NULL, &dist));
            darr_dist_free(dist);
            continue;
        }
        check_everywhere(&s, DARR_ERR_PROTOCOL, "an entry of indices is");
        CHECK_FAILS(darr_dist_from_dim_data(comm, 2, s.dims, DARR_BOUNDARY_OWNED, NULL, &dist), DARR_ERR_PROTOCOL,
                    "both have proc_grid_rank 1, but their indices differ");
        CHECK_ALIKE(darr_last_error());
        CHECK(dist == NULL);
    }
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    sound_descriptors();
    local_failures();
    nobody_inside();
    if (check_size > 1) {
        differences();
        interfaces();
        index_lists();
    }
    if (check_size > 2 && check_size % 2 == 0)
        shared_lists();
    return check_end();
}
