//! HDF5 files: opened by all ranks of a communicator together, or by one alone to look whether they are sound.

use std::ffi::CString;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use hdf5_sys::h5f::*;
use hdf5_sys::h5i::{hid_t, H5I_type_t, H5Iget_type};
use hdf5_sys::h5p::*;
use mpi::ffi;

use super::session::{Id, Session};
use crate::error::{Code, Error, Result};
use crate::mpi::Comm;

/// Collective: a new file over whatever lies at `path`.
pub fn create(session: &Session, comm: &Comm, path: &Path) -> Result<hid_t> {
    let what = || format!("cannot create '{}'", path.display());
    let name = terminated(path)?;
    let access = parallel_access(session, comm)?;
    // SAFETY: a predefined class of the open library.
    let creation = session.id(unsafe { H5Pcreate(*H5P_CLS_FILE_CREATE) }, Code::Io, what)?;
    // SAFETY: the list is ours. Without times equal contents make equal files.
    let done = unsafe { H5Pset_obj_track_times(creation.raw(), 0) };
    session.check(done, Code::Io, what)?;
    // SAFETY: the name is terminated and both lists are open.
    let raw = unsafe { H5Fcreate(name.as_ptr(), H5F_ACC_TRUNC, creation.raw(), access.raw()) };
    session.check(raw, Code::Io, what)
}

/// Collective: an existing file.
pub fn open(session: &Session, comm: &Comm, path: &Path, write: bool) -> Result<hid_t> {
    let name = terminated(path)?;
    let access = parallel_access(session, comm)?;
    let flags = if write { H5F_ACC_RDWR } else { H5F_ACC_RDONLY };
    // SAFETY: the name is terminated and the list is open.
    let raw = unsafe { H5Fopen(name.as_ptr(), flags, access.raw()) };
    session.check(raw, Code::Io, || {
        format!("cannot open '{}'", path.display())
    })
}

/// Local: whether the file is a sound HDF5 file as far as its own bookkeeping tells.
pub fn probe(session: &Session, path: &Path) -> Result<()> {
    let what = || {
        format!(
            "'{}' is damaged, truncated or newer than this HDF5",
            path.display()
        )
    };
    let name = terminated(path)?;
    // SAFETY: a predefined class of the open library.
    let access = session.id(unsafe { H5Pcreate(*H5P_CLS_FILE_ACCESS) }, Code::Io, what)?;
    // SAFETY: the list is ours.
    session.check(unsafe { H5Pset_fapl_sec2(access.raw()) }, Code::Io, what)?;
    // SAFETY: the name is terminated and the list is open.
    let raw = unsafe { H5Fopen(name.as_ptr(), H5F_ACC_RDONLY, access.raw()) };
    let file = session.id(raw, Code::Format, what);
    match file {
        Ok(_) => Ok(()),
        Err(error) if error.text.contains("lock file") => {
            // Parallel access takes no locks. That another program holds one is worth an error, that the file
            // system has none is not.
            let held = format!("errno = {}", libc::EWOULDBLOCK);
            if error.text.contains(&held) {
                return Err(Error::new(
                    Code::Io,
                    format!("'{}' is being written by another program", path.display()),
                ));
            }
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Collective: everything written reaches the file system.
pub fn flush(session: &Session, file: hid_t) -> Result<()> {
    // SAFETY: the identifier is checked by HDF5 itself.
    let done = unsafe { H5Fflush(file, H5F_scope_t::H5F_SCOPE_GLOBAL) };
    session.check(done, Code::Io, || {
        "the file could not be written completely".to_string()
    })?;
    Ok(())
}

/// Collective. A file that cannot be written stays open in HDF5.
pub fn close(session: &Session, file: hid_t) -> Result<()> {
    // SAFETY: the identifier is checked by HDF5 itself.
    session.check(unsafe { H5Fclose(file) }, Code::Io, || {
        "the file could not be closed".to_string()
    })?;
    Ok(())
}

/// Whether the identifier still stands for an open file: the host may have shut HDF5 down.
pub fn is_open(_: &Session, file: hid_t) -> bool {
    // SAFETY: any identifier may be asked for.
    unsafe { H5Iget_type(file) == H5I_type_t::H5I_FILE }
}

/// Sets `bytes` from `offset` on aside on the disk, so that writing there cannot run out of space. The length of the file
/// stays. File systems that cannot do so are believed.
pub fn reserve(file: &std::fs::File, offset: u64, bytes: u64) -> std::io::Result<()> {
    let (Ok(offset), Ok(length)) = (i64::try_from(offset), i64::try_from(bytes)) else {
        return Err(std::io::Error::from_raw_os_error(libc::EFBIG));
    };
    if length == 0 {
        return Ok(());
    }
    loop {
        // SAFETY: the descriptor is open as long as `file` lives.
        if unsafe { libc::fallocate(file.as_raw_fd(), libc::FALLOC_FL_KEEP_SIZE, offset, length) }
            == 0
        {
            return Ok(());
        }
        let error = std::io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EINTR) => continue,
            Some(libc::EOPNOTSUPP | libc::ENOSYS) => return Ok(()),
            _ => return Err(error),
        }
    }
}

fn parallel_access<'s>(session: &'s Session, comm: &Comm) -> Result<Id<'s>> {
    let what = || "HDF5 does not take the communicator".to_string();
    // SAFETY: a predefined class of the open library.
    let access = session.id(unsafe { H5Pcreate(*H5P_CLS_FILE_ACCESS) }, Code::Io, what)?;
    // SAFETY: the communicator is the library's own live duplicate, of which HDF5 takes a duplicate in turn.
    let done = unsafe { H5Pset_fapl_mpio(access.raw(), comm.raw(), ffi::RSMPI_INFO_NULL) };
    session.check(done, Code::Mpi, what)?;
    // SAFETY: the list is ours.
    let done = unsafe { H5Pset_fclose_degree(access.raw(), H5F_close_degree_t::H5F_CLOSE_STRONG) };
    session.check(done, Code::Io, what)?;
    Ok(access)
}

fn terminated(path: &Path) -> Result<CString> {
    CString::new(path.as_os_str().as_bytes())
        .map_err(|_| Error::new(Code::Argument, "a file name has no zero bytes"))
}
