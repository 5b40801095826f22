!> Random initial states, each value a function of its global index (and the seed) alone, so that they do
!> not depend on the number of ranks.
module hw_initial
    use hw_parameters, only: dp, int64, pi, parameters_t
    implicit none
    private
    public :: white_noise, noise_spectrum

contains

    !> Owned values of density (field 1) or vorticity (field 2): normal numbers.
    subroutine white_noise(p, field, halo, lo, hi, values)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: field, halo, lo(2), hi(2)
        real(dp), intent(inout) :: values(lo(1) - halo:hi(1) + halo, lo(2) - halo:hi(2) + halo)
        integer :: i, j

        do j = lo(2), hi(2)
            do i = lo(1), hi(1)
                values(i, j) = p%amplitude * real(normal(p, field, i, j), dp)
            end do
        end do
    end subroutine white_noise

    !> Columns first to last of the half spectrum of 'fourier' noise: random modes whose amplitude
    !> falls as 1/k^2, none shorter than 12 cells, the field's standard deviation being the
    !> amplitude. `columns` is what the unnormalised inverse transforms expect.
    subroutine noise_spectrum(p, field, first, last, columns)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: field, first, last
        complex(dp), intent(out) :: columns(first:last, p%ny)
        real(dp) :: variance
        integer :: k, j

        ! Every rank sums over all modes in the same order and gets the same normalisation.
        variance = 0
        do j = 1, p%ny
            do k = 1, p%nx
                variance = variance + abs(mode(p, field, k, j))**2
            end do
        end do
        do j = 1, p%ny
            do k = first, last
                columns(k, j) = mode(p, field, k, j) * (p%amplitude / sqrt(variance))
            end do
        end do
    end subroutine noise_spectrum

    !> A mode of the spectrum of a real field, k and j counting from 1 over all nx and ny modes.
    pure complex(dp) function mode(p, field, k, j)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: field, k, j
        integer :: m(2)
        real(dp) :: q2

        m = [merge(k - 1, k - 1 - p%nx, 2 * (k - 1) < p%nx), &
            merge(j - 1, j - 1 - p%ny, 2 * (j - 1) < p%ny)]
        ! In units of 1 / cell width.
        q2 = (real(m(1), dp) / p%nx)**2 + (real(m(2), dp) / p%ny)**2
        mode = 0
        if (q2 == 0 .or. q2 > 1.0_dp / 144) return
        mode = 0.5_dp * (normal(p, field, k, j) + conjg(normal(p, field, &
            modulo(1 - k, p%nx) + 1, modulo(1 - j, p%ny) + 1))) / q2
    end function mode

    !> Two independent normal numbers by Box and Muller, keyed by seed, field and global index.
    pure complex(dp) function normal(p, field, i, j)
        type(parameters_t), intent(in) :: p
        integer, intent(in) :: field, i, j
        integer(int64) :: key

        key = mix(mix(mix(int(p%seed, int64)) + field) + i) + j
        normal = sqrt(-2 * log(uniform(mix(key)))) &
            * exp(cmplx(0, 2 * pi * uniform(mix(mix(key))), dp))
    end function normal

    !> A number in (0, 1) from 32 bits.
    pure real(dp) function uniform(bits)
        integer(int64), intent(in) :: bits

        uniform = (real(bits, dp) + 0.5_dp) * 2.0_dp**(-32)
    end function uniform

    !> Spreads an integer over 32 bits: C. Wellons' lowbias32. In 64 bits no product overflows,
    !> since both multipliers lie below 2^31; the second one's top bit is added by hand.
    pure integer(int64) function mix(key) result(bits)
        integer(int64), intent(in) :: key
        integer(int64), parameter :: low = int(z'FFFFFFFF', int64)

        bits = iand(key, low)
        bits = ieor(bits, shiftr(bits, 16))
        bits = iand(bits * int(z'7FEB352D', int64), low)
        bits = ieor(bits, shiftr(bits, 15))
        bits = iand(bits * int(z'046CA68B', int64) + shiftl(iand(bits, 1_int64), 31), low)
        bits = ieor(bits, shiftr(bits, 16))
    end function mix

end module hw_initial
