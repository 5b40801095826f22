// What the C++ tests share: MPI for the length of main, checks by value, and a time limit that says where
// each rank was.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <unistd.h>

#include <distarray_mpi.hpp>

namespace check {

inline int rank = 0, size = 1;
inline volatile const char *place = "start";

inline void out_of_time(int) {
    char line[256];
    const int length = std::snprintf(line, sizeof line, "rank %d: out of time after %s\n", rank,
                                     const_cast<const char *>(place));
    if (write(STDERR_FILENO, line, static_cast<std::size_t>(length)) < 0) {
        _exit(3);
    }
    // The launcher ends all ranks when the first one leaves: each gets the time to say where it was.
    sleep(1);
    _exit(2);
}

[[noreturn]] inline void fail(const char *where, const std::string &what) {
    std::cerr << "rank " << rank << " of " << size << ": " << where << ": " << what << std::endl;
    MPI_Abort(MPI_COMM_WORLD, 1);
    std::abort();
}

template <class Got, class Want>
void equal(const Got &got, const Want &want, const char *expression, const char *where) {
    place = where;
    if (!(got == want)) {
        std::ostringstream text;
        text.precision(17);
        text << expression << " is " << got << ", want " << want;
        fail(where, text.str());
    }
}

template <class Call> void throws(const Call &call, int code, const char *word, const char *where) {
    place = where;
    try {
        call();
    } catch (const darr::error &caught) {
        if (caught.code() != code || std::string(caught.what()).find(word) == std::string::npos) {
            fail(where, "code " + std::to_string(caught.code()) + " with '" + caught.what() +
                            "', want code " + std::to_string(code) + " with '" + word + "'");
        }
        return;
    }
    fail(where, "nothing was thrown");
}

// Runs a test between MPI_Init and MPI_Finalize.
template <class Test> int run(int argc, char **argv, const Test &test) {
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    std::signal(SIGALRM, out_of_time);
    alarm(50);
    try {
        test();
    } catch (const std::exception &caught) {
        fail(const_cast<const char *>(place), std::string("afterwards thrown: ") + caught.what());
    }
    MPI_Finalize();
    return 0;
}

} // namespace check

// The last rank makes a mistake that only the C++ face sees: every rank throws, with its text.
#define CHECK_THROWS_EVERYWHERE(wrong, right, word)                                                          \
    (check::rank == check::size - 1 ? check::throws([&] { wrong; }, DARR_ERR_ARGUMENT, (word), CHECK_WHERE)  \
                                    : check::throws([&] { right; }, DARR_ERR_ARGUMENT, (word), CHECK_WHERE))

#define CHECK_TEXT(x) #x
#define CHECK_LINE(x) CHECK_TEXT(x)
#define CHECK_WHERE __FILE__ ":" CHECK_LINE(__LINE__)
#define CHECK_EQUAL(got, want) check::equal((got), (want), #got, CHECK_WHERE)
#define CHECK_THROWS(call, code, word) check::throws([&] { call; }, (code), (word), CHECK_WHERE)

#endif
