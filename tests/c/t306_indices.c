/* Gathers and scatters by lists of global indices, by value, over random distributions of all maps: duplicates, empty lists,
 * indices from the end, conversion, combination in a fixed order; through shared memory and through messages of MPI. */
/* seconds: 300 */
#include "random.h"

#define CASES 50
#define MOST 40

static int ndim;
static int64_t shape[RANDOM_NDIM];

static int64_t flat(const int64_t *index)
{
    int64_t value = 0;
    for (int d = 0; d < ndim; d++)
        value = value * shape[d] + (index[d] < 0 ? index[d] + shape[d] : index[d]);
    return value;
}

static void fill(const random_place *place, void *context)
{
    (void)context;
    *(int32_t *)place->at = place->owned ? (int32_t)(100 + flat(place->index)) : -3;
}

/* Everything that all ranks scatter, in the order of the ranks and their lists. */
static int64_t all_count, all_index[6 * MOST], all_value[6 * MOST];

static void check_scattered(const random_place *place, void *context)
{
    int combine = *(int *)context;
    int64_t at, want;
    if (!place->owned) {
        CHECK_INT(*(int32_t *)place->at, -3);
        return;
    }
    at = flat(place->index);
    want = 100 + at;
    for (int64_t i = 0; i < all_count; i++) {
        int64_t value = all_value[i];
        if (all_index[i] != at)
            continue;
        switch (combine) {
        case DARR_COMBINE_INSERT: want = value; break;
        case DARR_COMBINE_ADD: want += value; break;
        case DARR_COMBINE_MIN: want = value < want ? value : want; break;
        default: want = value > want ? value : want;
        }
    }
    CHECK_INT(*(int32_t *)place->at, want);
}

