!> Expressions and texts of arrays against loops over the same elements.
program t801_formula
    use, intrinsic :: iso_fortran_env, only: int32, int64, real32, real64
    use check
    use distarray
    use distarray_functions
    implicit none

    type(darr_dist) :: d
    type(darr_array) :: u, v, y, s, mask
    real(real64), pointer :: p(:, :) => null(), q(:, :) => null(), r(:, :) => null()
    real(real32), pointer :: narrow(:, :) => null()
    real(real64) :: values(3), profile(9), a
    complex(real64) :: number(1)
    integer(int64) :: place(1), places(2)
    integer :: lo(2), hi(2), i, j, ierr
    type(darr_expression) :: long

    call begin_test()
    call d%create(comm, [9, 6], periodic=[.true., .true.], halo=[1])
    call d%box(lo, hi)
    call u%create(d, darr_float64)
    call v%create(d, darr_float64)
    call y%create(d, darr_float64)
    call s%create(d, darr_float32)
    call mask%create(d, darr_bool)

    ! Initial conditions by index.
    u = index_along(1) + 10*index_along(2)
    v = sin(0.5_real64*index_along(1)) - real(extent_along(2))
    call darr_point(p, u%view())
    call darr_point(q, v%view())
    call darr_point(r, y%view())
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            call expect(p(i, j), real(i + 10*j, real64), 0.0_real64, 'indices')
            call expect(q(i, j), sin(0.5_real64*i) - 6, 1e-14_real64, 'functions of indices')
        end do
    end do

    y = sqrt(u**2 + v**2) - merge(u, 2*v, v > -6.5_real64) + abs(-v)/(1 + u) - max(u, v)*0.25_real32
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            a = sqrt(p(i, j)**2 + q(i, j)**2) - merge(p(i, j), 2*q(i, j), q(i, j) > -6.5_real64) &
                + abs(-q(i, j))/(1 + p(i, j)) - max(p(i, j), q(i, j))*0.25_real64
            call expect(r(i, j), a, 1e-12_real64, 'an expression')
        end do
    end do

    ! Functions of arrays and numbers.
    y = max(u, 30) + min(2.5_real64, v) + merge(u, 0.0_real64, u > 30) + mod(u, 7) - modulo(-5, u) &
        + atan2(v, 2.0_real32) + hypot(3.0_real64, v) + sign(1.0_real64, v) + merge(1, 0, v < u)
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            a = max(p(i, j), 30.0_real64) + min(2.5_real64, q(i, j)) + merge(p(i, j), 0.0_real64, p(i, j) > 30) &
                + mod(p(i, j), 7.0_real64) - modulo(-5.0_real64, p(i, j)) + atan2(q(i, j), 2.0_real64) &
                + hypot(3.0_real64, q(i, j)) + sign(1.0_real64, q(i, j)) + merge(1, 0, q(i, j) < p(i, j))
            call expect(r(i, j), a, 1e-12_real64, 'functions of numbers')
        end do
    end do

    y = clip(u, 20, 45.5_real64) + fmax(v, -6.0_real64) - fmin(2, u) + floor_divide(u, 7) + logaddexp(v, v)
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            a = min(max(p(i, j), 20.0_real64), 45.5_real64) + max(q(i, j), -6.0_real64) - 2 &
                + floor(p(i, j)/7) + q(i, j) + log(2.0_real64)
            call expect(r(i, j), a, 1e-12_real64, 'further functions')
        end do
    end do
    y = real(iand(converted(u, darr_int32), 12) + ior(converted(u, darr_int32), 1) &
        - ieor(3, converted(u, darr_int32)) + shiftl(converted(u, darr_int32), 2) + not(converted(u, darr_int32)) &
        + shiftr(converted(u, darr_int32), 1))
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            associate (k => nint(p(i, j)))
                a = iand(k, 12) + ior(k, 1) - ieor(3, k) + shiftl(k, 2) + not(k) + shiftr(k, 1)
                call expect(r(i, j), a, 0.0_real64, 'bits')
            end associate
        end do
    end do
    call darr_values([argmin(u), argmax(u)], places)
    call expect(places(1), 0_int64, 'the place of the least')
    call expect(places(2), 53_int64, 'the place of the greatest')
    call darr_values([variance(index_along(1) + 0*u), variance(index_along(1) + 0*u, ddof=1), &
        standard_deviation(index_along(1) + 0*u)**2], values)
    call expect(values(1), 60/9.0_real64, 1e-12_real64, 'a variance')
    call expect(values(2), 6*60/53.0_real64, 1e-12_real64, 'a variance with ddof')
    call expect(values(3), 60/9.0_real64, 1e-12_real64, 'a standard deviation')

    ! A literal takes the kind of the array it meets; the output may be an operand.
    s = u
    s = (s + 1)*0.5_real64
    call darr_point(narrow, s%view())
    mask = u >= 30 .and. .not. (v == u)
    y = 2*y - y
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            call expect(real(narrow(i, j), real64), (i + 10*j + 1)*0.5_real64, 0.0_real64, 'single')
        end do
    end do
    call darr_values([count(mask)], place)
    call expect(place(1), 36_int64, 'a count of truths')

    ! Shifts read the halo, which the call exchanges first.
    call y%evaluate(shifted(u, 1, 1) - 3*shifted(u, -1, 2), exchange=.true.)
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            a = modulo(i, 9) + 1 + 10*j - 3*(i + 10*(modulo(j - 2, 6) + 1))
            call expect(r(i, j), a, 0.0_real64, 'a shift')
        end do
    end do

    ! Texts, with numbers, and a profile that every rank has.
    profile = [(100.0_real64*i, i=1, 9)]
    a = 0.5_real64
    call darr_eval('u + a*i0 - n1', ['u', 'a'], [darr_given(u), darr_given(a)], y)
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            call expect(r(i, j), i + 10*j + 0.5_real64*(i - 1) - 6, 0.0_real64, 'a text')
        end do
    end do
    call darr_eval_values([character(24) :: 'sum(u)', 'max(u) - min(u)', 'mean(u*u) - mean(u)**2'], &
        ['u'], [darr_given(u)], values)
    call expect(values(1), 54*40.0_real64, 1e-10_real64, 'a sum')
    call expect(values(2), 58.0_real64, 0.0_real64, 'a span')
    call expect(values(3), (80.0_real64 + 100*35)/12, 1e-9_real64, 'a variance')
    call darr_values([sum(u*v), maxval(abs(u - v)), norm2(u)], values)
    call expect(values(1), u%dot(v), 1e-9_real64, 'a dot product')
    call expect(values(3), u%norm(), 1e-10_real64, 'a norm')
    call expect(darr_value(dot_product(u, u)), u%norm()**2, 1e-8_real64, 'one value')
    call darr_values([sum(u*(0.0_real64, 1.0_real64))], number)
    call expect(aimag(number(1)), 54*40.0_real64, 1e-9_real64, 'a complex value')

    ! What is refused.
    call darr_eval('u + * 2', ['u'], [darr_given(u)], y, ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'column 5', 'refused')
    call darr_eval('u + w', ['u'], [darr_given(u)], y, ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'w', 'refused')
    call darr_eval('u', ['u', 'v'], [darr_given(u)], y, ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'as many names', 'refused')
    call y%evaluate(shifted(u, 2, 1), ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'shifted by 2', 'refused')
    long = 1*u
    do i = 1, 60
        long = long + u
    end do
    call y%evaluate(long, ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'darr_longest_expression', 'refused')
    call darr_values([long], values, ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'darr_longest_expression', 'refused')

    call u%free()
    call v%free()
    call y%free()
    call s%free()
    call mask%free()
    call d%free()
    call end_test()
end program t801_formula
