//! A compiled formula over arrays: which elements of which memory each stage reads.

use std::sync::Arc;

use distarray_core::formula::{Load, Source};
use distarray_core::{Code, Dimension, Dims, Distribution, Dtype, Grid, GridOrder, Order, Region};

use super::operand::{Given, Operand};
use crate::array::claim::{Claim, Part};
use crate::array::{Array, Dist};
use crate::error::{Error, Result};
use crate::kernels::formula::{Indices, Input, Prepared, Space, Uniforms};
use crate::kernels::reduce::Places;
use crate::kernels::{Block, Value};

/// The elements that some loads are visited over: those that a rank owns of a distribution.
pub struct Visited<'a> {
    dist: &'a Dist,
    extents: Dims<i64>,
    inputs: Vec<Option<Input>>,
}

impl<'a> Visited<'a> {
    /// The elements of `dist`, and what is read there by some loads.
    ///
    /// Errors, the same on every rank: an operand that does not broadcast, lies otherwise, or is shifted beyond its halo.
    pub fn new(
        prepared: &Prepared,
        loads: impl Iterator<Item = usize>,
        operands: &[Operand],
        dist: &'a Dist,
    ) -> Result<Visited<'a>> {
        let all = &prepared.program().loads;
        let extents = owned_extents(dist);
        let empty = dist.section().is_empty();
        let mut inputs: Vec<Option<Input>> = vec![None; all.len()];
        for at in loads {
            inputs[at] = match &all[at] {
                Load::Operand { operand, shift, .. } => {
                    let called = || operands[*operand].called(*operand);
                    match &operands[*operand].given {
                        Given::Array(array) => {
                            if !std::ptr::eq(&**array.dist(), dist) {
                                broadcasts(&array.dist().map().shape(), dist, &called)?;
                                lies_alike(array.dist(), dist, &called)?;
                            }
                            reaches(array.dist(), shift, &called)?;
                            (!empty).then(|| shifted(array, shift)).transpose()?
                        }
                        Given::Replicated(block) => {
                            broadcasts(block.extents(), dist, &called)?;
                            if shift.iter().any(|&by| by != 0) {
                                return refuse(format!(
                                    "{} has no halo to shift it into",
                                    called()
                                ));
                            }
                            (!empty).then(|| here(block, dist)).transpose()?
                        }
                        Given::Scalar(_) => None,
                    }
                    .map(Input::Memory)
                }
                Load::Index { dim } => {
                    if *dim >= extents.len() {
                        let text = format!(
                            "i{dim}: the result has {} dimensions, numbered from 0",
                            extents.len()
                        );
                        return refuse(text);
                    }
                    let indices = indices(dist, *dim);
                    (!empty).then_some(Input::Index { dim: *dim, indices })
                }
            };
        }
        Ok(Visited {
            dist,
            extents,
            inputs,
        })
    }

    /// The elements, without a word on where they stand.
    pub fn space(&self) -> Space<'_> {
        Space {
            is_empty: self.dist.section().is_empty(),
            extents: &self.extents,
            inputs: &self.inputs,
            places: None,
        }
    }

    /// Calls `run` with the elements and where they stand.
    pub fn with_places<R>(&self, run: impl FnOnce(&Space) -> R) -> R {
        let (of, ascending) = self.dist.places();
        run(&Space {
            places: Some(Places { of: &of, ascending }),
            ..self.space()
        })
    }

    /// Whether writing the elements of `target` changes what is still to be read.
    pub fn disturbed_by(&self, target: &Block) -> bool {
        self.inputs.iter().flatten().any(|input| match input {
            Input::Memory(block) => block.overlaps(target) && !is_same(block, target),
            Input::Index { .. } => false,
        })
    }
}

/// Whether both are the same elements.
fn is_same(a: &Block, b: &Block) -> bool {
    a.base() == b.base()
        && a.dtype() == b.dtype()
        && a.extents() == b.extents()
        && a.strides() == b.strides()
}

fn owned_extents(dist: &Dist) -> Dims<i64> {
    let section = dist.section();
    match section.is_empty() {
        true => section.dims.iter().map(|_| 0).collect(),
        false => section.dims.iter().map(|span| span.count).collect(),
    }
}

/// The dimension of an operand that stands beside dimension `dim` of a result of `ndim` dimensions.
fn beside(dim: usize, ndim: usize, of: usize) -> Option<usize> {
    (dim + of).checked_sub(ndim)
}

/// Errors: extents that NumPy would not broadcast to those of the result.
fn broadcasts(extents: &[i64], dist: &Dist, called: &dyn Fn() -> String) -> Result<()> {
    let shape = dist.map().shape();
    let fits = extents.len() <= shape.len()
        && (0..shape.len()).all(|dim| match beside(dim, shape.len(), extents.len()) {
            Some(own) => extents[own] == shape[dim] || extents[own] == 1,
            None => true,
        });
    if fits {
        return Ok(());
    }
    let text = format!(
        "{} has shape {extents:?}, which does not broadcast to {:?}",
        called(),
        &shape[..]
    );
    refuse(text)
}

