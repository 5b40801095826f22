//! How the two ends of each message agree on its way.

use std::collections::BTreeMap;
use std::sync::Arc;

use distarray_core::{Code, Dtype, Product, MAX_DIMS};

use super::card::{Card, Elements, Found, FoundElements, Place};
use super::{Channels, Leg, Piece, Receive, Route, Send, Shipment, State};
use crate::error::{Error, Result};
use crate::kernels::adjacent::{adjacent, Spot};
use crate::kernels::combine::Combine;
use crate::kernels::copies::{self, Copies};
use crate::kernels::{Block, Memory};
use crate::mpi::shared::{self, Signal};
use crate::mpi::{Comm, Direction, Exchange, Letter};

/// What goes to, or comes from, one peer: the messages of all legs that have one, in the order of the legs.
struct Parcel<'a> {
    peer: usize,
    parts: Vec<(&'a Leg, &'a Shipment)>,
    bytes: usize,
}

impl Channels {
    /// Collective: every rank comes here, with legs that match those of the others. A failure of the last step, local to one
    /// rank, is the caller's to agree on.
    pub fn connect(comm: &Arc<Comm>, legs: &[Leg]) -> Result<Channels> {
        let node = comm.node()?;
        let parcels = (
            parcels(legs, |leg| &leg.sends),
            parcels(legs, |leg| &leg.receives),
        );
        let ready = parcels.0.and_then(|outgoing| Ok((outgoing, parcels.1?)));
        let (outgoing, incoming) = comm.agree(ready)?;
        let board = Board::new(&outgoing, &node);
        let found = swap_cards(comm, &node, &board, &outgoing, &incoming)?;

        let sent = far(
            &outgoing,
            |i| found.accepted[i],
            |parcel| parcel.lies_in_source(),
        );
        let received = far(
            &incoming,
            |i| found.offers[i].is_some(),
            |parcel| parcel.lies_in_target(),
        );
        let exchange = Exchange::of_letters(comm.clone(), sent, received)?;
        let mut messages = 0..;
        let mut sends = Vec::with_capacity(outgoing.len());
        for (i, parcel) in outgoing.iter().enumerate() {
            let mut pack = Copies::new();
            let route = if !found.accepted[i] {
                let message = messages.next().unwrap_or_default();
                if exchange.is_packed(Direction::Send, message) {
                    parcel.pack(exchange.send_memory(message), 0, &mut pack)?;
                }
                Route::Mpi(message)
            } else {
                board.route(i, parcel, &mut pack)?
            };
            sends.push(Send {
                peer: parcel.peer,
                route,
                pack,
                bytes: parcel.bytes,
            });
        }
        let mut messages = 0..;
        let mut receives = Vec::with_capacity(incoming.len());
        for (parcel, found) in incoming.iter().zip(found.offers) {
            let mut unpack = Copies::new();
            let route = match found {
                None => {
                    let message = messages.next().unwrap_or_default();
                    if exchange.is_packed(Direction::Receive, message) {
                        parcel.unpack(exchange.receive_memory(message), 0, &mut unpack)?;
                    }
                    Route::Mpi(message)
                }
                Some(Found { signal, elements }) => match elements {
                    FoundElements::Staged(memory, offset) => {
                        parcel.unpack(&memory, offset, &mut unpack)?;
                        Route::Staged(signal)
                    }
                    FoundElements::Direct(blocks) => {
                        parcel.fetch(&blocks, &mut unpack)?;
                        Route::Direct(signal)
                    }
                },
            };
            receives.push(Receive {
                peer: parcel.peer,
                route,
                unpack,
                bytes: parcel.bytes,
                state: State::Taken,
            });
        }
        let mut local = Copies::new();
        for leg in legs {
            for piece in &leg.local {
                piece.copy(
                    leg.source(&leg.source),
                    leg.target(),
                    leg.combine,
                    &mut local,
                )?;
            }
        }
        let ordered = legs.iter().any(Leg::is_ordered);
        if ordered {
            let turn = incoming.partition_point(|parcel| parcel.peer < comm.rank());
            let own = Receive {
                peer: comm.rank(),
                route: Route::Own,
                bytes: local.bytes(),
                unpack: std::mem::take(&mut local),
                state: State::Taken,
            };
            receives.insert(turn, own);
        }
        Ok(Channels {
            comm: comm.clone(),
            exchange,
            sends,
            receives,
            local,
            round: 0,
            missing: 0,
            ordered,
        })
    }
}

