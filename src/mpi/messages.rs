//! All messages of an exchange in one direction: buffers and persistent requests.

use mpi::ffi;
use std::ffi::c_int;

use super::call::check;
use super::collective::count;
use crate::error::{Code, Error, Result};
use crate::kernels::adjacent::Spot;
use crate::kernels::Memory;

/// Messages of different length travel under different tags, as far as the tags that every MPI has go: when the ranks run
/// different plans, a message is never taken for a shorter one. Open MPI 4 writes a message that is too long past the end
/// of the buffer when it reads it from the memory of the sender. The number of the exchange among those of its communicator is
/// mixed in, so that what a freed plan has left behind is not taken for a message of the next one.
fn tag(bytes: usize, exchange: usize) -> c_int {
    /// The largest prime below the tags that MPI guarantees, 32767.
    const TAGS: usize = 32749;
    /// Numbers that follow one another lie far apart.
    const STEP: usize = 4001;
    ((bytes % TAGS + exchange % TAGS * STEP) % TAGS) as c_int
}

/// What the messages of an exchange travel on.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub comm: ffi::MPI_Comm,
    /// The number of the exchange.
    pub exchange: usize,
}

/// All messages of one direction.
pub(super) struct Side {
    pub messages: Vec<Message>,
    /// Persistent requests, those of one message side by side.
    requests: Vec<ffi::MPI_Request>,
    /// Message of each request.
    owner: Vec<usize>,
    /// Bytes of each request.
    bytes: Vec<usize>,
    states: Vec<State>,
    /// Requests that MPI is working on.
    pub active: usize,
    // What MPI_Testsome writes.
    indices: Vec<c_int>,
    statuses: Vec<ffi::MPI_Status>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum State {
    Idle,
    Active,
    /// MPI failed to start it: whether MPI works on it nobody knows.
    Lost,
}

/// A message that is to be made.
pub struct Letter {
    pub peer: usize,
    pub bytes: usize,
    /// Where it lies; `None`: in a buffer of the exchange.
    pub spot: Option<Spot>,
}

pub(super) struct Message {
    pub spot: Spot,
    /// Whether the bytes are the exchange's own.
    pub own: bool,
    pub first: usize,
    pub pieces: usize,
    /// Pieces that MPI is working on.
    pub active: usize,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Direction {
    Send,
    Receive,
}

impl Side {
    pub fn new() -> Side {
        Side {
            messages: Vec::new(),
            requests: Vec::new(),
            owner: Vec::new(),
            bytes: Vec::new(),
            states: Vec::new(),
            active: 0,
            indices: Vec::new(),
            statuses: Vec::new(),
        }
    }

    pub fn add(
        &mut self,
        direction: Direction,
        list: Vec<Letter>,
        piece: usize,
        line: Line,
    ) -> Result<()> {
        reserve(&mut self.messages, list.len())?;
        for (i, letter) in list.into_iter().enumerate() {
            let Letter { peer, bytes, spot } = letter;
            // A message of no bytes is still a message.
            let pieces = bytes.div_ceil(piece).max(1);
            let own = spot.is_none();
            let spot = match spot {
                Some(spot) if spot.bytes() != bytes => {
                    let text = "a message that is not as long as the place where it lies";
                    return Err(Error::new(Code::Internal, text));
                }
                Some(spot) => spot,
                None => Spot::all(Memory::allocate(bytes)?),
            };
            self.messages.push(Message {
                spot,
                own,
                first: self.requests.len(),
                pieces,
                active: 0,
            });
            reserve(&mut self.requests, pieces)?;
            for at in 0..pieces {
                let start = at * piece;
                let length = piece.min(bytes - start);
                let request =
                    prepare(direction, &self.messages[i].spot, start, length, peer, line)?;
                self.requests.push(request);
                self.owner.push(i);
                self.bytes.push(length);
                self.states.push(State::Idle);
            }
        }
        // SAFETY: a status is plain data that MPI writes before it is read; all zero is a value of each of its fields.
        let blank: ffi::MPI_Status = unsafe { std::mem::zeroed() };
        self.indices = vec![0; self.requests.len()];
        self.statuses = vec![blank; self.requests.len()];
        Ok(())
    }

    pub fn start(&mut self, i: usize) -> Result<()> {
        let message = &mut self.messages[i];
        let pieces = message.first..message.first + message.pieces;
        let requests = &mut self.requests[pieces.clone()];
        message.active = message.pieces;
        self.active += message.pieces;
        self.states[pieces.clone()].fill(State::Lost);
        // SAFETY: inactive persistent requests, whose buffers live as long as this side and are not touched while active.
        check("MPI_Startall", unsafe {
            ffi::MPI_Startall(count(requests.len())?, requests.as_mut_ptr())
        })?;
        self.states[pieces].fill(State::Active);
        Ok(())
    }

