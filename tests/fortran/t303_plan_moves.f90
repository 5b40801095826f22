!> Cyclic maps, permuted dimensions, converted and combined elements; ghosts added to their owners.
program t303_plan_moves
    use, intrinsic :: iso_fortran_env, only: int32, real64
    use check
    use distarray
    implicit none

    type(darr_dist) :: dealt, turned, ring, list
    type(darr_array) :: x, y, u, slice, values
    type(darr_plan) :: plan, back
    type(darr_plan_info) :: info
    type(darr_neighbour), allocatable :: sent(:)
    character(:), allocatable :: text
    real(real64), pointer :: py(:, :, :) => null(), pu(:) => null(), pv(:) => null()
    real(real64) :: corner
    integer(int32), pointer :: px(:, :, :) => null()
    integer :: i, j, k, g(3), lo(1), hi(1), ierr, seen

    call begin_test()
    call dealt%create(comm, [5, 6, 7], map=[darr_cyclic, darr_whole, darr_cyclic], block_size=[2, 1, 1])
    call turned%create(comm, [7, 5, 6], map=[darr_block, darr_cyclic, darr_block], order='C')
    call x%create(dealt, darr_int32)
    call y%create(turned, darr_float64)
    call darr_point(px, x%view())
    call darr_point(py, y%view())
    do k = 1, size(px, 3)
        do j = 1, size(px, 2)
            do i = 1, size(px, 1)
                g = int(dealt%to_global([i, j, k]))
                px(i, j, k) = int(g(1) + 10*g(2) + 100*g(3), int32)
            end do
        end do
    end do
    ! Element (i, j, k) becomes (k, i, j).
    call plan%redistribute([x], [y], axes=[2, 3, 1])
    call plan%run()
    call compare(0)
    call plan%describe(info)
    call expect(info%bytes, int(info%bytes_direct + info%bytes_staged + info%bytes_mpi), 'bytes')
    call plan%sends(sent)
    call expect(int(info%sends), size(sent), 'neighbours')
    call expect(info%bytes, int(sum(sent%bytes)), 'bytes of the neighbours')
    call plan%receives(sent)
    call expect(int(info%receives), size(sent), 'neighbours that are heard')
    call plan%text(text)
    call expect(len(text), int(info%text) - 1, 'length of the text')
    call expect(index(text, 'plan on rank '), 1, 'text')

    call plan%redistribute([x], [y], combine=darr_combine_add, axes=[2, 3, 1], ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'one dtype', 'sums of two types')
    call plan%redistribute([x], [y], axes=[1, 1, 2], ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'dimension', 'no permutation')
    call plan%redistribute([x], [y], axes=[1, 2], ierr=ierr)
    call expect(ierr, darr_err_argument, 'two axes of three')

    ! Each element of a ring has a ghost on either side, which add up.
    call ring%create(comm, [12], periodic=[.true.], halo=[1])
    call u%create(ring, darr_float64)
    call ring%box(lo, hi)
    call darr_point(pu, u%view())
    call u%fill(1.0_real64)
    call back%halo([u], accumulate=.true.)
    call back%run()
    do i = lo(1), hi(1)
        call expect(pu(i), 1 + ghosts_of(i), 0.0_real64, 'sum of the ghosts')
    end do
    ! In one direction only.
    call u%fill(1.0_real64)
    call back%halo([u], accumulate=.true., offsets=reshape([-1], [1, 1]))
    call back%run()
    do i = lo(1), hi(1)
        call expect(pu(i), 1.0_real64 + merge(1, 0, i == hi(1)), 0.0_real64, 'ghosts below alone')
    end do
    call back%halo([u], offsets=reshape([-1, 0], [2, 1]), ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'one row', 'offsets of two dimensions')

    ! A view of every second row, from the last one on.
    call slice%slice(x, [5, 1, 2], [1, 6, 6], [-2, 1, 1])
    call slice%set([1, 2, 3], 77)
    call x%get([5, 2, 4], seen)
    call expect(seen, 77, 'an element written through a view')
    call slice%free()
    ! The corner elements to the values of this rank, and twice as much back.
    call list%create(comm, [2*ranks])
    call values%create(list, darr_float64)
    call darr_point(pv, values%view())
    call plan%gather(y, reshape([1, 1, 1, 7, 5, 6], [3, 2]), values)
    call plan%run()
    call expect(pv(lbound(pv, 1)), 111.0_real64, 0.0_real64, 'first corner')
    call expect(pv(ubound(pv, 1)), 765.0_real64, 0.0_real64, 'last corner')
    call plan%scatter(y, reshape([1, 1, 1, 7, 5, 6], [3, 2]), values, combine=darr_combine_add)
    call plan%run()
    call y%get([1, 1, 1], corner)
    call expect(corner, 111.0_real64*(1 + ranks), 0.0_real64, 'sum at the first corner')
    call plan%gather(y, reshape([0, 1, 1], [3, 1]), values, ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'below 1', 'index 0')
    call plan%gather(y, reshape([1, 1], [2, 1]), values, ierr=ierr)
    call expect_code(ierr, darr_err_argument, darr_last_error(), 'one row', 'two rows')
    call values%free()
    call list%free()
    call plan%free()
    call back%free()
    call u%free()
    call x%free()
    call y%free()
    call dealt%free()
    call turned%free()
    call ring%free()
    call end_test()

contains

    !> Elements at the ends of a block are ghosts of the neighbours, of both if the block has one.
    pure function ghosts_of(i) result(n)
        integer, intent(in) :: i
        real(real64) :: n

        n = merge(1, 0, i == lo(1)) + merge(1, 0, i == hi(1))
    end function ghosts_of

    subroutine compare(more)
        integer, intent(in) :: more
        integer :: i, j, k, g(3), place(3)

        do k = lbound(py, 3), ubound(py, 3)
            do j = lbound(py, 2), ubound(py, 2)
                do i = lbound(py, 1), ubound(py, 1)
                    place = [k - lbound(py, 3) + 1, j - lbound(py, 2) + 1, i - lbound(py, 1) + 1]
                    g = int(turned%to_global(place))
                    call expect(py(i, j, k), real(g(2) + 10*g(3) + 100*g(1) + more, real64), &
                        0.0_real64, 'turned')
                end do
            end do
        end do
    end subroutine compare
end program t303_plan_moves
