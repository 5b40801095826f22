/* Cumulative sums along each dimension, and histograms, of random distributions against loops over the global array. */
#include "random.h"

static int64_t shape[RANDOM_NDIM];
static int ndim, along;

static int64_t value_at(int64_t place)
{
    uint64_t z = ((uint64_t)place + 1) * 0x9e3779b97f4a7c15u;
    z ^= z >> 29;
    z *= 0xbf58476d1ce4e5b9u;
    return (int64_t)((z >> 40) % 21) - 10;
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
    int64_t v = place->owned ? value_at(place_of(place->index)) : 99;
    if (*(int *)context == DARR_INT8)
        *(int8_t *)place->at = (int8_t)v;
    else if (*(int *)context == DARR_FLOAT64)
        *(double *)place->at = (double)v;
    else
        ((double *)place->at)[0] = (double)v, ((double *)place->at)[1] = (double)(-2 * v);
}

static void compare_one(const random_place *place, void *context)
{
    int64_t index[RANDOM_NDIM], sum = 0;
    if (!place->owned)
        return;
    memcpy(index, place->index, sizeof index);
    for (index[along] = 0; index[along] <= place->index[along]; index[along]++)
        sum += value_at(place_of(index));
    if (*(int *)context == DARR_INT64)
        CHECK_INT(*(int64_t *)place->at, sum);
    else
        CHECK_REAL(((double *)place->at)[0], (double)sum);
    if (*(int *)context == DARR_COMPLEX128)
        CHECK_REAL(((double *)place->at)[1], (double)(-2 * sum));
}

static void histogram(const darr_array *x)
{
    int64_t counts[40], want[40], total = 1;
    /* 0 stands twice: nothing lies between. */
    const double edges[] = {-7.5, -2, 0, 0, 3, 10};
    for (int d = 0; d < ndim; d++)
        total *= shape[d];
    for (int bins = 1; bins < 40; bins += 6) {
        memset(want, 0, sizeof want);
        for (int64_t i = 0; i < total; i++) {
            int64_t v = value_at(i);
            if (v >= -8 && v <= 6)
                want[v == 6 ? bins - 1 : (v + 8) * bins / 14]++;
        }
        CHECK_OK(darr_array_histogram(x, bins, -8, 6, counts));
        CHECK(memcmp(counts, want, (size_t)bins * sizeof *counts) == 0);
    }
    memset(want, 0, sizeof want);
    for (int64_t i = 0; i < total; i++) {
        int64_t v = value_at(i);
        if (v >= -7)
            want[v < -2 ? 0 : v < 0 ? 1 : v < 3 ? 3 : 4]++;
    }
    CHECK_OK(darr_array_histogram_edges(x, 6, edges, counts));
    CHECK(memcmp(counts, want, 5 * sizeof *counts) == 0);
}

static int one_case(int comm)
{
    static const int from[] = {DARR_INT8, DARR_FLOAT64, DARR_COMPLEX128, DARR_FLOAT64};
    static const int to[] = {DARR_INT64, DARR_FLOAT64, DARR_COMPLEX128, DARR_COMPLEX128};
    int kind = (int)random_below(3), dtype = from[kind], out_dtype = to[kind], listed = 0, code;
    void *memory, *out_memory;
    ndim = (int)random_below(4) + 1;
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(12) == 0 ? random_below(2) : 1 + random_below(ndim == 1 ? 120 : 9);
    along = (int)random_below(ndim);
    darr_dist *dist = random_dist(comm, ndim, shape, 4);
    darr_array *x = random_array(dist, dtype, &memory), *out = random_array(dist, out_dtype, &out_memory);
    random_visit(dist, x, fill_one, &dtype);
    if (dtype != DARR_COMPLEX128)
        histogram(x);
    code = darr_array_cumsum(x, random_below(2) ? along : along - ndim, out);
    if (code == DARR_ERR_UNSUPPORTED) {
        CHECK_TEXT(darr_last_error(), "unstructured");
        listed = 1;
    } else {
        CHECK_OK(code);
        random_visit(dist, out, compare_one, &out_dtype);
        if (dtype == out_dtype) {
            CHECK_OK(darr_array_cumsum(x, along, x));
            random_visit(dist, x, compare_one, &out_dtype);
        }
    }
    darr_array_free(x);
    darr_array_free(out);
    darr_dist_free(dist);
    free(memory);
    free(out_memory);
    return !listed;
}

