/* Reproducible sums, means, dot products and norms have the same bits for any number of ranks, distribution, order and padding: the
 * bits of the exact result rounded once, which a sum in another precision or a known value tells. */
#include "random.h"

static int64_t shape[RANDOM_NDIM];
static int ndim, dtype, range;

/* Numbers of any sign whose sizes differ by 2^range. */
static double value_at(int64_t place, int salt)
{
    uint64_t z = ((uint64_t)place * 2 + 1 + (uint64_t)salt) * 0x9e3779b97f4a7c15u;
    z ^= z >> 31;
    z *= 0xbf58476d1ce4e5b9u;
    z ^= z >> 30;
    double v = (double)(int64_t)(z >> 11) / 9007199254740992.0 - 0.5;
    int shift = range ? (int)(z % (uint64_t)range) - range / 2 : 0;
    return dtype == DARR_INT32 ? (double)(int32_t)z : dtype == DARR_FLOAT32 ? (double)(float)ldexp(v, shift / 8) : ldexp(v, shift);
}

static void fill_one(const random_place *place, void *context)
{
    int64_t at = 0;
    int salt = *(int *)context;
    for (int d = 0; d < ndim; d++)
        at = at * shape[d] + place->index[d];
    double v = place->owned ? value_at(at, salt) : NAN;
    if (dtype == DARR_COMPLEX128) {
        ((double *)place->at)[0] = v;
        ((double *)place->at)[1] = place->owned ? value_at(at, salt + 100) : NAN;
    } else if (dtype == DARR_FLOAT32) {
        *(float *)place->at = (float)v;
    } else if (dtype == DARR_INT32) {
        *(int32_t *)place->at = place->owned ? (int32_t)v : 5;
    } else {
        *(double *)place->at = v;
    }
}

#define RESULTS 10

/* Sum, mean, norm, both dot products; the parts of each. */
static void all_of(const darr_array *x, const darr_array *y, double *values)
{
    static const int ops[] = {DARR_SUM, DARR_MEAN, DARR_NORM, DARR_DOT, DARR_DOTU};
    darr_reduction r[6];
    double least = 0;
    memset(values, 0, RESULTS * sizeof *values);
    for (int i = 0; i < 5; i++) {
        r[i] = (darr_reduction)DARR_REDUCTION_INIT;
        r[i].op = ops[i];
        r[i].dtype = dtype == DARR_COMPLEX128 && ops[i] != DARR_NORM ? DARR_COMPLEX128 : DARR_FLOAT64;
        r[i].x = x;
        r[i].y = i > 2 ? y : NULL;
        r[i].value_out = values + 2 * i;
        r[i].reproducible = 1;
    }
    /* One that is not, among them. */
    r[5] = r[2];
    r[5].reproducible = 0;
    r[5].value_out = &least;
    CHECK_OK(darr_reduce(6, r));
    CHECK_NEAR(least, values[4], fabs(values[4]) * 1e-12);
}

static int one_case(int comm)
{
    static const int dtypes[] = {DARR_FLOAT64, DARR_FLOAT64, DARR_FLOAT32, DARR_COMPLEX128, DARR_INT32};
    double first[RESULTS], again[RESULTS];
    ndim = (int)random_below(3) + 1;
    dtype = dtypes[random_below(5)];
    range = dtype == DARR_INT32 ? 0 : (int)random_below(3) * 300;
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(12) == 0 ? 0 : 1 + random_below(ndim == 1 ? 4000 : 40);
    for (int round = 0; round < 3; round++) {
        /* The first one stands on one rank. */
        darr_dist *dist = NULL;
        darr_array *x[2];
        void *memory[2];
        if (round == 0) {
            darr_dim dims[RANDOM_NDIM];
            for (int d = 0; d < ndim; d++) {
                dims[d] = (darr_dim)DARR_DIM_INIT;
                dims[d].extent = shape[d];
                dims[d].map = DARR_WHOLE;
                dims[d].procs = 1;
            }
            CHECK_NEEDED(darr_dist_create(comm, ndim, dims, NULL, &dist));
        } else {
            dist = random_dist(comm, ndim, shape, 4);
        }
        for (int i = 0; i < 2; i++) {
            x[i] = random_array(dist, dtype, &memory[i]);
            random_visit(dist, x[i], fill_one, &i);
        }
        all_of(x[0], x[1], round ? again : first);
        if (round)
            CHECK(memcmp(first, again, sizeof first) == 0);
        for (int i = 0; i < 2; i++) {
            darr_array_free(x[i]);
            free(memory[i]);
        }
        darr_dist_free(dist);
    }
    return range > 0;
}

