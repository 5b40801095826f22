/* Plans that run allocate nothing: no call of the library for memory comes between the beginning and the end of an exchange, of any
 * kind, through shared memory and through messages. What MPI allocates for itself is its own. */
/* valgrind: no */
#define _GNU_SOURCE
#include <link.h>

#include "random.h"

/* The allocator of the C library under its other names; this program's are in front of it. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static uintptr_t library[2];
static volatile int watched, seen;

/* Whether the call comes from the library. */
static void note(const void *from)
{
    uintptr_t at = (uintptr_t)from;
    if (watched && at >= library[0] && at < library[1])
        seen++;
}

void *malloc(size_t size)
{
    note(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    note(__builtin_return_address(0));
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    note(__builtin_return_address(0));
    return __libc_realloc(old, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    note(__builtin_return_address(0));
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : 12;
}

static int find_library(struct dl_phdr_info *object, size_t size, void *context)
{
    (void)size;
    (void)context;
    if (!strstr(object->dlpi_name, "libdistarray"))
        return 0;
    library[0] = UINTPTR_MAX;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + part->p_vaddr;
        if (part->p_type != PT_LOAD)
            continue;
        library[0] = start < library[0] ? start : library[0];
        library[1] = start + part->p_memsz > library[1] ? start + part->p_memsz : library[1];
    }
    return 1;
}

static void runs_in_place(darr_plan *plan, const char *name)
{
    int finished;
    CHECK_NEEDED(darr_plan_run(plan));
    seen = 0;
    watched = 1;
    for (int run = 0; run < 5; run++) {
        CHECK_OK(darr_plan_begin(plan));
        CHECK_OK(darr_plan_test(plan, &finished));
        CHECK_OK(darr_plan_end(plan));
        CHECK_OK(darr_plan_run(plan));
    }
    watched = 0;
    if (seen > 0)
        fprintf(stderr, "%s\n", name);
    CHECK_INT(seen, 0);
    darr_plan_free(plan);
}

static int call(void *user, const darr_edge_region *region)
{
    (void)user;
    (void)region;
    return 0;
}

static void all_kinds(int comm)
{
    int64_t shape[2] = {12, 20}, other[2] = {20, 12}, *indices = malloc(200 * sizeof *indices);
    int axes[2] = {1, 0};
    void *memory[3];
    darr_dist *dists[3], *line;
    darr_array *arrays[3], *values;
    const darr_array *read;
    darr_plan *plan = NULL;
    darr_dim dim = DARR_DIM_INIT, dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_halo_options halo = DARR_HALO_OPTIONS_INIT;
    darr_move_options move = DARR_MOVE_OPTIONS_INIT;
    darr_edge edges[2] = {DARR_EDGE_INIT, DARR_EDGE_INIT};

    for (int d = 0; d < 2; d++) {
        dims[d].extent = shape[d];
        dims[d].map = DARR_BLOCK;
        dims[d].halo[0] = dims[d].halo[1] = 2;
        dims[d].boundary[0] = dims[d].boundary[1] = d;
        dims[d].periodic = d == 0;
    }
    CHECK_NEEDED(darr_dist_create(comm, 2, dims, NULL, &dists[0]));
    dists[1] = random_dist(comm, 2, shape, 4);
    dists[2] = random_dist(comm, 2, other, 4);
    CHECK_NEEDED(darr_array_create(dists[0], DARR_FLOAT64, &arrays[0]));
    arrays[1] = random_array(dists[1], DARR_FLOAT64, &memory[1]);
    arrays[2] = random_array(dists[2], DARR_FLOAT32, &memory[2]);
    read = arrays[0];

    for (int side = 0; side < 2; side++) {
        edges[side].dim = 1;
        edges[side].side = side;
        edges[side].kind = side == 0 ? DARR_EDGE_ZERO_GRADIENT : DARR_EDGE_CALLBACK;
        edges[side].callback = side == 0 ? NULL : call;
    }
    halo.edges = edges;
    halo.n_edges = 2;
    seen = 0;
    watched = 1;
    CHECK_NEEDED(darr_plan_halo(1, arrays, &halo, &plan));
    watched = 0;
    /* What is counted would be seen. */
    CHECK(seen > 0);
    runs_in_place(plan, "halo with edges");
    halo = (darr_halo_options)DARR_HALO_OPTIONS_INIT;
    halo.accumulate = 1;
    CHECK_NEEDED(darr_plan_halo(1, arrays, &halo, &plan));
    runs_in_place(plan, "ghosts added back");

    CHECK_NEEDED(darr_plan_redistribute(1, &read, &arrays[1], NULL, &plan));
    runs_in_place(plan, "redistribution");
    move.axes = axes;
    CHECK_NEEDED(darr_plan_redistribute(1, &read, &arrays[2], &move, &plan));
    runs_in_place(plan, "transpose with conversion");
    move = (darr_move_options)DARR_MOVE_OPTIONS_INIT;
    move.reshape = DARR_RESHAPE_F;
    CHECK_NEEDED(darr_plan_redistribute(1, &read, &arrays[2], &move, &plan));
    runs_in_place(plan, "reshape");
    CHECK_NEEDED(darr_plan_redistribute_between(comm, 1, &read, &arrays[1], NULL, &plan));
    runs_in_place(plan, "between communicators");

    dim.extent = 100 * check_size;
    dim.map = DARR_BLOCK;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &line));
    CHECK_NEEDED(darr_array_create(line, DARR_FLOAT64, &values));
    for (int i = 0; i < 200; i++)
        indices[i] = (7 * i + check_rank) % shape[i % 2];
    CHECK_NEEDED(darr_plan_gather(arrays[1], 100, indices, values, &plan));
    runs_in_place(plan, "gather");
    CHECK_NEEDED(darr_plan_scatter(arrays[1], 100, indices, values, DARR_COMBINE_ADD, &plan));
    runs_in_place(plan, "scatter");

    darr_array_free(values);
    darr_dist_free(line);
    for (int i = 0; i < 3; i++) {
        darr_array_free(arrays[i]);
        darr_dist_free(dists[i]);
    }
    free(memory[1]);
    free(memory[2]);
    free(indices);
}

int main(int argc, char **argv)
{
    int comm;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    dl_iterate_phdr(find_library, NULL);
    CHECK(library[1] > library[0]);
    for (int way = 0; way < RANDOM_WAYS; way++) {
        random_divide(comm, way);
        for (int seed = 1; seed < 5; seed++) {
            random_state = (uint64_t)seed;
            CHECK_OK(darr_comm_set_checks(comm, seed == 4));
            all_kinds(comm);
            CHECK_OK(darr_comm_set_checks(comm, 0));
        }
    }
    return check_end();
}
