//! Persistent messages between fixed peers: set up once, started and waited for as often as needed.
//!
//! Memory that MPI works on belongs to the exchange until MPI has let go of it.

use std::ffi::c_int;
use std::sync::Arc;

use mpi::ffi;

use super::attribute;
use super::call::{check, Patience};
use super::collective::count;
use super::comm::Comm;
use crate::error::{Code, Error, Result};
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

/// Bytes of one MPI message; longer ones go in pieces. Both sides of a message cut alike.
const PIECE: usize = 1 << 30;

/// Messages to and from fixed peers, with their buffers.
///
/// `start_receives`, then `start_send` for each message once its buffer is filled, `wait_receive` until it gives
/// `None`, `finish_sends`; and again. Exchanges of one communicator are started in the same order on all ranks.
pub struct Exchange {
    comm: Arc<Comm>,
    sends: Side,
    receives: Side,
    /// Messages that have arrived and were not given out yet.
    arrived: Vec<usize>,
    failed: bool,
}

// SAFETY: requests are plain values; the exchange is used through `&mut` by one thread at a time.
unsafe impl Send for Exchange {}
// SAFETY: `&Exchange` gives access to buffers that have arrived, nothing else.
unsafe impl Sync for Exchange {}

/// What the messages of an exchange travel on.
#[derive(Clone, Copy)]
struct Line {
    comm: ffi::MPI_Comm,
    /// The number of the exchange.
    exchange: usize,
}

/// All messages of one direction.
struct Side {
    messages: Vec<Message>,
    /// Persistent requests, those of one message side by side.
    requests: Vec<ffi::MPI_Request>,
    /// Message of each request.
    owner: Vec<usize>,
    /// Bytes of each request.
    bytes: Vec<usize>,
    states: Vec<State>,
    /// Requests that MPI is working on.
    active: usize,
    // What MPI_Testsome writes.
    indices: Vec<c_int>,
    statuses: Vec<ffi::MPI_Status>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Active,
    /// MPI failed to start it: whether MPI works on it nobody knows.
    Lost,
}

struct Message {
    buffer: Arc<Memory>,
    first: usize,
    pieces: usize,
    /// Pieces that MPI is working on.
    active: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Send,
    Receive,
}

impl Exchange {
    /// Messages `(peer, bytes)` to send and to receive. Several with one peer match in the order of the lists. Local.
    pub fn new(
        comm: Arc<Comm>,
        sends: &[(usize, usize)],
        receives: &[(usize, usize)],
    ) -> Result<Exchange> {
        Exchange::in_pieces(comm, sends, receives, PIECE)
    }

    /// As `new`, with messages cut into pieces of at most `piece` bytes; the same on all ranks.
    pub fn in_pieces(
        comm: Arc<Comm>,
        sends: &[(usize, usize)],
        receives: &[(usize, usize)],
        piece: usize,
    ) -> Result<Exchange> {
        // Counted on every rank, also on one that fails below.
        let exchange = comm.next_exchange();
        let piece = piece.clamp(1, PIECE);
        let line = Line {
            comm: comm.duplicate()?,
            exchange,
        };
        // Held by the exchange from the start, so that what was made is freed when the rest fails.
        let mut exchange = Exchange {
            comm,
            sends: Side::new(),
            receives: Side::new(),
            arrived: Vec::new(),
            failed: false,
        };
        exchange.sends.add(Direction::Send, sends, piece, line)?;
        let side = &mut exchange.receives;
        side.add(Direction::Receive, receives, piece, line)?;
        reserve(&mut exchange.arrived, receives.len())?;
        Ok(exchange)
    }

    /// Lets the messages of this round come in.
    pub fn start_receives(&mut self) -> Result<()> {
        self.ensure_usable()?;
        if self.receives.active > 0 || !self.arrived.is_empty() {
            return Err(Error::new(
                Code::State,
                "an exchange was started again before all its messages were taken",
            ));
        }
        for message in 0..self.receives.messages.len() {
            let started = self.receives.start(message);
            self.note(started)?;
        }
        Ok(())
    }

    /// Where message `i` is packed before `start_send(i)`.
    pub fn send_buffer(&mut self, i: usize) -> &mut [u8] {
        let message = &mut self.sends.messages[i];
        message.ensure_still();
        // SAFETY: memory of the exchange, which is borrowed for as long as the slice; MPI does not work on it.
        unsafe { std::slice::from_raw_parts_mut(message.buffer.base(), message.buffer.above()) }
    }

    /// The memory behind `send_buffer(i)`, for copies that are made ready once. They run while MPI does not work on the message.
    pub fn send_memory(&self, i: usize) -> &Arc<Memory> {
        &self.sends.messages[i].buffer
    }

    /// The memory behind `receive_buffer(i)`, as `send_memory`.
    pub fn receive_memory(&self, i: usize) -> &Arc<Memory> {
        &self.receives.messages[i].buffer
    }

    /// Sends message `i`; its buffer is MPI's until `finish_sends`.
    pub fn start_send(&mut self, i: usize) -> Result<()> {
        self.ensure_usable()?;
        self.sends.messages[i].ensure_still();
        let started = self.sends.start(i);
        self.note(started)
    }

