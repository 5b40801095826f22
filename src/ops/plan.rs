//! A plan: who sends which elements to whom, bound to the arrays whose memory they lie in.
//!
//! Set-up is collective, checked and allocates; execution repeats what was made ready and allocates nothing. Halo exchange,
//! redistribution and all other movements differ only in what the legs of a plan say.

use std::sync::Arc;

use distarray_core::Code;

use super::channels::{Channels, Leg, Neighbour, Volume};
use super::edges::Edges;
use crate::array::claim::{Claim, Claims};
use crate::error::{Error, Result};
use crate::mpi::{Comm, Direction};

#[derive(PartialEq)]
enum State {
    Idle,
    Begun,
    /// A call failed in between: what the messages hold is unknown.
    Broken,
}

pub struct Plan {
    comm: Arc<Comm>,
    channels: Channels,
    /// What is filled when all has arrived.
    edges: Edges,
    state: State,
    /// The same on every rank for the same plan, another for another: compared in checked mode.
    identity: u64,
    /// Held while the plan is begun.
    claims: Claims,
    /// Whether a run begins with an agreement: some ranks have no array whose claims could tell them what others find.
    agrees: bool,
}

impl Plan {
    /// Collective: connects the messages of legs that match those of the other ranks.
    pub fn new(comm: &Arc<Comm>, legs: &[Leg], identity: u64) -> Result<Plan> {
        let channels = comm.agree(Channels::connect(comm, legs))?;
        Ok(Plan {
            comm: comm.clone(),
            channels,
            edges: Edges::default(),
            state: State::Idle,
            identity,
            claims: Claims::default(),
            agrees: false,
        })
    }

    /// The same plan, which also fills edges at the end of each run. All ranks have edges with callbacks or none has.
    pub fn with_edges(self, edges: Edges) -> Plan {
        Plan { edges, ..self }
    }

    /// What a run reads and writes: another plan that does so in a way that excludes this one cannot be begun meanwhile.
    pub fn claiming(mut self, claims: Vec<Claim>) -> Plan {
        self.claims = Claims::new(claims);
        self
    }

    /// As `claiming`, where ranks may have no arrays: all hear of it when one is refused.
    pub fn claiming_together(self, claims: Vec<Claim>) -> Plan {
        Plan {
            agrees: true,
            ..self.claiming(claims)
        }
    }

    /// Offers the peers what they need and does the copies within this rank. Nothing here waits for a peer's call of `end`
    /// in this run.
    pub fn begin(&mut self) -> Result<()> {
        let ready = self.expect(State::Idle, "is already begun: end it first");
        let ready = ready.and_then(|()| self.claims.take());
        let claimed = ready.is_ok();
        let ready = match self.agrees {
            true => self.comm.agree(ready),
            false => ready,
        };
        let agreed = self
            .comm
            .check_call("darr_plan_begin", &[("the plan", self.identity)], &ready)
            .and(ready);
        if claimed && agreed.is_err() {
            self.claims.give_back();
        }
        agreed?;
        self.state = State::Broken;
        self.channels.begin()?;
        self.state = State::Begun;
        Ok(())
    }

    /// Returns when this rank's targets are filled and nobody reads its sources any more. What a function of the program at an
    /// edge reports is everybody's error; the plan can run again.
    pub fn end(&mut self) -> Result<()> {
        self.comm.ensure_alive()?;
        self.expect(State::Begun, "is not begun")?;
        self.state = State::Broken;
        let arrived = self.channels.end();
        if arrived.is_ok() {
            self.state = State::Idle;
        }
        let filled = arrived.and_then(|()| self.edges.fill());
        if self.state == State::Idle {
            self.claims.give_back();
        }
        if self.edges.calls_back() {
            return self.comm.agree(filled);
        }
        filled
    }

    /// Takes what has arrived and gives whether `end` would return at once; true for a plan that is not begun.
    pub fn test(&mut self) -> Result<bool> {
        self.comm.ensure_alive()?;
        if self.state == State::Idle {
            return Ok(true);
        }
        self.expect(State::Begun, "is not begun")?;
        self.state = State::Broken;
        let finished = self.channels.advance()?;
        self.state = State::Begun;
        Ok(finished)
    }

    pub fn run(&mut self) -> Result<()> {
        self.begin()?;
        self.end()
    }

    /// What this rank does at each run.
    pub fn volume(&self) -> Volume {
        let mut volume = self.channels.volume();
        volume.memory += self.edges.memory();
        volume
    }

    /// The messages of one direction, ascending by rank.
    pub fn neighbours(&self, direction: Direction) -> Vec<Neighbour> {
        self.channels.neighbours(direction)
    }

    /// As `volume` and `neighbours`, in words.
    pub fn describe(&self) -> String {
        self.channels.describe(&self.volume())
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
