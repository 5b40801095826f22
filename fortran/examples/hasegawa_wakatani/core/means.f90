!> What is averaged over the box: fluxes, energy, enstrophy and their dissipation. D is the
!> hyperdiffusion.
!>
!> Balances, exact but for the time step: with kappa = 1
!> d(energy_w)/dt = gamma_n - gamma_c - loss_energy, d(enstrophy)/dt = gamma_n - loss_enstrophy.
module hw_means
    implicit none
    private
    integer, parameter, public :: gamma_n = 1   ! particle flux, -n dphi/dy
    integer, parameter, public :: gamma_c = 2   ! resistive flux, c1 (n - phi)^2
    integer, parameter, public :: energy = 3    ! (n^2 + |grad phi|^2) / 2, central differences
    integer, parameter, public :: enstrophy = 4 ! (n - w)^2 / 2
    integer, parameter, public :: energy_w = 5  ! (n^2 - phi w) / 2
    integer, parameter, public :: loss_energy = 6       ! -n D(n) + phi D(w)
    integer, parameter, public :: loss_enstrophy = 7    ! -(n - w) (D(n) - D(w))
    integer, parameter, public :: n_means = 7
end module hw_means
