/* A rank that is killed in the middle of everything: an exchange is begun, and a file is about to take the place of a complete one.
 *
 *   killed write FILE     saves FILE, begins to replace it, and kills the last rank in the middle of an exchange
 *   killed apart FILE     the same, of ranks that share no memory
 *   killed return FILE    as write, in a program that has MPI return errors; each rank says what it is told
 *   killed returns FILE   as apart, likewise
 *   killed read FILE      finds in FILE what was saved first
 */
#include "check.h"

#define EXTENT 1000

static darr_dist *dist;
static darr_array *array;

static void make(int comm)
{
    darr_dim dim = DARR_DIM_INIT;
    dim.extent = EXTENT;
    dim.map = DARR_BLOCK;
    dim.halo[0] = dim.halo[1] = 2;
    dim.periodic = 1;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &array));
}

/* Calls for each owned element with its global index. */
static void each(void (*visit)(int64_t *element, int64_t index))
{
    darr_view view = DARR_VIEW_INIT;
    CHECK_OK(darr_array_view(array, &view));
    for (int64_t i = view.owned_lo[0]; i < view.owned_hi[0]; i++)
        visit((int64_t *)view.base + i, view.global_lo[0] + i);
}

static void set_first(int64_t *element, int64_t index) { *element = 3 * index; }
static void set_other(int64_t *element, int64_t index) { *element = -index; }
static void expect_first(int64_t *element, int64_t index) { CHECK_INT(*element, 3 * index); }

/* Whoever is told that the exchange is complete has in its ghosts what their owners have, also of the rank that is gone. */
static void expect_ghosts(void)
{
    darr_view view = DARR_VIEW_INIT;
    CHECK_OK(darr_array_view(array, &view));
    for (int64_t i = 0; i < view.extents[0]; i++)
        CHECK_INT(((int64_t *)view.base)[i], -((view.global_lo[0] + i + EXTENT) % EXTENT));
}

static int told(const char *call, int code)
{
    printf("rank %d: %s: %s\n", check_rank, call, code == DARR_OK ? "complete" : darr_last_error());
    fflush(stdout);
    if (code != DARR_OK && code != DARR_ERR_MPI)
        fprintf(stderr, "rank %d: %s gives the wrong code %d\n", check_rank, call, code);
    return code;
}

static void save(int comm, const char *path, darr_file **file)
{
    CHECK_NEEDED(darr_file_open(comm, path, DARR_CREATE, file));
    CHECK_NEEDED(darr_file_save(*file, "u", array));
}

int main(int argc, char **argv)
{
    darr_plan *plan;
    darr_file *file;
    int comm, returns;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    CHECK_INT(argc, 3);
    make(comm);
    if (strcmp(argv[1], "read") == 0) {
        CHECK_NEEDED(darr_file_open(comm, argv[2], DARR_READ, &file));
        CHECK_NEEDED(darr_file_load(file, "u", array));
        CHECK_OK(darr_file_close(file));
        each(expect_first);
        return check_end();
    }
    returns = strncmp(argv[1], "return", 6) == 0;
    if (returns)
        MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    if (strcmp(argv[1], "apart") == 0 || strcmp(argv[1], "returns") == 0)
        CHECK_NEEDED(darr_comm_divide_node(comm, check_rank));
    each(set_first);
    save(comm, argv[2], &file);
    CHECK_NEEDED(darr_file_close(file));
    each(set_other);
    save(comm, argv[2], &file);
    CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &plan));
    for (int run = 0; run < 100; run++)
        CHECK_OK(darr_plan_run(plan));
    CHECK_OK(darr_plan_begin(plan));
    if (check_rank == check_size - 1)
        raise(SIGKILL);
    if (told("end", darr_plan_end(plan)) == DARR_OK)
        expect_ghosts();
    /* Without its neighbours nobody completes this one, unless it is alone between ranks that are not told either. */
    told("run", darr_plan_run(plan));
    if (returns && check_failed > 0)
        fprintf(stderr, "rank %d: has wrong values\n", check_rank);
    darr_file_close(file);
    fprintf(stderr, "rank %d: went on without the killed rank\n", check_rank);
    return check_end();
}
