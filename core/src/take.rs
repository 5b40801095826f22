//! New arrays of chosen indices of one dimension, as NumPy's `take` makes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::directory::{Places, Questions};
use crate::map::Owner;
use crate::moves::{enclose, Moves, Product};
use crate::product;
use crate::runs::{Run, Runs};
use crate::{Cuts, Dimension, Dims, Distribution, Error, Map, Result};

/// A list of indices of one dimension, the same on every rank, any of them any number of times. What they choose is distributed in
/// blocks over the coordinates of that dimension; the other dimensions stay as they are, so that elements move along the one only.
pub struct Take<'a> {
    from: &'a Distribution,
    to: Distribution,
    dim: usize,
    list: Vec<i64>,
}

impl<'a> Take<'a> {
    /// Negative indices count from the end, but for an unstructured dimension.
    ///
    /// Errors: no such dimension; an index outside; no memory.
    pub fn new(from: &'a Distribution, dim: usize, indices: &[i64]) -> Result<Take<'a>> {
        let Some(dimension) = from.dims().get(dim) else {
            return Err(Error::Count {
                what: "the dimension to take from",
                got: dim,
                want: from.ndim(),
            });
        };
        let mut list = Vec::new();
        let refused = |_| Error::Memory {
            what: "a list of indices",
        };
        list.try_reserve_exact(indices.len()).map_err(refused)?;
        for &index in indices {
            list.push(dimension.normalize(dim, index)?);
        }
        let extent = crate::dims::signed(list.len());
        let mut dims: Dims<Dimension> = from.dims().iter().cloned().collect();
        dims[dim] = match dimension.map {
            Map::Whole => Dimension::whole(extent),
            _ => Dimension::block(extent, dimension.procs, Cuts::Balanced),
        };
        let to = Distribution::new(&dims, from.grid().clone(), from.order())?;
        Ok(Take {
            from,
            to,
            dim,
            list,
        })
    }

    /// The distribution of what is chosen.
    pub fn to(&self) -> &Distribution {
        &self.to
    }

    /// The entries of the list that a coordinate receives.
    fn part(&self, coord: usize) -> &[i64] {
        let range = self.to.dims()[self.dim].range(coord);
        let [start, end] = [range.start, range.end].map(|at| usize::try_from(at).unwrap_or(0));
        &self.list[start..end]
    }

    /// What a rank must ask before [`Take::moves`], where the dimension is unstructured; nothing, where it receives nothing.
    ///
    /// Errors: the dimension is not unstructured; no memory.
    pub fn questions(&self, rank: usize) -> Result<Questions> {
        let Some(coords) = self.from.grid().coords(rank) else {
            return Ok(Questions::default());
        };
        let part = self.part(coords[self.dim]);
        Questions::new(self.dim, &self.from.dims()[self.dim], part.iter().copied())
    }

    /// What a rank sends and receives; `places` are the answers to its questions.
    ///
    /// Costs time of the list. Errors: answers that are missing; no memory.
    pub fn moves(&self, rank: usize, places: Option<&Places>) -> Result<Moves> {
        let mut moves = Moves::none(self.from.ndim());
        let Some(coords) = self.from.grid().coords(rank) else {
            return Ok(moves);
        };
        // The other dimensions, where source and target are alike.
        let mut dims: Dims<Arc<Vec<Run>>> = Dims::new();
        for (dim, (dimension, &coord)) in self.from.dims().iter().zip(&coords).enumerate() {
            let below = dimension.padding(coord)[0];
            let mut runs = Runs::default();
            if dim != self.dim {
                let count = dimension.count(coord);
                if count == 0 {
                    return Ok(moves);
                }
                runs.push(Run::new([below, below], count))?;
            }
            dims.push(runs.finish());
        }
        let own = coords[self.dim];
        let message = |other: usize, runs: Runs| {
            let (mut coords, mut dims) = (coords.clone(), dims.clone());
            coords[self.dim] = other;
            dims[self.dim] = runs.finish();
            (self.from.grid().rank(&coords), Product { dims })
        };
        for (other, runs) in self.sent(own)? {
            let (peer, product) = message(other, runs);
            match other == own {
                true => product::push(&mut moves.local, product)?,
                false => enclose(&mut moves.sends, peer, product)?,
            }
        }
        for (other, runs) in self.received(own, places)? {
            if other != own {
                let (peer, product) = message(other, runs);
                enclose(&mut moves.recvs, peer, product)?;
            }
        }
        moves.sends.sort_unstable_by_key(|message| message.peer);
        moves.recvs.sort_unstable_by_key(|message| message.peer);
        Ok(moves)
    }

    /// Positions that a coordinate of the source sends, by coordinate of the target, in the order of the list.
    fn sent(&self, coord: usize) -> Result<BTreeMap<usize, Runs>> {
        let (from, to) = (&self.from.dims()[self.dim], &self.to.dims()[self.dim]);
        let below = from.padding(coord)[0];
        let mut sent: BTreeMap<usize, Runs> = BTreeMap::new();
        for other in 0..to.procs {
            for (number, &index) in (0..).zip(self.part(other)) {
                if let Some(position) = from.to_local(coord, index) {
                    let runs = sent.entry(other).or_default();
                    runs.push(Run::point([below + position, number]))?;
                }
            }
        }
        Ok(sent)
    }

    /// Positions that a coordinate of the target receives, by coordinate of the source, in the same order.
    fn received(&self, coord: usize, places: Option<&Places>) -> Result<BTreeMap<usize, Runs>> {
        let (dim, from) = (self.dim, &self.from.dims()[self.dim]);
        let mut received: BTreeMap<usize, Runs> = BTreeMap::new();
        for (number, &index) in self.part(coord).iter().enumerate() {
            let place = match from.owner(index) {
                Owner::Coord(other) => Some((other, from.to_local(other, index).unwrap_or(0))),
                Owner::Ask(_) => places.and_then(|places| places.get(number)),
            };
            let Some((other, position)) = place else {
                let what =
                    "it is unstructured, so that the places of its elements must be asked first";
                return Err(Error::DimensionUnsupported { dim, what });
            };
            let at = [
                from.padding(other)[0] + position,
                crate::dims::signed(number),
            ];
            received.entry(other).or_default().push(Run::point(at))?;
        }
        Ok(received)
    }
}
