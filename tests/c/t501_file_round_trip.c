/* Arrays saved in one distribution and loaded in another: every element type, map and order, with padding that stays out
 * of the file and out of the way, ranks without elements, extents of 0 and 1, and single values.
 * seconds: 180 */
#define CHECK_SECONDS 150
#include "field.h"

typedef struct {
    const char *name;
    int ndim;
    field_dim saved[FIELD_DIMS], loaded[FIELD_DIMS];
} file_case;

#define B DARR_BLOCK
#define W DARR_WHOLE
#define C DARR_CYCLIC
#define U DARR_UNSTRUCTURED

/* clang-format off */
static const file_case cases[] = {
    {"single value", 0, {{0, 0, 0, 0, 0, 0}}, {{0, 0, 0, 0, 0, 0}}},
    {"line", 1, {{23, B, 0, 0, 2, 1}}, {{23, B, 0, 0, 0, 3}}},
    {"shorter than the ranks", 1, {{2, B, 0, 0, 1, 1}}, {{2, W, 0, 0, 0, 0}}},
    {"no element", 2, {{0, B, 0, 0, 1, 1}, {5, W, 0, 0, 0, 0}}, {{0, W, 0, 0, 0, 0}, {5, B, 0, 0, 0, 0}}},
    {"one element", 3, {{1, B, 0, 0, 1, 1}, {1, B, 0, 0, 0, 2}, {1, W, 0, 0, 1, 0}}, {{1, W, 0, 0, 0, 0}, {1, B, 0, 0, 0, 0}, {1, B, 0, 0, 2, 2}}},
    {"rows to columns", 2, {{11, B, 0, 0, 1, 2}, {7, W, 0, 0, 0, 0}}, {{11, W, 0, 0, 0, 0}, {7, B, 0, 0, 2, 1}}},
    {"blocks to rows", 2, {{12, B, 0, 0, 1, 1}, {10, B, 0, 0, 2, 2}}, {{12, B, 0, 0, 0, 0}, {10, W, 0, 0, 0, 0}}},
    {"pencils", 3, {{6, W, 0, 0, 0, 0}, {5, B, 0, 0, 1, 0}, {7, B, 0, 0, 0, 1}}, {{6, B, 0, 0, 0, 0}, {5, B, 0, 0, 0, 0}, {7, W, 0, 0, 1, 1}}},
    {"four dimensions", 4, {{3, B, 0, 0, 1, 1}, {4, W, 0, 0, 1, 0}, {5, B, 0, 0, 0, 0}, {2, W, 0, 0, 2, 2}}, {{3, W, 0, 0, 0, 0}, {4, B, 0, 0, 0, 0}, {5, W, 0, 0, 3, 0}, {2, B, 0, 0, 0, 0}}},
    {"cyclic", 1, {{29, C, 0, 1, 0, 0}}, {{29, B, 0, 0, 0, 0}}},
    {"block-cyclic, cut short", 1, {{29, C, 0, 4, 0, 0}}, {{29, C, 0, 3, 0, 0}}},
    {"cyclic and block", 2, {{9, C, 0, 2, 0, 0}, {8, B, 0, 0, 1, 1}}, {{9, B, 0, 0, 0, 0}, {8, C, 0, 3, 0, 0}}},
    {"cyclic twice", 2, {{13, C, 0, 2, 0, 0}, {11, C, 0, 3, 0, 0}}, {{13, C, 0, 1, 0, 0}, {11, C, 0, 1, 0, 0}}},
    {"unstructured", 1, {{31, U, 0, 0, 0, 0}}, {{31, B, 0, 0, 1, 1}}},
    {"block to unstructured", 2, {{8, B, 0, 0, 1, 1}, {9, W, 0, 0, 0, 0}}, {{8, W, 0, 0, 1, 2}, {9, U, 0, 0, 0, 0}}},
    {"unstructured and cyclic", 2, {{14, U, 0, 0, 0, 0}, {6, C, 1, 2, 0, 0}}, {{14, C, 0, 5, 0, 0}, {6, W, 0, 0, 1, 0}}},
};
/* clang-format on */

#undef B
#undef W
#undef C
#undef U

#define CASES (int)(sizeof cases / sizeof *cases)
#define DTYPES (DARR_COMPLEX128 - DARR_BOOL + 1)

/* All cases with real numbers, then one of them with every element type. */
static const file_case *numbered(int k, int *dtype)
{
    *dtype = k < CASES ? DARR_FLOAT64 : DARR_BOOL + k - CASES;
    return k < CASES ? &cases[k] : &cases[5];
}

