//! Distributed N-d arrays over the memory and the communicator that a simulation code already has.
//!
//! Layers, each using those below it:
//!
//! ```text
//! ffi        the C interface: checks, converts, one call, stores
//! io         files and pictures
//! ops        plans and reductions over arrays
//! array      a distribution and one rank's section of it in memory
//! mpi        communicators, agreement, messages        kernels    one buffer: copies, reductions
//! distarray-core: who owns which index, who sends what to whom
//! ```

pub mod array;
mod buffer;
pub mod error;
pub mod ffi;
pub mod io;
pub mod kernels;
pub mod mpi;
pub mod ops;
pub mod protocol;
