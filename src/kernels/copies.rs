//! Many strided copies made ready at once: all that one message, or one peer's memory, has to give.
//!
//! A product of runs becomes one loop nest per combination of runs. Combinations that differ only in where they begin share
//! their nest. Single elements are listed by their offsets. Where both operands run fastest along
//! one dimension, its runs are taken together, line by line: the target is then written from one end to the other.

use std::collections::HashMap;
use std::sync::Arc;

use distarray_core::{product, redistribute, Code, Dims, Dtype, Product};

use super::combine::{combine_line, Combine};
use super::convert::Line;
use super::groups::rows;
use super::memory::Memory;
use super::nest::{walk, Axes, Axis, Nest};
pub use super::place::Place;
use super::place::{begin, counts, loops, steps, Operand, Step};
pub use super::points::Points;
use super::points::{self, Scatter, Unit};
use super::transfer::{Transfer, LONG, STREAM};
use super::transpose::{finish_stream, write_row};
use crate::error::{Error, Result};

/// Copies from operand 0 to operand 1 that can be repeated. Nothing is allocated and nothing fails when they run.
///
/// Condition: every address in `groups`, with all turns of its group's loops and all its offsets, lies inside one of `memories`.
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
    /// All segments of a line at every turn of the loops.
    Lines(Vec<Segment>, Axes<2>),
    /// Single elements.
    Scatter(Scatter),
}

