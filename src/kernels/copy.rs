//! Copies of strided elements: between blocks, and between a block and a packed buffer.

use distarray_core::{Code, Dims, Order};

use super::block::Block;
use super::nest::{Axis, Nest};
use super::transfer::Transfer;
use crate::buffer::zeroed;
use crate::error::{Error, Result};

/// Gathers the elements of `from` into the beginning of `out` without gaps, with the last (C) or
/// the first (F) dimension fastest. Returns the number of bytes written.
///
/// Panics when `out` is shorter than `from.bytes()`, as indexing a slice does.
pub fn pack(from: &Block, order: Order, out: &mut [u8]) -> usize {
    let bytes = from.bytes();
    let out = &mut out[..bytes];
    let strides = packed(from, order);
    let at = [from.base(), out.as_mut_ptr()];
    if let Some(nest) = Nest::new(from.extents(), at, [from.strides(), &strides]) {
        // SAFETY: operand 0 lies in its memory by Block, condition 1; operand 1 fills `bytes` bytes
        // of `out`, a slice of our own that no memory contains, because a `&mut` to borrowed memory
        // is never formed.
        unsafe { transfer(nest, from.dtype().size()) };
    }
    bytes
}

/// Scatters packed elements into `to`: the inverse of [`pack`]. Returns the number of bytes read.
///
/// Panics when `data` is shorter than `to.bytes()`, as indexing a slice does.
pub fn unpack(data: &[u8], order: Order, to: &Block) -> usize {
    let bytes = to.bytes();
    let data = &data[..bytes];
    let strides = packed(to, order);
    let at = [data.as_ptr().cast_mut(), to.base()];
    if let Some(nest) = Nest::new(to.extents(), at, [&strides, to.strides()]) {
        // SAFETY: operand 0 reads `bytes` bytes of `data`; operand 1 lies in its memory by Block,
        // condition 1, writes no byte twice by condition 2, and no memory contains `data`.
        unsafe { transfer(nest, to.dtype().size()) };
    }
    bytes
}

/// Copies the elements of `from` to `to`, as if all were read before any is written. Allocates only
/// when the two share bytes without being the same.
///
/// Errors: `Code::Argument` when extents or dtypes differ; `Code::Memory`.
pub fn copy(from: &Block, to: &Block) -> Result<()> {
    if from.dtype() != to.dtype() {
        return Err(Error::new(
            Code::Argument,
            format!(
                "a copy from {} to {} needs a conversion",
                from.dtype().name(),
                to.dtype().name()
            ),
        ));
    }
    require_equal_extents(from, to)?;
    let at = [from.base(), to.base()];
    let Some(nest) = Nest::new(from.extents(), at, [from.strides(), to.strides()]) else {
        return Ok(());
    };
    let size = from.dtype().size();
    let stays = |axis: &Axis<2>| axis.strides[0] == axis.strides[1];
    if disjoint_spans(from, to) {
        // SAFETY: both operands lie in their memories by Block, condition 1; the target writes no
        // byte twice by condition 2; their spans are disjoint.
        unsafe { transfer(nest, size) };
    } else if from.base() == to.base() && nest.axes.iter().all(stays) {
        // Every element is its own copy.
    } else if !from.overlaps(to) {
        // SAFETY: as in the first case, with elements that share no byte.
        unsafe { transfer(nest, size) };
    } else {
        let mut values = zeroed(from.bytes())?;
        pack(from, Order::C, &mut values);
        unpack(&values, Order::C, to);
    }
    Ok(())
}

/// Writes the first element of `value` to every element of `to`.
///
/// Panics when `value` is shorter than an element, as indexing a slice does.
pub fn fill(to: &Block, value: &[u8]) {
    let size = to.dtype().size();
    let value = &value[..size];
    let Some(mut nest) = Nest::new(to.extents(), [to.base()], [to.strides()]) else {
        return;
    };
    nest.arrange(0);
    // SAFETY: every element lies in its memory by Block, condition 1, and `value` holds one
    // element.
    unsafe {
        match size {
            1 => fill_items::<1>(&nest, value),
            2 => fill_items::<2>(&nest, value),
            4 => fill_items::<4>(&nest, value),
            8 => fill_items::<8>(&nest, value),
            _ => fill_items::<16>(&nest, value),
        }
    }
}

pub(super) fn require_equal_extents(from: &Block, to: &Block) -> Result<()> {
    if from.extents() == to.extents() {
        return Ok(());
    }
    Err(Error::new(
        Code::Argument,
        format!(
            "extents {:?} do not match extents {:?}",
            from.extents(),
            to.extents()
        ),
    ))
}

/// Whether the address ranges of two blocks that are not empty lie apart.
pub(super) fn disjoint_spans(a: &Block, b: &Block) -> bool {
    match (a.span(), b.span()) {
        (Some(a), Some(b)) => a.1 <= b.0 || b.1 <= a.0,
        _ => true,
    }
}

/// Strides of the elements of a block that is not empty when nothing lies between them. They fit:
/// the elements lie in a memory without overlap.
fn packed(block: &Block, order: Order) -> Dims<i64> {
    let mut strides: Dims<i64> = block.extents().iter().map(|_| 0).collect();
    let mut next = block.dtype().size() as i64;
    let ndim = block.ndim();
    for level in 0..ndim {
        let dim = match order {
            Order::C => ndim - 1 - level,
            Order::F => level,
        };
        strides[dim] = next;
        next = next.saturating_mul(block.extents()[dim]);
    }
    strides
}

/// Copies the elements of `size` bytes of operand 0 to operand 1.
///
/// # Safety
/// As [`Transfer::perform`].
unsafe fn transfer(nest: Nest<2>, size: usize) {
    let (transfer, at) = Transfer::new(nest, size);
    // SAFETY: passed on.
    unsafe { transfer.perform(at, false) };
}

/// # Safety
/// Every element of the operand may be written; `value` holds `B` bytes.
unsafe fn fill_items<const B: usize>(nest: &Nest<1>, value: &[u8]) {
    let mut item = [0u8; B];
    item.copy_from_slice(value);
    let inner = nest.axis(0);
    let [step] = inner.strides;
    let dense = step == B as isize;
    nest.walk(1, |[to]| {
        for i in 0..inner.extent as isize {
            let offset = if dense { i * B as isize } else { i * step };
            // SAFETY: an element of the operand; byte arrays need no alignment.
            unsafe { *to.offset(offset).cast::<[u8; B]>() = item };
        }
    });
}
