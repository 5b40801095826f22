//! One dimension of a distribution: who owns which index.

mod check;

use std::ops::Range;
use std::sync::Arc;

use crate::deal::Deal;
use crate::dims::signed;
use crate::{Cuts, Error, IndexList, Map, Owner, Result};

/// One dimension: its global extent, its map, and the padding that sections carry.
///
/// Built by [`Dimension::whole`], [`Dimension::block`] and so on, refined by the `with` methods, checked by
/// [`crate::Distribution::new`]. The other methods assume a checked dimension and `coord < procs`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dimension {
    /// Global number of elements, without padding.
    pub extent: i64,
    pub map: Map,
    /// Extent of the process grid along this dimension.
    pub procs: usize,
    pub periodic: bool,
    /// Communication padding below and above; also at the outer ends of a periodic dimension.
    pub halo: [i64; 2],
    /// Boundary padding below the first and above the last element of a dimension that is not periodic.
    pub boundary: [i64; 2],
    /// Whether the elements lie at the faces of cells, so that the first and the last lie on the edges of the domain. Moves
    /// nothing; tells how fields continue beyond an edge.
    pub at_faces: bool,
}

impl Dimension {
    fn new(extent: i64, map: Map, procs: usize) -> Dimension {
        Dimension {
            extent,
            map,
            procs,
            periodic: false,
            halo: [0, 0],
            boundary: [0, 0],
            at_faces: false,
        }
    }

    /// A dimension that is not shared.
    pub fn whole(extent: i64) -> Dimension {
        Dimension::new(extent, Map::Whole, 1)
    }

    /// Blocks cut by a rule or at explicit positions.
    pub fn block(extent: i64, procs: usize, cuts: Cuts) -> Dimension {
        Dimension::new(extent, Map::Block(cuts), procs)
    }

    /// Blocks of `block` indices dealt out in turn.
    pub fn cyclic(extent: i64, procs: usize, block: i64) -> Dimension {
        Dimension::new(extent, Map::Cyclic { block, phase: 0 }, procs)
    }

    /// A cyclic dimension dealt out as if `phase` indices stood before the first; others stay as they are.
    pub fn with_phase(mut self, phase: i64) -> Dimension {
        if let Map::Cyclic { phase: old, .. } = &mut self.map {
            *old = phase;
        }
        self
    }

    /// The indices of a list; the extent is the sum of its counts.
    pub fn unstructured(list: Arc<IndexList>) -> Dimension {
        let extent = list
            .counts()
            .iter()
            .fold(0i64, |sum, &count| sum.saturating_add(count));
        let procs = list.counts().len();
        Dimension::new(extent, Map::Unstructured(list), procs)
    }

    pub fn with_periodic(self, periodic: bool) -> Dimension {
        Dimension { periodic, ..self }
    }

    pub fn with_halo(self, below: i64, above: i64) -> Dimension {
        Dimension {
            halo: [below, above],
            ..self
        }
    }

    pub fn with_boundary(self, below: i64, above: i64) -> Dimension {
        Dimension {
            boundary: [below, above],
            ..self
        }
    }

    /// Whether every coordinate owns one contiguous range, so that [`Dimension::range`] describes it.
    pub fn is_contiguous(&self) -> bool {
        match self.map {
            Map::Whole | Map::Block(_) => true,
            Map::Cyclic { .. } => self.procs == 1,
            Map::Unstructured(_) => false,
        }
    }

    /// Global indices that `coord` owns, of a contiguous dimension; else an empty range.
    pub fn range(&self, coord: usize) -> Range<i64> {
        match &self.map {
            Map::Whole => 0..self.extent,
            Map::Block(cuts) => cuts.range(self.extent, self.procs, coord),
            Map::Cyclic { .. } if self.procs == 1 => 0..self.extent,
            Map::Cyclic { .. } | Map::Unstructured(_) => 0..0,
        }
    }

    fn deal(&self, block: i64, phase: i64) -> Deal {
        Deal {
            extent: self.extent,
            block,
            procs: signed(self.procs),
            phase,
        }
    }

    /// How a dimension that is dealt out to several coordinates repeats.
    pub(crate) fn dealt(&self) -> Option<Deal> {
        match &self.map {
            Map::Cyclic { block, phase } if self.procs > 1 => Some(self.deal(*block, *phase)),
            _ => None,
        }
    }

    /// Number of elements that `coord` owns.
    pub fn count(&self, coord: usize) -> i64 {
        match &self.map {
            Map::Whole => self.extent,
            Map::Block(cuts) => {
                let range = cuts.range(self.extent, self.procs, coord);
                range.end - range.start
            }
            Map::Cyclic { block, phase } => self.deal(*block, *phase).count(coord),
            Map::Unstructured(list) => list.counts()[coord],
        }
    }

