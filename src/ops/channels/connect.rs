//! How the two ends of each message agree on its way.

use std::sync::Arc;

use distarray_core::Code;

use super::card::{Card, Elements, Found, FoundElements, Place};
use super::parcel::{far, parcels, Parcel};
use super::{Channels, Leg, Receive, Route, Send, State};
use crate::error::{Error, Result};
use crate::kernels::copies::Copies;
use crate::kernels::Memory;
use crate::mpi::shared::{self, Signal};
use crate::mpi::{Comm, Direction, Exchange};

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
