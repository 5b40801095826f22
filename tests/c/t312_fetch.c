/* Parts of arrays that each rank fetches into its own memory, and puts back, by value, over random distributions of all maps:
 * slices with any step, single indices, new dimensions, nothing, all; buffers of any strides; conversion; combination in the order
 * of the ranks; through shared memory and through messages of MPI. */
/* seconds: 300 */
#define CHECK_SECONDS 250
#include "part.h"

#define CASES 40
#define BLANK 0x5a

static int ndim;
static int64_t shape[RANDOM_NDIM];

/* The part of the array that a view has, where the parts are those of a view. */
static const part *viewed;

static int64_t number(const int64_t *index)
{
    int64_t value = 0;
    for (int d = 0; d < ndim; d++)
        value = value * shape[d] + index[d];
    return value;
}

static void fill(const random_place *place, void *context)
{
    (void)context;
    *(int32_t *)place->at = place->owned ? (int32_t)(100 + number(place->index)) : -3;
}

/* What the elements of the array are to be after a put. */
static void check_put(const random_place *place, void *context)
{
    const int64_t *wanted = context;
    CHECK_INT(*(int32_t *)place->at, place->owned ? wanted[number(place->index)] : -3);
}

static int64_t combined(int combine, int64_t old, int64_t new)
{
    switch (combine) {
    case DARR_COMBINE_INSERT: return new;
    case DARR_COMBINE_ADD: return old + new;
    case DARR_COMBINE_MIN: return new < old ? new : old;
    default: return new > old ? new : old;
    }
}

/* The number that rank r puts at a position of its part. */
static int64_t sent(int r, int64_t at)
{
    return (31 * at + 1009 * r) % 500 - 100;
}

/* Of the array, or of the view. */
static void fetched(const darr_array *array, const part *p, int nothing, int packed, int c_order)
{
    int64_t strides[RANDOM_NDIM], at[RANDOM_NDIM] = {0}, index[RANDOM_NDIM], bytes, elements = part_elements(p), left;
    double *values;
    void *memory;
    char *buffer = random_buffer(p, sizeof(double), strides, &memory, &bytes);
    if (packed) {
        int64_t stride = sizeof(double);
        for (int k = 0; k < p->ndim; k++) {
            int d = c_order ? p->ndim - 1 - k : k;
            strides[d] = stride;
            stride *= p->extent[d] > 0 ? p->extent[d] : 1;
        }
        buffer = memory;
    }
    memset(memory, BLANK, (size_t)bytes);
    CHECK_OK(darr_array_fetch(array, p->n, p->entries, DARR_FLOAT64, packed ? NULL : strides, nothing ? NULL : buffer));
    if (elements > 0 && !nothing) {
        do {
            char *from = buffer;
            double blank;
            for (int d = 0; d < p->ndim; d++)
                from += at[d] * strides[d];
            if (viewed) {
                int64_t between[RANDOM_NDIM];
                part_index(p, viewed->ndim, at, between);
                part_index(viewed, ndim, between, index);
            } else {
                part_index(p, ndim, at, index);
            }
            CHECK_REAL(*(double *)from, (double)(100 + number(index)));
            memset(&blank, BLANK, sizeof blank);
            *(double *)from = blank;
        } while (part_next(p, at));
    }
    /* And nothing else was written. */
    left = 0;
    values = memory;
    for (int64_t i = 0; i < bytes; i++)
        left += ((unsigned char *)values)[i] != BLANK;
    CHECK_INT(left, 0);
    free(memory);
}

