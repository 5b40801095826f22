/* Formulas over arrays of any compatible layout, element by element against the same arithmetic in C: scalars, global indices, casts,
 * broadcasting, values that every rank has, an output that is read, old values of shifted operands, reductions inside. */
#include "check.h"
#include "random.h"

static double at(const int64_t *index, int ndim, double scale)
{
    double value = 0.25;
    for (int d = 0; d < ndim; d++)
        value = 7 * value + (double)index[d];
    return scale * (value - 11);
}

typedef struct {
    const darr_dist *dist;
    double scale;
    double (*want)(const int64_t *index, const int64_t *shape, int ndim);
    int64_t shape[RANDOM_NDIM];
} job;

static void store(const random_place *place, void *context)
{
    const job *j = context;
    *(double *)place->at = place->owned ? at(place->index, place->view->ndim, j->scale) : -777;
}

static void compare(const random_place *place, void *context)
{
    const job *j = context;
    if (place->owned)
        CHECK_NEAR(*(double *)place->at, j->want(place->index, j->shape, place->view->ndim), 1e-12);
}

static double arithmetic(const int64_t *index, const int64_t *shape, int ndim)
{
    double u = at(index, ndim, 1), v = at(index, ndim, -0.5);
    (void)shape;
    return sqrt(u * u + v * v) * (u > 0 ? u : 3) - 2.5 * v;
}

static double indexed(const int64_t *index, const int64_t *shape, int ndim)
{
    double u = at(index, ndim, 1);
    int last = ndim - 1;
    return u + (ndim > 0 ? 10 * (double)index[0] + 0.5 * (double)shape[0] - (double)(index[last] % 3) : 0);
}

static darr_array *filled(const darr_dist *dist, double scale, void **memory)
{
    darr_array *array = random_array(dist, DARR_FLOAT64, memory);
    job j = {dist, scale, NULL, {0}};
    random_visit(dist, array, store, &j);
    return array;
}

static void expect(const darr_dist *dist, const darr_array *array,
                   double (*want)(const int64_t *index, const int64_t *shape, int ndim))
{
    job j = {dist, 1, want, {0}};
    CHECK_OK(darr_dist_shape(dist, j.shape));
    random_visit(dist, array, compare, &j);
}

static int one_case(int comm)
{
    int ndim = (int)random_below(4);
    int64_t shape[RANDOM_NDIM];
    void *memory[3];
    const char *names[4] = {"u", "v", "three", "w"};
    darr_operand operands[4] = {DARR_OPERAND_INIT, DARR_OPERAND_INIT, DARR_OPERAND_INIT, DARR_OPERAND_INIT};
    float three = 3;
    char text[200];
    for (int d = 0; d < ndim; d++)
        shape[d] = random_below(20);
    darr_dist *dist = random_dist(comm, ndim, shape, 4);
    darr_array *u = filled(dist, 1, &memory[0]), *v = filled(dist, -0.5, &memory[1]), *w = filled(dist, 9, &memory[2]);
    operands[0].array = u;
    operands[1].array = v;
    operands[2].data = &three;
    operands[2].dtype = DARR_FLOAT32;
    operands[3].array = w;
    CHECK_OK(darr_eval("sqrt(u**2 + v**2) * where(u > 0, u, three) - 2.5*v", 4, names, operands, w));
    expect(dist, w, arithmetic);
    if (ndim > 0) {
        snprintf(text, sizeof text, "w*0 + u + (10*i0 + n0/2 - i%d%%3)", ndim - 1);
        CHECK_OK(darr_eval(text, 4, names, operands, w));
        expect(dist, w, indexed);
    }
    /* The output is an operand. */
    CHECK_OK(darr_eval("sqrt(u**2 + v**2) * where(u > 0, u, three) - 2.5*v", 4, names, operands, u));
    expect(dist, u, arithmetic);
    for (int i = 0; i < 3; i++)
        free(memory[i]);
    darr_array_free(u);
    darr_array_free(v);
    darr_array_free(w);
    darr_dist_free(dist);
    return 1;
}

/* A periodic line of n elements, its ghosts filled by the exchange or by `darr_eval` itself. */
static void shifted(int comm, int exchange, int in_place)
{
    const int64_t n = 37;
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist = NULL;
    darr_array *u = NULL, *out = NULL;
    const char *name = "u";
    darr_operand operand = DARR_OPERAND_INIT;
    darr_eval_options options = DARR_EVAL_OPTIONS_INIT;
    darr_view view = DARR_VIEW_INIT;
    dim.extent = n;
    dim.map = DARR_BLOCK;
    dim.periodic = 1;
    dim.halo[0] = 2;
    dim.halo[1] = 1;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &u));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &out));
    operand.array = u;
    CHECK_OK(darr_eval("i0**2", 0, NULL, NULL, u));
    if (!exchange) {
        darr_plan *plan = NULL;
        CHECK_NEEDED(darr_plan_halo(1, &u, NULL, &plan));
        CHECK_OK(darr_plan_run(plan));
        darr_plan_free(plan);
    }
    options.exchange = exchange;
    CHECK_OK(darr_eval_with("u[1] - 3*u[-2] + u", 1, &name, &operand, &options, in_place ? u : out));
    CHECK_OK(darr_array_view(in_place ? u : out, &view));
    for (int64_t i = view.owned_lo[0]; view.extents[0] > 0 && i < view.owned_hi[0]; i++) {
        int64_t global = -1;
        CHECK_OK(darr_dist_to_global(dist, -1, &i, &global));
        int64_t below = (global + n - 2) % n, above = (global + 1) % n;
        CHECK_REAL(((double *)view.base)[i], (double)(above * above - 3 * below * below + global * global));
    }
    CHECK_FAILS(darr_eval("u[2]", 1, &name, &operand, out), DARR_ERR_ARGUMENT, "`u` is shifted by 2 in dimension 0");
    CHECK_FAILS(darr_eval("u[-3]", 1, &name, &operand, out), DARR_ERR_ARGUMENT, "make the halo wider");
    darr_array_free(u);
    darr_array_free(out);
    darr_dist_free(dist);
}

