//! From a descriptor of any producer to values.

use std::sync::{Arc, Mutex, PoisonError};

use distarray_core::protocol::{
    check_dim, check_indices_count, check_local, check_memory, DimData, Violation,
};
use distarray_core::{Code, Dims, Dtype, MAX_DIMS};

use super::descriptor::{darr_protocol, darr_protocol_dim, DEVICE_CPU, VERSION};
use crate::error::{Error, Result};
use crate::ffi::guard::outside;
use crate::ffi::pointer::input;
use crate::kernels::block::Block;
use crate::kernels::memory::Memory;
use crate::protocol::Statement;

/// What a descriptor says. It keeps every rule that concerns one rank alone.
pub struct Descriptor {
    pub statement: Statement,
    /// Address of the element with local index 0 in every dimension; may be null where there is no element.
    pub base: *mut u8,
    /// Padding included; 0 outside the process grid.
    pub extents: Dims<i64>,
    /// In bytes.
    pub strides: Dims<i64>,
}

impl Descriptor {
    /// The section in the producer's memory, which `release` gives back when the last block on it is gone.
    ///
    /// # Safety
    /// The descriptor stays live until `release` is called.
    pub unsafe fn block(&self, release: Box<dyn FnOnce() + Send>) -> Result<Block> {
        let dtype = self.statement.dtype;
        if self.statement.dims.is_none() {
            // Even here a scalar has one element, which needs a place.
            let place = Memory::allocate(dtype.size())?;
            return Block::new(place, dtype, &self.extents, &self.strides);
        }
        let [below, above] = match self.extents.contains(&0) {
            true => [0, 0],
            false => self.reach(),
        };
        // SAFETY: the caller guarantees that the producer keeps its memory until the release. Below and above are what its
        // extents and strides reach, which `read` has proven to fit into 63 bits.
        let memory = unsafe { Memory::foreign(self.base, below, above, release) };
        Block::new(memory, dtype, &self.extents, &self.strides)
    }

    /// Bytes that the elements take below the base and from it on.
    fn reach(&self) -> [usize; 2] {
        let mut reach = [0, self.statement.dtype.size()];
        for (extent, stride) in self.extents.iter().zip(&self.strides) {
            let span = (extent - 1) as usize * stride.unsigned_abs() as usize;
            reach[usize::from(*stride >= 0)] += span;
        }
        reach
    }
}

/// Reads and checks a descriptor; it stays as it is.
///
/// # Safety
/// NULL, or a descriptor as the header has it: where its fields say that there are numbers, these can be read.
pub unsafe fn read(descriptor: *const darr_protocol) -> Result<Descriptor> {
    // SAFETY: the caller guarantees a descriptor where the pointer is not NULL.
    let told = &unsafe { input(descriptor, "descriptor") }?;
    let dtype = check_head(told)?;
    let ndim = told.ndim as usize;
    if told.in_grid == 0 {
        return outside_grid(told, dtype, ndim);
    }

    // SAFETY: the caller guarantees `ndim` numbers, or dimensions, where these pointers are not NULL.
    let (extents, strides, raw) = unsafe {
        (
            numbers("extents", told.extents, ndim)?,
            numbers("strides", told.strides, ndim)?,
            numbers("dims", told.dims, ndim)?,
        )
    };
    let mut dims = Vec::with_capacity(ndim);
    for (dim, (raw, &extent)) in raw.iter().zip(extents).enumerate() {
        let mut data = dim_data(dim, raw)?;
        if data.is_unset() && raw.indices.is_null() {
            data = DimData::block(extent, [0, 1], 0, extent);
        }
        if data.dist_type == DimData::UNSTRUCTURED {
            check_indices_count(dim, &data, extent).map_err(broken)?;
            // SAFETY: the caller guarantees `n_indices` indices, a number that agrees with the section's extent.
            data.indices = unsafe { index_list(dim, raw) }?;
        }
        dims.push(data);
    }
    check_local(&dims, extents).map_err(broken)?;
    check_memory(extents, strides, dtype.size() as i64).map_err(broken)?;
    if told.base.is_null() && !extents.contains(&0) {
        return refuse("base is NULL, but the section has elements; allowed: NULL only without");
    }
    Ok(Descriptor {
        statement: Statement {
            dtype,
            ndim,
            dims: Some(dims),
        },
        base: told.base.cast(),
        extents: extents.iter().copied().collect(),
        strides: strides.iter().copied().collect(),
    })
}

