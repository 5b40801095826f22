//! Reductions of whole arrays.

use std::ffi::{c_int, c_void};
use std::sync::Mutex;

use distarray_core::{Code, Dtype};

use super::guard::guard;
use super::handle::{darr_array, darr_pending, free, get, store, Handle, Held};
use super::pointer::{first_members, growing_slice, output, Growing, Out};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::reduce::Op;
use crate::kernels::Value;
use crate::ops::reduce::{begin_reduce, reduce, Pending, Reduction};

/// Sum; of integers and truth values in 64 bits, as NumPy's.
pub const DARR_SUM: c_int = 0;
/// Minimum; NaN if one element is NaN.
pub const DARR_MIN: c_int = 1;
/// Maximum; NaN if one element is NaN.
pub const DARR_MAX: c_int = 2;
/// Arithmetic mean; NaN of no elements.
pub const DARR_MEAN: c_int = 3;
/// Mean squared deviation from the mean, divided by the number of elements less `ddof`; real, also of complex elements.
pub const DARR_VAR: c_int = 4;
/// Square root of the variance.
pub const DARR_STD: c_int = 5;
/// Sum of conj(x) * y: NumPy's vdot, Fortran's dot_product.
pub const DARR_DOT: c_int = 6;
/// Square root of the sum of |x|^2.
pub const DARR_NORM: c_int = 7;
/// Product, in the type of the sum; 1 of no elements.
pub const DARR_PROD: c_int = 8;
/// Whether one element is not 0 (NaN is not 0), a truth value; no of no elements.
pub const DARR_ANY: c_int = 9;
/// Whether all elements are not 0, a truth value; yes of no elements.
pub const DARR_ALL: c_int = 10;
/// Where the minimum stands: the index of its first occurrence in row-major order of the global array, whatever the memory order,
/// as an int64; `darr_dist_unravel` makes an index for each dimension of it. The first NaN if there is one.
pub const DARR_ARGMIN: c_int = 11;
/// Where the maximum stands.
pub const DARR_ARGMAX: c_int = 12;
/// Number of elements that are not 0, an int64.
pub const DARR_COUNT_NONZERO: c_int = 13;
/// Sum of x * y: of complex elements a dot product that conjugates nothing, as NumPy's dot.
pub const DARR_DOTU: c_int = 14;

/// One reduction that is asked for. Start from `DARR_REDUCTION_INIT`; in an array of these every element has the size
/// that the first one states.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_reduction {
    /// sizeof(darr_reduction).
    pub size: i64,
    /// `DARR_SUM` to `DARR_DOTU`.
    pub op: c_int,
    /// Type of the result, to which it is converted: `DARR_FLOAT64` and so on.
    pub dtype: c_int,
    /// The array.
    pub x: *const darr_array,
    /// `DARR_DOT`, `DARR_DOTU`: the second array, compatible and of the same dtype; otherwise NULL.
    pub y: *const darr_array,
    /// Where the result goes, on every rank.
    pub value_out: *mut c_void,
    /// `DARR_VAR`, `DARR_STD`: what is taken from the number of elements, 1 for the estimate from a sample; otherwise 0.
    pub ddof: i64,
    /// 1: sums, means, dot products and norms are added up without rounding and rounded once, so that the result has the same bits on
    /// any number of ranks and for any distribution and memory order. A sum that is zero is +0. Other reductions do not depend on
    /// these in either mode, but products and variances of real and complex elements, which have no such mode.
    pub reproducible: c_int,
}

// SAFETY: repr(C), the size first, numbers and raw pointers only.
unsafe impl Growing for darr_reduction {
    const INITIAL: darr_reduction = darr_reduction {
        size: size_of::<darr_reduction>() as i64,
        op: DARR_SUM,
        dtype: 0,
        x: std::ptr::null(),
        y: std::ptr::null(),
        value_out: std::ptr::null_mut(),
        ddof: 0,
        reproducible: 0,
    };
    const FIRST: usize = std::mem::offset_of!(darr_reduction, ddof);
}

