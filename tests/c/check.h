/* Harness of the C tests.
 *
 *   int main(int argc, char **argv)
 *   {
 *       check_begin(&argc, &argv);
 *       CHECK_OK(darr_dist_create(comm, 1, &dim, NULL, &dist));
 *       CHECK_INT(extent, 10);
 *       CHECK_FAILS(darr_array_fill(NULL, DARR_INT32, &one), DARR_ERR_HANDLE, "NULL");
 *       return check_end();
 *   }
 *
 * A failed check prints rank, file, line, got and want, and the program goes on. The exit status is the same on every rank.
 * A program that takes longer than CHECK_SECONDS (default 120) says where each rank was, and ends. */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <mpi.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <distarray.h>

#ifndef CHECK_SECONDS
#define CHECK_SECONDS 120
#endif

/* After this many failures a rank counts on without printing. */
#define CHECK_MOST_PRINTED 20

static int check_rank = 0;
static int check_size = 1;
static int check_failed = 0;
static int check_made = 0;
static const char *volatile check_file = "start";
static volatile sig_atomic_t check_line = 0;

static inline void check_timeout(int number)
{
    char text[512];
    int n = snprintf(text, sizeof text, "rank %d: timeout after %d s in or after %s:%d\n", check_rank, CHECK_SECONDS,
                     check_file, (int)check_line);
    (void)number;
    if (n > 0 && write(2, text, (size_t)n) < 0)
        _exit(4);
    /* The launcher ends all ranks when the first one leaves: each gets the time to say where it was. */
    sleep(1);
    _exit(3);
}

static inline void check_watch(void)
{
    signal(SIGALRM, check_timeout);
    alarm(CHECK_SECONDS);
}

/* MPI is initialised already. */
static inline void check_attach(void)
{
    MPI_Comm_rank(MPI_COMM_WORLD, &check_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &check_size);
    check_watch();
}

static inline void check_begin(int *argc, char ***argv)
{
    MPI_Init(argc, argv);
    check_attach();
}

static inline void check_at(const char *file, int line)
{
    check_file = file;
    check_line = line;
}

/* Counts one check; true if its failure is to be printed. */
static inline int check_note(int good)
{
    check_made++;
    if (good)
        return 0;
    return ++check_failed <= CHECK_MOST_PRINTED;
}

static inline int check_int(const char *file, int line, const char *what, int64_t got, int64_t want)
{
    if (check_note(got == want))
        fprintf(stderr, "rank %d: %s:%d: %s: got %lld, want %lld\n", check_rank, file, line, what, (long long)got,
                (long long)want);
    return got == want;
}

/* NaN equals NaN; tolerance 0 asks for equality. */
static inline int check_double(const char *file, int line, const char *what, double got, double want, double tolerance)
{
    int good = got == want || (isnan(got) && isnan(want)) || fabs(got - want) <= tolerance;
    if (check_note(good))
        fprintf(stderr, "rank %d: %s:%d: %s: got %.17g, want %.17g (difference %.3g, allowed %.3g)\n", check_rank, file,
                line, what, got, want, got - want, tolerance);
    return good;
}

static inline int check_text(const char *file, int line, const char *what, const char *got, const char *part)
{
    int good = got && strstr(got, part);
    if (check_note(good))
        fprintf(stderr, "rank %d: %s:%d: %s: got \"%s\", want a text with \"%s\"\n", check_rank, file, line, what,
                got ? got : "(null)", part);
    return good;
}

static inline int check_true(const char *file, int line, const char *what, int good)
{
    if (check_note(good))
        fprintf(stderr, "rank %d: %s:%d: not true: %s\n", check_rank, file, line, what);
    return good;
}

static inline int check_code(const char *file, int line, const char *what, int got, int want)
{
    if (check_note(got == want))
        fprintf(stderr, "rank %d: %s:%d: %s: got code %d (%s), want %d (%s); last error: %s\n", check_rank, file, line,
                what, got, darr_strerror(got), want, darr_strerror(want), darr_last_error());
    return got == want;
}

static inline int check_fails(const char *file, int line, const char *what, int got, int want, const char *part)
{
    return check_code(file, line, what, got, want) && check_text(file, line, what, darr_last_error(), part);
}

/* The condition holds. */
#define CHECK(condition) (check_at(__FILE__, __LINE__), check_true(__FILE__, __LINE__, #condition, (condition) != 0))
/* Integers are equal. */
#define CHECK_INT(got, want) (check_at(__FILE__, __LINE__), check_int(__FILE__, __LINE__, #got, (got), (want)))
/* Real numbers are equal, or nearly so. */
#define CHECK_REAL(got, want) (check_at(__FILE__, __LINE__), check_double(__FILE__, __LINE__, #got, (got), (want), 0.0))
#define CHECK_NEAR(got, want, tolerance) \
    (check_at(__FILE__, __LINE__), check_double(__FILE__, __LINE__, #got, (got), (want), (tolerance)))
/* A text contains a part. */
#define CHECK_TEXT(got, part) (check_at(__FILE__, __LINE__), check_text(__FILE__, __LINE__, #got, (got), (part)))
/* A call of the library succeeds. */
#define CHECK_OK(call) (check_at(__FILE__, __LINE__), check_code(__FILE__, __LINE__, #call, (call), DARR_OK))
/* A call gives a code, and its text contains a part. */
#define CHECK_CODE(call, code) (check_at(__FILE__, __LINE__), check_code(__FILE__, __LINE__, #call, (call), (code)))
#define CHECK_FAILS(call, code, part) \
    (check_at(__FILE__, __LINE__), check_fails(__FILE__, __LINE__, #call, (call), (code), (part)))
/* As CHECK_OK; where it fails on this rank nothing after it makes sense, so all ranks end. */
#define CHECK_NEEDED(call)                     \
    do {                                       \
        if (!CHECK_OK(call))                   \
            MPI_Abort(MPI_COMM_WORLD, 1);      \
    } while (0)

/* The same bytes on every rank: a text of at most 255 bytes, compared with that of rank 0. */
static inline int check_alike(const char *file, int line, const char *what, const char *text)
{
    char first[256] = "", own[256] = "";
    snprintf(own, sizeof own, "%s", text);
    memcpy(first, own, sizeof first);
    MPI_Bcast(first, (int)sizeof first, MPI_CHAR, 0, MPI_COMM_WORLD);
    if (check_note(strcmp(first, own) == 0))
        fprintf(stderr, "rank %d: %s:%d: %s: got \"%s\", rank 0 has \"%s\"\n", check_rank, file, line, what, own, first);
    return strcmp(first, own) == 0;
}
/* Collective over MPI_COMM_WORLD. */
#define CHECK_ALIKE(text) (check_at(__FILE__, __LINE__), check_alike(__FILE__, __LINE__, #text, (text)))

/* 1 if a check failed on any rank; a program without any check has failed too. MPI is still running. */
static inline int check_status(void)
{
    int mine[2] = {check_failed, check_made == 0}, all[2] = {0, 0};
    MPI_Allreduce(mine, all, 2, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (check_rank == 0 && all[0])
        fprintf(stderr, "%d checks failed on %d ranks\n", all[0], check_size);
    return all[0] || all[1];
}

/* Finalises MPI. What main returns. */
static inline int check_end(void)
{
    int status = check_status();
    MPI_Finalize();
    /* Failures that were found after the ranks compared notes count on their own rank. */
    return status;
}

#endif
