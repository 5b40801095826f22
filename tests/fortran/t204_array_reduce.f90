!> Reductions against closed forms, one at a time and several in one message.
program t204_array_reduce
    use, intrinsic :: iso_fortran_env, only: int32, int64, real32, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: d
    type(darr_array) :: a, b, n, z
    real(real64), pointer :: p(:, :) => null(), q(:, :) => null()
    complex(real64), pointer :: c(:, :) => null()
    integer(int64), pointer :: k(:, :) => null()
    real(real64) :: values(4), mean, spread_out(8)
    real(real32) :: short(2)
    integer(int64) :: whole(2)
    integer(int32) :: narrow(1)
    complex(real64) :: sums(2)
    character(4) :: words(1)
    integer :: lo(2), hi(2), i, j, ierr

    call begin_test()
    call d%create(comm, [9, 6], halo=[1])
    call d%box(lo, hi)
    call a%create(d, darr_float64)
    call b%create(d, darr_float64)
    call n%create(d, darr_int64)
    call z%create(d, darr_complex128)
    ! Ghosts hold what must not count.
    call a%fill(1e30_real64)
    call b%fill(-1e30_real64)
    call darr_point(p, a%view())
    call darr_point(q, b%view())
    call darr_point(k, n%view())
    call darr_point(c, z%view())
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            p(i, j) = i + 10*j
            q(i, j) = i - j
            k(i, j) = 2_int64**50 + i
            c(i, j) = cmplx(i, j, real64)
        end do
    end do

    ! Sum of i + 10 j over i = 1..9, j = 1..6: 54 * 5 + 10 * 54 * 3.5.
    mean = 40
    call expect(a%sum(), 54*mean, 1e-10_real64, 'sum')
    call expect(a%min(), 11.0_real64, 0.0_real64, 'min')
    call expect(a%max(), 69.0_real64, 0.0_real64, 'max')
    call expect(a%mean(), mean, 1e-12_real64, 'mean')
    ! Variances of 1..n are (n*n - 1)/12.
    call expect(a%var(), (80.0_real64 + 100*35)/12, 1e-10_real64, 'var')
    call expect(a%std(), sqrt((80.0_real64 + 100*35)/12), 1e-11_real64, 'std')
    call expect(b%norm(), sqrt(54*((80.0_real64 + 35)/12 + 1.5_real64**2)), 1e-11_real64, 'norm')
    call expect(a%dot(b), dot(), 1e-10_real64, 'dot')

    call darr_reduce([sum_of(a), dot_of(a, b), max_of(b), mean_of(b)], values)
    call expect(values(1), 54*mean, 1e-10_real64, 'sum among others')
    call expect(values(2), dot(), 1e-10_real64, 'dot among others')
    call expect(values(3), 8.0_real64, 0.0_real64, 'max among others')
    call expect(values(4), 1.5_real64, 1e-14_real64, 'mean among others')
    spread_out = -5
    call darr_reduce([min_of(a), std_of(a), var_of(a), norm_of(b)], spread_out(1:8:2))
    call expect(spread_out(1), 11.0_real64, 0.0_real64, 'into a section')
    call expect(spread_out(2), -5.0_real64, 0.0_real64, 'beside a section')
    call expect(spread_out(7), b%norm(), 0.0_real64, 'into a section, last')
    call darr_reduce([sum_of(a), max_of(b)], short)
    call expect(real(short(1), real64), 54*mean, 1e-3_real64, 'real32 result')
    call expect(real(short(2), real64), 8.0_real64, 0.0_real64, 'second real32 result')

    ! 64-bit integers exactly, complex values.
    call darr_reduce([sum_of(n), max_of(n)], whole)
    call expect(whole(1), 54*2_int64**50 + 270, 'integer sum')
    call expect(whole(2), 2_int64**50 + 9, 'integer max')
    call darr_reduce([sum_of(z), dot_of(z, z)], sums)
    call expect(abs(sums(1) - cmplx(270, 189, real64)) < 1e-10_real64, 'complex sum')
    call expect(abs(sums(2) - (z%norm())**2) < 1e-9_real64, 'complex dot')

    ! Nothing is written on failure.
    narrow = 3
    call darr_reduce([sum_of(n)], narrow, ierr)
    call expect(ierr, darr_err_argument, 'a sum beyond int32')
    call expect(narrow, [3], 'not written')
    call darr_reduce([sum_of(a), sum_of(b)], values(:1), ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'fewer values', 'too few values')
    call darr_reduce([sum_of(a)], words, ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'text', 'text values')
    values(1) = z%max(ierr)
    call expect(ierr, darr_err_unsupported, 'maximum of complex elements')

    call d%free()
    call a%free()
    call b%free()
    call n%free()
    call z%free()
    call end_test()
contains
    real(real64) function dot()
        integer :: i, j

        dot = 0
        do j = 1, 6
            do i = 1, 9
                dot = dot + (i + 10*j)*(i - j)
            end do
        end do
    end function dot
end program t204_array_reduce
