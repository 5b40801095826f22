! Particles on a periodic grid, as in a particle-in-cell code: any rank may hold any particle. Their charges are added to the
! cells in which they are, a cell spreads its charge to its upper neighbours, over ghosts that are added back to their owners,
! and every particle reads the density where it is.
! prints: charge 1000, density at the particles 4030
program particles
    use distarray
    implicit none
    include 'mpif.h'
    real(8), pointer :: u(:, :) => null()
    real(8) :: total, seen, quarter
    integer, allocatable :: cells(:, :)
    integer :: lo(2), hi(2), i, j, k, rank, ierr
    type(darr_dist) :: grid, held
    type(darr_array) :: density, charges
    type(darr_plan) :: deposit, back, read

    call MPI_Init(ierr)
    call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
    call grid%create(MPI_COMM_WORLD, [64, 64], periodic=[.true.], halo_above=[1])
    call held%create(MPI_COMM_WORLD, [1000], map=[darr_cyclic])
    call density%create(grid, darr_float64)
    call charges%create(held, darr_float64)

    ! This rank's particles, and the cells in which they are, whoever owns those.
    associate (own => int(held%indices(1)))
        cells = reshape([(1 + modulo((own(k) - 1)**2, 64), 1 + modulo(5*(own(k) - 1), 64), k=1, size(own))], [2, size(own)])
    end associate
    call deposit%scatter(density, cells, charges, combine=darr_combine_add)
    call back%halo([density], accumulate=.true.)
    call read%gather(density, cells, charges)

    call charges%fill(1d0)
    call deposit%run()
    call darr_point(u, density%view())
    call grid%box(lo, hi)
    do j = hi(2), lo(2), -1
        do i = hi(1), lo(1), -1
            quarter = u(i, j)/4 ! into ghosts at the upper ends
            u(i, j) = quarter
            u(i + 1, j) = u(i + 1, j) + quarter
            u(i:i + 1, j + 1) = u(i:i + 1, j + 1) + quarter
        end do
    end do
    call back%begin() ! what needs no density could be done meanwhile
    call back%end()
    call read%run()
    total = density%sum()
    seen = charges%sum()
    if (rank == 0) print '(a, i0, a, i0)', 'charge ', nint(total), ', density at the particles ', nint(seen)

    call deposit%free()
    call back%free()
    call read%free()
    call density%free()
    call charges%free()
    call grid%free()
    call held%free()
    call MPI_Finalize(ierr)
end program particles
