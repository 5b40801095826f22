!> What surrounds the numerical core, done by the library.
module hw_auxiliary
    use distarray
    use hw_parameters, only: dp, parameters_t
    use hw_fields, only: fields_t, boxes_t
    use hw_means, only: n_means
    implicit none
    private
    public :: auxiliary_t
    include 'mpif.h'

    type :: auxiliary_t
        logical :: is_first = .false.       ! the rank that reports
        type(darr_dist), private :: cells, lines, rows, columns
        type(darr_array), private :: n(0:3), w(0:3), phi, dn, dw
        type(darr_array), private :: on_lines, on_rows, on_columns
        type(darr_plan), private :: halo(0:3), to_lines(0:3), to_blocks, to_columns, to_rows
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
        integer :: rank, ierr, lo(2), hi(2)

        call MPI_Init(ierr)
        call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
        aux%is_first = rank == 0
        call aux%cells%create(MPI_COMM_WORLD, [p%nx, p%ny], procs=[p%blocks_x, p%blocks_y], &
            periodic=[.true., .true.], halo=[p%order])
        call aux%lines%create(MPI_COMM_WORLD, [p%nx, p%ny], procs=[1, 0])
        call aux%rows%create(MPI_COMM_WORLD, [p%nx / 2 + 1, p%ny], procs=[1, 0])
        call aux%columns%create(MPI_COMM_WORLD, [p%nx / 2 + 1, p%ny], procs=[0, 1])
        call aux%cells%box(boxes%block(:, 1), boxes%block(:, 2))
        call aux%rows%box(lo, hi)
        boxes%rows = [lo(2), hi(2)]
        call aux%columns%box(lo, hi)
        boxes%columns = [lo(1), hi(1)]
        boxes%blocks_are_rows = aux%cells%compatible(aux%lines)
    end subroutine start

    !> Describes the core's memory and plans its movements.
    subroutine attach(aux, f)
        class(auxiliary_t), intent(inout) :: aux
        type(fields_t), target, intent(in) :: f
        integer :: i

        call aux%phi%wrap(aux%cells, darr_memory(f%phi))
        do i = 0, 3
            call aux%n(i)%wrap(aux%cells, darr_memory(f%n(:, :, i)))
            call aux%w(i)%wrap(aux%cells, darr_memory(f%w(:, :, i)))
            call aux%halo(i)%halo([aux%n(i), aux%w(i), aux%phi])
        end do
        call aux%dn%wrap(aux%cells, darr_memory(f%diffusion(:, :, 1)))
        call aux%dw%wrap(aux%cells, darr_memory(f%diffusion(:, :, 2)))
        call aux%on_rows%wrap(aux%rows, darr_memory(f%rows))
        call aux%on_columns%wrap(aux%columns, darr_memory(f%columns))
        if (.not. associated(f%rows, f%columns)) then
            call aux%to_columns%redistribute([aux%on_rows], [aux%on_columns])
            call aux%to_rows%redistribute([aux%on_columns], [aux%on_rows])
        end if
        if (.not. allocated(f%lines)) return
        call aux%on_lines%wrap(aux%lines, darr_memory(f%lines))
        do i = 0, 3
            call aux%to_lines(i)%redistribute([aux%w(i)], [aux%on_lines])
        end do
        call aux%to_blocks%redistribute([aux%on_lines], [aux%phi])
    end subroutine attach

    !> Fills the padding of n and w of a level, and of phi.
    subroutine exchange(aux, level)
        class(auxiliary_t), intent(in) :: aux
        integer, intent(in) :: level

        call aux%halo(level)%run()
    end subroutine exchange

    subroutine rows_to_columns(aux)
        class(auxiliary_t), intent(in) :: aux

        call aux%to_columns%run()
    end subroutine rows_to_columns

    subroutine columns_to_rows(aux)
        class(auxiliary_t), intent(in) :: aux

        call aux%to_rows%run()
    end subroutine columns_to_rows

    subroutine blocks_to_lines(aux, level)
        class(auxiliary_t), intent(in) :: aux
        integer, intent(in) :: level

        call aux%to_lines(level)%run()
    end subroutine blocks_to_lines

    subroutine lines_to_blocks(aux)
        class(auxiliary_t), intent(in) :: aux

        call aux%to_blocks%run()
    end subroutine lines_to_blocks

    !> One period of a sine along either dimension.
    subroutine start_as_sine(aux, p)
        class(auxiliary_t), intent(inout) :: aux
        type(parameters_t), intent(in) :: p

        call darr_eval('a * sin(2*pi*i0/n0 + 1) * sin(2*pi*i1/n1 + 1)', ['a'], &
            [darr_given(p%amplitude)], aux%n(0))
        aux%w(0) = aux%n(0)
    end subroutine start_as_sine

    !> The means of hw_means from the state at a step's start, whose padding is filled.
    subroutine diagnose(aux, p, means)
        class(auxiliary_t), intent(in) :: aux
        type(parameters_t), intent(in) :: p
        real(dp), intent(out) :: means(n_means)

        call darr_eval_values([character(96) :: &
            'mean(-n * (phi[0,1] - phi[0,-1])) / (2*h)', &
            'mean(c1 * (n - phi)**2)', &
            'mean(n**2 + ((phi[1,0] - phi[-1,0]) / (2*h))**2 + ((phi[0,1] - phi[0,-1]) / (2*h))**2) / 2', &
            'mean((n - w)**2) / 2', &
            'mean(n**2 - phi*w) / 2', &
            'mean(-n*dn + phi*dw)', &
            'mean(-(n - w) * (dn - dw))'], &
            ['n  ', 'w  ', 'phi', 'dn ', 'dw ', 'c1 ', 'h  '], &
            [darr_given(aux%n(0)), darr_given(aux%w(0)), darr_given(aux%phi), darr_given(aux%dn), &
            darr_given(aux%dw), darr_given(p%c1), darr_given(p%cell())], means)
    end subroutine diagnose

    subroutine save(aux, p, step, time, path)
        class(auxiliary_t), intent(in) :: aux
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: step
        real(dp), intent(in) :: time
        character(len=*), intent(in) :: path
        type(darr_file) :: file

        call file%open(MPI_COMM_WORLD, path, darr_create)
        call file%save('density', aux%n(0))
        call file%save('omega', aux%w(0))
        call file%save('phi', aux%phi)
        call file%set_attribute('/', 'step', real(step, dp))
        call file%set_attribute('/', 'time', time)
        call file%set_attribute('/', 'dt', p%dt)
        call file%set_attribute('/', 'k0', p%k0)
        call file%set_attribute('/', 'c1', p%c1)
        call file%set_attribute('/', 'kappa', p%kappa)
        call file%set_attribute('/', 'nu', p%nu)
        call file%set_attribute('/', 'order', real(p%order, dp))
        call file%close()
    end subroutine save

    subroutine load(aux, p, step, time)
        class(auxiliary_t), intent(inout) :: aux
        type(parameters_t), intent(in) :: p
        integer, intent(out) :: step
        real(dp), intent(out) :: time
        type(darr_file) :: file
        real(dp) :: number

        call file%open(MPI_COMM_WORLD, trim(p%file), darr_read)
        call file%load('density', aux%n(0))
        call file%load('omega', aux%w(0))
        call file%get_attribute('/', 'step', number)
        call file%get_attribute('/', 'time', time)
        call file%close()
        step = nint(number)
    end subroutine load

    !> A picture of the vorticity, white where it is 0.
    subroutine draw(aux, path)
        class(auxiliary_t), intent(in) :: aux
        character(len=*), intent(in) :: path
        real(dp) :: extremes(2)

        call darr_reduce([min_of(aux%w(0)), max_of(aux%w(0))], extremes)
        call aux%w(0)%save_png(path//'.png', colors=darr_colors_red_blue, &
            range=maxval(abs(extremes)) * [-1, 1])
    end subroutine draw

    subroutine stop_ranks()
        integer :: ierr

        call MPI_Finalize(ierr)
    end subroutine stop_ranks

end module hw_auxiliary
