!> Random numbers by global index: the values of C for fixed seeds, parts of larger arrays, inclusive
!> bounds and permutations from 1, what is refused.
program t820_random
    use, intrinsic :: iso_fortran_env, only: int32, int64, real32, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: d, e, line
    type(darr_array) :: a, b, part, k, n
    real(real64), pointer :: p(:, :) => null(), q(:, :) => null()
    integer(int32), pointer :: m(:) => null()
    integer :: lo(2), hi(2), first(1), last(1), i, j, ierr
    real(real64) :: x

    call begin_test()
    call d%create(comm, [40, 30], halo=[1])
    call d%box(lo, hi)
    call a%create(d, darr_float64)
    call b%create(d, darr_float64)

    ! The first number of seed 0 and stream 0: the bits 0x6627e8d5, 0xe169c58d of Philox 4x32-10.
    call a%random_uniform(darr_random(0))
    call a%get([1, 1], x)
    call expect(x, 7931020870206717_int64*2.0_real64**(-53), 1e-15_real64, 'a known answer')
    call a%random_uniform(darr_random(0_int64, stream=0), low=-1, high=3.0_real32)
    call b%random_uniform(darr_random(0))
    call darr_point(p, a%view())
    call darr_point(q, b%view())
    do j = lo(2), hi(2)
        do i = lo(1), hi(1)
            call expect(p(i, j), 4*q(i, j) - 1, 1e-15_real64, 'an interval')
        end do
    end do

    ! Every second column and the rows from the 5th on, alone.
    call a%random_normal(darr_random(-3, stream=8))
    call e%create(comm, [36, 15], map=[darr_cyclic, darr_block])
    call part%create(e, darr_float64)
    call part%random_normal(darr_random(-3, 8, extents=[40, 30], first=[5, 2], step=[1, 2]))
    call b%random_normal(darr_random(-3, 8), mean=2, deviation=0.5)
    do j = 1, 15, 7
        do i = 1, 36, 5
            call expect(of(part, i, j), of(a, i + 4, 2*j), 0.0_real64, 'a part alone')
            call expect(of(b, i + 4, 2*j), 2 + of(a, i + 4, 2*j)/2, 1e-15_real64, 'mean, deviation')
        end do
    end do
    call a%random_normal(darr_random(1))
    call expect(a%mean(), 0.0_real64, 0.15_real64, 'mean')
    call expect(a%std(), 1.0_real64, 0.1_real64, 'deviation')
    call a%random_exponential(darr_random(1), scale=4.0)
    call expect(a%min() >= 0, 'none below 0')
    call expect(a%mean(), 4.0_real64, 0.6_real64, 'scale')
    call a%random_beta(darr_random(1), 2.0, 6)
    call expect(a%min() >= 0 .and. a%max() <= 1, '0 to 1')
    call expect(a%mean(), 0.25_real64, 0.02_real64, 'mean of a beta distribution')

    ! Bounds are included.
    call k%create(d, darr_int64)
    call k%random_integers(darr_random(2), -2, 3_int64)
    call expect(k%min(), -2.0_real64, 0.0_real64, 'least')
    call expect(k%max(), 3.0_real64, 0.0_real64, 'greatest')
    call k%random_integers(darr_random(2), 7, 7)
    call expect(k%std(), 0.0_real64, 0.0_real64, 'one integer')

    ! The indices 1 to 100.
    call line%create(comm, [100])
    call line%box(first, last)
    call n%create(line, darr_int32)
    call n%random_permutation(darr_random(5))
    call expect(n%sum(), 5050.0_real64, 0.0_real64, 'sum of all indices')
    call expect(n%norm()**2, 338350.0_real64, 1e-6_real64, 'sum of their squares')
    call expect(n%min(), 1.0_real64, 0.0_real64, 'first index')
    call darr_point(m, n%view())
    if (size(m) > 50) call expect(any(m(first(1):last(1)) /= [(i, i=first(1), last(1))]), 'mixed')

    ! What is refused, alike on every rank; nothing is written.
    call a%fill(5.0_real64)
    call a%random_uniform(darr_random(0), 1, 0, ierr)
    call refused('must ascend', 'an interval that descends')
    call a%random_normal(darr_random(0), deviation=-1.0, ierr=ierr)
    call refused('the deviation is -1', 'a negative deviation')
    call a%random_beta(darr_random(0), 0, 1, ierr)
    call refused('the parameter a is 0', 'no parameter of a beta distribution')
    call a%random_uniform(darr_random(1.5), ierr=ierr)
    call refused('seed must be an integer', 'a real seed')
    call a%random_uniform(darr_random(1), low='none', ierr=ierr)
    call refused('low must be a real', 'a text')
    call a%random_uniform(darr_random(1, extents=[30]), ierr=ierr)
    call refused('a place in the global array', 'one extent for both dimensions')
    call a%random_uniform(darr_random(1, extents=[40, 30, 2]), ierr=ierr)
    call refused('extents has 3 values', 'too many extents')
    call a%random_uniform(darr_random(1, first=[1, 1]), ierr=ierr)
    call refused('with extents', 'a first place without extents')
    call a%random_uniform(darr_random(1, extents=[40, 30], first=[0, 1]), ierr=ierr)
    call refused('a place in the global array', 'a first place below 1')
    call a%random_integers(darr_random(1), 1, huge(1_int64), ierr)
    call refused('high is the last', 'the last integer')
    call a%random_permutation(darr_random(1), ierr)
    call expect(ierr, darr_err_unsupported, 'a permutation of reals')
    call k%random_permutation(darr_random(1), ierr)
    call refused('one dimension', 'a permutation in two dimensions')
    call expect(a%min(), 5.0_real64, 0.0_real64, 'nothing written')
    call expect(a%max(), 5.0_real64, 0.0_real64, 'nothing written')
    call line%free()
    call part%free()
    call part%random_uniform(darr_random(1, extents=[3]), ierr=ierr)
    call expect(ierr, darr_err_handle, 'an array that is none')

    call d%free()
    call e%free()
    call a%free()
    call b%free()
    call k%free()
    call n%free()
    call end_test()
contains
    real(real64) function of(array, i, j)
        type(darr_array), intent(in) :: array
        integer, intent(in) :: i, j

        call array%get([i, j], of)
    end function of

    subroutine refused(part_of_text, what)
        character(*), intent(in) :: part_of_text, what

        call expect_code(ierr, darr_err_argument, darr_last_error(), part_of_text, what)
    end subroutine refused
end program t820_random
