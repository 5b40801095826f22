//! The two sides of something along one dimension.

use crate::{Error, Result};

/// Below: towards lower indices. Above: towards higher ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    Below = 0,
    Above = 1,
}

impl Side {
    pub const BOTH: [Side; 2] = [Side::Below, Side::Above];

    /// The side with this number in the C interface.
    pub fn from_code(code: i32) -> Result<Side> {
        Side::BOTH
            .into_iter()
            .find(|&side| side as i32 == code)
            .ok_or(Error::Choice {
                what: "side",
                got: code.into(),
                allowed: "0 (below) or 1 (above)",
            })
    }

    pub fn opposite(self) -> Side {
        match self {
            Side::Below => Side::Above,
            Side::Above => Side::Below,
        }
    }
}
