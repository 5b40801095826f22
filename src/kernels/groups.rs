//! Operands whose dimensions are taken in groups: positions count through several dimensions of a block at once.

use distarray_core::redistribute::Group;
use distarray_core::{Dims, Product, Run};

use super::block::Block;
use super::copies::push;
use super::nest::Axis;
use super::place::{inside, outside, Operand, Place, Step};
use crate::error::Result;

/// How positions of one group lie in a block: extent and byte stride of each level, the slowest first. No level has one element
/// or continues the next, so that one level, or none, is a line.
pub(super) type Levels = Vec<[i64; 2]>;

impl Operand {
    /// As `new`, where each dimension of the product stands for a group of the block's.
    pub fn grouped(
        place: Place,
        product: &Product,
        counts: &[usize],
        groups: &[Group],
    ) -> Result<Operand> {
        let Place::In { block, side, .. } = place else {
            return Operand::new(place, product, counts);
        };
        let mut seen = [false; distarray_core::MAX_DIMS];
        let dims = groups.iter().flat_map(|group| &group.dims[side]);
        let once = dims
            .clone()
            .all(|&dim| dim < block.ndim() && !std::mem::replace(&mut seen[dim], true));
        if !once || dims.count() != block.ndim() || groups.len() != product.dims.len() {
            return Err(outside());
        }
        for (group, runs) in groups.iter().zip(&product.dims) {
            let extents = group.dims[side].iter().map(|&dim| block.extents()[dim]);
            let extent = extents.fold(1, i64::saturating_mul);
            if !inside(runs, side, extent) {
                return Err(outside());
            }
        }
        let levels: Vec<Levels> = groups
            .iter()
            .map(|group| levels(block, &group.dims[side]))
            .collect();
        let stride = |levels: &Levels| levels.last().map_or(0, |level| level[1]);
        Ok(Operand {
            memory: block.memory().clone(),
            dtype: block.dtype(),
            base: block.base(),
            strides: levels.iter().map(stride).collect(),
            levels,
            side: Some(side),
        })
    }

    /// Whether positions of a dimension of the product lie on a line.
    pub fn is_line(&self, dim: usize) -> bool {
        self.levels.get(dim).is_none_or(|levels| levels.len() <= 1)
    }

    /// Bytes from the base to a position.
    fn offset(&self, dim: usize, position: i64) -> i64 {
        if self.is_line(dim) {
            return position * self.strides[dim];
        }
        let (mut offset, mut rest) = (0, position);
        for &[extent, stride] in self.levels[dim].iter().rev() {
            offset += rest % extent * stride;
            rest /= extent;
        }
        offset
    }

    /// How many of so many steps from a position on lie on one line.
    fn in_line(&self, dim: usize, position: i64, step: i64, length: i64) -> i64 {
        if self.is_line(dim) {
            return length;
        }
        let extent = self.levels[dim].last().map_or(1, |level| level[0]);
        let at = position % extent;
        let more = match step {
            0 => 0,
            1.. => (extent - 1 - at) / step,
            _ => at / step.saturating_neg(),
        };
        length.min(more + 1)
    }
}

fn levels(block: &Block, dims: &Dims<usize>) -> Levels {
    let mut levels = Levels::new();
    for &dim in dims {
        let [extent, stride] = [block.extents()[dim], block.strides()[dim]];
        match levels.last_mut() {
            _ if extent == 1 => {}
            Some(slower) if stride.checked_mul(extent) == Some(slower[1]) => {
                *slower = [slower[0] * extent, stride];
            }
            _ => levels.push([extent, stride]),
        }
    }
    levels
}

/// The runs of a dimension that is no line in one operand, or in both, in bytes: a step for each line, and one for lines that
/// follow each other evenly.
pub(super) fn rows(operands: &[Operand; 2], runs: &[Run], dim: usize) -> Result<Vec<Step>> {
    let mut steps: Vec<Step> = Vec::new();
    let mut before = 0;
    for run in runs {
        for turn in 0..run.count {
            let mut done = 0;
            while done < run.length {
                // Packed elements are counted through.
                let along = |k: usize| match operands[k].side {
                    Some(side) => {
                        let at = run.at[side] + turn * run.period[side] + done * run.step[side];
                        (at, run.step[side])
                    }
                    None => (before, 1),
                };
                let ends = [along(0), along(1)];
                let length = (0..2).fold(run.length - done, |length, k| {
                    operands[k].in_line(dim, ends[k].0, ends[k].1, length)
                });
                let next = Step {
                    at: [0, 1].map(|k| operands[k].offset(dim, ends[k].0) as isize),
                    along: Axis {
                        extent: length as usize,
                        strides: [0, 1].map(|k| (ends[k].1 * operands[k].strides[dim]) as isize),
                    },
                    over: Axis::ONCE,
                };
                if !steps.last_mut().is_some_and(|last| last.repeat(&next)) {
                    push(&mut steps, next)?;
                }
                done += length;
                before += length;
            }
        }
    }
    Ok(steps)
}

impl Step {
    /// Takes in the next line if it follows evenly.
    fn repeat(&mut self, next: &Step) -> bool {
        if self.along != next.along {
            return false;
        }
        let turns = self.over.extent as isize;
        let ahead = [0, 1].map(|k| next.at[k] - self.at[k]);
        if turns == 1 {
            self.over.strides = ahead;
        } else if [0, 1].map(|k| turns * self.over.strides[k]) != ahead {
            return false;
        }
        self.over.extent += 1;
        true
    }
}