/// Reduces whole arrays, any number of them at once: one pass over memory, and one message.
/// Padding does not count.
///
/// Collective. The results are the same on every rank; two runs on one rank count give the same bits. Nothing is
/// written if one of the reductions fails, and a mistake of one rank is the error of all.
/// @param n [in] Number of reductions, the same on every rank. Whose call it is the first array says, whatever else is wrong:
/// only a rank that passes no reduction, or no live array in the first one, reports alone. 0 on every rank is fine.
/// @param reductions [in] What is asked for, with the place of each result.
/// Errors: `DARR_ERR_ARGUMENT` for the minimum or maximum of no elements or its place, a result that does not fit its dtype, arrays of
/// a dot product that are not compatible; `DARR_ERR_UNSUPPORTED` for those of complex elements, and for products and
/// variances in the reproducible mode;
/// `DARR_ERR_COMM`; `DARR_ERR_HANDLE`; `DARR_ERR_MPI`; `DARR_ERR_MISMATCH` for numbers of reductions that differ, in checked mode
/// for whatever differs.
#[no_mangle]
pub unsafe extern "C" fn darr_reduce(n: c_int, reductions: *const darr_reduction) -> c_int {
    guard(|| {
        if n == 0 {
            return Ok(());
        }
        // SAFETY: the pointer rule of the header.
        unsafe {
            let (first, asked) = listed(n, reductions)?;
            reduce_all(first, asked)
        }
    })
}

impl Handle for darr_pending {
    type Object = Mutex<Option<Begun>>;
    const NAME: &'static str = "darr_pending";
}

/// Reductions that are begun, and the places of their results.
pub struct Begun {
    pending: Pending,
    asked: Vec<Asked>,
}

// SAFETY: the arrays may be shared by threads, and so may the addresses of the results: the caller keeps these for `darr_reduce_end`,
// which writes them in whatever thread calls it.
unsafe impl Send for Begun {}

/// Begins reductions: adds up what this rank has and sends it without waiting for the others.
///
/// Collective. The elements may be changed as soon as it returns; the places of the results must live until `darr_reduce_end`. Where
/// reductions are begun several times before they are ended, every rank ends them in one order.
/// @param n [in] Number of reductions, 1 or more.
/// @param reductions [in] What is asked for, as in `darr_reduce`; the structs are not used any more afterwards.
/// @param pending_out [out] The reductions under way; the caller ends them, and so frees them, with `darr_reduce_end`.
/// Errors: none of the reductions: what is wrong with them, of whatever rank, is told by `darr_reduce_end` on every rank. Alone with what
/// has no communicator, a rank that passes NULL, no reduction or no live first array reports at once: `DARR_ERR_ARGUMENT`,
/// `DARR_ERR_HANDLE`; then `DARR_ERR_COMM`; `DARR_ERR_MPI`; `DARR_ERR_STATE` while six calls on one communicator are not ended; in checked mode `DARR_ERR_MISMATCH` and the errors of the arguments.
#[no_mangle]
pub unsafe extern "C" fn darr_reduce_begin(
    n: c_int,
    reductions: *const darr_reduction,
    pending_out: *mut *mut darr_pending,
) -> c_int {
    guard(|| {
        // SAFETY: the pointer rule of the header.
        let (out, (first, asked)) =
            unsafe { (output(pending_out, "pending_out")?, listed(n, reductions)?) };
        let first = get(first, "x")?;
        // SAFETY: the pointer rule of the header, until the reductions are ended.
        let asked = asked.and_then(|asked| unsafe { checked(&asked) });
        let pending = begin_reduce(&first, borrowed(&asked))?;
        let asked = asked.unwrap_or_default();
        out.write(store::<darr_pending>(Mutex::new(Some(Begun {
            pending,
            asked,
        }))));
        Ok(())
    })
}

/// Ends reductions: waits for the other ranks, writes the results and frees the handle, whatever it returns.
///
/// Collective. Errors: as `darr_reduce`.
#[no_mangle]
pub unsafe extern "C" fn darr_reduce_end(pending: *mut darr_pending) -> c_int {
    guard(|| {
        let begun = get(pending, "pending")?.exclusive()?.take();
        free(pending, "pending")?;
        let Some(begun) = begun else {
            return Ok(());
        };
        write(begun.asked, begun.pending.end()?);
        Ok(())
    })
}

