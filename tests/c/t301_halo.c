/* Halo exchange by value: every ghost of every rank holds what its owner holds, and nothing else is touched.
 * Box and star, one to four dimensions, widths per side, periodic or not, wider than blocks, on any number of ranks. */
#include "check.h"
#include "section.h"

typedef struct {
    const char *name;
    int ndim;
    int64_t extent[4];
    int map[4];
    int periodic[4];
    int64_t halo[4][2];
    int64_t boundary[4][2];
    int order;
    int star, carry;
    darr_dist *dist;
} halo_case;

/* clang-format off */
static const halo_case cases[] = {
    {"1-d periodic", 1, {17}, {DARR_BLOCK}, {1}, {{2, 1}}, {{0, 0}}, DARR_ORDER_C, 0, 0, NULL},
    {"1-d with edges", 1, {17}, {DARR_BLOCK}, {0}, {{2, 3}}, {{1, 4}}, DARR_ORDER_C, 0, 0, NULL},
    {"2-d periodic, Fortran order", 2, {12, 10}, {DARR_BLOCK, DARR_BLOCK}, {1, 1}, {{3, 3}, {3, 3}}, {{0, 0}, {0, 0}}, DARR_ORDER_F, 0, 0, NULL},
    {"2-d star", 2, {9, 14}, {DARR_BLOCK, DARR_BLOCK}, {1, 0}, {{1, 2}, {2, 1}}, {{0, 0}, {1, 2}}, DARR_ORDER_C, 1, 0, NULL},
    {"2-d carried boundary", 2, {9, 14}, {DARR_BLOCK, DARR_BLOCK}, {0, 0}, {{1, 2}, {2, 1}}, {{2, 1}, {1, 2}}, DARR_ORDER_C, 0, 1, NULL},
    {"2-d, one dimension whole and periodic", 2, {5, 11}, {DARR_WHOLE, DARR_BLOCK}, {1, 1}, {{2, 2}, {1, 1}}, {{0, 0}, {0, 0}}, DARR_ORDER_F, 0, 0, NULL},
    {"halo wider than the neighbour's block", 1, {7}, {DARR_BLOCK}, {1}, {{3, 4}}, {{0, 0}}, DARR_ORDER_C, 0, 0, NULL},
    {"halo wider than the domain", 1, {3}, {DARR_BLOCK}, {1}, {{7, 8}}, {{0, 0}}, DARR_ORDER_C, 0, 0, NULL},
    {"more ranks than elements", 2, {2, 3}, {DARR_BLOCK, DARR_WHOLE}, {1, 1}, {{1, 1}, {1, 1}}, {{0, 0}, {0, 0}}, DARR_ORDER_C, 0, 0, NULL},
    {"3-d", 3, {6, 5, 8}, {DARR_BLOCK, DARR_BLOCK, DARR_BLOCK}, {1, 0, 1}, {{1, 2}, {2, 0}, {0, 1}}, {{0, 0}, {3, 1}, {0, 0}}, DARR_ORDER_F, 0, 0, NULL},
    {"3-d with a cyclic dimension", 3, {6, 5, 8}, {DARR_CYCLIC, DARR_WHOLE, DARR_BLOCK}, {0, 1, 1}, {{0, 0}, {2, 2}, {1, 1}}, {{0, 0}, {0, 0}, {0, 0}}, DARR_ORDER_C, 0, 0, NULL},
    {"4-d", 4, {3, 4, 5, 3}, {DARR_BLOCK, DARR_WHOLE, DARR_BLOCK, DARR_WHOLE}, {1, 1, 0, 0}, {{1, 1}, {1, 0}, {1, 2}, {0, 0}}, {{0, 0}, {0, 0}, {1, 1}, {2, 0}}, DARR_ORDER_C, 0, 0, NULL},
    {"extent 1, periodic", 2, {1, 6}, {DARR_WHOLE, DARR_BLOCK}, {1, 1}, {{2, 2}, {1, 1}}, {{0, 0}, {0, 0}}, DARR_ORDER_C, 0, 0, NULL},
    {"no elements", 2, {0, 6}, {DARR_BLOCK, DARR_BLOCK}, {1, 1}, {{2, 2}, {1, 1}}, {{0, 0}, {0, 0}}, DARR_ORDER_C, 0, 0, NULL},
};
/* clang-format on */

#define UNTOUCHED (-7.0)
#define FIELDS 3

/* What field k holds at a global index, boundary indices outside of the domain included. */
static double value(int k, int ndim, const int64_t *index)
{
    double v = k + 1;
    for (int d = 0; d < ndim; d++)
        v = v * 61 + (double)index[d];
    return v;
}

