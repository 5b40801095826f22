//! Reductions of bytes over the ranks in a tree of the library's own: which values meet depends on the number of ranks
//! alone, not on the MPI, on the node or on who comes first.
//!
//! There are as many places as the largest power of two that the ranks can fill; the ranks left over share a place with
//! their neighbour. Then, bit by bit of a place's number, the places that differ in this bit alone meet, after which each
//! stands for twice as many ranks:
//!
//! ```text
//! rank    0   1   2   3   4
//!         0 --1                   share a place
//!             01--2   3---4       bit 0
//!             012-----34          bit 1, on both sides
//! ```

use std::ffi::c_int;
use std::mem::take;
use std::ops::Range;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use arrayvec::ArrayVec;
use mpi::ffi;

use super::call::{address, address_mut, check};
use super::collective::{begin, byte, count, Begun, Wait, LIMIT};
use super::comm::Comm;
use crate::buffer::zeroed;
use crate::error::{Code, Error, Result};

/// Tags that every MPI has, above those of exchanges. A message begins under the one and goes on under the other.
const TAGS: [c_int; 2] = [32765, 32766];

/// The first of those of reductions that are begun: each has two of its own, because its messages pass those of later reductions
/// on their way. No more of the tags that every MPI has are free.
const FLIGHT_TAGS: c_int = 32752;
const FLIGHTS: u32 = 6;

/// A message begins with a word: the bytes of the value behind it, or why there is none.
const HEAD: usize = size_of::<u64>();

/// Bytes that travel at once with the head. What is longer follows once both sides know that they mean the same length, so
/// that no message is longer than the buffer that waits for it.
const ROOM: usize = 4096;

// In place of a length: why there is no result. Of two reasons the larger one counts.
const DIFFERENT: u64 = u64::MAX - 2;
const REFUSED: u64 = u64::MAX - 1;
const PANICKED: u64 = u64::MAX;

impl Comm {
    /// Combines the bytes of all ranks in rank order, the same way in every run at one rank count; every rank has the result.
    ///
    /// `combine(from, into)` makes of the value of lower ranks `from` and that of the following ranks `into` the value of
    /// both, in `into`. It need not be associative: the tree above says what meets. Ranks that pass different lengths all
    /// learn it. Takes log2(ranks) messages one after the other, two more where that is no whole number; twice as many for
    /// more than 4 KiB.
    pub fn allreduce_bytes(
        &self,
        bytes: &mut [u8],
        combine: impl Fn(&[u8], &mut [u8]),
    ) -> Result<()> {
        self.climb(None, self.rank(), self.size(), bytes, combine)
    }

    /// As `allreduce_bytes`, over the ranks of a list alone, in its order. The calling rank stands on it, and its fellows pass the
    /// same list; ranks on different lists go separate ways at once.
    pub fn allreduce_among(
        &self,
        ranks: &[usize],
        bytes: &mut [u8],
        combine: impl Fn(&[u8], &mut [u8]),
    ) -> Result<()> {
        let own = ranks.iter().position(|&rank| rank == self.rank());
        let own = own.ok_or_else(|| {
            let text = "a rank takes part in a reduction of others";
            Error::new(Code::Internal, text)
        })?;
        self.climb(Some(ranks), own, ranks.len(), bytes, combine)
    }

    /// As `allreduce_bytes`, begun here and ended by the value's `end`. Of several that are begun the ranks end the same one first.
    pub fn begin_allreduce(self: &Arc<Self>, bytes: &[u8]) -> Result<Flight> {
        let slot = self.board(FLIGHTS).ok_or_else(|| {
            let text = format!("{FLIGHTS} reductions are begun and not ended: no more can be begun on this communicator");
            Error::new(Code::State, text)
        })?;
        let begin = FLIGHT_TAGS + 2 * slot as c_int;
        let climber = self.climber([begin, begin + 1], None, self.rank(), self.size(), bytes);
        match climber.and_then(Climber::depart) {
            Ok(climber) => Ok(Flight {
                comm: self.clone(),
                slot,
                climber: Some(climber),
                length: bytes.len(),
            }),
            Err(error) => {
                self.leave(slot);
                Err(error)
            }
        }
    }

