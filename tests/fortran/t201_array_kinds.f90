!> Arrays of every kind: views of the right type, values in and out by global index.
program t201_array_kinds
    use, intrinsic :: iso_c_binding, only: c_bool
    use, intrinsic :: iso_fortran_env, only: int8, int16, int32, int64, real32, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: d
    type(darr_array) :: a, b
    integer(int8), pointer :: i1(:) => null()
    integer(int16), pointer :: i2(:) => null()
    integer(int32), pointer :: i4(:) => null()
    integer(int64), pointer :: i8(:) => null()
    real(real32), pointer :: r4(:) => null()
    real(real64), pointer :: r8(:) => null()
    complex(real32), pointer :: c4(:) => null()
    complex(real64), pointer :: c8(:) => null()
    logical(c_bool), pointer :: b1(:) => null()
    integer(int8) :: x1
    integer(int16) :: x2
    integer(int32) :: x4
    integer(int64) :: x8
    real(real32) :: y4
    real(real64) :: y8
    complex(real32) :: z4
    complex(real64) :: z8
    logical(c_bool) :: l1
    integer :: ierr, lo(1), hi(1), i

    call begin_test()
    call d%create(comm, [11])
    call d%box(lo, hi)

    call a%create(d, darr_int8)
    call darr_point(i1, a%view())
    call expect([lbound(i1), ubound(i1)], merge([lo, hi], [1, 0], hi(1) >= lo(1)), 'bounds')
    i1 = [(int(2*i, int8), i=lo(1), hi(1))]
    call a%set([5], -100_int8)
    call a%get([4], x1)
    call expect(int(x1), 8, 'int8')
    call a%get([5], x4)
    call expect(x4, -100, 'int8 read as int32')
    call a%create(d, darr_int16)
    call darr_point(i2, a%view())
    i2 = [(int(300*i, int16), i=lo(1), hi(1))]
    call a%get([11], x2)
    call expect(int(x2), 3300, 'int16')
    call a%create(d, darr_int32)
    call darr_point(i4, a%view())
    i4 = [(int(100000*i, int32), i=lo(1), hi(1))]
    call a%get([7_int64], x4)
    call expect(x4, 700000, 'int32')
    call a%create(d, darr_int64)
    call darr_point(i8, a%view())
    i8 = [(10000000000_int64*i, i=lo(1), hi(1))]
    call a%get([1], x8)
    call expect(x8, 10000000000_int64, 'int64')
    call a%create(d, darr_float32)
    call darr_point(r4, a%view())
    r4 = [(0.5_real32*real(i, real32), i=lo(1), hi(1))]
    call a%get([9], y4)
    call expect(real(y4, real64), 4.5_real64, 0.0_real64, 'real32')
    call a%create(d, darr_float64)
    call darr_point(r8, a%view())
    call expect(all(abs(r8) <= 0), 'zero when created')
    r8 = [(0.25_real64*i, i=lo(1), hi(1))]
    call a%get([3], y8)
    call expect(y8, 0.75_real64, 0.0_real64, 'real64')
    call b%create(d, darr_float32)
    call b%copy(a)
    call b%get([3], y4)
    call expect(real(y4, real64), 0.75_real64, 0.0_real64, 'copy to real32')
    b = a
    call b%set([3], 1.5_real64)
    call a%get([3], y8)
    call expect(y8, 0.75_real64, 0.0_real64, 'assignment copies elements')
    call a%create(d, darr_complex64)
    call darr_point(c4, a%view())
    c4 = [(cmplx(i, -i, real32), i=lo(1), hi(1))]
    call a%get([6], z4)
    call expect(abs(z4 - (6, -6)) <= 0, 'complex of real32')
    call a%create(d, darr_complex128)
    call darr_point(c8, a%view())
    c8 = [(cmplx(i, -i, real64), i=lo(1), hi(1))]
    call a%get([2], z8)
    call expect(abs(z8 - (2, -2)) <= 0, 'complex of real64')
    call a%fill((1.0_real64, 2.0_real64))
    call expect(all(abs(c8 - (1, 2)) <= 0), 'fill')
    call a%create(d, darr_bool)
    call darr_point(b1, a%view())
    b1 = [(mod(i, 3) == 0, i=lo(1), hi(1))]
    call a%get([9], l1)
    call expect(merge(1, 0, l1), 1, 'logical(c_bool)')
    call a%get([10], l1)
    call expect(merge(1, 0, l1), 0, 'logical(c_bool) false')

    ! Fortran sees unsigned integers through signed ones.
    call a%create(d, darr_uint16)
    call darr_point(i2, a%view())
    i2 = -1
    call a%get([3], x4)
    call expect(x4, 65535, 'unsigned seen as signed')

    ! A pointer of another type or rank: both are named.
    call a%create(d, darr_float64)
    call darr_point(r4, a%view(), ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'real(8) in 1 dimensions', &
        'type mismatch')
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'pointer is real(4) of rank 1', &
        'type mismatch')
    call expect(.not. associated(r4), 'the pointer is disassociated')

    call d%free()
    call a%free()
    call b%free()
    call end_test()
end program t201_array_kinds
