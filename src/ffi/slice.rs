//! Slices of arrays: views of the same memory.

use std::ffi::c_int;

use distarray_core::slice::{Index, Slice};
use distarray_core::Code;

use super::guard::guard;
use super::handle::{darr_array, get, store};
use super::pointer::{growing_slice, output, Growing};
use crate::error::{Error, Result};

/// Entry of a slice: all of the dimension.
pub const DARR_INDEX_ALL: c_int = 0;

/// Entry of a slice: the indices start, start + step, ... before stop.
pub const DARR_INDEX_SLICE: c_int = 1;

/// Entry of a slice: the one index start; the dimension vanishes.
pub const DARR_INDEX_AT: c_int = 2;

/// Entry of a slice: a new dimension of extent 1.
pub const DARR_INDEX_NEW: c_int = 3;

/// Entry of a slice: as many dimensions, taken whole, as the other entries leave.
pub const DARR_INDEX_ELLIPSIS: c_int = 4;

/// In place of the start or the stop of a slice: where the dimension begins or ends, seen in the direction of the step.
pub const DARR_NONE: i64 = i64::MIN;

/// One entry of a slice, as NumPy's `a[2:5, 7, None, ...]` has them. Start from `DARR_INDEX_INIT`, which takes a dimension whole;
/// in a list of these every element has the size that the first one states.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_index {
    /// sizeof(darr_index).
    pub size: i64,
    /// `DARR_INDEX_SLICE` and so on.
    pub kind: c_int,
    /// First index, or the one of `DARR_INDEX_AT`; negative ones count from the end. `DARR_NONE`: from the first.
    pub start: i64,
    /// End, not included; negative ones count from the end. `DARR_NONE`: to the last; it is 0 where it was not set.
    pub stop: i64,
    /// Distance of the indices, of any sign; 0 means 1.
    pub step: i64,
}

// SAFETY: repr(C), the size first, numbers only.
unsafe impl Growing for darr_index {
    const INITIAL: darr_index = darr_index {
        size: size_of::<darr_index>() as i64,
        kind: DARR_INDEX_ALL,
        start: 0,
        stop: 0,
        step: 0,
    };
    const FIRST: usize = size_of::<darr_index>();
}

fn index(given: &darr_index) -> Result<Index> {
    let end = |end: i64| (end != DARR_NONE).then_some(end);
    match given.kind {
        DARR_INDEX_ALL => Ok(Index::Slice(Slice::FULL)),
        DARR_INDEX_SLICE => Ok(Index::Slice(Slice {
            start: end(given.start),
            stop: end(given.stop),
            step: if given.step == 0 { 1 } else { given.step },
        })),
        DARR_INDEX_AT => Ok(Index::At(given.start)),
        DARR_INDEX_NEW => Ok(Index::New),
        DARR_INDEX_ELLIPSIS => Ok(Index::Ellipsis),
        kind => Err(Error::new(
            Code::Argument,
            format!("the kind of index {kind} is unknown; 0 (all), 1 (slice), 2 (at), 3 (new) and 4 (ellipsis) are"),
        )),
    }
}

/// The entries of a slice.
///
/// # Safety
/// The pointer rule of the header.
pub unsafe fn indices(n: c_int, entries: *const darr_index) -> Result<Vec<Index>> {
    let count = usize::try_from(n).map_err(|_| {
        let text = format!("the number of indices is {n}; 0 or more are allowed");
        Error::new(Code::Argument, text)
    })?;
    // SAFETY: passed on to the caller.
    let entries = unsafe { growing_slice(entries, count, "indices") }?;
    entries.iter().map(index).collect()
}

/// Makes a view of a part of an array: an array on the same memory, without a copy. Every element stays with its owner, and ranks
/// without elements of the slice hold nothing and still take part in collective calls. Indices are read as NumPy reads them:
/// negative ones count from the end, ends beyond the extent are moved to it. Padding survives where the step is 1 and the
/// neighbouring elements belong to the slice; elsewhere the view has none. Writing through a view updates nobody's ghosts.
///
/// Local: every rank that uses the view makes it with the same arguments. The view keeps library memory alive; borrowed memory must
/// outlive it. Free it with `darr_array_free`.
/// @param array [in] The array.
/// @param n [in] Number of entries; dimensions beyond them are taken whole.
/// @param indices [in] One entry per dimension, besides those for new dimensions and the ellipsis.
/// @param view_out [out] The view.
/// Errors: `DARR_ERR_ARGUMENT` for an index outside of the array, more entries than dimensions, two ellipses; `DARR_ERR_UNSUPPORTED`
/// for parts of unstructured dimensions (`darr_array_take` and `darr_array_fetch` serve there), and for steps of cyclic ones
/// that no stride can follow (redistribute the array first); `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_slice(
    array: *const darr_array,
    n: c_int,
    indices: *const darr_index,
    view_out: *mut *mut darr_array,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let (out, indices) = unsafe { (output(view_out, "view_out")?, self::indices(n, indices)?) };
        out.write(store(array.select(&indices)?));
        Ok(())
    })
}
