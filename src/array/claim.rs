//! Which parts of an array plans that are begun read and write: what one writes no other may touch meanwhile.
//!
//! Claims hold for an array, not for its memory, so that every rank finds the same of the same calls, also one that owns nothing.
//! Other views of the memory are not seen.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::Arc;

use distarray_core::Code;

use super::Array;
use crate::error::{Error, Result};

/// The begun plans that use an array: their number where they read, `WRITTEN` where one writes.
#[derive(Default)]
pub struct Uses {
    owned: AtomicI32,
    ghosts: AtomicI32,
}

const WRITTEN: i32 = -1;

/// A part of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Owned,
    /// Padding.
    Ghosts,
}

/// What a plan does with a part of an array from its beginning to its end.
pub struct Claim {
    uses: Arc<Uses>,
    part: Part,
    writes: bool,
}

impl Array {
    /// The claim of a plan that reads, or else writes, a part of the array.
    pub fn claim(&self, part: Part, writes: bool) -> Claim {
        Claim {
            uses: self.uses.clone(),
            part,
            writes,
        }
    }
}

impl Claim {
    fn count(&self) -> &AtomicI32 {
        match self.part {
            Part::Owned => &self.uses.owned,
            Part::Ghosts => &self.uses.ghosts,
        }
    }

    /// Whether the part could be had: it is held until `give_back` then.
    fn take(&self) -> bool {
        let next = |now: i32| match (now, self.writes) {
            (0, true) => Some(WRITTEN),
            (WRITTEN, false) | (_, true) => None,
            (readers, false) => readers.checked_add(1),
        };
        let order = (Ordering::Acquire, Ordering::Relaxed);
        self.count().fetch_update(order.0, order.1, next).is_ok()
    }

    fn give_back(&self) {
        if self.writes {
            self.count().store(0, Ordering::Release);
        } else {
            self.count().fetch_sub(1, Ordering::Release);
        }
    }
}

/// The claims of one plan, all held or none.
#[derive(Default)]
pub struct Claims {
    list: Vec<Claim>,
    held: bool,
}

impl Claims {
    /// Claims of one part count as one: a plan does not stand in its own way.
    pub fn new(list: Vec<Claim>) -> Claims {
        let mut merged: Vec<Claim> = Vec::with_capacity(list.len());
        for claim in list {
            let same = |other: &&mut Claim| {
                other.part == claim.part && Arc::ptr_eq(&other.uses, &claim.uses)
            };
            match merged.iter_mut().find(same) {
                Some(other) => other.writes |= claim.writes,
                None => merged.push(claim),
            }
        }
        Claims {
            list: merged,
            held: false,
        }
    }

    /// Claims that are held from here on, of a call that moves elements once.
    pub fn hold(list: Vec<Claim>) -> Result<Claims> {
        let mut claims = Claims::new(list);
        claims.take().map(|()| claims)
    }

    /// Takes all. Errors: another plan is in the way, and none is taken.
    pub fn take(&mut self) -> Result<()> {
        let Some(refused) = self.list.iter().position(|claim| !claim.take()) else {
            self.held = true;
            return Ok(());
        };
        for claim in &self.list[..refused] {
            claim.give_back();
        }
        Err(Error::new(
            Code::State,
            "an array takes part in another plan that is begun, and one of the two writes it: end that one first",
        ))
    }

    pub fn give_back(&mut self) {
        if std::mem::take(&mut self.held) {
            self.list.iter().for_each(Claim::give_back);
        }
    }
}

impl Drop for Claims {
    fn drop(&mut self) {
        self.give_back();
    }
}
