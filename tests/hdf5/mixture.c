/* An HDF5 whose symbols have no versions, as HDF5's own build makes it, cut down to one function. Loaded first it takes that
 * function from the parallel HDF5, and the library must see it before it calls anything. */
#define _GNU_SOURCE
#include <dlfcn.h>

int H5open(void);

int H5open(void)
{
    int (*next)(void) = (int (*)(void))dlsym(RTLD_NEXT, "H5open");
    return next ? next() : -1;
}
