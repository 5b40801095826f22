/* New arrays of chosen elements, by value, over random distributions of all maps: lists of indices of one dimension, lists of
 * points, masks of any distribution; duplicates, nothing chosen; through shared memory and through messages of MPI. */
/* seconds: 300 */
#define CHECK_SECONDS 250
#include "random.h"

#define CASES 50
#define MOST 40

static int ndim, has_lists;
static int64_t shape[RANDOM_NDIM], elements;

static int64_t number(const int64_t *index)
{
    int64_t value = 0;
    for (int d = 0; d < ndim; d++)
        value = value * shape[d] + (index[d] < 0 ? index[d] + shape[d] : index[d]);
    return value;
}

static void fill(const random_place *place, void *context)
{
    (void)context;
    *(int32_t *)place->at = place->owned ? (int32_t)(100 + number(place->index)) : -3;
}

/* Which dimension was taken from, and the list. */
static int taken_dim;
static int64_t taken_count, taken[MOST], places_seen;

static void check_taken(const random_place *place, void *context)
{
    int64_t index[RANDOM_NDIM];
    (void)context;
    if (!place->owned)
        return;
    for (int d = 0; d < ndim; d++)
        index[d] = d == taken_dim ? taken[place->index[d]] : place->index[d];
    CHECK_INT(*(int32_t *)place->at, 100 + number(index));
    places_seen++;
}

static void check_shape(const darr_array *array, int want_ndim, const int64_t *want)
{
    int64_t got[RANDOM_NDIM] = {0};
    int got_ndim = -1;
    darr_dist *dist = NULL;
    CHECK_OK(darr_array_dist(array, &dist));
    CHECK_OK(darr_dist_ndim(dist, &got_ndim));
    CHECK_OK(darr_dist_shape(dist, got));
    CHECK_INT(got_ndim, want_ndim);
    for (int d = 0; d < want_ndim; d++)
        CHECK_INT(got[d], want[d]);
    darr_dist_free(dist);
}

