//! A part of an array that a rank asks for, and who has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::directory::{Places, Questions};
use crate::product;
use crate::runs::{Run, Runs};
use crate::slice::{expand, Index, Progression, Slice};
use crate::{Dimension, Dims, Distribution, Error, Map, Product, Result};

/// Indices of an array in arithmetic progression along each dimension, for a buffer of the asker. Any part may be asked for,
/// of any map: what is asked for has no distribution.
///
/// Positions in the buffer count from 0 in each dimension of the array, single indices and new dimensions apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    parts: Dims<Progression>,
    axes: Dims<Option<usize>>,
}

/// Words of one dimension in [`Request::to_words`].
const WORDS: usize = 3;

impl Request {
    /// What a selection asks for, as in `a[2:5, 7, None, ...]` of NumPy. Indices of an unstructured dimension do not count
    /// from the end.
    ///
    /// Errors: as [`expand`]; a step of 0; an index outside; more than [`crate::MAX_DIMS`] dimensions.
    pub fn new(dist: &Distribution, indices: &[Index]) -> Result<Request> {
        let indices = expand(indices, dist.ndim())?;
        let ndim = (indices
            .iter()
            .filter(|index| !matches!(index, Index::At(_))))
        .count();
        if ndim > crate::MAX_DIMS {
            return Err(Error::TooManyDims { ndim });
        }
        let (mut parts, mut axes) = (Dims::new(), Dims::new());
        for index in indices {
            let dim = parts.len();
            let slice = match index {
                Index::New => {
                    axes.push(None);
                    continue;
                }
                Index::At(at) => {
                    let start = dist.dims()[dim].normalize(dim, at)?;
                    parts.push(Progression {
                        start,
                        step: 1,
                        count: 1,
                    });
                    continue;
                }
                Index::Slice(slice) => slice,
                Index::Ellipsis => Slice::FULL,
            };
            let part = slice.resolve(dim, dist.dims()[dim].extent)?;
            axes.push(Some(dim));
            // One index or none has no step that could matter.
            let step = if part.count > 1 { part.step } else { 1 };
            parts.push(Progression { step, ..part });
        }
        Ok(Request { parts, axes })
    }

    /// For each dimension of what is asked for the one of the array, `None` for a new one.
    pub fn axes(&self) -> &[Option<usize>] {
        &self.axes
    }

    /// Extents of what is asked for.
    pub fn extents(&self) -> Dims<i64> {
        let extent = |axis: &Option<usize>| axis.map_or(1, |dim| self.parts[dim].count);
        self.axes.iter().map(extent).collect()
    }

    /// Number of indices in each dimension of the array.
    pub fn counts(&self) -> Dims<i64> {
        self.parts.iter().map(|part| part.count).collect()
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().any(|part| part.count == 0)
    }

    /// What the asker must ask the directory of an unstructured dimension. Errors: the dimension is none; no memory.
    pub fn questions(&self, dist: &Distribution, dim: usize) -> Result<Questions> {
        if self.is_empty() {
            return Ok(Questions::default());
        }
        let (part, _) = self.parts[dim].ascending();
        Questions::new(
            dim,
            &dist.dims()[dim],
            (0..part.count).map(|number| part.at(number)),
        )
    }

    /// Whom the asker asks, ascending by rank, and what each has: of the runs side 0 is the owner's section and side 1 the buffer.
    /// `places` are the answers to the questions about each unstructured dimension, in their order.
    ///
    /// Costs time of the blocks of each dimension that the request meets. Errors: answers that are missing; more than 2^24 pieces;
    /// no memory.
    pub fn owners(&self, dist: &Distribution, places: &[Places]) -> Result<Vec<(usize, Product)>> {
        let mut owners = Vec::new();
        if self.is_empty() {
            return Ok(owners);
        }
        let mut places = places.iter();
        let mut found: Vec<Vec<(usize, Arc<Vec<Run>>)>> = Vec::new();
        for (dim, (dimension, part)) in dist.dims().iter().zip(&self.parts).enumerate() {
            let runs = match dimension.map {
                Map::Unstructured(_) => Along::new(dimension, part).told(dim, places.next())?,
                _ => Along::new(dimension, part).found()?,
            };
            found.push(
                runs.into_iter()
                    .map(|(coord, runs)| (coord, runs.finish()))
                    .collect(),
            );
        }
        product::for_each_piece(&found, |chosen| {
            let coords: Dims<usize> = chosen.iter().map(|(coord, _)| *coord).collect();
            let dims = chosen.iter().map(|(_, runs)| runs.clone()).collect();
            product::push(&mut owners, (dist.grid().rank(&coords), Product { dims }))
        })?;
        owners.sort_unstable_by_key(|&(rank, _)| rank);
        Ok(owners)
    }

    /// What a rank has of it, which is what the asker finds: `None` for nothing. Of unstructured dimensions the calling rank
    /// knows its own share only.
    ///
    /// Costs time of the rank's own blocks that the request meets. Errors: as [`Request::owners`].
    pub fn share(&self, dist: &Distribution, rank: usize) -> Result<Option<Product>> {
        let section = dist.section(rank);
        if self.is_empty() || section.is_empty() {
            return Ok(None);
        }
        let mut dims = Dims::new();
        for (dim, (dimension, part)) in dist.dims().iter().zip(&self.parts).enumerate() {
            let runs = Along::new(dimension, part)
                .own(section.coords[dim])?
                .finish();
            if runs.is_empty() {
                return Ok(None);
            }
            dims.push(runs);
        }
        Ok(Some(Product { dims }))
    }