    fn climb(
        &self,
        ranks: Option<&[usize]>,
        rank: usize,
        size: usize,
        bytes: &mut [u8],
        combine: impl Fn(&[u8], &mut [u8]),
    ) -> Result<()> {
        if size == 1 {
            return self.ensure_alive();
        }
        let climber = self.climber(TAGS, ranks, rank, size, bytes)?;
        climber.depart()?.arrive(&combine)?.outcome(bytes)
    }

    fn climber<'a>(
        &self,
        [begin, go_on]: [c_int; 2],
        ranks: Option<&'a [usize]>,
        rank: usize,
        size: usize,
        bytes: &[u8],
    ) -> Result<Climber<'a>> {
        let mut climber = Climber {
            comm: self.duplicate()?,
            begin,
            go_on,
            ranks,
            rank,
            place: Place::new(rank, size),
            wait: if self.crowded() {
                Wait::Yield
            } else {
                Wait::Block
            },
            mine: Vec::new(),
            theirs: Vec::new(),
        };
        climber.take_along(bytes)?;
        Ok(climber)
    }
}

/// A reduction under way: this rank's first message is sent.
pub struct Flight {
    comm: Arc<Comm>,
    slot: u32,
    climber: Option<Departed<'static>>,
    length: usize,
}

// SAFETY: the MPI handles are plain values, used only where `ensure_alive` finds that this thread may call MPI.
unsafe impl Send for Flight {}

impl Flight {
    /// The bytes of all ranks combined, as `allreduce_bytes` has them.
    pub fn end(mut self, combine: impl Fn(&[u8], &mut [u8])) -> Result<Vec<u8>> {
        self.comm.ensure_alive()?;
        let mut bytes = zeroed(self.length)?;
        if let Some(climber) = self.climber.take() {
            climber.arrive(&combine)?.outcome(&mut bytes)?;
        }
        Ok(bytes)
    }
}

/// Given up: what MPI does not use any more is freed.
impl Drop for Flight {
    fn drop(&mut self) {
        self.comm.leave(self.slot);
        let begun = self.climber.take().and_then(|departed| departed.begun);
        if let (Some((_, begun)), Ok(())) = (begun, self.comm.ensure_alive()) {
            begun.abandon();
        }
    }
}

/// Where a rank stands in the tree.
struct Place {
    number: usize,
    /// Places that two ranks share, the lowest ones.
    shared: usize,
    /// Number of places, a power of two.
    all: usize,
    /// The other rank of the place.
    partner: Option<usize>,
    /// Whether the rank speaks for its place: the upper one of two does.
    climbs: bool,
}

impl Place {
    fn new(rank: usize, size: usize) -> Place {
        let all = 1 << size.ilog2();
        let shared = size - all;
        let has_partner = rank < 2 * shared;
        Place {
            number: if has_partner { rank / 2 } else { rank - shared },
            shared,
            all,
            partner: has_partner.then_some(rank ^ 1),
            climbs: !has_partner || rank % 2 == 1,
        }
    }

    /// Whom the rank that speaks for this place meets, in order.
    fn peers(&self) -> impl Iterator<Item = usize> + '_ {
        let bits = 0..self.all.ilog2();
        bits.map(|bit| self.speaker(self.number ^ (1 << bit)))
    }

    fn speaker(&self, place: usize) -> usize {
        if place < self.shared {
            2 * place + 1
        } else {
            place + self.shared
        }
    }
}

/// A rank on its way up, with what it knows and room for what it is told. Both buffers hold a head and a value, or `ROOM`.
struct Climber<'a> {
    comm: ffi::MPI_Comm,
    /// Tags of the message that a meeting begins with, and of the rest.
    begin: c_int,
    go_on: c_int,
    place: Place,
    /// Who takes part, where not all ranks do; all ranks below are positions on this list.
    ranks: Option<&'a [usize]>,
    rank: usize,
    wait: Wait,
    mine: Vec<u8>,
    theirs: Vec<u8>,
}

impl<'a> Climber<'a> {
    /// Without memory for the value the rank still goes, to say so.
    fn take_along(&mut self, bytes: &[u8]) -> Result<()> {
        let room = ROOM.max(HEAD.saturating_add(bytes.len()));
        match (zeroed(room), zeroed(room)) {
            (Ok(mine), Ok(theirs)) => {
                (self.mine, self.theirs) = (mine, theirs);
                self.say(bytes.len() as u64);
                self.mine[HEAD..HEAD + bytes.len()].copy_from_slice(bytes);
            }
            _ => {
                (self.mine, self.theirs) = (zeroed(ROOM)?, zeroed(ROOM)?);
                self.say(REFUSED);
            }
        }
        Ok(())
    }

