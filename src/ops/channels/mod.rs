//! How the messages of a plan reach their peers: through memory that both map, or through MPI.
//!
//! A peer on the same node reads elements where they lie, if that is memory that the library shares (direct), or from a
//! buffer in shared memory into which the sender packs them (staged). Where neither can be had, MPI carries the packed
//! message. The two ends settle which it is once, when the plan is made (`connect`, `card`).

mod card;
mod connect;
mod parcel;
mod report;

use std::sync::Arc;

use distarray_core::redistribute::{Group, Reshape};
use distarray_core::{Dims, Message, Moves, Order, Product};

use crate::error::Result;
use crate::kernels::combine::Combine;
use crate::kernels::copies::{Copies, Place, Points};
use crate::kernels::Block;
use crate::mpi::shared::{self, Signal};
use crate::mpi::{Comm, Exchange, Patience};
pub use report::{Neighbour, Volume, Way};

/// One array's share in a plan, as one rank sees it.
pub struct Leg {
    pub source: Block,
    pub target: Block,
    pub sends: Vec<Shipment>,
    pub receives: Vec<Shipment>,
    /// What stays on this rank.
    pub local: Vec<Piece>,
    /// The dimension of the target that each dimension of the source becomes.
    pub axes: Dims<usize>,
    /// Order of the elements within a message, the same on both sides.
    pub order: Order,
    pub combine: Combine,
}

/// What goes to or comes from one peer, in an order that both sides know.
pub struct Shipment {
    pub peer: usize,
    pub pieces: Vec<Piece>,
}

#[derive(Clone)]
pub enum Piece {
    /// Every combination of positions.
    Product(Product),
    /// Every combination of positions in groups of dimensions.
    Grouped(Product, Arc<[Group]>),
    /// As `Product`, where other pieces may have positions of the target too.
    Shared(Product),
    /// Single elements.
    Points(Points),
}

impl Leg {
    /// The share that the core's moves give to two blocks.
    pub fn of(
        source: &Block,
        target: &Block,
        moves: &Moves,
        order: Order,
        combine: Combine,
    ) -> Leg {
        Leg::with(source, target, moves, (order, combine), Piece::Product)
    }

    /// The share that a reshape gives to two blocks.
    pub fn reshaped(
        source: &Block,
        target: &Block,
        reshape: &Reshape,
        order: Order,
        combine: Combine,
    ) -> Leg {
        let groups: Arc<[Group]> = reshape.groups[..].into();
        let piece = |product| Piece::Grouped(product, groups.clone());
        Leg::with(source, target, &reshape.moves, (order, combine), piece)
    }

    fn with(
        source: &Block,
        target: &Block,
        moves: &Moves,
        (order, combine): (Order, Combine),
        piece: impl Fn(Product) -> Piece,
    ) -> Leg {
        let pieces = |products: &[Product]| products.iter().cloned().map(&piece).collect();
        let shipments = |messages: &[Message]| {
            let shipment = |message: &Message| Shipment {
                peer: message.peer,
                pieces: pieces(&message.products),
            };
            messages.iter().map(shipment).collect()
        };
        Leg {
            source: source.clone(),
            target: target.clone(),
            sends: shipments(&moves.sends),
            receives: shipments(&moves.recvs),
            local: pieces(&moves.local),
            axes: moves.axes.clone(),
            order,
            combine,
        }
    }
}

impl Leg {
    /// The same with pieces that may write one position of the target several times: they are taken in the order of the ranks.
    pub fn in_turn(mut self) -> Leg {
        let received = self
            .receives
            .iter_mut()
            .flat_map(|shipment| &mut shipment.pieces);
        for piece in received.chain(&mut self.local) {
            if let Piece::Product(product) = piece {
                *piece = Piece::Shared(product.clone());
            }
        }
        self
    }

    /// Whether the result depends on what arrives first: where elements combine, or a position may be written twice.
    fn is_ordered(&self) -> bool {
        let mut pieces = self
            .receives
            .iter()
            .flat_map(|shipment| &shipment.pieces)
            .chain(&self.local);
        self.combine != Combine::Insert || pieces.any(Piece::may_repeat)
    }
}

impl Piece {
    /// Whether a position of the target may be written more than once, by this piece or another.
    fn may_repeat(&self) -> bool {
        matches!(self, Piece::Shared(_) | Piece::Points(_))
    }

    pub fn elements(&self) -> Result<i64> {
        match self {
            Piece::Product(product) | Piece::Grouped(product, _) | Piece::Shared(product) => {
                Ok(product.elements()?)
            }
            Piece::Points(points) => Ok(points.count as i64),
        }
    }

    /// Makes its copies ready, as `Copies::add`.
    pub fn copy(
        &self,
        from: Place,
        to: Place,
        combine: Combine,
        copies: &mut Copies,
    ) -> Result<usize> {
        match self {
            Piece::Product(product) | Piece::Shared(product) => {
                copies.add(from, to, product, combine)
            }
            Piece::Grouped(product, groups) => {
                copies.add_grouped(from, to, (product, groups), combine)
            }
            Piece::Points(points) => copies.add_points(from, to, points, combine),
        }
    }
}