/* All elements were seen, on one rank each. */
static void check_all_seen(int64_t want)
{
    MPI_Allreduce(MPI_IN_PLACE, &places_seen, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    CHECK_INT(places_seen, want);
}

static void take(const darr_array *array)
{
    int64_t want[RANDOM_NDIM], all = 1;
    darr_array *out = NULL;
    darr_dist *dist = NULL;
    taken_dim = (int)random_below(ndim);
    taken_count = shape[taken_dim] > 0 ? random_below(MOST) : 0;
    for (int64_t i = 0; i < taken_count; i++) {
        taken[i] = random_below(shape[taken_dim]);
        if (!has_lists && random_below(3) == 0)
            taken[i] -= shape[taken_dim];
    }
    CHECK_NEEDED(darr_array_take(array, taken_dim, taken_count, taken, &out));
    for (int d = 0; d < ndim; d++) {
        want[d] = d == taken_dim ? taken_count : shape[d];
        all *= want[d];
    }
    check_shape(out, ndim, want);
    CHECK_OK(darr_array_dist(out, &dist));
    places_seen = 0;
    random_visit(dist, out, check_taken, NULL);
    check_all_seen(all);
    darr_dist_free(dist);
    darr_array_free(out);
}

static void pick(const darr_array *array)
{
    int64_t indices[MOST * RANDOM_NDIM], n, total = 0;
    darr_array *out = NULL;
    darr_view view = DARR_VIEW_INIT;
    uint64_t common = random_state;
    /* Each rank's list is its own. */
    random_state += 7919 * (uint64_t)(check_rank + 1);
    n = elements > 0 && random_below(5) ? random_below(MOST) : 0;
    for (int64_t i = 0; i < n * ndim; i++) {
        int d = (int)(i % ndim);
        indices[i] = random_below(shape[d]);
        if (!has_lists && random_below(3) == 0)
            indices[i] -= shape[d];
    }
    random_state = common;
    CHECK_NEEDED(darr_array_pick(array, n, indices, &out));
    MPI_Allreduce(&n, &total, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    check_shape(out, 1, &total);
    CHECK_OK(darr_array_view(out, &view));
    CHECK_INT(view.extents[0], n);
    for (int64_t i = 0; i < n && i < view.extents[0]; i++)
        CHECK_INT(((int32_t *)view.base)[i], 100 + number(indices + i * ndim));
    darr_array_free(out);
}

static int64_t salt, density;

static int truth(int64_t at)
{
    return (at * 2654435761u + salt) % 97 % 10 < density;
}

static void fill_mask(const random_place *place, void *context)
{
    (void)context;
    *(unsigned char *)place->at = place->owned ? truth(number(place->index)) : 1;
}

static int64_t chosen[12 * 12 * 12], chosen_count;

static void check_chosen(const random_place *place, void *context)
{
    (void)context;
    if (place->owned) {
        CHECK_INT(*(int32_t *)place->at, 100 + chosen[place->index[0]]);
        places_seen++;
    }
}

static void masked(int comm, const darr_dist *dist, const darr_array *array)
{
    int alike = random_below(3) == 0;
    darr_dist *mask_dist = alike ? NULL : random_dist(comm, ndim, shape, 4), *out_dist = NULL;
    darr_array *mask, *out = NULL;
    void *memory;
    salt = random_below(1000);
    density = random_below(11);
    mask = random_array(alike ? dist : mask_dist, DARR_BOOL, &memory);
    random_visit(alike ? dist : mask_dist, mask, fill_mask, NULL);
    CHECK_NEEDED(darr_array_mask(array, mask, &out));
    chosen_count = 0;
    for (int64_t i = 0; i < elements; i++)
        if (truth(i))
            chosen[chosen_count++] = i;
    check_shape(out, 1, &chosen_count);
    CHECK_OK(darr_array_dist(out, &out_dist));
    places_seen = 0;
    random_visit(out_dist, out, check_chosen, NULL);
    check_all_seen(chosen_count);
    darr_dist_free(out_dist);
    darr_array_free(out);
    darr_array_free(mask);
    darr_dist_free(mask_dist);
    free(memory);
}

static int one_case(int comm)
{
    darr_dist *dist;
    darr_array *array;
    void *memory;
    ndim = (int)random_below(4);
    has_lists = (int)random_below(2);
    elements = 1;
    for (int d = 0; d < ndim; d++) {
        shape[d] = random_below(6) ? 1 + random_below(11) : random_below(2);
        elements *= shape[d];
    }
    dist = random_dist(comm, ndim, shape, has_lists ? 4 : 3);
    array = random_array(dist, DARR_INT32, &memory);
    random_visit(dist, array, fill, NULL);
    if (ndim > 0)
        take(array);
    pick(array);
    masked(comm, dist, array);
    darr_array_free(array);
    darr_dist_free(dist);
    free(memory);
    return 1;
}

static void refused(int comm)
{
    int64_t two[2] = {4, 5}, other[2] = {5, 4}, good[2] = {1, 2}, outside[2] = {1, 5};
    int last = check_rank == check_size - 1;
    darr_dist *dist, *other_dist;
    darr_array *array = NULL, *mask = NULL, *turned = NULL, *out = NULL;
    random_state = 3;
    dist = random_dist(comm, 2, two, 3);
    other_dist = random_dist(comm, 2, other, 3);
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_array_create(dist, DARR_BOOL, &mask));
    CHECK_NEEDED(darr_array_create(other_dist, DARR_BOOL, &turned));
    CHECK_FAILS(darr_array_take(array, 1, 2, outside, &out), DARR_ERR_ARGUMENT, "5");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_take(array, last ? 2 : 1, 2, good, &out), DARR_ERR_ARGUMENT, "no dimension 2");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_take(array, last ? -3 : 1, 2, good, &out), DARR_ERR_ARGUMENT, "no dimension -3");
    CHECK_FAILS(darr_array_take(array, 1, last ? -2 : 2, good, &out), DARR_ERR_ARGUMENT, "-2");
    CHECK_FAILS(darr_array_take(array, 1, 2, last ? NULL : good, &out), DARR_ERR_ARGUMENT, "indices is NULL");
    CHECK_FAILS(darr_array_take(array, 1, 2, good, last ? NULL : &out), DARR_ERR_ARGUMENT, "array_out is NULL");
    CHECK_CODE(darr_array_take(NULL, 1, 2, good, &out), DARR_ERR_HANDLE);
    if (check_size > 1) {
        int64_t own[2] = {last, 2};
        CHECK_FAILS(darr_array_take(array, 1, 2, own, &out), DARR_ERR_MISMATCH, "the list of indices");
        CHECK_ALIKE(darr_last_error());
    }
    CHECK_FAILS(darr_array_pick(array, 1, last ? outside : good, &out), DARR_ERR_ARGUMENT, "5");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_pick(array, last ? -1 : 1, good, &out), DARR_ERR_ARGUMENT, "-1");
    CHECK_FAILS(darr_array_pick(array, 1, last ? NULL : good, &out), DARR_ERR_ARGUMENT, "indices is NULL");
    CHECK_FAILS(darr_array_pick(array, 1, good, last ? NULL : &out), DARR_ERR_ARGUMENT, "array_out is NULL");
    CHECK_FAILS(darr_array_mask(array, turned, &out), DARR_ERR_ARGUMENT, "shape");
    CHECK_FAILS(darr_array_mask(array, array, &out), DARR_ERR_ARGUMENT, "bool");
    CHECK_FAILS(darr_array_mask(array, last ? NULL : mask, &out), DARR_ERR_HANDLE, "mask is NULL");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_mask(array, mask, last ? NULL : &out), DARR_ERR_ARGUMENT, "array_out is NULL");
    CHECK(out == NULL);
    darr_array_free(array);
    darr_array_free(mask);
    darr_array_free(turned);
    darr_dist_free(dist);
    darr_dist_free(other_dist);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    refused(comm);
    for (int way = 0; way < RANDOM_WAYS; way++) {
        random_divide(comm, way);
        CHECK_OK(darr_comm_set_checks(comm, way == 2));
        random_cases(comm, way, CASES, one_case);
    }
    return check_end();
}
