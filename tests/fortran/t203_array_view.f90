!> Views in global indices: halo and boundary padding included, lower bounds below 1, C order with
!> reversed dimensions, cyclic dimensions from 1, empty sections; rank 15.
program t203_array_view
    use, intrinsic :: iso_fortran_env, only: real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: d, e
    type(darr_array) :: a, b
    type(darr_view) :: view
    real(real64), pointer :: p(:, :) => null(), q(:, :) => null(), one(:) => null()
    real(real64), pointer :: fifteen(:, :, :, :, :, :, :, :, :, :, :, :, :, :, :) => null()
    real(real64) :: x
    integer :: lo(2), hi(2), below(2), above(2), i, j

    call begin_test()
    call d%create(comm, [12, 8], halo_below=[2, 0], halo_above=[1, 1], periodic=[.true., .false.], &
        boundary=[0, 3])
    call d%box(lo, hi)
    call d%padding(below, above)
    call a%create(d, darr_float64)
    view = a%view()
    call darr_point(p, view)
    if (all(hi >= lo)) then
        call expect(lbound(p), lo - below, 'lower bounds')
        call expect(ubound(p), hi + above, 'upper bounds')
        call expect(below(1), 2, 'periodic halo below')
        if (lo(2) == 1) call expect(lbound(p, 2), -2, 'boundary padding lies below 1')
        if (hi(2) == 8) call expect(ubound(p, 2), 11, 'boundary padding lies above the last')
        call expect(view%owned_lo(:2), below + 1, 'owned from')
        call expect(view%owned_hi(:2), below + hi - lo + 1, 'owned to')
        do concurrent(i=lo(1):hi(1), j=lo(2):hi(2))
            p(i, j) = f(i, j)
        end do
        call expect(is_contiguous(p), 'an array of the library is contiguous')
    end if
    do j = 1, 8
        call a%get([12, j], x)
        call expect(x, f(12, j), 0.0_real64, 'written through the view')
    end do

    ! C order: memory runs over the last dimension first, so the view has it as its first.
    call e%create(comm, [12, 8], halo=[1, 0], order='C')
    call e%box(lo, hi)
    call e%padding(below, above)
    call b%create(e, darr_float64)
    call darr_point(q, b%view())
    if (all(hi >= lo)) then
        call expect(lbound(q), [lo(2), lo(1) - below(1)], 'lower bounds, reversed')
        call expect(ubound(q), [hi(2), hi(1) + above(1)], 'upper bounds, reversed')
        call expect(is_contiguous(q), 'C order is contiguous when reversed')
        do concurrent(i=lo(1):hi(1), j=lo(2):hi(2))
            q(j, i) = f(i, j)
        end do
    end if
    call b%get([3, 7], x)
    call expect(x, f(3, 7), 0.0_real64, 'C order keeps global indices')
    ! The same memory wrapped: its dimensions count reversed too.
    call a%wrap(e, darr_memory(q))
    call a%get([11, 2], x)
    call expect(x, f(11, 2), 0.0_real64, 'C order wrapped')

    ! Cyclic: positions from 1.
    call d%create(comm, [10], map=[darr_cyclic], procs=[ranks])
    call a%create(d, darr_float64)
    call darr_point(one, a%view())
    call expect(lbound(one, 1), 1, 'cyclic from 1')
    one = [(f(1 + rank + (i - 1)*ranks), i=1, size(one))]
    call a%get([8], x)
    call expect(x, f(8), 0.0_real64, 'cyclic value')

    ! Whole dimensions on every rank; as many dimensions as there can be.
    call d%create(comm, [(1, i=1, 14), ranks], procs=[(1, i=1, 14), ranks])
    call a%create(d, darr_float64)
    call darr_point(fifteen, a%view())
    call expect(lbound(fifteen), [(1, i=1, 14), rank + 1], 'rank 15')
    fifteen = rank
    call a%get([(1, i=1, 14), ranks], x)
    call expect(x, real(ranks - 1, real64), 0.0_real64, 'value of rank 15')

    ! More ranks than elements: an empty view is associated and has no elements.
    call d%create(comm, [1, 4], procs=[ranks, 1])
    call a%create(d, darr_float64)
    call darr_point(p, a%view())
    call expect(associated(p) .or. size(p) == 0, 'empty view')
    call expect(size(p), merge(4, 0, rank == 0), 'size of an empty view')
    call d%free()
    call e%free()
    call a%free()
    call b%free()
    call end_test()
end program t203_array_view
