/* Messages of MPI: the library's persistent point-to-point messages against a neighbourhood collective and against
 * Isend and Irecv, in a ring whose ranks are told that they share no memory. Ghosts lie in one piece, so that the peers copy nothing. */
#include "bench.h"

typedef struct {
    MPI_Comm ring;
    double *base;
    int width;
    int64_t owned;
    int below, above;
} ring_peer;

/* From the lower neighbour and from the upper one, to the lower and to the upper one. */
static void collective(void *self) {
    ring_peer *p = self;
    int counts[2] = {p->width, p->width};
    int from[2] = {(int)p->owned, p->width};
    int to[2] = {0, p->width + (int)p->owned};
    MPI_Neighbor_alltoallv(p->base, counts, from, MPI_DOUBLE, p->base, counts, to, MPI_DOUBLE, p->ring);
}

static void messages(void *self) {
    ring_peer *p = self;
    MPI_Request requests[4];
    double *end = p->base + p->width + p->owned;
    MPI_Irecv(p->base, p->width, MPI_DOUBLE, p->below, 1, p->ring, &requests[0]);
    MPI_Irecv(end, p->width, MPI_DOUBLE, p->above, 0, p->ring, &requests[1]);
    MPI_Isend(p->base + p->width, p->width, MPI_DOUBLE, p->below, 0, p->ring, &requests[2]);
    MPI_Isend(end - p->width, p->width, MPI_DOUBLE, p->above, 1, p->ring, &requests[3]);
    MPI_Waitall(4, requests, MPI_STATUSES_IGNORE);
}

static void ring(const bench_run *run, int width) {
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist;
    darr_array *array;
    darr_plan *plan;
    int64_t owned = 4 * (int64_t)width;
    char name[64];
    ring_peer peer = {.width = width, .owned = owned};
    bench_section ours = {.ndim = 1}, theirs = {.ndim = 1};
    dim.extent = owned * run->ranks;
    dim.map = DARR_BLOCK;
    dim.periodic = 1;
    dim.halo[0] = dim.halo[1] = width;
    BENCH_TRY(darr_dist_create_mpi(MPI_COMM_WORLD, 1, &dim, NULL, &dist));
    ours.axis[0] = theirs.axis[0] = bench_axis_of(dim.extent, run->ranks, run->rank, 0, width);
    ours = bench_section_allocate(ours, DARR_ORDER_C);
    theirs = bench_section_allocate(theirs, DARR_ORDER_C);
    array = bench_section_wrap(&ours, dist);
    BENCH_TRY(darr_plan_halo(1, &array, NULL, &plan));
    peer.base = theirs.base;
    peer.below = (run->rank + run->ranks - 1) % run->ranks;
    peer.above = (run->rank + 1) % run->ranks;
    /* With two ranks both neighbours are one and the order of the messages tells them apart: the first sent is the lower edge, and
     * the first received is from below, which is the other's upper edge. */
    int weights[2] = {1, 1};
    int senders[2] = {peer.below, peer.above}, receivers[2] = {peer.above, peer.below};
    MPI_Dist_graph_create_adjacent(MPI_COMM_WORLD, 2, senders, weights, 2, receivers, weights,
                                   MPI_INFO_NULL, 0, &peer.ring);
    bench_side sides[] = {
        {.name = "ours", .self = plan, .run = bench_plan_run, .n_results = 1, .results = &ours, .ghosts_only = 1},
        {.name = "neighbor_alltoallv", .self = &peer, .run = collective, .n_results = 1, .results = &theirs, .ghosts_only = 1},
        {.name = "isend_irecv", .self = &peer, .run = messages, .n_results = 1, .results = &theirs, .ghosts_only = 1},
    };
    bench_measure(run, 3, sides);
    snprintf(name, sizeof name, "ring_of_%d_messages_of_%d_bytes", run->ranks, 8 * width);
    bench_print(run, name, &sides[0], &sides[1], 0);
    bench_print(run, name, &sides[0], &sides[2], 0);
    darr_plan_free(plan);
    darr_array_free(array);
    darr_dist_free(dist);
    MPI_Comm_free(&peer.ring);
    free(ours.base);
    free(theirs.base);
    bench_section_free_axes(&ours);
}

int main(int argc, char **argv) {
    bench_run run = bench_begin(&argc, &argv);
    BENCH_TRY(darr_comm_divide_node_mpi(MPI_COMM_WORLD, run.rank));
    for (int width = 1; width <= 1 << 18; width *= 8)
        ring(&run, width);
    MPI_Finalize();
    return 0;
}
