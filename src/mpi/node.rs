//! Which ranks of a communicator share memory with this one.

use std::sync::Arc;

use mpi::ffi;

use super::call::check;
use super::collective::count;
use super::comm::{lock, Comm};
use crate::error::Result;

impl Comm {
    /// The ranks on the calling rank's node, itself among them, ascending. Asked for once, collectively, when the record is made.
    pub fn node(&self) -> Result<Arc<[usize]>> {
        if let Some(node) = &*lock(&self.node) {
            return Ok(node.clone());
        }
        self.divide_node(0)
    }

    /// Lets only ranks of one node that pass the same number share memory from now on, as if others were on another node.
    /// Collective.
    pub fn divide_node(&self, part: u64) -> Result<Arc<[usize]>> {
        let node = self.agree(self.split_node())?;
        let ranks = self.agree(self.ranks_of(&node, part))?;
        let ranks: Arc<[usize]> = ranks.into();
        *lock(&self.node) = Some(ranks.clone());
        Ok(ranks)
    }

    /// The ranks that MPI says could share memory.
    fn split_node(&self) -> Result<Split> {
        let comm = self.duplicate()?;
        let mut node = Split(null());
        // SAFETY: splits the duplicate; what comes of it is owned at once.
        check("MPI_Comm_split_type", unsafe {
            let (kind, key) = (ffi::RSMPI_COMM_TYPE_SHARED, count(self.rank())?);
            ffi::MPI_Comm_split_type(comm, kind, key, ffi::RSMPI_INFO_NULL, &mut node.0)
        })?;
        Ok(node)
    }

    /// Those of them that pass the same number, ascending.
    fn ranks_of(&self, node: &Split, part: u64) -> Result<Vec<usize>> {
        let mut size = 0;
        // SAFETY: asks the part for its size.
        check("MPI_Comm_size", unsafe {
            ffi::MPI_Comm_size(node.0, &mut size)
        })?;
        let own = [self.rank() as u64, part];
        let mut all = vec![[0u64; 2]; size.unsigned_abs() as usize];
        // SAFETY: two words from each rank of the part, into as many places.
        check("MPI_Allgather", unsafe {
            let word = ffi::RSMPI_UINT64_T;
            let (from, into) = (own.as_ptr().cast(), all.as_mut_ptr().cast());
            ffi::MPI_Allgather(from, 2, word, into, 2, word, node.0)
        })?;
        let same = all.into_iter().filter(|word| word[1] == part);
        let mut ranks: Vec<usize> = same.map(|word| word[0] as usize).collect();
        ranks.sort_unstable();
        Ok(ranks)
    }

    /// Lets MPI work on whatever is under way: a rank that waits in shared memory may owe MPI something that others wait for.
    pub fn progress(&self) -> Result<()> {
        let comm = self.duplicate()?;
        let mut flag = 0;
        // SAFETY: looks for a message and takes none.
        check("MPI_Iprobe", unsafe {
            let (source, tag) = (ffi::RSMPI_ANY_SOURCE, ffi::RSMPI_ANY_TAG);
            ffi::MPI_Iprobe(source, tag, comm, &mut flag, ffi::RSMPI_STATUS_IGNORE)
        })
    }
}

/// A communicator that is freed with this value.
struct Split(ffi::MPI_Comm);

fn null() -> ffi::MPI_Comm {
    // SAFETY: a constant of the bindings.
    unsafe { ffi::RSMPI_COMM_NULL }
}

impl Drop for Split {
    fn drop(&mut self) {
        // SAFETY: made by this process, freed once; MPI runs, since it was just asked.
        unsafe {
            if self.0 != ffi::RSMPI_COMM_NULL {
                ffi::MPI_Comm_free(&mut self.0);
            }
        }
    }
}
