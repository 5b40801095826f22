//! What a distribution tells: all of it local and free of messages.

use std::ffi::c_int;

use distarray_core::{Code, Section};

use crate::array::Dist;
use crate::error::{Error, Result};
use crate::ffi::guard::guard;
use crate::ffi::handle::{darr_dist, get};
use crate::ffi::pointer::{output, outputs, slice};

/// Number of dimensions.
///
/// Local. Errors: `DARR_ERR_HANDLE`, `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_ndim(dist: *const darr_dist, ndim_out: *mut c_int) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { output(ndim_out, "ndim_out") }?;
        out.write(dist.map().ndim() as c_int);
        Ok(())
    })
}

/// Global extent of each dimension, padding not counted.
///
/// Local. Errors: `DARR_ERR_HANDLE`, `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_shape(dist: *const darr_dist, shape_out: *mut i64) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header; one entry per dimension here and below.
        let out = unsafe { outputs(shape_out, dist.map().ndim(), "shape_out") }?;
        out.write(dist.map().shape());
        Ok(())
    })
}

/// Extent of the process grid along each dimension.
///
/// Local. Errors: `DARR_ERR_HANDLE`, `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_grid(dist: *const darr_dist, grid_out: *mut c_int) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { outputs(grid_out, dist.map().ndim(), "grid_out") }?;
        out.write(dist.map().grid().dims().iter().map(|&p| p as c_int));
        Ok(())
    })
}

/// Coordinates of a rank in the process grid, one per dimension; all -1 where the rank is outside of the grid and holds
/// nothing.
///
/// Local.
/// @param rank [in] A rank of the communicator; -1: the calling rank, here and in the functions below.
/// Errors: `DARR_ERR_HANDLE`, `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_coords(
    dist: *const darr_dist,
    rank: c_int,
    coords_out: *mut c_int,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        let ndim = dist.map().ndim();
        // SAFETY: the pointer rule of the header.
        let out = unsafe { outputs(coords_out, ndim, "coords_out") }?;
        match dist.map().grid().coords(checked_rank(&dist, rank)?) {
            Some(coords) => out.write(coords.iter().map(|&c| c as c_int)),
            None => out.write(std::iter::repeat_n(-1, ndim)),
        }
        Ok(())
    })
}

/// The box of global indices that a rank owns, half-open. Of a rank that owns nothing the box is empty.
///
/// Local. Errors: `DARR_ERR_UNSUPPORTED` for cyclic and unstructured dimensions, which own no box; `DARR_ERR_HANDLE`;
/// `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_box(
    dist: *const darr_dist,
    rank: c_int,
    lo_out: *mut i64,
    hi_out: *mut i64,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        let ndim = dist.map().ndim();
        // SAFETY: the pointer rule of the header.
        let (lo, hi) = unsafe {
            (
                outputs(lo_out, ndim, "lo_out")?,
                outputs(hi_out, ndim, "hi_out")?,
            )
        };
        if let Some(d) = dist
            .map()
            .dims()
            .iter()
            .position(|dim| !dim.is_contiguous())
        {
            let text = format!(
                "dimension {d} is cyclic or unstructured: what a rank owns there is no range"
            );
            return Err(Error::new(Code::Unsupported, text));
        }
        let owned = section(&dist, rank)?.global();
        lo.write(owned.lo);
        hi.write(owned.hi);
        Ok(())
    })
}

/// Number of elements that a rank owns along each dimension, for any map.
///
/// Local. Errors: `DARR_ERR_HANDLE`, `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_count(
    dist: *const darr_dist,
    rank: c_int,
    count_out: *mut i64,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { outputs(count_out, dist.map().ndim(), "count_out") }?;
        out.write(section(&dist, rank)?.dims.iter().map(|span| span.count));
        Ok(())
    })
}

/// Global indices that a rank owns in one dimension, in the order in which they lie in memory, for any map.
///
/// Local.
/// @param dim [in] The dimension; negative ones count from the end.
/// @param n [in] Room at `indices_out`: the number of elements that `darr_dist_count` gives for the dimension.
/// @param indices_out [out] The indices; NULL is fine when there are none.
/// Errors: `DARR_ERR_ARGUMENT` for a dimension that there is not, another number; `DARR_ERR_UNSUPPORTED` for another rank's indices of an
/// unstructured dimension; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_indices(
    dist: *const darr_dist,
    rank: c_int,
    dim: c_int,
    n: i64,
    indices_out: *mut i64,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        let indices = dist.map().indices(checked_rank(&dist, rank)?, dim.into())?;
        let count = indices.len();
        if i64::try_from(count) != Ok(n) {
            let text =
                format!("there is room for {n} indices; the rank owns {count} in the dimension");
            return Err(Error::new(Code::Argument, text));
        }
        // SAFETY: the pointer rule of the header.
        let out = unsafe { outputs(indices_out, count, "indices_out") }?;
        out.write(indices);
        Ok(())
    })
}

