/* Descriptors on their way: produced, moved, consumed, released once, wherever and whenever; and nothing lost on the way.
 *
 * seconds: 180 */
#include "check.h"
#include "section.h"
#include "section_of_protocol.h"

#include <pthread.h>

static int comm;

/* 4 elements per rank with padding, times a whole dimension of 3. */
static darr_dist *strip(int periodic, int64_t boundary)
{
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist *dist = NULL;
    dims[0].extent = 4 * check_size;
    dims[0].map = DARR_BLOCK;
    dims[0].procs = check_size;
    dims[0].periodic = periodic;
    dims[0].halo[0] = dims[0].halo[1] = 2;
    dims[0].boundary[0] = boundary;
    dims[0].boundary[1] = boundary ? boundary + 1 : 0;
    dims[1].extent = 3;
    CHECK_NEEDED(darr_dist_create(comm, 2, dims, NULL, &dist));
    return dist;
}

static darr_view view_of(const darr_array *array)
{
    darr_view view = DARR_VIEW_INIT;
    CHECK_OK(darr_array_view(array, &view));
    return view;
}

static void *release_it(void *descriptor)
{
    darr_protocol_release(descriptor);
    return NULL;
}

static void release_on_a_thread(darr_protocol *descriptor)
{
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, release_it, descriptor), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK(descriptor->release == NULL);
}

/* What is produced says where everything lies, and holds the memory when the array is gone. */
static void produced(void)
{
    darr_dist *dist = strip(0, 1);
    darr_array *array = NULL;
    darr_protocol d;
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_array_produce(array, &d));
    CHECK_OK(darr_protocol_check(&d));
    CHECK_OK(darr_protocol_check_all(comm, &d));

    int first = check_rank == 0, last = check_rank == check_size - 1;
    CHECK_INT(d.version_major, 1);
    CHECK_INT(d.dtype, DARR_PROTOCOL_FLOAT64);
    CHECK_INT(d.device, DARR_PROTOCOL_DEVICE_CPU);
    CHECK_INT(d.ndim, 2);
    CHECK_INT(d.in_grid, 1);
    CHECK_INT(d.dims[0].dist_type, DARR_PROTOCOL_BLOCK);
    CHECK_INT(d.dims[0].size, 4 * check_size + 3);
    CHECK_INT(d.dims[0].proc_grid_size, check_size);
    CHECK_INT(d.dims[0].proc_grid_rank, check_rank);
    CHECK_INT(d.dims[0].padding[0], first ? 1 : 2);
    CHECK_INT(d.dims[0].padding[1], 2);
    CHECK_INT(d.dims[0].start, first ? 0 : 1 + 4 * check_rank - 2);
    CHECK_INT(d.dims[0].stop, 1 + 4 * check_rank + 4 + 2);
    CHECK(!last || d.dims[0].stop == d.dims[0].size);
    CHECK_INT(d.dims[1].size, 3);
    CHECK_INT(d.dims[1].stop, 3);
    CHECK_INT(d.extents[0], 4 + (first ? 1 : 2) + 2);
    CHECK_INT(d.extents[1], 3);
    darr_view view = view_of(array);
    CHECK(d.base == view.base);
    CHECK_INT(d.strides[0], view.strides[0]);
    CHECK_INT(d.strides[1], view.strides[1]);

    double value = 7.25;
    CHECK_OK(darr_array_fill(array, DARR_FLOAT64, &value));
    darr_array_free(array);
    darr_dist_free(dist);
    double *end = (double *)((char *)d.base + (d.extents[0] - 1) * d.strides[0] + (d.extents[1] - 1) * d.strides[1]);
    CHECK_REAL(*(double *)d.base, 7.25);
    CHECK_REAL(*end, 7.25);
    *end = 1.0;
    release_on_a_thread(&d);
}

