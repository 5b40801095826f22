/* Random numbers by global index, against Philox 4x32-10 written here from the paper, and against one rank that holds the whole:
 * every distribution, for random distributions and memory, of all dtypes, of parts of larger arrays; padding stays as it was. */
#include "random.h"

/* Words of a counter after ten rounds. */
static void philox(uint64_t seed, uint64_t stream, uint64_t block, uint32_t word[4])
{
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    word[0] = (uint32_t)block, word[1] = (uint32_t)(block >> 32);
    word[2] = (uint32_t)stream, word[3] = (uint32_t)(stream >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t p = (uint64_t)0xD2511F53u * word[0], q = (uint64_t)0xCD9E8D57u * word[2];
        uint32_t next[4] = {(uint32_t)(q >> 32) ^ word[1] ^ key[0], (uint32_t)q, (uint32_t)(p >> 32) ^ word[3] ^ key[1],
                            (uint32_t)p};
        memcpy(word, next, sizeof next);
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
}

/* The 64-bit word of element `n`, of two to a counter. */
static uint64_t wide(const darr_random *r, uint64_t n)
{
    uint32_t word[4];
    philox((uint64_t)r->seed, (uint64_t)r->stream, n / 2, word);
    return word[2 * (n % 2)] | (uint64_t)word[2 * (n % 2) + 1] << 32;
}

static double uniform64(const darr_random *r, uint64_t n, double low, double high)
{
    return low + (high - low) * ((double)(wide(r, n) >> 11) * 0x1p-53);
}

static float uniform32(const darr_random *r, uint64_t n, float low, float high)
{
    uint32_t word[4];
    float length = high - low, part;
    philox((uint64_t)r->seed, (uint64_t)r->stream, n / 4, word);
    part = length * ((float)(word[n % 4] >> 8) * 0x1p-24f);
    return low + part;
}

/* floor(word * count / 2^64) for counts up to 2^32. */
static int64_t integer(const darr_random *r, uint64_t n, int64_t low, uint64_t count)
{
    uint64_t word = wide(r, n), carried = (word & 0xffffffffu) * count;
    return low + (int64_t)(((word >> 32) * count + (carried >> 32)) >> 32);
}

typedef struct {
    const darr_random *random;
    int kind, ndim;
    int64_t shape[RANDOM_NDIM];
    double low, high;
    /* What one rank alone makes of the global array. */
    char *whole;
} oracle;

enum { UNIFORM, NORMAL, EXPONENTIAL, BETA, INTEGERS, PERMUTATION, KINDS };

static int make(const oracle *o, darr_array *array, const darr_random *random)
{
    switch (o->kind) {
    case UNIFORM: return darr_random_uniform(array, random, o->low, o->high);
    case NORMAL: return darr_random_normal(array, random, o->low, o->high);
    case EXPONENTIAL: return darr_random_exponential(array, random, o->high);
    case BETA: return darr_random_beta(array, random, o->high, 0.75);
    case INTEGERS: return darr_random_integers(array, random, (int64_t)o->low, (int64_t)o->high);
    default: return darr_random_permutation(array, random, (int64_t)o->low);
    }
}

static double value_at(const void *at, int dtype)
{
    switch (dtype) {
    case DARR_BOOL:
    case DARR_UINT8: return *(const uint8_t *)at;
    case DARR_INT8: return *(const int8_t *)at;
    case DARR_INT16: return *(const int16_t *)at;
    case DARR_UINT16: return *(const uint16_t *)at;
    case DARR_INT32: return *(const int32_t *)at;
    case DARR_UINT32: return *(const uint32_t *)at;
    case DARR_INT64: return (double)*(const int64_t *)at;
    case DARR_UINT64: return (double)*(const uint64_t *)at;
    case DARR_FLOAT32: return *(const float *)at;
    default: return *(const double *)at;
    }
}

static void compare(const random_place *place, void *context)
{
    const oracle *o = context;
    const darr_random *r = o->random;
    int dtype = place->view->dtype, complex = dtype == DARR_COMPLEX64 || dtype == DARR_COMPLEX128;
    int64_t size = 0;
    uint64_t n = 0;
    if (!place->owned) {
        CHECK_REAL(value_at(place->at, dtype), 0);
        return;
    }
    for (int d = 0; d < o->ndim; d++) {
        int64_t i = place->index[d];
        n = r->extents ? n * (uint64_t)r->extents[d] + (uint64_t)((r->first ? r->first[d] : 0) + i * (r->step ? r->step[d] : 1))
                       : n * (uint64_t)o->shape[d] + (uint64_t)i;
    }
    CHECK_OK(darr_dtype_size(dtype, &size));
    CHECK(memcmp(place->at, o->whole + (int64_t)n * size, (size_t)size) == 0);
    if (o->kind == INTEGERS)
        CHECK_REAL(value_at(place->at, dtype), (double)integer(r, n, (int64_t)o->low, (uint64_t)(o->high - o->low)));
    else if (o->kind == UNIFORM)
        for (int part = 0; part < (complex ? 2 : 1); part++)
            if (dtype == DARR_FLOAT32 || dtype == DARR_COMPLEX64)
                CHECK_REAL(((float *)place->at)[part],
                           uniform32(r, (complex + 1) * n + part, (float)o->low, (float)o->high));
            else
                CHECK_REAL(((double *)place->at)[part], uniform64(r, (complex + 1) * n + part, o->low, o->high));
    else if (o->kind == EXPONENTIAL && dtype == DARR_FLOAT64)
        CHECK_NEAR(*(double *)place->at, -o->high * log1p(-uniform64(r, n, 0, 1)), 1e-13);
    else if (o->kind == NORMAL && dtype == DARR_FLOAT64) {
        double radius = sqrt(-2 * log1p(-uniform64(r, n - n % 2, 0, 1)));
        double turn = 6.283185307179586 * ((double)wide(r, n - n % 2 + 1) * 0x1p-64 - 0.125);
        CHECK_NEAR(*(double *)place->at, o->low + o->high * radius * (n % 2 ? sin(turn) : cos(turn)), 1e-13);
    }
}

/* The global array on this rank alone. */
static char *whole(const oracle *o, int dtype)
{
    const int64_t *shape = o->random->extents ? o->random->extents : o->shape;
    darr_random random = *o->random;
    darr_dim dims[RANDOM_NDIM];
    darr_dist *dist = NULL;
    darr_array *array = NULL;
    darr_view view = DARR_VIEW_INIT;
    int64_t elements = 1, size = 0;
    char *copy;
    for (int d = 0; d < o->ndim; d++) {
        darr_dim dim = DARR_DIM_INIT;
        dim.extent = shape[d];
        dims[d] = dim;
        elements *= shape[d];
    }
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(MPI_COMM_SELF), o->ndim, dims, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, dtype, &array));
    random.extents = random.first = random.step = NULL;
    CHECK_OK(make(o, array, &random));
    CHECK_OK(darr_array_view(array, &view));
    CHECK_OK(darr_dtype_size(dtype, &size));
    copy = calloc((size_t)(elements * size + 1), 1);
    if (elements > 0)
        memcpy(copy, view.base, (size_t)(elements * size));
    darr_array_free(array);
    darr_dist_free(dist);
    return copy;
}

