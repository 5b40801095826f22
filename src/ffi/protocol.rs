//! `darr_protocol`: descriptors of arrays that cross between libraries, as `include/distarray_protocol.h` defines them.

mod descriptor;
mod produce;
mod read;

use std::ffi::c_int;

pub use descriptor::{darr_protocol, darr_protocol_dim, DEVICE_CPU, VERSION};
pub use produce::produce;
pub use read::{read, read_dims, Claim, Descriptor};

use super::guard::guard;
use crate::mpi::comm::Comm;
use crate::protocol;

/// Checks a descriptor against every rule of `distarray_protocol.h` that concerns one rank alone. Local.
///
/// The memory of the elements is not touched; the arrays that the descriptor points to are read.
///
/// @param descriptor [in] a live descriptor; it stays as it is
///
/// Errors: `DARR_ERR_PROTOCOL` with a text that names dimension, key, value and what is allowed; `DARR_ERR_STATE` for a
/// descriptor that was released or moved; `DARR_ERR_UNSUPPORTED` for another major version, a device other than the CPU,
/// or reserved fields that are not zero; `DARR_ERR_ARGUMENT` for NULL; `DARR_ERR_MEMORY`.
#[no_mangle]
pub unsafe extern "C" fn darr_protocol_check(descriptor: *const darr_protocol) -> c_int {
    // SAFETY: the caller guarantees that a descriptor that is not NULL is what the header says.
    guard(|| unsafe { read(descriptor) }.map(drop))
}

/// Checks the descriptors of all ranks: each by itself as `darr_protocol_check` does, and the rules between ranks: that the
/// ranks inside fill the process grid, blocks follow each other, padding matches that of the neighbour, ranks of one
/// grid coordinate say the same, and indices add up. Collective.
///
/// Two small reductions, and one gathering of all that the descriptors say, index lists included: it costs memory in
/// proportion to the number of ranks and to the lists.
///
/// @param comm [in] Fortran handle of the communicator whose ranks hold the array
/// @param descriptor [in] this rank's descriptor; it stays as it is
///
/// Errors, the same on every rank: those of `darr_protocol_check` on any rank; `DARR_ERR_PROTOCOL` with a text that names the
/// dimension and the ranks or grid coordinates; `DARR_ERR_MISMATCH` for different dtypes or numbers of dimensions;
/// `DARR_ERR_MPI`. `DARR_ERR_COMM` is reported by the rank whose communicator is invalid alone.
#[no_mangle]
pub unsafe extern "C" fn darr_protocol_check_all(
    comm: c_int,
    descriptor: *const darr_protocol,
) -> c_int {
    guard(|| {
        let comm = Comm::from_fortran(comm)?;
        // SAFETY: as for `darr_protocol_check`.
        let told = unsafe { read(descriptor) };
        protocol::check_all(&comm, told.map(|told| told.statement))
    })
}