/* Produced by one array and consumed as another: the same memory, and the same distribution again. */
static void there_and_back(int periodic, int64_t boundary)
{
    darr_dist *dist = strip(periodic, boundary), *second = NULL;
    darr_array *array = NULL, *twin = NULL, *none = NULL;
    darr_protocol d;
    int yes = 0;
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_array_produce(array, &d));
    CHECK_NEEDED(darr_array_consume(comm, &d, DARR_BOUNDARY_PADDING, NULL, &twin));
    CHECK(d.release == NULL);
    CHECK_FAILS(darr_array_consume(comm, &d, DARR_BOUNDARY_PADDING, NULL, &none), DARR_ERR_STATE, "release is NULL");
    CHECK(none == NULL);

    darr_view a = view_of(array), b = view_of(twin);
    CHECK(a.base == b.base);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(b.extents[i], a.extents[i]);
        CHECK_INT(b.strides[i], a.strides[i]);
        CHECK_INT(b.owned_lo[i], a.owned_lo[i]);
        CHECK_INT(b.owned_hi[i], a.owned_hi[i]);
        CHECK_INT(b.global_lo[i], a.global_lo[i]);
    }
    CHECK_NEEDED(darr_array_dist(twin, &second));
    CHECK_OK(darr_dist_compatible(dist, second, &yes));
    CHECK_INT(yes, 1);

    /* Written through the one, exchanged through the other, when the one is gone. */
    int64_t i[15];
    for (int more = section_begin(&a, i); more; more = section_next(&a, i)) {
        int64_t row = a.global_lo[0] + i[0];
        *(double *)section_element(&a, i) = section_owns(&a, i) ? (double)(100 * row + i[1]) : -1.0;
    }
    darr_array_free(array);
    darr_dist_free(dist);
    darr_plan *plan = NULL;
    CHECK_NEEDED(darr_plan_halo(1, &twin, NULL, &plan));
    CHECK_OK(darr_plan_run(plan));
    int64_t rows = 4 * check_size;
    for (int more = section_begin(&b, i); more; more = section_next(&b, i)) {
        int64_t row = b.global_lo[0] + i[0];
        int outside = row < 0 || row >= rows;
        double want = outside && !periodic ? -1.0 : (double)(100 * ((row + rows) % rows) + i[1]);
        if (!CHECK_REAL(*(double *)section_element(&b, i), want))
            section_tell(&b, i, periodic ? "periodic" : "boundary");
    }
    darr_array_free(twin);
    darr_plan_free(plan);
    darr_dist_free(second);
}

/* By the letter of the protocol boundary padding is owned. */
static void boundaries_as_elements(void)
{
    darr_dist *dist = strip(0, 1), *second = NULL;
    darr_array *array = NULL, *twin = NULL;
    darr_protocol d;
    int64_t shape[2], count[2];
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_array_produce(array, &d));
    CHECK_NEEDED(darr_array_consume(comm, &d, DARR_BOUNDARY_OWNED, NULL, &twin));
    CHECK_NEEDED(darr_array_dist(twin, &second));
    CHECK_OK(darr_dist_shape(second, shape));
    CHECK_OK(darr_dist_count(second, -1, count));
    CHECK_INT(shape[0], 4 * check_size + 3);
    CHECK_INT(count[0], 4 + (check_rank == 0) + 2 * (check_rank == check_size - 1));
    darr_array_free(array);
    darr_array_free(twin);
    darr_dist_free(dist);
    darr_dist_free(second);
}

/* A producer of its own, 5 elements for each rank, copies of one of each neighbour's. */
typedef struct producer {
    section s;
    double *elements;
} producer;

static void producer_release(darr_protocol *self)
{
    producer *p = self->private_data;
    free(p->elements);
    p->elements = NULL;
    p->s.released++;
    self->release = NULL;
}

static void producer_fill(producer *p)
{
    int below = check_rank > 0, above = check_rank < check_size - 1;
    section_begin_dims(&p->s, 1);
    section_block(&p->s, 0, 5 * check_size, check_rank, check_size, 5 * check_rank - below, 5 * check_rank + 5 + above,
                  below, above);
    section_pack(&p->s);
    p->elements = malloc((size_t)p->s.extents[0] * sizeof(double));
    for (int64_t i = 0; i < p->s.extents[0]; i++)
        p->elements[i] = (double)(p->s.dims[0].start + i);
    p->s.d.base = p->elements;
    p->s.d.private_data = p;
    p->s.d.release = producer_release;
}

