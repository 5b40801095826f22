!> What one rank writes for people: progress, the history of the means, the closing table.
module hw_report
    use, intrinsic :: iso_fortran_env, only: output_unit
    use hw_parameters, only: dp, int64, parameters_t
    use hw_means, only: n_means, gamma_n, gamma_c, energy, enstrophy
    implicit none
    private
    public :: report_t, start_report, add_step, add_means, print_progress, finish_report

    type :: report_t
        private
        logical :: writes = .false.     ! one rank alone does
        integer :: unit = -1            ! the history: time and means, one line each
        integer :: first_step = 0, last_step = 0
        real(dp) :: time = 0, means(n_means) = 0
        integer(int64) :: started = 0
        real(dp), allocatable :: seconds(:)     ! wall time of each step
        integer :: timed = 0
    end type report_t

contains

    !> Opens the history at the given step and time. A continued run keeps the lines up to there.
    subroutine start_report(r, p, writes, step, time)
        type(report_t), intent(out) :: r
        type(parameters_t), intent(in) :: p
        logical, intent(in) :: writes
        integer, intent(in) :: step
        real(dp), intent(in) :: time
        real(dp), allocatable :: history(:, :)
        integer :: i

        r%writes = writes
        r%first_step = step
        r%time = time
        r%last_step = step + nint((p%t_end - time) / p%dt)
        allocate (r%seconds(max(0, r%last_step - step)))
        call system_clock(r%started)
        if (.not. writes) return
        history = reshape([real(dp) ::], [n_means + 1, 0])
        if (p%initial == 'file') history = read_history(history_path(p), time - 0.5_dp * p%dt)
        open (newunit=r%unit, file=history_path(p), status='replace', action='write')
        write (r%unit, '(a)') &
            '# time gamma_n gamma_c energy enstrophy energy_w loss_energy loss_enstrophy'
        do i = 1, size(history, 2)
            write (r%unit, '(*(es24.16))') history(:, i)
        end do
        print '(a,i0,a,i0,3(a,g0.4),a,es8.1,a,i0)', 'Hasegawa-Wakatani, ', p%nx, ' x ', p%ny, &
            ' points, dt = ', p%dt, ', c1 = ', p%c1, ', k0 = ', p%k0, ', nu = ', p%nu, &
            ', N = ', p%order
    end subroutine start_report

    !> Notes the wall time that a step took, output left out.
    subroutine add_step(r, seconds)
        type(report_t), intent(inout) :: r
        real(dp), intent(in) :: seconds

        if (r%timed >= size(r%seconds)) return
        r%timed = r%timed + 1
        r%seconds(r%timed) = seconds
    end subroutine add_step

    subroutine add_means(r, time, means)
        type(report_t), intent(inout) :: r
        real(dp), intent(in) :: time, means(n_means)

        r%time = time
        r%means = means
        if (.not. r%writes) return
        write (r%unit, '(*(es24.16))') time, means
        flush (r%unit)
    end subroutine add_means

    !> A line of progress with the newest means.
    subroutine print_progress(r, step)
        type(report_t), intent(in) :: r
        integer, intent(in) :: step
        integer(int64) :: now, rate
        real(dp) :: done, elapsed
        character(len=24) :: left

        if (.not. r%writes) return
        call system_clock(now, rate)
        elapsed = real(now - r%started, dp) / rate
        done = real(step - r%first_step, dp) / max(1, r%last_step - r%first_step)
        left = ''
        if (done > 0) write (left, '(i0,a)') nint(elapsed * (1 - done) / done), ' s left'
        print '(a,f9.2,a,i4,a,3(a,es10.3),2a)', 't = ', r%time, '  ', nint(100 * done), '%', &
            '  flux ', r%means(gamma_n), '  energy ', r%means(energy), &
            '  enstrophy ', r%means(enstrophy), '  ', trim(left)
        flush (output_unit)
    end subroutine print_progress

    !> Prints the time per step and the saturated means beside the literature.
    subroutine finish_report(r, p)
        type(report_t), intent(inout) :: r
        type(parameters_t), intent(in) :: p
        real(dp), allocatable :: history(:, :)

        if (.not. r%writes) return
        if (r%timed > 0) print '(a,f0.4,a,f0.4,a,i0,a)', 'Time per step: median ', &
            1e3_dp * median(r%seconds(1:r%timed)), ' ms, mean ', &
            1e3_dp * sum(r%seconds(1:r%timed)) / r%timed, ' ms, ', r%timed, ' steps'
        close (r%unit)
        history = read_history(history_path(p), huge(1.0_dp))
        history = history(:, pack_columns(history(1, :) >= p%mean_from))
        if (size(history, 2) < 2) return
        print '(a)', ''
        print '(a,f0.1,a,f0.1,a,i0,a)', 'Saturated means from t = ', p%mean_from, ' to ', &
            history(1, size(history, 2)), ' (', size(history, 2), ' samples)'
        print '(a)', &
            '                          mean    in time   windows   literature (c1 = 1, k0 = 0.15)'
        call print_row('particle flux', history(1 + gamma_n, :), &
            '0.60 +- 0.01 hw2d, 0.64 Stegmeir, 0.73 Camargo, 0.61 HW, 0.80 Zeiler')
        call print_row('resistive flux', history(1 + gamma_c, :), '')
        call print_row('energy', history(1 + energy, :), '3.78 +- 0.07 hw2d')
        call print_row('enstrophy', history(1 + enstrophy, :), '13.2 +- 0.9 hw2d')
        print '(a)', 'in time: standard deviation of the samples; windows: of the means over five &
            &equal windows'
    end subroutine finish_report

    subroutine print_row(name, samples, literature)
        character(len=*), intent(in) :: name, literature
        real(dp), intent(in) :: samples(:)
        integer, parameter :: n_windows = 5
        real(dp) :: windows(n_windows)
        integer :: i, length

        length = size(samples) / n_windows
        windows = [(sum(samples((i - 1) * length + 1:i * length)) / max(1, length), i=1, n_windows)]
        print '(a20,3f10.4,3x,a)', name, sum(samples) / size(samples), deviation(samples), &
            deviation(windows), literature
    end subroutine print_row

    pure real(dp) function deviation(x)
        real(dp), intent(in) :: x(:)

        deviation = sqrt(sum((x - sum(x) / size(x))**2) / (size(x) - 1))
    end function deviation

    pure function pack_columns(wanted) result(columns)
        logical, intent(in) :: wanted(:)
        integer, allocatable :: columns(:)
        integer :: i

        columns = pack([(i, i=1, size(wanted))], wanted)
    end function pack_columns

    pure real(dp) function median(x)
        real(dp), intent(in) :: x(:)
        real(dp) :: lower, upper, middle
        integer :: i

        ! Bisection on the value: steps are many and this is done once.
        lower = minval(x)
        upper = maxval(x)
        do i = 1, 60
            middle = 0.5_dp * (lower + upper)
            if (2 * count(x <= middle) >= size(x)) then
                upper = middle
            else
                lower = middle
            end if
        end do
        median = upper
    end function median

    pure function history_path(p) result(path)
        type(parameters_t), intent(in) :: p
        character(len=:), allocatable :: path

        path = trim(p%directory)//'/history.txt'
    end function history_path

    !> Lines (time, means) of a history up to a time; none if there is no such file.
    function read_history(path, until) result(history)
        character(len=*), intent(in) :: path
        real(dp), intent(in) :: until
        real(dp), allocatable :: history(:, :)
        real(dp), allocatable :: values(:)
        real(dp) :: line(n_means + 1)
        integer :: unit, status

        allocate (values(0))
        open (newunit=unit, file=path, status='old', action='read', iostat=status)
        if (status == 0) then
            read (unit, *, iostat=status)
            do
                read (unit, *, iostat=status) line
                if (status /= 0) exit
                if (line(1) <= until) values = [values, line]
            end do
            close (unit)
        end if
        history = reshape(values, [n_means + 1, size(values) / (n_means + 1)])
    end function read_history

end module hw_report
