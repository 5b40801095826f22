/* Formulas where ranks differ: mistakes of one rank alone, ranks that own nothing, another communicator, plans that are begun,
 * and outputs that share memory with what is read. */
#include "check.h"

enum { N = 12 };

static darr_dist *line(int comm, int64_t n, int64_t halo)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist = NULL;
    dim.extent = n;
    dim.map = DARR_BLOCK;
    dim.periodic = 1;
    dim.halo[0] = dim.halo[1] = halo;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    return dist;
}

static darr_array *filled(const darr_dist *dist, const char *formula)
{
    darr_array *array = NULL;
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_eval(formula, 0, NULL, NULL, array));
    return array;
}

static darr_operand operand_of(const darr_array *array)
{
    darr_operand operand = DARR_OPERAND_INIT;
    operand.array = array;
    return operand;
}

static void end_of(darr_dist *dist, darr_array *u, darr_array *v)
{
    darr_array_free(u);
    darr_array_free(v);
    darr_dist_free(dist);
}

/* What one rank does wrong is the error of all. */
static void mistakes_of_one(int comm)
{
    darr_dist *dist = line(comm, N, 0);
    darr_array *u = filled(dist, "i0");
    int wrong = check_rank == check_size - 1;
    const char *names[2] = {"u", "k"}, *good = "sum(u)", *bad = "sum(u) + * 2", *number = "n0 + k";
    int64_t big = wrong ? INT64_C(1) << 40 : 3;
    double value = -1;
    darr_operand operands[2] = {operand_of(u), DARR_OPERAND_INIT};
    darr_node nodes[2] = {DARR_NODE_INIT, DARR_NODE_INIT};
    int two = 2;
    operands[1].data = &big;
    operands[1].dtype = DARR_INT64;
    operands[1].weak = 1;
    CHECK_FAILS(darr_eval_values(1, wrong ? &bad : &good, 2, names, operands, DARR_FLOAT64, &value), DARR_ERR_ARGUMENT,
                "column");
    operands[1].dtype = wrong ? 99 : DARR_INT64;
    CHECK_CODE(darr_eval_values(1, &good, 2, names, operands, DARR_FLOAT64, &value), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_eval("u - sum(u) + k", 2, names, operands, u), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_eval_values(1, &number, 2, names, operands, DARR_FLOAT64, &value), DARR_ERR_ARGUMENT);
    operands[1].dtype = DARR_INT64;
    nodes[0].op = DARR_NODE_ARRAY;
    nodes[0].array = u;
    nodes[1].op = DARR_NODE_REDUCE;
    nodes[1].dim = wrong ? 99 : DARR_SUM;
    CHECK_CODE(darr_eval_values_nodes(1, &two, nodes, DARR_FLOAT64, &value), DARR_ERR_ARGUMENT);
    /* A number that does not fit the type that it meets. */
    CHECK_FAILS(darr_eval("u + float64(int8(u)*k) + sum(u)", 2, names, operands, u), DARR_ERR_ARGUMENT, "does not fit");
    CHECK_REAL(value, -1);
    CHECK_OK(darr_eval_values(1, &good, 2, names, operands, DARR_FLOAT64, &value));
    CHECK_REAL(value, N * (N - 1) / 2.0);
    end_of(dist, u, NULL);
}

/* A formula without reductions is a matter of one rank, in checked mode too. */
static void local_call(int comm)
{
    darr_dist *dist = line(comm, N, 0);
    darr_array *u = filled(dist, "i0");
    const char *name = "u";
    darr_operand operand = operand_of(u);
    CHECK_OK(darr_comm_set_checks(comm, 1));
    if (check_rank == 0) {
        CHECK_OK(darr_eval("2*u", 1, &name, &operand, u));
        CHECK_OK(darr_ufunc(DARR_SQRT, 1, &operand, u));
        CHECK_CODE(darr_eval("2*w", 1, &name, &operand, u), DARR_ERR_ARGUMENT);
    }
    /* Here all compare. */
    if (check_size > 1)
        CHECK_CODE(darr_eval(check_rank == 0 ? "u + sum(u)" : "u - sum(u)", 1, &name, &operand, u), DARR_ERR_MISMATCH);
    CHECK_OK(darr_comm_set_checks(comm, 0));
    end_of(dist, u, NULL);
}

/* Ghosts of several operands are exchanged where ranks own nothing, whose memory is nowhere. */
static void exchanged(int comm)
{
    darr_dist *dist = line(comm, 2, 1);
    darr_array *u = filled(dist, "1 + i0"), *v = filled(dist, "10*(1 + i0)");
    const char *names[2] = {"u", "v"}, *total = "sum(u)";
    darr_operand operands[2] = {operand_of(u), operand_of(v)};
    darr_eval_options options = DARR_EVAL_OPTIONS_INIT;
    double value = 0;
    options.exchange = 1;
    CHECK_OK(darr_eval_with("u*0 + u[1] + v[-1]*i0", 2, names, operands, &options, u));
    CHECK_OK(darr_eval_values(1, &total, 2, names, operands, DARR_FLOAT64, &value));
    CHECK_REAL(value, 2 + 1 + 10);
    CHECK_OK(darr_eval_with("u + 1", 2, names, operands, &options, u));
    end_of(dist, u, v);
}

