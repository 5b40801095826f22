//! Assignment to an array with longer dimensions: those of extent 1 stretch, as NumPy's do.

use crate::directory::Places;
use crate::grid::Coords;
use crate::moves::{Message, Moves, Product};
use crate::product;
use crate::redistribute::{redistribute, MoveOptions};
use crate::runs::{Run, Runs};
use crate::{Dimension, Dims, Distribution, Error, Result};

/// A source and a target of as many dimensions. Every rank gets what its section of the target is made of once, to the lowest
/// owned position of each dimension that stretches, and repeats it from there by itself.
pub struct Broadcast<'a> {
    from: &'a Distribution,
    to: &'a Distribution,
    /// The target with extent 1 where it stretches, over the ranks of coordinate 0 there: they stand for all the others.
    thin: Distribution,
    stretched: Dims<bool>,
}

impl<'a> Broadcast<'a> {
    /// Errors: another number of dimensions; an extent of the source that is neither that of the target nor 1.
    pub fn new(from: &'a Distribution, to: &'a Distribution) -> Result<Broadcast<'a>> {
        to.expect_per_dim(from.ndim())?;
        let (mut grid, mut dims) = (to.grid().clone(), Dims::<Dimension>::new());
        let mut stretched = Dims::new();
        for (dim, (source, target)) in from.dims().iter().zip(to.dims()).enumerate() {
            let stretches = source.extent != target.extent;
            if stretches && source.extent != 1 {
                let allowed = format!("1, or {} as the target has", target.extent);
                return Err(Error::Dimension {
                    dim,
                    what: "the extent of the source",
                    value: source.extent,
                    allowed,
                });
            }
            stretched.push(stretches);
            if stretches {
                let first = Coords {
                    count: 1,
                    ..Coords::all(target.procs)
                };
                grid = grid.take(dim, first);
                dims.push(Dimension::whole(1));
            } else {
                dims.push(target.clone());
            }
        }
        let thin = Distribution::new(&dims, grid, to.order())?;
        Ok(Broadcast {
            from,
            to,
            thin,
            stretched,
        })
    }

    /// The target with extent 1 where it stretches.
    pub fn thin(&self) -> &Distribution {
        &self.thin
    }

    /// Whether this dimension stretches.
    pub fn stretches(&self, dim: usize) -> bool {
        self.stretched[dim]
    }

    /// The rank of the thin target that has what a rank needs, `None` where it needs nothing.
    pub fn thin_rank(&self, rank: usize) -> Option<usize> {
        let section = self.to.section(rank);
        let coord = |(&coord, &stretches): (&usize, &bool)| if stretches { 0 } else { coord };
        let coords: Dims<usize> = section
            .coords
            .iter()
            .zip(&self.stretched)
            .map(coord)
            .collect();
        (!section.is_empty()).then(|| self.to.grid().rank(&coords))
    }

    /// What a rank sends and receives: positions of the target are those of a section of the thin one. `places` are answers as
    /// for [`redistribute`], from the source to the thin target, in which the rank counts as [`Broadcast::thin_rank`] says.
    ///
    /// Errors: as [`redistribute`].
    pub fn moves(&self, rank: usize, places: [&[Option<Places>]; 2]) -> Result<Moves> {
        let ranks = [Some(rank), self.thin_rank(rank)];
        let options = MoveOptions { axes: None, places };
        let thin = redistribute(self.from, &self.thin, ranks, &options)?;
        let mut moves = Moves {
            axes: thin.axes,
            recvs: thin.recvs,
            ..Moves::default()
        };
        let own = ranks[1].filter(|_| !thin.local.is_empty());
        let own = own.map(|peer| Message {
            peer,
            products: thin.local,
        });
        for message in thin.sends.into_iter().chain(own) {
            for peer in self.ranks_like(message.peer)? {
                let products = message.products.clone();
                if peer == rank {
                    moves.local = products;
                } else {
                    product::push(&mut moves.sends, Message { peer, products })?;
                }
            }
        }
        moves.sends.sort_unstable_by_key(|message| message.peer);
        Ok(moves)
    }

    /// The ranks that a rank of the thin target stands for.
    fn ranks_like(&self, thin: usize) -> Result<Vec<usize>> {
        let grid = self.to.grid();
        let coords = grid.coords(thin).unwrap_or_default();
        let along = |(dim, &coord): (usize, &usize)| match self.stretched[dim] {
            true => {
                let dimension = &self.to.dims()[dim];
                let owns = |&coord: &usize| dimension.count(coord) > 0;
                (0..dimension.procs).filter(owns).collect()
            }
            false => vec![coord],
        };
        let along: Vec<Vec<usize>> = coords.iter().enumerate().map(along).collect();
        let mut ranks = Vec::new();
        product::for_each_piece(&along, |chosen| {
            let coords: Dims<usize> = chosen.iter().map(|&&coord| coord).collect();
            product::push(&mut ranks, grid.rank(&coords))
        })?;
        Ok(ranks)
    }

    /// Copies within a rank's section of the target, one after the other, that repeat what arrived.
    pub fn repeats(&self, rank: usize) -> Result<Vec<Product>> {
        let section = self.to.section(rank);
        let mut products = Vec::new();
        if section.is_empty() {
            return Ok(products);
        }
        let longer = |&dim: &usize| self.stretches(dim) && section.dims[dim].count > 1;
        for now in (0..self.to.ndim()).filter(longer) {
            let mut dims = Dims::new();
            for (dim, span) in section.dims.iter().enumerate() {
                let at = span.below;
                let run = match dim {
                    _ if dim == now => Run {
                        length: span.count - 1,
                        step: [0, 1],
                        ..Run::point([at, at + 1])
                    },
                    // Those that come later still have their lowest position only.
                    _ if self.stretches(dim) && dim > now => Run::point([at, at]),
                    _ => Run::new([at, at], span.count),
                };
                let mut runs = Runs::default();
                runs.push(run)?;
                dims.push(runs.finish());
            }
            products.push(Product { dims });
        }
        Ok(products)
    }
}
