//! What travels between two ranks, and its copies at either end.

use std::collections::BTreeMap;
use std::sync::Arc;

use distarray_core::{Code, Dtype, Product, MAX_DIMS};

use super::{Leg, Piece, Shipment};
use crate::error::{Error, Result};
use crate::kernels::adjacent::{adjacent, Spot};
use crate::kernels::combine::Combine;
use crate::kernels::copies::{self, Copies};
use crate::kernels::{Block, Memory};
use crate::mpi::Letter;

/// What goes to, or comes from, one peer: the messages of all legs that have one, in the order of the legs.
pub(super) struct Parcel<'a> {
    pub peer: usize,
    pub parts: Vec<(&'a Leg, &'a Shipment)>,
    pub bytes: usize,
}

/// The messages of all legs by peer, ascending.
pub(super) fn parcels(legs: &[Leg], of: fn(&Leg) -> &[Shipment]) -> Result<Vec<Parcel<'_>>> {
    let too_long = || Error::new(Code::Memory, "a message of 2^63 bytes and more");
    let mut peers: BTreeMap<usize, Parcel> = BTreeMap::new();
    for leg in legs {
        for shipment in of(leg) {
            let peer = shipment.peer;
            let parcel = peers.entry(peer).or_insert(Parcel {
                peer,
                parts: vec![],
                bytes: 0,
            });
            for piece in &shipment.pieces {
                let elements = usize::try_from(piece.elements()?).ok();
                let bytes =
                    elements.and_then(|elements| elements.checked_mul(leg.source.dtype().size()));
                let sum = bytes.and_then(|bytes| parcel.bytes.checked_add(bytes));
                parcel.bytes = sum.ok_or_else(too_long)?;
            }
            parcel.parts.push((leg, shipment));
        }
    }
    Ok(peers.into_values().collect())
}

/// The messages of the parcels that do not go through shared memory.
pub(super) fn far(
    parcels: &[Parcel],
    near: impl Fn(usize) -> bool,
    spot: impl Fn(&Parcel) -> Option<Spot>,
) -> Vec<Letter> {
    let far = parcels.iter().enumerate().filter(|(i, _)| !near(*i));
    let letter = |(_, parcel): (usize, &Parcel)| Letter {
        peer: parcel.peer,
        bytes: parcel.bytes,
        spot: spot(parcel),
    };
    far.map(letter).collect()
}

/// Dimensions in their own order.
const AXES: [usize; MAX_DIMS] = {
    let mut axes = [0; MAX_DIMS];
    let mut axis = 0;
    while axis < MAX_DIMS {
        axes[axis] = axis;
        axis += 1;
    }
    axes
};

impl Leg {
    /// The source's elements, on this rank or in a block of the same kind on another.
    pub(in crate::ops) fn source<'a>(&self, block: &'a Block) -> copies::Place<'a> {
        let axes = &AXES[..self.axes.len()];
        copies::Place::In {
            block,
            side: 0,
            axes,
        }
    }

    pub(in crate::ops) fn target(&self) -> copies::Place<'_> {
        let (block, axes) = (&self.target, &self.axes);
        copies::Place::In {
            block,
            side: 1,
            axes,
        }
    }

    fn packed<'a>(&self, memory: &'a Arc<Memory>, offset: usize) -> copies::Place<'a> {
        let (dtype, order) = (self.source.dtype(), self.order);
        copies::Place::Packed {
            memory,
            offset,
            dtype,
            order,
        }
    }
}

impl Parcel<'_> {
    pub fn dtypes(&self) -> Vec<Dtype> {
        self.parts
            .iter()
            .map(|(leg, _)| leg.source.dtype())
            .collect()
    }

    /// Where the elements of the message lie in this rank's source as they lie in the message; `None` if they do not.
    pub fn lies_in_source(&self) -> Option<Spot> {
        let (leg, product) = self.only_product()?;
        adjacent(leg.source(&leg.source), product, leg.order)
    }

    /// As `lies_in_source`, where they belong; only if they replace what is there unchanged.
    pub fn lies_in_target(&self) -> Option<Spot> {
        let (leg, product) = self.only_product()?;
        let same = leg.source.dtype() == leg.target.dtype();
        if leg.combine != Combine::Insert || !same {
            return None;
        }
        adjacent(leg.target(), product, leg.order)
    }

    fn only_product(&self) -> Option<(&Leg, &Product)> {
        let [(leg, shipment)] = self.parts[..] else {
            return None;
        };
        match &shipment.pieces[..] {
            [Piece::Product(product)] => Some((leg, product)),
            _ => None,
        }
    }

    /// From this rank's blocks into a buffer.
    pub fn pack(&self, memory: &Arc<Memory>, offset: usize, copies: &mut Copies) -> Result<()> {
        let mut at = offset;
        for (leg, shipment) in &self.parts {
            for piece in &shipment.pieces {
                let to = leg.packed(memory, at);
                at += piece.copy(leg.source(&leg.source), to, Combine::Insert, copies)?;
            }
        }
        Ok(())
    }

    /// From a buffer into this rank's blocks.
    pub fn unpack(&self, memory: &Arc<Memory>, offset: usize, copies: &mut Copies) -> Result<()> {
        let mut at = offset;
        for (leg, shipment) in &self.parts {
            for piece in &shipment.pieces {
                at += piece.copy(leg.packed(memory, at), leg.target(), leg.combine, copies)?;
            }
        }
        Ok(())
    }

    /// From the peer's blocks into this rank's.
    pub fn fetch(&self, blocks: &[Block], copies: &mut Copies) -> Result<()> {
        for ((leg, shipment), block) in self.parts.iter().zip(blocks) {
            for piece in &shipment.pieces {
                piece.copy(leg.source(block), leg.target(), leg.combine, copies)?;
            }
        }
        Ok(())
    }
}
