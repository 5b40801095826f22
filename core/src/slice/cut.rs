//! One dimension of a slice.

use super::Progression;
use crate::dims::signed;
use crate::grid::Coords;
use crate::redistribute::greatest_common_divisor;
use crate::{Cuts, Dimension, Error, Map, Result};

/// A dimension of a slice.
pub(super) struct Cut {
    pub dimension: Dimension,
    /// Coordinates of the whole that own something of it, or may.
    pub coords: Coords,
    /// Distance of neighbours of the slice in a section of the whole.
    pub step: i64,
}

/// The part of a dimension that a progression names.
pub(super) fn cut(dim: usize, dimension: &Dimension, part: &Progression) -> Result<Cut> {
    if part.step > 0 {
        return ascending(dim, dimension, part);
    }
    if matches!(dimension.map, Map::Unstructured(_)) {
        return Err(listed(dim));
    }
    let forth = ascending(dim, dimension, &part.reversed())?;
    Ok(Cut {
        dimension: reversed(&forth.dimension)?,
        coords: forth.coords.reversed(),
        step: -forth.step,
    })
}

fn ascending(dim: usize, dimension: &Dimension, part: &Progression) -> Result<Cut> {
    let with = |slice: Dimension| Cut {
        dimension: slice,
        coords: Coords::all(dimension.procs),
        step: part.step,
    };
    if part.is_all(dimension.extent) {
        return Ok(with(dimension.clone()));
    }
    match &dimension.map {
        Map::Whole => Ok(with(pad(Dimension::whole(part.count), dimension, part))),
        Map::Block(cuts) => {
            let mut parts = list(dimension.procs + 1)?;
            let at = |coord| cuts.at(dimension.extent, dimension.procs, coord);
            parts.extend((0..=dimension.procs).map(|coord| part.below(at(coord))));
            let block = Dimension::block(part.count, dimension.procs, Cuts::Explicit(parts.into()));
            Ok(with(pad(block, dimension, part)))
        }
        Map::Cyclic { .. } if dimension.procs == 1 => Ok(with(Dimension::whole(part.count))),
        Map::Cyclic { block, phase } => {
            let place = phase + part.start;
            match dealt(dimension, *block, place, part) {
                Some(cut) => Ok(cut),
                None => {
                    let what = "the step of a slice of a cyclic dimension divides the block size, or is a multiple \
                                of it that takes the owners in the order of the grid or against it";
                    Err(Error::DimensionUnsupported { dim, what })
                }
            }
        }
        Map::Unstructured(_) => Err(listed(dim)),
    }
}

fn listed(dim: usize) -> Error {
    Error::DimensionUnsupported {
        dim,
        what: "it is unstructured, so that only all of it can be taken",
    }
}

/// A slice of blocks that are dealt out in turn. Element i of the slice stands at place `place + step * i`; place 0
/// begins a block of coordinate 0.
fn dealt(dimension: &Dimension, block: i64, place: i64, part: &Progression) -> Option<Cut> {
    let (step, procs) = (part.step, signed(dimension.procs));
    let cyclic = |block: i64, phase: i64, coords: Coords, step: i64| {
        let phase = match block.checked_mul(signed(coords.count)) {
            Some(round) => phase % round,
            None => phase,
        };
        let dimension = Dimension::cyclic(part.count, coords.count, block).with_phase(phase);
        Some(Cut {
            dimension,
            coords,
            step,
        })
    };
    let all = Coords::all(dimension.procs);
    // Every block keeps each step-th of its places, as if those before the first element were there too.
    if block % step == 0 {
        return cyclic(block / step, place / step, all, step);
    }
    let owner = place / block % procs;
    if step % block == 0 {
        // One element of each `ahead`-th block. Only each `common`-th coordinate has a turn, in this order:
        // owner, owner + ahead, owner + 2 ahead, ...
        let ahead = step / block;
        let common = greatest_common_divisor(ahead, procs);
        let (turns, next) = (procs / common, ahead / common % (procs / common));
        let coords = Coords {
            first: usize::try_from(owner % common).ok()?,
            step: common,
            count: usize::try_from(turns).ok()?,
        };
        let local = block * (ahead / common);
        if turns == 1 || next == 1 {
            return cyclic(1, owner / common, coords, local);
        }
        if next == turns - 1 {
            return cyclic(1, turns - 1 - owner / common, coords.reversed(), local);
        }
    }
    // All elements in one block: one block of the slice, whoever owns it.
    let last = place + step * (part.count - 1).max(0);
    if place / block == last / block {
        let block = part.count.max(1);
        return cyclic(block, owner.checked_mul(block)?, all, step);
    }
    None
}

/// The same dimension counted from the other end.
fn reversed(dimension: &Dimension) -> Result<Dimension> {
    let extent = dimension.extent;
    let map = match &dimension.map {
        Map::Block(Cuts::Balanced) if extent % signed(dimension.procs) == 0 => {
            Map::Block(Cuts::Balanced)
        }
        Map::Block(cuts) => {
            let mut turned = list(dimension.procs + 1)?;
            let at = |coord| cuts.at(extent, dimension.procs, coord);
            turned.extend((0..=dimension.procs).rev().map(|coord| extent - at(coord)));
            Map::Block(Cuts::Explicit(turned.into()))
        }
        Map::Cyclic { block, phase } => {
            // The last place is followed by as many places as its round has left.
            let phase = match block.checked_mul(signed(dimension.procs)) {
                Some(round) => (round - (phase + extent) % round) % round,
                None => {
                    return Err(Error::Overflow {
                        what: "block size times processes of a descending slice",
                    })
                }
            };
            Map::Cyclic {
                block: *block,
                phase,
            }
        }
        Map::Whole | Map::Unstructured(_) => dimension.map.clone(),
    };
    let swap = |[below, above]: [i64; 2]| [above, below];
    Ok(Dimension {
        map,
        halo: swap(dimension.halo),
        boundary: swap(dimension.boundary),
        ..dimension.clone()
    })
}

fn list(len: usize) -> Result<Vec<i64>> {
    let mut list = Vec::new();
    list.try_reserve_exact(len).map_err(|_| Error::Memory {
        what: "the cuts of a slice",
    })?;
    Ok(list)
}

/// The slice with what survives of the padding.
fn pad(slice: Dimension, dimension: &Dimension, part: &Progression) -> Dimension {
    if part.step != 1 || part.count == 0 {
        return slice;
    }
    // Ghosts next to the first block reach no further than that block does, and no other ghosts reach less far.
    let first = slice.count(slice.block_owner(0));
    let last = slice.count(slice.block_owner(part.count - 1));
    let ends = [part.start == 0, part.start + part.count == dimension.extent];
    let boundary = [0, 1].map(|side| {
        if ends[side] {
            dimension.boundary[side]
        } else {
            0
        }
    });
    Dimension {
        halo: [dimension.halo[0].min(first), dimension.halo[1].min(last)],
        boundary,
        at_faces: dimension.at_faces,
        ..slice
    }
}
