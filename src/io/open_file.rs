//! Files that HDF5 has open, from the collective open to the collective close.
//!
//! A file can be given up by one rank alone, but HDF5 closes it only with all ranks. Such files wait here: until all
//! ranks have given them up and meet in the next open, or until the communicator or MPI ends.

use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::hdf5::{self, hid_t, Session};
use super::replace::Replacement;
use crate::error::Result;
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
        let state = Mutex::new(State {
            id: Some(id),
            replacement,
            disk,
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

    /// Sets space on the disk aside, on the rank that looks after the disk.
    pub fn reserve(&self, offset: u64, bytes: u64) -> std::io::Result<()> {
        let state = lock(&self.state);
        let file = state
            .replacement
            .as_ref()
            .map(Replacement::file)
            .or(state.disk.as_ref());
        file.map_or(Ok(()), |file| hdf5::reserve(file, offset, bytes))
    }

    /// Gives the space of a file back that will not be committed, so that HDF5 has room to close it.
    pub fn clear(&self) {
        if let Some(replacement) = &lock(&self.state).replacement {
            replacement.clear();
        }
    }

    /// Collective: closes the file in HDF5.
    pub fn close(&self, session: &Session) -> Result<()> {
        match lock(&self.state).id.take() {
            Some(id) if hdf5::is_open(session, id) => hdf5::close(session, id),
            _ => Ok(()),
        }
    }

    /// Hands over what rank 0 does the last steps with.
    pub fn take(&self) -> (Option<Replacement>, Option<File>) {
        let mut state = lock(&self.state);
        (state.replacement.take(), state.disk.take())
    }

    /// Local: the temporary disappears; HDF5 keeps the file until all ranks close it.
    pub fn leave(self: &Arc<Self>) {
        self.clear();
        drop(self.take());
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
        for (place, serial) in message.as_chunks_mut::<8>().0.iter_mut().zip(&mine) {
            *place = serial.to_ne_bytes();
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
    message
        .as_chunks::<8>()
        .0
        .iter()
        .map(|&word| u64::from_ne_bytes(word))
}

/// Leaves those serial numbers in `into` that `from` has too; 0 stands for none.
fn keep_common(from: &[u8], into: &mut [u8]) {
    for word in into.as_chunks_mut::<8>().0 {
        let serial = u64::from_ne_bytes(*word);
        if !serials(from).any(|other| other == serial) {
            *word = [0; 8];
        }
    }
}

impl Ending for OpenFile {
    /// All ranks end together, in the order in which the files were opened.
    fn end(&self) {
        self.clear();
        drop(self.take());
        if let Ok(session) = Session::begin() {
            let _ = self.close(&session);
        }
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
