/* Sorting by value, over random distributions of all maps: the same elements in ascending order, indices of a stable order,
 * quantiles, different values with their counts and places; constants, few values, sorted and reversed ones, NaNs, infinities and
 * zeros of both signs, more ranks than elements; all real types; through shared memory and through messages of MPI. */
/* seconds: 300 */
#define CHECK_SECONDS 250
#include "random.h"

#define CASES 60
#define MOST 400

static const int dtypes[] = {DARR_BOOL,  DARR_INT8,   DARR_INT16,  DARR_INT32,   DARR_INT64,  DARR_UINT8,
                             DARR_UINT16, DARR_UINT32, DARR_UINT64, DARR_FLOAT32, DARR_FLOAT64};

static int dtype, kind;
static int64_t extent, salt, items_seen;

/* The oracle: each element as its type holds it, in 128 bits that sort as NumPy does. */
typedef struct {
    /* 0 a number, 1 NaN. */
    int is_nan;
    long double value;
    /* A whole number modulo 2^64: valgrind computes long doubles in 64 bits. */
    uint64_t whole;
    int64_t index;
} item;

static item items[MOST], sorted[MOST];

static void put(void *at, int64_t whole, double real)
{
    switch (dtype) {
    case DARR_BOOL: *(uint8_t *)at = whole & 1; break;
    case DARR_INT8: *(int8_t *)at = (int8_t)whole; break;
    case DARR_INT16: *(int16_t *)at = (int16_t)whole; break;
    case DARR_INT32: *(int32_t *)at = (int32_t)whole; break;
    case DARR_INT64: *(int64_t *)at = whole; break;
    case DARR_UINT8: *(uint8_t *)at = (uint8_t)whole; break;
    case DARR_UINT16: *(uint16_t *)at = (uint16_t)whole; break;
    case DARR_UINT32: *(uint32_t *)at = (uint32_t)whole; break;
    case DARR_UINT64: *(uint64_t *)at = (uint64_t)whole; break;
    case DARR_FLOAT32: *(float *)at = (float)real; break;
    default: *(double *)at = real;
    }
}

static long double number(const void *at)
{
    switch (dtype) {
    case DARR_BOOL: return *(const uint8_t *)at;
    case DARR_INT8: return *(const int8_t *)at;
    case DARR_INT16: return *(const int16_t *)at;
    case DARR_INT32: return *(const int32_t *)at;
    case DARR_INT64: return *(const int64_t *)at;
    case DARR_UINT8: return *(const uint8_t *)at;
    case DARR_UINT16: return *(const uint16_t *)at;
    case DARR_UINT32: return *(const uint32_t *)at;
    case DARR_UINT64: return *(const uint64_t *)at;
    case DARR_FLOAT32: return *(const float *)at;
    default: return *(const double *)at;
    }
}

static int is_real(void)
{
    return dtype == DARR_FLOAT64 || dtype == DARR_FLOAT32;
}

static uint64_t whole(const void *at)
{
    if (is_real())
        return 0;
    return dtype == DARR_INT64 || dtype == DARR_UINT64 ? *(const uint64_t *)at : (uint64_t)(int64_t)number(at);
}

static double nearest(const item *at)
{
    if (is_real())
        return (double)at->value;
    return dtype == DARR_UINT64 ? (double)at->whole : (double)(int64_t)at->whole;
}

/* The element with this index, whoever owns it. */
static void element(int64_t index, void *at)
{
    static const double special[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, -1.5};
    uint64_t z = ((uint64_t)index + 1) * 0x9e3779b97f4a7c15u + (uint64_t)salt;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    switch (kind) {
    case 0: put(at, (int64_t)z, (double)(int64_t)z); break;                      /* anything */
    case 1: put(at, 7, 7.25); break;                                            /* a constant */
    case 2: put(at, (int64_t)(z % 3) - 1, (double)(z % 3) - 1.0); break;        /* few values */
    case 3: put(at, index, (double)index); break;                               /* sorted */
    case 4: put(at, -index, -(double)index); break;                             /* reversed */
    case 5: put(at, (int64_t)(z % 7), special[z % 6]); break;                   /* special ones */
    case 6: put(at, z % 9 ? 3 : (int64_t)z, z % 9 ? NAN : (double)(z % 100)); break; /* skewed */
    default: put(at, (int64_t)(z >> (z % 63)), exp2((double)(z % 100) - 50)); break;
    }
}

static void fill(const random_place *place, void *context)
{
    (void)context;
    element(place->owned ? place->index[0] : -1, place->at);
}

