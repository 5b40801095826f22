!> Fills the padding of density, vorticity and potential together: first along x, then along y with
!> the padding along x included, so that the corners come by themselves.
module hw_halo
    use mpi_f08
    use hw_parameters, only: dp
    use hw_fields, only: fields_t
    use hw_decomposition, only: decomposition_t
    implicit none
    private
    public :: halo_t, plan_halo, exchange_halo

    type :: halo_t
        ! Persistent requests: (receive, send) times (below, above), along x or y, per level.
        type(MPI_Request) :: requests(4, 2, 0:3)
        logical :: is_local(2)      ! this rank is its own neighbour along x or y
    end type halo_t

contains

    subroutine plan_halo(h, d, f)
        type(halo_t), intent(out) :: h
        type(decomposition_t), intent(in) :: d
        type(fields_t), target, intent(in) :: f
        integer :: level, axis

        h%is_local = d%grid == 1
        do level = 0, 3
            do axis = 1, 2
                if (.not. h%is_local(axis)) &
                    call plan_axis(d, f, level, axis, h%requests(:, axis, level))
            end do
        end do
    end subroutine plan_halo

    !> Tags tell the direction apart where both neighbours are one rank.
    subroutine plan_axis(d, f, level, axis, requests)
        type(decomposition_t), intent(in) :: d
        type(fields_t), target, intent(in) :: f
        integer, intent(in) :: level, axis
        type(MPI_Request), intent(out) :: requests(4)
        type(MPI_Datatype) :: slabs(4)
        integer :: first, i

        associate (lo => f%lo(axis), hi => f%hi(axis), w => f%halo)
            first = lo - w
            slabs(1) = slab(f, level, axis, lo - w - first)
            slabs(2) = slab(f, level, axis, hi + 1 - first)
            slabs(3) = slab(f, level, axis, lo - first)
            slabs(4) = slab(f, level, axis, hi - w + 1 - first)
        end associate
        call MPI_Recv_init(MPI_BOTTOM, 1, slabs(1), d%below(axis), 1, d%comm, requests(1))
        call MPI_Recv_init(MPI_BOTTOM, 1, slabs(2), d%above(axis), 2, d%comm, requests(2))
        call MPI_Send_init(MPI_BOTTOM, 1, slabs(3), d%below(axis), 2, d%comm, requests(3))
        call MPI_Send_init(MPI_BOTTOM, 1, slabs(4), d%above(axis), 1, d%comm, requests(4))
        do i = 1, 4
            call MPI_Type_free(slabs(i))
        end do
    end subroutine plan_axis

    !> A slab as wide as the halo across `axis`, `start` cells into the arrays, of n, w and phi at
    !> once, by absolute addresses.
    type(MPI_Datatype) function slab(f, level, axis, start)
        type(fields_t), target, intent(in) :: f
        integer, intent(in) :: level, axis, start
        type(MPI_Datatype) :: one
        integer :: sizes(2), subsizes(2), starts(2)
        integer(MPI_ADDRESS_KIND) :: addresses(3)

        sizes = shape(f%phi)
        subsizes = sizes
        starts = 0
        ! Along x the rows beyond the block are not yet filled and not needed.
        if (axis == 1) subsizes(2) = f%hi(2) - f%lo(2) + 1
        if (axis == 1) starts(2) = f%halo
        subsizes(axis) = f%halo
        starts(axis) = start
        call MPI_Type_create_subarray(2, sizes, subsizes, starts, MPI_ORDER_FORTRAN, &
            MPI_DOUBLE_PRECISION, one)
        call MPI_Get_address(f%n(f%lo(1) - f%halo, f%lo(2) - f%halo, level), addresses(1))
        call MPI_Get_address(f%w(f%lo(1) - f%halo, f%lo(2) - f%halo, level), addresses(2))
        call MPI_Get_address(f%phi, addresses(3))
        call MPI_Type_create_struct(3, [1, 1, 1], addresses, [one, one, one], slab)
        call MPI_Type_commit(slab)
        call MPI_Type_free(one)
    end function slab

    subroutine exchange_halo(h, f, level)
        type(halo_t), intent(inout) :: h
        type(fields_t), target, asynchronous, intent(inout) :: f
        integer, intent(in) :: level
        integer :: axis

        do axis = 1, 2
            if (h%is_local(axis)) then
                call wrap(f%n(:, :, level), f%lo, f%hi, f%halo, axis)
                call wrap(f%w(:, :, level), f%lo, f%hi, f%halo, axis)
                call wrap(f%phi, f%lo, f%hi, f%halo, axis)
            else
                call MPI_Startall(4, h%requests(:, axis, level))
                call MPI_Waitall(4, h%requests(:, axis, level), MPI_STATUSES_IGNORE)
                if (.not. MPI_ASYNC_PROTECTS_NONBLOCKING) call MPI_F_sync_reg(f%phi)
            end if
        end do
    end subroutine exchange_halo

    !> The periodic image of a block that spans the box along `axis`.
    subroutine wrap(a, lo, hi, w, axis)
        integer, intent(in) :: lo(2), hi(2), w, axis
        real(dp), intent(inout) :: a(lo(1) - w:hi(1) + w, lo(2) - w:hi(2) + w)
        integer :: j

        if (axis == 1) then
            do j = lo(2), hi(2)
                a(lo(1) - w:lo(1) - 1, j) = a(hi(1) - w + 1:hi(1), j)
                a(hi(1) + 1:hi(1) + w, j) = a(lo(1):lo(1) + w - 1, j)
            end do
        else
            a(:, lo(2) - w:lo(2) - 1) = a(:, hi(2) - w + 1:hi(2))
            a(:, hi(2) + 1:hi(2) + w) = a(:, lo(2):lo(2) + w - 1)
        end if
    end subroutine wrap

end module hw_halo
