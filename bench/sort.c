/* See bench/sort. */
#include "bench.h"

static int64_t size;
static int kind;

/* The element with this global index: SplitMix64 of it, turned into a number between 0 and 1. */
static double element(int64_t index) {
    uint64_t z = ((uint64_t)index + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    if (kind == 1)
        return bench_value(index);
    if (kind == 2)
        return (double)(z % 16);
    return (double)(z >> 11) * 0x1p-53;
}

typedef struct problem {
    darr_array *array, *indices;
    bench_section section;
    int argsort;
} problem;

static void fill(problem *p) {
    const bench_axis *axis = &p->section.axis[0];
    for (int64_t i = 0; i < axis->n; i++)
        p->section.base[i] = element(axis->global[i]);
}

/* Descents within a rank and from one rank to the next. */
static void check(const bench_run *run, const problem *p) {
    int64_t wrong = 0, n = p->section.axis[0].n;
    double before = -1, last = n > 0 ? p->section.base[n - 1] : -1;
    MPI_Sendrecv(&last, 1, MPI_DOUBLE, run->rank + 1 < run->ranks ? run->rank + 1 : MPI_PROC_NULL, 0, &before, 1, MPI_DOUBLE,
                 run->rank > 0 ? run->rank - 1 : MPI_PROC_NULL, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int64_t i = 0; i < n; i++) {
        wrong += p->section.base[i] < before;
        before = p->section.base[i];
    }
    if (wrong > 0)
        bench_fail("sort", "the elements are not in order");
}

static void measure(const bench_run *run, const char *name, problem *p) {
    enum { MOST = 1000 };
    static double seconds[MOST];
    double spent = 0;
    int n = 0;
    for (; n < 5 || (n < MOST && spent < run->seconds); n++) {
        fill(p);
        MPI_Barrier(MPI_COMM_WORLD);
        double start = MPI_Wtime();
        if (p->argsort)
            BENCH_TRY(darr_array_argsort(p->array, p->indices, 0));
        else
            BENCH_TRY(darr_array_sort(p->array));
        seconds[n] = MPI_Wtime() - start;
        MPI_Allreduce(MPI_IN_PLACE, &seconds[n], 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
        spent += seconds[n];
        if (!p->argsort)
            check(run, p);
    }
    if (run->rank == 0)
        printf("%s %.1f\n", name, 1e6 * bench_median(seconds, n));
}

int main(int argc, char **argv) {
    static const char *const names[] = {"random", "sorted", "few"};
    bench_run run = bench_begin(&argc, &argv);
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist;
    problem p = {.section = {.ndim = 1}};
    size = argc > 2 ? strtoll(argv[2], NULL, 10) : 1 << 22;
    dim.map = DARR_BLOCK;
    dim.extent = size;
    BENCH_TRY(darr_dist_create_mpi(MPI_COMM_WORLD, 1, &dim, NULL, &dist));
    BENCH_TRY(darr_array_create(dist, DARR_FLOAT64, &p.array));
    BENCH_TRY(darr_array_create(dist, DARR_INT64, &p.indices));
    p.section.axis[0] = bench_axis_of(size, run.ranks, run.rank, 0, 0);
    p.section = bench_section_in(p.section, p.array);
    for (p.argsort = 0; p.argsort < 2; p.argsort++)
        for (kind = 0; kind < 3; kind++) {
            char name[32];
            snprintf(name, sizeof name, "%s-%s", p.argsort ? "argsort" : "sort", names[kind]);
            measure(&run, name, &p);
        }
    bench_section_free_axes(&p.section);
    darr_array_free(p.array);
    darr_array_free(p.indices);
    darr_dist_free(dist);
    MPI_Finalize();
    return 0;
}