/// Errors: elements that meet are not owned by one rank.
fn lies_alike(operand: &Dist, result: &Dist, called: &dyn Fn() -> String) -> Result<()> {
    if std::ptr::eq(operand, result) || operand.same(result) {
        return Ok(());
    }
    if !operand.comm().is(result.comm()) {
        return refuse(format!(
            "{} lives on another communicator than the result",
            called()
        ));
    }
    let (from, to) = (operand.map(), result.map());
    if from.compatible(to) {
        return Ok(());
    }
    let advice = "redistribute it (darr_array_assign, darr_plan_redistribute) to an array distributed as the result";
    let mut keep = [Dims::<bool>::new(), Dims::new()];
    for dim in 0..to.ndim() {
        let target = &to.dims()[dim];
        let own = beside(dim, to.ndim(), from.ndim()).map(|own| &from.dims()[own]);
        let stretches = own.is_none_or(|own| own.extent != target.extent);
        if stretches {
            let shared = |dimension: &Dimension| dimension.procs > 1;
            if shared(target) || own.is_some_and(shared) {
                let text = format!(
                    "{} is repeated along dimension {dim} of the result, which is shared among {} ranks: give its values to every rank (darr_array_fetch) as a replicated operand, or assign it to an array of the result's shape",
                    called(), target.procs
                );
                return refuse(text);
            }
        } else if !own.is_some_and(|own| own.is_compatible(target)) {
            let text = format!(
                "{} is distributed otherwise than the result in dimension {dim}: {advice}",
                called()
            );
            return refuse(text);
        }
        if let Some(_own) = own {
            keep[0].push(!stretches);
        }
        keep[1].push(!stretches);
    }
    let grids = [(from, &keep[0]), (to, &keep[1])].map(|(map, keep)| {
        map.grid()
            .reduce(|dim| keep.get(dim).copied().unwrap_or(false))
    });
    if grids[0] == grids[1] {
        return Ok(());
    }
    refuse(format!(
        "{} lies on another process grid than the result: {advice}",
        called()
    ))
}

/// Errors: a shift beyond the padding that sections carry, on whatever rank.
fn reaches(dist: &Dist, shift: &[i64], called: &dyn Fn() -> String) -> Result<()> {
    for (dim, (&by, dimension)) in shift.iter().zip(dist.map().dims()).enumerate() {
        if by == 0 {
            continue;
        }
        let side = usize::from(by > 0);
        let (halo, boundary) = (dimension.halo[side], dimension.boundary[side]);
        let has_neighbours = dimension.periodic || dimension.procs > 1;
        let far = |room: i64| by.unsigned_abs() > room.unsigned_abs();
        let shifted = || format!("{} is shifted by {by} in dimension {dim}", called());
        let refused = |why: String| refuse(format!("{}, {why}", shifted()));
        if !dimension.is_contiguous() {
            return refused("which is neither block nor whole and has no ghosts".into());
        }
        if has_neighbours && far(halo) {
            return refused(format!(
                "where it carries {halo} ghosts: make the halo wider"
            ));
        }
        if !dimension.periodic && far(boundary) {
            return refused(format!(
                "where it carries {boundary} layers of boundary padding beyond the edge of the domain: make the boundary wider"
            ));
        }
    }
    Ok(())
}

/// The owned elements' neighbours at a distance.
fn shifted(array: &Array, shift: &[i64]) -> Result<Block> {
    if shift.iter().all(|&by| by == 0) {
        return Ok(array.owned());
    }
    let owned = array.dist().section().owned();
    let moved = |ends: &Dims<i64>| ends.iter().zip(shift).map(|(&end, &by)| end + by).collect();
    let region = Region {
        lo: moved(&owned.lo),
        hi: moved(&owned.hi),
    };
    array.block().section(&region)
}

/// The part of values of global extents that belongs to a rank's elements.
fn here(block: &Block, dist: &Dist) -> Result<Block> {
    let mut part = block.clone();
    let section = dist.section();
    for dim in 0..dist.map().ndim() {
        let Some(own) = beside(dim, dist.map().ndim(), block.ndim()) else {
            continue;
        };
        let (dimension, span) = (&dist.map().dims()[dim], &section.dims[dim]);
        if block.extents()[own] != dimension.extent {
            continue;
        }
        part = match dimension.is_contiguous() {
            true => part.every(own, span.start, 1, span.count)?,
            false => chosen(&part, own, &listed(dist, dim))?,
        };
    }
    Ok(part)
}

