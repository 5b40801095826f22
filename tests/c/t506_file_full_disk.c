/* A disk that is full: the same error on every rank, the former file untouched, no temporary left, the library fit for use.
 * Needs to mount a small disk; without the right to do so it says "skipped", which ctest and scripts/test show.
 * valgrind: no */
#include "field.h"
#include "folder.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define FOLDER "disk"
#define MIB (INT64_C(1) << 20)

static darr_array *large, *small;

static darr_array *bytes(int64_t n)
{
    const field_dim line[1] = {{n, DARR_BLOCK, 0, 0, 0, 0}};
    darr_dist *dist = field_dist(1, line, DARR_ORDER_C);
    darr_array *array = NULL;
    CHECK_NEEDED(darr_array_create(dist, DARR_UINT8, &array));
    darr_dist_free(dist);
    return array;
}

static darr_file *opened(int mode)
{
    darr_file *file = NULL;
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, FOLDER "/run.h5", mode, &file));
    return file;
}

/* The file holds what it held, alone in its folder. */
static void untouched(int64_t shift)
{
    darr_file *file = opened(DARR_READ);
    field_clear(small);
    CHECK_OK(darr_file_load(file, "n", small));
    CHECK_OK(darr_file_close(file));
    field_check(small, shift, "the former file");
    MPI_Barrier(MPI_COMM_WORLD);
    if (check_rank == 0)
        CHECK_INT(folder_count(FOLDER, ".part"), 0);
    MPI_Barrier(MPI_COMM_WORLD);
}

