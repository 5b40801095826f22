//! What a reshape must know about unstructured dimensions of the other end.

use super::sequence::{is_listed, Sequence};
use crate::directory::{Places, Questions};
use crate::{product, Error, Result};

/// What a rank asks about an unstructured dimension of the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub questions: Questions,
    indices: Vec<i64>,
}

/// Who owns the indices that a rank asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Ascending.
    indices: Vec<i64>,
    places: Places,
}

impl Asked {
    /// With the answers.
    pub fn found(self, places: Places) -> Found {
        Found {
            indices: self.indices,
            places,
        }
    }
}

impl Found {
    /// Coordinate and position of an index of dimension `dim`. Errors: nobody asked about it.
    pub(super) fn place(found: Option<&Found>, dim: usize, index: i64) -> Result<(usize, i64)> {
        let place = found.and_then(|found| {
            let number = found.indices.binary_search(&index).ok()?;
            found.places.get(number)
        });
        let what = "it is unstructured, so that the places of its elements must be asked first";
        place.ok_or(Error::DimensionUnsupported { dim, what })
    }
}

/// What a rank with these coordinates at one end must ask about the other end of a group: dimensions and questions.
///
/// Costs time of the rank's own rows. Errors: more than 2^24 ranges of indices; no memory.
pub(super) fn asked(
    here: &Sequence,
    coords: &[usize],
    there: &Sequence,
) -> Result<Vec<(usize, Asked)>> {
    let strides = here.strides(coords)?;
    let mut asked = vec![];
    for (at, dim) in there.dims.iter().enumerate() {
        if !is_listed(dim) {
            continue;
        }
        let (step, extent) = there.along(at);
        let (mut ranges, mut place) = (vec![], 0);
        while let Some(owned) = here.next(coords, &strides, place) {
            place = owned.places.end;
            let (first, last) = (owned.places.start / step, (place - 1) / step);
            if last - first >= extent - 1 {
                ranges = vec![(0, extent)];
                break;
            }
            let (first, end) = (first % extent, last % extent + 1);
            if first < end {
                extend(&mut ranges, first, end)?;
            } else {
                extend(&mut ranges, first, extent)?;
                extend(&mut ranges, 0, end)?;
            }
        }
        let indices = distinct(ranges)?;
        let questions = Questions::new(there.numbers[at], dim, indices.iter().copied())?;
        asked.push((there.numbers[at], Asked { questions, indices }));
    }
    Ok(asked)
}

/// A range of indices, first and end, joined with the one before it where they touch.
fn extend(ranges: &mut Vec<(i64, i64)>, first: i64, end: i64) -> Result<()> {
    match ranges.last_mut() {
        Some(last) if last.0 <= first && first <= last.1 => {
            last.1 = last.1.max(end);
            Ok(())
        }
        _ => product::push(ranges, (first, end)),
    }
}

/// The indices of all ranges, each once, ascending.
fn distinct(mut ranges: Vec<(i64, i64)>) -> Result<Vec<i64>> {
    ranges.sort_unstable();
    let (mut indices, mut next) = (Vec::new(), 0);
    for (first, end) in ranges {
        let first = first.max(next);
        if first < end {
            let count = usize::try_from(end - first).unwrap_or(usize::MAX);
            indices.try_reserve(count).map_err(|_| Error::Memory {
                what: "the questions about an unstructured dimension",
            })?;
            indices.extend(first..end);
            next = end;
        }
    }
    Ok(indices)
}
