//! Random numbers by global index: the same array for any number of ranks and any distribution.

use distarray_core::{Code, Dtype, Kind, Numbering, Window};

use crate::array::claim::{Claims, Part};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::random::{self, Law, Sequence};

/// Local: fills the owned elements. `window` says which elements of a global array they are; `None`: all of it, the array's own.
pub fn fill(array: &Array, sequence: Sequence, window: Option<Window>, law: Law) -> Result<()> {
    let map = array.dist().map();
    check(array.dtype(), law)?;
    let window = match window {
        Some(window) => window,
        None => Window::whole(&map.shape())?,
    };
    let law = match law {
        Law::Permutation { base, .. } => permutation(array.dtype(), base, &window)?,
        law => law,
    };
    let numbering = Numbering::new(map, array.dist().comm().rank(), &window)?;
    let _held = Claims::hold(vec![array.claim(Part::Owned, true)])?;
    if !array.dist().section().is_empty() {
        random::fill(&array.owned(), &numbering, sequence, law);
    }
    Ok(())
}

/// Logarithms of gamma distributed numbers of smaller shapes have no place in a float64.
const LEAST_SHAPE: f64 = 1e-300;

/// Whether the parameters make sense and the numbers fit into the dtype.
fn check(dtype: Dtype, law: Law) -> Result<()> {
    let real = matches!(dtype.kind(), Kind::Float | Kind::Complex);
    match law {
        Law::Uniform { low, high } => {
            require(real, dtype, "real numbers of an interval")?;
            let length = fit(dtype, high) - fit(dtype, low);
            if low > high || !fit(dtype, length).is_finite() {
                let text = format!(
                    "the interval from {low} to {high} is none; it must ascend, and its length must fit into {}",
                    dtype.name()
                );
                return Err(Error::new(Code::Argument, text));
            }
        }
        Law::Normal { mean, deviation } => {
            require(real, dtype, "normally distributed numbers")?;
            number(dtype, "the mean", mean, f64::NEG_INFINITY)?;
            number(dtype, "the deviation", deviation, 0.0)?;
        }
        Law::Exponential { scale } => {
            require(real, dtype, "exponentially distributed numbers")?;
            number(dtype, "the scale", scale, 0.0)?;
        }
        Law::Beta { a, b } => {
            require(real, dtype, "beta distributed numbers")?;
            number(Dtype::Float64, "the parameter a", a, LEAST_SHAPE)?;
            number(Dtype::Float64, "the parameter b", b, LEAST_SHAPE)?;
        }
        Law::Integers { low, count } => {
            require(dtype.kind() != Kind::Complex, dtype, "integers")?;
            if count == 0 {
                let text = format!("there is no integer from {low} on below the upper end");
                return Err(Error::new(Code::Argument, text));
            }
            within(dtype, low, i128::from(low) + i128::from(count) - 1)?;
        }
        Law::Permutation { .. } => {
            let integer = matches!(dtype.kind(), Kind::Signed | Kind::Unsigned);
            require(integer, dtype, "a permutation of indices")?;
        }
    }
    Ok(())
}

fn require(possible: bool, dtype: Dtype, what: &str) -> Result<()> {
    if possible {
        return Ok(());
    }
    let text = format!("{what} have no meaning as {}", dtype.name());
    Err(Error::new(Code::Unsupported, text))
}

/// Whether a parameter is a number that the dtype holds, `least` or more.
fn number(dtype: Dtype, what: &str, value: f64, least: f64) -> Result<()> {
    if value >= least && fit(dtype, value).is_finite() {
        return Ok(());
    }
    let text = format!(
        "{what} is {value}; it must be a number of {}, {least} or more",
        dtype.name()
    );
    Err(Error::new(Code::Argument, text))
}

/// The permutation of all places in the window.
fn permutation(dtype: Dtype, base: i64, window: &Window) -> Result<Law> {
    let &[count] = &window.extents[..] else {
        let text = format!(
            "a permutation needs an array of one dimension; there are {}",
            window.extents.len()
        );
        return Err(Error::new(Code::Argument, text));
    };
    if count > 0 {
        within(dtype, base, i128::from(base) + i128::from(count) - 1)?;
    }
    // A negative extent is refused with the window.
    let count = u64::try_from(count).unwrap_or(0);
    Ok(Law::Permutation { base, count })
}

/// Whether the dtype holds the integers from `low` to `high`.
fn within(dtype: Dtype, low: i64, high: i128) -> Result<()> {
    let [least, greatest] = integers(dtype);
    if i128::from(low) >= least && high <= greatest {
        return Ok(());
    }
    let text = format!(
        "integers from {low} to {high} do not fit into {}, which has those from {least} to {greatest}",
        dtype.name()
    );
    Err(Error::new(Code::Argument, text))
}

/// A real number as the dtype rounds it.
fn fit(dtype: Dtype, number: f64) -> f64 {
    match dtype {
        Dtype::Float32 | Dtype::Complex64 => (number as f32).into(),
        _ => number,
    }
}

/// The least and the greatest of the integers that a real dtype holds without a gap.
fn integers(dtype: Dtype) -> [i128; 2] {
    let bits = 8 * dtype.size();
    match dtype.kind() {
        Kind::Bool => [0, 1],
        Kind::Unsigned => [0, (1 << bits) - 1],
        Kind::Signed => [-(1 << (bits - 1)), (1 << (bits - 1)) - 1],
        Kind::Float | Kind::Complex => {
            let digits = if bits == 32 { 24 } else { 53 };
            [-(1 << digits), 1 << digits]
        }
    }
}
