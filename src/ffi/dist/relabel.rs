//! Distributions whose ranks change places.

use std::ffi::c_int;

use super::*;
use crate::ops::relabel;

/// The target distribution with its grid coordinates given to other ranks of the communicator: so that the fewest elements change
/// their rank when an array goes from the source to it. Shape, maps, padding and the extents of the grid are the target's; which
/// rank stands where `darr_dist_coords` tells.
///
/// Collective: the ranks tell each other how much they hold of what each is to own, at most the square of their number of
/// counts in the memory of each, and each finds the same answer. Of equally good
/// ones that in which the most ranks keep their coordinates. For more than 262144 pairs of coordinates and ranks (512 of each) the
/// best is not looked for: the largest shares come first, and what moves is at most what moved before. Free the distribution with
/// `darr_dist_free`.
/// @param source [in] Where arrays come from, with any maps. Its communicator is that of the call.
/// @param target [in] Where they are to go: a distribution of the same shape and communicator, with any maps. Which indices of an
/// unstructured dimension belong to which coordinates does not change either: a rank tells them to the one that takes its coordinates.
/// @param dist_out [out] The distribution.
/// Errors: `DARR_ERR_ARGUMENT` for shapes or communicators that differ, and for an index of an unstructured dimension that the other
/// end does not have; `DARR_ERR_MISMATCH`; `DARR_ERR_MEMORY`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_relabel(
    source: *const darr_dist,
    target: *const darr_dist,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let (source, target) = (get(source, "source")?, get(target, "target"));
        // SAFETY: the pointer rule of the header.
        let out = unsafe { output(dist_out, "dist_out") };
        let checked = out.as_ref().map_err(Clone::clone);
        let asked = checked.and_then(|_| target.as_ref().map(|it| &***it).map_err(Clone::clone));
        let dist = relabel(&source, asked)?;
        out?.write(store(dist));
        Ok(())
    })
}
