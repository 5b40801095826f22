/* Assignment of arrays and views, by value, over random distributions of all maps: dimensions that stretch, missing and surplus
 * ones, conversion, memory that source and target share; scalars into views. */
/* seconds: 300 */
#define CHECK_SECONDS 250
#include "part.h"

#define CASES 60
#define UNTOUCHED (-3)

static int ndim;
static int64_t shape[RANDOM_NDIM];

/* Shape of the source, and the dimension of the target that its first one belongs to: below 0 for surplus ones. */
static int source_ndim, shift;
static int64_t source_shape[RANDOM_NDIM];

static part target_part;

static int64_t source_number(const int64_t *index)
{
    int64_t value = 0;
    for (int d = 0; d < source_ndim; d++)
        value = value * 13 + index[d];
    return 100 + value;
}

static int64_t old_number(const int64_t *index)
{
    int64_t value = 0;
    for (int d = 0; d < ndim; d++)
        value = value * 13 + index[d];
    return 1000000 + value;
}

static void fill_source(const random_place *place, void *context)
{
    (void)context;
    *(int32_t *)place->at = place->owned ? (int32_t)source_number(place->index) : UNTOUCHED;
}

static void fill_target(const random_place *place, void *context)
{
    (void)context;
    *(double *)place->at = place->owned ? (double)old_number(place->index) : UNTOUCHED;
}

/* Position of an element of the array in the part; 0 if it is not one of it. */
static int in_part(const int64_t *index, int64_t *at)
{
    const part *p = &target_part;
    for (int d = 0; d < p->ndim; d++)
        at[d] = 0;
    for (int d = 0; d < ndim; d++) {
        int64_t distance = index[d] - p->start[d];
        if (distance % p->step[d] || distance / p->step[d] < 0 || distance / p->step[d] >= p->count[d])
            return 0;
        if (p->axis[d] >= 0)
            at[p->axis[d]] = distance / p->step[d];
    }
    return 1;
}

static void check_assigned(const random_place *place, void *context)
{
    int64_t at[RANDOM_NDIM], from[RANDOM_NDIM];
    double want = UNTOUCHED;
    if (place->owned && in_part(place->index, at)) {
        for (int d = 0; d < source_ndim; d++)
            from[d] = d + shift < 0 || source_shape[d] == 1 ? 0 : at[d + shift];
        want = context ? *(double *)context : (double)source_number(from);
    } else if (place->owned) {
        want = (double)old_number(place->index);
    }
    CHECK_REAL(*(double *)place->at, want);
}

/* As check_assigned for a scalar; ghosts of a view that belong to the slice are filled too. */
static void check_filled(const random_place *place, void *context)
{
    if (place->owned)
        check_assigned(place, context);
}

static int one_case(int comm)
{
    darr_dist *dist, *source_dist;
    darr_array *array, *source, *view = NULL;
    int32_t seven = 7;
    double scalar = 7;
    void *memory[2];
    int code, spare;

    ndim = (int)random_below(4);
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(6) ? 1 + random_below(11) : random_below(2);
    dist = random_dist(comm, ndim, shape, 4);
    array = random_array(dist, DARR_FLOAT64, &memory[0]);
    random_visit(dist, array, fill_target, NULL);
    if (random_below(3) == 0) {
        memset(&target_part, 0, sizeof target_part);
        for (int d = 0; d < ndim; d++) {
            target_part.step[d] = 1;
            target_part.count[d] = target_part.extent[d] = shape[d];
            target_part.axis[d] = d;
        }
        target_part.ndim = ndim;
    } else {
        target_part = random_part(ndim, shape);
    }
    code = darr_array_slice(array, target_part.n, target_part.entries, &view);
    if (code == DARR_ERR_UNSUPPORTED) {
        darr_array_free(array);
        darr_dist_free(dist);
        free(memory[0]);
        return 0;
    }
    CHECK_OK(code);
    spare = (int)random_below(4) == 0 ? (int)random_below(RANDOM_NDIM - target_part.ndim + 1) : 0;
    shift = spare ? -spare : (int)random_below(target_part.ndim + 1) * (int)random_below(2);
    source_ndim = target_part.ndim - shift;
    for (int d = 0; d < source_ndim; d++)
        source_shape[d] = d + shift < 0 || random_below(3) == 0 ? 1 : target_part.extent[d + shift];
    source_dist = random_dist(comm, source_ndim, source_shape, spare ? 3 : 4);
    source = random_array(source_dist, DARR_INT32, &memory[1]);
    random_visit(source_dist, source, fill_source, NULL);
    CHECK_OK(darr_array_assign(view, source, DARR_ORDER_C));
    random_visit(dist, array, check_assigned, NULL);
    random_visit(dist, array, fill_target, NULL);
    CHECK_OK(darr_array_fill(view, DARR_INT32, &seven));
    random_visit(dist, array, check_filled, &scalar);
    darr_array_free(source);
    darr_dist_free(source_dist);
    darr_array_free(view);
    darr_array_free(array);
    darr_dist_free(dist);
    free(memory[0]);
    free(memory[1]);
    return 1;
}

