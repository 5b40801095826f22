/* User functions that fail, on one rank or on all, and arguments that are wrong: one code and one text on every rank. Handles that
 * a function frees. */
#include <distarray_mpi.h>

#include "check.h"

static darr_dist *dist, *other_dist;
static darr_array *array, *second, *elsewhere;
static int calls, last;

/* What fails where: the rank, -1 for all, and the number that it reports there. */
typedef struct {
    int rank, number;
} failure;

static int answer(const failure *f)
{
    calls++;
    return f->rank == -1 ? f->number + check_rank : f->rank == check_rank ? f->number : 0;
}

static int section(int n, const darr_view *const *views, void *context)
{
    CHECK(n >= 1 && views[0]->size > 0);
    return answer(context);
}

static int third(const int64_t *index, void *value_out, void *context)
{
    *(double *)value_out = 7;
    return index[0] % 3 == 2 ? answer(context) : 0;
}

static int part(int n, const darr_view *const *views, void *partial_out, void *context)
{
    *(int64_t *)partial_out = 1;
    return section(n, views, context);
}

static int good_part(int n, const darr_view *const *views, void *partial_out, void *context)
{
    (void)n, (void)views, (void)context;
    *(int64_t *)partial_out = 1;
    return 0;
}

static int bad_join(const void *lower, void *higher, void *context)
{
    *(int64_t *)higher += *(const int64_t *)lower;
    return answer(context);
}

static int join(const void *lower, void *higher, void *context)
{
    (void)context;
    *(int64_t *)higher += *(const int64_t *)lower;
    return 0;
}

static void *mine;

static int apply(darr_array *first, darr_array *another, darr_apply_function function)
{
    darr_array *list[2] = {first, another};
    return darr_apply(another ? 2 : 1, list, function, mine);
}

static int64_t result;

static int reduce(int n, int64_t bytes, darr_partial_function local, darr_combine_function combine, void *out)
{
    const darr_array *list[2] = {array, second};
    return darr_reduce_with(n, list, bytes, local, combine, mine, out);
}

#define REFUSED(call, code, part)           \
    do {                                    \
        CHECK_FAILS(call, code, part);      \
        CHECK_ALIKE(darr_last_error());     \
        CHECK_INT(result, -1);              \
    } while (0)

