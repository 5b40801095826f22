/* A file made as a whole takes its place when it is closed and not before: files given up, communicators freed, links,
 * permissions, and files that are still open when MPI ends.
 * seconds: 180 */
#define CHECK_SECONDS 100
#include "field.h"
#include "folder.h"

#include <sys/stat.h>

static darr_array *array;

static darr_file *create(MPI_Comm comm, const char *path)
{
    darr_file *file = NULL;
    CHECK_NEEDED(darr_file_open_mpi(comm, path, DARR_CREATE, &file));
    return file;
}

/* Writes a file whose elements have this shift. */
static void write_file(const char *path, int64_t shift)
{
    darr_file *file = create(MPI_COMM_WORLD, path);
    field_set(array, shift);
    CHECK_OK(darr_file_save(file, "n", array));
    CHECK_OK(darr_file_close(file));
}

static void expect(const char *path, int64_t shift)
{
    darr_file *file = NULL;
    field_clear(array);
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, path, DARR_READ, &file));
    CHECK_OK(darr_file_load(file, "n", array));
    CHECK_OK(darr_file_close(file));
    field_check(array, shift, path);
}

/* Rank 0 looks when all are done. */
static void expect_parts(const char *folder, int n)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (check_rank == 0)
        CHECK_INT(folder_count(folder, ".part"), n);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void given_up(void)
{
    write_file("run.h5", 1);
    expect("run.h5", 1);
    darr_file *file = create(MPI_COMM_WORLD, "run.h5");
    field_set(array, 2);
    CHECK_OK(darr_file_save(file, "n", array));
    expect_parts(".", 1);
    expect("run.h5", 1);
    darr_file_free(file);
    expect_parts(".", 0);
    expect("run.h5", 1);

    /* Freed by one rank earlier than by the others, while they use another file. */
    file = create(MPI_COMM_WORLD, "run.h5");
    if (check_rank == check_size - 1)
        darr_file_free(file);
    write_file("other.h5", 3);
    if (check_rank != check_size - 1)
        darr_file_free(file);
    expect_parts(".", 0);
    expect("run.h5", 1);
    expect("other.h5", 3);

    /* A refused save is no failure of the file. */
    file = create(MPI_COMM_WORLD, "run.h5");
    field_set(array, 4);
    CHECK_OK(darr_file_save(file, "n", array));
    CHECK_FAILS(darr_file_save(file, "n/m", array), DARR_ERR_FORMAT, "'n' is no group");
    CHECK_OK(darr_file_close(file));
    expect("run.h5", 4);
    expect_parts(".", 0);
}

/* Files given up do not pile up: the next opens close them. */
static void many_given_up(void)
{
    int before = 0;
    for (int k = 0; k < 40; k++) {
        darr_file_free(create(MPI_COMM_WORLD, "many.h5"));
        if (k == 10)
            before = folder_open_files();
    }
    CHECK(folder_open_files() <= before);
    write_file("many.h5", 1);
    expect_parts(".", 0);
}

