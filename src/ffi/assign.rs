//! Assignment between arrays.

use std::ffi::c_int;

use distarray_core::Order;

use super::guard::guard;
use super::handle::{darr_array, get};
use crate::ops::assign;

/// Assigns one array to another as NumPy's `target[...] = source` does: any two distributions over one communicator, views of
/// parts too. Where the source has extent 1, or no dimension, its elements repeat along the target's. Padding is neither read nor
/// written.
///
/// Collective: each rank gets what its section needs once, however often it repeats it. Elements are converted as NumPy's
/// `same_kind` rule allows. Where the arrays share memory on some rank, all of the source is copied first, so that the result is
/// right too. A redistribution plan does the same again and again without the questions. A single number comes by
/// `darr_array_fill`.
/// @param target [in] The array that is written; whose call it is.
/// @param source [in] The array that is read.
/// @param order [in] Where dimensions are aligned when their numbers differ: `DARR_ORDER_C` at the last one, as NumPy does,
/// `DARR_ORDER_F` at the first one. It is not the memory order of either.
/// Errors: `DARR_ERR_ARGUMENT` for shapes that do not fit, another communicator, dtypes that do not convert, an index of an
/// unstructured dimension that the source does not have; `DARR_ERR_UNSUPPORTED` for a surplus dimension that is unstructured;
/// `DARR_ERR_STATE` where a begun plan is in the way; `DARR_ERR_MISMATCH`; `DARR_ERR_MEMORY`; `DARR_ERR_MPI`; `DARR_ERR_COMM`;
/// `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_assign(
    target: *mut darr_array,
    source: *const darr_array,
    order: c_int,
) -> c_int {
    guard(|| {
        let target = get(target, "target")?;
        let source = get(source, "source");
        let asked = source.as_ref().map_err(Clone::clone);
        let asked = asked.and_then(|source| Ok((&**source, Order::from_code(order)?)));
        assign::assign(&target, asked)
    })
}
