/* What bench/in_process.py calls: arrays on memory that is there, and calls repeated in C, so that Python's own cost does not count. */
#include <mpi.h>
#include <time.h>

#include <distarray.h>

enum { MOST = 16 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int start(void) { return MPI_Init(NULL, NULL); }

int finish(void) { return MPI_Finalize(); }

/* An array on one rank; `halo` outermost layers of the memory are padding. NULL: it failed. */
darr_array *wrap(void *base, int dtype, int ndim, const int64_t *extents, const int64_t *strides, int halo) {
    darr_dim dims[DARR_MAX_NDIM];
    darr_memory memory = DARR_MEMORY_INIT;
    memory.base = base;
    memory.dtype = dtype;
    memory.ndim = ndim;
    for (int d = 0; d < ndim; d++) {
        dims[d] = (darr_dim)DARR_DIM_INIT;
        dims[d].extent = extents[d] - 2 * halo;
        dims[d].boundary[0] = dims[d].boundary[1] = halo;
        memory.extents[d] = extents[d];
        memory.strides[d] = strides[d];
    }
    darr_dist *dist = NULL;
    darr_array *array = NULL;
    if (darr_dist_create(MPI_Comm_c2f(MPI_COMM_SELF), ndim, dims, NULL, &dist) == DARR_OK)
        darr_array_wrap(dist, &memory, &array);
    darr_dist_free(dist);
    return array;
}

/* Seconds for `times` evaluations; negative: it failed. An operand without array is a number. */
double evaluations(int times, const char *formula, int n, const char *const *names, darr_array *const *arrays, const double *numbers,
                   darr_array *out) {
    darr_operand operands[MOST];
    for (int i = 0; i < n && i < MOST; i++) {
        operands[i] = (darr_operand)DARR_OPERAND_INIT;
        operands[i].array = arrays[i];
        operands[i].data = &numbers[i];
        operands[i].dtype = DARR_FLOAT64;
        operands[i].weak = 1;
    }
    double begin = now();
    for (int i = 0; i < times; i++)
        if (darr_eval(formula, n, names, operands, out) != DARR_OK)
            return -1;
    return now() - begin;
}

/* Seconds for calls of a Fortran loop of two to four arrays; negative: of another number. */
double loops(int times, void (*loop)(void), long n, int count, void *const *at) {
    double begin = now();
    for (int i = 0; i < times; i++)
        switch (count) {
        case 2: ((void (*)(long, void *, void *))loop)(n, at[0], at[1]); break;
        case 3: ((void (*)(long, void *, void *, void *))loop)(n, at[0], at[1], at[2]); break;
        case 4: ((void (*)(long, void *, void *, void *, void *))loop)(n, at[0], at[1], at[2], at[3]); break;
        default: return -1;
        }
    return now() - begin;
}

/* Seconds for `times` fillings with random numbers; negative: it failed. */
double randoms(int times, int law, darr_array *out) {
    darr_random random = DARR_RANDOM_INIT;
    double begin = now();
    for (int i = 0; i < times; i++) {
        random.stream = i;
        int code = law == 0   ? darr_random_uniform(out, &random, 0, 1)
                   : law == 1 ? darr_random_normal(out, &random, 0, 1)
                   : law == 2 ? darr_random_exponential(out, &random, 1)
                   : law == 3 ? darr_random_integers(out, &random, 0, 1000)
                   : law == 4 ? darr_random_beta(out, &random, 2, 0.5)
                              : darr_random_permutation(out, &random, 0);
        if (code != DARR_OK)
            return -1;
    }
    return now() - begin;
}
