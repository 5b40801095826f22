//! Who owns which index of a distributed array, and who sends what to whom.
#![forbid(unsafe_code)]

pub mod dims;
pub mod dtype;
pub mod error;
pub mod protocol;
pub mod region;

pub use dims::{packed_strides, Dims, Order, MAX_DIMS};
pub use dtype::{Dtype, Kind};
pub use error::{Code, Error, Result};
pub use region::Region;
