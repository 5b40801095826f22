!> Ranks: 1
!> `darr_memory`: kind, extents and byte strides of any array, by value of the addresses that they
!> give; what no array holds is told apart. Local, without a distribution.
program t002_memory
    use, intrinsic :: iso_c_binding
    use, intrinsic :: iso_fortran_env, only: int8, int16, int32, int64, real32, real64
    use check
    use distarray
    implicit none

    integer, parameter :: extended = max(selected_real_kind(18), selected_real_kind(6))
    type :: point_type
        integer(int32) :: i
        real(real64) :: x
    end type point_type
    type :: particle
        real(real64) :: at(3)
        integer(int64) :: id
    end type particle
    real(real64), allocatable, target :: field(:, :, :), empty(:, :)
    real(real32), target :: r4(2)
    complex(real32), target :: c4(2)
    complex(real64), target :: c8(2)
    integer(int8), target :: i1(2)
    integer(int16), target :: i2(2)
    integer(int32), target :: i4(2)
    integer(int64), target :: i8(2)
    logical(c_bool), target :: b1(2)
    logical(int32), target :: l4(2)
    logical(int64), target :: l8(2)
    character(4), target :: words(2)
    type(point_type), target :: points(2)
    type(particle), target :: particles(5)
    real(extended), target :: wide(2)
    real(real64), allocatable, target :: seven(:, :, :, :, :, :, :)
    real(real64), pointer :: p(:, :) => null()
    type(darr_memory) :: m
    integer :: i, j, k

    call begin_test()
    allocate (field(6, 5, 4), empty(0, 3), seven(2, 3, 2, 1, 2, 1, 2))
    do concurrent(i=1:6, j=1:5, k=1:4)
        field(i, j, k) = f(i, j, k)
    end do

    call see(darr_memory(field), darr_float64, [6, 5, 4], [8, 48, 240], field(1, 1, 1), 'whole')
    call see(darr_memory(field(2:6:2, 5:1:-1, 3:4)), darr_float64, [3, 5, 2], [16, -48, 240], &
        field(2, 5, 3), 'section')
    call see(darr_memory(field(:, 3, 6 - 4:4)), darr_float64, [6, 3], [8, 240], field(1, 3, 2), &
        'plane')
    p => field(6:1:-5, 2, :)
    call see(darr_memory(p), darr_float64, [2, 4], [-40, 240], field(6, 2, 1), 'pointer')
    particles%id = 0
    do i = 1, 5
        particles(i)%at = [f(i), f(i + 10), f(i + 20)]
    end do
    call see(darr_memory(particles(2:)%at(2)), darr_float64, [4], [32], particles(2)%at(2), &
        'component')
    call assumed_shape(field(::5, :, 2))
    m = darr_memory(seven)
    call expect(m%ndim, 7, 'rank 7')
    call expect(m%extents(1:7), [2, 3, 2, 1, 2, 1, 2], 'extents of rank 7')
    m = darr_memory(empty)
    call expect(m%dtype, darr_float64, 'an empty array has a type')
    call expect(m%extents(1:2), [0, 3], 'extents of an empty array')

    call kind_of(darr_memory(r4), darr_float32, 'real32')
    call kind_of(darr_memory(c4), darr_complex64, 'complex of real32')
    call kind_of(darr_memory(c8), darr_complex128, 'complex of real64')
    call kind_of(darr_memory(i1), darr_int8, 'int8')
    call kind_of(darr_memory(i2), darr_int16, 'int16')
    call kind_of(darr_memory(i4), darr_int32, 'int32')
    call kind_of(darr_memory(i8), darr_int64, 'int64')
    call kind_of(darr_memory(b1), darr_bool, 'logical(c_bool)')
    deallocate (empty)
    call kind_of(darr_memory(l4), -2, 'logical of 4 bytes')
    call kind_of(darr_memory(l8), -2, 'logical of 8 bytes')
    call kind_of(darr_memory(words), -3, 'character')
    call kind_of(darr_memory(points), -4, 'derived type')
    if (extended /= real64) call kind_of(darr_memory(wide), -5, 'extended real')
    p => null()
    m = darr_memory(p)
    call expect(.not. c_associated(m%base), 'a null pointer has no address')
    call expect(m%extents(1:2), [0, 0], 'a null pointer has no extents')
    m = darr_memory(empty)
    call expect(.not. c_associated(m%base), 'what is not allocated has no address')
    call end_test()
contains
    subroutine see(m, dtype, extents, strides, first, what)
        type(darr_memory), intent(in) :: m
        integer, intent(in) :: dtype, extents(:), strides(:)
        real(real64), intent(in) :: first
        character(*), intent(in) :: what
        real(real64), pointer :: at

        call expect(m%dtype, dtype, what//', type')
        call expect(m%ndim, size(extents), what//', rank')
        call expect(m%extents(:size(extents)), extents, what//', extents')
        call expect(m%strides(:size(extents)), strides, what//', strides')
        call c_f_pointer(m%base, at)
        call expect(at, first, 0.0_real64, what//', first element')
    end subroutine see

    subroutine assumed_shape(x)
        real(real64), target, intent(in) :: x(:, 3:)

        call see(darr_memory(x(:, 4:)), darr_float64, [2, 4], [40, 48], field(1, 2, 2), &
            'assumed shape')
    end subroutine assumed_shape

    subroutine kind_of(m, dtype, what)
        type(darr_memory), intent(in) :: m
        integer, intent(in) :: dtype
        character(*), intent(in) :: what

        call expect(m%dtype, dtype, what)
    end subroutine kind_of
end program t002_memory
