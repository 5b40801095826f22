//! What the system must have to spare before shared memory is used: where it has not, the caller does without, and nothing
//! that ends the process happens.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// Whether the file may become so long: a process that lets a file grow beyond its limit is ended by a signal.
pub(super) fn may_grow(end: u64) -> io::Result<()> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: writes the limit.
    if unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    if limit.rlim_cur == libc::RLIM_INFINITY || end <= limit.rlim_cur {
        Ok(())
    } else {
        Err(io::ErrorKind::FileTooLarge.into())
    }
}

/// Whether the system would give as much private memory: it hands out the memory of files until none is left.
pub(super) fn may_be_had(bytes: usize) -> io::Result<()> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let both = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new mapping at an address of the system's choice, given back at once.
    unsafe {
        let base = libc::mmap(std::ptr::null_mut(), bytes, both, flags, -1, 0);
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        libc::munmap(base, bytes);
    }
    Ok(())
}

/// Lengthens the file by pages that are there from now on: no later access fails for want of memory. Some systems break off
/// whenever a signal comes, so it goes step by step and tries again.
pub(super) fn reserve(file: &File, offset: u64, bytes: u64) -> io::Result<()> {
    const STEP: u64 = 32 << 20;
    const MOST_SIGNALS: u32 = 1000;
    let mut signals = 0;
    let mut done = 0;
    while done < bytes {
        let (at, step) = (offset + done, STEP.min(bytes - done));
        // SAFETY: works on our own file.
        let code =
            unsafe { libc::fallocate(file.as_raw_fd(), 0, at as libc::off_t, step as libc::off_t) };
        let error = io::Error::last_os_error();
        match code {
            0 => done += step,
            _ if error.kind() == io::ErrorKind::Interrupted && signals < MOST_SIGNALS => {
                signals += 1
            }
            _ => {
                release(file, offset, bytes);
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Returns pages to the system; where that is refused they go with the process.
pub(super) fn release(file: &File, offset: u64, bytes: u64) {
    const HOLE: i32 = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
    // SAFETY: works on our own file.
    unsafe {
        libc::fallocate(
            file.as_raw_fd(),
            HOLE,
            offset as libc::off_t,
            bytes as libc::off_t,
        );
    }
}
