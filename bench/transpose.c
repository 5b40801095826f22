/* See bench/transpose. */
#include "bench.h"

enum { MOST_LEGS = 4 };

/* Ranks along z, y and x, which runs fastest; counted row by row. */
typedef struct layout {
    int grid[3];
} layout;

static void layout_coords(layout lay, int rank, int coords[3]) {
    for (int d = 2; d >= 0; d--) {
        coords[d] = rank % lay.grid[d];
        rank /= lay.grid[d];
    }
}

static bench_section layout_section(layout lay, int64_t size, int rank) {
    bench_section s = {.ndim = 3};
    int coords[3];
    layout_coords(lay, rank, coords);
    for (int d = 0; d < 3; d++)
        s.axis[d] = bench_axis_of(size, lay.grid[d], coords[d], 0, 0);
    return s;
}

static darr_dist *layout_dist(layout lay, int64_t size) {
    darr_dim dims[3] = {DARR_DIM_INIT, DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist *dist;
    for (int d = 0; d < 3; d++) {
        dims[d].extent = size;
        dims[d].map = DARR_BLOCK;
        dims[d].procs = lay.grid[d];
    }
    BENCH_TRY(darr_dist_create_mpi(MPI_COMM_WORLD, 3, dims, NULL, &dist));
    return dist;
}

/* One transpose by hand, among the ranks that share the coordinates that stay. Index 0 is the source, 1 the
 * target. */
typedef struct by_hand {
    MPI_Comm comm;
    int ranks;
    const bench_section *section[2];
    int (*lo[2])[3], (*n)[3]; /* Of each rank of comm: the box that both own, at either end. */
    int *count[2], *offset[2], *one, *nothing;
    MPI_Datatype *type[2];
    double *buffer[2];
} by_hand;

static int first_of(const bench_section *s, int d) {
    return s->axis[d].n > 0 ? (int)s->axis[d].global[0] : 0;
}

static by_hand by_hand_make(const bench_run *run, layout from, layout to, const bench_section *source,
                            const bench_section *target) {
    by_hand h = {.section = {source, target}};
    int coords[3], color = 0;
    layout_coords(from, run->rank, coords);
    for (int d = 0; d < 3; d++)
        if (from.grid[d] == to.grid[d])
            color = color * from.grid[d] + coords[d];
    MPI_Comm_split(MPI_COMM_WORLD, color, run->rank, &h.comm);
    MPI_Comm_size(h.comm, &h.ranks);

    /* Everybody's first index and extent, before and after. */
    int box[2][2][3], (*boxes)[2][2][3] = bench_memory(h.ranks * (int64_t)sizeof *boxes);
    for (int end = 0; end < 2; end++)
        for (int d = 0; d < 3; d++) {
            box[end][0][d] = first_of(h.section[end], d);
            box[end][1][d] = (int)h.section[end]->axis[d].n;
        }
    MPI_Allgather(box, 12, MPI_INT, boxes, 12, MPI_INT, h.comm);

    h.one = bench_memory(h.ranks * (int64_t)sizeof *h.one);
    h.nothing = bench_memory(h.ranks * (int64_t)sizeof *h.nothing);
    for (int p = 0; p < h.ranks; p++)
        h.one[p] = 1, h.nothing[p] = 0;
    h.n = bench_memory(2 * h.ranks * (int64_t)sizeof *h.n);
    for (int end = 0; end < 2; end++) {
        int sizes[3], total = 0;
        for (int d = 0; d < 3; d++)
            sizes[d] = (int)h.section[end]->axis[d].n;
        h.lo[end] = bench_memory(h.ranks * (int64_t)sizeof *h.lo[end]);
        h.count[end] = bench_memory(h.ranks * (int64_t)sizeof *h.count[end]);
        h.offset[end] = bench_memory(h.ranks * (int64_t)sizeof *h.offset[end]);
        h.type[end] = bench_memory(h.ranks * (int64_t)sizeof *h.type[end]);
        for (int p = 0; p < h.ranks; p++) {
            int *n = h.n[end * h.ranks + p];
            h.count[end][p] = 1;
            h.offset[end][p] = total;
            for (int d = 0; d < 3; d++) {
                /* Mine at this end, the peer's at the other. */
                const int mine = box[end][0][d], theirs = boxes[p][!end][0][d];
                int lo = mine > theirs ? mine : theirs;
                int my_end = mine + box[end][1][d], their_end = theirs + boxes[p][!end][1][d];
                int hi = my_end < their_end ? my_end : their_end;
                n[d] = hi > lo ? hi - lo : 0;
                h.lo[end][p][d] = lo - mine;
                h.count[end][p] *= n[d];
            }
            total += h.count[end][p];
            if (h.count[end][p] > 0)
                MPI_Type_create_subarray(3, sizes, n, h.lo[end][p], MPI_ORDER_C, MPI_DOUBLE, &h.type[end][p]);
            else
                MPI_Type_contiguous(0, MPI_DOUBLE, &h.type[end][p]);
            MPI_Type_commit(&h.type[end][p]);
        }
        h.buffer[end] = bench_memory(total * (int64_t)sizeof(double));
    }
    free(boxes);
    return h;
}

static void by_hand_free(by_hand *h) {
    for (int end = 0; end < 2; end++) {
        for (int p = 0; p < h->ranks; p++)
            MPI_Type_free(&h->type[end][p]);
        free(h->type[end]), free(h->lo[end]), free(h->count[end]), free(h->offset[end]), free(h->buffer[end]);
    }
    free(h->n), free(h->one), free(h->nothing);
    MPI_Comm_free(&h->comm);
}

/* Copies the boxes of one end to its buffer or back, row by row. */
static void by_hand_pack(const by_hand *h, int end) {
    const bench_section *s = h->section[end];
    double *buffer = h->buffer[end];
    for (int p = 0; p < h->ranks; p++) {
        const int *lo = h->lo[end][p], *n = h->n[end * h->ranks + p];
        size_t row = (size_t)n[2] * sizeof *buffer;
        for (int i = lo[0]; i < lo[0] + n[0]; i++)
            for (int j = lo[1]; j < lo[1] + n[1]; j++) {
                double *at = s->base + i * s->stride[0] + j * s->stride[1] + lo[2];
                if (end == 0)
                    memcpy(buffer, at, row);
                else
                    memcpy(at, buffer, row);
                buffer += n[2];
            }
    }
}

/* Transposes one after the other. */
typedef struct chain {
    int n;
    by_hand legs[MOST_LEGS];
    darr_plan *library[MOST_LEGS], *borrowed[MOST_LEGS];
} chain;

static void alltoallw_run(void *self) {
    const chain *c = self;
    for (int i = 0; i < c->n; i++) {
        const by_hand *h = &c->legs[i];
        MPI_Alltoallw(h->section[0]->base, h->one, h->nothing, h->type[0], h->section[1]->base, h->one,
                      h->nothing, h->type[1], h->comm);
    }
}

static void packed_run(void *self) {
    const chain *c = self;
    for (int i = 0; i < c->n; i++) {
        const by_hand *h = &c->legs[i];
        by_hand_pack(h, 0);
        MPI_Alltoallv(h->buffer[0], h->count[0], h->offset[0], MPI_DOUBLE, h->buffer[1], h->count[1],
                      h->offset[1], MPI_DOUBLE, h->comm);
        by_hand_pack(h, 1);
    }
}

static void library_run(void *self) {
    const chain *c = self;
    for (int i = 0; i < c->n; i++)
        BENCH_TRY(darr_plan_run(c->library[i]));
}

static void borrowed_run(void *self) {
    const chain *c = self;
    for (int i = 0; i < c->n; i++)
        BENCH_TRY(darr_plan_run(c->borrowed[i]));
}

static void measure(const bench_run *run, const char *name, int64_t size, int n, const layout *layouts) {
    darr_array *library[MOST_LEGS + 1], *borrowed[MOST_LEGS + 1];
    bench_section own[MOST_LEGS + 1], in_library[MOST_LEGS + 1];
    chain c = {.n = n};
    for (int i = 0; i <= n; i++) {
        darr_dist *dist = layout_dist(layouts[i], size);
        own[i] = bench_section_allocate(layout_section(layouts[i], size, run->rank), DARR_ORDER_C);
        borrowed[i] = bench_section_wrap(&own[i], dist);
        BENCH_TRY(darr_array_create(dist, DARR_FLOAT64, &library[i]));
        in_library[i] = bench_section_in(own[i], library[i]);
        darr_dist_free(dist);
    }
    bench_section_visit(&own[0], bench_visit_fill);
    bench_section_visit(&in_library[0], bench_visit_fill);
    for (int i = 0; i < n; i++) {
        const darr_array *from = library[i], *from_borrowed = borrowed[i];
        BENCH_TRY(darr_plan_redistribute(1, &from, &library[i + 1], NULL, &c.library[i]));
        BENCH_TRY(darr_plan_redistribute(1, &from_borrowed, &borrowed[i + 1], NULL, &c.borrowed[i]));
        c.legs[i] = by_hand_make(run, layouts[i], layouts[i + 1], &own[i], &own[i + 1]);
    }

    enum { LIBRARY, BORROWED, ALLTOALLW, PACKED, SIDES };
    bench_side sides[SIDES] = {
        [LIBRARY] = {"library", &c, library_run, NULL, n, &in_library[1], 0, 0},
        [BORROWED] = {"borrowed", &c, borrowed_run, NULL, n, &own[1], 0, 0},
        [ALLTOALLW] = {"alltoallw", &c, alltoallw_run, NULL, n, &own[1], 0, 0},
        [PACKED] = {"packed", &c, packed_run, NULL, n, &own[1], 0, 0},
    };
    bench_measure(run, SIDES, sides);
    for (int ours = LIBRARY; ours <= BORROWED; ours++)
        for (int peer = ALLTOALLW; peer < SIDES; peer++) {
            char line[64];
            snprintf(line, sizeof line, "transpose_%d_%s_%s", run->ranks, name, sides[ours].name);
            bench_print(run, line, &sides[ours], &sides[peer], 2.0);
        }

    for (int i = 0; i < n; i++) {
        darr_plan_free(c.library[i]), darr_plan_free(c.borrowed[i]);
        by_hand_free(&c.legs[i]);
    }
    for (int i = 0; i <= n; i++) {
        darr_array_free(library[i]), darr_array_free(borrowed[i]);
        bench_section_free_axes(&own[i]);
        free(own[i].base);
    }
}

int main(int argc, char **argv) {
    bench_run run = bench_begin(&argc, &argv);
    int64_t size = argc > 2 ? atoi(argv[2]) : 256;
    int grid[2] = {0, 0};
    MPI_Dims_create(run.ranks, 2, grid);
    const int p = grid[0], q = grid[1], all = run.ranks;
    if (run.rank == 0)
        printf("# %lld^3 float64, %d ranks, pencils on %d x %d of them\n", (long long)size, all, p, q);
    const layout x = {{q, p, 1}}, y = {{q, 1, p}}, z = {{1, q, p}}, slab = {{all, 1, 1}},
                 turned = {{1, all, 1}};
    measure(&run, "slab", size, 1, (layout[]){slab, turned});
    measure(&run, "slab_back", size, 1, (layout[]){turned, slab});
    measure(&run, "x_to_y", size, 1, (layout[]){x, y});
    measure(&run, "y_to_x", size, 1, (layout[]){y, x});
    if (q > 1) { /* Else nothing changes between y and z. */
        measure(&run, "y_to_z", size, 1, (layout[]){y, z});
        measure(&run, "z_to_y", size, 1, (layout[]){z, y});
    }
    measure(&run, "pencils_and_back", size, 4, (layout[]){x, y, z, y, x});
    MPI_Finalize();
}
