/* Reductions that are begun and ended later: values as they were at the beginning, other calls and other reductions in between, several
 * under way, mistakes told at the end, givings up. */
#include "random.h"

#define N 3

static darr_reduction r[N];
static double got[N];

static void ask(darr_array *x)
{
    static const int ops[N] = {DARR_SUM, DARR_MAX, DARR_SUM};
    for (int i = 0; i < N; i++) {
        r[i] = (darr_reduction)DARR_REDUCTION_INIT;
        r[i].op = ops[i];
        r[i].dtype = DARR_FLOAT64;
        r[i].x = x;
        r[i].value_out = &got[i];
        r[i].reproducible = i == 2;
        got[i] = -99;
    }
}

static void values(double each, double n)
{
    CHECK_REAL(got[0], each * n);
    CHECK_REAL(got[1], each);
    CHECK_REAL(got[2], each * n);
}

static void begun(int comm)
{
    int64_t extents[2] = {17, 5};
    double one = 1, two = 2, now = -1, many[60];
    darr_dist *dist = random_dist(comm, 2, extents, 3);
    darr_array *x = NULL;
    darr_pending *first = NULL, *second = NULL;
    darr_reduction more[60];
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &x));
    CHECK_OK(darr_array_fill(x, DARR_FLOAT64, &one));
    ask(x);
    CHECK_OK(darr_reduce_begin(N, r, &first));
    CHECK_OK(darr_array_fill(x, DARR_FLOAT64, &two));
    CHECK_OK(darr_array_reduce(x, DARR_SUM, DARR_FLOAT64, &now));
    CHECK_REAL(now, 170);
    CHECK_REAL(got[0], -99);
    CHECK_OK(darr_reduce_end(first));
    values(1, 85);
    CHECK_CODE(darr_reduce_end(first), DARR_ERR_HANDLE);

    /* Two under way, more than fits with the head in the second, and the array gone before they end. */
    ask(x);
    for (int i = 0; i < 60; i++) {
        more[i] = r[i % 3];
        more[i].value_out = &many[i];
    }
    CHECK_OK(darr_reduce_begin(N, r, &first));
    CHECK_OK(darr_reduce_begin(60, more, &second));
    CHECK_OK(darr_array_reduce(x, DARR_MIN, DARR_FLOAT64, &now));
    darr_array_free(x);
    CHECK_OK(darr_reduce_end(first));
    values(2, 85);
    CHECK_OK(darr_reduce_end(second));
    for (int i = 0; i < 60; i++)
        CHECK_REAL(many[i], i % 3 == 1 ? 2 : 170);
    darr_dist_free(dist);
}

static void mistaken(int comm)
{
    int64_t extents[1] = {9};
    double one = 1;
    darr_dist *dist = random_dist(comm, 1, extents, 3);
    darr_array *x = NULL;
    darr_pending *pending = NULL;
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &x));
    CHECK_OK(darr_array_fill(x, DARR_FLOAT64, &one));
    for (int odd = 0; odd < check_size; odd++) {
        ask(x);
        if (check_rank == odd)
            r[1].op = 99;
        CHECK_OK(darr_reduce_begin(N, r, &pending));
        CHECK_FAILS(darr_reduce_end(pending), DARR_ERR_ARGUMENT, "reduction 99 is unknown");
        CHECK_ALIKE(darr_last_error());
        CHECK_REAL(got[0], -99);
        if (check_size > 1) {
            ask(x);
            CHECK_OK(darr_reduce_begin(check_rank == odd ? 2 : 3, r, &pending));
            CHECK_FAILS(darr_reduce_end(pending), DARR_ERR_MISMATCH, "number of reductions");
            CHECK_ALIKE(darr_last_error());
        }
    }
    ask(x);
    CHECK_CODE(darr_reduce_begin(N, r, NULL), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_reduce_begin(N, NULL, &pending), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_reduce_end(NULL), DARR_ERR_HANDLE);
    darr_pending_free(NULL);
    /* Given up by all. */
    CHECK_OK(darr_reduce_begin(N, r, &pending));
    MPI_Barrier(MPI_COMM_WORLD);
    darr_pending_free(pending);
    CHECK_CODE(darr_reduce_end(pending), DARR_ERR_HANDLE);
    CHECK_OK(darr_reduce(N, r));
    values(1, 9);
    darr_array_free(x);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = MPI_Comm_c2f(MPI_COMM_WORLD);
    begun(comm);
    mistaken(comm);
    return check_end();
}
