/* distarray.h - distributed N-d arrays on the memory and the communicator that a simulation code already has.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 * Written by scripts/header from the sources of the library, version 0.1.0. Changes belong there.
 *
 * Collective and local. Each function says which it is. A collective function is called by every rank of
 *   the communicator, in the same order as other collective functions of that communicator. A local one
 *   communicates with nobody.
 *
 * Errors. A function that can fail returns DARR_OK, which is 0, or one of the DARR_ERR_ codes;
 *   darr_last_error gives the text. Results, in the last parameters and named *_out, are written only on
 *   success. Collective calls agree before they wait for each other, or say in their message that a rank
 *   cannot take part: a mistake of one rank comes back on every rank with the same code and text. Only
 *   darr_plan_begin and darr_plan_run check on their own rank alone; darr_comm_set_checks makes them compare,
 *   and other calls that run what was set up compare all of their arguments. A rank whose communicator or
 *   handle (the first one of a list) is itself invalid cannot tell the others and reports alone. Every
 *   function can return DARR_ERR_INTERNAL: a defect of the library, never printed and never the end of the
 *   program; the object involved can only be freed from then on. The library neither prints nor exits nor
 *   aborts.
 *
 * Pointers. A pointer parameter is not NULL unless its text allows it; NULL gives DARR_ERR_ARGUMENT. What a
 *   pointer points to has the stated type and length and stays as it is during the call: C gives the
 *   library no means to check that. Parameters [in] are read during the call only, unless their text says
 *   otherwise.
 *
 * Handles. darr_dist, darr_array, darr_plan and darr_file are incomplete types; the value of such a pointer
 *   is no address. NULL, a freed handle, one of another kind and a pointer from elsewhere give
 *   DARR_ERR_HANDLE. Each handle is freed with the function of its kind, once, in any order: objects keep
 *   what they need of each other. Freeing is local, accepts NULL and works after MPI_Finalize; a call with
 *   a handle that is no live one does nothing but keep a text for darr_last_error.
 *
 * Memory. What the library allocates, it frees with the last handle that needs it. Memory of the caller
 *   (darr_array_wrap) is never copied, moved or freed, and must outlive every handle and descriptor that
 *   stands for it: its end cannot be detected.
 *
 * Communicators cross as Fortran handles: MPI_Comm_c2f(comm) in C; distarray_mpi.h has twins of the
 *   functions that take an MPI_Comm. The first call with a communicator duplicates it (collective, once;
 *   later calls find the duplicate again). When the communicator is freed, or MPI_Finalize is called,
 *   collective functions on its objects return DARR_ERR_COMM and local ones go on working.
 *   Intercommunicators are refused. MPI_COMM_WORLD is never used unless it is what was passed.
 *
 * Threads. An object is used by one thread at a time; different objects may be used by different threads.
 *   Collective functions are called from a thread that may call MPI: MPI_THREAD_FUNNELED and calls from the
 *   main thread suffice, any other thread gets DARR_ERR_STATE. Texts of errors are kept for each thread.
 *
 * Numbers. Indices count from 0, ranges are half-open, strides are in bytes. Extents, indices and counts
 *   are int64_t; ranks, numbers of dimensions and flags are int. At most DARR_MAX_NDIM dimensions.
 *
 * Structs with a member `size` may get further members at their end in later versions. Set them from their
 *   initialiser (DARR_..._INIT), which fills in the size of the version compiled against; all other members
 *   begin as 0. In a list of them, each has the size of the first. A member that the library is too old to
 *   know must be 0, else DARR_ERR_UNSUPPORTED. */

#ifndef DISTARRAY_H
#define DISTARRAY_H

#include <stdint.h>

#include "distarray_protocol.h"

/* Version of this header; darr_version() tells that of the library. */
#define DARR_VERSION_MAJOR 0
#define DARR_VERSION_MINOR 1
#define DARR_VERSION_PATCH 0
#define DARR_VERSION 100
/* True if this header is at least of that version: #if DARR_VERSION_GE(0, 2, 0). */
#define DARR_VERSION_GE(major, minor, patch) (DARR_VERSION >= (major) * 10000 + (minor) * 100 + (patch))

/* Success. */
#define DARR_OK 0

/* A value that is not allowed. */
#define DARR_ERR_ARGUMENT 1

/* A handle that is NULL, freed, foreign or of the wrong kind. */
#define DARR_ERR_HANDLE 2

/* Allowed by the contract, but not offered by this build or function. */
#define DARR_ERR_UNSUPPORTED 3

/* The ranks disagree: different arguments, or different calls. */
#define DARR_ERR_MISMATCH 4

/* Memory was refused. */
#define DARR_ERR_MEMORY 5

/* The communicator is null, an intercommunicator or freed; or MPI is not initialised, finalised, or not the MPI that
 * the library was built for.
 */
#define DARR_ERR_COMM 6

/* MPI reported an error; its own text is kept. */
#define DARR_ERR_MPI 7

/* The operating system or HDF5 refused: a missing directory, a full disk. */
#define DARR_ERR_IO 8

/* The file is not what was asked for: foreign, truncated, of another shape or type. */
#define DARR_ERR_FORMAT 9

/* Calls in the wrong order: an end without a begin, a plan in use, a call from a thread that MPI was not initialised
 * for, an object that an internal error left unusable.
 */
#define DARR_ERR_STATE 10

/* A descriptor breaks a rule of the Distributed Array Protocol. */
#define DARR_ERR_PROTOCOL 11

/* A defect of the library. The object involved is unusable from then on; it can still be freed. */
#define DARR_ERR_INTERNAL 12

/* A function of the program that the library called reported a failure. */
#define DARR_ERR_CALLBACK 13

/* Most dimensions of an array. */
#define DARR_MAX_NDIM 15

/* Truth value of one byte: 0 or 1. */
#define DARR_BOOL 1

/* Signed integer of 1 byte. */
#define DARR_INT8 2

/* Signed integer of 2 bytes. */
#define DARR_INT16 3

/* Signed integer of 4 bytes. */
#define DARR_INT32 4

/* Signed integer of 8 bytes. */
#define DARR_INT64 5

/* Unsigned integer of 1 byte. */
#define DARR_UINT8 6

/* Unsigned integer of 2 bytes. */
#define DARR_UINT16 7

/* Unsigned integer of 4 bytes. */
#define DARR_UINT32 8

/* Unsigned integer of 8 bytes. */
#define DARR_UINT64 9

/* Real number of 4 bytes. */
#define DARR_FLOAT32 10

/* Real number of 8 bytes. */
#define DARR_FLOAT64 11

/* Complex number of two 4-byte reals. */
#define DARR_COMPLEX64 12

/* Complex number of two 8-byte reals. */
#define DARR_COMPLEX128 13

/* Memory order: the last dimension runs fastest. */
#define DARR_ORDER_C 0

/* Memory order: the first dimension runs fastest. */
#define DARR_ORDER_F 1

/* Map of a dimension: not distributed, every rank of a grid line holds all of it. */
#define DARR_WHOLE 0

/* Map of a dimension: contiguous blocks, one a rank. */
#define DARR_BLOCK 1

/* Map of a dimension: blocks of block_size elements dealt out in turn. */
#define DARR_CYCLIC 2

/* Map of a dimension: each rank lists the global indices that it owns. */
#define DARR_UNSTRUCTURED 3

/* Blocks whose sizes differ by at most one: the first (extent mod procs) ranks own one more. */
#define DARR_BALANCED 0

/* Blocks of ceil(extent / procs) until the dimension is used up (Distributed Array Protocol, FFTW). */
#define DARR_CEIL 1

/* Blocks of floor(extent / procs), the last takes the rest. */
#define DARR_REMAINDER_LAST 2

/* Ranks are counted over the process grid as in MPI_Cart_create: the last grid dimension runs fastest. */
#define DARR_GRID_ROW_MAJOR 0

/* Ranks are counted over the process grid with the first grid dimension fastest. */
#define DARR_GRID_COLUMN_MAJOR 1

/* Dimension of a staggered distribution: at the cells. */
#define DARR_STAGGER_CELL 0

/* Dimension of a staggered distribution: at the faces, one more than cells unless periodic; each rank owns the
 * lower faces of its cells and the last rank that holds cells the uppermost face too.
 */
#define DARR_STAGGER_FACE 1

/* At the faces; each rank owns the upper faces of its cells, and the first rank the lowest face too. */
#define DARR_STAGGER_FACE_UPPER 2

/* Imported padding at the outer ends of a dimension is owned, as the Distributed Array Protocol has it. */
#define DARR_BOUNDARY_OWNED 0

/* Imported padding at the outer ends of a dimension is padding again: the exact inverse of darr_array_produce. */
#define DARR_BOUNDARY_PADDING 1

/* Entry of a slice: all of the dimension. */
#define DARR_INDEX_ALL 0

/* Entry of a slice: the indices start, start + step, ... before stop. */
#define DARR_INDEX_SLICE 1

/* Entry of a slice: the one index start; the dimension vanishes. */
#define DARR_INDEX_AT 2

/* Entry of a slice: a new dimension of extent 1. */
#define DARR_INDEX_NEW 3

/* Entry of a slice: as many dimensions, taken whole, as the other entries leave. */
#define DARR_INDEX_ELLIPSIS 4

/* In place of the start or the stop of a slice: where the dimension begins or ends, seen in the direction of the step. */
#define DARR_NONE INT64_MIN

/* Sum; of integers and truth values in 64 bits, as NumPy's. */
#define DARR_SUM 0

/* Minimum; NaN if one element is NaN. */
#define DARR_MIN 1

/* Maximum; NaN if one element is NaN. */
#define DARR_MAX 2

/* Arithmetic mean; NaN of no elements. */
#define DARR_MEAN 3

/* Mean squared deviation from the mean, divided by the number of elements less ddof; real, also of complex elements. */
#define DARR_VAR 4

/* Square root of the variance. */
#define DARR_STD 5

/* Sum of conj(x) * y: NumPy's vdot, Fortran's dot_product. */
#define DARR_DOT 6

/* Square root of the sum of |x|^2. */
#define DARR_NORM 7

/* Product, in the type of the sum; 1 of no elements. */
#define DARR_PROD 8

/* Whether one element is not 0 (NaN is not 0), a truth value; no of no elements. */
#define DARR_ANY 9

/* Whether all elements are not 0, a truth value; yes of no elements. */
#define DARR_ALL 10

/* Where the minimum stands: the index of its first occurrence in row-major order of the global array, whatever the memory order,
 * as an int64; darr_dist_unravel makes an index for each dimension of it. The first NaN if there is one.
 */
#define DARR_ARGMIN 11

/* Where the maximum stands. */
#define DARR_ARGMAX 12

/* Number of elements that are not 0, an int64. */
#define DARR_COUNT_NONZERO 13

/* Sum of x * y: of complex elements a dot product that conjugates nothing, as NumPy's dot. */
#define DARR_DOTU 14

/* Node: the element of array. */
#define DARR_NODE_ARRAY -1

/* Node: the number real + imaginary i, or number where dtype is one of integers or truth values. */
#define DARR_NODE_NUMBER -2

/* Node: the global index of the element along dimension dim, from 0. */
#define DARR_NODE_INDEX -3

/* Node: the global extent along dimension dim. */
#define DARR_NODE_EXTENT -4

/* Node of one argument: conversion to dtype. */
#define DARR_NODE_CAST -5

/* Node of one argument: all arrays in it read number elements further along dimension dim. */
#define DARR_NODE_SHIFT -6

/* Node of one argument, of two for dot products: the reduction dim (DARR_SUM and so on); number is the ddof of a variance. */
#define DARR_NODE_REDUCE -7

/* |x|, also of complex numbers. */
#define DARR_ABSOLUTE 0

#define DARR_ARCCOS 1

#define DARR_ARCCOSH 2

#define DARR_ARCSIN 3

#define DARR_ARCSINH 4

#define DARR_ARCTAN 5

#define DARR_ARCTANH 6

/* Complex conjugate. */
#define DARR_CONJUGATE 7

#define DARR_COS 8

#define DARR_COSH 9

#define DARR_EXP 10

#define DARR_EXPM1 11

/* Bits inverted; of truth values: not. */
#define DARR_INVERT 12

#define DARR_LOG 13

#define DARR_LOG10 14

#define DARR_LOG1P 15

#define DARR_NEGATIVE 16

#define DARR_RECIPROCAL 17

/* Nearest integer, halves to even. */
#define DARR_RINT 18

/* -1, 0 or 1; NaN of NaN; x/|x| of complex numbers. */
#define DARR_SIGN 19

#define DARR_SIN 20

#define DARR_SINH 21

#define DARR_SQRT 22

#define DARR_SQUARE 23

#define DARR_TAN 24

#define DARR_TANH 25

#define DARR_ADD 26

#define DARR_ARCTAN2 27

#define DARR_BITWISE_AND 28

#define DARR_BITWISE_OR 29

#define DARR_BITWISE_XOR 30

/* True division: floats of integers. */
#define DARR_DIVIDE 31

/* Rounded to minus infinity. */
#define DARR_FLOOR_DIVIDE 32

/* With the sign of the dividend. */
#define DARR_FMOD 33

#define DARR_HYPOT 34

/* 0 from the number of bits on. */
#define DARR_LEFT_SHIFT 35

#define DARR_MULTIPLY 36

/* Of integers: modulo 2^bits, 0 for negative exponents but for bases 1 and -1. */
#define DARR_POWER 37

/* With the sign of the divisor. */
#define DARR_REMAINDER 38

#define DARR_RIGHT_SHIFT 39

#define DARR_SUBTRACT 40

#define DARR_LESS 41

#define DARR_LESS_EQUAL 42

#define DARR_EQUAL 43

#define DARR_NOT_EQUAL 44

#define DARR_GREATER 45

#define DARR_GREATER_EQUAL 46

/* NaN if one is NaN. */
#define DARR_MAXIMUM 47

/* NaN if one is NaN. */
#define DARR_MINIMUM 48

/* The other one if one is NaN. */
#define DARR_FMAX 49

/* The other one if one is NaN. */
#define DARR_FMIN 50

#define DARR_LOGICAL_AND 51

#define DARR_LOGICAL_OR 52

#define DARR_LOGICAL_XOR 53

#define DARR_LOGICAL_NOT 54

#define DARR_ISNAN 55

#define DARR_ISINF 56

#define DARR_ISFINITE 57

#define DARR_FLOOR 58

/* Upwards to a whole number; DARR_CEIL is a rule of blocks. */
#define DARR_CEILING 59

#define DARR_TRUNC 60

#define DARR_CBRT 61

#define DARR_EXP2 62

#define DARR_LOG2 63

#define DARR_DEGREES 64

#define DARR_RADIANS 65

#define DARR_COPYSIGN 66

#define DARR_SIGNBIT 67

#define DARR_POSITIVE 68

/* log(exp(x) + exp(y)). */
#define DARR_LOGADDEXP 69

/* x, but at least the second argument and at most the third. */
#define DARR_CLIP 70

/* The second argument where the first is true, else the third. */
#define DARR_WHERE 71

/* Real part. */
#define DARR_REAL 72

