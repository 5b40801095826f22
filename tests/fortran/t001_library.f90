!> Ranks: 1
!> Version and texts; the module's constants and struct sizes are those of the C header.
program t001_library
    use, intrinsic :: iso_c_binding
    use check
    use distarray
    implicit none

    interface
        subroutine host_sizes(sizes) bind(c)
            import :: c_int64_t
            integer(c_int64_t), intent(out) :: sizes(*)
        end subroutine
        integer(c_int) function host_constants(n, values) bind(c)
            import :: c_int
            integer(c_int), value :: n
            integer(c_int), intent(out) :: values(*)
        end function
    end interface
    integer, parameter :: constants(*) = [darr_ok, darr_err_argument, darr_err_handle, &
        darr_err_unsupported, darr_err_mismatch, darr_err_memory, darr_err_comm, darr_err_mpi, &
        darr_err_io, darr_err_format, darr_err_state, darr_err_protocol, darr_err_internal, &
        darr_err_callback, &
        darr_bool, darr_int8, darr_int16, darr_int32, darr_int64, darr_uint8, darr_uint16, &
        darr_uint32, darr_uint64, darr_float32, darr_float64, darr_complex64, darr_complex128, &
        darr_max_ndim, darr_whole, darr_block, darr_cyclic, darr_unstructured, darr_balanced, &
        darr_ceil, darr_remainder_last, 0, 1, 0, 1, darr_stagger_cell, darr_stagger_face, &
        darr_stagger_face_upper, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, darr_read, darr_create, darr_update, &
        darr_combine_insert, darr_combine_add, darr_combine_min, darr_combine_max, &
        darr_way_direct, darr_way_staged, darr_way_mpi, &
        darr_reshape_none, darr_reshape_c, darr_reshape_f, &
        darr_side_below, darr_side_above, darr_edge_constant, darr_edge_zero_gradient, &
        darr_edge_linear, darr_edge_mirror, darr_edge_antisymmetric, darr_edge_callback, &
        darr_about_edge, darr_about_face, darr_about_cell, &
        darr_colors_viridis, darr_colors_gray, darr_colors_red_blue, darr_colors_inferno]
    integer(c_int) :: header(size(constants))
    integer(c_int64_t) :: sizes(18)
    type(darr_memory) :: memory
    type(darr_view) :: view
    type(darr_reduction) :: reduction
    integer :: code

    call begin_test()
    call host_sizes(sizes)
    call expect(c_sizeof(memory), sizes(3), 'size of darr_memory')
    call expect(c_sizeof(view), sizes(4), 'size of darr_view')
    call expect(c_sizeof(reduction), sizes(5), 'size of darr_reduction')
    call expect(memory%size, sizes(3), 'default size of darr_memory')
    call expect(view%size, sizes(4), 'default size of darr_view')
    call expect(reduction%size, sizes(5), 'default size of darr_reduction')
    call hidden_sizes()

    call expect(host_constants(size(constants, kind=c_int), header), size(constants), &
        'number of constants')
    call expect(header, constants, 'constants')

    call expect(darr_version() >= 100, 'version is at least 0.1.0')
    call expect(darr_abi_version() >= 0, 'ABI version')
    call expect(index(darr_build_info(), 'distarray') == 1, 'build info: '//darr_build_info())
    call expect(index(darr_build_info(), 'MPI') > 0, 'build info names MPI: '//darr_build_info())
    do code = darr_err_argument, darr_err_callback
        call expect(len(darr_strerror(code)) > 10, 'meaning of an error code')
    end do
    call end_test()
contains
    !> The types that callers do not see.
    subroutine hidden_sizes()
        use distarray_abi, only: darr_dim, darr_dist_options, darr_halo_options, darr_image_options, &
            darr_move_options, darr_index, darr_reduce_options, edge_entry, random_numbers, &
            darr_node, darr_operand, darr_eval_options
        type(darr_dim) :: dim
        type(darr_dist_options) :: dist_options
        type(darr_halo_options) :: halo_options
        type(darr_image_options) :: image_options
        type(darr_plan_info) :: plan_info
        type(darr_neighbour) :: neighbour
        type(darr_move_options) :: move_options
        type(darr_index) :: index
        type(darr_reduce_options) :: reduce_options
        type(edge_entry) :: edge
        type(darr_edge_region) :: region
        type(random_numbers) :: random
        type(darr_node) :: node
        type(darr_operand) :: operand
        type(darr_eval_options) :: eval_options

        call expect(c_sizeof(dim), sizes(1), 'size of darr_dim')
        call expect(c_sizeof(dist_options), sizes(2), 'size of darr_dist_options')
        call expect(c_sizeof(halo_options), sizes(6), 'size of darr_halo_options')
        call expect(c_sizeof(image_options), sizes(7), 'size of darr_image_options')
        call expect(c_sizeof(plan_info), sizes(8), 'size of darr_plan_info')
        call expect(c_sizeof(move_options), sizes(9), 'size of darr_move_options')
        call expect(c_sizeof(neighbour), sizes(11), 'size of darr_neighbour')
        call expect(c_sizeof(index), sizes(10), 'size of darr_index')
        call expect(c_sizeof(edge), sizes(12), 'size of darr_edge')
        call expect(c_sizeof(region), sizes(13), 'size of darr_edge_region')
        call expect(c_sizeof(random), sizes(14), 'size of darr_random')
        call expect(c_sizeof(reduce_options), sizes(15), 'size of darr_reduce_options')
        call expect(c_sizeof(node), sizes(16), 'size of darr_node')
        call expect(c_sizeof(operand), sizes(17), 'size of darr_operand')
        call expect(c_sizeof(eval_options), sizes(18), 'size of darr_eval_options')
        call expect([dim%size, dist_options%size, halo_options%size, image_options%size, &
            plan_info%size, move_options%size, index%size, neighbour%size, edge%size, region%size, &
            random%size, reduce_options%size, node%size, operand%size, eval_options%size], &
            sizes([1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]), 'default sizes')
    end subroutine hidden_sizes
end program t001_library