/// A part of a line that is adjacent in both operands.
struct Segment {
    /// Bytes from where the line begins.
    at: [isize; 2],
    bytes: usize,
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
        let counts = counts(product)?;
        let operands = [
            Operand::new(from, product, &counts)?,
            Operand::new(to, product, &counts)?,
        ];
        self.add_operands(operands, product, &counts, combine)
    }

    /// As `add`, of a product whose dimensions stand for groups of dimensions of the blocks.
    pub fn add_grouped(
        &mut self,
        from: Place,
        to: Place,
        (product, groups): (&Product, &[redistribute::Group]),
        combine: Combine,
    ) -> Result<usize> {
        let counts = counts(product)?;
        let operands = [
            Operand::grouped(from, product, &counts, groups)?,
            Operand::grouped(to, product, &counts, groups)?,
        ];
        self.add_operands(operands, product, &counts, combine)
    }

    fn add_operands(
        &mut self,
        operands: [Operand; 2],
        product: &Product,
        counts: &[usize],
        combine: Combine,
    ) -> Result<usize> {
        let dtypes = operands.each_ref().map(|operand| operand.dtype);
        let line = match combine {
            Combine::Insert if dtypes[0] == dtypes[1] => None,
            _ => Some(combine_line(dtypes[0], dtypes[1], combine)?),
        };
        let elements: usize = counts.iter().product();
        if elements == 0 {
            return Ok(0);
        }
        let runs = |dim: usize| match operands.iter().all(|operand| operand.is_line(dim)) {
            true => Ok(steps(&operands, &product.dims[dim], dim)),
            false => rows(&operands, &product.dims[dim], dim),
        };
        let runs = (0..counts.len()).map(runs).collect::<Result<Dims<_>>>()?;
        match common_line(&runs, &operands, line.is_none()) {
            Some(dim) => self.add_lines(&operands, &runs, dim)?,
            None => self.add_combinations(&operands, &runs, (dtypes, combine), line)?,
        }
        let bytes = elements * dtypes[0].size();
        self.memories.extend(operands.map(|operand| operand.memory));
        self.bytes += bytes;
        Ok(bytes)
    }

    /// Adds single elements, as `add`. A position of the target may occur more than once: the elements then combine in the order
    /// of the list, and the last one that is inserted stays.
    pub fn add_points(
        &mut self,
        from: Place,
        to: Place,
        points: &Points,
        combine: Combine,
    ) -> Result<usize> {
        let operands = [
            points::Operand::new(from, points)?,
            points::Operand::new(to, points)?,
        ];
        let dtypes = operands.each_ref().map(|operand| operand.dtype);
        let size = dtypes[0].size();
        let unit = match combine {
            Combine::Insert if dtypes[0] == dtypes[1] => Unit::Bytes(size),
            _ => Unit::Element(combine_line(dtypes[0], dtypes[1], combine)?),
        };
        let memories = operands.each_ref().map(|operand| operand.memory.clone());
        let (scatter, at) = Scatter::new(points.count, operands, unit);
        let kernel = Kernel::Scatter(scatter);
        push(
            &mut self.groups,
            Group {
                kernel,
                at: vec![at],
            },
        )?;
        self.memories.extend(memories);
        self.bytes += points.count * size;
        Ok(points.count * size)
    }

    fn add_combinations(
        &mut self,
        operands: &[Operand; 2],
        runs: &[Vec<Step>],
        (dtypes, combine): ([Dtype; 2], Combine),
        line: Option<Line>,
    ) -> Result<()> {
        let mut last: Option<(Axes<2>, Known)> = None;
        product::for_each(runs, |chosen| {
            let begin = begin(operands, chosen);
            let axes = loops(chosen);
            let found = match last.take().filter(|(same, _)| *same == axes) {
                Some((_, found)) => found,
                None => *self
                    .known
                    .entry((axes.clone(), dtypes, combine))
                    .or_insert_with(|| {
                        let nest = Nest {
                            axes: axes.clone(),
                            at: begin,
                        };
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
                    }),
            };
            let at = [0, 1].map(|k| begin[k].wrapping_offset(found.shift[k]));
            push(&mut self.groups[found.group].at, at)?;
            last = Some((axes, found));
            Ok(())
        })
    }

    /// One group for each combination of the other dimensions that has loops of its own.
    fn add_lines(&mut self, operands: &[Operand; 2], runs: &[Vec<Step>], dim: usize) -> Result<()> {
        let others: Dims<Vec<Step>> = (0..runs.len())
            .filter(|&other| other != dim)
            .map(|other| runs[other].clone())
            .collect();
        let mut groups: HashMap<Axes<2>, usize> = HashMap::new();
        product::for_each(&others, |chosen| {
            let axes = loops(chosen);
            let nest = Nest {
                axes: axes.clone(),
                at: begin(operands, chosen),
            };
            let mut arranged = nest.clone();
            arranged.arrange(1);
            let group = match groups.get(&axes) {
                Some(&group) => group,
                None => {
                    let kernel = Kernel::Lines(
                        segments(&runs[dim], operands[0].dtype.size())?,
                        arranged.axes,
                    );
                    push(&mut self.groups, Group { kernel, at: vec![] })?;
                    groups.insert(axes, self.groups.len() - 1);
                    self.groups.len() - 1
                }
            };
            push(&mut self.groups[group].at, arranged.at)
        })
    }

    /// Bytes of all elements that are copied, as they are read.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Does the copies, in an order that depends on what was added alone.
    pub fn run(&self) {
        let stream = self.bytes >= STREAM;
        for group in &self.groups {
            // SAFETY: the condition on this type; no element is both read and written, and none written twice, in one product;
            // one of a list after the other.
            unsafe {
                match &group.kernel {
                    Kernel::Copy(transfer) => transfer.perform_all(&group.at, stream),
                    Kernel::Each(line, axes) => {
                        let inner = axes.first().copied().unwrap_or(Axis::ONCE);
                        let outer = axes.get(1..).unwrap_or(&[]);
                        for &at in &group.at {
                            walk(outer, at, |at| line(inner, at));
                        }
                    }
                    Kernel::Scatter(scatter) => group.at.iter().for_each(|&at| scatter.perform(at)),
                    Kernel::Lines(segments, axes) => {
                        for &at in &group.at {
                            walk(axes, at, |[from, to]| {
                                for segment in segments {
                                    let from = from.wrapping_offset(segment.at[0]);
                                    let to = to.wrapping_offset(segment.at[1]);
                                    let stream = stream && segment.bytes >= LONG;
                                    write_row(from, to, segment.bytes, stream);
                                }
                            });
                        }
                        if stream {
                            finish_stream();
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
        let lists = self.groups.iter().map(|group| {
            let own = match &group.kernel {
                Kernel::Lines(segments, _) => segments.capacity() * size_of::<Segment>(),
                Kernel::Scatter(scatter) => scatter.memory(),
                Kernel::Copy(_) | Kernel::Each(..) => 0,
            };
            own + group.at.capacity() * size_of::<[*mut u8; 2]>()
        });
        lists.sum::<usize>() + self.groups.capacity() * size_of::<Group>()
    }
}

/// The group that copies a combination, and how far its loops begin from the first element.
#[derive(Clone, Copy)]
struct Known {
    group: usize,
    shift: [isize; 2],
}

/// The dimension along which both operands run fastest, if it has several runs that are adjacent in both, so that it pays to
/// copy line by line.
fn common_line(runs: &[Vec<Step>], operands: &[Operand; 2], plain: bool) -> Option<usize> {
    const SHORT: usize = 4;
    let size = operands[0].dtype.size() as isize;
    let dim = (0..runs.len()).find(|&dim| {
        operands
            .iter()
            .all(|operand| operand.strides[dim] == size as i64)
    })?;
    let several = runs[dim].len() > 1 || runs[dim].iter().any(|step| step.over.extent > 1);
    let adjacent = |step: &Step| step.along.extent >= SHORT && step.along.strides == [size; 2];
    (plain && several && runs[dim].iter().all(adjacent)).then_some(dim)
}

/// All repetitions of all runs of a line, by where they lie in the target.
fn segments(steps: &[Step], size: usize) -> Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for step in steps {
        for turn in 0..step.over.extent as isize {
            let at = [0, 1].map(|k| step.at[k] + turn * step.over.strides[k]);
            let bytes = step.along.extent * size;
            push(&mut segments, Segment { at, bytes })?;
        }
    }
    segments.sort_unstable_by_key(|segment| segment.at[1]);
    Ok(segments)
}

/// Loops for elements one at a time.
fn each(mut nest: Nest<2>, line: Line) -> (Kernel, [*mut u8; 2]) {
    nest.arrange(1);
    (Kernel::Each(line, nest.axes), nest.at)
}

pub(super) fn push<T>(list: &mut Vec<T>, entry: T) -> Result<()> {
    list.try_reserve(1).map_err(|_| refused())?;
    list.push(entry);
    Ok(())
}

fn refused() -> Error {
    Error::new(Code::Memory, "memory for the copies of a plan was refused")
}
