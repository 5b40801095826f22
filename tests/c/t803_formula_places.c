/* Reductions of formulas over arrays of any map, order, padding and stride against loops over the global index: places of extremes
 * where many are equal, sums that weigh elements by their index, several types in one formula. */
#include "random.h"

/* 0 to 4, the same few values all over the array. */
static int64_t value_at(const int64_t *index, int ndim)
{
    uint64_t value = 3;
    for (int d = 0; d < ndim; d++)
        value = (value * 31 + (uint64_t)index[d]) * UINT64_C(0x9e3779b97f4a7c15) >> 7;
    return (int64_t)(value % 5);
}

static void store_real(const random_place *place, void *context)
{
    (void)context;
    *(double *)place->at = place->owned ? (double)value_at(place->index, place->view->ndim) : -777;
}

static void store_small(const random_place *place, void *context)
{
    (void)context;
    *(int8_t *)place->at = place->owned ? (int8_t)value_at(place->index, place->view->ndim) : 77;
}

static void store_complex(const random_place *place, void *context)
{
    double *at = place->at;
    (void)context;
    at[0] = place->owned ? 1 : -777;
    at[1] = place->owned ? (double)value_at(place->index, place->view->ndim) : -777;
}

enum { FORMULAS = 7 };
static const char *const formulas[FORMULAS] = {"argmax(u*2 + 1)",
                                               "argmin(s)",
                                               "argmin(-u - 0*s)",
                                               "sum(u * s)",
                                               "argmax(imag(z) - 4)",
                                               "real(vdot(z, u*z)) + sum(imag(z))",
                                               "count_nonzero((u == s) & (imag(z) == u))"};

static int one_case(int comm)
{
    int ndim = 1 + (int)random_below(3);
    int64_t shape[RANDOM_NDIM], index[RANDOM_NDIM] = {0}, elements = 1, place = 0;
    double want[FORMULAS] = {0}, got[FORMULAS], most = -1, least = 9;
    char weighed[200] = "sum(u*(1";
    const char *weights = weighed;
    double weight = 0;
    void *memory[3];
    const char *names[3] = {"u", "s", "z"};
    darr_operand operands[3] = {DARR_OPERAND_INIT, DARR_OPERAND_INIT, DARR_OPERAND_INIT};
    for (int d = 0; d < ndim; d++) {
        shape[d] = 1 + random_below(ndim == 1 ? 3000 : 30);
        elements *= shape[d];
        snprintf(weighed + strlen(weighed), 20, " + %d*i%d", d + 1, d);
    }
    strcat(weighed, "))");
    darr_dist *dist = random_dist(comm, ndim, shape, 4);
    darr_array *u = random_array(dist, DARR_FLOAT64, &memory[0]), *s = random_array(dist, DARR_INT8, &memory[1]),
               *z = random_array(dist, DARR_COMPLEX128, &memory[2]);
    random_visit(dist, u, store_real, NULL);
    random_visit(dist, s, store_small, NULL);
    random_visit(dist, z, store_complex, NULL);
    operands[0].array = u;
    operands[1].array = s;
    operands[2].array = z;
    for (place = 0; place < elements; place++) {
        int64_t rest = place;
        double factor = 1;
        for (int d = ndim; d-- > 0; rest /= shape[d])
            index[d] = rest % shape[d];
        for (int d = 0; d < ndim; d++)
            factor += (double)((d + 1) * index[d]);
        double value = (double)value_at(index, ndim);
        if (value > most) {
            most = value;
            want[0] = want[2] = want[4] = (double)place;
        }
        if (value < least) {
            least = value;
            want[1] = (double)place;
        }
        want[3] += value * value;
        want[5] += value * (1 + value * value) + value;
        weight += value * factor;
    }
    want[6] = (double)elements;
    CHECK_OK(darr_set_threads(1 + (int)random_below(2)));
    CHECK_OK(darr_eval_values(FORMULAS, (const char *const *)formulas, 3, names, operands, DARR_FLOAT64, got));
    for (int k = 0; k < FORMULAS; k++)
        CHECK_REAL(got[k], want[k]);
    CHECK_OK(darr_eval_values(1, &weights, 3, names, operands, DARR_FLOAT64, got));
    CHECK_REAL(got[0], weight);
    /* The extreme of NaN is the first of them. */
    CHECK_OK(darr_eval("where(u > 2, nan, u)", 3, names, operands, u));
    CHECK_OK(darr_eval_values(1, (const char *[]){"argmin(u + 1)"}, 3, names, operands, DARR_FLOAT64, got));
    for (place = 0; place < elements; place++) {
        int64_t rest = place;
        for (int d = ndim; d-- > 0; rest /= shape[d])
            index[d] = rest % shape[d];
        if (value_at(index, ndim) > 2)
            break;
    }
    if (place < elements)
        CHECK_REAL(got[0], (double)place);
    for (int i = 0; i < 3; i++)
        free(memory[i]);
    darr_array_free(u);
    darr_array_free(s);
    darr_array_free(z);
    darr_dist_free(dist);
    return 1;
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    random_cases(MPI_Comm_c2f(MPI_COMM_WORLD), 0, 80, one_case);
    return check_end();
}
