!> Parts of arrays: slices by entries, elements fetched and put, assignment, arrays of chosen elements.
program t312_parts
    use, intrinsic :: iso_fortran_env, only: int32, int64, real64
    use, intrinsic :: iso_c_binding, only: c_bool
    use check
    use distarray
    implicit none

    type(darr_dist) :: dealt, rows, deep, d
    type(darr_array) :: x, y, z, v, w, truths
    integer(int32), target, allocatable :: all(:, :), turned(:, :), row(:), pair(:)
    real(real64), target, allocatable :: cells(:, :)
    integer(int32), target :: one
    integer(int32) :: seen
    real(real64) :: number
    integer :: i, j, ierr, mine

    call begin_test()
    call dealt%create(comm, [11, 7], map=[darr_block, darr_cyclic])
    call rows%create(comm, [11, 7], map=[darr_cyclic, darr_whole], order='C')
    call x%create(dealt, darr_int32)
    call y%create(rows, darr_int32)
    do j = 1, 7
        do i = 1, 11
            call x%set([i, j], value(i, j))
        end do
    end do
    mine = 1 + modulo(rank, 11)

    call views()
    call fetched()
    call assigned()
    call chosen()
    call refused()

    call x%free()
    call y%free()
    call dealt%free()
    call rows%free()
    call end_test()
