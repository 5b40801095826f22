/* Attributes of the file, of groups and of datasets: single values, lists and texts, replaced, converted where that loses
 * nothing, and everything that is refused.
 * seconds: 180 */
#define CHECK_SECONDS 100
#include "field.h"

static darr_file *opened(int mode)
{
    darr_file *file = NULL;
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "attributes.h5", mode, &file));
    return file;
}

static void written(void)
{
    const field_dim line[1] = {{5, DARR_BLOCK, 0, 0, 0, 0}};
    darr_dist *dist = field_dist(1, line, DARR_ORDER_C);
    darr_array *array = NULL;
    darr_file *file = opened(DARR_CREATE);
    const int32_t counts[3] = {3, -1, 2};
    unsigned char value[16];
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT32, &array));
    field_set(array, 0);
    CHECK_OK(darr_file_save(file, "g/h/n", array));
    CHECK_OK(darr_file_set_attribute(file, "/", "time", DARR_FLOAT64, -1, &(double){2.5}));
    CHECK_OK(darr_file_set_attribute(file, "/", "time", DARR_FLOAT64, -1, &(double){7.25}));
    CHECK_OK(darr_file_set_attribute(file, "g", "counts", DARR_INT32, 3, counts));
    CHECK_OK(darr_file_set_attribute(file, "g/h/n", "one", DARR_INT32, 1, counts));
    CHECK_OK(darr_file_set_attribute(file, "g/h", "none", DARR_INT32, 0, NULL));
    for (int dtype = DARR_BOOL; dtype <= DARR_COMPLEX128; dtype++) {
        char name[32];
        snprintf(name, sizeof name, "dtype %d", dtype);
        field_value(dtype, 40, value);
        CHECK_OK(darr_file_set_attribute(file, "/g/h/n", name, dtype, -1, value));
    }
    CHECK_OK(darr_file_set_text(file, "/", "title", "drift waves: \xcf\x86 and n"));
    CHECK_OK(darr_file_set_text(file, "/", "units", "a longer text, to be replaced"));
    CHECK_OK(darr_file_set_text(file, "/", "units", "m"));
    CHECK_OK(darr_file_set_text(file, "g/h/n", "empty", ""));
    /* Number becomes text and the other way round. */
    CHECK_OK(darr_file_set_text(file, "g", "changed", "seven"));
    CHECK_OK(darr_file_set_attribute(file, "g", "changed", DARR_UINT8, -1, &(uint8_t){7}));
    CHECK_OK(darr_file_close(file));
    darr_array_free(array);
    darr_dist_free(dist);
}

