!> Staggered, sliced and reduced distributions, cyclic and unstructured maps.
program t103_dist_derived
    use, intrinsic :: iso_fortran_env, only: int64
    use check
    use distarray
    implicit none

    type(darr_dist) :: cells, d, e
    integer :: lo(2), hi(2), clo(2), chi(2), i
    integer, allocatable :: mine(:)

    call begin_test()
    call cells%create(comm, [12, 10], procs=[ranks, 1], halo=[1], periodic=[.false., .true.])
    call cells%box(clo, chi)

    call d%staggered(cells, [darr_stagger_face, darr_stagger_cell])
    call expect(d%shape(), [13, 10], 'faces: one more')
    call d%box(lo, hi)
    call expect(lo, clo, 'faces start where cells do')
    call expect(hi, chi + merge([1, 0], [0, 0], rank == ranks - 1), &
        'the last rank owns the extra face')
    call d%staggered(cells, [darr_stagger_cell, darr_stagger_face])
    call expect(d%shape(), [12, 10], 'periodic faces: as many as cells')

    call d%slice(cells, [3, 2], [10, 9], [1, 3])
    call expect(d%shape(), [8, 3], 'shape of a slice')
    call d%box(lo, hi)
    if (all(hi >= lo)) then
        call expect(lo(1), max(clo(1), 3) - 2, 'slice starts')
        call expect(hi(1), min(chi(1), 10) - 2, 'slice stops')
    else
        call expect(chi(1) < 3 .or. clo(1) > 10, 'nothing of the slice here')
    end if
    call e%slice(cells, [1, 4], [12, 4])
    call expect(e%shape(), [12, 1], 'a dimension stays')
    call e%reduce(cells, [2])
    call expect(e%shape(), [12], 'a dimension is dropped')
    call e%reduce(cells, [1])
    call expect(e%shape(), [10], 'the cut dimension is dropped')
    call expect(e%owner([7]), 0, 'the lowest coordinate keeps the result')

    ! Cyclic: element i belongs to rank mod((i - 1)/2, ranks).
    call d%create(comm, [23], map=[darr_cyclic], procs=[ranks], block_size=[2])
    do i = 1, 23
        call expect(d%owner([i]), mod((i - 1)/2, ranks), 'cyclic owner')
    end do
    mine = [(i, i=1, 23)]
    mine = pack(mine, mod((mine - 1)/2, ranks) == rank)
    call expect(d%counts(), [size(mine)], 'cyclic count')
    do i = 1, size(mine)
        call expect(d%to_global([i]), [mine(i)], 'cyclic index')
        call expect(d%to_local([mine(i)]), [i], 'cyclic position')
    end do

    ! Unstructured: each rank lists its indices, from the last.
    mine = [(2*ranks - rank - i*ranks, i=0, 1)]
    call d%create(comm, [2*ranks], map=[darr_unstructured], procs=[ranks], &
        indices=[darr_list(mine)])
    call expect(d%counts(), [2], 'unstructured count')
    call expect(d%to_global([1]), [mine(1)], 'unstructured index')
    call expect(d%to_local([mine(2)]), [2], 'unstructured position')

    call cells%free()
    call d%free()
    call e%free()
    call end_test()
end program t103_dist_derived