static void was_put(const darr_dist *dist, darr_array *array, const part *p, int nothing, int combine)
{
    int64_t strides[RANDOM_NDIM], at[RANDOM_NDIM] = {0}, index[RANDOM_NDIM], bytes, elements = 1, *wanted;
    part theirs = *p;
    void *memory;
    char *buffer = random_buffer(p, sizeof(int32_t), strides, &memory, &bytes);
    if (part_elements(p) > 0) {
        int64_t k = 0;
        do {
            char *to = buffer;
            for (int d = 0; d < p->ndim; d++)
                to += at[d] * strides[d];
            *(int32_t *)to = (int32_t)sent(check_rank, k++);
        } while (part_next(p, at));
    }
    for (int d = 0; d < ndim; d++)
        elements *= shape[d];
    wanted = malloc((size_t)(elements + 1) * sizeof *wanted);
    for (int64_t i = 0; i < elements; i++)
        wanted[i] = 100 + i;
    for (int r = 0; r < check_size; r++) {
        int64_t k = 0;
        int none = nothing;
        if (r == check_rank)
            theirs = *p;
        MPI_Bcast(&theirs, (int)sizeof theirs, MPI_BYTE, r, MPI_COMM_WORLD);
        MPI_Bcast(&none, 1, MPI_INT, r, MPI_COMM_WORLD);
        if (none || part_elements(&theirs) == 0)
            continue;
        memset(at, 0, sizeof at);
        do {
            int64_t *old;
            part_index(&theirs, ndim, at, index);
            old = wanted + number(index);
            *old = combined(combine, *old, sent(r, k++));
        } while (part_next(&theirs, at));
    }
    CHECK_OK(darr_array_put(array, p->n, p->entries, DARR_INT32, strides, nothing ? NULL : buffer, combine));
    random_visit(dist, array, check_put, wanted);
    free(wanted);
    free(memory);
}

static int one_case(int comm)
{
    darr_dist *dist;
    darr_array *array;
    darr_view view = DARR_VIEW_INIT;
    void *memory;
    int combine = (int)random_below(4), packed = (int)random_below(2), nothing;
    darr_array *slice = NULL;
    part p, q;

    ndim = (int)random_below(4);
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(6) ? 1 + random_below(11) : random_below(2);
    dist = random_dist(comm, ndim, shape, 4);
    array = random_array(dist, DARR_INT32, &memory);
    random_visit(dist, array, fill, NULL);
    CHECK_OK(darr_array_view(array, &view));
    q = random_part(ndim, shape);
    if (darr_array_slice(array, q.n, q.entries, &slice) != DARR_OK)
        slice = NULL;
    /* Each rank's part is its own. */
    random_state += 7919 * (uint64_t)(check_rank + 1);
    p = random_part(ndim, shape);
    nothing = random_below(5) == 0;
    fetched(array, &p, nothing, packed, view.order == 0);
    if (slice) {
        part inner = random_part(q.ndim, q.extent);
        viewed = &q;
        fetched(slice, &inner, nothing, packed, view.order == 0);
        viewed = NULL;
        darr_array_free(slice);
    }
    random_visit(dist, array, fill, NULL);
    was_put(dist, array, &p, nothing, combine);
    darr_array_free(array);
    darr_dist_free(dist);
    free(memory);
    return 1;
}

/* All of an array to one rank and to all, and from one rank. */
static void whole(int comm)
{
    int64_t elements = 1;
    int32_t all[7 * 5];
    darr_dist *dist;
    darr_array *array;
    void *memory;
    ndim = 2;
    shape[0] = 7;
    shape[1] = 5;
    random_state = 99;
    dist = random_dist(comm, ndim, shape, 4);
    array = random_array(dist, DARR_INT32, &memory);
    random_visit(dist, array, fill, NULL);
    elements = shape[0] * shape[1];
    for (int root = -1; root < check_size; root++) {
        int64_t strides[2] = {5 * 4, 4};
        memset(all, 0, sizeof all);
        CHECK_OK(darr_array_fetch(array, 0, NULL, DARR_INT32, strides, root < 0 || root == check_rank ? all : NULL));
        for (int64_t i = 0; i < elements; i++)
            CHECK_INT(all[i], root < 0 || root == check_rank ? 100 + i : 0);
        for (int64_t i = 0; i < elements; i++)
            all[i] = (int32_t)(100 + i);
        CHECK_OK(darr_array_fill(array, DARR_INT32, all));
        CHECK_OK(darr_array_put(array, 0, NULL, DARR_INT32, strides, root < 0 || root == check_rank ? all : NULL,
                                DARR_COMBINE_INSERT));
        CHECK_OK(darr_array_fetch(array, 0, NULL, DARR_INT32, strides, all));
        for (int64_t i = 0; i < elements; i++)
            CHECK_INT(all[i], 100 + i);
    }
    darr_array_free(array);
    darr_dist_free(dist);
    free(memory);
}

