/* Physical edges by value: every kind, side and plane, on cells and faces, corners by the order of the dimensions, over random
 * distributions with blocks thinner than their padding. Compared with what one process would make of the whole array. */
/* seconds: 300 */
#include "random.h"

#define CASES 120
#define FIELDS 2
#define MOST_EDGES (6 * FIELDS)
#define UNTOUCHED (-77)

static int ndim, dtype;
static darr_dim dims[3];
static int64_t cuts[3][7];
static struct {
    darr_dist *dist;
    darr_array *array;
    int64_t shape[3];
    int at_faces[3];
} fields[FIELDS];
static int n_fields;
static darr_halo_options options;
static darr_edge edges[MOST_EDGES];
static int32_t values[MOST_EDGES];
static int64_t below[3], above[3];
static int offsets[3 * 27];
static int calls;
/* Of a complex number the imaginary part: its negative, and 0 where a value is given. */
static int imaginary;

static int64_t number(int f, const int64_t *index)
{
    int64_t value = f + 1;
    for (int d = 0; d < ndim; d++)
        value = value * 13 + index[d];
    return imaginary ? -value : value;
}

static int64_t called(int f, const int64_t *index)
{
    return imaginary ? 0 : 5 - number(f, index);
}

static const darr_edge *edge_at(int f, int d, int side)
{
    for (int i = 0; i < options.n_edges; i++)
        if ((edges[i].array == -1 || edges[i].array == f) && edges[i].dim == d && edges[i].side == side)
            return &edges[i];
    return NULL;
}

/* 0 inside of the domain, else the number of the layer. */
static int64_t layer(int f, const int64_t *index, int d, int *side)
{
    *side = index[d] < 0 ? DARR_SIDE_BELOW : DARR_SIDE_ABOVE;
    return index[d] < 0 ? -index[d] : index[d] >= fields[f].shape[d] ? index[d] - fields[f].shape[d] + 1 : 0;
}

/* The array as one process has it: the last dimension with an edge that an index is beyond was filled last. */
static int64_t whole(int f, const int64_t *index)
{
    const darr_edge *edge = NULL;
    int64_t k = 0, v, at[3], inwards, a[3];
    int d, side, on_element;
    for (d = ndim; d-- > 0;)
        if ((k = layer(f, index, d, &side)) > 0 && (edge = edge_at(f, d, side)))
            break;
    if (!edge)
        return number(f, index);
    memcpy(at, index, sizeof at);
    inwards = side == DARR_SIDE_BELOW ? 1 : -1;
    on_element = edge->about == DARR_ABOUT_EDGE ? fields[f].at_faces[d] : edge->about == DARR_ABOUT_CELL;
    for (int i = 0; i < 3; i++) {
        int64_t steps = i < 2 ? i : k - !on_element;
        at[d] = (side == DARR_SIDE_BELOW ? 0 : fields[f].shape[d] - 1) + steps * inwards;
        /* What does not exist is not asked for. */
        a[i] = at[d] < 0 || at[d] >= fields[f].shape[d] || edge->kind == DARR_EDGE_CONSTANT ||
                       edge->kind == DARR_EDGE_CALLBACK
                   ? 0
                   : whole(f, at);
    }
    v = imaginary || !edge->value ? 0 : values[edge - edges];
    switch (edge->kind) {
    case DARR_EDGE_CONSTANT: return v;
    case DARR_EDGE_ZERO_GRADIENT: return a[0];
    case DARR_EDGE_LINEAR: return a[0] + k * (a[0] - a[1]);
    case DARR_EDGE_MIRROR: return a[2];
    case DARR_EDGE_ANTISYMMETRIC: return 2 * v - a[2];
    default: return called(f, index);
    }
}

static void put(void *at, int64_t value, int64_t other)
{
    switch (dtype) {
    case DARR_INT8: *(int8_t *)at = (int8_t)value; break;
    case DARR_INT32: *(int32_t *)at = (int32_t)value; break;
    case DARR_FLOAT64: *(double *)at = (double)value; break;
    default: ((double *)at)[0] = (double)value, ((double *)at)[1] = (double)other;
    }
}

static int check_element(const void *at, int64_t value, int64_t other)
{
    switch (dtype) {
    case DARR_INT8: return CHECK_INT(*(const int8_t *)at, (int8_t)value);
    case DARR_INT32: return CHECK_INT(*(const int32_t *)at, (int32_t)value);
    case DARR_FLOAT64: return CHECK_REAL(*(const double *)at, (double)value);
    default:
        return CHECK_REAL(((const double *)at)[0], (double)value) & CHECK_REAL(((const double *)at)[1], (double)other);
    }
}

