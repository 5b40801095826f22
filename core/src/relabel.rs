//! Which rank takes which coordinates of a grid, so that the fewest elements change their rank on the way there.
//!
//! Kabic, Pintarelli, Kozhevnikov and VandeVondele, "COSTA: Communication-Optimal Shuffle and Transpose Algorithm with Process
//! Relabeling" (2021): an assignment problem, whose weights are the elements that a rank has already.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

use crate::{Dimension, Dims, Distribution, Error, IndexList, Map, Result};

/// Elements that a rank holds of what another rank is to own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub holder: usize,
    pub owner: usize,
    pub elements: i64,
}

/// Most pairs of coordinates and ranks for which the best assignment is looked for; it costs their number times that of the
/// coordinates.
const MOST_PAIRS: usize = 1 << 18;

impl Distribution {
    /// The same dimensions over a grid on which ranks below `size` have changed places so that the sum of the shares that lie
    /// with their owner is as large as can be; among equals the one in which the most ranks keep their place. The same for
    /// shares in any order. For more than 2^18 pairs of coordinates and ranks the largest shares come first, and the sum is
    /// at least that without any change.
    ///
    /// Of unstructured dimensions it still has the indices of the calling rank's former coordinates: see
    /// [`Distribution::with_lists`]. Errors: no memory.
    pub fn relabelled(&self, size: usize, shares: &[Share]) -> Result<Distribution> {
        let owners: Vec<usize> = (0..size)
            .filter(|&rank| self.grid().coords(rank).is_some())
            .collect();
        let taken = match owners.len().checked_mul(size) {
            Some(pairs) if pairs <= MOST_PAIRS => best(&owners, size, shares)?,
            _ => largest_first(&owners, size, shares),
        };
        self.renumbered(|owner| taken.get(&owner).copied().unwrap_or(owner))
    }

    /// The index lists of the calling rank's coordinates, one per unstructured dimension.
    pub fn lists(&self) -> impl Iterator<Item = &[i64]> {
        self.dims().iter().filter_map(|dim| match &dim.map {
            Map::Unstructured(list) => Some(list.indices()),
            _ => None,
        })
    }

    /// The same distribution as `rank` knows it, which has these index lists, one per unstructured dimension, or none outside of
    /// the grid.
    ///
    /// Errors: lists that do not have as many indices as the coordinates of the rank; no memory.
    pub fn with_lists(&self, rank: usize, lists: &[&[i64]]) -> Result<Distribution> {
        let (coords, mut lists) = (self.grid().coords(rank), lists.iter());
        let mut known = |(dim, dimension): (usize, &Dimension)| {
            let Map::Unstructured(old) = &dimension.map else {
                return Ok(dimension.clone());
            };
            let coord = coords.as_ref().map(|coords| coords[dim]);
            let own = match coord {
                Some(_) => lists.next().map_or(vec![], |list| list.to_vec()),
                None => vec![],
            };
            let list = IndexList::new(dim, coord, own, old.counts())?;
            Ok(Dimension {
                map: Map::Unstructured(Arc::new(list)),
                ..dimension.clone()
            })
        };
        let dims = self.dims().iter().enumerate().map(&mut known);
        let dims = dims.collect::<Result<Dims<Dimension>>>()?;
        Distribution::new(&dims, self.grid().clone(), self.order())
    }
}

/// Who takes the place of each owner.
type Taken = HashMap<usize, usize>;

fn best(owners: &[usize], size: usize, shares: &[Share]) -> Result<Taken> {
    let pairs = owners.len() * size;
    let mut weights: Vec<i128> = Vec::new();
    weights
        .try_reserve_exact(pairs)
        .map_err(|_| Error::Memory {
            what: "the assignment of ranks to coordinates",
        })?;
    weights.resize(pairs, 0);
    // Ranks that stay count less than one element, all together.
    let scale = owners.len() as i128 + 1;
    for (row, &owner) in owners.iter().enumerate() {
        weights[row * size + owner] += 1;
    }
    for share in shares.iter().filter(|share| share.holder < size) {
        if let Ok(row) = owners.binary_search(&share.owner) {
            weights[row * size + share.holder] += scale * i128::from(share.elements);
        }
    }
    let matrix = Matrix::from_vec(owners.len(), size, weights);
    let (_, holders) = kuhn_munkres(&matrix.expect("as many weights as pairs"));
    Ok(owners.iter().copied().zip(holders).collect())
}

