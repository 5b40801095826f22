/* Reductions of whole arrays against values that follow from arithmetic: every operation, dtype and map, padding and
 * boundary not counted, several at once, nothing owned, nothing at all. */
#include "check.h"
#include "section.h"

static darr_dist *line(int64_t extent, int map, int64_t padding)
{
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist *dist = NULL;
    dims[0].extent = extent;
    dims[0].map = map;
    dims[0].block_size = 3;
    if (map != DARR_CYCLIC)
        dims[0].halo[0] = dims[0].halo[1] = dims[0].boundary[0] = dims[0].boundary[1] = padding;
    dims[1].extent = 2;
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(MPI_COMM_WORLD), 2, dims, NULL, &dist));
    return dist;
}

/* The array holds g at both elements of row g; its padding holds what would spoil every result. */
static darr_array *ramp(const darr_dist *dist, int dtype, double padding)
{
    darr_array *array = NULL;
    int real = dtype == DARR_FLOAT32 || dtype == DARR_FLOAT64;
    int8_t whole = real ? 0 : (int8_t)padding;
    int64_t shape[2];
    CHECK_NEEDED(darr_array_create(dist, dtype, &array));
    CHECK_OK(darr_array_fill(array, real ? DARR_FLOAT64 : dtype == DARR_BOOL ? DARR_BOOL : DARR_INT8,
                             real ? (const void *)&padding : &whole));
    CHECK_OK(darr_dist_shape(dist, shape));
    for (int64_t g = 0; g < shape[0]; g++)
        for (int64_t c = 0; c < 2; c++) {
            int64_t index[2] = {g, c};
            int8_t value = (int8_t)g;
            CHECK_OK(darr_array_set(array, index, dtype == DARR_BOOL ? DARR_BOOL : DARR_INT8, &value));
        }
    return array;
}

static double of(const darr_array *array, int op)
{
    double got = -99;
    CHECK_OK(darr_array_reduce(array, op, DARR_FLOAT64, &got));
    return got;
}

static void every_operation(void)
{
    static const int dtypes[] = {DARR_INT8, DARR_INT64, DARR_FLOAT32, DARR_FLOAT64};
    for (int map = DARR_WHOLE; map <= DARR_CYCLIC; map++)
        for (int64_t n = 1; n <= 40; n += 13)
            for (size_t t = 0; t < sizeof dtypes / sizeof *dtypes; t++) {
                darr_dist *dist = line(n, map, 2);
                /* Of integers a value below all others and one above in turn. */
                darr_array *x = ramp(dist, dtypes[t], t >= 2 ? NAN : n % 2 ? 100 : -100);
                double m = (double)n, squares = (m - 1) * m * (2 * m - 1) / 3, dot = -1;
                darr_reduction r = DARR_REDUCTION_INIT;
                CHECK_REAL(of(x, DARR_SUM), m * (m - 1));
                CHECK_REAL(of(x, DARR_MIN), 0);
                CHECK_REAL(of(x, DARR_MAX), m - 1);
                CHECK_NEAR(of(x, DARR_MEAN), (m - 1) / 2, 1e-13);
                CHECK_NEAR(of(x, DARR_VAR), (m * m - 1) / 12, 1e-11);
                CHECK_NEAR(of(x, DARR_STD), sqrt((m * m - 1) / 12), 1e-11);
                CHECK_NEAR(of(x, DARR_NORM), sqrt(squares), 1e-11);
                r.op = DARR_DOT;
                r.dtype = DARR_FLOAT64;
                r.x = r.y = x;
                r.value_out = &dot;
                CHECK_OK(darr_reduce(1, &r));
                CHECK_NEAR(dot, squares, 1e-9);
                darr_array_free(x);
                darr_dist_free(dist);
            }
}

