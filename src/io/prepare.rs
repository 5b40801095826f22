//! Before all ranks open a file together: rank 0 looks whether that can succeed, and every rank whether it sees the file.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::hdf5::{probe, reserve, Session, ROOM};
use super::mode::Mode;
use super::replace::{reason, refused, regular, resolve, Replacement};
use crate::error::{Code, Error, Result};
use crate::mpi::{library, Comm};

/// What rank 0 found or made.
pub struct Ready {
    /// Absolute, since the ranks may stand in different directories.
    place: PathBuf,
    make: Make,
}

enum Make {
    Replacement(Replacement),
    /// An empty file that this call has made; it goes away again unless it is kept.
    New(Option<File>),
    Existing(File),
}

/// Local, on rank 0.
pub fn prepare(session: &Session, path: &Path, mode: Mode) -> Result<Ready> {
    let ready = find(session, path, mode)?;
    // ROMIO reads what stands before a colon as the name of a file system.
    if library::FAMILY == "MPICH" && ready.place.as_os_str().as_bytes().contains(&b':') {
        let text = format!(
            "the MPI-IO of MPICH opens no file with a colon in its path, and '{}' has one",
            ready.place.display()
        );
        return Err(Error::new(Code::Unsupported, text));
    }
    Ok(ready)
}

fn find(session: &Session, path: &Path, mode: Mode) -> Result<Ready> {
    if path.as_os_str().is_empty() {
        return Err(Error::new(Code::Argument, "the name of the file is empty"));
    }
    if mode == Mode::Create {
        let replacement = Replacement::begin(path)?;
        room_to_begin(path, replacement.file())?;
        return Ok(Ready {
            place: replacement.path().to_path_buf(),
            make: Make::Replacement(replacement),
        });
    }
    let found = fs::metadata(path);
    if let (Mode::Update, Err(_)) = (mode, &found) {
        let place = resolve(path)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&place);
        let file = file.map_err(|e| refused("cannot create", path, &e))?;
        let room = room_to_begin(path, &file);
        let ready = Ready {
            place,
            make: Make::New(Some(file)),
        };
        return room.map(|()| ready);
    }
    let open = |e: &std::io::Error| refused("cannot open", path, e);
    regular(path, &found.map_err(|e| open(&e))?)?;
    let file = OpenOptions::new()
        .read(true)
        .write(mode == Mode::Update)
        .open(path)
        .map_err(|e| open(&e))?;
    if !has_signature(&file).map_err(|e| refused("cannot read", path, &e))? {
        return Err(Error::new(
            Code::Format,
            format!("'{}' is not an HDF5 file", path.display()),
        ));
    }
    let place = fs::canonicalize(path).map_err(|e| open(&e))?;
    probe(session, &place)?;
    Ok(Ready {
        place,
        make: Make::Existing(file),
    })
}

/// Space for what HDF5 writes into a file that is new.
fn room_to_begin(path: &Path, file: &File) -> Result<()> {
    reserve(file, 0, ROOM).map_err(|e| refused("no space to begin", path, &e))
}

impl Ready {
    /// What all ranks must know.
    pub fn message(&self) -> Vec<u8> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let mut message = NEXT.fetch_add(1, Ordering::Relaxed).to_ne_bytes().to_vec();
        message.push(u8::from(!matches!(self.make, Make::Existing(_))));
        message.extend(self.place.as_os_str().as_bytes());
        message
    }

    /// The file is open: what rank 0 needs from now on.
    pub fn keep(mut self) -> (Option<Replacement>, Option<File>) {
        match std::mem::replace(&mut self.make, Make::New(None)) {
            Make::Replacement(replacement) => (Some(replacement), None),
            Make::New(file) => (None, file),
            Make::Existing(file) => (None, Some(file)),
        }
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        if let Make::New(Some(_)) = self.make {
            let _ = fs::remove_file(&self.place);
        }
    }
}

/// The file's number, whether it is to be made, and where it is.
pub fn understand(message: &[u8]) -> (u64, bool, PathBuf) {
    let (serial, rest) = message.split_at(8);
    let serial = u64::from_ne_bytes(serial.try_into().unwrap_or_default());
    (
        serial,
        rest[0] != 0,
        PathBuf::from(OsStr::from_bytes(&rest[1..])),
    )
}

/// Local: this rank reaches the file too.
pub fn visible(comm: &Comm, place: &Path, mode: Mode) -> Result<()> {
    let opened = OpenOptions::new()
        .read(true)
        .write(mode != Mode::Read)
        .open(place);
    opened.map(|_| ()).map_err(|e| {
        let text = format!(
            "rank {} cannot open '{}', which rank 0 sees: {}; the file must lie where all nodes reach it",
            comm.rank(),
            place.display(),
            reason(&e)
        );
        Error::new(Code::Io, text)
    })
}

/// Whether the signature of HDF5 stands at the beginning, or behind a user block of 512 bytes, 1024 bytes and so on.
fn has_signature(file: &File) -> std::io::Result<bool> {
    const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
    let length = file.metadata()?.len();
    let mut at = 0;
    while at + (SIGNATURE.len() as u64) <= length {
        let mut bytes = [0; SIGNATURE.len()];
        file.read_exact_at(&mut bytes, at)?;
        if bytes == SIGNATURE {
            return Ok(true);
        }
        at = if at == 0 { 512 } else { at * 2 };
    }
    Ok(false)
}
