//! Where memory, plans and MPI meet: moving and reducing distributed arrays.

pub mod halo;
pub mod plan;
pub mod redistribute;
pub mod reduce;

pub use plan::Plan;
