/* What MPI refuses on one rank when a communicator is first used is an error of all ranks, and the communicator can be used
 * afterwards: nothing of the failed attempt hangs on it.
 * ranks: 2 3
 */
#include "check.h"

static int refuses = 0;

/* Takes the place of MPI's function for the library too. */
int MPI_Comm_set_attr(MPI_Comm comm, int key, void *value)
{
    if (refuses) {
        refuses = 0;
        return MPI_ERR_OTHER;
    }
    return PMPI_Comm_set_attr(comm, key, value);
}

int main(int argc, char **argv)
{
    darr_dim dim = DARR_DIM_INIT;
    check_begin(&argc, &argv);
    dim.extent = 12;
    dim.map = DARR_BLOCK;
    /* The library's first attribute hangs on MPI_COMM_SELF: that is not the one to fail. */
    CHECK_OK(darr_comm_set_checks((int)MPI_Comm_c2f(MPI_COMM_WORLD), 0));
    for (int odd = 0; odd < check_size; odd++) {
        MPI_Comm user;
        darr_dist *dist = NULL;
        darr_array *array = NULL;
        int64_t one = 1, sum = 0;
        MPI_Comm_dup(MPI_COMM_WORLD, &user);
        refuses = check_rank == odd;
        CHECK_FAILS(darr_dist_create((int)MPI_Comm_c2f(user), 1, &dim, NULL, &dist), DARR_ERR_MPI, "MPI_Comm_set_attr");
        CHECK_ALIKE(darr_last_error());
        CHECK(dist == NULL && !refuses);
        CHECK_NEEDED(darr_dist_create((int)MPI_Comm_c2f(user), 1, &dim, NULL, &dist));
        CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &array));
        CHECK_OK(darr_array_fill(array, DARR_INT64, &one));
        CHECK_OK(darr_array_reduce(array, DARR_SUM, DARR_INT64, &sum));
        CHECK_INT(sum, 12);
        MPI_Comm_free(&user);
        CHECK_CODE(darr_array_reduce(array, DARR_SUM, DARR_INT64, &sum), DARR_ERR_COMM);
        darr_array_free(array);
        darr_dist_free(dist);
    }
    return check_end();
}
