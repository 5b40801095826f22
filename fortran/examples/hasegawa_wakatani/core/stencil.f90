!> Right-hand sides of the Hasegawa-Wakatani equations on padded arrays, advanced by the classical
!> Runge-Kutta method:
!>
!>     dn/dt = c1 (phi - n) - [phi, n] - kappa dphi/dy + D(n)
!>     dw/dt = c1 (phi - n) - [phi, w]                 + D(w)
!>
!> with [a, b] = da/dx db/dy - da/dy db/dx in Arakawa's form that conserves energy and enstrophy
!> (J. Comput. Phys. 1 (1966) 119), and D(f) = (-1)^(N+1) nu lap^N f with the 5-point Laplacian.
!> Every point's arithmetic is the same wherever block boundaries lie.
module hw_stencil
    use hw_parameters, only: dp, parameters_t
    use hw_fields, only: fields_t
    implicit none
    private
    public :: advance_stage, hyperdiffuse

contains

    !> Computes level mod(stage, 4) of n and w from level stage - 1, whose padding is filled, and
    !> from phi of that level. Stage 4 completes the step. Let y0 be the state and y1, y2, y3 the
    !> levels: y1 = y0 + dt/2 k1, y2 = y0 + dt/2 k2, y3 = y0 + dt k3, and the new state
    !> y0 + dt/6 (k1 + 2 k2 + 2 k3 + k4) equals (y1 + 2 y2 + y3 - y0) / 3 + dt/6 k4.
    subroutine advance_stage(p, f, stage)
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(inout) :: f
        integer, intent(in) :: stage

        call advance_block(p, stage, f%halo, f%lo, f%hi, f%phi, f%n, f%w)
    end subroutine advance_stage

    subroutine advance_block(p, stage, h, lo, hi, phi, n, w)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: stage, h, lo(2), hi(2)
        real(dp), intent(in) :: phi(lo(1) - h:hi(1) + h, lo(2) - h:hi(2) + h)
        real(dp), intent(inout) :: n(lo(1) - h:hi(1) + h, lo(2) - h:hi(2) + h, 0:3)
        real(dp), intent(inout) :: w(lo(1) - h:hi(1) + h, lo(2) - h:hi(2) + h, 0:3)
        real(dp), parameter :: weight(4) = [0.5_dp, 0.5_dp, 1.0_dp, 1.0_dp / 6]
        real(dp) :: powers_n(lo(1) - h:hi(1) + h, 0:2, h), powers_w(lo(1) - h:hi(1) + h, 0:2, h)
        real(dp) :: base_n(lo(1):hi(1)), base_w(lo(1):hi(1))
        real(dp) :: step, diffusion
        integer :: front, m, j, from, to, slot

        m = hi(1) - lo(1) + 1
        if (m < 1) return
        from = stage - 1
        to = mod(stage, 4)
        step = weight(stage) * p%dt
        diffusion = hyperdiffusion_factor(p)
        do front = lo(2) - h + 1, hi(2) + h - 1
            call laplacian_powers(m, h, lo(2), front, n(lo(1) - h, front - 1, from), powers_n)
            call laplacian_powers(m, h, lo(2), front, w(lo(1) - h, front - 1, from), powers_w)
            j = front - h + 1
            if (j < lo(2)) cycle
            slot = modulo(j, 3)
            if (stage < 4) then
                call advance_row(p, m, h, step, diffusion, phi(lo(1) - h, j - 1), &
                    n(lo(1) - h, j - 1, from), w(lo(1) - h, j - 1, from), &
                    powers_n(lo(1), slot, h), powers_w(lo(1), slot, h), &
                    n(lo(1), j, 0), w(lo(1), j, 0), n(lo(1), j, to), w(lo(1), j, to))
            else
                call combine_stages(m, n(lo(1), j, 0), n(lo(1), j, 1), n(lo(1), j, 2), &
                    n(lo(1), j, 3), base_n)
                call combine_stages(m, w(lo(1), j, 0), w(lo(1), j, 1), w(lo(1), j, 2), &
                    w(lo(1), j, 3), base_w)
                call advance_row(p, m, h, step, diffusion, phi(lo(1) - h, j - 1), &
                    n(lo(1) - h, j - 1, from), w(lo(1) - h, j - 1, from), &
                    powers_n(lo(1), slot, h), powers_w(lo(1), slot, h), &
                    base_n, base_w, n(lo(1), j, 0), w(lo(1), j, 0))
            end if
        end do
    end subroutine advance_block

    !> One row of base + step * (right-hand side). Rows of phi, n and w are -1, 0, 1 around it.
    pure subroutine advance_row(p, m, h, step, diffusion, phi, n, w, power_n, power_w, &
            base_n, base_w, next_n, next_w)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: m, h
        real(dp), intent(in) :: step, diffusion
        real(dp), intent(in) :: phi(1 - h:m + h, -1:1), n(1 - h:m + h, -1:1), w(1 - h:m + h, -1:1)
        real(dp), intent(in) :: power_n(m), power_w(m), base_n(m), base_w(m)
        real(dp), intent(out) :: next_n(m), next_w(m)
        real(dp) :: c1, drive, bracket, d_x, d_y, coupling
        real(dp) :: east, west, north, south, north_east, north_west, south_east, south_west
        integer :: i

        c1 = p%c1
        drive = -p%kappa / (2 * p%cell())
        bracket = 1 / (12 * p%cell()**2)
        do i = 1, m
            d_x = phi(i + 1, 0) - phi(i - 1, 0)
            d_y = phi(i, 1) - phi(i, -1)
            east = d_y + (phi(i + 1, 1) - phi(i + 1, -1))
            west = d_y + (phi(i - 1, 1) - phi(i - 1, -1))
            north = d_x + (phi(i + 1, 1) - phi(i - 1, 1))
            south = d_x + (phi(i + 1, -1) - phi(i - 1, -1))
            north_east = phi(i, 1) - phi(i + 1, 0)
            north_west = phi(i, 1) - phi(i - 1, 0)
            south_east = phi(i + 1, 0) - phi(i, -1)
            south_west = phi(i - 1, 0) - phi(i, -1)
            coupling = c1 * (phi(i, 0) - n(i, 0))
            next_n(i) = base_n(i) + step * (coupling + drive * d_y + diffusion * power_n(i) &
                + bracket * (((n(i + 1, 0) * east - n(i - 1, 0) * west) &
                + (n(i, -1) * south - n(i, 1) * north)) &
                + ((n(i + 1, 1) * north_east - n(i - 1, 1) * north_west) &
                + (n(i + 1, -1) * south_east - n(i - 1, -1) * south_west))))
            next_w(i) = base_w(i) + step * (coupling + diffusion * power_w(i) &
                + bracket * (((w(i + 1, 0) * east - w(i - 1, 0) * west) &
                + (w(i, -1) * south - w(i, 1) * north)) &
                + ((w(i + 1, 1) * north_east - w(i - 1, 1) * north_west) &
                + (w(i + 1, -1) * south_east - w(i - 1, -1) * south_west))))
        end do
    end subroutine advance_row

    pure subroutine combine_stages(m, y0, y1, y2, y3, base)
        integer, intent(in) :: m
        real(dp), intent(in) :: y0(m), y1(m), y2(m), y3(m)
        real(dp), intent(out) :: base(m)

        base = y2 + ((y1 - y0) + (y3 - y2)) * (1.0_dp / 3)
    end subroutine combine_stages

    !> Moves the front of the powers of the Laplacian on by one row: power k is computed at row
    !> front - k + 1, where power k - 1 is known one row further. `rows` are rows front - 1 to
    !> front + 1 of the field. Each power keeps its last three rows, row j in slot modulo(j, 3).
    !> Power k is needed from row first - (h - k) on, and h - k columns beyond the owned ones on
    !> either side; the last power, h, at row front - h + 1 is the result. Cell width 1.
    pure subroutine laplacian_powers(m, h, first, front, rows, powers)
        integer, intent(in) :: m, h, first, front
        real(dp), intent(in) :: rows(1 - h:m + h, -1:1)
        real(dp), intent(inout) :: powers(1 - h:m + h, 0:2, h)
        integer :: k, j

        call laplacian_row(m + 2 * (h - 1), rows(1 - h, -1), rows(1 - h, 0), rows(1 - h, 1), &
            powers(2 - h, modulo(front, 3), 1))
        do k = 2, h
            j = front - k + 1
            if (j < first - (h - k)) exit
            call laplacian_row(m + 2 * (h - k), powers(k - h, modulo(j - 1, 3), k - 1), &
                powers(k - h, modulo(j, 3), k - 1), powers(k - h, modulo(j + 1, 3), k - 1), &
                powers(1 + k - h, modulo(j, 3), k))
        end do
    end subroutine laplacian_powers

    pure subroutine laplacian_row(m, below, row, above, laplacian)
        integer, intent(in) :: m
        real(dp), intent(in) :: below(0:m + 1), row(0:m + 1), above(0:m + 1)
        real(dp), intent(out) :: laplacian(m)
        integer :: i

        do i = 1, m
            laplacian(i) = ((below(i) + above(i)) + (row(i - 1) + row(i + 1))) - 4 * row(i)
        end do
    end subroutine laplacian_row

    !> (-1)^(N+1) nu / dx^(2N): what turns lap^N at cell width 1 into D.
    pure real(dp) function hyperdiffusion_factor(p)
        type(parameters_t), intent(in) :: p

        hyperdiffusion_factor = (-1)**(p%order + 1) * p%nu / p%cell()**(2 * p%order)
    end function hyperdiffusion_factor

    !> D(field) on the owned box, from a field whose padding is filled; the padding of d stays.
    subroutine hyperdiffuse(p, h, lo, hi, field, d)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: h, lo(2), hi(2)
        real(dp), intent(in) :: field(lo(1) - h:hi(1) + h, lo(2) - h:hi(2) + h)
        real(dp), intent(inout) :: d(lo(1) - h:hi(1) + h, lo(2) - h:hi(2) + h)
        real(dp) :: powers(lo(1) - h:hi(1) + h, 0:2, h)
        integer :: front, m, j

        m = hi(1) - lo(1) + 1
        if (m < 1) return
        do front = lo(2) - h + 1, hi(2) + h - 1
            call laplacian_powers(m, h, lo(2), front, field(lo(1) - h, front - 1), powers)
            j = front - h + 1
            if (j >= lo(2)) d(lo(1):hi(1), j) = hyperdiffusion_factor(p) &
                * powers(lo(1):hi(1), modulo(j, 3), h)
        end do
    end subroutine hyperdiffuse

end module hw_stencil
