//! `darr_plan`: who sends what to whom, bound to the arrays.

use std::ffi::c_int;
use std::sync::Mutex;

use distarray_core::halo::HaloOptions;
use distarray_core::{Code, Dims};

use super::guard::guard;
use super::handle::{darr_array, darr_plan, free, get, store, Handle, Held};
use super::pointer::{growing_or_initial, growing_output, input, output, slice, Growing};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::combine::Combine;
use crate::ops::halo::Halo;
use crate::ops::redistribute::Redistribution;
use crate::ops::{plan_halo, plan_redistribute, Plan};

impl Handle for darr_plan {
    type Object = Mutex<Plan>;
    const NAME: &'static str = "darr_plan";
}

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
    };
    const FIRST: usize = size_of::<darr_halo_options>();
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
/// widths beyond the padding of one of them, widths or directions that do not fit the dimensions of one;
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
        })
    }
}

/// The arriving element takes the place of the old one.
pub const DARR_COMBINE_INSERT: c_int = 0;

/// The arriving element is added: integers wrap, truth values are or-ed.
pub const DARR_COMBINE_ADD: c_int = 1;

/// The smaller one stays; NaN if one is NaN.
pub const DARR_COMBINE_MIN: c_int = 2;

/// The larger one stays; NaN if one is NaN.
pub const DARR_COMBINE_MAX: c_int = 3;

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
}

// SAFETY: repr(C), the size first, numbers and raw pointers only.
unsafe impl Growing for darr_move_options {
    const INITIAL: darr_move_options = darr_move_options {
        size: size_of::<darr_move_options>() as i64,
        combine: DARR_COMBINE_INSERT,
        axes: std::ptr::null(),
    };
    const FIRST: usize = size_of::<darr_move_options>();
}

/// Plans a redistribution: at each run the owned elements of source i are brought to the owned elements of target i with
/// the same global index, or the index with its entries permuted, with one message per pair of ranks for all of the arrays. Padding is
/// neither read nor written.
///
/// Collective. All sources have one distribution and all targets another, of the same communicator and of shapes that fit, with any
/// maps. Elements are converted to the target's dtype as NumPy's `same_kind` rule allows; combined ones have one dtype. The plan keeps
/// arrays of the library's memory alive; borrowed memory must outlive it. Free the plan with `darr_plan_free`.
/// @param n [in] Number of sources and of targets, 1 or more. Whose call it is the first source says, as for `darr_plan_halo`.
/// @param sources [in] The arrays that are read.
/// @param targets [in] The arrays that are written.
/// @param options [in] NULL for the defaults.
/// @param plan_out [out] The plan.
/// Errors: `DARR_ERR_ARGUMENT` for shapes, dtypes or distributions that do not fit, axes that are no permutation, memory that sources
/// and targets share, an index of an unstructured dimension that the other end does not have; `DARR_ERR_MISMATCH`; `DARR_ERR_MEMORY`;
/// `DARR_ERR_UNSUPPORTED` for a structure of a later version; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
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
            let options = move_options(options, &first);
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
            let (combine, axes) = options?;
            Ok(Redistribution {
                sources: borrowed(&sources)?,
                targets: borrowed(&targets)?,
                combine,
                axes,
            })
        });
        let plan = plan_redistribute(&first, asked)?;
        out?.write(store(Mutex::new(plan)));
        Ok(())
    })
}

/// How elements combine, and which dimension becomes which.
///
/// # Safety
/// The pointer rule of the header.
unsafe fn move_options(
    options: *const darr_move_options,
    first: &Array,
) -> Result<(Combine, Option<Vec<usize>>)> {
    let ndim = first.dist().map().ndim();
    // SAFETY: passed on to the caller.
    unsafe {
        let options = growing_or_initial(options, "options")?;
        let combine = Combine::from_code(options.combine)?;
        if options.axes.is_null() {
            return Ok((combine, None));
        }
        let axes = slice(options.axes, ndim as c_int, "axes")?;
        // What is negative is no dimension either.
        let axes = axes
            .iter()
            .map(|&axis| usize::try_from(axis).unwrap_or(usize::MAX));
        Ok((combine, Some(axes.collect())))
    }
}

/// The array whose communicator a call with a list is for: whatever else is wrong with the list, all its ranks can be told.
///
/// # Safety
/// `arrays` is NULL or points to `n` handles, to one where `n` is negative.
unsafe fn first(n: c_int, arrays: *const *const darr_array, name: &str) -> Result<Held<Array>> {
    if n == 0 {
        return Err(none(n, name));
    }
    // SAFETY: passed on to the caller.
    get(unsafe { input(arrays, name) }?, &format!("{name}[0]"))
}

/// # Safety
/// `arrays` is NULL or points to `n` handles.
unsafe fn held(n: c_int, arrays: *const *const darr_array, name: &str) -> Result<Vec<Held<Array>>> {
    if n <= 0 {
        return Err(none(n, name));
    }
    // SAFETY: passed on to the caller.
    let handles = unsafe { slice(arrays, n, name) }?;
    let each = handles.iter().enumerate();
    each.map(|(i, &array)| get(array, &format!("{name}[{i}]")))
        .collect()
}

