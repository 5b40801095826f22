/* Random numbers that are refused: parameters, dtypes, parts that leave the global array, handles. The same code and text on every
 * rank, also where it owns nothing, and nothing is written. */
#include "check.h"

static darr_array *made(int dtype, int ndim, const int64_t *shape)
{
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist *dist = NULL;
    darr_array *array = NULL;
    for (int d = 0; d < ndim; d++)
        dims[d].extent = shape[d];
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(MPI_COMM_WORLD), ndim, dims, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, dtype, &array));
    darr_dist_free(dist);
    return array;
}

#define REFUSED(call, code, part)       \
    do {                                \
        CHECK_FAILS(call, code, part);  \
        CHECK_ALIKE(darr_last_error()); \
    } while (0)

static const int64_t two[] = {3, 2}, one[] = {3};

static void parameters(void)
{
    darr_array *x = made(DARR_FLOAT64, 2, two), *s = made(DARR_FLOAT32, 2, two), *z = made(DARR_COMPLEX128, 2, two);
    darr_array *k = made(DARR_INT8, 2, two), *flag = made(DARR_BOOL, 2, two), *u = made(DARR_UINT64, 2, two);
    double seven = 7, got = 0;
    CHECK_OK(darr_array_fill(x, DARR_FLOAT64, &seven));
    REFUSED(darr_random_uniform(x, NULL, 1, 0.5), DARR_ERR_ARGUMENT, "from 1 to 0.5");
    REFUSED(darr_random_uniform(x, NULL, NAN, 1), DARR_ERR_ARGUMENT, "NaN");
    REFUSED(darr_random_uniform(x, NULL, 0, NAN), DARR_ERR_ARGUMENT, "NaN");
    REFUSED(darr_random_uniform(x, NULL, 0, INFINITY), DARR_ERR_ARGUMENT, "inf");
    REFUSED(darr_random_uniform(x, NULL, INFINITY, INFINITY), DARR_ERR_ARGUMENT, "inf");
    REFUSED(darr_random_uniform(x, NULL, -1.7e308, 1.7e308), DARR_ERR_ARGUMENT, "length");
    REFUSED(darr_random_uniform(s, NULL, -3e38, 3e38), DARR_ERR_ARGUMENT, "float32");
    REFUSED(darr_random_uniform(s, NULL, 0, 1e39), DARR_ERR_ARGUMENT, "float32");
    CHECK_OK(darr_random_uniform(s, NULL, 0, 3e38));
    REFUSED(darr_random_uniform(k, NULL, 0, 1), DARR_ERR_UNSUPPORTED, "int8");
    REFUSED(darr_random_uniform(flag, NULL, 0, 1), DARR_ERR_UNSUPPORTED, "bool");
    REFUSED(darr_random_normal(x, NULL, 0, -1e-300), DARR_ERR_ARGUMENT, "the deviation");
    REFUSED(darr_random_normal(x, NULL, NAN, 1), DARR_ERR_ARGUMENT, "the mean is NaN");
    REFUSED(darr_random_normal(x, NULL, 0, NAN), DARR_ERR_ARGUMENT, "the deviation is NaN");
    REFUSED(darr_random_normal(x, NULL, -INFINITY, 1), DARR_ERR_ARGUMENT, "the mean is -inf");
    REFUSED(darr_random_normal(s, NULL, 0, 1e300), DARR_ERR_ARGUMENT, "float32");
    REFUSED(darr_random_normal(k, NULL, 0, 1), DARR_ERR_UNSUPPORTED, "int8");
    REFUSED(darr_random_exponential(x, NULL, -2), DARR_ERR_ARGUMENT, "the scale is -2");
    REFUSED(darr_random_exponential(x, NULL, NAN), DARR_ERR_ARGUMENT, "the scale is NaN");
    REFUSED(darr_random_exponential(u, NULL, 1), DARR_ERR_UNSUPPORTED, "uint64");
    REFUSED(darr_random_beta(x, NULL, 0, 1), DARR_ERR_ARGUMENT, "the parameter a is 0");
    REFUSED(darr_random_beta(x, NULL, 1, -1), DARR_ERR_ARGUMENT, "the parameter b is -1");
    REFUSED(darr_random_beta(x, NULL, 1, NAN), DARR_ERR_ARGUMENT, "the parameter b is NaN");
    REFUSED(darr_random_beta(x, NULL, INFINITY, 1), DARR_ERR_ARGUMENT, "the parameter a is inf");
    REFUSED(darr_random_beta(k, NULL, 1, 1), DARR_ERR_UNSUPPORTED, "int8");
    REFUSED(darr_random_integers(k, NULL, 5, 5), DARR_ERR_ARGUMENT, "no integer");
    REFUSED(darr_random_integers(k, NULL, 5, 4), DARR_ERR_ARGUMENT, "no integer");
    REFUSED(darr_random_integers(k, NULL, 0, 129), DARR_ERR_ARGUMENT, "0 to 128 do not fit into int8");
    REFUSED(darr_random_integers(k, NULL, -129, 0), DARR_ERR_ARGUMENT, "int8");
    REFUSED(darr_random_integers(flag, NULL, 0, 3), DARR_ERR_ARGUMENT, "bool");
    REFUSED(darr_random_integers(u, NULL, -1, 3), DARR_ERR_ARGUMENT, "uint64");
    REFUSED(darr_random_integers(s, NULL, 0, (1 << 24) + 2), DARR_ERR_ARGUMENT, "float32");
    REFUSED(darr_random_integers(x, NULL, INT64_MIN, INT64_MAX), DARR_ERR_ARGUMENT, "float64");
    REFUSED(darr_random_integers(z, NULL, 0, 1), DARR_ERR_UNSUPPORTED, "complex128");
    CHECK_OK(darr_array_reduce(x, DARR_MIN, DARR_FLOAT64, &got));
    CHECK_REAL(got, 7);
    CHECK_OK(darr_array_reduce(x, DARR_MAX, DARR_FLOAT64, &got));
    CHECK_REAL(got, 7);
    /* The ends themselves. */
    CHECK_OK(darr_random_integers(k, NULL, -128, 128));
    CHECK_OK(darr_random_integers(u, NULL, 0, INT64_MAX));
    CHECK_OK(darr_random_integers(s, NULL, -(1 << 24), (1 << 24) + 1));
    CHECK_OK(darr_random_uniform(x, NULL, 3, 3));
    CHECK_OK(darr_array_reduce(x, DARR_MAX, DARR_FLOAT64, &got));
    CHECK_REAL(got, 3);
    CHECK_OK(darr_random_normal(x, NULL, -2, 0));
    CHECK_OK(darr_array_reduce(x, DARR_MAX, DARR_FLOAT64, &got));
    CHECK_REAL(got, -2);
    CHECK_OK(darr_random_exponential(x, NULL, 0));
    CHECK_OK(darr_array_reduce(x, DARR_NORM, DARR_FLOAT64, &got));
    CHECK_REAL(got, 0);
    CHECK_OK(darr_random_beta(x, NULL, 1e-300, 1e300));
    CHECK_OK(darr_random_beta(x, NULL, 1e300, 1e300));
    CHECK_OK(darr_array_reduce(x, DARR_MEAN, DARR_FLOAT64, &got));
    CHECK_NEAR(got, 0.5, 1e-12);
    darr_array_free(x);
    darr_array_free(s);
    darr_array_free(z);
    darr_array_free(k);
    darr_array_free(flag);
    darr_array_free(u);
}

