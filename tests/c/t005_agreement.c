/* Set-up calls whose arguments are wrong on one rank, or differ between ranks: every rank gets the same code and text, nothing hangs, no
 * result is written, and the communicator works afterwards. In checked mode calls that differ are told apart too.
 * ranks: 2 3 4 6
 */
#include "check.h"

static int comm;

static void works_afterwards(const darr_dist *dist)
{
    darr_array *array;
    int64_t one = 1, sum = 0;
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &array));
    CHECK_OK(darr_array_fill(array, DARR_INT64, &one));
    CHECK_OK(darr_array_reduce(array, DARR_SUM, DARR_INT64, &sum));
    CHECK_INT(sum, 40);
    darr_array_free(array);
}

/* All ranks have this code and the text of rank 0, which has `part`. */
static void alike(int got, int want, const char *part)
{
    CHECK_FAILS(got, want, part);
    CHECK_ALIKE(darr_last_error());
}

/* One rank asks for an element in a way that is refused: all hear of it, and nobody waits. */
static void element_refused_on_one_rank(const darr_array *array, int is_odd)
{
    int64_t index = 4, outside = 40, value = 77;
    double inexact = 77;
    alike(darr_array_get(array, is_odd ? NULL : &index, DARR_INT64, &value), DARR_ERR_ARGUMENT, "index is NULL");
    alike(darr_array_get(array, is_odd ? &outside : &index, DARR_INT64, &value), DARR_ERR_ARGUMENT, "index 40 is outside");
    alike(darr_array_get(array, &index, is_odd ? 99 : DARR_INT64, &value), DARR_ERR_ARGUMENT, "99");
    alike(darr_array_get(array, &index, is_odd ? DARR_BOOL : DARR_INT64, &value), DARR_ERR_ARGUMENT, "does not convert");
    alike(darr_array_get(array, &index, DARR_INT64, is_odd ? NULL : &value), DARR_ERR_ARGUMENT, "value_out is NULL");
    CHECK_INT(value, 77);
    CHECK_OK(darr_array_get(array, &index, is_odd ? DARR_FLOAT64 : DARR_INT64, is_odd ? (void *)&inexact : &value));
    CHECK_REAL(is_odd ? inexact : (double)value, 0);
}

/* Plans whose lists are wrong on one rank. */
static void plan_refused_on_one_rank(darr_array *array, darr_array *other, int is_odd)
{
    darr_plan *plan = NULL;
    darr_array *pair[2] = {array, other}, *broken[2] = {array, NULL};
    const darr_array *const *sources = (const darr_array *const *)pair;
    darr_halo_options options = DARR_HALO_OPTIONS_INIT;
    darr_array **targets = pair + 1;
    int64_t width = 1;
    alike(darr_plan_halo(is_odd ? -1 : 1, pair, NULL, &plan), DARR_ERR_ARGUMENT, "the number of arrays is -1");
    alike(darr_plan_halo(2, is_odd ? broken : pair, NULL, &plan), DARR_ERR_HANDLE, "arrays[1] is NULL");
    alike(darr_plan_halo(1, pair, NULL, is_odd ? NULL : &plan), DARR_ERR_ARGUMENT, "plan_out is NULL");
    alike(darr_plan_halo(is_odd ? 1 : 2, pair, NULL, &plan), DARR_ERR_MISMATCH, "do not agree on the number of arrays");
    options.size = is_odd ? 0 : options.size;
    alike(darr_plan_halo(1, pair, &options, &plan), DARR_ERR_ARGUMENT, "size");
    options.size = sizeof options;
    options.below = is_odd ? NULL : &width;
    alike(darr_plan_halo(1, pair, &options, &plan), DARR_ERR_MISMATCH, "do not agree on the options");
    alike(darr_plan_redistribute(is_odd ? -1 : 1, sources, targets, NULL, &plan), DARR_ERR_ARGUMENT, "the number of sources is -1");
    alike(darr_plan_redistribute(1, sources, is_odd ? NULL : targets, NULL, &plan), DARR_ERR_ARGUMENT, "targets is NULL");
    alike(darr_plan_redistribute(1, sources, is_odd ? broken + 1 : targets, NULL, &plan), DARR_ERR_HANDLE, "targets[0] is NULL");
    alike(darr_plan_redistribute(1, sources, is_odd ? pair : targets, NULL, &plan), DARR_ERR_ARGUMENT, "shares memory");
    alike(darr_plan_redistribute(1, sources, targets, NULL, is_odd ? NULL : &plan), DARR_ERR_ARGUMENT, "plan_out is NULL");
    CHECK(plan == NULL);
    CHECK_OK(darr_plan_redistribute(1, sources, targets, NULL, &plan));
    CHECK_OK(darr_plan_run(plan));
    darr_plan_free(plan);
}

