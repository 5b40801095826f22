/* Reshapes by value: elements keep their place in the sequence of either order, between random shapes, distributions, paddings
 * and memories; the three ways that elements take; within one communicator and between two; and what is refused. */
/* seconds: 300 */
#include "random.h"

#define CASES 60
#define UNTOUCHED (-3)

/* An array's shape and the order in which its elements are counted. */
typedef struct {
    int ndim, reshape, combine;
    int64_t shape[RANDOM_NDIM];
} sequence;

static int64_t number(const sequence *one, const int64_t *index)
{
    int64_t value = 0;
    for (int k = 0; k < one->ndim; k++) {
        int d = one->reshape == DARR_RESHAPE_C ? k : one->ndim - 1 - k;
        value = value * one->shape[d] + index[d];
    }
    return value;
}

static void fill_source(const random_place *place, void *context)
{
    *(int32_t *)place->at = place->owned ? (int32_t)number(context, place->index) : UNTOUCHED;
}

static void fill_target(const random_place *place, void *context)
{
    (void)context;
    *(int32_t *)place->at = UNTOUCHED;
}

static void check_target(const random_place *place, void *context)
{
    const sequence *one = context;
    int64_t want = number(one, place->index) + (one->combine == DARR_COMBINE_ADD ? UNTOUCHED : 0);
    CHECK_INT(*(int32_t *)place->at, place->owned ? want : UNTOUCHED);
}

/* Two ways to write one number as a product of at most RANDOM_NDIM extents. */
static void random_shapes(sequence *from, sequence *to)
{
    sequence *both[2] = {from, to};
    int64_t factors[5];
    int n = (int)random_below(6);
    for (int f = 0; f < n; f++)
        factors[f] = random_below(12) ? 2 + random_below(3) : random_below(2);
    for (int end = 0; end < 2; end++) {
        sequence *one = both[end];
        one->ndim = n ? 1 + (int)random_below(RANDOM_NDIM) : (int)random_below(3);
        for (int d = 0; d < one->ndim; d++)
            one->shape[d] = 1;
        for (int f = 0, d = 0; f < n; f++) {
            /* Mostly neighbours, so that shapes often have groups of dimensions in common. */
            if (random_below(2) && d < one->ndim - 1)
                d++;
            one->shape[random_below(6) ? d : (int)random_below(one->ndim)] *= factors[f];
        }
    }
}

static void one_case(int comm, int between)
{
    sequence from, to;
    darr_move_options options = DARR_MOVE_OPTIONS_INIT;
    darr_dist *dists[2];
    darr_array *arrays[2];
    const darr_array *read;
    darr_plan *plan = NULL;
    void *memory[2];

    random_shapes(&from, &to);
    options.reshape = from.reshape = to.reshape = random_below(2) ? DARR_RESHAPE_C : DARR_RESHAPE_F;
    options.combine = from.combine = to.combine = random_below(3) ? DARR_COMBINE_INSERT : DARR_COMBINE_ADD;
    dists[0] = random_dist(comm, from.ndim, from.shape, 4);
    dists[1] = random_dist(comm, to.ndim, to.shape, 4);
    arrays[0] = random_array(dists[0], DARR_INT32, &memory[0]);
    arrays[1] = random_array(dists[1], DARR_INT32, &memory[1]);
    read = arrays[0];
    random_visit(dists[0], arrays[0], fill_source, &from);
    if (between)
        CHECK_NEEDED(darr_plan_redistribute_between(comm, 1, &read, &arrays[1], &options, &plan));
    else
        CHECK_NEEDED(darr_plan_redistribute(1, &read, &arrays[1], &options, &plan));
    for (int run = 0; run < 2; run++) {
        random_visit(dists[1], arrays[1], fill_target, NULL);
        /* Nobody changes a target that others may already be writing to, or read from. */
        MPI_Barrier(MPI_COMM_WORLD);
        CHECK_OK(darr_plan_run(plan));
        random_visit(dists[1], arrays[1], check_target, &to);
    }
    darr_plan_free(plan);
    for (int end = 0; end < 2; end++) {
        darr_array_free(arrays[end]);
        darr_dist_free(dists[end]);
        free(memory[end]);
    }
}

