//! One MPI call: its return code becomes a `Result`.

use std::ffi::{c_char, c_int, c_void, CStr};

use mpi::ffi;

use crate::error::{Code, Error, Result};

extern "C" {
    fn darr_shim_error_string_limit() -> c_int;
}

/// The return code of the MPI function named `function`.
pub fn check(function: &str, code: c_int) -> Result<()> {
    if code == 0 {
        return Ok(());
    }
    Err(Error::new(
        Code::Mpi,
        format!("{function} failed: {}", describe(code)),
    ))
}

/// The address of a buffer for MPI. Where Rust keeps no memory for empty buffers it gives them the address 1, which is
/// `MPI_IN_PLACE` in Open MPI.
pub fn address(buffer: &[u8]) -> *const c_void {
    static SOMEWHERE: u8 = 0;
    if buffer.is_empty() {
        return (&raw const SOMEWHERE).cast();
    }
    buffer.as_ptr().cast()
}

/// As `address`, of a buffer that MPI writes: nothing where it is empty.
pub fn address_mut(buffer: &mut [u8]) -> *mut c_void {
    address(buffer).cast_mut()
}

/// MPI's own text of an error code.
fn describe(code: c_int) -> String {
    // SAFETY: the shim returns a constant.
    let limit = unsafe { darr_shim_error_string_limit() };
    let mut text: Vec<c_char> = vec![0; usize::try_from(limit).unwrap_or(0) + 1];
    let mut length = 0;
    // SAFETY: the buffer holds MPI_MAX_ERROR_STRING characters, and one more that stays zero.
    if unsafe { ffi::MPI_Error_string(code, text.as_mut_ptr(), &mut length) } != 0 {
        return format!("MPI error code {code}");
    }
    // SAFETY: the last character is zero, and MPI writes a terminated text before it.
    let text = unsafe { CStr::from_ptr(text.as_ptr()) };
    // One line: some texts of MPICH are a stack of lines.
    text.to_string_lossy()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Lets another rank on this core run while there is nothing to do here.
///
/// The first polls of a wait do not yield: with a core to itself a rank answers sooner so.
#[derive(Default)]
pub struct Patience {
    polls: u32,
}

impl Patience {
    const POLLS_BEFORE_YIELD: u32 = 32;

    pub fn new() -> Patience {
        Patience { polls: 0 }
    }

    pub fn wait(&mut self) {
        if self.polls < Self::POLLS_BEFORE_YIELD {
            self.polls += 1;
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
}
