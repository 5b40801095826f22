! Heat between two walls, a cold one and a warm one: the exchange of ghosts fills what lies beyond the walls too.
! prints: mean 0.500000
program channel
    use distarray
    implicit none
    include 'mpif.h'
    real(8), pointer :: u(:, :) => null(), next(:, :) => null()
    real(8) :: mean
    integer :: lo(2), hi(2), i, j, step, rank, ierr
    type(darr_dist) :: grid
    type(darr_array) :: now, later
    type(darr_plan) :: halo

    call MPI_Init(ierr)
    call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
    call grid%create(MPI_COMM_WORLD, [16, 8], periodic=[.false., .true.], halo=[1], boundary=[1, 0])
    call now%create(grid, darr_float64)
    call later%create(grid, darr_float64)
    ! On the walls, half a cell beyond the last one, the temperature is 0 and 1.
    call halo%halo([now], edges=[ &
        darr_edge(1, darr_side_below, darr_edge_antisymmetric, value=0d0), &
        darr_edge(1, darr_side_above, darr_edge_antisymmetric, value=1d0)])
    call darr_point(u, now%view())
    call darr_point(next, later%view())
    call grid%box(lo, hi)
    do step = 1, 4000
        call halo%run()
        do concurrent (j=lo(2):hi(2), i=lo(1):hi(1))
            next(i, j) = 0.2d0*(u(i, j) + u(i - 1, j) + u(i + 1, j) + u(i, j - 1) + u(i, j + 1))
        end do
        call now%copy(later)
    end do
    mean = now%mean()
    if (rank == 0) print '(a, f8.6)', 'mean ', mean
    call halo%free()
    call now%free()
    call later%free()
    call grid%free()
    call MPI_Finalize(ierr)
end program channel
