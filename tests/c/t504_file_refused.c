/* Files, directories, datasets and arguments that are no good: the same code and text on every rank, nothing left behind,
 * nothing hung, and the library fit for use afterwards.
 * seconds: 180 */
#define CHECK_SECONDS 100
#include "field.h"

#include <fcntl.h>
#include <sys/stat.h>

static void put(const char *path, const void *bytes, size_t n)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (check_rank == 0) {
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        CHECK(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void refused(const char *path, int mode, int code, const char *part)
{
    darr_file *file = (darr_file *)&check_rank, *before = file;
    CHECK_FAILS(darr_file_open_mpi(MPI_COMM_WORLD, path, mode, &file), code, part);
    CHECK_ALIKE(darr_last_error());
    CHECK(file == before);
}

static darr_array *field(const field_dim *dims, int ndim, int dtype, int order)
{
    darr_dist *dist = field_dist(ndim, dims, order);
    darr_array *array = NULL;
    CHECK_NEEDED(darr_array_create(dist, dtype, &array));
    darr_dist_free(dist);
    field_set(array, 0);
    return array;
}

static void make(const char *path)
{
    const field_dim dims[2] = {{4, DARR_BLOCK, 0, 0, 1, 1}, {3, DARR_WHOLE, 0, 0, 0, 0}};
    darr_array *array = field(dims, 2, DARR_FLOAT64, DARR_ORDER_C);
    darr_file *file = NULL;
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, path, DARR_CREATE, &file));
    CHECK_OK(darr_file_save(file, "g/n", array));
    CHECK_OK(darr_file_close(file));
    darr_array_free(array);
}

static void bad_files(void)
{
    static char bytes[100000];
    struct stat about;
    put("text.h5", "this is not HDF5", 16);
    refused("text.h5", DARR_READ, DARR_ERR_FORMAT, "'text.h5' is not an HDF5 file");
    refused("text.h5", DARR_UPDATE, DARR_ERR_FORMAT, "'text.h5' is not an HDF5 file");
    put("empty.h5", "", 0);
    refused("empty.h5", DARR_READ, DARR_ERR_FORMAT, "is not an HDF5 file");
    refused("empty.h5", DARR_UPDATE, DARR_ERR_FORMAT, "is not an HDF5 file");
    put("head.h5", "\x89HDF\r\n\x1a\n", 8);
    refused("head.h5", DARR_READ, DARR_ERR_FORMAT, "damaged");
    put("garbage.h5", "\x89HDF\r\n\x1a\n\x07garbage and more of it, for whole lines and then some: 0123456789 0123456789", 90);
    refused("garbage.h5", DARR_READ, DARR_ERR_FORMAT, "damaged");

    /* A good file, cut shorter and shorter. */
    make("whole.h5");
    CHECK(stat("whole.h5", &about) == 0 && about.st_size < (off_t)sizeof bytes);
    FILE *whole = fopen("whole.h5", "rb");
    CHECK(whole && fread(bytes, 1, sizeof bytes, whole) == (size_t)about.st_size);
    if (whole)
        fclose(whole);
    const off_t lengths[] = {about.st_size - 1, about.st_size / 2, 100, 60};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        put("cut.h5", bytes, (size_t)lengths[k]);
        refused("cut.h5", DARR_READ, DARR_ERR_FORMAT, "truncated");
        refused("cut.h5", DARR_UPDATE, DARR_ERR_FORMAT, "truncated");
    }
    /* A user block in front is fine. */
    memmove(bytes + 512, bytes, (size_t)about.st_size);
    memset(bytes, 'u', 512);
    put("user.h5", bytes, (size_t)about.st_size + 512);
    darr_file *file = NULL;
    CHECK_OK(darr_file_open_mpi(MPI_COMM_WORLD, "user.h5", DARR_READ, &file));
    CHECK_OK(darr_file_close(file));
}

static void bad_places(void)
{
    refused("nowhere/run.h5", DARR_READ, DARR_ERR_IO, "'nowhere/run.h5': No such file or directory");
    refused("nowhere/run.h5", DARR_CREATE, DARR_ERR_IO, "directory 'nowhere' of 'nowhere/run.h5'");
    refused("nowhere/run.h5", DARR_UPDATE, DARR_ERR_IO, "directory 'nowhere' of 'nowhere/run.h5'");
    refused("missing.h5", DARR_READ, DARR_ERR_IO, "'missing.h5': No such file or directory");
    if (check_rank == 0)
        mkdir("folder", 0777);
    MPI_Barrier(MPI_COMM_WORLD);
    for (int mode = DARR_READ; mode <= DARR_UPDATE; mode++) {
        refused("folder", mode, DARR_ERR_IO, "'folder' is a directory");
        refused("/dev/null", mode, DARR_ERR_IO, "'/dev/null' is no ordinary file");
        refused("whole.h5/run.h5", mode, DARR_ERR_IO, "Not a directory");
        refused("", mode, DARR_ERR_ARGUMENT, "path is empty");
        refused(NULL, mode, DARR_ERR_ARGUMENT, "path is NULL");
    }
    refused("whole.h5", 3, DARR_ERR_ARGUMENT, "mode 3");
    refused("whole.h5", -1, DARR_ERR_ARGUMENT, "mode -1");
    CHECK_FAILS(darr_file_open_mpi(MPI_COMM_WORLD, "whole.h5", DARR_READ, NULL), DARR_ERR_ARGUMENT, "file_out is NULL");
}

