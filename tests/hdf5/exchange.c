/* The library's side of the exchange with h5py: writes a file for it, or reads one of its own.
 * usage: exchange write|read|update FILE */
#define CHECK_SECONDS 150
#include "field.h"

static const field_dim plane[2] = {{5, DARR_BLOCK, 0, 0, 1, 1}, {4, DARR_BLOCK, 0, 0, 2, 0}};

static darr_array *field(int ndim, int dtype, int order)
{
    darr_dist *dist = field_dist(ndim, plane, order);
    darr_array *array = NULL;
    CHECK_NEEDED(darr_array_create(dist, dtype, &array));
    darr_dist_free(dist);
    field_clear(array);
    return array;
}

/* Datasets "c/1" to "c/13" and "f/1" to "f/13": an array of every element type in both orders. */
static void every_type(darr_file *file, int save)
{
    for (int dtype = DARR_BOOL; dtype <= DARR_COMPLEX128; dtype++)
        for (int order = DARR_ORDER_C; order <= DARR_ORDER_F; order++) {
            darr_array *array = field(2, dtype, order);
            char name[16];
            snprintf(name, sizeof name, "%c/%d", order ? 'f' : 'c', dtype);
            if (save) {
                field_set(array, 0);
                CHECK_OK(darr_file_save(file, name, array));
            } else {
                CHECK_OK(darr_file_load(file, name, array));
                field_check(array, 0, name);
            }
            darr_array_free(array);
        }
}

static void single_value(darr_file *file, int save)
{
    darr_array *single = field(0, DARR_FLOAT64, DARR_ORDER_C);
    double value = save ? 6.5 : 0;
    if (save) {
        CHECK_OK(darr_array_set(single, NULL, DARR_FLOAT64, &value));
        CHECK_OK(darr_file_save(file, "single", single));
    } else {
        CHECK_OK(darr_file_load(file, "single", single));
        CHECK_OK(darr_array_get(single, NULL, DARR_FLOAT64, &value));
        CHECK_REAL(value, 6.5);
    }
    darr_array_free(single);
}

static void write_file(const char *path)
{
    darr_file *file = NULL;
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, path, DARR_CREATE, &file));
    every_type(file, 1);
    single_value(file, 1);
    CHECK_OK(darr_file_set_attribute(file, "/", "time", DARR_FLOAT64, -1, &(double){2.5}));
    CHECK_OK(darr_file_set_attribute(file, "c", "steps", DARR_INT32, 3, (int32_t[]){4, -5, 6}));
    CHECK_OK(darr_file_set_attribute(file, "c/11", "on", DARR_BOOL, -1, &(uint8_t){1}));
    CHECK_OK(darr_file_set_attribute(file, "c/11", "mode", DARR_COMPLEX128, -1, (double[]){1, -2}));
    CHECK_OK(darr_file_set_text(file, "f/11", "name", "\xcf\x86, the potential"));
    CHECK_OK(darr_file_set_text(file, "f/11", "empty", ""));
    CHECK_OK(darr_file_close(file));
}