    /// Waits for a message of this round and gives its number, each once, in no certain order; `None` when all were given.
    pub fn wait_receive(&mut self) -> Result<Option<usize>> {
        self.ensure_usable()?;
        let mut patience = Patience::new();
        loop {
            let arrived = self.poll_receive()?;
            if arrived.is_some() || self.receives.active == 0 {
                return Ok(arrived);
            }
            patience.wait();
        }
    }

    /// As `wait_receive`, without waiting: `None` also while none has arrived.
    pub fn poll_receive(&mut self) -> Result<Option<usize>> {
        if self.arrived.is_empty() && self.receives.active > 0 {
            let polled = self.receives.poll(Direction::Receive, &mut self.arrived);
            self.note(polled)?;
        }
        Ok(self.arrived.pop())
    }

    /// Message `i` after `wait_receive` gave its number.
    pub fn receive_buffer(&self, i: usize) -> &[u8] {
        let message = &self.receives.messages[i];
        message.ensure_still();
        // SAFETY: memory of the exchange, which is borrowed for as long as the slice; MPI does not work on it.
        unsafe { std::slice::from_raw_parts(message.buffer.base(), message.buffer.above()) }
    }

    /// Returns when MPI has taken all messages that were started.
    pub fn finish_sends(&mut self) -> Result<()> {
        self.ensure_usable()?;
        let mut patience = Patience::new();
        while !self.poll_sends()? {
            patience.wait();
        }
        Ok(())
    }

    /// As `finish_sends`, without waiting: whether MPI has taken all of them.
    pub fn poll_sends(&mut self) -> Result<bool> {
        if self.sends.active > 0 {
            let polled = self.sends.poll(Direction::Send, &mut self.arrived);
            self.note(polled)?;
        }
        Ok(self.sends.active == 0)
    }

    /// One round in which every message is filled by `fill` and handed to `take`, with their numbers in the lists. Waits.
    pub fn run_once(
        &mut self,
        mut fill: impl FnMut(usize, &mut [u8]),
        mut take: impl FnMut(usize, &[u8]),
    ) -> Result<()> {
        self.start_receives()?;
        for i in 0..self.sends.messages.len() {
            fill(i, self.send_buffer(i));
            self.start_send(i)?;
        }
        while let Some(i) = self.wait_receive()? {
            take(i, self.receive_buffer(i));
        }
        self.finish_sends()
    }

    pub fn comm(&self) -> &Arc<Comm> {
        &self.comm
    }

    fn ensure_usable(&self) -> Result<()> {
        self.comm.ensure_alive()?;
        if self.failed {
            return Err(Error::new(
                Code::State,
                "an earlier failure of MPI left this exchange unusable: free the plan",
            ));
        }
        Ok(())
    }

    /// Remembers that MPI failed: what its requests are worth afterwards is not known.
    fn note<T>(&mut self, outcome: Result<T>) -> Result<T> {
        self.failed |= outcome.is_err();
        outcome
    }
}

impl Side {
    fn new() -> Side {
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

    fn add(
        &mut self,
        direction: Direction,
        list: &[(usize, usize)],
        piece: usize,
        line: Line,
    ) -> Result<()> {
        reserve(&mut self.messages, list.len())?;
        for (i, &(peer, bytes)) in list.iter().enumerate() {
            // A message of no bytes is still a message.
            let pieces = bytes.div_ceil(piece).max(1);
            self.messages.push(Message {
                buffer: Memory::allocate(bytes)?,
                first: self.requests.len(),
                pieces,
                active: 0,
            });
            reserve(&mut self.requests, pieces)?;
            for at in 0..pieces {
                let start = at * piece;
                let length = piece.min(bytes - start);
                let request = prepare(
                    direction,
                    &self.messages[i].buffer,
                    start,
                    length,
                    peer,
                    line,
                )?;
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

    fn start(&mut self, i: usize) -> Result<()> {
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
    fn poll(&mut self, direction: Direction, done: &mut Vec<usize>) -> Result<usize> {
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
    fn failure(&self, code: c_int, finished: usize) -> Error {
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
    fn release(&mut self, direction: Direction, running: bool) {
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
                std::mem::forget(message.buffer.clone());
            }
        }
    }
}

impl Message {
    /// MPI works on no piece of the buffer. Plans keep to this order of calls; anything else is a defect of theirs.
    fn ensure_still(&self) {
        assert!(
            self.active == 0,
            "a message on its way: its buffer belongs to MPI"
        );
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // After MPI_Finalize the requests are gone with MPI, which reaches no buffer any more.
        let running = attribute::can_free();
        self.sends.release(Direction::Send, running);
        self.receives.release(Direction::Receive, running);
    }
}

fn prepare(
    direction: Direction,
    buffer: &Memory,
    start: usize,
    bytes: usize,
    peer: usize,
    line: Line,
) -> Result<ffi::MPI_Request> {
    let (n, peer, comm) = (count(bytes)?, count(peer)?, line.comm);
    // SAFETY: `bytes` bytes of the buffer, which the exchange keeps until after the request.
    unsafe {
        let mut request = ffi::RSMPI_REQUEST_NULL;
        let data = buffer.base().add(start).cast();
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

fn reserve<T>(list: &mut Vec<T>, more: usize) -> Result<()> {
    list.try_reserve(more).map_err(|_| {
        Error::new(
            Code::Memory,
            format!("memory for {more} messages was refused"),
        )
    })
}