static int compare(const void *left, const void *right)
{
    const item *a = left, *b = right;
    if (a->is_nan != b->is_nan)
        return a->is_nan - b->is_nan;
    if (!a->is_nan && a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static int same(const item *a, const item *b)
{
    return a->is_nan ? b->is_nan : !b->is_nan && a->value == b->value;
}

static void check_element(const void *at, const item *want)
{
    long double got = number(at);
    items_seen++;
    CHECK(want->is_nan ? got != got : got == want->value);
}

static void check_sorted(const random_place *place, void *context)
{
    (void)context;
    if (place->owned)
        check_element(place->at, &sorted[place->index[0]]);
}

static void check_order(const random_place *place, void *context)
{
    int index_dtype = ((int *)context)[0], base = ((int *)context)[1];
    if (!place->owned)
        return;
    items_seen++;
    CHECK_INT(index_dtype == DARR_INT64    ? *(int64_t *)place->at
              : index_dtype == DARR_UINT32 ? (int64_t) * (uint32_t *)place->at
                                           : *(int16_t *)place->at,
              sorted[place->index[0]].index + base);
}

static void check_padding(const random_place *place, void *context)
{
    char want[8];
    int64_t size = 0;
    (void)context;
    element(-1, want);
    CHECK_OK(darr_dtype_size(dtype, &size));
    if (!place->owned)
        CHECK(memcmp(place->at, want, (size_t)size) == 0);
}

static void check_all_seen(int64_t want)
{
    MPI_Allreduce(MPI_IN_PLACE, &items_seen, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    CHECK_INT(items_seen, want);
    items_seen = 0;
}

static void visit(const darr_array *array, void (*each)(const random_place *, void *), void *context)
{
    darr_dist *dist = NULL;
    CHECK_OK(darr_array_dist(array, &dist));
    random_visit(dist, array, each, context);
    darr_dist_free(dist);
}

static void order(int comm, const darr_dist *dist, const darr_array *array)
{
    static const int types[] = {DARR_INT64, DARR_UINT32, DARR_INT16};
    int how[2] = {types[random_below(3)], (int)random_below(2)};
    darr_dist *other = random_below(2) ? random_dist(comm, 1, &extent, 4) : NULL;
    void *memory;
    darr_array *indices = random_array(other ? other : dist, how[0], &memory);
    CHECK_NEEDED(darr_array_argsort(array, indices, how[1]));
    visit(indices, check_order, how);
    check_all_seen(extent);
    darr_array_free(indices);
    darr_dist_free(other);
    free(memory);
}

static void quantiles(const darr_array *array)
{
    double q[200], got[200];
    int64_t n = random_below(5) ? random_below(6) : random_below(200);
    for (int64_t i = 0; i < n; i++) {
        q[i] = random_below(3) ? (double)random_below(1001) / 1000 : (double)random_below(3) / 2;
        got[i] = -99;
    }
    if (extent == 0) {
        CHECK_FAILS(darr_array_quantiles(array, n, q, got), DARR_ERR_ARGUMENT, "without elements");
        return;
    }
    CHECK_OK(darr_array_quantiles(array, n, q, got));
    for (int64_t i = 0; i < n; i++) {
        double place = q[i] * (double)(extent - 1), first = floor(place), way = place - first;
        const item *a = &sorted[(int64_t)first], *b = way > 0 ? a + 1 : a;
        double want = nearest(a);
        if (sorted[extent - 1].is_nan)
            want = NAN;
        else if (a->value != b->value || a->whole != b->whole) {
            double distance = is_real() ? nearest(b) - nearest(a) : (double)(b->whole - a->whole);
            want = way < 0.5 ? nearest(a) + distance * way : nearest(b) - distance * (1 - way);
        }
        CHECK_REAL(got[i], want);
    }
}

/* The different values, and of each element the place among them. */
static item distinct[MOST];
static int64_t distinct_count, distinct_times[MOST], inverse[MOST];

static void check_distinct(const random_place *place, void *context)
{
    (void)context;
    if (place->owned)
        check_element(place->at, &distinct[place->index[0]]);
}

static void check_numbers(const random_place *place, void *context)
{
    if (!place->owned)
        return;
    items_seen++;
    CHECK_INT(*(int64_t *)place->at, ((int64_t *)context)[place->index[0]]);
}

static void unique(const darr_array *array)
{
    darr_array *values = NULL, *counts = NULL, *places = NULL;
    int with = (int)random_below(4), base = (int)random_below(2);
    distinct_count = 0;
    for (int64_t i = 0; i < extent; i++) {
        if (i == 0 || !same(&sorted[i - 1], &sorted[i])) {
            distinct[distinct_count] = sorted[i];
            distinct_times[distinct_count++] = 0;
        }
        distinct_times[distinct_count - 1]++;
        inverse[sorted[i].index] = distinct_count - 1 + base;
    }
    CHECK_NEEDED(darr_array_unique(array, base, &values, with & 1 ? &counts : NULL, with & 2 ? &places : NULL));
    visit(values, check_distinct, NULL);
    check_all_seen(distinct_count);
    if (with & 1) {
        visit(counts, check_numbers, distinct_times);
        check_all_seen(distinct_count);
    }
    if (with & 2) {
        visit(places, check_numbers, inverse);
        check_all_seen(extent);
    }
    darr_array_free(values);
    darr_array_free(counts);
    darr_array_free(places);
}

static int one_case(int comm)
{
    darr_dist *dist;
    darr_array *array;
    void *memory;
    dtype = dtypes[random_below(11)];
    kind = (int)random_below(8);
    salt = random_below(1 << 30);
    extent = random_below(4) ? random_below(MOST) : random_below(8);
    for (int64_t i = 0; i < extent; i++) {
        char at[8];
        element(i, at);
        items[i].value = number(at);
        items[i].whole = whole(at);
        items[i].is_nan = items[i].value != items[i].value;
        items[i].index = i;
    }
    memcpy(sorted, items, sizeof items);
    qsort(sorted, (size_t)extent, sizeof *sorted, compare);
    dist = random_dist(comm, 1, &extent, 4);
    array = random_array(dist, dtype, &memory);
    items_seen = 0;
    visit(array, fill, NULL);
    order(comm, dist, array);
    quantiles(array);
    unique(array);
    CHECK_NEEDED(darr_array_sort(array));
    visit(array, check_sorted, NULL);
    visit(array, check_padding, NULL);
    check_all_seen(extent);
    darr_array_free(array);
    darr_dist_free(dist);
    free(memory);
    return 1;
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    for (int way = 0; way < RANDOM_WAYS; way++) {
        random_divide(comm, way);
        CHECK_OK(darr_comm_set_checks(comm, way == 2));
        random_cases(comm, way, CASES, one_case);
    }
    return check_end();
}
