//! Collective movement of bytes on the private duplicate, each code checked.
//!
//! Everything is started without blocking. Where ranks share cores a rank yields its own while it waits: in a blocking call
//! it may keep another from its part for a whole time slice of the system.

use std::ffi::c_int;
use std::mem::ManuallyDrop;
use std::ops::Range;

use mpi::ffi;

use super::call::{address, address_mut, check, Patience};
use super::comm::{lock, Comm};
pub use crate::buffer::zeroed;
use crate::error::{Code, Error, Result};

/// Bytes that one MPI call moves at most; a multiple of every element size.
pub(super) const LIMIT: usize = 1 << 30;

/// Most words of which the ranks find the largest.
pub(super) const ROOM: usize = 20;

/// A rank's words and the largest of all ranks. A communicator keeps the room for the next time: plans that run agree too, and
/// allocate nothing.
pub(super) type Room = [[u64; ROOM]; 2];

/// The bytes of all ranks, in rank order.
pub struct Gathered {
    bytes: Vec<u8>,
    lengths: Vec<usize>,
}

impl Gathered {
    /// What each rank gave.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> + '_ {
        let mut rest = &self.bytes[..];
        self.lengths.iter().map(move |&length| {
            let (part, behind) = rest.split_at(length);
            rest = behind;
            part
        })
    }
}

impl Comm {
    /// `root`'s bytes on every rank. All ranks pass the same length.
    pub fn broadcast(&self, root: usize, bytes: Vec<u8>) -> Result<Vec<u8>> {
        let all = 0..bytes.len();
        self.spread(root, bytes, all)
    }

    /// Every rank's bytes, in rank order. All ranks pass the same length. Memory that one rank is refused is an error of all.
    pub fn allgather(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let comm = self.duplicate()?;
        let total = bytes.len().saturating_mul(self.size());
        let buffers = zeroed(bytes.len()).and_then(|own| Ok((own, zeroed(total)?)));
        let (mut own, all) = self.agree(buffers)?;
        if bytes.len() > LIMIT {
            let lengths = vec![bytes.len(); self.size()];
            return self.gather_by_broadcast(bytes, all, &lengths);
        }
        own.copy_from_slice(bytes);
        let n = count(bytes.len())?;
        // SAFETY: the receive buffer holds `size` times the sent bytes.
        let start = |[own, all]: &mut [Vec<u8>; 2], [request]: &mut [_; 1]| unsafe {
            let (from, into) = (address(own), address_mut(all));
            let code = ffi::MPI_Iallgather(from, n, byte(), into, n, byte(), comm, request);
            check("MPI_Iallgather", code)
        };
        let [_, all] = complete([own, all], start)?;
        Ok(all)
    }

    /// Every rank's bytes; the lengths may differ. Memory that one rank is refused is an error of all.
    pub fn allgatherv(&self, bytes: &[u8]) -> Result<Gathered> {
        let comm = self.duplicate()?;
        let length = (bytes.len() as u64).to_ne_bytes();
        let lengths: Vec<usize> = self
            .allgather(&length)?
            .chunks_exact(length.len())
            .map(|length| length.try_into().map_or(0, u64::from_ne_bytes) as usize)
            .collect();
        let total = lengths.iter().fold(0usize, |sum, &n| sum.saturating_add(n));
        let buffers = zeroed(bytes.len()).and_then(|own| Ok((own, zeroed(total)?)));
        let (mut own, all) = self.agree(buffers)?;
        if all.len() > LIMIT {
            let bytes = self.gather_by_broadcast(bytes, all, &lengths)?;
            return Ok(Gathered { bytes, lengths });
        }
        own.copy_from_slice(bytes);
        let mut starts = Vec::with_capacity(lengths.len());
        let mut start = 0;
        for &length in &lengths {
            starts.push(count(start)?);
            start += length;
        }
        let counts = lengths.iter().map(|&n| count(n)).collect::<Result<_>>()?;
        type Buffers = ([Vec<u8>; 2], [Vec<c_int>; 2]);
        // SAFETY: counts and starts describe consecutive parts of `all`, whose length is their sum.
        let start = |([own, all], [counts, starts]): &mut Buffers, [request]: &mut [_; 1]| unsafe {
            let (counts, starts) = (counts.as_ptr(), starts.as_ptr());
            let (from, n, into) = (address(own), count(own.len())?, address_mut(all));
            let byte = byte();
            let code =
                ffi::MPI_Iallgatherv(from, n, byte, into, counts, starts, byte, comm, request);
            check("MPI_Iallgatherv", code)
        };
        let ([_, bytes], _) = complete(([own, all], [counts, starts]), start)?;
        Ok(Gathered { bytes, lengths })
    }

    /// Element-wise maximum over the ranks.
    pub(super) fn maximum<const N: usize>(&self, words: &[u64; N]) -> Result<[u64; N]> {
        const { assert!(N <= ROOM) };
        let comm = self.duplicate()?;
        let n = count(N)?;
        // SAFETY: both halves of the room hold N words or more.
        let start = |room: &mut Box<Room>, [request]: &mut [_; 1]| unsafe {
            let [own, largest] = &mut **room;
            let (from, into) = (own.as_ptr().cast(), largest.as_mut_ptr().cast());
            let (word, max) = (ffi::RSMPI_UINT64_T, ffi::RSMPI_MAX);
            let code = ffi::MPI_Iallreduce(from, into, n, word, max, comm, request);
            check("MPI_Iallreduce", code)
        };
        let mut room = lock(&self.room).take().unwrap_or_default();
        room[0][..N].copy_from_slice(words);
        let room = complete(room, start)?;
        let mut largest = [0; N];
        largest.copy_from_slice(&room[1][..N]);
        *lock(&self.room) = Some(room);
        Ok(largest)
    }

