/* Arrays: the caller's memory wrapped with any strides and never copied, views, fill, copy, scalars by global index, and
 * the protocol descriptor there and back. */
#include "check.h"
#include "section.h"

static darr_dist *plane(int64_t rows, int64_t columns, int64_t halo, int order)
{
    darr_dim dims[2] = {DARR_DIM_INIT, DARR_DIM_INIT};
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_dist *dist = NULL;
    dims[0].extent = rows;
    dims[1].extent = columns;
    for (int d = 0; d < 2; d++) {
        dims[d].map = DARR_BLOCK;
        dims[d].periodic = 1;
        dims[d].halo[0] = dims[d].halo[1] = halo;
    }
    options.order = order;
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(MPI_COMM_WORLD), 2, dims, &options, &dist));
    return dist;
}

/* Extents of the calling rank's section, padding included. */
static void extents_of(const darr_dist *dist, int64_t *extents)
{
    int64_t count[2], below[2], above[2];
    CHECK_OK(darr_dist_count(dist, -1, count));
    CHECK_OK(darr_dist_padding(dist, -1, below, above));
    for (int d = 0; d < 2; d++)
        extents[d] = count[0] && count[1] ? count[d] + below[d] + above[d] : 0;
}

/* A section in every second column of a larger Fortran array, rows reversed. */
static void wrapped(void)
{
    darr_dist *dist = plane(7, 8, 1, DARR_ORDER_F);
    darr_memory memory = DARR_MEMORY_INIT;
    darr_array *array = NULL;
    darr_view v = DARR_VIEW_INIT;
    int64_t extents[2], i[2];
    int32_t own[20 * 30], nine = 9;
    extents_of(dist, extents);
    for (int k = 0; k < 20 * 30; k++)
        own[k] = -1;
    memory.dtype = DARR_INT32;
    memory.ndim = 2;
    memory.extents[0] = extents[0];
    memory.extents[1] = extents[1];
    memory.strides[0] = -(int64_t)sizeof(int32_t);
    memory.strides[1] = 2 * 20 * sizeof(int32_t);
    memory.base = &own[19];
    memory.bytes = sizeof own - 19 * sizeof(int32_t);
    CHECK_NEEDED(darr_array_wrap(dist, &memory, &array));
    CHECK_OK(darr_array_view(array, &v));
    if (extents[0] && extents[1]) {
        CHECK(v.base == memory.base);
        CHECK(v.strides[0] == memory.strides[0] && v.strides[1] == memory.strides[1]);
    }
    CHECK_INT(v.dtype, DARR_INT32);
    CHECK_OK(darr_array_fill(array, DARR_INT32, &nine));
    for (int64_t c = 0; c < 30; c++)
        for (int64_t r = 0; r < 20; r++) {
            int inside = 19 - r < extents[0] && c % 2 == 0 && c / 2 < extents[1];
            CHECK_INT(own[20 * c + r], inside ? 9 : -1);
        }
    for (int more = section_begin(&v, i); more; more = section_next(&v, i))
        *(int32_t *)section_element(&v, i) = (int32_t)(10 * (v.global_lo[0] + i[0]) + v.global_lo[1] + i[1]);
    for (int64_t r = 0; r < 7; r++)
        for (int64_t c = 0; c < 8; c++) {
            int64_t index[2] = {r, c - 8};
            double got = -1;
            CHECK_OK(darr_array_get(array, index, DARR_FLOAT64, &got));
            CHECK_REAL(got, (double)(10 * r + c));
        }
    darr_array_free(array);

    /* Memory that cannot be the section: the same error everywhere, also where this rank's is fine. */
    if (check_rank == check_size - 1)
        memory.extents[0]++;
    if (extents[0] && extents[1]) {
        CHECK_CODE(darr_array_wrap(dist, &memory, &array), DARR_ERR_ARGUMENT);
        CHECK_ALIKE(darr_last_error());
    }
    memory.extents[0] = extents[0];
    memory.strides[1] = 4;
    if (check_size <= 6) {
        CHECK_FAILS(darr_array_wrap(dist, &memory, &array), DARR_ERR_ARGUMENT, "overlap");
        CHECK_ALIKE(darr_last_error());
    }
    memory.strides[1] = 2 * 20 * sizeof(int32_t);
    memory.bytes = 8;
    CHECK_FAILS(darr_array_wrap(dist, &memory, &array), DARR_ERR_ARGUMENT, "byte");
    CHECK_ALIKE(darr_last_error());
    memory.bytes = 0;
    memory.dtype = check_rank == 0 && check_size > 1 ? DARR_FLOAT32 : DARR_INT32;
    if (check_size > 1) {
        CHECK_FAILS(darr_array_wrap(dist, &memory, &array), DARR_ERR_MISMATCH, "dtype");
        CHECK_ALIKE(darr_last_error());
    }
    memory.dtype = 77;
    CHECK_CODE(darr_array_wrap(dist, &memory, &array), DARR_ERR_ARGUMENT);
    darr_dist_free(dist);
}

