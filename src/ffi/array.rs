//! `darr_array`: a distribution and the calling rank's section of it in memory.

use std::ffi::{c_int, c_void};

use distarray_core::protocol::export;
use distarray_core::{Code, Dtype, MAX_DIMS};

use super::dist::{boundary_rule, darr_dist_options, memory_order};
use super::guard::guard;
use super::handle::{darr_array, darr_dist, free, get, store, Handle};
use super::library::DARR_MAX_NDIM;
use super::pointer::{growing, growing_output, output, slice, Growing};
use super::protocol::{darr_protocol, produce, read, Claim};
use crate::array::{build, Array, Dist};
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::memory::Memory;
use crate::kernels::value::Value;
use crate::mpi::comm::Comm;
use crate::protocol::Statement;

impl Handle for darr_array {
    type Object = Array;
    const NAME: &'static str = "darr_array";
}

/// A strided block of the caller's memory, for `darr_array_wrap`. Start from `DARR_MEMORY_INIT`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_memory {
    /// sizeof(darr_memory).
    pub size: i64,
    /// The element with index 0 in every dimension, padding included.
    pub base: *mut c_void,
    /// Bytes of the allocation from `base` to its end; 0: unknown and not checked. What a negative stride reaches below
    /// `base` is never checked.
    pub bytes: i64,
    /// `DARR_FLOAT64` and so on.
    pub dtype: c_int,
    /// Number of dimensions.
    pub ndim: c_int,
    /// Elements per dimension, padding included.
    pub extents: [i64; DARR_MAX_NDIM as usize],
    /// Bytes from one element to the next, per dimension; of any sign.
    pub strides: [i64; DARR_MAX_NDIM as usize],
}

/// Where and how the calling rank's section of an array lies in memory. Start from `DARR_VIEW_INIT`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_view {
    /// sizeof(darr_view).
    pub size: i64,
    /// The element with local index 0 in every dimension, padding included; NULL where the rank owns nothing.
    pub base: *mut c_void,
    /// `DARR_FLOAT64` and so on.
    pub dtype: c_int,
    /// Number of dimensions.
    pub ndim: c_int,
    /// Elements per dimension, padding included; all 0 where the rank owns nothing.
    pub extents: [i64; DARR_MAX_NDIM as usize],
    /// Bytes from one element to the next, per dimension.
    pub strides: [i64; DARR_MAX_NDIM as usize],
    /// First owned element, as a local index.
    pub owned_lo: [i64; DARR_MAX_NDIM as usize],
    /// One past the last owned element, as a local index.
    pub owned_hi: [i64; DARR_MAX_NDIM as usize],
    /// The global index of local index 0 in block and whole dimensions; below 0 where padding lies there. 0 in others.
    pub global_lo: [i64; DARR_MAX_NDIM as usize],
    /// 1: the dimension is block or whole, so that `global_lo` holds.
    pub contiguous: [c_int; DARR_MAX_NDIM as usize],
    /// 1: the memory order of the distribution is Fortran's.
    pub order: c_int,
}

// SAFETY: repr(C), the size first, numbers and raw pointers only.
unsafe impl Growing for darr_memory {
    const INITIAL: darr_memory = darr_memory {
        size: size_of::<darr_memory>() as i64,
        base: std::ptr::null_mut(),
        bytes: 0,
        dtype: 0,
        ndim: 0,
        extents: [0; MAX_DIMS],
        strides: [0; MAX_DIMS],
    };
    const FIRST: usize = size_of::<darr_memory>();
}

// SAFETY: as above.
unsafe impl Growing for darr_view {
    const INITIAL: darr_view = darr_view {
        size: size_of::<darr_view>() as i64,
        base: std::ptr::null_mut(),
        dtype: 0,
        ndim: 0,
        extents: [0; MAX_DIMS],
        strides: [0; MAX_DIMS],
        owned_lo: [0; MAX_DIMS],
        owned_hi: [0; MAX_DIMS],
        global_lo: [0; MAX_DIMS],
        contiguous: [0; MAX_DIMS],
        order: 0,
    };
    const FIRST: usize = size_of::<darr_view>();
}