static void fill_line(const random_place *place, void *context)
{
    (void)context;
    *(int64_t *)place->at = place->index[0];
}

static void check_shared(const random_place *place, void *context)
{
    int64_t i = place->index[0], shifted = *(int *)context;
    if (place->owned)
        CHECK_INT(*(int64_t *)place->at, shifted ? (i > 0 ? i - 1 : 0) : 16 - i);
}

/* a[1:] = a[:-1] and a[...] = a[::-1]: source and target lie in the same memory. */
static void shared(int comm)
{
    int64_t n = 17;
    for (int shifted = 0; shifted < 2; shifted++) {
        darr_index from = DARR_INDEX_INIT, to = DARR_INDEX_INIT;
        darr_dist *dist;
        darr_array *array = NULL, *source = NULL, *target = NULL;
        random_state = 11;
        dist = random_dist(comm, 1, &n, 2);
        CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &array));
        random_visit(dist, array, fill_line, NULL);
        from.kind = to.kind = DARR_INDEX_SLICE;
        from.start = to.stop = DARR_NONE;
        from.stop = shifted ? -1 : DARR_NONE;
        from.step = shifted ? 1 : -1;
        to.start = shifted;
        CHECK_NEEDED(darr_array_slice(array, 1, &from, &source));
        CHECK_NEEDED(darr_array_slice(array, 1, &to, &target));
        CHECK_OK(darr_array_assign(target, source, DARR_ORDER_C));
        random_visit(dist, array, check_shared, &shifted);
        darr_array_free(source);
        darr_array_free(target);
        darr_array_free(array);
        darr_dist_free(dist);
    }
}

static void refused(int comm)
{
    int64_t long_shape[2] = {6, 5}, short_shape[2] = {6, 4};
    int last = check_rank == check_size - 1;
    darr_dist *long_dist, *short_dist, *other_dist;
    darr_array *target = NULL, *source = NULL, *other = NULL, *complex = NULL;
    MPI_Comm copy;
    random_state = 5;
    MPI_Comm_dup(MPI_COMM_WORLD, &copy);
    long_dist = random_dist(comm, 2, long_shape, 3);
    short_dist = random_dist(comm, 2, short_shape, 3);
    other_dist = random_dist((int)MPI_Comm_c2f(copy), 2, long_shape, 3);
    CHECK_NEEDED(darr_array_create(long_dist, DARR_FLOAT64, &target));
    CHECK_NEEDED(darr_array_create(short_dist, DARR_FLOAT64, &source));
    CHECK_NEEDED(darr_array_create(long_dist, DARR_COMPLEX64, &complex));
    CHECK_NEEDED(darr_array_create(other_dist, DARR_FLOAT64, &other));
    CHECK_FAILS(darr_array_assign(target, source, DARR_ORDER_C), DARR_ERR_ARGUMENT, "extent of the source 4");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_array_assign(target, complex, DARR_ORDER_C), DARR_ERR_ARGUMENT, "kind");
    CHECK_FAILS(darr_array_assign(target, other, DARR_ORDER_C), DARR_ERR_ARGUMENT, "different communicators");
    /* Wrong on one rank is wrong on all. */
    CHECK_FAILS(darr_array_assign(target, last ? NULL : target, DARR_ORDER_C), DARR_ERR_HANDLE, "source is NULL");
    CHECK_ALIKE(darr_last_error());
    CHECK_CODE(darr_array_assign(target, last ? source : target, DARR_ORDER_C), DARR_ERR_ARGUMENT);
    CHECK_FAILS(darr_array_assign(NULL, source, DARR_ORDER_C), DARR_ERR_HANDLE, "target is NULL");
    darr_array_free(target);
    darr_array_free(source);
    darr_array_free(complex);
    darr_array_free(other);
    darr_dist_free(long_dist);
    darr_dist_free(short_dist);
    darr_dist_free(other_dist);
    MPI_Comm_free(&copy);
}

int main(int argc, char **argv)
{
    int comm, made = 0;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    refused(comm);
    for (int way = 0; way < RANDOM_WAYS; way++) {
        random_divide(comm, way);
        CHECK_OK(darr_comm_set_checks(comm, way == 2));
        shared(comm);
        made += random_cases(comm, way, CASES, one_case);
    }
    /* Most slices have a view. */
    CHECK(made > random_run / 3);
    return check_end();
}
