/* Slices as views, by value, over random distributions of all maps: ranges with any step, single indices, new dimensions,
 * ellipses; views of views; redistribution out of a view and into one. */
/* seconds: 300 */
#include "part.h"

#define CASES 150
#define ENTRIES (2 * RANDOM_NDIM)
#define UNTOUCHED (-3)

static int ndim;
/* For each dimension of the array: where the view begins, how far it steps, and which dimension it is there, -1: none. */
static int64_t start[RANDOM_NDIM], step[RANDOM_NDIM];
static int axis[RANDOM_NDIM];

static int64_t number(const int64_t *index)
{
    int64_t value = 1;
    for (int d = 0; d < ndim; d++)
        value = value * 13 + index[d];
    return value;
}

static int64_t number_in_view(const int64_t *index)
{
    int64_t there[RANDOM_NDIM];
    for (int d = 0; d < ndim; d++)
        there[d] = start[d] + (axis[d] < 0 ? 0 : index[axis[d]] * step[d]);
    return number(there);
}

static void fill(const random_place *place, void *context)
{
    (void)context;
    *(int64_t *)place->at = place->owned ? number(place->index) : UNTOUCHED;
}

static void check_view(const random_place *place, void *context)
{
    (void)context;
    if (place->owned)
        CHECK_INT(*(int64_t *)place->at, number_in_view(place->index));
}

static void check_copy(const random_place *place, void *context)
{
    (void)context;
    CHECK_INT(*(int64_t *)place->at, place->owned ? number_in_view(place->index) : 0);
}

static void negate(const random_place *place, void *context)
{
    (void)context;
    if (place->owned)
        *(int64_t *)place->at = -*(int64_t *)place->at;
}

/* After the negated copy was put back: exactly the elements of the slice are negative. */
static int64_t extent[RANDOM_NDIM];

static void check_put(const random_place *place, void *context)
{
    int inside = place->owned;
    (void)context;
    for (int d = 0; d < ndim; d++) {
        int64_t distance = place->index[d] - start[d];
        int64_t count = axis[d] < 0 ? 1 : extent[axis[d]];
        inside = inside && distance % step[d] == 0 && distance / step[d] >= 0 && distance / step[d] < count;
    }
    if (place->owned)
        CHECK_INT(*(int64_t *)place->at, inside ? -number(place->index) : number(place->index));
    else
        CHECK_INT(*(int64_t *)place->at, UNTOUCHED);
}

