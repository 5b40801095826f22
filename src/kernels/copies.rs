//! Many strided copies made ready at once: all that one message, or one peer's memory, has to give.
//!
//! A product of runs becomes one loop nest per combination of runs. Combinations that differ only in where they begin share
//! their nest, so that a list of scattered indices costs two addresses an element.

use std::collections::HashMap;
use std::sync::Arc;

use distarray_core::moves::Product;
use distarray_core::{Code, Dims, Dtype, Order, Run};

use super::block::Block;
use super::combine::{combine_line, Combine};
use super::convert::Line;
use super::memory::Memory;
use super::nest::{walk, Axes, Axis, Nest};
use super::transfer::Transfer;
use crate::error::{Error, Result};

/// Where the elements of one operand lie.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// At one side's positions of the product, 0 for the source and 1 for the target. Dimension d of the product is dimension
    /// `axes[d]` of the block.
    In {
        block: &'a Block,
        side: usize,
        axes: &'a [usize],
    },
    /// One after the other, from a byte offset of a memory on: run by run of each dimension, the last dimension fastest (C) or
    /// the first (F).
    Packed {
        memory: &'a Arc<Memory>,
        offset: usize,
        dtype: Dtype,
        order: Order,
    },
}

/// Copies from operand 0 to operand 1 that can be repeated. Nothing is allocated and nothing fails when they run.
///
/// Condition: every address in `groups`, with all turns of its group's loops, lies inside one of `memories`.
#[derive(Default)]
pub struct Copies {
    groups: Vec<Group>,
    /// The group for the loops of a combination, and what its elements are.
    known: HashMap<(Axes<2>, [Dtype; 2], Combine), Known>,
    memories: Vec<Arc<Memory>>,
    bytes: usize,
}

/// Copies that differ only in where they begin.
struct Group {
    kernel: Kernel,
    at: Vec<[*mut u8; 2]>,
}

enum Kernel {
    Copy(Transfer),
    /// One element at a time, converted or combined; the first loop is the line's.
    Each(Line, Axes<2>),
}

// SAFETY: addresses into memories that are kept alive here; `Memory` says what makes their concurrent use sound.
unsafe impl Send for Copies {}
// SAFETY: as above; running copies changes nothing here.
unsafe impl Sync for Copies {}

impl Copies {
    pub fn new() -> Copies {
        Copies::default()
    }

    /// Adds every element of a product, and gives the bytes that they have at `from`. The operands share no element.
    ///
    /// Errors: `Code::Internal` for positions outside of an operand; `Code::Argument` for dtypes that do not convert or
    /// combine; `Code::Memory`.
    pub fn add(
        &mut self,
        from: Place,
        to: Place,
        product: &Product,
        combine: Combine,
    ) -> Result<usize> {
        let operands = [Operand::new(from, product)?, Operand::new(to, product)?];
        let dtypes = operands.each_ref().map(|operand| operand.dtype);
        let line = match combine {
            Combine::Insert if dtypes[0] == dtypes[1] => None,
            _ => Some(combine_line(dtypes[0], dtypes[1], combine)?),
        };
        let mut last: Option<(Dims<Shape>, Known)> = None;
        let mut elements = 0;
        for_each_combination(product, |chosen| {
            let shape: Dims<Shape> = chosen.iter().map(|run| Shape::of(run)).collect();
            let begin = [0, 1].map(|k| operands[k].begin(chosen, elements));
            elements += shape.iter().map(Shape::elements).product::<usize>();
            let found = match last.take().filter(|(same, _)| *same == shape) {
                Some((_, found)) => found,
                None => {
                    let nest = nest(&operands, &shape, begin);
                    let what = (nest.axes.clone(), dtypes, combine);
                    *self.known.entry(what).or_insert_with(|| {
                        let (kernel, at) = match line {
                            None => {
                                let (transfer, at) = Transfer::new(nest, dtypes[0].size());
                                (Kernel::Copy(transfer), at)
                            }
                            Some(line) => each(nest, line),
                        };
                        self.groups.push(Group { kernel, at: vec![] });
                        let shift = |k: usize| at[k].addr().wrapping_sub(begin[k].addr()) as isize;
                        Known {
                            group: self.groups.len() - 1,
                            shift: [shift(0), shift(1)],
                        }
                    })
                }
            };
            let at = [0, 1].map(|k| begin[k].wrapping_offset(found.shift[k]));
            let list = &mut self.groups[found.group].at;
            list.try_reserve(1).map_err(|_| refused())?;
            list.push(at);
            last = Some((shape, found));
            Ok(())
        })?;
        for operand in operands {
            operand.ensure_room(elements)?;
            self.memories.push(operand.memory);
        }
        let bytes = elements * dtypes[0].size();
        self.bytes += bytes;
        Ok(bytes)
    }

