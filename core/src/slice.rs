//! Slices: start, stop and step along each dimension, single indices and new dimensions.

mod cut;
mod select;

use crate::{Dimension, Dims, Distribution, Error, Result};
pub use select::{expand, Index, View};

/// The indices start, start + step, ... before stop, as NumPy reads them: negative ends count from the end of the
/// dimension, ends beyond it are moved to it, missing ones are its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slice {
    pub start: Option<i64>,
    pub stop: Option<i64>,
    pub step: i64,
}

/// The indices `start + step * i` for `0 <= i < count`, all inside the dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Progression {
    pub start: i64,
    pub step: i64,
    pub count: i64,
}

/// Where one dimension of a sliced section lies in the section that it was cut from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Window {
    /// Local index there of local index 0 here; both count padding.
    pub offset: i64,
    /// Distance there of neighbours here.
    pub step: i64,
}

impl Slice {
    /// Everything.
    pub const FULL: Slice = Slice {
        start: None,
        stop: None,
        step: 1,
    };

    /// From `start` to before `stop`.
    pub fn range(start: i64, stop: i64) -> Slice {
        Slice {
            start: Some(start),
            stop: Some(stop),
            step: 1,
        }
    }

    /// The indices that the slice means in a dimension of this extent, which is not negative.
    ///
    /// Errors: a step of 0.
    pub fn resolve(&self, dim: usize, extent: i64) -> Result<Progression> {
        if self.step == 0 {
            let allowed = "any other number".into();
            return Err(Error::Dimension {
                dim,
                what: "the step",
                value: 0,
                allowed,
            });
        }
        // Going down, the end before index 0 is the place of 0 going up.
        let (lowest, highest) = if self.step > 0 {
            (0, extent)
        } else {
            (-1, extent - 1)
        };
        let place =
            |end: i64| if end < 0 { end + extent } else { end }.clamp(lowest, highest.max(lowest));
        let ends = if self.step > 0 {
            (lowest, highest)
        } else {
            (highest, lowest)
        };
        let start = self.start.map_or(ends.0, place);
        let stop = self.stop.map_or(ends.1, place);
        let distance = if self.step > 0 {
            stop - start
        } else {
            start - stop
        };
        let count = if distance <= 0 {
            0
        } else {
            (distance.unsigned_abs() - 1) / self.step.unsigned_abs() + 1
        };
        let count =
            i64::try_from(count).expect("a slice has at most as many indices as its dimension");
        Ok(Progression {
            start,
            step: self.step,
            count,
        })
    }
}

impl Progression {
    fn is_all(&self, extent: i64) -> bool {
        self.count == extent && self.step == 1
    }

    /// The index with this number.
    pub(crate) fn at(&self, number: i64) -> i64 {
        self.start + self.step * number
    }

    /// The number of an index, where it is one of the progression, which ascends.
    pub(crate) fn number(&self, index: i64) -> Option<i64> {
        let distance = index.checked_sub(self.start)?;
        let number = distance / self.step;
        let is_one = distance >= 0 && distance % self.step == 0 && number < self.count;
        is_one.then_some(number)
    }

    /// The indices in ascending order, and whether that is not their own.
    pub(crate) fn ascending(&self) -> (Progression, bool) {
        match self.step < 0 {
            true => (self.reversed(), true),
            false => (*self, false),
        }
    }

    /// The same indices from the other end.
    fn reversed(&self) -> Progression {
        Progression {
            start: self.start + self.step * (self.count - 1).max(0),
            step: -self.step,
            count: self.count,
        }
    }

    /// Number of indices of the progression, which ascends, that lie below `bound`.
    pub(crate) fn below(&self, bound: i64) -> i64 {
        if bound <= self.start {
            return 0;
        }
        ((bound - self.start - 1) / self.step + 1).min(self.count)
    }
}

