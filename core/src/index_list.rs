//! The indices of an unstructured dimension that one grid coordinate owns.

use std::sync::Arc;

use crate::dims::signed;
use crate::{Error, Result};

/// What one rank knows of an unstructured dimension: its own indices in the order in which they lie in
/// memory, and how many each grid coordinate owns. Who owns another index is a question for its directory
/// coordinate (see [`crate::map::Owner`]), answered by messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IndexList {
    coord: Option<usize>,
    indices: Vec<i64>,
    /// Positions in `indices`, ascending by the index there.
    sorted: Vec<usize>,
    counts: Arc<[i64]>,
}

impl IndexList {
    /// `coord` is the grid coordinate of the calling rank, `None` outside the grid; `indices` are those
    /// that it owns, any distinct integers; `counts` has the number of indices of every grid coordinate.
    ///
    /// Errors: an index given twice, a count that is negative or differs from the list, no memory.
    pub fn new(
        dim: usize,
        coord: Option<usize>,
        indices: Vec<i64>,
        counts: &[i64],
    ) -> Result<IndexList> {
        if let Some(&count) = counts.iter().find(|&&count| count < 0) {
            let allowed = "0 or more".into();
            return Err(Error::Dimension {
                dim,
                what: "the number of indices",
                value: count,
                allowed,
            });
        }
        let expected = match coord {
            Some(coord) => counts.get(coord).copied().unwrap_or(0),
            None => 0,
        };
        if expected != signed(indices.len()) {
            return Err(Error::Dimension {
                dim,
                what: "the number of indices",
                value: signed(indices.len()),
                allowed: format!("{expected}, as all ranks of this grid coordinate have"),
            });
        }
        let mut sorted = Vec::new();
        sorted
            .try_reserve_exact(indices.len())
            .map_err(|_| Error::Memory {
                what: "the list of indices",
            })?;
        sorted.extend(0..indices.len());
        sorted.sort_unstable_by_key(|&position| indices[position]);
        if let Some(pair) = sorted
            .windows(2)
            .find(|pair| indices[pair[0]] == indices[pair[1]])
        {
            let allowed = "given once only on a rank".into();
            return Err(Error::Dimension {
                dim,
                what: "the index",
                value: indices[pair[0]],
                allowed,
            });
        }
        Ok(IndexList {
            coord,
            indices,
            sorted,
            counts: counts.into(),
        })
    }

    /// Grid coordinate of the calling rank, `None` outside the grid.
    pub fn coord(&self) -> Option<usize> {
        self.coord
    }

    /// The calling rank's indices in the order of memory.
    pub fn indices(&self) -> &[i64] {
        &self.indices
    }

    /// Number of indices of every grid coordinate.
    pub fn counts(&self) -> &[i64] {
        &self.counts
    }

    /// Indices and their positions in ascending order of the index.
    pub fn ascending(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        let pair = |&position: &usize| (self.indices[position], signed(position));
        self.sorted.iter().map(pair)
    }

    /// The first of the calling rank's indices that is not lower, in ascending order, and its position.
    pub fn at_or_above(&self, index: i64) -> Option<(i64, i64)> {
        let at = self
            .sorted
            .partition_point(|&position| self.indices[position] < index);
        let &position = self.sorted.get(at)?;
        Some((self.indices[position], signed(position)))
    }

    /// The coordinate that keeps the directory entry of an index.
    pub fn directory(&self, index: i64) -> usize {
        let turn = index.rem_euclid(signed(self.counts.len()));
        usize::try_from(turn).expect("remainders are not negative")
    }

    /// Where the calling rank holds the index, if it does.
    pub fn position(&self, index: i64) -> Option<i64> {
        let found = self
            .sorted
            .binary_search_by_key(&index, |&position| self.indices[position]);
        found.ok().map(|at| signed(self.sorted[at]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_follow_memory_order() {
        let list = IndexList::new(0, Some(1), vec![7, -3, 100], &[2, 3]).unwrap();
        for (position, &index) in (0..).zip(list.indices()) {
            assert_eq!(list.position(index), Some(position));
        }
        assert_eq!(list.position(0), None);
        assert_eq!(list.counts(), [2, 3]);
    }

    #[test]
    fn duplicates_and_wrong_counts_are_refused() {
        let twice = IndexList::new(3, Some(0), vec![5, 1, 5], &[3])
            .unwrap_err()
            .to_string();
        assert_eq!(
            twice,
            "dimension 3: the index 5 is not allowed; it must be given once only on a rank"
        );
        assert!(IndexList::new(0, Some(0), vec![5], &[2]).is_err());
        assert!(IndexList::new(0, None, vec![5], &[1]).is_err());
        assert!(IndexList::new(0, Some(9), vec![5], &[1]).is_err());
        assert!(IndexList::new(0, None, vec![], &[-1]).is_err());
        assert!(IndexList::new(0, None, vec![], &[4]).is_ok());
    }
}
