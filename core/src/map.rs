//! How the indices of a dimension are shared.

use std::sync::Arc;

use crate::{Cuts, IndexList};

/// How the indices of a dimension are shared among the coordinates of its grid dimension.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Map {
    /// Not shared: one coordinate owns all.
    Whole,
    /// One contiguous block per coordinate.
    Block(Cuts),
    /// Blocks of this size dealt out in turn, the last one perhaps shorter, as if `phase` indices stood before the first:
    /// then the first block is shorter too, or another coordinate begins.
    Cyclic { block: i64, phase: i64 },
    /// Any indices, in any order.
    Unstructured(Arc<IndexList>),
}

/// Who owns an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// This grid coordinate.
    Coord(usize),
    /// Not known here: this grid coordinate keeps the directory entry of the index.
    Ask(usize),
}
