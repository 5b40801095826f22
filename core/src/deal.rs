//! Blocks of indices that are dealt out in turn.

use std::ops::Range;

use crate::dims::signed;

/// The arithmetic of a cyclic dimension: blocks of `block` indices go to coordinate 0, 1, ... `procs - 1`, 0, ... as if
/// `phase` indices stood before index 0.
///
/// ```text
/// block 3, 2 processes, phase 4      | . . . | . 0 1 | 2 3 4 | 5 6 7 |
/// coordinate                             0       1       0       1
/// ```
/// Conditions: block and procs are 1 or more, `0 <= phase`, and `phase + extent` fits into 63 bits. A place is an index
/// plus the phase, and places are never negative.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deal {
    pub extent: i64,
    pub block: i64,
    pub procs: i64,
    pub phase: i64,
}

impl Deal {
    /// Number of elements that `coord` owns.
    pub fn count(&self, coord: usize) -> i64 {
        self.before(coord, self.phase + self.extent) - self.before(coord, self.phase)
    }

    /// The coordinate that owns an index inside the extent.
    pub fn owner(&self, index: i64) -> usize {
        let turn = ((self.phase + index) / self.block).rem_euclid(self.procs);
        usize::try_from(turn).expect("remainders are not negative")
    }

    /// Position of an index among those of `coord`, `None` if it does not own it.
    pub fn position(&self, coord: usize, index: i64) -> Option<i64> {
        let own = (0..self.extent).contains(&index) && self.owner(index) == coord;
        own.then(|| self.before(coord, self.phase + index) - self.before(coord, self.phase))
    }

    /// The index at a position below [`Deal::count`].
    pub fn index(&self, coord: usize, position: i64) -> i64 {
        let dealt = self.before(coord, self.phase) + position;
        let number = dealt / self.block * self.procs + signed(coord);
        number * self.block + dealt % self.block - self.phase
    }

    /// Indices of the block around an index inside the extent.
    pub fn span(&self, index: i64) -> Range<i64> {
        let start = (self.phase + index) / self.block * self.block;
        let end = start.saturating_add(self.block) - self.phase;
        (start - self.phase).max(0)..end.min(self.extent)
    }

    /// Where the first block of `coord` that ends above an index begins, before index 0 perhaps; `None` if that is not
    /// inside the extent.
    pub fn next(&self, coord: usize, index: i64) -> Option<i64> {
        let number = (self.phase + index) / self.block;
        let ahead = (signed(coord) - number % self.procs).rem_euclid(self.procs);
        let start = number.checked_add(ahead)?.checked_mul(self.block)? - self.phase;
        (start < self.extent).then_some(start)
    }

    /// Number of blocks that have indices of a range inside the extent, which is not empty.
    pub fn blocks(&self, range: &Range<i64>) -> i64 {
        (self.phase + range.end - 1) / self.block - (self.phase + range.start) / self.block + 1
    }

    /// Indices in which every coordinate gets one block, if they fit into 63 bits.
    pub fn round(&self) -> Option<i64> {
        self.block.checked_mul(self.procs)
    }

    /// Number of places below `place` that `coord` owns.
    fn before(&self, coord: usize, place: i64) -> i64 {
        let number = place / self.block;
        let own = match (number % self.procs).cmp(&signed(coord)) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => place % self.block,
            std::cmp::Ordering::Greater => self.block,
        };
        number / self.procs * self.block + own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_is_that_of_dealing_out() {
        for (block, procs, phase, extent) in [
            (1, 1, 0, 5),
            (1, 3, 2, 10),
            (3, 2, 4, 17),
            (4, 3, 11, 2),
            (5, 4, 0, 100),
            (7, 2, 13, 1),
            (2, 5, 9, 0),
        ] {
            let deal = Deal {
                extent,
                block,
                procs,
                phase,
            };
            let mut owned = vec![Vec::new(); procs as usize];
            for index in 0..extent {
                let coord = ((phase + index) / block % procs) as usize;
                assert_eq!(deal.owner(index), coord);
                owned[coord].push(index);
                assert!(deal.span(index).contains(&index));
                assert!(deal.span(index).all(|index| deal.owner(index) == coord));
            }
            for (coord, owned) in owned.iter().enumerate() {
                assert_eq!(deal.count(coord), owned.len() as i64);
                for (position, &index) in owned.iter().enumerate() {
                    assert_eq!(deal.position(coord, index), Some(position as i64));
                    assert_eq!(deal.index(coord, position as i64), index);
                }
                for index in 0..extent {
                    let next = deal.next(coord, index).map(|start| start.max(index));
                    assert_eq!(next, owned.iter().copied().find(|&own| own >= index));
                }
            }
        }
    }

    #[test]
    fn the_largest_extents_do_not_wrap() {
        let deal = Deal {
            extent: i64::MAX - 5,
            block: i64::MAX - 7,
            procs: 3,
            phase: 5,
        };
        assert_eq!(
            [0, 1, 2].map(|coord| deal.count(coord)),
            [i64::MAX - 12, 7, 0]
        );
        assert_eq!(deal.index(1, 6), i64::MAX - 6);
        assert_eq!(deal.span(i64::MAX - 6), i64::MAX - 12..i64::MAX - 5);
        assert_eq!(
            [0, 1, 2].map(|coord| deal.next(coord, 0).is_some()),
            [true, true, false]
        );
        assert_eq!(deal.round(), None);
    }
}
