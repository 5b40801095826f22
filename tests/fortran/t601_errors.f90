!> Wrong arguments: code and text on every rank, nothing hangs, and what was there before still
!> works.
program t601_errors
    use, intrinsic :: iso_fortran_env, only: int32, int64, real32, real64
    use check
    use distarray
    implicit none

    integer, parameter :: extended = max(selected_real_kind(18), selected_real_kind(6))
    type :: point_type
        real(real32) :: x, y
    end type point_type
    type(point_type), target :: points(4, 4)
    type(darr_dist) :: d, none, cut, rest
    type(darr_array) :: a, b, c, nothing
    type(darr_plan) :: plan
    real(real64), allocatable, target :: field(:, :), missing(:, :), whole(:, :)
    logical(int32), target :: flags(4, 4)
    logical :: odd
    character(4), target :: words(4, 4)
    real(extended), target :: wide(4, 4)
    integer :: counts(2), lo(2), hi(2), owner, ierr
    integer(int64), allocatable :: shape(:)
    real(real64) :: x, values(2)

    call begin_test()
    call d%create(comm, [8, 8])
    counts = int(d%counts())
    allocate (field(counts(1), counts(2)), missing(1, 1))
    deallocate (missing)
    allocate (shape(1))
    field = rank
    call a%wrap(d, darr_memory(field))

    ! Arguments that only Fortran can see.
    call d%create(comm, [8.0, 8.0], ierr=ierr)
    call refused('shape must be integers', 'a real shape')
    call d%create(comm, [8, 8], halo=[1, 2, 3], ierr=ierr)
    call refused('halo has 3 values; the dimensions are 2', 'three halos')
    call d%create(comm, [8, 8], order='X', ierr=ierr)
    call refused("'F' or 'C'", 'an unknown order')
    call d%create(1.0_real32, [8, 8], ierr=ierr)
    call refused('communicator is a real', 'a real communicator')
    call d%create(comm, spread(1, 1, 16), ierr=ierr)
    call refused('at most 15', 'too many dimensions')
    call d%create(comm, [8, 8], cuts=[darr_list([0, 8])], ierr=ierr)
    call refused('one darr_list per dimension', 'one list of cuts')
    call d%create(comm, [8], indices=[darr_list([1.0])], ierr=ierr)
    call refused('lists of integers', 'a list of reals')
    call d%create(comm, [8, 8], periodic=[1, 0], ierr=ierr)
    call refused('periodic must be logical', 'integers as periods')
    call none%slice(d, [0, 1], [8, 8], ierr=ierr)
    call refused('starts at 1', 'a slice from 0')
    owner = d%owner([0, 1], ierr)
    call expect(owner, -1, 'owner of index 0')
    call refused('start at 1', 'index 0')

    ! On one rank only: every rank hears of it.
    call d%create(comm, [8, merge(-1, 8, rank == ranks - 1)], ierr=ierr)
    call expect(ierr /= darr_ok, 'a negative extent on one rank')
    call d%create(comm, [8, 8], procs=[merge(1000, 1, rank == 0), 1], ierr=ierr)
    call expect(ierr /= darr_ok, 'a grid too large on one rank')
    odd = rank == ranks - 1
    if (odd) then
        call b%wrap(d, darr_memory(missing), ierr)
    else
        call b%wrap(d, darr_memory(field), ierr)
    end if
    call refused('not allocated', 'no memory on one rank')
    if (odd) then
        call b%wrap(d, darr_memory(words), ierr)
    else
        call b%wrap(d, darr_memory(field), ierr)
    end if
    call refused('character', 'text as memory on one rank')
    if (odd) then
        call d%create(comm, [8.0, 8.0], ierr=ierr)
    else
        call d%create(comm, [8, 8], ierr=ierr)
    end if
    call refused('shape must be integers', 'a real shape on one rank')
    call none%staggered(d, spread(darr_stagger_face, 1, merge(3, 2, odd)), ierr)
    call refused('stagger has 3 values; the dimensions are 2', 'a long list on one rank')
    call plan%halo([a], below=spread(0, 1, merge(3, 2, odd)), ierr=ierr)
    call refused('below has 3 values', 'widths of three dimensions on one rank')
    call b%create(d, darr_float64)
    call c%create(d, darr_float64)
    if (odd) then
        call plan%redistribute([a, a], [b], ierr=ierr)
    else
        call plan%redistribute([a, a], [b, c], ierr=ierr)
    end if
    call refused('as many targets as sources', 'one target on one rank')
    call a%get(spread(1, 1, merge(3, 2, odd)), x, ierr)
    call refused('3 values', 'three indices on one rank')
    call a%get([1, merge(0, 1, odd)], x, ierr)
    call refused('start at 1', 'index 0 on one rank')
    call darr_reduce([sum_of(a), min_of(a)], values(:merge(1, 2, odd)), ierr)
    call refused('fewer values than reductions', 'one value on one rank')
    call a%save_png('refused.png', axes=spread(1, 1, merge(3, 2, odd)), ierr=ierr)
    call refused('axes has 3 values', 'three axes on one rank')
    if (odd) then
        call darr_comm_set_checks(comm, 1, ierr)
    else
        call darr_comm_set_checks(comm, .true., ierr)
    end if
    call refused('on must be logical', 'an integer as switch on one rank')
    call expect(all(d%shape() == [8, 8]), 'the former distribution is still there')

    ! The mistake of one rank is not hidden by what another may do: its memory is not allocated,
    ! since it owns nothing.
    call cut%create(comm, [8, 1], procs=[1, merge(2, 1, ranks > 1)])
    if (rank == 0) then
        allocate (whole(7, 1))
        call b%wrap(cut, darr_memory(whole), ierr)
    else
        call b%wrap(cut, darr_memory(missing), ierr)
    end if
    call refused('the memory has extent 7 in dimension 0', 'memory too small on one rank')
    call cut%free()

    ! Types that no array holds, by name.
    call b%wrap(d, darr_memory(flags), ierr)
    call refused('logical(c_bool)', 'default logical')
    call b%wrap(d, darr_memory(words), ierr)
    call refused('character', 'character')
    call b%wrap(d, darr_memory(points), ierr)
    call refused('derived type', 'derived type')
    if (extended /= real64) then
        call b%wrap(d, darr_memory(wide), ierr)
        call refused('extended or quadruple', 'extended precision')
    end if
    call a%fill(.true., ierr)
    call refused('logical(c_bool)', 'a default logical value')
    call a%set([1, 1], 'text', ierr)
    call refused('text', 'a text as value')
    call a%get([9, 1], x, ierr)
    call expect(ierr, darr_err_argument, 'an index beyond the extent')
    call a%get([1, 1, 1], x, ierr)
    call refused('3 values', 'three indices')
    call a%create(d, 99, ierr)
    call expect(ierr, darr_err_argument, 'an unknown element type')

    ! Handles that were never made or are gone.
    call nothing%fill(1.0_real64, ierr)
    call expect(ierr, darr_err_handle, 'an array that was never made')
    call nothing%create(none, darr_float64, ierr)
    call expect(ierr, darr_err_handle, 'a distribution that was never made')
    call plan%run(ierr)
    call expect(ierr, darr_err_handle, 'a plan that was never made')
    shape = none%shape(ierr)
    call expect(ierr, darr_err_handle, 'the shape of nothing')
    call expect(size(shape), 0, 'the shape of nothing has no extents')
    call cut%slice(none, [1, 1], [2, 2], ierr=ierr)
    call expect(ierr, darr_err_handle, 'a slice of nothing')
    call cut%staggered(none, [0, 0], ierr)
    call expect(ierr, darr_err_handle, 'the faces of nothing')
    call cut%reduce(none, [1], ierr)
    call expect(ierr, darr_err_handle, 'a reduction of nothing')
    call none%box(lo, hi, ierr=ierr)
    call expect(ierr, darr_err_handle, 'the box of nothing')
    x = nothing%sum(ierr)
    call expect(ierr, darr_err_handle, 'the sum of nothing')
    call plan%halo([darr_array ::], ierr=ierr)
    call expect(ierr /= darr_ok, 'a halo of no arrays')

    ! What was there before still works, and success says so.
    call a%fill(2.0_real64, ierr)
    call expect(ierr, darr_ok, 'success')
    call expect(a%sum(), 128.0_real64, 0.0_real64, 'sum after errors')
    call expect(all(abs(field - 2) <= 0), 'the memory after errors')
    call c%free()
    call a%free()
    call a%fill(1.0_real64, ierr)
    call expect(ierr, darr_err_handle, 'an array that is gone')
    rest = d
    call d%free()
    call cut%slice(rest, [1, 1], [2, 2], ierr=ierr)
    call expect(ierr, darr_err_handle, 'a slice of what is gone')
    call expect(index(darr_last_error(), 'freed') > 0, 'a slice of what is gone, text')
    call end_test()
contains
    subroutine refused(words, what)
        character(*), intent(in) :: words, what

        call expect_code(ierr, darr_err_argument, darr_last_error(), words, what)
    end subroutine refused
end program t601_errors
