//! Codes as C sees them, and the text of the last failure of each thread.

use std::cell::RefCell;
use std::ffi::{c_char, c_int, CStr, CString};

use distarray_core::Code;

use crate::error::Error;

/// Success.
pub const DARR_OK: c_int = 0;
/// A value that is not allowed.
pub const DARR_ERR_ARGUMENT: c_int = 1;
/// A handle that is NULL, freed, foreign or of the wrong kind.
pub const DARR_ERR_HANDLE: c_int = 2;
/// Allowed by the contract, but not offered by this build or function.
pub const DARR_ERR_UNSUPPORTED: c_int = 3;
/// The ranks disagree: different arguments, or different calls.
pub const DARR_ERR_MISMATCH: c_int = 4;
/// Memory was refused.
pub const DARR_ERR_MEMORY: c_int = 5;
/// The communicator is null, an intercommunicator or freed; or MPI is not initialised, finalised, or not the MPI that
/// the library was built for.
pub const DARR_ERR_COMM: c_int = 6;
/// MPI reported an error; its own text is kept.
pub const DARR_ERR_MPI: c_int = 7;
/// The operating system or HDF5 refused: a missing directory, a full disk.
pub const DARR_ERR_IO: c_int = 8;
/// The file is not what was asked for: foreign, truncated, of another shape or type.
pub const DARR_ERR_FORMAT: c_int = 9;
/// Calls in the wrong order: an end without a begin, a plan in use, a call from a thread that MPI was not initialised
/// for, an object that an internal error left unusable.
pub const DARR_ERR_STATE: c_int = 10;
/// A descriptor breaks a rule of the Distributed Array Protocol.
pub const DARR_ERR_PROTOCOL: c_int = 11;
/// A defect of the library. The object involved is unusable from then on; it can still be freed.
pub const DARR_ERR_INTERNAL: c_int = 12;
/// A function of the program that the library called reported a failure.
pub const DARR_ERR_CALLBACK: c_int = 13;

thread_local! {
    /// Text of the last failure; none yet is an empty text.
    static LAST: RefCell<Option<CString>> = const { RefCell::new(None) };
}

/// Keeps the text of a failure for `darr_last_error` and gives its code.
pub fn keep(error: Error) -> c_int {
    let text = CString::new(error.text).unwrap_or_else(|with_nul| {
        let bytes = with_nul.into_vec().into_iter();
        CString::new(bytes.filter(|&byte| byte != 0).collect::<Vec<_>>()).unwrap_or_default()
    });
    // A thread that is ending keeps nothing: nobody can ask for it any more.
    let _ = LAST.try_with(|last| last.replace(Some(text)));
    error.code as c_int
}

/// The text of the last failure of this thread, valid until its next failure.
pub fn last() -> *const c_char {
    let kept = LAST.try_with(|last| last.borrow().as_ref().map(|text| text.as_ptr()));
    kept.ok().flatten().unwrap_or(c"".as_ptr())
}

/// Name and meaning of a code.
pub fn describe(code: c_int) -> &'static CStr {
    let Some(code) = Code::from_number(code) else {
        return if code == DARR_OK {
            c"DARR_OK: success"
        } else {
            c"unknown code"
        };
    };
    match code {
        Code::Argument => c"DARR_ERR_ARGUMENT: a value that is not allowed",
        Code::Handle => {
            c"DARR_ERR_HANDLE: a handle that is NULL, freed, foreign or of the wrong kind"
        }
        Code::Unsupported => c"DARR_ERR_UNSUPPORTED: not offered by this build or function",
        Code::Mismatch => c"DARR_ERR_MISMATCH: the ranks disagree",
        Code::Memory => c"DARR_ERR_MEMORY: memory was refused",
        Code::Comm => c"DARR_ERR_COMM: the communicator or MPI itself cannot be used",
        Code::Mpi => c"DARR_ERR_MPI: MPI reported an error",
        Code::Io => c"DARR_ERR_IO: the operating system or HDF5 refused",
        Code::Format => c"DARR_ERR_FORMAT: the file is not what was asked for",
        Code::State => c"DARR_ERR_STATE: a call at the wrong time",
        Code::Protocol => c"DARR_ERR_PROTOCOL: a descriptor breaks a rule of the protocol",
        Code::Internal => c"DARR_ERR_INTERNAL: a defect of the library",
        Code::Callback => c"DARR_ERR_CALLBACK: a function of the program failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_core_has_its_constant_and_its_name() {
        let constants = [
            (Code::Argument, DARR_ERR_ARGUMENT, "DARR_ERR_ARGUMENT"),
            (Code::Handle, DARR_ERR_HANDLE, "DARR_ERR_HANDLE"),
            (
                Code::Unsupported,
                DARR_ERR_UNSUPPORTED,
                "DARR_ERR_UNSUPPORTED",
            ),
            (Code::Mismatch, DARR_ERR_MISMATCH, "DARR_ERR_MISMATCH"),
            (Code::Memory, DARR_ERR_MEMORY, "DARR_ERR_MEMORY"),
            (Code::Comm, DARR_ERR_COMM, "DARR_ERR_COMM"),
            (Code::Mpi, DARR_ERR_MPI, "DARR_ERR_MPI"),
            (Code::Io, DARR_ERR_IO, "DARR_ERR_IO"),
            (Code::Format, DARR_ERR_FORMAT, "DARR_ERR_FORMAT"),
            (Code::State, DARR_ERR_STATE, "DARR_ERR_STATE"),
            (Code::Protocol, DARR_ERR_PROTOCOL, "DARR_ERR_PROTOCOL"),
            (Code::Internal, DARR_ERR_INTERNAL, "DARR_ERR_INTERNAL"),
            (Code::Callback, DARR_ERR_CALLBACK, "DARR_ERR_CALLBACK"),
        ];
        assert_eq!(constants.map(|(code, ..)| code), Code::ALL);
        for (code, constant, name) in constants {
            assert_eq!(code as c_int, constant);
            let text = describe(constant).to_str().unwrap();
            assert!(text.starts_with(&format!("{name}: ")), "{text}");
        }
        assert_eq!(describe(DARR_OK), c"DARR_OK: success");
        for unknown in [-1, 14, c_int::MAX, c_int::MIN] {
            assert_eq!(describe(unknown), c"unknown code");
        }
    }

    #[test]
    fn each_thread_keeps_its_own_text_without_zero_bytes() {
        let text = || {
            // SAFETY: a terminated text, valid until the next failure on this thread.
            unsafe { CStr::from_ptr(last()) }
                .to_str()
                .unwrap()
                .to_string()
        };
        assert_eq!(text(), "");
        assert_eq!(keep(Error::new(Code::Io, "disk\0 full")), DARR_ERR_IO);
        assert_eq!(text(), "disk full");
        std::thread::spawn(move || assert_eq!(text(), ""))
            .join()
            .unwrap();
        assert_eq!(keep(Error::new(Code::State, "later")), DARR_ERR_STATE);
        assert_eq!(text(), "later");
    }
}
