//! What one rank holds of a distributed array.

use crate::{region, Dims, Region, Result};

/// One dimension of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// First owned global index of a block or whole dimension, else 0.
    pub start: i64,
    /// Number of owned elements.
    pub count: i64,
    /// Width of the padding below the owned elements.
    pub below: i64,
    /// Width of the padding above.
    pub above: i64,
}

/// The part of an array that a rank holds: the elements that it owns and the padding around them.
///
/// ```text
///  local index  0        below                below + count        below + count + above
///               | padding | owned elements     | padding            |
/// global index            start                start + count
/// ```
/// Local index 0 stands at global index `start - below`, which may be negative.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Section {
    /// Whether the rank stands on the process grid.
    pub inside: bool,
    /// Its coordinates there; empty if it is outside.
    pub coords: Dims<usize>,
    /// One span per dimension, also outside. A rank that owns nothing in one dimension has no padding in any.
    pub dims: Dims<Span>,
}

impl Section {
    /// Whether the rank owns nothing.
    pub fn is_empty(&self) -> bool {
        !self.inside || self.dims.iter().any(|span| span.count == 0)
    }

    /// Extents of the rank's memory, padding included; all 0 if it owns nothing.
    pub fn extents(&self) -> Dims<i64> {
        let empty = self.is_empty();
        let extent = |span: &Span| {
            if empty {
                0
            } else {
                span.below + span.count + span.above
            }
        };
        self.dims.iter().map(extent).collect()
    }

    /// Number of elements of the rank's memory, padding included. Errors: it exceeds 63 bits.
    pub fn elements(&self) -> Result<i64> {
        if self.is_empty() {
            return Ok(0);
        }
        region::elements(&self.extents())
    }

    /// Local indices of the owned elements.
    pub fn owned(&self) -> Region {
        let empty = self.is_empty();
        Region {
            lo: self.dims.iter().map(|span| span.below).collect(),
            hi: self
                .dims
                .iter()
                .map(|span| {
                    if empty {
                        span.below
                    } else {
                        span.below + span.count
                    }
                })
                .collect(),
        }
    }

    /// Global indices of the owned elements, where all dimensions are block or whole.
    pub fn global(&self) -> Region {
        Region {
            lo: self.dims.iter().map(|span| span.start).collect(),
            hi: self
                .dims
                .iter()
                .map(|span| span.start + span.count)
                .collect(),
        }
    }
}