/* Imaginary part. */
#define DARR_IMAG 73

/* Argument of a complex number. */
#define DARR_ANGLE 74

/* The end of a dimension at lower indices. */
#define DARR_SIDE_BELOW 0

/* The end at higher indices. */
#define DARR_SIDE_ABOVE 1

/* One value. */
#define DARR_EDGE_CONSTANT 0

/* The value of the last element. */
#define DARR_EDGE_ZERO_GRADIENT 1

/* The straight line through the last two elements. */
#define DARR_EDGE_LINEAR 2

/* The mirror image. */
#define DARR_EDGE_MIRROR 3

/* The mirror image with the opposite sign. */
#define DARR_EDGE_ANTISYMMETRIC 4

/* What a function of the program fills in. */
#define DARR_EDGE_CALLBACK 5

/* The plane of a mirror lies on the edge of the domain: through the last element where darr_dist_staggered put the field on
 * the faces of this dimension, else half a spacing beyond the last element.
 */
#define DARR_ABOUT_EDGE 0

/* It lies half a spacing beyond the last element. */
#define DARR_ABOUT_FACE 1

/* It goes through the last element. */
#define DARR_ABOUT_CELL 2

/* The arriving element takes the place of the old one. */
#define DARR_COMBINE_INSERT 0

/* The arriving element is added: integers wrap, truth values are or-ed. */
#define DARR_COMBINE_ADD 1

/* The smaller one stays; NaN if one is NaN. */
#define DARR_COMBINE_MIN 2

/* The larger one stays; NaN if one is NaN. */
#define DARR_COMBINE_MAX 3

/* No reshape: source and target have one shape, but for the permutation of their dimensions. */
#define DARR_RESHAPE_NONE 0

/* Elements keep their place in the sequence in which the last index runs fastest. */
#define DARR_RESHAPE_C 1

/* Elements keep their place in the sequence in which the first index runs fastest. */
#define DARR_RESHAPE_F 2

/* The messages that a rank sends. */
#define DARR_SENDS 0

/* The messages that a rank receives. */
#define DARR_RECEIVES 1

/* The receiver reads the elements where they lie: one copy. */
#define DARR_WAY_DIRECT 0

/* The elements go through a buffer in memory that the node shares: two copies. */
#define DARR_WAY_STAGED 1

/* MPI carries the elements: up to two copies, none at an end where they lie in memory as in the message, and those of MPI. */
#define DARR_WAY_MPI 2

/* Opens an existing file; nothing can be written to it. */
#define DARR_READ 0

/* Makes a whole new file, which takes the place of an existing one when it is closed and not before. */
#define DARR_CREATE 1

/* Opens an existing file, or makes a new one, and changes it in place. */
#define DARR_UPDATE 2

/* From dark blue over green to yellow, even in brightness (matplotlib's viridis). */
#define DARR_COLORS_VIRIDIS 0

/* From black to white. */
#define DARR_COLORS_GRAY 1

/* From blue over white to red, for values of both signs (ColorBrewer's RdBu): choose a range symmetric about 0. */
#define DARR_COLORS_RED_BLUE 2

/* From black over red to light yellow, even in brightness (matplotlib's inferno). */
#define DARR_COLORS_INFERNO 3

/* A distributed array: a distribution and the calling rank's section of it in memory. */
typedef struct darr_array darr_array;

/* Who owns which index of a global array: shape, process grid, padding. Never changes once made. */
typedef struct darr_dist darr_dist;

/* An open HDF5 file. */
typedef struct darr_file darr_file;

/* Reductions that are begun and not ended. */
typedef struct darr_pending darr_pending;

/* A movement of elements between ranks, bound to its arrays and ready to be repeated. */
typedef struct darr_plan darr_plan;

/* One dimension of an array to be distributed. Start from DARR_DIM_INIT and set what differs; in an array of
 * these every element has the size that the first one states.
 */
typedef struct darr_dim {
    /* sizeof(darr_dim). */
    int64_t size;
    /* Global number of elements, padding not counted. */
    int64_t extent;
    /* DARR_WHOLE, which is 0 and so the map of a dimension where none is set, DARR_BLOCK, DARR_CYCLIC or
     * DARR_UNSTRUCTURED.
     */
    int map;
    /* Extent of the process grid along this dimension; 0: chosen, so that the halo surface is small. */
    int procs;
    /* 1: the first element is the neighbour of the last. */
    int periodic;
    /* Block without cuts: DARR_BALANCED, DARR_CEIL or DARR_REMAINDER_LAST. */
    int rule;
    /* Cyclic: elements dealt out at a time; 0 means 1. */
    int64_t block_size;
    /* Block: procs + 1 ascending positions from 0 to extent, or NULL. Read during the call only. */
    const int64_t *cuts;
    /* Unstructured: the global indices that the calling rank owns; the lists of all grid coordinates together hold extent of
     * them. Read during the call only.
     */
    const int64_t *indices;
    /* Unstructured: number of indices. */
    int64_t n_indices;
    /* Communication padding: ghost elements below and above the owned ones; of a periodic dimension also at its ends. */
    int64_t halo[2];
    /* Boundary padding: elements outside of the global domain, below the first and above the last element of a
     * dimension that is not periodic.
     */
    int64_t boundary[2];
} darr_dim;

/* How a distribution lies over ranks and memory. NULL in its place, or DARR_DIST_OPTIONS_INIT, means C order and
 * a row-major grid over the first ranks.
 */
typedef struct darr_dist_options {
    /* sizeof(darr_dist_options). */
    int64_t size;
    /* DARR_ORDER_C or DARR_ORDER_F: of the arrays that the library allocates, and of the data in files. */
    int order;
    /* DARR_GRID_ROW_MAJOR or DARR_GRID_COLUMN_MAJOR. */
    int grid_order;
    /* NULL, or the rank at each position of the grid, counted row-major; the same on every rank. */
    const int *ranks;
    /* Number of ranks in the list. */
    int n_ranks;
} darr_dist_options;

/* A strided block of the caller's memory, for darr_array_wrap. Start from DARR_MEMORY_INIT. */
typedef struct darr_memory {
    /* sizeof(darr_memory). */
    int64_t size;
    /* The element with index 0 in every dimension, padding included. */
    void *base;
    /* Bytes of the allocation from base to its end; 0: unknown and not checked. What a negative stride reaches below
     * base is never checked.
     */
    int64_t bytes;
    /* DARR_FLOAT64 and so on. */
    int dtype;
    /* Number of dimensions. */
    int ndim;
    /* Elements per dimension, padding included. */
    int64_t extents[DARR_MAX_NDIM];
    /* Bytes from one element to the next, per dimension; of any sign. */
    int64_t strides[DARR_MAX_NDIM];
} darr_memory;

/* Where and how the calling rank's section of an array lies in memory. Start from DARR_VIEW_INIT. */
typedef struct darr_view {
    /* sizeof(darr_view). */
    int64_t size;
    /* The element with local index 0 in every dimension, padding included; NULL where the rank owns nothing. */
    void *base;
    /* DARR_FLOAT64 and so on. */
    int dtype;
    /* Number of dimensions. */
    int ndim;
    /* Elements per dimension, padding included; all 0 where the rank owns nothing. */
    int64_t extents[DARR_MAX_NDIM];
    /* Bytes from one element to the next, per dimension. */
    int64_t strides[DARR_MAX_NDIM];
    /* First owned element, as a local index. */
    int64_t owned_lo[DARR_MAX_NDIM];
    /* One past the last owned element, as a local index. */
    int64_t owned_hi[DARR_MAX_NDIM];
    /* The global index of local index 0 in block and whole dimensions; below 0 where padding lies there. 0 in others. */
    int64_t global_lo[DARR_MAX_NDIM];
    /* 1: the dimension is block or whole, so that global_lo holds. */
    int contiguous[DARR_MAX_NDIM];
    /* 1: the memory order of the distribution is Fortran's. */
    int order;
} darr_view;

/* One entry of a slice, as NumPy's a[2:5, 7, None, ...] has them. Start from DARR_INDEX_INIT, which takes a dimension whole;
 * in a list of these every element has the size that the first one states.
 */
typedef struct darr_index {
    /* sizeof(darr_index). */
    int64_t size;
    /* DARR_INDEX_SLICE and so on. */
    int kind;
    /* First index, or the one of DARR_INDEX_AT; negative ones count from the end. DARR_NONE: from the first. */
    int64_t start;
    /* End, not included; negative ones count from the end. DARR_NONE: to the last; it is 0 where it was not set. */
    int64_t stop;
    /* Distance of the indices, of any sign; 0 means 1. */
    int64_t step;
} darr_index;

/* One reduction that is asked for. Start from DARR_REDUCTION_INIT; in an array of these every element has the size
 * that the first one states.
 */
typedef struct darr_reduction {
    /* sizeof(darr_reduction). */
    int64_t size;
    /* DARR_SUM to DARR_DOTU. */
    int op;
    /* Type of the result, to which it is converted: DARR_FLOAT64 and so on. */
    int dtype;
    /* The array. */
    const darr_array *x;
    /* DARR_DOT, DARR_DOTU: the second array, compatible and of the same dtype; otherwise NULL. */
    const darr_array *y;
    /* Where the result goes, on every rank. */
    void *value_out;
    /* DARR_VAR, DARR_STD: what is taken from the number of elements, 1 for the estimate from a sample; otherwise 0. */
    int64_t ddof;
    /* 1: sums, means, dot products and norms are added up without rounding and rounded once, so that the result has the same bits on
     * any number of ranks and for any distribution and memory order. A sum that is zero is +0. Other reductions do not depend on
     * these in either mode, but products and variances of real and complex elements, which have no such mode.
     */
    int reproducible;
} darr_reduction;

/* What a name of a formula stands for: an array, one number, or values that every rank has. Start from DARR_OPERAND_INIT; in an
 * array of these every element has the size that the first one states.
 */
typedef struct darr_operand {
    /* sizeof(darr_operand). */
    int64_t size;
    /* A distributed array; NULL: data counts. */
    const darr_array *array;
    /* One value of type dtype, or the first of values of the global extents below: a profile, say, of which every rank has the
     * whole, with the same values. Read during the call only.
     */
    const void *data;
    /* Type of the values at data. */
    int dtype;
    /* 1: the number takes the type of what it meets, within its kind, as a number in the text of a formula does; 0: it counts as an element
     * of its type, so that a float64 makes the sum with a float32 array a float64.
     */
    int weak;
    /* Dimensions of the values at data; 0: one number. */
    int ndim;
    /* Their extents. They broadcast as an array of this shape. */
    const int64_t *extents;
    /* Bytes from one value to the next, per dimension; NULL: packed, the last dimension fastest. */
    const int64_t *strides;
} darr_operand;

/* How a formula is evaluated. Start from DARR_EVAL_OPTIONS_INIT. */
typedef struct darr_eval_options {
    /* sizeof(darr_eval_options). */
    int64_t size;
    /* 1: the ghosts of operands that are read shifted are exchanged first, which plans an exchange each time: in a loop keep a
     * halo plan and run it before. 0: they are read as they are.
     */
    int exchange;
} darr_eval_options;

/* One step of a formula in postfix order: operands come first, then what is done with them. (u + 2) * v is ARRAY u, NUMBER 2,
 * DARR_ADD, ARRAY v, DARR_MULTIPLY. Start from DARR_NODE_INIT; in an array of these every element has the size that the first one states.
 */
typedef struct darr_node {
    /* sizeof(darr_node). */
    int64_t size;
    /* An element-wise function, DARR_ABSOLUTE and so on, of as many of the values before it as it takes; or one of DARR_NODE_ARRAY to DARR_NODE_REDUCE. */
    int op;
    /* NUMBER: its type; CAST: the type of the result. */
    int dtype;
    /* ARRAY. */
    const darr_array *array;
    /* NUMBER of an integer type, SHIFT, REDUCE. */
    int64_t number;
    /* INDEX, EXTENT, SHIFT: a dimension; REDUCE: the reduction. */
    int dim;
    /* NUMBER: 1: it takes the type of what it meets, within its kind. */
    int weak;
    /* NUMBER of a floating type. */
    double real;
    /* NUMBER of a complex type. */
    double imaginary;
} darr_node;

/* Which random numbers. Start from DARR_RANDOM_INIT.
 *
 * Every element has its number: its place in the global array in C order, whatever the memory order. Seed, stream and number
 * decide its value, by the generator Philox 4x32-10 of Salmon and others (2011): the array is the same for any number of ranks,
 * any distribution and any processor.
 */
typedef struct darr_random {
    /* sizeof(darr_random). */
    int64_t size;
    /* Any number; others give other arrays. */
    int64_t seed;
    /* Any number: independent arrays of one seed. Two calls of one seed and stream use the same random bits, also for different
     * distributions.
     */
    int64_t stream;
    /* For a part of a larger array that gets the numbers of the whole, one entry per dimension: the global array's extents. NULL:
     * the array is the whole, and first and step are NULL too.
     */
    const int64_t *extents;
    /* Place there of the element with index 0 in every dimension; NULL: 0 in each. */
    const int64_t *first;
    /* Distance there of neighbours, of any sign but not 0; NULL: 1 in each. */
    const int64_t *step;
} darr_random;

/* Works on the calling rank's sections of n arrays, views[0] to views[n - 1], each as darr_array_view gives it; gives 0, or
 * another number for a failure. context is what the caller of the library passed on.
 */
typedef int (*darr_apply_function)(int n, const struct darr_view *const *views, void *context);

/* Gives the element at a global index, one entry per dimension, counted from 0: writes it to value_out, which is aligned for any
 * element and holds zeros. Gives 0, or another number for a failure.
 */
typedef int (*darr_element_function)(const int64_t *index, void *value_out, void *context);

/* Makes the calling rank's part of a reduction: reads the sections of n arrays as a darr_apply_function does and writes the part to
 * partial_out, which is aligned for any type and holds zeros. Gives 0, or another number for a failure.
 */
typedef int (*darr_partial_function)(int n, const struct darr_view *const *views, void *partial_out, void *context);

/* Combines the part of some ranks, lower, with that of the ranks that follow them: higher becomes the part of both. Gives 0, or
 * another number for a failure.
 */
typedef int (*darr_combine_function)(const void *lower, void *higher, void *context);

/* How to reduce over dimensions. Start from DARR_REDUCE_OPTIONS_INIT. */
typedef struct darr_reduce_options {
    /* sizeof(darr_reduce_options). */
    int64_t size;
    /* DARR_VAR, DARR_STD: what is taken from the number of elements; otherwise 0. */
    int64_t ddof;
} darr_reduce_options;

