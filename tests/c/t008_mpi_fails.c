/* What MPI refuses on one rank when a communicator is first used is an error of all ranks, and the communicator can be used
 * afterwards: nothing of the failed attempt hangs on it.
 * ranks: 2 3
 */
#include "check.h"

/* The function that fails next. */
static const char *fails = "";

static int failed(const char *function)
{
    int now = strcmp(fails, function) == 0;
    if (now)
        fails = "";
    return now;
}

/* These take the place of MPI's functions for the library too. */
int MPI_Comm_set_attr(MPI_Comm comm, int key, void *value)
{
    return failed("MPI_Comm_set_attr") ? MPI_ERR_OTHER : PMPI_Comm_set_attr(comm, key, value);
}

int MPI_Comm_split_type(MPI_Comm comm, int kind, int key, MPI_Info info, MPI_Comm *part)
{
    int code = PMPI_Comm_split_type(comm, kind, key, info, part);
    if (!failed("MPI_Comm_split_type"))
        return code;
    MPI_Comm_free(part);
    return MPI_ERR_OTHER;
}

int main(int argc, char **argv)
{
    darr_dim dim = DARR_DIM_INIT;
    check_begin(&argc, &argv);
    dim.extent = 12;
    dim.map = DARR_BLOCK;
    /* The library's first attribute hangs on MPI_COMM_SELF: that is not the one to fail. */
    CHECK_OK(darr_comm_set_checks((int)MPI_Comm_c2f(MPI_COMM_WORLD), 0));
    for (int odd = 0; odd < 2 * check_size; odd++) {
        const char *function = odd % 2 ? "MPI_Comm_set_attr" : "MPI_Comm_split_type";
        MPI_Comm user;
        darr_dist *dist = NULL;
        darr_array *array = NULL;
        int64_t one = 1, sum = 0;
        MPI_Comm_dup(MPI_COMM_WORLD, &user);
        if (check_rank == odd / 2)
            fails = function;
        CHECK_FAILS(darr_dist_create((int)MPI_Comm_c2f(user), 1, &dim, NULL, &dist), DARR_ERR_MPI, function);
        CHECK_ALIKE(darr_last_error());
        CHECK(dist == NULL && !*fails);
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
