//! The ways to make a distribution.

use std::ffi::c_int;
use std::sync::Arc;

use distarray_core::protocol::BoundaryRule;
use distarray_core::{Code, Cuts, Dims, Dtype, GridOrder, Order, Region, Slice, Stagger, MAX_DIMS};

use super::*;
use crate::array::build::{self, DimSpec, Layout, MapSpec};
use crate::error::{Error, Result};
use crate::ffi::pointer::{growing_or_initial, growing_slice, slice, Out};
use crate::ffi::protocol::{darr_protocol_dim, read_dims};
use crate::mpi::comm::Comm;
use crate::protocol::Statement;

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

/// Makes a distribution from the box that each rank owns, as legacy codes know it (`istart:iend`, `xstart:xend`).
///
/// Collective. Process grid, cuts and the place of each rank are inferred, in any order of ranks; the boxes must form a
/// grid without gap or overlap. A rank whose box is empty in some dimension holds nothing.
/// @param comm [in] Fortran handle of the communicator; `darr_dist_from_boxes_mpi` takes an `MPI_Comm`.
/// @param ndim [in] Number of dimensions, 0 to 15.
/// @param lo [in] First global index of the calling rank's box, per dimension, 0-based.
/// @param hi [in] One past the last global index, per dimension; `lo` where the box is empty, never less.
/// @param dims [in] Extent (0: the largest `hi`), period and padding of each dimension; map, procs, rule and cuts are
/// ignored. NULL: no padding.
/// @param options [in] NULL for the defaults; only the memory order counts.
/// @param dist_out [out] The distribution.
/// Errors: `DARR_ERR_ARGUMENT` for boxes that overlap, leave a gap or form no grid, naming two ranks, and for `hi` below `lo`;
/// otherwise as `darr_dist_create`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_from_boxes(
    comm: c_int,
    ndim: c_int,
    lo: *const i64,
    hi: *const i64,
    dims: *const darr_dim,
    options: *const darr_dist_options,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let comm = Comm::from_fortran(comm)?;
        // SAFETY: the pointer rule of the header.
        let (out, stated) = unsafe {
            let bounds = || -> Result<_> {
                let n = checked_ndim(ndim)?;
                let region = Region::new(slice(lo, n as i64, "lo")?, slice(hi, n as i64, "hi")?)?;
                let (specs, layout) = statement_or_bare(ndim, dims, options)?;
                Ok((region, specs, layout))
            };
            (output(dist_out, "dist_out"), bounds())
        };
        finish(out, |ready| build::from_boxes(&comm, ready.and(stated)))
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

/// Makes the distribution that the dimension data of all ranks describe: what `darr_protocol` says without the memory.
/// Ranks that share a grid coordinate pass the same data; the place of each rank comes from its data.
///
/// Collective: messages that together hold every rank's data once.
/// @param comm [in] Fortran handle of the communicator; `darr_dist_from_dim_data_mpi` takes an `MPI_Comm`.
/// @param ndim [in] Number of dimensions, 0 to 15.
/// @param dim_data [in] One entry per dimension; NULL: the rank lies outside of the grid.
/// @param boundary [in] `DARR_BOUNDARY_OWNED` or `DARR_BOUNDARY_PADDING`: what padding at the outer ends is.
/// @param options [in] NULL for the defaults; only the memory order counts.
/// @param dist_out [out] The distribution.
/// Errors: `DARR_ERR_PROTOCOL` naming the rule, the dimension and the ranks; otherwise as `darr_dist_create`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_from_dim_data(
    comm: c_int,
    ndim: c_int,
    dim_data: *const darr_protocol_dim,
    boundary: c_int,
    options: *const darr_dist_options,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let comm = Comm::from_fortran(comm)?;
        // SAFETY: the pointer rule of the header.
        let (out, stated) = unsafe {
            let stated = || -> Result<_> {
                let ndim = checked_ndim(ndim)?;
                // The memory of a descriptor has a dtype; dimension data alone have none.
                let dims = read_dims(dim_data, ndim)?;
                let statement = Statement {
                    dtype: Dtype::Bool,
                    ndim,
                    dims,
                };
                Ok((statement, boundary_rule(boundary)?, memory_order(options)?))
            };
            (output(dist_out, "dist_out"), stated())
        };
        finish(out, |ready| {
            build::import("darr_dist_from_dim_data", &comm, ready.and(stated))
        })
    })
}

pub(in crate::ffi) fn boundary_rule(boundary: c_int) -> Result<BoundaryRule> {
    match boundary {
        DARR_BOUNDARY_OWNED => Ok(BoundaryRule::Owned),
        DARR_BOUNDARY_PADDING => Ok(BoundaryRule::Padding),
        other => {
            let text = format!("boundary is {other}; DARR_BOUNDARY_OWNED (0) or DARR_BOUNDARY_PADDING (1) is allowed");
            Err(Error::new(Code::Argument, text))
        }
    }
}