/// The connected messages of one rank.
pub struct Channels {
    comm: Arc<Comm>,
    exchange: Exchange,
    sends: Vec<Send>,
    receives: Vec<Receive>,
    /// What stays on this rank, unless it has a place among the receives.
    local: Copies,
    /// Rounds begun so far.
    round: u64,
    /// Receives of this round that are still to be taken.
    missing: usize,
    /// Whether messages are taken in the order of their senders, whatever arrives first.
    ordered: bool,
}

struct Send {
    peer: usize,
    route: Route,
    pack: Copies,
    bytes: usize,
}

struct Receive {
    peer: usize,
    route: Route,
    unpack: Copies,
    bytes: usize,
    state: State,
}

enum Route {
    /// The number of a message of the exchange.
    Mpi(usize),
    Staged(Signal),
    Direct(Signal),
    /// From this rank itself, in its turn among those whose order matters.
    Own,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Waiting,
    /// By MPI, and not yet unpacked.
    Arrived,
    Taken,
}

impl Channels {
    /// Offers this rank's elements to its peers. Waits for a peer only where that has not yet read the packed elements of the
    /// round before.
    pub fn begin(&mut self) -> Result<()> {
        self.comm.ensure_alive()?;
        self.round += 1;
        self.exchange.start_receives()?;
        for receive in &mut self.receives {
            receive.state = State::Waiting;
        }
        self.missing = self.receives.len();
        // What costs nothing comes first: peers read while the rest is packed.
        for send in &self.sends {
            if let Route::Direct(signal) = &send.route {
                signal.set_ready(self.round);
            }
        }
        for send in &self.sends {
            match &send.route {
                Route::Direct(_) | Route::Own => {}
                Route::Staged(signal) => {
                    wait(&self.comm, || Ok(signal.is_done(self.round - 1)))?;
                    send.pack.run();
                    signal.set_ready(self.round);
                }
                Route::Mpi(message) => {
                    send.pack.run();
                    self.exchange.start_send(*message)?;
                }
            }
        }
        self.local.run();
        Ok(())
    }

    /// Returns when everything has arrived and nobody reads this rank's elements any more.
    pub fn end(&mut self) -> Result<()> {
        let comm = self.comm.clone();
        wait(&comm, || self.advance())
    }

    /// Takes what has arrived. Gives whether `end` would return at once.
    pub fn advance(&mut self) -> Result<bool> {
        while let Some(message) = self.exchange.poll_receive()? {
            let is_it =
                |receive: &&mut Receive| matches!(receive.route, Route::Mpi(i) if i == message);
            if let Some(receive) = self.receives.iter_mut().find(is_it) {
                receive.state = State::Arrived;
            }
        }
        if self.missing > 0 {
            let missing = |receive: &&mut Receive| receive.state != State::Taken;
            for receive in self.receives.iter_mut().filter(missing) {
                if receive.take(self.round) {
                    self.missing -= 1;
                } else if self.ordered {
                    break;
                }
            }
        }
        // Packed elements lie in the plan's own memory: `begin` waits for their readers.
        let is_free = |send: &Send| match &send.route {
            Route::Direct(signal) => signal.is_done(self.round),
            Route::Staged(_) | Route::Mpi(_) | Route::Own => true,
        };
        Ok(self.missing == 0 && self.exchange.poll_sends()? && self.sends.iter().all(is_free))
    }
}

impl Drop for Channels {
    fn drop(&mut self) {
        let round = self.round;
        let signal = |send: Send| match send.route {
            Route::Direct(signal) | Route::Staged(signal) => Some((signal, round)),
            Route::Mpi(_) | Route::Own => None,
        };
        shared::retire(self.sends.drain(..).filter_map(signal));
    }
}

impl Receive {
    /// Takes the elements if they are there.
    fn take(&mut self, round: u64) -> bool {
        match &self.route {
            Route::Mpi(_) if self.state != State::Arrived => return false,
            Route::Mpi(_) | Route::Own => self.unpack.run(),
            Route::Staged(signal) | Route::Direct(signal) => {
                if !signal.is_ready(round) {
                    return false;
                }
                self.unpack.run();
                signal.set_done(round);
            }
        }
        self.state = State::Taken;
        true
    }
}

/// Waits until `is_over`, yields the core and lets MPI work meanwhile.
fn wait(comm: &Comm, mut is_over: impl FnMut() -> Result<bool>) -> Result<()> {
    const POLLS_BETWEEN_PROGRESS: u32 = 64;
    comm.ensure_alive()?;
    let mut patience = Patience::new();
    let mut polls = 0u32;
    while !is_over()? {
        polls = polls.wrapping_add(1);
        if polls.is_multiple_of(POLLS_BETWEEN_PROGRESS) {
            comm.progress()?;
        }
        patience.wait();
    }
    Ok(())
}
