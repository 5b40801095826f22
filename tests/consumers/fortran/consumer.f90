! A project in Fortran: wraps its own array, fills it in global indices and sums it. Default integers and reals may have
! 8 bytes; MPI's integers are what its library was built with, 4 bytes.
program consumer
    use distarray
    implicit none
    include 'mpif.h'
    integer, parameter :: n = 20, m = 10
    integer(4) :: rank, ierr
    integer :: counts(2), i, j
    real, allocatable, target :: field(:, :)
    real, pointer :: f(:, :) => null()
    type(darr_dist) :: dist
    type(darr_array) :: a
    type(darr_plan) :: halo
    real :: total, wanted

    call mpi_init(ierr)
    call mpi_comm_rank(MPI_COMM_WORLD, rank, ierr)
    call dist%create(MPI_COMM_WORLD, [n, m], halo=[1], periodic=[.true.])
    counts = int(dist%counts())
    allocate (field(counts(1) + 2, counts(2) + 2))
    field = -1
    call a%wrap(dist, darr_memory(field))
    call darr_point(f, a%view())
    do j = lbound(f, 2) + 1, ubound(f, 2) - 1
        do i = lbound(f, 1) + 1, ubound(f, 1) - 1
            f(i, j) = real(100*i + j)
        end do
    end do
    call halo%halo([a])
    call halo%run()
    ! The lower ghost of the first row is the last row, and so on.
    do j = lbound(f, 2), ubound(f, 2)
        do i = lbound(f, 1), ubound(f, 1)
            wanted = real(100*(modulo(i - 1, n) + 1) + modulo(j - 1, m) + 1)
            if (f(i, j) /= wanted) then
                print '(a, 2(1x, i0), 2(1x, f0.1))', 'wrong element', i, j, f(i, j), wanted
                error stop 1
            end if
        end do
    end do
    total = real(a%sum())
    wanted = real(100*m*(n*(n + 1))/2 + n*(m*(m + 1))/2)
    if (total /= wanted) error stop 'wrong sum'
    if (rank == 0) print '(a, f0.1, a, i0, 2a)', 'sum ', total, ' of ', storage_size(total)/8, '-byte reals with ', &
        darr_build_info()
    call halo%free()
    call a%free()
    call dist%free()
    call mpi_finalize(ierr)
end program consumer
