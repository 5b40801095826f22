/* Ranks that change places: as few elements move as by the best of all assignments, and never more than without; a shift of the
 * ranks is undone; what is refused. */
/* seconds: 300 */
#include "random.h"

#define CASES 40
#define MOST 6
#define MOST_ELEMENTS 1000

/* The rank that owns each element of an array of MOST_ELEMENTS at most, in row-major order. */
typedef struct {
    int ndim, owners[MOST_ELEMENTS];
    const int64_t *shape;
} ownership;

static int64_t number(const ownership *all, const int64_t *index)
{
    int64_t value = 0;
    for (int d = 0; d < all->ndim; d++)
        value = value * all->shape[d] + index[d];
    return value;
}

static void own(const random_place *place, void *context)
{
    ownership *all = context;
    if (place->owned)
        all->owners[number(all, place->index)] = check_rank;
}

static void find_owners(const darr_dist *dist, const int64_t *shape, ownership *all)
{
    darr_array *array = NULL;
    CHECK_OK(darr_dist_ndim(dist, &all->ndim));
    all->shape = shape;
    for (int i = 0; i < MOST_ELEMENTS; i++)
        all->owners[i] = -1;
    CHECK_NEEDED(darr_array_create(dist, DARR_INT8, &array));
    random_visit(dist, array, own, all);
    MPI_Allreduce(MPI_IN_PLACE, all->owners, MOST_ELEMENTS, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    darr_array_free(array);
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

/* Elements that stay where they are; `all` gets what each rank holds of what each is to own. */
static int64_t staying(const ownership *from, const ownership *to, int64_t (*all)[MOST])
{
    int64_t sum = 0;
    memset(all, 0, MOST * sizeof *all);
    for (int i = 0; i < MOST_ELEMENTS; i++)
        if (from->owners[i] >= 0) {
            CHECK(to->owners[i] >= 0);
            all[from->owners[i]][to->owners[i]]++;
        }
    for (int r = 0; r < check_size; r++)
        sum += all[r][r];
    return sum;
}

static void set_number(const random_place *place, void *context)
{
    *(int32_t *)place->at = place->owned ? (int32_t)number(context, place->index) : -1;
}

static void set_nothing(const random_place *place, void *context)
{
    (void)context;
    *(int32_t *)place->at = -2;
}

static void check_number(const random_place *place, void *context)
{
    CHECK_INT(*(int32_t *)place->at, place->owned ? number(context, place->index) : -2);
}

/* What is found is a distribution as any other: elements reach their places. */
static void moves(const darr_dist *from, const darr_dist *to, ownership *all)
{
    void *memory[2];
    darr_array *source = random_array(from, DARR_INT32, &memory[0]), *target = random_array(to, DARR_INT32, &memory[1]);
    const darr_array *read = source;
    darr_plan *plan = NULL;
    random_visit(from, source, set_number, all);
    random_visit(to, target, set_nothing, NULL);
    CHECK_NEEDED(darr_plan_redistribute(1, &read, &target, NULL, &plan));
    CHECK_OK(darr_plan_run(plan));
    random_visit(to, target, check_number, all);
    darr_plan_free(plan);
    darr_array_free(source);
    darr_array_free(target);
    free(memory[0]);
    free(memory[1]);
}

static int one_case(int comm)
{
    static ownership of[3];
    int64_t shape[RANDOM_NDIM], all[MOST][MOST], before, after, most;
    int ndim = 1 + (int)random_below(RANDOM_NDIM - 1), grids[2][RANDOM_NDIM], alike = 0;
    darr_dist *from, *to, *best_dist = NULL, *again = NULL;
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(9) ? 1 + random_below(10) : 0;
    from = random_dist(comm, ndim, shape, 4);
    to = random_dist(comm, ndim, shape, 4);
    CHECK_NEEDED(darr_dist_relabel(from, to, &best_dist));
    find_owners(from, shape, &of[0]);
    find_owners(to, shape, &of[1]);
    find_owners(best_dist, shape, &of[2]);
    before = staying(&of[0], &of[1], all);
    most = best(all, 0, 0);
    after = staying(&of[0], &of[2], all);
    CHECK(after >= before);
    CHECK_INT(after, most);
    CHECK_OK(darr_dist_grid(to, grids[0]));
    CHECK_OK(darr_dist_grid(best_dist, grids[1]));
    for (int d = 0; d < ndim; d++)
        CHECK_INT(grids[1][d], grids[0][d]);
    moves(from, best_dist, &of[0]);
    /* Nothing is to be gained any more, so everybody stays. */
    CHECK_NEEDED(darr_dist_relabel(from, best_dist, &again));
    CHECK_OK(darr_dist_compatible(best_dist, again, &alike));
    CHECK_INT(alike, 1);
    darr_dist_free(from);
    darr_dist_free(to);
    darr_dist_free(best_dist);
    darr_dist_free(again);
    return 1;
}

/* Index lists on ranks that are shifted by one, and of which rank 0 has none: every list finds back, in its order. */
static void shift_lists(int comm)
{
    int ranks[MOST];
    int64_t lists[2][2], found[4], count = 0;
    darr_dim dim = DARR_DIM_INIT;
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_dist *from, *to, *back = NULL;
    int next = (check_rank + check_size - 1) % check_size;
    dim.map = DARR_UNSTRUCTURED;
    dim.procs = check_size;
    for (int r = 0; r < check_size; r++)
        ranks[r] = (r + 1) % check_size;
    for (int end = 0; end < 2; end++) {
        int coord = end == 0 ? check_rank : next;
        lists[end][0] = 1000 - coord;
        lists[end][1] = -5 * coord - 7;
        dim.indices = lists[end];
        dim.n_indices = coord == 0 ? 0 : 2;
        if (end == 1) {
            options.ranks = ranks;
            options.n_ranks = check_size;
        }
        CHECK_NEEDED(darr_dist_create(comm, 1, &dim, &options, end == 0 ? &from : &to));
    }
    CHECK_NEEDED(darr_dist_relabel(from, to, &back));
    CHECK_OK(darr_dist_count(back, -1, &count));
    CHECK_INT(count, check_rank == 0 ? 0 : 2);
    CHECK_OK(darr_dist_indices(back, -1, 0, count, found));
    for (int i = 0; i < count; i++)
        CHECK_INT(found[i], lists[0][i]);
    darr_dist_free(from);
    darr_dist_free(to);
    darr_dist_free(back);
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
    darr_dist *dist, *longer, *listed, *other_list, *elsewhere, *out = NULL;
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
    indices[0] = -1 - check_rank;
    CHECK_NEEDED(darr_dist_create(comm, 1, &list, NULL, &other_list));
    CHECK_FAILS(darr_dist_relabel(dist, longer, &out), DARR_ERR_ARGUMENT, "extent of the target 13");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_dist_relabel(listed, other_list, &out), DARR_ERR_ARGUMENT, "nobody owns it");
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
    darr_dist_free(other_list);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    random_cases(comm, 0, CASES, one_case);
    shift(comm);
    shift_lists(comm);
    bad_input(comm);
    return check_end();
}