static void failures(void)
{
    failure f;
    char text[80];
    mine = &f;
    for (f.rank = -1; f.rank < check_size; f.rank += check_size > 1 ? 1 : 2) {
        f.number = 40;
        calls = 0;
        snprintf(text, sizeof text, "the function failed with 40 on rank %d", f.rank < 0 ? 0 : f.rank);
        REFUSED(apply(array, second, section), DARR_ERR_CALLBACK, text);
        CHECK_INT(calls, 1);
        snprintf(text, sizeof text, "part failed with 40 on rank %d", f.rank < 0 ? 0 : f.rank);
        REFUSED(reduce(2, 8, part, join, &result), DARR_ERR_CALLBACK, text);
        CHECK_INT(calls, 2);
        /* An element on each rank at least; what comes before it is set. */
        snprintf(text, sizeof text, "] failed with 40 on rank %d", f.rank < 0 ? 0 : f.rank);
        REFUSED(darr_array_from_function(array, DARR_FLOAT64, third, &f), DARR_ERR_CALLBACK, text);
        if (f.rank < 0 || f.rank == check_rank)
            CHECK_INT(calls, 3);
    }
    /* One of those that combine the same two parts alone. */
    for (f.rank = 0; f.rank < check_size; f.rank++) {
        int all;
        calls = 0;
        int code = reduce(1, 8, good_part, bad_join, &result);
        MPI_Allreduce(&calls, &all, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
        MPI_Bcast(&calls, 1, MPI_INT, f.rank, MPI_COMM_WORLD);
        if (calls == 0) {
            CHECK_CODE(code, DARR_OK);
            CHECK_INT(result, check_size);
        } else {
            snprintf(text, sizeof text, "combines two parts failed with 40 on rank %d", f.rank);
            CHECK_CODE(code, DARR_ERR_CALLBACK);
            CHECK_TEXT(darr_last_error(), text);
            CHECK_ALIKE(darr_last_error());
            CHECK_INT(result, -1);
        }
        result = -1;
    }
    f.rank = check_size;
    CHECK_OK(apply(array, second, section));
    CHECK_OK(reduce(2, 8, part, bad_join, &result));
    CHECK_INT(result, check_size);
    CHECK_OK(darr_array_from_function(array, DARR_FLOAT64, third, &f));
    result = -1;
}

/* The last rank is wrong; the functions of the others run, or not in checked mode. */
static void arguments(int checked)
{
    failure none = {check_size, 0};
    darr_array *freed = NULL;
    const darr_array *nothing = NULL;
    int run;
    mine = &none;
    CHECK_OK(darr_comm_set_checks((int)MPI_Comm_c2f(MPI_COMM_WORLD), checked));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &freed));
    darr_array_free(freed);
    calls = 0;
    run = checked || last ? 0 : 1;
    REFUSED(apply(array, second, last ? NULL : section), DARR_ERR_ARGUMENT, "function is NULL");
    CHECK_INT(calls, run);
    REFUSED(apply(array, last ? freed : second, section), DARR_ERR_HANDLE, "arrays[1] has been freed");
    REFUSED(apply(array, last ? elsewhere : second, section), DARR_ERR_ARGUMENT, "array 1 lives on another communicator");
    CHECK_INT(calls, 3 * run);
    REFUSED(darr_apply(last ? -1 : 1, &array, section, mine), DARR_ERR_ARGUMENT, "is -1; at least one");
    if (check_size > 1) {
        calls = 0;
        REFUSED(darr_apply(last ? 2 : 1, (darr_array *[]){array, second}, section, mine), DARR_ERR_MISMATCH,
                "do not agree on the number of arrays");
        REFUSED(apply(array, last ? array : second, section), DARR_ERR_MISMATCH, "do not agree on the arrays");
        CHECK_INT(calls, checked ? 0 : 2);
        REFUSED(reduce(1, last ? 16 : 8, good_part, join, &result), DARR_ERR_MISMATCH, "on the number of bytes");
        REFUSED(reduce(1, last ? 5000 : 4999, good_part, join, &result), DARR_ERR_MISMATCH, "on the number of bytes");
    }
    REFUSED(reduce(2, last ? 0 : 8, good_part, join, &result), DARR_ERR_ARGUMENT, "the number of bytes is 0");
    REFUSED(reduce(2, last ? INT64_MIN : 8, good_part, join, &result), DARR_ERR_ARGUMENT, "1 or more is allowed");
    REFUSED(reduce(2, last ? INT64_MAX : 8, good_part, join, &result), DARR_ERR_MEMORY, "was refused");
    REFUSED(reduce(2, INT64_MAX / 2, good_part, join, &result), DARR_ERR_MEMORY, "was refused");
    REFUSED(reduce(2, 8, last ? NULL : good_part, join, &result), DARR_ERR_ARGUMENT, "local is NULL");
    REFUSED(reduce(2, 8, good_part, last ? NULL : join, &result), DARR_ERR_ARGUMENT, "combine is NULL");
    REFUSED(reduce(2, 8, good_part, join, last ? NULL : &result), DARR_ERR_ARGUMENT, "result_out is NULL");

    REFUSED(darr_array_from_function(array, DARR_FLOAT64, last ? NULL : third, mine), DARR_ERR_ARGUMENT, "function is NULL");
    REFUSED(darr_array_from_function(array, last ? 99 : DARR_FLOAT64, third, mine), DARR_ERR_ARGUMENT, "99");
    REFUSED(darr_array_from_function(second, last ? DARR_FLOAT64 : DARR_INT8, third, mine), DARR_ERR_ARGUMENT,
            "float64 does not convert to int8");
    /* The bits of 7.0 as an integer. */
    REFUSED(darr_array_from_function(second, DARR_INT64, third, mine), DARR_ERR_ARGUMENT, "does not fit into int8");
    if (check_size > 1)
        REFUSED(darr_array_from_function(array, last ? DARR_FLOAT32 : DARR_FLOAT64, third, mine), DARR_ERR_MISMATCH,
                "do not agree on the dtype");

    /* Without a live first array a rank is alone, here all of them. */
    CHECK_FAILS(darr_apply(1, NULL, section, mine), DARR_ERR_ARGUMENT, "arrays is NULL");
    CHECK_FAILS(darr_apply(0, &array, section, mine), DARR_ERR_ARGUMENT, "is 0; at least one");
    CHECK_FAILS(apply(freed, NULL, section), DARR_ERR_HANDLE, "arrays[0] has been freed");
    CHECK_FAILS(darr_reduce_with(1, &nothing, 8, good_part, join, mine, &result), DARR_ERR_HANDLE, "arrays[0] is NULL");
    CHECK_FAILS(darr_array_from_function(NULL, DARR_FLOAT64, third, mine), DARR_ERR_HANDLE, "array is NULL");
}

