//! Who owns which index of a distributed array, and who sends what to whom.
//!
//! Everything that follows from shape, maps, number of ranks and rank is decided here, without MPI, HDF5 or memory of
//! arrays, so that one process can simulate all ranks. What a rank asks costs time and memory of its own blocks and
//! neighbours, never of all ranks.
//!
//! ```text
//! halo, redistribute            plans: what ranks send to each other
//! relabel                       which rank takes which place, so that little moves
//! edges                         what lies beyond the domain's edges, and what it is filled from
//! broadcast, take               plans of assignment and of lists of indices
//! numbering                     places of a rank's elements in a global array
//! request                       who has a part of an array that a rank asks for
//! sort                          the order of elements, and who takes which part of it
//! moves, runs                   the form of all plans
//! slice, stagger, boxes         distributions made from others or from boxes
//! formula, ufunc                formulas over arrays, from text to a program; functions and their types
//! description                   distributions as numbers, for ranks that have no handle
//! protocol                      distributions to and from the Distributed Array Protocol
//! distribution, section         all dimensions together; what one rank holds
//! dimension, map, cuts, deal,
//! index_list                    one dimension: who owns which index
//! locate                        the same, asked for many indices
//! directory                     who owns which index of an unstructured dimension
//! grid, choice                  ranks and their coordinates; automatic grids
//! dims, side, region, error...  values that all layers share
//! ```
#![forbid(unsafe_code)]

mod boxes;
pub mod broadcast;
pub mod choice;
pub mod cuts;
mod deal;
pub mod description;
pub mod dimension;
pub mod dims;
pub mod directory;
pub mod distribution;
pub mod dtype;
pub mod edges;
pub mod error;
pub mod formula;
pub mod grid;
pub mod halo;
pub mod index_list;
pub mod locate;
pub mod map;
pub mod moves;
pub mod numbering;
pub mod product;
pub mod protocol;
pub mod redistribute;
pub mod region;
pub mod relabel;
pub mod request;
pub mod runs;
pub mod section;
mod side;
pub mod slice;
pub mod sort;
pub mod stagger;
pub mod take;
pub mod ufunc;

pub use broadcast::Broadcast;
pub use choice::choose;
pub use cuts::Cuts;
pub use dimension::Dimension;
pub use dims::{packed_strides, Dims, Order, MAX_DIMS};
pub use directory::{Directory, Places, Questions};
pub use distribution::Distribution;
pub use dtype::{Dtype, Kind};
pub use error::{Code, Error, Result};
pub use grid::{Grid, GridOrder};
pub use index_list::IndexList;
pub use locate::Locator;
pub use map::{Map, Owner};
pub use moves::{Costs, Message, Moves, Product};
pub use numbering::{Numbering, Window};
pub use region::Region;
pub use request::Request;
pub use runs::Run;
pub use section::{Section, Span};
pub use side::Side;
pub use slice::Slice;
pub use stagger::Stagger;
pub use take::Take;
