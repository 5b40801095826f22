/* What works without MPI: versions, names of codes, sizes of elements, and the text of the last failure per thread,
 * before MPI_Init, while MPI runs and after MPI_Finalize.
 * ranks: 1 2
 */
#include <pthread.h>

#include "check.h"

static void versions(void)
{
    char info[64];
    CHECK_INT(darr_version(), DARR_VERSION);
    CHECK_INT(DARR_VERSION, DARR_VERSION_MAJOR * 10000 + DARR_VERSION_MINOR * 100 + DARR_VERSION_PATCH);
    CHECK(DARR_VERSION_GE(DARR_VERSION_MAJOR, DARR_VERSION_MINOR, DARR_VERSION_PATCH));
    CHECK(!DARR_VERSION_GE(DARR_VERSION_MAJOR, DARR_VERSION_MINOR, DARR_VERSION_PATCH + 1));
    CHECK(!DARR_VERSION_GE(DARR_VERSION_MAJOR + 1, 0, 0));
    CHECK_INT(darr_abi_version(), DARR_VERSION_MAJOR);
    snprintf(info, sizeof info, "distarray %d.%d.%d, ABI %d, ", DARR_VERSION_MAJOR, DARR_VERSION_MINOR,
             DARR_VERSION_PATCH, DARR_VERSION_MAJOR);
    CHECK(strncmp(darr_build_info(), info, strlen(info)) == 0);
    CHECK_TEXT(darr_build_info(), "HDF5");
#ifdef OPEN_MPI
    CHECK_TEXT(darr_build_info(), ", Open MPI v");
#else
    CHECK_TEXT(darr_build_info(), ", MPICH ");
#endif
    CHECK(strchr(darr_build_info(), '\n') == NULL);
    CHECK(darr_build_info() == darr_build_info());
}

static void codes(void)
{
    static const struct {
        int code;
        const char *name;
    } all[] = {{DARR_OK, "DARR_OK: "},
               {DARR_ERR_ARGUMENT, "DARR_ERR_ARGUMENT: "},
               {DARR_ERR_HANDLE, "DARR_ERR_HANDLE: "},
               {DARR_ERR_UNSUPPORTED, "DARR_ERR_UNSUPPORTED: "},
               {DARR_ERR_MISMATCH, "DARR_ERR_MISMATCH: "},
               {DARR_ERR_MEMORY, "DARR_ERR_MEMORY: "},
               {DARR_ERR_COMM, "DARR_ERR_COMM: "},
               {DARR_ERR_MPI, "DARR_ERR_MPI: "},
               {DARR_ERR_IO, "DARR_ERR_IO: "},
               {DARR_ERR_FORMAT, "DARR_ERR_FORMAT: "},
               {DARR_ERR_STATE, "DARR_ERR_STATE: "},
               {DARR_ERR_PROTOCOL, "DARR_ERR_PROTOCOL: "},
               {DARR_ERR_INTERNAL, "DARR_ERR_INTERNAL: "},
               {DARR_ERR_CALLBACK, "DARR_ERR_CALLBACK: "}};
    for (int i = 0; i < 14; i++) {
        CHECK_INT(all[i].code, i);
        CHECK(strncmp(darr_strerror(i), all[i].name, strlen(all[i].name)) == 0);
    }
    CHECK_TEXT(darr_strerror(14), "unknown");
    CHECK_TEXT(darr_strerror(-1), "unknown");
}

static void sizes(void)
{
    static const int64_t want[] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 8, 16};
    int64_t bytes = 77;
    for (int dtype = DARR_BOOL; dtype <= DARR_COMPLEX128; dtype++) {
        CHECK_OK(darr_dtype_size(dtype, &bytes));
        CHECK_INT(bytes, want[dtype - DARR_BOOL]);
    }
    bytes = 77;
    CHECK_CODE(darr_dtype_size(0, &bytes), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_dtype_size(14, &bytes), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_dtype_size(INT32_MIN, &bytes), DARR_ERR_ARGUMENT);
    CHECK_INT(bytes, 77);
    CHECK_FAILS(darr_dtype_size(DARR_BOOL, NULL), DARR_ERR_ARGUMENT, "bytes_out is NULL");
    CHECK_OK(darr_dtype_size(DARR_BOOL, &bytes));
    CHECK_TEXT(darr_last_error(), "bytes_out is NULL");
}

static void *other_thread(void *text)
{
    int64_t bytes;
    snprintf((char *)text, 64, "%s|", darr_last_error());
    darr_dtype_size(99, &bytes);
    strncat((char *)text, darr_last_error(), 60);
    return NULL;
}

static void threads(void)
{
    char text[128] = "";
    pthread_t thread;
    CHECK_CODE(darr_dtype_size(DARR_BOOL, NULL), DARR_ERR_ARGUMENT);
    pthread_create(&thread, NULL, other_thread, text);
    pthread_join(thread, NULL);
    CHECK(text[0] == '|');
    CHECK_TEXT(text, "99");
    CHECK_TEXT(darr_last_error(), "bytes_out is NULL");
}

int main(int argc, char **argv)
{
    int status;
    CHECK(strcmp(darr_last_error(), "") == 0);
    versions();
    codes();
    sizes();
    threads();
    check_begin(&argc, &argv);
    versions();
    status = check_status();
    MPI_Finalize();
    check_failed = 0;
    versions();
    codes();
    sizes();
    threads();
    return status || check_failed;
}
