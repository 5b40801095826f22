!> The arrays of the model, allocated for whatever boxes of the global grid a rank is given.
!>
!> All bounds are global indices, counted from 1. The first dimension is x, the second y.
module hw_fields
    use hw_parameters, only: dp, parameters_t
    implicit none
    private
    public :: fields_t, boxes_t, allocate_fields

    !> Boxes, each (first, last) along both dimensions; a box is empty where last < first.
    type :: boxes_t
        integer :: block(2, 2)      ! owned part of the fields: block(:, 1) to block(:, 2)
        integer :: rows(2)          ! whole rows of the grid, for the transform along x
        integer :: columns(2)       ! whole columns of the half spectrum, for the transform along y
        logical :: blocks_are_rows  ! the same on all ranks: every block is its rank's whole rows
    end type boxes_t

    type :: fields_t
        integer :: lo(2), hi(2)     ! owned box of n, w and phi
        integer :: halo             ! padding on all sides: what the hyperdiffusion reaches
        ! Density and vorticity: (x, y, level). Level 0 is the state at the start of a step, levels
        ! 1 to 3 are the stages of the Runge-Kutta step.
        real(dp), allocatable :: n(:, :, :), w(:, :, :)
        real(dp), allocatable :: phi(:, :)
        ! Whole rows of a real field; allocated on all ranks unless blocks are whole rows already.
        real(dp), allocatable :: lines(:, :)
        ! The half spectrum (k_x, y) by rows and (k_x, k_y) by columns. A rank that holds
        ! everything has both in one place.
        complex(dp), pointer :: rows(:, :) => null(), columns(:, :) => null()
        ! Hyperdiffusion of n and w, for the diagnostics; padded as n is, the padding means nothing.
        real(dp), allocatable :: diffusion(:, :, :)
    end type fields_t

contains

    subroutine allocate_fields(f, p, boxes)
        type(fields_t), intent(out) :: f
        type(parameters_t), intent(in) :: p
        type(boxes_t), intent(in) :: boxes
        integer :: h, nk

        f%lo = boxes%block(:, 1)
        f%hi = boxes%block(:, 2)
        f%halo = p%order
        h = f%halo
        nk = p%nx / 2 + 1
        allocate (f%n(f%lo(1) - h:f%hi(1) + h, f%lo(2) - h:f%hi(2) + h, 0:3), source=0.0_dp)
        allocate (f%w(f%lo(1) - h:f%hi(1) + h, f%lo(2) - h:f%hi(2) + h, 0:3), source=0.0_dp)
        allocate (f%phi(f%lo(1) - h:f%hi(1) + h, f%lo(2) - h:f%hi(2) + h), source=0.0_dp)
        allocate (f%diffusion(f%lo(1) - h:f%hi(1) + h, f%lo(2) - h:f%hi(2) + h, 2))
        if (.not. boxes%blocks_are_rows) allocate (f%lines(p%nx, boxes%rows(1):boxes%rows(2)))
        allocate (f%rows(nk, boxes%rows(1):boxes%rows(2)))
        if (all(boxes%rows == [1, p%ny]) .and. all(boxes%columns == [1, nk])) then
            f%columns => f%rows
        else
            allocate (f%columns(boxes%columns(1):boxes%columns(2), p%ny))
        end if
    end subroutine allocate_fields

end module hw_fields
