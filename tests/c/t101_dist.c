/* Distributions by value: every map is a bijection between global indices and (rank, local index); sections tile the
 * domain; boxes, Cartesian communicators, staggered fields, slices and reductions give what the legacy code had. */
#include "check.h"

static int world(void)
{
    return MPI_Comm_c2f(MPI_COMM_WORLD);
}

static darr_dim dimension(int64_t extent, int map)
{
    darr_dim dim = DARR_DIM_INIT;
    dim.extent = extent;
    dim.map = map;
    return dim;
}

/* Every global index has one owner, which finds it and gives it back; the counts add up. */
static void check_bijection(const darr_dist *dist, const char *name)
{
    int64_t shape[2], owned = 0, all = 0;
    CHECK_OK(darr_dist_shape(dist, shape));
    for (int64_t i = 0; i < shape[0]; i++) {
        for (int64_t j = 0; j < shape[1]; j++) {
            int64_t index[2] = {i, j}, from_end[2] = {i - shape[0], j - shape[1]}, local[2] = {-1, -1}, back[2] = {-1, -1};
            int owner = -1, same = -1;
            CHECK_OK(darr_dist_owner(dist, index, &owner));
            CHECK_OK(darr_dist_owner(dist, from_end, &same));
            CHECK_INT(same, owner);
            CHECK_OK(darr_dist_to_local(dist, owner, index, local));
            CHECK_OK(darr_dist_to_global(dist, owner, local, back));
            if (!CHECK(back[0] == i && back[1] == j))
                fprintf(stderr, "  %s: index %lld %lld\n", name, (long long)i, (long long)j);
            for (int other = 0; other < check_size; other++)
                if (other != owner)
                    CHECK_CODE(darr_dist_to_local(dist, other, index, local), DARR_ERR_ARGUMENT);
        }
    }
    for (int rank = 0; rank < check_size; rank++) {
        int64_t count[2];
        CHECK_OK(darr_dist_count(dist, rank, count));
        all += count[0] * count[1];
        if (rank == check_rank) {
            int64_t own[2];
            CHECK_OK(darr_dist_count(dist, -1, own));
            owned = own[0] * own[1];
            CHECK_INT(owned, count[0] * count[1]);
        }
    }
    CHECK_INT(all, shape[0] * shape[1]);
}

static void maps(void)
{
    static const int64_t extents[][2] = {{7, 5}, {12, 9}, {1, 3}, {0, 4}, {2, 1}};
    for (size_t e = 0; e < sizeof extents / sizeof *extents; e++)
        for (int a = DARR_WHOLE; a <= DARR_CYCLIC; a++)
            for (int b = DARR_WHOLE; b <= DARR_CYCLIC; b++)
                for (int variant = 0; variant < 3; variant++) {
                    darr_dim dims[2] = {dimension(extents[e][0], a), dimension(extents[e][1], b)};
                    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
                    darr_dist *dist = NULL;
                    char name[80];
                    dims[0].rule = dims[1].rule = variant;
                    dims[0].block_size = variant + 1;
                    dims[1].block_size = variant;
                    for (int d = 0; d < 2; d++)
                        if (dims[d].map != DARR_CYCLIC)
                            dims[d].halo[0] = dims[d].halo[1] = variant;
                    options.grid_order = variant == 1 ? DARR_GRID_COLUMN_MAJOR : DARR_GRID_ROW_MAJOR;
                    snprintf(name, sizeof name, "maps %d %d variant %d", a, b, variant);
                    CHECK_NEEDED(darr_dist_create(world(), 2, dims, &options, &dist));
                    check_bijection(dist, name);
                    darr_dist_free(dist);
                }
}

/* The trailing partial block of a block-cyclic map belongs to the rank whose turn it is. */
static void block_cyclic_tail(void)
{
    darr_dim dim = dimension(7, DARR_CYCLIC);
    darr_dist *dist = NULL;
    int64_t count;
    if (check_size < 2)
        return;
    dim.block_size = 2;
    dim.procs = 2;
    CHECK_NEEDED(darr_dist_create(world(), 1, &dim, NULL, &dist));
    CHECK_OK(darr_dist_count(dist, 0, &count));
    CHECK_INT(count, 4);
    CHECK_OK(darr_dist_count(dist, 1, &count));
    CHECK_INT(count, 3);
    darr_dist_free(dist);
}

