//! Who sends what to whom so that ghosts mirror the elements that others own.

mod reach;

use crate::product;
use crate::{Dimension, Dims, Distribution, Error, Region, Result};
use reach::{Piece, Reach};

/// Which ghosts an exchange fills. The same on every rank.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct HaloOptions {
    /// Only the ghosts beyond one face, not those beyond edges and corners.
    pub star: bool,
    /// Boundary padding travels like owned elements of the outermost ranks: along in the other dimensions, and into
    /// ghosts that reach across an outermost block.
    pub carry_boundary: bool,
    /// Width to fill below, per dimension, at most the halo width; `None`: all of it.
    pub below: Option<Dims<i64>>,
    /// Width to fill above.
    pub above: Option<Dims<i64>>,
}

/// What one rank sends and receives in an exchange with one message per pair of ranks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HaloPlan {
    /// Ascending by peer.
    pub sends: Vec<Message>,
    /// Ascending by peer.
    pub recvs: Vec<Message>,
    /// Source and target of the copies that a rank makes for itself across a periodic seam.
    pub local: Vec<(Region, Region)>,
}

/// Regions of the section, in local indices, whose elements one message carries one region after the other.
/// Sender and receiver have equally many regions of equal extents in the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub peer: usize,
    pub regions: Vec<Region>,
}

/// A box of elements on its way, in local indices of the owner and of the receiver.
struct Parcel {
    peer: usize,
    source: Region,
    target: Region,
}

/// The halo exchange of one rank. Local; costs time and memory of the blocks that its own ghosts reach, and of the
/// ghosts that reach its own block.
///
/// A ghost copies the element with its global index, modulo the extent in a periodic dimension, whoever owns that.
/// Ghosts outside the domain of a dimension that is not periodic are left alone, but see
/// [`HaloOptions::carry_boundary`]. No element of a section is received twice.
///
/// Errors: widths that are negative or above the halo widths; no memory for the plan.
pub fn halo(dist: &Distribution, rank: usize, options: &HaloOptions) -> Result<HaloPlan> {
    let reaches = reaches(dist, options)?;
    let section = dist.section(rank);
    if section.is_empty() {
        return Ok(HaloPlan::default());
    }
    let ends = || reaches.iter().zip(&section.coords);
    let incoming: Result<Vec<_>> = ends()
        .map(|(reach, &coord)| reach.incoming(coord))
        .collect();
    let outgoing: Result<Vec<_>> = ends()
        .map(|(reach, &coord)| reach.outgoing(coord))
        .collect();
    let mut plan = HaloPlan::default();
    for parcel in parcels(dist, &incoming?, options.star)? {
        if parcel.peer == rank {
            product::push(&mut plan.local, (parcel.source, parcel.target))?;
        } else {
            enclose(&mut plan.recvs, parcel.peer, parcel.target)?;
        }
    }
    let outgoing = parcels(dist, &outgoing?, options.star)?;
    for parcel in outgoing.into_iter().filter(|parcel| parcel.peer != rank) {
        enclose(&mut plan.sends, parcel.peer, parcel.source)?;
    }
    Ok(plan)
}

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
        for ((what, asked), width) in sides.iter().zip(&mut widths) {
            if let Some(asked) = asked {
                if !(0..=*width).contains(&asked[dim]) {
                    let allowed = format!("0 to {width}, the halo width");
                    return Err(Error::Dimension {
                        dim,
                        what,
                        value: asked[dim],
                        allowed,
                    });
                }
                *width = asked[dim];
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

/// Every box that pieces of all dimensions span with a ghost in one of them at least, ordered by peer and by where
/// it lies in the receiver's section: both ends of a message find the same order.
fn parcels(dist: &Distribution, pieces: &[Vec<Piece>], star: bool) -> Result<Vec<Parcel>> {
    let mut parcels = Vec::new();
    let mut add = |chosen: &[&Piece]| {
        let coords: Dims<usize> = chosen.iter().map(|piece| piece.coord).collect();
        let region = |range: fn(&Piece) -> &std::ops::Range<i64>| Region {
            lo: chosen.iter().map(|piece| range(piece).start).collect(),
            hi: chosen.iter().map(|piece| range(piece).end).collect(),
        };
        let (source, target) = (region(|piece| &piece.source), region(|piece| &piece.target));
        product::push(
            &mut parcels,
            Parcel {
                peer: dist.grid().rank(&coords),
                source,
                target,
            },
        )
    };
    if star {
        let core: Dims<&Piece> = pieces.iter().map(|pieces| &pieces[0]).collect();
        for (dim, ghosts) in pieces.iter().enumerate() {
            for ghost in &ghosts[1..] {
                let mut chosen = core.clone();
                chosen[dim] = ghost;
                add(&chosen)?;
            }
        }
    } else {
        product::for_each(pieces, |chosen| {
            if chosen.iter().any(|piece| piece.ghost) {
                add(chosen)?;
            }
            Ok(())
        })?;
    }
    parcels.sort_unstable_by(|a, b| (a.peer, &a.target.lo).cmp(&(b.peer, &b.target.lo)));
    Ok(parcels)
}

/// Puts a region into the last message if that goes to the same peer, else into a new one.
fn enclose(messages: &mut Vec<Message>, peer: usize, region: Region) -> Result<()> {
    match messages.last_mut() {
        Some(message) if message.peer == peer => product::push(&mut message.regions, region),
        _ => product::push(
            messages,
            Message {
                peer,
                regions: vec![region],
            },
        ),
    }
}
