!> Halo exchange of several arrays at once: every ghost has the value of its global index (periodic
!> dimensions wrapped), boundary padding keeps what the code put there.
program t301_plan_halo
    use, intrinsic :: iso_fortran_env, only: int64, real32, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: d
    type(darr_array) :: a, b, s
    type(darr_plan) :: plan
    real(real64), allocatable, target, asynchronous :: u(:, :)
    real(real32), pointer :: v(:, :) => null()
    real(real64), pointer :: w(:, :) => null()
    type(darr_plan_info) :: info
    logical :: done
    integer :: lo(2), hi(2), below(2), above(2), ierr
    real(real64), parameter :: edge = -99

    call begin_test()
    call d%create(comm, [10, 12], halo=[2, 1], periodic=[.true., .false.], boundary=[0, 1])
    call d%box(lo, hi)
    call d%padding(below, above)
    allocate (u(lo(1) - below(1):hi(1) + above(1), lo(2) - below(2):hi(2) + above(2)))
    u = edge
    call put(u)
    call a%wrap(d, darr_memory(u))
    call b%create(d, darr_float32)
    call darr_point(v, b%view())
    v = real(edge, real32)
    if (all(hi >= lo)) v(lo(1):hi(1), lo(2):hi(2)) = real(u(lo(1):hi(1), lo(2):hi(2)), real32)

    call plan%halo([a, b])
    call plan%describe(info)
    call expect(info%sends >= 0 .and. info%sends < 9, 'at most one message per neighbour')
    if (ranks == 1) call expect(info%bytes, 0, 'one rank sends nothing')
    call plan%test(done)
    call expect(done, 'a plan that is not begun has nothing to wait for')
    call plan%begin()
    do
        call plan%test(done)
        if (done) exit
    end do
    call plan%end()
    call ghosts(u, 'begin and end', corners=.true.)
    call ghosts(real(v, real64), 'second array', corners=.true.)
    ! A second run carries new values.
    if (all(hi >= lo)) u(lo(1):hi(1), lo(2):hi(2)) = u(lo(1):hi(1), lo(2):hi(2)) + 7
    call plan%run()
    where (abs(u - edge) > 0) u = u - 7
    call ghosts(u, 'second run', corners=.true.)
    call plan%begin()
    call plan%begin(ierr)
    call expect(ierr, darr_err_state, 'begin twice')
    call plan%end()
    call plan%end(ierr)
    call expect(ierr, darr_err_state, 'end twice')

    ! Faces only, then one ghost of the two.
    u = edge
    call put(u)
    call plan%halo([a], star=.true.)
    call plan%run()
    call ghosts(u, 'star', corners=.false.)
    u = edge
    call put(u)
    call plan%halo([a], below=[1, 0], above=[0, 0])
    call plan%run()
    if (all(hi >= lo)) then
        call expect(u(lo(1) - 1, lo(2)), value(lo(1) - 1, lo(2)), 0.0_real64, 'one ghost below')
        call expect(u(lo(1) - 2, lo(2)), edge, 0.0_real64, 'not the second ghost')
        call expect(u(hi(1) + 1, lo(2)), edge, 0.0_real64, 'none above')
    end if
    call plan%halo([a], below=[3, 0], ierr=ierr)
    call expect(ierr, darr_err_argument, 'wider than the padding')

    ! A section with strides that the exchange must respect.
    block
        real(real64), allocatable, target :: big(:, :)
        allocate (big(2*size(u, 1), 3*size(u, 2)))
        big = edge
        call s%wrap(d, darr_memory(big(2::2, size(big, 2):1:-3)))
        call darr_point(w, s%view())
        if (size(u) > 0) w = edge
        call put_bounds(w)
        call plan%halo([s])
        call plan%run()
        call ghosts(w, 'strided memory', corners=.true.)
        call expect(all(abs(big(1::2, :) - edge) <= 0), 'nothing beside the section')
        call s%free()
    end block
    call plan%free()
    call a%free()
    call b%free()
    call d%free()
    call end_test()
contains
    real(real64) function value(i, j)
        integer, intent(in) :: i, j

        value = f(modulo(i - 1, 10) + 1, j)
    end function value

    subroutine put(x)
        real(real64), intent(inout), allocatable, target :: x(:, :)
        integer :: i, j

        do j = lo(2), hi(2)
            do i = lo(1), hi(1)
                x(i, j) = f(i, j)
            end do
        end do
    end subroutine put

    subroutine put_bounds(x)
        real(real64), intent(in), pointer :: x(:, :)
        integer :: i, j

        do j = lo(2), hi(2)
            do i = lo(1), hi(1)
                x(i, j) = f(i, j)
            end do
        end do
    end subroutine put_bounds

    subroutine ghosts(x, what, corners)
        real(real64), intent(in) :: x(lo(1) - below(1):, lo(2) - below(2):)
        character(*), intent(in) :: what
        logical, intent(in) :: corners
        logical :: owned_i, owned_j
        integer :: i, j

        do j = lbound(x, 2), ubound(x, 2)
            do i = lbound(x, 1), ubound(x, 1)
                owned_i = i >= lo(1) .and. i <= hi(1)
                owned_j = j >= lo(2) .and. j <= hi(2)
                if (j < 1 .or. j > 12 .or. .not. (corners .or. owned_i .or. owned_j)) then
                    call expect(x(i, j), edge, 0.0_real64, what//', not to be touched')
                else
                    call expect(x(i, j), value(i, j), 0.0_real64, what)
                end if
            end do
        end do
    end subroutine ghosts
end program t301_plan_halo
