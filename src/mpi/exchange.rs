//! Persistent messages between fixed peers: set up once, started and waited for as often as needed.
//!
//! Memory that MPI works on belongs to the exchange until MPI has let go of it.

use std::sync::Arc;

use super::attribute;
use super::call::Patience;
use super::comm::Comm;
use super::messages::{reserve, Line, Side};
pub use super::messages::{Direction, Letter};
use crate::error::{Code, Error, Result};
use crate::kernels::Memory;

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

impl Exchange {
    /// Messages `(peer, bytes)` to send and to receive. Several with one peer match in the order of the lists. Local.
    pub fn new(
        comm: Arc<Comm>,
        sends: &[(usize, usize)],
        receives: &[(usize, usize)],
    ) -> Result<Exchange> {
        Exchange::in_pieces(comm, sends, receives, PIECE)
    }

    /// As `new`, of messages some of which lie in arrays. They are sent from there and received there without a copy: from `start_send`
    /// to `poll_sends`, and from `start_receives` to `wait_receive`, MPI reads and writes the arrays themselves.
    pub fn of_letters(
        comm: Arc<Comm>,
        sends: Vec<Letter>,
        receives: Vec<Letter>,
    ) -> Result<Exchange> {
        Exchange::make(comm, sends, receives, PIECE)
    }

    /// As `new`, with messages cut into pieces of at most `piece` bytes; the same on all ranks.
    pub fn in_pieces(
        comm: Arc<Comm>,
        sends: &[(usize, usize)],
        receives: &[(usize, usize)],
        piece: usize,
    ) -> Result<Exchange> {
        let letters = |list: &[(usize, usize)]| {
            let letter = |&(peer, bytes): &(usize, usize)| Letter {
                peer,
                bytes,
                spot: None,
            };
            list.iter().map(letter).collect()
        };
        Exchange::make(comm, letters(sends), letters(receives), piece)
    }

    fn make(
        comm: Arc<Comm>,
        sends: Vec<Letter>,
        receives: Vec<Letter>,
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
        reserve(&mut exchange.arrived, side.messages.len())?;
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

    /// Whether message `i` of a direction has a buffer of the exchange; otherwise it lies in an array.
    pub fn is_packed(&self, direction: Direction, i: usize) -> bool {
        match direction {
            Direction::Send => self.sends.messages[i].own,
            Direction::Receive => self.receives.messages[i].own,
        }
    }

    /// Where message `i` is packed before `start_send(i)`.
    pub fn send_buffer(&mut self, i: usize) -> &mut [u8] {
        let (start, bytes) = self.sends.messages[i].buffer();
        // SAFETY: memory of the exchange, which is borrowed for as long as the slice; MPI does not work on it.
        unsafe { std::slice::from_raw_parts_mut(start, bytes) }
    }

    /// The memory behind `send_buffer(i)`, for copies that are made ready once. They run while MPI does not work on the message.
    pub fn send_memory(&self, i: usize) -> &Arc<Memory> {
        self.sends.messages[i].spot.memory()
    }

    /// The memory behind `receive_buffer(i)`, as `send_memory`.
    pub fn receive_memory(&self, i: usize) -> &Arc<Memory> {
        self.receives.messages[i].spot.memory()
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
        let (start, bytes) = self.receives.messages[i].buffer();
        // SAFETY: memory of the exchange, which is borrowed for as long as the slice; MPI does not work on it.
        unsafe { std::slice::from_raw_parts(start, bytes) }
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

impl Drop for Exchange {
    fn drop(&mut self) {
        // After MPI_Finalize the requests are gone with MPI, which reaches no buffer any more.
        let running = attribute::can_free();
        self.sends.release(Direction::Send, running);
        self.receives.release(Direction::Receive, running);
    }
}