enum { OWNED, GHOST, LAYER, UNDEFINED };

/* What an element is in one dimension once the exchange has arrived; boundary padding that is carried counts as owned on the
 * outermost ranks. */
static int what(const random_place *place, int f, int d)
{
    const darr_view *v = place->view;
    int64_t lower = v->owned_lo[d] - place->local[d], upper = place->local[d] + 1 - v->owned_hi[d];
    int side = lower > 0 ? DARR_SIDE_BELOW : DARR_SIDE_ABOVE, listed = !options.offsets;
    int64_t distance = lower > 0 ? lower : upper, start = v->global_lo[d] + v->owned_lo[d], inner, beyond;
    const int64_t *asked = lower > 0 ? options.below : options.above;
    if (distance <= 0)
        return OWNED;
    for (int i = 0; i < options.n_offsets && !listed; i++) {
        listed = 1;
        for (int e = 0; e < ndim; e++)
            listed &= offsets[i * ndim + e] == (e != d ? 0 : lower > 0 ? -1 : 1);
    }
    if (!listed || (asked && distance > asked[d]))
        return UNDEFINED;
    inner = lower > 0 ? start : fields[f].shape[d] - start - (v->owned_hi[d] - v->owned_lo[d]);
    beyond = distance - inner;
    if (dims[d].periodic || beyond <= 0)
        return GHOST;
    if (edge_at(f, d, side))
        return LAYER;
    if (!options.carry_boundary || beyond > dims[d].boundary[side])
        return UNDEFINED;
    return inner == 0 ? OWNED : GHOST;
}

static int is_filled(const random_place *place, int f)
{
    int count[4] = {0};
    for (int d = 0; d < ndim; d++)
        count[what(place, f, d)]++;
    return !count[UNDEFINED] && count[LAYER] > 0 &&
           !((options.star || options.offsets) && count[LAYER] + count[GHOST] > 1);
}

/* Boundary padding of an outermost rank, beside owned elements or such padding. */
static int is_boundary(const random_place *place, int f)
{
    const darr_view *v = place->view;
    int any = 0;
    for (int d = 0; d < ndim; d++) {
        int64_t start = v->global_lo[d] + v->owned_lo[d], end = v->global_lo[d] + v->owned_hi[d];
        int lower = place->local[d] < v->owned_lo[d], upper = place->local[d] >= v->owned_hi[d];
        if ((lower && (start > 0 || dims[d].periodic)) ||
            (upper && (end < fields[f].shape[d] || dims[d].periodic)))
            return 0;
        any |= lower || upper;
    }
    return any;
}

static void both(int f, const int64_t *index, int64_t (*of)(int, const int64_t *), int64_t pair[2])
{
    for (imaginary = 0; imaginary < 2; imaginary++)
        pair[imaginary] = of(f, index);
    imaginary = 0;
}

static void fill(const random_place *place, void *context)
{
    int f = *(const int *)context;
    int64_t pair[2] = {UNTOUCHED, UNTOUCHED};
    if (place->owned || (options.carry_boundary && is_boundary(place, f)))
        both(f, place->index, number, pair);
    put(place->at, pair[0], pair[1]);
}

static void compare(const random_place *place, void *context)
{
    int f = *(const int *)context, side, outside = 0, good = 1;
    int64_t pair[2] = {UNTOUCHED, UNTOUCHED};
    for (int d = 0; d < ndim; d++)
        outside |= layer(f, place->index, d, &side) > 0;
    if (place->owned || is_filled(place, f)) {
        both(f, place->index, whole, pair);
        good = check_element(place->at, pair[0], pair[1]);
    } else if (outside && !options.carry_boundary) {
        good = check_element(place->at, UNTOUCHED, UNTOUCHED);
    }
    if (!good && check_failed < CHECK_MOST_PRINTED)
        fprintf(stderr, "rank %d: field %d at %d %d %d\n", check_rank, f, (int)place->index[0], (int)place->index[1],
                (int)place->index[2]);
}

