/* Halo exchange by value over random distributions: boxes and stars, narrower widths, several arrays of different distributions
 * in one exchange, ghosts added back to their owners, with the same bits whatever way they take; through memory that ranks share,
 * through their buffers in it, and through messages of MPI. */
/* seconds: 300 */
#include "random.h"

#define CASES 50
#define ARRAYS 2
#define UNTOUCHED (-3)

static int ndim;
static int64_t shape[RANDOM_NDIM];
static darr_halo_options options;
static int offsets[3 * 27];

static int64_t number(const int64_t *index)
{
    int64_t value = 1;
    for (int d = 0; d < ndim; d++)
        value = value * 11 + index[d];
    return value;
}

static int inside(const int64_t *index)
{
    for (int d = 0; d < ndim; d++)
        if (index[d] < 0 || index[d] >= shape[d])
            return 0;
    return 1;
}

/* Whether the exchange fills a ghost: by how far it lies beyond the owned elements, and in how many dimensions. */
static int is_filled(const random_place *place)
{
    int beyond = 0, direction[3] = {0};
    for (int d = 0; d < ndim; d++) {
        int64_t below = place->view->owned_lo[d] - place->local[d], above = place->local[d] + 1 - place->view->owned_hi[d];
        if (below > 0 && options.below && below > options.below[d])
            return 0;
        if (above > 0 && options.above && above > options.above[d])
            return 0;
        beyond += below > 0 || above > 0;
        direction[d] = below > 0 ? -1 : above > 0;
    }
    if (options.offsets) {
        int listed = 0;
        for (int i = 0; i < options.n_offsets; i++)
            listed |= memcmp(options.offsets + i * ndim, direction, (size_t)ndim * sizeof *direction) == 0;
        if (!listed)
            return 0;
    }
    return inside(place->index) && (!options.star || beyond <= 1);
}

static void fill_owned(const random_place *place, void *context)
{
    (void)context;
    *(int32_t *)place->at = place->owned ? (int32_t)number(place->index) : UNTOUCHED;
}

static void check_filled(const random_place *place, void *context)
{
    (void)context;
    CHECK_INT(*(int32_t *)place->at, place->owned || is_filled(place) ? number(place->index) : UNTOUCHED);
}

/* The way back: every ghost is added to the element that it mirrors, and stays. What each element of the whole array becomes. */
typedef struct {
    int array;
    int64_t sums[2 * 11 * 11 * 11];
} backward;

static int32_t own_value(const random_place *place, int array)
{
    int64_t value = 7919 * check_rank + 104729 * array;
    for (int d = 0; d < ndim; d++)
        value = value * 31 + place->local[d];
    return (int32_t)(1 + value % 100003);
}

static void fill_distinct(const random_place *place, void *context)
{
    backward *back = context;
    *(int32_t *)place->at = own_value(place, back->array);
    if (place->owned || is_filled(place))
        back->sums[number(place->index)] += own_value(place, back->array);
}

static void check_sums(const random_place *place, void *context)
{
    const backward *back = context;
    CHECK_INT(*(int32_t *)place->at, place->owned ? back->sums[number(place->index)] : own_value(place, back->array));
}

