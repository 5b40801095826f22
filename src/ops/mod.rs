//! Where memory, plans and MPI meet: moving and reducing distributed arrays.

pub mod apply;
pub mod assign;
pub mod between;
pub mod channels;
pub mod cumulate;
mod directory;
pub mod edges;
pub mod fetch;
pub mod formula;
pub mod halo;
pub mod histogram;
pub mod indices;
pub mod mask;
pub mod pick;
pub mod plan;
pub mod random;
pub mod redistribute;
pub mod reduce;
pub mod reduce_dims;
mod relabel;
pub mod sort;
pub mod take;

pub use between::plan_between;
pub use halo::plan_halo;
pub use indices::plan_indices;
pub use plan::Plan;
pub use redistribute::plan_redistribute;
pub use relabel::relabel;
