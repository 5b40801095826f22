/* Views of random parts as operands, by value: reduced, saved and loaded, their ghosts filled. Redistribution, assignment and the
 * rest are t305's, t312's and t313's. */
/* seconds: 300 */
/* valgrind: no */
#define CHECK_SECONDS 250
#include "part.h"

#define CASES 20

static int ndim;
static part p;

static int64_t number(const int64_t *index)
{
    int64_t value = 1;
    for (int d = 0; d < ndim; d++)
        value = value * 13 + index[d];
    return value;
}

static int64_t number_in_part(const int64_t *at)
{
    int64_t index[RANDOM_NDIM];
    part_index(&p, ndim, at, index);
    return number(index);
}

static void set_number(const random_place *place, void *context)
{
    (void)context;
    *(int64_t *)place->at = place->owned ? number(place->index) : -1;
}

static void expect_number_in_part(const random_place *place, void *context)
{
    (void)context;
    if (place->owned)
        CHECK_INT(*(int64_t *)place->at, number_in_part(place->index));
}

/* Ghosts are those of elements of the part; what lies outside of it is not theirs to fill. */
static void expect_ghost(const random_place *place, void *context)
{
    int inside = 1;
    (void)context;
    for (int d = 0; d < p.ndim; d++)
        inside = inside && place->index[d] >= 0 && place->index[d] < p.extent[d];
    CHECK_INT(*(int64_t *)place->at, inside ? number_in_part(place->index) : -1);
}

/* Elements of the part are there, others are 0. */
static void expect_loaded(const random_place *place, void *context)
{
    int inside = 1;
    (void)context;
    if (!place->owned)
        return;
    for (int d = 0; d < ndim; d++) {
        int64_t distance = place->index[d] - p.start[d];
        inside = inside && distance % p.step[d] == 0 && distance / p.step[d] >= 0 && distance / p.step[d] < p.count[d];
    }
    CHECK_INT(*(int64_t *)place->at, inside ? number(place->index) : 0);
}

static void reduced(const darr_array *view)
{
    int64_t at[RANDOM_NDIM] = {0}, sum = 0, least = INT64_MAX, got = -1;
    if (part_elements(&p) > 0)
        do {
            int64_t value = number_in_part(at);
            sum += value;
            least = value < least ? value : least;
        } while (part_next(&p, at));
    CHECK_OK(darr_array_reduce(view, DARR_SUM, DARR_INT64, &got));
    CHECK_INT(got, sum);
    if (part_elements(&p) > 0) {
        CHECK_OK(darr_array_reduce(view, DARR_MIN, DARR_INT64, &got));
        CHECK_INT(got, least);
    }
}

/* `state` made the first distribution: the memory order, which comes first, is the same again, as files have it. */
static void saved_and_loaded(int comm, uint64_t state, const darr_dist *dist, const darr_array *view)
{
    darr_dist *other;
    darr_array *copy, *again, *part_of_again;
    darr_file *file;
    void *memory;
    random_state = state;
    other = random_dist(comm, p.ndim, p.extent, 3);
    copy = random_array(other, DARR_INT64, &memory);
    CHECK_NEEDED(darr_file_open(comm, "part.h5", DARR_CREATE, &file));
    CHECK_NEEDED(darr_file_save(file, "part", view));
    CHECK_NEEDED(darr_file_close(file));
    CHECK_NEEDED(darr_file_open(comm, "part.h5", DARR_READ, &file));
    CHECK_OK(darr_file_load(file, "part", copy));
    random_visit(other, copy, expect_number_in_part, NULL);
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &again));
    CHECK_NEEDED(darr_array_slice(again, p.n, p.entries, &part_of_again));
    CHECK_OK(darr_file_load(file, "part", part_of_again));
    random_visit(dist, again, expect_loaded, NULL);
    CHECK_NEEDED(darr_file_close(file));
    darr_array_free(part_of_again);
    darr_array_free(again);
    darr_array_free(copy);
    darr_dist_free(other);
    free(memory);
}

/* Gives 1 if the part has a view. */
static int one_case(int comm)
{
    int64_t shape[RANDOM_NDIM];
    darr_dist *dist, *view_dist;
    darr_array *array, *view;
    darr_plan *halo;
    void *memory;
    uint64_t state;
    int code, kinds;
    ndim = 1 + (int)random_below(3);
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(6) ? 1 + random_below(11) : random_below(2);
    kinds = random_below(2) ? 2 : 3;
    state = random_state;
    dist = random_dist(comm, ndim, shape, kinds);
    array = random_array(dist, DARR_INT64, &memory);
    random_visit(dist, array, set_number, NULL);
    p = random_part(ndim, shape);
    code = darr_array_slice(array, p.n, p.entries, &view);
    if (code != DARR_ERR_UNSUPPORTED && CHECK_OK(code)) {
        CHECK_NEEDED(darr_array_dist(view, &view_dist));
        reduced(view);
        saved_and_loaded(comm, state, dist, view);
        CHECK_NEEDED(darr_plan_halo(1, &view, NULL, &halo));
        CHECK_OK(darr_plan_run(halo));
        random_visit(view_dist, view, expect_ghost, NULL);
        darr_plan_free(halo);
        darr_dist_free(view_dist);
        darr_array_free(view);
    }
    darr_array_free(array);
    darr_dist_free(dist);
    free(memory);
    return code == DARR_OK;
}

int main(int argc, char **argv)
{
    int comm, viewed = 0;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        random_state = seed;
        viewed += one_case(comm);
    }
    CHECK(viewed > CASES / 2);
    return check_end();
}
