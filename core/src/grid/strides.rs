//! Ranks that are sums of coordinates times strides.

use std::cmp::Reverse;

use crate::dims::signed;
use crate::Dims;

/// Some coordinates of a grid dimension, in this order: `first`, `first + step`, and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coords {
    pub first: usize,
    pub step: i64,
    pub count: usize,
}

impl Coords {
    /// All coordinates of a dimension.
    pub fn all(procs: usize) -> Coords {
        Coords {
            first: 0,
            step: 1,
            count: procs,
        }
    }

    /// The coordinate with this number.
    pub fn at(&self, number: usize) -> usize {
        usize::try_from(signed(self.first) + self.step * signed(number))
            .expect("coordinates lie on the grid")
    }

    /// The same coordinates, the last one first.
    pub fn reversed(&self) -> Coords {
        Coords {
            first: self.at(self.count - 1),
            step: -self.step,
            ..*self
        }
    }
}

/// rank = base + sum of coordinate times stride.
///
/// Conditions:
/// 1. without regard to signs, each stride is larger than the sum of all smaller ones times their extents less 1, so
///    that a rank can be taken apart again;
/// 2. strides of extents of 1 are 0, so that equal numberings have equal values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Strides {
    /// The rank at coordinates 0.
    pub(super) base: i64,
    pub(super) strides: Dims<i64>,
}

impl Strides {
    pub fn row_major(dims: &[usize]) -> Strides {
        let mut stride = 1;
        let mut strides: Dims<i64> = dims.iter().map(|_| 0).collect();
        for dim in (0..dims.len()).rev().filter(|&dim| dims[dim] > 1) {
            strides[dim] = stride;
            stride *= signed(dims[dim]);
        }
        Strides { base: 0, strides }
    }

    pub fn column_major(dims: &[usize]) -> Strides {
        let reversed: Dims<usize> = dims.iter().rev().copied().collect();
        let mut strides = Strides::row_major(&reversed);
        strides.strides.reverse();
        strides
    }

    /// The strides that number the ranks of this list, in row-major order of coordinates, if there are such.
    pub fn of_list(ranks: &[usize], dims: &[usize]) -> Option<Strides> {
        let signed_ranks = |position: usize| i64::try_from(ranks[position]).ok();
        let base = signed_ranks(0)?;
        let mut strides: Dims<i64> = dims.iter().map(|_| 0).collect();
        let steps = Strides::row_major(dims).strides;
        for dim in (0..dims.len()).filter(|&dim| dims[dim] > 1) {
            strides[dim] = signed_ranks(usize::try_from(steps[dim]).ok()?)? - base;
        }
        let found = Strides { base, strides };
        // Condition 1.
        let mut span = 0i64;
        for dim in found.by_stride().into_iter().rev() {
            let stride = found.strides[dim].checked_abs()?;
            if stride <= span {
                return None;
            }
            span = stride
                .checked_mul(signed(dims[dim]) - 1)?
                .checked_add(span)?;
        }
        if dims
            .iter()
            .zip(&found.strides)
            .any(|(&extent, &stride)| extent > 1 && stride == 0)
        {
            return None;
        }
        let alike = |position: usize| {
            found.number(&super::unravel(position, dims)) == signed_ranks(position)
        };
        (0..ranks.len()).all(alike).then_some(found)
    }

    /// Dimensions of more than one coordinate, the largest stride first.
    fn by_stride(&self) -> Dims<usize> {
        let mut dims: Dims<usize> = (0..self.strides.len())
            .filter(|&dim| self.strides[dim] != 0)
            .collect();
        dims.sort_unstable_by_key(|&dim| Reverse(self.strides[dim].unsigned_abs()));
        dims
    }

    pub(super) fn number(&self, coords: &[usize]) -> Option<i64> {
        coords
            .iter()
            .zip(&self.strides)
            .try_fold(self.base, |sum, (&coord, stride)| {
                sum.checked_add(stride.checked_mul(signed(coord))?)
            })
    }

    pub fn rank(&self, coords: &[usize]) -> usize {
        let number = self
            .number(coords)
            .and_then(|rank| usize::try_from(rank).ok());
        number.expect("ranks of a grid are not negative")
    }

    pub fn max_rank(&self, dims: &[usize]) -> usize {
        let highest = |(&extent, &stride): (&usize, &i64)| if stride > 0 { extent - 1 } else { 0 };
        self.rank(
            &dims
                .iter()
                .zip(&self.strides)
                .map(highest)
                .collect::<Dims<usize>>(),
        )
    }

    /// Coordinates of a rank, `None` if it is not numbered.
    pub fn coords(&self, rank: usize, dims: &[usize]) -> Option<Dims<usize>> {
        let mut coords: Dims<usize> = dims.iter().map(|_| 0).collect();
        let lowest = |(&extent, &stride): (&usize, &i64)| stride.min(0) * (signed(extent) - 1);
        let low = self.base + dims.iter().zip(&self.strides).map(lowest).sum::<i64>();
        let mut rest = i64::try_from(rank).ok()? - low;
        if rest < 0 {
            return None;
        }
        for dim in self.by_stride() {
            let stride = self.strides[dim].abs();
            let coord = usize::try_from(rest / stride)
                .ok()
                .filter(|&coord| coord < dims[dim])?;
            rest %= stride;
            let descends = self.strides[dim] < 0;
            coords[dim] = if descends {
                dims[dim] - 1 - coord
            } else {
                coord
            };
        }
        (rest == 0).then_some(coords)
    }

    pub fn fix(&self, dim: usize, coord: usize) -> Strides {
        let mut fixed = self.clone();
        fixed.base += fixed.strides.remove(dim) * signed(coord);
        fixed
    }

    pub fn take(&self, dim: usize, coords: Coords) -> Strides {
        let mut taken = self.clone();
        let stride = &mut taken.strides[dim];
        taken.base += *stride * signed(coords.first);
        *stride *= if coords.count > 1 { coords.step } else { 0 };
        taken
    }

    pub fn insert(&mut self, dim: usize) {
        self.strides.insert(dim, 0);
    }
}
