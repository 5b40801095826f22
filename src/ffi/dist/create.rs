//! The ways to make a distribution.

use std::ffi::c_int;
use std::sync::Arc;

use distarray_core::{Code, Cuts, Dims, GridOrder, Order, Region, MAX_DIMS};

use super::*;
use crate::array::build::{self, DimSpec, Layout, MapSpec};
use crate::error::{Error, Result};
use crate::ffi::pointer::{growing_or_initial, growing_slice, slice, Out};
use crate::mpi::comm::Comm;

/// Makes a distribution from the shape and the maps of its dimensions.
///
/// Collective: one or two small messages. Every rank passes the same arguments but for index lists, which are each rank's
/// own; ranks that share a grid coordinate pass the same list. Process counts that are left open are chosen so that the
/// surface between ranks is small; ranks that do not fit hold nothing and take part in every collective call. Free the
/// distribution with `darr_dist_free`.
/// @param comm [in] Fortran handle of the communicator; `darr_dist_create_mpi` takes an `MPI_Comm`.
/// @param ndim [in] Number of dimensions, 0 to 15.
/// @param dims [in] One description per dimension.
/// @param options [in] NULL for the defaults.
/// @param dist_out [out] The distribution.
/// Errors: `DARR_ERR_ARGUMENT` for negative or overflowing extents, too many dimensions, a grid that needs more ranks than
/// the communicator has, cuts that do not cover, padding where there can be none; `DARR_ERR_MISMATCH` naming the argument
/// that differs between ranks; `DARR_ERR_UNSUPPORTED` for a structure of a later version; `DARR_ERR_COMM`;
/// `DARR_ERR_STATE`; `DARR_ERR_MEMORY`; `DARR_ERR_MPI`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_create(
    comm: c_int,
    ndim: c_int,
    dims: *const darr_dim,
    options: *const darr_dist_options,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let comm = Comm::from_fortran(comm)?;
        // SAFETY: the pointer rule of the header.
        let (out, stated) =
            unsafe { (output(dist_out, "dist_out"), statement(ndim, dims, options)) };
        finish(out, |ready| build::create(&comm, ready.and(stated)))
    })
}

/// Makes a distribution over a Cartesian communicator, which may have fewer dimensions than the array: process counts,
/// periods and coordinates are the communicator's.
///
/// Collective.
/// @param cart_comm [in] Fortran handle of the communicator; `darr_dist_from_cart_mpi` takes an `MPI_Comm`.
/// @param ndim [in] Number of dimensions of the array, 0 to 15.
/// @param cart_dims [in] For each dimension of the array the one of the communicator that cuts it, -1: none, it is whole.
/// @param dims [in] Extent, map, rule and padding of each dimension; procs and periodic are those of the communicator
/// where it cuts.
/// @param options [in] NULL for the defaults; only the memory order counts.
/// @param dist_out [out] The distribution.
/// Errors: `DARR_ERR_ARGUMENT` for a communicator that is not Cartesian, a dimension of it that cuts two of the array's or,
/// with more than one rank, none; otherwise as `darr_dist_create`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_from_cart(
    cart_comm: c_int,
    ndim: c_int,
    cart_dims: *const c_int,
    dims: *const darr_dim,
    options: *const darr_dist_options,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let comm = Comm::from_fortran(cart_comm)?;
        // SAFETY: the pointer rule of the header.
        let (out, stated) = unsafe {
            let stated = || -> Result<_> {
                let (specs, layout) = statement(ndim, dims, options)?;
                let cut_by = slice(cart_dims, specs.len() as i64, "cart_dims")?;
                let cut_by = cut_by.iter().map(|&c| usize::try_from(c).ok()).collect();
                Ok((specs, cut_by, layout))
            };
            (output(dist_out, "dist_out"), stated())
        };
        finish(out, |ready| build::from_cart(&comm, ready.and(stated)))
    })
}

/// Runs a collective construction with what is known of the place for its result, so that a NULL there on one rank is an
/// error of all, and stores the result.
fn finish(
    out: Result<Out<*mut darr_dist>>,
    construct: impl FnOnce(Result<()>) -> Result<Arc<Dist>>,
) -> Result<()> {
    let ready = out.as_ref().map(|_| ()).map_err(Clone::clone);
    let dist = construct(ready)?;
    out?.write(store(dist));
    Ok(())
}

