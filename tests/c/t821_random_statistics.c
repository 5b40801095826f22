// ranks: 1 3
// valgrind: no
/* Statistics of random numbers of fixed seeds: moments, the largest distance from the distribution (Kolmogorov and Smirnov),
 * counts in classes (chi-square), correlations of neighbours, of streams and of seeds. The numbers are the same in every run; the
 * margins are those that one good sequence in many thousands would leave. */
#include "check.h"

#define N (1 << 18)

static double x[N], y[N];

/* The numbers of a law, in a distributed array that every rank fetches. */
static void fetch(int dtype, int64_t seed, int64_t stream, int law, double p, double q, double *out)
{
    darr_dim dim = DARR_DIM_INIT;
    darr_dist *dist = NULL;
    darr_array *array = NULL;
    darr_random random = DARR_RANDOM_INIT;
    dim.extent = N;
    random.seed = seed;
    random.stream = stream;
    CHECK_NEEDED(darr_dist_create(MPI_Comm_c2f(MPI_COMM_WORLD), 1, &dim, NULL, &dist));
    CHECK_NEEDED(darr_array_create(dist, dtype, &array));
    switch (law) {
    case 'u': CHECK_OK(darr_random_uniform(array, &random, p, q)); break;
    case 'n': CHECK_OK(darr_random_normal(array, &random, p, q)); break;
    case 'e': CHECK_OK(darr_random_exponential(array, &random, p)); break;
    case 'b': CHECK_OK(darr_random_beta(array, &random, p, q)); break;
    case 'p': CHECK_OK(darr_random_permutation(array, &random, 0)); break;
    default: CHECK_OK(darr_random_integers(array, &random, (int64_t)p, (int64_t)q));
    }
    if (law == 'p' || law == 'i') {
        static int64_t integers[N];
        CHECK_NEEDED(darr_array_fetch(array, 0, NULL, DARR_INT64, NULL, integers));
        for (int i = 0; i < N; i++)
            out[i] = (double)integers[i];
    } else
        CHECK_NEEDED(darr_array_fetch(array, 0, NULL, DARR_FLOAT64, NULL, out));
    darr_array_free(array);
    darr_dist_free(dist);
}

static double uniform(double t, double low, double high) { return (t - low) / (high - low); }
static double normal(double t, double mean, double deviation) { return 0.5 * erfc((mean - t) / deviation / sqrt(2)); }
static double exponential(double t, double scale, double unused) { return unused * 0 - expm1(-t / scale); }

/* The regularized incomplete beta function, by its continued fraction (Lentz's method). */
static double beta(double t, double a, double b)
{
    double tiny = 1e-300, c = 1, d, h;
    if (t <= 0 || t >= 1)
        return t <= 0 ? 0 : 1;
    if (t > (a + 1) / (a + b + 2))
        return 1 - beta(1 - t, b, a);
    d = 1 - (a + b) * t / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    h = d;
    for (int m = 1; m < 300; m++) {
        double even = m * (b - m) * t / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * t / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        h *= d * c;
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        h *= d * c;
        if (fabs(d * c - 1) < 1e-14)
            break;
    }
    return h * exp(a * log(t) + b * log1p(-t) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double mean_of(const double *a)
{
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += a[i];
    return sum / N;
}

/* Of a[i] with b[i + shift]; of independent numbers it is normal with deviation 1 / sqrt(N). */
static double correlation(const double *a, const double *b, int shift)
{
    double ma = mean_of(a), mb = mean_of(b), ab = 0, aa = 0, bb = 0;
    for (int i = 0; i + shift < N; i++) {
        ab += (a[i] - ma) * (b[i + shift] - mb);
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i + shift] - mb) * (b[i + shift] - mb);
    }
    return ab / sqrt(aa * bb);
}

static void independent(const double *a, const double *b, int shift)
{
    CHECK_NEAR(correlation(a, b, shift), 0, 5 / sqrt(N));
}