    /// Sends what this rank knows to the first one that it meets.
    fn depart(mut self) -> Result<Departed<'a>> {
        let first = self.place.partner.or_else(|| self.place.peers().next());
        let begun = match first {
            Some(peer) => Some((peer, self.approach(peer)?)),
            None => None,
        };
        Ok(Departed {
            climber: self,
            begun,
        })
    }

    /// Two ranks tell each other what they know; then both know the same.
    fn meet(&mut self, peer: usize, combine: &impl Fn(&[u8], &mut [u8])) -> Result<()> {
        let begun = self.approach(peer)?;
        self.agree(peer, begun, combine)
    }

    fn approach(&mut self, peer: usize) -> Result<Begun<[Vec<u8>; 2], 2>> {
        let both = Some(peer);
        let begin = self.end().min(ROOM);
        self.start(self.begin, (both, 0..begin), (both, 0..ROOM))
    }

    fn agree(
        &mut self,
        peer: usize,
        begun: Begun<[Vec<u8>; 2], 2>,
        combine: &impl Fn(&[u8], &mut [u8]),
    ) -> Result<()> {
        let both = Some(peer);
        [self.mine, self.theirs] = begun.complete(self.wait)?;
        let (own, other) = (word(&self.mine), word(&self.theirs));
        if own != other {
            self.say(own.max(other).max(DIFFERENT));
        }
        if word(&self.mine) >= DIFFERENT {
            return Ok(());
        }
        self.go_on(both, both)?;
        let value = HEAD..self.end();
        if peer > self.rank {
            std::mem::swap(&mut self.mine, &mut self.theirs);
        }
        let (from, into) = (&self.theirs[value.clone()], &mut self.mine[value]);
        if catch_unwind(AssertUnwindSafe(|| combine(from, into))).is_err() {
            self.say(PANICKED);
        }
        Ok(())
    }

    /// The upper rank of a shared place tells the lower one the result.
    fn hand_down(&mut self, partner: usize) -> Result<()> {
        if partner < self.rank {
            let begin = self.end().min(ROOM);
            self.transfer(self.begin, (Some(partner), 0..begin), (None, 0..0))?;
            return self.go_on(Some(partner), None);
        }
        self.transfer(self.begin, (None, 0..0), (Some(partner), 0..ROOM))?;
        // The two met before, so that a value has the length of the own one.
        self.say(word(&self.theirs));
        self.go_on(None, Some(partner))?;
        std::mem::swap(&mut self.mine, &mut self.theirs);
        Ok(())
    }

    fn outcome(&self, bytes: &mut [u8]) -> Result<()> {
        let (code, text) = match word(&self.mine) {
            DIFFERENT => (
                Code::Mismatch,
                "the ranks give different amounts of data to one reduction: their arguments differ, or they are in different calls",
            ),
            REFUSED => (Code::Memory, "memory for the messages of a reduction was refused on some rank"),
            PANICKED => (Code::Internal, "the function that combines the values of two ranks panicked"),
            _ => {
                bytes.copy_from_slice(&self.mine[HEAD..HEAD + bytes.len()]);
                return Ok(());
            }
        };
        Err(Error::new(code, text))
    }

    fn say(&mut self, word: u64) {
        self.mine[..HEAD].copy_from_slice(&word.to_ne_bytes());
    }

    /// Where what this rank has to tell ends in its buffer.
    fn end(&self) -> usize {
        match word(&self.mine) {
            DIFFERENT.. => HEAD,
            length => HEAD + length as usize,
        }
    }

    /// What did not go with the head.
    fn go_on(&mut self, to: Option<usize>, from: Option<usize>) -> Result<()> {
        let end = self.end();
        for start in (ROOM..end).step_by(LIMIT) {
            let part = start..end.min(start + LIMIT);
            self.transfer(self.go_on, (to, part.clone()), (from, part))?;
        }
        Ok(())
    }

    /// Sends a part of one buffer and receives as much or less into a part of the other.
    fn transfer(&mut self, tag: c_int, told: End, heard: End) -> Result<()> {
        let begun = self.start(tag, told, heard)?;
        [self.mine, self.theirs] = begun.complete(self.wait)?;
        Ok(())
    }

    fn start(
        &mut self,
        tag: c_int,
        (to, told): End,
        (from, heard): End,
    ) -> Result<Begun<[Vec<u8>; 2], 2>> {
        let known = |position| self.ranks.map_or(position, |ranks| ranks[position]);
        let (to, from) = (to.map(known), from.map(known));
        let (comm, byte) = (self.comm, byte());
        let buffers = [take(&mut self.mine), take(&mut self.theirs)];
        begin(buffers, |[mine, theirs], [receive, send]| {
            // SAFETY: the buffers are kept until both requests are complete.
            unsafe {
                if let Some(peer) = from {
                    let (n, peer) = (count(heard.len())?, count(peer)?);
                    let at = address_mut(&mut theirs[heard]);
                    let code = ffi::MPI_Irecv(at, n, byte, peer, tag, comm, receive);
                    check("MPI_Irecv", code)?;
                }
                if let Some(peer) = to {
                    let (n, peer) = (count(told.len())?, count(peer)?);
                    let at = address(&mine[told]);
                    let code = ffi::MPI_Isend(at, n, byte, peer, tag, comm, send);
                    check("MPI_Isend", code)?;
                }
            }
            Ok(())
        })
    }
}

