!> Distributions from each rank's own box, in any order of ranks, and from a Cartesian communicator.
program t102_dist_boxes
    use check
    use distarray
    implicit none

    type(darr_dist) :: d
    integer :: lo(3), hi(3), first(3), last(3), mirror, r, cart
    integer :: ierr

    call begin_test()

    ! Slabs of the second dimension in reverse order of ranks, each r + 2 long.
    mirror = ranks - 1 - rank
    lo = [1, 1 + sum([(r + 2, r=0, mirror - 1)]), 1]
    hi = [4, lo(2) + mirror + 1, 3]
    call d%from_boxes(comm, lo, hi, halo=[0, 1, 0], periodic=[.false., .true., .false.])
    call expect(d%shape(), [4, sum([(r + 2, r=0, ranks - 1)]), 3], 'shape from boxes')
    call d%box(first, last)
    call expect(first, lo, 'lo')
    call expect(last, hi, 'hi')
    call expect(d%owner([1, 1, 1]), ranks - 1, 'owner in reverse order')

    ! The last rank holds nothing.
    if (ranks > 1) then
        lo = [1, 1, 2*rank + 1]
        hi = [4, 2, 2*rank + 2]
        if (rank == ranks - 1) then
            lo = [1, 1, 1]
            hi = [0, 0, 0]
        end if
        call d%from_boxes(comm, lo, hi)
        call expect(d%shape(), [4, 2, 2*(ranks - 1)], 'shape with an empty box')
        call d%box(first, last)
        if (rank == ranks - 1) then
            call expect(any(last < first), 'empty box')
        else
            call expect([first, last], [lo, hi], 'boxes beside an empty one')
        end if

        ! A gap is an error on every rank.
        call d%from_boxes(comm, [1, 1, 3*rank + 1], [4, 2, 3*rank + 2], ierr=ierr)
        call expect(ierr, darr_err_argument, 'boxes with a gap')
    end if

    ! A communicator of ranks x 1: dimension 3 of the array is cut by its dimension 1.
    cart = host_cart(2_4, [int(ranks, 4), 1_4], [1_4, 0_4])
    call d%from_cart(cart, [5, 4, 12], [2, 0, 1], halo=[0, 0, 2])
    call expect(d%grid(), [1, 1, ranks], 'grid of the communicator')
    call d%box(first, last)
    call expect(first, [1, 1, 12/ranks*rank + 1], 'lo from the communicator')
    call expect(last, [5, 4, 12/ranks*(rank + 1)], 'hi from the communicator')
    call d%padding(first, last)
    call expect(first, [0, 0, 2], 'periodic as the communicator says')
    call d%free()
    call host_free(int(cart, 4))
    call end_test()
end program t102_dist_boxes
