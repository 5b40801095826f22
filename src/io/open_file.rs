//! Files that HDF5 has open, from the collective open to the collective close.
//!
//! A file can be given up by one rank alone, but HDF5 closes it only with all ranks. Such files wait here: until all
//! ranks have given them up and meet in the next open, or until the communicator or MPI ends.

use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::hdf5::{self, hid_t, Session};
use super::replace::{reason, Replacement};
use crate::error::{Code, Error, Result};
use crate::mpi::{Comm, Ending};

pub struct OpenFile {
    comm: Arc<Comm>,
    /// The same on all ranks, and no other file's on this communicator.
    pub serial: u64,
    state: Mutex<State>,
}

struct State {
    id: Option<hid_t>,
    /// On rank 0, of a file that is written as a whole.
    replacement: Option<Replacement>,
    /// On rank 0, of a file that is written in place.
    disk: Option<File>,
    /// Up to here space on the disk is set aside.
    reserved: u64,
    /// HDF5 could not write it and must not be asked again: an attempt that fails leaves HDF5 itself broken.
    stuck: bool,
}

/// Files that this rank has given up.
static LEFT: Mutex<Vec<Arc<OpenFile>>> = Mutex::new(Vec::new());

/// What is guarded is replaced whole, so that a panic of another holder leaves no half of it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl OpenFile {
    pub fn new(
        comm: &Arc<Comm>,
        serial: u64,
        id: hid_t,
        replacement: Option<Replacement>,
        disk: Option<File>,
    ) -> Arc<OpenFile> {
        let length = |file: &File| file.metadata().map_or(0, |about| about.len());
        let reserved = disk.as_ref().map_or(0, length).max(hdf5::ROOM);
        let state = Mutex::new(State {
            id: Some(id),
            replacement,
            disk,
            reserved,
            stuck: false,
        });
        let file = Arc::new(OpenFile {
            comm: comm.clone(),
            serial,
            state,
        });
        let ending: Arc<dyn Ending> = file.clone();
        comm.at_end(&ending);
        file
    }

    /// HDF5's identifier, unless the file was closed because the communicator ended.
    pub fn id(&self) -> Option<hid_t> {
        lock(&self.state).id
    }

    /// Local: sets space aside for what one call adds to the file, at most `bytes`, on the rank that looks after the disk. What
    /// HDF5 writes then cannot fail for want of space, which it does not survive.
    ///
    /// HDF5 does not tell how far it has used a parallel file; it is never further than all that was set aside before.
    pub fn make_room(&self, bytes: u64) -> Result<()> {
        let mut state = lock(&self.state);
        self.set_aside(&state, state.reserved, bytes)?;
        state.reserved = state.reserved.saturating_add(bytes);
        Ok(())
    }

    /// Local: as `make_room`, for elements whose place is known.
    pub fn fill_holes(&self, offset: u64, bytes: u64) -> Result<()> {
        self.set_aside(&lock(&self.state), offset, bytes)
    }

    fn set_aside(&self, state: &State, offset: u64, bytes: u64) -> Result<()> {
        let Some(file) = state.file() else {
            return Ok(());
        };
        hdf5::reserve(file, offset, bytes).map_err(|e| {
            trim(file);
            let text = format!("{bytes} bytes more do not fit on the disk: {}", reason(&e));
            Error::new(Code::Io, text)
        })
    }

    /// Gives the space of a file back that will not be committed, so that HDF5 has room to close it.
    pub fn clear(&self) {
        let mut state = lock(&self.state);
        if let Some(replacement) = &state.replacement {
            replacement.clear();
            state.reserved = 0;
        }
    }

    /// HDF5 failed to write the file: it is left to HDF5's own end.
    pub fn give_to_hdf5(&self) {
        lock(&self.state).stuck = true;
    }

    /// Collective: closes the file in HDF5. Space that was set aside and not used is given back where it is written in place.
    pub fn close(&self, session: &Session) -> Result<()> {
        let mut state = lock(&self.state);
        let closed = match state.id.take() {
            _ if state.stuck => Ok(()),
            Some(id) if hdf5::is_open(session, id) => hdf5::close(session, id),
            _ => Ok(()),
        };
        state.disk.iter().for_each(trim);
        closed
    }

    /// Hands over what rank 0 does the last steps with.
    pub fn take(&self) -> (Option<Replacement>, Option<File>) {
        let mut state = lock(&self.state);
        (state.replacement.take(), state.disk.take())
    }

    /// Local: the temporary disappears; HDF5 keeps the file, and the space that it may need to close it, until all ranks do.
    pub fn leave(self: &Arc<Self>) {
        self.clear();
        drop(lock(&self.state).replacement.take());
        if self.id().is_some() {
            lock(&LEFT).push(self.clone());
        }
    }

    /// Collective: closes files of this communicator that all ranks have given up, a few at a time.
    pub fn close_left(comm: &Comm, session: &Session) -> Result<()> {
        let mut mine: Vec<u64> = lock(&LEFT)
            .iter()
            .filter(|f| f.comm.is(comm))
            .map(|f| f.serial)
            .collect();
        mine.sort_unstable();
        let mut message = [0; 8 * TOLD];
        for (place, serial) in message.chunks_exact_mut(8).zip(&mine) {
            place.copy_from_slice(&serial.to_ne_bytes());
        }
        comm.allreduce_bytes(&mut message, keep_common)?;
        for serial in serials(&message).filter(|&serial| serial != 0) {
            let mut left = lock(&LEFT);
            let position = left
                .iter()
                .position(|f| f.serial == serial && f.comm.is(comm));
            let file = position.map(|at| left.remove(at));
            drop(left);
            if let Some(file) = file {
                // Nobody waits for what a file given up held.
                let _ = file.close(session);
            }
        }
        Ok(())
    }
}

/// Files that one message tells of.
const TOLD: usize = 8;

fn serials(message: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let words = message.chunks_exact(8);
    words.map(|word| u64::from_ne_bytes(word.try_into().unwrap_or_default()))
}

/// Leaves those serial numbers in `into` that `from` has too; 0 stands for none.
fn keep_common(from: &[u8], into: &mut [u8]) {
    for word in into.chunks_exact_mut(8) {
        let serial = serials(word).next();
        if !serials(from).any(|other| Some(other) == serial) {
            word.fill(0);
        }
    }
}

impl State {
    /// What this rank looks after.
    fn file(&self) -> Option<&File> {
        self.replacement
            .as_ref()
            .map(Replacement::file)
            .or(self.disk.as_ref())
    }
}

/// Gives back space that was set aside behind the end of a file.
fn trim(file: &File) {
    let _ = file.metadata().and_then(|about| file.set_len(about.len()));
}

impl Ending for OpenFile {
    /// All ranks end together, in the order in which the files were opened.
    fn end(&self) {
        self.clear();
        drop(lock(&self.state).replacement.take());
        if let Ok(session) = Session::begin() {
            let _ = self.close(&session);
        }
        drop(self.take());
        lock(&LEFT).retain(|file| !std::ptr::eq(&**file, self));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_all_gave_up_remain() {
        let message = |serials: [u64; TOLD]| serials.map(u64::to_ne_bytes).concat();
        let from = message([2, 5, 9, 0, 0, 0, 0, 0]);
        let mut into = message([1, 2, 9, 11, 0, 0, 0, 0]);
        keep_common(&from, &mut into);
        assert_eq!(serials(&into).collect::<Vec<_>>(), [0, 2, 9, 0, 0, 0, 0, 0]);
    }
}