static void permutations(void)
{
    int64_t many[] = {129}, all[] = {128};
    darr_array *matrix = made(DARR_INT64, 2, two), *real = made(DARR_FLOAT64, 1, one), *flag = made(DARR_BOOL, 1, one);
    darr_array *small = made(DARR_INT8, 1, many), *fits = made(DARR_INT8, 1, all);
    REFUSED(darr_random_permutation(matrix, NULL, 0), DARR_ERR_ARGUMENT, "one dimension");
    REFUSED(darr_random_permutation(real, NULL, 0), DARR_ERR_UNSUPPORTED, "float64");
    REFUSED(darr_random_permutation(flag, NULL, 0), DARR_ERR_UNSUPPORTED, "bool");
    REFUSED(darr_random_permutation(small, NULL, 0), DARR_ERR_ARGUMENT, "0 to 128 do not fit");
    REFUSED(darr_random_permutation(fits, NULL, 1), DARR_ERR_ARGUMENT, "1 to 128 do not fit");
    REFUSED(darr_random_permutation(fits, NULL, INT64_MAX), DARR_ERR_ARGUMENT, "int8");
    CHECK_OK(darr_random_permutation(fits, NULL, 0));
    darr_array_free(matrix);
    darr_array_free(real);
    darr_array_free(flag);
    darr_array_free(small);
    darr_array_free(fits);
}