/* Layers of padding outside of the domain, on one rank, that a function is to fill. */
typedef struct darr_edge_region {
    /* sizeof(darr_edge_region) of the library. */
    int64_t size;
    /* Position of the array in the list of the plan. */
    int array;
    /* Dimension and side of the edge. */
    int dim;
    int side;
    int dtype;
    int ndim;
    /* Memory order of the array's distribution. */
    int order;
    /* The element with the lowest index in every dimension. The other elements of the rank's section lie around the region at
     * the same strides; all that the exchange and edges before this one fill has its value.
     */
    void *base;
    /* Elements of the region per dimension, 1 or more. */
    int64_t extents[DARR_MAX_NDIM];
    /* Bytes from one element to the next. */
    int64_t strides[DARR_MAX_NDIM];
    /* Local index of the first element, in the section with its padding. */
    int64_t lo[DARR_MAX_NDIM];
    /* Global index of the first element in block and whole dimensions, below 0 or not below the extent in padding outside of
     * the domain and in that of periodic dimensions; 0 in others.
     */
    int64_t global_lo[DARR_MAX_NDIM];
} darr_edge_region;

/* Fills a region; gives 0, or another number for a failure. Called on each rank that holds such layers, by the thread that
 * calls darr_plan_end or darr_plan_run; it makes no collective call, uses no plan that is running, and does not throw or
 * jump out.
 */
typedef int (*darr_edge_function)(void *user, const struct darr_edge_region *region);

/* What lies beyond one end of one dimension that is not periodic: values for all padding outside of the domain there. Start
 * from DARR_EDGE_INIT.
 *
 * With a(0), a(1), ... the elements from the end of the domain inwards, whoever owns them, layer k = 1, 2, ... outwards gets
 *   DARR_EDGE_CONSTANT       v
 *   DARR_EDGE_ZERO_GRADIENT  a(0)
 *   DARR_EDGE_LINEAR         a(0) + k (a(0) - a(1))
 *   DARR_EDGE_MIRROR         a(k - 1), or a(k) where the plane goes through a(0)
 *   DARR_EDGE_ANTISYMMETRIC  2 v - a(k - 1), or 2 v - a(k)
 * in the arithmetic of the dtype: integers wrap; truth values are no linear and no antisymmetric field. An element on the
 * plane itself keeps its value.
 */
typedef struct darr_edge {
    /* sizeof(darr_edge). */
    int64_t size;
    /* Position of the array in the list of the plan, the first one in DARR_EDGE_INIT; -1: all of them. */
    int array;
    /* Dimension and side. */
    int dim;
    int side;
    /* One of DARR_EDGE_*. */
    int kind;
    /* One of DARR_ABOUT_*, for mirrored and antisymmetric fields. */
    int about;
    /* Type of value, which is converted to that of the array; an array of integers refuses what is none of its values. */
    int dtype;
    /* The v of a constant, or on the plane of an antisymmetric field; NULL: 0. Read while the plan is made only. */
    const void *value;
    /* The function of DARR_EDGE_CALLBACK, on every rank. */
    darr_edge_function callback;
    /* What the function gets. */
    void *user;
} darr_edge;

/* Which ghosts a halo exchange fills. NULL in its place, or DARR_HALO_OPTIONS_INIT, means all communication padding,
 * corners included.
 */
typedef struct darr_halo_options {
    /* sizeof(darr_halo_options). */
    int64_t size;
    /* 0: corners too; 1: only ghosts that are beyond the owned elements in one dimension. */
    int star;
    /* 1: boundary padding travels along in the other dimensions, as codes that exchange one dimension after the other do. */
    int carry_boundary;
    /* Widths to fill below, one per dimension, at most the padding; NULL: all of it. */
    const int64_t *below;
    /* Widths to fill above, one per dimension, at most the padding; NULL: all of it. */
    const int64_t *above;
    /* 0: ghosts are filled from the elements that they mirror. 1: the other way, ghosts are added to these elements and keep
     * their values; the order of the additions depends on the distribution alone.
     */
    int accumulate;
    /* Number of directions in the list offsets. */
    int n_offsets;
    /* Only ghosts in these directions take part: one entry per dimension and direction, -1 below, 0 beside, 1 above the owned
     * elements. NULL: all, or those that star leaves. Read during the call only.
     */
    const int *offsets;
    /* Number of entries of edges. */
    int n_edges;
    /* What is filled beyond the ends of dimensions that are not periodic, once all ghosts have arrived. NULL: nothing, and
     * boundary padding is the program's own. Read during the call only; the same on every rank.
     *
     * As many layers are filled as below and above ask for, also those of inner ranks whose ghosts reach across the end of
     * the domain. Dimensions follow one another, 0 first: each is filled over owned elements, the ghosts that arrive, and what
     * edges of dimensions before it filled, so that a corner belongs to the later dimension. carry_boundary adds
     * boundary padding where there is no edge; what it carries is overwritten where there is one. With star or offsets only
     * layers beside owned elements are filled, with offsets in the listed directions.
     */
    const darr_edge *edges;
} darr_halo_options;

/* How a redistribution moves elements. NULL in its place, or DARR_MOVE_OPTIONS_INIT, means that each element takes the place of
 * the old one at the same index.
 */
typedef struct darr_move_options {
    /* sizeof(darr_move_options). */
    int64_t size;
    /* DARR_COMBINE_INSERT and so on: what becomes of the target's old elements. */
    int combine;
    /* Dimension d of a source becomes dimension axes[d] of the target; NULL: d. Read during the call only. */
    const int *axes;
    /* DARR_RESHAPE_C or DARR_RESHAPE_F: source and target may have any shapes with the same number of elements, of which
     * number n of a source, counted in that order of the global indices, becomes number n of the target. Without axes. The indices
     * of an unstructured dimension are 0 to its extent - 1 then. Set-up costs time of the rows that a rank owns in dimensions that
     * change; where rows repeat, of those after which they do, and otherwise at most 2^24 pieces of them.
     * DARR_RESHAPE_NONE, which is 0: shapes fit.
     */
    int reshape;
} darr_move_options;

/* What a plan does on the calling rank at each run. Start from DARR_PLAN_INFO_INIT. */
typedef struct darr_plan_info {
    /* sizeof(darr_plan_info). */
    int64_t size;
    /* Ranks to which elements go, one message each. */
    int64_t sends;
    /* Ranks from which elements come. */
    int64_t receives;
    /* Bytes that go to other ranks; of these */
    int64_t bytes;
    /* the peers read so many where they lie, one copy in all, */
    int64_t bytes_direct;
    /* so many from a buffer in memory that the node shares, two copies, */
    int64_t bytes_staged;
    /* and MPI carries so many, up to two copies and those of MPI. */
    int64_t bytes_mpi;
    /* Bytes of the largest message that goes to another rank. */
    int64_t largest;
    /* Bytes that the rank copies for itself. */
    int64_t bytes_local;
    /* Bytes of memory that the plan itself takes on the rank. */
    int64_t memory;
    /* Bytes of the text of darr_plan_text, with its end. */
    int64_t text;
} darr_plan_info;

/* A message of a plan. Start from DARR_NEIGHBOUR_INIT. */
typedef struct darr_neighbour {
    /* sizeof(darr_neighbour). */
    int64_t size;
    /* The rank to which it goes or from which it comes. */
    int rank;
    /* DARR_WAY_DIRECT and so on. */
    int way;
    /* Its bytes. */
    int64_t bytes;
} darr_neighbour;

/* What a picture shows. NULL in its place, or DARR_IMAGE_OPTIONS_INIT: dimension 0 to the right, dimension 1 up, position 0
 * in all others, viridis over the range of the values, one pixel for each element.
 */
typedef struct darr_image_options {
    /* sizeof(darr_image_options). */
    int64_t size;
    /* DARR_COLORS_VIRIDIS and so on. */
    int colors;
    /* Pixels per element in both directions; 0 means 1. */
    int scale;
    /* Value of the first colour; smaller ones have it too. */
    double lo;
    /* Value of the last colour; larger ones have it too. Equal to lo: the least and the greatest finite value of the slice. */
    double hi;
    /* Dimension of the array that runs to the right. */
    int axis_x;
    /* Dimension of the array that runs up; both axes 0: dimensions 0 and 1. */
    int axis_y;
    /* Position in every dimension of the array, of which those of the axes are not used; negative ones count from the end.
     * NULL: 0 everywhere. Read during the call only.
     */
    const int64_t *index;
} darr_image_options;

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/* The version of the library that runs, as one number: major * 10000 + minor * 100 + patch. The header's own is
 * DARR_VERSION.
 *
 * Local. Needs no MPI and cannot fail.
 */
int darr_version(void);

/* The version of the binary interface: the number at the end of the shared library's name. Programs run with every
 * library of the same number.
 *
 * Local. Needs no MPI and cannot fail.
 */
int darr_abi_version(void);

/* One line on the library that runs: its version, the ABI, the MPI of the program and the HDF5 that it was built with, such as
 * "distarray 0.1.0, ABI 0, Open MPI v4.1.4, HDF5 1.10.8 parallel". Where the program is linked with another MPI than the
 * library was built for, it says so.
 *
 * Local. Works before MPI_Init and after MPI_Finalize. The text lives as long as the program.
 */
const char *darr_build_info(void);

/* Name and meaning of a code, such as "DARR_ERR_MEMORY: memory was refused"; "unknown code" for any other number.
 *
 * Local. Needs no MPI. The text lives as long as the program.
 */
const char *darr_strerror(int code);

/* What went wrong in the last call that failed on the calling thread, in one line: what was wrong, the value, what is allowed.
 * An empty text if no call has failed. Calls that succeed leave it as it is.
 *
 * Local. Needs no MPI. The text is valid until the next call that fails on the same thread.
 */
const char *darr_last_error(void);

/* Says why the calling thread's next call has an argument that the library will refuse. For faces in other languages, which
 * see mistakes that C does not, such as a list of the wrong length: they pass something that is refused, and every rank
 * reads this text in the place of the library's own.
 *
 * Local. Needs no MPI. Every other function that returns a code uses the text up; only DARR_ERR_ARGUMENT comes with it.
 * @param text [in] What is wrong, in one line of UTF-8.
 * Errors: DARR_ERR_ARGUMENT.
 */
int darr_error_explain(const char *text);

/* Switches checked mode on (1) or off (0) for a communicator; it is off at first. In checked mode the calls that run what was
 * set up (darr_plan_begin, darr_plan_run, darr_reduce, darr_array_reduce, darr_array_get, darr_eval where it is Collective) first compare the function and
 * its arguments over the ranks, as all other collective calls always do. Ranks that are in different calls, or give
 * different arguments, get DARR_ERR_MISMATCH in place of a deadlock or a wrong result. Each of these calls then costs one
 * small reduction more. darr_plan_end compares nothing: it ends what all ranks have begun.
 *
 * Collective: all ranks pass the same on.
 * @param comm [in] Fortran handle of the communicator.
 * @param on [in] 1 or 0.
 * Errors: DARR_ERR_ARGUMENT, DARR_ERR_COMM, DARR_ERR_STATE (called from a thread that MPI was not initialised for), DARR_ERR_MISMATCH,
 * DARR_ERR_MPI. The mode is unchanged then.
 */
int darr_comm_set_checks(int comm,
                         int on);

/* Lets only ranks that pass the same number share memory from now on, as if the others were on another node: between these,
 * plans that are made later use messages of MPI. At first all ranks of a node share memory. For tests, for measurements, and for
 * ranks of one node that the system keeps apart.
 *
 * Collective: a few small messages.
 * @param comm [in] Fortran handle of the communicator.
 * @param part [in] The number; each rank passes its own.
 * Errors: DARR_ERR_COMM, DARR_ERR_STATE, DARR_ERR_MISMATCH, DARR_ERR_MPI.
 */
int darr_comm_divide_node(int comm,
                          int part);

/* Lets a call on formulas use several threads of this rank, where it has elements enough; 1, the default, means the calling
 * thread alone. Results are the same bits for any number of threads.
 *
 * Local; holds for all communicators of the process from the next call on. The threads live as long as the call, and make no calls of MPI
 * or of functions of the program.
 * @param threads [in] How many, the calling one among them.
 * Errors: DARR_ERR_ARGUMENT below 1.
 */
int darr_set_threads(int threads);

/* The size of one element.
 *
 * Local. Needs no MPI.
 * @param dtype [in] DARR_BOOL to DARR_COMPLEX128.
 * @param bytes_out [out] Bytes of one element.
 * Errors: DARR_ERR_ARGUMENT.
 */
int darr_dtype_size(int dtype, int64_t *bytes_out);

/* Another handle of the same distribution.
 *
 * Local. Errors: DARR_ERR_HANDLE, DARR_ERR_ARGUMENT.
 */
int darr_dist_copy(const darr_dist *dist, darr_dist **dist_out);

/* Frees a handle; the distribution lives on while arrays use it.
 *
 * Local; NULL is fine; works after MPI_Finalize.
 */
void darr_dist_free(darr_dist *dist);

/* Makes a distribution from the shape and the maps of its dimensions.
 *
 * Collective: one or two small messages. Every rank passes the same arguments but for index lists, which are each rank's
 * own; ranks that share a grid coordinate pass the same list. Process counts that are left open are chosen so that the
 * surface between ranks is small; ranks that do not fit hold nothing and take part in every collective call. Free the
 * distribution with darr_dist_free.
 * @param comm [in] Fortran handle of the communicator; darr_dist_create_mpi takes an MPI_Comm.
 * @param ndim [in] Number of dimensions, 0 to 15.
 * @param dims [in] One description per dimension.
 * @param options [in] NULL for the defaults.
 * @param dist_out [out] The distribution.
 * Errors: DARR_ERR_ARGUMENT for negative or overflowing extents, too many dimensions, a grid that needs more ranks than
 * the communicator has, cuts that do not cover, padding where there can be none; DARR_ERR_MISMATCH naming the argument
 * that differs between ranks; DARR_ERR_UNSUPPORTED for a structure of a later version; DARR_ERR_COMM;
 * DARR_ERR_STATE; DARR_ERR_MEMORY; DARR_ERR_MPI.
 */
int darr_dist_create(int comm,
                     int ndim,
                     const darr_dim *dims,
                     const darr_dist_options *options,
                     darr_dist **dist_out);

/* Makes a distribution from the box that each rank owns, as legacy codes know it (istart:iend, xstart:xend).
 *
 * Collective. Process grid, cuts and the place of each rank are inferred, in any order of ranks; the boxes must form a
 * grid without gap or overlap. A rank whose box is empty in some dimension holds nothing.
 * @param comm [in] Fortran handle of the communicator; darr_dist_from_boxes_mpi takes an MPI_Comm.
 * @param ndim [in] Number of dimensions, 0 to 15.
 * @param lo [in] First global index of the calling rank's box, per dimension, 0-based.
 * @param hi [in] One past the last global index, per dimension; lo where the box is empty, never less.
 * @param dims [in] Extent (0: the largest hi), period and padding of each dimension; map, procs, rule and cuts are
 * ignored. NULL: no padding.
 * @param options [in] NULL for the defaults; only the memory order counts.
 * @param dist_out [out] The distribution.
 * Errors: DARR_ERR_ARGUMENT for boxes that overlap, leave a gap or form no grid, naming two ranks, and for hi below lo;
 * otherwise as darr_dist_create.
 */
int darr_dist_from_boxes(int comm,
                         int ndim,
                         const int64_t *lo,
                         const int64_t *hi,
                         const darr_dim *dims,
                         const darr_dist_options *options,
                         darr_dist **dist_out);

