//! Messages to ranks that do not expect them: nobody knows who will write to whom.
//!
//! The algorithm is NBX of Hoefler, Siebert and Lumsdaine, "Scalable communication protocols for dynamic sparse data exchange"
//! (2010): synchronous sends, and a barrier that a rank enters when all of its own have been received. Costs messages to the
//! ranks that are written to, and memory of what they say; nothing grows with the number of ranks.

use std::collections::BTreeMap;
use std::ffi::c_int;

use mpi::ffi;

use super::call::{check, Patience};
use super::collective::count;
use super::comm::Comm;
use crate::error::{Code, Error, Result};

/// Tags of even and odd rounds, above those of the exchanges: a rank may hear of the next round before it knows that this
/// one is over, but never of the one after that.
const TAGS: [c_int; 2] = [32750, 32751];

/// Words of one message; longer ones go in pieces.
const PIECE: usize = 1 << 26;

impl Comm {
    /// Sends lists of words to some ranks, each named once, and gives those that others sent here, ascending by sender.
    /// Collective, also for ranks that send nothing.
    ///
    /// Errors: `Code::Memory` where what arrives cannot be kept, on this rank alone: the caller agrees.
    pub fn sparse_exchange(&self, sends: &[(usize, Vec<i64>)]) -> Result<Vec<(usize, Vec<i64>)>> {
        let comm = self.duplicate()?;
        let tag = TAGS[self.next_sparse_round() % 2];
        let mut requests = Vec::new();
        for (peer, words) in sends {
            // A list of no words is a message too.
            let mut pieces = words.chunks(PIECE);
            let first = pieces.next().unwrap_or(&[]);
            for piece in std::iter::once(first).chain(pieces) {
                // SAFETY: the words are borrowed until all requests are complete.
                let request = unsafe {
                    let mut request = ffi::RSMPI_REQUEST_NULL;
                    let word = ffi::RSMPI_INT64_T;
                    check(
                        "MPI_Issend",
                        ffi::MPI_Issend(
                            piece.as_ptr().cast(),
                            count(piece.len())?,
                            word,
                            count(*peer)?,
                            tag,
                            comm,
                            &mut request,
                        ),
                    )?;
                    request
                };
                requests.push(request);
            }
        }
        let mut arrived: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        let mut refused = false;
        let mut barrier = None;
        let mut patience = Patience::new();
        loop {
            if let Some((peer, words)) = receive(comm, tag)? {
                match words {
                    Some(words) => arrived.entry(peer).or_default().extend(words),
                    None => refused = true,
                }
                continue;
            }
            if let Some(request) = &mut barrier {
                if is_done(request)? {
                    break;
                }
            } else if all_done(&mut requests)? {
                barrier = Some(start_barrier(comm)?);
                continue;
            }
            patience.wait();
        }
        if refused {
            return Err(Error::new(
                Code::Memory,
                "memory for lists of indices from other ranks was refused",
            ));
        }
        Ok(arrived.into_iter().collect())
    }
}

/// The next message with this tag, if there is one; no words where there is no memory for them.
fn receive(comm: ffi::MPI_Comm, tag: c_int) -> Result<Option<(usize, Option<Vec<i64>>)>> {
    // SAFETY: a status is plain data that MPI writes before it is read.
    let mut status: ffi::MPI_Status = unsafe { std::mem::zeroed() };
    let mut flag = 0;
    // SAFETY: asks for a message; nothing else of this process takes messages with this tag between the question and the receive.
    unsafe {
        let source = ffi::RSMPI_ANY_SOURCE;
        check(
            "MPI_Iprobe",
            ffi::MPI_Iprobe(source, tag, comm, &mut flag, &mut status),
        )?;
        if flag == 0 {
            return Ok(None);
        }
        let word = ffi::RSMPI_INT64_T;
        let mut n = 0;
        check("MPI_Get_count", ffi::MPI_Get_count(&status, word, &mut n))?;
        let length = usize::try_from(n).unwrap_or(0);
        let mut words: Vec<i64> = Vec::new();
        let kept = words.try_reserve_exact(length).is_ok();
        if kept {
            words.resize(length, 0);
        }
        // Without memory the message is received all the same, cut to nothing, so that its sender goes on.
        let room = if kept { n } else { 0 };
        let code = ffi::MPI_Recv(
            words.as_mut_ptr().cast(),
            room,
            word,
            status.MPI_SOURCE,
            tag,
            comm,
            ffi::RSMPI_STATUS_IGNORE,
        );
        if kept {
            check("MPI_Recv", code)?;
        }
        let peer = usize::try_from(status.MPI_SOURCE).unwrap_or(0);
        Ok(Some((peer, kept.then_some(words))))
    }
}

fn all_done(requests: &mut [ffi::MPI_Request]) -> Result<bool> {
    for request in requests {
        if !is_done(request)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a request is complete; it is null afterwards, and a null request is complete.
fn is_done(request: &mut ffi::MPI_Request) -> Result<bool> {
    let mut done = 0;
    // SAFETY: a request of our own.
    check("MPI_Test", unsafe {
        ffi::MPI_Test(request, &mut done, ffi::RSMPI_STATUS_IGNORE)
    })?;
    Ok(done != 0)
}

fn start_barrier(comm: ffi::MPI_Comm) -> Result<ffi::MPI_Request> {
    // SAFETY: the duplicate is valid while the record is alive.
    unsafe {
        let mut request = ffi::RSMPI_REQUEST_NULL;
        check("MPI_Ibarrier", ffi::MPI_Ibarrier(comm, &mut request))?;
        Ok(request)
    }
}
