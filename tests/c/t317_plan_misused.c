/* Plans in the wrong order and at the wrong time: the code is the same on every rank, nothing hangs, and the plan works afterwards.
 * Through shared memory and through messages of MPI. Plans that are freed while they are begun keep memory that MPI may reach. */
/* valgrind: no */
#include "check.h"
#include "section.h"

static int comm;
static darr_dist *ring, *dealt;
static darr_array *u, *v, *w;

/* Fills the owned elements of a block-distributed array with first, first + 1, ... by global index. */
static void number(darr_array *array, int64_t first)
{
    darr_view view = DARR_VIEW_INIT;
    CHECK_OK(darr_array_view(array, &view));
    for (int64_t i = view.owned_lo[0]; i < view.owned_hi[0]; i++)
        ((int64_t *)view.base)[i] = first + view.global_lo[0] + i;
}

/* The ghosts continue the numbers around the ring of `extent` elements. */
static void numbered(darr_array *array, int64_t first, int64_t extent)
{
    darr_view view = DARR_VIEW_INIT;
    CHECK_OK(darr_array_view(array, &view));
    for (int64_t i = 0; i < view.extents[0]; i++)
        CHECK_INT(((int64_t *)view.base)[i], first + (view.global_lo[0] + i + extent) % extent);
}

static darr_plan *halo_of(darr_array *array, int accumulate)
{
    darr_halo_options options = DARR_HALO_OPTIONS_INIT;
    darr_plan *plan;
    options.accumulate = accumulate;
    CHECK_NEEDED(darr_plan_halo(1, &array, &options, &plan));
    return plan;
}

static darr_plan *move(const darr_array *from, darr_array *to)
{
    darr_plan *plan;
    CHECK_NEEDED(darr_plan_redistribute(1, &from, &to, NULL, &plan));
    return plan;
}

static void out_of_order(void)
{
    darr_plan *plan = halo_of(u, 0);
    int done = 0;
    CHECK_FAILS(darr_plan_end(plan), DARR_ERR_STATE, "is not begun");
    CHECK_OK(darr_plan_test(plan, &done));
    CHECK_INT(done, 1);
    number(u, 100);
    CHECK_OK(darr_plan_begin(plan));
    CHECK_FAILS(darr_plan_begin(plan), DARR_ERR_STATE, "is already begun");
    CHECK_FAILS(darr_plan_run(plan), DARR_ERR_STATE, "is already begun");
    CHECK_OK(darr_plan_end(plan));
    CHECK_FAILS(darr_plan_end(plan), DARR_ERR_STATE, "is not begun");
    numbered(u, 100, 4 * check_size);
    darr_plan_free(plan);
}

/* What one begun plan reads others may read, what it writes nobody may touch. */
static void two_on_one_array(void)
{
    darr_plan *halo = halo_of(u, 0), *again = halo_of(u, 0), *back = halo_of(u, 1);
    darr_plan *away = move(u, v), *also = move(u, w), *here = move(v, u);
    number(u, 7);

    CHECK_OK(darr_plan_begin(halo));
    CHECK_FAILS(darr_plan_begin(again), DARR_ERR_STATE, "another plan that is begun");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_plan_run(back), DARR_ERR_STATE, "another plan that is begun");
    CHECK_FAILS(darr_plan_begin(here), DARR_ERR_STATE, "another plan that is begun");
    CHECK_OK(darr_plan_begin(away));
    CHECK_OK(darr_plan_begin(also));
    CHECK_FAILS(darr_plan_begin(here), DARR_ERR_STATE, "another plan that is begun");
    CHECK_OK(darr_plan_end(also));
    CHECK_OK(darr_plan_end(away));
    CHECK_OK(darr_plan_end(halo));
    numbered(u, 7, 4 * check_size);

    /* A plan that was refused has taken nothing, and one that is freed gives back what it took. */
    CHECK_OK(darr_plan_run(again));
    CHECK_OK(darr_plan_run(here));
    numbered(u, 7, 4 * check_size);
    CHECK_OK(darr_plan_begin(here));
    CHECK_FAILS(darr_plan_begin(away), DARR_ERR_STATE, "another plan that is begun");
    darr_plan_free(here);
    CHECK_OK(darr_plan_run(away));
    CHECK_OK(darr_plan_run(halo));
    darr_plan_free(halo);
    darr_plan_free(again);
    darr_plan_free(back);
    darr_plan_free(away);
    darr_plan_free(also);
}

/* A mistake of one rank: checked mode tells all of them. */
static void one_rank_alone(void)
{
    darr_plan *plan = halo_of(u, 0), *other = halo_of(v, 0);
    if (check_size > 1) {
        CHECK_OK(darr_comm_set_checks(comm, 1));
        CHECK_FAILS(darr_plan_run(check_rank == 1 ? other : plan), DARR_ERR_MISMATCH, "do not agree on the plan");
        CHECK_ALIKE(darr_last_error());
        CHECK_OK(darr_plan_begin(plan));
        CHECK_FAILS(darr_plan_begin(check_rank == 1 ? plan : other), DARR_ERR_STATE, "is already begun");
        CHECK_ALIKE(darr_last_error());
        CHECK_OK(darr_plan_end(plan));
        CHECK_OK(darr_comm_set_checks(comm, 0));
    }
    CHECK_OK(darr_plan_run(other));
    CHECK_OK(darr_plan_run(plan));
    darr_plan_free(plan);
    darr_plan_free(other);
}

