!> The potential from the vorticity, lap phi = w: real transform of whole rows, then of the half
!> spectrum's columns, division by the exact -k^2, and back.
!>
!> Every line goes through the same aligned buffer and plan, chosen without measuring: a line's
!> transform is then bitwise the same whichever rank computes it, whatever lines lie beside it.
module hw_spectral
    use, intrinsic :: iso_c_binding
    use hw_parameters, only: dp, pi, parameters_t
    implicit none
    private
    public :: spectral_t, start_spectral, stop_spectral
    public :: rows_forward, columns_solve, columns_backward, rows_backward

    include 'fftw3.f03'

    !> Columns that are moved together between the spectrum and the buffers: a cache line's worth.
    integer, parameter :: batch = 4

    type :: spectral_t
        private
        integer :: nx = 0, ny = 0
        real(dp), allocatable :: kx2(:), ky2(:)     ! exact squared wavenumbers
        type(c_ptr) :: row_forward, row_backward, column_forward, column_backward
        type(c_ptr) :: memory(4)
        real(dp), pointer, contiguous :: line(:)
        complex(dp), pointer, contiguous :: half(:)
        complex(dp), pointer, contiguous :: column(:, :), transform(:, :)
    end type spectral_t

contains

    subroutine start_spectral(s, p)
        type(spectral_t), intent(out) :: s
        type(parameters_t), intent(in) :: p
        integer :: nk, i, pitch

        s%nx = p%nx
        s%ny = p%ny
        nk = p%nx / 2 + 1
        s%kx2 = [((i * p%k0)**2, i=0, nk - 1)]
        s%ky2 = [((merge(i, i - p%ny, 2 * i < p%ny) * 2 * pi / (p%ny * p%cell()))**2, &
            i=0, p%ny - 1)]

        ! An even pitch keeps every column of the buffers as aligned as the first.
        pitch = p%ny + mod(p%ny, 2)
        s%memory = [fftw_alloc_real(int(p%nx, c_size_t)), fftw_alloc_complex(int(nk, c_size_t)), &
            fftw_alloc_complex(int(batch * pitch, c_size_t)), &
            fftw_alloc_complex(int(batch * pitch, c_size_t))]
        call c_f_pointer(s%memory(1), s%line, [p%nx])
        call c_f_pointer(s%memory(2), s%half, [nk])
        call c_f_pointer(s%memory(3), s%column, [pitch, batch])
        call c_f_pointer(s%memory(4), s%transform, [pitch, batch])
        s%row_forward = fftw_plan_dft_r2c_1d(p%nx, s%line, s%half, FFTW_ESTIMATE)
        s%row_backward = fftw_plan_dft_c2r_1d(p%nx, s%half, s%line, FFTW_ESTIMATE)
        s%column_forward = fftw_plan_dft_1d(p%ny, s%column, s%transform, FFTW_FORWARD, &
            FFTW_ESTIMATE)
        s%column_backward = fftw_plan_dft_1d(p%ny, s%transform, s%column, FFTW_BACKWARD, &
            FFTW_ESTIMATE)
    end subroutine start_spectral

    subroutine stop_spectral(s)
        type(spectral_t), intent(inout) :: s
        integer :: i

        call fftw_destroy_plan(s%row_forward)
        call fftw_destroy_plan(s%row_backward)
        call fftw_destroy_plan(s%column_forward)
        call fftw_destroy_plan(s%column_backward)
        do i = 1, size(s%memory)
            call fftw_free(s%memory(i))
        end do
    end subroutine stop_spectral

    !> Transforms rows first to last of a field along x. Its rows begin `pad` columns before x = 1
    !> and are `pitch` apart; `field` starts with row first.
    subroutine rows_forward(s, first, last, pad, field, rows)
        type(spectral_t), intent(inout) :: s
        integer, intent(in) :: first, last, pad
        real(dp), intent(in) :: field(1 - pad:s%nx + pad, first:last)
        complex(dp), intent(out) :: rows(s%nx / 2 + 1, first:last)
        integer :: j

        do j = first, last
            s%line = field(1:s%nx, j)
            call fftw_execute_dft_r2c(s%row_forward, s%line, s%half)
            rows(:, j) = s%half
        end do
    end subroutine rows_forward

    !> The inverse of `rows_forward`, up to the factor nx. Leaves the padding as it is.
    subroutine rows_backward(s, first, last, pad, rows, field)
        type(spectral_t), intent(inout) :: s
        integer, intent(in) :: first, last, pad
        complex(dp), intent(in) :: rows(s%nx / 2 + 1, first:last)
        real(dp), intent(inout) :: field(1 - pad:s%nx + pad, first:last)
        integer :: j

        do j = first, last
            s%half = rows(:, j)
            call fftw_execute_dft_c2r(s%row_backward, s%half, s%line)
            field(1:s%nx, j) = s%line
        end do
    end subroutine rows_backward

    !> Turns the row-transformed vorticity into the row-transformed potential: transforms columns
    !> first to last along y, divides by -k^2 (the mean of the potential is 0), and back.
    subroutine columns_solve(s, first, last, columns)
        type(spectral_t), intent(inout) :: s
        integer, intent(in) :: first, last
        complex(dp), intent(inout) :: columns(first:last, s%ny)
        integer :: k, c, j, count, mean
        real(dp) :: points, k2

        points = real(s%nx, dp) * s%ny
        do k = first, last, batch
            count = min(batch, last - k + 1)
            call load_columns(s, k, count, first, last, columns)
            do c = 1, count
                call fftw_execute_dft(s%column_forward, s%column(:, c), s%transform(:, c))
                mean = merge(1, 0, k + c == 2)
                s%transform(1:mean, c) = 0
                do j = 1 + mean, s%ny
                    k2 = s%kx2(k + c - 1) + s%ky2(j)
                    s%transform(j, c) = s%transform(j, c) * (-1 / (k2 * points))
                end do
                call fftw_execute_dft(s%column_backward, s%transform(:, c), s%column(:, c))
            end do
            call store_columns(s, k, count, first, last, columns)
        end do
    end subroutine columns_solve

    !> Transforms columns first to last back along y, up to the factor ny.
    subroutine columns_backward(s, first, last, columns)
        type(spectral_t), intent(inout) :: s
        integer, intent(in) :: first, last
        complex(dp), intent(inout) :: columns(first:last, s%ny)
        integer :: k, j

        do k = first, last
            do j = 1, s%ny
                s%transform(j, 1) = columns(k, j)
            end do
            call fftw_execute_dft(s%column_backward, s%transform(:, 1), s%column(:, 1))
            do j = 1, s%ny
                columns(k, j) = s%column(j, 1)
            end do
        end do
    end subroutine columns_backward

    subroutine load_columns(s, k, count, first, last, columns)
        type(spectral_t), intent(inout) :: s
        integer, intent(in) :: k, count, first, last
        complex(dp), intent(in) :: columns(first:last, s%ny)
        integer :: j

        do j = 1, s%ny
            s%column(j, 1:count) = columns(k:k + count - 1, j)
        end do
    end subroutine load_columns

    subroutine store_columns(s, k, count, first, last, columns)
        type(spectral_t), intent(in) :: s
        integer, intent(in) :: k, count, first, last
        complex(dp), intent(inout) :: columns(first:last, s%ny)
        integer :: j

        do j = 1, s%ny
            columns(k:k + count - 1, j) = s%column(j, 1:count)
        end do
    end subroutine store_columns

end module hw_spectral