/* Rank 0 fills the disk but for `left` bytes. */
static void fill(int64_t left)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (check_rank == 0) {
        static char zeros[4096];
        int fd = open(FOLDER "/filler", O_WRONLY | O_CREAT | O_TRUNC, 0666);
        int64_t size = 0;
        while (write(fd, zeros, sizeof zeros) == (ssize_t)sizeof zeros)
            size += (int64_t)sizeof zeros;
        CHECK(size > left && ftruncate(fd, size - left) == 0 && close(fd) == 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void whole_files(void)
{
    darr_file *file = opened(DARR_CREATE);
    field_set(small, 1);
    CHECK_OK(darr_file_save(file, "n", small));
    CHECK_OK(darr_file_close(file));
    untouched(1);

    /* Larger than the disk. */
    file = opened(DARR_CREATE);
    field_set(small, 2);
    CHECK_OK(darr_file_save(file, "n", small));
    CHECK_FAILS(darr_file_save(file, "large", large), DARR_ERR_IO, "No space left on device");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_file_save(file, "n", small), DARR_ERR_STATE, "No space left on device");
    CHECK_FAILS(darr_file_close(file), DARR_ERR_IO, "No space left on device");
    CHECK_ALIKE(darr_last_error());
    untouched(1);

    /* The same, given up in place of closed. */
    file = opened(DARR_CREATE);
    CHECK_CODE(darr_file_save(file, "large", large), DARR_ERR_IO);
    darr_file_free(file);
    untouched(1);

    /* Full but for very little: what fails is a save or the close, and never nothing. */
    for (int64_t left = 0; left <= 32 * 1024; left += 4096) {
        fill(left);
        int code = darr_file_open_mpi(MPI_COMM_WORLD, FOLDER "/run.h5", DARR_CREATE, &file);
        if (code == DARR_OK) {
            field_set(small, 3);
            code = darr_file_save(file, "n", small);
            int closed = darr_file_close(file);
            code = code == DARR_OK ? closed : code;
        }
        CHECK_INT(code, DARR_ERR_IO);
        CHECK_ALIKE(darr_last_error());
        untouched(1);
    }
    if (check_rank == 0)
        CHECK(unlink(FOLDER "/filler") == 0);
    MPI_Barrier(MPI_COMM_WORLD);
    file = opened(DARR_CREATE);
    field_set(small, 4);
    CHECK_OK(darr_file_save(file, "n", small));
    CHECK_OK(darr_file_close(file));
    untouched(4);
}

/* Small things count too: attributes until the disk is full. */
static void attributes(void)
{
    static double many[7000];
    darr_file *file = NULL;
    int code = DARR_OK;
    fill(400 * 1024);
    file = opened(DARR_CREATE);
    for (int k = 0; k < 100 && code == DARR_OK; k++) {
        char name[32];
        snprintf(name, sizeof name, "attribute %d", k);
        code = darr_file_set_attribute(file, "/", name, DARR_FLOAT64, 7000, many);
    }
    CHECK_INT(code, DARR_ERR_IO);
    CHECK_TEXT(darr_last_error(), "No space left on device");
    CHECK_FAILS(darr_file_close(file), DARR_ERR_IO, "No space left on device");
    untouched(4);
    if (check_rank == 0)
        CHECK(unlink(FOLDER "/filler") == 0);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void in_place(void)
{
    int dtype, ndim;
    int64_t shape[DARR_MAX_NDIM];
    darr_file *file = opened(DARR_UPDATE);
    CHECK_FAILS(darr_file_save(file, "g/large", large), DARR_ERR_IO, "No space left on device");
    CHECK_FAILS(darr_file_describe(file, "g/large", DARR_ORDER_C, &dtype, &ndim, shape), DARR_ERR_FORMAT, "no dataset");
    field_set(small, 5);
    CHECK_OK(darr_file_save(file, "g/m", small));
    CHECK_OK(darr_file_close(file));
    untouched(4);
    file = opened(DARR_READ);
    field_clear(small);
    CHECK_OK(darr_file_load(file, "g/m", small));
    field_check(small, 5, "saved after the failure");
    CHECK_OK(darr_file_close(file));
}

static void picture(void)
{
    const field_dim plane[2] = {{300, DARR_BLOCK, 0, 0, 0, 0}, {200, DARR_WHOLE, 0, 0, 0, 0}};
    darr_dist *dist = field_dist(2, plane, DARR_ORDER_C);
    darr_array *array = NULL;
    darr_image_options options = DARR_IMAGE_OPTIONS_INIT;
    struct stat before, after;
    CHECK_NEEDED(darr_array_create(dist, DARR_UINT8, &array));
    field_set(array, 0);
    CHECK_OK(darr_image_save(array, FOLDER "/n.png", &options));
    CHECK(stat(FOLDER "/n.png", &before) == 0);
    fill(4096);
    options.scale = 8;
    CHECK_FAILS(darr_image_save(array, FOLDER "/n.png", &options), DARR_ERR_IO, "No space left on device");
    CHECK_ALIKE(darr_last_error());
    CHECK(stat(FOLDER "/n.png", &after) == 0 && before.st_ino == after.st_ino && before.st_size == after.st_size);
    CHECK_INT(folder_count(FOLDER, ".part"), 0);
    CHECK_INT(folder_count(FOLDER, "n.png"), 1);
    darr_array_free(array);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    int mounted = 0;
    check_begin(&argc, &argv);
    if (check_rank == 0) {
        mkdir(FOLDER, 0777);
        umount(FOLDER);
        mounted = mount("distarray", FOLDER, "tmpfs", 0, "size=4m") == 0;
        if (!mounted)
            printf("skipped: no small disk can be mounted here\n");
    }
    MPI_Bcast(&mounted, 1, MPI_INT, 0, MPI_COMM_WORLD);
    CHECK(1);
    if (mounted) {
        large = bytes(8 * MIB);
        small = bytes(100 * 1024);
        whole_files();
        attributes();
        in_place();
        picture();
        darr_array_free(large);
        darr_array_free(small);
    }
    int status = check_end();
    if (check_rank == 0 && mounted) {
        if (!CHECK_INT(folder_count(FOLDER, ".part"), 0) || umount2(FOLDER, MNT_DETACH) != 0)
            status = 1;
    }
    return status;
}
