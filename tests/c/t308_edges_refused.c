/* Edges that are refused, with one code and text on every rank; callbacks that fail; options of programs that know no edges. */
#include <stddef.h>

#include "check.h"

static darr_array *array, *second, *truth;
static darr_halo_options options;
static darr_edge edges[2];
static int answer, calls;

static int call(void *user, const darr_edge_region *region)
{
    calls++;
    *(double *)region->base = 3;
    return user && region->global_lo[0] < 0 ? answer : 0;
}

static void initialise(void)
{
    options = (darr_halo_options)DARR_HALO_OPTIONS_INIT;
    options.n_edges = 1;
    options.edges = edges;
    edges[0] = edges[1] = (darr_edge)DARR_EDGE_INIT;
}

static void refused(darr_array *first, darr_array *other, int code, const char *part)
{
    darr_plan *plan = NULL;
    darr_array *list[2] = {first, other};
    CHECK_FAILS(darr_plan_halo(other ? 2 : 1, list, &options, &plan), code, part);
    CHECK_ALIKE(darr_last_error());
    CHECK(plan == NULL);
    initialise();
}

static void arguments(void)
{
    double value = 1.5;
    int32_t large = 300;
    int last = check_rank == check_size - 1;

    edges[0].dim = 1;
    refused(array, NULL, DARR_ERR_ARGUMENT, "dimension 1: it is periodic");
    edges[0].dim = 2;
    refused(array, NULL, DARR_ERR_ARGUMENT, "no dimension 2");
    edges[0].dim = -1;
    refused(array, NULL, DARR_ERR_ARGUMENT, "edges[0]: the dimension is -1");
    edges[0].array = 1;
    refused(array, NULL, DARR_ERR_ARGUMENT, "array 1, but there are 1");
    edges[0].array = -2;
    refused(array, NULL, DARR_ERR_ARGUMENT, "the array is -2");
    edges[0].side = 2;
    refused(array, NULL, DARR_ERR_ARGUMENT, "side 2");
    edges[0].kind = 6;
    refused(array, NULL, DARR_ERR_ARGUMENT, "kind of an edge 6");
    edges[0].about = 3;
    refused(array, NULL, DARR_ERR_ARGUMENT, "plane 3");
    edges[0].kind = DARR_EDGE_CALLBACK;
    refused(array, NULL, DARR_ERR_ARGUMENT, "callback is NULL");
    options.n_edges = 2;
    edges[1].array = -1;
    refused(array, second, DARR_ERR_ARGUMENT, "array 0: dimension 0: two edges on one side");
    options.n_edges = -1;
    refused(array, NULL, DARR_ERR_ARGUMENT, "number of edges is -1");
    options.accumulate = 1;
    refused(array, NULL, DARR_ERR_ARGUMENT, "adds them to their owners");
    edges[0].size = 8;
    refused(array, NULL, DARR_ERR_ARGUMENT, "size member of edges");
    edges[0].value = &value;
    refused(array, NULL, DARR_ERR_ARGUMENT, "element type 0");
    edges[0].value = &large;
    edges[0].dtype = DARR_INT32;
    edges[0].array = 1;
    edges[0].kind = DARR_EDGE_ANTISYMMETRIC;
    refused(array, second, DARR_ERR_ARGUMENT, "300 does not fit into int8");
    edges[0].value = &value;
    edges[0].dtype = DARR_FLOAT64;
    edges[0].array = 1;
    refused(array, second, DARR_ERR_ARGUMENT, "1.5 is no value of int8");
    value = NAN;
    edges[0].value = &value;
    edges[0].dtype = DARR_FLOAT64;
    edges[0].array = 1;
    refused(array, second, DARR_ERR_ARGUMENT, "no value of int8");
    value = 1.5;
    edges[0].kind = DARR_EDGE_LINEAR;
    refused(truth, NULL, DARR_ERR_ARGUMENT, "truth values");
    /* Three layers, and the domain has two rows. */
    edges[0].kind = DARR_EDGE_MIRROR;
    refused(second, NULL, DARR_ERR_ARGUMENT, "is filled from the 3 elements next to it, of which the section has 2");
    if (check_size > 1) {
        edges[0].kind = last ? DARR_EDGE_LINEAR : DARR_EDGE_MIRROR;
        refused(array, NULL, DARR_ERR_MISMATCH, "the options");
        edges[0].dim = last ? 7 : 0;
        refused(array, NULL, DARR_ERR_ARGUMENT, "no dimension 7");
        edges[0].value = &value;
        edges[0].dtype = DARR_FLOAT64;
        value += last;
        refused(array, NULL, DARR_ERR_MISMATCH, "the options");
    }
}