/* Each rank's plan is right by itself. */
static void plans_that_differ(const darr_dist *dist, int is_odd)
{
    darr_dim whole = DARR_DIM_INIT;
    darr_dist *all = NULL;
    darr_array *a[2] = {NULL, NULL}, *b[2] = {NULL, NULL}, *c = NULL, *small[2] = {NULL, NULL};
    darr_plan *plan = NULL;
    const darr_array *const *from = (const darr_array *const *)a;
    whole.extent = 40;
    CHECK_NEEDED(darr_dist_create(comm, 1, &whole, NULL, &all));
    for (int i = 0; i < 2; i++) {
        CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &a[i]));
        CHECK_NEEDED(darr_array_create(all, DARR_INT64, &b[i]));
        CHECK_NEEDED(darr_array_create(i ? all : dist, DARR_INT32, &small[i]));
    }
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &c));
    alike(darr_plan_redistribute(is_odd ? 1 : 2, from, b, NULL, &plan), DARR_ERR_MISMATCH, "do not agree on the number of arrays");
    alike(darr_plan_redistribute(1, from, is_odd ? &c : b, NULL, &plan), DARR_ERR_MISMATCH, "do not agree on the distribution of the targets");
    alike(darr_plan_redistribute(1, is_odd ? (const darr_array *const *)b : from, is_odd ? b + 1 : b, NULL, &plan),
          DARR_ERR_MISMATCH, "do not agree on the distribution of the sources");
    alike(darr_plan_redistribute(1, is_odd ? (const darr_array *const *)small : from, is_odd ? small + 1 : b, NULL, &plan),
          DARR_ERR_MISMATCH, "do not agree on the dtypes");
    CHECK(plan == NULL);
    for (int i = 0; i < 2; i++) {
        darr_array_free(a[i]);
        darr_array_free(b[i]);
        darr_array_free(small[i]);
    }
    darr_array_free(c);
    darr_dist_free(all);
}

/* The text that a face in another language gives its own mistake is that of every rank. */
static void explained(const darr_array *array, int is_odd)
{
    int64_t index = 4, value = 77;
    if (is_odd)
        CHECK_OK(darr_error_explain("index needs one entry per dimension"));
    alike(darr_array_get(array, &index, is_odd ? 0 : DARR_INT64, &value), DARR_ERR_ARGUMENT, "one entry per dimension");
    alike(darr_array_get(array, &index, is_odd ? 0 : DARR_INT64, &value), DARR_ERR_ARGUMENT, "element type 0");
    CHECK_CODE(darr_error_explain(NULL), DARR_ERR_ARGUMENT);
}

/* Rank `odd` differs in an argument of a distribution with an index list, whose making takes several messages. */
static void lists(int odd)
{
    int is_odd = check_rank == odd, wide = check_size % 2 == 0 ? check_size / 2 : 1;
    int64_t own[2] = {2 * check_rank, 2 * check_rank + 1}, shared[2];
    int turned[6];
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT}, good;
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_dist *bad = NULL;
    dims[0].extent = 2 * check_size;
    dims[0].map = DARR_UNSTRUCTURED;
    dims[0].procs = check_size;
    dims[0].indices = own;
    dims[0].n_indices = 2;
    good = dims[0];

    dims[0].extent += is_odd;
    alike(darr_dist_create(comm, 1, dims, NULL, &bad), DARR_ERR_MISMATCH, "do not agree on the global extents");
    dims[0] = good;
    dims[0].procs = is_odd ? 1 : check_size;
    alike(darr_dist_create(comm, 1, dims, NULL, &bad), DARR_ERR_MISMATCH, "do not agree on the process grid");
    dims[0] = good;
    for (int r = 0; r < check_size; r++)
        turned[r] = check_size - 1 - r;
    options.ranks = is_odd ? turned : NULL;
    options.n_ranks = is_odd ? check_size : 0;
    alike(darr_dist_create(comm, 1, dims, &options, &bad), DARR_ERR_MISMATCH, "do not agree on the process grid");
    options.ranks = NULL;
    options.n_ranks = 0;
    dims[0].map = is_odd ? DARR_BLOCK : DARR_UNSTRUCTURED;
    alike(darr_dist_create(comm, 1, dims, NULL, &bad), DARR_ERR_MISMATCH, "the dimensions with index lists");
    dims[0] = good;
    if (check_size >= 4) {
        /* Two coordinates of the list, `wide` ranks at each. */
        shared[0] = check_rank / wide;
        dims[0].extent = 2;
        dims[0].procs = 2;
        dims[0].indices = shared;
        dims[0].n_indices = 1;
        dims[1].extent = 12;
        dims[1].map = DARR_BLOCK;
        dims[1].procs = wide;
        options.grid_order = is_odd ? DARR_GRID_COLUMN_MAJOR : DARR_GRID_ROW_MAJOR;
        alike(darr_dist_create(comm, 2, dims, &options, &bad), DARR_ERR_MISMATCH, "do not agree on the process grid");
        dims[0] = good;
    }
    /* What only the making finds: a list with an index twice, lists that do not hold the extent. */
    own[1] -= is_odd;
    alike(darr_dist_create(comm, 1, dims, NULL, &bad), DARR_ERR_ARGUMENT, "given once only");
    own[1] += is_odd;
    dims[0].n_indices -= is_odd;
    alike(darr_dist_create(comm, 1, dims, NULL, &bad), DARR_ERR_ARGUMENT, "but the lists hold");
    CHECK(bad == NULL);
}

