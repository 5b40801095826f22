//! Plans that bring elements from the arrays of one communicator to those of another.

use std::ffi::c_int;
use std::sync::Mutex;

use super::held;
use super::redistribute::{darr_move_options, move_options};
use crate::array::Array;
use crate::error::Result;
use crate::ffi::guard::guard;
use crate::ffi::handle::{darr_array, darr_plan, store, Held};
use crate::ffi::pointer::{output, slice};
use crate::mpi::Comm;
use crate::ops::between::Between;
use crate::ops::plan_between;

/// As `darr_plan_redistribute`, where sources and targets live on different communicators, which may overlap, be equal or have no
/// rank in common: elements go from a part of a program to another.
///
/// Collective over `comm`, which has all ranks of both. The plan's runs are collective over it too; what becomes of the arrays'
/// own communicators afterwards does not matter to them. Each rank of the sources' communicator passes all sources, and so for the
/// targets. Set-up sends the description of both ends to all ranks; each run begins with
/// an agreement of all, by which they hear of a begun plan that is in the way of one.
/// @param comm [in] Fortran handle of the communicator; `darr_plan_redistribute_between_mpi` takes an `MPI_Comm`.
/// @param n [in] Number of sources and of targets, 1 or more; also 0 on a rank outside of both communicators.
/// @param sources [in] The arrays that are read. A rank outside of their communicator passes NULL, or NULL for each.
/// @param targets [in] The arrays that are written, likewise.
/// @param options [in] NULL for the defaults. The axes are read on ranks that pass sources; the rest is the same on all.
/// @param plan_out [out] The plan.
/// Errors: as `darr_plan_redistribute`, and `DARR_ERR_ARGUMENT` where no rank passes sources or targets, where one that is in their
/// communicator does not, or where that has ranks which `comm` has not; `DARR_ERR_MISMATCH` for ends that differ between ranks;
/// `DARR_ERR_HANDLE` also for NULL among arrays; `DARR_ERR_COMM` also where the communicator of an array has been freed.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_redistribute_between(
    comm: c_int,
    n: c_int,
    sources: *const *const darr_array,
    targets: *const *mut darr_array,
    options: *const darr_move_options,
    plan_out: *mut *mut darr_plan,
) -> c_int {
    guard(|| {
        let comm = Comm::from_fortran(comm)?;
        // SAFETY: the pointer rule of the header.
        let (out, sources, targets) = unsafe {
            (
                output(plan_out, "plan_out"),
                held_or_none(n, sources, "sources"),
                held_or_none(n, targets.cast(), "targets"),
            )
        };
        let checked = out.as_ref().map_err(Clone::clone);
        let asked = checked.and_then(|_| {
            let arrays = [borrowed(&sources)?, borrowed(&targets)?];
            let first = arrays[0].as_deref().map(|sources| sources[0]);
            Ok(Between {
                // SAFETY: the pointer rule of the header.
                options: unsafe { move_options(options, first) }?,
                arrays,
            })
        });
        let plan = plan_between(&comm, asked)?;
        out?.write(store(Mutex::new(plan)));
        Ok(())
    })
}

/// The arrays, `None` where there is NULL alone, or nothing.
///
/// # Safety
/// `arrays` is NULL or points to `n` handles.
unsafe fn held_or_none(
    n: c_int,
    arrays: *const *const darr_array,
    name: &str,
) -> Result<Option<Vec<Held<Array>>>> {
    // SAFETY: passed on to the caller.
    unsafe {
        if n == 0
            || n > 0 && (arrays.is_null() || slice(arrays, n, name)?.iter().all(|it| it.is_null()))
        {
            return Ok(None);
        }
        held(n, arrays, name).map(Some)
    }
}

fn borrowed(arrays: &Result<Option<Vec<Held<Array>>>>) -> Result<Option<Vec<&Array>>> {
    match arrays {
        Ok(Some(arrays)) => Ok(Some(arrays.iter().map(|array| &**array).collect())),
        Ok(None) => Ok(None),
        Err(error) => Err(error.clone()),
    }
}
