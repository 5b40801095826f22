/* A plan that is begun and then freed on all ranks leaves nothing behind that the next plan could take for its own; through shared
 * memory and through messages of MPI. */
/* valgrind: no */
#include "check.h"

static void freed_while_begun(int comm)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist;
    darr_array *array;
    darr_plan *plan;
    darr_view view = DARR_VIEW_INIT;
    dim.extent = 12;
    dim.map = DARR_BLOCK;
    dim.halo[0] = dim.halo[1] = 1;
    dim.periodic = 1;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    for (double value = 1; value < 6; value++) {
        CHECK_OK(darr_array_fill(array, DARR_FLOAT64, &value));
        CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &plan));
        if (value < 5) {
            CHECK_OK(darr_plan_begin(plan));
        } else {
            CHECK_OK(darr_plan_run(plan));
            CHECK_OK(darr_array_view(array, &view));
            for (int64_t i = 0; i < view.extents[0]; i++)
                CHECK_REAL(((double *)view.base)[i], value);
        }
        darr_plan_free(plan);
    }
    darr_array_free(array);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    for (int way = 0; way < 3; way++) {
        CHECK_NEEDED(darr_comm_divide_node(comm, way == 0 ? 0 : way == 1 ? check_rank % 2 : check_rank));
        freed_while_begun(comm);
    }
    return check_end();
}
