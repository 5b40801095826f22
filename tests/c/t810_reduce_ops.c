/* Reductions of random distributions, orders, paddings and slices against loops over the global array: extremes and where they stand
 * first, counts, truths, products, sums, spreads, dot products with and without conjugation. */
#include "random.h"

static int64_t shape[RANDOM_NDIM];
static int ndim, dtype, salt;

/* Small numbers with many ties, NaN among the real ones where `salt` says so. */
static double value_at(int64_t place)
{
    uint64_t z = ((uint64_t)place + 1) * 0x9e3779b97f4a7c15u + (uint64_t)salt;
    z ^= z >> 29;
    z *= 0xbf58476d1ce4e5b9u;
    z ^= z >> 32;
    if (dtype == DARR_FLOAT64 && salt % 5 == 0 && z % 50 == 7)
        return NAN;
    if (dtype == DARR_BOOL)
        return salt % 3 ? z % 2 : 1;
    return dtype == DARR_UINT16 ? (double)(z % 4) : (double)(z % 5) - 2;
}

static int64_t place_of(const int64_t *index)
{
    int64_t place = 0;
    for (int d = 0; d < ndim; d++)
        place = place * shape[d] + index[d];
    return place;
}

static void fill_one(const random_place *place, void *context)
{
    (void)context;
    /* What spoils every result stands in the padding. */
    double v = place->owned ? value_at(place_of(place->index)) : dtype == DARR_FLOAT64 ? NAN : 1;
    switch (dtype) {
    case DARR_BOOL: *(uint8_t *)place->at = (uint8_t)v; break;
    case DARR_INT8: *(int8_t *)place->at = place->owned ? (int8_t)v : -128; break;
    case DARR_UINT16: *(uint16_t *)place->at = place->owned ? (uint16_t)v : 65535; break;
    case DARR_INT64: *(int64_t *)place->at = place->owned ? (int64_t)v : INT64_MIN; break;
    case DARR_FLOAT64: *(double *)place->at = v; break;
    default: ((double *)place->at)[0] = v, ((double *)place->at)[1] = place->owned ? 1 - 2 * v : NAN;
    }
}

static double reduced(const darr_array *x, int op)
{
    double got = -99;
    CHECK_OK(darr_array_reduce(x, op, DARR_FLOAT64, &got));
    return got;
}

/* Compares all that the elements `lo` to `hi` by `step` of each dimension give. */
static void compare(const darr_array *x, const int64_t *lo, const int64_t *count, const int64_t *step)
{
    int64_t at[RANDOM_NDIM] = {0}, n = 1, set = 0, least = -1, most = -1, here = 0, place;
    double sum = 0, squares = 0, low = 0, high = 0, imag = 0, product = 1;
    int ordered = dtype != DARR_COMPLEX128, d;
    for (d = 0; d < ndim; d++)
        n *= count[d];
    for (; here < n; here++) {
        int64_t index[RANDOM_NDIM];
        for (d = 0; d < ndim; d++)
            index[d] = lo[d] + at[d] * step[d];
        double v = value_at(place_of(index));
        set += v != 0 || !ordered;
        sum += v;
        imag += 1 - 2 * v;
        squares += v * v + (ordered ? 0 : (1 - 2 * v) * (1 - 2 * v));
        product *= v;
        if (least < 0 || v < low || (isnan(v) && !isnan(low)))
            least = here, low = v;
        if (most < 0 || v > high || (isnan(v) && !isnan(high)))
            most = here, high = v;
        for (d = ndim; d-- > 0;) {
            if (++at[d] < count[d])
                break;
            at[d] = 0;
        }
    }
    CHECK_REAL(reduced(x, DARR_COUNT_NONZERO), (double)set);
    CHECK_REAL(reduced(x, DARR_ANY), set > 0);
    CHECK_REAL(reduced(x, DARR_ALL), set == n);
    if (!ordered) {
        double both[4] = {-9, -9, -9, -9}, total[2];
        darr_reduction r[2] = {DARR_REDUCTION_INIT, DARR_REDUCTION_INIT};
        CHECK_OK(darr_array_reduce(x, DARR_SUM, DARR_COMPLEX128, total));
        CHECK(total[0] == sum && total[1] == imag);
        for (int i = 0; i < 2; i++) {
            r[i].op = i ? DARR_DOTU : DARR_DOT;
            r[i].dtype = DARR_COMPLEX128;
            r[i].x = r[i].y = x;
            r[i].value_out = both + 2 * i;
        }
        CHECK_OK(darr_reduce(2, r));
        /* z * z has the real part v^2 - w^2 and the imaginary part 2 v w, where w = 1 - 2 v. */
        double real = 0, cross = 0;
        memset(at, 0, sizeof at);
        for (here = 0; here < n; here++) {
            int64_t index[RANDOM_NDIM];
            for (d = 0; d < ndim; d++)
                index[d] = lo[d] + at[d] * step[d];
            double v = value_at(place_of(index)), w = 1 - 2 * v;
            real += v * v - w * w;
            cross += 2 * v * w;
            for (d = ndim; d-- > 0;) {
                if (++at[d] < count[d])
                    break;
                at[d] = 0;
            }
        }
        CHECK(both[0] == squares && both[1] == 0 && both[2] == real && both[3] == cross);
        CHECK_CODE(darr_array_reduce(x, DARR_ARGMIN, DARR_INT64, &place), DARR_ERR_UNSUPPORTED);
        CHECK_ALIKE(darr_last_error());
        return;
    }
    CHECK_REAL(reduced(x, DARR_SUM), sum);
    CHECK_NEAR(reduced(x, DARR_PROD), product, fabs(product) * 1e-12);
    if (n == 0) {
        CHECK_FAILS(darr_array_reduce(x, DARR_ARGMAX, DARR_INT64, &place), DARR_ERR_ARGUMENT, "no elements");
        return;
    }
    CHECK_REAL(reduced(x, DARR_MIN), low);
    CHECK_REAL(reduced(x, DARR_MAX), high);
    CHECK_OK(darr_array_reduce(x, DARR_ARGMIN, DARR_INT64, &place));
    CHECK_INT(place, least);
    CHECK_OK(darr_array_reduce(x, DARR_ARGMAX, DARR_INT64, &place));
    CHECK_INT(place, most);
    if (n > 1) {
        darr_reduction r[2] = {DARR_REDUCTION_INIT, DARR_REDUCTION_INIT};
        double spread[2] = {-9, -9}, variance = (squares - sum * sum / (double)n) / (double)(n - 1);
        for (int i = 0; i < 2; i++) {
            r[i].op = i ? DARR_STD : DARR_VAR;
            r[i].dtype = DARR_FLOAT64;
            r[i].x = x;
            r[i].ddof = 1;
            r[i].value_out = &spread[i];
        }
        CHECK_OK(darr_reduce(2, r));
        CHECK_NEAR(spread[0], variance, 1e-11);
        CHECK_NEAR(spread[1], sqrt(variance), 1e-7);
    }
}