static void read_back(void)
{
    darr_file *file = opened(DARR_READ);
    double time = 0, reals[3] = {0, 0, 0};
    int64_t wide[3] = {0, 0, 0}, one = 0;
    char text[64];
    unsigned char value[16], want[16];
    CHECK_OK(darr_file_get_attribute(file, "/", "time", DARR_FLOAT64, -1, &time));
    CHECK_REAL(time, 7.25);
    CHECK_OK(darr_file_get_attribute(file, "/g", "counts", DARR_INT64, 3, wide));
    CHECK(wide[0] == 3 && wide[1] == -1 && wide[2] == 2);
    CHECK_OK(darr_file_get_attribute(file, "g", "counts", DARR_FLOAT64, 3, reals));
    CHECK(reals[0] == 3 && reals[1] == -1 && reals[2] == 2);
    CHECK_OK(darr_file_get_attribute(file, "g/h/n", "one", DARR_INT64, -1, &one));
    CHECK_INT(one, 3);
    CHECK_OK(darr_file_get_attribute(file, "g/h", "none", DARR_INT32, 0, NULL));
    CHECK_OK(darr_file_get_attribute(file, "g", "changed", DARR_INT64, -1, &one));
    CHECK_INT(one, 7);
    for (int dtype = DARR_BOOL; dtype <= DARR_COMPLEX128; dtype++) {
        char name[32];
        snprintf(name, sizeof name, "dtype %d", dtype);
        int size = field_value(dtype, 40, want);
        memset(value, 0, sizeof value);
        CHECK_OK(darr_file_get_attribute(file, "g/h/n", name, dtype, -1, value));
        CHECK(memcmp(value, want, (size_t)size) == 0);
    }
    /* Between kinds, which HDF5 does not do. */
    double pair[2] = {-1, -1};
    float narrow[2] = {-1, -1};
    int8_t small = -1;
    CHECK_OK(darr_file_get_attribute(file, "/", "time", DARR_COMPLEX128, -1, pair));
    CHECK(pair[0] == 7.25 && pair[1] == 0);
    CHECK_OK(darr_file_get_attribute(file, "g", "changed", DARR_COMPLEX64, -1, narrow));
    CHECK(narrow[0] == 7 && narrow[1] == 0);
    CHECK_OK(darr_file_get_attribute(file, "g/h/n", "dtype 12", DARR_COMPLEX128, -1, pair));
    CHECK(pair[0] == 480 && pair[1] == 10);
    CHECK_OK(darr_file_get_attribute(file, "g/h/n", "dtype 1", DARR_INT8, -1, &small));
    CHECK_INT(small, 1);
    CHECK_OK(darr_file_get_attribute(file, "g/h/n", "dtype 1", DARR_FLOAT64, -1, &time));
    CHECK_REAL(time, 1);
    CHECK_OK(darr_file_get_attribute(file, "g/h/n", "dtype 9", DARR_FLOAT64, -1, &time));
    CHECK_REAL(time, 18e18);
    CHECK_FAILS(darr_file_get_attribute(file, "g/h/n", "dtype 12", DARR_FLOAT64, -1, &time), DARR_ERR_FORMAT,
                "is complex64, which float64");
    CHECK_OK(darr_file_get_text(file, "/", "title", sizeof text, text));
    CHECK(strcmp(text, "drift waves: \xcf\x86 and n") == 0);
    CHECK_OK(darr_file_get_text(file, "/", "units", 2, text));
    CHECK(strcmp(text, "m") == 0);
    CHECK_OK(darr_file_get_text(file, "g/h/n", "empty", 1, text));
    CHECK(strcmp(text, "") == 0);

    /* Nothing is written when a call fails. */
    strcpy(text, "as it was");
    CHECK_FAILS(darr_file_get_text(file, "/", "title", 5, text), DARR_ERR_ARGUMENT, "needs 22 bytes");
    CHECK_FAILS(darr_file_get_text(file, "/", "title", -1, text), DARR_ERR_ARGUMENT, "room for -1");
    CHECK_FAILS(darr_file_get_text(file, "/", "time", sizeof text, text), DARR_ERR_FORMAT, "is float64, not text");
    CHECK_FAILS(darr_file_get_text(file, "/", "nothing", sizeof text, text), DARR_ERR_FORMAT, "no attribute 'nothing'");
    CHECK(strcmp(text, "as it was") == 0);
    CHECK_FAILS(darr_file_get_attribute(file, "/", "time", DARR_FLOAT32, -1, value), DARR_ERR_FORMAT, "is float64, which float32");
    CHECK_FAILS(darr_file_get_attribute(file, "/", "title", DARR_FLOAT64, -1, value), DARR_ERR_FORMAT, "is text");
    CHECK_FAILS(darr_file_get_attribute(file, "g", "counts", DARR_INT32, 2, value), DARR_ERR_FORMAT, "has 3 elements, 2 were");
    CHECK_FAILS(darr_file_get_attribute(file, "g", "counts", DARR_INT32, -1, value), DARR_ERR_FORMAT, "has 3 elements, 1 were");
    CHECK_FAILS(darr_file_get_attribute(file, "g/x", "counts", DARR_INT32, 3, value), DARR_ERR_FORMAT, "no dataset or group 'g/x'");
    CHECK_FAILS(darr_file_get_attribute(file, "g/h/n/x", "c", DARR_INT32, 3, value), DARR_ERR_FORMAT, "'g/h/n' is no group");
    CHECK_FAILS(darr_file_get_attribute(file, "g", "", DARR_INT32, 3, value), DARR_ERR_ARGUMENT, "empty");
    CHECK_FAILS(darr_file_get_attribute(file, "", "c", DARR_INT32, 3, value), DARR_ERR_ARGUMENT, "is empty");
    CHECK_FAILS(darr_file_get_attribute(file, "g", "counts", 99, 3, value), DARR_ERR_ARGUMENT, "99");
    CHECK_FAILS(darr_file_get_attribute(file, "g", "counts", DARR_INT32, 3, NULL), DARR_ERR_ARGUMENT, "values_out is NULL");
    CHECK_FAILS(darr_file_get_attribute(file, "g", "counts", DARR_INT32, INT64_MAX, value), DARR_ERR_ARGUMENT, "n has more");
    CHECK_FAILS(darr_file_set_attribute(file, "/", "time", DARR_FLOAT64, -1, &time), DARR_ERR_STATE, "open for reading");
    CHECK_FAILS(darr_file_set_text(file, "/", "title", "x"), DARR_ERR_STATE, "open for reading");
    CHECK_OK(darr_file_close(file));
}

