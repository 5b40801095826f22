!> Moves data between the decompositions of the transforms.
module hw_transpose
    use mpi_f08
    use hw_parameters, only: dp, parameters_t
    use hw_fields, only: fields_t, boxes_t
    use hw_decomposition, only: decomposition_t
    implicit none
    private
    public :: transpose_t, plan_transpose, rows_to_columns, columns_to_rows
    public :: blocks_to_lines, lines_to_blocks

    type :: transpose_t
        ! Rank r gets the part of my rows that lies in its columns, packed from offset by_rows(r)
        ! on; of my columns, the rows of rank r are contiguous, from by_columns(r) on.
        integer, allocatable :: row_counts(:), by_rows(:), column_counts(:), by_columns(:)
        complex(dp), allocatable :: packed(:)
        ! Where blocks cut the rows: what is common to my block and each rank's rows and vice versa.
        type(MPI_Datatype), allocatable :: in_block(:), in_lines(:)
        integer, allocatable :: block_counts(:), line_counts(:)
    end type transpose_t

contains

    subroutine plan_transpose(t, d, p, f)
        type(transpose_t), intent(out) :: t
        type(decomposition_t), intent(in) :: d
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(in) :: f
        integer :: r

        allocate (t%row_counts(0:d%ranks - 1), t%by_rows(0:d%ranks - 1))
        allocate (t%column_counts(0:d%ranks - 1), t%by_columns(0:d%ranks - 1))
        associate (mine => d%boxes(d%rank))
            do r = 0, d%ranks - 1
                t%row_counts(r) = extent(mine%rows) * extent(d%boxes(r)%columns)
                t%by_rows(r) = extent(mine%rows) * (d%boxes(r)%columns(1) - 1)
                t%column_counts(r) = extent(mine%columns) * extent(d%boxes(r)%rows)
                t%by_columns(r) = extent(mine%columns) * (d%boxes(r)%rows(1) - 1)
            end do
        end associate
        allocate (t%packed(sum(t%row_counts)))
        if (allocated(f%lines)) call plan_lines(t, d, p, f)
    end subroutine plan_transpose

    pure integer function extent(bounds)
        integer, intent(in) :: bounds(2)

        extent = max(0, bounds(2) - bounds(1) + 1)
    end function extent

    subroutine rows_to_columns(t, d, f)
        type(transpose_t), intent(inout) :: t
        type(decomposition_t), intent(in) :: d
        type(fields_t), intent(inout) :: f
        integer :: r, j, width, at

        do r = 0, d%ranks - 1
            width = extent(d%boxes(r)%columns)
            at = t%by_rows(r)
            do j = lbound(f%rows, 2), ubound(f%rows, 2)
                t%packed(at + 1:at + width) = &
                    f%rows(d%boxes(r)%columns(1):d%boxes(r)%columns(2), j)
                at = at + width
            end do
        end do
        call MPI_Alltoallv(t%packed, t%row_counts, t%by_rows, MPI_DOUBLE_COMPLEX, &
            f%columns, t%column_counts, t%by_columns, MPI_DOUBLE_COMPLEX, d%comm)
    end subroutine rows_to_columns

    subroutine columns_to_rows(t, d, f)
        type(transpose_t), intent(inout) :: t
        type(decomposition_t), intent(in) :: d
        type(fields_t), intent(inout) :: f
        integer :: r, j, width, at

        call MPI_Alltoallv(f%columns, t%column_counts, t%by_columns, MPI_DOUBLE_COMPLEX, &
            t%packed, t%row_counts, t%by_rows, MPI_DOUBLE_COMPLEX, d%comm)
        do r = 0, d%ranks - 1
            width = extent(d%boxes(r)%columns)
            at = t%by_rows(r)
            do j = lbound(f%rows, 2), ubound(f%rows, 2)
                f%rows(d%boxes(r)%columns(1):d%boxes(r)%columns(2), j) = &
                    t%packed(at + 1:at + width)
                at = at + width
            end do
        end do
    end subroutine columns_to_rows

    subroutine plan_lines(t, d, p, f)
        type(transpose_t), intent(inout) :: t
        type(decomposition_t), intent(in) :: d
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(in) :: f
        integer :: r

        allocate (t%in_block(0:d%ranks - 1), t%in_lines(0:d%ranks - 1))
        allocate (t%block_counts(0:d%ranks - 1), t%line_counts(0:d%ranks - 1))
        associate (mine => d%boxes(d%rank))
            do r = 0, d%ranks - 1
                call common_part(shape(f%phi), f%lo - f%halo, mine%block, &
                    whole_rows(p, d%boxes(r)%rows), t%in_block(r), t%block_counts(r))
                call common_part(shape(f%lines), [1, mine%rows(1)], d%boxes(r)%block, &
                    whole_rows(p, mine%rows), t%in_lines(r), t%line_counts(r))
            end do
        end associate
    end subroutine plan_lines

    pure function whole_rows(p, rows) result(box)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: rows(2)
        integer :: box(2, 2)

        box(1, :) = [1, p%nx]
        box(2, :) = rows
    end function whole_rows

    !> The common part of two boxes as a datatype in an array whose first element is at `origin`;
    !> count is 0 where there is none.
    subroutine common_part(sizes, origin, a, b, type, count)
        integer, intent(in) :: sizes(2), origin(2), a(2, 2), b(2, 2)
        type(MPI_Datatype), intent(out) :: type
        integer, intent(out) :: count
        integer :: lo(2), hi(2)

        lo = max(a(:, 1), b(:, 1))
        hi = min(a(:, 2), b(:, 2))
        count = merge(1, 0, all(hi >= lo))
        if (count == 1) then
            call MPI_Type_create_subarray(2, sizes, hi - lo + 1, lo - origin, MPI_ORDER_FORTRAN, &
                MPI_DOUBLE_PRECISION, type)
        else
            call MPI_Type_contiguous(1, MPI_DOUBLE_PRECISION, type)
        end if
        call MPI_Type_commit(type)
    end subroutine common_part

    subroutine blocks_to_lines(t, d, block, lines)
        type(transpose_t), intent(in) :: t
        type(decomposition_t), intent(in) :: d
        real(dp), intent(in) :: block(:, :)
        real(dp), intent(inout) :: lines(:, :)
        integer :: zeros(d%ranks)

        zeros = 0
        call MPI_Alltoallw(block, t%block_counts, zeros, t%in_block, lines, t%line_counts, zeros, &
            t%in_lines, d%comm)
    end subroutine blocks_to_lines

    subroutine lines_to_blocks(t, d, lines, block)
        type(transpose_t), intent(in) :: t
        type(decomposition_t), intent(in) :: d
        real(dp), intent(in) :: lines(:, :)
        real(dp), intent(inout) :: block(:, :)
        integer :: zeros(d%ranks)

        zeros = 0
        call MPI_Alltoallw(lines, t%line_counts, zeros, t%in_lines, block, t%block_counts, zeros, &
            t%in_block, d%comm)
    end subroutine lines_to_blocks

end module hw_transpose