static int one_case(int comm)
{
    static backward sums[ARRAYS];
    int64_t below[RANDOM_NDIM], above[RANDOM_NDIM];
    darr_dist *dist[ARRAYS];
    darr_array *array[ARRAYS];
    darr_plan *fill = NULL, *back = NULL;
    void *memory[ARRAYS];
    int n = 1 + (int)random_below(ARRAYS);

    ndim = (int)random_below(4);
    options = (darr_halo_options)DARR_HALO_OPTIONS_INIT;
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(5) ? 1 + random_below(8) : random_below(3);
    options.star = (int)random_below(2);
    if (ndim > 0 && random_below(3) == 0) {
        options.star = 0;
        options.n_offsets = (int)random_below(28);
        for (int i = 0; i < options.n_offsets * ndim; i++)
            offsets[i] = (int)random_below(3) - 1;
        options.offsets = offsets;
    }
    for (int i = 0; i < n; i++) {
        dist[i] = random_dist(comm, ndim, shape, 4);
        array[i] = random_array(dist[i], DARR_INT32, &memory[i]);
    }
    /* Widths of 0 fit every distribution. */
    if (random_below(4) == 0) {
        memset(below, 0, sizeof below);
        memset(above, 0, sizeof above);
        options.below = below;
        options.above = above;
    }
    CHECK_NEEDED(darr_plan_halo(n, array, &options, &fill));
    for (int run = 0; run < 2; run++) {
        for (int i = 0; i < n; i++)
            random_visit(dist[i], array[i], fill_owned, NULL);
        CHECK_OK(darr_plan_run(fill));
        for (int i = 0; i < n; i++)
            random_visit(dist[i], array[i], check_filled, NULL);
    }
    options.accumulate = 1;
    CHECK_NEEDED(darr_plan_halo(n, array, &options, &back));
    memset(sums, 0, sizeof sums);
    for (int i = 0; i < n; i++) {
        sums[i].array = i;
        random_visit(dist[i], array[i], fill_distinct, &sums[i]);
        MPI_Allreduce(MPI_IN_PLACE, sums[i].sums, (int)(sizeof sums[i].sums / sizeof *sums[i].sums), MPI_INT64_T, MPI_SUM,
                      MPI_COMM_WORLD);
    }
    CHECK_OK(darr_plan_run(back));
    for (int i = 0; i < n; i++)
        random_visit(dist[i], array[i], check_sums, &sums[i]);
    darr_plan_free(fill);
    darr_plan_free(back);
    for (int i = 0; i < n; i++) {
        darr_array_free(array[i]);
        darr_dist_free(dist[i]);
        free(memory[i]);
    }
    return 1;
}

static void fill_rough(const random_place *place, void *context)
{
    double scale[5] = {1e-9, 1, 1e7, -1e-3, -1e6};
    int32_t value = own_value(place, 0);
    (void)context;
    *(double *)place->at = scale[value % 5] / value;
}

static void mix_bits(const random_place *place, void *context)
{
    uint64_t *mixed = context, bits;
    memcpy(&bits, place->at, sizeof bits);
    *mixed = (*mixed ^ bits) * 0x9e3779b97f4a7c15u + 1;
}

/* Sums of numbers that round differently in every order, twice by one plan. */
static uint64_t bits(int comm, uint64_t seed)
{
    uint64_t mixed[2] = {0, 0};
    darr_dist *dist;
    darr_array *array;
    darr_plan *plan = NULL;
    void *memory;
    random_state = seed;
    ndim = 1 + (int)random_below(3);
    for (int d = 0; d < ndim; d++)
        shape[d] = 1 + random_below(8);
    options = (darr_halo_options)DARR_HALO_OPTIONS_INIT;
    options.accumulate = 1;
    dist = random_dist(comm, ndim, shape, 2);
    array = random_array(dist, DARR_FLOAT64, &memory);
    CHECK_NEEDED(darr_plan_halo(1, &array, &options, &plan));
    for (int run = 0; run < 2; run++) {
        random_visit(dist, array, fill_rough, NULL);
        /* Nobody changes what others may already be reading. */
        MPI_Barrier(MPI_COMM_WORLD);
        CHECK_OK(darr_plan_run(plan));
        random_visit(dist, array, mix_bits, &mixed[run]);
    }
    CHECK(mixed[0] == mixed[1]);
    darr_plan_free(plan);
    darr_array_free(array);
    darr_dist_free(dist);
    free(memory);
    return mixed[0];
}

static void same_bits(int comm)
{
    for (uint64_t seed = 1; seed <= (getenv("CHECK_FEW") ? 2 : 12); seed++) {
        uint64_t first = 0;
        for (int way = 0; way < RANDOM_WAYS; way++) {
            random_divide(comm, way);
            if (way == 0)
                first = bits(comm, seed);
            else
                CHECK(bits(comm, seed) == first);
        }
    }
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    for (int way = 0; way < RANDOM_WAYS; way++) {
        random_divide(comm, way);
        random_cases(comm, way, CASES, one_case);
    }
    same_bits(comm);
    return check_end();
}
