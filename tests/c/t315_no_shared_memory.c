/* Where the system gives no memory that ranks can share, plans go through messages and bring the same values; what no memory at all
 * can hold is refused, and the program goes on. The limits that stand for a full system are set in some of the ranks. */
/* valgrind: no */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/resource.h>

#include "check.h"
#include "random.h"

typedef struct {
    int ndim;
    const int64_t *shape;
    int wrong;
} looked_for;

static double value_at(const looked_for *what, const int64_t *index)
{
    double value = 1;
    for (int d = 0; d < what->ndim; d++)
        value = value * 101 + (double)index[d];
    return value;
}

static void write_element(const random_place *place, void *context)
{
    if (place->owned)
        *(double *)place->at = value_at(context, place->index);
}

static void compare_element(const random_place *place, void *context)
{
    if (place->owned)
        ((looked_for *)context)->wrong += *(double *)place->at != value_at(context, place->index);
}

/* From one distribution to another; gives the bytes that this rank's peers did not get by MPI. */
static int64_t move_once(int comm, uint64_t seed)
{
    int64_t shape[3];
    darr_dist *from, *to;
    darr_array *source, *target;
    darr_plan *plan;
    darr_plan_info info = DARR_PLAN_INFO_INIT;
    looked_for what = {3, shape, 0};
    random_state = seed;
    for (int d = 0; d < 3; d++)
        shape[d] = 5 + random_below(20);
    from = random_dist(comm, 3, shape, 3);
    to = random_dist(comm, 3, shape, 3);
    CHECK_NEEDED(darr_array_create(from, DARR_FLOAT64, &source));
    CHECK_NEEDED(darr_array_create(to, DARR_FLOAT64, &target));
    random_visit(from, source, write_element, &what);
    CHECK_NEEDED(darr_plan_redistribute(1, (const darr_array *const *)&source, &target, NULL, &plan));
    CHECK_OK(darr_plan_run(plan));
    CHECK_OK(darr_plan_run(plan));
    random_visit(to, target, compare_element, &what);
    CHECK_INT(what.wrong, 0);
    CHECK_OK(darr_plan_describe(plan, &info));
    darr_plan_free(plan);
    darr_array_free(source);
    darr_array_free(target);
    darr_dist_free(from);
    darr_dist_free(to);
    return info.bytes - info.bytes_mpi;
}

static void moves(int comm, int none)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        int64_t shared = move_once(comm, seed);
        if (none)
            CHECK_INT(shared, 0);
    }
}

/* An array of more memory than any machine has. */
static void too_large(int comm)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist;
    darr_array *array = NULL;
    dim.extent = (int64_t)1 << 46;
    dim.map = DARR_BLOCK;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_CODE(darr_array_create(dist, DARR_INT8, &array), DARR_ERR_MEMORY);
    CHECK_ALIKE(darr_last_error());
    CHECK(array == NULL);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    struct rlimit files, sizes, limit;
    int comm, limited, lowest;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    limited = check_rank % 2 == 0;
    CHECK(getrlimit(RLIMIT_NOFILE, &files) == 0 && getrlimit(RLIMIT_FSIZE, &sizes) == 0);

    /* No further file may be opened: none for memory that is shared, and none of a peer. */
    lowest = open("/dev/null", O_RDONLY);
    close(lowest);
    limit = files;
    limit.rlim_cur = (rlim_t)lowest;
    if (limited)
        CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    moves(comm, limited || check_size == 1);
    if (limited)
        CHECK(setrlimit(RLIMIT_NOFILE, &files) == 0);
    /* The memory that was refused is there now. */
    moves(comm, 0);

    /* Files may not grow: a program that makes one grow is ended by a signal. */
    limit = sizes;
    limit.rlim_cur = 1 << 16;
    if (limited)
        CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    moves(comm, limited);
    if (limited)
        CHECK(setrlimit(RLIMIT_FSIZE, &sizes) == 0);
    moves(comm, 0);

    too_large(comm);
    return check_end();
}
