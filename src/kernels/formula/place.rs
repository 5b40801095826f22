//! Where the elements of a tile stand in the whole array.

use distarray_core::Dims;

use super::super::winner::Places;
use super::input::Operand;
use super::tiles::Walk;

/// Translates elements of tiles to places in row-major order of the global array.
pub(super) struct Locator<'a> {
    /// The rank's elements numbered row by row, by the levels of the tiles.
    number: Operand,
    extents: &'a [i64],
    places: Places<'a>,
    /// Whether places ascend within a tile.
    in_order: bool,
}

impl<'a> Locator<'a> {
    pub fn new(number: Operand, extents: &'a [i64], places: Places<'a>) -> Locator<'a> {
        let ascends = number
            .strides
            .windows(2)
            .all(|pair| pair[0].abs() < pair[1].abs());
        let forward = number.strides.iter().all(|&stride| stride > 0);
        Locator {
            in_order: places.ascending && ascends && forward,
            number,
            extents,
            places,
        }
    }

    /// The lowest of the places of some elements of the tile, which `next(from)` finds one after the other.
    pub fn lowest(&self, walk: &Walk, mut next: impl FnMut(usize) -> Option<usize>) -> i64 {
        let (mut lowest, mut from) = (i64::MAX, 0);
        while let Some(at) = next(from) {
            lowest = lowest.min(self.place(walk, at));
            if self.in_order {
                break;
            }
            from = at + 1;
        }
        lowest
    }

    fn place(&self, walk: &Walk, at: usize) -> i64 {
        let mut number = walk.position(&self.number, at);
        let mut place = 0;
        for (dim, &extent) in self.extents.iter().enumerate().rev() {
            place += (self.places.of)(dim, number as i64 % extent);
            number /= extent as isize;
        }
        place
    }
}

/// The element's index along each level is what its number in the tile says.
impl Walk<'_> {
    fn position(&self, operand: &Operand, at: usize) -> isize {
        let mut rest = at;
        let mut index: Dims<usize> = Dims::new();
        for &length in &self.lengths {
            index.push(rest % length);
            rest /= length;
        }
        let firsts = self.firsts();
        let along = index.iter().zip(firsts).zip(&operand.strides);
        operand.at
            + along
                .map(|((&index, first), &stride)| (first + index) as isize * stride)
                .sum::<isize>()
    }
}