fn checked_ndim(ndim: c_int) -> Result<usize> {
    let n = usize::try_from(ndim).ok().filter(|&n| n <= MAX_DIMS);
    n.ok_or_else(|| {
        let text = format!("ndim is {ndim}; 0 to {MAX_DIMS} dimensions are allowed");
        Error::new(Code::Argument, text)
    })
}

/// What the caller states of a distribution.
///
/// # Safety
/// The pointer rule of the header.
unsafe fn statement(
    ndim: c_int,
    dims: *const darr_dim,
    options: *const darr_dist_options,
) -> Result<(Dims<DimSpec>, Layout)> {
    let n = checked_ndim(ndim)?;
    // SAFETY: passed on to the caller.
    let dims = unsafe { growing_slice(dims, n, "dims") }?;
    // SAFETY: as above.
    let specs = dims.iter().enumerate().map(|(d, dim)| unsafe { spec(d, dim) });
    let specs = specs.collect::<Result<Dims<_>>>()?;
    // SAFETY: as above.
    Ok((specs, unsafe { layout(options) }?))
}

/// # Safety
/// The pointer rule of the header.
unsafe fn spec(d: usize, dim: &darr_dim) -> Result<DimSpec> {
    let refuse = |text: String| Err(Error::new(Code::Argument, format!("dimension {d}: {text}")));
    let procs = match usize::try_from(dim.procs) {
        Ok(0) => None,
        Ok(procs) => Some(procs),
        Err(_) => return refuse(format!("procs is {}; 0 (chosen) or more is allowed", dim.procs)),
    };
    let map = match dim.map {
        DARR_WHOLE => MapSpec::Whole,
        DARR_BLOCK if !dim.cuts.is_null() => {
            let Some(procs) = procs else {
                return refuse("cuts are given, but procs is 0: how many cuts there are is not known".into());
            };
            // SAFETY: passed on to the caller.
            let cuts = unsafe { slice(dim.cuts, procs as i64 + 1, "cuts") }?;
            MapSpec::Block(Cuts::Explicit(cuts.into()))
        }
        DARR_BLOCK => MapSpec::Block(match dim.rule {
            DARR_BALANCED => Cuts::Balanced,
            DARR_CEIL => Cuts::Ceil,
            DARR_REMAINDER_LAST => Cuts::RemainderLast,
            other => return refuse(format!("rule is {other}; DARR_BALANCED (0) to DARR_REMAINDER_LAST (2) are allowed")),
        }),
        DARR_CYCLIC if dim.block_size == 0 => MapSpec::Cyclic(1),
        DARR_CYCLIC => MapSpec::Cyclic(dim.block_size),
        // SAFETY: passed on to the caller.
        DARR_UNSTRUCTURED => MapSpec::Unstructured(unsafe { slice(dim.indices, dim.n_indices, "indices") }?.to_vec()),
        other => return refuse(format!("map is {other}; DARR_WHOLE (0) to DARR_UNSTRUCTURED (3) are allowed")),
    };
    Ok(DimSpec { extent: dim.extent, map, procs, periodic: dim.periodic != 0, halo: dim.halo, boundary: dim.boundary })
}

/// # Safety
/// The pointer rule of the header.
unsafe fn layout(options: *const darr_dist_options) -> Result<Layout> {
    // SAFETY: passed on to the caller.
    let options = unsafe { growing_or_initial(options, "options") }?;
    let memory = Order::from_code(options.order)?;
    let grid = if options.ranks.is_null() {
        match options.grid_order {
            DARR_GRID_ROW_MAJOR => GridOrder::RowMajor,
            DARR_GRID_COLUMN_MAJOR => GridOrder::ColumnMajor,
            other => {
                let text = format!("grid_order is {other}; 0 (row-major) or 1 (column-major) is allowed");
                return Err(Error::new(Code::Argument, text));
            }
        }
    } else {
        // SAFETY: as above.
        let ranks = unsafe { slice(options.ranks, options.n_ranks, "ranks") }?;
        let checked = ranks.iter().map(|&rank| {
            let wrong = |_| Error::new(Code::Argument, format!("ranks holds {rank}, which is no rank"));
            usize::try_from(rank).map_err(wrong)
        });
        GridOrder::Ranks(checked.collect::<Result<_>>()?)
    };
    Ok(Layout { grid, memory })
}

