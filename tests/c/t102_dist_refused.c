/* Distributions that cannot be: the right code and a text that names the value, the same on every rank, and nothing
 * written; also when only one rank is wrong. */
#include "check.h"

#define WHERE MPI_Comm_c2f(MPI_COMM_WORLD)

static darr_dist *const untouched = (darr_dist *)8;

/* The call fails with the code, its text holds the part and is the same everywhere. */
static void refused(int ndim, const darr_dim *dims, const darr_dist_options *options, int code, const char *part)
{
    darr_dist *dist = untouched;
    CHECK_FAILS(darr_dist_create(WHERE, ndim, dims, options, &dist), code, part);
    CHECK(dist == untouched);
    CHECK_ALIKE(darr_last_error());
}

static darr_dim block(int64_t extent)
{
    darr_dim dim = DARR_DIM_INIT;
    dim.extent = extent;
    dim.map = DARR_BLOCK;
    return dim;
}

static void extents(void)
{
    darr_dim dims[16];
    for (int d = 0; d < 16; d++)
        dims[d] = block(1);
    refused(16, dims, NULL, DARR_ERR_ARGUMENT, "ndim is 16");
    refused(-1, dims, NULL, DARR_ERR_ARGUMENT, "ndim is -1");
    refused(2, NULL, NULL, DARR_ERR_ARGUMENT, "dims is NULL");
    dims[1] = block(-3);
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "the extent -3");
    dims[1] = block(INT64_MAX);
    dims[1].halo[0] = INT64_MAX;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "dimension 1: the extent 9223372036854775807");
    dims[1] = block(4);
    dims[1].halo[1] = -1;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "the halo width -1");
    dims[1] = block(4);
    dims[1].map = 7;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "map is 7");
    dims[1] = block(4);
    dims[1].rule = 9;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "rule is 9");
    dims[1] = block(4);
    dims[1].map = DARR_CYCLIC;
    dims[1].block_size = -2;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "the block size -2");
    dims[1].block_size = 1;
    dims[1].halo[0] = 1;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "only block and whole dimensions have padding");
    dims[1] = block(4);
    dims[1].periodic = 1;
    dims[1].boundary[0] = 1;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "because the dimension is periodic");
    dims[1] = block(4);
    dims[1].size = 3;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "it has 3 bytes");
}

/* A shape whose elements no machine can count is described all the same; only its arrays are refused. */
static void huge(void)
{
    darr_dim dims[2] = {block(INT64_MAX / 2), block(INT64_MAX / 2)};
    darr_dist *dist = NULL;
    darr_array *array = NULL;
    CHECK_NEEDED(darr_dist_create(WHERE, 2, dims, NULL, &dist));
    CHECK_CODE(darr_array_create(dist, DARR_COMPLEX128, &array), DARR_ERR_MEMORY);
    CHECK_ALIKE(darr_last_error());
    darr_dist_free(dist);
    dims[0] = block(INT64_C(1) << 40);
    dims[1] = block(INT64_C(1) << 10);
    CHECK_NEEDED(darr_dist_create(WHERE, 2, dims, NULL, &dist));
    CHECK_CODE(darr_array_create(dist, DARR_FLOAT64, &array), DARR_ERR_MEMORY);
    CHECK_ALIKE(darr_last_error());
    CHECK(array == NULL);
    darr_dist_free(dist);
}