/// Makes the distribution of a staggered field from that of the cells: the same grid and cuts, one element more at the
/// faces of a dimension that is not periodic. A section holds the faces of all cells that the cell section holds; the
/// face that two blocks share is owned by one rank and padding of the other, so that widths differ per side.
///
/// Collective: one small message.
/// @param cells [in] The distribution of the cells.
/// @param stagger [in] `DARR_STAGGER_CELL`, `DARR_STAGGER_FACE` or `DARR_STAGGER_FACE_UPPER` for each dimension.
/// @param dist_out [out] The distribution.
/// Errors: `DARR_ERR_UNSUPPORTED` for cyclic and unstructured dimensions; `DARR_ERR_ARGUMENT`; `DARR_ERR_MISMATCH`;
/// `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_staggered(
    cells: *const darr_dist,
    stagger: *const c_int,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let cells = get(cells, "cells")?;
        // SAFETY: the pointer rule of the header.
        let (out, stagger) = unsafe {
            let n = cells.map().ndim() as i64;
            (output(dist_out, "dist_out"), slice(stagger, n, "stagger"))
        };
        let map = stagger.and_then(|stagger| {
            let stagger = stagger.iter().map(|&code| Stagger::from_code(code));
            let stagger = stagger.collect::<distarray_core::Result<Vec<_>>>()?;
            Ok(cells.map().staggered(&stagger)?)
        });
        finish(out, |ready| {
            Dist::agree("darr_dist_staggered", cells.comm(), ready.and(map))
        })
    })
}

/// The distribution of a slice: every element stays with its owner, and ranks without elements of the slice hold nothing.
/// Indices are read as NumPy reads them: negative ones count from the end, ends beyond the extent are moved to it. Padding
/// survives where the step is 1 and the neighbouring elements belong to the slice.
///
/// Local: every rank that uses the result makes it with the same arguments.
/// @param dist [in] The distribution.
/// @param start [in] First index of each dimension.
/// @param stop [in] End of each dimension, not included.
/// @param step [in] Steps; NULL: 1.
/// @param dist_out [out] The distribution of the slice.
/// Errors: `DARR_ERR_ARGUMENT` for a step of 0; `DARR_ERR_UNSUPPORTED` for parts of unstructured dimensions and for steps of cyclic
/// ones that neither divide the block size nor are multiples of it that meet the owners in order; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_slice(
    dist: *const darr_dist,
    start: *const i64,
    stop: *const i64,
    step: *const i64,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        let n = dist.map().ndim();
        // SAFETY: the pointer rule of the header.
        let (out, start, stop, step) = unsafe {
            let step = if step.is_null() {
                &[1; MAX_DIMS][..n]
            } else {
                slice(step, n as i64, "step")?
            };
            let (start, stop) = (
                slice(start, n as i64, "start")?,
                slice(stop, n as i64, "stop")?,
            );
            (output(dist_out, "dist_out")?, start, stop, step)
        };
        let slices = (0..n).map(|d| Slice {
            start: Some(start[d]),
            stop: Some(stop[d]),
            step: step[d],
        });
        let sliced = dist.map().slice(&slices.collect::<Vec<_>>())?;
        out.write(store(Dist::new(dist.comm(), sliced)));
        Ok(())
    })
}

/// The distribution of a reduction over some dimensions: these vanish, and the ranks with coordinate 0 in them hold the
/// result; cuts, block sizes and padding of the others stay.
///
/// Local: every rank that uses the result makes it with the same arguments.
/// @param dist [in] The distribution.
/// @param n_dims [in] Number of dimensions to drop.
/// @param dims [in] Which; negative ones count from the end.
/// @param dist_out [out] The distribution of the result.
/// Errors: `DARR_ERR_ARGUMENT` for a dimension that does not exist or is named twice; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_reduce(
    dist: *const darr_dist,
    n_dims: c_int,
    dims: *const c_int,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header.
        let (out, dims) = unsafe { (output(dist_out, "dist_out")?, slice(dims, n_dims, "dims")?) };
        let dims: Vec<i64> = dims.iter().map(|&d| d.into()).collect();
        out.write(store(Dist::new(dist.comm(), dist.map().reduce(&dims)?)));
        Ok(())
    })
}

