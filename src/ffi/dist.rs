//! `darr_dist`: who owns which index.

mod create;
mod query;
mod relabel;

use std::ffi::c_int;
use std::sync::Arc;

pub(super) use create::{boundary_rule, memory_order};

use super::guard::guard;
use super::handle::{darr_dist, free, get, store, Handle};
use super::pointer::{output, Growing};
use crate::array::Dist;

impl Handle for darr_dist {
    type Object = Arc<Dist>;
    const NAME: &'static str = "darr_dist";
}

/// Memory order: the last dimension runs fastest.
pub const DARR_ORDER_C: c_int = 0;
/// Memory order: the first dimension runs fastest.
pub const DARR_ORDER_F: c_int = 1;

/// Map of a dimension: not distributed, every rank of a grid line holds all of it.
pub const DARR_WHOLE: c_int = 0;
/// Map of a dimension: contiguous blocks, one a rank.
pub const DARR_BLOCK: c_int = 1;
/// Map of a dimension: blocks of `block_size` elements dealt out in turn.
pub const DARR_CYCLIC: c_int = 2;
/// Map of a dimension: each rank lists the global indices that it owns.
pub const DARR_UNSTRUCTURED: c_int = 3;

/// Blocks whose sizes differ by at most one: the first (extent mod procs) ranks own one more.
pub const DARR_BALANCED: c_int = 0;
/// Blocks of ceil(extent / procs) until the dimension is used up (Distributed Array Protocol, FFTW).
pub const DARR_CEIL: c_int = 1;
/// Blocks of floor(extent / procs), the last takes the rest.
pub const DARR_REMAINDER_LAST: c_int = 2;

/// Ranks are counted over the process grid as in `MPI_Cart_create`: the last grid dimension runs fastest.
pub const DARR_GRID_ROW_MAJOR: c_int = 0;
/// Ranks are counted over the process grid with the first grid dimension fastest.
pub const DARR_GRID_COLUMN_MAJOR: c_int = 1;

/// Dimension of a staggered distribution: at the cells.
pub const DARR_STAGGER_CELL: c_int = 0;
/// Dimension of a staggered distribution: at the faces, one more than cells unless periodic; each rank owns the
/// lower faces of its cells and the last rank that holds cells the uppermost face too.
pub const DARR_STAGGER_FACE: c_int = 1;
/// At the faces; each rank owns the upper faces of its cells, and the first rank the lowest face too.
pub const DARR_STAGGER_FACE_UPPER: c_int = 2;

/// Imported padding at the outer ends of a dimension is owned, as the Distributed Array Protocol has it.
pub const DARR_BOUNDARY_OWNED: c_int = 0;
/// Imported padding at the outer ends of a dimension is padding again: the exact inverse of `darr_array_produce`.
pub const DARR_BOUNDARY_PADDING: c_int = 1;

/// One dimension of an array to be distributed. Start from `DARR_DIM_INIT` and set what differs; in an array of
/// these every element has the size that the first one states.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_dim {
    /// sizeof(darr_dim).
    pub size: i64,
    /// Global number of elements, padding not counted.
    pub extent: i64,
    /// `DARR_WHOLE`, which is 0 and so the map of a dimension where none is set, `DARR_BLOCK`, `DARR_CYCLIC` or
    /// `DARR_UNSTRUCTURED`.
    pub map: c_int,
    /// Extent of the process grid along this dimension; 0: chosen, so that the halo surface is small.
    pub procs: c_int,
    /// 1: the first element is the neighbour of the last.
    pub periodic: c_int,
    /// Block without cuts: `DARR_BALANCED`, `DARR_CEIL` or `DARR_REMAINDER_LAST`.
    pub rule: c_int,
    /// Cyclic: elements dealt out at a time; 0 means 1.
    pub block_size: i64,
    /// Block: procs + 1 ascending positions from 0 to extent, or NULL. Read during the call only.
    pub cuts: *const i64,
    /// Unstructured: the global indices that the calling rank owns; the lists of all grid coordinates together hold `extent` of
    /// them. Read during the call only.
    pub indices: *const i64,
    /// Unstructured: number of indices.
    pub n_indices: i64,
    /// Communication padding: ghost elements below and above the owned ones; of a periodic dimension also at its ends.
    pub halo: [i64; 2],
    /// Boundary padding: elements outside of the global domain, below the first and above the last element of a
    /// dimension that is not periodic.
    pub boundary: [i64; 2],
}

// SAFETY: repr(C), the size first, numbers and raw pointers only.
unsafe impl Growing for darr_dim {
    const INITIAL: darr_dim = darr_dim {
        size: size_of::<darr_dim>() as i64,
        extent: 0,
        map: DARR_WHOLE,
        procs: 0,
        periodic: 0,
        rule: DARR_BALANCED,
        block_size: 0,
        cuts: std::ptr::null(),
        indices: std::ptr::null(),
        n_indices: 0,
        halo: [0; 2],
        boundary: [0; 2],
    };
    const FIRST: usize = size_of::<darr_dim>();
}

/// How a distribution lies over ranks and memory. NULL in its place, or `DARR_DIST_OPTIONS_INIT`, means C order and
/// a row-major grid over the first ranks.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_dist_options {
    /// sizeof(darr_dist_options).
    pub size: i64,
    /// `DARR_ORDER_C` or `DARR_ORDER_F`: of the arrays that the library allocates, and of the data in files.
    pub order: c_int,
    /// `DARR_GRID_ROW_MAJOR` or `DARR_GRID_COLUMN_MAJOR`.
    pub grid_order: c_int,
    /// NULL, or the rank at each position of the grid, counted row-major; the same on every rank.
    pub ranks: *const c_int,
    /// Number of ranks in the list.
    pub n_ranks: c_int,
}

// SAFETY: as above.
unsafe impl Growing for darr_dist_options {
    const INITIAL: darr_dist_options = darr_dist_options {
        size: size_of::<darr_dist_options>() as i64,
        order: DARR_ORDER_C,
        grid_order: DARR_GRID_ROW_MAJOR,
        ranks: std::ptr::null(),
        n_ranks: 0,
    };
    const FIRST: usize = size_of::<darr_dist_options>();
}

/// Another handle of the same distribution.
///
/// Local. Errors: `DARR_ERR_HANDLE`, `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_copy(
    dist: *const darr_dist,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { output(dist_out, "dist_out") }?;
        out.write(store(Arc::clone(&dist)));
        Ok(())
    })
}

/// Frees a handle; the distribution lives on while arrays use it.
///
/// Local; NULL is fine; works after `MPI_Finalize`.
#[no_mangle]
pub unsafe extern "C" fn darr_dist_free(dist: *mut darr_dist) {
    guard(|| free(dist, "dist"));
}
