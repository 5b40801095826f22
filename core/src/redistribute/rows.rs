//! A group of dimensions row by row: which coordinates of the other end own what the caller's coordinates own.
//!
//! The caller walks its places, and the other end's within them; whoever walks cuts them at the same places. Where both ends
//! repeat it walks over one turn and notes how often that repeats: windows in which they do are parts of the sequence, the same
//! whoever asks.

use std::collections::BTreeMap;
use std::ops::Range;

use super::asked::Found;
use super::pieces::greatest_common_divisor;
use super::reshape::Piece;
use super::sequence::{Owned, Rhythm, Sequence};
use crate::product::MOST;
use crate::runs::{Run, Runs};
use crate::{Dims, Error, Result};

/// What the caller's coordinates of a group have in common with those of the other end. `found` tells of the other end's
/// unstructured dimensions.
///
/// Errors: more than 2^24 pieces in one turn of each window; unstructured dimensions of which nothing was found; no memory.
pub(super) fn rows(
    ends: &[Sequence; 2],
    own: usize,
    coords: &[usize],
    found: &[Option<Found>],
) -> Result<Vec<Piece>> {
    let (rhythms, turn) = together(ends);
    let mut walk = Walk {
        ends,
        own,
        coords,
        strides: ends[own].strides(coords)?,
        found,
        rhythms,
        turn,
        peers: BTreeMap::new(),
        steps: 0,
    };
    let mut at = 0;
    while let Some(owned) = walk.next(at) {
        let window = walk.window(owned.places.start);
        at = window.end;
        walk.window_rows(window)?;
    }
    let piece = |(coords, (_, runs)): (_, (_, Runs))| Piece {
        coords,
        runs: runs.finish(),
    };
    Ok(walk.peers.into_iter().map(piece).collect())
}

/// The rhythms with which the fewest steps are walked, and the places after which both repeat: the same whoever asks.
fn together(ends: &[Sequence; 2]) -> ([Rhythm; 2], Option<i64>) {
    let elements = i128::from(ends[0].elements);
    let piece = i128::from(ends[0].typical().min(ends[1].typical()).max(1));
    let mut best: Option<(i128, [Rhythm; 2], Option<i64>)> = None;
    for (first, period, stretch) in ends[0].rhythms() {
        for (second, other_period, other_stretch) in ends[1].rhythms() {
            let turn =
                (period / greatest_common_divisor(period, other_period)).checked_mul(other_period);
            let window = i128::from(stretch.min(other_stretch).max(1));
            let walked = turn.map_or(window, |turn| window.min(2 * i128::from(turn)));
            let steps = (elements / window + 1) * (walked / piece + 2);
            if best.is_none_or(|(fewest, ..)| steps < fewest) {
                best = Some((steps, [first, second], turn));
            }
        }
    }
    best.map_or(([Rhythm::Places; 2], None), |(_, rhythms, turn)| {
        (rhythms, turn)
    })
}

struct Walk<'a> {
    ends: &'a [Sequence<'a>; 2],
    /// The caller's end, its coordinates there and the strides of its positions.
    own: usize,
    coords: &'a [usize],
    strides: Dims<i64>,
    found: &'a [Option<Found>],
    rhythms: [Rhythm; 2],
    turn: Option<i64>,
    /// The strides of each of the other end's coordinates, and what it has in common with the caller.
    peers: BTreeMap<Dims<usize>, (Dims<i64>, Runs)>,
    steps: usize,
}

impl Walk<'_> {
    fn next(&self, at: i64) -> Option<Owned> {
        self.ends[self.own].next(self.coords, &self.strides, at)
    }

    /// The places around one in which both ends repeat.
    fn window(&self, place: i64) -> Range<i64> {
        let [a, b] = [0, 1].map(|end: usize| self.ends[end].stretch(self.rhythms[end], place));
        a.start.max(b.start)..a.end.min(b.end)
    }

    fn window_rows(&mut self, window: Range<i64>) -> Result<()> {
        let length = window.end - window.start;
        match self.turn {
            Some(turn) if turn <= length / 2 => {
                let times = length / turn;
                self.part(window.start..window.start + turn, times)?;
                self.part(window.start + times * turn..window.end, 1)
            }
            _ => self.part(window, 1),
        }
    }

    /// What the caller owns of some places, which repeat so often.
    fn part(&mut self, places: Range<i64>, times: i64) -> Result<()> {
        let mut from = places.start;
        while let Some(owned) = self
            .next(from)
            .filter(|owned| owned.places.start < places.end)
        {
            let (mut at, end) = (owned.places.start, owned.places.end.min(places.end));
            from = end;
            while at < end {
                let position = owned.position + at - owned.places.start;
                at += self.piece(at, position, end - at, times)?;
            }
        }
        Ok(())
    }

    /// What one of the other end's ranks has of at most so many places from one on; gives how many.
    fn piece(&mut self, place: i64, position: i64, most: i64, times: i64) -> Result<i64> {
        self.steps += 1;
        if self.steps > MOST {
            let what = "a reshape that cuts the rows of one rank into more than 16777216 pieces";
            return Err(Error::Memory { what });
        }
        let other = &self.ends[1 - self.own];
        let there = other.owner(place, self.found)?;
        let length = there.length.min(most);
        if !self.peers.contains_key(&there.coords) {
            let strides = other.strides(&there.coords)?;
            let peer = (strides, Runs::default());
            self.peers.insert(there.coords.clone(), peer);
        }
        let (strides, runs) = self.peers.get_mut(&there.coords).expect("just inserted");
        let mut at = [there.position(strides); 2];
        at[self.own] = position;
        let mut run = Run {
            count: times,
            ..Run::new(at, length)
        };
        if let (Some(turn), 2..) = (self.turn, times) {
            run.period = [0, 1].map(|end: usize| {
                let strides = if end == self.own {
                    &self.strides
                } else {
                    &*strides
                };
                self.ends[end].advance(self.rhythms[end], strides, turn)
            });
        }
        runs.push(run)?;
        Ok(length)
    }
}