/* Rows of a block-distributed matrix less their own profile, which every rank has, and less the mean of all. */
static void profiles(int comm)
{
    const int64_t shape[2] = {13, 7}, rows = 13;
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    for (int map = DARR_BLOCK; map <= DARR_CYCLIC; map++) {
        darr_dist *dist = NULL;
        darr_array *u = NULL, *cells = NULL;
        double profile[13], column[13][1], values[3] = {0};
        const char *names[3] = {"u", "profile", "column"};
        const char *formulas[3] = {"mean(u)", "max(u) - min(u)", "sum((u - mean(u))**2)/n0"};
        int64_t extents[2] = {13, 1};
        darr_operand operands[3] = {DARR_OPERAND_INIT, DARR_OPERAND_INIT, DARR_OPERAND_INIT};
        for (int i = 0; i < 13; i++) {
            profile[i] = 100 * i;
            column[i][0] = 100 * i;
        }
        dims[0].extent = shape[0];
        dims[0].map = map;
        dims[0].block_size = 2;
        dims[1].extent = shape[1];
        CHECK_NEEDED(darr_dist_create(comm, 2, dims, NULL, &dist));
        CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &u));
        CHECK_NEEDED(darr_array_create(dist, DARR_INT32, &cells));
        operands[0].array = u;
        operands[1].data = profile;
        operands[2].data = column;
        operands[1].dtype = operands[2].dtype = DARR_FLOAT64;
        operands[1].ndim = 1;
        operands[1].extents = &rows;
        operands[2].ndim = 2;
        operands[2].extents = extents;
        CHECK_OK(darr_eval("100*i0 + i1", 3, names, operands, u));
        CHECK_OK(darr_eval("u - column", 3, names, operands, u));
        CHECK_OK(darr_eval_values(3, formulas, 3, names, operands, DARR_FLOAT64, values));
        CHECK_NEAR(values[0], 3, 1e-13);
        CHECK_REAL(values[1], 6);
        CHECK_NEAR(values[2], 4.0 * 7, 1e-11);
        CHECK_OK(darr_eval("u - mean(u)", 3, names, operands, u));
        CHECK_OK(darr_eval_values(1, formulas, 1, names, operands, DARR_FLOAT64, values));
        CHECK_NEAR(values[0], 0, 1e-13);
        CHECK_FAILS(darr_eval("u + profile", 3, names, operands, u), DARR_ERR_ARGUMENT, "does not broadcast");
        CHECK_FAILS(darr_eval("u", 1, names, operands, cells), DARR_ERR_ARGUMENT, "int32");
        darr_array_free(u);
        darr_array_free(cells);
        darr_dist_free(dist);
    }
}

static void refused(int comm)
{
    darr_dim dim = DARR_DIM_INIT, other = DARR_DIM_INIT;
    darr_dist *dist = NULL, *cyclic = NULL;
    darr_array *u = NULL, *v = NULL;
    const char *names[2] = {"bx", "v"}, *elements = "bx + 1";
    darr_operand operands[2] = {DARR_OPERAND_INIT, DARR_OPERAND_INIT};
    double value = 5;
    dim.extent = other.extent = 24;
    dim.map = DARR_BLOCK;
    other.map = DARR_CYCLIC;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_dist_create(comm, 1, &other, NULL, &cyclic));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &u));
    CHECK_NEEDED(darr_array_create(cyclic, DARR_FLOAT64, &v));
    operands[0].array = u;
    operands[1].array = v;
    CHECK_FAILS(darr_eval("bx + * 2", 2, names, operands, u), DARR_ERR_ARGUMENT, "column 6");
    CHECK_FAILS(darr_eval("bx + bz", 2, names, operands, u), DARR_ERR_ARGUMENT, "bx");
    CHECK_FAILS(darr_eval("sqr(bx)", 2, names, operands, u), DARR_ERR_ARGUMENT, "sqrt");
    if (check_size > 1)
        CHECK_FAILS(darr_eval("bx + v", 2, names, operands, u), DARR_ERR_ARGUMENT, "redistribute");
    CHECK_FAILS(darr_eval("bx & 1", 2, names, operands, u), DARR_ERR_UNSUPPORTED, "bitwise_and");
    CHECK_FAILS(darr_eval_values(1, &elements, 2, names, operands, DARR_FLOAT64, &value), DARR_ERR_ARGUMENT, "each element");
    CHECK_REAL(value, 5);
    CHECK_FAILS(darr_eval(NULL, 2, names, operands, u), DARR_ERR_ARGUMENT, "formula is NULL");
    CHECK_FAILS(darr_eval("bx", 2, NULL, operands, u), DARR_ERR_ARGUMENT, "names");
    CHECK_FAILS(darr_eval("bx", -1, names, operands, u), DARR_ERR_ARGUMENT, "");
    CHECK_FAILS(darr_eval("bx", 2, names, operands, NULL), DARR_ERR_HANDLE, "out");
    darr_array_free(u);
    darr_array_free(v);
    darr_dist_free(dist);
    darr_dist_free(cyclic);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    int comm = MPI_Comm_c2f(MPI_COMM_WORLD);
    random_cases(comm, 0, 60, one_case);
    for (int way = 0; way < 4; way++)
        shifted(comm, way & 1, way & 2);
    profiles(comm);
    refused(comm);
    return check_end();
}