/// The messages of all legs by peer, ascending.
fn parcels(legs: &[Leg], of: fn(&Leg) -> &[Shipment]) -> Result<Vec<Parcel<'_>>> {
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
fn far(
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
    fn dtypes(&self) -> Vec<Dtype> {
        self.parts
            .iter()
            .map(|(leg, _)| leg.source.dtype())
            .collect()
    }

    /// Where the elements of the message lie in this rank's source as they lie in the message; `None` if they do not.
    fn lies_in_source(&self) -> Option<Spot> {
        let (leg, product) = self.only_product()?;
        adjacent(leg.source(&leg.source), product, leg.order)
    }

    /// As `lies_in_source`, where they belong; only if they replace what is there unchanged.
    fn lies_in_target(&self) -> Option<Spot> {
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
    fn pack(&self, memory: &Arc<Memory>, offset: usize, copies: &mut Copies) -> Result<()> {
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
    fn unpack(&self, memory: &Arc<Memory>, offset: usize, copies: &mut Copies) -> Result<()> {
        let mut at = offset;
        for (leg, shipment) in &self.parts {
            for piece in &shipment.pieces {
                at += piece.copy(leg.packed(memory, at), leg.target(), leg.combine, copies)?;
            }
        }
        Ok(())
    }

    /// From the peer's blocks into this rank's.
    fn fetch(&self, blocks: &[Block], copies: &mut Copies) -> Result<()> {
        for ((leg, shipment), block) in self.parts.iter().zip(blocks) {
            for piece in &shipment.pieces {
                piece.copy(leg.source(block), leg.target(), leg.combine, copies)?;
            }
        }
        Ok(())
    }
}

/// A rank's signals and staged elements, in shared memory, with the cards that lead there.
struct Board {
    memory: Option<Arc<Memory>>,
    /// Of each outgoing parcel; `None` where the peer is on another node or there is no shared memory.
    cards: Vec<Option<Card>>,
}

impl Board {
    /// Without shared memory there is no card, and MPI carries everything.
    fn new(outgoing: &[Parcel], node: &[usize]) -> Board {
        const ALIGNMENT: usize = 128;
        let near = |parcel: &&Parcel| node.binary_search(&parcel.peer).is_ok();
        let places = |parcel: &Parcel| -> Option<Vec<Place>> {
            parcel
                .parts
                .iter()
                .map(|(leg, _)| Place::of(&leg.source))
                .collect()
        };
        let mut bytes = Some(0usize);
        let mut reserve = |more: usize| {
            let at = bytes;
            bytes = bytes.and_then(|at| at.checked_add(more)?.checked_next_multiple_of(ALIGNMENT));
            at.unwrap_or_default() as u64
        };
        let plans: Vec<_> = outgoing
            .iter()
            .map(|parcel| {
                near(&parcel).then(|| {
                    let signal = reserve(Signal::BYTES);
                    let elements = match places(parcel) {
                        Some(places) => Elements::Direct(places),
                        None => Elements::Staged(reserve(parcel.bytes)),
                    };
                    (signal, elements)
                })
            })
            .collect();
        let memory = match bytes {
            Some(bytes) if bytes > 0 => shared::allocate(bytes).ok(),
            _ => None,
        };
        let board = memory
            .as_ref()
            .and_then(|memory| shared::address_of(memory));
        let card = |plan: Option<_>| {
            let ((signal, elements), board) = (plan?, board?);
            Some(Card {
                board,
                signal,
                elements,
            })
        };
        Board {
            memory,
            cards: plans.into_iter().map(card).collect(),
        }
    }

    /// The route of a parcel whose card was accepted.
    fn route(&self, i: usize, parcel: &Parcel, pack: &mut Copies) -> Result<Route> {
        let (Some(memory), Some(card)) = (&self.memory, &self.cards[i]) else {
            return Err(Error::new(
                Code::Internal,
                "a peer accepted what was not offered",
            ));
        };
        let signal = Signal::new(memory, card.signal as usize)?;
        Ok(match &card.elements {
            Elements::Direct(_) => Route::Direct(signal),
            Elements::Staged(at) => {
                parcel.pack(memory, *at as usize, pack)?;
                Route::Staged(signal)
            }
        })
    }
}

/// What came of the cards.
struct Swapped {
    /// Of each outgoing parcel, whether its peer reads it from shared memory.
    accepted: Vec<bool>,
    /// Of each incoming parcel, what its card led to; `None`: MPI brings it.
    offers: Vec<Option<Found>>,
}

/// Sends a card to each peer on the node and hears whether it can use it. Collective: two agreements.
fn swap_cards(
    comm: &Arc<Comm>,
    node: &[usize],
    board: &Board,
    outgoing: &[Parcel],
    incoming: &[Parcel],
) -> Result<Swapped> {
    let near = |parcels: &[Parcel]| -> Vec<usize> {
        let is_near = |i: &usize| node.binary_search(&parcels[*i].peer).is_ok();
        (0..parcels.len()).filter(is_near).collect()
    };
    let (to, from) = (near(outgoing), near(incoming));
    let sizes = |parcels: &[Parcel], which: &[usize], answer: bool| -> Vec<(usize, usize)> {
        let size = |parcel: &Parcel| {
            if answer {
                1
            } else {
                Card::bytes(parcel.parts.len())
            }
        };
        which
            .iter()
            .map(|&i| (parcels[i].peer, size(&parcels[i])))
            .collect()
    };
    let cards = Exchange::new(
        comm.clone(),
        &sizes(outgoing, &to, false),
        &sizes(incoming, &from, false),
    );
    let answers = Exchange::new(
        comm.clone(),
        &sizes(incoming, &from, true),
        &sizes(outgoing, &to, true),
    );
    let both = cards.and_then(|cards| Ok((cards, answers?)));
    let (mut cards, mut answers) = comm.agree(both)?;

    let mut offers: Vec<Option<Found>> = incoming.iter().map(|_| None).collect();
    cards.run_once(
        |k, buffer| {
            let parcel = &outgoing[to[k]];
            buffer.copy_from_slice(&Card::write(
                board.cards[to[k]].as_ref(),
                parcel.parts.len(),
            ));
        },
        |k, buffer| {
            let dtypes = incoming[from[k]].dtypes();
            offers[from[k]] = Card::read(buffer).and_then(|card| card.find(&dtypes).ok());
        },
    )?;
    let mut accepted = vec![false; outgoing.len()];
    answers.run_once(
        |k, buffer| buffer[0] = offers[from[k]].is_some().into(),
        |k, buffer| accepted[to[k]] = buffer[0] != 0,
    )?;
    Ok(Swapped { accepted, offers })
}
