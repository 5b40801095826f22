!> Files: written with one distribution and read with another, attributes of every kind, what a file
!> says of itself, order C and F, errors that leave the former file alone.
program t501_file
    use, intrinsic :: iso_c_binding, only: c_bool
    use, intrinsic :: iso_fortran_env, only: int8, int16, int32, int64, real32, real64
    use check
    use distarray
    implicit none

    character(*), parameter :: path = 't501.h5'
    type(darr_dist) :: slabs, rows, c_rows
    type(darr_array) :: a, b, c, z
    type(darr_file) :: file
    real(real64), pointer :: p(:, :, :) => null(), q(:, :, :) => null()
    complex(real32), pointer :: w(:, :, :) => null()
    integer(int64), allocatable :: shape(:)
    real(real64) :: x, list(6), spaced(6)
    real(real32) :: y
    integer(int32) :: n4, n4s(3)
    integer(int64) :: n8
    integer(int16) :: n2(2)
    integer(int8) :: n1
    logical(c_bool) :: yes
    complex(real64) :: zz
    character(20) :: name
    character(3) :: short
    integer :: dtype, ierr, i, j, k

    call begin_test()
    call slabs%create(comm, [5, 6, 7], map=[darr_whole, darr_whole, darr_block], halo=[1, 0, 1])
    call rows%create(comm, [5, 6, 7], map=[darr_block, darr_block, darr_whole], halo=[0, 1, 0])
    call c_rows%create(comm, [5, 6, 7], map=[darr_block, darr_block, darr_whole], order='C')
    call a%create(slabs, darr_float64)
    call a%fill(-1.0_real64)
    call fill(a, p)
    call z%create(slabs, darr_complex64)
    call z%fill((2.5_real32, -1.0_real32))

    call file%open(comm, path, darr_create)
    call file%save('density', a)
    call file%save('fields/wave ', z)
    call file%set_attribute('density', 'time', 0.125_real64)
    call file%set_attribute('density', 'step', 300_int32)
    call file%set_attribute('density', 'big', 2_int64**40)
    call file%set_attribute('density', 'small', -5_int8)
    call file%set_attribute('density', 'on', .true._c_bool)
    call file%set_attribute('density', 'mode', (1.0_real64, -2.0_real64))
    call file%set_attribute('density', 'unit', 'n0 rho/L')
    call file%set_attribute('fields', 'grid', [5_int32, 6_int32, 7_int32])
    call file%set_attribute('/', 'title', 'drift waves')
    list = [1, 2, 3, 4, 5, 6]
    call file%set_attribute('/', 'odd', list(1::2))
    call file%set_attribute('/', 'pair', [3_int16, 4_int16])
    call file%close()

    call file%open(comm, path, darr_read)
    call file%describe('density', dtype, shape)
    call expect(dtype, darr_float64, 'described type')
    call expect(shape, [5, 6, 7], 'described shape')
    call file%describe('fields/wave', dtype, shape, order='C')
    call expect(dtype, darr_complex64, 'described complex type')
    call expect(shape, [7, 6, 5], 'shape as C order has it')
    call file%get_attribute('density', 'time', x)
    call expect(x, 0.125_real64, 0.0_real64, 'real attribute')
    call file%get_attribute('density', 'step', n4)
    call expect(n4, 300, 'integer attribute')
    call file%get_attribute('density', 'step', n8)
    call expect(n8, 300, 'integer attribute, widened')
    call file%get_attribute('density', 'big', n8)
    call expect(n8, 2_int64**40, '64-bit attribute')
    call file%get_attribute('density', 'small', n1)
    call expect(int(n1), -5, '8-bit attribute')
    call file%get_attribute('density', 'on', yes)
    call expect(merge(1, 0, yes), 1, 'logical attribute')
    call file%get_attribute('density', 'mode', zz)
    call expect(abs(zz - (1, -2)) <= 0, 'complex attribute')
    call file%get_attribute('density', 'unit', name)
    call expect(name == 'n0 rho/L', 'text attribute: '//name)
    call file%get_attribute('/', 'title', name)
    call expect(name == 'drift waves', 'text attribute of the file: '//name)
    call file%get_attribute('fields', 'grid', n4s)
    call expect(n4s, [5, 6, 7], 'list of integers')
    spaced = -1
    call file%get_attribute('/', 'odd', spaced(::2))
    call expect(all(abs(spaced - [1, -1, 3, -1, 5, -1]) <= 0), 'list of reals, into a section')
    call file%get_attribute('/', 'pair', n2)
    call expect(int(n2), [3, 4], 'list of 16-bit integers')
    call file%get_attribute('/', 'title', short, ierr)
    call expect(ierr /= darr_ok, 'a text that does not fit')
    call file%get_attribute('/', 'odd', list, ierr)
    call expect(ierr /= darr_ok, 'a list of another length')
    call file%get_attribute('/', 'missing', y, ierr)
    call expect(ierr /= darr_ok, 'a missing attribute')
    call file%set_attribute('/', 'new', 1, ierr)
    call expect(ierr /= darr_ok, 'writing to a file opened to read')

    ! Another distribution, with ghosts that stay.
    call b%create(rows, darr_float64)
    call b%fill(-2.0_real64)
    call file%load('density', b)
    call darr_point(q, b%view())
    call compare(rows, q, -2.0_real64, 'another distribution')
    call b%fill(0.0_real64)
    ! C order reversed: a dataset of another shape, and the error says so.
    call c%create(c_rows, darr_float64)
    call file%load('density', c, ierr)
    call expect(ierr, darr_err_format, 'C order does not match')
    call file%load('nothing', b, ierr)
    call expect(ierr /= darr_ok, 'a missing dataset')
    call file%load('fields/wave', b, ierr)
    call expect(ierr, darr_err_format, 'a dataset of another type')
    call z%fill((0.0_real32, 0.0_real32))
    call file%load('fields/wave', z)
    call darr_point(w, z%view())
    call expect(count(abs(w - (2.5, -1.0)) <= 0), product(slabs%counts()), 'complex elements')
    call file%close()

    ! A file that is given up leaves the former one.
    call file%open(comm, path, darr_create)
    call file%save('other', a)
    call file%free()
    call file%open(comm, path, darr_read)
    call file%load('density', b)
    call file%load('other', b, ierr)
    call expect(ierr /= darr_ok, 'a file given up')
    call file%close()

    call file%open(comm, path, darr_update)
    call c%fill(1.5_real64)
    call file%save('c', c)
    call file%describe('c', dtype, shape, order='C')
    call expect(shape, [5, 6, 7], 'shape of order C')
    call file%close()
    call file%open(comm, 'no/such/folder/t501.h5', darr_create, ierr)
    call expect_code(ierr, darr_err_io, darr_last_error(), 'no/such/folder', 'missing folder')
    call file%open(comm, 'no-such-file.h5', darr_read, ierr)
    call expect_code(ierr, darr_err_io, darr_last_error(), 'no-such-file.h5', 'missing file')
    call end_test()
contains
    subroutine fill(a, p)
        type(darr_array), intent(in) :: a
        real(real64), pointer, intent(out) :: p(:, :, :)
        type(darr_dist) :: d
        integer :: lo(3), hi(3)

        call darr_point(p, a%view())
        d = a%distribution()
        call d%box(lo, hi)
        do k = lo(3), hi(3)
            do j = lo(2), hi(2)
                do i = lo(1), hi(1)
                    p(i, j, k) = f(i, j, k)
                end do
            end do
        end do
        call d%free()
    end subroutine fill

    subroutine compare(d, p, ghost, what)
        type(darr_dist), intent(in) :: d
        real(real64), pointer, intent(in) :: p(:, :, :)
        real(real64), intent(in) :: ghost
        character(*), intent(in) :: what
        integer :: lo(3), hi(3)

        call d%box(lo, hi)
        do k = lbound(p, 3), ubound(p, 3)
            do j = lbound(p, 2), ubound(p, 2)
                do i = lbound(p, 1), ubound(p, 1)
                    if (all([i, j, k] >= lo .and. [i, j, k] <= hi)) then
                        call expect(p(i, j, k), f(i, j, k), 0.0_real64, what)
                    else
                        call expect(p(i, j, k), ghost, 0.0_real64, what//', ghost')
                    end if
                end do
            end do
        end do
    end subroutine compare
end program t501_file
