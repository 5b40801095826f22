//! Formulas on one rank's memory: a compiled program runs tile by tile, every intermediate result in the first-level cache.
//!
//! ```text
//! prepare    instructions to kernels and registers: once per formula
//! fuse       which instructions share a pass over a tile
//! chain      such a pass
//! input      what is read: elements of memory, global indices
//! place      where an element of a tile stands
//! tiles      the elements cut into tiles, in the memory order of what is written
//! strided    between tiles and memory that is not packed
//! visit      runs a stage over its elements
//! ```
//! Results do not depend on how elements are cut into tiles, but for reductions: there the cuts follow from the extents and the
//! memory order alone.

mod chain;
mod fuse;
mod input;
mod place;
mod prepare;
mod strided;
mod tiles;
mod visit;

pub use input::{Indices, Input};
pub use prepare::Prepared;
pub use visit::{Space, Uniforms};
