/* Reductions over any set of dimensions of random distributions against loops over the global array: into an array with the dimensions
 * dropped or kept, and into a buffer on every rank. */
#include "random.h"

static int64_t shape[RANDOM_NDIM];
static int ndim, op, dropped[RANDOM_NDIM];
static double *want;

static double value_at(int64_t place)
{
    uint64_t z = ((uint64_t)place + 1) * 0x9e3779b97f4a7c15u;
    z ^= z >> 29;
    z *= 0xbf58476d1ce4e5b9u;
    return (double)((z >> 40) % 5) - 2;
}

/* The place of an element in the array, in the result, and within what is reduced. */
static void places(const int64_t *index, int64_t *whole, int64_t *kept, int64_t *inner)
{
    *whole = *kept = *inner = 0;
    for (int d = 0; d < ndim; d++) {
        int64_t *part = dropped[d] ? inner : kept;
        *whole = *whole * shape[d] + index[d];
        *part = *part * shape[d] + index[d];
    }
}

static void fill_one(const random_place *place, void *context)
{
    int64_t whole, kept, inner;
    double v;
    places(place->index, &whole, &kept, &inner);
    v = value_at(whole);
    if (*(int *)context == DARR_INT32)
        *(int32_t *)place->at = place->owned ? (int32_t)v : INT32_MIN;
    else
        *(double *)place->at = place->owned ? v : NAN;
}

