//! Copies of single elements, each at a listed offset or one after the other.

use std::sync::Arc;

use distarray_core::{packed_strides, Code, Dtype, Order};

use super::block::Block;
use super::convert::Line;
use super::memory::Memory;
use super::nest::Axis;
use super::offsets::{Offset, Offsets};
use super::place::{outside, packed, Place};
use super::transfer::item;
use crate::error::{Error, Result};

/// Elements at single positions, in an order that both operands share.
#[derive(Clone, Debug)]
pub struct Points {
    pub count: usize,
    /// Positions in the blocks of the source and of the target, padding included; `None` where this rank does not use them.
    pub positions: [Option<Arc<Offsets>>; 2],
    /// How the positions of a block are counted.
    pub order: Order,
}

/// What is done with each element.
pub(super) enum Unit {
    /// So many bytes are copied.
    Bytes(usize),
    /// It is converted or combined.
    Element(Line),
}

/// Copies from operand 0 to operand 1, in the order of the list.
pub(super) struct Scatter {
    count: usize,
    ends: [End; 2],
    unit: Unit,
}

/// Where the elements of one operand lie.
struct End {
    /// Bytes by which an offset counts.
    step: isize,
    /// `None`: the elements follow one another.
    offsets: Option<Arc<Offsets>>,
}

/// One operand, proven to hold all of the points.
pub(super) struct Operand {
    pub memory: Arc<Memory>,
    pub dtype: Dtype,
    pub base: *mut u8,
    end: End,
}

impl Operand {
    pub fn new(place: Place, points: &Points) -> Result<Operand> {
        match place {
            Place::In { block, side, .. } => {
                let Some(list) = &points.positions[side] else {
                    return Err(outside());
                };
                // Fits by condition 3 of a block, unless that is empty.
                let elements = block
                    .extents()
                    .iter()
                    .fold(1i64, |n, &extent| n.saturating_mul(extent));
                let inside = list
                    .largest()
                    .is_none_or(|largest| largest < elements.unsigned_abs());
                if list.count() != points.count || !inside {
                    return Err(outside());
                }
                let end = match common_step(block, points.order) {
                    Some(step) => End {
                        step,
                        offsets: Some(list.clone()),
                    },
                    None => End {
                        step: 1,
                        offsets: Some(Arc::new(in_bytes(block, list, points.order)?)),
                    },
                };
                Ok(Operand {
                    memory: block.memory().clone(),
                    dtype: block.dtype(),
                    base: block.base(),
                    end,
                })
            }
            Place::Packed {
                memory,
                offset,
                dtype,
                ..
            } => {
                let bytes = points.count.checked_mul(dtype.size());
                Ok(Operand {
                    memory: memory.clone(),
                    dtype,
                    base: packed(memory, offset, bytes)?,
                    end: End {
                        step: dtype.size() as isize,
                        offsets: None,
                    },
                })
            }
        }
    }
}

/// Bytes from one position to the next, where that is the same for all.
fn common_step(block: &Block, order: Order) -> Option<isize> {
    let counted = packed_strides(block.extents(), order, 1).ok()?;
    let mut axes = (0..block.ndim()).filter(|&dim| block.extents()[dim] > 1);
    let Some(first) = axes.clone().min_by_key(|&dim| counted[dim]) else {
        return Some(block.dtype().size() as isize);
    };
    let step = block.strides()[first];
    let alike = axes.all(|dim| counted[dim].checked_mul(step) == Some(block.strides()[dim]));
    alike.then_some(step as isize)
}

