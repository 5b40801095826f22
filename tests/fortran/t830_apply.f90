!> Procedures of the program on sections and elements: internal ones that see the variables around
!> them, values by global index, parts in the order of the ranks, and failures of one rank.
program t830_apply
    use, intrinsic :: iso_fortran_env, only: int32, int64, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: block, cyclic, c_order
    type(darr_array) :: a, b, k, s, z, small
    real(real64) :: value, factor, values(3), wide(200)
    complex(real64) :: number
    integer(int64) :: whole
    integer :: calls, failing, i, j, ierr

    call begin_test()
    call block%create(comm, [9, 6], halo=[1])
    call cyclic%create(comm, [9, 6], map=[darr_cyclic, darr_whole])
    call c_order%create(comm, [9, 6], order='C')
    call a%create(block, darr_float64)
    call b%create(c_order, darr_float64)
    call k%create(cyclic, darr_int32)
    call s%create(cyclic, darr_float32)
    call z%create(c_order, darr_complex128)
    call small%create(block, darr_int8)

    factor = 3
    call a%from_function(product_of)
    call b%from_function(product_of)
    call s%from_function(product_of)
    call k%from_integer_function(row_first)
    call z%from_complex_function(plane)
    do j = 1, 6
        do i = 1, 9
            call a%get([i, j], value)
            call expect(value, 3*f(i, j), 0.0_real64, 'reals of a block')
            call b%get([i, j], value)
            call expect(value, 3*f(i, j), 0.0_real64, 'reals in C order')
            call s%get([i, j], value)
            call expect(value, 3*f(i, j), 0.0_real64, 'short reals dealt out')
            call k%get([i, j], whole)
            call expect(whole, 10*i + j, 'integers')
            call z%get([i, j], number)
            call expect(abs(number - cmplx(i, j, real64)), 0.0_real64, 0.0_real64, 'complex numbers')
        end do
    end do

    calls = 0
    factor = 5
    call darr_apply([a, b, k], scale)
    call expect(calls, 1, 'one call on each rank')
    do j = 1, 6
        do i = 1, 9
            call a%get([i, j], value)
            call expect(value, 15*f(i, j) + i, 0.0_real64, 'a section scaled')
            call b%get([i, j], value)
            call expect(value, 3*f(i, j) + j, 0.0_real64, 'a reversed section')
            call k%get([i, j], whole)
            call expect(whole, -10*i - j, 'a section dealt out')
        end do
    end do

    ! The sum of i + 1000 j, the ranks from the first to the last.
    call a%from_function(plain)
    calls = 0
    call darr_reduce_with([a], part, combine, values)
    call expect(values(1), 54*(5 + 3500.0_real64), 1e-9_real64, 'a sum')
    call expect(values(2), 0.0_real64, 0.0_real64, 'the first rank')
    call expect(values(3), ranks - 1.0_real64, 0.0_real64, 'the last rank')
    call expect(calls, 1, 'one part on each rank')
    wide = -1
    call darr_reduce_with([a], part, combine, wide(::2))
    call expect(wide(1), values(1), 0.0_real64, 'a sum of every second')
    call expect(wide(5), ranks - 1.0_real64, 0.0_real64, 'its last rank')
    call expect(wide(2), -1.0_real64, 0.0_real64, 'what lies between')

    do failing = 0, ranks - 1
        call darr_apply([a], fails, ierr)
        call expect_code(ierr, darr_err_callback, darr_last_error(), 'failed with 7', 'a procedure fails')
        values = -1
        call darr_reduce_with([a], part_fails, combine, values, ierr)
        call expect_code(ierr, darr_err_callback, darr_last_error(), 'failed with 8', 'a part fails')
        call expect(values(1), -1.0_real64, 0.0_real64, 'nothing is written')
    end do
    if (ranks > 1) then
        call darr_reduce_with([a], part, combine_fails, values, ierr)
        call expect_code(ierr, darr_err_callback, darr_last_error(), 'failed with 9', 'a combination fails')
    end if
    call small%from_integer_function(too_large, ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'fit into int8', 'an integer is too large')
    call k%from_function(plain, ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'does not convert', 'reals are no integers')
    call darr_reduce_with([a], part, combine, values(:0), ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'bytes is 0', 'no values')
    call expect(size(cyclic%indices(0, ierr=ierr)), 0, 'no dimension 0')
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'dimension', 'no dimension 0')
    call darr_apply([darr_array ::], fails, ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'at least one', 'no arrays')
    call a%free()
    call darr_apply([a], fails, ierr)
    call expect_code(ierr, darr_err_handle, darr_last_error(), 'NULL', 'no array')

    call b%free()
    call k%free()
    call s%free()
    call z%free()
    call small%free()
    call block%free()
    call cyclic%free()
    call c_order%free()
    call end_test()
