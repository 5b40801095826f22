//! The MPI that the host program runs: every call is made here, and every return code is looked at here.
//!
//! `library` asks whether MPI may be called at all, `comm` keeps one private duplicate per communicator of
//! the user, `attribute` ties its life to the user's communicator and to `MPI_Finalize`, `agree` makes
//! failures common to all ranks, `collective`, `reduction`, `exchange` and `sparse` move bytes; `node` knows which ranks share
//! memory, and `shared` is it; `group` knows which ranks of two communicators are the same.

pub mod agree;
mod attribute;
mod call;
mod collective;
pub mod comm;
pub mod exchange;
mod group;
pub mod library;
mod messages;
mod node;
pub mod reduction;
pub mod shared;
mod sparse;

pub use agree::fingerprint;
pub use attribute::watch_finalize_first;
pub use call::Patience;
pub use comm::{Cart, Comm, Ending};
pub use exchange::{Direction, Exchange, Letter};
