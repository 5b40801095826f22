!> The parameters of a run, read from a namelist file by every rank.
module hw_parameters
    use, intrinsic :: iso_fortran_env, only: dp => real64, int64
    implicit none
    private
    public :: dp, int64, parameters_t, read_parameters

    real(dp), parameter, public :: pi = acos(-1.0_dp)

    character(len=*), parameter :: groups(5) = &
        [character(len=6) :: 'grid', 'model', 'time', 'start', 'output']

    !> Lengths are in units of the drift scale rho_s, times in units of L_n / c_s.
    type :: parameters_t
        ! The grid: square cells, periodic box of length 2 pi / k0 along x.
        integer :: nx = 128, ny = 128
        integer :: blocks_x = 1, blocks_y = 0   ! process grid; 0: chosen from the number of ranks
        ! The model.
        real(dp) :: k0 = 0.15_dp        ! lowest wavenumber along x
        real(dp) :: c1 = 1.0_dp         ! adiabaticity: parallel coupling of n and phi
        real(dp) :: kappa = 1.0_dp      ! gradient of the background density
        real(dp) :: nu = 5.0e-8_dp      ! hyperdiffusion coefficient
        integer :: order = 3            ! N of D(f) = (-1)^(N+1) nu lap^N f
        ! Time.
        real(dp) :: dt = 0.025_dp, t_end = 100.0_dp
        ! The initial state: 'normal', 'fourier', 'sine', or 'file' to continue from a snapshot.
        character(len=16) :: initial = 'normal'
        real(dp) :: amplitude = 0.01_dp
        integer :: seed = 1
        character(len=256) :: file = ''
        ! Output, each every so many steps; 0: never.
        character(len=256) :: directory = '.'
        integer :: report_every = 200, diagnose_every = 20
        integer :: snapshot_every = 0, picture_every = 0
        logical :: save_last = .true.   ! snapshot and picture of the last state
        real(dp) :: mean_from = 300.0_dp    ! saturated means are taken from this time on
    contains
        procedure :: cell => cell_width
    end type parameters_t

