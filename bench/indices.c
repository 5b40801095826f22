/* See bench/indices. */
#include "bench.h"
#include <petscvec.h>

/* A plan that brings source[indices[i]] to values[i]. */
static int plan_gather(const darr_array *source, int64_t n, const int64_t *indices, double *values,
                       darr_plan **plan_out) {
    darr_dist *lists;
    darr_array *list;
    darr_memory memory = DARR_MEMORY_INIT;
    int64_t before = 0, end;
    MPI_Exscan(&n, &before, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    end = before + n;
    BENCH_TRY(darr_dist_from_boxes_mpi(MPI_COMM_WORLD, 1, &before, &end, NULL, NULL, &lists));
    memory.base = values;
    memory.dtype = DARR_FLOAT64;
    memory.ndim = 1;
    memory.extents[0] = n;
    memory.strides[0] = sizeof(double);
    BENCH_TRY(darr_array_wrap(lists, &memory, &list));
    int code = darr_plan_gather(source, n, indices, list, plan_out);
    darr_array_free(list);
    darr_dist_free(lists);
    return code;
}

/* One vector, one list and where its values go. */
typedef struct ours {
    const darr_array *source;
    bench_section *values;
    darr_plan *plan;
} ours;

static void ours_build(void *self) {
    ours *o = self;
    const bench_axis *list = &o->values->axis[0];
    BENCH_TRY(plan_gather(o->source, list->n, list->global, o->values->base, &o->plan));
}

static void ours_free(void *self) {
    ours *o = self;
    darr_plan_free(o->plan);
    o->plan = NULL;
}

static void ours_run(void *self) {
    ours *o = self;
    BENCH_TRY(darr_plan_run(o->plan));
}

/* Whether the library can do it; every rank gets the same answer. */
static int ours_can(ours *o) {
    const bench_axis *list = &o->values->axis[0];
    int code = plan_gather(o->source, list->n, list->global, o->values->base, &o->plan);
    if (code == DARR_ERR_UNSUPPORTED)
        return 0;
    BENCH_TRY(code);
    ours_free(o);
    return 1;
}

typedef struct petsc {
    Vec vector, values;
    PetscInt n, *list;
    VecScatter scatter;
} petsc;

/* PETSc's vectors lie in the memory of the two sections. */
static petsc petsc_make(const bench_section *source, const bench_section *values) {
    petsc p;
    const bench_axis *own = &source->axis[0], *list = &values->axis[0];
    p.n = (PetscInt)list->n;
    p.list = bench_memory(list->n * (int64_t)sizeof *p.list);
    for (int64_t i = 0; i < list->n; i++)
        p.list[i] = (PetscInt)list->global[i];
    PetscCallAbort(PETSC_COMM_WORLD, VecCreateMPIWithArray(PETSC_COMM_WORLD, 1, (PetscInt)own->n,
                                                           (PetscInt)own->shape, source->base, &p.vector));
    PetscCallAbort(PETSC_COMM_WORLD, VecCreateSeqWithArray(PETSC_COMM_SELF, 1, p.n, values->base, &p.values));
    return p;
}

static void petsc_build(void *self) {
    petsc *p = self;
    IS from;
    PetscCallAbort(PETSC_COMM_WORLD,
                   ISCreateGeneral(PETSC_COMM_WORLD, p->n, p->list, PETSC_USE_POINTER, &from));
    PetscCallAbort(PETSC_COMM_WORLD, VecScatterCreate(p->vector, from, p->values, NULL, &p->scatter));
    PetscCallAbort(PETSC_COMM_WORLD, ISDestroy(&from));
}

static void petsc_free(void *self) {
    petsc *p = self;
    PetscCallAbort(PETSC_COMM_WORLD, VecScatterDestroy(&p->scatter));
}

static void petsc_run(void *self) {
    petsc *p = self;
    PetscCallAbort(PETSC_COMM_WORLD,
                   VecScatterBegin(p->scatter, p->vector, p->values, INSERT_VALUES, SCATTER_FORWARD));
    PetscCallAbort(PETSC_COMM_WORLD,
                   VecScatterEnd(p->scatter, p->vector, p->values, INSERT_VALUES, SCATTER_FORWARD));
}

/* The next of a sequence of pseudo-random numbers (splitmix64). */
static uint64_t random_next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* A result with the value of one random element each; some come more than once. */
static bench_section random_section(const bench_run *run, int64_t size, int64_t indices) {
    bench_section s = {.ndim = 1};
    bench_axis *list = &s.axis[0];
    uint64_t state = (uint64_t)run->rank << 32;
    list->shape = size;
    list->n = list->hi = indices / run->ranks + (run->rank < indices % run->ranks);
    list->global = bench_memory(list->n * (int64_t)sizeof *list->global);
    for (int64_t i = 0; i < list->n; i++)
        list->global[i] = (int64_t)(random_next(&state) % (uint64_t)size);
    return bench_section_allocate(s, DARR_ORDER_C);
}

enum { LIBRARY, BORROWED, PEER, SIDES };

static void print(const bench_run *run, const char *what, const bench_side sides[SIDES]) {
    for (int side = LIBRARY; side <= BORROWED; side++) {
        char name[64];
        snprintf(name, sizeof name, "indices_%s_%s", what, sides[side].name);
        bench_print(run, name, &sides[side], &sides[PEER], 1.5);
    }
}

static void measure(const bench_run *run, int64_t size, int64_t indices) {
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist;
    darr_array *array, *borrowed;
    dim.extent = size;
    dim.map = DARR_BLOCK;
    BENCH_TRY(darr_dist_create_mpi(MPI_COMM_WORLD, 1, &dim, NULL, &dist));
    bench_section source = {.ndim = 1};
    source.axis[0] = bench_axis_of(size, run->ranks, run->rank, 0, 0);
    source = bench_section_allocate(source, DARR_ORDER_C);
    borrowed = bench_section_wrap(&source, dist);
    BENCH_TRY(darr_array_create(dist, DARR_FLOAT64, &array));
    bench_section in_library = bench_section_in(source, array);
    bench_section_visit(&source, bench_visit_fill);
    bench_section_visit(&in_library, bench_visit_fill);

    bench_section values = random_section(run, size, indices);
    ours from_library = {array, &values, NULL}, from_borrowed = {borrowed, &values, NULL};
    petsc peer = petsc_make(&source, &values);
    int can = ours_can(&from_library) && ours_can(&from_borrowed);

    bench_side building[SIDES] = {
        [LIBRARY] = {"library", &from_library, can ? ours_build : NULL, ours_free, 0, NULL, 0, 0},
        [BORROWED] = {"borrowed", &from_borrowed, can ? ours_build : NULL, ours_free, 0, NULL, 0, 0},
        [PEER] = {"vecscatter", &peer, petsc_build, petsc_free, 0, NULL, 0, 0},
    };
    bench_measure(run, SIDES, building);
    print(run, "build", building);

    if (can) {
        ours_build(&from_library);
        ours_build(&from_borrowed);
    }
    petsc_build(&peer);
    bench_side running[SIDES] = {
        [LIBRARY] = {"library", &from_library, can ? ours_run : NULL, NULL, 1, &values, 0, 0},
        [BORROWED] = {"borrowed", &from_borrowed, can ? ours_run : NULL, NULL, 1, &values, 0, 0},
        [PEER] = {"vecscatter", &peer, petsc_run, NULL, 1, &values, 0, 0},
    };
    bench_measure(run, SIDES, running);
    print(run, "run", running);

    petsc_free(&peer);
    PetscCallAbort(PETSC_COMM_WORLD, VecDestroy(&peer.vector));
    PetscCallAbort(PETSC_COMM_WORLD, VecDestroy(&peer.values));
    free(peer.list);
    ours_free(&from_library), ours_free(&from_borrowed);
    darr_array_free(array), darr_array_free(borrowed);
    darr_dist_free(dist);
    bench_section_free_axes(&source), bench_section_free_axes(&values);
    free(source.base), free(values.base);
}

int main(int argc, char **argv) {
    bench_run run = bench_begin(&argc, &argv);
    int64_t size = argc > 2 ? atoll(argv[2]) : 10000000, indices = argc > 3 ? atoll(argv[3]) : 1000000;
    if (size < 1 || size > INT32_MAX || indices < 0 || indices > INT32_MAX)
        bench_fail("indices", "numbers of elements and indices beyond PETSc's 32 bits");
    if (run.rank == 0)
        printf("# %lld random indices into %lld float64, %d ranks\n", (long long)indices, (long long)size,
               run.ranks);
    PetscCallAbort(MPI_COMM_WORLD, PetscInitializeNoArguments());
    measure(&run, size, indices);
    PetscCallAbort(MPI_COMM_WORLD, PetscFinalize());
    MPI_Finalize();
}
