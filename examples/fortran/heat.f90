! Heat spreads on a periodic grid. The loops and the memory are the program's own; the library does the rest.
! prints: total heat 1.000000000000
program heat
    use distarray
    implicit none
    include 'mpif.h'
    real(8), allocatable, target :: u(:, :), next(:, :)
    real(8) :: total
    integer :: lo(2), hi(2), i, j, step, rank, ierr
    type(darr_dist) :: grid
    type(darr_array) :: array
    type(darr_plan) :: halo

    call MPI_Init(ierr)
    call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
    call grid%create(MPI_COMM_WORLD, [64, 64], periodic=[.true.], halo=[1])
    call grid%box(lo, hi) ! this rank's part, in global indices
    allocate (u(lo(1) - 1:hi(1) + 1, lo(2) - 1:hi(2) + 1), source=0d0)
    next = u
    call array%wrap(grid, darr_memory(u))
    call array%set([33, 33], 1d0) ! its owner writes it
    call halo%halo([array])
    do step = 1, 100
        call halo%run()
        do concurrent (j=lo(2):hi(2), i=lo(1):hi(1))
            next(i, j) = 0.2d0*(u(i, j) + u(i - 1, j) + u(i + 1, j) + u(i, j - 1) + u(i, j + 1))
        end do
        u(:, :) = next
    end do
    call array%save_png('heat.png')
    total = array%sum()
    if (rank == 0) print '(a, f14.12)', 'total heat ', total
    call MPI_Finalize(ierr)
end program heat