static void refused(int comm)
{
    int64_t extents[2] = {8, 5}, counts[3] = {-1, -1, -1};
    const double down[] = {1, 0, 2}, nan[] = {0, NAN, 1};
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist *dist = NULL, *other = NULL;
    darr_array *x = NULL, *y = NULL, *z = NULL;
    double number = NAN;
    int64_t at[2] = {1, 1};
    for (int d = 0; d < 2; d++)
        dims[d].extent = extents[d], dims[d].map = d ? DARR_WHOLE : DARR_BLOCK;
    CHECK_NEEDED(darr_dist_create(comm, 2, dims, NULL, &dist));
    dims[0].extent = 9;
    CHECK_NEEDED(darr_dist_create(comm, 2, dims, NULL, &other));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &x));
    CHECK_NEEDED(darr_array_create(other, DARR_FLOAT64, &y));
    CHECK_NEEDED(darr_array_create(dist, DARR_COMPLEX128, &z));
    CHECK_FAILS(darr_array_cumsum(x, 2, x), DARR_ERR_ARGUMENT, "dimension");
    CHECK_FAILS(darr_array_cumsum(x, 0, y), DARR_ERR_ARGUMENT, "distributed otherwise");
    CHECK_FAILS(darr_array_cumsum(z, 0, x), DARR_ERR_ARGUMENT, "do not fit");
    CHECK_ALIKE(darr_last_error());
    CHECK_CODE(darr_array_cumsum(x, 0, check_rank ? x : NULL), DARR_ERR_HANDLE);
    CHECK_FAILS(darr_array_histogram(x, 0, 0, 1, counts), DARR_ERR_ARGUMENT, "number of bins is 0");
    CHECK_FAILS(darr_array_histogram(x, 3, 1, 0, counts), DARR_ERR_ARGUMENT, "ascending");
    CHECK_CODE(darr_array_histogram(x, 3, 0, INFINITY, counts), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_array_histogram(x, 3, 0, check_rank ? 1 : NAN, counts), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_array_histogram(x, INT64_MAX / 4, 0, 1, counts), DARR_ERR_MEMORY);
    CHECK_CODE(darr_array_histogram(z, 3, 0, 1, counts), DARR_ERR_UNSUPPORTED);
    CHECK_CODE(darr_array_histogram(x, 3, 0, 1, check_rank ? counts : NULL), DARR_ERR_ARGUMENT);
    CHECK_ALIKE(darr_last_error());
    CHECK_CODE(darr_array_histogram_edges(x, 3, down, counts), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_array_histogram_edges(x, 3, nan, counts), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_array_histogram_edges(x, 1, down, counts), DARR_ERR_ARGUMENT);
    if (check_size > 1)
        CHECK_CODE(darr_array_histogram(x, 3, 0, check_rank + 1, counts), DARR_ERR_MISMATCH);
    CHECK_INT(counts[0], -1);
    /* NaN does not count, and a range of one number is widened. */
    CHECK_OK(darr_array_set(x, at, DARR_FLOAT64, &number));
    CHECK_OK(darr_array_histogram(x, 3, 0, 0, counts));
    CHECK(counts[0] == 0 && counts[1] == 39 && counts[2] == 0);
    darr_array_free(x);
    darr_array_free(y);
    darr_array_free(z);
    darr_dist_free(dist);
    darr_dist_free(other);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = MPI_Comm_c2f(MPI_COMM_WORLD);
    CHECK(random_cases(comm, 0, 200, one_case) > 0);
    refused(comm);
    return check_end();
}
