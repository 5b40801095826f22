//! Who sends what to whom so that an array changes its distribution.

mod asked;
mod chunks;
mod groups;
mod listed;
mod pieces;
mod reshape;
mod rows;
mod sequence;

pub use asked::{Asked, Found};
pub(crate) use pieces::greatest_common_divisor;
pub use reshape::{reshape, reshape_questions, Group, Reshape};

use crate::directory::{owned, Places, Questions};
use crate::moves::{enclose, Moves, Product};
use crate::product;
use crate::{Dimension, Dims, Distribution, Error, Map, Result};
use pieces::Piece;

/// How elements move. By default dimension d of the source becomes dimension d of the target.
#[derive(Debug, Clone, Copy, Default)]
pub struct MoveOptions<'a> {
    /// The dimension of the target that each dimension of the source becomes.
    pub axes: Option<&'a [usize]>,
    /// The answers to [`questions`]. An empty list stands for one without answers. A dimension that is unstructured at both
    /// ends needs none if every rank knows the same of both.
    pub places: [&'a [Option<Places>]; 2],
}

/// Source and target, checked, and which dimension becomes which.
struct Pair<'a> {
    dists: [&'a Distribution; 2],
    /// The dimension of the target that each dimension of the source becomes, and the other way round.
    axes: [Dims<usize>; 2],
}

/// The move of one process's owned elements from one distribution to another, whatever their maps, grids and padding.
/// Local; costs time and memory of the process's own blocks, within one common period of maps that are dealt out in
/// turn, and of the ranks that they meet.
///
/// `ranks` has the rank of the calling process among those of the source and among those of the target, `None` where it
/// is not one of them. Peers of sends are ranks of the target, peers of receives are ranks of the source; what the
/// process keeps is local.
///
/// Errors: different shapes; axes that are no permutation; an unstructured dimension whose places are missing, or with an
/// index that the other end does not have; more than 2^24 pieces; no memory for the plan.
pub fn redistribute(
    from: &Distribution,
    to: &Distribution,
    ranks: [Option<usize>; 2],
    options: &MoveOptions,
) -> Result<Moves> {
    let pair = Pair::new(from, to, options.axes)?;
    let mut moves = Moves {
        axes: pair.axes[0].clone(),
        ..Moves::default()
    };
    for (peer, product) in pair.products(0, ranks[0], options.places[0])? {
        if Some(peer) == ranks[1] {
            product::push(&mut moves.local, product)?;
        } else {
            enclose(&mut moves.sends, peer, product)?;
        }
    }
    for (peer, product) in pair.products(1, ranks[1], options.places[1])? {
        if Some(peer) != ranks[0] {
            enclose(&mut moves.recvs, peer, product)?;
        }
    }
    Ok(moves)
}

/// What the calling process must ask before [`redistribute`] can use unstructured dimensions: for each dimension of
/// the source about elements of the source that it owns, to the directory of the target; then for each dimension
/// of the target the other way round. `None` where nothing needs to be asked.
///
/// Errors: as [`redistribute`].
pub fn questions(
    from: &Distribution,
    to: &Distribution,
    ranks: [Option<usize>; 2],
    axes: Option<&[usize]>,
) -> Result<[Dims<Option<Questions>>; 2]> {
    let pair = Pair::new(from, to, axes)?;
    Ok([pair.questions(0, ranks[0])?, pair.questions(1, ranks[1])?])
}