/// Reads the data of `ndim` dimensions that come without a section, and checks them. NULL with `ndim` > 0 stands for a rank
/// outside the process grid.
///
/// # Safety
/// NULL, or `ndim` dimensions as the header has them.
pub unsafe fn read_dims(
    dims: *const darr_protocol_dim,
    ndim: usize,
) -> Result<Option<Vec<DimData>>> {
    if dims.is_null() && ndim > 0 {
        return Ok(None);
    }
    // SAFETY: the caller guarantees `ndim` dimensions.
    let raw = unsafe { numbers("dim_data", dims, ndim) }?;
    let mut read = Vec::with_capacity(ndim);
    for (dim, raw) in raw.iter().enumerate() {
        let mut data = dim_data(dim, raw)?;
        if data.dist_type == DimData::UNSTRUCTURED {
            check_indices_count(dim, &data, data.n_indices).map_err(broken)?;
            // SAFETY: the caller guarantees `n_indices` indices.
            data.indices = unsafe { index_list(dim, raw) }?;
        }
        read.push(data);
    }
    let mut counts = Vec::with_capacity(ndim);
    for (dim, data) in read.iter().enumerate() {
        check_dim(dim, data).map_err(broken)?;
        counts.push(data.count());
    }
    check_local(&read, &counts).map_err(broken)?;
    Ok(Some(read))
}

/// What is said apart from the section: that the descriptor is live and of a kind that is known here.
fn check_head(told: &darr_protocol) -> Result<Dtype> {
    let unsupported = |text: String| Err(Error::new(Code::Unsupported, text));
    if told.release.is_none() {
        let text =
            "release is NULL: the descriptor has been released or moved, or was never filled";
        return Err(Error::new(Code::State, text));
    }
    if told.version_major != VERSION[0] {
        return unsupported(format!(
            "version_major is {}; supported: {}",
            told.version_major, VERSION[0]
        ));
    }
    if told.device != DEVICE_CPU {
        return unsupported(format!(
            "device is {}; supported: {DEVICE_CPU}, the CPU",
            told.device
        ));
    }
    if told.reserved != [0; 4] {
        return unsupported(format!("reserved is {:?}; supported: zeros", told.reserved));
    }
    if !(0..=MAX_DIMS as i32).contains(&told.ndim) {
        return refuse(format!("ndim is {}; allowed: 0 to {MAX_DIMS}", told.ndim));
    }
    if !matches!(told.in_grid, 0 | 1) {
        return refuse(format!("in_grid is {}; allowed: 0 or 1", told.in_grid));
    }
    Dtype::from_code(told.dtype).or_else(|_| {
        refuse(format!(
            "dtype is {}; allowed: 1 to {}",
            told.dtype,
            Dtype::Complex128 as i32
        ))
    })
}

/// Rule 2.5.
fn outside_grid(told: &darr_protocol, dtype: Dtype, ndim: usize) -> Result<Descriptor> {
    let given = [
        ("base", !told.base.is_null()),
        ("extents", !told.extents.is_null()),
        ("strides", !told.strides.is_null()),
        ("dims", !told.dims.is_null()),
    ];
    if let Some((key, _)) = given.into_iter().find(|&(_, given)| given) {
        return refuse(format!("{key} is not NULL with in_grid 0; allowed: NULL"));
    }
    let nothing: Dims<i64> = (0..ndim).map(|_| 0).collect();
    Ok(Descriptor {
        statement: Statement {
            dtype,
            ndim,
            dims: None,
        },
        base: std::ptr::null_mut(),
        extents: nothing.clone(),
        strides: nothing,
    })
}