static void parts(void)
{
    darr_array *x = made(DARR_FLOAT64, 2, two), *freed = made(DARR_FLOAT64, 2, two), *empty;
    int64_t extents[2] = {3, 2}, first[2] = {0, 0}, step[2] = {1, 1}, none[2] = {0, 4};
    darr_random r = DARR_RANDOM_INIT;
    darr_random longer[2] = {DARR_RANDOM_INIT, DARR_RANDOM_INIT};
    r.first = first;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "extents are NULL");
    r.first = NULL;
    r.step = step;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "extents are NULL");
    r.first = first;
    r.extents = extents;
    CHECK_OK(darr_random_uniform(x, &r, 0, 1));
    step[1] = 0;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "dimension 1: the step 0");
    step[1] = 2;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "it is 2 there, of 2");
    step[1] = -1;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "it is -1 there");
    first[1] = 1;
    CHECK_OK(darr_random_uniform(x, &r, 0, 1));
    first[0] = -1;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "dimension 0");
    first[0] = 0;
    step[0] = INT64_MAX;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "63 bits");
    first[0] = INT64_MAX;
    step[0] = 1;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "dimension 0");
    first[0] = INT64_MAX - 3;
    extents[0] = INT64_MAX;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "63 bits");
    extents[1] = -1;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "negative");
    first[0] = 0;
    extents[0] = INT64_MAX / 2;
    extents[1] = 2;
    step[1] = 1;
    first[1] = 0;
    first[0] = extents[0] - 3;
    CHECK_OK(darr_random_uniform(x, &r, 0, 1));
    r.size = 1;
    REFUSED(darr_random_uniform(x, &r, 0, 1), DARR_ERR_ARGUMENT, "size member");
    longer[0].size = 2 * sizeof *longer;
    REFUSED(darr_random_uniform(x, longer, 0, 1), DARR_ERR_UNSUPPORTED, "does not know");
    darr_array_free(freed);
    REFUSED(darr_random_uniform(freed, NULL, 0, 1), DARR_ERR_HANDLE, "array");
    REFUSED(darr_random_permutation(NULL, NULL, 0), DARR_ERR_HANDLE, "NULL");
    /* Nothing to fill is fine, wherever it is nothing. */
    empty = made(DARR_FLOAT64, 2, none);
    CHECK_OK(darr_random_normal(empty, NULL, 0, 1));
    r.size = sizeof r;
    extents[0] = extents[1] = 5;
    first[0] = 77;
    CHECK_OK(darr_random_normal(empty, &r, 0, 1));
    darr_array_free(empty);
    darr_array_free(x);
}

/* A plan that is begun uses the elements. */
static void meanwhile(void)
{
    darr_array *x = made(DARR_FLOAT64, 2, two), *y = made(DARR_FLOAT64, 2, two);
    darr_plan *plan = NULL;
    CHECK_NEEDED(darr_plan_redistribute(1, (const darr_array *const *)&x, (darr_array *const *)&y, NULL, &plan));
    CHECK_OK(darr_plan_begin(plan));
    CHECK_FAILS(darr_random_uniform(x, NULL, 0, 1), DARR_ERR_STATE, "begun");
    CHECK_OK(darr_plan_end(plan));
    CHECK_OK(darr_random_uniform(x, NULL, 0, 1));
    darr_plan_free(plan);
    darr_array_free(x);
    darr_array_free(y);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    parameters();
    permutations();
    parts();
    meanwhile();
    return check_end();
}
