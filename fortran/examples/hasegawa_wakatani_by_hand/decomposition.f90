!> Who owns what: a grid of blocks, and the rows and columns for the transforms.
module hw_decomposition
    use mpi_f08
    use hw_parameters, only: parameters_t
    use hw_fields, only: boxes_t
    implicit none
    private
    public :: decomposition_t, decompose, part

    type :: decomposition_t
        type(MPI_Comm) :: comm
        integer :: rank = 0, ranks = 1
        integer :: grid(2) = 1                      ! blocks along x and y
        integer :: below(2), above(2)               ! neighbouring ranks along x and y
        type(boxes_t), allocatable :: boxes(:)      ! of every rank, from 0
    end type decomposition_t

contains

    subroutine decompose(d, p)
        type(decomposition_t), intent(out) :: d
        type(parameters_t), intent(in) :: p
        integer :: r, coords(2), dims(2), narrowest

        call MPI_Comm_size(MPI_COMM_WORLD, d%ranks)
        ! Dimensions in the order (y, x), so that neighbouring ranks share rows.
        dims = [p%blocks_y, p%blocks_x]
        if (mod(d%ranks, product(max(dims, 1))) /= 0 .or. &
            (all(dims > 0) .and. product(dims) /= d%ranks)) &
            error stop 'blocks_x * blocks_y is not the number of ranks'
        call MPI_Dims_create(d%ranks, 2, dims)
        d%grid = [dims(2), dims(1)]
        call MPI_Cart_create(MPI_COMM_WORLD, 2, dims, [.true., .true.], .false., d%comm)
        call MPI_Comm_rank(d%comm, d%rank)
        call MPI_Cart_shift(d%comm, 1, 1, d%below(1), d%above(1))
        call MPI_Cart_shift(d%comm, 0, 1, d%below(2), d%above(2))

        allocate (d%boxes(0:d%ranks - 1))
        do r = 0, d%ranks - 1
            call MPI_Cart_coords(d%comm, r, 2, coords)
            d%boxes(r)%block(1, :) = part(p%nx, d%grid(1), coords(2))
            d%boxes(r)%block(2, :) = part(p%ny, d%grid(2), coords(1))
            d%boxes(r)%rows = part(p%ny, d%ranks, r)
            d%boxes(r)%columns = part(p%nx / 2 + 1, d%ranks, r)
            d%boxes(r)%blocks_are_rows = d%grid(1) == 1
        end do
        narrowest = minval([p%nx, p%ny] / d%grid)
        if (narrowest < p%order) error stop 'Blocks are narrower than their halo: use fewer ranks'
    end subroutine decompose

    !> First and last index of part i (from 0) when `extent` is cut into near-equal parts.
    pure function part(extent, parts, i) result(bounds)
        integer, intent(in) :: extent, parts, i
        integer :: bounds(2), size, longer

        size = extent / parts
        longer = mod(extent, parts)
        bounds(1) = i * size + min(i, longer) + 1
        bounds(2) = bounds(1) + size - 1 + merge(1, 0, i < longer)
    end function part

end module hw_decomposition
