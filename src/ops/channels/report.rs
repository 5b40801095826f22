//! What a plan does on one rank, for whoever asks: as numbers and as text.

use std::fmt::Write;

use super::{Channels, Route};
use crate::mpi::Direction;

/// What a plan does on one rank at each run.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Messages to and from others.
    pub sends: usize,
    pub receives: usize,
    /// Bytes that go to others.
    pub bytes: usize,
    /// Those that peers read where they lie.
    pub direct: usize,
    /// Those that go through a buffer in shared memory.
    pub staged: usize,
    /// Bytes of the largest message that is sent.
    pub largest: usize,
    /// Bytes that stay on the rank.
    pub local: usize,
    /// Bytes that the description of the copies takes.
    pub memory: usize,
}

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The receiver reads where the elements lie: one copy.
    Direct,
    /// Through a buffer in memory that the node shares: two copies.
    Staged,
    /// Carried by MPI, from and to the arrays themselves where the elements lie there as in the message, else packed and unpacked:
    /// up to two copies and those of MPI.
    Mpi,
}

/// A message to or from another rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    pub rank: usize,
    pub bytes: usize,
    pub way: Way,
}

impl Route {
    /// `None`: the rank itself.
    fn way(&self) -> Option<Way> {
        match self {
            Route::Direct(_) => Some(Way::Direct),
            Route::Staged(_) => Some(Way::Staged),
            Route::Mpi(_) => Some(Way::Mpi),
            Route::Own => None,
        }
    }
}

impl Channels {
    /// What this rank does at each run.
    pub fn volume(&self) -> Volume {
        let mut volume = Volume {
            sends: self.sends.len(),
            receives: self.receives.len(),
            ..Volume::default()
        };
        for send in &self.sends {
            volume.bytes += send.bytes;
            volume.largest = volume.largest.max(send.bytes);
            match send.route {
                Route::Direct(_) => volume.direct += send.bytes,
                Route::Staged(_) => volume.staged += send.bytes,
                Route::Mpi(_) | Route::Own => {}
            }
            volume.memory += send.pack.memory();
        }
        for receive in &self.receives {
            volume.memory += receive.unpack.memory();
            if let Route::Own = receive.route {
                volume.receives -= 1;
                volume.local += receive.unpack.bytes();
            }
        }
        volume.local += self.local.bytes();
        volume.memory += self.local.memory();
        volume
    }

    /// The messages of one direction, ascending by rank.
    pub fn neighbours(&self, direction: Direction) -> Vec<Neighbour> {
        let known = |(rank, bytes, route): (usize, usize, &Route)| {
            let way = route.way()?;
            Some(Neighbour { rank, bytes, way })
        };
        match direction {
            Direction::Send => {
                let sends = self.sends.iter();
                let sends = sends.map(|send| (send.peer, send.bytes, &send.route));
                sends.filter_map(known).collect()
            }
            Direction::Receive => {
                let receives = self.receives.iter();
                let receives = receives.map(|it| (it.peer, it.bytes, &it.route));
                receives.filter_map(known).collect()
            }
        }
    }

    /// What this rank does at each run, a line for each neighbour; `volume` is that of the whole plan.
    pub fn describe(&self, volume: &Volume) -> String {
        let (rank, size) = (self.comm.rank(), self.comm.size());
        let (local, memory) = (volume.local, volume.memory);
        let mut text = format!(
            "plan on rank {rank} of {size}: {} messages out, {} in; {local} bytes stay; {memory} bytes of its own\n",
            volume.sends, volume.receives
        );
        for (direction, name) in [(Direction::Send, "to"), (Direction::Receive, "from")] {
            for Neighbour { rank, bytes, way } in self.neighbours(direction) {
                let way = match way {
                    Way::Direct => "read where it lies, 1 copy",
                    Way::Staged => "through memory of the node, 2 copies",
                    Way::Mpi => "by MPI",
                };
                // A string takes every line.
                let _ = writeln!(text, "  {name} rank {rank}: {bytes} bytes, {way}");
            }
        }
        text
    }
}
