!> A code that uses mpi_f08: its communicator is a type(MPI_Comm), of MPI or of its own making.
!> Needs: mpi_f08
program t702_mpi_f08
    use mpi_f08
    use check, only: begin_test, end_test, expect
    use distarray
    implicit none

    type(darr_dist) :: d, e
    type(darr_array) :: a
    type(darr_file) :: file
    type(MPI_Comm) :: half, cart
    integer :: rank, ranks, counts(1), total, ierr

    call begin_test()
    call MPI_Comm_rank(MPI_COMM_WORLD, rank)
    call MPI_Comm_size(MPI_COMM_WORLD, ranks)
    call d%create(MPI_COMM_WORLD, [100])
    counts = int(d%counts())
    call MPI_Allreduce(counts(1), total, 1, MPI_INTEGER, MPI_SUM, MPI_COMM_WORLD)
    call expect(total, 100, 'elements')

    call MPI_Comm_split(MPI_COMM_WORLD, mod(rank, 2), rank, half)
    call e%create(half, [10])
    call a%create(e, darr_int32)
    call a%fill(mod(rank, 2) + 1)
    call expect(nint(a%sum()), 10*(mod(rank, 2) + 1), 'a communicator of half the ranks')
    call darr_comm_set_checks(half, .true.)

    call MPI_Cart_create(MPI_COMM_WORLD, 1, [ranks], [.true.], .false., cart)
    call d%from_cart(cart, [100, 3], [1, 0], halo=[1, 0])
    call expect(d%grid(), [ranks, 1], 'grid')
    call file%open(MPI_COMM_NULL, 'none.h5', darr_read, ierr)
    call expect(ierr, darr_err_comm, 'the null communicator')
    call a%free()
    call e%free()
    call d%free()
    call MPI_Comm_free(half)
    call MPI_Comm_free(cart)
    call end_test()
end program t702_mpi_f08
