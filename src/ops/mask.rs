//! New arrays of the elements where a mask is true.
//!
//! The result has the elements in C order of the global index. Ranks that keep equal shares of that order sort what the others
//! tell them, so that no rank sees more than its part of the mask, of the order and of the result.

use std::collections::BTreeMap;

use distarray_core::{region, Code, Cuts, Dimension, Dims, Dtype, Map, Order};

use super::assign::assign;
use super::pick::{cuts, gathered, line};
use crate::array::claim::{Claims, Part};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::copy::pack;
use crate::mpi::Comm;

const NAME: &str = "darr_array_mask";

/// Collective: the elements of `array` where the mask, of the same shape and any distribution, is true. `mask` is the mask, or what
/// this rank found wrong with it, which is everybody's error then.
pub fn mask(array: &Array, mask: Result<&Array>) -> Result<Array> {
    let (dist, comm) = (array.dist(), array.dist().comm());
    let fields = [
        ("the array", array.identity()),
        ("the mask", mask.as_ref().map_or(0, |mask| mask.identity())),
    ];
    let checked = mask.and_then(|mask| {
        let read = [array, mask].map(|it| it.claim(Part::Owned, false));
        Ok((mask, check(array, mask)?, Claims::hold(read.into())?))
    });
    let (mask, total, _held) = comm.agree_on(NAME, &fields, checked)?;
    let selected = if comm.any(!dist.map().compatible(mask.dist().map()))? {
        let here = Array::create(dist, Ok(Dtype::Bool))?;
        assign(&here, Ok((mask, Order::C)))?;
        selected(&here)
    } else {
        selected(mask)
    };
    let kept = keep(comm, total, &comm.agree(selected)?)?;

    // Positions of the result follow from the order; the ranks that hold them get the numbers.
    let cuts = cuts(comm, kept.len() as i64)?;
    let length = cuts.last().copied().unwrap_or(0);
    let dimension = Dimension::block(length, comm.size(), Cuts::Balanced);
    let told = comm.agree(shares(&dimension, cuts[comm.rank()], &kept))?;
    let numbers = comm.agree(comm.sparse_exchange(&told))?;
    let shape = dist.map().shape();
    let indices = numbers.iter().flat_map(|(_, numbers)| numbers);
    let indices = comm.agree(unravelled(indices.copied(), &shape))?;
    let count = numbers.iter().map(|(_, numbers)| numbers.len()).sum();
    let dist = comm.agree(line(array, dimension))?;
    gathered(NAME, array, &dist, count, &indices)
}

/// Gives the number of elements of either.
fn check(array: &Array, mask: &Array) -> Result<i64> {
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    if !mask.dist().comm().is(array.dist().comm()) {
        return refuse("array and mask live on different communicators".into());
    }
    if mask.dtype() != Dtype::Bool {
        return refuse(format!(
            "the mask holds {}; bool is needed",
            mask.dtype().name()
        ));
    }
    let (shape, other) = (array.dist().map().shape(), mask.dist().map().shape());
    if shape != other {
        return refuse(format!("the mask has shape {other:?}, the array {shape:?}"));
    }
    Ok(region::elements(&shape)?)
}

/// The numbers in C order of the elements of this rank where the mask is true.
fn selected(mask: &Array) -> Result<Vec<i64>> {
    let (map, section) = (mask.dist().map(), mask.dist().section());
    let owned = mask.owned();
    let mut selected = Vec::new();
    if section.is_empty() {
        return Ok(selected);
    }
    let mut truths = Vec::new();
    truths.try_reserve_exact(owned.bytes()).map_err(refused)?;
    truths.resize(owned.bytes(), 0);
    pack(&owned, Order::C, &mut truths);
    // Along each dimension what an index adds to the number.
    let mut steps: Vec<Vec<i64>> = Vec::new();
    for (dim, (dimension, &coord)) in map.dims().iter().zip(&section.coords).enumerate() {
        let stride: i64 = map.dims()[dim + 1..]
            .iter()
            .map(|later| later.extent)
            .product();
        let count = dimension.count(coord);
        let mut along = Vec::new();
        let room = usize::try_from(count).unwrap_or(usize::MAX);
        along.try_reserve_exact(room).map_err(refused)?;
        for index in (0..count).filter_map(|position| dimension.to_global(coord, position)) {
            if matches!(dimension.map, Map::Unstructured(_))
                && !(0..dimension.extent).contains(&index)
            {
                let text = format!(
                    "dimension {dim}: the index {index} lies outside of 0 to {} - 1, so that the elements have no order",
                    dimension.extent
                );
                return Err(Error::new(Code::Argument, text));
            }
            along.push(index * stride);
        }
        steps.push(along);
    }
    let mut at: Dims<usize> = steps.iter().map(|_| 0).collect();
    for truth in truths {
        if truth != 0 {
            selected.try_reserve(1).map_err(refused)?;
            selected.push(at.iter().zip(&steps).map(|(&at, steps)| steps[at]).sum());
        }
        for dim in (0..at.len()).rev() {
            at[dim] += 1;
            if at[dim] < steps[dim].len() {
                break;
            }
            at[dim] = 0;
        }
    }
    Ok(selected)
}

/// Collective: the numbers that fall into this rank's share of the order, ascending.
fn keep(comm: &Comm, total: i64, selected: &[i64]) -> Result<Vec<i64>> {
    let ranks = comm.size() as i64;
    let share = total / ranks + 1;
    let mut told: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    let sorted = selected.iter().try_for_each(|&number| {
        let list = told.entry((number / share) as usize).or_default();
        extend(list, &[number])
    });
    comm.agree(sorted)?;
    let told: Vec<_> = told.into_iter().collect();
    let heard = comm.agree(comm.sparse_exchange(&told))?;
    let mut kept = Vec::new();
    let whole = heard
        .iter()
        .try_for_each(|(_, numbers)| extend(&mut kept, numbers));
    comm.agree(whole)?;
    kept.sort_unstable();
    Ok(kept)
}

fn extend(list: &mut Vec<i64>, more: &[i64]) -> Result<()> {
    list.try_reserve(more.len()).map_err(refused)?;
    list.extend_from_slice(more);
    Ok(())
}

/// The numbers from position `at` of the result on, by the rank that holds them.
fn shares(dimension: &Dimension, mut at: i64, mut kept: &[i64]) -> Result<Vec<(usize, Vec<i64>)>> {
    let mut shares = Vec::new();
    for coord in 0..dimension.procs {
        let room = usize::try_from(dimension.range(coord).end - at).unwrap_or(0);
        let (own, rest) = kept.split_at(room.min(kept.len()));
        if !own.is_empty() {
            let mut list = Vec::new();
            extend(&mut list, own)?;
            shares.push((coord, list));
        }
        (at, kept) = (at + own.len() as i64, rest);
    }
    Ok(shares)
}

/// The indices of elements with these numbers, one entry per dimension each.
fn unravelled(numbers: impl Iterator<Item = i64>, shape: &[i64]) -> Result<Vec<i64>> {
    let mut indices = Vec::new();
    for mut number in numbers {
        let mut index: Dims<i64> = shape.iter().map(|_| 0).collect();
        for dim in (0..shape.len()).rev() {
            index[dim] = number % shape[dim];
            number /= shape[dim];
        }
        extend(&mut indices, &index)?;
    }
    Ok(indices)
}

fn refused<E>(_: E) -> Error {
    Error::new(Code::Memory, "memory for the indices of a mask was refused")
}
