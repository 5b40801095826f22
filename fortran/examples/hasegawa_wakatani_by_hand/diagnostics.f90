!> Initial values and means over a rank's box, as loops.
module hw_diagnostics
    use hw_parameters, only: dp, pi, parameters_t
    use hw_fields, only: fields_t
    use hw_means
    implicit none
    private
    public :: sine, sums

contains

    !> One period of a sine along either dimension.
    subroutine sine(p, halo, lo, hi, values)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: halo, lo(2), hi(2)
        real(dp), intent(inout) :: values(lo(1) - halo:hi(1) + halo, lo(2) - halo:hi(2) + halo)
        integer :: i, j

        do j = lo(2), hi(2)
            do i = lo(1), hi(1)
                values(i, j) = p%amplitude * sin(2 * pi * (i - 1) / p%nx + 1) &
                    * sin(2 * pi * (j - 1) / p%ny + 1)
            end do
        end do
    end subroutine sine

    !> Sums of what hw_means describes from the state at a step's start, whose padding is filled.
    subroutine sums(p, f, totals)
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(in) :: f
        real(dp), intent(out) :: totals(n_means)

        call add_up(p, f%halo, f%lo, f%hi, f%n, f%w, f%phi, f%diffusion, totals)
    end subroutine sums

    subroutine add_up(p, h, lo, hi, n, w, phi, d, totals)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: h, lo(2), hi(2)
        real(dp), intent(in), dimension(lo(1) - h:hi(1) + h, lo(2) - h:hi(2) + h) :: n, w, phi
        real(dp), intent(in) :: d(lo(1) - h:hi(1) + h, lo(2) - h:hi(2) + h, 2)
        real(dp), intent(out) :: totals(n_means)
        real(dp) :: d_x, d_y, dn, dw
        integer :: i, j

        totals = 0
        do j = lo(2), hi(2)
            do i = lo(1), hi(1)
                d_x = (phi(i + 1, j) - phi(i - 1, j)) / (2 * p%cell())
                d_y = (phi(i, j + 1) - phi(i, j - 1)) / (2 * p%cell())
                dn = d(i, j, 1)
                dw = d(i, j, 2)
                totals(gamma_n) = totals(gamma_n) - n(i, j) * d_y
                totals(gamma_c) = totals(gamma_c) + p%c1 * (n(i, j) - phi(i, j))**2
                totals(energy) = totals(energy) + 0.5_dp * (n(i, j)**2 + d_x**2 + d_y**2)
                totals(enstrophy) = totals(enstrophy) + 0.5_dp * (n(i, j) - w(i, j))**2
                totals(energy_w) = totals(energy_w) + 0.5_dp * (n(i, j)**2 - phi(i, j) * w(i, j))
                totals(loss_energy) = totals(loss_energy) - n(i, j) * dn + phi(i, j) * dw
                totals(loss_enstrophy) = totals(loss_enstrophy) - (n(i, j) - w(i, j)) * (dn - dw)
            end do
        end do
    end subroutine add_up

end module hw_diagnostics
