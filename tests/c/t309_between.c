/* Redistribution between arrays of different communicators, by value: random ones, in random orders of ranks, that are equal,
 * overlap or have no rank in common; all maps, permuted dimensions, the three ways that elements take; and what is refused. */
/* seconds: 300 */
#include "random.h"

#define CASES 25
#define UNTOUCHED (-3)

static int ndim, axes[RANDOM_NDIM];

/* Some ranks in an order of their own, and what they hold. */
typedef struct {
    MPI_Comm comm;
    int rank, size;
    darr_dist *dist;
    darr_array *arrays[2];
    void *memory[2];
} side;

static const int dtypes[2][2] = {{DARR_INT32, DARR_INT64}, {DARR_FLOAT64, DARR_INT64}};

static int is_in(const side *one) { return one->comm != MPI_COMM_NULL; }

/* Within the communicator of a side ranks are counted in its way. */
static void swap_ranks(side *one)
{
    int rank = check_rank, size = check_size;
    check_rank = one->rank;
    check_size = one->size;
    one->rank = rank;
    one->size = size;
}

static void make_side(side *one, int member, int key)
{
    memset(one, 0, sizeof *one);
    MPI_Comm_split(MPI_COMM_WORLD, member ? 0 : MPI_UNDEFINED, key, &one->comm);
    if (is_in(one)) {
        MPI_Comm_rank(one->comm, &one->rank);
        MPI_Comm_size(one->comm, &one->size);
    }
}

static void fill_side(side *one, const int64_t *shape, int kinds, const int *types, uint64_t seed)
{
    if (!is_in(one))
        return;
    random_state = seed;
    swap_ranks(one);
    one->dist = random_dist((int)MPI_Comm_c2f(one->comm), ndim, shape, kinds);
    for (int i = 0; i < 2; i++)
        one->arrays[i] = random_array(one->dist, types[i], &one->memory[i]);
    swap_ranks(one);
}

static void free_comm(side *one)
{
    if (is_in(one))
        MPI_Comm_free(&one->comm);
}

static void free_side(side *one)
{
    for (int i = 0; i < 2; i++) {
        darr_array_free(one->arrays[i]);
        free(one->memory[i]);
    }
    darr_dist_free(one->dist);
}

static void visit(side *one, void (*each)(const random_place *place, void *context))
{
    if (!one->dist)
        return;
    swap_ranks(one);
    for (int i = 0; i < 2; i++)
        random_visit(one->dist, one->arrays[i], each, &i);
    swap_ranks(one);
}

static int64_t number(const int64_t *index)
{
    int64_t value = 1;
    for (int d = 0; d < ndim; d++)
        value = value * 11 + index[d];
    return value;
}

/* The second array of a side has other values. */
static void fill_source(const random_place *place, void *context)
{
    int second = *(int *)context;
    int64_t value = place->owned ? number(place->index) + 7 * second : UNTOUCHED;
    if (second)
        *(int64_t *)place->at = value;
    else
        *(int32_t *)place->at = (int32_t)value;
}

static void fill_target(const random_place *place, void *context)
{
    if (*(int *)context)
        *(int64_t *)place->at = UNTOUCHED;
    else
        *(double *)place->at = UNTOUCHED;
}

static void check_target(const random_place *place, void *context)
{
    int64_t source[RANDOM_NDIM];
    int second = *(int *)context;
    for (int d = 0; d < ndim; d++)
        source[d] = place->index[axes[d]];
    CHECK_INT(second ? *(int64_t *)place->at : (int64_t) * (double *)place->at,
              place->owned ? number(source) + 7 * second : UNTOUCHED);
}

