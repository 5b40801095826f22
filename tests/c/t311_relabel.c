/* Ranks that change places: as few elements move as by the best of all assignments, and never more than without; a shift of the
 * ranks is undone; what is refused. */
/* seconds: 300 */
#include "random.h"

#define CASES 40
#define MOST 6

/* Elements that stay on their rank on the way from the calling rank's elements to those of each rank. */
typedef struct {
    const darr_dist *target;
    int64_t counts[MOST];
} overlap;

static void count(const random_place *place, void *context)
{
    overlap *own = context;
    int owner = -1;
    if (!place->owned)
        return;
    CHECK_OK(darr_dist_owner(own->target, place->index, &owner));
    own->counts[owner]++;
}

/* Sum of what each rank holds of the place that it takes, the largest of all ways to take them. */
static int64_t best(int64_t (*all)[MOST], int owner, unsigned taken)
{
    int64_t most = 0;
    if (owner == check_size)
        return 0;
    for (int holder = 0; holder < check_size; holder++)
        if (!(taken & 1u << holder)) {
            int64_t sum = all[holder][owner] + best(all, owner + 1, taken | 1u << holder);
            most = sum > most ? sum : most;
        }
    return most;
}

/* Elements that stay where they are; `all_out` has what each rank holds of what each is to own. */
static int64_t staying(const darr_dist *from, const darr_array *array, const darr_dist *to, int64_t (*all_out)[MOST])
{
    overlap own = {to, {0}};
    int64_t sum = 0, all[MOST][MOST];
    random_visit(from, array, count, &own);
    MPI_Allgather(own.counts, MOST, MPI_INT64_T, all, MOST, MPI_INT64_T, MPI_COMM_WORLD);
    for (int r = 0; r < check_size; r++)
        sum += all[r][r];
    if (all_out)
        memcpy(all_out, all, sizeof all);
    return sum;
}

static int one_case(int comm)
{
    int64_t shape[RANDOM_NDIM], all[MOST][MOST], before, after;
    int ndim = 1 + (int)random_below(RANDOM_NDIM - 1), grids[2][RANDOM_NDIM], alike = 0;
    darr_dist *from, *to, *best_dist = NULL, *again = NULL;
    darr_array *array = NULL;
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(9) ? 1 + random_below(10) : 0;
    from = random_dist(comm, ndim, shape, 4);
    to = random_dist(comm, ndim, shape, 3);
    CHECK_NEEDED(darr_array_create(from, DARR_INT8, &array));
    CHECK_NEEDED(darr_dist_relabel(from, to, &best_dist));
    before = staying(from, array, to, all);
    after = staying(from, array, best_dist, NULL);
    CHECK(after >= before);
    CHECK_INT(after, best(all, 0, 0));
    CHECK_OK(darr_dist_grid(to, grids[0]));
    CHECK_OK(darr_dist_grid(best_dist, grids[1]));
    for (int d = 0; d < ndim; d++)
        CHECK_INT(grids[1][d], grids[0][d]);
    /* Nothing is to be gained any more, so everybody stays. */
    CHECK_NEEDED(darr_dist_relabel(from, best_dist, &again));
    CHECK_OK(darr_dist_compatible(best_dist, again, &alike));
    CHECK_INT(alike, 1);
    darr_array_free(array);
    darr_dist_free(from);
    darr_dist_free(to);
    darr_dist_free(best_dist);
    darr_dist_free(again);
    return 1;
}

/* Blocks on ranks that are shifted by one: every block finds back. */
static void shift(int comm)
{
    int ranks[MOST];
    darr_dim dim = DARR_DIM_INIT;
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_dist *from, *to, *found = NULL;
    darr_array *source, *target;
    const darr_array *read;
    darr_plan *plan = NULL;
    darr_plan_info info = DARR_PLAN_INFO_INIT;
    int alike = 0;
    dim.extent = 100 * check_size;
    dim.map = DARR_BLOCK;
    dim.procs = check_size;
    for (int r = 0; r < check_size; r++)
        ranks[r] = (r + 1) % check_size;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, &options, &from));
    options.ranks = ranks;
    options.n_ranks = check_size;
    dim.halo[0] = 2;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, &options, &to));
    CHECK_NEEDED(darr_dist_relabel(from, to, &found));
    CHECK_OK(darr_dist_compatible(from, found, &alike));
    CHECK_INT(alike, 1);
    CHECK_NEEDED(darr_array_create(from, DARR_FLOAT64, &source));
    CHECK_NEEDED(darr_array_create(found, DARR_FLOAT64, &target));
    read = source;
    CHECK_NEEDED(darr_plan_redistribute(1, &read, &target, NULL, &plan));
    CHECK_OK(darr_plan_describe(plan, &info));
    CHECK_INT(info.sends, 0);
    CHECK_INT(info.receives, 0);
    CHECK_INT(info.bytes, 0);
    CHECK_INT(info.bytes_local, 800);
    darr_plan_free(plan);
    darr_array_free(source);
    darr_array_free(target);
    darr_dist_free(from);
    darr_dist_free(to);
    darr_dist_free(found);
}

static void bad_input(int comm)
{
    int64_t shape[1] = {12}, other[1] = {13};
    darr_dist *dist, *longer, *listed, *elsewhere, *out = NULL;
    MPI_Comm twin;
    darr_dim list = DARR_DIM_INIT;
    int64_t indices[1] = {check_rank};
    MPI_Comm_dup(MPI_COMM_WORLD, &twin);
    list.map = DARR_UNSTRUCTURED;
    list.extent = check_size;
    list.indices = indices;
    list.n_indices = 1;
    dist = random_dist(comm, 1, shape, 2);
    longer = random_dist(comm, 1, other, 2);
    elsewhere = random_dist((int)MPI_Comm_c2f(twin), 1, shape, 2);
    CHECK_NEEDED(darr_dist_create(comm, 1, &list, NULL, &listed));
    CHECK_FAILS(darr_dist_relabel(dist, longer, &out), DARR_ERR_ARGUMENT, "extent of the target 13");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_dist_relabel(listed, listed, &out), DARR_ERR_UNSUPPORTED, "unstructured");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_dist_relabel(dist, elsewhere, &out), DARR_ERR_ARGUMENT, "different communicators");
    CHECK_FAILS(darr_dist_relabel(dist, check_rank == 0 ? NULL : dist, &out), DARR_ERR_HANDLE, "target");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_dist_relabel(dist, dist, check_rank == 0 ? NULL : &out), DARR_ERR_ARGUMENT, "dist_out");
    CHECK_ALIKE(darr_last_error());
    if (check_size > 1)
        CHECK_FAILS(darr_dist_relabel(dist, check_rank == 0 ? longer : dist, &out), DARR_ERR_MISMATCH, "the target");
    CHECK_FAILS(darr_dist_relabel(NULL, dist, &out), DARR_ERR_HANDLE, "source");
    MPI_Comm_free(&twin);
    CHECK_FAILS(darr_dist_relabel(elsewhere, elsewhere, &out), DARR_ERR_COMM, "freed");
    CHECK(out == NULL);
    darr_dist_free(dist);
    darr_dist_free(longer);
    darr_dist_free(elsewhere);
    darr_dist_free(listed);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    random_cases(comm, 0, CASES, one_case);
    shift(comm);
    bad_input(comm);
    return check_end();
}
