//! Parts of arrays in the caller's memory: fetched, or put into the array.

use std::ffi::{c_int, c_void};

use distarray_core::{Dtype, Request};

use super::guard::guard;
use super::handle::{darr_array, get};
use super::pointer::slice;
use super::slice::{darr_index, indices};
use crate::array::Array;
use crate::kernels::combine::Combine;
use crate::kernels::Memory;
use crate::ops::fetch::{self, Asked, Part};

/// Brings to each rank the part of an array that it asks for, into its own memory: all of the array to one rank or to all, a row or a
/// plane to whoever wants it. Padding is neither read nor written.
///
/// Collective; the ranks ask for different parts, and owners send only what is asked for, one message to each that asks. Where the
/// same part is fetched again and again, a redistribution or gather plan saves the questions.
/// @param array [in] The array, of any maps; parts of unstructured dimensions and any steps are fine.
/// @param n [in] Number of entries; dimensions beyond them are taken whole.
/// @param indices [in] What this rank asks for, as `darr_array_slice` has it. In unstructured dimensions single indices do not
/// count from the end, and slices are those of 0 to the extent.
/// @param dtype [in] Type of the elements in the buffers, the same on every rank; elements are converted as NumPy's `same_kind` rule
/// allows.
/// @param strides [in] Bytes from one element to the next in the buffer, one entry per dimension of the slice (single indices have
/// none, new dimensions have one), of any sign; NULL: packed in the memory order of the array's distribution.
/// @param buffer [out] The element with index 0 in every dimension of the slice; NULL: this rank asks for nothing.
/// Errors: `DARR_ERR_ARGUMENT` for an index outside of the array or that nobody owns, more entries than dimensions, dtypes that do not
/// convert, strides by which elements overlap, a buffer in the array's own memory; `DARR_ERR_STATE` where a begun plan
/// writes the elements, or uses those that are put; `DARR_ERR_MISMATCH`; `DARR_ERR_MEMORY`; `DARR_ERR_MPI`; `DARR_ERR_COMM`;
/// `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_fetch(
    array: *const darr_array,
    n: c_int,
    indices: *const darr_index,
    dtype: c_int,
    strides: *const i64,
    buffer: *mut c_void,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let asked = unsafe { asked(&array, n, indices, dtype, strides, buffer) };
        fetch::fetch(&array, asked)
    })
}

/// Brings a part of an array from each rank's memory to the owners of its elements, the way back of `darr_array_fetch`: all of the
/// array from one rank, a row or a plane from whoever has it. Where the parts of several ranks meet, they combine in the order of the
/// ranks, in every run; of inserted elements those of the last rank stay. Ghosts are not updated.
///
/// Collective, as `darr_array_fetch`.
/// @param array [in] The array that is written.
/// @param n [in] As for `darr_array_fetch`.
/// @param indices [in] Where this rank's elements belong.
/// @param dtype [in] Type of the elements in the buffers, the same on every rank.
/// @param strides [in] As for `darr_array_fetch`.
/// @param buffer [in] The element with index 0 in every dimension of the slice; NULL: this rank has nothing.
/// @param combine [in] `DARR_COMBINE_INSERT` and so on; combined elements have one dtype.
/// Errors: as `darr_array_fetch`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_put(
    array: *mut darr_array,
    n: c_int,
    indices: *const darr_index,
    dtype: c_int,
    strides: *const i64,
    buffer: *const c_void,
    combine: c_int,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header; elements that are put are only read.
        let asked = unsafe { asked(&array, n, indices, dtype, strides, buffer.cast_mut()) };
        fetch::put(&array, asked, Combine::from_code(combine))
    })
}

/// # Safety
/// The pointer rule of the header; the buffer has room for the elements at these strides.
unsafe fn asked(
    array: &Array,
    n: c_int,
    entries: *const darr_index,
    dtype: c_int,
    strides: *const i64,
    buffer: *mut c_void,
) -> Asked {
    let dtype = Dtype::from_code(dtype)?;
    if buffer.is_null() {
        return Ok((dtype, None));
    }
    // SAFETY: passed on to the caller.
    let request = Request::new(array.dist().map(), &unsafe { indices(n, entries) }?)?;
    // SAFETY: as above.
    let (memory, strides) = unsafe {
        let ndim = request.extents().len() as c_int;
        let strides = match strides.is_null() {
            true => None,
            false => Some(slice(strides, ndim, "strides")?),
        };
        (
            Memory::borrow(buffer.cast(), usize::MAX, usize::MAX),
            strides,
        )
    };
    Ok((
        dtype,
        Some(Part::new(array, request, memory, dtype, strides)?),
    ))
}