/// Makes an array in memory of the library's own: zeroed, packed in the distribution's memory order, aligned to 64 bytes.
///
/// Collective. The array keeps the distribution alive; its handle may be freed. Free the array with `darr_array_free`.
///
/// Errors: `DARR_ERR_MEMORY` where one rank cannot allocate its section; `DARR_ERR_ARGUMENT` for an unknown dtype;
/// `DARR_ERR_MISMATCH`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_create(
    dist: *const darr_dist,
    dtype: c_int,
    array_out: *mut *mut darr_array,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { output(array_out, "array_out") };
        let dtype = out
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|_| Ok(Dtype::from_code(dtype)?));
        let array = Array::create(&dist, dtype)?;
        out?.write(store(array));
        Ok(())
    })
}

/// Describes the caller's own memory as one section of a distributed array, without a copy.
///
/// Collective. The extents of the memory must be those of the rank's section, padding included (`darr_dist_count`,
/// `darr_dist_padding`); allocations larger than the section are described by their strides. A rank that owns nothing may
/// pass any memory, and NULL. The memory stays the caller's: it is never copied, moved or freed, and must outlive the array
/// and every plan made with it; a use after it was freed cannot be detected.
///
/// Errors: `DARR_ERR_ARGUMENT` for extents that do not fit, strides by which elements overlap, a NULL base, a buffer
/// smaller than its description; `DARR_ERR_MISMATCH` for dtypes or distributions that differ between ranks;
/// `DARR_ERR_UNSUPPORTED` for a structure of a later version; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_wrap(
    dist: *const darr_dist,
    memory: *const darr_memory,
    array_out: *mut *mut darr_array,
) -> c_int {
    guard(|| {
        let dist = get(dist, "dist")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { output(array_out, "array_out") };
        // SAFETY: as above; the memory outlives the array by the contract of this function.
        let block = unsafe { growing(memory, "memory").and_then(|m| borrow(&dist, &m)) };
        let block = out.as_ref().map_err(Clone::clone).and(block);
        let array = Array::wrap(&dist, block)?;
        out?.write(store(array));
        Ok(())
    })
}

/// # Safety
/// The memory is as described and outlives the block.
unsafe fn borrow(dist: &Dist, memory: &darr_memory) -> Result<Block> {
    let dtype = Dtype::from_code(memory.dtype)?;
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    let Some(ndim) = usize::try_from(memory.ndim).ok().filter(|&n| n <= MAX_DIMS) else {
        return refuse(format!(
            "memory has {} dimensions; 0 to {MAX_DIMS} are allowed",
            memory.ndim
        ));
    };
    if dist.section().is_empty() {
        return Array::nothing(dist, dtype);
    }
    if memory.base.is_null() {
        return refuse("memory has a NULL base on a rank that owns elements".into());
    }
    let above = match usize::try_from(memory.bytes) {
        Ok(0) => usize::MAX,
        Ok(bytes) => bytes,
        Err(_) => return refuse(format!("memory has {} bytes", memory.bytes)),
    };
    // SAFETY: passed on to the caller.
    let bytes = unsafe { Memory::borrow(memory.base.cast(), usize::MAX, above) };
    Block::new(
        bytes,
        dtype,
        &memory.extents[..ndim],
        &memory.strides[..ndim],
    )
}

/// Frees an array; memory of the library's own lives on while a plan uses it, memory of the caller's is left alone.
///
/// Local; NULL is fine; works after `MPI_Finalize`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_free(array: *mut darr_array) {
    guard(|| free(array, "array"));
}