/* Explicit cuts, with an empty block in between. */
static void cuts(void)
{
    darr_dim dim = dimension(10, DARR_BLOCK);
    darr_dist *dist = NULL;
    int64_t ends[8] = {0}, lo, hi;
    dim.procs = check_size;
    for (int p = 1; p < check_size; p++)
        ends[p] = p < 2 ? 3 : p == 2 ? 3 : 3 + p;
    ends[check_size] = 10;
    dim.cuts = ends;
    CHECK_NEEDED(darr_dist_create(world(), 1, &dim, NULL, &dist));
    for (int p = 0; p < check_size; p++) {
        CHECK_OK(darr_dist_box(dist, p, &lo, &hi));
        CHECK_INT(hi - lo, ends[p + 1] - ends[p]);
        if (hi > lo)
            CHECK_INT(lo, ends[p]);
    }
    darr_dist_free(dist);
}

static void unstructured(void)
{
    darr_dim dim = dimension(0, DARR_UNSTRUCTURED);
    darr_dist *dist = NULL;
    int64_t own[3], shape, local, back;
    dim.procs = check_size;
    dim.n_indices = check_rank % 3;
    for (int64_t i = 0; i < dim.n_indices; i++)
        own[i] = 100 * check_rank - 7 * i;
    dim.indices = own;
    CHECK_NEEDED(darr_dist_create(world(), 1, &dim, NULL, &dist));
    CHECK_OK(darr_dist_shape(dist, &shape));
    {
        int64_t total = 0;
        for (int p = 0; p < check_size; p++)
            total += p % 3;
        CHECK_INT(shape, total);
    }
    for (int64_t i = 0; i < dim.n_indices; i++) {
        CHECK_OK(darr_dist_to_local(dist, -1, &own[i], &local));
        CHECK_INT(local, i);
        CHECK_OK(darr_dist_to_global(dist, -1, &i, &back));
        CHECK_INT(back, own[i]);
    }
    darr_dist_free(dist);
    /* An index twice on one rank is the same error on all. */
    own[0] = own[1] = 5;
    dim.n_indices = check_rank == check_size - 1 ? 2 : 0;
    CHECK_FAILS(darr_dist_create(world(), 1, &dim, NULL, &dist), DARR_ERR_ARGUMENT, "5");
    CHECK_ALIKE(darr_last_error());
}

/* Slabs that the ranks hold in reversed order. */
static void boxes(void)
{
    int64_t n = 3 * check_size + 1;
    int turn = check_size - 1 - check_rank;
    int64_t lo[2] = {0, 3 * turn}, hi[2] = {4, turn == check_size - 1 ? n : 3 * turn + 3}, shape[2], got_lo[2], got_hi[2];
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist *dist = NULL;
    dims[1].halo[0] = dims[1].halo[1] = 1;
    dims[1].periodic = 1;
    CHECK_NEEDED(darr_dist_from_boxes(world(), 2, lo, hi, dims, NULL, &dist));
    CHECK_OK(darr_dist_shape(dist, shape));
    CHECK_INT(shape[0], 4);
    CHECK_INT(shape[1], n);
    CHECK_OK(darr_dist_box(dist, -1, got_lo, got_hi));
    CHECK(got_lo[0] == 0 && got_hi[0] == 4 && got_lo[1] == lo[1] && got_hi[1] == hi[1]);
    check_bijection(dist, "boxes");
    darr_dist_free(dist);
    CHECK_NEEDED(darr_dist_from_boxes(world(), 2, lo, hi, NULL, NULL, &dist));
    darr_dist_free(dist);
    if (check_size > 1) {
        hi[1] += turn == 0;
        CHECK_FAILS(darr_dist_from_boxes(world(), 2, lo, hi, NULL, NULL, &dist), DARR_ERR_ARGUMENT, "rank");
        CHECK_ALIKE(darr_last_error());
        hi[1] = turn == 0 ? lo[1] - 1 : hi[1];
        CHECK_FAILS(darr_dist_from_boxes(world(), 2, lo, hi, NULL, NULL, &dist), DARR_ERR_ARGUMENT, "is reversed in dimension 1");
        CHECK_ALIKE(darr_last_error());
        hi[1] = turn == 0 ? 2 : hi[1];
        CHECK_FAILS(darr_dist_from_boxes(world(), 2, lo, hi, NULL, NULL, &dist), DARR_ERR_ARGUMENT, "rank");
        CHECK_ALIKE(darr_last_error());
    }
}

