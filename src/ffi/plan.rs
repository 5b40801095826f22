//! `darr_plan`: who sends what to whom, bound to the arrays.

pub mod edge;
pub mod halo;
pub mod indices;
pub mod redistribute;

use std::ffi::c_int;
use std::sync::Mutex;

use distarray_core::Code;

use super::guard::guard;
use super::handle::{darr_array, darr_plan, free, get, Handle, Held};
use super::pointer::{growing_output, input, output, slice, Growing};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::ops::Plan;

impl Handle for darr_plan {
    type Object = Mutex<Plan>;
    const NAME: &'static str = "darr_plan";
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
/// Collective. With a callback at an edge it also waits for the other ranks to come as far, and what a callback of any
/// rank reports is every rank's `DARR_ERR_CALLBACK`; the plan can be run again. Errors: `DARR_ERR_STATE` for a plan that is not
/// begun; `DARR_ERR_CALLBACK`; `DARR_ERR_MPI`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
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

/// Takes what has arrived since `darr_plan_begin` and tells whether `darr_plan_end` would return without waiting (1) or not (0),
/// apart from its agreement on callbacks; 1 also for a plan that is not begun. Called now and then while the program computes,
/// it moves the run on.
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
