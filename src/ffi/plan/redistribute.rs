//! Plans that bring elements to another distribution.

use std::ffi::c_int;
use std::sync::Mutex;

use distarray_core::{Code, Order};

use super::{borrowed, first, held};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::ffi::guard::guard;
use crate::ffi::handle::{darr_array, darr_plan, store};
use crate::ffi::pointer::{growing_or_initial, output, slice, Growing};
use crate::kernels::combine::Combine;
use crate::ops::plan_redistribute;
use crate::ops::redistribute::{Options, Redistribution};

/// The arriving element takes the place of the old one.
pub const DARR_COMBINE_INSERT: c_int = 0;

/// The arriving element is added: integers wrap, truth values are or-ed.
pub const DARR_COMBINE_ADD: c_int = 1;

/// The smaller one stays; NaN if one is NaN.
pub const DARR_COMBINE_MIN: c_int = 2;

/// The larger one stays; NaN if one is NaN.
pub const DARR_COMBINE_MAX: c_int = 3;

/// No reshape: source and target have one shape, but for the permutation of their dimensions.
pub const DARR_RESHAPE_NONE: c_int = 0;

/// Elements keep their place in the sequence in which the last index runs fastest.
pub const DARR_RESHAPE_C: c_int = 1;

/// Elements keep their place in the sequence in which the first index runs fastest.
pub const DARR_RESHAPE_F: c_int = 2;

/// How a redistribution moves elements. NULL in its place, or `DARR_MOVE_OPTIONS_INIT`, means that each element takes the place of
/// the old one at the same index.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_move_options {
    /// sizeof(darr_move_options).
    pub size: i64,
    /// `DARR_COMBINE_INSERT` and so on: what becomes of the target's old elements.
    pub combine: c_int,
    /// Dimension d of a source becomes dimension axes[d] of the target; NULL: d. Read during the call only.
    pub axes: *const c_int,
    /// `DARR_RESHAPE_C` or `DARR_RESHAPE_F`: source and target may have any shapes with the same number of elements, of which
    /// number n of a source, counted in that order of the global indices, becomes number n of the target. Without axes. The indices
    /// of an unstructured dimension are 0 to its extent - 1 then. Set-up costs time of the rows that a rank owns in dimensions that
    /// change; where rows repeat, of those after which they do, and otherwise at most 2^24 pieces of them.
    /// `DARR_RESHAPE_NONE`, which is 0: shapes fit.
    pub reshape: c_int,
}

// SAFETY: repr(C), the size first, numbers and raw pointers only.
unsafe impl Growing for darr_move_options {
    const INITIAL: darr_move_options = darr_move_options {
        size: size_of::<darr_move_options>() as i64,
        combine: DARR_COMBINE_INSERT,
        axes: std::ptr::null(),
        reshape: DARR_RESHAPE_NONE,
    };
    const FIRST: usize = size_of::<darr_move_options>();
}

/// Plans a redistribution: at each run the owned elements of source i are brought to the owned elements of target i with
/// the same global index, or the index with its entries permuted, or the same place in the sequence of all, with one message per
/// pair of ranks for all of the arrays. Padding is neither read nor written.
///
/// Collective. All sources have one distribution and all targets another, of the same communicator and of shapes that fit, with any
/// maps. Elements are converted to the target's dtype as NumPy's `same_kind` rule allows; combined ones have one dtype. The plan keeps
/// arrays of the library's memory alive; borrowed memory must outlive it. Free the plan with `darr_plan_free`.
/// @param n [in] Number of sources and of targets, 1 or more. Whose call it is the first source says, as for `darr_plan_halo`.
/// @param sources [in] The arrays that are read.
/// @param targets [in] The arrays that are written.
/// @param options [in] NULL for the defaults.
/// @param plan_out [out] The plan.
/// Errors: `DARR_ERR_ARGUMENT` for shapes, dtypes or distributions that do not fit, axes that are no permutation or
/// given for a reshape, memory that sources and targets share, an index of an unstructured dimension that the other end does not
/// have or, for a reshape, that is no place in its extent; `DARR_ERR_MISMATCH`; `DARR_ERR_MEMORY`, also for a reshape that cuts a
/// rank's rows into more than 2^24 pieces without a pattern; `DARR_ERR_UNSUPPORTED` for a structure of a later version;
/// `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_redistribute(
    n: c_int,
    sources: *const *const darr_array,
    targets: *const *mut darr_array,
    options: *const darr_move_options,
    plan_out: *mut *mut darr_plan,
) -> c_int {
    guard(|| {
        // SAFETY: the pointer rule of the header.
        let (first, out, sources, targets, options) = unsafe {
            let first = first(n, sources, "sources")?;
            let options = move_options(options, Some(&first));
            (
                first,
                output(plan_out, "plan_out"),
                held(n, sources, "sources"),
                held(n, targets.cast(), "targets"),
                options,
            )
        };
        let checked = out.as_ref().map_err(Clone::clone);
        let asked = checked.and_then(|_| {
            Ok(Redistribution {
                sources: borrowed(&sources)?,
                targets: borrowed(&targets)?,
                options: options?,
            })
        });
        let plan = plan_redistribute(&first, asked)?;
        out?.write(store(Mutex::new(plan)));
        Ok(())
    })
}

/// `first` is the first source; the axes are not looked at where there is none.
///
/// # Safety
/// The pointer rule of the header.
pub(super) unsafe fn move_options(
    options: *const darr_move_options,
    first: Option<&Array>,
) -> Result<Options> {
    // SAFETY: passed on to the caller.
    unsafe {
        let options = growing_or_initial(options, "options")?;
        let mut read = Options {
            combine: Combine::from_code(options.combine)?,
            axes: None,
            reshape: reshape(options.reshape)?,
        };
        let (Some(first), false) = (first, options.axes.is_null()) else {
            return Ok(read);
        };
        let axes = slice(options.axes, first.dist().map().ndim() as c_int, "axes")?;
        // What is negative is no dimension either.
        let axes = axes
            .iter()
            .map(|&axis| usize::try_from(axis).unwrap_or(usize::MAX));
        read.axes = Some(axes.collect());
        Ok(read)
    }
}

/// The order of a reshape.
fn reshape(code: c_int) -> Result<Option<Order>> {
    match code {
        DARR_RESHAPE_NONE => Ok(None),
        DARR_RESHAPE_C => Ok(Some(Order::C)),
        DARR_RESHAPE_F => Ok(Some(Order::F)),
        _ => {
            let text = format!("reshape {code} is unknown; allowed: 0 (none), 1 (C) or 2 (F)");
            Err(Error::new(Code::Argument, text))
        }
    }
}