static void law(int dtype, int kind, double p, double q, double (*distribution)(double, double, double), double mean,
                double deviation)
{
    double sum = 0, distance = 0, m;
    fetch(dtype, 20261124, 3, kind, p, q, x);
    m = mean_of(x);
    for (int i = 0; i < N; i++)
        sum += (x[i] - m) * (x[i] - m);
    CHECK_NEAR(m, mean, 5 * deviation / sqrt(N));
    CHECK_NEAR(sqrt(sum / N), deviation, 0.01 * deviation);
    for (int shift = 1; shift <= 8; shift++)
        independent(x, x, shift);
    fetch(dtype, 20261124, 4, kind, p, q, y);
    independent(x, y, 0);
    independent(x, y, 1);
    fetch(dtype, 20261125, 3, kind, p, q, y);
    independent(x, y, 0);
    qsort(x, N, sizeof *x, ascending);
    for (int i = 0; i < N; i++) {
        double f = distribution(x[i], p, q);
        distance = fmax(distance, fmax(fabs(f - (double)i / N), fabs((i + 1.0) / N - f)));
    }
    /* Exceeded by one sequence in 5000 or so; far less than a bit that is stuck would make. */
    CHECK(distance < 2.2 / sqrt(N) && distance > 0.2 / sqrt(N));
}

/* Counts of the values of a die, and of pairs of neighbours. */
static void die(int faces)
{
    double expected = (double)N / faces, pairs = N / 2.0 / faces / faces, single = 0, pair = 0;
    int *counts = calloc((size_t)(faces + faces * faces), sizeof *counts);
    fetch(DARR_INT16, -1, -1, 'i', 0, faces, x);
    for (int i = 0; i < N; i++) {
        counts[(int)x[i]]++;
        if (i % 2)
            counts[faces + (int)x[i - 1] * faces + (int)x[i]]++;
    }
    for (int f = 0; f < faces; f++)
        single += (counts[f] - expected) * (counts[f] - expected) / expected;
    for (int f = faces; f < faces + faces * faces; f++)
        pair += (counts[f] - pairs) * (counts[f] - pairs) / pairs;
    /* Chi-square of k degrees of freedom has the mean k and the deviation sqrt(2 k). */
    CHECK_NEAR(single, faces - 1, 5 * sqrt(2.0 * (faces - 1)) + 3);
    CHECK_NEAR(pair, faces * faces - 1, 5 * sqrt(2.0 * (faces * faces - 1)));
    free(counts);
}

static void permutation(void)
{
    int fixed = 0, rising = 0;
    fetch(DARR_INT32, 5, 0, 'p', 0, 0, x);
    for (int i = 0; i < N; i++) {
        y[i] = i;
        fixed += x[i] == i;
        rising += i > 0 && x[i] > x[i - 1];
    }
    independent(x, y, 0);
    independent(x, x, 1);
    independent(x, x, 2);
    /* One on average; every second step rises, with a deviation of sqrt(N / 12). */
    CHECK(fixed < 8);
    CHECK_NEAR(rising, N / 2, 5 * sqrt(N / 12));
}

int main(int argc, char **argv)
{
    check_begin(&argc, &argv);
    for (int dtype = DARR_FLOAT32; dtype <= DARR_FLOAT64; dtype++) {
        law(dtype, 'u', 0, 1, uniform, 0.5, sqrt(1 / 12.0));
        law(dtype, 'u', -3, 8, uniform, 2.5, 11 * sqrt(1 / 12.0));
        law(dtype, 'n', 0, 1, normal, 0, 1);
        law(dtype, 'n', -7, 0.5, normal, -7, 0.5);
        law(dtype, 'e', 2, 0, exponential, 2, 2);
    }
    law(DARR_FLOAT64, 'b', 2, 3, beta, 0.4, 0.2);
    law(DARR_FLOAT64, 'b', 0.5, 0.25, beta, 2 / 3.0, sqrt(0.125 / (0.5625 * 1.75)));
    law(DARR_FLOAT64, 'b', 1, 1, beta, 0.5, sqrt(1 / 12.0));
    law(DARR_FLOAT32, 'b', 0.3, 40, beta, 0.3 / 40.3, sqrt(12 / (40.3 * 40.3 * 41.3)));
    for (int faces = 2; faces <= 128; faces = faces * 2 + faces % 3)
        die(faces);
    permutation();
    return check_end();
}