/* A 2-d Cartesian communicator cuts dimensions 2 and 0 of a 3-d array. */
static void cart(void)
{
    int extents[2] = {0, 0}, periods[2] = {1, 0}, coords[2], cart_dims[3] = {1, -1, 0}, got[3], grid[3];
    MPI_Comm comm;
    darr_dim dims[3] = {dimension(6, DARR_BLOCK), dimension(3, DARR_BLOCK), dimension(8, DARR_BLOCK)};
    darr_dist *dist = NULL;
    MPI_Dims_create(check_size, 2, extents);
    MPI_Cart_create(MPI_COMM_WORLD, 2, extents, periods, 0, &comm);
    MPI_Cart_coords(comm, check_rank, 2, coords);
    CHECK_NEEDED(darr_dist_from_cart(MPI_Comm_c2f(comm), 3, cart_dims, dims, NULL, &dist));
    CHECK_OK(darr_dist_grid(dist, grid));
    CHECK(grid[0] == extents[1] && grid[1] == 1 && grid[2] == extents[0]);
    CHECK_OK(darr_dist_coords(dist, -1, got));
    CHECK(got[0] == coords[1] && got[1] == 0 && got[2] == coords[0]);
    darr_dist_free(dist);
    CHECK_FAILS(darr_dist_from_cart(world(), 3, cart_dims, dims, NULL, &dist), DARR_ERR_ARGUMENT, "Cartesian");
    cart_dims[2] = 1;
    CHECK_FAILS(darr_dist_from_cart(MPI_Comm_c2f(comm), 3, cart_dims, dims, NULL, &dist), DARR_ERR_ARGUMENT, "of the communicator");
    MPI_Comm_free(&comm);
}

/* Faces of 5 x 6 cells, periodic in the second dimension. */
static void staggered(void)
{
    darr_dim dims[2] = {dimension(5, DARR_BLOCK), dimension(6, DARR_BLOCK)};
    int stagger[2] = {DARR_STAGGER_FACE, DARR_STAGGER_FACE};
    darr_dist *cells = NULL, *faces = NULL;
    int64_t shape[2], cell_lo[2], cell_hi[2], lo[2], hi[2], below[2], above[2];
    dims[1].periodic = 1;
    for (int d = 0; d < 2; d++)
        dims[d].halo[0] = dims[d].halo[1] = 1;
    CHECK_NEEDED(darr_dist_create(world(), 2, dims, NULL, &cells));
    CHECK_NEEDED(darr_dist_staggered(cells, stagger, &faces));
    CHECK_OK(darr_dist_shape(faces, shape));
    CHECK(shape[0] == 6 && shape[1] == 6);
    CHECK_OK(darr_dist_box(cells, -1, cell_lo, cell_hi));
    CHECK_OK(darr_dist_box(faces, -1, lo, hi));
    if (cell_hi[0] > cell_lo[0] && cell_hi[1] > cell_lo[1]) {
        CHECK_INT(lo[0], cell_lo[0]);
        CHECK_INT(hi[0], cell_hi[0] + (cell_hi[0] == 5));
        CHECK_INT(hi[1], cell_hi[1]);
        CHECK_OK(darr_dist_padding(faces, -1, below, above));
        /* The faces of the ghost cells, and the upper face of the last cell, which the neighbour owns. */
        CHECK_INT(above[0], cell_hi[0] == 5 ? 0 : 2);
        CHECK_INT(below[0], cell_lo[0] == 0 ? 0 : 1);
    }
    check_bijection(faces, "faces");
    darr_dist_free(cells);
    darr_dist_free(faces);
}