/* Memory orders and dtypes differ between source and target; padding stays. */
static void copied(void)
{
    darr_dist *from = plane(9, 7, 0, DARR_ORDER_C), *to = plane(9, 7, 2, DARR_ORDER_F), *other = plane(7, 9, 0, DARR_ORDER_C);
    darr_array *source = NULL, *target = NULL, *wrong = NULL;
    darr_view s = DARR_VIEW_INIT, t = DARR_VIEW_INIT;
    int64_t i[2];
    double complex_one[2] = {1, 2};
    float minus = -1;
    CHECK_NEEDED(darr_array_create(from, DARR_INT16, &source));
    CHECK_NEEDED(darr_array_create(to, DARR_FLOAT32, &target));
    CHECK_NEEDED(darr_array_create(other, DARR_INT16, &wrong));
    CHECK_OK(darr_array_fill(target, DARR_FLOAT32, &minus));
    CHECK_OK(darr_array_view(source, &s));
    CHECK_OK(darr_array_view(target, &t));
    for (int more = section_begin(&s, i); more; more = section_next(&s, i)) {
        CHECK_INT(*(int16_t *)section_element(&s, i), 0);
        *(int16_t *)section_element(&s, i) = (int16_t)(100 * (s.global_lo[0] + i[0]) + s.global_lo[1] + i[1]);
    }
    CHECK_OK(darr_array_copy(source, target));
    for (int more = section_begin(&t, i); more; more = section_next(&t, i)) {
        double want = section_owns(&t, i) ? 100.0 * (double)(t.global_lo[0] + i[0]) + (double)(t.global_lo[1] + i[1]) : -1;
        CHECK_REAL(*(float *)section_element(&t, i), want);
    }
    CHECK_FAILS(darr_array_copy(target, source), DARR_ERR_ARGUMENT, "float32");
    CHECK_FAILS(darr_array_copy(wrong, source), DARR_ERR_ARGUMENT, "redistribut");
    CHECK_FAILS(darr_array_fill(source, DARR_COMPLEX128, complex_one), DARR_ERR_ARGUMENT, "complex128");
    darr_array_free(source);
    darr_array_free(target);
    darr_array_free(wrong);
    darr_dist_free(from);
    darr_dist_free(to);
    darr_dist_free(other);
}

/* Scalars by global index, on every map. */
static void scalars(void)
{
    for (int map = DARR_WHOLE; map <= DARR_CYCLIC; map++) {
        darr_dim dim = DARR_DIM_INIT;
        darr_dist *dist = NULL;
        darr_array *array = NULL;
        int64_t last = -1, beyond = 11;
        int16_t got = 0;
        dim.extent = 11;
        dim.map = map;
        dim.block_size = 2;
        CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(MPI_COMM_WORLD), 1, &dim, NULL, &dist));
        CHECK_NEEDED(darr_array_create(dist, DARR_INT64, &array));
        for (int64_t i = 0; i < 11; i++) {
            int32_t value = (int32_t)(i * i);
            CHECK_OK(darr_array_set(array, &i, DARR_INT32, &value));
        }
        for (int64_t i = 0; i < 11; i++) {
            CHECK_OK(darr_array_get(array, &i, DARR_INT16, &got));
            CHECK_INT(got, i * i);
        }
        CHECK_OK(darr_array_get(array, &last, DARR_INT16, &got));
        CHECK_INT(got, 100);
        CHECK_CODE(darr_array_get(array, &beyond, DARR_INT16, &got), DARR_ERR_ARGUMENT);
        CHECK_CODE(darr_array_set(array, &beyond, DARR_INT16, &got), DARR_ERR_ARGUMENT);
        {
            int64_t large = 100000, zero = 0;
            CHECK_OK(darr_array_set(array, &zero, DARR_INT64, &large));
            CHECK_FAILS(darr_array_get(array, &zero, DARR_INT16, &got), DARR_ERR_ARGUMENT, "100000");
            CHECK_INT(got, 100);
        }
        darr_array_free(array);
        darr_dist_free(dist);
    }
}

/* An array without dimensions: one element on one rank, for every operation. */
static void no_dimensions(void)
{
    darr_dist *dist = NULL;
    darr_array *x = NULL, *y = NULL;
    darr_plan *plan = NULL;
    darr_protocol told;
    double three = 3, got = 0;
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(MPI_COMM_WORLD), 0, NULL, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &x));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &y));
    CHECK_OK(darr_array_set(x, NULL, DARR_FLOAT64, &three));
    CHECK_OK(darr_array_get(x, NULL, DARR_FLOAT64, &got));
    CHECK_REAL(got, 3);
    CHECK_OK(darr_array_reduce(x, DARR_SUM, DARR_FLOAT64, &got));
    CHECK_REAL(got, 3);
    CHECK_OK(darr_array_copy(x, y));
    CHECK_OK(darr_array_get(y, NULL, DARR_FLOAT64, &got));
    CHECK_REAL(got, 3);
    CHECK_OK(darr_array_fill(y, DARR_FLOAT64, &got));
    CHECK_NEEDED(darr_plan_halo(1, &x, NULL, &plan));
    CHECK_OK(darr_plan_run(plan));
    darr_plan_free(plan);
    CHECK_NEEDED(darr_plan_redistribute(1, (const darr_array *const *)&x, &y, NULL, &plan));
    CHECK_OK(darr_plan_run(plan));
    darr_plan_free(plan);
    CHECK_OK(darr_array_produce(x, &told));
    CHECK_OK(darr_protocol_check_all(MPI_Comm_c2f(MPI_COMM_WORLD), &told));
    darr_protocol_release(&told);
    darr_array_free(x);
    darr_array_free(y);
    darr_dist_free(dist);
}

