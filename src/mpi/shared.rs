//! Memory that the processes of a node share: an unnamed file of each process, parts of which its peers map.
//!
//! The file has no name in any file system, so that nothing stays behind whatever ends the process, and no small `/dev/shm`
//! limits it. Peers reach it through the process's list of open files. A part is mapped by its owner when it is allocated and given
//! back when the owner drops it, without a word to the peers: what they have mapped stays mapped and reads as zeros.

mod limits;
mod signal;

use std::collections::BTreeMap;
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::FileExt;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex};

use limits::{may_be_had, may_grow, release, reserve};
use signal::sweep;
pub use signal::{retire, Signal};

use super::comm::lock;
use crate::error::{Code, Error, Result};
use crate::kernels::Memory;

/// Name of the file, for whoever reads the list of open files.
const NAME: &std::ffi::CStr = c"distarray";

/// Parts begin and end at whole pages, of the largest size that processors here use by default.
const PAGE: u64 = 1 << 16;

/// The file of this process.
struct Arena {
    file: File,
    /// Tells this file from every other: its first bytes.
    nonce: u64,
    /// Where the next part begins. Offsets are never used twice, so that a part is new zeros.
    end: u64,
    /// Address of each living part: its offset and length.
    parts: BTreeMap<usize, (u64, usize)>,
}

static ARENA: Mutex<Option<Arena>> = Mutex::new(None);

/// Where a process finds a part of a peer's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    process: u64,
    descriptor: u64,
    nonce: u64,
    offset: u64,
    bytes: u64,
}

impl Address {
    pub const WORDS: usize = 5;

    pub fn to_words(self) -> [u64; Self::WORDS] {
        [
            self.process,
            self.descriptor,
            self.nonce,
            self.offset,
            self.bytes,
        ]
    }

    pub fn from_words(words: [u64; Self::WORDS]) -> Address {
        let [process, descriptor, nonce, offset, bytes] = words;
        Address {
            process,
            descriptor,
            nonce,
            offset,
            bytes,
        }
    }
}

/// Zeroed memory that peers can map. Errors: `Code::Memory` where the system offers none; the caller then does without.
pub fn allocate(bytes: usize) -> Result<Arc<Memory>> {
    sweep();
    let mut arena = lock(&ARENA);
    if arena.is_none() {
        may_grow(PAGE).map_err(refused)?;
        *arena = Some(Arena::create().map_err(refused)?);
    }
    let arena = arena.as_mut().expect("made above");
    let length = (bytes.max(1) as u64)
        .checked_next_multiple_of(PAGE)
        .ok_or_else(|| refused(io::ErrorKind::OutOfMemory.into()))?;
    let offset = arena.end;
    let end = offset
        .checked_add(length)
        .filter(|&end| i64::try_from(end).is_ok());
    let end = end.ok_or_else(|| refused(io::ErrorKind::OutOfMemory.into()))?;
    may_grow(end).map_err(refused)?;
    may_be_had(length as usize).map_err(refused)?;
    reserve(&arena.file, offset, length).map_err(refused)?;
    arena.end = end;
    let part = Mapped::new(&arena.file, offset, length as usize, true)
        .inspect_err(|_| release(&arena.file, offset, length))
        .map_err(refused)?;
    let base = part.base.as_ptr();
    arena.parts.insert(base.addr(), (offset, length as usize));
    let owner = std::process::id();
    let release = move || {
        // The child of a fork has the mapping too, but not the right to give the memory back.
        if std::process::id() == owner {
            give_back(part.base.as_ptr().addr());
        }
        drop(part);
    };
    // SAFETY: the mapping holds `bytes` bytes and lives until `release` drops it.
    Ok(unsafe { Memory::foreign(base, 0, bytes, Box::new(release)) })
}

/// How peers reach a memory that `allocate` gave; `None` for any other.
pub fn address_of(memory: &Memory) -> Option<Address> {
    let arena = lock(&ARENA);
    let arena = arena.as_ref()?;
    let &(offset, bytes) = arena.parts.get(&memory.base().addr())?;
    Some(Address {
        process: u64::from(std::process::id()),
        descriptor: arena.file.as_raw_fd().unsigned_abs().into(),
        nonce: arena.nonce,
        offset,
        bytes: bytes as u64,
    })
}

