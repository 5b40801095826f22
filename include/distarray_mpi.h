/* distarray_mpi.h - the functions of distarray.h that take a communicator, with an MPI_Comm in place of its Fortran handle.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 * Written by scripts/header. The functions are static inline: no MPI type is in the library's binary interface.
 */
#ifndef DISTARRAY_MPI_H
#define DISTARRAY_MPI_H

#include <mpi.h>

#include "distarray.h"

/* See darr_comm_set_checks. */
static inline int darr_comm_set_checks_mpi(MPI_Comm comm, int on)
{
    return darr_comm_set_checks((int)MPI_Comm_c2f(comm), on);
}

/* See darr_comm_divide_node. */
static inline int darr_comm_divide_node_mpi(MPI_Comm comm, int part)
{
    return darr_comm_divide_node((int)MPI_Comm_c2f(comm), part);
}

/* See darr_dist_create. */
static inline int darr_dist_create_mpi(MPI_Comm comm, int ndim, const darr_dim *dims, const darr_dist_options *options,
                                       darr_dist **dist_out)
{
    return darr_dist_create((int)MPI_Comm_c2f(comm), ndim, dims, options, dist_out);
}

/* See darr_dist_from_boxes. */
static inline int darr_dist_from_boxes_mpi(MPI_Comm comm, int ndim, const int64_t *lo, const int64_t *hi,
                                           const darr_dim *dims, const darr_dist_options *options, darr_dist **dist_out)
{
    return darr_dist_from_boxes((int)MPI_Comm_c2f(comm), ndim, lo, hi, dims, options, dist_out);
}

/* See darr_dist_from_cart. */
static inline int darr_dist_from_cart_mpi(MPI_Comm cart_comm, int ndim, const int *cart_dims, const darr_dim *dims,
                                          const darr_dist_options *options, darr_dist **dist_out)
{
    return darr_dist_from_cart((int)MPI_Comm_c2f(cart_comm), ndim, cart_dims, dims, options, dist_out);
}

/* See darr_dist_from_dim_data. */
static inline int darr_dist_from_dim_data_mpi(MPI_Comm comm, int ndim, const darr_protocol_dim *dim_data, int boundary,
                                              const darr_dist_options *options, darr_dist **dist_out)
{
    return darr_dist_from_dim_data((int)MPI_Comm_c2f(comm), ndim, dim_data, boundary, options, dist_out);
}

/* See darr_array_consume. */
static inline int darr_array_consume_mpi(MPI_Comm comm, darr_protocol *descriptor, int boundary,
                                         const darr_dist_options *options, darr_array **array_out)
{
    return darr_array_consume((int)MPI_Comm_c2f(comm), descriptor, boundary, options, array_out);
}

/* See darr_protocol_check_all. */
static inline int darr_protocol_check_all_mpi(MPI_Comm comm, const darr_protocol *descriptor)
{
    return darr_protocol_check_all((int)MPI_Comm_c2f(comm), descriptor);
}

/* See darr_plan_redistribute_between. */
static inline int darr_plan_redistribute_between_mpi(MPI_Comm comm, int n, const darr_array *const *sources,
                                                     darr_array *const *targets, const darr_move_options *options,
                                                     darr_plan **plan_out)
{
    return darr_plan_redistribute_between((int)MPI_Comm_c2f(comm), n, sources, targets, options, plan_out);
}

/* See darr_file_open. */
static inline int darr_file_open_mpi(MPI_Comm comm, const char *path, int mode, darr_file **file_out)
{
    return darr_file_open((int)MPI_Comm_c2f(comm), path, mode, file_out);
}

#endif
