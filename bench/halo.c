/* See bench/halo. */
#include "bench.h"
/* Else PETSc's headers put counters into the hand-written MPI calls. */
#define PETSC_HAVE_BROKEN_RECURSIVE_MACRO
#include <petscdmda.h>

enum { WIDTH = 2, FIELDS = 8 };

/* Three rounds, one dimension after the other: each sends what the rounds before have filled, so that corners
 * come along. */
typedef struct by_hand {
    int n, grid[3], by_loops;
    bench_section *fields;
    MPI_Comm cart;
    int below[3], above[3];
    MPI_Datatype send[3][2], recv[3][2];
} by_hand;

/* The box that round d moves: owned elements in the dimensions still to come, all in those that are done. */
static void by_hand_box(const bench_section *s, int d, int start, int lo[3], int n[3]) {
    for (int k = 0; k < 3; k++) {
        lo[k] = k > d ? WIDTH : 0;
        n[k] = (int)s->axis[k].n - 2 * lo[k];
    }
    lo[d] = start;
    n[d] = WIDTH;
}

static MPI_Datatype by_hand_type(const bench_section *s, int d, int start) {
    int all[3], n[3], lo[3];
    MPI_Datatype type;
    for (int k = 0; k < 3; k++)
        all[k] = (int)s->axis[k].n;
    by_hand_box(s, d, start, lo, n);
    MPI_Type_create_subarray(3, all, n, lo, MPI_ORDER_C, MPI_DOUBLE, &type);
    MPI_Type_commit(&type);
    return type;
}

static by_hand by_hand_make(int n, bench_section *fields, const int grid[3]) {
    by_hand h = {.n = n, .fields = fields};
    int periods[3] = {1, 1, 1};
    memcpy(h.grid, grid, sizeof h.grid);
    MPI_Cart_create(MPI_COMM_WORLD, 3, grid, periods, 0, &h.cart);
    for (int d = 0; d < 3; d++) {
        int all = (int)fields->axis[d].n;
        MPI_Cart_shift(h.cart, d, 1, &h.below[d], &h.above[d]);
        h.recv[d][0] = by_hand_type(fields, d, 0);
        h.send[d][0] = by_hand_type(fields, d, WIDTH);
        h.send[d][1] = by_hand_type(fields, d, all - 2 * WIDTH);
        h.recv[d][1] = by_hand_type(fields, d, all - WIDTH);
    }
    return h;
}

static void by_hand_free(by_hand *h) {
    for (int d = 0; d < 3; d++)
        for (int side = 0; side < 2; side++) {
            MPI_Type_free(&h->send[d][side]);
            MPI_Type_free(&h->recv[d][side]);
        }
    MPI_Comm_free(&h->cart);
}

/* What the subarray types of round d would bring from oneself. */
static void by_hand_copy(const bench_section *s, int d) {
    int all = (int)s->axis[d].n;
    for (int side = 0; side < 2; side++) {
        int lo[3], n[3];
        by_hand_box(s, d, side ? all - WIDTH : 0, lo, n);
        int64_t back = (side ? -1 : 1) * (all - 2 * WIDTH) * s->stride[d];
        for (int i = lo[0]; i < lo[0] + n[0]; i++)
            for (int j = lo[1]; j < lo[1] + n[1]; j++) {
                double *to = s->base + i * s->stride[0] + j * s->stride[1] + lo[2];
                const double *from = to + back;
                if (n[2] == WIDTH)
                    to[0] = from[0], to[1] = from[1];
                else
                    memcpy(to, from, (size_t)n[2] * sizeof *to);
            }
    }
}

static void by_hand_run(void *self) {
    const by_hand *h = self;
    for (int f = 0; f < h->n; f++)
        for (int d = 0; d < 3; d++) {
            double *base = h->fields[f].base;
            MPI_Request requests[4];
            if (h->by_loops && h->grid[d] == 1) {
                by_hand_copy(&h->fields[f], d);
                continue;
            }
            MPI_Irecv(base, 1, h->recv[d][0], h->below[d], 0, h->cart, &requests[0]);
            MPI_Irecv(base, 1, h->recv[d][1], h->above[d], 1, h->cart, &requests[1]);
            MPI_Isend(base, 1, h->send[d][1], h->above[d], 0, h->cart, &requests[2]);
            MPI_Isend(base, 1, h->send[d][0], h->below[d], 1, h->cart, &requests[3]);
            MPI_Waitall(4, requests, MPI_STATUSES_IGNORE);
        }
}

/* PETSc counts dimensions from the fastest; its global vector holds the owned elements without ghosts. */
typedef struct petsc {
    DM da;
    Vec global, local;
} petsc;