/// As `darr_dist_reduce`, with the dimensions kept at an extent of 1.
///
/// Local. Errors: as `darr_dist_reduce`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_reduce_keeping(
    dist: *const darr_dist,
    n_dims: c_int,
    dims: *const c_int,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header.
        let (out, dims) = unsafe { (output(dist_out, "dist_out")?, slice(dims, n_dims, "dims")?) };
        let dims: Vec<i64> = dims.iter().map(|&d| d.into()).collect();
        let map = dist.map().reduce_keeping(&dims)?;
        out.write(store(Dist::new(dist.comm(), map)));
        Ok(())
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
    let specs = dims
        .iter()
        .enumerate()
        .map(|(d, dim)| unsafe { spec(d, dim) });
    let specs = specs.collect::<Result<Dims<_>>>()?;
    // SAFETY: as above.
    Ok((specs, unsafe { layout(options) }?))
}

/// As `statement`; no `dims` mean dimensions of unknown extent without padding.
///
/// # Safety
/// The pointer rule of the header.
unsafe fn statement_or_bare(
    ndim: c_int,
    dims: *const darr_dim,
    options: *const darr_dist_options,
) -> Result<(Dims<DimSpec>, Layout)> {
    if !dims.is_null() {
        // SAFETY: passed on to the caller.
        return unsafe { statement(ndim, dims, options) };
    }
    let bare = vec![darr_dim::INITIAL; checked_ndim(ndim)?];
    // SAFETY: as above; the bare dimensions hold no pointers.
    unsafe { statement(ndim, bare.as_ptr(), options) }
}

/// # Safety
/// The pointer rule of the header.
unsafe fn spec(d: usize, dim: &darr_dim) -> Result<DimSpec> {
    let refuse = |text: String| Err(Error::new(Code::Argument, format!("dimension {d}: {text}")));
    let procs = match usize::try_from(dim.procs) {
        Ok(0) => None,
        Ok(procs) => Some(procs),
        Err(_) => {
            return refuse(format!(
                "procs is {}; 0 (chosen) or more is allowed",
                dim.procs
            ))
        }
    };
    let map = match dim.map {
        DARR_WHOLE => MapSpec::Whole,
        DARR_BLOCK if !dim.cuts.is_null() => {
            let Some(procs) = procs else {
                return refuse(
                    "cuts are given, but procs is 0: how many cuts there are is not known".into(),
                );
            };
            // SAFETY: passed on to the caller.
            let cuts = unsafe { slice(dim.cuts, procs as i64 + 1, "cuts") }?;
            MapSpec::Block(Cuts::Explicit(copied(cuts, "cuts")?.into()))
        }
        DARR_BLOCK => MapSpec::Block(match dim.rule {
            DARR_BALANCED => Cuts::Balanced,
            DARR_CEIL => Cuts::Ceil,
            DARR_REMAINDER_LAST => Cuts::RemainderLast,
            other => {
                return refuse(format!(
                    "rule is {other}; DARR_BALANCED (0) to DARR_REMAINDER_LAST (2) are allowed"
                ))
            }
        }),
        DARR_CYCLIC if dim.block_size == 0 => MapSpec::Cyclic(1),
        DARR_CYCLIC => MapSpec::Cyclic(dim.block_size),
        DARR_UNSTRUCTURED => {
            // SAFETY: passed on to the caller.
            let indices = unsafe { slice(dim.indices, dim.n_indices, "indices") }?;
            MapSpec::Unstructured(copied(indices, "indices")?)
        }
        other => {
            return refuse(format!(
                "map is {other}; DARR_WHOLE (0) to DARR_UNSTRUCTURED (3) are allowed"
            ))
        }
    };
    Ok(DimSpec {
        extent: dim.extent,
        map,
        procs,
        periodic: dim.periodic != 0,
        halo: dim.halo,
        boundary: dim.boundary,
    })
}

/// A copy of a caller's list, as long as the caller says.
fn copied(list: &[i64], name: &str) -> Result<Vec<i64>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(list.len()).map_err(|_| {
        let text = format!("memory for {} entries of {name} was refused", list.len());
        Error::new(Code::Memory, text)
    })?;
    copy.extend_from_slice(list);
    Ok(copy)
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
                let text =
                    format!("grid_order is {other}; 0 (row-major) or 1 (column-major) is allowed");
                return Err(Error::new(Code::Argument, text));
            }
        }
    } else {
        // SAFETY: as above.
        let ranks = unsafe { slice(options.ranks, options.n_ranks, "ranks") }?;
        let checked = ranks.iter().map(|&rank| {
            let wrong = |_| {
                Error::new(
                    Code::Argument,
                    format!("ranks holds {rank}, which is no rank"),
                )
            };
            usize::try_from(rank).map_err(wrong)
        });
        GridOrder::Ranks(checked.collect::<Result<_>>()?)
    };
    Ok(Layout { grid, memory })
}

/// The only option that counts where the grid follows from other arguments.
///
/// # Safety
/// The pointer rule of the header.
pub(in crate::ffi) unsafe fn memory_order(options: *const darr_dist_options) -> Result<Order> {
    // SAFETY: passed on to the caller.
    Ok(unsafe { layout(options) }?.memory)
}
