/* Messages of more than 2^31 elements and bytes, by value: a vector of bytes whose halves change places, each half longer than any int
 * can count; where peers read it, and by MPI. Takes 18 GiB. */
/* ranks: 2 */
/* seconds: 1200 */
#define CHECK_SECONDS 1200
#include "check.h"

#define EXTENT ((INT64_C(1) << 32) + 10)

static unsigned char value(int64_t index)
{
    return (unsigned char)(index % 251);
}

/* The distribution whose first block lies on rank `first`. */
static darr_dist *halves(int comm, int first)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_dist *dist;
    int ranks[2] = {first, 1 - first};
    dim.extent = EXTENT;
    dim.map = DARR_BLOCK;
    dim.procs = 2;
    options.ranks = ranks;
    options.n_ranks = 2;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, &options, &dist));
    return dist;
}

static int64_t first_index(const darr_view *view)
{
    return view->global_lo[0] + view->owned_lo[0];
}

static void change_places(int comm)
{
    darr_dist *from = halves(comm, 0), *to = halves(comm, 1);
    darr_array *source, *target;
    darr_plan *plan;
    darr_view view = DARR_VIEW_INIT;
    darr_plan_info info = DARR_PLAN_INFO_INIT;
    int64_t wrong = 0;
    CHECK_NEEDED(darr_array_create(from, DARR_UINT8, &source));
    CHECK_NEEDED(darr_array_create(to, DARR_UINT8, &target));
    CHECK_OK(darr_array_view(source, &view));
    for (int64_t i = 0; i < view.extents[0]; i++)
        ((unsigned char *)view.base)[i] = value(first_index(&view) + i);
    CHECK_NEEDED(darr_plan_redistribute(1, (const darr_array *const *)&source, &target, NULL, &plan));
    CHECK_OK(darr_plan_describe(plan, &info));
    CHECK_INT(info.largest, EXTENT / 2);
    CHECK(info.largest > INT32_MAX);
    CHECK_OK(darr_plan_run(plan));
    CHECK_OK(darr_array_view(target, &view));
    CHECK_INT(view.extents[0], EXTENT / 2);
    CHECK_INT(first_index(&view), check_rank == 1 ? 0 : EXTENT / 2);
    for (int64_t i = 0; i < view.extents[0]; i++)
        wrong += ((unsigned char *)view.base)[i] != value(first_index(&view) + i);
    CHECK_INT(wrong, 0);
    darr_plan_free(plan);
    darr_array_free(source);
    darr_array_free(target);
    darr_dist_free(from);
    darr_dist_free(to);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    for (int apart = 0; apart < 2; apart++) {
        CHECK_NEEDED(darr_comm_divide_node(comm, apart * check_rank));
        change_places(comm);
    }
    return check_end();
}