/* A sum over more ranks than the result has is refused, not taken over some of them. */
static void other_communicator(int comm)
{
    darr_dist *dist = line(comm, N, 0), *alone = line(MPI_Comm_c2f(MPI_COMM_SELF), N, 0);
    darr_array *u = filled(dist, "i0"), *own = filled(alone, "i0");
    const char *names[2] = {"own", "u"}, *sums[2] = {"sum(own)", "sum(u)"};
    double values[2] = {0};
    darr_operand operands[2] = {operand_of(own), operand_of(u)};
    CHECK_FAILS(darr_eval("own - sum(u)", 2, names, operands, own), DARR_ERR_ARGUMENT, "another communicator");
    CHECK_FAILS(darr_eval_values(2, sums, 2, names, operands, DARR_FLOAT64, values), DARR_ERR_ARGUMENT,
                "another communicator");
    darr_array_free(own);
    darr_dist_free(alone);
    end_of(dist, u, NULL);
}

/* Between begin and end of an exchange owned elements may be read, and no more. */
static void begun(int comm)
{
    darr_dist *dist = line(comm, N, 1);
    darr_array *u = filled(dist, "i0"), *v = filled(dist, "0");
    const char *name = "u", *total = "sum(u)", *far = "sum(u[1])";
    darr_operand operand = operand_of(u);
    darr_plan *plan = NULL;
    double value = 0;
    CHECK_NEEDED(darr_plan_halo(1, &u, NULL, &plan));
    CHECK_OK(darr_plan_begin(plan));
    CHECK_OK(darr_eval("2*u", 1, &name, &operand, v));
    CHECK_OK(darr_eval_values(1, &total, 1, &name, &operand, DARR_FLOAT64, &value));
    CHECK_REAL(value, N * (N - 1) / 2.0);
    CHECK_CODE(darr_eval("u[1] - u[-1]", 1, &name, &operand, v), DARR_ERR_STATE);
    CHECK_CODE(darr_eval("2*u", 1, &name, &operand, u), DARR_ERR_STATE);
    CHECK_CODE(darr_ufunc(DARR_SQRT, 1, &operand, u), DARR_ERR_STATE);
    CHECK_CODE(darr_eval("u - sum(u)", 1, &name, &operand, u), DARR_ERR_STATE);
    CHECK_CODE(darr_eval_values(1, &far, 1, &name, &operand, DARR_FLOAT64, &value), DARR_ERR_STATE);
    CHECK_OK(darr_plan_end(plan));
    CHECK_OK(darr_eval("u[1] - u[-1]", 1, &name, &operand, u));
    darr_plan_free(plan);
    end_of(dist, u, v);
}

/* Values that every rank has are summed once, over their own elements. */
static void replicated(int comm)
{
    const int64_t rows = 5;
    darr_dist *dist = line(comm, N, 0);
    darr_array *u = filled(dist, "i0");
    double profile[5] = {1, 2, 3, 4, 5}, values[3] = {0};
    const char *names[2] = {"u", "p"}, *formulas[3] = {"sum(p)", "sum(u) * mean(p*p)", "argmax(p) + sum(p*i0)"};
    darr_operand operands[2] = {operand_of(u), DARR_OPERAND_INIT};
    operands[1].data = profile;
    operands[1].dtype = DARR_FLOAT64;
    operands[1].ndim = 1;
    operands[1].extents = &rows;
    CHECK_OK(darr_eval_values(3, formulas, 2, names, operands, DARR_FLOAT64, values));
    CHECK_REAL(values[0], 15);
    CHECK_NEAR(values[1], N * (N - 1) / 2.0 * 11, 1e-10);
    CHECK_REAL(values[2], 4 + 2 + 6 + 12 + 20);
    CHECK_OK(darr_eval("u*0 + sum(p)", 2, names, operands, u));
    CHECK_OK(darr_eval_values(1, (const char *[]){"max(u)"}, 2, names, operands, DARR_FLOAT64, values));
    CHECK_REAL(values[0], 15);
    end_of(dist, u, NULL);
}

/* A step without an array is no number. */
static void no_array(int comm)
{
    darr_dist *dist = line(comm, N, 0);
    darr_array *u = filled(dist, "i0");
    darr_node nodes[3] = {DARR_NODE_INIT, DARR_NODE_INIT, DARR_NODE_INIT};
    nodes[0].op = DARR_NODE_NUMBER;
    nodes[0].dtype = DARR_FLOAT64;
    nodes[0].real = 2;
    nodes[1].op = DARR_NODE_ARRAY;
    nodes[2].op = DARR_ADD;
    CHECK_CODE(darr_eval_nodes(3, nodes, NULL, u), DARR_ERR_HANDLE);
    end_of(dist, u, NULL);
}

