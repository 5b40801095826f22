!> Redistribution between pencils, two arrays at once, there and back; into other maps and orders.
program t302_plan_redistribute
    use, intrinsic :: iso_fortran_env, only: int32, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: x_pencils, y_pencils, blocks
    type(darr_array) :: x, y, back, xi, yi, z
    type(darr_plan) :: to_y, to_x, to_blocks
    real(real64), pointer :: px(:, :, :) => null(), py(:, :, :) => null(), pb(:, :, :) => null(), &
        pz(:, :, :) => null()
    integer(int32), pointer :: ni(:, :, :) => null(), nj(:, :, :) => null()
    integer :: i, j, k, ierr

    call begin_test()
    call x_pencils%create(comm, [6, 7, 8], map=[darr_whole, darr_block, darr_block])
    call y_pencils%create(comm, [6, 7, 8], map=[darr_block, darr_whole, darr_block])
    call blocks%create(comm, [6, 7, 8], halo=[1], order='C')
    call x%create(x_pencils, darr_float64)
    call back%create(x_pencils, darr_float64)
    call y%create(y_pencils, darr_float64)
    call xi%create(x_pencils, darr_int32)
    call yi%create(y_pencils, darr_int32)
    call z%create(blocks, darr_float64)
    call z%fill(-1.0_real64)
    call darr_point(px, x%view())
    call darr_point(py, y%view())
    call darr_point(pb, back%view())
    call darr_point(pz, z%view())
    call darr_point(ni, xi%view())
    call darr_point(nj, yi%view())
    do k = lbound(px, 3), ubound(px, 3)
        do j = lbound(px, 2), ubound(px, 2)
            do i = lbound(px, 1), ubound(px, 1)
                px(i, j, k) = f(i, j, k)
                ni(i, j, k) = -int(i + 10*j + 100*k, int32)
            end do
        end do
    end do

    call to_y%redistribute([x, xi], [y, yi], ierr=ierr)
    if (ierr /= darr_ok) then
        ! Several element types in one plan are the library's choice; alone each must do.
        call to_y%redistribute([x], [y])
        call to_y%run()
        call to_y%redistribute([xi], [yi])
    end if
    call to_y%run()
    do k = lbound(py, 3), ubound(py, 3)
        do j = lbound(py, 2), ubound(py, 2)
            do i = lbound(py, 1), ubound(py, 1)
                call expect(py(i, j, k), f(i, j, k), 0.0_real64, 'y pencils')
                call expect(nj(i, j, k), -(i + 10*j + 100*k), 'second array')
            end do
        end do
    end do
    call to_x%redistribute([y], [back])
    call to_x%begin()
    call to_x%end()
    call expect(all(abs(pb - px) <= 0), 'there and back')

    ! Blocks of C order with halos: owned elements arrive, ghosts stay.
    call to_blocks%redistribute([y], [z])
    call to_blocks%run()
    call compare_blocks()

    call to_x%redistribute([x], [y, back], ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'as many targets', 'unequal lists')
    call blocks%create(comm, [6, 7, 9])
    call z%create(blocks, darr_float64)
    call to_x%redistribute([x], [z], ierr=ierr)
    call expect(ierr, darr_err_argument, 'another shape')
    call end_test()
contains
    subroutine compare_blocks()
        integer :: lo(3), hi(3), i, j, k

        call blocks%box(lo, hi)
        if (any(hi < lo)) return
        do i = lbound(pz, 3), ubound(pz, 3)
            do j = lbound(pz, 2), ubound(pz, 2)
                do k = lbound(pz, 1), ubound(pz, 1)
                    if (all([i, j, k] >= lo) .and. all([i, j, k] <= hi)) then
                        call expect(pz(k, j, i), f(i, j, k), 0.0_real64, 'blocks')
                    else
                        call expect(pz(k, j, i), -1.0_real64, 0.0_real64, 'ghosts of blocks')
                    end if
                end do
            end do
        end do
    end subroutine compare_blocks
end program t302_plan_redistribute