/* Saves or loads all cases in one file. */
static void transfer_all(int order, int save)
{
    darr_file *file = NULL;
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "round.h5", save ? DARR_CREATE : DARR_READ, &file));
    for (int k = 0; k < (order == DARR_ORDER_C ? CASES + DTYPES : CASES); k++) {
        int dtype;
        const file_case *c = numbered(k, &dtype);
        darr_dist *dist = field_dist(c->ndim, save ? c->saved : c->loaded, order);
        darr_array *array = NULL;
        char label[128], name[64];
        snprintf(label, sizeof label, "%s, dtype %d, order %d", c->name, dtype, order);
        snprintf(name, sizeof name, "case/%d: %s", k, c->name);
        CHECK_NEEDED(darr_array_create(dist, dtype, &array));
        if (save) {
            field_set(array, k);
            CHECK_OK(darr_file_save(file, name, array));
        } else {
            field_clear(array);
            CHECK_OK(darr_file_load(file, name, array));
        }
        field_check(array, k, label);
        darr_array_free(array);
        darr_dist_free(dist);
    }
    CHECK_OK(darr_file_close(file));
}

/* Several datasets of different types in groups of one file, overwritten, added later, described. */
static void many(void)
{
    const field_dim rows[2] = {{9, DARR_BLOCK, 0, 0, 1, 1}, {4, DARR_WHOLE, 0, 0, 0, 0}};
    const char *names[] = {"n", "fields/phi", "fields/old/w", "/fields/x"};
    const int dtypes[] = {DARR_FLOAT64, DARR_COMPLEX128, DARR_BOOL, DARR_INT16};
    darr_array *array[4];
    darr_dist *dist = field_dist(2, rows, DARR_ORDER_F);
    darr_file *file = NULL;
    int dtype = 0, ndim = 0;
    int64_t shape[DARR_MAX_NDIM];
    for (int k = 0; k < 4; k++) {
        CHECK_NEEDED(darr_array_create(dist, dtypes[k], &array[k]));
        field_set(array[k], 100 * k);
    }
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "many.h5", DARR_CREATE, &file));
    for (int k = 0; k < 3; k++)
        CHECK_OK(darr_file_save(file, names[k], array[k]));
    /* What was saved can be loaded before the file is complete. */
    field_clear(array[1]);
    CHECK_OK(darr_file_load(file, names[1], array[1]));
    field_check(array[1], 100, names[1]);
    field_set(array[0], 7);
    CHECK_OK(darr_file_save(file, names[0], array[0]));
    CHECK_OK(darr_file_close(file));

    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "many.h5", DARR_UPDATE, &file));
    CHECK_OK(darr_file_save(file, names[3], array[3]));
    field_set(array[2], 11);
    CHECK_OK(darr_file_save(file, names[2], array[2]));
    CHECK_OK(darr_file_close(file));

    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "many.h5", DARR_READ, &file));
    for (int k = 0; k < 4; k++) {
        const int64_t shifts[] = {7, 100, 11, 300};
        field_clear(array[k]);
        CHECK_OK(darr_file_load(file, names[k], array[k]));
        field_check(array[k], shifts[k], names[k]);
        CHECK_OK(darr_file_describe(file, names[k], DARR_ORDER_F, &dtype, &ndim, shape));
        CHECK_INT(dtype, dtypes[k]);
        CHECK_INT(ndim, 2);
        CHECK(shape[0] == 9 && shape[1] == 4);
        CHECK_OK(darr_file_describe(file, names[k], DARR_ORDER_C, &dtype, &ndim, shape));
        CHECK(shape[0] == 4 && shape[1] == 9);
    }
    CHECK_OK(darr_file_close(file));
    for (int k = 0; k < 4; k++)
        darr_array_free(array[k]);
    darr_dist_free(dist);

    /* An update also makes a file that is not there. */
    if (check_rank == 0)
        unlink("new.h5");
    MPI_Barrier(MPI_COMM_WORLD);
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "new.h5", DARR_UPDATE, &file));
    CHECK_OK(darr_file_set_text(file, "/", "title", "empty but for this"));
    CHECK_OK(darr_file_close(file));
    CHECK_NEEDED(darr_file_open_mpi(MPI_COMM_WORLD, "new.h5", DARR_READ, &file));
    CHECK_OK(darr_file_close(file));
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    for (int order = DARR_ORDER_C; order <= DARR_ORDER_F; order++) {
        transfer_all(order, 1);
        transfer_all(order, 0);
    }
    many();
    return check_end();
}
