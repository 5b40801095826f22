!> Arrays of different communicators and of different shapes; ranks that change places.
program t309_between
    use, intrinsic :: iso_c_binding, only: c_int
    use, intrinsic :: iso_fortran_env, only: real64
    use check
    use distarray
    implicit none

    integer, parameter :: n = 6, m = 4
    type(darr_dist) :: first, all, line, shifted, found
    type(darr_array) :: x, y, z, none(0), never(1)
    type(darr_plan) :: plan
    type(darr_plan_info) :: info
    real(real64), pointer :: px(:, :) => null(), py(:, :) => null(), pz(:) => null()
    integer :: i, j, ierr
    integer(c_int) :: lead
    logical :: inside

    call begin_test()
    ! All ranks but the last, or the only one.
    lead = host_cart(1_c_int, [int(max(1, ranks - 1), c_int)], [0_c_int])
    inside = rank < max(1, ranks - 1)
    call all%create(comm, [m, n], map=[darr_block, darr_cyclic])
    call y%create(all, darr_float64)
    if (inside) then
        call first%create(lead, [n, m], halo=[1])
        call x%create(first, darr_float64)
        call darr_point(px, x%view())
        do j = lbound(px, 2), ubound(px, 2)
            do i = lbound(px, 1), ubound(px, 1)
                px(i, j) = f(i, j)
            end do
        end do
        call plan%redistribute_between(comm, [x], [y], axes=[2, 1])
    else
        call plan%redistribute_between(comm, never, [y])
    end if
    call plan%run()
    call darr_point(py, y%view())
    do j = lbound(py, 2), ubound(py, 2)
        do i = lbound(py, 1), ubound(py, 1)
            associate (g => int(all%to_global([i, j] - lbound(py) + 1)))
                call expect(py(i, j), f(g(2), g(1)), 0.0_real64, 'turned')
            end associate
        end do
    end do

    ! Columns one after the other, and back.
    call line%create(comm, [n*m], map=[darr_block], halo=[2])
    call z%create(line, darr_float64)
    if (inside) then
        call plan%redistribute_between(comm, [x], [z], reshape=darr_reshape_f)
    else
        call plan%redistribute_between(comm, none, [z], reshape=darr_reshape_f)
    end if
    call plan%run()
    call darr_point(pz, z%view())
    do i = 1, n*m
        if (line%owner([i]) == rank) &
            call expect(pz(i), f(mod(i - 1, n) + 1, (i - 1)/n + 1), 0.0_real64, 'columns in a line')
    end do
    call plan%redistribute([z], [y], reshape=darr_reshape_c)
    call plan%run()
    do j = lbound(py, 2), ubound(py, 2)
        do i = lbound(py, 1), ubound(py, 1)
            associate (g => int(all%to_global([i, j] - lbound(py) + 1)))
                associate (k => n*(g(1) - 1) + g(2) - 1)
                    call expect(py(i, j), f(mod(k, n) + 1, k/n + 1), 0.0_real64, 'rows of a line')
                end associate
            end associate
        end do
    end do

    ! What is wrong on one side is everybody's error.
    if (inside) then
        call plan%redistribute_between(comm, [x], [y], axes=[1, 2], ierr=ierr)
    else
        call plan%redistribute_between(comm, none, [y], ierr=ierr)
    end if
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'extent', 'shapes that differ')
    if (inside) then
        call plan%redistribute_between(comm, [x], [y], axes=[1, 2, 3], ierr=ierr)
    else
        call plan%redistribute_between(comm, none, [y], ierr=ierr)
    end if
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'axes', 'three axes of two')
    call plan%redistribute_between(comm, none, none, ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'no rank passed', 'no arrays')
    call plan%redistribute([z], [y], reshape=7, ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'reshape 7', 'an unknown order')

    ! A shift of the ranks is undone: nothing moves.
    call line%create(comm, [12*ranks])
    call shifted%create(comm, [12*ranks], ranks=[(mod(i, ranks), i=1, ranks)])
    call found%relabel(line, shifted)
    call expect(found%compatible(line), 'everybody is back')
    call z%free()
    call z%create(line, darr_float64)
    call x%free()
    call x%create(found, darr_float64)
    call plan%redistribute([z], [x])
    call plan%describe(info)
    call expect(int(info%bytes_local), 96, 'bytes that stay')
    call expect(int(info%bytes), 0, 'bytes that go')
    call found%relabel(line, all, ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'dimensions', 'two shapes')

    call plan%free()
    call x%free()
    call y%free()
    call z%free()
    call first%free()
    call all%free()
    call line%free()
    call shifted%free()
    call found%free()
    if (inside) call host_free(lead)
    call end_test()
end program t309_between
