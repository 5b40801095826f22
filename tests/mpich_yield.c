/* Preloaded into the tests under MPICH: gives the core away when the network layer found nothing to do. Open MPI does
 * that by itself (mpi_yield_when_idle); MPICH spins, and with more ranks than cores seconds become minutes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>

unsigned ucp_worker_progress(void *worker);

unsigned ucp_worker_progress(void *worker) {
    static unsigned (*real)(void *);
    if (!real) {
        real = (unsigned (*)(void *))dlsym(RTLD_NEXT, "ucp_worker_progress");
    }
    const unsigned done = real(worker);
    if (!done) {
        sched_yield();
    }
    return done;
}