static int one_case(int comm)
{
    static const int dtypes[] = {DARR_BOOL, DARR_INT8, DARR_UINT16, DARR_INT64, DARR_FLOAT64, DARR_COMPLEX128};
    int64_t lo[RANDOM_NDIM], count[RANDOM_NDIM], step[RANDOM_NDIM], stop;
    darr_index entries[RANDOM_NDIM];
    void *memory;
    ndim = (int)random_below(4) + 1;
    dtype = dtypes[random_below(6)];
    salt = (int)random_below(1000);
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(9) == 0 ? random_below(2) : 1 + random_below(ndim == 1 ? 300 : 12);
    darr_dist *dist = random_dist(comm, ndim, shape, 4);
    darr_array *x = random_array(dist, dtype, &memory), *part = NULL;
    int listed = 0;
    random_visit(dist, x, fill_one, NULL);
    for (int d = 0; d < ndim; d++)
        lo[d] = 0, count[d] = shape[d], step[d] = 1;
    compare(x, lo, count, step);
    for (int d = 0; d < ndim; d++) {
        lo[d] = random_below(shape[d] + 1);
        step[d] = 1 + random_below(3);
        stop = lo[d] + random_below(shape[d] - lo[d] + 1);
        count[d] = stop > lo[d] ? (stop - lo[d] + step[d] - 1) / step[d] : 0;
        entries[d] = (darr_index){sizeof(darr_index), DARR_INDEX_SLICE, lo[d], stop, step[d]};
    }
    /* Slices of unstructured dimensions may be refused. */
    listed = darr_array_slice(x, ndim, entries, &part);
    if (listed == DARR_OK) {
        compare(part, lo, count, step);
        darr_array_free(part);
    }
    darr_array_free(x);
    darr_dist_free(dist);
    free(memory);
    return listed == DARR_OK;
}

/* Where an extreme stands, as an index. */
static void unravelled(void)
{
    int64_t extents[3] = {4, 1, 5}, index[3], place[3] = {3, 0, 2};
    darr_dist *dist = random_dist(MPI_Comm_c2f(MPI_COMM_WORLD), 3, extents, 3);
    darr_array *x = NULL;
    double seven = 7;
    int64_t at = -1;
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &x));
    CHECK_OK(darr_array_set(x, place, DARR_FLOAT64, &seven));
    CHECK_OK(darr_array_reduce(x, DARR_ARGMAX, DARR_INT64, &at));
    CHECK_INT(at, 17);
    CHECK_OK(darr_dist_unravel(dist, at, index));
    CHECK(index[0] == 3 && index[1] == 0 && index[2] == 2);
    CHECK_CODE(darr_dist_unravel(dist, 20, index), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_dist_unravel(dist, -1, index), DARR_ERR_ARGUMENT);
    darr_array_free(x);
    darr_dist_free(dist);
}

static void refused(void)
{
    int64_t extents[1] = {9}, got = -1;
    darr_dist *dist = random_dist(MPI_Comm_c2f(MPI_COMM_WORLD), 1, extents, 3);
    darr_array *x = NULL;
    darr_reduction r = DARR_REDUCTION_INIT;
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &x));
    r.x = x;
    r.dtype = DARR_INT64;
    r.value_out = &got;
    r.ddof = 1;
    CHECK_FAILS(darr_reduce(1, &r), DARR_ERR_ARGUMENT, "ddof");
    r.op = DARR_VAR;
    r.ddof = -1;
    CHECK_FAILS(darr_reduce(1, &r), DARR_ERR_ARGUMENT, "ddof");
    r.op = DARR_DOTU;
    r.ddof = 0;
    CHECK_FAILS(darr_reduce(1, &r), DARR_ERR_ARGUMENT, "second array");
    r.op = 15;
    CHECK_CODE(darr_reduce(1, &r), DARR_ERR_ARGUMENT);
    CHECK_ALIKE(darr_last_error());
    CHECK_INT(got, -1);
    /* The struct of the first version, without its last member. */
    r.op = DARR_SUM;
    r.size = 40;
    r.ddof = 12345;
    CHECK_OK(darr_reduce(1, &r));
    CHECK_INT(got, 0);
    darr_array_free(x);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = MPI_Comm_c2f(MPI_COMM_WORLD);
    CHECK(random_cases(comm, 0, 300, one_case) > 0);
    unravelled();
    refused();
    return check_end();
}