static void grids(void)
{
    darr_dim dims[2] = {block(8), block(8)};
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    int64_t cuts[8] = {0, 3, 8, 8, 8, 8, 8, 8};
    int ranks[2] = {0, 0};
    dims[0].procs = check_size;
    dims[1].procs = 2;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "the process grid [");
    dims[0].procs = 1 << 30;
    dims[1].procs = 1 << 30;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "the product of all at most 2147483647");
    dims[0].procs = -1;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "procs is -1");
    dims[0] = block(8);
    dims[1].procs = 0;
    dims[0].cuts = cuts;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "procs is 0");
    dims[0].procs = 1;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "the last cut 3");
    cuts[1] = 8;
    cuts[0] = 1;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "the first cut 1");
    if (check_size > 1) {
        int64_t descending[3] = {0, 9, 8};
        dims[0].procs = 2;
        dims[0].cuts = descending;
        refused(2, dims, NULL, DARR_ERR_ARGUMENT, "dimension 0: the cut 8");
    }
    dims[0] = block(8);
    options.order = 5;
    refused(2, dims, &options, DARR_ERR_ARGUMENT, "memory order 5");
    options.order = 0;
    options.grid_order = 5;
    refused(2, dims, &options, DARR_ERR_ARGUMENT, "grid_order is 5");
    options.grid_order = 0;
    options.ranks = ranks;
    options.n_ranks = 2;
    dims[0].procs = 2;
    dims[1] = dims[0];
    dims[1].procs = 1;
    refused(2, dims, &options, DARR_ERR_ARGUMENT, "rank 0: it stands twice");
    ranks[1] = check_size;
    refused(2, dims, &options, DARR_ERR_ARGUMENT, "the process grid [2, 1] needs rank");
    ranks[1] = -4;
    refused(2, dims, &options, DARR_ERR_ARGUMENT, "ranks holds -4");
}

/* One rank differs: every rank hears which argument. */
static void differing(void)
{
    int other = check_rank == check_size - 1;
    darr_dim dims[2] = {block(8), block(6)};
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_dist *dist = untouched;
    if (check_size == 1)
        return;
    dims[0].extent = 8 + other;
    refused(2, dims, NULL, DARR_ERR_MISMATCH, "do not agree on the global extents");
    dims[0] = block(8);
    dims[0].map = other ? DARR_CYCLIC : DARR_BLOCK;
    refused(2, dims, NULL, DARR_ERR_MISMATCH, "do not agree on the maps");
    dims[0] = block(8);
    dims[0].halo[0] = other;
    refused(2, dims, NULL, DARR_ERR_MISMATCH, "do not agree on the halo widths");
    dims[0] = block(8);
    dims[0].periodic = other;
    refused(2, dims, NULL, DARR_ERR_MISMATCH, "do not agree on the periodic dimensions");
    dims[0] = block(8);
    dims[0].boundary[1] = other;
    refused(2, dims, NULL, DARR_ERR_MISMATCH, "do not agree on the boundary widths");
    dims[0] = block(8);
    options.order = other;
    refused(2, dims, &options, DARR_ERR_MISMATCH, "do not agree on the memory order");
    refused(2 - other, dims, NULL, DARR_ERR_MISMATCH, "do not agree on the global extents");
    refused(2, other ? NULL : dims, NULL, DARR_ERR_ARGUMENT, "dims is NULL");
    dims[0].extent = other ? -8 : 8;
    refused(2, dims, NULL, DARR_ERR_ARGUMENT, "the extent -8");
    dims[0].extent = 8;
    CHECK_FAILS(darr_dist_create(WHERE, 2, dims, NULL, other ? NULL : &dist), DARR_ERR_ARGUMENT, "dist_out is NULL");
    CHECK_ALIKE(darr_last_error());
    CHECK(dist == untouched);
}

