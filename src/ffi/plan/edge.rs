//! What a halo exchange fills beyond the physical edges of the domain.

use std::ffi::{c_int, c_void};
use std::sync::Arc;

use distarray_core::edges::{About, Rule};
use distarray_core::{Code, Side};

use crate::error::{Error, Result};
use crate::ffi::array::read_value;
use crate::ffi::guard::outside;
use crate::ffi::library::DARR_MAX_NDIM;
use crate::ffi::pointer::{growing_slice, Growing};
use crate::ops::edges::{Callback, Edge, Outside};

/// The end of a dimension at lower indices.
pub const DARR_SIDE_BELOW: c_int = 0;
/// The end at higher indices.
pub const DARR_SIDE_ABOVE: c_int = 1;

/// One value.
pub const DARR_EDGE_CONSTANT: c_int = 0;
/// The value of the last element.
pub const DARR_EDGE_ZERO_GRADIENT: c_int = 1;
/// The straight line through the last two elements.
pub const DARR_EDGE_LINEAR: c_int = 2;
/// The mirror image.
pub const DARR_EDGE_MIRROR: c_int = 3;
/// The mirror image with the opposite sign.
pub const DARR_EDGE_ANTISYMMETRIC: c_int = 4;
/// What a function of the program fills in.
pub const DARR_EDGE_CALLBACK: c_int = 5;

/// The plane of a mirror lies on the edge of the domain: through the last element where `darr_dist_staggered` put the field on
/// the faces of this dimension, else half a spacing beyond the last element.
pub const DARR_ABOUT_EDGE: c_int = 0;
/// It lies half a spacing beyond the last element.
pub const DARR_ABOUT_FACE: c_int = 1;
/// It goes through the last element.
pub const DARR_ABOUT_CELL: c_int = 2;

/// Layers of padding outside of the domain, on one rank, that a function is to fill.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_edge_region {
    /// sizeof(darr_edge_region) of the library.
    pub size: i64,
    /// Position of the array in the list of the plan.
    pub array: c_int,
    /// Dimension and side of the edge.
    pub dim: c_int,
    pub side: c_int,
    pub dtype: c_int,
    pub ndim: c_int,
    /// Memory order of the array's distribution.
    pub order: c_int,
    /// The element with the lowest index in every dimension. The other elements of the rank's section lie around the region at
    /// the same strides; all that the exchange and edges before this one fill has its value.
    pub base: *mut c_void,
    /// Elements of the region per dimension, 1 or more.
    pub extents: [i64; DARR_MAX_NDIM as usize],
    /// Bytes from one element to the next.
    pub strides: [i64; DARR_MAX_NDIM as usize],
    /// Local index of the first element, in the section with its padding.
    pub lo: [i64; DARR_MAX_NDIM as usize],
    /// Global index of the first element in block and whole dimensions, below 0 or not below the extent in padding outside of
    /// the domain and in that of periodic dimensions; 0 in others.
    pub global_lo: [i64; DARR_MAX_NDIM as usize],
}

/// Fills a region; gives 0, or another number for a failure. Called on each rank that holds such layers, by the thread that
/// calls `darr_plan_end` or `darr_plan_run`; it makes no collective call, uses no plan that is running, and does not throw or
/// jump out.
pub type darr_edge_function =
    Option<unsafe extern "C" fn(user: *mut c_void, region: *const darr_edge_region) -> c_int>;

/// What lies beyond one end of one dimension that is not periodic: values for all padding outside of the domain there. Start
/// from `DARR_EDGE_INIT`.
///
/// With `a(0)`, `a(1)`, ... the elements from the end of the domain inwards, whoever owns them, layer k = 1, 2, ... outwards gets
///   DARR_EDGE_CONSTANT       v
///   DARR_EDGE_ZERO_GRADIENT  a(0)
///   DARR_EDGE_LINEAR         a(0) + k (a(0) - a(1))
///   DARR_EDGE_MIRROR         a(k - 1), or a(k) where the plane goes through a(0)
///   DARR_EDGE_ANTISYMMETRIC  2 v - a(k - 1), or 2 v - a(k)
/// in the arithmetic of the dtype: integers wrap; truth values are no linear and no antisymmetric field. An element on the
/// plane itself keeps its value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_edge {
    /// sizeof(darr_edge).
    pub size: i64,
    /// Position of the array in the list of the plan, the first one in `DARR_EDGE_INIT`; -1: all of them.
    pub array: c_int,
    /// Dimension and side.
    pub dim: c_int,
    pub side: c_int,
    /// One of `DARR_EDGE_*`.
    pub kind: c_int,
    /// One of `DARR_ABOUT_*`, for mirrored and antisymmetric fields.
    pub about: c_int,
    /// Type of `value`, which is converted to that of the array; an array of integers refuses what is none of its values.
    pub dtype: c_int,
    /// The v of a constant, or on the plane of an antisymmetric field; NULL: 0. Read while the plan is made only.
    pub value: *const c_void,
    /// The function of `DARR_EDGE_CALLBACK`, on every rank.
    pub callback: darr_edge_function,
    /// What the function gets.
    pub user: *mut c_void,
}

