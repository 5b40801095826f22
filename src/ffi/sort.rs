//! Sorted arrays, and what follows from the order of elements.

use std::ffi::c_int;

use distarray_core::Code;

use super::guard::guard;
use super::handle::{darr_array, get, store};
use super::pointer::{output, outputs, slice};
use crate::error::{Error, Result};
use crate::ops::sort::{self, Wanted};

/// Sorts an array of one dimension where it is, in ascending order, NaNs last, as NumPy's `sort`. The distribution stays, any one; of a
/// slice its elements alone move. Negative zeros come before the others, which NumPy leaves open. Ghosts are not updated.
///
/// Collective: each rank sorts its own elements, a search over all of them finds where the ranks' shares meet, with messages as those
/// of a reduction, and each element travels once, to the rank that keeps it. Of cyclic and unstructured arrays they travel twice. Each rank
/// needs memory for a few times its own elements, whatever they are.
/// @param array [in] The array that is sorted, of real elements; indices of an unstructured one lie between 0 and the extent.
/// Errors: `DARR_ERR_UNSUPPORTED` for several dimensions or none, and for complex elements; `DARR_ERR_ARGUMENT` for an unstructured
/// array whose indices are not those of an array; `DARR_ERR_STATE` where a begun plan uses the array; `DARR_ERR_MISMATCH`;
/// `DARR_ERR_MEMORY`; `DARR_ERR_MPI`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_sort(array: *mut darr_array) -> c_int {
    guard(|| sort::sort(&*get(array, "array")?))
}

/// Gives the global indices of the elements in ascending order: NumPy's `argsort` with `kind='stable'`, so that equal elements, all zeros
/// and all NaNs among them, stand in the order of their indices. `darr_array_pick` and gather plans bring the elements.
///
/// Collective, as `darr_array_sort`.
/// @param array [in] The array, as for `darr_array_sort`; it is only read.
/// @param indices [in] Where the indices are written: an array of the same extent and any distribution over the same communicator, of an
/// integer type that holds the largest index.
/// @param base [in] The index of the first element: 0, or 1 as Fortran counts.
/// Errors: as `darr_array_sort`; `DARR_ERR_ARGUMENT` also for indices of another extent or communicator or of a type that does not
/// hold them; `DARR_ERR_STATE` where a begun plan writes the array or uses the indices.
#[no_mangle]
pub unsafe extern "C" fn darr_array_argsort(
    array: *const darr_array,
    indices: *mut darr_array,
    base: c_int,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        let indices = get(indices, "indices");
        let asked = indices.as_ref().map_err(Clone::clone);
        let asked = asked.and_then(|indices| Ok((&**indices, first(base)?)));
        sort::argsort(&array, asked)
    })
}

/// Gives quantiles of an array of one dimension on every rank, between neighbours in the sorted order by NumPy's method `linear`: 0.5 is
/// the median, 0 the minimum, 1 the maximum. The array is not sorted for it. If one element is NaN, all quantiles are. Where a quantile is
/// an element, or lies between two equal ones, it is that element, also beside an infinite one, of which NumPy makes NaN.
///
/// Collective: messages as those of a reduction, up to 64 one after the other for each 128 positions; no elements travel.
/// @param array [in] The array, of real elements and any distribution.
/// @param n [in] Number of quantiles, 0 or more, the same on every rank.
/// @param q [in] Which part of the elements lies below each, 0 to 1, the same on every rank.
/// @param values_out [out] The n quantiles, computed in 64 bits whatever the type of the elements.
/// Errors: `DARR_ERR_ARGUMENT` for parts beyond 0 to 1 or NaN, an array without elements; `DARR_ERR_UNSUPPORTED` for several dimensions or
/// none, and for complex elements; `DARR_ERR_STATE` where a begun plan writes the array; `DARR_ERR_MISMATCH`; `DARR_ERR_MEMORY`;
/// `DARR_ERR_MPI`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_quantiles(
    array: *const darr_array,
    n: i64,
    q: *const f64,
    values_out: *mut f64,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        let room = usize::try_from(n).map_err(|_| {
            let text = format!("the number of quantiles is {n}; 0 or more is allowed");
            Error::new(Code::Argument, text)
        });
        // SAFETY: the pointer rule of the header.
        let (out, q) = unsafe {
            let out = room.and_then(|n| outputs(values_out, n, "values_out"));
            (out, slice(q, n, "q"))
        };
        let checked = out.as_ref().map_err(Clone::clone);
        let values = sort::quantiles(&array, checked.and(q))?;
        out?.write(values);
        Ok(())
    })
}

/// Gives the different values of an array of one dimension, in ascending order: NumPy's `unique`. Zeros of both signs are one value,
/// and so are all NaNs.
///
/// Collective: each rank tells of its own different values only, once, and equal ones meet on one rank. Free the new arrays with
/// `darr_array_free`.
/// @param array [in] The array, of real elements and any distribution.
/// @param base [in] The index of the first value in the inverse: 0, or 1 as Fortran counts.
/// @param values_out [out] The values: a new array of one dimension, in blocks over all ranks, of the array's dtype.
/// @param counts_out [out] How often each stands in the array: a new array as that of the values, of int64. NULL on every rank: not
/// wanted.
/// @param inverse_out [out] For each element the index of its value: a new array, distributed as the array, of int64. NULL on every rank:
/// not wanted.
/// Errors: `DARR_ERR_UNSUPPORTED` for several dimensions or none, and for complex elements; `DARR_ERR_ARGUMENT`; `DARR_ERR_STATE` where
/// a begun plan writes the array; `DARR_ERR_MISMATCH` also where some ranks want what others do not; `DARR_ERR_MEMORY`;
/// `DARR_ERR_MPI`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_unique(
    array: *const darr_array,
    base: c_int,
    values_out: *mut *mut darr_array,
    counts_out: *mut *mut darr_array,
    inverse_out: *mut *mut darr_array,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let [values, counts, inverse] = unsafe {
            [
                output(values_out, "values_out"),
                output(counts_out, "counts_out"),
                output(inverse_out, "inverse_out"),
            ]
        };
        let checked = values.as_ref().map_err(Clone::clone);
        let wanted = checked.and_then(|_| {
            Ok(Wanted {
                counts: !counts_out.is_null(),
                inverse: !inverse_out.is_null(),
                base: first(base)?,
            })
        });
        let unique = sort::unique(&array, wanted)?;
        values?.write(store(unique.values));
        if let Some(array) = unique.counts {
            counts?.write(store(array));
        }
        if let Some(array) = unique.inverse {
            inverse?.write(store(array));
        }
        Ok(())
    })
}

/// The index of the first element.
fn first(base: c_int) -> Result<i64> {
    match base {
        0 | 1 => Ok(base.into()),
        _ => {
            let text = format!("the base is {base}; 0 and 1 are allowed");
            Err(Error::new(Code::Argument, text))
        }
    }
}
