//! Regular chunks of indices that two coordinates have in common, as runs.

use std::ops::Range;

use crate::deal::Deal;
use crate::product::MOST;
use crate::runs::{Run, Runs};
use crate::{Dimension, Error, Result};

/// Global indices: `count` stretches of `length` at a distance of `round`, the round of the fine map.
#[derive(Clone, Copy)]
pub(super) struct Chunk {
    pub at: i64,
    pub length: i64,
    pub count: i64,
    pub round: i64,
}

/// A coordinate of either end and the runs that they have in common.
pub(super) struct Pair {
    pub coords: [usize; 2],
    pub below: [i64; 2],
    pub runs: Runs,
}

/// What a coordinate of a dealt out map owns of a range: a part of a block, whole blocks, a part of a block.
pub(super) fn chunks(deal: &Deal, coord: usize, range: &Range<i64>) -> [Option<Chunk>; 3] {
    let part = |start: i64| {
        let (at, end) = (
            start.max(range.start),
            start.saturating_add(deal.block).min(range.end),
        );
        (at < end).then_some(Chunk {
            at,
            length: end - at,
            count: 1,
            round: 0,
        })
    };
    let Some(first) = deal.next(coord, range.start) else {
        return [None; 3];
    };
    // With a round that does not fit into 63 bits there is no second block.
    let Some(round) = deal.round() else {
        return [part(first), None, None];
    };
    let cut = first < range.start;
    let whole = if cut {
        first.checked_add(round)
    } else {
        Some(first)
    };
    let (head, Some(whole)) = (if cut { part(first) } else { None }, whole) else {
        return [part(first), None, None];
    };
    if whole >= range.end || range.end - whole < deal.block {
        return [head, None, part(whole)];
    }
    let count = (range.end - whole - deal.block) / round + 1;
    let middle = Chunk {
        at: whole,
        length: deal.block,
        count,
        round,
    };
    let tail = count
        .checked_mul(round)
        .and_then(|size| size.checked_add(whole));
    [head, Some(middle), tail.and_then(part)]
}

/// Turns chunks of global indices into runs of positions, as often as they repeat.
pub(super) struct Writer<'a> {
    pub ends: [&'a Dimension; 2],
    /// By how much positions advance in a round of the fine map, where that is not the round itself.
    pub advance: [Option<i64>; 2],
    /// Indices after which everything repeats, and by how much positions advance meanwhile.
    pub turn: Option<(i64, [i64; 2])>,
    pub pair: &'a mut Pair,
    pub steps: &'a mut usize,
}

impl Writer<'_> {
    pub(super) fn chunk(&mut self, chunk: Chunk) -> Result<()> {
        let Some((turn, _)) = self.turn else {
            return self.rows(chunk);
        };
        if chunk.count == 1 || chunk.length == 1 {
            return self.rows(chunk);
        }
        // A run has room for one repetition of stretches: the one that happens less often is written out.
        let extent = self.ends[0].extent;
        let times = (extent - 1 - chunk.at) / turn + 1;
        if chunk.count <= times {
            for row in 0..chunk.count {
                self.rows(Chunk {
                    at: chunk.at + row * chunk.round,
                    count: 1,
                    ..chunk
                })?;
            }
            return Ok(());
        }
        for time in 0..times {
            let at = chunk.at + time * turn;
            let room = extent - at;
            let whole = if room < chunk.length {
                0
            } else {
                (room - chunk.length) / chunk.round + 1
            };
            let count = whole.min(chunk.count);
            self.push(at, chunk.length, [1, 1], count, self.round(chunk.round))?;
            if count < chunk.count && count * chunk.round < room {
                let done = count * chunk.round;
                self.push(at + done, room - done, [1, 1], 1, [0, 0])?;
            }
        }
        Ok(())
    }

    /// A chunk that has one stretch or stretches of one element, with its repetitions.
    fn rows(&mut self, chunk: Chunk) -> Result<()> {
        let (length, step, stride) = match (chunk.count, chunk.length) {
            (1, length) => (length, [1, 1], 1),
            (count, 1) => (count, self.round(chunk.round), chunk.round),
            (count, length) => {
                return self.push(chunk.at, length, [1, 1], count, self.round(chunk.round))
            }
        };
        let Some((turn, advance)) = self.turn else {
            return self.push(chunk.at, length, step, 1, [0, 0]);
        };
        let extent = self.ends[0].extent;
        let last = chunk.at + (length - 1) * stride;
        let times = (extent - 1 - last) / turn + 1;
        self.push(chunk.at, length, step, times, advance)?;
        match times
            .checked_mul(turn)
            .and_then(|size| size.checked_add(chunk.at))
        {
            Some(rest) if rest < extent => {
                self.push(rest, (extent - 1 - rest) / stride + 1, step, 1, [0, 0])
            }
            _ => Ok(()),
        }
    }

    /// By how much positions advance in a round of the fine map.
    fn round(&self, round: i64) -> [i64; 2] {
        self.advance.map(|advance| advance.unwrap_or(round))
    }

    fn push(
        &mut self,
        index: i64,
        length: i64,
        step: [i64; 2],
        count: i64,
        period: [i64; 2],
    ) -> Result<()> {
        *self.steps += 1;
        if *self.steps > MOST {
            return Err(too_many());
        }
        if length < 1 || count < 1 {
            return Ok(());
        }
        let at = [0, 1].map(|end: usize| {
            let position = self.ends[end].to_local(self.pair.coords[end], index);
            self.pair.below[end] + position.expect("both ends own what they have in common")
        });
        self.pair.runs.push(Run {
            at,
            length,
            step,
            count,
            period,
        })
    }
}

pub(super) fn too_many() -> Error {
    Error::Memory {
        what: "a plan of more than 16777216 pieces",
    }
}