    /// One broadcast per rank: for totals beyond what the `int` displacements of MPI reach.
    fn gather_by_broadcast(
        &self,
        own: &[u8],
        mut all: Vec<u8>,
        lengths: &[usize],
    ) -> Result<Vec<u8>> {
        let mut start = 0;
        for (root, length) in lengths.iter().enumerate() {
            let part = start..start + length;
            start = part.end;
            if root == self.rank() {
                all[part.clone()].copy_from_slice(own);
            }
            all = self.spread(root, all, part)?;
        }
        Ok(all)
    }

    /// Copies a part of `root`'s buffer into the same part of every rank's.
    fn spread(&self, root: usize, mut buffer: Vec<u8>, part: Range<usize>) -> Result<Vec<u8>> {
        let comm = self.duplicate()?;
        let root = count(root)?;
        for start in part.clone().step_by(LIMIT) {
            let piece = start..part.end.min(start + LIMIT);
            let n = count(piece.len())?;
            // SAFETY: the part of the buffer holds n bytes.
            buffer = complete(buffer, |buffer, [request]: &mut [_; 1]| unsafe {
                let at = address_mut(&mut buffer[piece]);
                let code = ffi::MPI_Ibcast(at, n, byte(), root, comm, request);
                check("MPI_Ibcast", code)
            })?;
        }
        Ok(buffer)
    }
}

/// How a rank waits for MPI.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Wait {
    /// Lets another rank have the core.
    Yield,
    /// Answers soonest, where every rank has a core.
    Block,
}

/// Starts operations and waits for them.
pub(super) fn complete<B, const N: usize>(
    buffers: B,
    start: impl FnOnce(&mut B, &mut [ffi::MPI_Request; N]) -> Result<()>,
) -> Result<B> {
    complete_by(Wait::Yield, buffers, start)
}

/// As `complete`, waiting in this way.
pub(super) fn complete_by<B, const N: usize>(
    wait: Wait,
    buffers: B,
    start: impl FnOnce(&mut B, &mut [ffi::MPI_Request; N]) -> Result<()>,
) -> Result<B> {
    begin(buffers, start)?.complete(wait)
}

/// Operations that were started, with what they read and write.
///
/// MPI reaches what `buffers` keep on the heap until all is complete, so they are given up when MPI fails before, and when this value is
/// dropped: what its requests still do is not known then.
pub(super) struct Begun<B, const N: usize> {
    buffers: ManuallyDrop<B>,
    requests: [ffi::MPI_Request; N],
}

/// Starts operations.
pub(super) fn begin<B, const N: usize>(
    buffers: B,
    start: impl FnOnce(&mut B, &mut [ffi::MPI_Request; N]) -> Result<()>,
) -> Result<Begun<B, N>> {
    // SAFETY: a constant of the bindings.
    let requests = [unsafe { ffi::RSMPI_REQUEST_NULL }; N];
    let mut begun = Begun {
        buffers: ManuallyDrop::new(buffers),
        requests,
    };
    start(&mut begun.buffers, &mut begun.requests)?;
    Ok(begun)
}

impl<B, const N: usize> Begun<B, N> {
    pub fn complete(mut self, wait: Wait) -> Result<B> {
        for request in &mut self.requests {
            match wait {
                // SAFETY: a request of our own, or the null request, which is complete.
                Wait::Block => check("MPI_Wait", unsafe {
                    ffi::MPI_Wait(request, ffi::RSMPI_STATUS_IGNORE)
                })?,
                Wait::Yield => poll(request)?,
            }
        }
        Ok(ManuallyDrop::into_inner(self.buffers))
    }

    /// Gives the operations up; what is complete gives its buffers back.
    pub fn abandon(mut self) {
        let done = self.requests.iter_mut().all(|request| {
            let mut done = 0;
            // SAFETY: as in `complete`.
            let code = unsafe { ffi::MPI_Test(request, &mut done, ffi::RSMPI_STATUS_IGNORE) };
            code == 0 && done != 0
        });
        if done {
            drop(ManuallyDrop::into_inner(self.buffers));
        }
    }
}

fn poll(request: &mut ffi::MPI_Request) -> Result<()> {
    let mut patience = Patience::new();
    loop {
        let mut done = 0;
        // SAFETY: as in `complete_by`.
        check("MPI_Test", unsafe {
            ffi::MPI_Test(request, &mut done, ffi::RSMPI_STATUS_IGNORE)
        })?;
        if done != 0 {
            return Ok(());
        }
        patience.wait();
    }
}

/// The datatype of all messages.
pub(super) fn byte() -> ffi::MPI_Datatype {
    // SAFETY: a constant of the bindings.
    unsafe { ffi::RSMPI_UINT8_T }
}

/// A count as MPI takes it.
pub fn count(value: usize) -> Result<c_int> {
    c_int::try_from(value).map_err(|_| {
        Error::new(
            Code::Internal,
            format!("{value} does not fit in a count of MPI"),
        )
    })
}
