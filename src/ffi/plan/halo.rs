//! Plans that fill ghosts, or sum them back.

use std::ffi::c_int;
use std::mem::offset_of;
use std::sync::Mutex;

use distarray_core::halo::HaloOptions;
use distarray_core::Dims;

use super::edge::{self, darr_edge};
use super::{borrowed, first, held};
use crate::array::Array;
use crate::error::Result;
use crate::ffi::guard::guard;
use crate::ffi::handle::{darr_array, darr_plan, store};
use crate::ffi::pointer::{growing_or_initial, output, slice, Growing};
use crate::ops::halo::Halo;
use crate::ops::plan_halo;

/// Which ghosts a halo exchange fills. NULL in its place, or `DARR_HALO_OPTIONS_INIT`, means all communication padding,
/// corners included.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_halo_options {
    /// sizeof(darr_halo_options).
    pub size: i64,
    /// 0: corners too; 1: only ghosts that are beyond the owned elements in one dimension.
    pub star: c_int,
    /// 1: boundary padding travels along in the other dimensions, as codes that exchange one dimension after the other do.
    pub carry_boundary: c_int,
    /// Widths to fill below, one per dimension, at most the padding; NULL: all of it.
    pub below: *const i64,
    /// Widths to fill above, one per dimension, at most the padding; NULL: all of it.
    pub above: *const i64,
    /// 0: ghosts are filled from the elements that they mirror. 1: the other way, ghosts are added to these elements and keep
    /// their values; the order of the additions depends on the distribution alone.
    pub accumulate: c_int,
    /// Number of directions in the list `offsets`.
    pub n_offsets: c_int,
    /// Only ghosts in these directions take part: one entry per dimension and direction, -1 below, 0 beside, 1 above the owned
    /// elements. NULL: all, or those that `star` leaves. Read during the call only.
    pub offsets: *const c_int,
    /// Number of entries of `edges`.
    pub n_edges: c_int,
    /// What is filled beyond the ends of dimensions that are not periodic, once all ghosts have arrived. NULL: nothing, and
    /// boundary padding is the program's own. Read during the call only; the same on every rank.
    ///
    /// As many layers are filled as `below` and `above` ask for, also those of inner ranks whose ghosts reach across the end of
    /// the domain. Dimensions follow one another, 0 first: each is filled over owned elements, the ghosts that arrive, and what
    /// edges of dimensions before it filled, so that a corner belongs to the later dimension. `carry_boundary` adds
    /// boundary padding where there is no edge; what it carries is overwritten where there is one. With `star` or `offsets` only
    /// layers beside owned elements are filled, with `offsets` in the listed directions.
    pub edges: *const darr_edge,
}

// SAFETY: repr(C), the size first, numbers and raw pointers only.
unsafe impl Growing for darr_halo_options {
    const INITIAL: darr_halo_options = darr_halo_options {
        size: size_of::<darr_halo_options>() as i64,
        star: 0,
        carry_boundary: 0,
        below: std::ptr::null(),
        above: std::ptr::null(),
        accumulate: 0,
        n_offsets: 0,
        offsets: std::ptr::null(),
        n_edges: 0,
        edges: std::ptr::null(),
    };
    const FIRST: usize = offset_of!(darr_halo_options, n_edges);
}

/// Plans a halo exchange: at each run the ghosts of several arrays, of any distributions over one communicator, are filled from
/// their owners, with one message per neighbour for all of the arrays.
///
/// Collective. Widths may exceed what a neighbour owns: the elements then come from the ranks behind it. The plan keeps
/// arrays of the library's memory alive; borrowed memory must outlive it. Free the plan with `darr_plan_free`.
/// @param n [in] Number of arrays, 1 or more. Whose call it is the first array says, whatever else is wrong: only a rank that
/// passes none, or no live one, reports alone.
/// @param arrays [in] The arrays.
/// @param options [in] NULL for the defaults; they hold for every array.
/// @param plan_out [out] The plan.
/// Errors: `DARR_ERR_ARGUMENT` for no array, arrays that share memory, arrays of different communicators,
/// widths beyond the padding of one of them, widths or directions that do not fit the dimensions of one; edges of a dimension
/// that is periodic or does not exist, two at one place, edges with `accumulate`, or filled from elements that are neither owned
/// by the rank that has the layers nor among its ghosts;
/// `DARR_ERR_MISMATCH` for arguments that differ between ranks; `DARR_ERR_MEMORY`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_halo(
    n: c_int,
    arrays: *const *mut darr_array,
    options: *const darr_halo_options,
    plan_out: *mut *mut darr_plan,
) -> c_int {
    guard(|| {
        // SAFETY: the pointer rule of the header.
        let (first, out, list, options) = unsafe {
            let first = first(n, arrays.cast(), "arrays")?;
            let options = halo_options(options, &first);
            let list = held(n, arrays.cast(), "arrays");
            (first, output(plan_out, "plan_out"), list, options)
        };
        let checked = out.as_ref().map_err(Clone::clone);
        let asked = checked.and_then(|_| Ok((borrowed(&list)?, options?)));
        let plan = plan_halo(&first, asked)?;
        out?.write(store(Mutex::new(plan)));
        Ok(())
    })
}

/// # Safety
/// The pointer rule of the header.
unsafe fn halo_options(options: *const darr_halo_options, first: &Array) -> Result<Halo> {
    let ndim = first.dist().map().ndim() as i64;
    // SAFETY: passed on to the caller.
    unsafe {
        let options = growing_or_initial(options, "options")?;
        let widths = |widths: *const i64, name| -> Result<Option<Dims<i64>>> {
            if widths.is_null() {
                return Ok(None);
            }
            Ok(Some(slice(widths, ndim, name)?.iter().copied().collect()))
        };
        let offsets = if options.offsets.is_null() {
            None
        } else {
            let n = i64::from(options.n_offsets).saturating_mul(ndim);
            let all = slice(options.offsets, n, "offsets")?;
            let entry = |offset: &[c_int]| offset.iter().map(|&entry| entry.into()).collect();
            Some(all.chunks(ndim.max(1) as usize).map(entry).collect())
        };
        Ok(Halo {
            ghosts: HaloOptions {
                star: options.star != 0,
                carry_boundary: options.carry_boundary != 0,
                below: widths(options.below, "below")?,
                above: widths(options.above, "above")?,
                offsets,
            },
            accumulate: options.accumulate != 0,
            edges: if options.edges.is_null() {
                Vec::new()
            } else {
                edge::edges(options.n_edges, options.edges)?
            },
        })
    }
}