    /// What an owner must be told, for [`Request::from_words`].
    pub fn to_words(&self) -> Vec<i64> {
        let words = |part: &Progression| [part.start, part.step, part.count];
        self.parts.iter().flat_map(words).collect()
    }

    /// The request that a rank told of: parts alone, as owners need no more. `None` for words that are none.
    pub fn from_words(dist: &Distribution, words: &[i64]) -> Option<Request> {
        let (words, rest) = words.as_chunks::<WORDS>();
        if words.len() != dist.ndim() || !rest.is_empty() {
            return None;
        }
        let part = |&[start, step, count]: &[i64; WORDS]| Progression { start, step, count };
        let parts: Dims<Progression> = words.iter().map(part).collect();
        let fits = |(part, dimension): (&Progression, &Dimension)| {
            part.step.checked_neg()?;
            let last = part
                .step
                .checked_mul(part.count.checked_sub(1)?)?
                .checked_add(part.start)?;
            let inside = |index| (0..dimension.extent).contains(&index);
            let listed = matches!(dimension.map, Map::Unstructured(_));
            let fits =
                part.count > 0 && part.step != 0 && (listed || inside(part.start) && inside(last));
            fits.then_some(())
        };
        parts.iter().zip(dist.dims()).try_for_each(fits)?;
        Some(Request {
            parts,
            axes: Dims::new(),
        })
    }
}

/// One dimension of a request. Both ends walk it in ascending order of the global index, so that their runs are equal.
struct Along<'a> {
    dimension: &'a Dimension,
    /// Ascending.
    part: Progression,
    /// The buffer holds it in descending order.
    down: bool,
}

impl<'a> Along<'a> {
    fn new(dimension: &'a Dimension, part: &Progression) -> Along<'a> {
        let (part, down) = part.ascending();
        Along {
            dimension,
            part,
            down,
        }
    }

    /// Where the buffer holds an element of the progression.
    fn place(&self, number: i64) -> i64 {
        if self.down {
            self.part.count - 1 - number
        } else {
            number
        }
    }

    /// The coordinate that owns an element, which stands in a block of it with the elements up to the number that is given too.
    fn block(&self, number: i64) -> (usize, i64) {
        let index = self.part.at(number);
        let (coord, end) = match self.dimension.dealt() {
            Some(deal) => (deal.owner(index), deal.span(index).end),
            None => {
                let coord = self.dimension.block_owner(index);
                (coord, self.dimension.range(coord).end)
            }
        };
        (coord, self.part.below(end))
    }

    /// The first element from `number` on that a coordinate owns.
    fn next(&self, coord: usize, mut number: i64) -> Option<i64> {
        let Some(deal) = self.dimension.dealt() else {
            let range = self.dimension.range(coord);
            number = number.max(self.part.below(range.start));
            return (number < self.part.count && self.part.at(number) < range.end)
                .then_some(number);
        };
        while number < self.part.count {
            let index = self.part.at(number);
            let block = deal.next(coord, index)?;
            if block <= index {
                return Some(number);
            }
            number = self.part.below(block);
        }
        None
    }

    /// Elements `number` to `end` - 1, in one block of their owner.
    fn push(&self, runs: &mut Runs, coord: usize, number: i64, end: i64) -> Result<()> {
        let position = self.dimension.to_local(coord, self.part.at(number));
        let position = position.expect("the owner of a block has its elements");
        runs.push(Run {
            length: end - number,
            step: [self.part.step, if self.down { -1 } else { 1 }],
            ..Run::point([
                self.dimension.padding(coord)[0] + position,
                self.place(number),
            ])
        })
    }

    /// The runs of all coordinates, of a dimension that is not unstructured.
    fn found(&self) -> Result<BTreeMap<usize, Runs>> {
        let mut found: BTreeMap<usize, Runs> = BTreeMap::new();
        let mut number = 0;
        while number < self.part.count {
            let (coord, end) = self.block(number);
            self.push(found.entry(coord).or_default(), coord, number, end)?;
            number = end;
        }
        Ok(found)
    }

    /// The runs of all coordinates of an unstructured dimension, from the answers of its directory.
    fn told(&self, dim: usize, places: Option<&Places>) -> Result<BTreeMap<usize, Runs>> {
        let mut found: BTreeMap<usize, Runs> = BTreeMap::new();
        for number in 0..self.part.count {
            let at = usize::try_from(number).ok();
            let place = at.and_then(|at| places?.get(at));
            let Some((coord, position)) = place else {
                let what =
                    "it is unstructured, so that the places of its elements must be asked first";
                return Err(Error::DimensionUnsupported { dim, what });
            };
            let run = Run::point([
                self.dimension.padding(coord)[0] + position,
                self.place(number),
            ]);
            found.entry(coord).or_default().push(run)?;
        }
        Ok(found)
    }

    /// The runs of one coordinate.
    fn own(&self, coord: usize) -> Result<Runs> {
        let mut runs = Runs::default();
        if let Map::Unstructured(list) = &self.dimension.map {
            let own = list.ascending().filter(|_| list.coord() == Some(coord));
            for (index, position) in own {
                if let Some(number) = self.part.number(index) {
                    runs.push(Run::point([position, self.place(number)]))?;
                }
            }
            return Ok(runs);
        }
        let mut number = 0;
        while let Some(first) = self.next(coord, number) {
            let (_, end) = self.block(first);
            self.push(&mut runs, coord, first, end)?;
            number = end;
        }
        Ok(runs)
    }
}