/* Several arrays on different distributions at once, one of them complex; nothing is written when one fails. */
static void at_once(void)
{
    darr_dist *a = line(9, DARR_BLOCK, 1), *b = line(30, DARR_CYCLIC, 0);
    darr_array *x = ramp(a, DARR_FLOAT64, INFINITY), *y = ramp(b, DARR_INT8, 0), *z = NULL;
    double i_unit[2] = {0, 1}, dot[2] = {-1, -1}, norm = -1, largest = -1;
    int64_t sum = -1;
    int8_t small = -1;
    darr_reduction r[4] = {DARR_REDUCTION_INIT, DARR_REDUCTION_INIT, DARR_REDUCTION_INIT, DARR_REDUCTION_INIT};
    CHECK_NEEDED(darr_array_create(a, DARR_COMPLEX128, &z));
    CHECK_OK(darr_array_fill(z, DARR_COMPLEX128, i_unit));
    r[0].op = DARR_MAX, r[0].dtype = DARR_FLOAT64, r[0].x = x, r[0].value_out = &largest;
    r[1].op = DARR_SUM, r[1].dtype = DARR_INT64, r[1].x = y, r[1].value_out = &sum;
    r[2].op = DARR_NORM, r[2].dtype = DARR_FLOAT64, r[2].x = z, r[2].value_out = &norm;
    r[3].op = DARR_DOT, r[3].dtype = DARR_COMPLEX128, r[3].x = r[3].y = z, r[3].value_out = dot;
    CHECK_OK(darr_reduce(4, r));
    CHECK_REAL(largest, 8);
    CHECK_INT(sum, 30 * 29);
    CHECK_NEAR(norm, sqrt(18), 1e-14);
    CHECK(dot[0] == 18 && dot[1] == 0);
    /* 870 does not fit: an error, and the other results stay as they were. */
    largest = -1;
    r[1].dtype = DARR_INT8, r[1].value_out = &small;
    CHECK_FAILS(darr_reduce(4, r), DARR_ERR_ARGUMENT, "int8");
    CHECK_REAL(largest, -1);
    CHECK_INT(small, -1);
    CHECK_ALIKE(darr_last_error());
    r[1].dtype = DARR_INT64, r[1].value_out = &sum;
    r[0].op = DARR_MAX, r[0].x = z;
    CHECK_CODE(darr_reduce(4, r), DARR_ERR_UNSUPPORTED);
    r[0].x = x;
    /* A mistake on one rank is everybody's error. */
    if (check_rank == check_size - 1)
        r[2].op = 99;
    CHECK_CODE(darr_reduce(4, r), DARR_ERR_ARGUMENT);
    CHECK_ALIKE(darr_last_error());
    r[2].op = DARR_NORM;
    r[3].y = x;
    CHECK_CODE(darr_reduce(4, r), DARR_ERR_ARGUMENT);
    r[3].y = NULL;
    CHECK_CODE(darr_reduce(4, r), DARR_ERR_ARGUMENT);
    CHECK_OK(darr_reduce(0, NULL));
    CHECK_CODE(darr_reduce(-1, r), DARR_ERR_ARGUMENT);
    darr_array_free(x);
    darr_array_free(y);
    darr_array_free(z);
    darr_dist_free(a);
    darr_dist_free(b);
}

/* Numbers of reductions on both sides of what one message holds. */
static void many(void)
{
    enum { MOST = 40 };
    darr_dist *dist = line(13, DARR_BLOCK, 1);
    darr_array *x = ramp(dist, DARR_INT64, 0);
    darr_reduction r[MOST];
    int64_t got[MOST];
    for (int n = 7; n <= MOST; n += n == 10 ? 30 : 1) {
        for (int i = 0; i < n; i++) {
            r[i] = (darr_reduction)DARR_REDUCTION_INIT;
            r[i].op = i % 2 ? DARR_SUM : DARR_MAX;
            r[i].dtype = DARR_INT64;
            r[i].x = x;
            r[i].value_out = &got[i];
            got[i] = -1;
        }
        CHECK_OK(darr_reduce(n, r));
        for (int i = 0; i < n; i++)
            CHECK_INT(got[i], i % 2 ? 13 * 12 : 12);
        /* Ranks that ask for different numbers, each right by itself. */
        if (check_size > 1) {
            got[0] = -1;
            CHECK_FAILS(darr_reduce(check_rank ? n : n - 1, r), DARR_ERR_MISMATCH,
                        "rank 0 and rank 1 do not agree on the number of reductions");
            CHECK_ALIKE(darr_last_error());
            CHECK_INT(got[0], -1);
        }
    }
    darr_array_free(x);
    darr_dist_free(dist);
}

