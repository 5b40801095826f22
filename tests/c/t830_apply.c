/* User functions by value over random distributions: sections of several arrays at once, elements by global index, parts that are
 * combined in the order of the ranks. */
/* seconds: 300 */
#include "field.h"
#include "random.h"

#define CASES 60
#define MOST 3
#define UNTOUCHED (-77)

static struct {
    darr_dist *dist;
    darr_array *array;
    int ndim, dtype;
    int64_t shape[RANDOM_NDIM];
    void *memory;
} fields[MOST];
static int n_fields;

static int64_t number(int f, const int64_t *index)
{
    int64_t value = f + 1;
    for (int d = 0; d < fields[f].ndim; d++)
        value = value * 7 + index[d];
    return value;
}

/* A value that every type can hold, as bytes. */
static void small(int f, const int64_t *index, void *to)
{
    field_value(fields[f].dtype, number(f, index) % 100, to);
}

static void check_bytes(int f, const random_place *place, const void *want)
{
    int64_t bytes = 0;
    CHECK_OK(darr_dtype_size(fields[f].dtype, &bytes));
    if (!CHECK(memcmp(place->at, want, (size_t)bytes) == 0))
        fprintf(stderr, "rank %d: field %d, dtype %d, number %lld\n", check_rank, f, fields[f].dtype,
                (long long)number(f, place->index));
}

/* What every element has: its value where it is owned, the pattern elsewhere. */
static void compare(const random_place *place, void *context)
{
    int f = *(const int *)context;
    unsigned char want[16];
    memset(want, FIELD_PADDING, sizeof want);
    if (place->owned)
        small(f, place->index, want);
    check_bytes(f, place, want);
}

static void mark(const random_place *place, void *context)
{
    int64_t bytes = 0;
    CHECK_OK(darr_dtype_size(fields[*(const int *)context].dtype, &bytes));
    memset(place->at, FIELD_PADDING, (size_t)bytes);
}

static void mark_all(void)
{
    for (int f = 0; f < n_fields; f++)
        random_visit(fields[f].dist, fields[f].array, mark, &f);
}

static void compare_all(void)
{
    for (int f = 0; f < n_fields; f++)
        random_visit(fields[f].dist, fields[f].array, compare, &f);
}

static int calls;

static void set(const random_place *place, void *context)
{
    int f = *(const int *)context;
    if (place->owned)
        small(f, place->index, place->at);
}

static void check_views(int n, const darr_view *const *views)
{
    CHECK_INT(n, n_fields);
    for (int f = 0; f < n_fields; f++) {
        darr_view v = DARR_VIEW_INIT;
        CHECK_OK(darr_array_view(fields[f].array, &v));
        CHECK_INT(views[f]->size, (int64_t)sizeof v);
        CHECK(views[f]->base == v.base);
        CHECK_INT(views[f]->dtype, fields[f].dtype);
        CHECK_INT(views[f]->ndim, fields[f].ndim);
        CHECK_INT(views[f]->order, v.order);
        for (int d = 0; d < v.ndim; d++) {
            CHECK_INT(views[f]->extents[d], v.extents[d]);
            CHECK_INT(views[f]->strides[d], v.strides[d]);
            CHECK_INT(views[f]->owned_lo[d], v.owned_lo[d]);
            CHECK_INT(views[f]->owned_hi[d], v.owned_hi[d]);
            CHECK_INT(views[f]->global_lo[d], v.global_lo[d]);
            CHECK_INT(views[f]->contiguous[d], v.contiguous[d]);
        }
    }
}

/* Sets all elements through the views; the calls in here are Local functions on the arrays. */
static int whole_sections(int n, const darr_view *const *views, void *context)
{
    CHECK(context == &calls);
    calls++;
    check_views(n, views);
    for (int f = 0; f < n; f++)
        random_visit(fields[f].dist, fields[f].array, set, &f);
    return 0;
}

static struct {
    int f;
    int64_t calls;
    int64_t last[RANDOM_NDIM], local[RANDOM_NDIM];
    int order;
} walk;

static int by_index(const int64_t *index, void *value_out, void *context)
{
    int64_t local[RANDOM_NDIM];
    int d, k, ndim = fields[walk.f].ndim;
    static const unsigned char zeros[16];
    CHECK(context == &walk);
    CHECK(memcmp(value_out, zeros, 16) == 0);
    CHECK_INT((int64_t)((uintptr_t)value_out % 16), 0);
    /* In memory order, each element once: the local index ascends. */
    CHECK_OK(darr_dist_to_local(fields[walk.f].dist, -1, index, local));
    if (walk.calls++ > 0) {
        for (k = 0; k < ndim; k++) {
            d = walk.order == DARR_ORDER_F ? ndim - 1 - k : k;
            if (local[d] != walk.local[d])
                break;
        }
        CHECK(k < ndim && local[d] > walk.local[d]);
    }
    memcpy(walk.local, local, sizeof local);
    small(walk.f, index, value_out);
    return 0;
}

