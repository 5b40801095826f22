//! One dimension of a redistribution: which coordinates of the other end own what the caller's coordinate owns.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::chunks::{chunks, too_many, Chunk, Pair, Writer};
use crate::deal::Deal;
use crate::dims::signed;
use crate::product::MOST;
use crate::runs::{Run, Runs};
use crate::{Dimension, Result};

/// What the caller's coordinate has in common with one of the other end.
pub(super) struct Piece {
    pub coord: usize,
    pub runs: Arc<Vec<Run>>,
}

/// The pieces of `coord` of end `own`, ascending by the other coordinate. `ends` are source and target, of one extent,
/// whole, block or cyclic.
///
/// Of two maps the one with the larger blocks is called coarse. Each of its blocks meets the other one in few regular
/// chunks; whoever walks, the owner of the block or of the chunks, finds the same ones in the same order. If both
/// maps are dealt out in turn they repeat together after the least common multiple of their rounds, and the walk
/// ends there.
pub(super) fn pieces(ends: [&Dimension; 2], own: usize, coord: usize) -> Result<Vec<Piece>> {
    let deals = ends.map(Dimension::dealt);
    let coarse = match &deals {
        [None, _] => 0,
        [_, None] => 1,
        [Some(source), Some(target)] => usize::from(source.block < target.block),
    };
    let turn = together(&deals);
    let mut walk = Walk {
        ends,
        own,
        coord,
        fine: 1 - coarse,
        turn,
        window: turn.unwrap_or(ends[0].extent),
        deals,
        found: BTreeMap::new(),
        steps: 0,
    };
    walk.check_size(coarse)?;
    if own == coarse {
        walk.own_blocks()?;
    } else {
        walk.blocks_that_own_meets()?;
    }
    let piece = |(coord, pair): (usize, Pair)| Piece {
        coord,
        runs: pair.runs.finish(),
    };
    Ok(walk.found.into_iter().map(piece).collect())
}

/// Indices after which two dealt out maps repeat together, if that is inside the extent.
fn together(deals: &[Option<Deal>; 2]) -> Option<i64> {
    let [Some(source), Some(target)] = deals else {
        return None;
    };
    let (a, b) = (source.round()?, target.round()?);
    let common = (a / greatest_common_divisor(a, b)).checked_mul(b)?;
    (common < source.extent).then_some(common)
}

pub(crate) fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

struct Walk<'a> {
    ends: [&'a Dimension; 2],
    deals: [Option<Deal>; 2],
    /// The caller's end and its coordinate there.
    own: usize,
    coord: usize,
    /// The end whose blocks are not the larger ones.
    fine: usize,
    turn: Option<i64>,
    /// Indices to walk over.
    window: i64,
    found: BTreeMap<usize, Pair>,
    steps: usize,
}

impl Walk<'_> {
    /// The caller's blocks are the larger ones: whoever owns something of each of them.
    fn own_blocks(&mut self) -> Result<()> {
        let mut at = 0;
        while let Some(start) = self.next_own(at) {
            let block = self.block(self.own, start);
            at = block.end;
            match &self.deals[self.fine] {
                None => {
                    let mut inner = block.start;
                    while inner < block.end {
                        let other = self.ends[self.fine].block_owner(inner);
                        let range = self.ends[self.fine].range(other);
                        self.meet(
                            other,
                            range.start.max(block.start)..range.end.min(block.end),
                        )?;
                        inner = range.end;
                    }
                }
                Some(deal) => {
                    let deal = *deal;
                    let first = signed(deal.owner(block.start));
                    for turn in 0..deal.blocks(&block).min(deal.procs) {
                        let other = (first + turn) % deal.procs;
                        let other = usize::try_from(other).expect("coordinates are not negative");
                        self.meet(other, block.clone())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The other end's blocks are the larger ones: those that have something of the caller's.
    fn blocks_that_own_meets(&mut self) -> Result<()> {
        let mut at = 0;
        while let Some(start) = self.next_own(at) {
            let other = 1 - self.own;
            let coord = match &self.deals[other] {
                None => self.ends[other].block_owner(start),
                Some(deal) => deal.owner(start),
            };
            let block = self.block(other, start);
            at = block.end;
            let own = match &self.deals[self.own] {
                None => self.ends[self.own].range(self.coord),
                Some(_) => block.clone(),
            };
            self.meet(coord, own.start.max(block.start)..own.end.min(block.end))?;
        }
        Ok(())
    }

    /// Errors: so many meetings in the window that it is not worth beginning.
    fn check_size(&self, coarse: usize) -> Result<()> {
        let round = self.deals[self.own].and_then(|deal| deal.round());
        // Each block of the caller's is met, but a coarse one of the other end once only.
        let apart = match &self.deals[coarse] {
            _ if self.own == coarse => round,
            Some(deal) => round.map(|round| round.max(deal.block)),
            None => None,
        };
        match apart {
            Some(apart) if self.window / apart > signed(MOST) => Err(too_many()),
            _ => Ok(()),
        }
    }

    /// The caller's first index from `at` on, inside the window.
    fn next_own(&self, at: i64) -> Option<i64> {
        let next = match &self.deals[self.own] {
            None => Some(self.ends[self.own].range(self.coord))
                .filter(|range| at < range.end)
                .map(|range| range.start),
            Some(deal) if at < deal.extent => deal.next(self.coord, at),
            Some(_) => None,
        };
        next.map(|start| start.max(at))
            .filter(|&start| start < self.window)
    }

    /// The block of an end around an index, inside the window.
    fn block(&self, end: usize, index: i64) -> Range<i64> {
        let block = match &self.deals[end] {
            None => self.ends[end].range(self.ends[end].block_owner(index)),
            Some(deal) => deal.span(index),
        };
        block.start..block.end.min(self.window)
    }

    /// What the caller and `other` have in common inside a part of a coarse block. Of a fine map that is not dealt
    /// out that is all of it.
    fn meet(&mut self, other: usize, range: Range<i64>) -> Result<()> {
        let pair = self.found.entry(other).or_insert_with(|| {
            let mut coords = [other; 2];
            coords[self.own] = self.coord;
            let below = [0, 1].map(|end: usize| self.ends[end].padding(coords[end])[0]);
            Pair {
                coords,
                below,
                runs: Runs::default(),
            }
        });
        let mut writer = Writer {
            ends: self.ends,
            advance: [0, 1].map(|end: usize| match &self.deals[end] {
                Some(deal) if end == self.fine => Some(deal.block),
                _ => None,
            }),
            turn: self.turn.map(|turn| {
                let procs = self.ends.map(|dimension| signed(dimension.procs));
                (turn, procs.map(|procs| turn / procs))
            }),
            pair,
            steps: &mut self.steps,
        };
        let Some(deal) = &self.deals[self.fine] else {
            let (at, length) = (range.start, range.end - range.start);
            return writer.chunk(Chunk {
                at,
                length,
                count: 1,
                round: 0,
            });
        };
        for chunk in chunks(deal, writer.pair.coords[self.fine], &range)
            .into_iter()
            .flatten()
        {
            writer.chunk(chunk)?;
        }
        Ok(())
    }
}