/* Makes a distribution over a Cartesian communicator, which may have fewer dimensions than the array: process counts,
 * periods and coordinates are the communicator's.
 *
 * Collective.
 * @param cart_comm [in] Fortran handle of the communicator; darr_dist_from_cart_mpi takes an MPI_Comm.
 * @param ndim [in] Number of dimensions of the array, 0 to 15.
 * @param cart_dims [in] For each dimension of the array the one of the communicator that cuts it, -1: none, it is whole.
 * @param dims [in] Extent, map, rule and padding of each dimension; procs and periodic are those of the communicator
 * where it cuts.
 * @param options [in] NULL for the defaults; only the memory order counts.
 * @param dist_out [out] The distribution.
 * Errors: DARR_ERR_ARGUMENT for a communicator that is not Cartesian, a dimension of it that cuts two of the array's or,
 * with more than one rank, none; otherwise as darr_dist_create.
 */
int darr_dist_from_cart(int cart_comm,
                        int ndim,
                        const int *cart_dims,
                        const darr_dim *dims,
                        const darr_dist_options *options,
                        darr_dist **dist_out);

/* Makes the distribution that the dimension data of all ranks describe: what darr_protocol says without the memory.
 * Ranks that share a grid coordinate pass the same data; the place of each rank comes from its data.
 *
 * Collective: messages that together hold every rank's data once.
 * @param comm [in] Fortran handle of the communicator; darr_dist_from_dim_data_mpi takes an MPI_Comm.
 * @param ndim [in] Number of dimensions, 0 to 15.
 * @param dim_data [in] One entry per dimension; NULL: the rank lies outside of the grid.
 * @param boundary [in] DARR_BOUNDARY_OWNED or DARR_BOUNDARY_PADDING: what padding at the outer ends is.
 * @param options [in] NULL for the defaults; only the memory order counts.
 * @param dist_out [out] The distribution.
 * Errors: DARR_ERR_PROTOCOL naming the rule, the dimension and the ranks; otherwise as darr_dist_create.
 */
int darr_dist_from_dim_data(int comm,
                            int ndim,
                            const darr_protocol_dim *dim_data,
                            int boundary,
                            const darr_dist_options *options,
                            darr_dist **dist_out);

/* Makes the distribution of a staggered field from that of the cells: the same grid and cuts, one element more at the
 * faces of a dimension that is not periodic. A section holds the faces of all cells that the cell section holds; the
 * face that two blocks share is owned by one rank and padding of the other, so that widths differ per side.
 *
 * Collective: one small message.
 * @param cells [in] The distribution of the cells.
 * @param stagger [in] DARR_STAGGER_CELL, DARR_STAGGER_FACE or DARR_STAGGER_FACE_UPPER for each dimension.
 * @param dist_out [out] The distribution.
 * Errors: DARR_ERR_UNSUPPORTED for cyclic and unstructured dimensions; DARR_ERR_ARGUMENT; DARR_ERR_MISMATCH;
 * DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_dist_staggered(const darr_dist *cells, const int *stagger, darr_dist **dist_out);

/* The distribution of a slice: every element stays with its owner, and ranks without elements of the slice hold nothing.
 * Indices are read as NumPy reads them: negative ones count from the end, ends beyond the extent are moved to it. Padding
 * survives where the step is 1 and the neighbouring elements belong to the slice.
 *
 * Local: every rank that uses the result makes it with the same arguments.
 * @param dist [in] The distribution.
 * @param start [in] First index of each dimension.
 * @param stop [in] End of each dimension, not included.
 * @param step [in] Steps; NULL: 1.
 * @param dist_out [out] The distribution of the slice.
 * Errors: DARR_ERR_ARGUMENT for a step of 0; DARR_ERR_UNSUPPORTED for parts of unstructured dimensions and for steps of cyclic
 * ones that neither divide the block size nor are multiples of it that meet the owners in order; DARR_ERR_HANDLE.
 */
int darr_dist_slice(const darr_dist *dist,
                    const int64_t *start,
                    const int64_t *stop,
                    const int64_t *step,
                    darr_dist **dist_out);

/* The distribution of a reduction over some dimensions: these vanish, and the ranks with coordinate 0 in them hold the
 * result; cuts, block sizes and padding of the others stay.
 *
 * Local: every rank that uses the result makes it with the same arguments.
 * @param dist [in] The distribution.
 * @param n_dims [in] Number of dimensions to drop.
 * @param dims [in] Which; negative ones count from the end.
 * @param dist_out [out] The distribution of the result.
 * Errors: DARR_ERR_ARGUMENT for a dimension that does not exist or is named twice; DARR_ERR_HANDLE.
 */
int darr_dist_reduce(const darr_dist *dist, int n_dims, const int *dims, darr_dist **dist_out);

/* As darr_dist_reduce, with the dimensions kept at an extent of 1.
 *
 * Local. Errors: as darr_dist_reduce.
 */
int darr_dist_reduce_keeping(const darr_dist *dist, int n_dims, const int *dims, darr_dist **dist_out);

/* The target distribution with its grid coordinates given to other ranks of the communicator: so that the fewest elements change
 * their rank when an array goes from the source to it. Shape, maps, padding and the extents of the grid are the target's; which
 * rank stands where darr_dist_coords tells.
 *
 * Collective: the ranks tell each other how much they hold of what each is to own, at most the square of their number of
 * counts in the memory of each, and each finds the same answer. Of equally good
 * ones that in which the most ranks keep their coordinates. For more than 262144 pairs of coordinates and ranks (512 of each) the
 * best is not looked for: the largest shares come first, and what moves is at most what moved before. Free the distribution with
 * darr_dist_free.
 * @param source [in] Where arrays come from, with any maps. Its communicator is that of the call.
 * @param target [in] Where they are to go: a distribution of the same shape and communicator, with any maps. Which indices of an
 * unstructured dimension belong to which coordinates does not change either: a rank tells them to the one that takes its coordinates.
 * @param dist_out [out] The distribution.
 * Errors: DARR_ERR_ARGUMENT for shapes or communicators that differ, and for an index of an unstructured dimension that the other
 * end does not have; DARR_ERR_MISMATCH; DARR_ERR_MEMORY; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_dist_relabel(const darr_dist *source,
                      const darr_dist *target,
                      darr_dist **dist_out);

/* Number of dimensions.
 *
 * Local. Errors: DARR_ERR_HANDLE, DARR_ERR_ARGUMENT.
 */
int darr_dist_ndim(const darr_dist *dist, int *ndim_out);

/* Global extent of each dimension, padding not counted.
 *
 * Local. Errors: DARR_ERR_HANDLE, DARR_ERR_ARGUMENT.
 */
int darr_dist_shape(const darr_dist *dist, int64_t *shape_out);

/* Extent of the process grid along each dimension.
 *
 * Local. Errors: DARR_ERR_HANDLE, DARR_ERR_ARGUMENT.
 */
int darr_dist_grid(const darr_dist *dist, int *grid_out);

/* Coordinates of a rank in the process grid, one per dimension; all -1 where the rank is outside of the grid and holds
 * nothing.
 *
 * Local.
 * @param rank [in] A rank of the communicator; -1: the calling rank, here and in the functions below.
 * Errors: DARR_ERR_HANDLE, DARR_ERR_ARGUMENT.
 */
int darr_dist_coords(const darr_dist *dist, int rank, int *coords_out);

/* The box of global indices that a rank owns, half-open. Of a rank that owns nothing the box is empty.
 *
 * Local. Errors: DARR_ERR_UNSUPPORTED for cyclic and unstructured dimensions, which own no box; DARR_ERR_HANDLE;
 * DARR_ERR_ARGUMENT.
 */
int darr_dist_box(const darr_dist *dist, int rank, int64_t *lo_out, int64_t *hi_out);

/* Number of elements that a rank owns along each dimension, for any map.
 *
 * Local. Errors: DARR_ERR_HANDLE, DARR_ERR_ARGUMENT.
 */
int darr_dist_count(const darr_dist *dist, int rank, int64_t *count_out);

/* Global indices that a rank owns in one dimension, in the order in which they lie in memory, for any map.
 *
 * Local.
 * @param dim [in] The dimension; negative ones count from the end.
 * @param n [in] Room at indices_out: the number of elements that darr_dist_count gives for the dimension.
 * @param indices_out [out] The indices; NULL is fine when there are none.
 * Errors: DARR_ERR_ARGUMENT for a dimension that there is not, another number; DARR_ERR_UNSUPPORTED for another rank's indices of an
 * unstructured dimension; DARR_ERR_HANDLE.
 */
int darr_dist_indices(const darr_dist *dist,
                      int rank,
                      int dim,
                      int64_t n,
                      int64_t *indices_out);

/* Elements that a rank's section carries below and above the owned ones along each dimension: communication padding
 * inside and at periodic ends, boundary padding at the other ends, none where the rank owns nothing.
 *
 * Local. Errors: DARR_ERR_HANDLE, DARR_ERR_ARGUMENT.
 */
int darr_dist_padding(const darr_dist *dist, int rank, int64_t *below_out, int64_t *above_out);

/* The rank that owns a global index. Negative indices count from the end, but for unstructured dimensions.
 *
 * Local. Errors: DARR_ERR_ARGUMENT for an index outside of the array; DARR_ERR_UNSUPPORTED for unstructured
 * dimensions, where only the owner knows; DARR_ERR_HANDLE.
 */
int darr_dist_owner(const darr_dist *dist, const int64_t *index, int *rank_out);

/* The local index of a global one on a rank that owns it, counted from the first element of the rank's section, padding
 * included. Negative indices count from the end, but for unstructured dimensions.
 *
 * Local. Errors: DARR_ERR_ARGUMENT for an index outside of the array or not owned by the rank; DARR_ERR_UNSUPPORTED
 * for another rank's indices of an unstructured dimension; DARR_ERR_HANDLE.
 */
int darr_dist_to_local(const darr_dist *dist, int rank, const int64_t *index, int64_t *local_out);

/* The global index of a local one, counted from the first element of a rank's section, padding included. A ghost has the
 * index of the element that it mirrors; boundary padding lies below 0 or beyond the extent.
 *
 * Local. Errors: DARR_ERR_ARGUMENT for an index outside of the section; DARR_ERR_UNSUPPORTED for another rank's
 * indices of an unstructured dimension; DARR_ERR_HANDLE.
 */
int darr_dist_to_global(const darr_dist *dist, int rank, const int64_t *local, int64_t *index_out);

/* The global index of the element at a place of the row-major order, as DARR_ARGMIN and DARR_ARGMAX give it.
 *
 * Local. Errors: DARR_ERR_ARGUMENT for a place outside of the array; DARR_ERR_HANDLE.
 */
int darr_dist_unravel(const darr_dist *dist, int64_t place, int64_t *index_out);

/* Whether two distributions give every element to the same rank at the same place among its owned ones (1), or not (0).
 * Padding, periods and memory order do not matter.
 *
 * Local. Errors: DARR_ERR_HANDLE, DARR_ERR_ARGUMENT.
 */
int darr_dist_compatible(const darr_dist *a, const darr_dist *b, int *yes_out);

/* Makes an array in memory of the library's own: zeroed, packed in the distribution's memory order, aligned to 64 bytes.
 *
 * Collective. The array keeps the distribution alive; its handle may be freed. Free the array with darr_array_free.
 *
 * Errors: DARR_ERR_MEMORY where one rank cannot allocate its section; DARR_ERR_ARGUMENT for an unknown dtype;
 * DARR_ERR_MISMATCH; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_array_create(const darr_dist *dist, int dtype, darr_array **array_out);

/* Describes the caller's own memory as one section of a distributed array, without a copy.
 *
 * Collective. The extents of the memory must be those of the rank's section, padding included (darr_dist_count,
 * darr_dist_padding); allocations larger than the section are described by their strides. A rank that owns nothing may
 * pass any memory, and NULL. The memory stays the caller's: it is never copied, moved or freed, and must outlive the array
 * and every plan made with it; a use after it was freed cannot be detected.
 *
 * Errors: DARR_ERR_ARGUMENT for extents that do not fit, strides by which elements overlap, a NULL base, a buffer
 * smaller than its description; DARR_ERR_MISMATCH for dtypes or distributions that differ between ranks;
 * DARR_ERR_UNSUPPORTED for a structure of a later version; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_array_wrap(const darr_dist *dist,
                    const darr_memory *memory,
                    darr_array **array_out);

/* Frees an array; memory of the library's own lives on while a plan uses it, memory of the caller's is left alone.
 *
 * Local; NULL is fine; works after MPI_Finalize.
 */
void darr_array_free(darr_array *array);

/* Describes the calling rank's section as a protocol descriptor, without a copy. Boundary padding, and padding at the
 * ends of periodic dimensions, counts in size as the protocol wants it.
 *
 * Local. The descriptor keeps memory of the library's own alive until it is released, which may happen on any thread and
 * after MPI_Finalize; memory of the caller's must outlive it.
 * @param array [in] The array.
 * @param descriptor_out [out] A live descriptor; what it held before is not released.
 * Errors: DARR_ERR_UNSUPPORTED for what the protocol cannot say; DARR_ERR_HANDLE; DARR_ERR_ARGUMENT.
 */
int darr_array_produce(const darr_array *array, darr_protocol *descriptor_out);

/* Takes over a protocol descriptor of any producer as a section of a distributed array, without a copy.
 *
 * Collective: the descriptors are checked by themselves and between ranks, but for the contents of index lists, which
 * darr_protocol_check_all compares. On success the descriptor is
 * moved: its release is NULL then, and the library calls the producer's when the array and the plans that use it are
 * freed. On failure every descriptor stays the caller's.
 * @param comm [in] Fortran handle of the communicator; darr_array_consume_mpi takes an MPI_Comm.
 * @param descriptor [in] A live descriptor.
 * @param boundary [in] DARR_BOUNDARY_OWNED or DARR_BOUNDARY_PADDING: what padding at the outer ends is.
 * @param options [in] NULL for the defaults; only the memory order counts.
 * @param array_out [out] The array.
 * Errors: DARR_ERR_PROTOCOL naming the rule that a descriptor breaks; DARR_ERR_STATE for one that was released;
 * DARR_ERR_UNSUPPORTED for another device or version; DARR_ERR_MISMATCH; DARR_ERR_ARGUMENT; DARR_ERR_MEMORY;
 * DARR_ERR_COMM.
 */
int darr_array_consume(int comm,
                       darr_protocol *descriptor,
                       int boundary,
                       const darr_dist_options *options,
                       darr_array **array_out);

/* The distribution of an array, as a handle of its own.
 *
 * Local. Free it with darr_dist_free. Errors: DARR_ERR_HANDLE, DARR_ERR_ARGUMENT.
 */
int darr_array_dist(const darr_array *array, darr_dist **dist_out);

/* Where the calling rank's section lies in memory, without a copy: valid as long as the array's memory is.
 *
 * Local. Errors: DARR_ERR_HANDLE, DARR_ERR_ARGUMENT.
 */
int darr_array_view(const darr_array *array, darr_view *view_out);

/* Sets every element of the calling rank's section, padding included. The value is converted as NumPy's same_kind rule
 * allows.
 *
 * Local. Errors: DARR_ERR_ARGUMENT for a dtype that is unknown or does not convert; DARR_ERR_HANDLE.
 */
