/* distarray_mpi.hpp - communicators of MPI for distarray.hpp. The only C++ header of the library that needs
 * mpi.h. */
#ifndef DISTARRAY_MPI_HPP
#define DISTARRAY_MPI_HPP

#include <mpi.h>

#include "distarray.hpp"

namespace darr {

/* The communicator as the library takes it. Local; nothing is duplicated or kept yet. */
[[nodiscard]] inline communicator comm(MPI_Comm mpi) { return communicator{MPI_Comm_c2f(mpi)}; }

} // namespace darr

#endif