/* `ghosted` gets the memory of the local vector. */
static petsc petsc_make(const bench_section *s, const int grid[3], bench_section *ghosted) {
    petsc p;
    bench_section owned = *s;
    const bench_axis *a = s->axis;
    PetscInt start[3], n[3];
    double *local;
    PetscCallAbort(PETSC_COMM_WORLD,
                   DMDACreate3d(PETSC_COMM_WORLD, DM_BOUNDARY_PERIODIC, DM_BOUNDARY_PERIODIC,
                                DM_BOUNDARY_PERIODIC, DMDA_STENCIL_BOX, (PetscInt)a[2].shape,
                                (PetscInt)a[1].shape, (PetscInt)a[0].shape, grid[2], grid[1], grid[0], 1,
                                WIDTH, NULL, NULL, NULL, &p.da));
    PetscCallAbort(PETSC_COMM_WORLD, DMSetUp(p.da));
    PetscCallAbort(PETSC_COMM_WORLD, DMCreateGlobalVector(p.da, &p.global));
    PetscCallAbort(PETSC_COMM_WORLD, DMCreateLocalVector(p.da, &p.local));
    PetscCallAbort(PETSC_COMM_WORLD,
                   DMDAGetCorners(p.da, &start[2], &start[1], &start[0], &n[2], &n[1], &n[0]));
    for (int d = 0; d < 3; d++) {
        owned.axis[d].n = a[d].hi - a[d].lo;
        owned.axis[d].lo = 0;
        owned.axis[d].hi = owned.axis[d].n;
        owned.axis[d].global = a[d].global + WIDTH;
        if (n[d] != owned.axis[d].n || start[d] != *owned.axis[d].global)
            bench_fail("sections", "PETSc's differs from the benchmark's");
    }
    bench_section_pack(&owned, DARR_ORDER_C);
    PetscCallAbort(PETSC_COMM_WORLD, VecGetArray(p.global, &owned.base));
    bench_section_visit(&owned, bench_visit_fill);
    PetscCallAbort(PETSC_COMM_WORLD, VecRestoreArray(p.global, &owned.base));

    PetscCallAbort(PETSC_COMM_WORLD, VecGetArray(p.local, &local));
    *ghosted = *s;
    bench_section_pack(ghosted, DARR_ORDER_C);
    ghosted->base = local;
    PetscCallAbort(PETSC_COMM_WORLD, VecRestoreArray(p.local, &local));
    return p;
}

static void petsc_free(petsc *p) {
    PetscCallAbort(PETSC_COMM_WORLD, VecDestroy(&p->global));
    PetscCallAbort(PETSC_COMM_WORLD, VecDestroy(&p->local));
    PetscCallAbort(PETSC_COMM_WORLD, DMDestroy(&p->da));
}

static void petsc_run(void *self) {
    petsc *p = self;
    PetscCallAbort(PETSC_COMM_WORLD, DMGlobalToLocalBegin(p->da, p->global, INSERT_VALUES, p->local));
    PetscCallAbort(PETSC_COMM_WORLD, DMGlobalToLocalEnd(p->da, p->global, INSERT_VALUES, p->local));
}

static void petsc_run_in_place(void *self) {
    petsc *p = self;
    PetscCallAbort(PETSC_COMM_WORLD, DMLocalToLocalBegin(p->da, p->local, INSERT_VALUES, p->local));
    PetscCallAbort(PETSC_COMM_WORLD, DMLocalToLocalEnd(p->da, p->local, INSERT_VALUES, p->local));
}

typedef struct copy {
    char *from, *to;
    int64_t bytes;
} copy;

static void copy_run(void *self) {
    copy *c = self;
    memcpy(c->to, c->from, (size_t)c->bytes);
}

