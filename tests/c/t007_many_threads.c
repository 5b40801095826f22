/* MPI given to all threads: each thread works on a communicator and objects of its own, at the same time.
 * ranks: 1 2 3
 */
#include <pthread.h>

#include "check.h"

#define THREADS 3
#define ROUNDS 20

static MPI_Comm comms[THREADS];
static int faults[THREADS];

static void *work(void *number)
{
    int which = *(int *)number, fault = 0;
    int comm = (int)MPI_Comm_c2f(comms[which]);
    darr_dim dim = DARR_DIM_INIT;
    dim.extent = 100 + which;
    dim.map = DARR_BLOCK;
    dim.periodic = 1;
    dim.halo[0] = dim.halo[1] = 2;
    for (int round = 0; round < ROUNDS && !fault; round++) {
        darr_dist *dist;
        darr_array *array;
        darr_plan *plan;
        int64_t value = which * 1000 + round, sum = 0, nothing = 0;
        fault |= darr_dist_create(comm, 1, &dim, NULL, &dist);
        fault |= darr_array_create(dist, DARR_INT64, &array);
        fault |= darr_plan_halo(1, &array, NULL, &plan);
        fault |= darr_array_fill(array, DARR_INT64, &value);
        fault |= darr_plan_run(plan);
        fault |= darr_array_reduce(array, DARR_SUM, DARR_INT64, &sum);
        fault |= sum != value * dim.extent;
        fault |= darr_dtype_size(-which - 1, &nothing) != DARR_ERR_ARGUMENT;
        darr_plan_free(plan);
        darr_array_free(array);
        darr_dist_free(dist);
    }
    faults[which] = fault;
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    int numbers[THREADS], given;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &given);
    check_attach();
    CHECK(given >= MPI_THREAD_SINGLE);
    if (given == MPI_THREAD_MULTIPLE) {
        for (int i = 0; i < THREADS; i++) {
            MPI_Comm_dup(MPI_COMM_WORLD, &comms[i]);
            numbers[i] = i;
        }
        for (int i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, work, &numbers[i]);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        for (int i = 0; i < THREADS; i++) {
            CHECK_INT(faults[i], 0);
            MPI_Comm_free(&comms[i]);
        }
    }
    return check_end();
}
