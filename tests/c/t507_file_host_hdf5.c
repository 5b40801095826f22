/* A host that uses HDF5 itself finds its settings as it left them: error handler of either version, error stack, open
 * objects; and its error handler is never called for the library's own failures.
 * seconds: 180 */
#define _GNU_SOURCE
#define CHECK_SECONDS 100
#include "field.h"

#include <dlfcn.h>

/* Of the HDF5 that is loaded with the library; no header of it is needed for that. */
typedef int64_t hid_t;
typedef int (*handler2)(hid_t stack, void *data);
typedef int (*handler1)(void *data);

static int (*h5open)(void);
static int (*h5e_set_auto2)(hid_t, handler2, void *);
static int (*h5e_get_auto2)(hid_t, handler2 *, void **);
static int (*h5e_set_auto1)(handler1, void *);
static int (*h5e_get_auto1)(handler1 *, void **);
static ssize_t (*h5e_get_num)(hid_t);
static hid_t (*h5f_open)(const char *, unsigned, hid_t);
static ssize_t (*h5f_get_obj_count)(hid_t, unsigned);

#define ALL_FILES ((hid_t)0x1f)
#define ALL_OBJECTS 0x1fu

static void *symbol(const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);
    if (!CHECK(found != NULL))
        MPI_Abort(MPI_COMM_WORLD, 1);
    return found;
}

static int calls, here;

static int count2(hid_t stack, void *data)
{
    (void)stack;
    calls += data == &here;
    return 0;
}

static int count1(void *data)
{
    calls += data == &here;
    return 0;
}

/* Between calls the library has nothing open but its files. Asking clears the error stack, as every call of HDF5 does. */
static void objects(int ask, int n)
{
    if (ask)
        CHECK_INT(h5f_get_obj_count(ALL_FILES, ALL_OBJECTS), n);
}

/* Calls of the library that succeed and that fail inside HDF5. */
static void work(darr_array *array, int ask)
{
    darr_file *file = NULL;
    double value = 1;
    char text[8];
    CHECK_OK(darr_file_open_mpi(MPI_COMM_WORLD, "host.h5", DARR_CREATE, &file));
    CHECK_OK(darr_file_save(file, "g/n", array));
    CHECK_OK(darr_file_load(file, "g/n", array));
    CHECK_OK(darr_file_set_attribute(file, "g/n", "a", DARR_FLOAT64, -1, &value));
    CHECK_OK(darr_file_set_text(file, "g", "t", "text"));
    CHECK_OK(darr_file_get_attribute(file, "g/n", "a", DARR_FLOAT64, -1, &value));
    CHECK_OK(darr_file_get_text(file, "g", "t", sizeof text, text));
    objects(ask, 1);
    CHECK_CODE(darr_file_save(file, "g/n/m", array), DARR_ERR_FORMAT);
    CHECK_CODE(darr_file_load(file, "g/n/m", array), DARR_ERR_FORMAT);
    CHECK_CODE(darr_file_get_attribute(file, "g/n", "b", DARR_FLOAT64, -1, &value), DARR_ERR_FORMAT);
    objects(ask, 1);
    CHECK_OK(darr_file_close(file));
    CHECK_CODE(darr_file_open_mpi(MPI_COMM_WORLD, "head.h5", DARR_READ, &file), DARR_ERR_FORMAT);
    objects(ask, 0);
}

int main(int argc, char **argv)
{
    const field_dim line[1] = {{9, DARR_BLOCK, 0, 0, 1, 1}};
    handler2 second = NULL;
    handler1 first = NULL;
    void *data = NULL;
    darr_array *array = NULL;
    check_begin(&argc, &argv);
    h5open = (int (*)(void))symbol("H5open");
    h5e_set_auto2 = (int (*)(hid_t, handler2, void *))symbol("H5Eset_auto2");
    h5e_get_auto2 = (int (*)(hid_t, handler2 *, void **))symbol("H5Eget_auto2");
    h5e_set_auto1 = (int (*)(handler1, void *))symbol("H5Eset_auto1");
    h5e_get_auto1 = (int (*)(handler1 *, void **))symbol("H5Eget_auto1");
    h5e_get_num = (ssize_t(*)(hid_t))symbol("H5Eget_num");
    h5f_open = (hid_t(*)(const char *, unsigned, hid_t))symbol("H5Fopen");
    h5f_get_obj_count = (ssize_t(*)(hid_t, unsigned))symbol("H5Fget_obj_count");
    if (check_rank == 0) {
        FILE *head = fopen("head.h5", "wb");
        CHECK(head && fwrite("\x89HDF\r\n\x1a\n", 1, 8, head) == 8 && fclose(head) == 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    darr_dist *dist = field_dist(1, line, DARR_ORDER_C);
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    field_set(array, 0);

    /* The library first: HDF5 prints its errors afterwards, as it does by default. */
    work(array, 1);
    CHECK(h5open() >= 0);
    CHECK(h5e_get_auto2(0, &second, &data) >= 0);
    CHECK(second != NULL && data == NULL);

    CHECK(h5e_set_auto2(0, count2, &here) >= 0);
    CHECK(h5f_open("not there.h5", 0, 0) < 0);
    CHECK_INT(calls, 1);
    ssize_t records = h5e_get_num(0);
    CHECK(records > 0);
    work(array, 0);
    CHECK_INT(calls, 1);
    CHECK_INT(h5e_get_num(0), records);
    CHECK(h5e_get_auto2(0, &second, &data) >= 0 && second == count2 && data == &here);

    CHECK(h5e_set_auto1(count1, &here) >= 0);
    CHECK(h5f_open("not there.h5", 0, 0) < 0);
    CHECK_INT(calls, 2);
    records = h5e_get_num(0);
    work(array, 0);
    CHECK_INT(calls, 2);
    CHECK_INT(h5e_get_num(0), records);
    CHECK(h5e_get_auto1(&first, &data) >= 0 && first == count1 && data == &here);

    CHECK(h5e_set_auto2(0, NULL, NULL) >= 0);
    work(array, 0);
    CHECK(h5e_get_auto2(0, &second, &data) >= 0 && second == NULL);
    darr_array_free(array);
    darr_dist_free(dist);
    return check_end();
}