/* What one rank asks wrongly is the error of all, as long as its first array says whose call it is. */
static void wrong_on_one_rank(void)
{
    darr_dist *dist = line(9, DARR_BLOCK, 1);
    darr_array *x = ramp(dist, DARR_INT64, 0), *gone = ramp(dist, DARR_INT64, 0);
    int64_t got[3] = {-1, -1, -1};
    darr_array_free(gone);
    for (int checked = 0; checked < 2; checked++) {
        CHECK_OK(darr_comm_set_checks(MPI_Comm_c2f(MPI_COMM_WORLD), checked));
        for (int odd = 0; odd < check_size; odd++)
            for (int mistake = 0; mistake < 7; mistake++) {
                static const char *texts[] = {"number of reductions is -3", "size member of reductions is 0",
                                              "reductions[1] says that it has 0 bytes", "x has been freed",
                                              "value_out is NULL", "y has been freed", "does not know"};
                static const int codes[] = {DARR_ERR_ARGUMENT, DARR_ERR_ARGUMENT, DARR_ERR_ARGUMENT, DARR_ERR_HANDLE,
                                            DARR_ERR_ARGUMENT, DARR_ERR_HANDLE, DARR_ERR_UNSUPPORTED};
                darr_reduction r[4] = {DARR_REDUCTION_INIT, DARR_REDUCTION_INIT, DARR_REDUCTION_INIT,
                                       DARR_REDUCTION_INIT};
                int n = 3;
                for (int i = 0; i < n; i++)
                    r[i].dtype = DARR_INT64, r[i].x = x, r[i].value_out = &got[i];
                if (check_rank == odd) {
                    switch (mistake) {
                    case 0: n = -3; break;
                    case 1: r[0].size = 0; break;
                    case 2: r[1].size = 0; break;
                    case 3: r[1].x = gone; break;
                    case 4: r[2].value_out = NULL; break;
                    case 5: r[2].y = gone; break;
                    default: r[0].size += (int64_t)sizeof *r, n = 1;
                    }
                }
                CHECK_FAILS(darr_reduce(n, r), codes[mistake], texts[mistake]);
                CHECK_ALIKE(darr_last_error());
                CHECK(got[0] == -1 && got[1] == -1 && got[2] == -1);
                CHECK_CODE(darr_array_reduce(x, DARR_SUM, DARR_INT64, check_rank == odd ? NULL : got), DARR_ERR_ARGUMENT);
                CHECK_ALIKE(darr_last_error());
            }
    }
    CHECK_OK(darr_comm_set_checks(MPI_Comm_c2f(MPI_COMM_WORLD), 0));
    darr_array_free(x);
    darr_dist_free(dist);
}

static void nothing(void)
{
    darr_dist *dist = line(0, DARR_BLOCK, 1);
    darr_array *x = ramp(dist, DARR_FLOAT64, 5);
    double got = -1;
    CHECK_REAL(of(x, DARR_SUM), 0);
    CHECK(isnan(of(x, DARR_MEAN)));
    CHECK_CODE(darr_array_reduce(x, DARR_MIN, DARR_FLOAT64, &got), DARR_ERR_ARGUMENT);
    CHECK_REAL(got, -1);
    darr_array_free(x);
    darr_dist_free(dist);
}

/* A NaN anywhere is the minimum; truth values add up as integers. */
static void special(void)
{
    darr_dist *dist = line(12, DARR_BLOCK, 0);
    darr_array *x = ramp(dist, DARR_FLOAT64, 0), *flags = NULL;
    int64_t at[2] = {7, 1}, count = -1;
    double nan = NAN;
    uint8_t yes = 1;
    CHECK_OK(darr_array_set(x, at, DARR_FLOAT64, &nan));
    CHECK(isnan(of(x, DARR_MIN)) && isnan(of(x, DARR_MAX)) && isnan(of(x, DARR_SUM)));
    CHECK_NEEDED(darr_array_create(dist, DARR_BOOL, &flags));
    CHECK_OK(darr_array_fill(flags, DARR_BOOL, &yes));
    CHECK_OK(darr_array_reduce(flags, DARR_SUM, DARR_INT64, &count));
    CHECK_INT(count, 24);
    darr_array_free(x);
    darr_array_free(flags);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    every_operation();
    at_once();
    many();
    wrong_on_one_rank();
    nothing();
    special();
    return check_end();
}
