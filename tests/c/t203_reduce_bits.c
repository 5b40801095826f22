/* The bits of a variance tell in which order the ranks' values met: the same at one rank count under every MPI, and on nodes
 * with a processor for every rank as on crowded ones. Rank r owns the one element 1 / (r + 12).
 * ranks: 2 3 4 5 6 7
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

#include "check.h"

static long processors = 0;

/* Takes the place of the system's function for the library too. */
long sysconf(int name)
{
    static long (*next)(int) = NULL;
    if (name == _SC_NPROCESSORS_ONLN && processors > 0)
        return processors;
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "sysconf");
    return next(name);
}

static void variance_on(MPI_Comm comm)
{
    /* By the updating formula of Chan, Golub and LeVeque along the tree at the head of src/mpi/reduction.rs. Other trees
     * (from the first rank on, from the last one, by halves) differ in the last digits. */
    static const uint64_t want[] = {0x3ee58b31509ee27b, 0x3ef8d11a0a7033f3, 0x3f0445a09fce591f,
                                    0x3f0c798dcd920ff5, 0x3f1259ac0a5a1cfd, 0x3f16603ed73f8bc7};
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist = NULL;
    darr_array *array = NULL;
    dim.extent = check_size;
    dim.map = DARR_BLOCK;
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(comm), 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, DARR_FLOAT64, &array));
    for (int64_t r = 0; r < check_size; r++) {
        double value = 1.0 / (double)(r + 12);
        CHECK_OK(darr_array_set(array, &r, DARR_FLOAT64, &value));
    }
    for (int again = 0; again < 100; again++) {
        double variance = -1;
        uint64_t bits = 0;
        CHECK_OK(darr_array_reduce(array, DARR_VAR, DARR_FLOAT64, &variance));
        memcpy(&bits, &variance, sizeof bits);
        CHECK_INT((int64_t)bits, (int64_t)want[check_size - 2]);
    }
    darr_array_free(array);
    darr_dist_free(dist);
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    for (processors = 1; processors <= 4096; processors += 4095) {
        MPI_Comm comm;
        MPI_Comm_dup(MPI_COMM_WORLD, &comm);
        variance_on(comm);
        MPI_Comm_free(&comm);
    }
    processors = 0;
    return check_end();
}