static int call(void *user, const darr_edge_region *region)
{
    int64_t i[RANDOM_NDIM] = {0}, local[RANDOM_NDIM], index[RANDOM_NDIM] = {0}, pair[2];
    int d;
    CHECK(user == &calls);
    CHECK_INT(region->ndim, ndim);
    CHECK_INT(region->dtype, dtype);
    calls++;
    do {
        char *at = region->base;
        for (d = 0; d < ndim; d++) {
            at += i[d] * region->strides[d];
            local[d] = region->lo[d] + i[d];
        }
        CHECK_OK(darr_dist_to_global(fields[region->array].dist, -1, local, index));
        CHECK(index[region->dim] == region->global_lo[region->dim] + i[region->dim]);
        CHECK(region->side == DARR_SIDE_BELOW ? index[region->dim] < 0
                                              : index[region->dim] >= fields[region->array].shape[region->dim]);
        both(region->array, index, called, pair);
        put(at, pair[0], pair[1]);
        for (d = ndim; d-- > 0;) {
            if (++i[d] < region->extents[d])
                break;
            i[d] = 0;
        }
    } while (d >= 0);
    return 0;
}

/* Blocks with any cuts, whole and cyclic dimensions; the second field lies at faces in some. */
static void distribute(int comm)
{
    int room = check_size, stagger[3];
    darr_dist_options shape = DARR_DIST_OPTIONS_INIT;
    shape.order = (int)random_below(2);
    for (int d = 0; d < ndim; d++) {
        darr_dim dim = DARR_DIM_INIT;
        int is_cyclic = random_below(8) == 0;
        dim.map = is_cyclic ? DARR_CYCLIC : random_below(3) ? DARR_BLOCK : DARR_WHOLE;
        dim.extent = random_below(10) ? 2 + random_below(9) : random_below(3);
        dim.procs = dim.map == DARR_WHOLE ? 1 : 1 + (int)random_below(room);
        dim.block_size = 1;
        room /= dim.procs;
        dim.periodic = random_below(5) == 0;
        for (int side = 0; side < 2 && !is_cyclic; side++) {
            dim.halo[side] = random_below(4);
            dim.boundary[side] = dim.periodic ? 0 : random_below(4);
        }
        cuts[d][0] = 0;
        for (int c = 1; c <= dim.procs; c++)
            cuts[d][c] = c == dim.procs ? dim.extent : cuts[d][c - 1] + random_below(dim.extent - cuts[d][c - 1] + 1);
        if (dim.map == DARR_BLOCK && random_below(3) == 0)
            dim.cuts = cuts[d];
        dims[d] = dim;
        stagger[d] = is_cyclic ? DARR_STAGGER_CELL : (int)random_below(3);
    }
    CHECK_NEEDED(darr_dist_create(comm, ndim, dims, &shape, &fields[0].dist));
    CHECK_NEEDED(darr_dist_staggered(fields[0].dist, stagger, &fields[1].dist));
    for (int f = 0; f < FIELDS; f++) {
        CHECK_OK(darr_dist_shape(fields[f].dist, fields[f].shape));
        for (int d = 0; d < ndim; d++)
            fields[f].at_faces[d] = f == 1 && stagger[d] != DARR_STAGGER_CELL;
    }
}

static void draw_edge(int array, int d, int side)
{
    darr_edge edge = DARR_EDGE_INIT;
    int i = options.n_edges++;
    values[i] = (int32_t)random_below(41) - 20;
    edge.array = array;
    edge.dim = d;
    edge.side = side;
    edge.kind = (int)random_below(6);
    edge.about = (int)random_below(3);
    edge.dtype = DARR_INT32;
    edge.value = random_below(5) ? &values[i] : NULL;
    edge.callback = call;
    edge.user = &calls;
    edges[i] = edge;
}

static void draw_options(void)
{
    options = (darr_halo_options)DARR_HALO_OPTIONS_INIT;
    options.star = random_below(4) == 0;
    options.carry_boundary = random_below(4) == 0;
    if (ndim > 0 && random_below(6) == 0) {
        options.n_offsets = (int)random_below(28);
        for (int i = 0; i < options.n_offsets * ndim; i++)
            offsets[i] = (int)random_below(3) - 1;
        options.offsets = offsets;
    }
    for (int d = 0; d < ndim; d++) {
        const darr_dim *dim = &dims[d];
        below[d] = random_below((dim->halo[0] > dim->boundary[0] ? dim->halo[0] : dim->boundary[0]) + 1);
        above[d] = random_below((dim->halo[1] > dim->boundary[1] ? dim->halo[1] : dim->boundary[1]) + 1);
        for (int side = 0; side < 2 && !dim->periodic; side++) {
            int of = (int)random_below(4);
            if (of < 2)
                draw_edge(n_fields == 1 ? 0 : -1, d, side);
            else
                for (int f = 0; f < n_fields; f++)
                    if (random_below(3))
                        draw_edge(f, d, side);
        }
    }
    if (random_below(3) == 0) {
        options.below = below;
        options.above = above;
    }
    options.edges = edges;
}

