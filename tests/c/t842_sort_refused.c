/* Sorting of views of one dimension, which leaves all else alone, and of what cannot be sorted: the same code and text on every
 * rank. */
#include "random.h"

static int64_t shape[2] = {7, 60};

static int32_t number(int64_t i, int64_t j)
{
    return (int32_t)((i * 60 + j) * 7919 % 1009);
}

static void fill(const random_place *place, void *context)
{
    (void)context;
    *(int32_t *)place->at = place->owned ? number(place->index[0], place->index[1]) : -3;
}

/* Elements 50, 47, ... 2 of row 4, ascending in this order. */
static int32_t sorted[17];

static int sorted_views;

static int compare(const void *a, const void *b)
{
    return *(const int32_t *)a < *(const int32_t *)b ? -1 : 1;
}

static void check_row(const random_place *place, void *context)
{
    int64_t i = place->index[0], j = place->index[1], at = (50 - j) / 3;
    (void)context;
    if (!place->owned)
        CHECK_INT(*(int32_t *)place->at, -3);
    else if (i == 4 && j <= 50 && j >= 2 && (50 - j) % 3 == 0)
        CHECK_INT(*(int32_t *)place->at, sorted[at]);
    else
        CHECK_INT(*(int32_t *)place->at, number(i, j));
}

/* A range with a step of a row: cyclic ranks, ranks without elements, the order turned. */
static int view(int comm)
{
    darr_dist *dist = random_dist(comm, 2, shape, 3);
    darr_index entries[2] = {DARR_INDEX_INIT, DARR_INDEX_INIT};
    darr_array *array, *row = NULL;
    void *memory;
    entries[0].kind = DARR_INDEX_AT;
    entries[0].start = 4;
    entries[1].kind = DARR_INDEX_SLICE;
    entries[1].start = 50;
    entries[1].stop = 1;
    entries[1].step = -3;
    for (int k = 0; k < 17; k++)
        sorted[k] = number(4, 50 - 3 * k);
    qsort(sorted, 17, sizeof *sorted, compare);
    array = random_array(dist, DARR_INT32, &memory);
    random_visit(dist, array, fill, NULL);
    /* Some block sizes have no slices of this step. */
    if (darr_array_slice(array, 2, entries, &row) == DARR_OK) {
        CHECK_NEEDED(darr_array_sort(row));
        random_visit(dist, array, check_row, NULL);
        darr_array_free(row);
        sorted_views++;
    }
    darr_array_free(array);
    darr_dist_free(dist);
    free(memory);
    return 1;
}

static darr_array *line(int comm, int64_t extent, int dtype)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist = NULL;
    darr_array *array = NULL;
    dim.map = DARR_BLOCK;
    dim.extent = extent;
    dim.halo[0] = dim.halo[1] = 1;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, dtype, &array));
    darr_dist_free(dist);
    return array;
}

