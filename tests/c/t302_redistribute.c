/* Redistribution by value: between any two block or whole distributions of a shape, in both memory orders, several
 * arrays at once, with padding on either side that stays as it is. */
#include "check.h"
#include "section.h"

#define NDIM 3
#define FIELDS 2
#define UNTOUCHED (-3.0)

typedef struct {
    const char *name;
    int map[NDIM];
    int rule;
    int order;
    int grid_order;
    int64_t halo;
} layout;

/* clang-format off */
static const layout layouts[] = {
    {"x pencils", {DARR_WHOLE, DARR_BLOCK, DARR_BLOCK}, DARR_BALANCED, DARR_ORDER_F, DARR_GRID_ROW_MAJOR, 0},
    {"y pencils", {DARR_BLOCK, DARR_WHOLE, DARR_BLOCK}, DARR_BALANCED, DARR_ORDER_F, DARR_GRID_ROW_MAJOR, 0},
    {"z slabs, padded", {DARR_WHOLE, DARR_WHOLE, DARR_BLOCK}, DARR_CEIL, DARR_ORDER_C, DARR_GRID_ROW_MAJOR, 2},
    {"x slabs, uneven", {DARR_BLOCK, DARR_WHOLE, DARR_WHOLE}, DARR_REMAINDER_LAST, DARR_ORDER_C, DARR_GRID_ROW_MAJOR, 1},
    {"blocks", {DARR_BLOCK, DARR_BLOCK, DARR_BLOCK}, DARR_BALANCED, DARR_ORDER_F, DARR_GRID_COLUMN_MAJOR, 1},
    {"all on one rank", {DARR_WHOLE, DARR_WHOLE, DARR_WHOLE}, DARR_BALANCED, DARR_ORDER_C, DARR_GRID_ROW_MAJOR, 0},
};
static const int64_t shapes[][NDIM] = {{7, 6, 5}, {1, 9, 2}, {2, 2, 2}, {5, 0, 3}};
/* clang-format on */

static double value(int k, const int64_t *index)
{
    return 1000000.0 * (k + 1) + 10000.0 * (double)index[0] + 100.0 * (double)index[1] + (double)index[2];
}

static darr_dist *distribute(const layout *l, const int64_t *shape)
{
    darr_dim dims[NDIM];
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_dist *dist = NULL;
    for (int d = 0; d < NDIM; d++) {
        dims[d] = (darr_dim)DARR_DIM_INIT;
        dims[d].extent = shape[d];
        dims[d].map = l->map[d];
        dims[d].rule = l->rule;
        dims[d].halo[0] = dims[d].halo[1] = l->halo;
    }
    options.order = l->order;
    options.grid_order = l->grid_order;
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(MPI_COMM_WORLD), NDIM, dims, &options, &dist));
    return dist;
}

/* Global index of a local one; 1 if the element is owned. */
static int place(const darr_view *v, const int64_t *i, int64_t *g)
{
    for (int d = 0; d < NDIM; d++)
        g[d] = v->global_lo[d] + i[d];
    return section_owns(v, i);
}

static void set(darr_array *array, int k)
{
    darr_view v = DARR_VIEW_INIT;
    double untouched = UNTOUCHED;
    int64_t i[NDIM], g[NDIM];
    CHECK_OK(darr_array_fill(array, DARR_FLOAT64, &untouched));
    CHECK_OK(darr_array_view(array, &v));
    for (int more = section_begin(&v, i); more; more = section_next(&v, i))
        if (place(&v, i, g) && k >= 0)
            *(double *)section_element(&v, i) = value(k, g);
}

static void compare(darr_array *array, int k, const char *name)
{
    darr_view v = DARR_VIEW_INIT;
    int64_t i[NDIM], g[NDIM];
    CHECK_OK(darr_array_view(array, &v));
    for (int more = section_begin(&v, i); more; more = section_next(&v, i)) {
        double want = place(&v, i, g) ? value(k, g) : UNTOUCHED;
        if (!CHECK_REAL(*(double *)section_element(&v, i), want))
            section_tell(&v, i, name);
    }
}

