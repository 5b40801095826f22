//! The library as a whole: version, codes, error texts, checked mode, element types.

use std::ffi::{c_char, c_int, CString};
use std::sync::OnceLock;

use distarray_core::{Code, Dtype, MAX_DIMS};

use super::error;
use super::guard::guard;
use super::pointer::{output, text};
use crate::error::{explain, Error};
use crate::kernels::threads;
use crate::mpi::{library, Comm};

/// Most dimensions of an array.
pub const DARR_MAX_NDIM: c_int = 15;

const _: () = assert!(MAX_DIMS == DARR_MAX_NDIM as usize);

/// Truth value of one byte: 0 or 1.
pub const DARR_BOOL: c_int = 1;
/// Signed integer of 1 byte.
pub const DARR_INT8: c_int = 2;
/// Signed integer of 2 bytes.
pub const DARR_INT16: c_int = 3;
/// Signed integer of 4 bytes.
pub const DARR_INT32: c_int = 4;
/// Signed integer of 8 bytes.
pub const DARR_INT64: c_int = 5;
/// Unsigned integer of 1 byte.
pub const DARR_UINT8: c_int = 6;
/// Unsigned integer of 2 bytes.
pub const DARR_UINT16: c_int = 7;
/// Unsigned integer of 4 bytes.
pub const DARR_UINT32: c_int = 8;
/// Unsigned integer of 8 bytes.
pub const DARR_UINT64: c_int = 9;
/// Real number of 4 bytes.
pub const DARR_FLOAT32: c_int = 10;
/// Real number of 8 bytes.
pub const DARR_FLOAT64: c_int = 11;
/// Complex number of two 4-byte reals.
pub const DARR_COMPLEX64: c_int = 12;
/// Complex number of two 8-byte reals.
pub const DARR_COMPLEX128: c_int = 13;

/// The version of the library that runs, as one number: major * 10000 + minor * 100 + patch. The header's own is
/// `DARR_VERSION`.
///
/// Local. Needs no MPI and cannot fail.
#[no_mangle]
pub extern "C" fn darr_version() -> c_int {
    VERSION
}

const VERSION: c_int = number(env!("CARGO_PKG_VERSION_MAJOR")) * 10_000
    + number(env!("CARGO_PKG_VERSION_MINOR")) * 100
    + number(env!("CARGO_PKG_VERSION_PATCH"));

/// The decimal number that a text holds.
const fn number(text: &str) -> c_int {
    let digits = text.as_bytes();
    let mut value = 0;
    let mut i = 0;
    while i < digits.len() {
        value = value * 10 + (digits[i] - b'0') as c_int;
        i += 1;
    }
    value
}

/// The version of the binary interface: the number at the end of the shared library's name. Programs run with every
/// library of the same number.
///
/// Local. Needs no MPI and cannot fail.
#[no_mangle]
pub extern "C" fn darr_abi_version() -> c_int {
    number(env!("CARGO_PKG_VERSION_MAJOR"))
}

/// One line on the library that runs: its version, the ABI, the MPI of the program and the HDF5 that it was built with, such as
/// "distarray 0.1.0, ABI 0, Open MPI v4.1.4, HDF5 1.10.8 parallel". Where the program is linked with another MPI than the
/// library was built for, it says so.
///
/// Local. Works before `MPI_Init` and after `MPI_Finalize`. The text lives as long as the program.
#[no_mangle]
pub extern "C" fn darr_build_info() -> *const c_char {
    static TEXT: OnceLock<CString> = OnceLock::new();
    let mut text = c"".as_ptr();
    guard(|| {
        text = TEXT
            .get_or_init(|| CString::new(build_info()).unwrap_or_default())
            .as_ptr();
        Ok(())
    });
    text
}

fn build_info() -> String {
    let running = library::description();
    let mpi = match library::foreign() {
        Ok(()) => running.to_string(),
        Err(_) => format!("built for {} but running with {running}", library::FAMILY),
    };
    format!(
        "distarray {}, ABI {}, {mpi}, {}",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("DARR_HDF5")
    )
}

/// Name and meaning of a code, such as "DARR_ERR_MEMORY: memory was refused"; "unknown code" for any other number.
///
/// Local. Needs no MPI. The text lives as long as the program.
#[no_mangle]
pub extern "C" fn darr_strerror(code: c_int) -> *const c_char {
    error::describe(code).as_ptr()
}

/// What went wrong in the last call that failed on the calling thread, in one line: what was wrong, the value, what is allowed.
/// An empty text if no call has failed. Calls that succeed leave it as it is.
///
/// Local. Needs no MPI. The text is valid until the next call that fails on the same thread.
#[no_mangle]
pub extern "C" fn darr_last_error() -> *const c_char {
    error::last()
}

/// Says why the calling thread's next call has an argument that the library will refuse. For faces in other languages, which
/// see mistakes that C does not, such as a list of the wrong length: they pass something that is refused, and every rank
/// reads this text in the place of the library's own.
///
/// Local. Needs no MPI. Every other function that returns a code uses the text up; only `DARR_ERR_ARGUMENT` comes with it.
/// @param text [in] What is wrong, in one line of UTF-8.
/// Errors: `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_error_explain(text: *const c_char) -> c_int {
    let mut given = None;
    let code = guard(|| {
        // SAFETY: the pointer rule of the header.
        given = Some(unsafe { self::text(text, "text") }?.to_string());
        Ok(())
    });
    explain(given);
    code
}