static void refused(int comm)
{
    int last = check_rank == check_size - 1;
    darr_dist *plane_dist;
    darr_array *x = line(comm, 300, DARR_FLOAT64), *z = line(comm, 300, DARR_COMPLEX128), *none = line(comm, 0, DARR_FLOAT32);
    darr_array *bytes = line(comm, 300, DARR_INT8), *shorter = line(comm, 299, DARR_INT64), *plane = NULL, *out = NULL;
    darr_array *places = line(comm, 300, DARR_INT32), *counts = NULL;
    double q[2] = {0.5, 1}, beyond[2] = {0.5, 1.5}, value[2] = {-9, -9};
    int64_t two[2] = {3, 4};
    random_state = 3;
    plane_dist = random_dist(comm, 2, two, 3);
    CHECK_NEEDED(darr_array_create(plane_dist, DARR_FLOAT64, &plane));

    CHECK_FAILS(darr_array_sort(plane), DARR_ERR_UNSUPPORTED, "2 dimensions");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_sort(z), DARR_ERR_UNSUPPORTED, "complex128");
    CHECK_FAILS(darr_array_argsort(z, places, 0), DARR_ERR_UNSUPPORTED, "complex128");
    CHECK_FAILS(darr_array_quantiles(z, 2, q, value), DARR_ERR_UNSUPPORTED, "complex128");
    CHECK_FAILS(darr_array_unique(plane, 0, &out, NULL, NULL), DARR_ERR_UNSUPPORTED, "2 dimensions");
    CHECK_CODE(darr_array_sort(NULL), DARR_ERR_HANDLE);

    CHECK_FAILS(darr_array_argsort(x, bytes, 0), DARR_ERR_ARGUMENT, "int8 does not hold the index 299");
    CHECK_FAILS(darr_array_argsort(x, x, 0), DARR_ERR_ARGUMENT, "float64; integers are needed");
    CHECK_FAILS(darr_array_argsort(x, shorter, 0), DARR_ERR_ARGUMENT, "shape [299]");
    CHECK_FAILS(darr_array_argsort(x, last ? NULL : places, 0), DARR_ERR_HANDLE, "indices is NULL");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_argsort(x, places, last ? 2 : 0), DARR_ERR_ARGUMENT, "the base is 2");
    CHECK_ALIKE(darr_last_error());

    CHECK_FAILS(darr_array_quantiles(x, 2, last ? beyond : q, value), DARR_ERR_ARGUMENT, "quantile 1 is that of 1.5");
    CHECK_ALIKE(darr_last_error());
    beyond[1] = NAN;
    CHECK_FAILS(darr_array_quantiles(x, 2, beyond, value), DARR_ERR_ARGUMENT, "NaN");
    CHECK_FAILS(darr_array_quantiles(x, last ? -1 : 2, q, value), DARR_ERR_ARGUMENT, "-1");
    CHECK_FAILS(darr_array_quantiles(x, 2, last ? NULL : q, value), DARR_ERR_ARGUMENT, "q is NULL");
    CHECK_FAILS(darr_array_quantiles(x, 2, q, last ? NULL : value), DARR_ERR_ARGUMENT, "values_out is NULL");
    CHECK_FAILS(darr_array_quantiles(none, 2, q, value), DARR_ERR_ARGUMENT, "without elements");
    CHECK_REAL(value[0], -9);
    CHECK_OK(darr_array_quantiles(x, 0, NULL, NULL));

    CHECK_FAILS(darr_array_unique(x, 0, last ? NULL : &out, NULL, NULL), DARR_ERR_ARGUMENT, "values_out is NULL");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_unique(x, -1, &out, NULL, NULL), DARR_ERR_ARGUMENT, "the base is -1");
    if (check_size > 1) {
        q[0] = last ? 0.25 : 0.5;
        CHECK_FAILS(darr_array_quantiles(x, 2, q, value), DARR_ERR_MISMATCH, "the parts");
        CHECK_ALIKE(darr_last_error());
        CHECK_FAILS(darr_array_argsort(x, places, last), DARR_ERR_MISMATCH, "the base");
        CHECK_FAILS(darr_array_unique(x, 0, &out, last ? &counts : NULL, NULL), DARR_ERR_MISMATCH, "the counts");
        CHECK_FAILS(darr_array_sort(last ? x : places), DARR_ERR_MISMATCH, "the array");
    }
    CHECK(out == NULL && counts == NULL);

    darr_array_free(x);
    darr_array_free(z);
    darr_array_free(none);
    darr_array_free(bytes);
    darr_array_free(shorter);
    darr_array_free(places);
    darr_array_free(plane);
    darr_dist_free(plane_dist);
}

/* Indices that are no places, and a begun plan that reads the array. */
static void in_the_way(int comm)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist = NULL;
    darr_array *odd = NULL, *x = line(comm, 40, DARR_FLOAT64), *places = line(comm, 40, DARR_INT64);
    darr_plan *plan = NULL;
    int64_t own = 100 * check_rank + 60;
    double half = 0.5, value = -9;
    dim.map = DARR_UNSTRUCTURED;
    dim.indices = &own;
    dim.n_indices = 1;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &odd));
    CHECK_FAILS(darr_array_sort(odd), DARR_ERR_ARGUMENT, "the index 60 lies outside");
    CHECK_ALIKE(darr_last_error());
    CHECK_OK(darr_array_quantiles(odd, 1, &half, &value));
    CHECK_REAL(value, 0);

    CHECK_NEEDED(darr_plan_halo(1, &x, NULL, &plan));
    CHECK_OK(darr_plan_begin(plan));
    CHECK_FAILS(darr_array_sort(x), DARR_ERR_STATE, "begun");
    CHECK_ALIKE(darr_last_error());
    CHECK_OK(darr_array_argsort(x, places, 0));
    CHECK_OK(darr_plan_end(plan));
    CHECK_OK(darr_array_sort(x));
    darr_plan_free(plan);
    darr_array_free(odd);
    darr_array_free(x);
    darr_array_free(places);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    refused(comm);
    in_the_way(comm);
    random_cases(comm, 0, 40, view);
    CHECK(sorted_views > 0);
    return check_end();
}
