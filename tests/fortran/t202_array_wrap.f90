!> The caller's own memory, copy-free: any rank, sections with strides of any sign, components of a
!> derived type, larger allocations, ranks that hold nothing. Values by global index.
program t202_array_wrap
    use, intrinsic :: iso_fortran_env, only: int16, int64, real32, real64
    use check
    use distarray
    implicit none

    type :: cell
        real(real64) :: density
        real(real32) :: weight(2)
    end type cell
    type(darr_dist) :: d
    type(darr_array) :: a, b
    real(real64), allocatable, target, asynchronous :: u(:, :, :), big(:, :, :)
    type(cell), allocatable, target :: cells(:, :)
    integer(int16), allocatable, target :: seven(:, :, :, :, :, :, :)
    complex(real64), pointer :: c(:) => null()
    real(real64), pointer :: p(:, :, :) => null(), q(:, :) => null()
    real(real32), pointer :: w(:, :) => null()
    real(real64) :: x
    real(real32) :: y
    integer(int64) :: seven_extents(7)
    integer :: lo(3), hi(3), i, j, k, ierr

    call begin_test()
    call d%create(comm, [7, 5, 6], halo=[1, 0, 1])
    call d%box(lo, hi)

    ! Allocated with the bounds of the section, halo included.
    call padded_bounds(d, lo, hi)
    allocate (u(lo(1):hi(1), lo(2):hi(2), lo(3):hi(3)))
    call d%box(lo, hi)
    u = -1
    do concurrent(i=lo(1):hi(1), j=lo(2):hi(2), k=lo(3):hi(3))
        u(i, j, k) = f(i, j, k)
    end do
    call a%wrap(d, darr_memory(u))
    call values(a, 'whole array')
    call darr_point(p, a%view())
    if (size(u) > 0) then
        call expect([lbound(p), ubound(p)], [lbound(u), ubound(u)], 'bounds of the view')
        p(hi(1), hi(2), hi(3)) = 17
        call expect(u(hi(1), hi(2), hi(3)), 17.0_real64, 0.0_real64, 'the view is the memory')
        u(hi(1), hi(2), hi(3)) = f(hi(1), hi(2), hi(3))
    end if
    call a%set([7, 5, 6], -3.0_real64)
    if (all(hi == [7, 5, 6])) call expect(u(7, 5, 6), -3.0_real64, 0.0_real64, &
        'set writes the memory')
    call a%set([7, 5, 6], f(7, 5, 6))

    ! Every second element of a larger allocation, the second dimension backwards.
    allocate (big(2*size(u, 1) + 1, size(u, 2) + 3, size(u, 3) + 2))
    big = -7
    associate (part => big(2:2*size(u, 1):2, size(u, 2):1:-1, 3:))
        part(:, :, :) = u
    end associate
    call b%wrap(d, darr_memory(big(2:2*size(u, 1):2, size(u, 2):1:-1, 3:)))
    call values(b, 'section with strides')
    call darr_point(p, b%view())
    if (size(u) > 0) then
        call expect(all(abs(p - u) <= 0), 'view with strides')
        call expect([lbound(p), ubound(p)], [lbound(u), ubound(u)], 'bounds of a view with strides')
    end if
    call b%fill(5.0_real64)
    call expect(count(abs(big - 5) <= 0), size(u), 'fill touches the section')
    call expect(count(abs(big + 7) <= 0), size(big) - size(u), 'and nothing beside it')
    b = a
    call values(b, 'copied into a section')

    ! Components of a derived type: strides of its size.
    call d%create(comm, [9, 4], procs=[ranks, 1])
    call d%box(lo(:2), hi(:2))
    allocate (cells(lo(1):hi(1), 4))
    do concurrent(i=lo(1):hi(1), j=1:4)
        cells(i, j)%density = f(i, j)
        cells(i, j)%weight = real([-f(i, j), f(i, j)/2], real32)
    end do
    call a%wrap(d, darr_memory(cells%density))
    call a%get([9, 3], x)
    call expect(x, f(9, 3), 0.0_real64, 'component')
    call b%wrap(d, darr_memory(cells%weight(2)))
    call b%get([8, 2], y)
    call expect(real(y, real64), f(8, 2)/2, 0.0_real64, 'component of real32')
    call darr_point(w, b%view())
    if (size(cells) > 0) call expect(real(w(hi(1), 4), real64), f(hi(1), 4)/2, 0.0_real64, &
        'view of a component')
    call darr_point(q, a%view())
    if (size(cells) > 0) call expect(q(hi(1), 2), f(hi(1), 2), 0.0_real64, &
        'view of the other component')

    ! A pointer as actual, a rank without memory, rank 7.
    call d%create(comm, [5], procs=[min(ranks, 5)])
    call d%box(lo(:1), hi(:1))
    if (hi(1) >= lo(1)) then
        allocate (c(lo(1):hi(1)))
        c = [(cmplx(i, 0, real64), i=lo(1), hi(1))]
    end if
    call a%wrap(d, darr_memory(c))
    call expect(a%norm(), sqrt(55.0_real64), 1e-13_real64, 'complex pointer')
    call d%create(comm, [2, 2, 2, 2, 2, 2, 6], procs=[1, 1, 1, 1, 1, 1, ranks])
    seven_extents = d%counts()
    allocate (seven(2, 2, 2, 2, 2, 2, seven_extents(7)))
    seven = 1
    call b%wrap(d, darr_memory(seven))
    call expect(b%sum(), 384.0_real64, 0.0_real64, 'rank 7')

    ! Wrong memory: the same code on every rank.
    call b%wrap(d, darr_memory(u), ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), '', 'wrong rank')
    call end_test()
contains
    subroutine padded_bounds(d, first, last)
        type(darr_dist), intent(in) :: d
        integer, intent(out) :: first(:), last(:)
        integer :: below(3), above(3)

        call d%box(first, last)
        call d%padding(below, above)
        first = first - below
        last = last + above
    end subroutine padded_bounds

    subroutine values(a, what)
        type(darr_array), intent(in) :: a
        character(*), intent(in) :: what
        real(real64) :: x
        integer :: i, j, k

        do k = 1, 6, 5
            do j = 1, 5, 2
                do i = 1, 7, 3
                    call a%get([i, j, k], x)
                    call expect(x, f(i, j, k), 0.0_real64, what)
                end do
            end do
        end do
    end subroutine values
end program t202_array_wrap
