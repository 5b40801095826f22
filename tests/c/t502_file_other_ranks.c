/* Saved by some ranks, loaded by others: a file says nothing of the ranks that wrote it. */
#include "field.h"

/* Ranks 0..n of all save; loads with the last m; both with distributions of their own. */
static void move(int n, int m, int order)
{
    const field_dim saved[3] = {{10, DARR_BLOCK, 0, 0, 1, 1}, {6, DARR_WHOLE, 0, 0, 0, 0}, {9, DARR_BLOCK, 0, 0, 2, 2}};
    const field_dim loaded[3] = {{10, DARR_WHOLE, 0, 0, 0, 1}, {6, DARR_CYCLIC, 0, 2, 0, 0}, {9, DARR_WHOLE, 0, 0, 0, 0}};
    MPI_Comm comm = MPI_COMM_NULL;
    darr_file *file = NULL;
    darr_array *array = NULL;
    darr_dist *dist = NULL;
    double time = -1;

    MPI_Comm_split(MPI_COMM_WORLD, check_rank < n ? 0 : MPI_UNDEFINED, 0, &comm);
    if (comm != MPI_COMM_NULL) {
        dist = field_dist_on(comm, 3, saved, order);
        CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
        field_set(array, 5);
        CHECK_NEEDED(darr_file_open_mpi(comm, "restart.h5", DARR_CREATE, &file));
        CHECK_OK(darr_file_save(file, "state/n", array));
        CHECK_OK(darr_file_set_attribute(file, "state", "time", DARR_FLOAT64, -1, &(double){2.5}));
        CHECK_OK(darr_file_close(file));
        darr_array_free(array);
        darr_dist_free(dist);
        MPI_Comm_free(&comm);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    /* In reverse, so that other ranks hold other parts. */
    MPI_Comm_split(MPI_COMM_WORLD, check_rank >= check_size - m ? 0 : MPI_UNDEFINED, -check_rank, &comm);
    if (comm != MPI_COMM_NULL) {
        dist = field_dist_on(comm, 3, loaded, order);
        CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
        field_clear(array);
        CHECK_NEEDED(darr_file_open_mpi(comm, "restart.h5", DARR_READ, &file));
        CHECK_OK(darr_file_load(file, "state/n", array));
        field_check(array, 5, "restart");
        CHECK_OK(darr_file_get_attribute(file, "state", "time", DARR_FLOAT64, -1, &time));
        CHECK_REAL(time, 2.5);
        CHECK_OK(darr_file_close(file));
        darr_array_free(array);
        darr_dist_free(dist);
        MPI_Comm_free(&comm);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    for (int n = 1; n <= check_size; n++) {
        move(n, check_size, DARR_ORDER_C);
        move(check_size, n, DARR_ORDER_F);
    }
    return check_end();
}
