//! Which positions of the sorted sequence each rank takes.

use std::ops::Range;

use super::search::Boundary;
use super::Key;
use crate::Distribution;

/// The positions that one rank takes, one or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub rank: usize,
    pub positions: Range<u64>,
}

/// The shares of all ranks that have one, ascending by position.
///
/// Keys that equal one at a boundary do not travel: whoever knows how many there are writes them down. So a sequence of equal keys
/// costs no message, and no rank gets more than its share.
pub struct Shares(Vec<Share>);

impl Shares {
    /// The positions are the indices of a distribution of one dimension. `None`: some rank's are not contiguous.
    pub fn of(dist: &Distribution) -> Option<Shares> {
        let [dimension] = dist.dims() else {
            return None;
        };
        if !dimension.is_contiguous() {
            return None;
        }
        let mut shares = Vec::new();
        for coord in 0..dimension.procs {
            let range = dimension.range(coord);
            if !range.is_empty() {
                shares.push(Share {
                    rank: dist.grid().rank(&[coord]),
                    positions: range.start as u64..range.end as u64,
                });
            }
        }
        Some(Shares(shares))
    }

    /// About equally many positions for each of so many ranks.
    pub fn even(total: u64, ranks: usize) -> Shares {
        let cut = |rank: usize| (u128::from(total) * rank as u128 / ranks as u128) as u64;
        let share = |rank| Share {
            rank,
            positions: cut(rank)..cut(rank + 1),
        };
        let shares = (0..ranks).map(share);
        Shares(shares.filter(|share| !share.positions.is_empty()).collect())
    }

    /// Where shares meet.
    pub fn inner(&self) -> Vec<u64> {
        let starts = self.0.iter().map(|share| share.positions.start);
        starts.skip(1).collect()
    }

    /// All positions.
    pub fn total(&self) -> u64 {
        self.0.last().map_or(0, |share| share.positions.end)
    }

    /// What this rank takes.
    pub fn count(&self, rank: usize) -> u64 {
        let own = self.0.iter().find(|share| share.rank == rank);
        own.map_or(0, |own| own.positions.end - own.positions.start)
    }

    /// The parts of a rank's sorted keys that the ranks take, those that are not empty. `boundaries` are those of `inner`.
    pub fn cut<'a, K: Key>(
        &'a self,
        keys: &'a [K],
        boundaries: &'a [Boundary],
    ) -> impl Iterator<Item = (usize, &'a [K])> {
        let below = |boundary: &Boundary| keys.partition_point(|key| key.wide() < boundary.key);
        let through = |boundary: &Boundary| keys.partition_point(|key| key.wide() <= boundary.key);
        let part = move |(at, share): (usize, &Share)| {
            let start = match at.checked_sub(1).map(|before| &boundaries[before]) {
                None => 0,
                Some(boundary) if boundary.is_clean() => below(boundary),
                Some(boundary) => through(boundary),
            };
            let end = boundaries.get(at).map_or(keys.len(), below);
            (share.rank, keys.get(start..end).unwrap_or_default())
        };
        let parts = self.0.iter().enumerate().map(part);
        parts.filter(|(_, keys)| !keys.is_empty())
    }

    /// The keys at boundaries that a rank writes down, and how many of each: those that come first and those that come last.
    pub fn repeated(&self, rank: usize, boundaries: &[Boundary]) -> [(u128, u64); 2] {
        let Some(at) = self.0.iter().position(|share| share.rank == rank) else {
            return [(0, 0); 2];
        };
        let positions = &self.0[at].positions;
        let repeated = |boundary: Option<&Boundary>| match boundary {
            Some(boundary) if !boundary.is_clean() => {
                let start = boundary.below.max(positions.start);
                let end = boundary.through.min(positions.end);
                (boundary.key, end.saturating_sub(start))
            }
            _ => (0, 0),
        };
        let before = at.checked_sub(1).map(|before| &boundaries[before]);
        let (first, mut last) = (repeated(before), repeated(boundaries.get(at)));
        if first.1 > 0 && first.0 == last.0 {
            last.1 = 0;
        }
        [first, last]
    }
}

impl Boundary {
    /// The same, moved down to where equal keys stay together.
    pub fn cleaned(&self) -> Boundary {
        Boundary {
            position: self.below,
            ..*self
        }
    }

    /// Whether no key lies on both sides.
    fn is_clean(&self) -> bool {
        self.below == self.position
    }
}

#[cfg(test)]
mod tests {
    use super::super::{merge, Search};
    use super::*;
    use crate::{Cuts, Dimension, Grid, GridOrder, Order};
    use proptest::prelude::*;

    /// All ranks in one process: what each has in the end.
    fn sorted(ranks: &[Vec<u64>], shares: &Shares) -> Vec<Vec<u64>> {
        let mut search = Search::new(&shares.inner(), 64, shares.total());
        loop {
            let probes = search.probes();
            if probes.is_empty() {
                break;
            }
            let count = |probe: &u128| {
                let below = |keys: &Vec<u64>| keys.partition_point(|key| key.wide() < *probe);
                ranks.iter().map(below).sum::<usize>() as u64
            };
            search.learn(&probes.iter().map(count).collect::<Vec<_>>());
        }
        let boundaries = search.boundaries();
        let mut taken: Vec<_> = ranks.iter().map(|_| (vec![], vec![])).collect();
        let mut add = |rank: usize, keys: &[u64]| {
            taken[rank].0.extend_from_slice(keys);
            let end = taken[rank].0.len();
            taken[rank].1.push(end);
        };
        for (rank, keys) in ranks.iter().enumerate() {
            for (to, part) in shares.cut(keys, &boundaries) {
                add(to, part);
            }
            for (key, count) in shares.repeated(rank, &boundaries) {
                add(rank, &vec![key as u64; count as usize]);
            }
        }
        taken
            .into_iter()
            .map(|(keys, ends)| merge(keys, ends).unwrap())
            .collect()
    }

    proptest! {
        #[test]
        fn every_rank_has_its_share_of_the_order(
            mut ranks in prop::collection::vec(
                prop::collection::vec(prop_oneof![any::<u64>(), 0u64..4, Just(u64::MAX)], 0..40),
                1..7,
            ),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 6),
            reversed: bool,
        ) {
            let mut all = ranks.concat();
            all.sort_unstable();
            ranks.iter_mut().for_each(|keys| keys.sort_unstable());
            let procs = ranks.len();
            let mut cuts: Vec<i64> =
                cuts[1..procs].iter().map(|cut| cut.index(all.len() + 1) as i64).collect();
            cuts.sort_unstable();
            cuts.insert(0, 0);
            cuts.push(all.len() as i64);
            let order = if reversed {
                GridOrder::Ranks((0..procs).rev().collect::<Vec<_>>().into())
            } else {
                GridOrder::RowMajor
            };
            let dimension = Dimension::block(all.len() as i64, procs, Cuts::Explicit(cuts.clone().into()));
            let grid = Grid::new(&[procs], order).unwrap();
            let dist = Distribution::new(&[dimension], grid, Order::C).unwrap();
            let shares = Shares::of(&dist).unwrap();
            let sorted = sorted(&ranks, &shares);
            for coord in 0..procs {
                let rank = if reversed { procs - 1 - coord } else { coord };
                prop_assert_eq!(&sorted[rank], &all[cuts[coord] as usize..cuts[coord + 1] as usize]);
            }
        }
    }
}