contains
    elemental integer(int32) function value(i, j)
        integer, intent(in) :: i, j

        value = int(1000*i + j, int32)
    end function value

    subroutine views()
        call v%slice(x, [darr_range(10, 1, -4), darr_new_dimension(), darr_at(3)])
        d = v%distribution()
        call expect(int(d%shape()), [3, 1], 'shape of a view')
        call v%get([1, 1], seen)
        call expect(int(seen), int(value(10, 3)), 'first of a view')
        call v%get([3, 1], seen)
        call expect(int(seen), int(value(2, 3)), 'last of a view')
        call d%free()
        call v%slice(x, [darr_ellipsis(), darr_range(first=6_int64)])
        d = v%distribution()
        call expect(int(d%shape()), [11, 2], 'shape of a view with an ellipsis')
        call v%get([5, 2], seen)
        call expect(int(seen), int(value(5, 7)), 'a view with an ellipsis')
        call d%free()
        call v%slice(x, [darr_all(), darr_range(5, 4)])
        d = v%distribution()
        call expect(int(d%shape()), [11, 0], 'shape of nothing')
        call d%free()
        call v%free()
    end subroutine views

    subroutine fetched()
        allocate (all(11, 7), turned(7, 11), row(7), pair(2), cells(3, 7))
        all = -1
        ! All of it to the last rank.
        if (rank == ranks - 1) then
            call x%fetch(darr_memory(all))
        else
            call x%fetch()
        end if
        do j = 1, 7
            do i = 1, 11
                call expect(int(all(i, j)), merge(int(value(i, j)), -1, rank == ranks - 1), 'all of it')
            end do
        end do
        ! A row to each, and a strided section of real memory.
        call x%fetch(darr_memory(row), [darr_at(mine), darr_range(7, 1, -1)])
        do j = 1, 7
            call expect(int(row(8 - j)), int(value(mine, j)), 'a row')
        end do
        cells = 0
        call x%fetch(darr_memory(cells(1:3:2, :)), [darr_range(2, 3)])
        do j = 1, 7
            call expect(cells(1, j), real(value(2, j), real64), 0.0_real64, 'first section')
            call expect(cells(2, j), 0.0_real64, 0.0_real64, 'between sections')
            call expect(cells(3, j), real(value(3, j), real64), 0.0_real64, 'second section')
        end do
        ! One element from each, added in the order of the ranks, and two from the first alone.
        one = 1
        call x%put(darr_memory(one), [darr_at(4), darr_at(5)], combine=darr_combine_add)
        call x%get([4, 5], seen)
        call expect(int(seen), value(4, 5) + ranks, 'a sum')
        call x%set([4, 5], value(4, 5))
        pair = [5_int32, 6_int32]
        if (rank == 0) then
            call y%put(darr_memory(pair), [darr_range(10), darr_at(1)])
        else
            call y%put()
        end if
        call y%get([11, 1], seen)
        call expect(int(seen), 6, 'an element that was put')
        ! Memory of an array of C order is reversed.
        call y%assign(x)
        call y%fetch(darr_memory(turned))
        do j = 1, 7
            do i = 1, 11
                call expect(int(turned(j, i)), int(value(i, j)), 'reversed memory')
            end do
        end do
    end subroutine fetched

    subroutine assigned()
        call deep%create(comm, [11, 7, 3], map=[darr_block, darr_block, darr_cyclic])
        call z%create(deep, darr_float64)
        ! The missing last dimension repeats.
        call z%assign(x)
        call z%get([9, 6, 3], number)
        call expect(number, real(value(9, 6), real64), 0.0_real64, 'a plane that repeats')
        call v%slice(z, [darr_all(), darr_at(2), darr_range(2, 3)])
        call w%slice(x, [darr_all(), darr_range(7, 7)])
        call v%assign(w)
        call z%get([9, 2, 3], number)
        call expect(number, real(value(9, 7), real64), 0.0_real64, 'a column that repeats')
        call z%get([9, 2, 1], number)
        call expect(number, real(value(9, 2), real64), 0.0_real64, 'what was not assigned')
        ! A last dimension too many, of extent 1.
        call w%slice(x, [darr_ellipsis(), darr_new_dimension()])
        call y%fill(0_int32)
        call y%assign(w)
        call y%get([3, 4], seen)
        call expect(int(seen), int(value(3, 4)), 'a dimension less')
        call w%create(deep, darr_int32)
        call x%assign(w, ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'of 3 dimensions does not fit', &
            'a dimension too many')
        call v%free()
        call w%free()
        call z%free()
        call deep%free()
    end subroutine assigned

    subroutine chosen()
        call v%take(x, 2, [7, 1, 1])
        d = v%distribution()
        call expect(int(d%shape()), [11, 3], 'shape of what was taken')
        call d%free()
        call v%get([4, 1], seen)
        call expect(int(seen), int(value(4, 7)), 'what was taken')
        call v%pick(x, reshape([mine, 2, 11, 7], [2, 2]))
        call v%get([2*ranks], seen)
        call expect(int(seen), int(value(11, 7)), 'what was picked')
        call truths%create(rows, darr_bool)
        call truths%set([3, 5], .true._c_bool)
        call truths%set([9, 1], .true._c_bool)
        call v%mask(x, truths)
        call v%get([2], seen)
        call expect(int(seen), int(value(9, 1)), 'what a mask selects')
        call truths%free()
        call v%free()
    end subroutine chosen

    subroutine refused()
        call v%slice(x, [darr_range(1, 12)], ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'no element 12', 'a section beyond the end')
        call v%slice(x, [darr_range(3, -1, -2)], ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'no element -1', 'a section below 1')
        call v%slice(x, [1, 1], [11, 8], ierr=ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'no element 8', 'bounds beyond the end')
        call v%slice(x, [darr_at(0)], ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'no element 0', 'index 0')
        call v%slice(x, [darr_at(1.0)], ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'integers', 'a real index')
        ! On one rank alone: every rank hears of it.
        if (rank == ranks - 1) then
            call x%fetch(darr_memory(row), [darr_at(12)], ierr=ierr)
        else
            call x%fetch(darr_memory(row), [darr_at(1)], ierr=ierr)
        end if
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'no element 12', 'an index beyond the end')
        call x%fetch(darr_memory(row), [darr_at(1), darr_at(1)], ierr=ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), '0 dimensions', 'memory of another rank')
        call x%fetch(darr_memory(row(:6)), [darr_at(1)], ierr=ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'extents', 'memory of another extent')
        call v%take(x, 2, [merge(0, 1, rank == ranks - 1)], ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'below 1', 'index 0 to take')
        call v%take(x, 3, [1], ierr)
        call expect(ierr, darr_err_argument, 'a dimension that there is not')
        call v%mask(x, x, ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'bool', 'a mask of integers')
    end subroutine refused
end program t312_parts