/* Arrays and plans of different distributions or dtypes on different ranks. */
static void differing_objects(void)
{
    int other = check_rank == check_size - 1;
    darr_dim dims[1] = {block(8)};
    darr_dist *a = NULL, *b = NULL;
    darr_array *x = NULL, *y = NULL, *none = NULL;
    darr_plan *plan = NULL;
    darr_halo_options options = DARR_HALO_OPTIONS_INIT;
    int64_t wide[1] = {9};
    dims[0].halo[0] = 1;
    CHECK_NEEDED(darr_dist_create(WHERE, 1, dims, NULL, &a));
    dims[0].extent = 9;
    CHECK_NEEDED(darr_dist_create(WHERE, 1, dims, NULL, &b));
    CHECK_NEEDED(darr_array_create(a, DARR_FLOAT64, &x));
    CHECK_NEEDED(darr_array_create(b, DARR_FLOAT64, &y));
    if (check_size > 1) {
        CHECK_FAILS(darr_array_create(a, other ? DARR_INT8 : DARR_BOOL, &none), DARR_ERR_MISMATCH, "dtype");
        CHECK_FAILS(darr_array_create(other ? a : b, DARR_BOOL, &none), DARR_ERR_MISMATCH, "distribution");
        CHECK_FAILS(darr_plan_halo(1, other ? &x : &y, NULL, &plan), DARR_ERR_MISMATCH, "distribution");
        options.star = other;
        CHECK_FAILS(darr_plan_halo(1, &x, &options, &plan), DARR_ERR_MISMATCH, "options");
        options.star = 0;
    }
    CHECK_CODE(darr_array_create(a, other ? 99 : DARR_BOOL, &none), DARR_ERR_ARGUMENT);
    CHECK_ALIKE(darr_last_error());
    {
        darr_array *two[2] = {x, x};
        CHECK_FAILS(darr_plan_halo(2, two, NULL, &plan), DARR_ERR_ARGUMENT, "array 1 shares memory with array 0");
        two[1] = y;
        CHECK_CODE(darr_plan_halo(0, two, NULL, &plan), DARR_ERR_ARGUMENT);
        options.below = wide;
        CHECK_FAILS(darr_plan_halo(1, two, &options, &plan), DARR_ERR_ARGUMENT, "the width to fill below 9");
        CHECK_ALIKE(darr_last_error());
    }
    CHECK(none == NULL && plan == NULL);
    darr_array_free(x);
    darr_array_free(y);
    darr_dist_free(a);
    darr_dist_free(b);
}

/* Calls in the wrong order, and calls that differ between ranks in checked mode. */
static void order(void)
{
    darr_dim dims[1] = {block(12)};
    darr_dist *dist = NULL;
    darr_array *x = NULL;
    darr_plan *plan = NULL;
    double value = 0;
    dims[0].halo[0] = dims[0].halo[1] = 1;
    CHECK_NEEDED(darr_dist_create(WHERE, 1, dims, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &x));
    CHECK_NEEDED(darr_plan_halo(1, &x, NULL, &plan));
    CHECK_FAILS(darr_plan_end(plan), DARR_ERR_STATE, "not begun");
    CHECK_OK(darr_plan_begin(plan));
    CHECK_FAILS(darr_plan_begin(plan), DARR_ERR_STATE, "already begun");
    CHECK_OK(darr_plan_end(plan));
    CHECK_OK(darr_comm_set_checks(WHERE, 1));
    CHECK_OK(darr_plan_run(plan));
    if (check_size > 1) {
        int64_t index = check_rank == 0;
        if (check_rank == 0)
            CHECK_CODE(darr_plan_run(plan), DARR_ERR_MISMATCH);
        else
            CHECK_CODE(darr_array_reduce(x, DARR_SUM, DARR_FLOAT64, &value), DARR_ERR_MISMATCH);
        CHECK_ALIKE(darr_last_error());
        CHECK_FAILS(darr_array_get(x, &index, DARR_FLOAT64, &value), DARR_ERR_MISMATCH, "index");
        CHECK_OK(darr_plan_run(plan));
    }
    CHECK_OK(darr_comm_set_checks(WHERE, 0));
    /* A plan that is freed while it is begun gives its messages up: other calls go on. */
    CHECK_OK(darr_plan_begin(plan));
    darr_plan_free(plan);
    CHECK_FAILS(darr_plan_end(plan), DARR_ERR_HANDLE, "freed");
    CHECK_OK(darr_array_reduce(x, DARR_SUM, DARR_FLOAT64, &value));
    CHECK_REAL(value, 0);
    darr_array_free(x);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    extents();
    huge();
    grids();
    differing();
    differing_objects();
    order();
    return check_end();
}