/// Gives up reductions that are begun, on every rank; nothing is written.
///
/// Local; NULL is fine; works after `MPI_Finalize`. A program that goes on ends reductions instead: a message that nobody takes keeps its
/// memory.
#[no_mangle]
pub unsafe extern "C" fn darr_pending_free(pending: *mut darr_pending) {
    guard(|| free(pending, "pending"));
}

/// The array whose communicator a call is for, and its reductions or what is wrong with them.
///
/// # Safety
/// The pointer rule of the header.
unsafe fn listed(
    n: c_int,
    reductions: *const darr_reduction,
) -> Result<(*const darr_array, Result<Vec<darr_reduction>>)> {
    // SAFETY: passed on to the caller.
    unsafe {
        let first = first_members(reductions, "reductions")?;
        let asked = match usize::try_from(n) {
            Ok(n) if n > 0 => growing_slice(reductions, n, "reductions"),
            _ => {
                let text = format!("the number of reductions is {n}; 0 or more is allowed");
                Err(Error::new(Code::Argument, text))
            }
        };
        Ok((first.x, asked))
    }
}

/// One reduction of one array: `darr_reduce` without the structure. Not for dot products.
///
/// Collective: one message.
/// @param array [in] The array.
/// @param op [in] `DARR_SUM` to `DARR_COUNT_NONZERO`.
/// @param dtype [in] Type of the result.
/// @param value_out [out] The result, on every rank.
/// Errors: as `darr_reduce`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_reduce(
    array: *const darr_array,
    op: c_int,
    dtype: c_int,
    value_out: *mut c_void,
) -> c_int {
    guard(|| {
        let one = darr_reduction {
            op,
            dtype,
            x: array,
            value_out,
            ..darr_reduction::INITIAL
        };
        // SAFETY: the pointer rule of the header.
        unsafe { reduce_all(array, Ok(vec![one])) }
    })
}

/// What one structure asks for, its handles in use and its place checked.
struct Asked {
    op: Op,
    dtype: Dtype,
    x: Held<Array>,
    y: Option<Held<Array>>,
    ddof: i64,
    reproducible: bool,
    out: Out<u8>,
}

/// Reduces for the ranks of the array `first`.
///
/// # Safety
/// The pointer rule of the header.
unsafe fn reduce_all(first: *const darr_array, asked: Result<Vec<darr_reduction>>) -> Result<()> {
    let first = get(first, "x")?;
    // SAFETY: passed on to the caller.
    let asked = asked.and_then(|asked| unsafe { checked(&asked) });
    let values = reduce(&first, borrowed(&asked))?;
    write(asked?, values);
    Ok(())
}

/// The reductions with their handles in use and their places checked.
///
/// # Safety
/// The pointer rule of the header.
unsafe fn checked(asked: &[darr_reduction]) -> Result<Vec<Asked>> {
    let each = asked.iter().map(|one| {
        Ok(Asked {
            op: Op::from_code(one.op)?,
            dtype: Dtype::from_code(one.dtype)?,
            x: get(one.x, "x")?,
            y: match one.y.is_null() {
                true => None,
                false => Some(get(one.y, "y")?),
            },
            ddof: one.ddof,
            reproducible: one.reproducible != 0,
            // SAFETY: passed on to the caller.
            out: unsafe { output(one.value_out.cast::<u8>(), "value_out") }?,
        })
    });
    each.collect()
}

fn borrowed(asked: &Result<Vec<Asked>>) -> Result<Vec<Reduction<'_>>> {
    let asked = asked.as_ref().map_err(Clone::clone)?;
    let each = asked.iter().map(|one| Reduction {
        op: one.op,
        dtype: one.dtype,
        x: &one.x,
        y: one.y.as_deref(),
        ddof: one.ddof,
        reproducible: one.reproducible,
    });
    Ok(each.collect())
}

fn write(asked: Vec<Asked>, values: Vec<Value>) {
    for (one, value) in asked.into_iter().zip(values) {
        one.out.write_bytes(value.bytes());
    }
}
