//! Where a dimension is cut into blocks.

use std::ops::Range;
use std::sync::Arc;

use crate::dims::signed;
use crate::{Error, Result};

/// Rule that cuts `extent` indices into one block per grid coordinate. Blocks may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cuts {
    /// The first (extent mod procs) coordinates own one index more than the others.
    Balanced,
    /// Every coordinate owns ceil(extent / procs) indices until they are used up.
    Ceil,
    /// Every coordinate owns floor(extent / procs) indices, the last one also the remainder.
    RemainderLast,
    /// `procs + 1` ascending positions from 0 to the extent.
    Explicit(Arc<[i64]>),
}

impl Cuts {
    /// Lower end of the block of `coord`; at `coord == procs` the extent.
    ///
    /// Cuts that were checked, `extent >= 0` and `coord <= procs` are assumed here and below.
    pub fn at(&self, extent: i64, procs: usize, coord: usize) -> i64 {
        let position = signed(coord);
        match self {
            Cuts::Balanced => {
                let (size, rest) = (extent / signed(procs), extent % signed(procs));
                position * size + position.min(rest)
            }
            Cuts::Ceil => position.saturating_mul(ceil(extent, procs)).min(extent),
            Cuts::RemainderLast if coord == procs => extent,
            Cuts::RemainderLast => position * (extent / signed(procs)),
            Cuts::Explicit(cuts) => cuts[coord],
        }
    }

    /// Indices that `coord` owns.
    pub fn range(&self, extent: i64, procs: usize, coord: usize) -> Range<i64> {
        self.at(extent, procs, coord)..self.at(extent, procs, coord + 1)
    }

    /// The coordinate that owns `index`, for `0 <= index < extent`. Its block is not empty.
    pub fn owner(&self, extent: i64, procs: usize, index: i64) -> usize {
        let last = signed(procs) - 1;
        let coord = match self {
            Cuts::Balanced => {
                let (size, rest) = (extent / signed(procs), extent % signed(procs));
                let long = rest * size + rest;
                if index < long {
                    index / (size + 1)
                } else {
                    rest + (index - long) / size
                }
            }
            Cuts::Ceil => index / ceil(extent, procs),
            Cuts::RemainderLast => match extent / signed(procs) {
                0 => last,
                size => (index / size).min(last),
            },
            Cuts::Explicit(cuts) => signed(cuts.partition_point(|&cut| cut <= index)) - 1,
        };
        usize::try_from(coord).expect("an index inside the extent has an owner")
    }

    /// Errors: explicit cuts of the wrong number, not from 0 to the extent, or descending.
    pub fn check(&self, dim: usize, extent: i64, procs: usize) -> Result<()> {
        let Cuts::Explicit(cuts) = self else {
            return Ok(());
        };
        let wrong = |what, value, allowed| {
            Err(Error::Dimension {
                dim,
                what,
                value,
                allowed,
            })
        };
        if cuts.len() != procs + 1 {
            let allowed = format!("{}, one more than the {procs} processes", procs + 1);
            return wrong("the number of cuts", signed(cuts.len()), allowed);
        }
        if cuts[0] != 0 {
            return wrong("the first cut", cuts[0], "0".into());
        }
        if let Some(at) = (1..cuts.len()).find(|&at| cuts[at] < cuts[at - 1]) {
            return wrong(
                "the cut",
                cuts[at],
                format!("at least the cut {} before it", cuts[at - 1]),
            );
        }
        if cuts[procs] != extent {
            return wrong("the last cut", cuts[procs], format!("the extent {extent}"));
        }
        Ok(())
    }
}

fn ceil(extent: i64, procs: usize) -> i64 {
    extent / signed(procs) + i64::from(extent % signed(procs) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(cuts: &Cuts, extent: i64, procs: usize) -> Vec<i64> {
        (0..procs)
            .map(|coord| cuts.range(extent, procs, coord))
            .map(|range| range.end - range.start)
            .collect()
    }

    #[test]
    fn rules_differ_in_who_takes_the_remainder() {
        assert_eq!(sizes(&Cuts::Balanced, 11, 4), [3, 3, 3, 2]);
        assert_eq!(sizes(&Cuts::Ceil, 5, 4), [2, 2, 1, 0]);
        assert_eq!(sizes(&Cuts::RemainderLast, 11, 4), [2, 2, 2, 5]);
        assert_eq!(sizes(&Cuts::RemainderLast, 3, 4), [0, 0, 0, 3]);
        assert_eq!(
            sizes(&Cuts::Explicit([0, 0, 4, 4, 5].into()), 5, 4),
            [0, 4, 0, 1]
        );
    }

    #[test]
    fn the_owner_of_an_index_holds_it_at_every_size() {
        let rules = [
            Cuts::Balanced,
            Cuts::Ceil,
            Cuts::RemainderLast,
            Cuts::Explicit([0, 0, 2, 2, 7, 7].into()),
        ];
        for cuts in rules {
            for (extent, procs) in [
                (7, 5),
                (0, 5),
                (1, 5),
                (4, 5),
                (25, 5),
                (7, 1),
                (i64::MAX, 5),
                (i64::MAX, 1),
            ] {
                if cuts.check(0, extent, procs).is_err() {
                    continue;
                }
                assert_eq!(cuts.at(extent, procs, 0), 0);
                assert_eq!(cuts.at(extent, procs, procs), extent);
                for index in [0, 1, 2, 3, 6, 24, extent / 2, extent - 1] {
                    if (0..extent).contains(&index) {
                        let coord = cuts.owner(extent, procs, index);
                        assert!(
                            cuts.range(extent, procs, coord).contains(&index),
                            "{cuts:?} {extent} {procs} {index}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn wrong_cuts_are_named() {
        let text = |cuts: &[i64]| {
            Cuts::Explicit(cuts.into())
                .check(1, 9, 3)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            text(&[0, 4, 9]),
            "dimension 1: the number of cuts 3 is not allowed; it must be 4, one more than the 3 processes"
        );
        assert!(text(&[1, 4, 5, 9]).contains("the first cut 1"));
        assert!(
            text(&[0, 5, 4, 9]).contains("the cut 4 is not allowed; it must be at least the cut 5")
        );
        assert!(text(&[0, 4, 5, 8]).contains("the last cut 8"));
        assert!(text(&[0, 4, 5, i64::MIN]).contains(&i64::MIN.to_string()));
    }
}
