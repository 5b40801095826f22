!> Padding outside of the domain filled by the exchange: mirrored about the face of cells and about
!> the elements of a staggered field, on a line, and by a function of the program, which may fail.
module t304_callback
    use, intrinsic :: iso_c_binding
    use, intrinsic :: iso_fortran_env, only: real64
    use distarray
    implicit none

    integer(c_int), target :: answer = 0
contains
    !> Layers above the second dimension: 100 times the column, of row 1 as well.
    integer(c_int) function columns(user, region) bind(c)
        type(c_ptr), value :: user
        type(darr_edge_region), intent(in) :: region
        real(real64), pointer :: p(:, :) => null()
        integer(c_int), pointer :: wanted
        integer :: j

        call darr_point(p, darr_edge_view(region))
        do j = lbound(p, 2), ubound(p, 2)
            p(:, j) = 100*j
        end do
        call c_f_pointer(user, wanted)
        columns = 0
        if (lbound(p, 1) <= 0) columns = wanted
    end function columns
end module t304_callback

program t304_plan_edges
    use, intrinsic :: iso_c_binding, only: c_loc
    use, intrinsic :: iso_fortran_env, only: real64
    use check
    use distarray
    use t304_callback
    implicit none

    type(darr_dist) :: cells, faces
    type(darr_array) :: a, b
    type(darr_plan) :: plan
    real(real64), pointer :: u(:, :) => null(), v(:, :) => null()
    integer :: ierr, n

    n = 4*ranks
    call begin_test()
    call cells%create(comm, [n, 5], map=[darr_block, darr_whole], halo=[1], boundary=[2, 1])
    call faces%staggered(cells, [darr_stagger_face, darr_stagger_cell])
    call a%create(cells, darr_float64)
    call b%create(faces, darr_float64)
    call darr_point(u, a%view())
    call darr_point(v, b%view())
    call plan%halo([a, b], edges=[ &
        darr_edge(dim=1, side=darr_side_below, kind=darr_edge_mirror), &
        darr_edge(dim=1, side=darr_side_above, kind=darr_edge_antisymmetric, value=3._real64, array=1), &
        darr_edge(dim=1, side=darr_side_above, kind=darr_edge_constant, value=-1.5_real64, array=2), &
        darr_edge(dim=2, side=darr_side_below, kind=darr_edge_linear), &
        darr_edge(dim=2, side=darr_side_above, kind=darr_edge_callback, callback=columns, &
        user=c_loc(answer))])
    call put(u, n)
    call put(v, n + 1)
    call plan%run()
    call compare(u, n, .false.)
    call compare(v, n + 1, .true.)

    answer = 5
    call plan%run(ierr)
    call expect_code(ierr, darr_err_callback, darr_last_error(), 'failed with 5', 'a callback fails')
    answer = 0
    call plan%run()
    call plan%halo([a], edges=[darr_edge(dim=3)], ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'no dimension 2', 'no third dimension')
    call plan%halo([a], edges=[darr_edge(array=2)], ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'array 1', 'no second array')
    call plan%free()
    call a%free()
    call b%free()
    call cells%free()
    call faces%free()
    call end_test()
contains
    subroutine put(x, rows)
        real(real64), intent(in), pointer :: x(:, :)
        integer, intent(in) :: rows
        integer :: i, j

        x = -99
        do j = 1, 5
            do i = max(1, lbound(x, 1)), min(rows, ubound(x, 1))
                x(i, j) = f(i, j)
            end do
        end do
    end subroutine put

    subroutine compare(x, rows, on_faces)
        real(real64), intent(in), pointer :: x(:, :)
        integer, intent(in) :: rows
        logical, intent(in) :: on_faces
        integer :: i, j

        do j = 0, 6
            do i = lbound(x, 1), ubound(x, 1)
                call expect(x(i, j), value(i, j, rows, on_faces), 0.0_real64, 'padding and all')
            end do
        end do
    end subroutine compare

    recursive real(real64) function value(i, j, rows, on_faces) result(x)
        integer, intent(in) :: i, j, rows
        logical, intent(in) :: on_faces

        if (j == 0) then
            x = 2*value(i, 1, rows, on_faces) - value(i, 2, rows, on_faces)
        else if (j == 6) then
            x = 600
        else if (i < 1) then
            x = f(merge(2 - i, 1 - i, on_faces), j)
        else if (i <= rows) then
            x = f(i, j)
        else if (on_faces) then
            x = -1.5_real64
        else
            x = 6 - f(2*rows + 1 - i, j)
        end if
    end function value
end program t304_plan_edges