static int64_t owned(int f)
{
    int64_t count[RANDOM_NDIM], all = 1, origin[RANDOM_NDIM] = {0};
    int owner = -1;
    CHECK_OK(darr_dist_count(fields[f].dist, -1, count));
    for (int d = 0; d < fields[f].ndim; d++)
        all *= count[d];
    if (fields[f].ndim == 0) {
        CHECK_OK(darr_dist_owner(fields[f].dist, origin, &owner));
        all = owner == check_rank;
    }
    return all;
}

/* A part that tells which ranks it stands for. */
typedef struct {
    int64_t first, last, joined;
    int64_t sum, elements;
    double tail[];
} part;

static int64_t tail;
static part *sums;

static void add(const random_place *place, void *context)
{
    if (place->owned) {
        sums->sum += number(*(const int *)context, place->index);
        sums->elements++;
    }
}

static int local(int n, const darr_view *const *views, void *partial_out, void *context)
{
    part *mine = partial_out;
    CHECK(context == &tail);
    CHECK_INT((int64_t)((uintptr_t)partial_out % 16), 0);
    CHECK(mine->first == 0 && mine->last == 0 && mine->sum == 0);
    check_views(n, views);
    calls++;
    sums = mine;
    mine->first = mine->last = check_rank;
    for (int f = 0; f < n; f++)
        random_visit(fields[f].dist, fields[f].array, add, &f);
    for (int64_t i = 0; i < tail; i++)
        mine->tail[i] = check_rank + (double)i;
    return 0;
}

static int combine(const void *lower, void *higher, void *context)
{
    const part *a = lower;
    part *b = higher;
    CHECK(context == &tail);
    CHECK_INT((int64_t)((uintptr_t)lower % 16 + (uintptr_t)higher % 16), 0);
    CHECK_INT(a->last + 1, b->first);
    b->first = a->first;
    b->joined += a->joined + 1;
    b->sum += a->sum;
    b->elements += a->elements;
    for (int64_t i = 0; i < tail; i++)
        b->tail[i] += a->tail[i];
    return 0;
}

/* The sum over all elements of all arrays, as one process would make it. */
static void whole(int64_t *sum, int64_t *elements)
{
    *sum = *elements = 0;
    for (int f = 0; f < n_fields; f++) {
        int64_t index[RANDOM_NDIM] = {0}, any = 1;
        int d;
        for (d = 0; d < fields[f].ndim; d++)
            any = any && fields[f].shape[d] > 0;
        while (any) {
            *sum += number(f, index);
            ++*elements;
            for (d = fields[f].ndim; d-- > 0;) {
                if (++index[d] < fields[f].shape[d])
                    break;
                index[d] = 0;
            }
            any = d >= 0;
        }
    }
}

/* The indices of a dimension are those of the elements along it. */
static void indices(int f)
{
    int64_t count[RANDOM_NDIM], local[RANDOM_NDIM], index[RANDOM_NDIM], list[8];
    darr_view v = DARR_VIEW_INIT;
    CHECK_OK(darr_dist_count(fields[f].dist, -1, count));
    CHECK_OK(darr_array_view(fields[f].array, &v));
    CHECK((v.base == NULL) == (owned(f) == 0));
    for (int d = 0; d < v.ndim; d++) {
        CHECK_OK(darr_dist_indices(fields[f].dist, -1, d - v.ndim * (int)random_below(2), count[d], list));
        CHECK_CODE(darr_dist_indices(fields[f].dist, -1, d, count[d] + 1, list), DARR_ERR_ARGUMENT);
        memcpy(local, v.owned_lo, sizeof local);
        for (int64_t i = 0; i < count[d] && owned(f) > 0; i++, local[d]++) {
            CHECK_OK(darr_dist_to_global(fields[f].dist, -1, local, index));
            CHECK_INT(list[i], index[d]);
        }
    }
    CHECK_FAILS(darr_dist_indices(fields[f].dist, -1, v.ndim, 0, list), DARR_ERR_ARGUMENT, "dimension");
}

