/* More ranks than cores: what ranks that wait for an exchange cost those that compute. In each round two ranks have work
 * before they take part in a halo exchange and the others wait for them; for the peer the others sleep instead. */
#include "bench.h"

#include <time.h>

#define EXTENT 1000
#define WORKERS 2

static darr_plan *plan;
static volatile double sink;

/* About 10 ms of arithmetic. */
static double work(void) {
    double start = MPI_Wtime(), sum = 0;
    for (int i = 1; i < 8000000; i++)
        sum += 1.0 / i;
    sink = sum;
    return MPI_Wtime() - start;
}

static void sleep_for(double seconds) {
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

static double beside_waiting(int rank) {
    double time = rank < WORKERS ? work() : 0;
    BENCH_TRY(darr_plan_run(plan));
    return time;
}

/* `span`: about how long the work takes. */
static double beside_sleeping(int rank, double span) {
    if (rank < WORKERS)
        return work();
    sleep_for(2 * span);
    return 0;
}

/* The time of the slower worker in each round, of both sides in turn. */
static int measure(const bench_run *run, double *waiting, double *sleeping, int most) {
    double both[2], span = 0.02, spent = 0;
    int rounds = 0;
    for (; rounds < most && spent < run->seconds; rounds++) {
        MPI_Barrier(MPI_COMM_WORLD);
        both[0] = beside_waiting(run->rank);
        both[1] = beside_sleeping(run->rank, span);
        MPI_Allreduce(MPI_IN_PLACE, both, 2, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
        waiting[rounds] = both[0];
        sleeping[rounds] = span = both[1];
        spent += both[0] + both[1];
    }
    return rounds;
}

int main(int argc, char **argv) {
    enum { MOST = 1000 };
    static double waiting[MOST], sleeping[MOST];
    bench_run run = bench_begin(&argc, &argv);
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist;
    darr_array *array;
    int rounds;
    dim.extent = EXTENT;
    dim.map = DARR_BLOCK;
    dim.periodic = 1;
    dim.halo[0] = dim.halo[1] = 1;
    BENCH_TRY(darr_dist_create_mpi(MPI_COMM_WORLD, 1, &dim, NULL, &dist));
    BENCH_TRY(darr_array_create(dist, DARR_FLOAT64, &array));
    BENCH_TRY(darr_plan_halo(1, &array, NULL, &plan));
    rounds = measure(&run, waiting, sleeping, MOST);
    bench_side ours = {.run = bench_plan_run, .us = 1e6 * bench_median(waiting, rounds)};
    bench_side peer = {.name = "sleeping_ranks", .us = 1e6 * bench_median(sleeping, rounds)};
    bench_print(&run, "compute_beside_waiting_ranks", &ours, &peer, 0);
    darr_plan_free(plan);
    darr_array_free(array);
    darr_dist_free(dist);
    MPI_Finalize();
    return 0;
}
