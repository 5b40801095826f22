!> Products, truths, places, reductions over dimensions, cumulative sums, histograms and reproducible sums.
program t810_reductions
    use, intrinsic :: iso_fortran_env, only: int64, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: d, columns, rows
    type(darr_array) :: a, s, r, c
    real(real64), pointer :: p(:, :) => null(), q(:) => null(), t(:, :) => null()
    type(darr_pending) :: pending
    real(real64), target, asynchronous :: later(2)
    real(real64) :: values(4)
    integer(int64) :: places(2), index(2), counts(3)
    integer :: lo(2), hi(2), i, j, ierr

    call begin_test()
    call d%create(comm, [9, 6], halo=[1])
    call d%box(lo, hi)
    call a%create(d, darr_float64)
    call a%fill(-1e30_real64)
    call darr_point(p, a%view())
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            p(i, j) = mod(i*7 + j*3, 11) - 4
        end do
    end do
    values = 0
    call darr_reduce([var_of(a, ddof=1), reproducible(sum_of(a)), dotu_of(a, a), reproducible(norm_of(a))], values)
    call expect(abs(values(1) - sample()) < 1e-10_real64, 'variance of a sample')
    call expect(values(2), sum(whole()), 'reproducible sum')
    call expect(values(3), sum(whole()**2), 'dot product')
    call expect(abs(values(4)**2 - values(3)) < 1e-9_real64, 'reproducible norm')
    call expect(a%any() .and. .not. a%all(), 'truths')
    call expect(int(a%count_nonzero()), count(whole() /= 0), 'number of elements that are not 0')
    call expect(a%prod(), 0.0_real64, 'product')
    call darr_reduce([argmin_of(a), argmax_of(a)], places)
    call d%unravel(places(1), index)
    call expect(int(index), first(-1), 'place of the minimum')
    call d%unravel(places(2), index)
    call expect(int(index), first(1), 'place of the maximum')

    call columns%reduce(d, [1])
    call s%create(columns, darr_float64)
    call s%reduce(max_of(a), [1])
    call darr_point(q, s%view())
    if (associated(q)) then
        do j = lbound(q, 1), ubound(q, 1)
            if (j >= lo(2) .and. j <= hi(2)) call expect(q(j), real(maxval(column(j)), real64), 'column')
        end do
    end if
    call rows%reduce_keeping(d, [2])
    call r%create(rows, darr_float64)
    call r%reduce(sum_of(a), [2_int64])
    call expect(r%sum(), sum(whole()), 'sum of the sums of rows')
    call s%reduce(sum_of(a), [3], ierr)
    call expect(ierr, darr_err_argument, 'no third dimension')
    call s%reduce(reproducible(sum_of(a)), [1], ierr)
    call expect(ierr, darr_err_argument, 'no reproducible mode')

    call c%create(d, darr_float64)
    call c%cumsum(a, 1)
    call darr_point(t, c%view())
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            call expect(t(i, j), real(sum(column(j, i)), real64), 'cumulative sum')
        end do
    end do
    call c%cumsum(a, 0, ierr)
    call expect(ierr, darr_err_argument, 'no dimension 0')

    counts = -1
    call a%histogram(-4.0_real64, 2.0_real64, counts)
    call expect(int(counts(1)), count(whole() < -2), 'first bin')
    call expect(int(counts(3)), count(whole() >= 0 .and. whole() <= 2), 'last bin')
    call a%histogram([-4.0_real64, 0.0_real64, 1.0_real64, 1.5_real64], counts)
    call expect(int(counts(3)), count(whole() == 1), 'last bin of edges')
    call a%histogram([0.0_real64, 1.0_real64], counts, ierr)
    call expect(ierr, darr_err_argument, 'too few edges')

    later = 0
    call darr_reduce_begin([sum_of(a), max_of(a)], later, pending)
    call a%fill(0.0_real64)
    call pending%end()
    call expect(later, [sum(whole()), maxval(whole())], 'begun and ended')
    call pending%end(ierr)
    call expect(ierr, darr_err_handle, 'ended twice')

    call a%free()
    call s%free()
    call r%free()
    call c%free()
    call d%free()
    call columns%free()
    call rows%free()
    call end_test()
contains
    !> The values of column j, up to row `last`.
    function column(j, last)
        integer, intent(in) :: j
        integer, intent(in), optional :: last
        integer, allocatable :: column(:)
        integer :: n, k

        n = 9
        if (present(last)) n = last
        allocate (column(n))
        column = [(mod(k*7 + j*3, 11) - 4, k=1, n)]
    end function column

    function whole()
        real(real64) :: whole(9, 6)
        integer :: k

        do k = 1, 6
            whole(:, k) = column(k)
        end do
    end function whole

    real(real64) function sample()
        real(real64) :: v(9, 6)

        v = whole()
        sample = sum((v - sum(v)/54)**2)/53
    end function sample

    !> The first extreme in row-major order.
    function first(sign)
        integer, intent(in) :: sign
        integer :: first(2), k, l
        real(real64) :: v(9, 6)

        v = sign*whole()
        first = 0
        do k = 9, 1, -1
            do l = 6, 1, -1
                if (v(k, l) == maxval(v)) first = [k, l]
            end do
        end do
    end function first
end program t810_reductions
