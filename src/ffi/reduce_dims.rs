//! Reductions over some of the dimensions.

use std::ffi::{c_int, c_void};

use distarray_core::{Code, Dtype};

use super::guard::guard;
use super::handle::{darr_array, get, Held};
use super::pointer::{growing_or_initial, outputs, slice, Growing};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::reduce::Op;
use crate::ops::reduce_dims::{reduce_dims, reduce_dims_everywhere, OverDims};

/// How to reduce over dimensions. Start from `DARR_REDUCE_OPTIONS_INIT`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_reduce_options {
    /// sizeof(darr_reduce_options).
    pub size: i64,
    /// `DARR_VAR`, `DARR_STD`: what is taken from the number of elements; otherwise 0.
    pub ddof: i64,
}

// SAFETY: repr(C), the size first, numbers only.
unsafe impl Growing for darr_reduce_options {
    const INITIAL: darr_reduce_options = darr_reduce_options {
        size: size_of::<darr_reduce_options>() as i64,
        ddof: 0,
    };
    const FIRST: usize = size_of::<darr_reduce_options>();
}

/// Reduces an array over some of its dimensions into another array: `out` has the elements that the others leave.
///
/// Collective: messages among the ranks that share a part of the result, and two agreements. Two runs on one rank count give the
/// same bits.
/// @param array [in] The array.
/// @param op [in] `DARR_SUM` to `DARR_COUNT_NONZERO` but a dot product; the place of an extreme is counted in row-major order of the
/// reduced dimensions alone.
/// @param n_dims [in] Number of dimensions to reduce; 0 reduces nothing.
/// @param dims [in] Which; negative ones count from the end.
/// @param options [in] NULL for the defaults.
/// @param out [in] The array for the result, on what `darr_dist_reduce` makes of the distribution of the array, or
/// `darr_dist_reduce_keeping`; its dtype is that of the values, to which they are converted. Its memory is another one.
/// Errors: `DARR_ERR_ARGUMENT` for a dimension that does not exist or is named twice, a result that is distributed otherwise, the
/// extreme of no elements, values that do not fit their dtype; `DARR_ERR_UNSUPPORTED` for the extreme of complex elements;
/// `DARR_ERR_MEMORY`; `DARR_ERR_MISMATCH` for ranks that ask for different reductions; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`;
/// `DARR_ERR_MPI`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_reduce_dims(
    array: *const darr_array,
    op: c_int,
    n_dims: c_int,
    dims: *const c_int,
    options: *const darr_reduce_options,
    out: *mut darr_array,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        let target: Result<Held<Array>> = get(out, "out");
        // SAFETY: the pointer rule of the header.
        let asked = unsafe { over_dims(op, n_dims, dims, options) };
        let asked = asked.and_then(|asked| Ok((asked, &**target.as_ref().map_err(Clone::clone)?)));
        reduce_dims(&array, asked)
    })
}

/// As `darr_array_reduce_dims`, with the whole result on every rank, packed in row-major order.
///
/// Collective: in addition one message of the size of the result for each doubling of the rank count.
/// @param dtype [in] Type of the values.
/// @param n_values [in] Number of values that there is room for: that of the elements of the result.
/// @param values_out [out] The values.
/// Errors: as `darr_array_reduce_dims`; `DARR_ERR_ARGUMENT` for another number of values.
#[no_mangle]
pub unsafe extern "C" fn darr_array_reduce_dims_everywhere(
    array: *const darr_array,
    op: c_int,
    n_dims: c_int,
    dims: *const c_int,
    options: *const darr_reduce_options,
    dtype: c_int,
    n_values: i64,
    values_out: *mut c_void,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        let dtype = Dtype::from_code(dtype).map_err(Error::from);
        let place = dtype.clone().and_then(|dtype| {
            let n = usize::try_from(n_values).map_err(|_| {
                let text = format!("n_values is {n_values}; 0 or more is allowed");
                Error::new(Code::Argument, text)
            })?;
            let bytes = n.saturating_mul(dtype.size());
            // SAFETY: the pointer rule of the header.
            unsafe { outputs(values_out.cast::<u8>(), bytes, "values_out") }
        });
        let asked = place.as_ref().map_err(Clone::clone).and_then(|_| {
            // SAFETY: the pointer rule of the header.
            let asked = unsafe { over_dims(op, n_dims, dims, options) }?;
            Ok((asked, dtype?, n_values))
        });
        let values = reduce_dims_everywhere(&array, asked)?;
        place?.write(values);
        Ok(())
    })
}

/// # Safety
/// The pointer rule of the header.
unsafe fn over_dims(
    op: c_int,
    n_dims: c_int,
    dims: *const c_int,
    options: *const darr_reduce_options,
) -> Result<OverDims> {
    // SAFETY: passed on to the caller.
    let (dims, options) = unsafe {
        (
            slice(dims, n_dims, "dims")?,
            growing_or_initial(options, "options")?,
        )
    };
    Ok(OverDims {
        op: Op::from_code(op)?,
        dims: dims.iter().map(|&dim| dim.into()).collect(),
        ddof: options.ddof,
    })
}
