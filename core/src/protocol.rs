//! The Distributed Array Protocol as values: what a rank says of each dimension, the rules that this must keep, and
//! the way between it and a [`Distribution`](crate::distribution::Distribution).
//!
//! The rules and their numbers are those of `include/distarray_protocol.h`. Rules that one rank can see are in
//! [`check_local`] and [`check_memory`], those between ranks in [`check_all`].

mod dim_data;
mod export;
mod global;
mod import;
mod line;
mod local;
mod memory;
mod violation;

pub use dim_data::{DimData, DistType};
pub use export::export;
pub use global::check_all;
pub use import::{import, BoundaryRule};
pub use local::{check_dim, check_indices_count, check_local};
pub use memory::check_memory;
pub use violation::Violation;
