/* The log of a turbulence code as formulas: initial condition, vorticity, several numbers at once, fluctuations. */
/* prints: energy 0.125000 enstrophy 0.000289 highest 1.000000 flux 0.048773 fluctuation 0.500000 */
#include <distarray_mpi.h>
#include <stdio.h>
#define TRY(call) if (call) { fprintf(stderr, "%s\n", darr_last_error()); MPI_Abort(MPI_COMM_WORLD, 1); }

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    darr_dim dim = {.size = sizeof dim, .extent = 64, .map = DARR_BLOCK, .periodic = 1, .halo = {1, 1}};
    darr_dist *grid, *line;
    darr_array *phi, *n, *w, *profile;
    TRY(darr_dist_create_mpi(MPI_COMM_WORLD, 2, (darr_dim[]){dim, dim}, NULL, &grid));
    TRY(darr_array_create(grid, DARR_FLOAT64, &phi));
    TRY(darr_array_create(grid, DARR_FLOAT64, &n));
    TRY(darr_array_create(grid, DARR_FLOAT64, &w));

    const char *names[] = {"phi", "n", "w"};
    darr_operand fields[3] = {DARR_OPERAND_INIT, DARR_OPERAND_INIT, DARR_OPERAND_INIT};
    fields[0].array = phi, fields[1].array = n, fields[2].array = w;

    /* The initial condition: formulas of the global indices, and noise that is the same on any number of ranks. */
    darr_random noise = {.size = sizeof noise, .seed = 7};
    TRY(darr_random_normal(n, &noise, 0, 1e-6));
    TRY(darr_eval("cos(2*pi*i0/n0) * sin(4*pi*i1/n1)", 0, NULL, NULL, phi));
    TRY(darr_eval("n + cos(2*pi*i0/n0) * (1 + cos(4*pi*i1/n1))", 3, names, fields, n));

    /* Vorticity, a stencil: the ghosts of phi are exchanged first. */
    darr_eval_options first = {.size = sizeof first, .exchange = 1};
    TRY(darr_eval_with("phi[1,0] + phi[-1,0] + phi[0,1] + phi[0,-1] - 4*phi", 3, names, fields, &first, w));

    /* One pass over memory and one message for all of these, shifted operands too. */
    const char *wanted[] = {"mean(phi**2)/2", "mean(w**2)/2", "max(abs(phi))", "mean(n*(phi[0,1] - phi[0,-1]))/2"};
    double numbers[5];
    TRY(darr_eval_values(4, wanted, 3, names, fields, DARR_FLOAT64, numbers));

    /* The mean of n over dimension 1, repeated along it in w, and how n deviates from it. */
    TRY(darr_dist_reduce_keeping(grid, 1, (int[]){1}, &line));
    TRY(darr_array_create(line, DARR_FLOAT64, &profile));
    TRY(darr_array_reduce_dims(n, DARR_MEAN, 1, (int[]){1}, NULL, profile));
    TRY(darr_array_assign(w, profile, DARR_ORDER_C));
    TRY(darr_eval("n - w", 3, names, fields, w));
    TRY(darr_array_reduce(w, DARR_STD, DARR_FLOAT64, &numbers[4]));

    if (rank == 0)
        printf("energy %.6f enstrophy %.6f highest %.6f flux %.6f fluctuation %.6f\n", numbers[0], numbers[1],
            numbers[2], numbers[3], numbers[4]);
    darr_array_free(phi), darr_array_free(n), darr_array_free(w), darr_array_free(profile);
    darr_dist_free(grid), darr_dist_free(line);
    MPI_Finalize();
}
