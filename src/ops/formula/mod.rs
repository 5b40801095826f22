//! Formulas over arrays: one pass over memory for each stage, one message for all reductions of a stage.
//!
//! ```text
//! operand     what a formula is given: arrays, scalars, values that every rank has
//! cache       compiled formulas
//! bound       a formula over a rank's memory: what is read where, and whether that is allowed
//! evaluate    into an array
//! values      of reductions, on every rank
//! ```

mod bound;
mod cache;
mod evaluate;
mod operand;
mod values;

pub use cache::Asked;
pub use evaluate::{evaluate, Options};
pub use operand::{Given, Operand};
pub use values::{values, Wanted};
