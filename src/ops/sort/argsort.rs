//! The indices that would sort an array.

use distarray_core::sort::{Bits, Coding, Key};
use distarray_core::{Code, Dtype, Kind};

use super::exchange::arrange;
use super::landing::Landing;
use super::line::{keys, reserved, with_bits, Line};
use crate::array::claim::{Claims, Part};
use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};

/// Collective: writes the global indices of the elements in ascending order, counted from `base` on; equal elements stay in the
/// order of their indices. `asked` is where they go and the base, or what this rank found wrong with them, which is everybody's
/// error then.
pub fn argsort(array: &Array, asked: Result<(&Array, i64)>) -> Result<()> {
    let comm = array.dist().comm();
    let (identity, base) = match &asked {
        Ok((indices, base)) => (indices.identity(), *base as u64),
        Err(_) => (0, 0),
    };
    let fields = [
        ("the array", array.identity()),
        ("the indices", identity),
        ("the base", base),
    ];
    let checked = asked.and_then(|(indices, base)| {
        let line = Line::with_order(array)?;
        check(array, indices, line.extent - 1 + base)?;
        let claims = vec![
            array.claim(Part::Owned, false),
            indices.claim(Part::Owned, true),
        ];
        Ok((
            line,
            indices,
            base,
            Landing::new(indices)?,
            Claims::hold(claims)?,
        ))
    });
    let (line, indices, base, landing, _held) =
        comm.agree_on("darr_array_argsort", &fields, checked)?;
    let index_bits = u64::BITS - (line.extent.max(1) as u64 - 1).leading_zeros();
    let key_bits = 8 * array.dtype().size() as u32;
    let sorted = if key_bits + index_bits <= u64::BITS {
        with_bits!(array.dtype(), K => sorted::<K, u64>(array, line.coding, index_bits, &landing))
    } else {
        with_bits!(array.dtype(), K => sorted::<K, u128>(array, line.coding, index_bits, &landing))
    };
    let dtype = indices.dtype();
    let mut sorted = sorted?;
    sorted.iter_mut().for_each(|index| *index += base);
    let elements = comm.agree(elements(dtype, &sorted))?;
    drop(sorted);
    landing.land(&elements)
}

fn check(array: &Array, indices: &Array, last: i64) -> Result<()> {
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    if !indices.dist().comm().is(array.dist().comm()) {
        return refuse("array and indices live on different communicators".into());
    }
    let dtype = indices.dtype();
    let [shape, other] = [array, indices].map(|array| array.dist().map().shape());
    if shape != other {
        return refuse(format!(
            "the indices have shape {other:?}, the array {shape:?}"
        ));
    }
    let bits = 8 * dtype.size() as u32;
    let largest = match dtype.kind() {
        Kind::Signed => u64::MAX >> (65 - bits),
        Kind::Unsigned => u64::MAX >> (64 - bits),
        _ => {
            return refuse(format!(
                "the indices hold {}; integers are needed",
                dtype.name()
            ))
        }
    };
    if last.max(0) as u64 > largest {
        return refuse(format!("{} does not hold the index {last}", dtype.name()));
    }
    Line::with_order(indices).map(drop)
}

/// Collective: this rank's share of the order. Keys of equal elements are told apart by the index behind them, so that no two are
/// equal and the order is stable.
fn sorted<K: Bits, R: Key>(
    array: &Array,
    coding: Coding,
    index_bits: u32,
    landing: &Landing,
) -> Result<Vec<i64>> {
    let comm = array.dist().comm();
    let records = keys::<K>(array, coding).and_then(|keys| {
        let mut records = reserved(keys.len())?;
        let dimension = &array.dist().map().dims()[0];
        let coord = array.dist().section().coords.first().copied().unwrap_or(0);
        records.extend(keys.iter().zip(0..).map(|(&key, position)| {
            let index = dimension.to_global(coord, position).unwrap_or(0);
            R::narrow(K::joined(coding, key).wide() << index_bits | index as u128)
        }));
        Ok(records)
    });
    let mut records: Vec<R> = comm.agree(records)?;
    records.sort_unstable();
    let bits = 8 * size_of::<K>() as u32 + index_bits;
    let records = arrange(comm, landing.shares(), bits, records)?;
    let index = |record: &R| (record.wide() & ((1 << index_bits) - 1)) as i64;
    let mut indices = comm.agree(reserved(records.len()))?;
    indices.extend(records.iter().map(index));
    Ok(indices)
}

/// Numbers as elements of an integer type that holds them.
pub fn elements(dtype: Dtype, numbers: &[i64]) -> Result<Vec<u8>> {
    let size = dtype.size();
    let mut elements = zeroed(numbers.len().saturating_mul(size))?;
    for (element, &number) in elements.chunks_exact_mut(size).zip(numbers) {
        match size {
            1 => element.copy_from_slice(&(number as u8).to_ne_bytes()),
            2 => element.copy_from_slice(&(number as u16).to_ne_bytes()),
            4 => element.copy_from_slice(&(number as u32).to_ne_bytes()),
            _ => element.copy_from_slice(&number.to_ne_bytes()),
        }
    }
    Ok(elements)
}
