//! The elements of a visit, cut into tiles.
//!
//! Dimensions become *levels*, in the memory order of the operand that leads, the fastest first; those that continue one
//! another in every operand become one. A tile is a box of some length along each level; in it elements are counted along the
//! first level first.

use distarray_core::Dims;

use super::input::{Kind, Operand};

/// Levels join a tile until it has as many elements: below, the cost per tile shows.
const ENOUGH: usize = 128;

/// Along the first level, where another operand runs fastest along another one: two cache lines of 8-byte elements.
const SIDE: usize = 16;

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
            Some(level) => block(&extents, level, most),
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

    /// Elements of all tiles.
    pub fn elements(&self) -> usize {
        self.extents.iter().product()
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

/// Blocks in the plane of the first level and another one.
fn block(extents: &[usize], level: usize, most: usize) -> Dims<usize> {
    let side = |(at, &extent): (usize, &usize)| match at {
        0 => extent.min(SIDE),
        _ if at == level => extent.min(most / SIDE),
        _ => 1,
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

    /// Elements along each level before the tile.
    pub fn firsts(&self) -> impl Iterator<Item = usize> + '_ {
        self.turns
            .iter()
            .zip(&self.tiles.lengths)
            .map(|(&turn, &length)| turn * length)
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

#[cfg(test)]
mod tests {
    use super::super::strided::gather;
    use super::*;

    /// A number below `below`; SplitMix64.
    fn draw(state: &mut u64, below: usize) -> usize {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }

    /// Strides of elements of 8 bytes in some order of the dimensions, with gaps and of either sign, and the first element's
    /// distance from the lowest.
    fn layout(state: &mut u64, extents: &[i64]) -> (Dims<isize>, isize, usize) {
        let mut order: Dims<usize> = (0..extents.len()).collect();
        for i in (1..order.len()).rev() {
            order.swap(i, draw(state, i + 1));
        }
        let mut strides: Dims<isize> = extents.iter().map(|_| 0).collect();
        let (mut next, mut first) = (1isize, 0isize);
        for dim in order {
            let stride = next + draw(state, 2) as isize;
            next = stride * extents[dim] as isize;
            let back = draw(state, 4) == 0;
            strides[dim] = if back { -8 * stride } else { 8 * stride };
            first += if back {
                8 * stride * (extents[dim] as isize - 1)
            } else {
                0
            };
        }
        (strides, first, next as usize)
    }

    /// Every element of the lead is visited once, and what is gathered from another operand is the element that stands beside.
    #[test]
    fn tiles_visit_every_element_once() {
        let mut state = 7;
        for case in 0..400 {
            let ndim = draw(&mut state, 5);
            let long = if case % 3 == 0 { 150 } else { 9 };
            let extents: Vec<i64> = (0..ndim)
                .map(|dim| 1 + draw(&mut state, if dim == case % 4 { long } else { 6 }) as i64)
                .collect();
            let (lead, lead_first, lead_room) = layout(&mut state, &extents);
            let (other, other_first, other_room) = layout(&mut state, &extents);
            // Each element of both holds its number in C order.
            let (mut a, mut b) = (
                vec![-1i64; lead_room.max(1)],
                vec![-1i64; other_room.max(1)],
            );
            let elements: i64 = extents.iter().product();
            for number in 0..elements {
                let (mut rest, mut at) = (number, [lead_first, other_first]);
                for dim in (0..ndim).rev() {
                    let index = (rest % extents[dim]) as isize;
                    rest /= extents[dim];
                    at[0] += index * lead[dim];
                    at[1] += index * other[dim];
                }
                a[at[0] as usize / 8] = number;
                b[at[1] as usize / 8] = number;
            }
            let base =
                |memory: &[i64], first: isize| memory.as_ptr().expose_provenance() as isize + first;
            let operand = |at, strides| Operand {
                at,
                strides,
                kind: Kind::Memory(8),
            };
            let mut operands = [
                operand(base(&a, lead_first), lead),
                operand(base(&b, other_first), other),
            ];
            let most = [16, 64, 512][case % 3];
            let tiles = Tiles::new(&extents, &mut operands, 0, most);
            let mut walk = Walk::new(&tiles, &operands, 0);
            let mut seen = vec![0u8; elements as usize];
            for tile in 0..tiles.count {
                let n = walk.elements();
                assert!(n <= most);
                let again = Walk::new(&tiles, &operands, tile);
                assert_eq!((&again.at, &again.lengths), (&walk.at, &walk.lengths));
                let mut buffers = [vec![0i64; n], vec![0i64; n]];
                for (k, buffer) in buffers.iter_mut().enumerate() {
                    let to = buffer.as_mut_ptr().cast();
                    // SAFETY: the tile lies in the operand, and the buffer has room for it.
                    unsafe { gather(walk.at[k], &operands[k].strides, &walk.lengths, 8, to) };
                    if tiles.are_packed(&operands[k]) {
                        // SAFETY: as above; packed elements are a slice.
                        let direct = unsafe {
                            std::slice::from_raw_parts(
                                super::super::strided::address(walk.at[k]).cast::<i64>(),
                                n,
                            )
                        };
                        assert_eq!(direct, &buffer[..]);
                    }
                }
                assert_eq!(buffers[0], buffers[1]);
                buffers[0]
                    .iter()
                    .for_each(|&number| seen[number as usize] += 1);
                walk.step(&operands);
            }
            assert!(seen.iter().all(|&times| times == 1), "{extents:?}");
        }
    }
}