    /// Asks MPI once. Messages whose last piece is done are added to `done` (receives only); gives the number of requests
    /// that came to their end.
    pub fn poll(&mut self, direction: Direction, done: &mut Vec<usize>) -> Result<usize> {
        let mut finished = 0;
        // SAFETY: indices and statuses have one place for each request.
        let code = unsafe {
            ffi::MPI_Testsome(
                count(self.requests.len())?,
                self.requests.as_mut_ptr(),
                &mut finished,
                self.indices.as_mut_ptr(),
                self.statuses.as_mut_ptr(),
            )
        };
        // MPI_UNDEFINED, which is negative, stands for no active request.
        let finished = usize::try_from(finished)
            .unwrap_or(0)
            .min(self.requests.len());
        for &index in &self.indices[..finished] {
            self.states[index.unsigned_abs() as usize] = State::Idle;
        }
        if code != 0 {
            return Err(self.failure(code, finished));
        }
        for (&index, status) in self.indices[..finished].iter().zip(&self.statuses) {
            let at = index.unsigned_abs() as usize;
            let i = self.owner[at];
            self.messages[i].active -= 1;
            self.active -= 1;
            if direction == Direction::Receive {
                ensure_length(status, self.bytes[at])?;
                if self.messages[i].active == 0 {
                    done.push(i);
                }
            }
        }
        Ok(finished)
    }

    /// The error of a poll that failed: that of the first request that says more than "see the statuses".
    pub fn failure(&self, code: c_int, finished: usize) -> Error {
        let codes = self.statuses[..finished]
            .iter()
            .map(|status| status.MPI_ERROR);
        let worst = codes.into_iter().find(|&code| code != 0).unwrap_or(code);
        match check("MPI_Testsome", worst) {
            Err(error) => error,
            Ok(()) => Error::new(Code::Mpi, "MPI_Testsome failed"),
        }
    }

    /// Frees the requests. Where MPI may still reach a buffer, the buffer is given up instead of freed.
    pub fn release(&mut self, direction: Direction, running: bool) {
        for (at, request) in self.requests.iter_mut().enumerate() {
            let message = &mut self.messages[self.owner[at]];
            let mut free = running && self.states[at] != State::Lost;
            let mut reached = running && self.states[at] != State::Idle;
            // SAFETY: requests of our own, each freed once. A cancelled receive ends without its sender's help; a send that was not taken yet
            // goes on by itself and keeps its buffer. After an error MPI may have freed the request already.
            unsafe {
                free &= *request != ffi::RSMPI_REQUEST_NULL;
                if free && reached && direction == Direction::Receive {
                    ffi::MPI_Cancel(request);
                    reached = ffi::MPI_Wait(request, ffi::RSMPI_STATUS_IGNORE) != 0;
                } else if free && reached {
                    let mut done = 0;
                    ffi::MPI_Test(request, &mut done, ffi::RSMPI_STATUS_IGNORE);
                    reached = done == 0;
                }
                if free {
                    ffi::MPI_Request_free(request);
                }
            }
            if reached {
                std::mem::forget(message.spot.clone());
            }
        }
    }
}

impl Message {
    /// The bytes of a buffer of the exchange, on which MPI does not work.
    pub fn buffer(&self) -> (*mut u8, usize) {
        self.ensure_still();
        assert!(self.own, "a message that lies in an array has no buffer");
        (self.spot.start(), self.spot.bytes())
    }

    /// MPI works on no piece of the buffer. Plans keep to this order of calls; anything else is a defect of theirs.
    pub fn ensure_still(&self) {
        assert!(
            self.active == 0,
            "a message on its way: its buffer belongs to MPI"
        );
    }
}

fn prepare(
    direction: Direction,
    spot: &Spot,
    start: usize,
    bytes: usize,
    peer: usize,
    line: Line,
) -> Result<ffi::MPI_Request> {
    let (n, peer, comm) = (count(bytes)?, count(peer)?, line.comm);
    // SAFETY: `bytes` bytes of the spot, which the exchange keeps until after the request.
    unsafe {
        let mut request = ffi::RSMPI_REQUEST_NULL;
        let data = spot.start().add(start).cast();
        let byte = ffi::RSMPI_UINT8_T;
        match direction {
            Direction::Send => check(
                "MPI_Send_init",
                ffi::MPI_Send_init(
                    data,
                    n,
                    byte,
                    peer,
                    tag(bytes, line.exchange),
                    comm,
                    &mut request,
                ),
            )?,
            Direction::Receive => check(
                "MPI_Recv_init",
                ffi::MPI_Recv_init(
                    data,
                    n,
                    byte,
                    peer,
                    tag(bytes, line.exchange),
                    comm,
                    &mut request,
                ),
            )?,
        }
        Ok(request)
    }
}

/// A shorter message than planned comes from a rank that runs another plan.
fn ensure_length(status: &ffi::MPI_Status, planned: usize) -> Result<()> {
    let mut got = 0;
    // SAFETY: MPI wrote the status.
    check("MPI_Get_count", unsafe {
        ffi::MPI_Get_count(status, ffi::RSMPI_UINT8_T, &mut got)
    })?;
    if usize::try_from(got) == Ok(planned) {
        return Ok(());
    }
    Err(Error::new(
        Code::Mismatch,
        format!(
            "a message from rank {} has {got} bytes in place of {planned}: the ranks run different plans or in a different order",
            status.MPI_SOURCE
        ),
    ))
}

pub(super) fn reserve<T>(list: &mut Vec<T>, more: usize) -> Result<()> {
    list.try_reserve(more).map_err(|_| {
        Error::new(
            Code::Memory,
            format!("memory for {more} messages was refused"),
        )
    })
}