static int one_case(int comm)
{
    int64_t shape[RANDOM_NDIM], view_shape[RANDOM_NDIM];
    darr_index entries[ENTRIES];
    darr_dist *dist, *view_dist, *copy_dist;
    darr_array *array, *view = NULL, *copy;
    const darr_array *source;
    darr_plan *out = NULL, *back = NULL;
    void *memory[2];
    int n = 0, kept = 0, code, view_ndim = -1, skipped;

    ndim = 1 + (int)random_below(3);
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(6) ? 1 + random_below(11) : random_below(2);
    dist = random_dist(comm, ndim, shape, 4);
    array = random_array(dist, DARR_INT64, &memory[0]);
    random_visit(dist, array, fill, NULL);
    skipped = random_below(4) == 0 ? (int)random_below(ndim) : ndim;
    for (int d = 0; d < ndim; d++) {
        darr_index entry = DARR_INDEX_INIT;
        start[d] = 0;
        step[d] = 1;
        axis[d] = kept;
        if (d <= skipped && kept < RANDOM_NDIM - ndim && random_below(6) == 0) {
            entry.kind = DARR_INDEX_NEW;
            entries[n++] = entry;
            view_shape[kept++] = 1;
            axis[d] = kept;
        }
        entry.kind = (int)random_below(3);
        if (d >= skipped) {
            /* An ellipsis for this dimension and those that follow. */
            if (d == skipped) {
                entry.kind = DARR_INDEX_ELLIPSIS;
                entries[n++] = entry;
            }
            view_shape[kept++] = shape[d];
            continue;
        }
        if (entry.kind == DARR_INDEX_AT && shape[d] == 0)
            entry.kind = DARR_INDEX_ALL;
        switch (entry.kind) {
        case DARR_INDEX_AT:
            start[d] = random_below(shape[d]);
            entry.start = random_below(2) ? start[d] : start[d] - shape[d];
            axis[d] = -1;
            break;
        case DARR_INDEX_SLICE:
            entry.start = random_below(4) ? random_below(2 * shape[d] + 3) - shape[d] - 1 : DARR_NONE;
            entry.stop = random_below(4) ? random_below(2 * shape[d] + 3) - shape[d] - 1 : DARR_NONE;
            entry.step = random_below(3) ? 1 : random_below(7) - 3;
            step[d] = entry.step ? entry.step : 1;
            view_shape[kept++] = part_resolve(shape[d], &entry, &start[d]);
            break;
        default: view_shape[kept++] = shape[d];
        }
        entries[n++] = entry;
    }
    for (int d = 0; d < kept; d++)
        extent[d] = view_shape[d];
    code = darr_array_slice(array, n, entries, &view);
    if (code == DARR_ERR_UNSUPPORTED) {
        darr_array_free(array);
        darr_dist_free(dist);
        free(memory[0]);
        return 0;
    }
    CHECK_OK(code);
    CHECK_OK(darr_array_dist(view, &view_dist));
    CHECK_OK(darr_dist_ndim(view_dist, &view_ndim));
    CHECK_INT(view_ndim, kept);
    if (view_ndim == kept) {
        int64_t got[RANDOM_NDIM];
        CHECK_OK(darr_dist_shape(view_dist, got));
        for (int d = 0; d < kept; d++)
            CHECK_INT(got[d], view_shape[d]);
    }
    random_visit(view_dist, view, check_view, NULL);
    /* The slice goes to another distribution and comes back negated. */
    copy_dist = random_dist(comm, kept, view_shape, 3);
    CHECK_NEEDED(darr_array_create(copy_dist, DARR_INT64, &copy));
    source = view;
    CHECK_NEEDED(darr_plan_redistribute(1, &source, &copy, NULL, &out));
    source = copy;
    CHECK_NEEDED(darr_plan_redistribute(1, &source, &view, NULL, &back));
    CHECK_OK(darr_plan_run(out));
    random_visit(copy_dist, copy, check_copy, NULL);
    random_visit(copy_dist, copy, negate, NULL);
    CHECK_OK(darr_plan_run(back));
    random_visit(dist, array, check_put, NULL);
    darr_plan_free(out);
    darr_plan_free(back);
    darr_array_free(copy);
    darr_dist_free(copy_dist);
    /* The view lives on by itself where the memory is the library's. */
    darr_array_free(array);
    random_visit(view_dist, view, negate, NULL);
    random_visit(view_dist, view, check_view, NULL);
    darr_array_free(view);
    darr_dist_free(view_dist);
    darr_dist_free(dist);
    free(memory[0]);
    return 1;
}

static void refused(int comm)
{
    int64_t shape[2] = {6, 5};
    darr_dist *dist = random_dist(comm, 2, shape, 2);
    darr_array *array = NULL, *view = NULL;
    darr_index entries[3] = {DARR_INDEX_INIT, DARR_INDEX_INIT, DARR_INDEX_INIT};
    CHECK_NEEDED(darr_array_create(dist, DARR_INT8, &array));
    CHECK_FAILS(darr_array_slice(array, 3, entries, &view), DARR_ERR_ARGUMENT, "entry per dimension");
    CHECK_FAILS(darr_array_slice(array, -1, entries, &view), DARR_ERR_ARGUMENT, "-1");
    CHECK_FAILS(darr_array_slice(array, 1, NULL, &view), DARR_ERR_ARGUMENT, "indices is NULL");
    CHECK_FAILS(darr_array_slice(array, 1, entries, NULL), DARR_ERR_ARGUMENT, "view_out is NULL");
    CHECK_FAILS(darr_array_slice(NULL, 1, entries, &view), DARR_ERR_HANDLE, "NULL");
    entries[0].kind = 9;
    CHECK_FAILS(darr_array_slice(array, 1, entries, &view), DARR_ERR_ARGUMENT, "9");
    entries[0].kind = DARR_INDEX_AT;
    entries[0].start = 6;
    CHECK_FAILS(darr_array_slice(array, 1, entries, &view), DARR_ERR_ARGUMENT, "6");
    entries[0].kind = entries[1].kind = DARR_INDEX_ELLIPSIS;
    CHECK_FAILS(darr_array_slice(array, 2, entries, &view), DARR_ERR_ARGUMENT, "ellips");
    entries[0].size = 3;
    CHECK_FAILS(darr_array_slice(array, 1, entries, &view), DARR_ERR_ARGUMENT, "size");
    CHECK(view == NULL);
    darr_array_free(array);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    int comm, made = 0;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    refused(comm);
    made += random_cases(comm, 0, CASES, one_case);
    /* Most slices have a view. */
    CHECK(made > random_run / 2);
    return check_end();
}
