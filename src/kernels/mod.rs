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
pub mod formula;
mod groups;
pub mod histogram;
mod lane;
mod maths;
pub mod memory;
mod nest;
mod number;
pub mod offsets;
mod op;
mod overlap;
mod partial;
mod place;
mod points;
pub mod random;
pub mod reduce;
pub mod threads;
mod tile;
mod transfer;
mod transpose;
mod ufunc;
pub mod value;
pub mod visit;
mod winner;

pub use block::Block;
pub use memory::Memory;
pub use value::Value;

#[cfg(test)]
mod tests;