static void callbacks(void)
{
    darr_plan *plan = NULL;
    int done = 0, all[2], mine[2];
    options.n_edges = 2;
    edges[0].kind = edges[1].kind = DARR_EDGE_CALLBACK;
    edges[0].callback = edges[1].callback = call;
    edges[1].side = DARR_SIDE_ABOVE;
    edges[0].user = edges[1].user = &calls;
    CHECK_NEEDED(darr_plan_halo(1, &array, &options, &plan));
    CHECK_OK(darr_plan_run(plan));
    mine[0] = calls;
    /* Only the rank at the lower end fails; on one rank the upper end is then not called. */
    answer = 17;
    CHECK_FAILS(darr_plan_run(plan), DARR_ERR_CALLBACK, "lower edge of dimension 0 of array 0 failed with 17");
    CHECK_ALIKE(darr_last_error());
    mine[1] = calls - mine[0];
    MPI_Allreduce(mine, all, 2, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    CHECK_INT(all[0], 2);
    CHECK_INT(all[1], check_size == 1 ? 1 : 2);
    answer = 0;
    CHECK_OK(darr_plan_begin(plan));
    while (!done && CHECK_OK(darr_plan_test(plan, &done)))
        ;
    CHECK_OK(darr_plan_end(plan));
    CHECK_FAILS(darr_plan_end(plan), DARR_ERR_STATE, "not begun");
    darr_plan_free(plan);
    initialise();
}

/* A program built with options that ended before the edges. */
static void old_options(void)
{
    darr_plan *plan = NULL;
    double untouched = -1;
    darr_view view = DARR_VIEW_INIT;
    options.size = (int64_t)offsetof(darr_halo_options, n_edges);
    CHECK_OK(darr_array_fill(array, DARR_FLOAT64, &untouched));
    CHECK_NEEDED(darr_plan_halo(1, &array, &options, &plan));
    CHECK_OK(darr_plan_run(plan));
    CHECK_OK(darr_array_view(array, &view));
    if (view.extents[0] > 0)
        CHECK_REAL(*(double *)view.base, untouched);
    darr_plan_free(plan);
    initialise();
}

int main(int argc, char **argv)
{
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist *dist = NULL, *thin = NULL;
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    dims[0].extent = 24;
    dims[0].map = DARR_BLOCK;
    dims[0].boundary[0] = dims[0].boundary[1] = 1;
    dims[1].extent = 3;
    dims[1].periodic = 1;
    dims[0].procs = dims[1].procs = 0;
    CHECK_NEEDED(darr_dist_create(comm, 2, dims, NULL, &dist));
    dims[0].extent = 2;
    dims[0].map = DARR_WHOLE;
    dims[0].boundary[0] = 3;
    CHECK_NEEDED(darr_dist_create(comm, 2, dims, NULL, &thin));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_array_create(thin, DARR_INT8, &second));
    CHECK_NEEDED(darr_array_create(dist, DARR_BOOL, &truth));
    initialise();
    for (int checked = 0; checked < 2; checked++) {
        CHECK_OK(darr_comm_set_checks(comm, checked));
        arguments();
        calls = answer = 0;
        callbacks();
        old_options();
    }
    darr_array_free(array);
    darr_array_free(second);
    darr_array_free(truth);
    darr_dist_free(dist);
    darr_dist_free(thin);
    return check_end();
}
