//! What is done with the bytes of one rank: strided copies, conversions and reductions. No MPI here.
//!
//! `memory` is an allocation, `block` the strided elements in it; `copy`, `convert` and `reduce` are the operations. All faces are safe: what the raw pointers
//! inside rest on is proven once, when a `Block` is made.

pub mod block;
pub mod copy;
pub mod memory;
mod nest;
mod overlap;
mod transpose;

pub use block::Block;
pub use memory::Memory;