    /// At least as many elements as any coordinate owns, and no more than the extent.
    pub fn most(&self) -> i64 {
        let procs = signed(self.procs);
        let ceil = |count: i64, of: i64| count / of + i64::from(count % of != 0);
        let most = match &self.map {
            Map::Whole => self.extent,
            Map::Block(Cuts::Balanced | Cuts::Ceil) => ceil(self.extent, procs),
            Map::Block(Cuts::RemainderLast) => self.count(self.procs - 1),
            Map::Block(Cuts::Explicit(cuts)) => {
                let sizes = cuts.windows(2).map(|pair| pair[1] - pair[0]);
                sizes.max().unwrap_or(0)
            }
            Map::Cyclic { block, phase } => {
                let turns = ceil(ceil(phase + self.extent, *block), procs);
                turns.saturating_mul(*block)
            }
            Map::Unstructured(list) => list.counts().iter().copied().max().unwrap_or(0),
        };
        most.min(self.extent)
    }

    /// The index itself, or counted from the end if it is negative. Indices of an unstructured dimension stay.
    ///
    /// Errors: outside the extent.
    pub fn normalize(&self, dim: usize, index: i64) -> Result<i64> {
        if matches!(self.map, Map::Unstructured(_)) || (0..self.extent).contains(&index) {
            return Ok(index);
        }
        if (-self.extent..0).contains(&index) {
            return Ok(index + self.extent);
        }
        Err(Error::Index {
            dim,
            index,
            extent: self.extent,
        })
    }

    /// Who owns a normalized index.
    pub fn owner(&self, index: i64) -> Owner {
        match &self.map {
            Map::Whole => Owner::Coord(0),
            Map::Block(cuts) => Owner::Coord(cuts.owner(self.extent, self.procs, index)),
            Map::Cyclic { block, phase } => Owner::Coord(self.deal(*block, *phase).owner(index)),
            Map::Unstructured(list) => Owner::Ask(list.directory(index)),
        }
    }

    /// The coordinate that owns an index of a contiguous dimension.
    pub(crate) fn block_owner(&self, index: i64) -> usize {
        match &self.map {
            Map::Block(cuts) => cuts.owner(self.extent, self.procs, index),
            _ => 0,
        }
    }

    /// Position of a normalized index among the elements that `coord` owns, `None` if it does not own it
    /// or, in an unstructured dimension, if `coord` is not the calling rank's.
    pub fn to_local(&self, coord: usize, index: i64) -> Option<i64> {
        match &self.map {
            Map::Whole | Map::Block(_) => {
                let range = self.range(coord);
                range.contains(&index).then(|| index - range.start)
            }
            Map::Cyclic { block, phase } => self.deal(*block, *phase).position(coord, index),
            Map::Unstructured(list) if list.coord() == Some(coord) => list.position(index),
            Map::Unstructured(_) => None,
        }
    }

    /// Global index of the element at `position` among those that `coord` owns; the inverse of
    /// [`Dimension::to_local`]. `None` if there is no such element or it is not known here.
    pub fn to_global(&self, coord: usize, position: i64) -> Option<i64> {
        if !(0..self.count(coord)).contains(&position) {
            return None;
        }
        match &self.map {
            Map::Whole | Map::Block(_) => Some(self.range(coord).start + position),
            Map::Cyclic { block, phase } => Some(self.deal(*block, *phase).index(coord, position)),
            Map::Unstructured(list) if list.coord() == Some(coord) => {
                list.indices().get(usize::try_from(position).ok()?).copied()
            }
            Map::Unstructured(_) => None,
        }
    }

    /// Widths below and above that the section of `coord` carries: the boundary at the outer ends of a dimension
    /// that is not periodic, the halo elsewhere, nothing where `coord` owns nothing.
    pub fn padding(&self, coord: usize) -> [i64; 2] {
        if !self.is_contiguous() || self.count(coord) == 0 {
            return [0, 0];
        }
        let [lowest, highest] = self.outer(coord);
        [
            if lowest {
                self.boundary[0]
            } else {
                self.halo[0]
            },
            if highest {
                self.boundary[1]
            } else {
                self.halo[1]
            },
        ]
    }

    /// Whether the block of `coord`, not empty, ends below and above at the domain's own end.
    pub(crate) fn outer(&self, coord: usize) -> [bool; 2] {
        let range = self.range(coord);
        [
            !self.periodic && range.start == 0,
            !self.periodic && range.end == self.extent,
        ]
    }