/// Elements that a rank's section carries below and above the owned ones along each dimension: communication padding
/// inside and at periodic ends, boundary padding at the other ends, none where the rank owns nothing.
///
/// Local. Errors: `DARR_ERR_HANDLE`, `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_padding(
    dist: *const darr_dist,
    rank: c_int,
    below_out: *mut i64,
    above_out: *mut i64,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        let ndim = dist.map().ndim();
        // SAFETY: the pointer rule of the header.
        let (below, above) = unsafe {
            (
                outputs(below_out, ndim, "below_out")?,
                outputs(above_out, ndim, "above_out")?,
            )
        };
        let section = section(&dist, rank)?;
        below.write(section.dims.iter().map(|span| span.below));
        above.write(section.dims.iter().map(|span| span.above));
        Ok(())
    })
}

/// The rank that owns a global index. Negative indices count from the end, but for unstructured dimensions.
///
/// Local. Errors: `DARR_ERR_ARGUMENT` for an index outside of the array; `DARR_ERR_UNSUPPORTED` for unstructured
/// dimensions, where only the owner knows; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_owner(
    dist: *const darr_dist,
    index: *const i64,
    rank_out: *mut c_int,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header.
        let (index, out) = unsafe {
            (
                slice(index, dist.map().ndim() as i64, "index")?,
                output(rank_out, "rank_out")?,
            )
        };
        let Some(rank) = dist.map().owner(index)? else {
            let text =
                "a dimension is unstructured: which rank owns an index there, only that rank knows";
            return Err(Error::new(Code::Unsupported, text));
        };
        out.write(rank as c_int);
        Ok(())
    })
}

/// The local index of a global one on a rank that owns it, counted from the first element of the rank's section, padding
/// included. Negative indices count from the end, but for unstructured dimensions.
///
/// Local. Errors: `DARR_ERR_ARGUMENT` for an index outside of the array or not owned by the rank; `DARR_ERR_UNSUPPORTED`
/// for another rank's indices of an unstructured dimension; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_to_local(
    dist: *const darr_dist,
    rank: c_int,
    index: *const i64,
    local_out: *mut i64,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        let ndim = dist.map().ndim();
        // SAFETY: the pointer rule of the header.
        let (index, out) = unsafe {
            (
                slice(index, ndim as i64, "index")?,
                outputs(local_out, ndim, "local_out")?,
            )
        };
        let rank = checked_rank(&dist, rank)?;
        let Some(local) = dist.map().to_local(rank, index)? else {
            return Err(Error::new(
                Code::Argument,
                format!("rank {rank} does not own the index {index:?}"),
            ));
        };
        out.write(local);
        Ok(())
    })
}

/// The global index of a local one, counted from the first element of a rank's section, padding included. A ghost has the
/// index of the element that it mirrors; boundary padding lies below 0 or beyond the extent.
///
/// Local. Errors: `DARR_ERR_ARGUMENT` for an index outside of the section; `DARR_ERR_UNSUPPORTED` for another rank's
/// indices of an unstructured dimension; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_to_global(
    dist: *const darr_dist,
    rank: c_int,
    local: *const i64,
    index_out: *mut i64,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        let ndim = dist.map().ndim();
        // SAFETY: the pointer rule of the header.
        let (local, out) = unsafe {
            (
                slice(local, ndim as i64, "local")?,
                outputs(index_out, ndim, "index_out")?,
            )
        };
        out.write(dist.map().to_global(checked_rank(&dist, rank)?, local)?);
        Ok(())
    })
}

/// The global index of the element at a place of the row-major order, as `DARR_ARGMIN` and `DARR_ARGMAX` give it.
///
/// Local. Errors: `DARR_ERR_ARGUMENT` for a place outside of the array; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_unravel(
    dist: *const darr_dist,
    place: i64,
    index_out: *mut i64,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { outputs(index_out, dist.map().ndim(), "index_out") }?;
        out.write(dist.map().unravel(place)?);
        Ok(())
    })
}

/// Whether two distributions give every element to the same rank at the same place among its owned ones (1), or not (0).
/// Padding, periods and memory order do not matter.
///
/// Local. Errors: `DARR_ERR_HANDLE`, `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_compatible(
    a: *const darr_dist,
    b: *const darr_dist,
    yes_out: *mut c_int,
) -> c_int {
    guard(|| {
        let (a, b) = (get(a, "a")?, get(b, "b")?);
        // SAFETY: the pointer rule of the header.
        let out = unsafe { output(yes_out, "yes_out") }?;
        out.write((a.comm().is(b.comm()) && a.map().compatible(b.map())).into());
        Ok(())
    })
}

/// The rank that a caller means; -1 is its own.
fn checked_rank(dist: &Dist, rank: c_int) -> Result<usize> {
    if rank == -1 {
        return Ok(dist.comm().rank());
    }
    let known = usize::try_from(rank)
        .ok()
        .filter(|&rank| rank < dist.comm().size());
    known.ok_or_else(|| {
        let last = dist.comm().size() - 1;
        Error::new(
            Code::Argument,
            format!("rank is {rank}; 0 to {last}, or -1 for the calling rank, is allowed"),
        )
    })
}

fn section(dist: &Dist, rank: c_int) -> Result<Section> {
    Ok(dist.map().section(checked_rank(dist, rank)?))
}