/* As a user who may not: root becomes nobody for the moment. */
static void not_permitted(void)
{
    int root = geteuid() == 0;
    if (check_rank == 0) {
        mkdir("closed", 0777);
        CHECK(rename("whole.h5", "closed/whole.h5") == 0 && chmod("closed/whole.h5", 0444) == 0 && chmod("closed", 0555) == 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    if (root)
        CHECK(seteuid(65534) == 0);
    /* Where the way to this folder is closed to that user, the reason is the same. */
    refused("closed/new.h5", DARR_CREATE, DARR_ERR_IO, "Permission denied");
    refused("closed/new.h5", DARR_UPDATE, DARR_ERR_IO, "Permission denied");
    refused("closed/whole.h5", DARR_CREATE, DARR_ERR_IO, "Permission denied");
    refused("closed/whole.h5", DARR_UPDATE, DARR_ERR_IO, "Permission denied");
    if (root)
        CHECK(seteuid(0) == 0);
    MPI_Barrier(MPI_COMM_WORLD);
    if (check_rank == 0)
        CHECK(chmod("closed", 0777) == 0 && chmod("closed/whole.h5", 0666) == 0 && rename("closed/whole.h5", "whole.h5") == 0);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void bad_datasets(void)
{
    const field_dim fits[2] = {{4, DARR_WHOLE, 0, 0, 0, 0}, {3, DARR_BLOCK, 0, 0, 1, 1}};
    const field_dim turned[2] = {{3, DARR_BLOCK, 0, 0, 0, 0}, {4, DARR_BLOCK, 0, 0, 0, 0}};
    const field_dim larger[2] = {{5, DARR_BLOCK, 0, 0, 0, 0}, {3, DARR_BLOCK, 0, 0, 0, 0}};
    darr_array *good = field(fits, 2, DARR_FLOAT64, DARR_ORDER_C), *single = field(fits, 2, DARR_FLOAT32, DARR_ORDER_C);
    darr_array *reversed = field(turned, 2, DARR_FLOAT64, DARR_ORDER_C), *other = field(larger, 2, DARR_FLOAT64, DARR_ORDER_C);
    darr_array *fortran = field(fits, 2, DARR_FLOAT64, DARR_ORDER_F), *line = field(fits, 1, DARR_FLOAT64, DARR_ORDER_C);
    darr_file *file = NULL;
    int dtype = -1, ndim = -1;
    int64_t shape[DARR_MAX_NDIM] = {-1};
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "whole.h5", DARR_UPDATE, &file));
    for (int save = 0; save < 2; save++) {
        int (*move)(darr_file *, const char *, darr_array *) =
            save ? (int (*)(darr_file *, const char *, darr_array *))darr_file_save : darr_file_load;
        CHECK_FAILS(move(file, "g/n", single), DARR_ERR_FORMAT, "'g/n' holds float64, the array float32");
        CHECK_ALIKE(darr_last_error());
        CHECK_FAILS(move(file, "g/n", other), DARR_ERR_FORMAT, "shape [4, 3] in the file, where a C-order array of shape [5, 3] has");
        CHECK_FAILS(move(file, "g/n", line), DARR_ERR_FORMAT, "shape [4, 3] in the file, where a C-order array of shape [4] has");
        CHECK_FAILS(move(file, "g/n", reversed), DARR_ERR_FORMAT, "reversed, and nothing is transposed. Use a C-order array of shape [4, 3] or an F-order array of shape [3, 4]");
        CHECK_FAILS(move(file, "g/n", fortran), DARR_ERR_FORMAT, "reversed, and nothing is transposed. Use a C-order array of shape [4, 3] or an F-order array of shape [3, 4]");
        CHECK_ALIKE(darr_last_error());
        CHECK_FAILS(move(file, "g", good), DARR_ERR_FORMAT, "'g' is a group");
        CHECK_FAILS(move(file, "g/n/x", good), DARR_ERR_FORMAT, "'g/n' is no group");
        CHECK_FAILS(move(file, "/", good), DARR_ERR_ARGUMENT, "root");
        CHECK_FAILS(move(file, "g//n", good), DARR_ERR_ARGUMENT, "'g//n'");
        CHECK_FAILS(move(file, "", good), DARR_ERR_ARGUMENT, "empty");
        CHECK_FAILS(move(file, NULL, good), DARR_ERR_ARGUMENT, "dataset is NULL");
        CHECK_FAILS(move(file, "g/n", NULL), DARR_ERR_HANDLE, "array is NULL");
        CHECK_FAILS(move(file, "g/n", (darr_array *)file), DARR_ERR_HANDLE, "darr_file");
        CHECK_FAILS(move(NULL, "g/n", good), DARR_ERR_HANDLE, "file is NULL");
        if (check_size > 1) {
            CHECK_FAILS(move(file, check_rank ? "g/n" : "g/m", good), DARR_ERR_MISMATCH, "the name");
            CHECK_FAILS(move(file, "g/n", check_rank ? good : single), DARR_ERR_MISMATCH, "the array");
            CHECK_ALIKE(darr_last_error());
            CHECK_FAILS(move(file, "g/n", check_rank == check_size - 1 ? NULL : good), DARR_ERR_HANDLE, "array is NULL");
            CHECK_ALIKE(darr_last_error());
        }
    }
    CHECK_FAILS(darr_file_load(file, "g/m", good), DARR_ERR_FORMAT, "no dataset 'g/m'");
    CHECK_FAILS(darr_file_load(file, "h/n", good), DARR_ERR_FORMAT, "no dataset 'h/n'");
    CHECK_FAILS(darr_file_describe(file, "g/m", DARR_ORDER_C, &dtype, &ndim, shape), DARR_ERR_FORMAT, "no dataset 'g/m'");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_file_describe(file, "g", DARR_ORDER_C, &dtype, &ndim, shape), DARR_ERR_FORMAT, "is a group");
    CHECK_FAILS(darr_file_describe(file, "g/n", 2, &dtype, &ndim, shape), DARR_ERR_ARGUMENT, "memory order 2");
    CHECK_FAILS(darr_file_describe(file, "g/n", DARR_ORDER_C, &dtype, NULL, shape), DARR_ERR_ARGUMENT, "ndim_out is NULL");
    CHECK(dtype == -1 && ndim == -1 && shape[0] == -1);

    /* The dataset is as it was, and the file in use. */
    field_clear(good);
    CHECK_OK(darr_file_load(file, "g/n", good));
    field_check(good, 0, "after the refusals");
    CHECK_OK(darr_file_close(file));
    CHECK_FAILS(darr_file_close(file), DARR_ERR_HANDLE, "freed");
    CHECK_FAILS(darr_file_load(file, "g/n", good), DARR_ERR_HANDLE, "freed");
    darr_file_free(file);
    CHECK_FAILS(darr_file_close(NULL), DARR_ERR_HANDLE, "NULL");

    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "whole.h5", DARR_READ, &file));
    CHECK_FAILS(darr_file_save(file, "g/n", good), DARR_ERR_STATE, "open for reading");
    CHECK_OK(darr_file_load(file, "g/n", good));
    CHECK_OK(darr_file_close(file));
    darr_array_free(good), darr_array_free(single), darr_array_free(reversed);
    darr_array_free(other), darr_array_free(fortran), darr_array_free(line);
}