int main(int argc, char **argv)
{
    darr_dim dim = DARR_DIM_INIT, good;
    darr_dist *dist, *bad = NULL;
    darr_array *array = NULL, *zeros = NULL, *others = NULL;
    darr_plan *plan = NULL;
    darr_file *file = NULL;
    int64_t value = 77, index = 0;
    char path[32];

    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    dim.extent = 40;
    dim.map = DARR_BLOCK;
    dim.halo[0] = dim.halo[1] = 1;
    good = dim;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &zeros));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &others));

    for (int odd = 0; odd < check_size; odd++) {
        int is_odd = check_rank == odd;
        /* Wrong on one rank. */
        dim = good;
        dim.extent = is_odd ? -5 : 40;
        alike(darr_dist_create(comm, 1, &dim, NULL, &bad), DARR_ERR_ARGUMENT, "-5");
        dim = good;
        dim.map = is_odd ? 99 : DARR_BLOCK;
        alike(darr_dist_create(comm, 1, &dim, NULL, &bad), DARR_ERR_ARGUMENT, "99");
        alike(darr_dist_create(comm, 1, is_odd ? NULL : &good, NULL, &bad), DARR_ERR_ARGUMENT, "NULL");
        alike(darr_dist_create(comm, 1, &good, NULL, is_odd ? NULL : &bad), DARR_ERR_ARGUMENT, "dist_out is NULL");
        dim = good;
        dim.size = is_odd ? 0 : dim.size;
        alike(darr_dist_create(comm, 1, &dim, NULL, &bad), DARR_ERR_ARGUMENT, "size");
        alike(darr_dist_create(comm, is_odd ? 16 : 1, &good, NULL, &bad), DARR_ERR_ARGUMENT, "16");
        alike(darr_array_create(dist, is_odd ? 99 : DARR_INT64, &array), DARR_ERR_ARGUMENT, "99");
        /* Different, each right by itself. */
        dim = good;
        dim.extent = is_odd ? 41 : 40;
        alike(darr_dist_create(comm, 1, &dim, NULL, &bad), DARR_ERR_MISMATCH, "do not agree on");
        dim = good;
        dim.halo[1] = is_odd ? 2 : 1;
        alike(darr_dist_create(comm, 1, &dim, NULL, &bad), DARR_ERR_MISMATCH, "do not agree on");
        alike(darr_array_create(dist, is_odd ? DARR_INT32 : DARR_INT64, &array), DARR_ERR_MISMATCH, "do not agree on");
        snprintf(path, sizeof path, "file%d.h5", is_odd);
        alike(darr_file_open(comm, path, DARR_CREATE, &file), DARR_ERR_MISMATCH, "do not agree on");
        /* Different calls. */
        if (is_odd)
            alike(darr_array_create(dist, DARR_INT64, &array), DARR_ERR_MISMATCH, "different calls");
        else
            alike(darr_dist_create(comm, 1, &good, NULL, &bad), DARR_ERR_MISMATCH, "different calls");
        lists(odd);
        CHECK(bad == NULL && array == NULL && plan == NULL && file == NULL);
        element_refused_on_one_rank(zeros, is_odd);
        explained(zeros, is_odd);
        plan_refused_on_one_rank(zeros, others, is_odd);
        plans_that_differ(dist, is_odd);
        works_afterwards(dist);
    }

    /* The switch itself is agreed upon. */
    alike(darr_comm_set_checks(comm, check_rank == 0 ? 2 : 1), DARR_ERR_ARGUMENT, "on is 2");
    alike(darr_comm_set_checks(comm, check_rank == 0), DARR_ERR_MISMATCH, "darr_comm_set_checks: rank 0 and rank 1 do not agree on the argument on");
    CHECK_OK(darr_comm_set_checks(comm, 1));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &array));
    CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &plan));
    for (int odd = 0; odd < check_size; odd++) {
        int is_odd = check_rank == odd;
        index = is_odd ? 3 : 4;
        alike(darr_array_get(array, &index, DARR_INT64, &value), DARR_ERR_MISMATCH, "index");
        if (is_odd)
            alike(darr_plan_begin(plan), DARR_ERR_MISMATCH, "different calls");
        else
            alike(darr_array_get(array, &index, DARR_INT64, &value), DARR_ERR_MISMATCH, "different calls");
        alike(darr_array_reduce(array, is_odd ? DARR_MIN : DARR_MAX, DARR_INT64, &value), DARR_ERR_MISMATCH, "do not agree on");
        CHECK_INT(value, 77);
        element_refused_on_one_rank(zeros, is_odd);
        explained(zeros, is_odd);
        plan_refused_on_one_rank(zeros, others, is_odd);
        plans_that_differ(dist, is_odd);
        CHECK_OK(darr_plan_run(plan));
        works_afterwards(dist);
    }
    CHECK_OK(darr_comm_set_checks(comm, 0));
    darr_plan_free(plan);
    darr_array_free(array);
    darr_array_free(zeros);
    darr_array_free(others);
    darr_dist_free(dist);
    return check_end();
}
