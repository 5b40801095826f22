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

/// Lengthens the file by pages that are there from now on: no later access fails for want of memory.
pub(super) fn reserve(file: &File, offset: u64, bytes: u64) -> io::Result<()> {
    let (offset, bytes) = (offset as libc::off_t, bytes as libc::off_t);
    // SAFETY: works on our own file.
    match unsafe { libc::fallocate(file.as_raw_fd(), 0, offset, bytes) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