static double sum_of(int n, const double *values)
{
    int64_t extent[1] = {n};
    darr_dist *dist = random_dist(MPI_Comm_c2f(MPI_COMM_WORLD), 1, extent, 3);
    darr_array *x = NULL;
    darr_reduction r = DARR_REDUCTION_INIT;
    double got = -99;
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &x));
    for (int64_t i = 0; i < n; i++)
        CHECK_OK(darr_array_set(x, &i, DARR_FLOAT64, &values[i]));
    r.op = DARR_SUM;
    r.dtype = DARR_FLOAT64;
    r.x = x;
    r.reproducible = 1;
    r.value_out = &got;
    CHECK_OK(darr_reduce(1, &r));
    darr_array_free(x);
    darr_dist_free(dist);
    return got;
}

/* Cancellation, overflow on the way, subnormal numbers, halves to even, zeros, infinities, NaN. */
static void known(void)
{
    const double zero[] = {-0.0, -0.0}, over[] = {1e308, 1e308, -1e308, -1e308, 3}, cancel[] = {1e300, 1, -1e300, 1e-300},
                 tiny[] = {5e-324, 5e-324, -1e-323, 5e-324}, even[] = {1, 1.1102230246251565e-16, 5e-324},
                 endless[] = {INFINITY, 1, -5}, both[] = {INFINITY, 1, -INFINITY}, none[] = {1, NAN};
    CHECK_REAL(sum_of(2, zero), 0);
    CHECK(!signbit(sum_of(2, zero)));
    CHECK_REAL(sum_of(5, over), 3);
    CHECK_REAL(sum_of(2, over), INFINITY);
    CHECK_REAL(sum_of(4, cancel), 1);
    CHECK_REAL(sum_of(4, tiny), 5e-324);
    CHECK_REAL(sum_of(3, even), 1 + 2.220446049250313e-16);
    CHECK_REAL(sum_of(2, even), 1);
    CHECK_REAL(sum_of(3, endless), INFINITY);
    CHECK(isnan(sum_of(3, both)) && isnan(sum_of(2, none)));
}

static void refused(void)
{
    int64_t extent[1] = {9};
    darr_dist *dist = random_dist(MPI_Comm_c2f(MPI_COMM_WORLD), 1, extent, 3);
    darr_array *x = NULL;
    darr_reduction r = DARR_REDUCTION_INIT;
    double got = -1;
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &x));
    r.op = DARR_VAR;
    r.dtype = DARR_FLOAT64;
    r.x = x;
    r.reproducible = 1;
    r.value_out = &got;
    CHECK_FAILS(darr_reduce(1, &r), DARR_ERR_UNSUPPORTED, "reproducible var");
    CHECK_ALIKE(darr_last_error());
    r.op = DARR_SUM;
    r.dtype = DARR_INT64;
    CHECK_CODE(darr_reduce(1, &r), DARR_ERR_ARGUMENT);
    r.dtype = DARR_FLOAT64;
    if (check_size > 1) {
        r.reproducible = check_rank > 0;
        CHECK_CODE(darr_reduce(1, &r), DARR_ERR_MISMATCH);
        CHECK_ALIKE(darr_last_error());
    }
    CHECK_REAL(got, -1);
    darr_array_free(x);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = MPI_Comm_c2f(MPI_COMM_WORLD);
    CHECK(random_cases(comm, 0, 60, one_case) > 0);
    known();
    refused();
    return check_end();
}