/* Arguments that differ between ranks, and a communicator that is not the array's. */
static void disagreement(void)
{
    const field_dim dims[1] = {{4, DARR_BLOCK, 0, 0, 0, 0}};
    darr_array *array = field(dims, 1, DARR_FLOAT64, DARR_ORDER_C);
    darr_file *file = NULL, *second = NULL;
    MPI_Comm comm;
    if (check_size > 1) {
        refused(check_rank ? "whole.h5" : "text.h5", DARR_READ, DARR_ERR_MISMATCH, "the path");
        refused("whole.h5", check_rank ? DARR_READ : DARR_UPDATE, DARR_ERR_MISMATCH, "the mode");
        refused(check_rank == 1 ? NULL : "whole.h5", DARR_READ, DARR_ERR_ARGUMENT, "path is NULL");
        refused("whole.h5", check_rank == 1 ? 9 : DARR_READ, DARR_ERR_ARGUMENT, "mode 9");
    }
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    CHECK_NEEDED(darr_file_open_mpi(comm, "whole.h5", DARR_READ, &file));
    CHECK_FAILS(darr_file_load(file, "g/n", array), DARR_ERR_ARGUMENT, "different communicators");
    CHECK_NEEDED(darr_file_open_mpi(comm, "whole.h5", DARR_READ, &second));
    if (check_size > 1) {
        int dtype, ndim;
        int64_t shape[DARR_MAX_NDIM];
        darr_file *mine = check_rank ? file : second;
        CHECK_FAILS(darr_file_describe(mine, "g/n", DARR_ORDER_C, &dtype, &ndim, shape), DARR_ERR_MISMATCH, "the file");
    }
    CHECK_OK(darr_file_close(second));
    CHECK_OK(darr_file_close(file));
    MPI_Comm_free(&comm);
    darr_array_free(array);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    bad_files();
    bad_places();
    not_permitted();
    bad_datasets();
    disagreement();
    return check_end();
}