/* Produced and consumed: the same memory, the same distribution; released once. */
static void descriptor(void)
{
    darr_dist *dist = plane(6, 9, 1, DARR_ORDER_F), *back_dist = NULL;
    darr_array *array = NULL, *back = NULL;
    darr_protocol told;
    darr_dist_options options = DARR_DIST_OPTIONS_INIT;
    darr_view v = DARR_VIEW_INIT, w = DARR_VIEW_INIT;
    int yes = 0;
    int64_t shape[2], larger[2];
    double one = 1.5, got = 0, eight = 8;
    int64_t at[2] = {2, 3};
    options.order = DARR_ORDER_F;
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_OK(darr_array_fill(array, DARR_FLOAT64, &one));
    CHECK_OK(darr_array_view(array, &v));
    CHECK_OK(darr_array_produce(array, &told));
    darr_array_free(array); /* The descriptor keeps the memory alive. */
    CHECK_OK(darr_protocol_check(&told));
    CHECK_OK(darr_protocol_check_all(MPI_Comm_c2f(MPI_COMM_WORLD), &told));
    CHECK_NEEDED(
        darr_array_consume(MPI_Comm_c2f(MPI_COMM_WORLD), &told, DARR_BOUNDARY_PADDING, &options, &back));
    CHECK(told.release == NULL);
    CHECK_OK(darr_array_view(back, &w));
    if (v.extents[0] && v.extents[1])
        CHECK(w.base == v.base && w.strides[0] == v.strides[0] && w.strides[1] == v.strides[1]);
    CHECK_OK(darr_array_dist(back, &back_dist));
    CHECK_OK(darr_dist_compatible(dist, back_dist, &yes));
    CHECK_INT(yes, 1);
    CHECK_OK(darr_array_set(back, at, DARR_FLOAT64, &eight));
    CHECK_OK(darr_array_get(back, at, DARR_FLOAT64, &got));
    CHECK_REAL(got, 8);
    darr_dist_free(back_dist);

    /* The protocol's letter: what lies at the outer ends is owned, and the array is so much larger. */
    CHECK_OK(darr_array_produce(back, &told));
    darr_array_free(back);
    CHECK_NEEDED(darr_array_consume(MPI_Comm_c2f(MPI_COMM_WORLD), &told, DARR_BOUNDARY_OWNED, NULL, &back));
    CHECK_OK(darr_array_dist(back, &back_dist));
    CHECK_OK(darr_dist_shape(dist, shape));
    CHECK_OK(darr_dist_shape(back_dist, larger));
    CHECK(larger[0] == shape[0] + 2 && larger[1] == shape[1] + 2);
    darr_dist_free(back_dist);
    darr_array_free(back);

    /* A descriptor that is not live stays the caller's, and so does that of the others. */
    CHECK_FAILS(darr_array_consume(MPI_Comm_c2f(MPI_COMM_WORLD), &told, DARR_BOUNDARY_OWNED, NULL, &back),
                DARR_ERR_STATE, "release");
    CHECK_ALIKE(darr_last_error());
    darr_dist_free(dist);
}

/* The dimension data alone make the same distribution. */
static void dim_data(void)
{
    darr_dist *dist = plane(6, 9, 1, DARR_ORDER_C), *same = NULL;
    darr_array *array = NULL;
    darr_protocol told;
    int yes = 0;
    CHECK_NEEDED(darr_array_create(dist, DARR_UINT8, &array));
    CHECK_OK(darr_array_produce(array, &told));
    CHECK_NEEDED(darr_dist_from_dim_data(MPI_Comm_c2f(MPI_COMM_WORLD), 2, told.in_grid ? told.dims : NULL,
                                         DARR_BOUNDARY_PADDING, NULL, &same));
    CHECK_OK(darr_dist_compatible(dist, same, &yes));
    CHECK_INT(yes, 1);
    darr_protocol_release(&told);
    CHECK_FAILS(darr_dist_from_dim_data(MPI_Comm_c2f(MPI_COMM_WORLD), 2, NULL, DARR_BOUNDARY_PADDING, NULL, &same),
                DARR_ERR_PROTOCOL, "");
    darr_array_free(array);
    darr_dist_free(dist);
    darr_dist_free(same);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    wrapped();
    copied();
    scalars();
    no_dimensions();
    descriptor();
    dim_data();
    return check_end();
}
