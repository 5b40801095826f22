/* What mpi.h offers as macros only, and the one place where the family of the MPI compiled against is known. */
#include <mpi.h>
#include <stddef.h>

#if defined(OPEN_MPI)
#define DARR_FAMILY "Open MPI"
#elif defined(MPICH_VERSION) || defined(MPICH_NUMVERSION) || defined(I_MPI_VERSION) || defined(MVAPICH2_VERSION)
#define DARR_FAMILY "MPICH"
#else
#error "distarray knows Open MPI and the MPICH family; this mpi.h is neither"
#endif

const char darr_shim_family[] = DARR_FAMILY;

/* In a program that is linked with another MPI the text may be longer than this MPI's limit, hence the caller's
 * far larger buffer. */
int darr_shim_library_version(char *text)
{
    int length = 0;
    return MPI_Get_library_version(text, &length);
}

int darr_shim_keyval(MPI_Comm_delete_attr_function *on_delete, int *key)
{
    return MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, on_delete, key, NULL);
}

int darr_shim_error_string_limit(void)
{
    return MPI_MAX_ERROR_STRING;
}

/* The MPICH family reports an invalid communicator to the error handler of the world communicator, which ends the program
 * unless the host changed it: that handler is set aside for this one question. Open MPI needs no such care: its
 * MPI_Comm_f2c answers NULL for everything that is no communicator. */
int darr_shim_test_inter(MPI_Comm comm, int *inter)
{
#if defined(OPEN_MPI)
    return MPI_Comm_test_inter(comm, inter);
#else
    MPI_Errhandler kept;
    int code = MPI_Comm_get_errhandler(MPI_COMM_WORLD, &kept);
    if (code != MPI_SUCCESS)
        return code;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    code = MPI_Comm_test_inter(comm, inter);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, kept);
    MPI_Errhandler_free(&kept);
    return code;
#endif
}

int darr_shim_is_null(MPI_Comm comm)
{
    return comm == MPI_COMM_NULL || comm == (MPI_Comm)0;
}
