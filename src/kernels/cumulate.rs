//! Cumulative sums along one dimension of a block, in segments that continue elsewhere.

use std::sync::Arc;

use distarray_core::{Dims, Dtype, Kind, Order};

use super::block::Block;
use super::convert::convert;
use super::memory::Memory;
use super::op::Op;
use crate::error::Result;

/// The elements of a block in the type that they are summed in, with the summed dimension slowest: row l has what stands at index l of
/// it, and rows are added as vectors. The parts of complex numbers are sums of their own.
pub struct Rows {
    block: Block,
    memory: Arc<Memory>,
    /// Words of a row.
    width: usize,
    integers: bool,
}

impl Rows {
    /// Errors: `Code::Memory`.
    pub fn of(from: &Block, dim: usize) -> Result<Rows> {
        let dtype = match Op::Sum.result(from.dtype()) {
            Dtype::Float32 => Dtype::Float64,
            Dtype::Complex64 => Dtype::Complex128,
            dtype => dtype,
        };
        let size = dtype.size() as i64;
        let mut extents: Dims<i64> = from.extents().iter().copied().collect();
        let length = std::mem::replace(&mut extents[dim], 1);
        let mut strides = distarray_core::packed_strides(&extents, Order::C, size)?;
        let row: i64 = extents.iter().product::<i64>() * size;
        strides[dim] = row.max(size);
        extents[dim] = length;
        let memory = Memory::allocate((length * row) as usize)?;
        let block = Block::new(memory.clone(), dtype, &extents, &strides)?;
        convert(from, &block)?;
        Ok(Rows {
            block,
            memory,
            width: row as usize / size_of::<u64>(),
            integers: !matches!(dtype.kind(), Kind::Float | Kind::Complex),
        })
    }

    /// Adds each row to the next one, but to those that begin a segment.
    pub fn accumulate(&mut self, begins: impl Fn(usize) -> bool) {
        let (width, integers) = (self.width, self.integers);
        let words = self.words();
        for l in 1..words.len() / width.max(1) {
            if !begins(l) {
                let (before, row) = words[(l - 1) * width..].split_at_mut(width);
                add(integers, &mut row[..width], before);
            }
        }
    }

    pub fn row(&mut self, l: usize) -> &[u64] {
        let width = self.width;
        &self.words()[l * width..][..width]
    }

    /// Adds the same to a row; where these are the elements of a row before, everything up to it is added.
    pub fn add_to(&mut self, l: usize, words: &[u64]) {
        let (width, integers) = (self.width, self.integers);
        add(integers, &mut self.words()[l * width..][..width], words);
    }

    /// Adds rows that lie one after the other up, each to the next one.
    pub fn accumulate_totals(&self, totals: &mut [u64]) {
        let width = self.width.max(1);
        for l in 1..totals.len() / width {
            let (before, row) = totals[(l - 1) * width..].split_at_mut(width);
            add(self.integers, &mut row[..width], before);
        }
    }

    /// Stores the elements, converted.
    pub fn store(&self, to: &Block) -> Result<()> {
        convert(&self.block, to)
    }

    fn words(&mut self) -> &mut [u64] {
        let words = self.block.bytes() / size_of::<u64>();
        // SAFETY: the block is packed in a memory of this value's own, which is aligned for any element and lives as long as the slice;
        // nobody else has it.
        unsafe { std::slice::from_raw_parts_mut(self.memory.base().cast(), words) }
    }
}

fn add(integers: bool, to: &mut [u64], from: &[u64]) {
    let pairs = to.iter_mut().zip(from);
    if integers {
        pairs.for_each(|(to, from)| *to = to.wrapping_add(*from));
    } else {
        pairs.for_each(|(to, from)| *to = (f64::from_bits(*to) + f64::from_bits(*from)).to_bits());
    }
}