/* What a local index is to the exchange. */
enum { OWNED, GHOST, CARRIED, LEFT_ALONE };

/* Also gives the global index: wrapped at a periodic seam, outside of the domain in boundary padding. */
static int place(const halo_case *c, const darr_view *v, const int64_t *i, int64_t *g)
{
    int ghosts = 0, outside = 0;
    for (int d = 0; d < c->ndim; d++) {
        int owned = v->owned_lo[d] <= i[d] && i[d] < v->owned_hi[d];
        int64_t n = c->extent[d];
        g[d] = v->global_lo[d] + i[d];
        if (c->map[d] == DARR_CYCLIC) {
            /* No padding there; the library's index map knows the place. */
            int64_t local[4], global[4];
            for (int e = 0; e < c->ndim; e++)
                local[e] = e == d ? i[e] : v->owned_lo[e];
            CHECK_OK(darr_dist_to_global(c->dist, check_rank, local, global));
            g[d] = global[d];
        } else if (!owned && c->periodic[d]) {
            ghosts++;
            g[d] = (g[d] % n + n) % n;
        } else if (!owned && (g[d] < 0 || g[d] >= n)) {
            outside++;
        } else if (!owned) {
            ghosts++;
        }
    }
    if (ghosts == 0)
        return outside == 0 ? OWNED : c->carry ? CARRIED : LEFT_ALONE;
    return (outside && !c->carry) || (c->star && ghosts > 1) ? LEFT_ALONE : GHOST;
}

static void run(const halo_case *c)
{
    darr_halo_options halo = DARR_HALO_OPTIONS_INIT;
    darr_array *field[FIELDS], *exchanged[2];
    darr_plan *plan = NULL;
    double untouched = UNTOUCHED;
    int64_t i[4], g[4];

    for (int k = 0; k < FIELDS; k++) {
        darr_view v = DARR_VIEW_INIT;
        CHECK_NEEDED(darr_array_create(c->dist, DARR_FLOAT64, &field[k]));
        CHECK_OK(darr_array_fill(field[k], DARR_FLOAT64, &untouched));
        CHECK_OK(darr_array_view(field[k], &v));
        for (int more = section_begin(&v, i); more; more = section_next(&v, i)) {
            int what = place(c, &v, i, g);
            if (what == OWNED || what == CARRIED)
                *(double *)section_element(&v, i) = value(k, c->ndim, g);
        }
    }

    /* Field 1 takes no part. */
    halo.star = c->star;
    halo.carry_boundary = c->carry;
    exchanged[0] = field[0];
    exchanged[1] = field[2];
    CHECK_NEEDED(darr_plan_halo(2, exchanged, &halo, &plan));
    CHECK_OK(darr_plan_begin(plan));
    CHECK_OK(darr_plan_end(plan));
    CHECK_OK(darr_plan_run(plan));

    for (int k = 0; k < FIELDS; k++) {
        darr_view v = DARR_VIEW_INIT;
        CHECK_OK(darr_array_view(field[k], &v));
        for (int more = section_begin(&v, i); more; more = section_next(&v, i)) {
            int what = place(c, &v, i, g);
            int known = what == OWNED || what == CARRIED || (what == GHOST && k != 1);
            double want = known ? value(k, c->ndim, g) : UNTOUCHED;
            if (!CHECK_REAL(*(double *)section_element(&v, i), want))
                section_tell(&v, i, c->name);
        }
    }

    darr_plan_free(plan);
    for (int k = 0; k < FIELDS; k++)
        darr_array_free(field[k]);
}

/* The distribution of a case. */
static darr_dist *distribute(const halo_case *c)
{
    darr_dim dims[4];
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_dist *dist = NULL;
    for (int d = 0; d < c->ndim; d++) {
        dims[d] = (darr_dim)DARR_DIM_INIT;
        dims[d].extent = c->extent[d];
        dims[d].map = c->map[d];
        dims[d].periodic = c->periodic[d];
        dims[d].block_size = 2;
        for (int side = 0; side < 2; side++) {
            dims[d].halo[side] = c->halo[d][side];
            dims[d].boundary[side] = c->boundary[d][side];
        }
    }
    options.order = c->order;
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(MPI_COMM_WORLD), c->ndim, dims, &options, &dist));
    return dist;
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        halo_case c = cases[n];
        c.dist = distribute(&c);
        run(&c);
        darr_dist_free(c.dist);
    }
    return check_end();
}