static void one_case(MPI_Comm comm, uint64_t seed)
{
    int64_t shape[RANDOM_NDIM], turned[RANDOM_NDIM];
    int member[2], key[2], disjoint, freed_first, lists;
    darr_move_options options = DARR_MOVE_OPTIONS_INIT;
    side sides[2];
    darr_plan *plan = NULL;
    const darr_array *read[2];

    random_state = seed;
    ndim = (int)random_below(RANDOM_NDIM);
    for (int d = 0; d < ndim; d++) {
        shape[d] = random_below(5) ? 1 + random_below(10) : random_below(3);
        axes[d] = d;
    }
    for (int d = ndim; d-- > 1;) {
        int other = (int)random_below(d + 1), swap = axes[d];
        axes[d] = axes[other];
        axes[other] = swap;
    }
    for (int d = 0; d < ndim; d++)
        turned[axes[d]] = shape[d];
    disjoint = check_size > 1 && random_below(3) == 0;
    freed_first = (int)random_below(2);
    lists = (int)random_below(2);
    /* The first rank is a source and the last a target whatever the dice say. */
    for (int r = 0; r < check_size; r++) {
        int in[2] = {r == 0 || random_below(3) > 0, r == check_size - 1 || random_below(3) > 0};
        int keys[2] = {(int)random_below(100), (int)random_below(100)};
        if (disjoint && in[0] && in[1])
            in[r == check_size - 1 || (r > 0 && random_below(2)) ? 0 : 1] = 0;
        if (r == check_rank) {
            memcpy(member, in, sizeof member);
            memcpy(key, keys, sizeof key);
        }
    }
    for (int end = 0; end < 2; end++)
        make_side(&sides[end], member[end], key[end]);
    fill_side(&sides[0], shape, 4, dtypes[0], seed + 1000000);
    fill_side(&sides[1], turned, 4, dtypes[1], seed + 2000000);
    visit(&sides[0], fill_source);
    options.axes = is_in(&sides[0]) ? axes : NULL;
    for (int i = 0; i < 2; i++)
        read[i] = sides[0].arrays[i];
    /* Ranks outside pass no list, or one of NULL. */
    CHECK_NEEDED(darr_plan_redistribute_between((int)MPI_Comm_c2f(comm), is_in(&sides[0]) || is_in(&sides[1]) || lists ? 2 : 0,
                                                is_in(&sides[0]) || lists ? read : NULL,
                                                is_in(&sides[1]) || lists ? sides[1].arrays : NULL, &options, &plan));
    if (freed_first)
        for (int end = 0; end < 2; end++)
            free_comm(&sides[end]);
    for (int run = 0; run < 2; run++) {
        visit(&sides[1], fill_target);
        /* Nobody changes a target that others may already be writing to, or read from. */
        MPI_Barrier(MPI_COMM_WORLD);
        CHECK_OK(darr_plan_run(plan));
        visit(&sides[1], check_target);
    }
    darr_plan_free(plan);
    for (int end = 0; end < 2; end++) {
        free_side(&sides[end]);
        if (!freed_first)
            free_comm(&sides[end]);
    }
}

static void refused(MPI_Comm comm, const side *source, const side *target, int code, const char *part)
{
    const darr_array *read = source->arrays[0];
    darr_array *written = target->arrays[0];
    darr_plan *plan = NULL;
    CHECK_FAILS(darr_plan_redistribute_between((int)MPI_Comm_c2f(comm), 1, &read, &written, NULL, &plan), code, part);
    CHECK_ALIKE(darr_last_error());
    CHECK(plan == NULL);
}