impl Distribution {
    /// The distribution of a slice, one per dimension; every element stays with its owner. Local.
    ///
    /// Padding survives at steps 1 and -1 of block and whole dimensions: halo between blocks, as wide as the slice has
    /// neighbours at each of them, and boundary padding at an end of the dimension that is an end of the slice too. A
    /// part of a periodic dimension is not periodic. Ranks that own nothing of the slice have empty coordinates; only
    /// those whose coordinates never have a turn in a slice of a cyclic dimension stand outside the grid.
    ///
    /// Errors: not one slice per dimension; a step of 0; unsupported: a part of an unstructured dimension, or a step of a
    /// cyclic one that neither divides the block size nor is a multiple of it that meets the owners in the order
    /// of the grid or against it; no memory for the cuts of a block dimension.
    pub fn slice(&self, slices: &[Slice]) -> Result<Distribution> {
        self.expect_per_dim(slices.len())?;
        let indices: Vec<Index> = slices.iter().map(|&slice| Index::Slice(slice)).collect();
        self.select(&indices)
    }

    /// Where the section of `sliced`, made by [`Distribution::slice`] with the same slices, lies in the section of
    /// this distribution on a rank. Offsets are 0 where the rank holds nothing of the slice.
    pub fn slice_window(
        &self,
        sliced: &Distribution,
        rank: usize,
        slices: &[Slice],
    ) -> Result<Dims<Window>> {
        self.expect_per_dim(slices.len())?;
        let indices: Vec<Index> = slices.iter().map(|&slice| Index::Slice(slice)).collect();
        let view = self.view(sliced, rank, &indices)?;
        let window = |(&offset, axis): (&i64, &Option<(usize, i64)>)| Window {
            offset,
            step: axis.map_or(1, |(_, step)| step),
        };
        Ok(view.offset.iter().zip(&view.axes).map(window).collect())
    }
}

impl Slice {
    /// What the slice means in a dimension. One index or none has no step that could matter.
    fn of(&self, dim: usize, dimension: &Dimension) -> Result<Progression> {
        let part = self.resolve(dim, dimension.extent)?;
        Ok(if part.count > 1 {
            part
        } else {
            Progression {
                start: part.start.max(0),
                step: 1,
                ..part
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of Python's `slice(start, stop, step).indices(extent)`.
    #[test]
    fn ends_are_numpys() {
        let resolve = |start, stop, step, extent| {
            let part = Slice { start, stop, step }.resolve(0, extent).unwrap();
            (part.start, part.count)
        };
        assert_eq!(resolve(Some(-20), None, 3, 10), (0, 4));
        assert_eq!(resolve(Some(100), None, 1, 10), (10, 0));
        assert_eq!(resolve(None, Some(-3), 2, 10), (0, 4));
        assert_eq!(resolve(None, None, -1, 10), (9, 10));
        assert_eq!(resolve(Some(7), Some(2), -2, 10), (7, 3));
        assert_eq!(resolve(None, Some(-100), -1, 10), (9, 10));
        assert_eq!(resolve(Some(-100), None, -1, 10), (-1, 0));
        assert_eq!(resolve(None, None, -1, 0), (-1, 0));
        assert_eq!(resolve(Some(5), Some(3), 1, 10), (5, 0));
        assert_eq!(
            resolve(Some(i64::MIN), Some(i64::MAX), i64::MAX, i64::MAX),
            (0, 1)
        );
        assert_eq!(
            resolve(Some(i64::MAX), Some(i64::MIN), i64::MIN, i64::MAX),
            (i64::MAX - 1, 1)
        );
        assert!(Slice {
            start: None,
            stop: None,
            step: 0
        }
        .resolve(2, 5)
        .unwrap_err()
        .to_string()
        .contains("dimension 2"));
    }

    #[test]
    fn indices_are_those_of_a_loop() {
        for extent in 0..6i64 {
            for step in [-7, -3, -2, -1, 1, 2, 3, 7] {
                for start in -8..8i64 {
                    for stop in -8..8i64 {
                        let part = Slice {
                            start: Some(start),
                            stop: Some(stop),
                            step,
                        }
                        .resolve(0, extent)
                        .unwrap();
                        let counted = |end: i64| if end < 0 { end + extent } else { end };
                        let inside: Vec<i64> = match step {
                            1.. => (counted(start).max(0)..counted(stop).min(extent))
                                .step_by(step as usize)
                                .collect(),
                            _ => (counted(stop).max(-1) + 1..=counted(start).min(extent - 1))
                                .rev()
                                .step_by(step.unsigned_abs() as usize)
                                .collect(),
                        };
                        let found: Vec<i64> = (0..part.count)
                            .map(|i| part.start + i * part.step)
                            .collect();
                        assert_eq!(found, inside, "{start}:{stop}:{step} of {extent}");
                    }
                }
            }
        }
    }
}
