/* What the benchmarks share: times of several ways to do the same thing, taken in turn, and sections of a
 * global array whose elements are a function of their global index, so that every result is checked element
 * by element. */
#ifndef BENCH_H
#define BENCH_H

#include <distarray_mpi.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BENCH_TRY(call)                                                                                      \
    do {                                                                                                     \
        if (call)                                                                                            \
            bench_fail(#call, darr_last_error());                                                            \
    } while (0)

static inline void bench_fail(const char *what, const char *text) {
    fprintf(stderr, "%s: %s\n", what, text);
    MPI_Abort(MPI_COMM_WORLD, 1);
    exit(1);
}

static inline void *bench_memory(int64_t bytes) {
    /* As aligned as the library's own; never 0 bytes, for which NULL would be an answer. */
    void *memory = aligned_alloc(64, (size_t)(bytes / 64 + 1) * 64);
    if (!memory)
        bench_fail("allocation", "memory was refused");
    return memory;
}

/* Ranks of this run and how long a case may measure. */
typedef struct bench_run {
    int rank, ranks;
    double seconds;
} bench_run;

/* Begins MPI. The first argument of every benchmark is the time of a case in seconds. */
static inline bench_run bench_begin(int *argc, char ***argv) {
    bench_run run = {.seconds = 2};
    MPI_Init(argc, argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &run.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &run.ranks);
    if (*argc > 1)
        run.seconds = strtod((*argv)[1], NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    return run;
}

/* One dimension of a section: the global index of each local element, ghosts included, and which ones are
 * owned. */
typedef struct bench_axis {
    int64_t shape, n, lo, hi;
    int64_t *global;
} bench_axis;

/* One rank's part of a global array of float64, anywhere in memory. Strides count elements. */
typedef struct bench_section {
    int ndim;
    bench_axis axis[3];
    int64_t stride[3];
    double *base;
} bench_section;

/* Part `coord` of `procs` of a dimension in blocks dealt out in turn; `width` ghosts on both sides, the ends
 * joined. One block a rank is the block map, whose first (shape mod procs) ranks hold one more. */
static inline bench_axis bench_axis_of(int64_t shape, int procs, int coord, int64_t block, int64_t width) {
    bench_axis axis = {.shape = shape, .lo = width};
    axis.global = bench_memory((shape + 2 * width) * (int64_t)sizeof *axis.global);
    if (block == 0) {
        int64_t share = shape / procs, rest = shape % procs;
        int64_t first = share * coord + (coord < rest ? coord : rest);
        axis.n = share + (coord < rest) + 2 * width;
        for (int64_t i = 0; i < axis.n; i++)
            axis.global[i] = (first - width + i + shape) % shape;
    } else {
        for (int64_t i = 0; i < shape; i++)
            if (i / block % procs == coord)
                axis.global[axis.n++] = i;
    }
    axis.hi = axis.n - width;
    return axis;
}

/* Sets packed strides in C or Fortran order; the result is the number of elements. */
static inline int64_t bench_section_pack(bench_section *s, int order) {
    int64_t count = 1;
    for (int k = 0; k < s->ndim; k++) {
        int d = order == DARR_ORDER_F ? k : s->ndim - 1 - k;
        s->stride[d] = count;
        count *= s->axis[d].n;
    }
    return count;
}

/* The same section packed in memory of its own. */
static inline bench_section bench_section_allocate(bench_section s, int order) {
    int64_t count = bench_section_pack(&s, order);
    s.base = bench_memory(count * (int64_t)sizeof(double));
    return s;
}

/* The same section in the memory of an array. */
static inline bench_section bench_section_in(bench_section s, const darr_array *array) {
    darr_view view = DARR_VIEW_INIT;
    BENCH_TRY(darr_array_view(array, &view));
    for (int d = 0; d < s.ndim; d++) {
        if (view.extents[d] != s.axis[d].n || view.owned_lo[d] != s.axis[d].lo ||
            view.owned_hi[d] != s.axis[d].hi)
            bench_fail("sections", "the library's differs from the benchmark's");
        s.stride[d] = view.strides[d] / (int64_t)sizeof(double);
    }
    s.base = view.base;
    return s;
}

/* The section's memory as an array of the library, without a copy. */
static inline darr_array *bench_section_wrap(const bench_section *s, const darr_dist *dist) {
    darr_memory memory = DARR_MEMORY_INIT;
    darr_array *array;
    memory.base = s->base;
    memory.dtype = DARR_FLOAT64;
    memory.ndim = s->ndim;
    for (int d = 0; d < s->ndim; d++) {
        memory.extents[d] = s->axis[d].n;
        memory.strides[d] = s->stride[d] * (int64_t)sizeof(double);
    }
    BENCH_TRY(darr_array_wrap(dist, &memory, &array));
    return array;
}

static inline void bench_section_free_axes(bench_section *s) {
    for (int d = 0; d < s->ndim; d++)
        free(s->axis[d].global);
}

/* The value of the element with this global index, counted in C order. */
static inline double bench_value(int64_t index) { return 0.5 + (double)index; }

/* Calls for every local element in the order of memory: `visit` gets its address, its global index counted in
 * C order and whether it is owned, and returns 1 to be counted. */
static inline int64_t bench_section_visit(const bench_section *s, int (*visit)(double *, int64_t, int)) {
    /* Padded to three dimensions from the left, then walked with the smallest stride innermost. */
    static int64_t zero = 0;
    const bench_axis one = {1, 1, 0, 1, &zero};
    const bench_axis *axis[3];
    int64_t stride[3], weight[3], counted = 0;
    int missing = 3 - s->ndim, order[3] = {0, 1, 2};
    for (int d = 0; d < 3; d++) {
        axis[d] = d < missing ? &one : &s->axis[d - missing];
        stride[d] = d < missing ? INT64_MAX : s->stride[d - missing];
    }
    weight[2] = 1;
    weight[1] = axis[2]->shape;
    weight[0] = axis[1]->shape * weight[1];
    for (int a = 0; a < 2; a++)
        for (int b = a + 1; b < 3; b++)
            if (stride[order[a]] < stride[order[b]]) {
                int swap = order[a];
                order[a] = order[b], order[b] = swap;
            }
    int p = order[0], q = order[1], r = order[2];
    for (int64_t i = 0; i < axis[p]->n; i++)
        for (int64_t j = 0; j < axis[q]->n; j++)
            for (int64_t k = 0; k < axis[r]->n; k++) {
                /* A missing dimension has the index 0 alone, whatever its stride. */
                double *at =
                    s->base + (i ? i * stride[p] : 0) + (j ? j * stride[q] : 0) + (k ? k * stride[r] : 0);
                int64_t index = axis[p]->global[i] * weight[p] + axis[q]->global[j] * weight[q] +
                                axis[r]->global[k] * weight[r];
                int owned = i >= axis[p]->lo && i < axis[p]->hi && j >= axis[q]->lo && j < axis[q]->hi &&
                            k >= axis[r]->lo && k < axis[r]->hi;
                counted += visit(at, index, owned);
            }
    return counted;
}

/* Owned elements get their value, ghosts NaN. */
static inline int bench_visit_fill(double *at, int64_t index, int owned) {
    *at = owned ? bench_value(index) : NAN;
    return 0;
}

/* All elements get NaN. */
static inline int bench_visit_spoil(double *at, int64_t index, int owned) {
    (void)index, (void)owned;
    *at = NAN;
    return 0;
}

/* Counts the elements that do not have their value, and shows the first. */
static inline int bench_visit_check(double *at, int64_t index, int owned) {
    static int said;
    int wrong = *at != bench_value(index);
    if (wrong && said++ == 0)
        fprintf(stderr, "%s element with the global number %lld: got %.17g, want %.17g\n",
                owned ? "owned" : "ghost", (long long)index, *at, bench_value(index));
    return wrong;
}

/* One way to do the work of a case. */
typedef struct bench_side {
    const char *name;
    void *self;
    void (*run)(void *self);   /* What is measured; NULL: this side cannot do the case. */
    void (*after)(void *self); /* Follows each run, not measured; or NULL. */
    int n_results;             /* What a run has to fill with the right values, */
    bench_section *results;
    int ghosts_only; /* of which the owned elements are there before. */
    double us;       /* Median of the time from a barrier to the last rank's return. */
} bench_side;

static inline double bench_side_seconds(const bench_side *side) {
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    side->run(side->self);
    double seconds = MPI_Wtime() - start;
    if (side->after)
        side->after(side->self);
    return seconds;
}

/* Spoils the results, runs once and looks at every element. */
static inline void bench_side_check(const bench_side *side) {
    int64_t wrong = 0;
    for (int i = 0; i < side->n_results; i++)
        bench_section_visit(&side->results[i], side->ghosts_only ? bench_visit_fill : bench_visit_spoil);
    bench_side_seconds(side);
    for (int i = 0; i < side->n_results; i++)
        wrong += bench_section_visit(&side->results[i], bench_visit_check);
    MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    if (wrong > 0) {
        char text[64];
        snprintf(text, sizeof text, "%lld elements are wrong", (long long)wrong);
        bench_fail(side->name, text);
    }
}

static inline int bench_ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double bench_median(double *values, int n) {
    qsort(values, (size_t)n, sizeof *values, bench_ascending);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* Measures the sides in turn, in changing order, as often as the time of a case allows, each after a run of its
 * own that is not measured; checks each before and after. */
static inline void bench_measure(const bench_run *run, int n, bench_side *sides) {
    enum { LEAST = 5, MOST = 5001 };
    bench_side *can[16];
    int count = 0;
    double round = 0;
    for (int i = 0; i < n; i++) {
        sides[i].us = NAN;
        if (!sides[i].run)
            continue;
        can[count++] = &sides[i];
        bench_side_check(&sides[i]);
        round += bench_side_seconds(&sides[i]);
    }
    if (count == 0)
        return;
    MPI_Allreduce(MPI_IN_PLACE, &round, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    double fit = run->seconds / fmax(2 * round, DBL_MIN);
    int repetitions = fit < LEAST ? LEAST : fit > MOST ? MOST : (int)fit;

    double *seconds = bench_memory((int64_t)sizeof(double) * count * repetitions);
    for (int i = 0; i < repetitions; i++)
        for (int k = 0; k < count; k++) {
            int side = (i + (i % 2 ? count - k : k)) % count;
            /* Each side finds the caches as its own run before left them, not the other sides'. */
            bench_side_seconds(can[side]);
            seconds[side * repetitions + i] = bench_side_seconds(can[side]);
        }
    MPI_Allreduce(MPI_IN_PLACE, seconds, count * repetitions, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    for (int k = 0; k < count; k++) {
        can[k]->us = 1e6 * bench_median(seconds + k * repetitions, repetitions);
        bench_side_check(can[k]);
    }
    free(seconds);
}

/* One line: the case, our time, the peer's and their ratio; with `asked` above 0 whether that ratio is
 * reached. */
static inline void bench_print(const bench_run *run, const char *name, const bench_side *ours,
                               const bench_side *peer, double asked) {
    if (run->rank != 0)
        return;
    if (!ours->run) {
        printf("%-40s ours unsupported peer=%s %.1f\n", name, peer->name, peer->us);
        return;
    }
    printf("%-40s %.1f peer=%s %.1f ratio=%.2f", name, ours->us, peer->name, peer->us, peer->us / ours->us);
    if (asked > 0)
        printf(" asked=%.1f %s", asked, peer->us / ours->us >= asked ? "reached" : "MISSED");
    printf("\n");
}

/* The side that runs a plan. */
static inline void bench_plan_run(void *self) { BENCH_TRY(darr_plan_run(self)); }

#endif
