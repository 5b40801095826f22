!> Distributed arrays for Fortran codes: the face of libdistarray.
!>
!> Compile this file and distarray_cfi.c with the compilers and the options of the code that uses
!> them (8-byte default integers and reals included), and link the library. The files
!> distarray_*.inc lie beside it. No MPI module is used: a communicator is an integer or a
!> type(MPI_Comm).
!>
!> Conventions. Indices are global, start at 1 and bounds are inclusive; ranks and grid coordinates
!> start at 0 as MPI's do. Integer arguments may have 4 or 8 bytes where they are arrays, shapes,
!> indices or communicators. Every procedure has an optional last argument `ierr`: 0 or a
!> `darr_err_*` code; without it a failure stops the program with the library's text.
!> **Collective** procedures are called by all ranks of the communicator, **Local** ones by any.
!>
!> Memory of the caller that is wrapped has the TARGET or POINTER attribute (ASYNCHRONOUS too
!> between `begin` and `end`), is not reallocated while wrapped, and is no expression, no vector
!> subscript and no explicit-shape dummy of a section: those may be copies. `q => null()` in the
!> declaration of a pointer that receives a view keeps compilers from warning of its former value.
include 'distarray_abi.inc'
include 'distarray_arguments.inc'
include 'distarray_terms.inc'
include 'distarray_operators.inc'
include 'distarray_term_functions.inc'