/* One size on one grid: one field, then several at once. */
static void measure(const bench_run *run, int64_t size, const int grid[3], double asked_library,
                    double asked_borrowed) {
    darr_dim dim = DARR_DIM_INIT;
    darr_dim dims[3];
    darr_dist *dist;
    int coords[3];
    for (int d = 0; d < 3; d++) {
        dim.extent = size;
        dim.map = DARR_BLOCK;
        dim.procs = grid ? grid[d] : 0;
        dim.periodic = 1;
        dim.halo[0] = dim.halo[1] = WIDTH;
        dims[d] = dim;
    }
    BENCH_TRY(darr_dist_create_mpi(MPI_COMM_WORLD, 3, dims, NULL, &dist));
    int procs[3];
    BENCH_TRY(darr_dist_grid(dist, procs));
    BENCH_TRY(darr_dist_coords(dist, -1, coords));
    if (run->rank == 0)
        printf("# %lld^3, width %d, corners, periodic, %d ranks, grid %dx%dx%d%s\n", (long long)size, WIDTH,
               run->ranks, procs[0], procs[1], procs[2], grid ? "" : " (the library's own choice)");

    /* By hand and borrowed work on the same memory. */
    bench_section own[FIELDS], library[FIELDS], ghosted = {0}, of_rank = {.ndim = 3};
    darr_array *arrays[FIELDS], *borrowed[FIELDS];
    int64_t all = 1, inner = 1;
    for (int d = 0; d < 3; d++) {
        of_rank.axis[d] = bench_axis_of(size, procs[d], coords[d], 0, WIDTH);
        all *= of_rank.axis[d].n;
        inner *= of_rank.axis[d].hi - of_rank.axis[d].lo;
    }
    for (int f = 0; f < FIELDS; f++) {
        own[f] = bench_section_allocate(of_rank, DARR_ORDER_C);
        borrowed[f] = bench_section_wrap(&own[f], dist);
        BENCH_TRY(darr_array_create(dist, DARR_FLOAT64, &arrays[f]));
        library[f] = bench_section_in(of_rank, arrays[f]);
    }

    for (int n = 1; n <= FIELDS; n += FIELDS - 1) {
        darr_plan *plan, *borrowed_plan;
        BENCH_TRY(darr_plan_halo(n, arrays, NULL, &plan));
        BENCH_TRY(darr_plan_halo(n, borrowed, NULL, &borrowed_plan));
        by_hand hand = by_hand_make(n, own, procs), loops = hand;
        loops.by_loops = 1;
        copy plain = {.bytes = n * (all - inner) * (int64_t)sizeof(double)};
        plain.from = bench_memory(plain.bytes);
        plain.to = bench_memory(plain.bytes);
        memset(plain.from, 1, (size_t)plain.bytes);
        petsc dmda = {0};
        if (n == 1)
            dmda = petsc_make(&of_rank, procs, &ghosted);

        enum { LIBRARY, BORROWED, HAND, LOOPS, MEMCPY, PETSC, PETSC_IN_PLACE, SIDES };
        bench_side sides[SIDES] = {
            [LIBRARY] = {"library", plan, bench_plan_run, NULL, n, library, 1, 0},
            [BORROWED] = {"borrowed", borrowed_plan, bench_plan_run, NULL, n, own, 1, 0},
            [HAND] = {"subarrays", &hand, by_hand_run, NULL, n, own, 1, 0},
            [LOOPS] = {"subarrays_loops", &loops, by_hand_run, NULL, n, own, 1, 0},
            [MEMCPY] = {"memcpy", &plain, copy_run, NULL, 0, NULL, 0, 0},
            [PETSC] = {"dmda", &dmda, petsc_run, NULL, 1, &ghosted, 0, 0},
            [PETSC_IN_PLACE] = {"dmda_in_place", &dmda, petsc_run_in_place, NULL, 1, &ghosted, 1, 0},
        };
        int count = n == 1 ? SIDES : PETSC;
        bench_measure(run, count, sides);
        for (int ours = LIBRARY; ours <= BORROWED; ours++)
            for (int peer = HAND; peer < count; peer++) {
                char name[64];
                double asked = n > 1 ? 2.5 : ours == LIBRARY ? asked_library : asked_borrowed;
                snprintf(name, sizeof name, "halo_%lld%s_%s", (long long)size, n > 1 ? "_8_fields" : "",
                         sides[ours].name);
                bench_print(run, name, &sides[ours], &sides[peer], peer == HAND ? asked : 0);
            }

        if (n == 1)
            petsc_free(&dmda);
        free(plain.from), free(plain.to);
        by_hand_free(&hand);
        darr_plan_free(plan), darr_plan_free(borrowed_plan);
    }
    for (int f = 0; f < FIELDS; f++) {
        darr_array_free(arrays[f]), darr_array_free(borrowed[f]);
        free(own[f].base);
    }
    bench_section_free_axes(&of_rank);
    darr_dist_free(dist);
}

int main(int argc, char **argv) {
    bench_run run = bench_begin(&argc, &argv);
    int given[3], *grid = NULL;
    if (argc > 2) {
        if (sscanf(argv[2], "%dx%dx%d", &given[0], &given[1], &given[2]) != 3)
            bench_fail(argv[2], "no process grid, such as 2x1x1");
        grid = given;
    }
    PetscCallAbort(MPI_COMM_WORLD, PetscInitializeNoArguments());
    measure(&run, 64, grid, 2.5, 1.5);
    measure(&run, 256, grid, 2.5, 1.6);
    PetscCallAbort(MPI_COMM_WORLD, PetscFinalize());
    MPI_Finalize();
}
