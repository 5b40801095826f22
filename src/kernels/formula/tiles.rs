//! The elements of a visit, cut into tiles.
//!
//! Dimensions become *levels*, in the memory order of the operand that leads, the fastest first; those that continue one
//! another in every operand become one. A tile is a box of some length along each level; in it elements are counted along the
//! first level first.

use distarray_core::Dims;

use super::input::{Kind, Operand};

/// Levels join a tile until it has as many elements: below, the cost per tile shows.
const ENOUGH: usize = 128;

/// The side of square tiles, where operands run fastest along different levels.
const SQUARE: usize = 32;

/// Vector registers hold no more elements: tiles are cut at their multiples.
const VECTOR: usize = 64;

pub(super) struct Tiles {
    pub extents: Dims<usize>,
    /// Of a whole tile; those at the upper ends may be shorter.
    pub lengths: Dims<usize>,
    pub count: usize,
}

impl Tiles {
    /// Tiles of at most `most` elements over `extents`, none of which is 0. The strides of the operands become those of the
    /// levels.
    pub fn new(extents: &[i64], operands: &mut [Operand], lead: usize, most: usize) -> Tiles {
        let mut levels: Dims<usize> = (0..extents.len()).filter(|&dim| extents[dim] > 1).collect();
        for &dim in &levels {
            if operands[lead].strides[dim] < 0 {
                for operand in operands.iter_mut() {
                    let stride = &mut operand.strides[dim];
                    operand.at = operand
                        .at
                        .wrapping_add(*stride * (extents[dim] as isize - 1));
                    *stride = -*stride;
                }
            }
        }
        levels.sort_by_key(|&dim| operands[lead].strides[dim]);
        for operand in operands.iter_mut() {
            operand.strides = levels.iter().map(|&dim| operand.strides[dim]).collect();
        }
        let mut extents: Dims<usize> = levels.iter().map(|&dim| extents[dim] as usize).collect();
        merge(&mut extents, operands);
        let lengths = match crossing(&extents, operands) {
            Some(level) => square(&extents, level),
            None => joined(&extents, most),
        };
        let along = extents.iter().zip(&lengths);
        let count = along
            .map(|(&extent, &length)| extent.div_ceil(length))
            .product();
        Tiles {
            extents,
            lengths,
            count,
        }
    }

    /// Whether the elements of every tile lie one after the other in an operand, aligned.
    pub fn are_packed(&self, operand: &Operand) -> bool {
        let Kind::Memory(size) = operand.kind else {
            return false;
        };
        let alignment = size.min(align_of::<u64>()) as isize;
        let aligned = |number: isize| number % alignment == 0;
        let mut next = size as isize;
        // Once a level is cut, no other one may take part in the tile.
        let mut cut = false;
        aligned(operand.at)
            && operand.strides.iter().all(|&stride| aligned(stride))
            && (0..self.extents.len())
                .filter(|&level| self.lengths[level] > 1)
                .all(|level| {
                    let continues = !cut && operand.strides[level] == next;
                    cut = self.lengths[level] < self.extents[level];
                    next = next.wrapping_mul(self.extents[level] as isize);
                    continues
                })
    }
}

/// Joins levels that continue one another in every operand.
fn merge(extents: &mut Dims<usize>, operands: &mut [Operand]) {
    let mut level = 0;
    while level + 1 < extents.len() {
        let extent = extents[level] as isize;
        let continues = operands.iter().all(|operand| {
            operand.strides[level].wrapping_mul(extent) == operand.strides[level + 1]
        });
        if continues {
            extents[level] *= extents.remove(level + 1);
            for operand in operands.iter_mut() {
                operand.strides.remove(level + 1);
            }
        } else {
            level += 1;
        }
    }
}

/// The level along which some operand runs faster than along the first one, as a transposed array does.
fn crossing(extents: &[usize], operands: &[Operand]) -> Option<usize> {
    let fastest = |operand: &Operand| {
        let Kind::Memory(size) = operand.kind else {
            return None;
        };
        let step = |level: usize| operand.strides[level].unsigned_abs();
        let moves = (0..extents.len()).filter(|&level| step(level) > 0);
        let level = moves.min_by_key(|&level| step(level))?;
        let line = 64 / size;
        (level > 0 && step(0) > step(level) && extents[0] > line && extents[level] > line)
            .then_some(level)
    };
    operands.iter().find_map(fastest)
}

fn square(extents: &[usize], level: usize) -> Dims<usize> {
    let side = |(at, &extent): (usize, &usize)| match at == 0 || at == level {
        true => extent.min(SQUARE),
        false => 1,
    };
    extents.iter().enumerate().map(side).collect()
}

fn joined(extents: &[usize], most: usize) -> Dims<usize> {
    let mut below = 1;
    let mut length = |&extent: &usize| {
        let length = if below >= ENOUGH {
            1
        } else {
            even(extent, (most / below).max(1))
        };
        // What is cut here ends the tile.
        below = if length < extent {
            most
        } else {
            below * length
        };
        length
    };
    extents.iter().map(&mut length).collect()
}

/// The length of pieces of at most `most` that are all but equal.
fn even(extent: usize, most: usize) -> usize {
    let pieces = extent.div_ceil(most);
    let length = extent.div_ceil(pieces);
    length.next_multiple_of(VECTOR).min(most).min(extent)
}

/// Stands at a tile.
pub(super) struct Walk<'a> {
    tiles: &'a Tiles,
    turns: Dims<usize>,
    /// Elements along each level of the present tile.
    pub lengths: Dims<usize>,
    /// Positions of the operands there.
    pub at: Vec<isize>,
}

impl<'a> Walk<'a> {
    pub fn new(tiles: &'a Tiles, operands: &[Operand], tile: usize) -> Walk<'a> {
        let mut at: Vec<isize> = operands.iter().map(|operand| operand.at).collect();
        let (mut rest, mut turns) = (tile, Dims::new());
        for (level, &length) in tiles.lengths.iter().enumerate() {
            let pieces = tiles.extents[level].div_ceil(length);
            let turn = rest % pieces;
            rest /= pieces;
            for (at, operand) in at.iter_mut().zip(operands) {
                *at =
                    at.wrapping_add(operand.strides[level].wrapping_mul((turn * length) as isize));
            }
            turns.push(turn);
        }
        let mut walk = Walk {
            tiles,
            turns,
            lengths: tiles.lengths.clone(),
            at,
        };
        (0..tiles.lengths.len()).for_each(|level| walk.cut(level));
        walk
    }

    fn cut(&mut self, level: usize) {
        let length = self.tiles.lengths[level];
        let before = self.turns[level] * length;
        self.lengths[level] = length.min(self.tiles.extents[level] - before);
    }

    /// Number of elements in the tile.
    pub fn elements(&self) -> usize {
        self.lengths.iter().product()
    }

    /// Goes on to the next tile; behind the last one comes the first.
    #[inline]
    pub fn step(&mut self, operands: &[Operand]) {
        for (level, &length) in self.tiles.lengths.iter().enumerate() {
            let extent = self.tiles.extents[level];
            let turn = self.turns[level] + 1;
            let ends = turn * length >= extent;
            let by = match ends {
                false => length as isize,
                true => -((self.turns[level] * length) as isize),
            };
            for (at, operand) in self.at.iter_mut().zip(operands) {
                *at = at.wrapping_add(operand.strides[level].wrapping_mul(by));
            }
            self.turns[level] = if ends { 0 } else { turn };
            self.cut(level);
            if !ends {
                return;
            }
        }
    }
}