/// Switches checked mode on (1) or off (0) for a communicator; it is off at first. In checked mode the calls that run what was
/// set up (`darr_plan_begin`, `darr_plan_run`, `darr_reduce`, `darr_array_reduce`, `darr_array_get`, `darr_eval` where it is Collective) first compare the function and
/// its arguments over the ranks, as all other collective calls always do. Ranks that are in different calls, or give
/// different arguments, get `DARR_ERR_MISMATCH` in place of a deadlock or a wrong result. Each of these calls then costs one
/// small reduction more. `darr_plan_end` compares nothing: it ends what all ranks have begun.
///
/// Collective: all ranks pass the same `on`.
/// @param comm [in] Fortran handle of the communicator.
/// @param on [in] 1 or 0.
/// Errors: `DARR_ERR_ARGUMENT`, `DARR_ERR_COMM`, `DARR_ERR_STATE` (called from a thread that MPI was not initialised for), `DARR_ERR_MISMATCH`,
/// `DARR_ERR_MPI`. The mode is unchanged then.
#[no_mangle]
pub extern "C" fn darr_comm_set_checks(comm: c_int, on: c_int) -> c_int {
    guard(|| {
        let comm = Comm::from_fortran(comm)?;
        let stated = match on {
            0 | 1 => Ok(on == 1),
            _ => Err(Error::new(
                Code::Argument,
                format!("on is {on}; 0 or 1 is allowed"),
            )),
        };
        let field = stated.as_ref().map_or(0, |&on| u64::from(on));
        let on = comm.agree_on(
            "darr_comm_set_checks",
            &[("the argument on", field)],
            stated,
        )?;
        comm.set_checks(on);
        Ok(())
    })
}

/// Lets only ranks that pass the same number share memory from now on, as if the others were on another node: between these,
/// plans that are made later use messages of MPI. At first all ranks of a node share memory. For tests, for measurements, and for
/// ranks of one node that the system keeps apart.
///
/// Collective: a few small messages.
/// @param comm [in] Fortran handle of the communicator.
/// @param part [in] The number; each rank passes its own.
/// Errors: `DARR_ERR_COMM`, `DARR_ERR_STATE`, `DARR_ERR_MISMATCH`, `DARR_ERR_MPI`.
#[no_mangle]
pub extern "C" fn darr_comm_divide_node(comm: c_int, part: c_int) -> c_int {
    guard(|| {
        let comm = Comm::from_fortran(comm)?;
        comm.agree_on("darr_comm_divide_node", &[], Ok(()))?;
        comm.divide_node(u64::from(part.unsigned_abs()) << 1 | u64::from(part < 0))?;
        Ok(())
    })
}

/// Lets a call on formulas use several threads of this rank, where it has elements enough; 1, the default, means the calling
/// thread alone. Results are the same bits for any number of threads.
///
/// Local; holds for all communicators of the process from the next call on. The threads live as long as the call, and make no calls of MPI
/// or of functions of the program.
/// @param threads [in] How many, the calling one among them.
/// Errors: `DARR_ERR_ARGUMENT` below 1.
#[no_mangle]
pub extern "C" fn darr_set_threads(threads: c_int) -> c_int {
    guard(|| {
        let number = usize::try_from(threads).ok().filter(|&number| number > 0);
        let number = number.ok_or_else(|| {
            let text = format!("{threads} threads are not possible; 1 or more are");
            Error::new(Code::Argument, text)
        })?;
        threads::set(number);
        Ok(())
    })
}

/// The size of one element.
///
/// Local. Needs no MPI.
/// @param dtype [in] `DARR_BOOL` to `DARR_COMPLEX128`.
/// @param bytes_out [out] Bytes of one element.
/// Errors: `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_dtype_size(dtype: c_int, bytes_out: *mut i64) -> c_int {
    guard(|| {
        // SAFETY: the header asks for pointers to writable memory of the stated type.
        let bytes_out = unsafe { output(bytes_out, "bytes_out")? };
        bytes_out.write(Dtype::from_code(dtype)?.size() as i64);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packed_version_is_that_of_cargo() {
        let parts = env!("CARGO_PKG_VERSION").split('.');
        let parts: Vec<c_int> = parts.map(|part| part.parse().unwrap()).collect();
        assert_eq!(parts.len(), 3);
        assert_eq!(
            darr_version(),
            parts[0] * 10_000 + parts[1] * 100 + parts[2]
        );
        assert_eq!(darr_abi_version(), parts[0]);
    }

    #[test]
    fn every_dtype_of_the_core_has_its_constant_and_size() {
        let sizes = [
            (DARR_BOOL, 1),
            (DARR_INT8, 1),
            (DARR_INT16, 2),
            (DARR_INT32, 4),
            (DARR_INT64, 8),
            (DARR_UINT8, 1),
            (DARR_UINT16, 2),
            (DARR_UINT32, 4),
            (DARR_UINT64, 8),
            (DARR_FLOAT32, 4),
            (DARR_FLOAT64, 8),
            (DARR_COMPLEX64, 8),
            (DARR_COMPLEX128, 16),
        ];
        for (dtype, size) in sizes {
            let mut bytes = -1;
            // SAFETY: a writable integer.
            let code = unsafe { darr_dtype_size(dtype, &mut bytes) };
            assert_eq!(code, error::DARR_OK);
            assert_eq!(bytes, size, "dtype {dtype}");
        }
        for unknown in [0, 14, -1, c_int::MAX] {
            let mut bytes = -1;
            // SAFETY: a writable integer.
            let code = unsafe { darr_dtype_size(unknown, &mut bytes) };
            assert_eq!((code, bytes), (error::DARR_ERR_ARGUMENT, -1));
        }
        // SAFETY: NULL is checked.
        let code = unsafe { darr_dtype_size(DARR_BOOL, std::ptr::null_mut()) };
        assert_eq!(code, error::DARR_ERR_ARGUMENT);
    }
}
