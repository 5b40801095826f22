//! `darr_plan`: who sends what to whom, bound to the arrays.

pub mod between;
pub mod describe;
pub mod edge;
pub mod halo;
pub mod indices;
pub mod redistribute;

use std::ffi::c_int;
use std::sync::Mutex;

use distarray_core::Code;

use super::guard::guard;
use super::handle::{darr_array, darr_plan, free, get, Handle, Held};
use super::pointer::{input, output, slice};
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
/// are undefined. Errors: `DARR_ERR_STATE` for a plan that is begun already or failed half way, and while another plan that is begun
/// writes what this one reads or writes, or reads what this one writes, of one array; views count as arrays of their own.
/// `DARR_ERR_MPI`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`; in checked mode `DARR_ERR_MISMATCH`.
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

/// Frees a plan. One that is begun gives up its messages: until the other ranks have ended or freed theirs, MPI may still read borrowed
/// memory of the arrays, which must stay as long.
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
pub(super) unsafe fn first(
    n: c_int,
    arrays: *const *const darr_array,
    name: &str,
) -> Result<Held<Array>> {
    if n == 0 {
        return Err(none(n, name));
    }
    // SAFETY: passed on to the caller.
    get(unsafe { input(arrays, name) }?, &format!("{name}[0]"))
}

/// # Safety
/// `arrays` is NULL or points to `n` handles.
pub(super) unsafe fn held(
    n: c_int,
    arrays: *const *const darr_array,
    name: &str,
) -> Result<Vec<Held<Array>>> {
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

pub(super) fn borrowed(arrays: &Result<Vec<Held<Array>>>) -> Result<Vec<&Array>> {
    let arrays = arrays.as_ref().map_err(Clone::clone)?;
    Ok(arrays.iter().map(|array| &**array).collect())
}