static void begun_plans(void)
{
    failure none = {check_size, 0};
    darr_plan *plan = NULL;
    CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &plan));
    CHECK_OK(darr_plan_begin(plan));
    REFUSED(darr_array_from_function(array, DARR_FLOAT64, third, &none), DARR_ERR_STATE, "begun");
    CHECK_OK(darr_plan_end(plan));
    CHECK_OK(darr_array_from_function(array, DARR_FLOAT64, third, &none));
    darr_plan_free(plan);
}

static int frees(int n, const darr_view *const *views, void *context)
{
    const darr_view *v = views[n - 1];
    darr_array **handle = context;
    darr_view gone = DARR_VIEW_INIT;
    darr_array_free(*handle);
    CHECK_CODE(darr_array_view(*handle, &gone), DARR_ERR_HANDLE);
    for (int64_t i = 0; i < v->extents[0]; i++)
        *(double *)((char *)v->base + i * v->strides[0]) += 1;
    return 0;
}

static int frees_first(const int64_t *index, void *value_out, void *context)
{
    darr_array **handle = context;
    darr_array_free(*handle);
    *handle = NULL;
    *(double *)value_out = (double)index[0];
    return 0;
}

static int frees_part(int n, const darr_view *const *views, void *partial_out, void *context)
{
    *(int64_t *)partial_out = 1;
    return frees(n, views, context);
}

/* The array lives until the call that it is in ends. */
static void freed_inside(void)
{
    darr_array *doomed = NULL;
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &doomed));
    CHECK_OK(darr_apply(1, &doomed, frees, &doomed));
    CHECK_CODE(darr_apply(1, &doomed, frees, &doomed), DARR_ERR_HANDLE);
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &doomed));
    CHECK_OK(darr_array_from_function(doomed, DARR_FLOAT64, frees_first, &doomed));
    darr_array_free(doomed);
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &doomed));
    CHECK_OK(darr_reduce_with(1, (const darr_array *const *)&doomed, 8, frees_part, join, &doomed, &result));
    CHECK_INT(result, check_size);
    result = -1;
}

int main(int argc, char **argv)
{
    MPI_Comm copy;
    darr_dim dim = DARR_DIM_INIT;
    failure none;
    check_begin(&argc, &argv);
    last = check_rank == check_size - 1;
    none.rank = check_size, none.number = 0;
    result = -1;
    dim.extent = 5 * check_size;
    dim.map = DARR_BLOCK;
    dim.halo[0] = dim.halo[1] = 1;
    MPI_Comm_dup(MPI_COMM_WORLD, &copy);
    CHECK_NEEDED(darr_dist_create_mpi(MPI_COMM_WORLD, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_dist_create_mpi(copy, 1, &dim, NULL, &other_dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT8, &second));
    CHECK_NEEDED(darr_array_create(other_dist, DARR_FLOAT64, &elsewhere));
    failures();
    arguments(0);
    arguments(1);
    begun_plans();
    freed_inside();

    /* With the communicator the calls end: nothing runs. */
    MPI_Comm_free(&copy);
    mine = &none;
    calls = 0;
    CHECK_CODE(apply(elsewhere, NULL, section), DARR_ERR_COMM);
    CHECK_CODE(darr_array_from_function(elsewhere, DARR_FLOAT64, third, &none), DARR_ERR_COMM);
    CHECK_CODE(darr_reduce_with(1, (const darr_array *const *)&elsewhere, 8, part, join, &none, &result), DARR_ERR_COMM);
    CHECK_INT(calls, 0);
    darr_array_free(elsewhere);
    darr_array_free(array);
    darr_array_free(second);
    darr_dist_free(dist);
    darr_dist_free(other_dist);
    return check_end();
}