contains

    !> Width of a cell, the same along x and y.
    pure real(dp) function cell_width(p)
        class(parameters_t), intent(in) :: p

        cell_width = 2 * pi / p%k0 / p%nx
    end function cell_width

    !> Reads the namelist groups grid, model, time, start and output; what a file leaves out keeps
    !> its default. `message` is blank when the parameters can be used.
    subroutine read_parameters(path, p, message)
        character(len=*), intent(in) :: path
        type(parameters_t), intent(out) :: p
        character(len=*), intent(out) :: message
        integer :: nx, ny, blocks_x, blocks_y, order, seed
        integer :: report_every, diagnose_every, snapshot_every, picture_every
        real(dp) :: k0, c1, kappa, nu, dt, t_end, amplitude, mean_from
        character(len=16) :: initial
        character(len=256) :: file, directory
        logical :: save_last
        integer :: unit, group, status
        namelist /grid/ nx, ny, blocks_x, blocks_y
        namelist /model/ k0, c1, kappa, nu, order
        namelist /time/ dt, t_end
        namelist /start/ initial, amplitude, seed, file
        namelist /output/ directory, report_every, diagnose_every, snapshot_every, &
            picture_every, save_last, mean_from

        nx = p%nx; ny = p%ny; blocks_x = p%blocks_x; blocks_y = p%blocks_y
        k0 = p%k0; c1 = p%c1; kappa = p%kappa; nu = p%nu; order = p%order
        dt = p%dt; t_end = p%t_end
        initial = p%initial; amplitude = p%amplitude; seed = p%seed; file = p%file
        directory = p%directory; report_every = p%report_every
        diagnose_every = p%diagnose_every; snapshot_every = p%snapshot_every
        picture_every = p%picture_every; save_last = p%save_last; mean_from = p%mean_from

        open (newunit=unit, file=path, status='old', action='read', iostat=status, iomsg=message)
        if (status /= 0) return
        call check_groups(unit, message)
        if (message /= '') then
            close (unit)
            return
        end if
        do group = 1, size(groups)
            rewind (unit)
            select case (group)
            case (1); read (unit, nml=grid, iostat=status, iomsg=message)
            case (2); read (unit, nml=model, iostat=status, iomsg=message)
            case (3); read (unit, nml=time, iostat=status, iomsg=message)
            case (4); read (unit, nml=start, iostat=status, iomsg=message)
            case (5); read (unit, nml=output, iostat=status, iomsg=message)
            end select
            ! A group that the file leaves out ends the file: that is no mistake.
            if (status > 0) exit
        end do
        close (unit)
        if (status > 0) return

        p = parameters_t(nx, ny, blocks_x, blocks_y, k0, c1, kappa, nu, order, dt, t_end, &
            initial, amplitude, seed, file, directory, report_every, diagnose_every, &
            snapshot_every, picture_every, save_last, mean_from)
        message = complaint(p)
    end subroutine read_parameters

    !> What is wrong with the groups of a namelist file; blank if nothing is. A namelist read passes
    !> over a group with another name or without an end as if it were not there.
    subroutine check_groups(unit, text)
        integer, intent(in) :: unit
        character(len=*), intent(out) :: text
        character(len=*), parameter :: word = 'abcdefghijklmnopqrstuvwxyz0123456789_', &
            capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
        character(len=32) :: name, before   ! of the group that is open, of the one open before it
        character :: c, quote               ! the quote that began the text we are in, else a blank
        logical :: in_name, in_comment, at_end, seen(size(groups))
        integer :: at

        rewind (unit)
        text = ''
        name = ''
        before = ''
        quote = ' '
        in_name = .false.
        in_comment = .false.
        seen = .false.
        do while (text == '')
            call next(unit, c, at_end)
            at = index(capitals, c)
            if (at > 0) c = word(at:at)
            if (in_name .and. index(word, c) > 0) then
                name = trim(name)//c
                cycle
            else if (in_name) then
                in_name = .false.
                at = findloc(groups == name, .true., 1)
                if (before /= '' .and. name == 'end') then
                    name = ''
                else if (before /= '') then
                    text = 'the group &'//trim(before)//" has no '/' at its end"
                else if (at == 0) then
                    text = 'there is no group &'//trim(name)// &
                        ', only &grid, &model, &time, &start and &output'
                else if (seen(at)) then
                    text = 'the group &'//trim(name)//' is there twice'
                else
                    seen(at) = .true.
                end if
                if (text /= '') return
            end if
            if (at_end) exit
            if (c == new_line(c)) in_comment = .false.
            if (in_comment) cycle
            if (quote /= ' ') then
                if (c == quote) quote = ' '
            else if (c == '!') then
                in_comment = .true.
            else if (c == '&') then
                in_name = .true.
                before = name
                name = ''
            else if (name /= '') then
                if (c == '/') name = ''
                if (c == "'" .or. c == '"') quote = c
            else if (index(' '//achar(9)//achar(13)//new_line(c), c) == 0) then
                text = "'"//c//"' stands outside of the groups, which begin with & and end with /"
            end if
        end do
        if (text == '' .and. name /= '') text = 'the group &'//trim(name)//" has no '/' at its end"
    end subroutine check_groups

    !> The next character of a file, the end of a line included; at the end of the file another one.
    subroutine next(unit, c, at_end)
        integer, intent(in) :: unit
        character, intent(out) :: c
        logical, intent(out) :: at_end
        integer :: status

        read (unit, '(a)', advance='no', iostat=status) c
        at_end = status /= 0 .and. .not. is_iostat_eor(status)
        if (status /= 0) c = new_line(c)
    end subroutine next

    !> What makes the parameters unusable; blank if nothing does.
    pure function complaint(p) result(text)
        type(parameters_t), intent(in) :: p
        character(len=160) :: text

        text = ''
        if (min(p%nx, p%ny) < 2 .or. mod(p%nx, 2) /= 0) text = 'nx must be even and ny at least 2'
        if (p%order < 1) text = 'order must be at least 1'
        if (p%k0 <= 0) text = 'k0 must be positive'
        if (p%dt <= 0) text = 'dt must be positive'
        if (p%nu < 0) text = 'nu must not be negative'
        if (p%blocks_x < 0 .or. p%blocks_y < 0) text = 'blocks_x and blocks_y must not be negative'
        if (all(p%initial /= [character(len=16) :: 'normal', 'fourier', 'sine', 'file'])) &
            text = "initial must be 'normal', 'fourier', 'sine' or 'file', not '" &
            //trim(p%initial)//"'"
        if (p%initial == 'file' .and. p%file == '') text = "initial = 'file' needs file"
    end function complaint

end module hw_parameters