/// The part of a peer on this node. What it holds changes as the peer writes; only with `writable` may it be written here.
///
/// Errors: `Code::Memory` where the peer's file cannot be reached, as across containers.
pub fn map(address: &Address, writable: bool) -> Result<Arc<Memory>> {
    let file = open(address, writable).map_err(refused)?;
    let bytes =
        usize::try_from(address.bytes).map_err(|_| refused(io::ErrorKind::InvalidData.into()))?;
    let inside = address.offset.checked_add(address.bytes);
    if inside.is_none_or(|end| file.metadata().is_ok_and(|file| file.len() < end)) {
        return Err(refused(io::ErrorKind::InvalidData.into()));
    }
    let part = Mapped::new(&file, address.offset, bytes, writable).map_err(refused)?;
    let base = part.base.as_ptr();
    // SAFETY: the mapping holds `bytes` bytes and lives until the release drops it. What is mapped for reading is the source of
    // copies alone; plans see to it that nobody writes there at the same time.
    Ok(unsafe { Memory::foreign(base, 0, bytes, Box::new(move || drop(part))) })
}

/// Opens the peer's file and nothing else: its name is looked at before it is opened, its first bytes afterwards.
fn open(address: &Address, writable: bool) -> io::Result<File> {
    let path = format!("/proc/{}/fd/{}", address.process, address.descriptor);
    let name = std::fs::read_link(&path)?;
    let expected = format!("/memfd:{} (deleted)", NAME.to_string_lossy());
    if name.as_os_str() != expected.as_str() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let file = File::options().read(true).write(writable).open(&path)?;
    let mut nonce = [0; 8];
    file.read_exact_at(&mut nonce, 0)?;
    if u64::from_ne_bytes(nonce) != address.nonce {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(file)
}

impl Arena {
    fn create() -> io::Result<Arena> {
        // SAFETY: a terminated name and a flag; the descriptor is owned from here on.
        let file = unsafe {
            let descriptor = libc::memfd_create(NAME.as_ptr(), libc::MFD_CLOEXEC);
            if descriptor < 0 {
                return Err(io::Error::last_os_error());
            }
            File::from_raw_fd(descriptor)
        };
        let nonce = RandomState::new().build_hasher().finish();
        file.write_all_at(&nonce.to_ne_bytes(), 0)?;
        Ok(Arena {
            file,
            nonce,
            end: PAGE,
            parts: BTreeMap::new(),
        })
    }
}

/// Returns the memory of a part to the system, before its addresses are free for another.
fn give_back(base: usize) {
    let mut arena = lock(&ARENA);
    let Some(arena) = arena.as_mut() else {
        return;
    };
    let Some((offset, bytes)) = arena.parts.remove(&base) else {
        return;
    };
    release(&arena.file, offset, bytes as u64);
}

/// A mapped part of a file.
struct Mapped {
    base: NonNull<u8>,
    bytes: usize,
}

// SAFETY: a mapping belongs to the process, not to a thread.
unsafe impl Send for Mapped {}

impl Mapped {
    fn new(file: &File, offset: u64, bytes: usize, writable: bool) -> io::Result<Mapped> {
        let write = if writable { libc::PROT_WRITE } else { 0 };
        let offset = libc::off_t::try_from(offset).map_err(|_| io::ErrorKind::InvalidData)?;
        // SAFETY: a new mapping at an address of the system's choice.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | write,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                offset,
            )
        };
        match NonNull::new(base.cast::<u8>()).filter(|_| base != libc::MAP_FAILED) {
            Some(base) => Ok(Mapped { base, bytes }),
            None => Err(io::Error::last_os_error()),
        }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: the mapping of this value, which nobody uses any more.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.bytes) };
    }
}

fn refused(error: io::Error) -> Error {
    Error::new(
        Code::Memory,
        format!("memory shared between processes was refused: {error}"),
    )
}

#[cfg(test)]
mod tests;