static void derived(void)
{
    darr_dim dims[2] = {dimension(15, DARR_BLOCK), dimension(4, DARR_WHOLE)};
    int64_t start[2] = {3, 0}, stop[2] = {-8, 100}, step[2] = {2, 1}, shape[2], lo[2], hi[2];
    int drop[1] = {-1}, ndim, yes;
    darr_dist *dist = NULL, *part = NULL, *line = NULL, *again = NULL;
    CHECK_NEEDED(darr_dist_create(world(), 2, dims, NULL, &dist));
    CHECK_OK(darr_dist_slice(dist, start, stop, NULL, &part));
    CHECK_OK(darr_dist_shape(part, shape));
    CHECK(shape[0] == 4 && shape[1] == 4);
    CHECK_OK(darr_dist_box(dist, -1, lo, hi));
    {
        /* Every element stays with its owner: the irregular cuts of the slice survive the reduction. */
        int64_t mine = (hi[0] < 7 ? hi[0] : 7) - (lo[0] > 3 ? lo[0] : 3), count[2];
        CHECK_OK(darr_dist_count(part, -1, count));
        CHECK_INT(count[0], mine > 0 ? mine : 0);
        CHECK_OK(darr_dist_reduce(part, 1, drop, &line));
        CHECK_OK(darr_dist_ndim(line, &ndim));
        CHECK_INT(ndim, 1);
        CHECK_OK(darr_dist_count(line, -1, count));
        CHECK_INT(count[0], mine > 0 ? mine : 0);
    }
    check_bijection(part, "slice");
    darr_dist_free(part);
    CHECK_OK(darr_dist_slice(dist, start, stop, step, &part));
    CHECK_OK(darr_dist_shape(part, shape));
    CHECK_INT(shape[0], 2);
    CHECK_OK(darr_dist_compatible(dist, part, &yes));
    CHECK_INT(yes, 0);
    CHECK_OK(darr_dist_copy(dist, &again));
    darr_dist_free(dist);
    dims[0].halo[0] = 2;
    CHECK_NEEDED(darr_dist_create(world(), 2, dims, NULL, &dist));
    CHECK_OK(darr_dist_compatible(dist, again, &yes));
    CHECK_INT(yes, 1);
    step[0] = 0;
    CHECK_CODE(darr_dist_slice(dist, start, stop, step, &line), DARR_ERR_ARGUMENT);
    /* Downwards, over ranks in their reverse order. */
    step[0] = -1;
    start[0] = 7;
    stop[0] = 3;
    darr_dist_free(part);
    CHECK_OK(darr_dist_slice(dist, start, stop, step, &part));
    CHECK_OK(darr_dist_shape(part, shape));
    CHECK_INT(shape[0], 4);
    check_bijection(part, "slice downwards");
    drop[0] = 2;
    CHECK_CODE(darr_dist_reduce(dist, 1, drop, &line), DARR_ERR_ARGUMENT);
    darr_dist_free(again);
    darr_dist_free(dist);
    darr_dist_free(part);
    darr_dist_free(line);
}

/* An array without dimensions has one element, on one rank. */
static void zero_dimensions(void)
{
    darr_dist *dist = NULL;
    int owner = -1;
    CHECK_NEEDED(darr_dist_create(world(), 0, NULL, NULL, &dist));
    CHECK_OK(darr_dist_owner(dist, NULL, &owner));
    CHECK_INT(owner, 0);
    darr_dist_free(dist);
}

/* A grid over some of the ranks, in an order of their own. */
static void rank_list(void)
{
    darr_dim dim = dimension(9, DARR_BLOCK);
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    int ranks[2] = {check_size - 1, 0}, coords;
    darr_dist *dist = NULL;
    int64_t lo, hi;
    if (check_size < 2)
        return;
    dim.procs = 2;
    options.ranks = ranks;
    options.n_ranks = 2;
    CHECK_NEEDED(darr_dist_create(world(), 1, &dim, &options, &dist));
    CHECK_OK(darr_dist_box(dist, check_size - 1, &lo, &hi));
    CHECK(lo == 0 && hi == 5);
    CHECK_OK(darr_dist_coords(dist, 0, &coords));
    CHECK_INT(coords, 1);
    if (check_size > 2) {
        CHECK_OK(darr_dist_coords(dist, 1, &coords));
        CHECK_INT(coords, -1);
    }
    darr_dist_free(dist);
    options.n_ranks = 1;
    CHECK_CODE(darr_dist_create(world(), 1, &dim, &options, &dist), DARR_ERR_ARGUMENT);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    maps();
    block_cyclic_tail();
    cuts();
    unstructured();
    boxes();
    cart();
    staggered();
    derived();
    zero_dimensions();
    rank_list();
    return check_end();
}