int darr_array_fill(darr_array *array, int dtype, const void *value);

/* Copies the owned elements of one array to another of a compatible distribution, padding left alone, converting as
 * NumPy's same_kind rule allows.
 *
 * Local. Errors: DARR_ERR_ARGUMENT for distributions that are not compatible (darr_dist_compatible; use
 * darr_plan_redistribute), a dtype that does not convert, arrays that overlap in memory; DARR_ERR_HANDLE.
 */
int darr_array_copy(const darr_array *source, darr_array *target);

/* One element by its global index, on every rank. Negative indices count from the end.
 *
 * Collective: one message, which also tells every rank when another cannot take part. Errors: DARR_ERR_ARGUMENT for an
 * index outside of the array or a dtype that the element does not convert to; DARR_ERR_COMM; DARR_ERR_HANDLE;
 * DARR_ERR_MPI; in checked mode DARR_ERR_MISMATCH.
 */
int darr_array_get(const darr_array *array, const int64_t *index, int dtype, void *value_out);

/* Sets one element by its global index: the owner writes, every other rank does nothing. Ghosts are not updated.
 * Negative indices count from the end.
 *
 * Local. Errors: DARR_ERR_ARGUMENT for an index outside of the array or a dtype that does not convert to the array's;
 * DARR_ERR_HANDLE.
 */
int darr_array_set(darr_array *array, const int64_t *index, int dtype, const void *value);

/* Makes a view of a part of an array: an array on the same memory, without a copy. Every element stays with its owner, and ranks
 * without elements of the slice hold nothing and still take part in collective calls. Indices are read as NumPy reads them:
 * negative ones count from the end, ends beyond the extent are moved to it. Padding survives where the step is 1 and the
 * neighbouring elements belong to the slice; elsewhere the view has none. Writing through a view updates nobody's ghosts.
 *
 * Local: every rank that uses the view makes it with the same arguments. The view keeps library memory alive; borrowed memory must
 * outlive it. Free it with darr_array_free.
 * @param array [in] The array.
 * @param n [in] Number of entries; dimensions beyond them are taken whole.
 * @param indices [in] One entry per dimension, besides those for new dimensions and the ellipsis.
 * @param view_out [out] The view.
 * Errors: DARR_ERR_ARGUMENT for an index outside of the array, more entries than dimensions, two ellipses; DARR_ERR_UNSUPPORTED
 * for parts of unstructured dimensions (darr_array_take and darr_array_fetch serve there), and for steps of cyclic ones
 * that no stride can follow (redistribute the array first); DARR_ERR_HANDLE.
 */
int darr_array_slice(const darr_array *array,
                     int n,
                     const darr_index *indices,
                     darr_array **view_out);

/* Brings to each rank the part of an array that it asks for, into its own memory: all of the array to one rank or to all, a row or a
 * plane to whoever wants it. Padding is neither read nor written.
 *
 * Collective; the ranks ask for different parts, and owners send only what is asked for, one message to each that asks. Where the
 * same part is fetched again and again, a redistribution or gather plan saves the questions.
 * @param array [in] The array, of any maps; parts of unstructured dimensions and any steps are fine.
 * @param n [in] Number of entries; dimensions beyond them are taken whole.
 * @param indices [in] What this rank asks for, as darr_array_slice has it. In unstructured dimensions single indices do not
 * count from the end, and slices are those of 0 to the extent.
 * @param dtype [in] Type of the elements in the buffers, the same on every rank; elements are converted as NumPy's same_kind rule
 * allows.
 * @param strides [in] Bytes from one element to the next in the buffer, one entry per dimension of the slice (single indices have
 * none, new dimensions have one), of any sign; NULL: packed in the memory order of the array's distribution.
 * @param buffer [out] The element with index 0 in every dimension of the slice; NULL: this rank asks for nothing.
 * Errors: DARR_ERR_ARGUMENT for an index outside of the array or that nobody owns, more entries than dimensions, dtypes that do not
 * convert, strides by which elements overlap, a buffer in the array's own memory; DARR_ERR_STATE where a begun plan
 * writes the elements, or uses those that are put; DARR_ERR_MISMATCH; DARR_ERR_MEMORY; DARR_ERR_MPI; DARR_ERR_COMM;
 * DARR_ERR_HANDLE.
 */
int darr_array_fetch(const darr_array *array,
                     int n,
                     const darr_index *indices,
                     int dtype,
                     const int64_t *strides,
                     void *buffer);

/* Brings a part of an array from each rank's memory to the owners of its elements, the way back of darr_array_fetch: all of the
 * array from one rank, a row or a plane from whoever has it. Where the parts of several ranks meet, they combine in the order of the
 * ranks, in every run; of inserted elements those of the last rank stay. Ghosts are not updated.
 *
 * Collective, as darr_array_fetch.
 * @param array [in] The array that is written.
 * @param n [in] As for darr_array_fetch.
 * @param indices [in] Where this rank's elements belong.
 * @param dtype [in] Type of the elements in the buffers, the same on every rank.
 * @param strides [in] As for darr_array_fetch.
 * @param buffer [in] The element with index 0 in every dimension of the slice; NULL: this rank has nothing.
 * @param combine [in] DARR_COMBINE_INSERT and so on; combined elements have one dtype.
 * Errors: as darr_array_fetch.
 */
int darr_array_put(darr_array *array,
                   int n,
                   const darr_index *indices,
                   int dtype,
                   const int64_t *strides,
                   const void *buffer,
                   int combine);

/* Assigns one array to another as NumPy's target[...] = source does: any two distributions over one communicator, views of
 * parts too. Where the source has extent 1, or no dimension, its elements repeat along the target's. Padding is neither read nor
 * written.
 *
 * Collective: each rank gets what its section needs once, however often it repeats it. Elements are converted as NumPy's
 * same_kind rule allows. Where the arrays share memory on some rank, all of the source is copied first, so that the result is
 * right too. A redistribution plan does the same again and again without the questions. A single number comes by
 * darr_array_fill.
 * @param target [in] The array that is written; whose call it is.
 * @param source [in] The array that is read.
 * @param order [in] Where dimensions are aligned when their numbers differ: DARR_ORDER_C at the last one, as NumPy does,
 * DARR_ORDER_F at the first one. It is not the memory order of either.
 * Errors: DARR_ERR_ARGUMENT for shapes that do not fit, another communicator, dtypes that do not convert, an index of an
 * unstructured dimension that the source does not have; DARR_ERR_UNSUPPORTED for a surplus dimension that is unstructured;
 * DARR_ERR_STATE where a begun plan is in the way; DARR_ERR_MISMATCH; DARR_ERR_MEMORY; DARR_ERR_MPI; DARR_ERR_COMM;
 * DARR_ERR_HANDLE.
 */
int darr_array_assign(darr_array *target,
                      const darr_array *source,
                      int order);

/* Makes a new array of the elements whose index in one dimension stands in a list, in the order of the list: NumPy's take. The
 * dimension becomes n long and is distributed in blocks over its coordinates of the process grid; the others stay as they are. This
 * is also the way to parts of unstructured dimensions.
 *
 * Collective: elements move along the one dimension only, with one message per pair of ranks. Free the array with
 * darr_array_free.
 * @param array [in] The array.
 * @param dim [in] The dimension; negative ones count from the end.
 * @param n [in] Number of indices, 0 or more.
 * @param indices [in] The list, the same on every rank, any index any number of times; negative ones count from the end, but for an
 * unstructured dimension. Read during the call only.
 * @param array_out [out] The new array, of the same dtype.
 * Errors: DARR_ERR_ARGUMENT for a dimension that there is not, an index outside of the array or that nobody owns;
 * DARR_ERR_STATE where a begun plan writes the array; DARR_ERR_MISMATCH for lists that differ; DARR_ERR_MEMORY;
 * DARR_ERR_MPI; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_array_take(const darr_array *array,
                    int dim,
                    int64_t n,
                    const int64_t *indices,
                    darr_array **array_out);

/* Makes a new array of one dimension from single elements: each rank's part of it are the elements at the rank's own list of global
 * indices, in its order.
 *
 * Collective: as darr_plan_gather, which serves where the same elements are wanted again. Free the array with darr_array_free.
 * @param array [in] The array.
 * @param n [in] Number of indices in this rank's list; 0 is fine.
 * @param indices [in] As for darr_plan_gather.
 * @param array_out [out] The new array, of the same dtype and as many elements as all lists together.
 * Errors: as darr_plan_gather; DARR_ERR_STATE where a begun plan writes the array; DARR_ERR_MPI.
 */
int darr_array_pick(const darr_array *array,
                    int64_t n,
                    const int64_t *indices,
                    darr_array **array_out);

/* Makes a new array of one dimension from the elements where a mask is true, in C order of the global index, the last dimension
 * fastest: NumPy's array[mask], and not the order of Fortran's pack. It is distributed in blocks over all ranks.
 *
 * Collective: each rank handles its share of the mask, of the order and of the result. Free the array with darr_array_free.
 * @param array [in] The array; indices of its unstructured dimensions lie between 0 and the extent.
 * @param mask [in] Truth values, an array of the same shape and any distribution.
 * @param array_out [out] The new array, of the array's dtype; of extent 0 where the mask is false everywhere.
 * Errors: DARR_ERR_ARGUMENT for another shape, a mask that is not bool or lives on another communicator, an unstructured dimension
 * whose indices are not those of an array; DARR_ERR_STATE where a begun plan writes either; DARR_ERR_MISMATCH;
 * DARR_ERR_MEMORY; DARR_ERR_MPI; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_array_mask(const darr_array *array,
                    const darr_array *mask,
                    darr_array **array_out);

/* Sorts an array of one dimension where it is, in ascending order, NaNs last, as NumPy's sort. The distribution stays, any one; of a
 * slice its elements alone move. Negative zeros come before the others, which NumPy leaves open. Ghosts are not updated.
 *
 * Collective: each rank sorts its own elements, a search over all of them finds where the ranks' shares meet, with messages as those
 * of a reduction, and each element travels once, to the rank that keeps it. Of cyclic and unstructured arrays they travel twice. Each rank
 * needs memory for a few times its own elements, whatever they are.
 * @param array [in] The array that is sorted, of real elements; indices of an unstructured one lie between 0 and the extent.
 * Errors: DARR_ERR_UNSUPPORTED for several dimensions or none, and for complex elements; DARR_ERR_ARGUMENT for an unstructured
 * array whose indices are not those of an array; DARR_ERR_STATE where a begun plan uses the array; DARR_ERR_MISMATCH;
 * DARR_ERR_MEMORY; DARR_ERR_MPI; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_array_sort(darr_array *array);

/* Gives the global indices of the elements in ascending order: NumPy's argsort with kind='stable', so that equal elements, all zeros
 * and all NaNs among them, stand in the order of their indices. darr_array_pick and gather plans bring the elements.
 *
 * Collective, as darr_array_sort.
 * @param array [in] The array, as for darr_array_sort; it is only read.
 * @param indices [in] Where the indices are written: an array of the same extent and any distribution over the same communicator, of an
 * integer type that holds the largest index.
 * @param base [in] The index of the first element: 0, or 1 as Fortran counts.
 * Errors: as darr_array_sort; DARR_ERR_ARGUMENT also for indices of another extent or communicator or of a type that does not
 * hold them; DARR_ERR_STATE where a begun plan writes the array or uses the indices.
 */
int darr_array_argsort(const darr_array *array,
                       darr_array *indices,
                       int base);

/* Gives quantiles of an array of one dimension on every rank, between neighbours in the sorted order by NumPy's method linear: 0.5 is
 * the median, 0 the minimum, 1 the maximum. The array is not sorted for it. If one element is NaN, all quantiles are. Where a quantile is
 * an element, or lies between two equal ones, it is that element, also beside an infinite one, of which NumPy makes NaN.
 *
 * Collective: messages as those of a reduction, up to 64 one after the other for each 128 positions; no elements travel.
 * @param array [in] The array, of real elements and any distribution.
 * @param n [in] Number of quantiles, 0 or more, the same on every rank.
 * @param q [in] Which part of the elements lies below each, 0 to 1, the same on every rank.
 * @param values_out [out] The n quantiles, computed in 64 bits whatever the type of the elements.
 * Errors: DARR_ERR_ARGUMENT for parts beyond 0 to 1 or NaN, an array without elements; DARR_ERR_UNSUPPORTED for several dimensions or
 * none, and for complex elements; DARR_ERR_STATE where a begun plan writes the array; DARR_ERR_MISMATCH; DARR_ERR_MEMORY;
 * DARR_ERR_MPI; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_array_quantiles(const darr_array *array,
                         int64_t n,
                         const double *q,
                         double *values_out);

/* Gives the different values of an array of one dimension, in ascending order: NumPy's unique. Zeros of both signs are one value,
 * and so are all NaNs.
 *
 * Collective: each rank tells of its own different values only, once, and equal ones meet on one rank. Free the new arrays with
 * darr_array_free.
 * @param array [in] The array, of real elements and any distribution.
 * @param base [in] The index of the first value in the inverse: 0, or 1 as Fortran counts.
 * @param values_out [out] The values: a new array of one dimension, in blocks over all ranks, of the array's dtype.
 * @param counts_out [out] How often each stands in the array: a new array as that of the values, of int64. NULL on every rank: not
 * wanted.
 * @param inverse_out [out] For each element the index of its value: a new array, distributed as the array, of int64. NULL on every rank:
 * not wanted.
 * Errors: DARR_ERR_UNSUPPORTED for several dimensions or none, and for complex elements; DARR_ERR_ARGUMENT; DARR_ERR_STATE where
 * a begun plan writes the array; DARR_ERR_MISMATCH also where some ranks want what others do not; DARR_ERR_MEMORY;
 * DARR_ERR_MPI; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_array_unique(const darr_array *array,
                      int base,
                      darr_array **values_out,
                      darr_array **counts_out,
                      darr_array **inverse_out);

/* Reduces whole arrays, any number of them at once: one pass over memory, and one message.
 * Padding does not count.
 *
 * Collective. The results are the same on every rank; two runs on one rank count give the same bits. Nothing is
 * written if one of the reductions fails, and a mistake of one rank is the error of all.
 * @param n [in] Number of reductions, the same on every rank. Whose call it is the first array says, whatever else is wrong:
 * only a rank that passes no reduction, or no live array in the first one, reports alone. 0 on every rank is fine.
 * @param reductions [in] What is asked for, with the place of each result.
 * Errors: DARR_ERR_ARGUMENT for the minimum or maximum of no elements or its place, a result that does not fit its dtype, arrays of
 * a dot product that are not compatible; DARR_ERR_UNSUPPORTED for those of complex elements, and for products and
 * variances in the reproducible mode;
 * DARR_ERR_COMM; DARR_ERR_HANDLE; DARR_ERR_MPI; DARR_ERR_MISMATCH for numbers of reductions that differ, in checked mode
 * for whatever differs.
 */
int darr_reduce(int n,
                const darr_reduction *reductions);