fn largest_first(owners: &[usize], size: usize, shares: &[Share]) -> Taken {
    let mut shares: Vec<&Share> = shares.iter().filter(|share| share.holder < size).collect();
    shares.sort_unstable_by_key(|share| {
        let moves = share.holder != share.owner;
        (Reverse(share.elements), moves, share.owner, share.holder)
    });
    let mut taken = Taken::new();
    let mut busy = HashSet::new();
    let (mut kept, mut before) = (0i128, 0i128);
    for share in shares {
        let elements = i128::from(share.elements);
        if share.holder == share.owner {
            before += elements;
        }
        if !taken.contains_key(&share.owner) && busy.insert(share.holder) {
            taken.insert(share.owner, share.holder);
            kept += elements;
        }
    }
    if kept <= before {
        return Taken::new();
    }
    // Who has nothing of anybody's stays where that is free, and goes where there is room otherwise.
    for &owner in owners {
        if !taken.contains_key(&owner) && busy.insert(owner) {
            taken.insert(owner, owner);
        }
    }
    let mut free = (0..size).filter(|rank| !busy.contains(rank));
    for &owner in owners {
        if !taken.contains_key(&owner) {
            taken.extend(free.next().map(|rank| (owner, rank)));
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weight(taken: &Taken, owners: &[usize], shares: &[Share]) -> i64 {
        let holder = |owner: usize| taken.get(&owner).copied().unwrap_or(owner);
        let stay =
            |share: &&Share| owners.contains(&share.owner) && holder(share.owner) == share.holder;
        shares.iter().filter(stay).map(|share| share.elements).sum()
    }

    /// The largest weight of all assignments.
    fn brute_force(owners: &[usize], free: &[usize], shares: &[Share]) -> i64 {
        let Some((&owner, rest)) = owners.split_first() else {
            return 0;
        };
        let with = |&holder: &usize| {
            let others: Vec<usize> = free
                .iter()
                .copied()
                .filter(|&rank| rank != holder)
                .collect();
            let own = |share: &&Share| share.owner == owner && share.holder == holder;
            let own: i64 = shares.iter().filter(own).map(|share| share.elements).sum();
            own + brute_force(rest, &others, shares)
        };
        free.iter().map(with).max().unwrap()
    }

    fn is_assignment(taken: &Taken, owners: &[usize], size: usize) -> bool {
        let holder = |&owner: &usize| taken.get(&owner).copied().unwrap_or(owner);
        let holders: HashSet<usize> = owners.iter().map(holder).collect();
        holders.len() == owners.len() && holders.iter().all(|&holder| holder < size)
    }

    fn shares(size: usize) -> impl Strategy<Value = (Vec<usize>, Vec<Share>)> {
        let share = (0..size, 0..size, 0..6i64).prop_map(|(holder, owner, elements)| Share {
            holder,
            owner,
            elements,
        });
        let owners = proptest::sample::subsequence((0..size).collect::<Vec<_>>(), 1..=size);
        let keyed = |shares: Vec<Share>| {
            let keyed = shares
                .into_iter()
                .map(|share| ((share.holder, share.owner), share));
            keyed
                .collect::<std::collections::BTreeMap<_, _>>()
                .into_values()
                .collect()
        };
        (
            owners,
            proptest::collection::vec(share, 0..20).prop_map(keyed),
        )
    }

    proptest! {
        #[test]
        fn nothing_is_better_than_the_best((owners, shares) in (1..=6usize).prop_flat_map(shares), size in 6..8usize) {
            let taken = best(&owners, size, &shares).unwrap();
            prop_assert!(is_assignment(&taken, &owners, size));
            let all: Vec<usize> = (0..size).collect();
            prop_assert_eq!(weight(&taken, &owners, &shares), brute_force(&owners, &all, &shares));
            let mut other = shares.clone();
            other.reverse();
            prop_assert_eq!(&taken, &best(&owners, size, &other).unwrap());
        }

        #[test]
        fn the_largest_first_are_never_worse_than_no_change((owners, mut shares) in (1..=6usize).prop_flat_map(shares)) {
            shares.retain(|share| owners.contains(&share.owner));
            let taken = largest_first(&owners, 6, &shares);
            prop_assert!(is_assignment(&taken, &owners, 6));
            prop_assert!(weight(&taken, &owners, &shares) >= weight(&Taken::new(), &owners, &shares));
        }
    }

    #[test]
    fn the_largest_first_undo_a_shift_of_many_ranks() {
        let size = 2000;
        let owners: Vec<usize> = (0..size).collect();
        let shift = |holder| Share {
            holder,
            owner: (holder + 1) % size,
            elements: 10,
        };
        let shares: Vec<Share> = (0..size).map(shift).collect();
        let taken = largest_first(&owners, size, &shares);
        assert!(shares
            .iter()
            .all(|share| taken[&share.owner] == share.holder));
    }
}