/* Every index of a permutation comes once. */
static void once(const int32_t *images, int64_t n, int32_t base)
{
    char *seen = calloc((size_t)(n + 1), 1);
    for (int64_t i = 0; i < n; i++)
        if (CHECK(images[i] >= base && images[i] < base + n && !seen[images[i] - base]))
            seen[images[i] - base] = 1;
    free(seen);
}

static int one_case(int comm)
{
    static const int reals[] = {DARR_FLOAT32, DARR_FLOAT64, DARR_COMPLEX64, DARR_COMPLEX128};
    int64_t extents[RANDOM_NDIM], first[RANDOM_NDIM], step[RANDOM_NDIM];
    darr_random r = DARR_RANDOM_INIT;
    oracle o = {&r, (int)random_below(KINDS), 0, {0}, 0, 0, NULL};
    darr_dist *dist;
    darr_array *array;
    void *memory;
    int dtype, part = random_below(2) == 0;
    o.ndim = o.kind == PERMUTATION ? 1 : (int)random_below(RANDOM_NDIM + 1);
    r.seed = random_below(INT64_MAX) - random_below(INT64_MAX);
    r.stream = random_below(3) - 1;
    for (int d = 0; d < o.ndim; d++) {
        o.shape[d] = random_below(o.ndim == 1 ? 10000 : o.ndim == 2 ? 120 : 14);
        step[d] = random_below(2) ? 1 : random_below(2) ? 1 + random_below(3) : -1 - random_below(3);
        first[d] = random_below(5) + (step[d] < 0 && o.shape[d] > 0 ? -step[d] * (o.shape[d] - 1) : 0);
        extents[d] = first[d] + (step[d] > 0 ? step[d] * o.shape[d] : 0) + 1 + random_below(4);
    }
    if (part) {
        r.extents = extents;
        r.first = first;
        r.step = step;
    }
    dtype = o.kind < INTEGERS ? reals[random_below(4)] : o.kind == INTEGERS ? 1 + (int)random_below(11) : DARR_INT32;
    dist = random_dist(comm, o.ndim, o.shape, 4);
    array = random_array(dist, dtype, &memory);
    if (o.kind == INTEGERS) {
        int sign = dtype >= DARR_INT8 && dtype <= DARR_INT64, wider = dtype != DARR_BOOL && random_below(2);
        o.low = sign ? -(double)random_below(100) : 0;
        o.high = wider ? 127 : 2;
    } else {
        o.low = random_below(2) ? 0 : o.kind == PERMUTATION ? 1 : -2.5;
        o.high = random_below(2) ? 1 : 17.25;
    }
    o.whole = whole(&o, dtype);
    if (o.kind == PERMUTATION)
        once((int32_t *)o.whole, part ? extents[0] : o.shape[0], (int32_t)o.low);
    CHECK_OK(make(&o, array, &r));
    random_visit(dist, array, compare, &o);
    free(o.whole);
    darr_array_free(array);
    darr_dist_free(dist);
    free(memory);
    return 1;
}

int main(int argc, char **argv)
{
    int run;
    check_begin(&argc, &argv);
    run = random_cases(MPI_Comm_c2f(MPI_COMM_WORLD), 0, 200, one_case);
    CHECK_INT(run, random_run);
    return check_end();
}
