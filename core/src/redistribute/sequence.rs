//! One end of a group of dimensions as a sequence of places, and who owns which of them.

use std::ops::Range;

use super::asked::Found;
use crate::map::Owner;
use crate::{Dimension, Dims, Distribution, Map, Order, Result};

/// Dimensions, the slowest first, whose elements are counted with the last index running fastest: places are these counts.
/// Positions count the elements of a rank's section in these dimensions, padding included.
pub(super) struct Sequence<'a> {
    /// The numbers of the dimensions in their distribution.
    pub numbers: Dims<usize>,
    pub dims: Dims<&'a Dimension>,
    /// Elements of faster dimensions that whoever owns an index of these owns all of, one after the other.
    inner: i64,
    /// Places from one index to the next.
    steps: Dims<i64>,
    pub elements: i64,
}

/// Places that follow one another on one rank.
pub(super) struct Owned {
    pub places: Range<i64>,
    /// Of the first place.
    pub position: i64,
}

/// An element of any rank.
pub(super) struct There {
    pub coords: Dims<usize>,
    /// Local indices, padding included.
    local: Dims<i64>,
    inner: i64,
    /// How many places follow on the same rank one after the other, itself included.
    pub length: i64,
}

/// Where a sequence repeats: inside a stretch, what lies a period of places further is on the same rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// At every place of a block of the fastest dimension.
    Places,
    /// At every index of a block of a dimension, with what the faster ones have at each.
    Blocks(usize),
    /// At every round of a dimension that is dealt out, likewise.
    Rounds(usize),
}

impl<'a> Sequence<'a> {
    pub fn new(dist: &'a Distribution, numbers: &[usize]) -> Result<Sequence<'a>> {
        Sequence {
            numbers: numbers.iter().copied().collect(),
            dims: numbers.iter().map(|&dim| &dist.dims()[dim]).collect(),
            inner: 1,
            steps: Dims::new(),
            elements: 0,
        }
        .counted()
    }

    /// The same with longer rows: the fastest dimensions that are neither shared nor padded are inner ones.
    pub fn folded(mut self) -> Result<Sequence<'a>> {
        let is_inner = |dim: &&Dimension| {
            let padding = [dim.halo, dim.boundary];
            dim.procs == 1 && dim.is_contiguous() && padding == [[0; 2]; 2]
        };
        while let Some(dim) = self.dims.last().copied().filter(is_inner) {
            self.inner *= dim.extent;
            self.dims.pop();
            self.numbers.pop();
        }
        self.counted()
    }

    fn counted(mut self) -> Result<Sequence<'a>> {
        let extents: Dims<i64> = self.dims.iter().map(|dim| dim.extent).collect();
        self.steps = crate::packed_strides(&extents, Order::C, self.inner)?;
        self.elements = extents.iter().product::<i64>() * self.inner;
        Ok(self)
    }

    /// Positions from one local index to the next, per dimension, of the rank with these coordinates.
    pub fn strides(&self, coords: &[usize]) -> Result<Dims<i64>> {
        let extent = |(dim, &coord): (&&Dimension, &usize)| {
            let [below, above] = dim.padding(coord);
            below + dim.count(coord) + above
        };
        let extents: Dims<i64> = self.dims.iter().zip(coords).map(extent).collect();
        crate::packed_strides(&extents, Order::C, self.inner)
    }

    /// The first places from `at` on that the calling rank owns, with its coordinates and their strides.
    pub fn next(&self, coords: &[usize], strides: &[i64], at: i64) -> Option<Owned> {
        if at >= self.elements {
            return None;
        }
        let (mut index, mut rest) = self.indices(at);
        let mut local: Dims<i64> = index.iter().map(|_| 0).collect();
        let mut dim = 0;
        while dim < self.dims.len() {
            match next_index(self.dims[dim], coords[dim], index[dim]) {
                Some((next, position)) => {
                    if next > index[dim] {
                        index[dim] = next;
                        index[dim + 1..].fill(0);
                        rest = 0;
                    }
                    local[dim] = self.dims[dim].padding(coords[dim])[0] + position;
                    dim += 1;
                }
                None => {
                    dim = dim.checked_sub(1)?;
                    index[dim] += 1;
                    index[dim + 1..].fill(0);
                    rest = 0;
                }
            }
        }
        let place: i64 = sum(&index, &self.steps);
        let end = match (self.dims.last(), index.last()) {
            (Some(dim), Some(&index)) => (block(dim, index).end - index) * self.inner,
            _ => self.inner,
        };
        Some(Owned {
            places: place + rest..place + end,
            position: sum(&local, strides) + rest,
        })
    }

    /// Who owns a place, from what was `found` about each unstructured dimension of the distribution.
    pub fn owner(&self, place: i64, found: &[Option<Found>]) -> Result<There> {
        let (index, inner) = self.indices(place);
        let (mut coords, mut local, mut length) = (Dims::new(), Dims::new(), 1);
        for ((dim, &index), &number) in self.dims.iter().zip(&index).zip(&self.numbers) {
            let (coord, position) = match dim.owner(index) {
                Owner::Coord(coord) => {
                    let position = dim.to_local(coord, index);
                    (coord, position.expect("the owner has the index"))
                }
                Owner::Ask(_) => {
                    let found = found.get(number).and_then(Option::as_ref);
                    Found::place(found, number, index)?
                }
            };
            coords.push(coord);
            local.push(dim.padding(coord)[0] + position);
            length = block(dim, index).end - index;
        }
        Ok(There {
            coords,
            local,
            inner,
            length: length * self.inner - inner,
        })
    }

    /// An index per dimension, and the number among the inner elements.
    fn indices(&self, place: i64) -> (Dims<i64>, i64) {
        let mut rest = place;
        let mut index = Dims::new();
        for step in &self.steps {
            index.push(rest / step);
            rest %= step;
        }
        (index, rest)
    }

    /// Places from one index of an own dimension to the next, and its extent.
    pub fn along(&self, dim: usize) -> (i64, i64) {
        (self.steps[dim], self.dims[dim].extent)
    }

    /// As many places as follow one another on a rank, where that is most.
    pub fn typical(&self) -> i64 {
        self.dims.last().map_or(1, |dim| most(dim)) * self.inner
    }

    /// The ways in which the sequence repeats, with the period and the places of a large stretch of each.
    pub fn rhythms(&self) -> impl Iterator<Item = (Rhythm, i64, i64)> + '_ {
        let places = (Rhythm::Places, 1, self.typical());
        let slower = 0..self.dims.len().saturating_sub(1);
        let blocks = slower.map(|dim| {
            let (step, _) = self.along(dim);
            (Rhythm::Blocks(dim), step, most(self.dims[dim]) * step)
        });
        let rounds = (0..self.dims.len()).filter_map(|dim| {
            let ((step, extent), (round, _)) = (self.along(dim), round(self.dims[dim])?);
            Some((Rhythm::Rounds(dim), round * step, extent * step))
        });
        std::iter::once(places).chain(blocks).chain(rounds)
    }

    /// The stretch around a place.
    pub fn stretch(&self, rhythm: Rhythm, place: i64) -> Range<i64> {
        let around = |dim: usize, ends: fn(&Dimension, i64) -> Range<i64>| {
            let (step, extent) = self.along(dim);
            let index = place / step % extent;
            let first = place / step - index;
            let ends = ends(self.dims[dim], index);
            (first + ends.start) * step..(first + ends.end) * step
        };
        match rhythm {
            Rhythm::Places => match self.dims.len() {
                0 => 0..self.elements,
                n => around(n - 1, block),
            },
            Rhythm::Blocks(dim) => around(dim, block),
            Rhythm::Rounds(dim) => around(dim, |dim, _| 0..dim.extent),
        }
    }

    /// By how much positions advance in `turn` places, some periods, on a rank with these strides.
    pub fn advance(&self, rhythm: Rhythm, strides: &[i64], turn: i64) -> i64 {
        match rhythm {
            Rhythm::Places => turn,
            Rhythm::Blocks(dim) => turn / self.steps[dim] * strides[dim],
            Rhythm::Rounds(dim) => {
                let (round, block) = round(self.dims[dim]).unwrap_or((1, 1));
                turn / (round * self.steps[dim]) * block * strides[dim]
            }
        }
    }
}