/* Calls that move elements once agree on what one rank alone has begun. The plans are freed, not ended: others have not begun. */
static void one_rank_has_begun(void)
{
    int64_t here = 0, index = 0;
    darr_plan *plan;
    darr_array *made = NULL, *mask;
    darr_index all = DARR_INDEX_INIT;
    if (check_size == 1)
        return;
    CHECK_NEEDED(darr_array_create(ring, DARR_BOOL, &mask));
    plan = move(v, u);
    if (check_rank == 1)
        CHECK_OK(darr_plan_begin(plan));
    CHECK_FAILS(darr_array_fetch(u, 1, &all, DARR_INT64, NULL, NULL), DARR_ERR_STATE, "another plan that is begun");
    CHECK_ALIKE(darr_last_error());
    CHECK_CODE(darr_array_put(u, 1, &all, DARR_INT64, NULL, NULL, DARR_COMBINE_INSERT), DARR_ERR_STATE);
    CHECK_CODE(darr_array_assign(w, u, DARR_ORDER_C), DARR_ERR_STATE);
    CHECK_CODE(darr_array_assign(u, w, DARR_ORDER_C), DARR_ERR_STATE);
    CHECK_CODE(darr_array_take(u, 0, 1, &here, &made), DARR_ERR_STATE);
    CHECK_CODE(darr_array_pick(u, 1, &index, &made), DARR_ERR_STATE);
    CHECK_CODE(darr_array_mask(u, mask, &made), DARR_ERR_STATE);
    CHECK(made == NULL);
    darr_plan_free(plan);
    CHECK_OK(darr_array_fetch(u, 1, &all, DARR_INT64, NULL, NULL));
    darr_array_free(mask);
}

/* A plan between communicators hears of what only some of its ranks know. */
static void between_and_begun(void)
{
    darr_plan *halo = halo_of(u, 0), *plan;
    const darr_array *from = v;
    CHECK_NEEDED(darr_plan_redistribute_between(comm, 1, &from, &u, NULL, &plan));
    if (check_rank == 0)
        CHECK_OK(darr_plan_begin(halo));
    CHECK_FAILS(darr_plan_begin(plan), DARR_ERR_STATE, "another plan that is begun");
    CHECK_ALIKE(darr_last_error());
    if (check_rank > 0)
        CHECK_OK(darr_plan_begin(halo));
    CHECK_OK(darr_plan_end(halo));
    CHECK_OK(darr_plan_run(plan));
    CHECK_OK(darr_plan_run(halo));
    darr_plan_free(halo);
    darr_plan_free(plan);
}

/* Without elements nothing overlaps, and no plan stands in its own way. */
static void no_elements(void)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist;
    darr_array *nothing, *both[2];
    darr_plan *plan;
    dim.map = DARR_BLOCK;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &nothing));
    CHECK_OK(darr_array_assign(nothing, nothing, DARR_ORDER_C));
    both[0] = both[1] = nothing;
    CHECK_NEEDED(darr_plan_halo(2, both, NULL, &plan));
    CHECK_OK(darr_plan_run(plan));
    darr_plan_free(plan);
    plan = move(nothing, nothing);
    CHECK_OK(darr_plan_run(plan));
    darr_plan_free(plan);
    darr_array_free(nothing);
    darr_dist_free(dist);
}

/* The plan keeps the library's memory; handles that are gone are known as such. */
static void freed_arrays(void)
{
    darr_array *a, *b;
    darr_view view = DARR_VIEW_INIT;
    darr_plan *plan;
    int64_t three = 3, sum = 0;
    CHECK_NEEDED(darr_array_create(ring, DARR_INT64, &a));
    CHECK_NEEDED(darr_array_create(dealt, DARR_INT64, &b));
    CHECK_OK(darr_array_fill(a, DARR_INT64, &three));
    plan = move(a, b);
    darr_array_free(a);
    CHECK_OK(darr_plan_run(plan));
    CHECK_OK(darr_array_reduce(b, DARR_SUM, DARR_INT64, &sum));
    CHECK_INT(sum, 3 * 4 * check_size);
    darr_array_free(b);
    CHECK_OK(darr_plan_run(plan));
    CHECK_FAILS(darr_array_view(b, &view), DARR_ERR_HANDLE, "");
    darr_plan_free(plan);
    CHECK_FAILS(darr_plan_run(plan), DARR_ERR_HANDLE, "");
    CHECK_FAILS(darr_plan_halo(1, &a, NULL, &plan), DARR_ERR_HANDLE, "");
}

int main(int argc, char **argv)
{
    darr_dim dim = DARR_DIM_INIT;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    dim.extent = 4 * check_size;
    dim.map = DARR_BLOCK;
    dim.periodic = 1;
    dim.halo[0] = dim.halo[1] = 1;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &ring));
    dim.map = DARR_CYCLIC;
    dim.halo[0] = dim.halo[1] = 0;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dealt));
    for (int apart = 0; apart < 2; apart++) {
        CHECK_NEEDED(darr_comm_divide_node(comm, apart * check_rank));
        CHECK_NEEDED(darr_array_create(ring, DARR_INT64, &u));
        CHECK_NEEDED(darr_array_create(dealt, DARR_INT64, &v));
        CHECK_NEEDED(darr_array_create(dealt, DARR_INT64, &w));
        out_of_order();
        two_on_one_array();
        one_rank_alone();
        one_rank_has_begun();
        between_and_begun();
        no_elements();
        freed_arrays();
        darr_array_free(u);
        darr_array_free(v);
        darr_array_free(w);
    }
    darr_dist_free(ring);
    darr_dist_free(dealt);
    return check_end();
}
