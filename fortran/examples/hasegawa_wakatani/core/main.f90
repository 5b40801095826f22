!> Hasegawa-Wakatani drift-wave turbulence: the time loop. What surrounds the numerical core is
!> behind `auxiliary_t`: the ranks, their boxes, exchanges, means over the box, files, pictures.
!>
!>     mpirun -n 4 hasegawa_wakatani input.nml
program hasegawa_wakatani
    use hw_parameters, only: dp, int64, parameters_t, read_parameters
    use hw_fields, only: fields_t, boxes_t, allocate_fields
    use hw_stencil, only: advance_stage, hyperdiffuse
    use hw_spectral
    use hw_initial, only: white_noise, noise_spectrum
    use hw_means, only: n_means
    use hw_report
    use hw_auxiliary, only: auxiliary_t
    implicit none
    type(parameters_t) :: p
    type(boxes_t) :: boxes
    type(fields_t), target :: f
    type(spectral_t) :: s
    type(auxiliary_t) :: aux
    type(report_t) :: report
    character(len=256) :: text, path
    integer :: step, first_step, last_step, stage
    integer(int64) :: tick(4), rate
    real(dp) :: time, first_time, means(n_means)

    path = 'input.nml'
    if (command_argument_count() > 0) call get_command_argument(1, path)
    call read_parameters(path, p, text)
    if (text /= '') error stop trim(path)//': '//trim(text)

    call aux%start(p, boxes)
    call allocate_fields(f, p, boxes)
    call start_spectral(s, p)
    call aux%attach(f)

    first_step = 0
    first_time = 0
    call set_initial_state()
    last_step = first_step + nint((p%t_end - first_time) / p%dt)
    call start_report(report, p, aux%is_first, first_step, first_time)
    do step = first_step, last_step
        time = first_time + (step - first_step) * p%dt
        call system_clock(tick(1), rate)
        call aux%exchange(0)
        call system_clock(tick(2))
        call output(step)
        if (step == last_step) exit
        call system_clock(tick(3))
        do stage = 1, 4
            if (stage > 1) call aux%exchange(stage - 1)
            call advance_stage(p, f, stage)
            call solve_potential(mod(stage, 4))
        end do
        call system_clock(tick(4))
        call add_step(report, real(tick(4) - tick(3) + tick(2) - tick(1), dp) / rate)
    end do
    call finish_report(report, p)
    call stop_spectral(s)
    call aux%stop()

contains

    !> phi of the given level from its vorticity.
    subroutine solve_potential(level)
        integer, intent(in) :: level

        if (allocated(f%lines)) then
            call aux%blocks_to_lines(level)
            call rows_forward(s, boxes%rows(1), boxes%rows(2), 0, f%lines, f%rows)
        else
            call rows_forward(s, f%lo(2), f%hi(2), f%halo, f%w(1 - f%halo, f%lo(2), level), f%rows)
        end if
        if (.not. associated(f%rows, f%columns)) call aux%rows_to_columns()
        call columns_solve(s, boxes%columns(1), boxes%columns(2), f%columns)
        call spectrum_to_phi()
    end subroutine solve_potential

    subroutine spectrum_to_phi()
        if (.not. associated(f%rows, f%columns)) call aux%columns_to_rows()
        if (allocated(f%lines)) then
            call rows_backward(s, boxes%rows(1), boxes%rows(2), 0, f%rows, f%lines)
            call aux%lines_to_blocks()
        else
            call rows_backward(s, f%lo(2), f%hi(2), f%halo, f%rows, f%phi(1 - f%halo, f%lo(2)))
        end if
    end subroutine spectrum_to_phi

    subroutine set_initial_state()
        select case (p%initial)
        case ('file')
            call aux%load(p, first_step, first_time)
        case ('fourier')
            call noise_spectrum(p, 1, boxes%columns(1), boxes%columns(2), f%columns)
            call columns_backward(s, boxes%columns(1), boxes%columns(2), f%columns)
            call spectrum_to_phi()
            f%n(:, :, 0) = f%phi
            call noise_spectrum(p, 2, boxes%columns(1), boxes%columns(2), f%columns)
            call columns_backward(s, boxes%columns(1), boxes%columns(2), f%columns)
            call spectrum_to_phi()
            f%w(:, :, 0) = f%phi
        case ('sine')
            call aux%start_as_sine(p)
        case default
            call white_noise(p, 1, f%halo, f%lo, f%hi, f%n)
            call white_noise(p, 2, f%halo, f%lo, f%hi, f%w)
        end select
        call solve_potential(0)
    end subroutine set_initial_state

    logical function due(step, every)
        integer, intent(in) :: step, every

        due = .false.
        if (every > 0) due = mod(step, every) == 0
    end function due

    !> Diagnostics, progress, snapshot and picture of the state before the given step.
    subroutine output(step)
        integer, intent(in) :: step
        logical :: is_last

        is_last = step == last_step
        if (due(step, p%diagnose_every)) then
            call hyperdiffuse(p, f%halo, f%lo, f%hi, f%n, f%diffusion(:, :, 1))
            call hyperdiffuse(p, f%halo, f%lo, f%hi, f%w, f%diffusion(:, :, 2))
            call aux%diagnose(p, means)
            call add_means(report, time, means)
            ! NaN and infinity alike fail this comparison.
            if (.not. all(abs(means) < huge(means))) &
                error stop 'The run has blown up: it needs a smaller dt or a larger nu'
        end if
        if (due(step, p%report_every) .or. (is_last .and. p%report_every > 0)) &
            call print_progress(report, step)
        if ((due(step, p%snapshot_every) .and. step > first_step) .or. &
            (is_last .and. p%save_last)) then
            write (text, '(a,i0.8,a)') trim(p%directory)//'/state_', step, '.h5'
            call aux%save(p, step, time, trim(text))
        end if
        if (due(step, p%picture_every) .or. (is_last .and. p%save_last)) then
            write (text, '(a,i0.8)') trim(p%directory)//'/omega_', step
            call aux%draw(trim(text))
        end if
    end subroutine output

end program hasegawa_wakatani