module distarray
    use, intrinsic :: iso_c_binding
    use, intrinsic :: iso_fortran_env, only: int32, int64, real32, real64
    use distarray_abi
    use distarray_arguments
    use distarray_terms
    use distarray_functions, only: operator(-), operator(.not.)
    use distarray_operator_add
    use distarray_operator_subtract
    use distarray_operator_multiply
    use distarray_operator_divide
    use distarray_operator_power
    use distarray_operator_equal
    use distarray_operator_not_equal
    use distarray_operator_less
    use distarray_operator_less_equal
    use distarray_operator_greater
    use distarray_operator_greater_equal
    use distarray_operator_and
    use distarray_operator_or
    implicit none
    private

    public :: darr_dist, darr_list, darr_array, darr_plan, darr_file
    public :: darr_memory, darr_view, darr_point
    public :: darr_entry, darr_at, darr_range, darr_all, darr_new_dimension, darr_ellipsis
    public :: darr_reduction, darr_reduce, darr_reduce_begin, darr_pending
    public :: darr_random
    public :: sum_of, min_of, max_of, mean_of, var_of, std_of, norm_of, dot_of
    public :: darr_term, darr_expression, darr_given, darr_profile, darr_longest_expression
    public :: darr_eval, darr_eval_values, darr_values, darr_value
    public :: operator(+), operator(-), operator(*), operator(/), operator(**), operator(==), operator(/=), &
        operator(<), operator(<=), operator(>), operator(>=), operator(.and.), operator(.or.), operator(.not.)
    public :: darr_apply, darr_reduce_with
    public :: darr_section_procedure, darr_real_function, darr_integer_function, &
        darr_complex_function, darr_partial_procedure, darr_combine_procedure
    public :: prod_of, any_of, all_of, argmin_of, argmax_of, count_nonzero_of, dotu_of, reproducible
    public :: darr_version, darr_abi_version, darr_build_info, darr_strerror, darr_last_error
    public :: darr_comm_set_checks, darr_comm_divide_node, darr_set_threads
    public :: darr_plan_info, darr_neighbour
    public :: darr_way_direct, darr_way_staged, darr_way_mpi
    public :: darr_edge, darr_edge_region, darr_edge_function, darr_edge_view
    public :: darr_ok, darr_err_argument, darr_err_handle, darr_err_unsupported, &
        darr_err_mismatch, darr_err_memory, darr_err_comm, darr_err_mpi, darr_err_io, &
        darr_err_format, darr_err_state, darr_err_protocol, darr_err_internal, &
        darr_err_callback
    public :: darr_bool, darr_int8, darr_int16, darr_int32, darr_int64, darr_uint8, darr_uint16, &
        darr_uint32, darr_uint64, darr_float32, darr_float64, darr_complex64, darr_complex128
    public :: darr_max_ndim, darr_whole, darr_block, darr_cyclic, darr_unstructured, &
        darr_balanced, darr_ceil, darr_remainder_last
    public :: darr_stagger_cell, darr_stagger_face, darr_stagger_face_upper
    public :: darr_combine_insert, darr_combine_add, darr_combine_min, darr_combine_max
    public :: darr_reshape_none, darr_reshape_c, darr_reshape_f
    public :: darr_side_below, darr_side_above, darr_about_edge, darr_about_face, darr_about_cell
    public :: darr_edge_constant, darr_edge_zero_gradient, darr_edge_linear, darr_edge_mirror, &
        darr_edge_antisymmetric, darr_edge_callback
    public :: darr_read, darr_create, darr_update
    public :: darr_colors_viridis, darr_colors_gray, darr_colors_red_blue, darr_colors_inferno

    !> A list of integers for one dimension: `cuts=[darr_list([0, 10, 64]), darr_list()]`.
    type :: darr_list
        private
        integer(int64), allocatable :: values(:)
        logical :: integers = .true.
    end type darr_list
    interface darr_list
        module procedure list_of, list_of_none
    end interface darr_list

    !> A distribution: who owns which index of a global index space that starts at 1. Holds maps,
    !> process grid, padding and memory order. A copy (`e = d`) is the same distribution, freed
    !> once. Creating into one that exists frees the former; arrays keep what they need of it.
    !>
    !> Arguments that the creators share, all optional. Arrays with one value per dimension, or one
    !> value for all:
    !>   map             darr_block (default), darr_whole, darr_cyclic or darr_unstructured
    !>   procs           extents of the process grid; 0: chosen so that the halo surface is small
    !>   periodic        logical: the first element is the neighbour of the last
    !>   halo            ghost elements on both sides; halo_below, halo_above for one side
    !>   boundary        elements outside of the global domain at the ends of a dimension that is
    !>                   not periodic; boundary_below, boundary_above for one end
    !>   rule            block: darr_balanced (default), darr_ceil or darr_remainder_last
    !>   block_size      cyclic: elements dealt out at a time, default 1
    !>   cuts            block: a darr_list per dimension: procs + 1 ascending positions 0 to extent
    !>                   between elements (coordinate c owns cuts(c) + 1 : cuts(c + 1)), or none
    !>   indices         unstructured: a darr_list per dimension of the indices that this rank owns
    !> For the whole:
    !>   order           'F' (default) or 'C': memory order of arrays that the library allocates
    !>   grid_order      'C' (default): ranks run over the grid as in MPI_Cart_create; 'F': with the
    !>                   first dimension fastest
    !>   ranks           the rank at each position of the grid, counted as in MPI_Cart_create
    type :: darr_dist
        private
        type(c_ptr) :: handle = c_null_ptr
        integer(c_int) :: order = darr_order_f
    contains
        procedure :: create => dist_create
        procedure :: from_boxes => dist_from_boxes
        procedure :: from_cart => dist_from_cart
        procedure :: staggered => dist_staggered
        procedure :: slice => dist_slice
        procedure :: reduce => dist_reduce
        procedure :: reduce_keeping => dist_reduce_keeping
        procedure :: unravel => dist_unravel
        procedure :: relabel => dist_relabel
        procedure :: ndim => dist_ndim
        procedure :: shape => dist_shape
        procedure :: grid => dist_grid
        procedure :: coords => dist_coords
        procedure :: box => dist_box
        procedure :: counts => dist_counts
        procedure :: indices => dist_indices
        procedure :: padding => dist_padding
        procedure :: owner => dist_owner
        procedure :: to_local => dist_to_local
        procedure :: to_global => dist_to_global
        procedure :: compatible => dist_compatible
        procedure :: free => dist_free
    end type darr_dist

    !> A distributed array: a distribution and, on each rank, the memory of its section. `b = a`
    !> copies elements into the existing b; every array is freed once, with `free`.
    type, extends(darr_term) :: darr_array
        private
        type(c_ptr) :: handle = c_null_ptr
    contains
        procedure :: create => array_create
        procedure :: wrap => array_wrap
        procedure :: view => array_view
        procedure :: distribution => array_distribution
        procedure, private :: slice_part => array_slice_part
        procedure, private :: slice_bounds => array_slice
        generic :: slice => slice_part, slice_bounds
        procedure :: fetch => array_fetch
        procedure :: put => array_put
        procedure :: assign => array_assign
        procedure :: take => array_take
        procedure :: pick => array_pick
        procedure :: mask => array_mask
        procedure :: sort => array_sort
        procedure :: argsort => array_argsort
        procedure :: quantiles => array_quantiles
        procedure :: median => array_median
        procedure :: unique => array_unique
        procedure :: fill => array_fill
        procedure :: from_function => array_from_function
        procedure :: from_integer_function => array_from_integer_function
        procedure :: from_complex_function => array_from_complex_function
        procedure :: copy => array_copy
        procedure :: get => array_get
        procedure :: set => array_set
        procedure :: sum => array_sum
        procedure :: min => array_min
        procedure :: max => array_max
        procedure :: mean => array_mean
        procedure :: var => array_var
        procedure :: std => array_std
        procedure :: norm => array_norm
        procedure :: dot => array_dot
        procedure :: random_uniform => array_random_uniform
        procedure :: random_normal => array_random_normal
        procedure :: random_exponential => array_random_exponential
        procedure :: random_beta => array_random_beta
        procedure :: random_integers => array_random_integers
        procedure :: random_permutation => array_random_permutation
        procedure :: prod => array_prod
        procedure :: any => array_any
        procedure :: all => array_all
        procedure :: count_nonzero => array_count_nonzero
        procedure :: reduce => array_reduce
        procedure :: cumsum => array_cumsum
        procedure, private :: histogram_uniform => array_histogram
        procedure, private :: histogram_edges => array_histogram_edges
        generic :: histogram => histogram_uniform, histogram_edges
        procedure :: save_png => array_save_png
        procedure :: free => array_free
        procedure :: join => array_join
        procedure :: evaluate => array_evaluate
        procedure, private :: equate => array_equate
        procedure, private :: equate_expression => array_equate_expression
        generic :: assignment(=) => equate, equate_expression
    end type darr_array

    !> What a halo exchange fills beyond one end of a dimension that is not periodic:
    !> `edges=[darr_edge(dim=1, side=darr_side_below, kind=darr_edge_mirror), ...]`. Layer k is
    !>   darr_edge_constant       value
    !>   darr_edge_zero_gradient  the last element
    !>   darr_edge_linear         on the line through the last two
    !>   darr_edge_mirror         the mirror image
    !>   darr_edge_antisymmetric  twice the value less the mirror image: the field has it on the plane
    !>   darr_edge_callback       what the function `callback` fills in; it gets `user`
    !> The plane of a mirror lies on the edge of the domain (darr_about_edge): through the last
    !> element where `staggered` put the field on the faces of this dimension, else half a spacing
    !> beyond it, as darr_about_face always does; darr_about_cell: always through it.
    type :: darr_edge
        integer :: dim = 1
        integer :: side = darr_side_below
        integer :: kind = darr_edge_constant
        !> Position of the array in the list, 0 for all.
        integer :: array = 0
        integer :: about = darr_about_edge
        real(real64) :: value = 0
        !> Of a complex value.
        real(real64) :: imaginary = 0
        procedure(darr_edge_function), pointer, nopass :: callback => null()
        type(c_ptr) :: user = c_null_ptr
    end type darr_edge

    !> Reductions that `darr_reduce_begin` began.
    type :: darr_pending
        private
        type(c_ptr) :: handle = c_null_ptr
    contains
        procedure :: end => pending_end
    end type darr_pending

    !> Who sends what to whom, bound to arrays and reusable: a halo exchange or a redistribution.
    type :: darr_plan
        private
        type(c_ptr) :: handle = c_null_ptr
    contains
        procedure :: halo => plan_halo
        procedure :: redistribute => plan_redistribute
        procedure :: redistribute_between => plan_redistribute_between
        procedure :: gather => plan_gather
        procedure :: scatter => plan_scatter
        procedure :: begin => plan_begin
        procedure :: end => plan_end
        procedure :: run => plan_run
        procedure :: test => plan_test
        procedure :: describe => plan_describe
        procedure :: sends => plan_sends
        procedure :: receives => plan_receives
        procedure :: text => plan_text
        procedure :: free => plan_free
    end type darr_plan

    !> A parallel HDF5 file of arrays and attributes, one file whatever the number of ranks.
    type :: darr_file
        private
        type(c_ptr) :: handle = c_null_ptr
    contains
        procedure :: open => file_open
        procedure :: save => file_save
        procedure :: load => file_load
        procedure :: describe => file_describe
        procedure, private :: set_scalar => file_set_scalar
        procedure, private :: set_vector => file_set_vector
        generic :: set_attribute => set_scalar, set_vector
        procedure, private :: get_scalar => file_get_scalar
        procedure, private :: get_vector => file_get_vector
        generic :: get_attribute => get_scalar, get_vector
        procedure :: close => file_close
        procedure :: free => file_free
    end type darr_file

    !> One entry of a part of an array, from darr_at, darr_range, darr_all, darr_new_dimension or
    !> darr_ellipsis: `[darr_range(2, 9), darr_at(4)]` is what Fortran writes as (2:9, 4).
    type :: darr_entry
        private
        integer(c_int) :: kind = darr_index_all
        integer(int64) :: first = darr_none, last = darr_none, step = 1
        logical :: integers = .true.
    end type darr_entry

    !> What a name in the text of a formula stands for: an array or a number, from `darr_given`, or
    !> values that every rank has, from `darr_profile`.
    type :: darr_given
        private
        type(c_ptr) :: array = c_null_ptr
        type(darr_memory) :: memory
        integer(c_int) :: dtype = 0
        integer(int64) :: whole = 0
        complex(real64) :: number = 0
    end type darr_given
    interface darr_given
        module procedure given_any
    end interface darr_given

    !> Texts as C takes them.
    type :: c_texts
        character(kind=c_char), allocatable :: characters(:, :)
        type(c_ptr), allocatable :: list(:)
    end type c_texts

    !> Results of formulas on their way.
    type :: number_list
        integer :: n = 0
        integer(c_int) :: dtype = 0
        real(c_double), allocatable :: words(:)
    contains
        procedure :: prepare => number_list_prepare
        procedure :: hand_over => number_list_hand_over
    end type number_list

    !> Which random numbers, from the function of this name.
    type :: darr_random
        private
        integer(int64) :: seed = 0, stream = 0
        integer(int64), allocatable :: extents(:), first(:), step(:)
        type(objection) :: problem
    end type darr_random
    interface darr_random
        module procedure random_of
    end interface darr_random

    !> The same in C's terms, and the parameters of the distribution.
    type :: chosen_numbers
        type(random_numbers) :: numbers
        integer(c_int64_t), dimension(darr_max_ndim) :: extents = 0, first = 0, step = 0
        real(c_double) :: values(2) = 0
        type(objection) :: problem
    end type chosen_numbers

    !> A part of an array and the memory for it in C's terms.
    type :: wanted_part
        integer(c_int) :: n = 0, dtype = 0
        type(darr_index), allocatable :: indices(:)
        integer(int64) :: strides(darr_max_ndim) = 0
        type(c_ptr) :: base = c_null_ptr
        type(objection) :: problem
    end type wanted_part

    ! Procedures of the program that the library calls, internal ones too. They make no collective
    ! call; `ierr` is 0 when they are called, and another number in it is a failure of every rank.
    abstract interface
        !> Works on the sections of this rank: `call darr_point(p, views(1))`.
        subroutine darr_section_procedure(views, ierr)
            import :: darr_view
            type(darr_view), intent(in) :: views(:)
            integer, intent(inout) :: ierr
        end subroutine
        !> The element at a global index, one entry per dimension.
        real(real64) function darr_real_function(index)
            import :: int64, real64
            integer(int64), intent(in) :: index(:)
        end function
        integer(int64) function darr_integer_function(index)
            import :: int64
            integer(int64), intent(in) :: index(:)
        end function
        complex(real64) function darr_complex_function(index)
            import :: int64, real64
            integer(int64), intent(in) :: index(:)
        end function
        !> Makes the values of this rank, which are 0, from its sections.
        subroutine darr_partial_procedure(views, values, ierr)
            import :: darr_view, real64
            type(darr_view), intent(in) :: views(:)
            real(real64), intent(inout) :: values(:)
            integer, intent(inout) :: ierr
        end subroutine
        !> Combines the values of some ranks with those of the ranks that follow: `higher` becomes
        !> those of both.
        subroutine darr_combine_procedure(lower, higher, ierr)
            import :: real64
            real(real64), intent(in) :: lower(:)
            real(real64), intent(inout) :: higher(:)
            integer, intent(inout) :: ierr
        end subroutine
    end interface

    !> The procedures of one call on their way through the library.
    type :: carried
        procedure(darr_section_procedure), pointer, nopass :: sections => null()
        procedure(darr_real_function), pointer, nopass :: reals => null()
        procedure(darr_integer_function), pointer, nopass :: integers => null()
        procedure(darr_complex_function), pointer, nopass :: complexes => null()
        procedure(darr_partial_procedure), pointer, nopass :: partial => null()
        procedure(darr_combine_procedure), pointer, nopass :: combine => null()
        !> Dimensions of an index, or values of a part.
        integer :: n = 0
    end type carried

    !> The arguments of a creator of distributions in C's terms.
    type :: description
        integer(c_int) :: ndim = 0
        type(darr_dim) :: dims(darr_max_ndim)
        type(darr_dist_options) :: options
        type(darr_list) :: cuts(darr_max_ndim), indices(darr_max_ndim)
        integer(c_int), allocatable :: ranks(:)
        type(objection) :: problem
    end type description
contains
    include 'distarray_library.inc'
    include 'distarray_describe.inc'
    include 'distarray_dist.inc'
    include 'distarray_dist_query.inc'
    include 'distarray_array.inc'
    include 'distarray_part.inc'
    include 'distarray_sort.inc'
    include 'distarray_reduce.inc'
    include 'distarray_formula.inc'
    include 'distarray_random.inc'
    include 'distarray_apply.inc'
    include 'distarray_plan.inc'
    include 'distarray_edge.inc'
    include 'distarray_file.inc'
end module distarray
