//! Plans that move elements by lists of indices.

use std::ffi::c_int;
use std::sync::Mutex;

use distarray_core::Code;

use crate::array::Array;
use crate::error::{Error, Result};
use crate::ffi::guard::guard;
use crate::ffi::handle::{darr_array, darr_plan, get, store};
use crate::ffi::pointer::{output, slice};
use crate::kernels::combine::Combine;
use crate::ops::indices::{Listed, Way};
use crate::ops::plan_indices;

/// Plans to gather elements at any global indices: at each run value k of the calling rank becomes the element of the array at index
/// k of its list. An index may stand in any list, any number of times.
///
/// Collective: the ranks first tell the owners which elements they mean, with one message for each. Each rank passes its own list.
/// Elements are converted to the values' dtype as NumPy's `same_kind` rule allows. The plan keeps arrays of the library's memory
/// alive; borrowed memory must outlive it. Free the plan with `darr_plan_free`.
/// @param array [in] The array, of any number of dimensions and any maps.
/// @param n [in] Number of indices in this rank's list.
/// @param indices [in] For each index one entry per dimension of the array, one after the other; negative ones count from the end,
/// but for unstructured dimensions. Read during the call only.
/// @param values [in] Where the elements go: an array of one dimension on the same communicator, of which this rank owns n elements.
/// @param plan_out [out] The plan.
/// Errors: `DARR_ERR_ARGUMENT` for an index outside of the array, or that nobody owns, a number of values other than n, values that
/// share memory with the array, dtypes that do not convert; `DARR_ERR_MISMATCH`; `DARR_ERR_MEMORY`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_gather(
    array: *const darr_array,
    n: i64,
    indices: *const i64,
    values: *mut darr_array,
    plan_out: *mut *mut darr_plan,
) -> c_int {
    // SAFETY: the pointer rule of the header.
    guard(|| unsafe {
        let insert = Ok(Combine::Insert);
        plan(
            "darr_plan_gather",
            array,
            n,
            indices,
            values,
            Way::Gather,
            insert,
            plan_out,
        )
    })
}

/// Plans to scatter values to any global indices: at each run value k of the calling rank goes to the element of the array at index k
/// of its list. Where an index stands in several lists, or several times in one, the values combine in the order of the ranks and
/// then of the list, in every run; of inserted ones the last stays.
///
/// Collective, as `darr_plan_gather`.
/// @param array [in] The array that is written, of any number of dimensions and any maps.
/// @param n [in] Number of indices in this rank's list.
/// @param indices [in] As for `darr_plan_gather`.
/// @param values [in] An array of one dimension on the same communicator, of which this rank owns n elements.
/// @param combine [in] `DARR_COMBINE_INSERT` and so on; combined elements have one dtype.
/// @param plan_out [out] The plan.
/// Errors: as `darr_plan_gather`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_scatter(
    array: *mut darr_array,
    n: i64,
    indices: *const i64,
    values: *const darr_array,
    combine: c_int,
    plan_out: *mut *mut darr_plan,
) -> c_int {
    // SAFETY: the pointer rule of the header.
    guard(|| unsafe {
        let combine = Combine::from_code(combine);
        plan(
            "darr_plan_scatter",
            array,
            n,
            indices,
            values,
            Way::Scatter,
            combine,
            plan_out,
        )
    })
}

/// Makes the plan of either way: everything but the array, which says whose call it is, is found out before and agreed on.
///
/// # Safety
/// The pointer rule of the header.
#[allow(clippy::too_many_arguments)] // Those of the exported functions.
unsafe fn plan(
    name: &'static str,
    array: *const darr_array,
    n: i64,
    indices: *const i64,
    values: *const darr_array,
    way: Way,
    combine: Result<Combine>,
    plan_out: *mut *mut darr_plan,
) -> Result<()> {
    let array = get(array, "array")?;
    // SAFETY: passed on to the caller.
    let (out, indices) = unsafe { (output(plan_out, "plan_out"), list(n, indices, &array)) };
    let values = get(values, "values");
    let checked = out.as_ref().map_err(Clone::clone);
    let asked = checked.and_then(|_| {
        let (count, indices) = indices?;
        Ok(Listed {
            way,
            values: values.as_ref().map_err(Clone::clone)?,
            count,
            indices,
            combine: combine?,
        })
    });
    let plan = plan_indices(name, &array, asked)?;
    out?.write(store(Mutex::new(plan)));
    Ok(())
}

/// A list of `n` indices into an array, and `n`.
///
/// # Safety
/// The pointer rule of the header.
pub unsafe fn list<'a>(n: i64, indices: *const i64, array: &Array) -> Result<(usize, &'a [i64])> {
    let count = usize::try_from(n).map_err(|_| {
        let text = format!("the number of indices is {n}; 0 or more are allowed");
        Error::new(Code::Argument, text)
    })?;
    let entries = n.saturating_mul(array.dist().map().ndim() as i64);
    if entries == 0 {
        return Ok((count, &[]));
    }
    // SAFETY: passed on to the caller.
    Ok((count, unsafe { slice(indices, entries, "indices") }?))
}
