//! Who owns which index of a distributed array, and who sends what to whom.
#![forbid(unsafe_code)]

mod boxes;
pub mod choice;
pub mod cuts;
pub mod dims;
pub mod distribution;
pub mod dtype;
pub mod error;
pub mod grid;
pub mod halo;
pub mod index_list;
pub mod map;
mod product;
pub mod protocol;
pub mod redistribute;
pub mod region;
pub mod section;
pub mod slice;
pub mod stagger;

pub use choice::choose;
pub use cuts::Cuts;
pub use dims::{packed_strides, Dims, Order, MAX_DIMS};
pub use distribution::Distribution;
pub use dtype::{Dtype, Kind};
pub use error::{Code, Error, Result};
pub use grid::{Grid, GridOrder};
pub use index_list::IndexList;
pub use map::{Dimension, Map, Owner};
pub use region::Region;
pub use section::{Section, Span};
pub use slice::Slice;
pub use stagger::Stagger;
