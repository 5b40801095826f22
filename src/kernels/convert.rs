//! Copies that change the dtype.

use distarray_core::{Code, Dtype, Kind, Order};

use super::block::Block;
use super::copy::{self, pack, require_equal_extents};
use super::element::{with_element, Element};
use super::memory::Memory;
use super::nest::{Axis, Nest};
use crate::buffer::zeroed;
use crate::error::{Error, Result};

/// Converts the elements of `from` into those of `to`, as NumPy's `astype` does: floats are
/// truncated towards zero, integers wrap, bool is `x != 0`. Where NumPy leaves the result to the
/// processor (a float outside the range of the integer type, NaN) it is the nearest value of the
/// type, and 0 for NaN. As if all elements were read before any is written; allocates only when the
/// blocks overlap.
///
/// Errors: `Code::Argument` when the extents differ or an imaginary part would be lost;
/// `Code::Memory`.
pub fn convert(from: &Block, to: &Block) -> Result<()> {
    if from.dtype() == to.dtype() {
        return copy::copy(from, to);
    }
    require_equal_extents(from, to)?;
    require_kept_parts(from.dtype(), to.dtype())?;
    if from.overlaps(to) {
        let mut values = zeroed(from.bytes())?;
        pack(from, Order::C, &mut values);
        let strides =
            distarray_core::packed_strides(from.extents(), Order::C, from.dtype().size() as i64)?;
        // SAFETY: the buffer is our own and outlives the memory, which ends with this block.
        let memory = unsafe { Memory::borrow(values.as_mut_ptr(), 0, values.len()) };
        let copied = Block::new(memory, from.dtype(), from.extents(), &strides)?;
        disjoint(&copied, to);
    } else {
        disjoint(from, to);
    }
    Ok(())
}

/// Whether elements convert without losing an imaginary part. A bool only asks whether there is
/// anything.
pub(super) fn require_kept_parts(from: Dtype, to: Dtype) -> Result<()> {
    if from.kind() == Kind::Complex && !matches!(to.kind(), Kind::Complex | Kind::Bool) {
        return Err(Error::new(
            Code::Argument,
            format!(
                "{} does not convert to {}: the imaginary parts would be lost",
                from.name(),
                to.name()
            ),
        ));
    }
    Ok(())
}

/// Converts between blocks of equal extents that share no byte.
fn disjoint(from: &Block, to: &Block) {
    let at = [from.base(), to.base()];
    let Some(mut nest) = Nest::new(from.extents(), at, [from.strides(), to.strides()]) else {
        return;
    };
    nest.arrange(1);
    let inner = nest.axis(0);
    let line = convert_line(from.dtype(), to.dtype());
    // SAFETY: every element of both operands lies in its memory by Block, condition 1, and the
    // kernel is the one of both dtypes.
    nest.walk(1, |at| unsafe { line(inner, at) });
}

/// One loop of elements, from operand 0 to operand 1.
pub(super) type Line = unsafe fn(Axis<2>, [*mut u8; 2]);

/// The loop that converts elements of one dtype to another.
pub(super) fn convert_line(from: Dtype, to: Dtype) -> Line {
    with_element!(from, S => line_to::<S>(to))
}

fn line_to<S: Element>(to: Dtype) -> Line {
    with_element!(to, T => line::<S, T> as Line)
}

/// Converts one loop of elements, at whatever alignment they have.
///
/// # Safety
/// Operand 0 holds elements S, operand 1 may be overwritten with elements T, and they share no byte.
unsafe fn line<S: Element, T: Element>(axis: Axis<2>, [from, to]: [*mut u8; 2]) {
    let dense = [size_of::<S>() as isize, size_of::<T>() as isize];
    let each = |[from_step, to_step]: [isize; 2]| {
        for i in 0..axis.extent as isize {
            // SAFETY: element i of each operand.
            unsafe {
                let value = from.offset(i * from_step).cast::<S>().read_unaligned();
                to.offset(i * to_step)
                    .cast::<T>()
                    .write_unaligned(value.cast());
            }
        }
    };
    // Strides known to the compiler let it use vector instructions.
    if axis.strides == dense {
        each(dense);
    } else {
        each(axis.strides);
    }
}
