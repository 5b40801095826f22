//! Words in shared memory by which two ranks wait for each other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::error::{Code, Error, Result};
use crate::kernels::Memory;
use crate::mpi::comm::lock;

/// How two ranks tell each other in shared memory how far they are: the sender that round n can be read, the reader that it
/// has been read.
pub struct Signal {
    memory: Arc<Memory>,
    offset: usize,
}

impl Signal {
    /// Bytes of a signal: each side writes a pair of cache lines of its own.
    pub const BYTES: usize = 2 * Self::SIDE;
    const SIDE: usize = 128;

    /// The signal at a byte offset of a shared memory.
    pub fn new(memory: &Arc<Memory>, offset: usize) -> Result<Signal> {
        let end = offset.checked_add(Self::BYTES);
        let aligned = memory
            .base()
            .wrapping_add(offset)
            .addr()
            .is_multiple_of(align_of::<AtomicU64>());
        if !aligned || end.is_none_or(|end| end > memory.above()) {
            return Err(Error::new(Code::Internal, "a signal outside of its memory"));
        }
        Ok(Signal {
            memory: memory.clone(),
            offset,
        })
    }

    pub fn set_ready(&self, round: u64) {
        self.word(0).store(round, Ordering::Release);
    }

    pub fn is_ready(&self, round: u64) -> bool {
        self.word(0).load(Ordering::Acquire) >= round
    }

    pub fn set_done(&self, round: u64) {
        self.word(Self::SIDE).store(round, Ordering::Release);
    }

    pub fn is_done(&self, round: u64) -> bool {
        self.word(Self::SIDE).load(Ordering::Acquire) >= round
    }

    fn word(&self, at: usize) -> &AtomicU64 {
        // SAFETY: `new` found the signal inside the memory, which this value keeps, and aligned; all processes use these bytes
        // as atomic words only.
        unsafe { &*self.memory.base().add(self.offset + at).cast() }
    }
}

/// Signals that their owner has no more use for, with the rounds that their readers have yet to read.
static RETIRED: Mutex<Vec<(Signal, u64)>> = Mutex::new(Vec::new());

/// Keeps the memory of signals until their readers have read these rounds: what is given back reads as zeros, and they would
/// wait for ever.
pub fn retire(signals: impl IntoIterator<Item = (Signal, u64)>) {
    lock(&RETIRED).extend(signals);
    sweep();
}

/// Gives back what has been read.
pub(super) fn sweep() {
    let read = |(signal, round): &mut (Signal, u64)| signal.is_done(*round);
    let done: Vec<_> = lock(&RETIRED).extract_if(.., read).collect();
    // Dropped with the list unlocked.
    drop(done);
}
