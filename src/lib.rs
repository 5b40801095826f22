//! Distributed N-d arrays over the memory and the communicator that a simulation code already has.
pub mod kernels;
pub mod error;
pub mod mpi;
pub mod ffi;