static int one_case(int comm)
{
    darr_array *arrays[MOST];
    int64_t sum, elements, before;
    size_t bytes;
    part *result;
    n_fields = 1 + (int)random_below(MOST);
    for (int f = 0; f < n_fields; f++) {
        fields[f].ndim = (int)random_below(4);
        fields[f].dtype = DARR_BOOL + (int)random_below(13);
        for (int d = 0; d < fields[f].ndim; d++)
            fields[f].shape[d] = random_below(8);
        fields[f].dist = random_dist(comm, fields[f].ndim, fields[f].shape, 4);
        arrays[f] = fields[f].array = random_array(fields[f].dist, fields[f].dtype, &fields[f].memory);
    }

    for (int f = 0; f < n_fields; f++)
        indices(f);
    mark_all();
    before = calls;
    CHECK_OK(darr_apply(n_fields, arrays, whole_sections, &calls));
    CHECK_INT(calls, before + 1);
    compare_all();

    mark_all();
    for (int f = 0; f < n_fields; f++) {
        darr_view v = DARR_VIEW_INIT;
        CHECK_OK(darr_array_view(arrays[f], &v));
        memset(&walk, 0, sizeof walk);
        walk.f = f;
        walk.order = v.order;
        CHECK_OK(darr_array_from_function(arrays[f], fields[f].dtype, by_index, &walk));
        CHECK_INT(walk.calls, owned(f));
    }
    compare_all();

    tail = random_below(2) ? random_below(4) : 150 + random_below(100);
    bytes = sizeof(part) + (size_t)tail * sizeof(double);
    result = malloc(bytes);
    before = calls;
    CHECK_OK(darr_reduce_with(n_fields, (const darr_array *const *)arrays, (int64_t)bytes, local, combine, &tail, result));
    CHECK_INT(calls, before + 1);
    whole(&sum, &elements);
    CHECK_INT(result->first, 0);
    CHECK_INT(result->last, check_size - 1);
    CHECK_INT(result->joined, check_size - 1);
    CHECK_INT(result->sum, sum);
    CHECK_INT(result->elements, elements);
    for (int64_t i = 0; i < tail; i++)
        CHECK_REAL(result->tail[i], check_size * (check_size - 1) / 2 + check_size * (double)i);
    free(result);

    for (int f = 0; f < n_fields; f++) {
        darr_array_free(arrays[f]);
        darr_dist_free(fields[f].dist);
        free(fields[f].memory);
    }
    return 1;
}

/* What a function gives is converted: any dtype to a larger one, reals to complex, small integers where they fit. */
static int one_double(const int64_t *index, void *value_out, void *context)
{
    (void)context;
    *(double *)value_out = (double)index[0] + 0.5;
    return 0;
}

static int one_int(const int64_t *index, void *value_out, void *context)
{
    (void)context;
    *(int64_t *)value_out = -index[0];
    return 0;
}

static int one_truth(const int64_t *index, void *value_out, void *context)
{
    (void)context;
    *(unsigned char *)value_out = (unsigned char)(index[0] % 3 * 7);
    return 0;
}

static void conversions(int comm)
{
    static const struct {
        int from, to;
        darr_element_function function;
    } pairs[] = {
        {DARR_FLOAT64, DARR_FLOAT32, one_double}, {DARR_FLOAT64, DARR_COMPLEX64, one_double},
        {DARR_INT64, DARR_INT8, one_int},         {DARR_INT64, DARR_FLOAT64, one_int},
        {DARR_BOOL, DARR_BOOL, one_truth},        {DARR_BOOL, DARR_INT32, one_truth},
    };
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist = NULL;
    dim.extent = 11;
    dim.map = DARR_CYCLIC;
    dim.block_size = 2;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        darr_array *array = NULL;
        CHECK_NEEDED(darr_array_create(dist, pairs[k].to, &array));
        CHECK_OK(darr_array_from_function(array, pairs[k].from, pairs[k].function, NULL));
        for (int64_t i = 0; i < 11; i++) {
            double pair[2] = {UNTOUCHED, UNTOUCHED};
            double want = pairs[k].function == one_double ? (double)i + 0.5
                          : pairs[k].function == one_int  ? (double)-i
                                                          : i % 3 != 0;
            CHECK_OK(darr_array_get(array, &i, DARR_COMPLEX128, pair));
            CHECK_REAL(pair[0], want);
            CHECK_REAL(pair[1], 0);
        }
        darr_array_free(array);
    }
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    random_cases(comm, 0, CASES, one_case);
    conversions(comm);
    return check_end();
}
