!> A code that includes mpif.h: its communicator is a default integer, of either size.
program t701_mpif
    use check
    use distarray
    implicit none

    include 'mpif.h'
    type(darr_dist) :: d
    integer :: counts(1)

    call begin_test()
    call d%create(MPI_COMM_WORLD, [100])
    counts = int(d%counts())
    call expect(host_sum(int(counts(1), 4)), 100, 'elements')
    call d%free()
    call end_test()
end program t701_mpif
