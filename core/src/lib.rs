//! Who owns which index of a distributed array, and who sends what to whom.
#![forbid(unsafe_code)]

pub mod dtype;
pub mod error;