/* Rank 0 finds no more on the disk than the file is long, but for the last block. */
static void expect_no_spare_space(const char *path)
{
    struct stat about;
    MPI_Barrier(MPI_COMM_WORLD);
    if (check_rank == 0 && CHECK(stat(path, &about) == 0)) {
        int64_t spare = (int64_t)about.st_blocks * 512 - about.st_size;
        if (!CHECK(spare < 3 * about.st_blksize))
            fprintf(stderr, "'%s' has %lld bytes, %lld more are set aside\n", path, (long long)about.st_size,
                    (long long)spare);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

/* Space is set aside before a file is written in place, and given back however the file ends. */
static void written_in_place(void)
{
    static double many[7000];
    darr_file *file = NULL;
    write_file("place.h5", 1);
    for (int way = 0; way < 4; way++) {
        MPI_Comm comm;
        MPI_Comm_dup(MPI_COMM_WORLD, &comm);
        CHECK_NEEDED(darr_file_open_mpi(comm, "place.h5", DARR_UPDATE, &file));
        CHECK_OK(darr_file_set_attribute(file, "/", "many", DARR_FLOAT64, 7000, many));
        switch (way) {
        case 0: CHECK_OK(darr_file_close(file)); break;
        case 1: /* Given up; HDF5 closes it when another file is opened. */
            darr_file_free(file);
            CHECK_NEEDED(darr_file_open_mpi(comm, "place.h5", DARR_READ, &file));
            CHECK_OK(darr_file_close(file));
            break;
        case 2: darr_file_free(file);
        }
        MPI_Comm_free(&comm);
        if (way == 3)
            darr_file_free(file);
        expect_no_spare_space("place.h5");
        expect("place.h5", 1);
    }
}

static void links_and_permissions(void)
{
    struct stat about;
    if (check_rank == 0) {
        mkdir("data", 0777);
        unlink("link.h5");
        unlink("data/real.h5");
        CHECK(symlink("data/real.h5", "link.h5") == 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    write_file("link.h5", 5);
    expect("data/real.h5", 5);
    if (check_rank == 0)
        CHECK(chmod("data/real.h5", 0640) == 0);
    write_file("link.h5", 6);
    expect("data/real.h5", 6);
    CHECK(lstat("link.h5", &about) == 0 && S_ISLNK(about.st_mode));
    CHECK(stat("data/real.h5", &about) == 0);
    CHECK_INT(about.st_mode & 0777, 0640);
    expect_parts("data", 0);
    /* Names that a shell or MPI-IO would take for something else. */
    write_file("a b'c$d.h5", 7);
    expect("a b'c$d.h5", 7);
#ifdef MPICH
    darr_file *file = NULL;
    CHECK_FAILS(darr_file_open_mpi(MPI_COMM_WORLD, "nfs:run.h5", DARR_CREATE, &file), DARR_ERR_UNSUPPORTED, "colon");
    CHECK_ALIKE(darr_last_error());
#else
    write_file("nfs:run.h5", 8);
    expect("nfs:run.h5", 8);
#endif
    expect_parts(".", 0);
}

static void communicator_freed(void)
{
    MPI_Comm comm;
    const field_dim line[1] = {{6, DARR_BLOCK, 0, 0, 0, 0}};
    darr_array *own = NULL;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    darr_dist *dist = field_dist_on(comm, 1, line, DARR_ORDER_C);
    CHECK_NEEDED(darr_array_create(dist, DARR_INT32, &own));
    darr_file *file = create(comm, "run.h5"), *read = NULL;
    CHECK_NEEDED(darr_file_open_mpi(comm, "run.h5", DARR_READ, &read));
    CHECK_OK(darr_file_save(file, "n", own));
    MPI_Comm_free(&comm);
    expect_parts(".", 0);
    CHECK_CODE(darr_file_save(file, "n", own), DARR_ERR_COMM);
    CHECK_CODE(darr_file_load(read, "n", own), DARR_ERR_COMM);
    CHECK_CODE(darr_file_close(file), DARR_ERR_COMM);
    CHECK_CODE(darr_file_close(file), DARR_ERR_HANDLE);
    darr_file_free(read);
    darr_array_free(own);
    darr_dist_free(dist);
    expect("run.h5", 4);
}

int main(int argc, char **argv)
{
    const field_dim line[1] = {{17, DARR_BLOCK, 0, 0, 1, 1}};
    check_begin(&argc, &argv);
    darr_dist *dist = field_dist(1, line, DARR_ORDER_C);
    /* What a run that was killed here left behind. */
    if (check_rank == 0)
        CHECK(system("rm -rf .*.part *.h5 data") == 0);
    MPI_Barrier(MPI_COMM_WORLD);
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    given_up();
    many_given_up();
    written_in_place();
    links_and_permissions();
    communicator_freed();

    /* Left to MPI_Finalize: one given up, one open and written to, one open for reading. */
    darr_file *file = create(MPI_COMM_WORLD, "given up.h5"), *left = create(MPI_COMM_WORLD, "left.h5"), *read = NULL;
    CHECK_OK(darr_file_save(left, "n", array));
    darr_file_free(file);
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "run.h5", DARR_READ, &read));
    int status = check_end();
    check_failed = 0;
    if (check_rank == 0) {
        CHECK_INT(folder_count(".", ".part"), 0);
        CHECK_INT(folder_count(".", "left.h5"), 0);
    }
    CHECK_CODE(darr_file_save(left, "n", array), DARR_ERR_COMM);
    CHECK_CODE(darr_file_close(left), DARR_ERR_COMM);
    darr_file_free(read);
    darr_array_free(array);
    darr_dist_free(dist);
    return status || check_failed;
}