/// A rank whose first message is under way.
struct Departed<'a> {
    climber: Climber<'a>,
    begun: Option<(usize, Begun<[Vec<u8>; 2], 2>)>,
}

impl<'a> Departed<'a> {
    /// Goes all the way.
    fn arrive(self, combine: &impl Fn(&[u8], &mut [u8])) -> Result<Climber<'a>> {
        let mut climber = self.climber;
        let Some((first, begun)) = self.begun else {
            return Ok(climber);
        };
        climber.agree(first, begun, combine)?;
        let partner = climber.place.partner;
        if climber.place.climbs {
            let rest = usize::from(partner.is_none());
            let peers: ArrayVec<usize, 64> = climber.place.peers().skip(rest).collect();
            for peer in peers {
                climber.meet(peer, combine)?;
            }
        }
        if let Some(partner) = partner {
            climber.hand_down(partner)?;
        }
        Ok(climber)
    }
}

/// One end of a message: the peer, if there is one, and the part of the buffer.
type End = (Option<usize>, Range<usize>);

fn word(message: &[u8]) -> u64 {
    message[..HEAD]
        .try_into()
        .map_or(PANICKED, u64::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each rank knows at the end, by who meets whom.
    fn climb(size: usize) -> Vec<String> {
        let meet = |a: &str, b: &str| format!("({a} {b})");
        let places: Vec<Place> = (0..size).map(|rank| Place::new(rank, size)).collect();
        let mut known: Vec<String> = (0..size).map(|rank| rank.to_string()).collect();
        let before = known.clone();
        for (rank, place) in places.iter().enumerate() {
            if let Some(partner) = place.partner {
                assert_eq!(places[partner].partner, Some(rank));
                assert_ne!(places[partner].climbs, place.climbs);
                known[rank] = meet(&before[rank.min(partner)], &before[rank.max(partner)]);
            }
        }
        for step in 0..size.ilog2() as usize {
            let before = known.clone();
            for (rank, place) in places.iter().enumerate().filter(|(_, place)| place.climbs) {
                let peer = place.peers().nth(step).unwrap();
                assert_eq!(places[peer].peers().nth(step), Some(rank));
                known[rank] = meet(&before[rank.min(peer)], &before[rank.max(peer)]);
            }
        }
        for rank in (0..size).filter(|&rank| !places[rank].climbs) {
            known[rank] = known[places[rank].partner.unwrap()].clone();
        }
        known
    }

    #[test]
    fn all_ranks_combine_in_rank_order() {
        for size in 1..70 {
            let known = climb(size);
            assert!(known.iter().all(|result| *result == known[0]), "{size}");
            let ranks: Vec<usize> = known[0]
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|rank| rank.parse().ok())
                .collect();
            assert!(ranks.into_iter().eq(0..size), "{}", known[0]);
        }
        assert_eq!(climb(5)[0], "(((0 1) 2) (3 4))");
        assert_eq!(climb(6)[0], "(((0 1) (2 3)) (4 5))");
    }
}
