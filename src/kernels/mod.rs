//! What is done with the bytes of one rank: strided copies, conversions and reductions. No MPI
//! here.
//!
//! `memory` is an allocation, `block` the strided elements in it; `copy`, `convert` and `reduce`
//! are the operations, `copies` many of them and `edge` the layers beyond an edge made ready at
//! once. All faces are safe: what the raw pointers inside rest on is proven once, when a `Block` is
//! made.

pub mod adjacent;
pub mod along;
pub mod block;
pub mod combine;
pub mod convert;
pub mod copies;
pub mod copy;
pub mod cumulate;
pub mod edge;
mod element;
pub mod exact;
mod fold;
mod groups;
pub mod histogram;
pub mod memory;
mod nest;
mod number;
pub mod offsets;
mod op;
mod overlap;
mod partial;
mod place;
mod points;
pub mod reduce;
mod tile;
mod transfer;
mod transpose;
pub mod value;
mod winner;

pub use block::Block;
pub use memory::Memory;
pub use value::Value;

#[cfg(test)]
mod tests;