    /// Bytes of all elements that are copied, as they are read.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Does the copies, in an order that depends on what was added alone.
    pub fn run(&self) {
        for group in &self.groups {
            // SAFETY: the condition on this type; no element is both read and written, and none written twice, in one product.
            unsafe {
                match &group.kernel {
                    Kernel::Copy(transfer) => transfer.perform_all(&group.at),
                    Kernel::Each(line, axes) => {
                        let inner = axes.first().copied().unwrap_or(Axis::ONCE);
                        let outer = axes.get(1..).unwrap_or(&[]);
                        for &at in &group.at {
                            walk(outer, at, |at| line(inner, at));
                        }
                    }
                }
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Bytes that the description of the copies takes.
    pub fn memory(&self) -> usize {
        let addresses: usize = self.groups.iter().map(|group| group.at.capacity()).sum();
        addresses * size_of::<[*mut u8; 2]>() + self.groups.capacity() * size_of::<Group>()
    }
}

/// What tells the loops of one run of a dimension.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Shape {
    length: i64,
    step: [i64; 2],
    count: i64,
    period: [i64; 2],
}

impl Shape {
    fn of(run: &Run) -> Shape {
        Shape {
            length: run.length,
            step: run.step,
            count: run.count,
            period: run.period,
        }
    }

    fn elements(&self) -> usize {
        (self.length * self.count) as usize
    }
}

/// The group that copies a shape, and how far its loops begin from the first element.
#[derive(Clone, Copy)]
struct Known {
    group: usize,
    shift: [isize; 2],
}

/// One operand, proven to hold all positions of the product but for the end of a packed one.
struct Operand {
    memory: Arc<Memory>,
    dtype: Dtype,
    base: *mut u8,
    layout: Layout,
}

enum Layout {
    /// Byte strides per dimension of the product, and the side of its positions.
    Strided(usize, Dims<i64>),
    Packed(usize, Order),
}

impl Operand {
    fn new(place: Place, product: &Product) -> Result<Operand> {
        match place {
            Place::In { block, side, axes } => {
                let dims = product.dims.iter().zip(axes);
                let fits = axes.len() == product.dims.len() && axes.len() == block.ndim();
                if !fits || !dims.into_iter().all(|(runs, &axis)| inside(runs, side, block, axis)) {
                    return Err(outside());
                }
                let strides = axes.iter().map(|&axis| block.strides()[axis]).collect();
                Ok(Operand {
                    memory: block.memory().clone(),
                    dtype: block.dtype(),
                    base: block.base(),
                    layout: Layout::Strided(side, strides),
                })
            }
            Place::Packed {
                memory,
                offset,
                dtype,
                order,
            } => Ok(Operand {
                memory: memory.clone(),
                dtype,
                base: memory.base().wrapping_add(offset),
                layout: Layout::Packed(offset, order),
            }),
        }
    }

    /// A packed operand has room for so many elements.
    fn ensure_room(&self, elements: usize) -> Result<()> {
        let Layout::Packed(offset, _) = self.layout else {
            return Ok(());
        };
        let end = elements
            .checked_mul(self.dtype.size())
            .and_then(|bytes| bytes.checked_add(offset));
        if end.is_some_and(|end| end <= self.memory.above()) {
            return Ok(());
        }
        Err(outside())
    }

    /// Address of the first element of a combination before which a packed operand holds `before` elements.
    fn begin(&self, chosen: &[&Run], before: usize) -> *mut u8 {
        match &self.layout {
            Layout::Strided(side, strides) => {
                let offsets = chosen.iter().zip(strides);
                let offset: i64 = offsets.map(|(run, stride)| run.at[*side] * stride).sum();
                self.base.wrapping_offset(offset as isize)
            }
            Layout::Packed(..) => self.base.wrapping_add(before * self.dtype.size()),
        }
    }

    /// Byte strides of the loops along the runs and over their repetitions, per dimension.
    fn strides(&self, shape: &[Shape]) -> Dims<[isize; 2]> {
        match &self.layout {
            Layout::Strided(side, strides) => {
                let pairs = shape.iter().zip(strides);
                let both = |(run, &stride): (&Shape, &i64)| {
                    [run.step[*side], run.period[*side]].map(|by| (by * stride) as isize)
                };
                pairs.map(both).collect()
            }
            Layout::Packed(_, order) => {
                let mut strides: Dims<[isize; 2]> = shape.iter().map(|_| [0; 2]).collect();
                let mut next = self.dtype.size() as isize;
                for level in 0..shape.len() {
                    let dim = match order {
                        Order::C => shape.len() - 1 - level,
                        Order::F => level,
                    };
                    strides[dim] = [next, next * shape[dim].length as isize];
                    next *= shape[dim].elements() as isize;
                }
                strides
            }
        }
    }
}

/// The loops of one combination, of more than one turn each.
fn nest(operands: &[Operand; 2], shape: &[Shape], at: [*mut u8; 2]) -> Nest<2> {
    let strides = operands.each_ref().map(|operand| operand.strides(shape));
    let mut axes = Axes::new();
    for (dim, run) in shape.iter().enumerate() {
        for (which, turns) in [run.length, run.count].into_iter().enumerate() {
            if turns > 1 {
                axes.push(Axis {
                    extent: turns as usize,
                    strides: [0, 1].map(|k| strides[k][dim][which]),
                });
            }
        }
    }
    Nest { axes, at }
}

/// Loops for elements one at a time.
fn each(mut nest: Nest<2>, line: Line) -> (Kernel, [*mut u8; 2]) {
    nest.arrange(1);
    (Kernel::Each(line, nest.axes), nest.at)
}

/// Whether all positions of some runs are indices of a block's dimension. The products are exact: positions are those of
/// elements in memory, or the sums saturate beyond them.
fn inside(runs: &[Run], side: usize, block: &Block, axis: usize) -> bool {
    let Some(&extent) = block.extents().get(axis) else {
        return false;
    };
    runs.iter().all(|run| {
        let along = (run.length - 1).saturating_mul(run.step[side]);
        let over = (run.count - 1).saturating_mul(run.period[side]);
        let low = run.at[side]
            .saturating_add(along.min(0))
            .saturating_add(over.min(0));
        let high = run.at[side]
            .saturating_add(along.max(0))
            .saturating_add(over.max(0));
        run.length > 0 && run.count > 0 && low >= 0 && high < extent
    })
}

/// Calls `visit` with every combination of one run of each dimension, the last dimension fastest.
fn for_each_combination<'a>(
    product: &'a Product,
    mut visit: impl FnMut(&[&'a Run]) -> Result<()>,
) -> Result<()> {
    let lists = &product.dims;
    if lists.iter().any(|runs| runs.is_empty()) {
        return Ok(());
    }
    let mut turn: Dims<usize> = lists.iter().map(|_| 0).collect();
    let mut chosen: Dims<&Run> = lists.iter().map(|runs| &runs[0]).collect();
    loop {
        visit(&chosen)?;
        let Some(dim) = (0..lists.len()).rev().find(|&dim| turn[dim] + 1 < lists[dim].len()) else {
            return Ok(());
        };
        turn[dim] += 1;
        turn[dim + 1..].fill(0);
        for dim in dim..lists.len() {
            chosen[dim] = &lists[dim][turn[dim]];
        }
    }
}

fn outside() -> Error {
    Error::new(
        Code::Internal,
        "a plan moves elements that lie outside of an array",
    )
}

fn refused() -> Error {
    Error::new(Code::Memory, "memory for the copies of a plan was refused")
}
