//! Which ranks of one communicator are which of another.

use std::ffi::c_int;

use mpi::ffi;

use super::call::check;
use super::collective::count;
use super::comm::Comm;
use crate::error::{Code, Error, Result};

impl Comm {
    /// The ranks that the processes of another communicator have in this one, in their order there. Local.
    ///
    /// Errors: a process that this communicator does not have.
    pub fn ranks_in(&self, other: &Comm) -> Result<Vec<usize>> {
        let size = other.size();
        let (from, to) = (Group::of(other)?, Group::of(self)?);
        let mut here: Vec<c_int> = Vec::new();
        let mut there = Vec::new();
        for list in [&mut here, &mut there] {
            list.try_reserve_exact(size).map_err(|_| refused())?;
        }
        there.extend(0..count(size)?);
        here.resize(size, 0);
        // SAFETY: two lists of as many ranks as the other group has.
        check("MPI_Group_translate_ranks", unsafe {
            let n = count(size)?;
            let (there, here) = (there.as_ptr(), here.as_mut_ptr());
            ffi::MPI_Group_translate_ranks(from.0, n, there, to.0, here)
        })?;
        // MPI_UNDEFINED is negative.
        let rank = |(other, &rank): (usize, &c_int)| {
            usize::try_from(rank).map_err(|_| {
                let text = format!("rank {other} of the communicator of an array is not in the communicator of the plan");
                Error::new(Code::Argument, text)
            })
        };
        here.iter().enumerate().map(rank).collect()
    }
}

/// The processes of a communicator, freed with this value.
struct Group(ffi::MPI_Group);

impl Group {
    fn of(comm: &Comm) -> Result<Group> {
        let comm = comm.duplicate()?;
        // SAFETY: the duplicate is valid while the record is alive; the group is owned at once.
        unsafe {
            let mut group = Group(ffi::RSMPI_GROUP_NULL);
            check("MPI_Comm_group", ffi::MPI_Comm_group(comm, &mut group.0))?;
            Ok(group)
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // SAFETY: made by this process, freed once; MPI runs, since it was just asked.
        unsafe {
            if self.0 != ffi::RSMPI_GROUP_NULL {
                ffi::MPI_Group_free(&mut self.0);
            }
        }
    }
}

fn refused() -> Error {
    Error::new(Code::Memory, "memory for a list of ranks was refused")
}
