//! What one rank finds out for all.

use crate::error::{Code, Error, Result};
use crate::mpi::Comm;

/// Collective: rank 0 asks, so that a file's bookkeeping is read once; every rank has the answer or the error.
pub fn from_root(comm: &Comm, find: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    let local = if comm.rank() == 0 {
        find()
    } else {
        Ok(Vec::new())
    };
    let mut answer = comm.agree(local)?;
    let length = comm.broadcast(0, (answer.len() as u64).to_ne_bytes().to_vec())?;
    let length = length.try_into().map_or(0, u64::from_ne_bytes) as usize;
    let room = answer.try_reserve_exact(length.saturating_sub(answer.len()));
    let refused = || {
        Error::new(
            Code::Memory,
            format!("no memory for {length} bytes from a file"),
        )
    };
    comm.agree(room.map_err(|_| refused()))?;
    answer.resize(length, 0);
    comm.broadcast(0, answer)
}
