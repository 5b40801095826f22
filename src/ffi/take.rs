//! New arrays of chosen elements.

use std::ffi::c_int;

use super::guard::guard;
use super::handle::{darr_array, get, store};
use super::plan::indices::list;
use super::pointer::{output, slice};
use crate::ops::{mask, pick, take};

/// Makes a new array of the elements whose index in one dimension stands in a list, in the order of the list: NumPy's `take`. The
/// dimension becomes n long and is distributed in blocks over its coordinates of the process grid; the others stay as they are. This
/// is also the way to parts of unstructured dimensions.
///
/// Collective: elements move along the one dimension only, with one message per pair of ranks. Free the array with
/// `darr_array_free`.
/// @param array [in] The array.
/// @param dim [in] The dimension; negative ones count from the end.
/// @param n [in] Number of indices, 0 or more.
/// @param indices [in] The list, the same on every rank, any index any number of times; negative ones count from the end, but for an
/// unstructured dimension. Read during the call only.
/// @param array_out [out] The new array, of the same dtype.
/// Errors: `DARR_ERR_ARGUMENT` for a dimension that there is not, an index outside of the array or that nobody owns;
/// `DARR_ERR_STATE` where a begun plan writes the array; `DARR_ERR_MISMATCH` for lists that differ; `DARR_ERR_MEMORY`;
/// `DARR_ERR_MPI`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_take(
    array: *const darr_array,
    dim: c_int,
    n: i64,
    indices: *const i64,
    array_out: *mut *mut darr_array,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let (out, indices) =
            unsafe { (output(array_out, "array_out"), slice(indices, n, "indices")) };
        let checked = out.as_ref().map_err(Clone::clone);
        let asked = checked.and_then(|_| Ok((dim.into(), indices?)));
        let taken = take::take(&array, asked)?;
        out?.write(store(taken));
        Ok(())
    })
}

/// Makes a new array of one dimension from single elements: each rank's part of it are the elements at the rank's own list of global
/// indices, in its order.
///
/// Collective: as `darr_plan_gather`, which serves where the same elements are wanted again. Free the array with `darr_array_free`.
/// @param array [in] The array.
/// @param n [in] Number of indices in this rank's list; 0 is fine.
/// @param indices [in] As for `darr_plan_gather`.
/// @param array_out [out] The new array, of the same dtype and as many elements as all lists together.
/// Errors: as `darr_plan_gather`; `DARR_ERR_STATE` where a begun plan writes the array; `DARR_ERR_MPI`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_pick(
    array: *const darr_array,
    n: i64,
    indices: *const i64,
    array_out: *mut *mut darr_array,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let (out, asked) = unsafe { (output(array_out, "array_out"), list(n, indices, &array)) };
        let checked = out.as_ref().map_err(Clone::clone);
        let picked = pick::pick(&array, checked.and(asked))?;
        out?.write(store(picked));
        Ok(())
    })
}

/// Makes a new array of one dimension from the elements where a mask is true, in C order of the global index, the last dimension
/// fastest: NumPy's `array[mask]`, and not the order of Fortran's `pack`. It is distributed in blocks over all ranks.
///
/// Collective: each rank handles its share of the mask, of the order and of the result. Free the array with `darr_array_free`.
/// @param array [in] The array; indices of its unstructured dimensions lie between 0 and the extent.
/// @param mask [in] Truth values, an array of the same shape and any distribution.
/// @param array_out [out] The new array, of the array's dtype; of extent 0 where the mask is false everywhere.
/// Errors: `DARR_ERR_ARGUMENT` for another shape, a mask that is not bool or lives on another communicator, an unstructured dimension
/// whose indices are not those of an array; `DARR_ERR_STATE` where a begun plan writes either; `DARR_ERR_MISMATCH`;
/// `DARR_ERR_MEMORY`; `DARR_ERR_MPI`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_mask(
    array: *const darr_array,
    mask: *const darr_array,
    array_out: *mut *mut darr_array,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { output(array_out, "array_out") };
        let mask = get(mask, "mask");
        let checked = out.as_ref().map_err(Clone::clone);
        let mask = checked.and_then(|_| mask.as_ref().map(|mask| &**mask).map_err(Clone::clone));
        let selected = mask::mask(&array, mask)?;
        out?.write(store(selected));
        Ok(())
    })
}