/// Positions in bytes, from the block's first element on. Those before it wrap around, as addresses do.
fn in_bytes(block: &Block, positions: &Offsets, order: Order) -> Result<Offsets> {
    let axes = (0..block.ndim()).map(|dim| (block.extents()[dim] as u64, block.strides()[dim]));
    let mut axes: Vec<(u64, i64)> = axes.collect();
    if order == Order::C {
        axes.reverse();
    }
    let bytes = |mut position: u64| {
        let mut offset = 0u64;
        for &(extent, stride) in &axes {
            offset = offset.wrapping_add((position % extent).wrapping_mul(stride as u64));
            position /= extent;
        }
        offset
    };
    let mut list = Vec::new();
    let refused = |_| Error::new(Code::Memory, "memory for a list of indices was refused");
    list.try_reserve_exact(positions.count()).map_err(refused)?;
    match positions {
        Offsets::Narrow(positions) => list.extend(positions.iter().map(|&at| bytes(at.into()))),
        Offsets::Wide(positions) => list.extend(positions.iter().map(|&at| bytes(at))),
    }
    Ok(u64::list(list))
}

impl Scatter {
    /// The copies, and the addresses to begin at.
    ///
    /// The offsets of both operands are as many as the points, and each of them is inside its operand's memory.
    pub fn new(count: usize, operands: [Operand; 2], unit: Unit) -> (Scatter, [*mut u8; 2]) {
        let at = operands.each_ref().map(|operand| operand.base);
        let ends = operands.map(|operand| operand.end);
        (Scatter { count, ends, unit }, at)
    }

    /// Bytes that the lists take.
    pub fn memory(&self) -> usize {
        let lists = self.ends.iter().filter_map(|end| end.offsets.as_ref());
        lists.map(|list| list.bytes()).sum()
    }

    /// Copies one element after the other.
    ///
    /// # Safety
    /// The operands from which this was made, or blocks like them, lie at these addresses; they share no element, and nobody else
    /// writes to them.
    pub unsafe fn perform(&self, at: [*mut u8; 2]) {
        // SAFETY: passed on; the size is that of the elements.
        unsafe {
            match &self.unit {
                Unit::Bytes(1) => self.each(at, |at| item::<1>(at)),
                Unit::Bytes(2) => self.each(at, |at| item::<2>(at)),
                Unit::Bytes(4) => self.each(at, |at| item::<4>(at)),
                Unit::Bytes(8) => self.each(at, |at| item::<8>(at)),
                Unit::Bytes(16) => self.each(at, |at| item::<16>(at)),
                &Unit::Bytes(size) => self.each(at, |[from, to]| {
                    std::ptr::copy_nonoverlapping(from, to, size);
                }),
                Unit::Element(line) => self.each(at, |at| line(Axis::ONCE, at)),
            }
        }
    }

    /// Calls `visit` with the addresses of every element.
    #[inline(always)]
    fn each(&self, at: [*mut u8; 2], visit: impl FnMut([*mut u8; 2])) {
        let from = self.ends[0].offsets.as_deref();
        match from {
            None => self.each_from(at, 0..self.count, visit),
            Some(Offsets::Narrow(list)) => {
                self.each_from(at, list.iter().map(|&offset| offset as usize), visit)
            }
            Some(Offsets::Wide(list)) => {
                self.each_from(at, list.iter().map(|&offset| offset as usize), visit)
            }
        }
    }

    #[inline(always)]
    fn each_from(
        &self,
        at: [*mut u8; 2],
        from: impl Iterator<Item = usize>,
        visit: impl FnMut([*mut u8; 2]),
    ) {
        let to = self.ends[1].offsets.as_deref();
        match to {
            None => self.each_pair(at, from.zip(0..self.count), visit),
            Some(Offsets::Narrow(list)) => {
                let to = list.iter().map(|&offset| offset as usize);
                self.each_pair(at, from.zip(to), visit)
            }
            Some(Offsets::Wide(list)) => {
                let to = list.iter().map(|&offset| offset as usize);
                self.each_pair(at, from.zip(to), visit)
            }
        }
    }

    #[inline(always)]
    fn each_pair(
        &self,
        at: [*mut u8; 2],
        pairs: impl Iterator<Item = (usize, usize)>,
        mut visit: impl FnMut([*mut u8; 2]),
    ) {
        let steps = self.ends.each_ref().map(|end| end.step);
        pairs.for_each(|(from, to)| {
            let bytes = [from as isize, to as isize];
            visit([0, 1].map(|k| at[k].wrapping_offset(bytes[k].wrapping_mul(steps[k]))));
        });
    }
}
