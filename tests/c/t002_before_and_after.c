/* Calls before MPI_Init and after MPI_Finalize: those that need MPI say so with DARR_ERR_COMM, local ones work, and everything is
 * freed after MPI_Finalize, in any order.
 * ranks: 1 2 3
 */
#include "check.h"

static darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};

static void refused(const char *part)
{
    int64_t lo[2] = {0, 0}, hi[2] = {12, 5};
    int cart_dims[2] = {0, -1};
    darr_protocol told = {0};
    darr_dist *dist = NULL;
    darr_array *array = NULL;
    darr_file *file = NULL;
    CHECK_FAILS(darr_dist_from_boxes(0, 2, lo, hi, NULL, NULL, &dist), DARR_ERR_COMM, part);
    CHECK_FAILS(darr_dist_from_cart(0, 2, cart_dims, dims, NULL, &dist), DARR_ERR_COMM, part);
    CHECK_FAILS(darr_dist_from_dim_data(0, 2, NULL, DARR_BOUNDARY_OWNED, NULL, &dist), DARR_ERR_COMM, part);
    CHECK_FAILS(darr_array_consume(0, &told, DARR_BOUNDARY_OWNED, NULL, &array), DARR_ERR_COMM, part);
    CHECK_FAILS(darr_protocol_check_all(0, &told), DARR_ERR_COMM, part);
    CHECK(array == NULL);
    CHECK_FAILS(darr_comm_set_checks(0, 1), DARR_ERR_COMM, part);
    CHECK_FAILS(darr_dist_create(0, 2, dims, NULL, &dist), DARR_ERR_COMM, part);
    CHECK_FAILS(darr_file_open(0, "never.h5", DARR_CREATE, &file), DARR_ERR_COMM, part);
    CHECK(dist == NULL && file == NULL);
}

int main(int argc, char **argv)
{
    int comm, status;
    int64_t shape[2] = {-1, -1};
    darr_plan_info info = DARR_PLAN_INFO_INIT;
    double value = 2.5;
    darr_dist *dist, *copy;
    darr_array *array, *wrapped;
    darr_plan *plan;
    darr_view view = DARR_VIEW_INIT;

    dims[0].extent = 12;
    dims[0].map = DARR_BLOCK;
    dims[0].halo[0] = dims[0].halo[1] = 1;
    dims[0].periodic = 1;
    dims[1].extent = 5;
    refused("not initialised");
    darr_dist_free(NULL);
    darr_array_free(NULL);
    darr_plan_free(NULL);
    darr_file_free(NULL);

    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    CHECK_NEEDED(darr_dist_create(comm, 2, dims, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &plan));
    CHECK_OK(darr_plan_run(plan));
    status = check_status();
    MPI_Finalize();
    check_failed = 0;

    refused("MPI_Finalize");
    CHECK_FAILS(darr_array_create(dist, DARR_FLOAT64, &wrapped), DARR_ERR_COMM, "MPI_Finalize");
    CHECK_FAILS(darr_plan_run(plan), DARR_ERR_COMM, "MPI_Finalize");
    CHECK_FAILS(darr_plan_begin(plan), DARR_ERR_COMM, "MPI_Finalize");
    CHECK_FAILS(darr_array_reduce(array, DARR_SUM, DARR_FLOAT64, &value), DARR_ERR_COMM, "MPI_Finalize");
    CHECK_REAL(value, 2.5);
    /* Local calls go on. */
    CHECK_OK(darr_dist_shape(dist, shape));
    CHECK_INT(shape[0], 12);
    CHECK_INT(shape[1], 5);
    CHECK_OK(darr_plan_describe(plan, &info));
    CHECK_OK(darr_array_fill(array, DARR_FLOAT64, &value));
    CHECK_OK(darr_array_view(array, &view));
    CHECK_REAL(*(double *)view.base, 2.5);
    CHECK_OK(darr_dist_copy(dist, &copy));
    /* The parts before what uses them. */
    darr_dist_free(dist);
    darr_array_free(array);
    darr_plan_free(plan);
    CHECK_OK(darr_dist_shape(copy, shape));
    darr_dist_free(copy);
    CHECK_FAILS(darr_dist_shape(copy, shape), DARR_ERR_HANDLE, "freed");
    return status || check_failed;
}