static void foreign_memory(void)
{
    producer p;
    producer_fill(&p);
    darr_array *array = NULL;
    darr_plan *plan = NULL;
    CHECK_NEEDED(darr_array_consume(comm, &p.s.d, DARR_BOUNDARY_PADDING, NULL, &array));
    CHECK(p.s.d.release == NULL);
    CHECK_INT(p.s.released, 0);
    double sum = 0.0;
    CHECK_OK(darr_array_reduce(array, DARR_SUM, DARR_FLOAT64, &sum));
    CHECK_REAL(sum, (double)(5 * check_size) * (5 * check_size - 1) / 2);

    /* A plan that moves elements needs the memory longer than the array. */
    CHECK_NEEDED(darr_plan_halo(1, &array, NULL, &plan));
    if (check_size == 1) {
        darr_plan_free(plan);
        CHECK_INT(p.s.released, 0);
        darr_array_free(array);
        CHECK_INT(p.s.released, 1);
        return;
    }
    darr_array_free(array);
    CHECK_INT(p.s.released, 0);
    p.elements[check_rank > 0] += 1000.0;
    CHECK_OK(darr_plan_run(plan));
    if (check_rank < check_size - 1)
        CHECK_REAL(p.elements[p.s.extents[0] - 1], 5.0 * (check_rank + 1) + 1000.0);
    darr_plan_free(plan);
    CHECK_INT(p.s.released, 1);
    CHECK(p.elements == NULL);
}

/* A failure on one rank leaves the descriptors of all as they were. */
static void refusals(void)
{
    int last = check_rank == check_size - 1;
    producer p;
    darr_array *array = NULL;
    producer_fill(&p);
    if (last)
        p.s.dims[0].periodic = 9;
    CHECK_FAILS(darr_array_consume(comm, &p.s.d, DARR_BOUNDARY_OWNED, NULL, &array), DARR_ERR_PROTOCOL,
                "dimension 0: periodic is 9; allowed: 0 or 1");
    CHECK_ALIKE(darr_last_error());
    p.s.dims[0].periodic = 0;
    p.s.dims[0].size += last;
    CHECK_CODE(darr_array_consume(comm, &p.s.d, DARR_BOUNDARY_OWNED, NULL, &array), DARR_ERR_PROTOCOL);
    CHECK_ALIKE(darr_last_error());
    p.s.dims[0].size -= last;
    CHECK_CODE(darr_array_consume(comm, &p.s.d, 2, NULL, &array), DARR_ERR_ARGUMENT);
    CHECK_CODE(darr_array_consume(comm, &p.s.d, DARR_BOUNDARY_OWNED, NULL, last ? NULL : &array), DARR_ERR_ARGUMENT);
    CHECK(array == NULL && p.s.d.release && p.s.released == 0);
    darr_protocol_release(&p.s.d);
    CHECK_INT(p.s.released, 1);
}

/* Ranks that hold nothing need no memory: theirs is given back at once. */
static void nothing_to_hold(void)
{
    int inside = check_rank == check_size - 1;
    section s;
    darr_array *array = NULL;
    if (inside) {
        section_begin_dims(&s, 1);
        section_block(&s, 0, 1, 0, 1, 0, 1, 0, 0);
        section_pack(&s);
        s.element = 2.5;
    } else {
        section_outside(&s, 1);
    }
    CHECK_NEEDED(darr_array_consume(comm, &s.d, DARR_BOUNDARY_OWNED, NULL, &array));
    CHECK_INT(s.released, !inside);
    double value = 0.0;
    int64_t index = 0;
    CHECK_OK(darr_array_get(array, &index, DARR_FLOAT64, &value));
    CHECK_REAL(value, 2.5);
    darr_array_free(array);
    CHECK_INT(s.released, 1);

    /* More ranks than elements, the empty ones with extents 0 x 3. */
    section_begin_dims(&s, 2);
    section_cyclic(&s, 0, 1, check_rank, check_size, 1);
    section_block(&s, 1, 1, 0, 1, 0, 1, 0, 0);
    section_pack(&s);
    s.d.base = check_rank == 0 ? &s.element : NULL;
    CHECK_NEEDED(darr_array_consume(comm, &s.d, DARR_BOUNDARY_OWNED, NULL, &array));
    darr_array_free(array);
    CHECK_INT(s.released, 1);
}

