//! Where the operands of copies lie: in blocks at given positions, or packed.

use std::sync::Arc;

use distarray_core::{Code, Dims, Dtype, Order, Product, Run};

use super::block::Block;
use super::groups::Levels;
use super::memory::Memory;
use super::nest::{Axes, Axis};
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
    /// One after the other, from a byte offset of a memory on, the last dimension fastest (C) or the first (F). Along a dimension
    /// they are in the order of its runs.
    Packed {
        memory: &'a Arc<Memory>,
        offset: usize,
        dtype: Dtype,
        order: Order,
    },
}

/// A run in bytes of both operands.
#[derive(Clone)]
pub(super) struct Step {
    pub at: [isize; 2],
    pub along: Axis<2>,
    pub over: Axis<2>,
}

/// One operand, proven to hold all positions of the product.
pub(super) struct Operand {
    pub memory: Arc<Memory>,
    pub dtype: Dtype,
    pub base: *mut u8,
    /// Bytes from one position to the next, per dimension of the product; within a line where that is a group.
    pub strides: Dims<i64>,
    /// Of each group the lines; empty where dimensions stand for themselves.
    pub levels: Vec<Levels>,
    /// Whose positions of the runs; `None`: they are counted through.
    pub side: Option<usize>,
}

impl Operand {
    pub fn new(place: Place, product: &Product, counts: &[usize]) -> Result<Operand> {
        match place {
            Place::In { block, side, axes } => {
                let mut dims = product.dims.iter().zip(axes);
                let fits = axes.len() == product.dims.len() && axes.len() == block.ndim();
                let extent = |axis: usize| block.extents().get(axis).copied().unwrap_or(0);
                if !fits || !dims.all(|(runs, &axis)| inside(runs, side, extent(axis))) {
                    return Err(outside());
                }
                Ok(Operand {
                    memory: block.memory().clone(),
                    dtype: block.dtype(),
                    base: block.base(),
                    strides: axes.iter().map(|&axis| block.strides()[axis]).collect(),
                    levels: vec![],
                    side: Some(side),
                })
            }
            Place::Packed {
                memory,
                offset,
                dtype,
                order,
            } => {
                let mut strides: Dims<i64> = counts.iter().map(|_| 0).collect();
                let mut bytes = Some(dtype.size());
                for level in 0..counts.len() {
                    let dim = match order {
                        Order::C => counts.len() - 1 - level,
                        Order::F => level,
                    };
                    strides[dim] = bytes
                        .and_then(|bytes| i64::try_from(bytes).ok())
                        .unwrap_or(0);
                    bytes = bytes.and_then(|bytes| bytes.checked_mul(counts[dim]));
                }
                Ok(Operand {
                    memory: memory.clone(),
                    dtype,
                    base: packed(memory, offset, bytes)?,
                    strides,
                    levels: vec![],
                    side: None,
                })
            }
        }
    }

    pub fn base(&self) -> *mut u8 {
        self.base
    }
}

/// Where so many packed bytes begin; `None` is more than can be counted.
pub(super) fn packed(memory: &Memory, offset: usize, bytes: Option<usize>) -> Result<*mut u8> {
    match bytes.and_then(|bytes| bytes.checked_add(offset)) {
        Some(end) if end <= memory.above() => Ok(memory.base().wrapping_add(offset)),
        _ => Err(outside()),
    }
}

/// Number of positions of each dimension.
pub(super) fn counts(product: &Product) -> Result<Dims<usize>> {
    let along = |runs: &Arc<Vec<Run>>| {
        let counts = runs.iter().map(|run| run.length.checked_mul(run.count));
        let sum = counts
            .into_iter()
            .try_fold(0i64, |sum, count| sum.checked_add(count?));
        sum.and_then(|sum| usize::try_from(sum).ok())
            .ok_or_else(outside)
    };
    product.dims.iter().map(along).collect()
}

/// The runs of a dimension in bytes.
pub(super) fn steps(operands: &[Operand; 2], runs: &[Run], dim: usize) -> Vec<Step> {
    let mut before = 0;
    let step = |run: &Run| {
        let scale = |k: usize, position: i64| (position * operands[k].strides[dim]) as isize;
        let both = |of: fn(&Run) -> [i64; 2], counted: i64| {
            [0, 1].map(|k| scale(k, operands[k].side.map_or(counted, |side| of(run)[side])))
        };
        let step = Step {
            at: both(|run| run.at, before),
            along: Axis {
                extent: run.length as usize,
                strides: both(|run| run.step, 1),
            },
            over: Axis {
                extent: run.count as usize,
                strides: both(|run| run.period, run.length),
            },
        };
        before += run.length * run.count;
        step
    };
    runs.iter().map(step).collect()
}

/// Addresses of the first elements of a combination.
pub(super) fn begin(operands: &[Operand; 2], chosen: &[&Step]) -> [*mut u8; 2] {
    [0, 1].map(|k| {
        let offset = chosen.iter().map(|step| step.at[k]).sum();
        operands[k].base.wrapping_offset(offset)
    })
}

/// The loops of a combination, of more than one turn each.
pub(super) fn loops(chosen: &[&Step]) -> Axes<2> {
    let both = chosen.iter().flat_map(|step| [step.along, step.over]);
    both.filter(|axis| axis.extent > 1).collect()
}

/// Whether all positions of some runs are below an extent.
pub(super) fn inside(runs: &[Run], side: usize, extent: i64) -> bool {
    // What saturates lies outside.
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

pub(super) fn outside() -> Error {
    Error::new(
        Code::Internal,
        "a plan moves elements that lie outside of an array",
    )
}
