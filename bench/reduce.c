/* Reductions of 2^26 float64 on one rank against the read bandwidth of the machine, a loop that reads as much; the reproducible sum
 * against the plain one; several diagnostics at once against a loop and an MPI_Allreduce for each; a call on few elements on two
 * ranks. */
#include "bench.h"

#define LARGE ((int64_t)1 << 26)
#define FIELD ((int64_t)1 << 24)

static double *memory[4];
static darr_array *field[4];
static darr_reduction asked[8];
static double values[8];
static int n_asked;
static int64_t length;
static double sink;

static darr_array *wrapped(int64_t extent, double *at) {
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist;
    darr_memory place = DARR_MEMORY_INIT;
    darr_array *array;
    int64_t lo, hi;
    dim.extent = extent;
    dim.map = DARR_BLOCK;
    BENCH_TRY(darr_dist_create_mpi(MPI_COMM_WORLD, 1, &dim, NULL, &dist));
    BENCH_TRY(darr_dist_box(dist, -1, &lo, &hi));
    place.base = at;
    place.dtype = DARR_FLOAT64;
    place.ndim = 1;
    place.extents[0] = hi - lo;
    place.strides[0] = sizeof(double);
    BENCH_TRY(darr_array_wrap(dist, &place, &array));
    darr_dist_free(dist);
    return array;
}

static void ask(int op, int x, int y, int reproducible) {
    darr_reduction one = DARR_REDUCTION_INIT;
    one.op = op;
    one.dtype = DARR_FLOAT64;
    one.x = field[x];
    one.y = y < 0 ? NULL : field[y];
    one.value_out = &values[n_asked];
    one.reproducible = reproducible;
    asked[n_asked++] = one;
}

static void ours_run(void *self) {
    (void)self;
    BENCH_TRY(darr_reduce(n_asked, asked));
}

/* Reads an array, or two: as many independent sums of words as vector registers hold. */
static void read_one(void *self) {
    const double *x = memory[0];
    double sums[32] = {0};
    (void)self;
    for (int64_t i = 0; i < length; i += 32)
        for (int k = 0; k < 32; k++)
            sums[k] += x[i + k];
    for (int k = 0; k < 32; k++)
        sink += sums[k];
}

static void read_two(void *self) {
    const double *x = memory[0], *y = memory[1];
    double sums[32] = {0};
    (void)self;
    for (int64_t i = 0; i < length; i += 32)
        for (int k = 0; k < 32; k++)
            sums[k] += x[i + k] * y[i + k];
    for (int k = 0; k < 32; k++)
        sink += sums[k];
}

static double all(double own, MPI_Op op) {
    double total;
    MPI_Allreduce(&own, &total, 1, MPI_DOUBLE, op, MPI_COMM_WORLD);
    return total;
}

/* Eight diagnostics of four fields, which by hand read twelve arrays. */
enum { EIGHT = 8 };
static const char *const formulas[EIGHT] = {"sum(a)",     "sum(a*a)",   "min(b)",          "max(b)",
                                            "sum(c*d)",   "sum(b*c)",   "max(abs(a - b))", "mean(c*d)"};
static double got[EIGHT], want[EIGHT];

static void as_formulas(void *self) {
    const char *names[4] = {"a", "b", "c", "d"};
    darr_operand operands[4];
    (void)self;
    for (int f = 0; f < 4; f++) {
        operands[f] = (darr_operand)DARR_OPERAND_INIT;
        operands[f].array = field[f];
    }
    BENCH_TRY(darr_eval_values(EIGHT, formulas, 4, names, operands, DARR_FLOAT64, got));
}

