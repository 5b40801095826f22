!> A quick-look picture of the vorticity, gathered by the first rank and written as a portable
!> pixmap: blue negative, white zero, red positive, y upwards.
module hw_picture
    use mpi_f08
    use hw_parameters, only: dp, parameters_t
    use hw_fields, only: fields_t
    use hw_decomposition, only: decomposition_t
    implicit none
    private
    public :: draw_vorticity

contains

    subroutine draw_vorticity(d, p, f, path)
        type(decomposition_t), intent(in) :: d
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(in) :: f
        character(len=*), intent(in) :: path
        real(dp), allocatable :: mine(:), gathered(:), image(:, :)
        integer :: counts(0:d%ranks - 1), starts(0:d%ranks - 1), r

        do r = 0, d%ranks - 1
            counts(r) = product(d%boxes(r)%block(:, 2) - d%boxes(r)%block(:, 1) + 1)
            starts(r) = sum(counts(:r - 1))
        end do
        allocate (gathered(merge(p%nx * p%ny, 0, d%rank == 0)))
        mine = reshape(f%w(f%lo(1):f%hi(1), f%lo(2):f%hi(2), 0), [counts(d%rank)])
        call MPI_Gatherv(mine, counts(d%rank), MPI_DOUBLE_PRECISION, gathered, counts, starts, &
            MPI_DOUBLE_PRECISION, 0, d%comm)
        if (d%rank /= 0) return
        allocate (image(p%nx, p%ny))
        do r = 0, d%ranks - 1
            associate (b => d%boxes(r)%block)
                image(b(1, 1):b(1, 2), b(2, 1):b(2, 2)) = reshape( &
                    gathered(starts(r) + 1:starts(r) + counts(r)), &
                    [b(1, 2) - b(1, 1) + 1, b(2, 2) - b(2, 1) + 1])
            end associate
        end do
        call write_pixmap(image, path//'.ppm')
    end subroutine draw_vorticity

    subroutine write_pixmap(image, path)
        real(dp), intent(in) :: image(:, :)
        character(len=*), intent(in) :: path
        character(len=3 * size(image, 1)) :: line
        character(len=32) :: header
        real(dp) :: range, fraction
        integer :: unit, i, j, faded

        range = max(maxval(abs(image)), tiny(range))
        open (newunit=unit, file=path, access='stream', form='unformatted', status='replace', &
            action='write')
        write (header, '(a,i0,a,i0,a)') 'P6 ', size(image, 1), ' ', size(image, 2), ' 255'
        write (unit) trim(header)//new_line('a')
        do j = size(image, 2), 1, -1
            do i = 1, size(image, 1)
                fraction = image(i, j) / range
                faded = nint(255 * (1 - abs(fraction)))
                line(3 * i - 1:3 * i - 1) = achar(faded)
                line(3 * i - 2:3 * i - 2) = achar(merge(255, faded, fraction > 0))
                line(3 * i:3 * i) = achar(merge(faded, 255, fraction > 0))
            end do
            write (unit) line
        end do
        close (unit)
    end subroutine write_pixmap

end module hw_picture
