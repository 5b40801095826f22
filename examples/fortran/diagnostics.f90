! The log of a turbulence code as formulas: initial condition, vorticity, several numbers at once, fluctuations.
! prints: energy 0.125000 enstrophy 0.000289 highest 1.000000 flux 0.048773 fluctuation 0.500000
program diagnostics
    use distarray
    use distarray_functions, only: abs, cos, sin, maxval, mean, index_along, extent_along, shifted
    implicit none
    include 'mpif.h'
    real(8), parameter :: pi = acos(-1d0)
    real(8) :: numbers(5)
    integer :: rank, ierr
    type(darr_dist) :: grid, line
    type(darr_array) :: phi, n, w, profile
    type(darr_expression) :: x, y

    call MPI_Init(ierr)
    call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
    call grid%create(MPI_COMM_WORLD, [64, 64], periodic=[.true.], halo=[1])
    call phi%create(grid, darr_float64)
    call n%create(grid, darr_float64)
    call w%create(grid, darr_float64)

    ! The initial condition: formulas of the global indices, and noise that is the same on any number of ranks.
    call n%random_normal(darr_random(seed=7), deviation=1d-6)
    x = 2*pi*(index_along(1) - 1)/extent_along(1)
    y = 2*pi*(index_along(2) - 1)/extent_along(2)
    phi = cos(x)*sin(2*y)
    n = n + cos(x)*(1 + cos(2*y))

    ! Vorticity, a stencil: the ghosts of phi are exchanged first.
    call w%evaluate(shifted(phi, 1, dim=1) + shifted(phi, -1, dim=1) + shifted(phi, 1, dim=2) &
        + shifted(phi, -1, dim=2) - 4*phi, exchange=.true.)

    ! One pass over memory and one message for all of these, shifted operands too.
    call darr_values([mean(phi**2)/2, mean(w**2)/2, maxval(abs(phi)), &
        mean(n*(shifted(phi, 1, dim=2) - shifted(phi, -1, dim=2)))/2], numbers(:4))

    ! The mean of n over dimension 2, repeated along it in w, and how n deviates from it.
    call line%reduce_keeping(grid, [2])
    call profile%create(line, darr_float64)
    call profile%reduce(mean_of(n), dims=[2])
    call w%assign(profile)
    w = n - w
    numbers(5) = w%std()

    if (rank == 0) print '(5(a, f8.6))', 'energy ', numbers(1), ' enstrophy ', numbers(2), ' highest ', numbers(3), &
        ' flux ', numbers(4), ' fluctuation ', numbers(5)
    call phi%free()
    call n%free()
    call w%free()
    call profile%free()
    call line%free()
    call grid%free()
    call MPI_Finalize(ierr)
end program diagnostics
