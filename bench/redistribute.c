/* See bench/redistribute. */
#include "bench.h"

/* ScaLAPACK comes without headers. */
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridmap(int *context, int *ranks, int leading, int rows, int columns);
void Cblacs_gridexit(int context);
void Cpdgemr2d(int rows, int columns, double *a, int ia, int ja, const int *desc_a, double *b, int ib, int jb,
               const int *desc_b, int context);

/* A matrix over a grid of all ranks, counted row by row, in square blocks dealt out in turn. */
typedef struct layout {
    int grid[2];
    int block;
} layout;

typedef struct matrix {
    bench_section section;
    darr_dist *dist;
    int context, descriptor[9];
} matrix;

static matrix matrix_make(const bench_run *run, int64_t size, layout lay) {
    matrix m = {.section = {.ndim = 2}};
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    int *ranks = bench_memory(run->ranks * (int64_t)sizeof *ranks);
    int coords[2] = {run->rank / lay.grid[1], run->rank % lay.grid[1]};
    for (int d = 0; d < 2; d++) {
        m.section.axis[d] = bench_axis_of(size, lay.grid[d], coords[d], lay.block, 0);
        dims[d].extent = size;
        /* One block a rank is a map of its own kind. */
        dims[d].map = (int64_t)lay.block * lay.grid[d] == size ? DARR_BLOCK : DARR_CYCLIC;
        dims[d].block_size = dims[d].map == DARR_CYCLIC ? lay.block : 0;
        dims[d].procs = lay.grid[d];
    }
    m.section = bench_section_allocate(m.section, DARR_ORDER_F);
    options.order = DARR_ORDER_F;
    BENCH_TRY(darr_dist_create_mpi(MPI_COMM_WORLD, 2, dims, &options, &m.dist));

    for (int r = 0; r < run->ranks; r++)
        ranks[r / lay.grid[1] + lay.grid[0] * (r % lay.grid[1])] = r;
    int handle = Csys2blacs_handle(MPI_COMM_WORLD);
    m.context = handle;
    Cblacs_gridmap(&m.context, ranks, lay.grid[0], lay.grid[0], lay.grid[1]);
    Cfree_blacs_system_handle(handle);
    free(ranks);
    int64_t rows = m.section.axis[0].n;
    int descriptor[9] = {
        1, m.context, (int)size, (int)size, lay.block, lay.block, 0, 0, rows > 0 ? (int)rows : 1};
    memcpy(m.descriptor, descriptor, sizeof descriptor);
    return m;
}

static void matrix_free(matrix *m) {
    bench_section_free_axes(&m->section);
    free(m->section.base);
    darr_dist_free(m->dist);
    Cblacs_gridexit(m->context);
}

typedef struct scalapack {
    const matrix *source, *target;
} scalapack;

static void scalapack_run(void *self) {
    const scalapack *s = self;
    const int *from = s->source->descriptor;
    Cpdgemr2d(from[2], from[3], s->source->section.base, 1, 1, from, s->target->section.base, 1, 1,
              s->target->descriptor, s->source->context);
}

/* NULL where the library does not offer these maps. */
static darr_plan *plan_make(const darr_array *source, darr_array *target, double *seconds_out) {
    darr_plan *plan = NULL;
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    int code = darr_plan_redistribute(1, &source, &target, NULL, &plan);
    *seconds_out = MPI_Wtime() - start;
    if (code == DARR_ERR_UNSUPPORTED)
        return NULL;
    BENCH_TRY(code);
    return plan;
}

static void measure(const bench_run *run, int64_t size, layout from, layout to, double asked_library,
                    double asked_borrowed) {
    matrix source = matrix_make(run, size, from), target = matrix_make(run, size, to);
    darr_array *borrowed_source = bench_section_wrap(&source.section, source.dist);
    darr_array *borrowed_target = bench_section_wrap(&target.section, target.dist);
    darr_array *library_source, *library_target;
    BENCH_TRY(darr_array_create(source.dist, DARR_FLOAT64, &library_source));
    BENCH_TRY(darr_array_create(target.dist, DARR_FLOAT64, &library_target));
    bench_section filled = bench_section_in(source.section, library_source);
    bench_section result = bench_section_in(target.section, library_target);
    bench_section_visit(&source.section, bench_visit_fill);
    bench_section_visit(&filled, bench_visit_fill);

    double seconds;
    darr_plan *borrowed = plan_make(borrowed_source, borrowed_target, &seconds);
    darr_plan *library = plan_make(library_source, library_target, &seconds);
    scalapack peer = {&source, &target};

    enum { LIBRARY, BORROWED, PEER, SIDES };
    bench_side sides[SIDES] = {
        [LIBRARY] = {"library", library, library ? bench_plan_run : NULL, NULL, 1, &result, 0, 0},
        [BORROWED] = {"borrowed", borrowed, borrowed ? bench_plan_run : NULL, NULL, 1, &target.section, 0, 0},
        [PEER] = {"pdgemr2d", &peer, scalapack_run, NULL, 1, &target.section, 0, 0},
    };
    bench_measure(run, SIDES, sides);
    for (int ours = LIBRARY; ours <= BORROWED; ours++) {
        char name[64];
        snprintf(name, sizeof name, "redistribute_%dx%d_%d_to_%dx%d_%d_%s", from.grid[0], from.grid[1],
                 from.block, to.grid[0], to.grid[1], to.block, sides[ours].name);
        bench_print(run, name, &sides[ours], &sides[PEER], ours == LIBRARY ? asked_library : asked_borrowed);
    }
    if (run->rank == 0 && library)
        printf("# its plan was made in %.1f us\n", 1e6 * seconds);

    darr_plan_free(library), darr_plan_free(borrowed);
    darr_array_free(library_source), darr_array_free(library_target);
    darr_array_free(borrowed_source), darr_array_free(borrowed_target);
    matrix_free(&source), matrix_free(&target);
}

int main(int argc, char **argv) {
    bench_run run = bench_begin(&argc, &argv);
    int size = argc > 2 ? atoi(argv[2]) : 8192;
    if (run.ranks != 4)
        bench_fail("redistribute", "runs on 4 ranks");
    if (run.rank == 0)
        printf("# %d x %d float64, %d ranks\n", size, size, run.ranks);
    const layout a = {{2, 2}, 100}, ones = {{2, 2}, 1}, thousands = {{2, 2}, 1000}, b = {{2, 2}, 64};
    measure(&run, size, a, b, 4, 2.5);
    measure(&run, size, a, (layout){{4, 1}, 64}, 4, 2.5);
    measure(&run, size, a, (layout){{1, 4}, 64}, 4, 2.5);
    measure(&run, size, ones, b, 4, 2.5);
    measure(&run, size, thousands, b, 4, 2.5);
    measure(&run, size, ones, thousands, 4, 2.5);
    measure(&run, size, thousands, ones, 4, 2.5);
    if (size % 4 == 0) /* One block a rank: nothing is asked of it. */
        measure(&run, size, (layout){{2, 2}, size / 2}, (layout){{4, 1}, size / 4}, 0, 0);
    MPI_Finalize();
}
