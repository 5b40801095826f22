//! Whether MPI may be called: the right library, initialised, not finalised, from this thread.

use std::ffi::{c_char, c_int, CStr};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::OnceLock;

use mpi::ffi;

use super::call::check;
use crate::error::{Code, Error, Result};

/// The family of MPI libraries that this build belongs to.
pub const FAMILY: &str = env!("DARR_MPI_FAMILY");

/// Condition: the bindings and this build look at the same `mpi.h`. A communicator is a pointer in Open MPI and an
/// `int` in the MPICH family. A target directory serves one MPI only.
const _: () = assert!(
    size_of::<ffi::MPI_Comm>() == if cfg!(darr_mpi = "mpich") { 4 } else { size_of::<usize>() },
    "the MPI bindings in this target directory were built for another MPI: use one CARGO_TARGET_DIR per MPI"
);

/// Room for the text of any MPI library: the limits are 256 in Open MPI and 8192 in MPICH.
const VERSION_ROOM: usize = 16 * 1024;

extern "C" {
    fn darr_shim_library_version(text: *mut c_char) -> c_int;
}

/// First line of what the MPI library of this process says of itself.
pub fn description() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut text: Vec<c_char> = vec![0; VERSION_ROOM];
        // SAFETY: the buffer is longer than the text of any known MPI; the call is allowed at any time.
        if unsafe { darr_shim_library_version(text.as_mut_ptr()) } != 0 {
            return "an MPI that does not tell its version".to_string();
        }
        text[VERSION_ROOM - 1] = 0;
        // SAFETY: the last character is zero.
        let text = unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy();
        shorten(&text)
    })
}

/// "Open MPI v4.1.4" or "MPICH 4.0.2" from the long texts that the libraries give.
fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or("").trim();
    let line = line.split(',').next().unwrap_or(line);
    if let Some((name, version)) = line.split_once(" Version:") {
        return format!("{} {}", name.trim(), version.trim());
    }
    line.to_string()
}

/// Whether a library that describes itself so belongs to the family of this build.
fn of_this_family(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let open_mpi = lower.contains("open mpi") || lower.contains("spectrum mpi");
    if cfg!(darr_mpi = "openmpi") {
        open_mpi
    } else {
        // Libraries that keep the binary interface of MPICH.
        let family = ["mpich", "mvapich", "intel(r) mpi", "parastation"];
        !open_mpi && family.iter().any(|name| lower.contains(name))
    }
}

/// The error for a program that runs another MPI than this build was made for.
pub fn foreign() -> Result<()> {
    static FOREIGN: OnceLock<Option<Error>> = OnceLock::new();
    let error = FOREIGN.get_or_init(|| {
        let running = description();
        (!of_this_family(running)).then(|| {
            Error::new(
                Code::Comm,
                format!(
                    "this library was built for {FAMILY}, but the program is linked with {running}: \
                     link the program with the library that was built for its MPI"
                ),
            )
        })
    });
    error.clone().map_or(Ok(()), Err)
}

/// MPI is the right one, initialised and not finalised.
pub fn running() -> Result<()> {
    foreign()?;
    let mut flag = 0;
    // SAFETY: MPI_Initialized and MPI_Finalized may be called at any time.
    check("MPI_Initialized", unsafe {
        ffi::MPI_Initialized(&mut flag)
    })?;
    if flag == 0 {
        return Err(Error::new(
            Code::Comm,
            "MPI is not initialised: call MPI_Init or MPI_Init_thread first",
        ));
    }
    if finalised()? {
        return Err(Error::new(
            Code::Comm,
            "MPI_Finalize has been called: no collective call is possible any more",
        ));
    }
    Ok(())
}

/// Whether `MPI_Finalize` has ended. Only asked where MPI is the right one.
pub fn finalised() -> Result<bool> {
    let mut flag = 0;
    // SAFETY: may be called at any time.
    check("MPI_Finalized", unsafe { ffi::MPI_Finalized(&mut flag) })?;
    Ok(flag != 0)
}

/// The calling thread may call MPI. MPI is running.
pub fn thread() -> Result<()> {
    const UNKNOWN: i32 = i32::MIN;
    static LEVEL: AtomicI32 = AtomicI32::new(UNKNOWN);
    let mut level = LEVEL.load(Ordering::Relaxed);
    if level == UNKNOWN {
        // SAFETY: MPI is running; the level does not change after initialisation.
        check("MPI_Query_thread", unsafe {
            ffi::MPI_Query_thread(&mut level)
        })?;
        LEVEL.store(level, Ordering::Relaxed);
    }
    // SAFETY: a constant of the bindings.
    if level >= unsafe { ffi::RSMPI_THREAD_SERIALIZED } {
        return Ok(());
    }
    let mut main = 0;
    // SAFETY: MPI is running.
    check("MPI_Is_thread_main", unsafe {
        ffi::MPI_Is_thread_main(&mut main)
    })?;
    if main == 0 {
        return Err(Error::new(
            Code::State,
            "a collective call came from a thread other than the one that initialised MPI, and MPI was \
             initialised for that thread only: ask MPI_Init_thread for MPI_THREAD_SERIALIZED or call from the main thread",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_shortened_to_name_and_number() {
        let open = "Open MPI v4.1.4, package: Debian Open MPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022";
        assert_eq!(shorten(open), "Open MPI v4.1.4");
        let mpich = "MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7 12:34:45 CDT 2022\n";
        assert_eq!(shorten(mpich), "MPICH 4.0.2");
        assert_eq!(shorten(""), "");
    }

    #[test]
    fn the_other_family_is_told_apart() {
        let open = ["Open MPI v5.0.6", "IBM Spectrum MPI 10.4"];
        let mpich = [
            "MPICH 4.0.2",
            "MVAPICH2 2.3.7",
            "Intel(R) MPI Library 2021.9 for Linux* OS",
            "MPI VERSION : CRAY MPICH version 8.1.25",
        ];
        for text in open {
            assert_eq!(of_this_family(text), FAMILY == "Open MPI", "{text}");
        }
        for text in mpich {
            assert_eq!(of_this_family(text), FAMILY == "MPICH", "{text}");
        }
        assert!(!of_this_family("Microsoft MPI 10.1"));
    }
}
