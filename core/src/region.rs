//! Half-open boxes of indices.

use crate::{Dims, Error, Result};

/// The indices with `lo[d] <= index[d] < hi[d]` in every dimension, local or global.
///
/// A region without dimensions holds exactly one index, that of a 0-d array.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Region {
    pub lo: Dims<i64>,
    pub hi: Dims<i64>,
}

impl Region {
    /// The region between `lo` and `hi`. Errors: different or too great numbers of dimensions.
    pub fn new(lo: &[i64], hi: &[i64]) -> Result<Region> {
        if lo.len() != hi.len() {
            return Err(Error::Count {
                what: "upper ends of a region",
                got: hi.len(),
                want: lo.len(),
            });
        }
        Ok(Region {
            lo: crate::dims::to_dims(lo)?,
            hi: crate::dims::to_dims(hi)?,
        })
    }

    /// Number of dimensions.
    pub fn ndim(&self) -> usize {
        self.lo.len()
    }

    /// Number of indices along each dimension, 0 where the ends are reversed.
    pub fn extents(&self) -> Dims<i64> {
        self.lo
            .iter()
            .zip(&self.hi)
            .map(|(&lo, &hi)| hi.saturating_sub(lo).max(0))
            .collect()
    }

    /// Whether the region holds no index.
    pub fn is_empty(&self) -> bool {
        self.lo.iter().zip(&self.hi).any(|(lo, hi)| lo >= hi)
    }

    /// Number of indices. Errors: it exceeds 63 bits.
    pub fn elements(&self) -> Result<i64> {
        elements(&self.extents())
    }

    /// Whether the index lies inside.
    pub fn contains(&self, index: &[i64]) -> bool {
        index.len() == self.ndim()
            && index
                .iter()
                .zip(self.lo.iter().zip(&self.hi))
                .all(|(index, (lo, hi))| lo <= index && index < hi)
    }

    /// The indices that both regions hold; of the same number of dimensions.
    pub fn intersect(&self, other: &Region) -> Region {
        Region {
            lo: self
                .lo
                .iter()
                .zip(&other.lo)
                .map(|(&a, &b)| a.max(b))
                .collect(),
            hi: self
                .hi
                .iter()
                .zip(&other.hi)
                .map(|(&a, &b)| a.min(b))
                .collect(),
        }
    }
}

/// Product of non-negative extents; 0 wins over overflow. Errors: it exceeds 63 bits.
pub fn elements(extents: &[i64]) -> Result<i64> {
    if extents.contains(&0) {
        return Ok(0);
    }
    extents
        .iter()
        .try_fold(1i64, |product, &extent| product.checked_mul(extent))
        .ok_or(Error::Overflow {
            what: "the number of elements",
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intersection_and_size() {
        let a = Region::new(&[0, 0], &[4, 6]).unwrap();
        let b = Region::new(&[2, -3], &[9, 2]).unwrap();
        let both = a.intersect(&b);
        assert_eq!(both, Region::new(&[2, 0], &[4, 2]).unwrap());
        assert_eq!(both.elements(), Ok(4));
        assert!(both.contains(&[3, 1]) && !both.contains(&[4, 1]));
        let apart = a.intersect(&Region::new(&[4, 0], &[9, 9]).unwrap());
        assert!(apart.is_empty());
        assert_eq!(apart.elements(), Ok(0));
    }

    #[test]
    fn no_dimensions_is_one_index() {
        let point = Region::default();
        assert!(!point.is_empty());
        assert_eq!(point.elements(), Ok(1));
    }

    #[test]
    fn sizes_do_not_wrap() {
        let huge = Region::new(&[0, 0], &[i64::MAX, 2]).unwrap();
        assert!(huge.elements().is_err());
        let all = Region::new(&[i64::MIN], &[i64::MAX]).unwrap();
        assert_eq!(all.extents()[0], i64::MAX);
        assert_eq!(elements(&[i64::MAX, i64::MAX, 0]), Ok(0));
    }
}