impl<'a> Pair<'a> {
    fn new(from: &'a Distribution, to: &'a Distribution, axes: Option<&[usize]>) -> Result<Self> {
        let ndim = from.ndim();
        let count = |what, got| match got == ndim {
            true => Ok(()),
            false => Err(Error::Count {
                what,
                got,
                want: ndim,
            }),
        };
        count("dimensions of the target", to.ndim())?;
        let forth: Dims<usize> = match axes {
            None => (0..ndim).collect(),
            Some(axes) => {
                count("the permutation of the dimensions", axes.len())?;
                axes.iter().copied().collect()
            }
        };
        let mut back: Dims<usize> = forth.iter().map(|_| ndim).collect();
        for (dim, &axis) in forth.iter().enumerate() {
            if axis >= ndim || back[axis] < ndim {
                return Err(Error::Dimension {
                    dim,
                    what: "the dimension of the target",
                    value: crate::dims::signed(axis),
                    allowed: format!("one of 0 to {ndim} - 1, each given once"),
                });
            }
            back[axis] = dim;
            let (source, target) = (&from.dims()[dim], &to.dims()[axis]);
            if source.extent != target.extent {
                let allowed = format!("{}, as the source has", source.extent);
                return Err(Error::Dimension {
                    dim,
                    what: "the extent of the target",
                    value: target.extent,
                    allowed,
                });
            }
        }
        Ok(Pair {
            dists: [from, to],
            axes: [forth, back],
        })
    }

    /// What the rank has in common with each rank of the other end, ascending by that.
    fn products(
        &self,
        own: usize,
        rank: Option<usize>,
        places: &[Option<Places>],
    ) -> Result<Vec<(usize, Product)>> {
        let mut products = Vec::new();
        let (here, there) = (self.dists[own], self.dists[1 - own]);
        let Some(section) = rank
            .map(|rank| here.section(rank))
            .filter(|it| !it.is_empty())
        else {
            return Ok(products);
        };
        if !places.is_empty() {
            here.expect_per_dim(places.len())?;
        }
        let pieces = |dim: usize| {
            let at = self.own_dim(own, dim);
            let places = places.get(at).and_then(Option::as_ref);
            pieces(at, self.ends(dim), own, section.coords[at], places)
        };
        let pieces = (0..here.ndim()).map(pieces).collect::<Result<Vec<_>>>()?;
        let mut coords: Dims<usize> = (0..here.ndim()).collect();
        product::for_each_piece(&pieces, |chosen| {
            for (dim, piece) in chosen.iter().enumerate() {
                coords[self.own_dim(1 - own, dim)] = piece.coord;
            }
            let product = Product {
                dims: chosen.iter().map(|piece| piece.runs.clone()).collect(),
            };
            product::push(&mut products, (there.grid().rank(&coords), product))
        })?;
        products.sort_unstable_by_key(|&(peer, _)| peer);
        Ok(products)
    }

    fn questions(&self, own: usize, rank: Option<usize>) -> Result<Dims<Option<Questions>>> {
        let here = self.dists[own];
        let section = rank
            .map(|rank| here.section(rank))
            .filter(|it| !it.is_empty());
        let question = |at: usize| {
            let there = &self.dists[1 - own].dims()[self.axes[own][at]];
            match (&section, &there.map) {
                (Some(section), Map::Unstructured(_)) => {
                    let indices = owned(at, &here.dims()[at], section.coords[at])?;
                    Questions::new(at, there, indices).map(Some)
                }
                _ => Ok(None),
            }
        };
        (0..here.ndim()).map(question).collect()
    }

    /// A dimension of the source as source and target have it.
    fn ends(&self, dim: usize) -> [&'a Dimension; 2] {
        [0, 1].map(|end: usize| &self.dists[end].dims()[self.own_dim(end, dim)])
    }

    /// The number that a dimension of the source has at an end.
    fn own_dim(&self, end: usize, dim: usize) -> usize {
        if end == 0 {
            dim
        } else {
            self.axes[0][dim]
        }
    }
}

/// What `coord` of end `own` has in common with each coordinate of the other end; `dim` is the own end's number.
fn pieces(
    dim: usize,
    ends: [&Dimension; 2],
    own: usize,
    coord: usize,
    places: Option<&Places>,
) -> Result<Vec<Piece>> {
    if ends
        .iter()
        .any(|end| matches!(end.map, Map::Unstructured(_)))
    {
        listed::pieces(dim, ends, own, coord, places)
    } else {
        pieces::pieces(ends, own, coord)
    }
}
