! Two models on different ranks: an ocean on the first half, an atmosphere on all. Each has its own distribution; a field goes
! from one to the other, transposed and converted on the way, and from there, by element order, to the unknowns of a solver,
! which deals them out by a list. The solver's rows lie on ranks so that little moves.
! prints: air 45828, every third unknown 13836, warm cells 84
program coupling
    use distarray
    implicit none
    include 'mpif.h'
    integer, parameter :: lon = 18, lat = 12
    integer, pointer :: t(:, :) => null()
    real(8), pointer :: v(:) => null()
    logical(1), pointer :: w(:) => null()
    real(8) :: in_air, in_some
    integer :: i, j, k, rank, ranks, ocean, ierr, warm(1)
    integer, allocatable :: own(:)
    logical :: swims
    type(darr_dist) :: sea, sky, rows, blocks, nearer, chosen
    type(darr_array) :: surface, air, unknowns, solved, some, is_warm, hot
    type(darr_plan) :: couple, unroll

    call MPI_Init(ierr)
    call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
    call MPI_Comm_size(MPI_COMM_WORLD, ranks, ierr)
    swims = rank < (ranks + 1)/2
    call MPI_Comm_split(MPI_COMM_WORLD, merge(0, MPI_UNDEFINED, swims), rank, ocean, ierr)
    if (swims) then
        call sea%create(ocean, [lat, lon], map=[darr_cyclic, darr_block], block_size=[2])
        call surface%create(sea, darr_int32)
        call darr_point(t, surface%view()) ! bounds of a dimension that is dealt out begin at 1
        associate (js => int(sea%indices(1)), is => int(sea%indices(2)))
            do i = 1, size(is)
                do j = 1, size(js)
                    t(j, lbound(t, 2) + i - 1) = 20*(is(i) - 1) + (js(j) - 1)**2
                end do
            end do
        end associate
    end if
    call sky%create(MPI_COMM_WORLD, [lon, lat], map=[darr_block, darr_cyclic])
    call air%create(sky, darr_float64)

    ! Unknown number k belongs to the rank modulo(k*k, ranks); each rank lists its own.
    own = pack([(k, k=1, lon*lat)], [(modulo(k*k, ranks) == rank, k=1, lon*lat)])
    call rows%create(MPI_COMM_WORLD, [lon*lat], map=[darr_unstructured], indices=[darr_list(own)])
    call unknowns%create(rows, darr_float64)
    call couple%redistribute_between(MPI_COMM_WORLD, [surface], [air], axes=[2, 1])
    call unroll%redistribute([air], [unknowns], reshape=darr_reshape_f)
    call couple%run()
    call unroll%run()

    ! The same blocks on ranks that have most of them already.
    call blocks%create(MPI_COMM_WORLD, [lon*lat])
    call nearer%relabel(rows, blocks)
    call solved%create(nearer, darr_float64)
    call is_warm%create(nearer, darr_bool)
    call solved%assign(unknowns)

    ! A view of every third unknown, and a new array of those that are warm.
    call some%slice(solved, [darr_range(1, lon*lat, 3)])
    call darr_point(v, solved%view())
    call darr_point(w, is_warm%view())
    w = v > 250
    call hot%mask(solved, is_warm)
    chosen = hot%distribution()
    warm = int(chosen%shape())
    in_air = air%sum()
    in_some = some%sum()
    if (rank == 0) print '(3(a, i0))', 'air ', nint(in_air), ', every third unknown ', nint(in_some), ', warm cells ', warm(1)

    if (swims) then
        call surface%free()
        call sea%free()
        call MPI_Comm_free(ocean, ierr)
    end if
    call couple%free()
    call unroll%free()
    call air%free()
    call unknowns%free()
    call solved%free()
    call some%free()
    call is_warm%free()
    call hot%free()
    call sky%free()
    call rows%free()
    call blocks%free()
    call nearer%free()
    call chosen%free()
    call MPI_Finalize(ierr)
end program coupling
