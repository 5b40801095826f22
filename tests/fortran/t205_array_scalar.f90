!> An array of no dimensions: one element on one rank, and every operation on all.
program t205_array_scalar
    use, intrinsic :: iso_fortran_env, only: int32, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: d
    type(darr_array) :: a, b
    integer(int32), target :: n
    integer(int32), pointer :: scalar => null()
    integer(int32) :: x

    call begin_test()
    call d%create(comm, [integer ::])
    call expect(d%ndim(), 0, 'no dimensions')
    call a%create(d, darr_int32)
    call a%fill(41_int32)
    call a%set([integer ::], 42_int32)
    call a%get([integer ::], x)
    call expect(x, 42, 'the element, on every rank')
    call expect(a%sum(), 42.0_real64, 0.0_real64, 'the sum counts it once')
    if (rank == d%owner([integer ::])) then
        call darr_point(scalar, a%view())
        call expect(scalar, 42, 'the view of its owner')
    end if
    n = 7
    call b%wrap(d, darr_memory(n))
    call b%copy(a)
    if (rank == d%owner([integer ::])) then
        call expect(n, 42, 'wrapped scalar')
    else
        call expect(n, 7, 'a scalar of a rank that owns nothing')
    end if
    call a%free()
    call b%free()
    call d%free()
    call end_test()
end program t205_array_scalar
