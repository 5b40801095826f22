/* Handles that are NULL, freed, foreign or of another kind give DARR_ERR_HANDLE with a text that says which, touch no memory and
 * write no result. A handle stays dead when its place is used again.
 * ranks: 1 2
 */
#include "check.h"

static darr_dist *dist;
static darr_array *array;
static darr_plan *plan;

static void refused(const void *handle, const char *as_dist, const char *as_array, const char *as_plan, const char *as_file)
{
    int64_t index = 0, value = 77;
    darr_plan_info info = DARR_PLAN_INFO_INIT;
    int number = 77;
    darr_dist *other = NULL;
    darr_view view = DARR_VIEW_INIT;
    darr_protocol told = {0};
    darr_reduction sums[2] = {DARR_REDUCTION_INIT, DARR_REDUCTION_INIT};
    darr_plan *new_plan = NULL;
    darr_array *new_array = NULL;
    /* The cast away from const and to another kind is the mistake that is tested. */
    darr_dist *d = (darr_dist *)(uintptr_t)handle;
    darr_array *a = (darr_array *)(uintptr_t)handle;
    darr_plan *p = (darr_plan *)(uintptr_t)handle;
    darr_file *f = (darr_file *)(uintptr_t)handle;
    if (as_dist) {
        CHECK_FAILS(darr_dist_ndim(d, &number), DARR_ERR_HANDLE, as_dist);
        CHECK_FAILS(darr_dist_copy(d, &other), DARR_ERR_HANDLE, as_dist);
        CHECK_FAILS(darr_dist_compatible(dist, d, &number), DARR_ERR_HANDLE, as_dist);
        CHECK_FAILS(darr_dist_owner(d, &index, &number), DARR_ERR_HANDLE, as_dist);
        CHECK_FAILS(darr_dist_slice(d, &index, &value, NULL, &other), DARR_ERR_HANDLE, as_dist);
        CHECK_FAILS(darr_dist_reduce(d, 1, &number, &other), DARR_ERR_HANDLE, as_dist);
        CHECK_FAILS(darr_dist_staggered(d, &number, &other), DARR_ERR_HANDLE, as_dist);
        CHECK_FAILS(darr_array_create(d, DARR_INT64, &new_array), DARR_ERR_HANDLE, as_dist);
    }
    if (as_array) {
        CHECK_FAILS(darr_array_dist(a, &other), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_array_set(a, &index, DARR_INT64, &value), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_array_fill(a, DARR_INT64, &value), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_array_copy(array, a), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_array_copy(a, array), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_array_get(a, &index, DARR_INT64, &value), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_array_view(a, &view), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_array_produce(a, &told), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_array_reduce(a, DARR_SUM, DARR_INT64, &value), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_image_save(a, "never.png", NULL), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_plan_halo(1, &a, NULL, &new_plan), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_plan_redistribute(1, (const darr_array *const *)&array, &a, NULL, &new_plan), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_plan_redistribute(1, (const darr_array *const *)&a, &array, NULL, &new_plan), DARR_ERR_HANDLE, as_array);
        for (int i = 0; i < 2; i++)
            sums[i].dtype = DARR_INT64, sums[i].x = i ? a : array, sums[i].value_out = &value;
        CHECK_FAILS(darr_reduce(1, sums + 1), DARR_ERR_HANDLE, as_array);
        CHECK_FAILS(darr_reduce(2, sums), DARR_ERR_HANDLE, as_array);
        sums[0].op = DARR_DOT, sums[0].y = a;
        if (a)
            CHECK_FAILS(darr_reduce(1, sums), DARR_ERR_HANDLE, as_array);
    }
    if (as_plan) {
        CHECK_FAILS(darr_plan_begin(p), DARR_ERR_HANDLE, as_plan);
        CHECK_FAILS(darr_plan_end(p), DARR_ERR_HANDLE, as_plan);
        CHECK_FAILS(darr_plan_describe(p, &info), DARR_ERR_HANDLE, as_plan);
        CHECK_FAILS(darr_plan_run(p), DARR_ERR_HANDLE, as_plan);
    }
    if (as_file)
        CHECK_FAILS(darr_file_close(f), DARR_ERR_HANDLE, as_file);
    CHECK_INT(value, 77);
    CHECK_INT(number, 77);
    CHECK_INT(index, 0);
    CHECK(other == NULL && new_plan == NULL && new_array == NULL && told.release == NULL && view.base == NULL);
}

int main(int argc, char **argv)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dead_dist, *copies[50];
    darr_array *dead_array;
    darr_plan *dead_plan;
    int comm, ndim = 0;
    int local = 0;
    void *heap = malloc(64);
    static char unmapped;

    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    dim.extent = 10;
    dim.map = DARR_BLOCK;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &array));
    CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &plan));

    refused(NULL, "NULL", "NULL", "NULL", "NULL");
    refused(dist, NULL, "is a darr_dist where a darr_array is needed", "is a darr_dist where a darr_plan is needed",
            "is a darr_dist where a darr_file is needed");
    refused(array, "is a darr_array where a darr_dist is needed", NULL, "is a darr_array where a darr_plan is needed",
            "is a darr_array where a darr_file is needed");
    refused(plan, "is a darr_plan where a darr_dist is needed", "is a darr_plan where a darr_array is needed", NULL,
            "is a darr_plan where a darr_file is needed");
    refused(&local, "no handle", "no handle", "no handle", "no handle");
    refused(heap, "no handle", "no handle", "no handle", "no handle");
    refused(&unmapped, "no handle", "no handle", "no handle", "no handle");
    refused((void *)(uintptr_t)1, "no handle", "no handle", "no handle", "no handle");
    refused((void *)UINTPTR_MAX, "no handle", "no handle", "no handle", "no handle");
    /* Just beside a handle. */
    refused((void *)((uintptr_t)dist + 100000), "no handle", "no handle", "no handle", "no handle");

    /* Freeing with the function of another kind frees nothing. */
    darr_array_free((darr_array *)(uintptr_t)dist);
    CHECK_TEXT(darr_last_error(), "is a darr_dist where a darr_array is needed");
    darr_dist_free((darr_dist *)(uintptr_t)heap);
    CHECK_TEXT(darr_last_error(), "no handle");
    CHECK_OK(darr_dist_ndim(dist, &ndim));
    CHECK_INT(ndim, 1);

    CHECK_OK(darr_dist_copy(dist, &dead_dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &dead_array));
    CHECK_NEEDED(darr_plan_halo(1, &dead_array, NULL, &dead_plan));
    darr_plan_free(dead_plan);
    darr_array_free(dead_array);
    darr_dist_free(dead_dist);
    refused(dead_dist, "freed", "freed", "freed", "freed");
    refused(dead_array, "freed", "freed", "freed", "freed");
    refused(dead_plan, "freed", "freed", "freed", "freed");
    darr_dist_free(dead_dist);
    CHECK_TEXT(darr_last_error(), "freed");
    for (int i = 0; i < 50; i++)
        CHECK_OK(darr_dist_copy(dist, &copies[i]));
    refused(dead_dist, "freed", "freed", "freed", "freed");
    refused(dead_plan, "freed", "freed", "freed", "freed");
    for (int i = 0; i < 50; i++) {
        for (int j = 0; j < i; j++)
            CHECK(copies[i] != copies[j]);
        CHECK_OK(darr_dist_ndim(copies[i], &ndim));
    }
    for (int i = 0; i < 50; i++)
        darr_dist_free(copies[i]);

    darr_plan_free(plan);
    darr_array_free(array);
    darr_dist_free(dist);
    free(heap);
    return check_end();
}
