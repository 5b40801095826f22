//! Where the extreme of a block stands: the winner of each tile, translated to its place in the whole array.

use std::cmp::Ordering;
use std::ops::Range;

use super::fold::{finder, Finder};
use super::partial::{Partial, Shape, Words};
use super::tile::Corner;

/// The places of a block's elements in row-major order of the array that it is a part of. That of an element is the sum over
/// the dimensions of what `of(dimension, index in the block)` gives.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    pub of: &'a (dyn Fn(usize, i64) -> i64 + Sync),
    /// Whether `of` ascends with the index.
    pub ascending: bool,
}

/// The search for the winner of one term.
pub(super) struct Search<'a> {
    pub places: Places<'a>,
    pub shape: Shape,
    find: Finder,
    /// What the dimensions of one element add.
    fixed: i64,
}

impl<'a> Search<'a> {
    pub fn new(block: &super::Block, shape: Shape, places: Places<'a>) -> Search<'a> {
        let single = (0..block.ndim()).filter(|&dim| block.extents()[dim] == 1);
        Search {
            places,
            shape,
            find: finder(block.dtype()),
            fixed: single.map(|dim| (places.of)(dim, 0)).sum(),
        }
    }

    /// The extreme `words[0]` of a tile with the lowest of its places. A tile that cannot win is not searched.
    ///
    /// # Safety
    /// As `Kernel`, for the dtype of the block; the tile is the one at the corner.
    pub unsafe fn locate(
        &self,
        best: &Partial,
        words: Words,
        x: *const u8,
        n: usize,
        corner: &Corner,
    ) -> Words {
        let rival = best.rival(self.shape, words[0]);
        let late = rival == Ordering::Equal && self.lowest(corner) >= best.place() as i64;
        if rival == Ordering::Less || late {
            return [words[0], u64::MAX, 0, 0];
        }
        let (mut lowest, mut from) = (i64::MAX, 0);
        while from < n {
            // SAFETY: passed on.
            let at = unsafe { (self.find)(x, n, from, words[0]) };
            if at < n {
                lowest = lowest.min(self.place(corner, at));
                if self.in_order(corner) {
                    break;
                }
            }
            from = at + 1;
        }
        [words[0], lowest as u64, 0, 0]
    }

    /// Whether places ascend in the tile.
    fn in_order(&self, corner: &Corner) -> bool {
        let dims = &corner.order.dims[..(corner.order.level + 1).min(corner.order.dims.len())];
        self.places.ascending && dims.windows(2).all(|pair| pair[1] < pair[0])
    }

    /// The place of element `at` of the tile.
    fn place(&self, corner: &Corner, at: usize) -> i64 {
        let mut rest = at;
        self.sum(corner, |level, range| {
            let extent = range.len();
            let index = range.start + rest % extent;
            rest /= extent;
            (self.places.of)(corner.order.dims[level], index as i64)
        })
    }

    /// No element of the tile stands before this place.
    fn lowest(&self, corner: &Corner) -> i64 {
        self.sum(corner, |level, mut range| {
            let dim = corner.order.dims[level];
            let of = |index: usize| (self.places.of)(dim, index as i64);
            match self.places.ascending {
                true => of(range.start),
                false => range.by_ref().map(of).min().unwrap_or(0),
            }
        })
    }

    /// The sum over the levels of what `of` makes of the range of indices that the tile has there.
    fn sum(&self, corner: &Corner, mut of: impl FnMut(usize, Range<usize>) -> i64) -> i64 {
        let levels = 0..corner.order.dims.len();
        let levels = levels.map(|level| of(level, corner.range(level)));
        self.fixed + levels.sum::<i64>()
    }
}
