//! Who sends what to whom so that ghosts mirror the elements that others own.

mod reach;

use crate::moves::{enclose, Moves, Product};
use crate::product;
use crate::{Dimension, Dims, Distribution, Error, Result, Side};
use reach::{Piece, Reach};

/// Which ghosts an exchange fills. The same on every rank.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct HaloOptions {
    /// Only the ghosts beyond one face, not those beyond edges and corners.
    pub star: bool,
    /// Only the ghosts in these directions, `None`: in all. A direction has -1 (ghosts below), 0 or 1 (above) per dimension;
    /// one that is 0 in all has no ghosts.
    pub offsets: Option<Vec<Dims<i64>>>,
    /// Boundary padding travels like owned elements of the outermost ranks: along in the other dimensions, and into
    /// ghosts that reach across an outermost block.
    pub carry_boundary: bool,
    /// Width to fill below, per dimension, at most the padding; `None`: all of it.
    pub below: Option<Dims<i64>>,
    /// Width to fill above.
    pub above: Option<Dims<i64>>,
}

impl HaloOptions {
    /// Widths of the padding to fill on both sides of each dimension, [`i64::MAX`] for all of it: 0 where a list of
    /// directions leaves out those beside the owned elements on that side. Errors: as [`halo`].
    pub(crate) fn asked(&self, dist: &Distribution) -> Result<Dims<[i64; 2]>> {
        reaches(dist, self)?;
        let directions = directions(dist, self)?;
        let width = |dim: usize, side: Side| {
            let sign = if side == Side::Below { -1 } else { 1 };
            let is_face = |direction: &Dims<i64>| {
                let mut entries = direction.iter().enumerate();
                entries.all(|(other, &entry)| entry == if other == dim { sign } else { 0 })
            };
            if directions
                .as_ref()
                .is_some_and(|listed| !listed.iter().any(is_face))
            {
                return 0;
            }
            let asked = match side {
                Side::Below => &self.below,
                Side::Above => &self.above,
            };
            asked.as_ref().map_or(i64::MAX, |widths| widths[dim])
        };
        Ok((0..dist.ndim())
            .map(|dim| Side::BOTH.map(|side| width(dim, side)))
            .collect())
    }
}

/// A box of elements on its way, positions counted in the sections of the owner and of the receiver.
struct Parcel {
    peer: usize,
    /// Where it begins at the receiver.
    target: Dims<i64>,
    product: Product,
}

/// The halo exchange of one rank. Local; costs time and memory of the blocks that its own ghosts reach, and of the
/// ghosts that reach its own block.
///
/// A ghost copies the element with its global index, modulo the extent in a periodic dimension, whoever owns that.
/// Ghosts outside the domain of a dimension that is not periodic are left alone, but see
/// [`HaloOptions::carry_boundary`]. No element of a section is received twice.
///
/// Errors: widths that are negative or above both halo and boundary; offsets other than -1, 0 and 1; no memory for the plan.
pub fn halo(dist: &Distribution, rank: usize, options: &HaloOptions) -> Result<Moves> {
    let reaches = reaches(dist, options)?;
    let directions = directions(dist, options)?;
    let section = dist.section(rank);
    if section.is_empty() {
        return Ok(Moves::none(dist.ndim()));
    }
    let ends = || reaches.iter().zip(&section.coords);
    let incoming: Result<Vec<_>> = ends()
        .map(|(reach, &coord)| reach.incoming(coord))
        .collect();
    let outgoing: Result<Vec<_>> = ends()
        .map(|(reach, &coord)| reach.outgoing(coord))
        .collect();
    let mut moves = Moves::none(dist.ndim());
    for parcel in parcels(dist, &incoming?, directions.as_deref())? {
        if parcel.peer == rank {
            product::push(&mut moves.local, parcel.product)?;
        } else {
            enclose(&mut moves.recvs, parcel.peer, parcel.product)?;
        }
    }
    let outgoing = parcels(dist, &outgoing?, directions.as_deref())?;
    for parcel in outgoing.into_iter().filter(|parcel| parcel.peer != rank) {
        enclose(&mut moves.sends, parcel.peer, parcel.product)?;
    }
    Ok(moves)
}

