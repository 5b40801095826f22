//! Who sends what to whom so that an array changes its distribution.

use std::ops::Range;

use crate::product;
use crate::{Dimension, Dims, Distribution, Error, Region, Result, Section};

/// What one rank sends and receives: at most one region per pair of ranks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MovePlan {
    /// Receiver and region in local indices of the source, ascending by receiver.
    pub sends: Vec<(usize, Region)>,
    /// Sender and region in local indices of the target, ascending by sender.
    pub recvs: Vec<(usize, Region)>,
    /// Source and target of what stays on the rank.
    pub local: Option<(Region, Region)>,
}

/// One dimension of a region that moves.
struct Piece {
    /// Coordinate of the other end.
    coord: usize,
    /// Global indices; positions among the owned ones where the dimension is not contiguous.
    range: Range<i64>,
}

/// The move of one rank's owned elements from one distribution to another over the same ranks. Local; costs time
/// and memory of the blocks that its own blocks meet.
///
/// Both have block or whole dimensions; a cyclic or unstructured dimension must be alike in both.
///
/// Errors: different shapes; a dimension that cannot be moved; no memory for the plan.
pub fn redistribute(from: &Distribution, to: &Distribution, rank: usize) -> Result<MovePlan> {
    check(from, to)?;
    let (source, target) = (from.section(rank), to.section(rank));
    let mut plan = MovePlan::default();
    for (peer, global) in meetings(from, &source, to)? {
        if peer == rank {
            plan.local = Some((local(&source, &global), local(&target, &global)));
        } else {
            product::push(&mut plan.sends, (peer, local(&source, &global)))?;
        }
    }
    for (peer, global) in meetings(to, &target, from)?
        .into_iter()
        .filter(|(peer, _)| *peer != rank)
    {
        product::push(&mut plan.recvs, (peer, local(&target, &global)))?;
    }
    Ok(plan)
}

fn check(from: &Distribution, to: &Distribution) -> Result<()> {
    if from.ndim() != to.ndim() {
        return Err(Error::Count {
            what: "dimensions of the target",
            got: to.ndim(),
            want: from.ndim(),
        });
    }
    for (dim, (source, target)) in from.dims().iter().zip(to.dims()).enumerate() {
        if source.extent != target.extent {
            let allowed = format!("{}, as the source has", source.extent);
            return Err(Error::Dimension {
                dim,
                what: "the extent of the target",
                value: target.extent,
                allowed,
            });
        }
        if !moves_by_block(source, target) && !source.is_compatible(target) {
            let what = "elements move between block and whole dimensions only; a cyclic or unstructured one \
                        must be the same in source and target";
            return Err(Error::DimensionUnsupported { dim, what });
        }
    }
    Ok(())
}

fn moves_by_block(a: &Dimension, b: &Dimension) -> bool {
    a.is_contiguous() && b.is_contiguous()
}

/// Ranks of `there` that own elements of a section of `here`, ascending, with what they own of it.
fn meetings(
    here: &Distribution,
    section: &Section,
    there: &Distribution,
) -> Result<Vec<(usize, Region)>> {
    let mut meetings = Vec::new();
    if section.is_empty() {
        return Ok(meetings);
    }
    let pieces = |dim: usize| pieces(&here.dims()[dim], section.coords[dim], &there.dims()[dim]);
    let pieces = (0..here.ndim()).map(pieces).collect::<Result<Vec<_>>>()?;
    product::for_each(&pieces, |chosen| {
        let coords: Dims<usize> = chosen.iter().map(|piece| piece.coord).collect();
        let region = Region {
            lo: chosen.iter().map(|piece| piece.range.start).collect(),
            hi: chosen.iter().map(|piece| piece.range.end).collect(),
        };
        product::push(&mut meetings, (there.grid().rank(&coords), region))
    })?;
    meetings.sort_unstable_by_key(|&(peer, _)| peer);
    Ok(meetings)
}

/// The blocks of `there` that the block of `coord` meets.
fn pieces(here: &Dimension, coord: usize, there: &Dimension) -> Result<Vec<Piece>> {
    if !moves_by_block(here, there) {
        return Ok(vec![Piece {
            coord,
            range: 0..here.count(coord),
        }]);
    }
    let block = here.range(coord);
    let mut pieces = Vec::new();
    let mut start = block.start;
    while start < block.end {
        let coord = there.block_owner(start);
        let end = there.range(coord).end.min(block.end);
        product::push(
            &mut pieces,
            Piece {
                coord,
                range: start..end,
            },
        )?;
        start = end;
    }
    Ok(pieces)
}

/// Local indices of global ones that the section owns.
fn local(section: &Section, global: &Region) -> Region {
    let shift = |ends: &Dims<i64>| {
        ends.iter()
            .zip(&section.dims)
            .map(|(&end, span)| end - span.start + span.below)
            .collect()
    };
    Region {
        lo: shift(&global.lo),
        hi: shift(&global.hi),
    }
}