/// Describes the calling rank's section as a protocol descriptor, without a copy. Boundary padding, and padding at the
/// ends of periodic dimensions, counts in `size` as the protocol wants it.
///
/// Local. The descriptor keeps memory of the library's own alive until it is released, which may happen on any thread and
/// after `MPI_Finalize`; memory of the caller's must outlive it.
/// @param array [in] The array.
/// @param descriptor_out [out] A live descriptor; what it held before is not released.
/// Errors: `DARR_ERR_UNSUPPORTED` for what the protocol cannot say; `DARR_ERR_HANDLE`; `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_produce(
    array: *const darr_array,
    descriptor_out: *mut darr_protocol,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { output(descriptor_out, "descriptor_out") }?;
        let (map, block) = (array.dist().map(), array.block());
        let statement = Statement {
            dtype: array.dtype(),
            ndim: map.ndim(),
            dims: export(map, array.dist().comm().rank())?,
        };
        out.write(produce(
            &statement,
            block.base(),
            block.strides(),
            block.clone(),
        ));
        Ok(())
    })
}

/// Takes over a protocol descriptor of any producer as a section of a distributed array, without a copy.
///
/// Collective: the descriptors are checked by themselves and between ranks, but for the contents of index lists, which
/// `darr_protocol_check_all` compares. On success the descriptor is
/// moved: its `release` is NULL then, and the library calls the producer's when the array and the plans that use it are
/// freed. On failure every descriptor stays the caller's.
/// @param comm [in] Fortran handle of the communicator; `darr_array_consume_mpi` takes an `MPI_Comm`.
/// @param descriptor [in] A live descriptor.
/// @param boundary [in] `DARR_BOUNDARY_OWNED` or `DARR_BOUNDARY_PADDING`: what padding at the outer ends is.
/// @param options [in] NULL for the defaults; only the memory order counts.
/// @param array_out [out] The array.
/// Errors: `DARR_ERR_PROTOCOL` naming the rule that a descriptor breaks; `DARR_ERR_STATE` for one that was released;
/// `DARR_ERR_UNSUPPORTED` for another device or version; `DARR_ERR_MISMATCH`; `DARR_ERR_ARGUMENT`; `DARR_ERR_MEMORY`;
/// `DARR_ERR_COMM`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_consume(
    comm: c_int,
    descriptor: *mut darr_protocol,
    boundary: c_int,
    options: *const darr_dist_options,
    array_out: *mut *mut darr_array,
) -> c_int {
    guard(|| {
        let comm = Comm::from_fortran(comm)?;
        // SAFETY: the pointer rule of the header, and that of the protocol.
        let (out, told, order) = unsafe {
            (
                output(array_out, "array_out"),
                read(descriptor),
                memory_order(options),
            )
        };
        let stated = out.as_ref().map_err(Clone::clone).and_then(|_| {
            let told = told.as_ref().map_err(Clone::clone)?;
            Ok((told.statement.clone(), boundary_rule(boundary)?, order?))
        });
        let dist = build::import("darr_array_consume", &comm, stated)?;
        let claim = Claim::default();
        // SAFETY: the descriptor is live until the claim takes it, and the claim releases nothing before.
        let block = told.and_then(|told| unsafe { told.block(claim.release()) });
        let array = Array::wrap(&dist, block)?;
        // SAFETY: live, as `read` found it.
        unsafe { claim.take(descriptor) };
        out?.write(store(array));
        Ok(())
    })
}

/// The distribution of an array, as a handle of its own.
///
/// Local. Free it with `darr_dist_free`. Errors: `DARR_ERR_HANDLE`, `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_dist(
    array: *const darr_array,
    dist_out: *mut *mut darr_dist,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { output(dist_out, "dist_out") }?;
        out.write(store(array.dist().clone()));
        Ok(())
    })
}

/// Where the calling rank's section lies in memory, without a copy: valid as long as the array's memory is.
///
/// Local. Errors: `DARR_ERR_HANDLE`, `DARR_ERR_ARGUMENT`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_view(
    array: *const darr_array,
    view_out: *mut darr_view,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let out = unsafe { growing_output(view_out, "view_out") }?;
        out.write(view(&array));
        Ok(())
    })
}

