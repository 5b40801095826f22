/* Pictures: the same file whatever the distribution, the slice that was asked for, and everything that is refused. What the
 * pixels hold is tested beside the encoder.
 * seconds: 180 */
#define CHECK_SECONDS 100
#include "field.h"
#include "folder.h"

static int64_t contents(const char *path, unsigned char *to, int64_t room)
{
    FILE *file = fopen(path, "rb");
    int64_t n = file ? (int64_t)fread(to, 1, (size_t)room, file) : -1;
    if (file)
        fclose(file);
    return n;
}

static int64_t number(const unsigned char *at)
{
    return (int64_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/* The picture is that of `path` when one rank alone draws it, and has this size. */
static void same_as_alone(const char *path, const field_dim *dims, int ndim, int dtype, const darr_image_options *options,
                          int64_t width, int64_t height)
{
    static unsigned char got[100000], want[100000];
    MPI_Barrier(MPI_COMM_WORLD);
    if (check_rank == 0) {
        field_dim whole[FIELD_DIMS];
        darr_array *alone = NULL;
        for (int d = 0; d < ndim; d++)
            whole[d] = (field_dim){dims[d].extent, DARR_WHOLE, 0, 0, 0, 0};
        darr_dist *dist = field_dist_on(MPI_COMM_SELF, ndim, whole, DARR_ORDER_C);
        CHECK_NEEDED(darr_array_create(dist, dtype, &alone));
        field_set(alone, 3);
        CHECK_OK(darr_image_save(alone, "alone.png", options));
        int64_t n = contents("alone.png", want, sizeof want);
        CHECK_INT(contents(path, got, sizeof got), n);
        CHECK(n > 24 && memcmp(got, want, (size_t)n) == 0);
        CHECK(memcmp(got, "\x89PNG\r\n\x1a\n", 8) == 0);
        CHECK_INT(number(got + 16), width);
        CHECK_INT(number(got + 20), height);
        darr_array_free(alone);
        darr_dist_free(dist);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void drawn(void)
{
    static const field_dim cases[][3] = {
        {{7, DARR_BLOCK, 0, 0, 1, 2}, {5, DARR_BLOCK, 0, 0, 1, 1}, {4, DARR_BLOCK, 0, 0, 2, 0}},
        {{7, DARR_CYCLIC, 0, 2, 0, 0}, {5, DARR_WHOLE, 0, 0, 1, 1}, {4, DARR_BLOCK, 0, 0, 0, 0}},
        {{7, DARR_WHOLE, 0, 0, 0, 0}, {5, DARR_UNSTRUCTURED, 0, 0, 0, 0}, {4, DARR_WHOLE, 0, 0, 0, 0}},
        {{2, DARR_BLOCK, 0, 0, 0, 0}, {1, DARR_WHOLE, 0, 0, 0, 0}, {1, DARR_WHOLE, 0, 0, 0, 0}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int dtype = DARR_BOOL; dtype <= DARR_FLOAT64; dtype++) {
            const field_dim *dims = cases[k];
            int64_t index[3] = {-1, 0, dims[2].extent - 1};
            darr_image_options options = DARR_IMAGE_OPTIONS_INIT;
            darr_dist *dist = field_dist(3, dims, dtype % 2);
            darr_array *array = NULL;
            CHECK_NEEDED(darr_array_create(dist, dtype, &array));
            field_set(array, 3);
            CHECK_OK(darr_image_save(array, "n.png", NULL));
            same_as_alone("n.png", dims, 3, dtype, NULL, dims[0].extent, dims[1].extent);
            options.axis_x = 2;
            options.axis_y = 1;
            options.scale = 3;
            options.colors = (int)k;
            options.index = index;
            options.lo = -20, options.hi = 30;
            CHECK_OK(darr_image_save(array, "n.png", &options));
            same_as_alone("n.png", dims, 3, dtype, &options, 3 * dims[2].extent, 3 * dims[1].extent);
            darr_array_free(array);
            darr_dist_free(dist);
        }
}

static void refused(void)
{
    const field_dim plane[2] = {{6, DARR_BLOCK, 0, 0, 0, 0}, {4, DARR_BLOCK, 0, 0, 0, 0}};
    const field_dim flat[2] = {{6, DARR_BLOCK, 0, 0, 0, 0}, {0, DARR_WHOLE, 0, 0, 0, 0}};
    darr_dist *dist = field_dist(2, plane, DARR_ORDER_C), *line = field_dist(1, plane, DARR_ORDER_C);
    darr_dist *none = field_dist(2, flat, DARR_ORDER_C);
    darr_array *array = NULL, *complex = NULL, *one = NULL, *empty = NULL;
    darr_image_options o = DARR_IMAGE_OPTIONS_INIT, as_made = o;
    int64_t index[3] = {0, 0, 4};
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_array_create(dist, DARR_COMPLEX64, &complex));
    CHECK_NEEDED(darr_array_create(line, DARR_FLOAT64, &one));
    CHECK_NEEDED(darr_array_create(none, DARR_FLOAT64, &empty));
    field_set(array, 0);
    CHECK_FAILS(darr_image_save(complex, "bad.png", NULL), DARR_ERR_UNSUPPORTED, "real part");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_image_save(one, "bad.png", NULL), DARR_ERR_ARGUMENT, "this one has 1");
    CHECK_FAILS(darr_image_save(empty, "bad.png", NULL), DARR_ERR_ARGUMENT, "dimension 1 has 0 elements");
    CHECK_FAILS(darr_image_save(NULL, "bad.png", NULL), DARR_ERR_HANDLE, "array is NULL");
    CHECK_FAILS(darr_image_save(array, NULL, NULL), DARR_ERR_ARGUMENT, "path is NULL");
    CHECK_FAILS(darr_image_save(array, "nowhere/n.png", NULL), DARR_ERR_IO, "'nowhere'");
    CHECK_ALIKE(darr_last_error());
    CHECK_FAILS(darr_image_save(array, "/dev/null", NULL), DARR_ERR_IO, "no ordinary file");
    o.colors = 4;
    CHECK_FAILS(darr_image_save(array, "bad.png", &o), DARR_ERR_ARGUMENT, "colour map 4");
    o = as_made, o.scale = -1;
    CHECK_FAILS(darr_image_save(array, "bad.png", &o), DARR_ERR_ARGUMENT, "scale is -1");
    o = as_made, o.scale = INT32_MAX;
    CHECK_FAILS(darr_image_save(array, "bad.png", &o), DARR_ERR_ARGUMENT, "not possible");
    o = as_made, o.axis_x = 2;
    CHECK_FAILS(darr_image_save(array, "bad.png", &o), DARR_ERR_ARGUMENT, "axes 2 and 0");
    o = as_made, o.axis_x = o.axis_y = 1;
    CHECK_FAILS(darr_image_save(array, "bad.png", &o), DARR_ERR_ARGUMENT, "axes 1 and 1");
    o = as_made, o.axis_y = -1;
    CHECK_FAILS(darr_image_save(array, "bad.png", &o), DARR_ERR_ARGUMENT, "axis_y is -1");
    o = as_made, o.lo = 1;
    CHECK_FAILS(darr_image_save(array, "bad.png", &o), DARR_ERR_ARGUMENT, "range 1 to 0");
    o = as_made, o.hi = NAN;
    CHECK_FAILS(darr_image_save(array, "bad.png", &o), DARR_ERR_ARGUMENT, "range 0 to NaN");
    o = as_made, o.size = 3;
    CHECK_FAILS(darr_image_save(array, "bad.png", &o), DARR_ERR_ARGUMENT, "size");
    o = as_made, o.index = index;
    CHECK_OK(darr_image_save(array, "good.png", &o));
    const field_dim cube[3] = {{6, DARR_WHOLE, 0, 0, 0, 0}, {4, DARR_BLOCK, 0, 0, 0, 0}, {4, DARR_WHOLE, 0, 0, 0, 0}};
    darr_dist *deep = field_dist(3, cube, DARR_ORDER_C);
    darr_array *third = NULL;
    CHECK_NEEDED(darr_array_create(deep, DARR_FLOAT64, &third));
    CHECK_FAILS(darr_image_save(third, "bad.png", &o), DARR_ERR_ARGUMENT, "index 4");
    if (check_size > 1) {
        CHECK_FAILS(darr_image_save(array, check_rank ? "a.png" : "b.png", NULL), DARR_ERR_MISMATCH, "the path");
        o = as_made, o.colors = check_rank ? 0 : 1;
        CHECK_FAILS(darr_image_save(array, "bad.png", &o), DARR_ERR_MISMATCH, "the options");
        CHECK_FAILS(darr_image_save(array, check_rank == 1 ? NULL : "bad.png", NULL), DARR_ERR_ARGUMENT, "path is NULL");
        CHECK_ALIKE(darr_last_error());
    }
    MPI_Barrier(MPI_COMM_WORLD);
    CHECK_INT(folder_count(".", "bad.png"), 0);
    CHECK_INT(folder_count(".", ".part"), 0);
    darr_array_free(array), darr_array_free(complex), darr_array_free(one), darr_array_free(empty), darr_array_free(third);
    darr_dist_free(dist), darr_dist_free(line), darr_dist_free(none), darr_dist_free(deep);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    drawn();
    refused();
    return check_end();
}
