/* The user's communicator is freed while distributions, arrays and plans live: communicating calls give DARR_ERR_COMM at once, local
 * calls and frees go on, and other communicators are untouched. What is no intracommunicator is refused.
 */
#include <distarray_mpi.h>

#include "check.h"

static darr_dim dim = DARR_DIM_INIT;

static void freed_while_in_use(void)
{
    MPI_Comm user;
    darr_dist *dist, *other;
    darr_array *array, *fresh = NULL;
    darr_plan *begun, *idle;
    darr_view view = DARR_VIEW_INIT;
    int64_t index = 0, value = -1, seven = 7;
    int inside, coords[1];

    MPI_Comm_dup(MPI_COMM_WORLD, &user);
    CHECK_NEEDED(darr_dist_create_mpi(user, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_dist_create_mpi(MPI_COMM_WORLD, 1, &dim, NULL, &other));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &array));
    CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &idle));
    CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &begun));
    CHECK_OK(darr_plan_run(idle));
    CHECK_OK(darr_plan_begin(begun));
    MPI_Barrier(user);
    MPI_Comm_free(&user);

    CHECK_FAILS(darr_plan_end(begun), DARR_ERR_COMM, "freed");
    CHECK_FAILS(darr_plan_run(idle), DARR_ERR_COMM, "freed");
    CHECK_FAILS(darr_plan_halo(1, &array, NULL, &idle), DARR_ERR_COMM, "freed");
    CHECK_FAILS(darr_array_create(dist, DARR_INT64, &fresh), DARR_ERR_COMM, "freed");
    CHECK_FAILS(darr_array_get(array, &index, DARR_INT64, &value), DARR_ERR_COMM, "freed");
    CHECK_FAILS(darr_array_reduce(array, DARR_SUM, DARR_INT64, &value), DARR_ERR_COMM, "freed");
    CHECK(fresh == NULL);
    CHECK_INT(value, -1);

    CHECK_OK(darr_array_fill(array, DARR_INT64, &seven));
    CHECK_OK(darr_array_view(array, &view));
    CHECK_OK(darr_dist_coords(dist, -1, coords));
    inside = coords[0] >= 0 && view.extents[0] > 0;
    if (inside)
        CHECK_INT(*(int64_t *)view.base, 7);
    darr_plan_free(begun);
    darr_plan_free(idle);
    darr_array_free(array);
    darr_dist_free(dist);

    CHECK_OK(darr_array_create(other, DARR_INT64, &fresh));
    CHECK_OK(darr_array_fill(fresh, DARR_INT64, &seven));
    CHECK_OK(darr_array_reduce(fresh, DARR_SUM, DARR_INT64, &value));
    CHECK_INT(value, 7 * dim.extent);
    darr_array_free(fresh);
    darr_dist_free(other);
}

static void not_a_communicator(void)
{
    MPI_Comm half, inter, freed;
    darr_dist *dist = NULL;
    int handle, rank = check_rank;
    CHECK_FAILS(darr_dist_create_mpi(MPI_COMM_NULL, 1, &dim, NULL, &dist), DARR_ERR_COMM, "NULL");
    MPI_Comm_dup(MPI_COMM_WORLD, &freed);
    handle = (int)MPI_Comm_c2f(freed);
    MPI_Comm_free(&freed);
    CHECK_FAILS(darr_dist_create(handle, 1, &dim, NULL, &dist), DARR_ERR_COMM, "communicator");
    CHECK_FAILS(darr_dist_create(-12345, 1, &dim, NULL, &dist), DARR_ERR_COMM, "communicator");
    if (check_size > 1) {
        MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &half);
        MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, 1 - rank % 2, 3, &inter);
        CHECK_FAILS(darr_dist_create_mpi(inter, 1, &dim, NULL, &dist), DARR_ERR_COMM, "intercommunicator");
        MPI_Comm_free(&inter);
        MPI_Comm_free(&half);
    }
    CHECK(dist == NULL);
}

/* Each rank's part of a split communicator works by itself, with different calls in the parts. */
static void parts(void)
{
    MPI_Comm part;
    darr_dist *dist;
    darr_array *array;
    int64_t sum = -1, one = 1;
    int size;
    MPI_Comm_split(MPI_COMM_WORLD, check_rank % 2, -check_rank, &part);
    MPI_Comm_size(part, &size);
    for (int round = 0; round <= check_rank % 2; round++) {
        CHECK_NEEDED(darr_dist_create_mpi(part, 1, &dim, NULL, &dist));
        CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &array));
        CHECK_OK(darr_array_fill(array, DARR_INT64, &one));
        CHECK_OK(darr_array_reduce(array, DARR_SUM, DARR_INT64, &sum));
        CHECK_INT(sum, dim.extent);
        darr_array_free(array);
        darr_dist_free(dist);
    }
    MPI_Comm_free(&part);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    dim.extent = 24;
    dim.map = DARR_BLOCK;
    dim.periodic = 1;
    dim.halo[0] = dim.halo[1] = 1;
    freed_while_in_use();
    freed_while_in_use();
    not_a_communicator();
    parts();
    return check_end();
}
