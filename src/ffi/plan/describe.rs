//! What a plan does: numbers and text.

use std::ffi::{c_char, c_int};

use distarray_core::Code;

use crate::error::Error;
use crate::ffi::guard::guard;
use crate::ffi::handle::{darr_plan, get};
use crate::ffi::pointer::{growing_output, terminated, Growing};
use crate::mpi::Direction;
use crate::ops::channels::Way;

fn number(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
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
    /// and MPI carries so many, up to two copies and those of MPI.
    pub bytes_mpi: i64,
    /// Bytes of the largest message that goes to another rank.
    pub largest: i64,
    /// Bytes that the rank copies for itself.
    pub bytes_local: i64,
    /// Bytes of memory that the plan itself takes on the rank.
    pub memory: i64,
    /// Bytes of the text of `darr_plan_text`, with its end.
    pub text: i64,
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
        text: 0,
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
        let plan = plan.exclusive()?;
        let volume = plan.volume();
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
            text: number(plan.describe().len() + 1),
            ..darr_plan_info::INITIAL
        });
        Ok(())
    })
}

/// The messages that a rank sends.
pub const DARR_SENDS: c_int = 0;

/// The messages that a rank receives.
pub const DARR_RECEIVES: c_int = 1;

/// The receiver reads the elements where they lie: one copy.
pub const DARR_WAY_DIRECT: c_int = 0;

/// The elements go through a buffer in memory that the node shares: two copies.
pub const DARR_WAY_STAGED: c_int = 1;

/// MPI carries the elements: up to two copies, none at an end where they lie in memory as in the message, and those of MPI.
pub const DARR_WAY_MPI: c_int = 2;

/// A message of a plan. Start from `DARR_NEIGHBOUR_INIT`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_neighbour {
    /// sizeof(darr_neighbour).
    pub size: i64,
    /// The rank to which it goes or from which it comes.
    pub rank: c_int,
    /// `DARR_WAY_DIRECT` and so on.
    pub way: c_int,
    /// Its bytes.
    pub bytes: i64,
}

// SAFETY: repr(C), the size first, numbers only.
unsafe impl Growing for darr_neighbour {
    const INITIAL: darr_neighbour = darr_neighbour {
        size: size_of::<darr_neighbour>() as i64,
        rank: 0,
        way: DARR_WAY_DIRECT,
        bytes: 0,
    };
    const FIRST: usize = size_of::<darr_neighbour>();
}

/// One of a plan's messages of the calling rank, ascending by the other rank.
///
/// Local.
/// @param plan [in] The plan.
/// @param direction [in] `DARR_SENDS` or `DARR_RECEIVES`.
/// @param number [in] 0 to the number of these that `darr_plan_describe` gives, less one.
/// @param neighbour_out [in, out] Its size is set by the caller; the rest is filled in.
/// Errors: `DARR_ERR_ARGUMENT` for a number that is out of range; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_neighbour(
    plan: *const darr_plan,
    direction: c_int,
    number: i64,
    neighbour_out: *mut darr_neighbour,
) -> c_int {
    guard(|| {
        let plan = get(plan, "plan")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { growing_output(neighbour_out, "neighbour_out") }?;
        let direction = match direction {
            DARR_SENDS => Direction::Send,
            DARR_RECEIVES => Direction::Receive,
            other => {
                let text =
                    format!("the direction {other} is unknown; 0 (sends) and 1 (receives) are");
                return Err(Error::new(Code::Argument, text));
            }
        };
        let all = plan.exclusive()?.neighbours(direction);
        let one = usize::try_from(number)
            .ok()
            .and_then(|number| all.get(number));
        let one = one.ok_or_else(|| {
            let text = format!(
                "neighbour {number} of {}; they are counted from 0",
                all.len()
            );
            Error::new(Code::Argument, text)
        })?;
        out.write(darr_neighbour {
            rank: c_int::try_from(one.rank).unwrap_or(c_int::MAX),
            way: match one.way {
                Way::Direct => DARR_WAY_DIRECT,
                Way::Staged => DARR_WAY_STAGED,
                Way::Mpi => DARR_WAY_MPI,
            },
            bytes: self::number(one.bytes),
            ..darr_neighbour::INITIAL
        });
        Ok(())
    })
}

/// What `darr_plan_describe` and `darr_plan_neighbour` tell, as lines of English text: for people, in no fixed form.
///
/// Local.
/// @param plan [in] The plan.
/// @param bytes [in] Room at `text_out`; `darr_plan_describe` gives how much is needed.
/// @param text_out [out] The text, terminated. Untouched if there is too little room.
/// Errors: `DARR_ERR_ARGUMENT` for too little room; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_plan_text(
    plan: *const darr_plan,
    bytes: i64,
    text_out: *mut c_char,
) -> c_int {
    guard(|| {
        let text = get(plan, "plan")?.exclusive()?.describe();
        // SAFETY: the pointer rule of the header.
        unsafe { terminated(text.as_bytes(), bytes, text_out, "text_out") }
    })
}
