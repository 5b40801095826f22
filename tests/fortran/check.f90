!> What the tests share: MPI, a function of the global index to fill fields with, and counted
!> checks.
module check
    use, intrinsic :: iso_c_binding
    use, intrinsic :: iso_fortran_env, only: error_unit, int32, int64, real64
    implicit none
    private
    public :: begin_test, end_test, expect, expect_code, f, host_cart, host_free, host_sum, comm, &
        rank, ranks

    integer(int32), protected :: comm = 0
    integer, protected :: rank = 0, ranks = 1
    integer :: failures = 0

    interface expect
        module procedure expect_true4, expect_true8, expect_integer, expect_integers, expect_real
    end interface expect
    interface f
        module procedure f1, f2, f3
    end interface f

    interface
        integer(c_int) function host_start() bind(c)
            import :: c_int
        end function
        integer(c_int) function host_rank() bind(c)
            import :: c_int
        end function
        integer(c_int) function host_ranks() bind(c)
            import :: c_int
        end function
        integer(c_int) function host_sum(mine) bind(c)
            import :: c_int
            integer(c_int), value :: mine
        end function
        integer(c_int) function host_cart(ndims, dims, periods) bind(c)
            import :: c_int
            integer(c_int), value :: ndims
            integer(c_int), intent(in) :: dims(*), periods(*)
        end function
        subroutine host_free(comm) bind(c)
            import :: c_int
            integer(c_int), value :: comm
        end subroutine
        subroutine host_finish() bind(c)
        end subroutine
    end interface
contains
    subroutine begin_test()
        comm = host_start()
        rank = host_rank()
        ranks = host_ranks()
    end subroutine begin_test

    !> Fails the program on every rank when a check failed on any.
    subroutine end_test()
        integer :: all

        all = host_sum(int(failures, c_int))
        call host_finish()
        if (all > 0) error stop 1
    end subroutine end_test

    !> A value that tells the global indices: no two elements of a test share one.
    elemental real(real64) function f1(i)
        integer, intent(in) :: i

        f1 = i
    end function f1

    elemental real(real64) function f2(i, j)
        integer, intent(in) :: i, j

        f2 = i + 1000.0_real64*j
    end function f2

    elemental real(real64) function f3(i, j, k)
        integer, intent(in) :: i, j, k

        f3 = i + 1000.0_real64*j + 1000000.0_real64*k
    end function f3

    !> Of both sizes: flang's comparisons have 4 bytes even where the default logical has 8.
    subroutine expect_true4(yes, what)
        logical(int32), intent(in) :: yes
        character(*), intent(in) :: what

        if (.not. yes) call report(what)
    end subroutine expect_true4

    subroutine expect_true8(yes, what)
        logical(int64), intent(in) :: yes
        character(*), intent(in) :: what

        if (.not. yes) call report(what)
    end subroutine expect_true8

    subroutine expect_integer(got, want, what)
        class(*), intent(in) :: got, want
        character(*), intent(in) :: what
        character(100) :: text

        if (as_int64(got) == as_int64(want)) return
        write (text, '(2(a, i0))') ': got ', as_int64(got), ', want ', as_int64(want)
        call report(what//trim(text))
    end subroutine expect_integer

    subroutine expect_integers(got, want, what)
        class(*), intent(in) :: got(:), want(:)
        character(*), intent(in) :: what
        integer :: i

        call expect_integer(size(got), size(want), what//', number of values')
        if (size(got) /= size(want)) return
        do i = 1, size(got)
            call expect_integer(got(i), want(i), what)
        end do
    end subroutine expect_integers

    subroutine expect_real(got, want, tolerance, what)
        real(real64), intent(in) :: got, want, tolerance
        character(*), intent(in) :: what
        character(100) :: text

        if (abs(got - want) <= tolerance) return
        write (text, '(2(a, es24.16))') ': got ', got, ', want ', want
        call report(what//trim(text))
    end subroutine expect_real

    !> An error of this code whose text holds these words.
    subroutine expect_code(got, want, text, words, what)
        integer, intent(in) :: got, want
        character(*), intent(in) :: text, words, what

        call expect_integer(got, want, what//', code')
        if (index(text, words) == 0) call report(what//': "'//words//'" not in "'//text//'"')
    end subroutine expect_code

    integer(int64) function as_int64(x)
        class(*), intent(in) :: x

        as_int64 = -huge(as_int64)
        select type (x)
        type is (integer(int32))
            as_int64 = x
        type is (integer(int64))
            as_int64 = x
        end select
    end function as_int64

    subroutine report(what)
        character(*), intent(in) :: what

        failures = failures + 1
        if (failures <= 20) write (error_unit, '(a, i0, 2a)') 'rank ', rank, ': ', what
    end subroutine report
end module check