    /// Whether both give every index to the same coordinate at the same position. On one process whole, block
    /// and cyclic are all alike. Unstructured maps are alike if they agree on what the calling rank knows.
    pub fn is_compatible(&self, other: &Dimension) -> bool {
        if self.extent != other.extent || self.procs != other.procs {
            return false;
        }
        match (&self.map, &other.map) {
            (Map::Unstructured(a), Map::Unstructured(b)) => Arc::ptr_eq(a, b) || a == b,
            (Map::Unstructured(_), _) | (_, Map::Unstructured(_)) => false,
            _ if self.procs == 1 => true,
            (Map::Block(a), Map::Block(b)) => {
                let cut = |cuts: &Cuts, coord| cuts.at(self.extent, self.procs, coord);
                a == b || (1..self.procs).all(|coord| cut(a, coord) == cut(b, coord))
            }
            (Map::Cyclic { block: a, phase: p }, Map::Cyclic { block: b, phase: q }) => {
                a == b && p == q
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: the original gave the trailing partial block to coordinate 0, here 5 + 2.
    #[test]
    fn the_trailing_partial_block_goes_to_whose_turn_it_is() {
        let dim = Dimension::cyclic(7, 2, 2);
        assert_eq!([dim.count(0), dim.count(1)], [4, 3]);
        assert_eq!(dim.owner(6), Owner::Coord(1));
    }

    #[test]
    fn outer_ends_are_those_of_the_blocks_that_hold_something() {
        let cuts = Cuts::Explicit([0, 0, 4, 4, 6, 6].into());
        let dim = Dimension::block(6, 5, cuts)
            .with_halo(1, 2)
            .with_boundary(3, 4);
        let padding: Vec<_> = (0..5).map(|coord| dim.padding(coord)).collect();
        assert_eq!(padding, [[0, 0], [3, 2], [0, 0], [1, 4], [0, 0]]);
        let ring = dim.with_boundary(0, 0).with_periodic(true);
        assert_eq!(ring.padding(1), [1, 2]);
        assert_eq!(ring.padding(3), [1, 2]);
    }

    #[test]
    fn hostile_values_are_errors() {
        let wrong = [
            Dimension::whole(-1),
            Dimension::block(4, 0, Cuts::Balanced),
            Dimension::block(4, usize::MAX, Cuts::Balanced),
            Dimension {
                procs: 2,
                ..Dimension::whole(4)
            },
            Dimension::cyclic(4, 2, 0),
            Dimension::cyclic(4, 2, i64::MIN),
            Dimension::cyclic(4, 2, 1).with_halo(1, 0),
            Dimension::cyclic(4, 2, 3).with_phase(6),
            Dimension::cyclic(4, 2, 3).with_phase(-1),
            Dimension::cyclic(i64::MAX, 2, 3).with_phase(1),
            Dimension::whole(4).with_halo(0, -1),
            Dimension::whole(4).with_boundary(i64::MIN, 0),
            Dimension::whole(4).with_boundary(0, 1).with_periodic(true),
            Dimension::whole(i64::MAX).with_halo(0, 1),
            Dimension::whole(1).with_halo(i64::MAX, i64::MAX),
        ];
        for dim in wrong {
            let text = dim.check(0).expect_err(&format!("{dim:?}")).to_string();
            assert!(
                text.contains("dimension 0") || text.contains("63 bits"),
                "{text}"
            );
        }
        let huge = Dimension::cyclic(i64::MAX, 3, i64::MAX - 1);
        huge.check(0).unwrap();
        assert_eq!(
            [huge.count(0), huge.count(1), huge.count(2)],
            [i64::MAX - 1, 1, 0]
        );
        assert_eq!(huge.to_global(1, 0), Some(i64::MAX - 1));
        assert_eq!(huge.to_global(0, i64::MIN), None);
        assert!(huge.normalize(0, i64::MIN).is_err());
    }

    #[test]
    fn nobody_owns_more_than_the_most() {
        let cuts = [Cuts::Balanced, Cuts::Ceil, Cuts::RemainderLast];
        for extent in 0..20 {
            for procs in 1..7 {
                let blocks = cuts
                    .clone()
                    .map(|cuts| Dimension::block(extent, procs, cuts));
                let dealt = (0..12).filter_map(|n| {
                    let dim = Dimension::cyclic(extent, procs, 1 + n / 4).with_phase(n % 4);
                    dim.check(0).is_ok().then_some(dim)
                });
                for dim in blocks.into_iter().chain(dealt) {
                    let counts = (0..procs).map(|coord| dim.count(coord));
                    let (most, bound) = (counts.max().unwrap(), dim.most());
                    assert!(most <= bound && bound <= extent, "{dim:?}: {most} {bound}");
                }
            }
        }
        let cuts = Cuts::Explicit([0, 0, 4, 4, 6].into());
        assert_eq!(Dimension::block(6, 4, cuts).most(), 4);
    }

    #[test]
    fn one_process_makes_maps_alike() {
        let whole = Dimension::whole(9);
        assert!(whole.is_compatible(&Dimension::block(9, 1, Cuts::Ceil)));
        assert!(whole.is_compatible(&Dimension::cyclic(9, 1, 7)));
        assert!(!Dimension::cyclic(9, 3, 3).is_compatible(&Dimension::block(9, 3, Cuts::Balanced)));
        assert!(
            Dimension::block(9, 3, Cuts::Ceil).is_compatible(&Dimension::block(
                9,
                3,
                Cuts::Balanced
            ))
        );
        assert!(
            !Dimension::block(10, 3, Cuts::Ceil).is_compatible(&Dimension::block(
                10,
                3,
                Cuts::Balanced
            ))
        );
        let list = IndexList::new(0, Some(0), (0..9).collect(), &[9]).unwrap();
        assert!(!whole.is_compatible(&Dimension::unstructured(Arc::new(list))));
    }
}