static void refused(void)
{
    darr_file *file = opened(DARR_UPDATE);
    double time = check_rank, *many = calloc(9000, sizeof *many);
    CHECK_FAILS(darr_file_set_attribute(file, "x", "time", DARR_FLOAT64, -1, many), DARR_ERR_FORMAT, "no dataset or group 'x'");
    CHECK_FAILS(darr_file_set_attribute(file, "/", "many", DARR_FLOAT64, 9000, many), DARR_ERR_UNSUPPORTED, "72000 bytes");
    CHECK_FAILS(darr_file_set_attribute(file, "/", "time", DARR_FLOAT64, 2, NULL), DARR_ERR_ARGUMENT, "values is NULL");
    CHECK_FAILS(darr_file_set_text(file, "/", "title", NULL), DARR_ERR_ARGUMENT, "text is NULL");
    CHECK_FAILS(darr_file_set_text(file, NULL, "title", "x"), DARR_ERR_ARGUMENT, "object is NULL");
    CHECK_FAILS(darr_file_set_text(file, "/", "title", "\xff"), DARR_ERR_ARGUMENT, "UTF-8");
    if (check_size > 1) {
        /* Values or arguments that differ between ranks, or are wrong on one of them. */
        CHECK_FAILS(darr_file_set_attribute(file, "/", "time", DARR_FLOAT64, -1, &time), DARR_ERR_MISMATCH, "values");
        CHECK_ALIKE(darr_last_error());
        CHECK_FAILS(darr_file_set_text(file, "/", check_rank ? "a" : "b", "x"), DARR_ERR_MISMATCH, "name");
        CHECK_FAILS(darr_file_set_text(file, "/", "a", check_rank == 1 ? NULL : "x"), DARR_ERR_ARGUMENT, "text is NULL");
        CHECK_ALIKE(darr_last_error());
        if (check_rank == 0) {
            CHECK_FAILS(darr_file_set_text(file, "/", "a", "x"), DARR_ERR_MISMATCH, "different calls");
        } else {
            CHECK_FAILS(darr_file_get_text(file, "/", "a", 10, (char[10]){0}), DARR_ERR_MISMATCH, "different calls");
        }
    }
    /* None of that did any harm. */
    CHECK_OK(darr_file_set_attribute(file, "/", "last", DARR_FLOAT64, 3, many));
    CHECK_OK(darr_file_close(file));
    file = opened(DARR_READ);
    CHECK_OK(darr_file_get_attribute(file, "/", "last", DARR_FLOAT64, 3, many));
    CHECK_OK(darr_file_close(file));
    free(many);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    written();
    read_back();
    refused();
    return check_end();
}