/* 1 if the ranks hold what their layers are filled from. */
static int one_case(int comm)
{
    static const int dtypes[] = {DARR_INT8, DARR_INT32, DARR_FLOAT64, DARR_COMPLEX128};
    darr_plan *plan = NULL;
    darr_array *arrays[FIELDS];
    void *memory[FIELDS];
    int code;

    ndim = (int)random_below(4);
    dtype = dtypes[random_below(4)];
    n_fields = 1 + (int)random_below(FIELDS);
    distribute(comm);
    draw_options();
    for (int f = 0; f < n_fields; f++)
        arrays[f] = fields[f].array = random_array(fields[f].dist, dtype, &memory[f]);
    code = darr_plan_halo(n_fields, arrays, &options, &plan);
    if (code != DARR_OK) {
        CHECK_FAILS(code, DARR_ERR_ARGUMENT, "is filled from");
        CHECK_ALIKE(darr_last_error());
    }
    for (int run = 0; run < 2 && code == DARR_OK; run++) {
        for (int f = 0; f < n_fields; f++)
            random_visit(fields[f].dist, arrays[f], fill, &f);
        if (run == 0) {
            CHECK_OK(darr_plan_run(plan));
        } else {
            int done = 0;
            CHECK_OK(darr_plan_begin(plan));
            while (!done && CHECK_OK(darr_plan_test(plan, &done)))
                ;
            CHECK_OK(darr_plan_end(plan));
        }
        for (int f = 0; f < n_fields; f++)
            random_visit(fields[f].dist, arrays[f], compare, &f);
    }
    darr_plan_free(plan);
    for (int f = 0; f < n_fields; f++) {
        darr_array_free(arrays[f]);
        free(memory[f]);
    }
    for (int f = 0; f < FIELDS; f++)
        darr_dist_free(fields[f].dist);
    return code == DARR_OK;
}

/* The padding of a view is what it keeps of that of its array: none where it ends inside, and turned where it descends. */
static void views(int comm)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_index down = {sizeof down, DARR_INDEX_SLICE, DARR_NONE, 3, -1};
    darr_dist *dist = NULL;
    darr_array *array = NULL, *view = NULL;
    darr_plan *plan = NULL;
    darr_view v = DARR_VIEW_INIT;
    double untouched = UNTOUCHED;
    dim.extent = 12;
    dim.map = DARR_BLOCK;
    dim.boundary[0] = dim.boundary[1] = 1;
    CHECK_NEEDED(darr_dist_create(comm, 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    CHECK_NEEDED(darr_array_slice(array, 1, &down, &view));
    CHECK_OK(darr_array_fill(array, DARR_FLOAT64, &untouched));
    options = (darr_halo_options)DARR_HALO_OPTIONS_INIT;
    options.n_edges = 2;
    options.edges = edges;
    edges[0] = edges[1] = (darr_edge)DARR_EDGE_INIT;
    edges[1].side = DARR_SIDE_ABOVE;
    CHECK_NEEDED(darr_plan_halo(1, &view, &options, &plan));
    CHECK_OK(darr_plan_run(plan));
    CHECK_OK(darr_array_view(array, &v));
    for (int64_t i = 0; i < v.extents[0]; i++)
        CHECK_REAL(*(double *)((char *)v.base + i * v.strides[0]), v.global_lo[0] + i == 12 ? 0 : UNTOUCHED);
    darr_plan_free(plan);
    darr_array_free(view);
    darr_array_free(array);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    int comm, good = 0, total = 0;
    check_begin(&argc, &argv);
    comm = (int)MPI_Comm_c2f(MPI_COMM_WORLD);
    for (int way = 0; way < 2; way++) {
        /* All ranks on one node, each on one of its own. */
        CHECK_NEEDED(darr_comm_divide_node(comm, way == 0 ? 0 : check_rank));
        good += random_cases(comm, way, CASES, one_case);
    }
    CHECK(good > random_run / 2);
    views(comm);
    MPI_Allreduce(&calls, &total, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    CHECK(total > 0);
    return check_end();
}
