! The loops that a Fortran user would write: what formulas are measured against. Inputs first, then the output.
module loops
    use, intrinsic :: iso_c_binding
    implicit none

contains

    subroutine triad(n, a, b, y) bind(c)
        integer(c_long), value :: n
        real(c_double), intent(in) :: a(n), b(n)
        real(c_double), intent(out) :: y(n)
        integer(c_long) :: i
        do i = 1, n
            y(i) = a(i) + 2.5_c_double * b(i)
        end do
    end subroutine triad

    subroutine magnitude(n, a, b, c, y) bind(c)
        integer(c_long), value :: n
        real(c_double), intent(in) :: a(n), b(n), c(n)
        real(c_double), intent(out) :: y(n)
        integer(c_long) :: i
        do i = 1, n
            y(i) = sqrt(a(i)**2 + b(i)**2) * merge(c(i), 0.0_c_double, c(i) > 0)
        end do
    end subroutine magnitude

    subroutine polynomial(n, a, y) bind(c)
        integer(c_long), value :: n
        real(c_double), intent(in) :: a(n)
        real(c_double), intent(out) :: y(n)
        integer(c_long) :: i
        do i = 1, n
            y(i) = ((((((((0.1_c_double*a(i) + 0.2_c_double)*a(i) + 0.3_c_double)*a(i) + 0.4_c_double)*a(i) &
                + 0.5_c_double)*a(i) + 0.6_c_double)*a(i) + 0.7_c_double)*a(i) + 0.8_c_double)*a(i) + 0.9_c_double)
        end do
    end subroutine polynomial

    subroutine wave(n, a, b, y) bind(c)
        integer(c_long), value :: n
        real(c_double), intent(in) :: a(n), b(n)
        real(c_double), intent(out) :: y(n)
        integer(c_long) :: i
        do i = 1, n
            y(i) = sin(a(i)) * exp(-b(i)) + 0.5_c_double * cos(a(i))
        end do
    end subroutine wave

    subroutine entropy(n, a, b, y) bind(c)
        integer(c_long), value :: n
        real(c_double), intent(in) :: a(n), b(n)
        real(c_double), intent(out) :: y(n)
        integer(c_long) :: i
        do i = 1, n
            y(i) = log(b(i)) * a(i)**1.5_c_double - tanh(a(i))
        end do
    end subroutine entropy

    ! Fourth-order Laplacian of the inner n^3 points of (n + 4)^3.
    subroutine laplacian(n, u, y) bind(c)
        integer(c_long), value :: n
        real(c_double), intent(in) :: u(-1:n + 2, -1:n + 2, -1:n + 2)
        real(c_double), intent(out) :: y(n, n, n)
        integer(c_long) :: i, j, k
        do k = 1, n
            do j = 1, n
                do i = 1, n
                    y(i, j, k) = (16 * (u(i - 1, j, k) + u(i + 1, j, k) + u(i, j - 1, k) + u(i, j + 1, k) &
                        + u(i, j, k - 1) + u(i, j, k + 1)) - (u(i - 2, j, k) + u(i + 2, j, k) + u(i, j - 2, k) &
                        + u(i, j + 2, k) + u(i, j, k - 2) + u(i, j, k + 2)) - 90 * u(i, j, k)) / 12
                end do
            end do
        end do
    end subroutine laplacian
end module loops