static void oracle(int64_t n, int64_t ddof)
{
    int64_t total = 1, *first = calloc((size_t)n + 1, sizeof *first);
    double *sums = calloc(3 * (size_t)(n + 1), sizeof *sums), *count = sums + n + 1, *squares = count + n + 1;
    for (int d = 0; d < ndim; d++)
        total *= shape[d];
    for (int64_t i = 0; i < n; i++)
        want[i] = op == DARR_PROD || op == DARR_ALL ? 1 : op == DARR_MAX ? -INFINITY : 0;
    for (int64_t i = 0; i < total; i++) {
        int64_t index[RANDOM_NDIM], rest = i, whole, kept, inner;
        for (int d = ndim; d-- > 0; rest /= shape[d])
            index[d] = rest % shape[d];
        places(index, &whole, &kept, &inner);
        double v = value_at(whole);
        count[kept]++;
        sums[kept] += v;
        squares[kept] += v * v;
        switch (op) {
        case DARR_SUM: want[kept] += v; break;
        case DARR_PROD: want[kept] *= v; break;
        case DARR_MAX: want[kept] = v > want[kept] ? v : want[kept]; break;
        case DARR_ANY: want[kept] = want[kept] != 0 || v != 0; break;
        case DARR_ALL: want[kept] = want[kept] != 0 && v != 0; break;
        case DARR_COUNT_NONZERO: want[kept] += v != 0; break;
        case DARR_ARGMIN:
            if (count[kept] == 1 || v < (double)first[kept] || (v == (double)first[kept] && (double)inner < want[kept]))
                first[kept] = (int64_t)v, want[kept] = (double)inner;
            break;
        default: break;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        if (op == DARR_MEAN)
            want[i] = sums[i] / count[i];
        if (op == DARR_VAR)
            want[i] = count[i] == 0 ? NAN : (squares[i] - sums[i] * sums[i] / count[i]) / fmax(count[i] - (double)ddof, 0);
    }
    free(first);
    free(sums);
}

static void compare_one(const random_place *place, void *context)
{
    int64_t kept = 0;
    int out_ndim = *(int *)context, at = 0;
    if (!place->owned)
        return;
    for (int d = 0; d < ndim; d++) {
        if (!dropped[d])
            kept = kept * shape[d] + place->index[at];
        at += !dropped[d] || out_ndim == ndim;
    }
    CHECK_NEAR(*(double *)place->at, want[kept], 1e-9);
}

static int one_case(int comm)
{
    static const int ops[] = {DARR_SUM, DARR_MAX, DARR_MEAN, DARR_VAR, DARR_PROD, DARR_ANY,
                              DARR_ALL, DARR_ARGMIN, DARR_COUNT_NONZERO};
    int64_t n = 1, ddof, empty = 0;
    int dims[RANDOM_NDIM], n_dims = 0, dtype = random_below(2) ? DARR_INT32 : DARR_FLOAT64;
    void *memory;
    darr_reduce_options options = DARR_REDUCE_OPTIONS_INIT;
    ndim = (int)random_below(4) + 1;
    op = ops[random_below(9)];
    for (int d = 0; d < ndim; d++) {
        shape[d] = random_below(12) == 0 ? random_below(2) : 1 + random_below(ndim < 3 ? 150 : 12);
        dropped[d] = (int)random_below(2);
        if (dropped[d]) {
            empty |= shape[d] == 0;
            dims[n_dims++] = random_below(2) ? d : d - ndim;
        } else {
            n *= shape[d];
        }
    }
    ddof = op == DARR_VAR ? random_below(2) : 0;
    options.ddof = ddof;
    want = calloc((size_t)n + 1, sizeof *want);
    oracle(n, ddof);
    darr_dist *dist = random_dist(comm, ndim, shape, 4);
    darr_array *x = random_array(dist, dtype, &memory);
    double *everywhere = calloc((size_t)n + 1, sizeof *everywhere);
    int refused = empty && (op == DARR_MAX || op == DARR_ARGMIN);
    random_visit(dist, x, fill_one, &dtype);
    for (int keep = 0; keep < 2; keep++) {
        darr_dist *small = NULL;
        darr_array *out = NULL;
        int out_ndim = keep ? ndim : ndim - n_dims;
        CHECK_NEEDED((keep ? darr_dist_reduce_keeping : darr_dist_reduce)(dist, n_dims, dims, &small));
        CHECK_NEEDED(darr_array_create(small, DARR_FLOAT64, &out));
        if (refused) {
            CHECK_FAILS(darr_array_reduce_dims(x, op, n_dims, dims, &options, out), DARR_ERR_ARGUMENT, "no elements");
        } else {
            CHECK_OK(darr_array_reduce_dims(x, op, n_dims, dims, &options, out));
            random_visit(small, out, compare_one, &out_ndim);
        }
        darr_array_free(out);
        darr_dist_free(small);
    }
    if (refused) {
        CHECK_CODE(darr_array_reduce_dims_everywhere(x, op, n_dims, dims, &options, DARR_FLOAT64, n, everywhere),
                   DARR_ERR_ARGUMENT);
    } else {
        CHECK_OK(darr_array_reduce_dims_everywhere(x, op, n_dims, dims, &options, DARR_FLOAT64, n, everywhere));
        for (int64_t i = 0; i < n; i++)
            CHECK_NEAR(everywhere[i], want[i], 1e-9);
    }
    free(everywhere);
    free(want);
    darr_array_free(x);
    darr_dist_free(dist);
    free(memory);
    return n_dims > 0;
}

static void refused(int comm)
{
    int64_t extents[2] = {60, 5};
    int dims[2] = {0, -2}, one = 1;
    double values[5];
    int8_t small[5] = {-1, -1, -1, -1, -1};
    uint8_t large = 200;
    darr_dist *dist = random_dist(comm, 2, extents, 3), *reduced = NULL;
    darr_array *x = NULL, *out = NULL;
    CHECK_NEEDED(darr_array_create(dist, DARR_UINT8, &x));
    CHECK_OK(darr_array_fill(x, DARR_UINT8, &large));
    CHECK_NEEDED(darr_dist_reduce(dist, 1, dims, &reduced));
    CHECK_NEEDED(darr_array_create(reduced, DARR_UINT8, &out));
    CHECK_FAILS(darr_array_reduce_dims(x, DARR_SUM, 1, &one, NULL, out), DARR_ERR_ARGUMENT, "distributed otherwise");
    CHECK_FAILS(darr_array_reduce_dims(x, DARR_SUM, 2, dims, NULL, out), DARR_ERR_ARGUMENT, "number of times");
    CHECK_FAILS(darr_array_reduce_dims(x, DARR_SUM, 1, dims, NULL, out), DARR_ERR_ARGUMENT, "12000 does not fit into uint8");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_reduce_dims(x, DARR_MEAN, 1, dims, NULL, out), DARR_ERR_ARGUMENT, "without losing its kind");
    CHECK_FAILS(darr_array_reduce_dims(x, DARR_DOT, 1, dims, NULL, out), DARR_ERR_ARGUMENT, "dot product");
    CHECK_OK(darr_array_reduce_dims(x, DARR_MAX, 1, dims, NULL, out));
    CHECK_FAILS(darr_array_reduce_dims_everywhere(x, DARR_SUM, 1, dims, NULL, DARR_FLOAT64, 4, values), DARR_ERR_ARGUMENT,
                "room for 4 values");
    CHECK_FAILS(darr_array_reduce_dims_everywhere(x, DARR_SUM, 1, dims, NULL, DARR_FLOAT64, -1, values),
                DARR_ERR_ARGUMENT, "n_values is -1");
    CHECK_FAILS(darr_array_reduce_dims_everywhere(x, DARR_MAX, 1, dims, NULL, DARR_INT8, 5, small), DARR_ERR_ARGUMENT, "int8");
    CHECK_INT(small[0], -1);
    /* A mistake of one rank is everybody's. */
    CHECK_CODE(darr_array_reduce_dims(x, check_rank == check_size - 1 ? 99 : DARR_MAX, 1, dims, NULL, out), DARR_ERR_ARGUMENT);
    CHECK_ALIKE(darr_last_error());
    CHECK_CODE(darr_array_reduce_dims(x, DARR_MAX, 1, dims, NULL, check_rank ? out : NULL), DARR_ERR_HANDLE);
    CHECK_CODE(darr_array_reduce_dims_everywhere(x, DARR_SUM, 1, dims, NULL, DARR_INT64, 5, check_rank ? values : NULL),
               DARR_ERR_ARGUMENT);
    if (check_size > 1)
        CHECK_CODE(darr_array_reduce_dims(x, check_rank ? DARR_MAX : DARR_MIN, 1, dims, NULL, out), DARR_ERR_MISMATCH);
    darr_array_free(out);
    darr_array_free(x);
    darr_dist_free(reduced);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = MPI_Comm_c2f(MPI_COMM_WORLD);
    CHECK(random_cases(comm, 0, 250, one_case) > 0);
    refused(comm);
    return check_end();
}
