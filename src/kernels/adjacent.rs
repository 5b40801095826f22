//! Elements that lie in memory as they lie in a message: nothing needs to be copied.

use std::sync::Arc;

use distarray_core::{Order, Product};

use super::memory::Memory;
use super::place::{counts, Operand, Place};

/// A range of bytes that lies inside of a memory.
#[derive(Clone)]
pub struct Spot {
    memory: Arc<Memory>,
    start: *mut u8,
    bytes: usize,
}

// SAFETY: an address in memory that is kept alive; `Memory` says what makes its concurrent use sound.
unsafe impl Send for Spot {}

impl Spot {
    /// All that a memory holds from its base on.
    pub fn all(memory: Arc<Memory>) -> Spot {
        let (start, bytes) = (memory.base(), memory.above());
        Spot {
            memory,
            start,
            bytes,
        }
    }

    pub fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    pub fn start(&self) -> *mut u8 {
        self.start
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Where a product's elements lie one after the other in the order of a message; `None` if they do not.
pub fn adjacent(place: Place, product: &Product, order: Order) -> Option<Spot> {
    let Place::In { side, .. } = place else {
        return None;
    };
    let counts = counts(product).ok()?;
    let operand = Operand::new(place, product, &counts).ok()?;
    let ndim = counts.len();
    let (mut bytes, mut offset) = (operand.dtype.size() as i64, 0i64);
    for level in 0..ndim {
        let dim = match order {
            Order::C => ndim - 1 - level,
            Order::F => level,
        };
        let [run] = product.dims[dim][..] else {
            return None;
        };
        let stride = operand.strides[dim];
        if run.count > 1 || (run.length > 1 && run.step[side].checked_mul(stride) != Some(bytes)) {
            return None;
        }
        offset += run.at[side] * stride;
        bytes *= run.length;
    }
    Some(Spot {
        start: operand.base().wrapping_offset(offset as isize),
        bytes: bytes as usize,
        memory: operand.memory,
    })
}
