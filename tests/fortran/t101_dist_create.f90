!> Distributions from shape and options: boxes tile the domain, owners and positions agree with
!> them, integers of both sizes, lists of cuts, orders of the grid.
program t101_dist_create
    use, intrinsic :: iso_fortran_env, only: int32, int64
    use check
    use distarray
    implicit none

    type(darr_dist) :: d, e
    integer :: n

    call begin_test()

    call d%create(comm, [10, 7])
    call expect(d%ndim(), 2, 'ndim')
    call expect(d%shape(), [10, 7], 'shape')
    call expect(product(d%grid()) <= ranks, 'grid fits')
    call tiles(d, [10, 7], 'balanced')

    call e%create(int(comm, int64), [10_int64, 7_int64], procs=[1, 0], halo=[2])
    call expect(e%grid(), [1, min(ranks, 7)], 'given grid')
    call tiles(e, [10, 7], '8-byte integers')
    call expect(e%compatible(e), 'compatible with itself')
    if (ranks > 1) call expect(.not. d%compatible(e) .or. all(d%grid() == e%grid()), &
        'not compatible')

    call e%create(comm, [9, 4, 5], map=[darr_block, darr_whole, darr_block], procs=[ranks, 1, 1], &
        rule=[darr_remainder_last], periodic=[.true., .false., .false.], halo=[1, 0, 0], order='C')
    call tiles(e, [9, 4, 5], 'remainder last')
    call expect(e%counts(rank), box_counts(e), 'counts')
    call padding(e)

    ! More ranks than elements: the ranks above hold nothing.
    call e%create(comm, [3], procs=[ranks], rule=[darr_ceil])
    call tiles(e, [3], 'few elements')

    ! Cuts: coordinate c owns cuts(c) + 1 : cuts(c + 1).
    call e%create(comm, [12, 5], cuts=[darr_list([0, (12 - ranks + n + 1, n=0, ranks - 1)]), &
        darr_list()], procs=[ranks, 1], map=[darr_block, darr_whole])
    call tiles(e, [12, 5], 'cuts')
    if (ranks > 1) call expect(e%owner([13 - ranks, 1]), 0, 'owner by cuts')
    call expect(e%owner([12, 5]), ranks - 1, 'last owner by cuts')

    if (ranks == 6) then
        call e%create(comm, [6, 6], procs=[2, 3], grid_order='F')
        call expect(e%coords(1), [1, 0], 'column-major grid')
        call e%create(comm, [6, 6], procs=[2, 3], grid_order='C')
        call expect(e%coords(1), [0, 1], 'row-major grid')
        call e%create(comm, [6, 6], procs=[2, 3], ranks=[5, 4, 3, 2, 1, 0])
        call expect(e%coords(5), [0, 0], 'listed ranks')
        call expect(e%owner([6, 6]), 0, 'owner with listed ranks')
    end if
    call e%create(comm, [4], procs=[1])
    call expect(e%coords(0), [0], 'coordinates of the only rank')
    if (ranks > 1) call expect(e%coords(1), [-1], 'coordinates outside of the grid')

    call d%free()
    call d%free()
    call e%free()
    call end_test()
contains
    !> The boxes of all ranks together hold every index once, and the queries agree with them.
    subroutine tiles(d, shape, what)
        type(darr_dist), intent(in) :: d
        integer, intent(in) :: shape(:)
        character(*), intent(in) :: what
        integer(int64) :: lo(size(shape)), hi(size(shape)), owned
        integer(int32) :: lo4(15), hi4(15)
        integer :: r

        owned = 0
        do r = 0, ranks - 1
            call d%box(lo, hi, rank=r)
            call d%box(lo4, hi4, r)
            call expect(lo4(:size(shape)), lo, what//', lo of both sizes')
            call expect(hi4(:size(shape)), hi, what//', hi of both sizes')
            if (any(hi < lo)) cycle
            owned = owned + product(hi - lo + 1)
            call expect(all(lo >= 1) .and. all(hi <= shape), what//', inside')
            call expect(d%owner(lo), r, what//', owner of the first')
            call expect(d%owner(int(hi)), r, what//', owner of the last')
            call expect(d%to_global(d%to_local(lo, r), r), lo, what//', there and back')
            call expect(d%to_local(hi, r) - d%to_local(lo, r), hi - lo, what//', positions')
        end do
        call expect(owned, product(shape), what//', elements owned')
    end subroutine tiles

    function box_counts(d) result(counts)
        type(darr_dist), intent(in) :: d
        integer(int64) :: counts(3), lo(3), hi(3)

        call d%box(lo, hi)
        counts = max(hi - lo + 1, 0_int64)
    end function box_counts

    !> Halo of a periodic dimension: everywhere; position 1 of the section is the first ghost.
    subroutine padding(d)
        type(darr_dist), intent(in) :: d
        integer :: below(3), above(3), lo(3), hi(3)

        call d%padding(below, above)
        call d%box(lo, hi)
        if (any(hi < lo)) return
        call expect(below, [1, 0, 0], 'padding below')
        call expect(above, [1, 0, 0], 'padding above')
        call expect(d%to_local(lo), [2, 1, 1], 'position of the first owned element')
    end subroutine padding
end program t101_dist_create
