//! Reductions of a block along some of its dimensions: one partial for each index of the others.
//!
//! A few indices of the kept dimensions and a tile of the reduced ones are copied at a time, so that what is reduced together lies
//! together; each row of the copy is folded by the kernel of the whole reductions. What meets follows from extents and the order of
//! strides alone, as there.

use distarray_core::{Code, Dims, Region};

use super::block::Block;
use super::copy::copy;
use super::fold::kernel;
use super::memory::Memory;
use super::op::Op;
use super::partial::{Partial, Shape};
use super::tile::{Corner, Traversal, TILE};
use super::winner::{Places, Search};
use crate::error::{Error, Result};

/// Most indices of the kept dimensions that are copied at once.
const ROWS: usize = 64;

/// Room for the copies.
pub struct Scratch {
    memory: std::sync::Arc<Memory>,
}

impl Scratch {
    /// Errors: `Code::Memory`.
    pub fn for_block(block: &Block) -> Result<Scratch> {
        let elements = (block.elements() as usize).min(ROWS * TILE);
        let memory = Memory::allocate(elements * block.dtype().size())?;
        Ok(Scratch { memory })
    }
}

/// Adds the elements of a block to the partials of their indices in the kept dimensions, in row-major order of those, all of
/// `Partial::new(op, dtype)` or more. `places` counts within the reduced dimensions: it gives 0 for the others.
///
/// Errors: `Code::Internal` for another number of partials.
pub fn reduce_along(
    op: Op,
    block: &Block,
    reduced: impl Fn(usize) -> bool,
    places: Places,
    scratch: &Scratch,
    out: &mut [Partial],
) -> Result<()> {
    if block.is_empty() {
        return Ok(());
    }
    let (inner, outer) = (
        Traversal::along(block, TILE, &reduced),
        Traversal::along(block, ROWS, |dim| !reduced(dim)),
    );
    let mut steps: Dims<usize> = block.extents().iter().map(|_| 0).collect();
    let mut rows = 1;
    for dim in (0..block.ndim()).rev().filter(|&dim| !reduced(dim)) {
        steps[dim] = rows;
        rows *= block.extents()[dim] as usize;
    }
    if out.len() != rows {
        let text = format!("{rows} results of a reduction into {}", out.len());
        return Err(Error::new(Code::Internal, text));
    }
    let work = Work {
        shape: Shape::of(op, block.dtype()),
        search: op
            .is_place()
            .then(|| Search::new(block, Shape::of(op, block.dtype()), places)),
        op,
        block,
        scratch,
        steps,
    };
    let mut outcome = Ok(());
    outer.each(|rows| {
        inner.each(|tile| {
            if outcome.is_ok() {
                outcome = work.tile(rows, tile, out);
            }
        });
    });
    outcome
}

struct Work<'a> {
    op: Op,
    shape: Shape,
    search: Option<Search<'a>>,
    block: &'a Block,
    scratch: &'a Scratch,
    /// From one index of a kept dimension to the next among the partials.
    steps: Dims<usize>,
}

impl Work<'_> {
    fn tile(&self, rows: &Corner, tile: &Corner, out: &mut [Partial]) -> Result<()> {
        let block = self.block;
        let mut region = Region {
            lo: block.extents().iter().map(|_| 0).collect(),
            hi: block.extents().iter().copied().collect(),
        };
        rows.restrict(&mut region);
        tile.restrict(&mut region);
        let part = block.section(&region)?;
        let size = block.dtype().size();
        let mut strides: Dims<i64> = block.extents().iter().map(|_| size as i64).collect();
        let mut next = size as i64;
        for corner in [tile, rows] {
            for &dim in &corner.order.dims {
                strides[dim] = next;
                next *= part.extents()[dim];
            }
        }
        let packed = Block::new(
            self.scratch.memory.clone(),
            block.dtype(),
            part.extents(),
            &strides,
        )?;
        copy(&part, &packed)?;
        let n = tile.elements();
        let fold = kernel(self.op, block.dtype());
        for row in 0..rows.elements() {
            let partial = &mut out[self.index(rows, row)];
            let x = packed.base().wrapping_add(row * n * size).cast_const();
            // SAFETY: the row is n elements of the packed copy, which nobody writes meanwhile; the memory of the library is
            // aligned, and so are elements behind whole elements.
            let words = unsafe {
                let words = fold(x, x, n);
                match &self.search {
                    None => words,
                    Some(search) => search.locate(partial, words, x, n, tile),
                }
            };
            partial.add(self.shape, n as u64, words);
        }
        Ok(())
    }

    /// The partial of a row.
    fn index(&self, rows: &Corner, row: usize) -> usize {
        let mut rest = row;
        let levels = rows.order.dims.iter().enumerate();
        let steps = levels.map(|(level, &dim)| {
            let range = rows.range(level);
            let at = range.start + rest % range.len();
            rest /= range.len();
            at * self.steps[dim]
        });
        steps.sum()
    }
}