static void read_file(const char *path)
{
    const char *reals[] = {"big endian", "compressed", "by h5py/deep/inside", "new format"};
    darr_file *file = NULL;
    darr_array *array = field(2, DARR_FLOAT64, DARR_ORDER_C), *small = field(1, DARR_FLOAT64, DARR_ORDER_C);
    double time = 0, mode[2] = {0, 0};
    int64_t steps[3] = {0, 0, 0};
    uint8_t on = 0;
    int dtype, ndim;
    int64_t shape[DARR_MAX_NDIM];
    char text[64];
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, path, DARR_READ, &file));
    every_type(file, 0);
    single_value(file, 0);
    for (size_t k = 0; k < sizeof reals / sizeof *reals; k++) {
        field_clear(array);
        CHECK_OK(darr_file_load(file, reals[k], array));
        field_check(array, 0, reals[k]);
    }
    /* Never written: HDF5's fill value. */
    for (int k = 0; k < 2; k++) {
        CHECK_OK(darr_file_load(file, k ? "regrown" : "untouched", small));
        CHECK_OK(darr_array_reduce(small, DARR_SUM, DARR_FLOAT64, &time));
        CHECK_REAL(time, 5 * 0.5);
    }

    CHECK_OK(darr_file_get_attribute(file, "/", "time", DARR_FLOAT64, -1, &time));
    CHECK_REAL(time, 2.5);
    CHECK_OK(darr_file_get_attribute(file, "c", "steps", DARR_INT64, 3, steps));
    CHECK(steps[0] == 4 && steps[1] == -5 && steps[2] == 6);
    CHECK_OK(darr_file_get_attribute(file, "c/11", "on", DARR_BOOL, -1, &on));
    CHECK_INT(on, 1);
    CHECK_OK(darr_file_get_attribute(file, "c/11", "mode", DARR_COMPLEX128, -1, mode));
    CHECK(mode[0] == 1 && mode[1] == -2);
    CHECK_OK(darr_file_get_text(file, "f/11", "name", sizeof text, text));
    CHECK(strcmp(text, "\xcf\x86, the potential") == 0);
    CHECK_OK(darr_file_get_text(file, "f/11", "fixed", sizeof text, text));
    CHECK(strcmp(text, "fixed length") == 0);
    CHECK_OK(darr_file_get_text(file, "f/11", "empty", sizeof text, text));
    CHECK(strcmp(text, "") == 0);
    CHECK_FAILS(darr_file_get_text(file, "f/11", "list", sizeof text, text), DARR_ERR_FORMAT, "has 2 texts, not one");

    /* What no array holds. */
    CHECK_FAILS(darr_file_load(file, "texts", small), DARR_ERR_FORMAT, "holds text");
    CHECK_FAILS(darr_file_load(file, "record", small), DARR_ERR_FORMAT, "compound that is not {r, i}");
    CHECK_FAILS(darr_file_load(file, "half", small), DARR_ERR_FORMAT, "floating-point type of another size");
    CHECK_FAILS(darr_file_load(file, "nothing", small), DARR_ERR_FORMAT, "no elements at all");
    CHECK_FAILS(darr_file_load(file, "dangling", small), DARR_ERR_FORMAT, "'dangling' cannot be opened");
    CHECK_FAILS(darr_file_describe(file, "deep", DARR_ORDER_C, &dtype, &ndim, shape), DARR_ERR_FORMAT, "16 dimensions");
    CHECK_FAILS(darr_file_describe(file, "choice", DARR_ORDER_C, &dtype, &ndim, shape), DARR_ERR_FORMAT, "enumeration");
    CHECK_OK(darr_file_close(file));
    darr_array_free(array);
    darr_array_free(small);
}

/* Datasets that h5py made and never wrote, looked at and then filled; some ranks have none of their elements. */
static void update_file(const char *path)
{
    const char *names[] = {"line", "chunks"};
    darr_file *file = NULL;
    darr_array *array = field(1, DARR_FLOAT64, DARR_ORDER_C);
    int dtype, ndim, note = 0;
    int64_t shape[DARR_MAX_NDIM];
    double sum = 0;
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, path, DARR_UPDATE, &file));
    for (int k = 0; k < 2; k++) {
        CHECK_OK(darr_file_describe(file, names[k], DARR_ORDER_C, &dtype, &ndim, shape));
        CHECK(dtype == DARR_FLOAT64 && ndim == 1 && shape[0] == 5);
        CHECK_OK(darr_file_get_attribute(file, names[k], "note", DARR_INT32, -1, &note));
        CHECK_INT(note, 12);
        CHECK_OK(darr_file_load(file, names[k], array));
        CHECK_OK(darr_array_reduce(array, DARR_SUM, DARR_FLOAT64, &sum));
        CHECK_REAL(sum, 5 * 0.5);
        field_set(array, 30 + k);
        CHECK_OK(darr_file_save(file, names[k], array));
    }
    CHECK_OK(darr_file_close(file));
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, path, DARR_READ, &file));
    for (int k = 0; k < 2; k++) {
        field_clear(array);
        CHECK_OK(darr_file_load(file, names[k], array));
        field_check(array, 30 + k, names[k]);
    }
    CHECK_OK(darr_file_close(file));
    darr_array_free(array);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    CHECK(argc == 3);
    if (argc == 3)
        (strcmp(argv[1], "write") == 0 ? write_file : strcmp(argv[1], "read") == 0 ? read_file : update_file)(argv[2]);
    return check_end();
}