contains
    real(real64) function plain(index)
        integer(int64), intent(in) :: index(:)

        plain = f(int(index(1)), int(index(2)))
    end function plain

    real(real64) function product_of(index)
        integer(int64), intent(in) :: index(:)

        product_of = factor*f(int(index(1)), int(index(2)))
    end function product_of

    integer(int64) function row_first(index)
        integer(int64), intent(in) :: index(:)

        row_first = 10*index(1) + index(2)
    end function row_first

    integer(int64) function too_large(index)
        integer(int64), intent(in) :: index(:)

        too_large = 1000 + index(1)
    end function too_large

    complex(real64) function plane(index)
        integer(int64), intent(in) :: index(:)

        plane = cmplx(index(1), index(2), real64)
    end function plane

    subroutine scale(views, ierr)
        type(darr_view), intent(in) :: views(:)
        integer, intent(inout) :: ierr
        real(real64), pointer :: p(:, :) => null(), q(:, :) => null()
        integer(int32), pointer :: n(:, :) => null()
        integer(int64), allocatable :: rows(:)
        integer :: row, column, lo(2), hi(2)

        calls = calls + 1
        if (size(views) /= 3) ierr = 1
        call darr_point(p, views(1))
        call darr_point(q, views(2))
        call darr_point(n, views(3))
        call block%box(lo, hi)
        do column = lo(2), hi(2)
            do row = lo(1), hi(1)
                p(row, column) = factor*p(row, column) + row
            end do
        end do
        ! Of a C-order array the dimensions are reversed.
        do column = lbound(q, 1), ubound(q, 1)
            q(column, :) = q(column, :) + column
        end do
        n = -n
        allocate (rows, source=cyclic%indices(1))
        call expect(size(n, 1), size(rows), 'rows of a section')
        if (size(n) > 0) call expect(-int(n(:, 2)), int(10*rows + 2), 'the indices of rows')
    end subroutine scale

    subroutine part(views, values, ierr)
        type(darr_view), intent(in) :: views(:)
        real(real64), intent(inout) :: values(:)
        integer, intent(inout) :: ierr
        real(real64), pointer :: p(:, :) => null()
        integer :: lo(2), hi(2)

        calls = calls + 1
        ierr = int(sum(abs(values)))
        call darr_point(p, views(1))
        call block%box(lo, hi)
        if (all(lo <= hi)) values(1) = sum(p(lo(1):hi(1), lo(2):hi(2)))
        values(2:3) = rank
    end subroutine part

    subroutine part_fails(views, values, ierr)
        type(darr_view), intent(in) :: views(:)
        real(real64), intent(inout) :: values(:)
        integer, intent(inout) :: ierr

        values = rank*size(views)
        if (rank == failing) ierr = 8
    end subroutine part_fails

    subroutine combine(lower, higher, ierr)
        real(real64), intent(in) :: lower(:)
        real(real64), intent(inout) :: higher(:)
        integer, intent(inout) :: ierr

        if (nint(lower(3)) + 1 /= nint(higher(2))) ierr = 1
        higher(1) = lower(1) + higher(1)
        higher(2) = lower(2)
    end subroutine combine

    subroutine combine_fails(lower, higher, ierr)
        real(real64), intent(in) :: lower(:)
        real(real64), intent(inout) :: higher(:)
        integer, intent(inout) :: ierr

        higher = lower
        ierr = 9
    end subroutine combine_fails

    subroutine fails(views, ierr)
        type(darr_view), intent(in) :: views(:)
        integer, intent(inout) :: ierr

        if (rank == failing .and. size(views) == 1) ierr = 7
    end subroutine fails
end program t830_apply
