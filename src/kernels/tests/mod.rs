//! Kernels against oracles that visit one element after the other, over random layouts.

mod adjacent;
mod block;
mod convert;
mod copy;
mod edge;
mod memory;
mod points;
mod reduce;
mod reduce_places;
mod ufunc;

use std::sync::Arc;

use distarray_core::{Dtype, Region};

use super::{Block, Memory};

/// SplitMix64: the same layouts in every run.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `limit`.
    fn below(&mut self, limit: i64) -> i64 {
        (self.next() % limit as u64) as i64
    }

    fn chance(&mut self, one_in: i64) -> bool {
        self.below(one_in) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as i64) as usize]
    }

    fn shuffled(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, self.below(i as i64 + 1) as usize);
        }
        order
    }

    /// Extents of up to `ndim` dimensions with about `elements` elements at most; 0, 1 and long
    /// dimensions occur.
    fn extents(&mut self, ndim: i64, elements: i64) -> Vec<i64> {
        let ndim = self.below(ndim + 1);
        let mut left = elements;
        let mut extents = Vec::new();
        for _ in 0..ndim {
            let extent = match self.below(8) {
                0 => 1,
                1 => self.below(left + 1),
                2 if self.chance(4) => 0,
                _ => 1 + self.below(left.min(12)),
            };
            left = (left / extent.max(1)).max(1);
            extents.push(extent);
        }
        let order = self.shuffled(extents.len());
        order.into_iter().map(|dim| extents[dim]).collect()
    }
}

/// A block in the midst of bytes of the test's own, all of which can be compared.
struct Field {
    block: Block,
    start: *mut u8,
    len: usize,
}

impl Field {
    /// Random bytes under a random layout: any order of dimensions, gaps, directions and alignment.
    fn random(rng: &mut Rng, dtype: Dtype, extents: &[i64]) -> Field {
        let order = rng.shuffled(extents.len());
        let gaps = rng.below(3);
        Field::laid_out(rng, dtype, extents, &order, gaps)
    }

    /// `order` lists the dimensions from the fastest on. `gaps`: 0 packed, 1 gaps of whole
    /// elements, 2 of any bytes, and any alignment.
    fn laid_out(rng: &mut Rng, dtype: Dtype, extents: &[i64], order: &[usize], gaps: i64) -> Field {
        let size = dtype.size() as i64;
        let unit = if gaps == 2 { 1 } else { size };
        let gap = |rng: &mut Rng| match gaps {
            0 => 0,
            _ if rng.chance(3) => unit * rng.below(5),
            _ => 0,
        };
        let mut strides = vec![0; extents.len()];
        let (mut next, mut below) = (size + gap(rng), 0);
        for &dim in order {
            strides[dim] = next;
            next = next * extents[dim].max(1) + gap(rng);
            if rng.chance(4) {
                strides[dim] = -strides[dim];
                below -= strides[dim] * (extents[dim].max(1) - 1);
            }
        }
        let margin = 64 + if gaps == 2 { rng.below(16) } else { 0 };
        let len = (next + 2 * margin + 64) as usize;
        let mut words: Vec<u64> = (0..len.div_ceil(8)).map(|_| rng.next()).collect();
        let start = words.as_mut_ptr().cast::<u8>();
        let (below, margin) = (below as usize, margin as usize);
        let base = start.wrapping_add(margin + below);
        let keep = Box::new(move || drop(words));
        // SAFETY: the words stay where they are until the memory releases them, and the tests are
        // the only ones to use them.
        let memory = unsafe { Memory::foreign(base, below, len - margin - below, keep) };
        let block = Block::new(memory, dtype, extents, &strides).unwrap();
        Field { block, start, len }
    }

    fn bytes(&self) -> Vec<u8> {
        // SAFETY: the field's own bytes, which nobody writes meanwhile.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }.to_vec()
    }

    /// Position of an element of a block in these bytes.
    fn position(&self, block: &Block, index: &[i64]) -> usize {
        let offset: i64 = index
            .iter()
            .zip(block.strides())
            .map(|(&i, &s)| if i == 0 { 0 } else { i * s })
            .sum();
        (block.base().addr() - self.start.addr()).wrapping_add_signed(offset as isize)
    }

    /// A random box of the block, sometimes with steps.
    fn part(&self, rng: &mut Rng, extents: &[i64], steps: bool) -> Option<Block> {
        let mut block = self.block.clone();
        for (dim, &count) in extents.iter().enumerate() {
            let extent = block.extents()[dim];
            if count > extent {
                return None;
            }
            let widest = if count > 1 {
                (extent - 1) / (count - 1)
            } else {
                1
            };
            let step = if steps { 1 + rng.below(widest) } else { 1 };
            let room = extent - (count - 1).max(0) * step;
            let start = if count == 0 { 0 } else { rng.below(room) };
            block = if steps && rng.chance(3) && count > 0 {
                block
                    .every(dim, start + (count - 1) * step, -step, count)
                    .unwrap()
            } else {
                block.every(dim, start, step, count).unwrap()
            };
        }
        Some(block)
    }
}

/// All indices, the last dimension fastest.
fn indices(extents: &[i64]) -> Vec<Vec<i64>> {
    let mut all = vec![vec![]];
    for &extent in extents {
        all = all
            .into_iter()
            .flat_map(|index: Vec<i64>| (0..extent).map(move |i| [&index[..], &[i]].concat()))
            .collect();
    }
    all
}

/// Elements of a block, in the order of `indices`.
fn elements(block: &Block) -> Vec<Vec<u8>> {
    let one = |index: Vec<i64>| {
        let hi = index.iter().map(|i| i + 1).collect();
        let lo = index.into_iter().collect();
        let element = block.section(&Region { lo, hi }).unwrap();
        super::Value::load(&element).bytes().to_vec()
    };
    indices(block.extents()).into_iter().map(one).collect()
}

/// A packed array of numbers, converted to `dtype`.
fn array(dtype: Dtype, extents: &[i64], values: &[f64]) -> Block {
    let bytes = values
        .iter()
        .flat_map(|v| v.to_ne_bytes())
        .collect::<Vec<u8>>();
    let doubles = packed(Dtype::Float64, extents);
    super::copy::unpack(&bytes, distarray_core::Order::C, &doubles);
    let block = packed(dtype, extents);
    super::convert::convert(&doubles, &block).unwrap();
    block
}

fn packed(dtype: Dtype, extents: &[i64]) -> Block {
    let size = dtype.size() as i64;
    let strides = distarray_core::packed_strides(extents, distarray_core::Order::C, size).unwrap();
    let bytes = extents.iter().product::<i64>() * size;
    Block::new(
        Memory::allocate(bytes as usize).unwrap(),
        dtype,
        extents,
        &strides,
    )
    .unwrap()
}

fn owned(bytes: usize) -> Arc<Memory> {
    Memory::allocate(bytes).unwrap()
}
