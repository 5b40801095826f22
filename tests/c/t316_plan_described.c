/* What a plan tells of itself, for a ring of ranks where everything is known: neighbours, bytes, the way that they take, and the same
 * as text. */
#include "check.h"

#define ROOM 4096

/* The other ranks of the ring, ascending, and how many of the two ghosts go to each. */
static int others(int *ranks, int *ghosts)
{
    int below = (check_rank + check_size - 1) % check_size, above = (check_rank + 1) % check_size;
    if (check_size == 1)
        return 0;
    ranks[0] = below < above ? below : above;
    ranks[1] = below < above ? above : below;
    ghosts[0] = ghosts[1] = 1;
    if (check_size == 2)
        ghosts[0] = 2;
    return check_size == 2 ? 1 : 2;
}

static void messages(const darr_plan *plan, int direction, int n, const int *ranks, const int *ghosts, int way)
{
    darr_neighbour neighbour = DARR_NEIGHBOUR_INIT;
    for (int i = 0; i < n; i++) {
        CHECK_OK(darr_plan_neighbour(plan, direction, i, &neighbour));
        CHECK_INT(neighbour.rank, ranks[i]);
        CHECK_INT(neighbour.bytes, 8 * ghosts[i]);
        if (way == DARR_WAY_MPI)
            CHECK_INT(neighbour.way, way);
        else
            CHECK(neighbour.way == DARR_WAY_DIRECT || neighbour.way == DARR_WAY_STAGED);
    }
    CHECK_FAILS(darr_plan_neighbour(plan, direction, n, &neighbour), DARR_ERR_ARGUMENT, "neighbour");
    CHECK_FAILS(darr_plan_neighbour(plan, direction, -1, &neighbour), DARR_ERR_ARGUMENT, "neighbour -1");
}

static void ring(int comm, int way)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist;
    darr_array *array;
    darr_plan *plan;
    darr_plan_info info = DARR_PLAN_INFO_INIT;
    darr_neighbour neighbour = DARR_NEIGHBOUR_INIT;
    char text[ROOM] = "before", line[80];
    int ranks[2], ghosts[2], n = others(ranks, ghosts);
    dim.extent = 3 * check_size;
    dim.map = DARR_BLOCK;
    dim.halo[0] = dim.halo[1] = 1;
    dim.periodic = 1;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &plan));

    CHECK_OK(darr_plan_describe(plan, &info));
    CHECK_INT(info.sends, n);
    CHECK_INT(info.receives, n);
    CHECK_INT(info.bytes, check_size == 1 ? 0 : 16);
    CHECK_INT(info.bytes_local, check_size == 1 ? 16 : 0);
    CHECK_INT(info.bytes_mpi, way == DARR_WAY_MPI ? info.bytes : 0);
    messages(plan, DARR_SENDS, n, ranks, ghosts, way);
    messages(plan, DARR_RECEIVES, n, ranks, ghosts, way);
    CHECK_FAILS(darr_plan_neighbour(plan, 2, 0, &neighbour), DARR_ERR_ARGUMENT, "direction 2");

    CHECK(info.text > 1 && info.text <= ROOM);
    CHECK_FAILS(darr_plan_text(plan, info.text - 1, text), DARR_ERR_ARGUMENT, "room for");
    CHECK_TEXT(text, "before");
    CHECK_FAILS(darr_plan_text(plan, info.text, NULL), DARR_ERR_ARGUMENT, "text_out");
    CHECK_OK(darr_plan_text(plan, info.text, text));
    CHECK_INT((int64_t)strlen(text), info.text - 1);
    snprintf(line, sizeof line, "rank %d of %d: %d messages out, %d in", check_rank, check_size, n, n);
    CHECK_TEXT(text, line);
    for (int i = 0; i < n; i++) {
        snprintf(line, sizeof line, "  to rank %d: %d bytes, %s", ranks[i], 8 * ghosts[i],
                 way == DARR_WAY_MPI ? "by MPI" : "");
        CHECK_TEXT(text, line);
        snprintf(line, sizeof line, "  from rank %d: %d bytes, ", ranks[i], 8 * ghosts[i]);
        CHECK_TEXT(text, line);
    }
    darr_plan_free(plan);
    darr_array_free(array);
    darr_dist_free(dist);
}

/* Everybody's element goes to rank 0: who sends and who receives is not the same. */
static void to_one(int comm)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *spread, *whole;
    darr_array *from, *to;
    darr_plan *plan;
    darr_plan_info info = DARR_PLAN_INFO_INIT;
    darr_neighbour neighbour = DARR_NEIGHBOUR_INIT;
    dim.extent = 5 * check_size;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &whole));
    dim.map = DARR_BLOCK;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &spread));
    CHECK_NEEDED(darr_array_create(spread, DARR_INT32, &from));
    CHECK_NEEDED(darr_array_create(whole, DARR_INT32, &to));
    CHECK_NEEDED(darr_plan_redistribute(1, (const darr_array *const *)&from, &to, NULL, &plan));
    CHECK_OK(darr_plan_describe(plan, &info));
    CHECK_INT(info.sends, check_rank > 0);
    CHECK_INT(info.receives, check_rank == 0 ? check_size - 1 : 0);
    CHECK_INT(info.largest, check_rank > 0 ? 20 : 0);
    CHECK_INT(info.bytes_local, check_rank == 0 ? 20 : 0);
    if (check_rank == 0)
        CHECK(info.memory > 0);
    if (check_rank > 0) {
        CHECK_OK(darr_plan_neighbour(plan, DARR_SENDS, 0, &neighbour));
        CHECK_INT(neighbour.rank, 0);
    }
    for (int i = 0; i < info.receives; i++) {
        CHECK_OK(darr_plan_neighbour(plan, DARR_RECEIVES, i, &neighbour));
        CHECK_INT(neighbour.rank, i + 1);
        CHECK_INT(neighbour.bytes, 20);
    }
    darr_plan_free(plan);
    darr_array_free(from);
    darr_array_free(to);
    darr_dist_free(spread);
    darr_dist_free(whole);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    ring(comm, DARR_WAY_DIRECT);
    to_one(comm);
    CHECK_NEEDED(darr_comm_divide_node(comm, check_rank));
    ring(comm, DARR_WAY_MPI);
    return check_end();
}