/// How far the ghosts of each dimension reach that are to be filled.
fn reaches<'a>(dist: &'a Distribution, options: &HaloOptions) -> Result<Vec<Reach<'a>>> {
    let sides = [
        ("the width to fill below", &options.below),
        ("the width to fill above", &options.above),
    ];
    for (_, widths) in sides {
        widths
            .as_ref()
            .map_or(Ok(()), |widths| dist.expect_per_dim(widths.len()))?;
    }
    let reach = |(dim, dimension): (usize, &'a Dimension)| {
        let mut widths = dimension.halo;
        for (side, ((what, asked), width)) in sides.iter().zip(&mut widths).enumerate() {
            if let Some(asked) = asked {
                let padding = dimension.halo[side].max(dimension.boundary[side]);
                if !(0..=padding).contains(&asked[dim]) {
                    let allowed = format!("0 to {padding}, the padding");
                    return Err(Error::Dimension {
                        dim,
                        what,
                        value: asked[dim],
                        allowed,
                    });
                }
                *width = asked[dim].min(*width);
            }
        }
        Ok(Reach {
            dimension,
            widths,
            carry: options.carry_boundary,
        })
    };
    dist.dims().iter().enumerate().map(reach).collect()
}

/// The directions that have ghosts to fill, `None` if that is all of them.
fn directions(dist: &Distribution, options: &HaloOptions) -> Result<Option<Vec<Dims<i64>>>> {
    let faces = || {
        let centre: Dims<i64> = (0..dist.ndim()).map(|_| 0).collect();
        let face = |(dim, sign)| {
            let mut face = centre.clone();
            face[dim] = sign;
            face
        };
        let dims = 0..dist.ndim();
        dims.flat_map(|dim| [(dim, -1), (dim, 1)])
            .map(face)
            .collect()
    };
    let Some(offsets) = &options.offsets else {
        return Ok(options.star.then(faces));
    };
    let mut directions = Vec::new();
    for offset in offsets {
        dist.expect_per_dim(offset.len())?;
        if let Some(dim) = offset.iter().position(|sign| !(-1..=1).contains(sign)) {
            return Err(Error::Dimension {
                dim,
                what: "the offset",
                value: offset[dim],
                allowed: "-1, 0 or 1".into(),
            });
        }
        let sides = offset.iter().filter(|&&sign| sign != 0).count();
        if sides == 1 || (sides > 1 && !options.star) {
            product::push(&mut directions, offset.clone())?;
        }
    }
    directions.sort_unstable();
    directions.dedup();
    Ok(Some(directions))
}

/// Every box that pieces of all dimensions span with a ghost in one of them at least, in these directions, ordered
/// by peer and by where it lies in the receiver's section: both ends of a message find the same order.
fn parcels(
    dist: &Distribution,
    pieces: &[Vec<Piece>],
    directions: Option<&[Dims<i64>]>,
) -> Result<Vec<Parcel>> {
    let mut parcels = Vec::new();
    let mut add = |chosen: &[&Piece]| {
        let coords: Dims<usize> = chosen.iter().map(|piece| piece.coord).collect();
        let product = Product {
            dims: chosen.iter().map(|piece| piece.run.clone()).collect(),
        };
        let parcel = Parcel {
            peer: dist.grid().rank(&coords),
            target: chosen.iter().map(|piece| piece.run[0].at[1]).collect(),
            product,
        };
        product::push(&mut parcels, parcel)
    };
    match directions {
        None => product::for_each_piece(pieces, |chosen| {
            if chosen.iter().any(|piece| piece.side != 0) {
                add(chosen)?;
            }
            Ok(())
        })?,
        Some(directions) => {
            for direction in directions {
                let there = |(pieces, &side): (&'_ Vec<Piece>, &i64)| -> Vec<Piece> {
                    pieces
                        .iter()
                        .filter(|piece| piece.side == side)
                        .cloned()
                        .collect()
                };
                let pieces: Vec<_> = pieces.iter().zip(direction).map(there).collect();
                product::for_each_piece(&pieces, &mut add)?;
            }
        }
    }
    parcels.sort_unstable_by(|a, b| (a.peer, &a.target).cmp(&(b.peer, &b.target)));
    Ok(parcels)
}
