//! Sorting: the order of elements, and who takes which part of it.
//!
//! ```text
//! key       elements as unsigned integers of the same order
//! search    the keys at certain positions of all ranks' keys together
//! shares    which positions each rank takes, and what it has for whom
//! merge     one sorted sequence of several
//! cracked   keys that are sorted no further than they are asked about
//! ```

mod cracked;
mod key;
mod merge;
mod search;
mod shares;

pub use cracked::Cracked;
pub use key::{Bits, Coding, Key};
pub use merge::merge;
pub use search::{Boundary, Search};
pub use shares::{Share, Shares};