/// # Safety
/// NULL, or `n` values that nobody writes while they are in use.
unsafe fn numbers<'a, T>(key: &str, values: *const T, n: usize) -> Result<&'a [T]> {
    if n == 0 {
        return Ok(&[]);
    }
    if values.is_null() {
        return refuse(format!(
            "{key} is NULL; allowed: {n} entries, NULL only for none"
        ));
    }
    if !values.is_aligned() {
        return refuse(format!(
            "{key} is {values:p}; allowed: an address that is aligned for 64-bit integers"
        ));
    }
    if n > isize::MAX as usize / size_of::<T>() {
        return refuse(format!(
            "{key} has {n} entries; allowed: what fits into memory"
        ));
    }
    // SAFETY: not NULL, aligned, and of a length that fits; the caller guarantees the values.
    Ok(unsafe { std::slice::from_raw_parts(values, n) })
}

/// All but the indices.
fn dim_data(dim: usize, raw: &darr_protocol_dim) -> Result<DimData> {
    if raw.reserved != 0 || raw.reserved_tail != 0 {
        let text = format!(
            "dimension {dim}: reserved is {} and reserved_tail {}; supported: 0",
            raw.reserved, raw.reserved_tail
        );
        return Err(Error::new(Code::Unsupported, text));
    }
    if raw.dist_type != DimData::UNSTRUCTURED && !raw.indices.is_null() {
        return refuse(format!(
            "dimension {dim}: indices is not NULL; allowed: NULL, because only dimensions of dist_type 'u' have any"
        ));
    }
    Ok(DimData {
        dist_type: raw.dist_type,
        periodic: raw.periodic,
        one_to_one: raw.one_to_one,
        size: raw.size,
        proc_grid_size: raw.proc_grid_size,
        proc_grid_rank: raw.proc_grid_rank,
        start: raw.start,
        stop: raw.stop,
        padding: raw.padding,
        block_size: raw.block_size,
        n_indices: raw.n_indices,
        indices: None,
        digest: None,
    })
}

/// A copy of the indices; `None` where there should be some and the pointer is NULL.
///
/// # Safety
/// `indices` is NULL or points to `n_indices` numbers.
unsafe fn index_list(dim: usize, raw: &darr_protocol_dim) -> Result<Option<Arc<[i64]>>> {
    let count = usize::try_from(raw.n_indices).unwrap_or(0);
    if raw.indices.is_null() && count > 0 {
        return Ok(None);
    }
    // SAFETY: the caller guarantees so many numbers.
    let values = unsafe { numbers("indices", raw.indices, count) }?;
    let mut list = Vec::new();
    let reserved = list.try_reserve_exact(count);
    reserved.map_err(|_| broken(Violation::Unchecked { dim, count }))?;
    list.extend_from_slice(values);
    Ok(Some(list.into()))
}

fn refuse<T>(text: impl Into<String>) -> Result<T> {
    Err(Error::new(Code::Protocol, text))
}

fn broken(violation: Violation) -> Error {
    distarray_core::Error::from(violation).into()
}

/// A descriptor that is to be taken over once everything else has succeeded.
///
/// Blocks on its memory are made before the ranks agree that all could make theirs. Until the descriptor has been taken
/// it is the caller's, and nothing happens to it. From then on it is released when the claim and all that
/// [`Claim::release`] gave are gone: at once, where no block is left that needs the memory.
#[derive(Clone, Default)]
pub struct Claim {
    taken: Arc<Mutex<Option<Taken>>>,
}

impl Claim {
    /// What gives the memory back when a block needs it no more.
    pub fn release(&self) -> Box<dyn FnOnce() + Send> {
        let share = self.clone();
        Box::new(move || drop(share))
    }

    /// Moves the descriptor here: the caller's counts as released.
    ///
    /// # Safety
    /// The descriptor that the claimed blocks were read from, still live.
    pub unsafe fn take(&self, descriptor: *mut darr_protocol) {
        // SAFETY: the caller guarantees a live descriptor, which nobody else uses during the call.
        let moved = unsafe {
            let moved = descriptor.read_unaligned();
            (&raw mut (*descriptor).release).write_unaligned(None);
            moved
        };
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = Some(Taken(moved));
    }
}

/// A descriptor that is ours, released when it is dropped.
struct Taken(darr_protocol);

// SAFETY: rule 1.2 of the header: a descriptor is released from any thread, and nothing else is done with this one.
unsafe impl Send for Taken {}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: the descriptor was live when it was moved here, and is dropped once: rule 1.2 of the header.
            outside(|| unsafe { release(&mut self.0) });
        }
    }
}
