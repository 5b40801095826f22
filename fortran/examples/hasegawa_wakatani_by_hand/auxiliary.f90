!> What surrounds the numerical core, written by hand with MPI and parallel HDF5.
module hw_auxiliary
    use mpi_f08
    use hw_parameters, only: dp, parameters_t
    use hw_fields, only: fields_t, boxes_t
    use hw_means, only: n_means
    use hw_diagnostics, only: sine, sums
    use hw_decomposition, only: decomposition_t, decompose
    use hw_halo, only: halo_t, plan_halo, exchange_halo
    use hw_transpose, only: transpose_t, plan_transpose, to_columns => rows_to_columns, &
        to_rows => columns_to_rows, to_lines => blocks_to_lines, to_blocks => lines_to_blocks
    use hw_files, only: save_state, load_state
    use hw_picture, only: draw_vorticity
    implicit none
    private
    public :: auxiliary_t

    type :: auxiliary_t
        logical :: is_first = .false.       ! the rank that reports
        type(parameters_t), private :: p
        type(fields_t), pointer, private :: f => null()
        type(decomposition_t), private :: d
        type(halo_t), private :: halo
        type(transpose_t), private :: transposes
    contains
        procedure :: start, attach, exchange, start_as_sine, diagnose, save, load, draw
        procedure, nopass :: stop => stop_ranks
        procedure :: rows_to_columns, columns_to_rows, blocks_to_lines, lines_to_blocks
    end type auxiliary_t

contains

    !> Starts MPI and says which boxes this rank owns.
    subroutine start(aux, p, boxes)
        class(auxiliary_t), intent(inout) :: aux
        type(parameters_t), intent(in) :: p
        type(boxes_t), intent(out) :: boxes

        call MPI_Init()
        aux%p = p
        call decompose(aux%d, p)
        aux%is_first = aux%d%rank == 0
        boxes = aux%d%boxes(aux%d%rank)
    end subroutine start

    subroutine attach(aux, f)
        class(auxiliary_t), intent(inout) :: aux
        type(fields_t), target, intent(in) :: f

        aux%f => f
        call plan_halo(aux%halo, aux%d, f)
        call plan_transpose(aux%transposes, aux%d, aux%p, f)
    end subroutine attach

    !> Fills the padding of n and w of a level, and of phi.
    subroutine exchange(aux, level)
        class(auxiliary_t), intent(inout) :: aux
        integer, intent(in) :: level

        call exchange_halo(aux%halo, aux%f, level)
    end subroutine exchange

    subroutine rows_to_columns(aux)
        class(auxiliary_t), intent(inout) :: aux

        call to_columns(aux%transposes, aux%d, aux%f)
    end subroutine rows_to_columns

    subroutine columns_to_rows(aux)
        class(auxiliary_t), intent(inout) :: aux

        call to_rows(aux%transposes, aux%d, aux%f)
    end subroutine columns_to_rows

    subroutine blocks_to_lines(aux, level)
        class(auxiliary_t), intent(inout) :: aux
        integer, intent(in) :: level

        call to_lines(aux%transposes, aux%d, aux%f%w(:, :, level), aux%f%lines)
    end subroutine blocks_to_lines

    subroutine lines_to_blocks(aux)
        class(auxiliary_t), intent(inout) :: aux

        call to_blocks(aux%transposes, aux%d, aux%f%lines, aux%f%phi)
    end subroutine lines_to_blocks

    !> One period of a sine along either dimension.
    subroutine start_as_sine(aux, p)
        class(auxiliary_t), intent(inout) :: aux
        type(parameters_t), intent(in) :: p

        associate (f => aux%f)
            call sine(p, f%halo, f%lo, f%hi, f%n)
            call sine(p, f%halo, f%lo, f%hi, f%w)
        end associate
    end subroutine start_as_sine

    !> The means of hw_means from the state at a step's start, whose padding is filled.
    subroutine diagnose(aux, p, means)
        class(auxiliary_t), intent(inout) :: aux
        type(parameters_t), intent(in) :: p
        real(dp), intent(out) :: means(n_means)

        call sums(p, aux%f, means)
        means = means / (real(p%nx, dp) * p%ny)
        call MPI_Allreduce(MPI_IN_PLACE, means, n_means, MPI_DOUBLE_PRECISION, MPI_SUM, aux%d%comm)
    end subroutine diagnose

    subroutine save(aux, p, step, time, path)
        class(auxiliary_t), intent(inout) :: aux
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: step
        real(dp), intent(in) :: time
        character(len=*), intent(in) :: path

        call save_state(aux%d, p, aux%f, step, time, path)
    end subroutine save

    subroutine load(aux, p, step, time)
        class(auxiliary_t), intent(inout) :: aux
        type(parameters_t), intent(in) :: p
        integer, intent(out) :: step
        real(dp), intent(out) :: time

        call load_state(aux%d, p, aux%f, step, time)
    end subroutine load

    subroutine draw(aux, path)
        class(auxiliary_t), intent(inout) :: aux
        character(len=*), intent(in) :: path

        call draw_vorticity(aux%d, aux%p, aux%f, path)
    end subroutine draw

    subroutine stop_ranks()
        call MPI_Finalize()
    end subroutine stop_ranks

end module hw_auxiliary