/* Every element of a matrix after a formula over views of it, written to another view. */
static void overlapping(int comm)
{
    enum { ROWS = 3, COLUMNS = 700 };
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    /* Written and read: start and step of the columns. */
    const int64_t cases[5][4] = {{1, 1, 0, 1}, {0, 1, 1, 1}, {COLUMNS - 1, -1, 0, 1}, {0, 2, 0, 1}, {5, 1, 350, -1}};
    dims[0].extent = ROWS;
    dims[0].map = DARR_BLOCK;
    dims[1].extent = COLUMNS;
    for (int which = 0; which < 20; which++) {
        const int64_t *c = cases[which % 5];
        int complex = which / 5 % 2;
        int64_t count = which % 5 == 4 ? 346 : which % 5 == 3 ? COLUMNS / 2 : which % 5 == 2 ? COLUMNS : COLUMNS - 1;
        darr_dist_options options = DARR_DIST_OPTIONS_INIT;
        darr_dist *dist = NULL;
        darr_array *a = NULL, *views[2] = {NULL, NULL};
        darr_view view = DARR_VIEW_INIT;
        options.order = which / 10;
        CHECK_NEEDED(darr_dist_create(comm, 2, dims, &options, &dist));
        CHECK_NEEDED(darr_array_create(dist, complex ? DARR_COMPLEX128 : DARR_FLOAT64, &a));
        CHECK_OK(darr_eval("1000*i0 + i1", 0, NULL, NULL, a));
        for (int v = 0; v < 2; v++) {
            darr_index indices[2] = {DARR_INDEX_INIT, DARR_INDEX_INIT};
            indices[1].kind = DARR_INDEX_SLICE;
            indices[1].start = c[2 * v];
            indices[1].step = c[2 * v + 1];
            indices[1].stop = c[2 * v] + count * c[2 * v + 1];
            if (indices[1].stop < 0)
                indices[1].stop = DARR_NONE;
            CHECK_NEEDED(darr_array_slice(a, 2, indices, &views[v]));
        }
        darr_operand operands[2] = {operand_of(views[0]), operand_of(views[1])};
        const char *names[2] = {"to", "from"};
        CHECK_OK(darr_eval("from + 2*to", 2, names, operands, views[0]));
        CHECK_OK(darr_array_view(a, &view));
        for (int64_t i = 0; i < view.extents[0]; i++)
            for (int64_t j = 0; j < COLUMNS; j++) {
                int64_t index[2] = {i, j}, global[2] = {0, 0};
                CHECK_OK(darr_dist_to_global(dist, -1, index, global));
                double want = 1000.0 * (double)global[0] + (double)j;
                int64_t at = (j - c[0]) / c[1];
                if (at >= 0 && at < count && at * c[1] + c[0] == j)
                    want = 2 * want + 1000.0 * (double)global[0] + (double)(c[2] + at * c[3]);
                const double *got = (const double *)((const char *)view.base + i * view.strides[0] + j * view.strides[1]);
                CHECK_REAL(got[0], want);
                if (complex)
                    CHECK_REAL(got[1], 0);
            }
        darr_array_free(views[0]);
        end_of(dist, a, views[1]);
    }
}

/* More threads than one give the same bits. */
static void threaded(int comm)
{
    darr_dist *dist = line(comm, 3000000, 0);
    darr_array *u = filled(dist, "sin(i0)"), *v = filled(dist, "0");
    const char *names[2] = {"u", "v"};
    const char *formulas[3] = {"sum(u*u + i0)", "argmax(u*(i0 % 7))", "max(abs(u*u - v))"};
    double one[3], many[3];
    darr_operand operands[2] = {operand_of(u), operand_of(v)};
    CHECK_OK(darr_eval("u*u", 2, names, operands, v));
    CHECK_OK(darr_eval_values(3, formulas, 2, names, operands, DARR_FLOAT64, one));
    CHECK_OK(darr_set_threads(3));
    CHECK_OK(darr_eval("u*u", 2, names, operands, v));
    CHECK_OK(darr_eval_values(3, formulas, 2, names, operands, DARR_FLOAT64, many));
    CHECK_OK(darr_set_threads(1));
    for (int k = 0; k < 3; k++)
        CHECK_REAL(many[k], one[k]);
    CHECK_REAL(one[2], 0);
    end_of(dist, u, v);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    int comm = MPI_Comm_c2f(MPI_COMM_WORLD);
    no_array(comm);
    replicated(comm);
    overlapping(comm);
    threaded(comm);
    begun(comm);
    exchanged(comm);
    local_call(comm);
    mistakes_of_one(comm);
    other_communicator(comm);
    return check_end();
}
