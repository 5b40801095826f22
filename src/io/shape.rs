//! Which dataset an array becomes, and which datasets fit it.

use distarray_core::{Code, Dtype, Order, MAX_DIMS};

use super::hdf5::{Dataset, Name, Stored};
use crate::array::Array;
use crate::error::{Error, Result};

/// Shape of the dataset of an array: HDF5's own order is that of C, so an F-order array appears with its dimensions reversed.
pub fn extents_in_file(array: &Array) -> Vec<u64> {
    let map = array.dist().map();
    let mut extents: Vec<u64> = map.shape().iter().map(|&extent| extent as u64).collect();
    if map.order() == Order::F {
        extents.reverse();
    }
    extents
}

/// Bytes of its elements; what cannot be counted does not fit on any disk.
pub fn bytes_in_file(array: &Array) -> u64 {
    let item = array.dtype().size() as u64;
    let extents = extents_in_file(array);
    extents
        .iter()
        .fold(item, |bytes, &extent| bytes.saturating_mul(extent))
}

/// Type and extents of a dataset that an array can hold.
pub fn look(name: &Name, dataset: &Dataset) -> Result<(Dtype, Vec<i64>)> {
    let bad = |why: &str| Error::new(Code::Format, format!("the dataset '{}' {why}", name.text()));
    let dtype = match dataset.stored()? {
        Stored::Number(dtype) => dtype,
        other => return Err(bad(&format!("holds {}, which arrays do not", other.name()))),
    };
    let extents = dataset
        .extents()?
        .ok_or_else(|| bad("has no elements at all"))?;
    if extents.len() > MAX_DIMS {
        return Err(bad(&format!(
            "has {} dimensions, arrays have at most {}",
            extents.len(),
            MAX_DIMS
        )));
    }
    let extents: Option<Vec<i64>> = extents
        .into_iter()
        .map(|extent| i64::try_from(extent).ok())
        .collect();
    Ok((
        dtype,
        extents.ok_or_else(|| bad("has more elements than can be counted"))?,
    ))
}

/// Errors: the dataset has another type or shape than the array.
pub fn fits(name: &Name, dataset: &Dataset, array: &Array) -> Result<()> {
    let (dtype, extents) = look(name, dataset)?;
    let bad = |why: String| {
        Err(Error::new(
            Code::Format,
            format!("the dataset '{}' {why}", name.text()),
        ))
    };
    if dtype != array.dtype() {
        return bad(format!(
            "holds {}, the array {}",
            dtype.name(),
            array.dtype().name()
        ));
    }
    let expected: Vec<i64> = extents_in_file(array)
        .into_iter()
        .map(|extent| extent as i64)
        .collect();
    if extents == expected {
        return Ok(());
    }
    let map = array.dist().map();
    let order = match map.order() {
        Order::C => "a C-order",
        Order::F => "an F-order",
    };
    let shape = map.shape();
    let differs = format!("has the shape {extents:?} in the file, where {order} array of shape {shape:?} has {expected:?}");
    if extents.iter().rev().eq(expected.iter()) {
        let turned: Vec<i64> = extents.iter().rev().copied().collect();
        return bad(format!(
            "{differs}: the dimensions are reversed, and nothing is transposed. Use a C-order array of shape {extents:?} or an \
             F-order array of shape {turned:?}"
        ));
    }
    bad(differs)
}