/* 2^25 rows of two bytes that go to two rows of 2^25: more rows than a plan may have pieces, but they repeat. */
static void many_rows(int comm)
{
    const int64_t rows = INT64_C(1) << 25;
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist *dists[2];
    darr_array *arrays[2];
    const darr_array *read;
    darr_move_options options = DARR_MOVE_OPTIONS_INIT;
    darr_plan_info info = DARR_PLAN_INFO_INIT;
    darr_plan *plan = NULL;
    darr_view view = DARR_VIEW_INIT;
    int wrong = 0;
    options.reshape = DARR_RESHAPE_C;
    for (int end = 0; end < 2; end++) {
        for (int d = 0; d < 2; d++) {
            dims[d].extent = d == end ? rows : 2;
            dims[d].map = d == end ? DARR_WHOLE : DARR_BLOCK;
        }
        CHECK_NEEDED(darr_dist_create(comm, 2, dims, NULL, &dists[end]));
        CHECK_NEEDED(darr_array_create(dists[end], DARR_UINT8, &arrays[end]));
    }
    for (int end = 0; end < 2; end++) {
        CHECK_OK(darr_array_view(arrays[end], &view));
        if (end == 1) {
            read = arrays[0];
            CHECK_NEEDED(darr_plan_redistribute(1, &read, &arrays[1], &options, &plan));
            CHECK_OK(darr_plan_describe(plan, &info));
            CHECK(info.memory < 100000);
            CHECK_OK(darr_plan_run(plan));
        }
        for (int64_t i = 0; i < view.extents[0]; i++)
            for (int64_t j = 0; j < view.extents[1]; j++) {
                int64_t n = (view.global_lo[0] + i) * (end == 0 ? 2 : rows) + view.global_lo[1] + j;
                uint8_t *at = (uint8_t *)view.base + i * view.strides[0] + j * view.strides[1];
                if (end == 0)
                    *at = (uint8_t)(n % 251);
                else
                    wrong |= *at != n % 251;
            }
    }
    CHECK_INT(wrong, 0);
    darr_plan_free(plan);
    for (int end = 0; end < 2; end++) {
        darr_array_free(arrays[end]);
        darr_dist_free(dists[end]);
    }
}

static void refused(const darr_array *source, darr_array *target, const darr_move_options *options, int code,
                    const char *part)
{
    darr_plan *plan = NULL;
    CHECK_FAILS(darr_plan_redistribute(1, &source, &target, options, &plan), code, part);
    CHECK_ALIKE(darr_last_error());
    CHECK(plan == NULL);
}

static void bad_input(int comm)
{
    darr_move_options options = DARR_MOVE_OPTIONS_INIT, wrong = DARR_MOVE_OPTIONS_INIT;
    darr_dim dim = DARR_DIM_INIT, list = DARR_DIM_INIT;
    int64_t indices[1], shapes[3] = {check_size, check_size + 1, check_size};
    darr_dist *dists[3];
    darr_array *arrays[3];
    int axes[1] = {0};
    dim.map = DARR_BLOCK;
    list.map = DARR_UNSTRUCTURED;
    list.extent = check_size;
    list.indices = indices;
    /* The last rank's index is beyond the extent. */
    indices[0] = check_rank == check_size - 1 ? check_size : check_rank;
    list.n_indices = 1;
    for (int i = 0; i < 3; i++) {
        dim.extent = shapes[i];
        CHECK_NEEDED(darr_dist_create(comm, 1, i == 2 ? &list : &dim, NULL, &dists[i]));
        CHECK_NEEDED(darr_array_create(dists[i], DARR_INT32, &arrays[i]));
    }
    options.reshape = DARR_RESHAPE_C;
    refused(arrays[0], arrays[1], &options, DARR_ERR_ARGUMENT, "a reshape needs as many");
    refused(arrays[0], arrays[2], &options, DARR_ERR_ARGUMENT, "a place in the sequence");
    refused(arrays[2], arrays[0], &options, DARR_ERR_ARGUMENT, "a place in the sequence");
    wrong = options;
    wrong.reshape = 3;
    refused(arrays[0], arrays[1], &wrong, DARR_ERR_ARGUMENT, "reshape 3 is unknown");
    wrong = options;
    wrong.axes = axes;
    refused(arrays[0], arrays[1], &wrong, DARR_ERR_ARGUMENT, "axes cannot be given");
    if (check_size > 1) {
        wrong = options;
        wrong.reshape = check_rank == 0 ? DARR_RESHAPE_C : DARR_RESHAPE_F;
        refused(arrays[0], arrays[1], &wrong, DARR_ERR_MISMATCH, "options");
    }
    for (int i = 0; i < 3; i++) {
        darr_array_free(arrays[i]);
        darr_dist_free(dists[i]);
    }
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    for (int way = 0; way < 3; way++) {
        /* All ranks on one node, on two, each on one of its own. */
        CHECK_NEEDED(darr_comm_divide_node(comm, way == 0 ? 0 : way == 1 ? check_rank % 2 : check_rank));
        for (int i = 0; i < CASES && check_failed == 0; i += getenv("CHECK_FEW") ? 5 : 1) {
            random_state = (uint64_t)(1000 * way + i + 1);
            one_case(comm, i % 4 == 0);
            if (check_failed > 0)
                fprintf(stderr, "in case %d of way %d\n", i, way);
        }
    }
    if (!getenv("CHECK_FEW"))
        many_rows(comm);
    bad_input(comm);
    return check_end();
}