static darr_array *list_of(int comm, int64_t n, int dtype, void *memory, darr_dist **dist_out)
{
    int64_t size, before = 0, end;
    darr_memory m = DARR_MEMORY_INIT;
    darr_array *list = NULL;
    MPI_Exscan(&n, &before, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    end = before + n;
    CHECK_OK(darr_dtype_size(dtype, &size));
    CHECK_NEEDED(darr_dist_from_boxes(comm, 1, &before, &end, NULL, NULL, dist_out));
    m.base = memory;
    m.dtype = dtype;
    m.ndim = 1;
    m.extents[0] = n;
    m.strides[0] = size;
    if (memory)
        CHECK_NEEDED(darr_array_wrap(*dist_out, &m, &list));
    else
        CHECK_NEEDED(darr_array_create(*dist_out, dtype, &list));
    return list;
}

static int one_case(int comm)
{
    int64_t indices[MOST * RANDOM_NDIM], sent[MOST], counts[6], n, elements = 1;
    double got[MOST];
    int32_t values[MOST];
    int kinds = random_below(2) ? 4 : 3, combine, wrap, has_lists = 0;
    darr_dist *dist, *list_dist;
    darr_array *array, *list;
    darr_plan *plan = NULL;
    darr_view view = DARR_VIEW_INIT;
    void *memory;

    ndim = (int)random_below(4);
    for (int d = 0; d < ndim; d++) {
        shape[d] = random_below(6) ? 1 + random_below(9) : random_below(2);
        elements *= shape[d];
    }
    dist = random_dist(comm, ndim, shape, kinds);
    array = random_array(dist, DARR_INT32, &memory);
    combine = (int)random_below(4);
    wrap = (int)random_below(2);
    /* Each rank's list is its own. */
    random_state += 7919 * (uint64_t)(check_rank + 1);
    n = elements > 0 && random_below(5) ? random_below(MOST) : 0;
    has_lists = kinds == 4;
    for (int64_t i = 0; i < n * ndim; i++) {
        int d = (int)(i % ndim);
        indices[i] = random_below(shape[d]);
        if (!has_lists && random_below(3) == 0)
            indices[i] -= shape[d];
    }
    random_visit(dist, array, fill, NULL);

    list = list_of(comm, n, DARR_FLOAT64, wrap ? got : NULL, &list_dist);
    CHECK_NEEDED(darr_plan_gather(array, n, indices, list, &plan));
    for (int run = 0; run < 2; run++) {
        double none = -1;
        CHECK_OK(darr_array_fill(list, DARR_FLOAT64, &none));
        CHECK_OK(darr_plan_run(plan));
        CHECK_OK(darr_array_view(list, &view));
        for (int64_t i = 0; i < n; i++)
            CHECK_REAL(((double *)view.base)[i], (double)(100 + flat(indices + i * ndim)));
    }
    darr_plan_free(plan);
    darr_array_free(list);
    darr_dist_free(list_dist);

    for (int64_t i = 0; i < n; i++) {
        values[i] = (int32_t)(random_below(1000) - 500);
        sent[i] = values[i];
    }
    all_count = 0;
    MPI_Allgather(&n, 1, MPI_INT64_T, counts, 1, MPI_INT64_T, MPI_COMM_WORLD);
    for (int r = 0; r < check_size; r++) {
        int64_t own[MOST];
        for (int64_t i = 0; i < n; i++)
            own[i] = flat(indices + i * ndim);
        if (r != check_rank) {
            MPI_Bcast(all_index + all_count, (int)counts[r], MPI_INT64_T, r, MPI_COMM_WORLD);
            MPI_Bcast(all_value + all_count, (int)counts[r], MPI_INT64_T, r, MPI_COMM_WORLD);
        } else {
            MPI_Bcast(own, (int)n, MPI_INT64_T, r, MPI_COMM_WORLD);
            MPI_Bcast(sent, (int)n, MPI_INT64_T, r, MPI_COMM_WORLD);
            memcpy(all_index + all_count, own, (size_t)n * sizeof *own);
            memcpy(all_value + all_count, sent, (size_t)n * sizeof *sent);
        }
        all_count += counts[r];
    }
    list = list_of(comm, n, DARR_INT32, values, &list_dist);
    CHECK_NEEDED(darr_plan_scatter(array, n, indices, list, combine, &plan));
    for (int run = 0; run < 2; run++) {
        random_visit(dist, array, fill, NULL);
        MPI_Barrier(MPI_COMM_WORLD);
        CHECK_OK(darr_plan_run(plan));
        random_visit(dist, array, check_scattered, &combine);
    }
    darr_plan_free(plan);
    darr_array_free(list);
    darr_dist_free(list_dist);
    darr_array_free(array);
    darr_dist_free(dist);
    free(memory);
    return 1;
}

static void refused(int comm)
{
    int64_t indices[2] = {3, 7}, outside[2] = {3, 10}, ten = 10;
    darr_dist *dist, *list_dist, *plane_dist;
    darr_array *array = NULL, *list, *plane = NULL;
    darr_plan *plan = NULL;
    int64_t two[2] = {2, 2};
    int last = check_rank == check_size - 1;
    ndim = 1;
    dist = random_dist(comm, 1, &ten, 2);
    plane_dist = random_dist(comm, 2, two, 2);
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_array_create(plane_dist, DARR_FLOAT64, &plane));
    list = list_of(comm, 2, DARR_FLOAT64, NULL, &list_dist);
    /* Wrong on one rank is wrong on all. */
    CHECK_FAILS(darr_plan_gather(array, 2, last ? outside : indices, list, &plan), DARR_ERR_ARGUMENT, "index 10");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_plan_gather(array, last ? 1 : 2, indices, list, &plan), DARR_ERR_ARGUMENT, "2 values for 1 indices");
    CHECK_FAILS(darr_plan_gather(array, last ? -1 : 2, indices, list, &plan), DARR_ERR_ARGUMENT, "-1");
    CHECK_FAILS(darr_plan_gather(array, 2, last ? NULL : indices, list, &plan), DARR_ERR_ARGUMENT, "indices is NULL");
    CHECK_FAILS(darr_plan_gather(array, 2, indices, last ? NULL : list, &plan), DARR_ERR_HANDLE, "values is NULL");
    CHECK_FAILS(darr_plan_gather(array, 2, indices, list, last ? NULL : &plan), DARR_ERR_ARGUMENT, "plan_out is NULL");
    CHECK_FAILS(darr_plan_gather(array, 2, indices, plane, &plan), DARR_ERR_ARGUMENT, "2 dimensions");
    CHECK_FAILS(darr_plan_scatter(array, 2, indices, list, 9, &plan), DARR_ERR_ARGUMENT, "combine mode 9");
    CHECK_ALIKE(darr_last_error());
    CHECK(plan == NULL);
    darr_array_free(array);
    darr_array_free(plane);
    darr_array_free(list);
    darr_dist_free(dist);
    darr_dist_free(plane_dist);
    darr_dist_free(list_dist);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    refused(comm);
    for (int way = 0; way < RANDOM_WAYS; way++) {
        random_divide(comm, way);
        random_cases(comm, way, CASES, one_case);
    }
    return check_end();
}
