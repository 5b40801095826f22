/* distarray.hpp - the C++17 face of libdistarray: header-only, over distarray.h, whose text is the manual.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * What C++ adds, in namespace darr:
 *  - distribution, array, plan, file and descriptor own one handle each: they move, they do not copy, and
 * they free it. Freeing is Local, so destructors never communicate and may run after MPI_Finalize.
 *  - A failure throws darr::error, which holds the DARR_* code and the library's text. A collective call that
 * fails alike on every rank throws alike on every rank.
 *  - view<T> is a typed pointer into the calling rank's section with extents and byte strides; where the
 * compiler has <mdspan>, as_mdspan<Rank>() gives a std::mdspan of the same elements.
 *  - Enumerations and small builders take the place of the C constants and option structs.
 * Everything else is as in C: indices are global, 0-based and half-open, and the text of each C function says
 * whether it is Collective or Local. Communicators are Fortran handles here; distarray_mpi.hpp takes
 * MPI_Comm.
 */
#ifndef DISTARRAY_HPP
#define DISTARRAY_HPP

#if __cplusplus < 201703L
#error "distarray.hpp needs C++17"
#endif

#include "distarray/apply.hpp"
#include "distarray/array.hpp"
#include "distarray/distribution.hpp"
#include "distarray/element.hpp"
#include "distarray/error.hpp"
#include "distarray/expression.hpp"
#include "distarray/file.hpp"
#include "distarray/formula.hpp"
#include "distarray/image.hpp"
#include "distarray/plan.hpp"
#include "distarray/protocol.hpp"
#include "distarray/random.hpp"
#include "distarray/reduction.hpp"
#include "distarray/sort.hpp"
#include "distarray/view.hpp"

#endif