/* Sources on the first ranks, all but one if there are several, targets on all. */
static void bad_input(void)
{
    int64_t shape[1] = {12}, other[1] = {13};
    MPI_Comm world = MPI_COMM_WORLD, self = MPI_COMM_SELF;
    int first = check_rank < check_size - 1 || check_size == 1, comm = (int)MPI_Comm_c2f(world);
    side source, target, none = {MPI_COMM_NULL, 0, 0, NULL, {NULL, NULL}, {NULL, NULL}}, changed, small, large, last;
    darr_plan *plan = NULL;
    ndim = 1;
    make_side(&source, first, check_rank);
    make_side(&target, 1, check_rank);
    make_side(&small, first, check_rank);
    make_side(&large, 1, check_rank);
    make_side(&last, !first, 0);
    fill_side(&last, shape, 2, dtypes[1], 11);
    fill_side(&source, shape, 2, dtypes[1], 7);
    fill_side(&target, shape, 2, dtypes[1], 8);
    fill_side(&small, other, 2, dtypes[1], 9);
    fill_side(&large, shape, 2, dtypes[0], 10);

    refused(world, &none, &target, DARR_ERR_ARGUMENT, "no rank passed sources");
    refused(world, &source, &none, DARR_ERR_ARGUMENT, "no rank passed targets");
    refused(world, &source, check_rank == 0 ? &none : &target, DARR_ERR_ARGUMENT,
            check_size == 1 ? "no rank passed targets" : "rank 0 is in the communicator of the targets");
    refused(world, &small, &target, DARR_ERR_ARGUMENT, "extent of the target 12");
    refused(world, &source, &large, DARR_ERR_ARGUMENT, "does not convert");
    refused(world, &target, &target, DARR_ERR_ARGUMENT, "shares memory");
    if (check_size > 2)
        refused(world, check_rank == 1 ? &small : &source, &target, DARR_ERR_MISMATCH, "sources of rank 1 and of rank 0");
    if (check_size > 1) {
        const darr_array *read[2] = {source.arrays[0], source.arrays[1]};
        darr_array *written[2] = {target.arrays[0], NULL};
        CHECK_FAILS(darr_plan_redistribute_between(comm, 2, first ? read : NULL, written, NULL, &plan), DARR_ERR_HANDLE,
                    "targets[1]");
        CHECK_ALIKE(darr_last_error());
        written[1] = target.arrays[1];
        CHECK_FAILS(darr_plan_redistribute_between(comm, 2 - (check_rank == 0), first ? read : NULL, written, NULL, &plan),
                    DARR_ERR_MISMATCH, check_size > 2 ? "sources of rank 1 and of rank 0" : "targets of rank 1 and of rank 0");
        CHECK_ALIKE(darr_last_error());
        CHECK_FAILS(darr_plan_redistribute_between(comm, first ? 2 : 1, first ? read : NULL, first ? NULL : last.arrays, NULL,
                                                   &plan),
                    DARR_ERR_MISMATCH, "2 sources, but 1 targets");
        CHECK_ALIKE(darr_last_error());
        /* Each rank's plan would need the ranks of the others. */
        CHECK_FAILS(darr_plan_redistribute_between((int)MPI_Comm_c2f(self), 1, NULL, target.arrays, NULL, &plan),
                    DARR_ERR_ARGUMENT, "is not in the communicator of the plan");
    }
    CHECK_FAILS(darr_plan_redistribute_between(comm, 0, NULL, NULL, NULL, &plan), DARR_ERR_ARGUMENT, "no rank passed sources");
    CHECK_FAILS(darr_plan_redistribute_between(comm, -1, NULL, NULL, NULL, &plan), DARR_ERR_ARGUMENT, "number of sources is -1");
    CHECK_FAILS(darr_plan_redistribute_between((int)MPI_Comm_c2f(MPI_COMM_NULL), 1, NULL, NULL, NULL, &plan), DARR_ERR_COMM,
                "MPI_COMM_NULL");
    CHECK_FAILS(darr_plan_redistribute_between(comm, 1, &(const darr_array *){source.arrays[0]}, target.arrays, NULL, NULL),
                DARR_ERR_ARGUMENT, "plan_out");
    changed = source;
    free_comm(&changed);
    refused(world, &source, &target, DARR_ERR_COMM, "has been freed");
    free_side(&source);
    free_side(&target);
    free_side(&small);
    free_side(&large);
    free_side(&last);
    free_comm(&last);
    free_comm(&target);
    free_comm(&small);
    free_comm(&large);
}

int main(int argc, char **argv)
{
    MPI_Comm turned;
    check_begin(&argc, &argv);
    MPI_Comm_split(MPI_COMM_WORLD, 0, check_size - check_rank, &turned);
    for (int way = 0; way < 3; way++) {
        /* All ranks on one node, on two, each on one of its own. */
        int part = way == 0 ? 0 : way == 1 ? check_rank % 2 : check_rank;
        CHECK_NEEDED(darr_comm_divide_node((int)MPI_Comm_c2f(MPI_COMM_WORLD), part));
        CHECK_NEEDED(darr_comm_divide_node((int)MPI_Comm_c2f(turned), part));
        CHECK_OK(darr_comm_set_checks((int)MPI_Comm_c2f(turned), way == 1));
        for (int i = 0; i < CASES && check_failed == 0; i += getenv("CHECK_FEW") ? 5 : 1) {
            one_case(i % 3 ? MPI_COMM_WORLD : turned, (uint64_t)(1000 * way + i + 1));
            if (check_failed > 0)
                fprintf(stderr, "in case %d of way %d, %d dimensions\n", i, way, ndim);
        }
    }
    bad_input();
    MPI_Comm_free(&turned);
    return check_end();
}