static void run(const layout *from, const layout *to, const int64_t *shape)
{
    darr_dist *there = distribute(to, shape), *here = distribute(from, shape);
    darr_array *source[FIELDS], *target[FIELDS];
    darr_plan *forth = NULL, *back = NULL;
    char name[100];
    snprintf(name, sizeof name, "%s to %s", from->name, to->name);
    for (int k = 0; k < FIELDS; k++) {
        CHECK_NEEDED(darr_array_create(here, DARR_FLOAT64, &source[k]));
        CHECK_NEEDED(darr_array_create(there, DARR_FLOAT64, &target[k]));
        set(source[k], k);
        set(target[k], -1);
    }
    CHECK_NEEDED(darr_plan_redistribute(FIELDS, (const darr_array *const *)source, target, NULL, &forth));
    CHECK_NEEDED(darr_plan_redistribute(FIELDS, (const darr_array *const *)target, source, NULL, &back));
    CHECK_OK(darr_plan_run(forth));
    for (int k = 0; k < FIELDS; k++) {
        compare(target[k], k, name);
        set(source[k], -1);
    }
    CHECK_OK(darr_plan_run(back));
    for (int k = 0; k < FIELDS; k++)
        compare(source[k], k, name);
    darr_plan_free(forth);
    darr_plan_free(back);
    for (int k = 0; k < FIELDS; k++) {
        darr_array_free(source[k]);
        darr_array_free(target[k]);
    }
    darr_dist_free(here);
    darr_dist_free(there);
}

/* What cannot be moved is refused on every rank with the same code and text. */
static void refuse(void)
{
    static const int64_t small[NDIM] = {4, 4, 4}, other[NDIM] = {4, 4, 5};
    darr_dist *a = distribute(&layouts[0], small), *b = distribute(&layouts[0], other), *c = distribute(&layouts[1], small);
    darr_array *x = NULL, *y = NULL, *z = NULL, *w = NULL;
    darr_plan *plan = NULL;
    CHECK_NEEDED(darr_array_create(a, DARR_FLOAT64, &x));
    CHECK_NEEDED(darr_array_create(b, DARR_FLOAT64, &y));
    CHECK_NEEDED(darr_array_create(c, DARR_INT32, &z));
    CHECK_NEEDED(darr_array_create(c, DARR_FLOAT64, &w));
    {
        const darr_array *from[2] = {x, x};
        darr_array *shape[1] = {y}, *dtype[1] = {z}, *same[1] = {x}, *twice[2] = {w, w}, *one[1] = {w};
        darr_move_options options = DARR_MOVE_OPTIONS_INIT;
        int no_permutation[NDIM] = {0, 2, 2}, outside[NDIM] = {0, 1, 3}, negative[NDIM] = {-1, 1, 2};
        CHECK_FAILS(darr_plan_redistribute(1, from, shape, NULL, &plan), DARR_ERR_ARGUMENT, "dimension 2");
        CHECK_FAILS(darr_plan_redistribute(1, from, dtype, NULL, &plan), DARR_ERR_ARGUMENT, "int32");
        options.axes = no_permutation;
        CHECK_FAILS(darr_plan_redistribute(1, from, one, &options, &plan), DARR_ERR_ARGUMENT, "dimension");
        options.axes = outside;
        CHECK_FAILS(darr_plan_redistribute(1, from, one, &options, &plan), DARR_ERR_ARGUMENT, "3");
        options.axes = negative;
        CHECK_FAILS(darr_plan_redistribute(1, from, one, &options, &plan), DARR_ERR_ARGUMENT, "dimension");
        options.axes = NULL;
        options.combine = 4;
        CHECK_FAILS(darr_plan_redistribute(1, from, one, &options, &plan), DARR_ERR_ARGUMENT, "combine mode 4");
        CHECK_FAILS(darr_plan_redistribute(2, from, twice, NULL, &plan), DARR_ERR_ARGUMENT, "shares memory");
        if (check_rank == 0)
            CHECK_CODE(darr_plan_redistribute(0, from, same, NULL, &plan), DARR_ERR_ARGUMENT);
        CHECK_FAILS(darr_plan_redistribute(1, from, same, NULL, &plan), DARR_ERR_ARGUMENT, "shares memory");
        CHECK_ALIKE(darr_last_error());
    }
    CHECK(plan == NULL);
    darr_array_free(x);
    darr_array_free(y);
    darr_array_free(z);
    darr_array_free(w);
    darr_dist_free(a);
    darr_dist_free(b);
    darr_dist_free(c);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (size_t a = 0; a < sizeof layouts / sizeof *layouts; a++)
            for (size_t b = 0; b < sizeof layouts / sizeof *layouts; b++)
                run(&layouts[a], &layouts[b], shapes[s]);
    refuse();
    return check_end();
}
