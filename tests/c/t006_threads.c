/* MPI given to one thread (MPI_THREAD_FUNNELED): collective calls from another thread give DARR_ERR_STATE and touch no MPI; local calls
 * work there. With MPI_THREAD_SINGLE alike.
 * ranks: 1 2
 */
#include <pthread.h>

#include "check.h"

static int comm;
static darr_dist *dist;
static darr_array *array;
static darr_plan *plan;

static void *from_another_thread(void *unused)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *other = NULL, *copy = NULL;
    darr_array *made = NULL;
    int64_t index = 0, value = 5, shape = -1;
    dim.extent = 3;
    CHECK_FAILS(darr_dist_create(comm, 1, &dim, NULL, &other), DARR_ERR_STATE, "thread");
    CHECK_FAILS(darr_array_create(dist, DARR_INT64, &made), DARR_ERR_STATE, "thread");
    CHECK_FAILS(darr_array_get(array, &index, DARR_INT64, &value), DARR_ERR_STATE, "thread");
    CHECK_FAILS(darr_array_reduce(array, DARR_SUM, DARR_INT64, &value), DARR_ERR_STATE, "thread");
    CHECK_FAILS(darr_plan_run(plan), DARR_ERR_STATE, "thread");
    CHECK_FAILS(darr_comm_set_checks(comm, 1), DARR_ERR_STATE, "thread");
    CHECK_INT(value, 5);
    CHECK(other == NULL && made == NULL);
    CHECK_OK(darr_array_fill(array, DARR_INT64, &value));
    CHECK_OK(darr_dist_shape(dist, &shape));
    CHECK_INT(shape, 10);
    CHECK_OK(darr_dist_copy(dist, &copy));
    darr_dist_free(copy);
    return unused;
}

int main(int argc, char **argv)
{
    darr_dim dim = DARR_DIM_INIT;
    pthread_t thread;
    int64_t sum = 0;
    int given;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &given);
    check_attach();
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    dim.extent = 10;
    dim.map = DARR_BLOCK;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &array));
    CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &plan));
    /* An MPI may give more than it is asked for; then any thread may call. */
    if (given <= MPI_THREAD_FUNNELED) {
        pthread_create(&thread, NULL, from_another_thread, NULL);
        pthread_join(thread, NULL);
        CHECK_OK(darr_plan_run(plan));
        CHECK_OK(darr_array_reduce(array, DARR_SUM, DARR_INT64, &sum));
        CHECK_INT(sum, 50);
    }
    darr_plan_free(plan);
    darr_array_free(array);
    darr_dist_free(dist);
    return check_end();
}