impl There {
    /// The position, with the strides of the rank.
    pub fn position(&self, strides: &[i64]) -> i64 {
        sum(&self.local, strides) + self.inner
    }
}

fn sum(local: &[i64], strides: &[i64]) -> i64 {
    let each = local.iter().zip(strides);
    each.map(|(local, stride)| local * stride).sum()
}

/// Indices around one that follow one another on one coordinate: both ends cut rows at the same places.
fn block(dim: &Dimension, index: i64) -> Range<i64> {
    match (dim.dealt(), &dim.map) {
        (Some(deal), _) => deal.span(index),
        (_, Map::Unstructured(_)) => index..index + 1,
        _ => dim.range(dim.block_owner(index)),
    }
}

/// The most indices of a block.
fn most(dim: &Dimension) -> i64 {
    let most = match (dim.dealt(), &dim.map) {
        (Some(deal), _) => deal.block.min(dim.extent),
        (_, Map::Unstructured(_)) => 1,
        _ => dim.most(),
    };
    most.max(1)
}

/// Indices of a round of a dimension that is dealt out more than once, and of a block.
fn round(dim: &Dimension) -> Option<(i64, i64)> {
    let deal = dim.dealt()?;
    let round = deal.round().filter(|&round| round < dim.extent)?;
    Some((round, deal.block))
}

/// The first index from one on that the calling rank owns at this coordinate, and its position.
fn next_index(dim: &Dimension, coord: usize, index: i64) -> Option<(i64, i64)> {
    if let Map::Unstructured(list) = &dim.map {
        return list.at_or_above(index);
    }
    let next = match dim.dealt() {
        Some(deal) if index < dim.extent => deal.next(coord, index)?.max(index),
        Some(_) => return None,
        None => dim.range(coord).start.max(index),
    };
    Some((next, dim.to_local(coord, next)?))
}

/// Whether a dimension's owners are known to its directory alone.
pub(super) fn is_listed(dim: &Dimension) -> bool {
    matches!(dim.map, Map::Unstructured(_))
}

/// Errors: an index of an own list that is no place in the sequence; `number` names the dimension.
pub(super) fn check_list(number: usize, dim: &Dimension) -> Result<()> {
    let Map::Unstructured(list) = &dim.map else {
        return Ok(());
    };
    let outside = |&&index: &&i64| !(0..dim.extent).contains(&index);
    match list.indices().iter().find(outside) {
        None => Ok(()),
        Some(&value) => Err(crate::Error::Dimension {
            dim: number,
            what: "the index",
            value,
            allowed: format!(
                "0 to {} - 1 for a reshape, so that each has a place in the sequence",
                dim.extent
            ),
        }),
    }
}