/* Begins reductions: adds up what this rank has and sends it without waiting for the others.
 *
 * Collective. The elements may be changed as soon as it returns; the places of the results must live until darr_reduce_end. Where
 * reductions are begun several times before they are ended, every rank ends them in one order.
 * @param n [in] Number of reductions, 1 or more.
 * @param reductions [in] What is asked for, as in darr_reduce; the structs are not used any more afterwards.
 * @param pending_out [out] The reductions under way; the caller ends them, and so frees them, with darr_reduce_end.
 * Errors: none of the reductions: what is wrong with them, of whatever rank, is told by darr_reduce_end on every rank. Alone with what
 * has no communicator, a rank that passes NULL, no reduction or no live first array reports at once: DARR_ERR_ARGUMENT,
 * DARR_ERR_HANDLE; then DARR_ERR_COMM; DARR_ERR_MPI; DARR_ERR_STATE while six calls on one communicator are not ended; in checked mode DARR_ERR_MISMATCH and the errors of the arguments.
 */
int darr_reduce_begin(int n,
                      const darr_reduction *reductions,
                      darr_pending **pending_out);

/* Ends reductions: waits for the other ranks, writes the results and frees the handle, whatever it returns.
 *
 * Collective. Errors: as darr_reduce.
 */
int darr_reduce_end(darr_pending *pending);

/* Gives up reductions that are begun, on every rank; nothing is written.
 *
 * Local; NULL is fine; works after MPI_Finalize. A program that goes on ends reductions instead: a message that nobody takes keeps its
 * memory.
 */
void darr_pending_free(darr_pending *pending);

/* One reduction of one array: darr_reduce without the structure. Not for dot products.
 *
 * Collective: one message.
 * @param array [in] The array.
 * @param op [in] DARR_SUM to DARR_COUNT_NONZERO.
 * @param dtype [in] Type of the result.
 * @param value_out [out] The result, on every rank.
 * Errors: as darr_reduce.
 */
int darr_array_reduce(const darr_array *array, int op, int dtype, void *value_out);

/* One element-wise function of arrays and numbers: darr_eval without a text.
 *
 * Local.
 * @param ufunc [in] DARR_ABSOLUTE to DARR_ANGLE.
 * @param n [in] Number of operands, as many as the function takes.
 * @param operands [in] What it is applied to; numbers may stand on either side.
 * @param out [out] The array that is written; it may be an operand. The result is converted to its type as NumPy's same_kind rule allows.
 * Errors: as darr_eval.
 */
int darr_ufunc(int ufunc,
               int n,
               const darr_operand *operands,
               darr_array *out);

/* Evaluates a formula for every element of an array: one pass over memory, without arrays for what is in between.
 *
 * The text has Python's operators and their precedence (** * / // % + - << >> & ^ | comparisons, not, and, or), calls of the
 * element-wise functions (darr_ufunc) and casts (float32(x)) by NumPy's names, numbers (2, 0.5, 1e-3, 1j, True) and the constants pi, e, inf and
 * nan; the names of the operands; i0, i1 ... for the global index of the element along dimension 0, 1 ... (from 0 in all languages) and n0, n1 ... for
 * the extents; u[1, 0] for the element of u one further along dimension 0: shifts read the halo. Types and values
 * are NumPy's: a number of the text takes the type of what it meets. Reductions (sum, prod, min, max, mean, var, std, any, all,
 * argmin, argmax, norm, dot, vdot, count_nonzero) stand for one number: u - mean(u).
 *
 * Operands broadcast to the shape of out. Their elements must lie on the rank that owns the result: compatible distributions, any memory
 * order, strides and padding. out may be an operand; its old values are read then, also where they are shifted.
 *
 * Local, unless the formula has reductions or an exchange is asked for: Collective then, with one message for all reductions that do not need
 * each other, and a mistake that one rank makes is every rank's error. The compiled formula is kept for the next call.
 * @param formula [in] The text.
 * @param n [in] Number of operands.
 * @param names [in] Their names: letters, digits and _, not beginning with a digit.
 * @param operands [in] What they stand for. An operand that the formula does not name is fine.
 * @param out [out] An array: its owned elements are written, its padding is not. The result is converted to its type as NumPy's same_kind rule
 * allows.
 * Errors: DARR_ERR_ARGUMENT for a text that is no formula (with the column), an unknown name (with the nearest known one), operands that do not broadcast or
 * are distributed otherwise, a shift beyond the halo, the minimum of no elements, a type that does not convert; DARR_ERR_UNSUPPORTED for a type that a function has no meaning for;
 * DARR_ERR_STATE while a plan that is begun writes what is read, or uses what is written; DARR_ERR_HANDLE; DARR_ERR_MEMORY; DARR_ERR_COMM;
 * DARR_ERR_MPI; DARR_ERR_MISMATCH.
 */
int darr_eval(const char *formula,
              int n,
              const char *const *names,
              const darr_operand *operands,
              darr_array *out);

/* darr_eval with options.
 *
 * Local or Collective as darr_eval and the options say.
 * @param formula [in] The text.
 * @param n [in] Number of operands.
 * @param names [in] Their names.
 * @param operands [in] What they stand for.
 * @param options [in] NULL: the defaults.
 * @param out [out] The array that is written.
 * Errors: as darr_eval; with an exchange also those of darr_plan_halo.
 */
int darr_eval_with(const char *formula,
                   int n,
                   const char *const *names,
                   const darr_operand *operands,
                   const darr_eval_options *options,
                   darr_array *out);

/* Values of formulas that are one number each, on every rank: reductions, and what is computed from them, such as
 * sqrt(mean(ux**2 + uy**2)) or max(abs(a - b)). All of them share one pass over memory, in which each operand is read once, and one
 * message; reductions that need the results of others (mean((u - mean(u))**2)) take another one of each.
 *
 * Collective. The values are the same on every rank; two runs on one rank count give the same bits.
 * @param nformulas [in] Number of formulas.
 * @param formulas [in] Their texts, as for darr_eval. A reduction is over all elements of the arrays in it, which broadcast to the shape of one
 * of them; i0 refers to them, n0 to the first array of the operands. Values that every rank has count once.
 * @param n [in] Number of operands, one array at least.
 * @param names [in] Their names.
 * @param operands [in] What they stand for.
 * @param dtype [in] Type of the values, to which they are converted.
 * @param values_out [out] One value for each formula.
 * Errors: as darr_eval; DARR_ERR_ARGUMENT for a formula that has a value for each element.
 */
int darr_eval_values(int nformulas,
                     const char *const *formulas,
                     int n,
                     const char *const *names,
                     const darr_operand *operands,
                     int dtype,
                     void *values_out);

/* darr_eval_with of a formula as a list of steps, which needs no text and no names: what operators of other languages make.
 *
 * Local or Collective as darr_eval and the options say.
 * @param n [in] Number of steps.
 * @param nodes [in] The steps in postfix order; they leave one value.
 * @param options [in] NULL: the defaults.
 * @param out [out] The array that is written.
 * Errors: as darr_eval_with, with the number of the step from 0.
 */
int darr_eval_nodes(int n,
                    const darr_node *nodes,
                    const darr_eval_options *options,
                    darr_array *out);

/* darr_eval_values of formulas as lists of steps.
 *
 * Collective.
 * @param nformulas [in] Number of formulas.
 * @param lengths [in] Number of steps of each.
 * @param nodes [in] The steps, one formula after the other.
 * @param dtype [in] Type of the values.
 * @param values_out [out] One value for each formula.
 * Errors: as darr_eval_values.
 */
int darr_eval_values_nodes(int nformulas,
                           const int *lengths,
                           const darr_node *nodes,
                           int dtype,
                           void *values_out);

/* Fills an array with random real numbers of [low, high), all equally probable: multiples of 2^-53 of the interval's length, of
 * 2^-24 in DARR_FLOAT32. The parts of complex elements are independent. Ghosts are not updated.
 *
 * Local: every rank fills what it owns, without a message, and checks the same whatever it owns.
 * @param array [in] The array, real or complex.
 * @param random [in] Which numbers; NULL: the defaults.
 * @param low [in] Least number.
 * @param high [in] End of the interval, low or more; with low itself every element is low.
 * Errors: DARR_ERR_ARGUMENT for an end below low, numbers that are not finite or beyond the dtype, a part that is not inside the
 * global array, a global array of 2^63 elements or more; DARR_ERR_UNSUPPORTED for integers and truth values; DARR_ERR_STATE
 * where a begun plan uses the elements; DARR_ERR_HANDLE.
 */
int darr_random_uniform(darr_array *array,
                        const darr_random *random,
                        double low,
                        double high);

/* Fills an array with random numbers of the normal distribution. Neighbours in pairs of numbers are independent too (Box and
 * Muller's method); the farthest from the mean are 8.5 deviations away, 6.5 in DARR_FLOAT32. Ghosts are not updated.
 *
 * Local: as darr_random_uniform.
 * @param array [in] The array, real or complex, each part with this mean and deviation.
 * @param random [in] Which numbers; NULL: the defaults.
 * @param mean [in] Mean.
 * @param deviation [in] Standard deviation, 0 or more.
 * Errors: DARR_ERR_ARGUMENT for a negative deviation, numbers that are not finite or beyond the dtype; others as
 * darr_random_uniform.
 */
int darr_random_normal(darr_array *array,
                       const darr_random *random,
                       double mean,
                       double deviation);

/* Fills an array with random numbers of the exponential distribution, 0 or more. Ghosts are not updated.
 *
 * Local: as darr_random_uniform.
 * @param array [in] The array, real or complex.
 * @param random [in] Which numbers; NULL: the defaults.
 * @param scale [in] Mean, 0 or more; the inverse of the rate.
 * Errors: DARR_ERR_ARGUMENT for a negative scale, one that is not finite or beyond the dtype; others as darr_random_uniform.
 */
int darr_random_exponential(darr_array *array,
                            const darr_random *random,
                            double scale);

/* Fills an array with random numbers of the beta distribution, from 0 to 1 with a density of x^(a-1) (1-x)^(b-1). Ghosts are not
 * updated.
 *
 * Local: as darr_random_uniform.
 * @param array [in] The array, real or complex.
 * @param random [in] Which numbers; NULL: the defaults.
 * @param a [in] First parameter, above 0 (1e-300 at least).
 * @param b [in] Second parameter, as a.
 * Errors: DARR_ERR_ARGUMENT for a parameter that is not positive and finite; others as darr_random_uniform.
 */
int darr_random_beta(darr_array *array,
                     const darr_random *random,
                     double a,
                     double b);

/* Fills an array with random integers of [low, high), all equally probable within 2^-32. Ghosts are not updated.
 *
 * Local: as darr_random_uniform.
 * @param array [in] The array, of integers, truth values or real numbers.
 * @param random [in] Which numbers; NULL: the defaults.
 * @param low [in] Least integer.
 * @param high [in] End of the interval, itself not included.
 * Errors: DARR_ERR_ARGUMENT for an interval without an integer, integers that the dtype does not hold; DARR_ERR_UNSUPPORTED for
 * complex elements; others as darr_random_uniform.
 */
int darr_random_integers(darr_array *array,
                         const darr_random *random,
                         int64_t low,
                         int64_t high);

/* Fills an array of one dimension with a random permutation of the indices of the global array: each of them once, made element
 * by element. Ghosts are not updated.
 *
 * Local: as darr_random_uniform.
 * @param array [in] The array, of integers that hold all indices.
 * @param random [in] Which permutation; NULL: the defaults.
 * @param base [in] The first index: of n elements those from base to base + n - 1 are permuted.
 * Errors: DARR_ERR_ARGUMENT for another number of dimensions, integers that are too small; DARR_ERR_UNSUPPORTED for what are no
 * integers; others as darr_random_uniform.
 */
int darr_random_permutation(darr_array *array,
                            const darr_random *random,
                            int64_t base);

/* Calls a function of the program once on every rank, also on those that own nothing, with the rank's sections of several arrays:
 * address, strides, extents, padding and global indices. The arrays may be distributed in different ways.
 *
 * The function is called on the thread of the caller. It may read and write the sections, padding included, and call Local functions
 * of the library, also on these arrays; it makes no collective call, and does not throw or jump out. Nobody's ghosts are updated.
 * Arrays that it frees stay alive until the call returns. In dimensions that are neither block nor whole (contiguous is 0)
 * darr_dist_indices gives the global indices. To set a field to the number of its row:
 *
 *   static int rows(int n, const darr_view *const *views, void *context)
 *   {
 *       const darr_view *v = views[0];
 *       for (int64_t i = v->owned_lo[0]; i < v->owned_hi[0]; i++)
 *           for (int64_t j = v->owned_lo[1]; j < v->owned_hi[1]; j++)
 *               *(double *)((char *)v->base + i * v->strides[0] + j * v->strides[1]) = v->global_lo[0] + i;
 *       return 0;
 *   }
 *   code = darr_apply(1, &field, rows, NULL);
 *
 * Collective: the ranks agree at the end, in one small message. What the function of any rank reports is every rank's
 * DARR_ERR_CALLBACK, with the lowest such rank and its number in the text; functions of other ranks have run then.
 * @param n [in] Number of arrays, 1 or more. The first one says whose call it is: only a rank that passes no live array there
 * reports alone.
 * @param arrays [in] The arrays, over one communicator.
 * @param function [in] The function of this rank; ranks may pass different ones.
 * @param context [in] What the function gets; NULL is fine.
 * Errors: DARR_ERR_CALLBACK; DARR_ERR_ARGUMENT; DARR_ERR_MISMATCH for arrays that differ between ranks, found before any function
 * is called in checked mode only; DARR_ERR_MEMORY; DARR_ERR_MPI; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_apply(int n,
               darr_array *const *arrays,
               darr_apply_function function,
               void *context);

/* Sets every owned element of an array to what a function of the program gives for its global index: any distribution, padding left
 * alone.
 *
 * The function is called on the thread of the caller, for one element after the other in the memory order of the distribution, each
 * on its owner. It may call Local functions of the library, also on this array, makes no collective call, and does not
 * throw or jump out.
 *
 * Collective: as darr_apply; after a failure the elements before it are set.
 * @param array [in] The array.
 * @param dtype [in] Type of the function's values, converted as NumPy's same_kind rule allows; an integer must fit.
 * @param function [in] The function of this rank.
 * @param context [in] What the function gets; NULL is fine.
 * Errors: DARR_ERR_CALLBACK; DARR_ERR_ARGUMENT for a dtype that is unknown or does not convert; DARR_ERR_STATE where a begun plan
 * uses the array; DARR_ERR_MISMATCH; DARR_ERR_MPI; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_array_from_function(darr_array *array,
                             int dtype,
                             darr_element_function function,
                             void *context);

/* Reduces arrays in a way of the program's own: a function makes a part of each rank's sections, also of a rank that owns nothing,
 * and another one combines the parts of two groups of ranks until one is left.
 *
 * Parts are combined in the order of the ranks, (0 with 1) with (2 with 3) and so on, the same way in every run at one rank count, so
 * that the combination need not be commutative, and associative only for results that do not depend on the rank count. Several ranks
 * make the same combination: for the same result on every rank it depends on the two parts alone. What darr_apply says of its
 * function holds for both.
 *
 * Collective: one message of this many bytes and a small one for the agreement.
 * @param n [in] Number of arrays, 1 or more, as for darr_apply.
 * @param arrays [in] The arrays, over one communicator.
 * @param bytes [in] Size of a part, 1 or more, the same on every rank.
 * @param local [in] Makes the part of this rank.
 * @param combine [in] Combines two parts.
 * @param context [in] What both functions get; NULL is fine.
 * @param result_out [out] The last part, on every rank. Nothing is written on failure.
 * Errors: as darr_apply; DARR_ERR_MISMATCH also for sizes that differ.
 */
