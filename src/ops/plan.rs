//! A plan: who sends which elements to whom, bound to the arrays whose memory they lie in.
//!
//! Set-up is collective, checked and allocates; execution packs, sends, unpacks as messages arrive and
//! allocates nothing. Halo exchange and redistribution differ only in the regions they put into a plan.

use std::sync::Arc;

use distarray_core::{Code, Order};

use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::copy::{copy, pack, unpack};
use crate::mpi::comm::Comm;
use crate::mpi::exchange::Exchange;

/// What travels between this rank and one peer in one message: blocks in an order that both sides know.
pub struct Message {
    pub peer: usize,
    pub blocks: Vec<Block>,
}

impl Message {
    fn bytes(&self) -> usize {
        self.blocks.iter().map(Block::bytes).sum()
    }
}

/// One rank's share of a movement of data.
#[derive(Default)]
pub struct Moves {
    pub sends: Vec<Message>,
    pub receives: Vec<Message>,
    /// Pairs of source and target that both lie on this rank. No target is anybody's source.
    pub local: Vec<(Block, Block)>,
}

#[derive(PartialEq)]
enum State {
    Idle,
    Begun,
    /// A call failed in between: what the messages hold is unknown.
    Broken,
}

pub struct Plan {
    comm: Arc<Comm>,
    exchange: Exchange,
    moves: Moves,
    /// Order of the elements of a block within a message, the same on both sides.
    order: Order,
    state: State,
    /// The same on every rank for the same plan, another for another: compared in checked mode.
    identity: u64,
}

impl Plan {
    /// Local: buffers and persistent requests for `moves`. The caller agrees on the outcome.
    pub fn new(comm: &Arc<Comm>, moves: Moves, order: Order, identity: u64) -> Result<Plan> {
        let sizes = |messages: &[Message]| -> Vec<(usize, usize)> {
            messages.iter().map(|m| (m.peer, m.bytes())).collect()
        };
        let exchange = Exchange::new(comm.clone(), &sizes(&moves.sends), &sizes(&moves.receives))?;
        Ok(Plan {
            comm: comm.clone(),
            exchange,
            moves,
            order,
            state: State::Idle,
            identity,
        })
    }

    /// Sends what the peers need and does the copies within this rank. Nothing here waits for a peer.
    pub fn begin(&mut self) -> Result<()> {
        let ready = self.expect(State::Idle, "is already begun: end it first");
        self.comm
            .check_call("darr_plan_begin", &[("the plan", self.identity)], &ready)?;
        ready?;
        self.state = State::Broken;
        self.exchange.start_receives()?;
        for (i, message) in self.moves.sends.iter().enumerate() {
            let buffer = self.exchange.send_buffer(i);
            let mut filled = 0;
            for block in &message.blocks {
                filled += pack(block, self.order, &mut buffer[filled..]);
            }
            self.exchange.start_send(i)?;
        }
        for (source, target) in &self.moves.local {
            copy(source, target)?;
        }
        self.state = State::Begun;
        Ok(())
    }

    /// Returns when this rank's targets are filled and nobody reads its sources any more.
    pub fn end(&mut self) -> Result<()> {
        self.expect(State::Begun, "is not begun")?;
        self.state = State::Broken;
        while let Some(i) = self.exchange.wait_receive()? {
            let buffer = self.exchange.receive_buffer(i);
            let mut read = 0;
            for block in &self.moves.receives[i].blocks {
                read += unpack(&buffer[read..], self.order, block);
            }
        }
        self.exchange.finish_sends()?;
        self.state = State::Idle;
        Ok(())
    }

    pub fn run(&mut self) -> Result<()> {
        self.begin()?;
        self.end()
    }

    /// Messages and bytes that this rank sends at each run.
    pub fn cost(&self) -> (usize, usize) {
        let bytes = self.moves.sends.iter().map(Message::bytes).sum();
        (self.moves.sends.len(), bytes)
    }

    fn expect(&self, state: State, otherwise: &str) -> Result<()> {
        if self.state == state {
            return Ok(());
        }
        let text = match self.state {
            State::Broken => {
                "the plan failed half way in an earlier call: free it and make another".into()
            }
            _ => format!("the plan {otherwise}"),
        };
        Err(Error::new(Code::State, text))
    }
}