fn none(n: c_int, name: &str) -> Error {
    Error::new(
        Code::Argument,
        format!("the number of {name} is {n}; at least one is needed"),
    )
}

fn borrowed(arrays: &Result<Vec<Held<Array>>>) -> Result<Vec<&Array>> {
    let arrays = arrays.as_ref().map_err(Clone::clone)?;
    Ok(arrays.iter().map(|array| &**array).collect())
}

/// Begins a run: sends what the other ranks need and returns without waiting for them.
///
/// Collective. Until `darr_plan_end` the elements that are sent may be read but not written, and those that are filled
/// are undefined. Errors: `DARR_ERR_STATE` for a plan that is begun already or failed half way; `DARR_ERR_MPI`;
/// `DARR_ERR_COMM`; `DARR_ERR_HANDLE`; in checked mode `DARR_ERR_MISMATCH`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_begin(plan: *mut darr_plan) -> c_int {
    guard(|| get(plan, "plan")?.exclusive()?.begin())
}

/// Ends a run: returns when this rank's elements have arrived and nobody reads its memory any more.
///
/// Collective. Errors: `DARR_ERR_STATE` for a plan that is not begun; `DARR_ERR_MPI`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_end(plan: *mut darr_plan) -> c_int {
    guard(|| get(plan, "plan")?.exclusive()?.end())
}

/// `darr_plan_begin` and `darr_plan_end` in one call, with the errors of both.
///
/// Collective.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_run(plan: *mut darr_plan) -> c_int {
    guard(|| get(plan, "plan")?.exclusive()?.run())
}

/// Takes what has arrived since `darr_plan_begin` and tells whether `darr_plan_end` would return without waiting (1) or not (0);
/// 1 also for a plan that is not begun. Called now and then while the program computes, it moves the run on.
///
/// Local, though others may wait for it. Errors: `DARR_ERR_STATE` for a plan that failed half way; `DARR_ERR_MPI`;
/// `DARR_ERR_COMM`; `DARR_ERR_HANDLE`; `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_test(plan: *mut darr_plan, done_out: *mut c_int) -> c_int {
    guard(|| {
        let plan = get(plan, "plan")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { output(done_out, "done_out") }?;
        out.write(plan.exclusive()?.test()?.into());
        Ok(())
    })
}

/// What a plan does on the calling rank at each run. Start from `DARR_PLAN_INFO_INIT`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_plan_info {
    /// sizeof(darr_plan_info).
    pub size: i64,
    /// Ranks to which elements go, one message each.
    pub sends: i64,
    /// Ranks from which elements come.
    pub receives: i64,
    /// Bytes that go to other ranks; of these
    pub bytes: i64,
    /// the peers read so many where they lie, one copy in all,
    pub bytes_direct: i64,
    /// so many from a buffer in memory that the node shares, two copies,
    pub bytes_staged: i64,
    /// and MPI carries so many, two copies and those of MPI.
    pub bytes_mpi: i64,
    /// Bytes of the largest message that goes to another rank.
    pub largest: i64,
    /// Bytes that the rank copies for itself.
    pub bytes_local: i64,
    /// Bytes of memory that the plan itself takes on the rank.
    pub memory: i64,
}

// SAFETY: repr(C), the size first, numbers only.
unsafe impl Growing for darr_plan_info {
    const INITIAL: darr_plan_info = darr_plan_info {
        size: size_of::<darr_plan_info>() as i64,
        sends: 0,
        receives: 0,
        bytes: 0,
        bytes_direct: 0,
        bytes_staged: 0,
        bytes_mpi: 0,
        largest: 0,
        bytes_local: 0,
        memory: 0,
    };
    const FIRST: usize = size_of::<darr_plan_info>();
}

/// What a plan does on the calling rank at each run: messages, bytes and the way that they take.
///
/// Local.
/// @param plan [in] The plan.
/// @param info_out [in, out] Its size is set by the caller; the rest is filled in.
/// Errors: `DARR_ERR_HANDLE`; `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_describe(
    plan: *const darr_plan,
    info_out: *mut darr_plan_info,
) -> c_int {
    guard(|| {
        let plan = get(plan, "plan")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { growing_output(info_out, "info_out") }?;
        let volume = plan.exclusive()?.volume();
        let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        out.write(darr_plan_info {
            sends: number(volume.sends),
            receives: number(volume.receives),
            bytes: number(volume.bytes),
            bytes_direct: number(volume.direct),
            bytes_staged: number(volume.staged),
            bytes_mpi: number(volume.bytes - volume.direct - volume.staged),
            largest: number(volume.largest),
            bytes_local: number(volume.local),
            memory: number(volume.memory),
            ..darr_plan_info::INITIAL
        });
        Ok(())
    })
}

/// Frees a plan. One that is begun gives up its messages.
///
/// Local; NULL is fine; works after `MPI_Finalize`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_free(plan: *mut darr_plan) {
    guard(|| free(plan, "plan"));
}
