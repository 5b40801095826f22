! A field in pencils: whole along one dimension on every rank, then transposed to the next, as Fourier transforms and
! compact schemes need it. Here each rank sums up along its pencils, so that the last element becomes the sum of all;
! rank 0 looks at the last plane.
! prints: last 24576, in the plane 24576
program pencils
    use distarray
    implicit none
    include 'mpif.h'
    real(8), pointer :: p(:, :, :) => null()
    real(8), target :: plane(48, 32)
    real(8) :: last
    integer :: d, k, map(3), rank, ierr
    type(darr_dist) :: dist(3)
    type(darr_array) :: pencil(3)
    type(darr_plan) :: transpose(2)

    call MPI_Init(ierr)
    call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
    do d = 1, 3
        map = darr_block
        map(d) = darr_whole
        call dist(d)%create(MPI_COMM_WORLD, [48, 32, 16], map=map)
        call pencil(d)%create(dist(d), darr_float64)
    end do
    call transpose(1)%redistribute(pencil(1:1), pencil(2:2))
    call transpose(2)%redistribute(pencil(2:2), pencil(3:3))

    call pencil(1)%fill(1d0)
    do d = 1, 3
        if (d > 1) call transpose(d - 1)%run()
        call darr_point(p, pencil(d)%view())
        do k = 2, size(p, d)
            select case (d) ! bounds are global indices; those of the whole dimension begin at 1
            case (1); p(k, :, :) = p(k, :, :) + p(k - 1, :, :)
            case (2); p(:, k, :) = p(:, k, :) + p(:, k - 1, :)
            case (3); p(:, :, k) = p(:, :, k) + p(:, :, k - 1)
            end select
        end do
    end do
    call pencil(3)%get([48, 32, 16], last)
    if (rank == 0) then
        call pencil(3)%fetch(darr_memory(plane), [darr_all(), darr_all(), darr_at(16)])
        print '(a, i0, a, i0)', 'last ', nint(last), ', in the plane ', nint(plane(48, 32))
    else
        call pencil(3)%fetch() ! asks for nothing
    end if
    do d = 1, 3
        call pencil(d)%free()
        call dist(d)%free()
    end do
    call transpose(1)%free()
    call transpose(2)%free()
    call MPI_Finalize(ierr)
end program pencils
