/* A host that works with the serial HDF5 for itself and with the library: both work, or the library refuses and the host's
 * own part goes on.
 * usage: host both|refused */
#include "field.h"
#include "folder.h"

#include <hdf5.h>

/* The host's own file, written and read by each rank alone. */
static void own_file(int turn)
{
    char name[64];
    hsize_t extent = 6;
    double out[6], in[6] = {0};
    snprintf(name, sizeof name, "own %d.h5", check_rank);
    for (int i = 0; i < 6; i++)
        out[i] = 10 * turn + i;
    hid_t file = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), space = H5Screate_simple(1, &extent, NULL);
    hid_t set = H5Dcreate2(file, "x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0);
    CHECK(H5Dclose(set) >= 0 && H5Sclose(space) >= 0 && H5Fclose(file) >= 0);
    file = H5Fopen(name, H5F_ACC_RDONLY, H5P_DEFAULT);
    set = H5Dopen2(file, "x", H5P_DEFAULT);
    CHECK(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, in) >= 0);
    CHECK(memcmp(in, out, sizeof in) == 0);
    CHECK(H5Dclose(set) >= 0 && H5Fclose(file) >= 0);
}

int main(int argc, char **argv)
{
    const field_dim plane[2] = {{7, DARR_BLOCK, 0, 0, 1, 1}, {5, DARR_BLOCK, 0, 0, 0, 0}};
    darr_file *file = NULL;
    darr_array *array = NULL;
    check_begin(&argc, &argv);
    int both = argc == 2 && strcmp(argv[1], "both") == 0;
    darr_dist *dist = field_dist(2, plane, DARR_ORDER_C);
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    field_set(array, 3);
    for (int turn = 0; turn < 3; turn++) {
        own_file(turn);
        if (both) {
            CHECK_OK(darr_file_open_mpi(MPI_COMM_WORLD, "together.h5", DARR_CREATE, &file));
            CHECK_OK(darr_file_save(file, "x", array));
            own_file(turn + 10);
            CHECK_OK(darr_file_close(file));
            field_clear(array);
            CHECK_OK(darr_file_open_mpi(MPI_COMM_WORLD, "together.h5", DARR_READ, &file));
            CHECK_OK(darr_file_load(file, "x", array));
            CHECK_OK(darr_file_close(file));
            field_check(array, 3, "beside the serial HDF5");
        } else {
            CHECK_FAILS(darr_file_open_mpi(MPI_COMM_WORLD, "refused.h5", DARR_CREATE, &file), DARR_ERR_UNSUPPORTED,
                        "link the program with the parallel HDF5");
            CHECK_TEXT(darr_last_error(), "mixture.so");
            CHECK_TEXT(darr_last_error(), DARR_PARALLEL_HDF5);
            CHECK_ALIKE(darr_last_error());
            CHECK_INT(folder_count(".", "refused.h5"), 0);
        }
    }
    darr_array_free(array);
    darr_dist_free(dist);
    return check_end();
}