int darr_reduce_with(int n,
                     const darr_array *const *arrays,
                     int64_t bytes,
                     darr_partial_function local,
                     darr_combine_function combine,
                     void *context,
                     void *result_out);

/* Reduces an array over some of its dimensions into another array: out has the elements that the others leave.
 *
 * Collective: messages among the ranks that share a part of the result, and two agreements. Two runs on one rank count give the
 * same bits.
 * @param array [in] The array.
 * @param op [in] DARR_SUM to DARR_COUNT_NONZERO but a dot product; the place of an extreme is counted in row-major order of the
 * reduced dimensions alone.
 * @param n_dims [in] Number of dimensions to reduce; 0 reduces nothing.
 * @param dims [in] Which; negative ones count from the end.
 * @param options [in] NULL for the defaults.
 * @param out [in] The array for the result, on what darr_dist_reduce makes of the distribution of the array, or
 * darr_dist_reduce_keeping; its dtype is that of the values, to which they are converted. Its memory is another one.
 * Errors: DARR_ERR_ARGUMENT for a dimension that does not exist or is named twice, a result that is distributed otherwise, the
 * extreme of no elements, values that do not fit their dtype; DARR_ERR_UNSUPPORTED for the extreme of complex elements;
 * DARR_ERR_MEMORY; DARR_ERR_MISMATCH for ranks that ask for different reductions; DARR_ERR_COMM; DARR_ERR_HANDLE;
 * DARR_ERR_MPI.
 */
int darr_array_reduce_dims(const darr_array *array,
                           int op,
                           int n_dims,
                           const int *dims,
                           const darr_reduce_options *options,
                           darr_array *out);

/* As darr_array_reduce_dims, with the whole result on every rank, packed in row-major order.
 *
 * Collective: in addition one message of the size of the result for each doubling of the rank count.
 * @param dtype [in] Type of the values.
 * @param n_values [in] Number of values that there is room for: that of the elements of the result.
 * @param values_out [out] The values.
 * Errors: as darr_array_reduce_dims; DARR_ERR_ARGUMENT for another number of values.
 */
int darr_array_reduce_dims_everywhere(const darr_array *array,
                                      int op,
                                      int n_dims,
                                      const int *dims,
                                      const darr_reduce_options *options,
                                      int dtype,
                                      int64_t n_values,
                                      void *values_out);

/* The sums of the elements of an array up to each one along a dimension.
 *
 * Collective: the ranks along the dimension tell each other the sums of their blocks. Integers are summed in 64 bits. Two runs on
 * one rank count give the same bits. Memory of the size of the rank's elements in the type of the sum is used meanwhile.
 * @param array [in] The array.
 * @param dim [in] The dimension; negative ones count from the end.
 * @param out [in] The array for the sums, compatible with the first one, which it may be.
 * Errors: DARR_ERR_ARGUMENT for a dimension that does not exist, an array that is distributed otherwise or shares some memory with
 * the first one, a dtype that does not hold the sums; DARR_ERR_UNSUPPORTED for an unstructured dimension; DARR_ERR_MEMORY;
 * DARR_ERR_MISMATCH for ranks that ask for different sums; DARR_ERR_COMM; DARR_ERR_HANDLE; DARR_ERR_MPI.
 */
int darr_array_cumsum(const darr_array *array,
                      int dim,
                      darr_array *out);

/* How many elements fall into each of some bins of one width, as numpy.histogram counts them: a bin has its lower edge, the last one
 * its upper edge too. Elements outside, and NaN, do not count. An empty range is widened by 1/2 on both sides.
 *
 * Collective: an agreement and one message.
 * @param array [in] The array.
 * @param bins [in] Number of bins.
 * @param low [in] Lower edge of the first bin.
 * @param high [in] Upper edge of the last bin.
 * @param counts_out [out] A count for each bin, on every rank.
 * Errors: DARR_ERR_ARGUMENT for no bins, or a range that does not ascend or is not finite; DARR_ERR_UNSUPPORTED for complex
 * elements; DARR_ERR_MISMATCH for ranks that ask for different bins; DARR_ERR_MEMORY; DARR_ERR_COMM; DARR_ERR_HANDLE;
 * DARR_ERR_MPI.
 */
int darr_array_histogram(const darr_array *array,
                         int64_t bins,
                         double low,
                         double high,
                         int64_t *counts_out);

/* As darr_array_histogram, with bins of any widths.
 *
 * Collective: an agreement and one message.
 * @param array [in] The array.
 * @param n_edges [in] Number of edges, one more than bins.
 * @param edges [in] The edges, in ascending order.
 * @param counts_out [out] A count for each bin, on every rank.
 * Errors: as darr_array_histogram; DARR_ERR_ARGUMENT for fewer than two edges, or edges that do not ascend.
 */
int darr_array_histogram_edges(const darr_array *array,
                               int64_t n_edges,
                               const double *edges,
                               int64_t *counts_out);

/* Checks a descriptor against every rule of distarray_protocol.h that concerns one rank alone. Local.
 *
 * The memory of the elements is not touched; the arrays that the descriptor points to are read.
 *
 * @param descriptor [in] a live descriptor; it stays as it is
 *
 * Errors: DARR_ERR_PROTOCOL with a text that names dimension, key, value and what is allowed; DARR_ERR_STATE for a
 * descriptor that was released or moved; DARR_ERR_UNSUPPORTED for another major version, a device other than the CPU,
 * or reserved fields that are not zero; DARR_ERR_ARGUMENT for NULL; DARR_ERR_MEMORY.
 */
int darr_protocol_check(const darr_protocol *descriptor);

/* Checks the descriptors of all ranks: each by itself as darr_protocol_check does, and the rules between ranks: that the
 * ranks inside fill the process grid, blocks follow each other, padding matches that of the neighbour, ranks of one
 * grid coordinate say the same, and indices add up. Collective.
 *
 * Two small reductions, and one gathering of all that the descriptors say, index lists included: it costs memory in
 * proportion to the number of ranks and to the lists.
 *
 * @param comm [in] Fortran handle of the communicator whose ranks hold the array
 * @param descriptor [in] this rank's descriptor; it stays as it is
 *
 * Errors, the same on every rank: those of darr_protocol_check on any rank; DARR_ERR_PROTOCOL with a text that names the
 * dimension and the ranks or grid coordinates; DARR_ERR_MISMATCH for different dtypes or numbers of dimensions;
 * DARR_ERR_MPI. DARR_ERR_COMM is reported by the rank whose communicator is invalid alone.
 */
int darr_protocol_check_all(int comm,
                            const darr_protocol *descriptor);

/* Plans a halo exchange: at each run the ghosts of several arrays, of any distributions over one communicator, are filled from
 * their owners, with one message per neighbour for all of the arrays.
 *
 * Collective. Widths may exceed what a neighbour owns: the elements then come from the ranks behind it. The plan keeps
 * arrays of the library's memory alive; borrowed memory must outlive it. Free the plan with darr_plan_free.
 * @param n [in] Number of arrays, 1 or more. Whose call it is the first array says, whatever else is wrong: only a rank that
 * passes none, or no live one, reports alone.
 * @param arrays [in] The arrays.
 * @param options [in] NULL for the defaults; they hold for every array.
 * @param plan_out [out] The plan.
 * Errors: DARR_ERR_ARGUMENT for no array, arrays that share memory, arrays of different communicators,
 * widths beyond the padding of one of them, widths or directions that do not fit the dimensions of one; edges of a dimension
 * that is periodic or does not exist, two at one place, edges with accumulate, or filled from elements that are neither owned
 * by the rank that has the layers nor among its ghosts;
 * DARR_ERR_MISMATCH for arguments that differ between ranks; DARR_ERR_MEMORY; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_plan_halo(int n,
                   darr_array *const *arrays,
                   const darr_halo_options *options,
                   darr_plan **plan_out);

/* Plans a redistribution: at each run the owned elements of source i are brought to the owned elements of target i with
 * the same global index, or the index with its entries permuted, or the same place in the sequence of all, with one message per
 * pair of ranks for all of the arrays. Padding is neither read nor written.
 *
 * Collective. All sources have one distribution and all targets another, of the same communicator and of shapes that fit, with any
 * maps. Elements are converted to the target's dtype as NumPy's same_kind rule allows; combined ones have one dtype. The plan keeps
 * arrays of the library's memory alive; borrowed memory must outlive it. Free the plan with darr_plan_free.
 * @param n [in] Number of sources and of targets, 1 or more. Whose call it is the first source says, as for darr_plan_halo.
 * @param sources [in] The arrays that are read.
 * @param targets [in] The arrays that are written.
 * @param options [in] NULL for the defaults.
 * @param plan_out [out] The plan.
 * Errors: DARR_ERR_ARGUMENT for shapes, dtypes or distributions that do not fit, axes that are no permutation or
 * given for a reshape, memory that sources and targets share, an index of an unstructured dimension that the other end does not
 * have or, for a reshape, that is no place in its extent; DARR_ERR_MISMATCH; DARR_ERR_MEMORY, also for a reshape that cuts a
 * rank's rows into more than 2^24 pieces without a pattern; DARR_ERR_UNSUPPORTED for a structure of a later version;
 * DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_plan_redistribute(int n,
                           const darr_array *const *sources,
                           darr_array *const *targets,
                           const darr_move_options *options,
                           darr_plan **plan_out);

/* As darr_plan_redistribute, where sources and targets live on different communicators, which may overlap, be equal or have no
 * rank in common: elements go from a part of a program to another.
 *
 * Collective over comm, which has all ranks of both. The plan's runs are collective over it too; what becomes of the arrays'
 * own communicators afterwards does not matter to them. Each rank of the sources' communicator passes all sources, and so for the
 * targets. Set-up sends the description of both ends to all ranks; each run begins with
 * an agreement of all, by which they hear of a begun plan that is in the way of one.
 * @param comm [in] Fortran handle of the communicator; darr_plan_redistribute_between_mpi takes an MPI_Comm.
 * @param n [in] Number of sources and of targets, 1 or more; also 0 on a rank outside of both communicators.
 * @param sources [in] The arrays that are read. A rank outside of their communicator passes NULL, or NULL for each.
 * @param targets [in] The arrays that are written, likewise.
 * @param options [in] NULL for the defaults. The axes are read on ranks that pass sources; the rest is the same on all.
 * @param plan_out [out] The plan.
 * Errors: as darr_plan_redistribute, and DARR_ERR_ARGUMENT where no rank passes sources or targets, where one that is in their
 * communicator does not, or where that has ranks which comm has not; DARR_ERR_MISMATCH for ends that differ between ranks;
 * DARR_ERR_HANDLE also for NULL among arrays; DARR_ERR_COMM also where the communicator of an array has been freed.
 */
int darr_plan_redistribute_between(int comm,
                                   int n,
                                   const darr_array *const *sources,
                                   darr_array *const *targets,
                                   const darr_move_options *options,
                                   darr_plan **plan_out);

/* Plans to gather elements at any global indices: at each run value k of the calling rank becomes the element of the array at index
 * k of its list. An index may stand in any list, any number of times.
 *
 * Collective: the ranks first tell the owners which elements they mean, with one message for each. Each rank passes its own list.
 * Elements are converted to the values' dtype as NumPy's same_kind rule allows. The plan keeps arrays of the library's memory
 * alive; borrowed memory must outlive it. Free the plan with darr_plan_free.
 * @param array [in] The array, of any number of dimensions and any maps.
 * @param n [in] Number of indices in this rank's list.
 * @param indices [in] For each index one entry per dimension of the array, one after the other; negative ones count from the end,
 * but for unstructured dimensions. Read during the call only.
 * @param values [in] Where the elements go: an array of one dimension on the same communicator, of which this rank owns n elements.
 * @param plan_out [out] The plan.
 * Errors: DARR_ERR_ARGUMENT for an index outside of the array, or that nobody owns, a number of values other than n, values that
 * share memory with the array, dtypes that do not convert; DARR_ERR_MISMATCH; DARR_ERR_MEMORY; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_plan_gather(const darr_array *array,
                     int64_t n,
                     const int64_t *indices,
                     darr_array *values,
                     darr_plan **plan_out);

/* Plans to scatter values to any global indices: at each run value k of the calling rank goes to the element of the array at index k
 * of its list. Where an index stands in several lists, or several times in one, the values combine in the order of the ranks and
 * then of the list, in every run; of inserted ones the last stays.
 *
 * Collective, as darr_plan_gather.
 * @param array [in] The array that is written, of any number of dimensions and any maps.
 * @param n [in] Number of indices in this rank's list.
 * @param indices [in] As for darr_plan_gather.
 * @param values [in] An array of one dimension on the same communicator, of which this rank owns n elements.
 * @param combine [in] DARR_COMBINE_INSERT and so on; combined elements have one dtype.
 * @param plan_out [out] The plan.
 * Errors: as darr_plan_gather.
 */
int darr_plan_scatter(darr_array *array,
                      int64_t n,
                      const int64_t *indices,
                      const darr_array *values,
                      int combine,
                      darr_plan **plan_out);

/* Begins a run: sends what the other ranks need and returns without waiting for them.
 *
 * Collective. Until darr_plan_end the elements that are sent may be read but not written, and those that are filled
 * are undefined. Errors: DARR_ERR_STATE for a plan that is begun already or failed half way, and while another plan that is begun
 * writes what this one reads or writes, or reads what this one writes, of one array; views count as arrays of their own.
 * DARR_ERR_MPI; DARR_ERR_COMM; DARR_ERR_HANDLE; in checked mode DARR_ERR_MISMATCH.
 */
int darr_plan_begin(darr_plan *plan);

/* Ends a run: returns when this rank's elements have arrived and nobody reads its memory any more.
 *
 * Collective. With a callback at an edge it also waits for the other ranks to come as far, and what a callback of any
 * rank reports is every rank's DARR_ERR_CALLBACK; the plan can be run again. Errors: DARR_ERR_STATE for a plan that is not
 * begun; DARR_ERR_CALLBACK; DARR_ERR_MPI; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_plan_end(darr_plan *plan);

/* darr_plan_begin and darr_plan_end in one call, with the errors of both.
 *
 * Collective.
 */
int darr_plan_run(darr_plan *plan);

/* Takes what has arrived since darr_plan_begin and tells whether darr_plan_end would return without waiting (1) or not (0),
 * apart from its agreement on callbacks; 1 also for a plan that is not begun. Called now and then while the program computes,
 * it moves the run on.
 *
 * Local, though others may wait for it. Errors: DARR_ERR_STATE for a plan that failed half way; DARR_ERR_MPI;
 * DARR_ERR_COMM; DARR_ERR_HANDLE; DARR_ERR_ARGUMENT.
 */