/* What cannot be said is refused on every rank, and nothing is written. */
static void unsayable(void)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist = NULL;
    darr_array *array = NULL;
    darr_protocol d;
    memset(&d, 1, sizeof d);
    dim.extent = 4 * check_size;
    dim.map = DARR_BLOCK;
    dim.procs = check_size;
    dim.halo[0] = 1;
    dim.halo[1] = 2;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_INT32, &array));
    if (check_size > 1) {
        CHECK_FAILS(darr_array_produce(array, &d), DARR_ERR_UNSUPPORTED, "the halo is 1 wide below and 2 above");
        CHECK_INT(d.ndim, 0x01010101);
    } else {
        CHECK_OK(darr_array_produce(array, &d));
        darr_protocol_release(&d);
    }
    CHECK_CODE(darr_array_produce(array, NULL), DARR_ERR_ARGUMENT);
    darr_array_free(array);
    CHECK_CODE(darr_array_produce(array, &d), DARR_ERR_HANDLE);
    darr_dist_free(dist);
}

/* Dimension data without memory. */
static void dimension_data(void)
{
    section s;
    darr_dist *dist = NULL;
    int64_t shape, count, index;
    section_begin_dims(&s, 1);
    s.indices[0] = 10 + check_rank;
    s.indices[1] = -5 - check_rank;
    section_unstructured(&s, 0, 2 * check_size, check_rank, check_size, 2);
    CHECK_NEEDED(darr_dist_from_dim_data(comm, 1, s.dims, DARR_BOUNDARY_OWNED, NULL, &dist));
    CHECK_OK(darr_dist_shape(dist, &shape));
    CHECK_OK(darr_dist_count(dist, -1, &count));
    CHECK_INT(shape, 2 * check_size);
    CHECK_INT(count, 2);
    int64_t local = 1;
    CHECK_OK(darr_dist_to_global(dist, -1, &local, &index));
    CHECK_INT(index, -5 - check_rank);
    darr_dist_free(dist);
    s.dims[0].size = check_rank;
    CHECK_CODE(darr_dist_from_dim_data(comm, 1, s.dims, DARR_BOUNDARY_OWNED, NULL, &dist), DARR_ERR_PROTOCOL);
    CHECK_ALIKE(darr_last_error());
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    produced();
    there_and_back(0, 0);
    there_and_back(0, 1);
    there_and_back(1, 0);
    boundaries_as_elements();
    foreign_memory();
    refusals();
    nothing_to_hold();
    unsayable();
    dimension_data();

    /* Descriptors and arrays that outlive MPI. */
    producer p;
    producer_fill(&p);
    darr_array *foreign = NULL, *own = NULL;
    darr_protocol d;
    darr_dist *dist = strip(1, 0);
    CHECK_NEEDED(darr_array_consume(comm, &p.s.d, DARR_BOUNDARY_OWNED, NULL, &foreign));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &own));
    CHECK_NEEDED(darr_array_produce(own, &d));
    darr_array_free(own);
    int status = check_status();
    MPI_Finalize();
    int failed = check_failed;
    CHECK_OK(darr_protocol_check(&d));
    ((double *)d.base)[0] = 1.0;
    release_on_a_thread(&d);
    darr_array_free(foreign);
    CHECK_INT(p.s.released, 1);
    darr_dist_free(dist);
    return status || check_failed > failed;
}
