!> Snapshots in one HDF5 file, written and read by all ranks together: the datasets density, omega
!> and phi of the whole box, and the step, the time and the parameters as attributes of the file.
module hw_files
    use hdf5
    use mpi_f08
    use hw_parameters, only: dp, parameters_t
    use hw_fields, only: fields_t
    use hw_decomposition, only: decomposition_t
    implicit none
    private
    public :: save_state, load_state

contains

    subroutine save_state(d, p, f, step, time, path)
        type(decomposition_t), intent(in) :: d
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(in) :: f
        integer, intent(in) :: step
        real(dp), intent(in) :: time
        character(len=*), intent(in) :: path
        integer(hid_t) :: file, access
        integer :: status

        call h5open_f(status)
        access = parallel_access(d)
        call h5fcreate_f(path, H5F_ACC_TRUNC_F, file, status, access_prp=access)
        if (status /= 0) error stop 'Cannot create '//path
        call write_field(file, p, f, 'density', f%n(f%lo(1):f%hi(1), f%lo(2):f%hi(2), 0))
        call write_field(file, p, f, 'omega', f%w(f%lo(1):f%hi(1), f%lo(2):f%hi(2), 0))
        call write_field(file, p, f, 'phi', f%phi(f%lo(1):f%hi(1), f%lo(2):f%hi(2)))
        call write_number(file, 'step', real(step, dp))
        call write_number(file, 'time', time)
        call write_number(file, 'dt', p%dt)
        call write_number(file, 'k0', p%k0)
        call write_number(file, 'c1', p%c1)
        call write_number(file, 'kappa', p%kappa)
        call write_number(file, 'nu', p%nu)
        call write_number(file, 'order', real(p%order, dp))
        call h5pclose_f(access, status)
        call h5fclose_f(file, status)
        if (status /= 0) error stop 'Cannot write '//path
    end subroutine save_state

    subroutine load_state(d, p, f, step, time)
        type(decomposition_t), intent(in) :: d
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(inout) :: f
        integer, intent(out) :: step
        real(dp), intent(out) :: time
        integer(hid_t) :: file, access
        integer :: status
        real(dp) :: number

        call h5open_f(status)
        access = parallel_access(d)
        call h5fopen_f(trim(p%file), H5F_ACC_RDONLY_F, file, status, access_prp=access)
        if (status /= 0) error stop 'Cannot open '//trim(p%file)
        call read_field(file, p, f, 'density', f%n(f%lo(1):f%hi(1), f%lo(2):f%hi(2), 0))
        call read_field(file, p, f, 'omega', f%w(f%lo(1):f%hi(1), f%lo(2):f%hi(2), 0))
        call read_number(file, 'step', number)
        step = nint(number)
        call read_number(file, 'time', time)
        call h5pclose_f(access, status)
        call h5fclose_f(file, status)
    end subroutine load_state

    integer(hid_t) function parallel_access(d) result(access)
        type(decomposition_t), intent(in) :: d
        integer :: status

        call h5pcreate_f(H5P_FILE_ACCESS_F, access, status)
        call h5pset_fapl_mpio_f(access, d%comm%MPI_VAL, MPI_INFO_NULL%MPI_VAL, status)
    end function parallel_access

    !> My block in the file's dataspace, its memory space, and a collective transfer list.
    subroutine select_block(p, f, in_file, in_memory, transfer)
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(in) :: f
        integer(hid_t), intent(out) :: in_file, in_memory, transfer
        integer :: status

        call h5screate_simple_f(2, int([p%nx, p%ny], hsize_t), in_file, status)
        call h5sselect_hyperslab_f(in_file, H5S_SELECT_SET_F, int(f%lo - 1, hsize_t), &
            int(f%hi - f%lo + 1, hsize_t), status)
        call h5screate_simple_f(2, int(f%hi - f%lo + 1, hsize_t), in_memory, status)
        call h5pcreate_f(H5P_DATASET_XFER_F, transfer, status)
        call h5pset_dxpl_mpio_f(transfer, H5FD_MPIO_COLLECTIVE_F, status)
    end subroutine select_block

    subroutine write_field(file, p, f, name, values)
        integer(hid_t), intent(in) :: file
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(in) :: f
        character(len=*), intent(in) :: name
        real(dp), intent(in) :: values(:, :)
        integer(hid_t) :: dataset, in_file, in_memory, transfer
        integer :: status

        call select_block(p, f, in_file, in_memory, transfer)
        call h5dcreate_f(file, name, H5T_NATIVE_DOUBLE, in_file, dataset, status)
        call h5dwrite_f(dataset, H5T_NATIVE_DOUBLE, values, int(shape(values), hsize_t), status, &
            in_memory, in_file, transfer)
        if (status /= 0) error stop 'Cannot write the dataset '//name
        call close_all(dataset, in_file, in_memory, transfer)
    end subroutine write_field

    subroutine read_field(file, p, f, name, values)
        integer(hid_t), intent(in) :: file
        type(parameters_t), intent(in) :: p
        type(fields_t), intent(in) :: f
        character(len=*), intent(in) :: name
        real(dp), intent(inout) :: values(:, :)
        integer(hid_t) :: dataset, in_file, in_memory, transfer, stored
        integer(hsize_t) :: extents(2), largest(2)
        integer :: status, ndim

        call h5dopen_f(file, name, dataset, status)
        if (status /= 0) error stop 'The file has no dataset '//name
        call h5dget_space_f(dataset, stored, status)
        call h5sget_simple_extent_ndims_f(stored, ndim, status)
        if (ndim /= 2) error stop 'Not a two-dimensional dataset: '//name
        call h5sget_simple_extent_dims_f(stored, extents, largest, status)
        if (any(extents /= [p%nx, p%ny])) error stop 'The grid of the file is another one: '//name
        call h5sclose_f(stored, status)
        call select_block(p, f, in_file, in_memory, transfer)
        call h5dread_f(dataset, H5T_NATIVE_DOUBLE, values, int(shape(values), hsize_t), status, &
            in_memory, in_file, transfer)
        if (status /= 0) error stop 'Cannot read the dataset '//name
        call close_all(dataset, in_file, in_memory, transfer)
    end subroutine read_field

    subroutine close_all(dataset, in_file, in_memory, transfer)
        integer(hid_t), intent(in) :: dataset, in_file, in_memory, transfer
        integer :: status

        call h5dclose_f(dataset, status)
        call h5sclose_f(in_file, status)
        call h5sclose_f(in_memory, status)
        call h5pclose_f(transfer, status)
    end subroutine close_all

    subroutine write_number(file, name, value)
        integer(hid_t), intent(in) :: file
        character(len=*), intent(in) :: name
        real(dp), intent(in) :: value
        integer(hid_t) :: space, attribute
        integer :: status

        call h5screate_f(H5S_SCALAR_F, space, status)
        call h5acreate_f(file, name, H5T_NATIVE_DOUBLE, space, attribute, status)
        call h5awrite_f(attribute, H5T_NATIVE_DOUBLE, value, [1_hsize_t], status)
        call h5aclose_f(attribute, status)
        call h5sclose_f(space, status)
    end subroutine write_number

    subroutine read_number(file, name, value)
        integer(hid_t), intent(in) :: file
        character(len=*), intent(in) :: name
        real(dp), intent(out) :: value
        integer(hid_t) :: attribute
        integer :: status

        call h5aopen_f(file, name, attribute, status)
        if (status /= 0) error stop 'The file has no attribute '//name
        call h5aread_f(attribute, H5T_NATIVE_DOUBLE, value, [1_hsize_t], status)
        call h5aclose_f(attribute, status)
    end subroutine read_number

end module hw_files