// SAFETY: repr(C), the size first, numbers, raw pointers and a function pointer, of which 0 is none.
unsafe impl Growing for darr_edge {
    const INITIAL: darr_edge = darr_edge {
        size: size_of::<darr_edge>() as i64,
        array: 0,
        dim: 0,
        side: DARR_SIDE_BELOW,
        kind: DARR_EDGE_CONSTANT,
        about: DARR_ABOUT_EDGE,
        dtype: 0,
        value: std::ptr::null(),
        callback: None,
        user: std::ptr::null_mut(),
    };
    const FIRST: usize = size_of::<darr_edge>();
}

/// # Safety
/// `edges` is NULL or points to `n` structs, each of as many bytes as the first says; their values are elements of their dtypes.
pub(super) unsafe fn edges(n: c_int, edges: *const darr_edge) -> Result<Vec<Edge>> {
    let Ok(count) = usize::try_from(n) else {
        let text = format!("the number of edges is {n}; 0 or more is allowed");
        return Err(Error::new(Code::Argument, text));
    };
    // SAFETY: passed on to the caller.
    let list = unsafe { growing_slice(edges, count, "edges") }?;
    let each = list.iter().enumerate();
    // SAFETY: as above.
    each.map(|(i, edge)| unsafe { one(edge, &format!("edges[{i}]")) })
        .collect()
}

/// # Safety
/// The value is NULL or an element of its dtype.
unsafe fn one(edge: &darr_edge, name: &str) -> Result<Edge> {
    let wrong = |text: String| Error::new(Code::Argument, format!("{name}: {text}"));
    let named = |error: distarray_core::Error| wrong(error.to_string());
    let array = match edge.array {
        -1 => None,
        array => Some(usize::try_from(array).map_err(|_| {
            wrong(format!(
                "the array is {array}; -1 (all) or a position in the list is allowed"
            ))
        })?),
    };
    let dim = usize::try_from(edge.dim).map_err(|_| {
        wrong(format!(
            "the dimension is {}; 0 or more is allowed",
            edge.dim
        ))
    })?;
    let rule = Rule::from_code(edge.kind).map_err(named)?;
    let callback = match (rule, edge.callback) {
        (Rule::Callback, None) => return Err(wrong("its callback is NULL".into())),
        (Rule::Callback, Some(function)) => Some(call(function, User(edge.user))),
        _ => None,
    };
    let value = match edge.value.is_null() {
        true => None,
        // SAFETY: passed on to the caller.
        false => Some(unsafe { read_value(edge.value, edge.dtype, name) }?),
    };
    Ok(Edge {
        array,
        dim,
        side: Side::from_code(edge.side).map_err(named)?,
        rule,
        about: About::from_code(edge.about).map_err(named)?,
        value,
        callback,
    })
}

/// What the program wants to get back.
struct User(*mut c_void);

// SAFETY: never read here; the program says which thread calls, as a plan is used by one at a time.
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}

impl User {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

fn call(
    function: unsafe extern "C" fn(*mut c_void, *const darr_edge_region) -> c_int,
    user: User,
) -> Callback {
    Arc::new(move |layers: &Outside| {
        let region = region(layers);
        // SAFETY: the program made this function for such a call; the region lies in memory of the array.
        outside(|| unsafe { function(user.get(), &raw const region) })
    })
}

fn region(layers: &Outside) -> darr_edge_region {
    let block = &layers.block;
    let each = |values: &[i64]| {
        let mut all = [0; DARR_MAX_NDIM as usize];
        all[..values.len()].copy_from_slice(values);
        all
    };
    darr_edge_region {
        size: size_of::<darr_edge_region>() as i64,
        array: c_int::try_from(layers.array).unwrap_or(c_int::MAX),
        dim: layers.dim as c_int,
        side: layers.side as c_int,
        dtype: block.dtype() as c_int,
        ndim: block.ndim() as c_int,
        order: layers.order as c_int,
        base: block.base().cast(),
        extents: each(block.extents()),
        strides: each(block.strides()),
        lo: each(&layers.lo),
        global_lo: each(&layers.global_lo),
    }
}
