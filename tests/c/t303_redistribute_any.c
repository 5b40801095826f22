/* Redistribution by value between random distributions: all maps, permuted dimensions, conversion, combination, padding left
 * alone; through memory that ranks share, through their buffers in it, and through messages of MPI. */
/* seconds: 300 */
#include "random.h"

#define CASES 60
#define UNTOUCHED (-3)

static int ndim, axes[RANDOM_NDIM], combine;

static int64_t number(const int64_t *index)
{
    int64_t value = 1;
    for (int d = 0; d < ndim; d++)
        value = value * 11 + index[d];
    return value;
}

static void fill_source(const random_place *place, void *context)
{
    (void)context;
    *(int32_t *)place->at = place->owned ? (int32_t)number(place->index) : UNTOUCHED;
}

/* Old values lie on either side of the new ones. */
static int64_t old_value(const int64_t *index)
{
    return 5000 - 3 * number(index) % 7001;
}

static void fill_target(const random_place *place, void *context)
{
    int64_t value = place->owned ? old_value(place->index) : UNTOUCHED;
    if (*(int *)context == DARR_INT32)
        *(int32_t *)place->at = (int32_t)value;
    else
        *(double *)place->at = (double)value;
}

static void check_target(const random_place *place, void *context)
{
    int64_t source[RANDOM_NDIM], want, new_value, got;
    for (int d = 0; d < ndim; d++)
        source[d] = place->index[axes[d]];
    new_value = number(source);
    want = old_value(place->index);
    switch (combine) {
    case DARR_COMBINE_INSERT: want = new_value; break;
    case DARR_COMBINE_ADD: want += new_value; break;
    case DARR_COMBINE_MIN: want = new_value < want ? new_value : want; break;
    default: want = new_value > want ? new_value : want;
    }
    got = *(int *)context == DARR_INT32 ? *(int32_t *)place->at : (int64_t) * (double *)place->at;
    CHECK_INT(got, place->owned ? want : UNTOUCHED);
}

static int one_case(int comm)
{
    int64_t shape[RANDOM_NDIM], turned[RANDOM_NDIM];
    darr_move_options options = DARR_MOVE_OPTIONS_INIT;
    darr_plan_info info = DARR_PLAN_INFO_INIT;
    darr_dist *from, *to;
    darr_array *source, *target;
    const darr_array *read;
    darr_plan *plan = NULL;
    void *memory[2];
    int dtype, done = 0;

    ndim = (int)random_below(RANDOM_NDIM + 1);
    for (int d = 0; d < ndim; d++) {
        shape[d] = random_below(5) ? 1 + random_below(10) : random_below(3);
        axes[d] = d;
    }
    if (random_below(2))
        for (int d = ndim; d-- > 1;) {
            int other = (int)random_below(d + 1), swap = axes[d];
            axes[d] = axes[other];
            axes[other] = swap;
        }
    for (int d = 0; d < ndim; d++)
        turned[axes[d]] = shape[d];
    combine = (int)random_below(4);
    dtype = combine == DARR_COMBINE_INSERT && random_below(2) ? DARR_FLOAT64 : DARR_INT32;
    from = random_dist(comm, ndim, shape, 4);
    to = random_dist(comm, ndim, turned, 4);
    source = random_array(from, DARR_INT32, &memory[0]);
    target = random_array(to, dtype, &memory[1]);
    read = source;
    random_visit(from, source, fill_source, NULL);
    options.combine = combine;
    options.axes = axes;
    CHECK_NEEDED(darr_plan_redistribute(1, &read, &target, &options, &plan));
    for (int run = 0; run < 2; run++) {
        random_visit(to, target, fill_target, &dtype);
        /* Nobody changes a target that others may already be writing to, or read from. */
        MPI_Barrier(MPI_COMM_WORLD);
        if (run == 0) {
            CHECK_OK(darr_plan_run(plan));
        } else {
            CHECK_OK(darr_plan_begin(plan));
            while (!done)
                CHECK_OK(darr_plan_test(plan, &done));
            CHECK_OK(darr_plan_end(plan));
        }
        random_visit(to, target, check_target, &dtype);
    }
    CHECK_OK(darr_plan_describe(plan, &info));
    CHECK_INT(info.bytes, info.bytes_direct + info.bytes_staged + info.bytes_mpi);
    darr_plan_free(plan);
    darr_array_free(source);
    darr_array_free(target);
    darr_dist_free(from);
    darr_dist_free(to);
    free(memory[0]);
    free(memory[1]);
    return 1;
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    for (int way = 0; way < RANDOM_WAYS; way++) {
        random_divide(comm, way);
        random_cases(comm, way, CASES, one_case);
    }
    return check_end();
}