/// A packed copy of some slices of a block.
fn chosen(block: &Block, dim: usize, indices: &[i64]) -> Result<Block> {
    let mut extents: Dims<i64> = block.extents().iter().copied().collect();
    extents[dim] = indices.len() as i64;
    let copy = Block::packed(block.dtype(), &extents)?;
    for (to, &from) in (0..).zip(indices) {
        let slice = block.every(dim, from, 1, 1)?;
        crate::kernels::copy::copy(&slice, &copy.every(dim, to, 1, 1)?)?;
    }
    Ok(copy)
}

/// The global indices of a rank's elements along a dimension.
fn indices(dist: &Dist, dim: usize) -> Indices {
    let dimension = &dist.map().dims()[dim];
    match dimension.is_contiguous() {
        true => Indices::Range {
            first: dist.section().dims[dim].start,
        },
        false => Indices::List(listed(dist, dim).into()),
    }
}

fn listed(dist: &Dist, dim: usize) -> Vec<i64> {
    let section = dist.section();
    let Some(&coord) = section.coords.get(dim) else {
        return Vec::new();
    };
    let dimension = &dist.map().dims()[dim];
    let each = 0..section.dims[dim].count;
    each.filter_map(|position| dimension.to_global(coord, position))
        .collect()
}

/// The uniform values of a run over the elements of `dist`.
pub fn uniforms(prepared: &Prepared, operands: &[Operand], dist: &Dist) -> Result<Uniforms> {
    let dims = dist.map().dims();
    prepared.uniforms(|source| match source {
        Source::Operand(at) => match &operands[at].given {
            Given::Scalar(value) => Ok(*value),
            _ => Err(Error::new(
                Code::Internal,
                "an array was taken for a scalar",
            )),
        },
        Source::Extent(dim) => {
            let dimension = dims.get(dim).ok_or_else(|| {
                let text = format!(
                    "n{dim}: the result has {} dimensions, numbered from 0",
                    dims.len()
                );
                Error::new(Code::Argument, text)
            })?;
            Ok(Value::whole(Dtype::Int64, dimension.extent.into()))
        }
        _ => Err(Error::new(
            Code::Internal,
            "an uniform value without a source",
        )),
    })
}

/// Whose elements a reduction of some loads is over: those of the operand whose shape is that of all of them together. Where every
/// rank has all values, one rank counts them; without any operand they are those of `of`.
pub fn leading(
    prepared: &Prepared,
    loads: impl Iterator<Item = usize> + Clone,
    operands: &[Operand],
    of: &Arc<Dist>,
) -> Result<Arc<Dist>> {
    let all = &prepared.program().loads;
    let given = loads.filter_map(|at| match &all[at] {
        Load::Operand { operand, .. } => Some(&operands[*operand].given),
        Load::Index { .. } => None,
    });
    fn key(shape: &[i64]) -> (usize, usize) {
        (shape.len(), shape.iter().filter(|&&n| n != 1).count())
    }
    let arrays = given.clone().filter_map(|given| match given {
        Given::Array(array) => Some(array.dist()),
        _ => None,
    });
    let larger = |a: &Arc<Dist>, b: &Arc<Dist>| key(&b.map().shape()) > key(&a.map().shape());
    if let Some(lead) = arrays.reduce(|best, next| if larger(best, next) { next } else { best }) {
        return Ok(lead.clone());
    }
    let shapes = given.filter_map(|given| match given {
        Given::Replicated(block) => Some(block.extents()),
        _ => None,
    });
    match shapes.reduce(|best, next| if key(next) > key(best) { next } else { best }) {
        None => Ok(of.clone()),
        Some(shape) => {
            let dims: Vec<Dimension> = shape.iter().map(|&n| Dimension::whole(n)).collect();
            let grid = Grid::new(&vec![1; shape.len()], GridOrder::RowMajor)?;
            let map = Distribution::new(&dims, grid, Order::C)?;
            Ok(Dist::new(of.comm(), map))
        }
    }
}

/// What a formula does with its operands: it reads their elements, and where they are shifted the ghosts.
pub fn claims(prepared: &Prepared, operands: &[Operand]) -> Vec<Claim> {
    let loads = &prepared.program().loads;
    let mut claims = Vec::with_capacity(loads.len() + 1);
    for load in loads {
        if let Load::Operand { operand, shift, .. } = load {
            if let Given::Array(array) = operands[*operand].given {
                claims.push(array.claim(Part::Owned, false));
                if shift.iter().any(|&by| by != 0) {
                    claims.push(array.claim(Part::Ghosts, false));
                }
            }
        }
    }
    claims
}

fn refuse<T>(text: String) -> Result<T> {
    Err(Error::new(Code::Argument, text))
}
