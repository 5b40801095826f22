!> What is averaged over the box: fluxes, energy, enstrophy and their dissipation.
module hw_integrands
    use hw_parameters, only: dp, parameters_t
    use hw_fields, only: fields_t, n_integrands
    use hw_stencil, only: hyperdiffuse
    implicit none
    private
    public :: fill_integrands

    !> Places of the means. Balances, exact but for the time step: with kappa = 1
    !> d(energy_w)/dt = gamma_n - gamma_c - loss_energy, d(enstrophy)/dt = gamma_n - loss_enstrophy.
    integer, parameter, public :: gamma_n = 1   ! particle flux, -n dphi/dy
    integer, parameter, public :: gamma_c = 2   ! resistive flux, c1 (n - phi)^2
    integer, parameter, public :: energy = 3    ! (n^2 + |grad phi|^2) / 2, central differences
    integer, parameter, public :: enstrophy = 4 ! (n - w)^2 / 2
    integer, parameter, public :: energy_w = 5  ! (n^2 - phi w) / 2
    integer, parameter, public :: loss_energy = 6       ! -n D(n) + phi D(w)
    integer, parameter, public :: loss_enstrophy = 7    ! -(n - w) (D(n) - D(w))

contains

    !> Fills the integrands from the state at a step's start, whose padding is filled.
    subroutine fill_integrands(p, f)
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(inout) :: f

        call fill(p, f%halo, f%lo, f%hi, f%n, f%w, f%phi, f%integrands)
    end subroutine fill_integrands

    subroutine fill(p, h, lo, hi, n, w, phi, q)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: h, lo(2), hi(2)
        real(dp), intent(in), dimension(lo(1) - h:hi(1) + h, lo(2) - h:hi(2) + h) :: n, w, phi
        real(dp), intent(inout) :: q(lo(1) - h:hi(1) + h, lo(2) - h:hi(2) + h, n_integrands)
        real(dp) :: d_x, d_y, dn, dw
        integer :: i, j

        call hyperdiffuse(p, h, lo, hi, n, q(:, :, loss_energy))
        call hyperdiffuse(p, h, lo, hi, w, q(:, :, loss_enstrophy))
        do j = lo(2), hi(2)
            do i = lo(1), hi(1)
                d_x = (phi(i + 1, j) - phi(i - 1, j)) / (2 * p%cell())
                d_y = (phi(i, j + 1) - phi(i, j - 1)) / (2 * p%cell())
                dn = q(i, j, loss_energy)
                dw = q(i, j, loss_enstrophy)
                q(i, j, gamma_n) = -n(i, j) * d_y
                q(i, j, gamma_c) = p%c1 * (n(i, j) - phi(i, j))**2
                q(i, j, energy) = 0.5_dp * (n(i, j)**2 + d_x**2 + d_y**2)
                q(i, j, enstrophy) = 0.5_dp * (n(i, j) - w(i, j))**2
                q(i, j, energy_w) = 0.5_dp * (n(i, j)**2 - phi(i, j) * w(i, j))
                q(i, j, loss_energy) = -n(i, j) * dn + phi(i, j) * dw
                q(i, j, loss_enstrophy) = -(n(i, j) - w(i, j)) * (dn - dw)
            end do
        end do
    end subroutine fill

end module hw_integrands
