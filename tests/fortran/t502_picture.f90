!> Pictures: a PNG of the right size, of planes and axes of the caller's choice.
program t502_picture
    use, intrinsic :: iso_fortran_env, only: int8, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: d
    type(darr_array) :: a
    real(real64), pointer :: p(:, :, :) => null()
    integer :: lo(3), hi(3), i, j, k, ierr

    call begin_test()
    call d%create(comm, [20, 30, 4])
    call a%create(d, darr_float64)
    call d%box(lo, hi)
    call darr_point(p, a%view())
    do concurrent(i=lo(1):hi(1), j=lo(2):hi(2), k=lo(3):hi(3))
        p(i, j, k) = i*j*k
    end do
    call a%save_png('plain.png')
    call size_of('plain.png', 20, 30)
    call a%save_png('plane.png', colors=darr_colors_red_blue, scale=3, range=[-100.0, 100.0], &
        axes=[2, 3], index=[7, 1, 1])
    call size_of('plane.png', 90, 12)
    call a%save_png('wrong.png', axes=[1, 4], ierr=ierr)
    call expect(ierr, darr_err_argument, 'an axis beyond the dimensions')
    call a%save_png('wrong.png', index=[1, 1, 5], ierr=ierr)
    call expect(ierr, darr_err_argument, 'a plane beyond the extent')
    call a%save_png('wrong.png', range=[1.0], ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'range', 'half a range')
    call a%save_png('wrong.png', axes=[1, 2, 3], ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'axes', 'three axes')
    call a%save_png('no/such/folder/wrong.png', ierr=ierr)
    call expect(ierr, darr_err_io, 'a missing folder')
    call d%free()
    call a%free()
    call end_test()
contains
    !> Width and height stand big-endian in bytes 17 to 24 of a PNG.
    subroutine size_of(path, width, height)
        character(*), intent(in) :: path
        integer, intent(in) :: width, height
        integer(int8) :: head(24)
        integer :: unit, bytes(24)

        if (rank /= 0) return
        open (newunit=unit, file=path, access='stream', form='unformatted', status='old', &
            action='read')
        read (unit) head
        close (unit)
        bytes = iand(int(head), 255)
        call expect(bytes(2:4), [iachar('P'), iachar('N'), iachar('G')], path)
        call expect(256*bytes(19) + bytes(20), width, path//', width')
        call expect(256*bytes(23) + bytes(24), height, path//', height')
    end subroutine size_of
end program t502_picture