int darr_plan_test(darr_plan *plan,
                   int *done_out);

/* Frees a plan. One that is begun gives up its messages: until the other ranks have ended or freed theirs, MPI may still read borrowed
 * memory of the arrays, which must stay as long.
 *
 * Local; NULL is fine; works after MPI_Finalize.
 */
void darr_plan_free(darr_plan *plan);

/* What a plan does on the calling rank at each run: messages, bytes and the way that they take.
 *
 * Local.
 * @param plan [in] The plan.
 * @param info_out [in, out] Its size is set by the caller; the rest is filled in.
 * Errors: DARR_ERR_HANDLE; DARR_ERR_ARGUMENT.
 */
int darr_plan_describe(const darr_plan *plan, darr_plan_info *info_out);

/* One of a plan's messages of the calling rank, ascending by the other rank.
 *
 * Local.
 * @param plan [in] The plan.
 * @param direction [in] DARR_SENDS or DARR_RECEIVES.
 * @param number [in] 0 to the number of these that darr_plan_describe gives, less one.
 * @param neighbour_out [in, out] Its size is set by the caller; the rest is filled in.
 * Errors: DARR_ERR_ARGUMENT for a number that is out of range; DARR_ERR_HANDLE.
 */
int darr_plan_neighbour(const darr_plan *plan,
                        int direction,
                        int64_t number,
                        darr_neighbour *neighbour_out);

/* What darr_plan_describe and darr_plan_neighbour tell, as lines of English text: for people, in no fixed form.
 *
 * Local.
 * @param plan [in] The plan.
 * @param bytes [in] Room at text_out; darr_plan_describe gives how much is needed.
 * @param text_out [out] The text, terminated. Untouched if there is too little room.
 * Errors: DARR_ERR_ARGUMENT for too little room; DARR_ERR_HANDLE.
 */
int darr_plan_text(const darr_plan *plan, int64_t bytes, char *text_out);

/* Opens an HDF5 file with all ranks of a communicator.
 *
 * One file holds global arrays in canonical order, without padding, for any number of ranks and any distribution; h5py and
 * other HDF5 programs read it, and files that they wrote are read here. An array of shape s in C order is a dataset of the
 * dimensions s, one in Fortran order has them reversed, as HDF5's own Fortran interface does. Complex numbers are compounds
 * {r, i}, booleans the enumeration {FALSE, TRUE}, both as h5py has them.
 *
 * DARR_CREATE writes beside the file that path names (symbolic links are followed), reserves space on the disk before
 * it writes, and gives the file its name in darr_file_close, if every save before succeeded on all ranks. Until then, and
 * after any failure, a file of that name is untouched. The temporary's name begins with a dot and ends in ".part"; it stays
 * behind only if the program is killed. DARR_UPDATE works in place and is not safe against a crash while it writes.
 * One process group at a time may write to a file.
 *
 * HDF5 itself serves one thread of a process at a time: calls with files come from one thread, or one after the other.
 *
 * Collective. Free the file with darr_file_close. Files that are open when the communicator is freed or MPI finalised are
 * closed; those made with DARR_CREATE are then given up.
 * @param comm [in] Fortran handle of the communicator; arrays of the same communicator are saved and loaded.
 * @param path [in] name of the file, the same on all ranks; it must lie where all of them reach it.
 * @param mode [in] DARR_READ, DARR_CREATE or DARR_UPDATE.
 * @param file_out [out] the file.
 * Errors: DARR_ERR_IO for a missing directory or file, missing permission, a file in use; DARR_ERR_FORMAT for a file that is
 * not HDF5, truncated or damaged; DARR_ERR_ARGUMENT for an unknown mode or an empty path; DARR_ERR_MISMATCH;
 * DARR_ERR_UNSUPPORTED in a build without HDF5, and in a program that takes a part of HDF5's functions from a serial HDF5;
 * DARR_ERR_COMM; DARR_ERR_MPI.
 */
int darr_file_open(int comm,
                   const char *path,
                   int mode,
                   darr_file **file_out);

/* Saves the owned elements of an array as a dataset. Groups in the dataset's name, as in "fields/density", are made.
 *
 * An existing dataset of the array's shape and element type is overwritten; of another it is an error.
 *
 * Collective; every rank takes part, also those that own nothing. Costs memory for at most 32 MiB of elements on each rank,
 * none where the owned elements lie without gaps in the order of the file.
 * @param file [in] opened with DARR_CREATE or DARR_UPDATE.
 * @param dataset [in] the dataset's name.
 * @param array [in] an array of the file's communicator, of any maps; indices of unstructured dimensions must lie in 0..extent.
 * Errors: DARR_ERR_IO for a full disk or a failing one: a file made with DARR_CREATE then cannot be completed any more, in one
 * opened with DARR_UPDATE the dataset's elements are undefined; DARR_ERR_FORMAT for a dataset of another shape or type, and for
 * a group of that name; DARR_ERR_ARGUMENT for a name that is none, an array of another communicator; DARR_ERR_UNSUPPORTED for
 * unstructured indices outside of the extent; DARR_ERR_STATE for a file opened with DARR_READ or one that failed before;
 * DARR_ERR_MEMORY; DARR_ERR_MISMATCH; DARR_ERR_COMM; DARR_ERR_MPI; DARR_ERR_HANDLE.
 */
int darr_file_save(darr_file *file,
                   const char *dataset,
                   const darr_array *array);

/* Loads the owned elements of an array from a dataset of its shape and element type, whatever the number of ranks and the
 * distribution that wrote it. Padding is left alone.
 *
 * Nothing is transposed: a dataset whose dimensions are reversed is an error that says so. Neither are elements converted to
 * another type; another byte order is.
 *
 * Collective; every rank takes part, also those that own nothing. Memory as in darr_file_save. After an error the owned
 * elements are undefined.
 * @param file [in] opened in any mode.
 * @param dataset [in] the dataset's name.
 * @param array [in] where the elements go.
 * Errors: DARR_ERR_FORMAT for a dataset that is missing, of another shape or type, or damaged; others as darr_file_save.
 */
int darr_file_load(darr_file *file,
                   const char *dataset,
                   darr_array *array);

/* Tells element type and shape of a dataset.
 *
 * Collective.
 * @param file [in] opened in any mode.
 * @param dataset [in] the dataset's name.
 * @param order [in] DARR_ORDER_C or DARR_ORDER_F: memory order of the array that is to be loaded, which decides the order of its
 * dimensions.
 * @param dtype_out [out] element type.
 * @param ndim_out [out] number of dimensions.
 * @param shape_out [out] that many extents; room for DARR_MAX_NDIM.
 * Errors: DARR_ERR_FORMAT for a dataset that is missing or that no array can hold; DARR_ERR_ARGUMENT; DARR_ERR_MISMATCH;
 * DARR_ERR_STATE; DARR_ERR_COMM; DARR_ERR_MPI; DARR_ERR_HANDLE.
 */
int darr_file_describe(darr_file *file,
                       const char *dataset,
                       int order,
                       int *dtype_out,
                       int *ndim_out,
                       int64_t *shape_out);

/* Sets an attribute of a dataset, of a group or of the file ("/") to a number or a list of numbers, in place of one of the
 * same name.
 *
 * Collective; all ranks pass the same values.
 * @param file [in] opened with DARR_CREATE or DARR_UPDATE.
 * @param object [in] name of a dataset or group that exists; "/" for the file.
 * @param name [in] name of the attribute.
 * @param dtype [in] element type of the values.
 * @param n [in] number of values of a list; negative: a single value that is no list.
 * @param values [in] the values, packed.
 * Errors: DARR_ERR_FORMAT where there is no such dataset or group; DARR_ERR_UNSUPPORTED for 63 KiB and more, which belong into a
 * dataset; DARR_ERR_IO; DARR_ERR_ARGUMENT; DARR_ERR_MISMATCH for values that differ between ranks; DARR_ERR_STATE; DARR_ERR_COMM;
 * DARR_ERR_MPI; DARR_ERR_HANDLE.
 */
int darr_file_set_attribute(darr_file *file,
                            const char *object,
                            const char *name,
                            int dtype,
                            int64_t n,
                            const void *values);

/* Reads an attribute. Its values are converted where dtype holds every value of the stored type, as NumPy's "safe" casting
 * has it: int32 to int64 or float64, not the other way.
 *
 * Collective; every rank has the values.
 * @param file [in] opened in any mode.
 * @param object [in] name of a dataset or group; "/" for the file.
 * @param name [in] name of the attribute.
 * @param dtype [in] element type of the values that are wanted.
 * @param n [in] number of values, which must be that of the attribute; negative: a single one.
 * @param values_out [out] the values, packed.
 * Errors: DARR_ERR_FORMAT for an attribute, dataset or group that is missing, of another type or number; DARR_ERR_ARGUMENT;
 * DARR_ERR_MEMORY; DARR_ERR_MISMATCH; DARR_ERR_STATE; DARR_ERR_COMM; DARR_ERR_MPI; DARR_ERR_HANDLE.
 */
int darr_file_get_attribute(darr_file *file,
                            const char *object,
                            const char *name,
                            int dtype,
                            int64_t n,
                            void *values_out);

/* Sets an attribute of a dataset, of a group or of the file ("/") to a text, in place of one of the same name.
 *
 * Collective; all ranks pass the same text.
 * @param file [in] opened with DARR_CREATE or DARR_UPDATE.
 * @param object [in] name of a dataset or group that exists; "/" for the file.
 * @param name [in] name of the attribute.
 * @param text [in] the text, in UTF-8.
 * Errors: as darr_file_set_attribute.
 */
int darr_file_set_text(darr_file *file, const char *object, const char *name, const char *text);

/* Reads a text from an attribute.
 *
 * Collective; every rank has the text.
 * @param file [in] opened in any mode.
 * @param object [in] name of a dataset or group; "/" for the file.
 * @param name [in] name of the attribute.
 * @param bytes [in] room at text_out, for the text and the zero byte at its end.
 * @param text_out [out] the text, terminated. Untouched if there is too little room.
 * Errors: DARR_ERR_ARGUMENT for too little room, with the room that is needed in its text; others as
 * darr_file_get_attribute.
 */
int darr_file_get_text(darr_file *file, const char *object, const char *name, int64_t bytes, char *text_out);

/* Completes and closes a file: everything reaches the disk, and a file made with DARR_CREATE takes its place, if every save
 * before succeeded on all ranks. Otherwise it is given up, and what it was to replace stays as it was.
 *
 * Collective. The handle is gone whatever the call returns, unless another thread is in a call with the file, which is
 * DARR_ERR_STATE and changes nothing.
 * @param file [in] the file.
 * Errors: DARR_ERR_IO for a full disk or a failing one; the error of an earlier call that the file could not be completed
 * after; DARR_ERR_FORMAT where the new file cannot be read back; DARR_ERR_STATE; DARR_ERR_MISMATCH; DARR_ERR_COMM; DARR_ERR_MPI;
 * DARR_ERR_HANDLE.
 */
int darr_file_close(darr_file *file);

/* Gives a file up: one made with DARR_CREATE disappears, and what it was to replace stays as it was. HDF5 keeps the file open
 * until all ranks have given it up and open another one, or until the communicator or MPI ends.
 *
 * Local; NULL is fine; works after MPI_Finalize.
 * @param file [in] the file.
 */
void darr_file_free(darr_file *file);

/* Draws a two-dimensional array, or a two-dimensional slice of one, as a PNG file: a quick look, not a figure.
 *
 * Collective. Rank 0 gathers the slice as 8-byte reals and draws it; every other rank sends at most one message. Owned
 * elements only, padding is not shown. Values that are not numbers have a colour that the map does not have: white in viridis,
 * red in gray, green in red-blue, turquoise in inferno. The file is written beside the one that it replaces and takes its
 * place when it is complete; after an error the former file is untouched.
 * @param array [in] of any real element type and two dimensions or more.
 * @param path [in] name of the file.
 * @param options [in] what is shown; NULL for the defaults.
 * Errors: DARR_ERR_ARGUMENT for an array of fewer than two dimensions, axes, an index, a range or a colour map that do not
 * exist, a picture of 2^31 pixels or more in one direction; DARR_ERR_UNSUPPORTED for complex elements (save a part or the
 * magnitude), for unstructured indices outside of the extent, for a structure of a later version; DARR_ERR_MEMORY; DARR_ERR_IO
 * for a directory or file that cannot be written, or a full disk; DARR_ERR_MISMATCH; DARR_ERR_COMM; DARR_ERR_HANDLE.
 */
int darr_image_save(const darr_array *array,
                    const char *path,
                    const darr_image_options *options);

#ifdef __cplusplus
}  /* extern "C" */
#endif  /* __cplusplus */

/* Initialisers: darr_dim dim = DARR_DIM_INIT; and then the members that differ. */
#define DARR_DIM_INIT {sizeof(darr_dim), 0, 0, 0, 0, 0, 0, 0, 0, 0, {0}, {0}}
#define DARR_DIST_OPTIONS_INIT {sizeof(darr_dist_options), 0, 0, 0, 0}
#define DARR_MEMORY_INIT {sizeof(darr_memory), 0, 0, 0, 0, {0}, {0}}
#define DARR_VIEW_INIT {sizeof(darr_view), 0, 0, 0, {0}, {0}, {0}, {0}, {0}, {0}, 0}
#define DARR_INDEX_INIT {sizeof(darr_index), 0, 0, 0, 0}
#define DARR_REDUCTION_INIT {sizeof(darr_reduction), 0, 0, 0, 0, 0, 0, 0}
#define DARR_OPERAND_INIT {sizeof(darr_operand), 0, 0, 0, 0, 0, 0, 0}
#define DARR_EVAL_OPTIONS_INIT {sizeof(darr_eval_options), 0}
#define DARR_NODE_INIT {sizeof(darr_node), 0, 0, 0, 0, 0, 0, 0, 0}
#define DARR_RANDOM_INIT {sizeof(darr_random), 0, 0, 0, 0, 0}
#define DARR_REDUCE_OPTIONS_INIT {sizeof(darr_reduce_options), 0}
#define DARR_EDGE_REGION_INIT {sizeof(darr_edge_region), 0, 0, 0, 0, 0, 0, 0, {0}, {0}, {0}, {0}}
#define DARR_EDGE_INIT {sizeof(darr_edge), 0, 0, 0, 0, 0, 0, 0, 0, 0}
#define DARR_HALO_OPTIONS_INIT {sizeof(darr_halo_options), 0, 0, 0, 0, 0, 0, 0, 0, 0}
#define DARR_MOVE_OPTIONS_INIT {sizeof(darr_move_options), 0, 0, 0}
#define DARR_PLAN_INFO_INIT {sizeof(darr_plan_info), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
#define DARR_NEIGHBOUR_INIT {sizeof(darr_neighbour), 0, 0, 0}
#define DARR_IMAGE_OPTIONS_INIT {sizeof(darr_image_options), 0, 0, 0, 0, 0, 0, 0}

#endif  /* DISTARRAY_H */