/* One after the other, as codes write them, with -ffast-math. */
__attribute__((optimize("fast-math"))) static void by_hand(void *self) {
    const double *a = memory[0], *b = memory[1], *c = memory[2], *d = memory[3];
    double sum[EIGHT] = {0};
    (void)self;
    for (int64_t i = 0; i < length; i++)
        sum[0] += a[i];
    want[0] = all(sum[0], MPI_SUM);
    for (int64_t i = 0; i < length; i++)
        sum[1] += a[i] * a[i];
    want[1] = all(sum[1], MPI_SUM);
    double least = b[0], greatest = b[0], distance = 0;
    for (int64_t i = 0; i < length; i++)
        least = b[i] < least ? b[i] : least;
    want[2] = all(least, MPI_MIN);
    for (int64_t i = 0; i < length; i++)
        greatest = b[i] > greatest ? b[i] : greatest;
    want[3] = all(greatest, MPI_MAX);
    for (int64_t i = 0; i < length; i++)
        sum[4] += c[i] * d[i];
    want[4] = all(sum[4], MPI_SUM);
    for (int64_t i = 0; i < length; i++)
        sum[5] += b[i] * c[i];
    want[5] = all(sum[5], MPI_SUM);
    for (int64_t i = 0; i < length; i++)
        distance = fabs(a[i] - b[i]) > distance ? fabs(a[i] - b[i]) : distance;
    want[6] = all(distance, MPI_MAX);
    for (int64_t i = 0; i < length; i++)
        sum[7] += c[i] * d[i];
    want[7] = all(sum[7], MPI_SUM) / (double)length;
}

static void compare_eight(const bench_run *run) {
    bench_side sides[2] = {{.name = "ours", .run = as_formulas}, {.name = "eight_loops", .run = by_hand}};
    as_formulas(NULL);
    by_hand(NULL);
    for (int i = 0; i < EIGHT; i++)
        if (fabs(got[i] - want[i]) > 1e-9 * (1 + fabs(want[i]))) {
            fprintf(stderr, "%s is %.17g, by hand %.17g\n", formulas[i], got[i], want[i]);
            MPI_Abort(MPI_COMM_WORLD, 1);
        }
    bench_measure(run, 2, sides);
    bench_print(run, "eight_at_once_2^24", &sides[0], &sides[1], 2.5);
}

static void allreduce_one(void *self) {
    (void)self;
    sink += all(1.0, MPI_SUM);
}

static void compare(const bench_run *run, const char *name, const char *peer_name, void (*peer)(void *), double asked_ratio) {
    bench_side sides[2] = {{.name = "ours", .run = ours_run}, {.name = peer_name, .run = peer}};
    bench_measure(run, 2, sides);
    bench_print(run, name, &sides[0], &sides[1], asked_ratio);
    n_asked = 0;
}

int main(int argc, char **argv) {
    bench_run run = bench_begin(&argc, &argv);
    length = run.ranks == 1 ? LARGE : 64 / run.ranks;
    for (int f = 0; f < 4; f++) {
        memory[f] = bench_memory((f < 2 ? length : run.ranks == 1 ? FIELD : length) * (int64_t)sizeof(double));
        for (int64_t i = 0; i < (f < 2 ? length : run.ranks == 1 ? FIELD : length); i++)
            memory[f][i] = bench_value(i * 7919 % 100003) / 1e5 - 0.5;
        field[f] = wrapped((f < 2 ? length : run.ranks == 1 ? FIELD : length) * run.ranks, memory[f]);
    }
    if (run.ranks == 1) {
        ask(DARR_SUM, 0, -1, 0);
        compare(&run, "sum_2^26", "reading", read_one, 0.9);
        ask(DARR_MIN, 0, -1, 0);
        compare(&run, "min_2^26", "reading", read_one, 0.9);
        ask(DARR_DOT, 0, 1, 0);
        compare(&run, "dot_2^26", "reading", read_two, 0.9);
        ask(DARR_SUM, 0, -1, 1);
        compare(&run, "reproducible_sum_2^26", "reading", read_one, 1.0 / 3);
        ask(DARR_DOT, 0, 1, 1);
        compare(&run, "reproducible_dot_2^26", "reading", read_two, 1.0 / 3);
        length = FIELD;
        for (int f = 0; f < 2; f++) {
            darr_array_free(field[f]);
            field[f] = wrapped(length, memory[f]);
        }
        compare_eight(&run);
    } else {
        ask(DARR_SUM, 0, -1, 0);
        compare(&run, "sum_of_64_elements", "MPI_Allreduce", allreduce_one, 0);
    }
    for (int f = 0; f < 4; f++) {
        darr_array_free(field[f]);
        free(memory[f]);
    }
    if (sink == 0.123)
        puts("");
    MPI_Finalize();
    return 0;
}