static void refused(int comm)
{
    int64_t strides[2] = {8, 8}, good[2] = {40, 8};
    double buffer[48];
    darr_dist *dist;
    darr_array *array = NULL;
    darr_view view = DARR_VIEW_INIT;
    darr_index entries[3] = {DARR_INDEX_INIT, DARR_INDEX_INIT, DARR_INDEX_INIT};
    int last = check_rank == check_size - 1;
    shape[0] = 6;
    shape[1] = 5;
    random_state = 7;
    dist = random_dist(comm, 2, shape, 2);
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    /* Wrong on one rank is wrong on all. */
    CHECK_FAILS(darr_array_fetch(array, last ? 3 : 2, entries, DARR_FLOAT64, NULL, buffer), DARR_ERR_ARGUMENT,
                "entry per dimension");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_fetch(array, last ? -1 : 2, entries, DARR_FLOAT64, NULL, buffer), DARR_ERR_ARGUMENT, "-1");
    CHECK_FAILS(darr_array_fetch(array, 2, last ? NULL : entries, DARR_FLOAT64, NULL, buffer), DARR_ERR_ARGUMENT,
                "indices is NULL");
    CHECK_FAILS(darr_array_fetch(array, 2, entries, DARR_FLOAT64, last ? strides : good, buffer), DARR_ERR_ARGUMENT,
                "overlap");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_fetch(array, 2, entries, last ? 99 : DARR_FLOAT64, NULL, buffer), DARR_ERR_ARGUMENT, "99");
    CHECK_FAILS(darr_array_fetch(array, 2, entries, DARR_INT32, NULL, buffer), DARR_ERR_ARGUMENT, "kind");
    CHECK_FAILS(darr_array_put(array, 2, entries, DARR_COMPLEX128, NULL, last ? buffer : NULL, 0), DARR_ERR_ARGUMENT,
                "kind");
    CHECK_FAILS(darr_array_put(array, 2, entries, DARR_FLOAT64, NULL, buffer, last ? 9 : 0), DARR_ERR_ARGUMENT,
                "combine mode 9");
    CHECK_FAILS(darr_array_put(array, 2, entries, DARR_FLOAT32, NULL, NULL, DARR_COMBINE_ADD), DARR_ERR_ARGUMENT,
                "combine");
    CHECK_ALIKE(darr_last_error());
    if (check_size > 1) {
        CHECK_CODE(darr_array_fetch(array, 0, NULL, last ? DARR_FLOAT64 : DARR_COMPLEX128, NULL, NULL), DARR_ERR_MISMATCH);
        CHECK_ALIKE(darr_last_error());
    }
    entries[1].kind = last ? DARR_INDEX_AT : DARR_INDEX_ALL;
    entries[1].start = 5;
    CHECK_FAILS(darr_array_fetch(array, 2, entries, DARR_FLOAT64, NULL, buffer), DARR_ERR_ARGUMENT, "5");
    CHECK_ALIKE(darr_last_error());
    /* The array's own memory, where this rank has any. */
    CHECK_OK(darr_array_view(array, &view));
    if (check_size == 1)
        CHECK_FAILS(darr_array_fetch(array, 0, NULL, DARR_FLOAT64, good, view.base), DARR_ERR_ARGUMENT, "shares memory");
    /* While a plan reads the array, so may a fetch, but nothing is put. */
    {
        darr_array *other = NULL;
        const darr_array *source = array;
        darr_plan *plan = NULL;
        CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &other));
        CHECK_NEEDED(darr_plan_redistribute(1, &source, &other, NULL, &plan));
        CHECK_OK(darr_plan_begin(plan));
        CHECK_OK(darr_array_fetch(array, 0, NULL, DARR_FLOAT64, NULL, buffer));
        CHECK_CODE(darr_array_put(array, 0, NULL, DARR_FLOAT64, NULL, buffer, 0), DARR_ERR_STATE);
        CHECK_CODE(darr_array_assign(array, other, DARR_ORDER_C), DARR_ERR_STATE);
        CHECK_ALIKE(darr_last_error());
        CHECK_OK(darr_plan_end(plan));
        CHECK_OK(darr_array_assign(array, other, DARR_ORDER_C));
        darr_plan_free(plan);
        darr_array_free(other);
    }
    CHECK_CODE(darr_array_fetch(NULL, 0, NULL, DARR_FLOAT64, NULL, NULL), DARR_ERR_HANDLE);
    CHECK_CODE(darr_array_put(NULL, 0, NULL, DARR_FLOAT64, NULL, NULL, 0), DARR_ERR_HANDLE);
    darr_array_free(array);
    darr_dist_free(dist);
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
        whole(comm);
        random_cases(comm, way, CASES, one_case);
    }
    return check_end();
}
