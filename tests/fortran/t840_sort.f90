!> Sorting, indices of the order, quantiles and different values.
program t840_sort
    use, intrinsic :: iso_fortran_env, only: int32, int64, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: dist, plane
    type(darr_array) :: x, order, flat, values, counts, places
    integer :: ierr, map

    call begin_test()
    do map = 1, 2
        if (map == 1) then
            call dist%create(comm, [50], map=[darr_block])
        else
            call dist%create(comm, [50], map=[darr_cyclic])
        end if
        call sorted()
        call dist%free()
    end do
    call refused()
    call end_test()
contains
    elemental integer function value(i)
        integer, intent(in) :: i

        value = modulo(37*i, 50)/2
    end function value

    subroutine sorted()
        real(real64) :: q(3), number
        integer(int32) :: at, before, seen
        integer :: k

        call x%create(dist, darr_float64)
        call order%create(dist, darr_int32)
        do k = 1, 50
            call x%set([k], real(value(k), real64))
        end do
        call x%argsort(order)
        call values%unique(x, counts, places)
        before = 0
        do k = 1, 50
            call order%get([k], at)
            call expect(value(int(at)), (k - 1)/2, 'order')
            if (modulo(k, 2) == 0) call expect(at > before, 'the order is stable')
            before = at
            call places%get([k], seen)
            call expect(int(seen), value(k) + 1, 'inverse')
        end do
        do k = 1, 25
            call values%get([k], number)
            call expect(nint(number), k - 1, 'different values')
            call counts%get([k], seen)
            call expect(int(seen), 2, 'counts')
        end do
        call expect(x%median(), 12.0_real64, 0.0_real64, 'median')
        call x%quantiles([0.0_real64, 0.75_real64, 1.0_real64], q)
        call expect(q(1), 0.0_real64, 0.0_real64, 'least')
        call expect(q(2), 18.0_real64, 0.0_real64, 'third quartile')
        call expect(q(3), 24.0_real64, 0.0_real64, 'greatest')
        call x%sort()
        do k = 1, 50
            call x%get([k], number)
            call expect(nint(number), (k - 1)/2, 'sorted')
        end do
        call values%unique(x)
        call values%get([25], number)
        call expect(nint(number), 24, 'different values alone')
        call counts%free()
        call places%free()
        call values%free()
        call order%free()
        call x%free()
    end subroutine sorted

    subroutine refused()
        real(real64) :: one(1)

        call plane%create(comm, [5, 4])
        call flat%create(plane, darr_float64)
        call flat%sort(ierr)
        call expect_code(ierr, darr_err_unsupported, darr_last_error(), '2 dimensions', 'a plane')
        call values%unique(flat, ierr=ierr)
        call expect_code(ierr, darr_err_unsupported, darr_last_error(), '2 dimensions', 'a plane')
        one = 0
        call flat%quantiles([0.5_real64, 0.5_real64], one, ierr)
        call expect_code(ierr, darr_err_argument, darr_last_error(), 'fewer values than', 'too few values')
        call flat%argsort(flat, ierr)
        call expect_code(ierr, darr_err_unsupported, darr_last_error(), '2 dimensions', 'a plane')
        call flat%free()
        call plane%free()
    end subroutine refused
end program t840_sort