pub(super) fn view(array: &Array) -> darr_view {
    let (block, dist) = (array.block(), array.dist());
    let (section, owned) = (dist.section(), dist.section().owned());
    let mut view = darr_view {
        base: match block.is_empty() {
            true => std::ptr::null_mut(),
            false => block.base().cast(),
        },
        dtype: array.dtype() as c_int,
        ndim: dist.map().ndim() as c_int,
        order: dist.map().order() as c_int,
        ..darr_view::INITIAL
    };
    for d in 0..dist.map().ndim() {
        let contiguous = dist.map().dims()[d].is_contiguous();
        let span = &section.dims[d];
        view.extents[d] = block.extents()[d];
        view.strides[d] = block.strides()[d];
        view.owned_lo[d] = owned.lo[d];
        view.owned_hi[d] = owned.hi[d];
        view.global_lo[d] = if contiguous {
            span.start - span.below
        } else {
            0
        };
        view.contiguous[d] = contiguous.into();
    }
    view
}

/// Sets every element of the calling rank's section, padding included. The value is converted as NumPy's `same_kind` rule
/// allows.
///
/// Local. Errors: `DARR_ERR_ARGUMENT` for a dtype that is unknown or does not convert; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_fill(
    array: *mut darr_array,
    dtype: c_int,
    value: *const c_void,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let value = unsafe { read_value(value, dtype, "value") }?;
        array.fill(&value)
    })
}

/// Copies the owned elements of one array to another of a compatible distribution, padding left alone, converting as
/// NumPy's `same_kind` rule allows.
///
/// Local. Errors: `DARR_ERR_ARGUMENT` for distributions that are not compatible (`darr_dist_compatible`; use
/// `darr_plan_redistribute`), a dtype that does not convert, arrays that overlap in memory; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_copy(
    source: *const darr_array,
    target: *mut darr_array,
) -> c_int {
    guard(|| {
        let (source, target) = (get(source, "source")?, get(target, "target")?);
        target.copy_from(&source)
    })
}

/// One element by its global index, on every rank. Negative indices count from the end.
///
/// Collective: one message, which also tells every rank when another cannot take part. Errors: `DARR_ERR_ARGUMENT` for an
/// index outside of the array or a dtype that the element does not convert to; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`;
/// `DARR_ERR_MPI`; in checked mode `DARR_ERR_MISMATCH`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_get(
    array: *const darr_array,
    index: *const i64,
    dtype: c_int,
    value_out: *mut c_void,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        let ndim = array.dist().map().ndim() as i64;
        // SAFETY: the pointer rule of the header; the value has the size of its dtype.
        let (out, index) = unsafe {
            (
                output(value_out.cast::<u8>(), "value_out"),
                slice(index, ndim, "index"),
            )
        };
        let checked = out.as_ref().map_err(Clone::clone);
        let asked = checked.and_then(|_| Ok((index?, Dtype::from_code(dtype)?)));
        let value = array.get(asked)?;
        out?.write_bytes(value.bytes());
        Ok(())
    })
}

/// Sets one element by its global index: the owner writes, every other rank does nothing. Ghosts are not updated.
/// Negative indices count from the end.
///
/// Local. Errors: `DARR_ERR_ARGUMENT` for an index outside of the array or a dtype that does not convert to the array's;
/// `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_set(
    array: *mut darr_array,
    index: *const i64,
    dtype: c_int,
    value: *const c_void,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header; the value has the size of its dtype.
        let (index, value) = unsafe {
            let index = slice(index, array.dist().map().ndim() as i64, "index")?;
            (index, read_value(value, dtype, "value")?)
        };
        array.set(index, &value)
    })
}

/// # Safety
/// `value` is NULL or points to one element of the dtype.
pub(super) unsafe fn read_value(value: *const c_void, dtype: c_int, name: &str) -> Result<Value> {
    let dtype = Dtype::from_code(dtype)?;
    // SAFETY: passed on to the caller.
    let bytes = unsafe { slice(value.cast::<u8>(), dtype.size() as i64, name) }?;
    Ok(Value::new(dtype, bytes))
}
