//! What becomes of a target's old value when a new one arrives.

use distarray_core::{Code, Dtype, Kind};
use num_complex::Complex;

use super::convert::{convert_line, require_kept_parts, Line};
use super::element::{with_element, Element, Flag};
use super::nest::Axis;
use crate::error::{Error, Result};

/// How arriving elements and those of the target become one. Addition is NumPy's: integers wrap, truth values are or-ed; NaN
/// is the minimum and the maximum of whatever it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Combine {
    /// The arriving element replaces the old one.
    #[default]
    Insert = 0,
    Add = 1,
    Min = 2,
    Max = 3,
}

impl Combine {
    /// The mode with this number in the C interface.
    pub fn from_code(code: i32) -> Result<Combine> {
        match code {
            0 => Ok(Combine::Insert),
            1 => Ok(Combine::Add),
            2 => Ok(Combine::Min),
            3 => Ok(Combine::Max),
            _ => Err(Error::new(
                Code::Argument,
                format!("the combine mode {code} is unknown; 0 (insert), 1 (add), 2 (min) and 3 (max) are"),
            )),
        }
    }
}

impl Combine {
    /// Errors: where elements of these types do not combine, as `Copies` would find.
    pub fn check(self, from: Dtype, to: Dtype) -> Result<()> {
        combine_line(from, to, self).map(|_| ())
    }
}

/// The loop that converts and inserts, or combines elements of one dtype.
///
/// Errors: `Code::Argument` for an imaginary part that would be lost, for combined elements of two dtypes, and for the order of
/// complex numbers.
pub(super) fn combine_line(from: Dtype, to: Dtype, combine: Combine) -> Result<Line> {
    if combine == Combine::Insert {
        require_kept_parts(from, to)?;
        return Ok(convert_line(from, to));
    }
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    if from != to {
        let names = (from.name(), to.name());
        return refuse(format!(
            "{} is combined with {}: both must have one dtype",
            names.0, names.1
        ));
    }
    if from.kind() == Kind::Complex && combine != Combine::Add {
        return refuse(format!("{} has no minimum and maximum", from.name()));
    }
    Ok(with_element!(from, T => match combine {
        Combine::Add => line::<T, Sum> as Line,
        Combine::Min => line::<T, Least> as Line,
        _ => line::<T, Greatest> as Line,
    }))
}

/// Combines one loop of elements, at whatever alignment they have.
///
/// # Safety
/// Both operands hold elements T, and they share no byte.
unsafe fn line<T: Combined, M: Mode>(axis: Axis<2>, [from, to]: [*mut u8; 2]) {
    let dense = [size_of::<T>() as isize; 2];
    let each = |[from_step, to_step]: [isize; 2]| {
        for i in 0..axis.extent as isize {
            // SAFETY: element i of each operand.
            unsafe {
                let to = to.offset(i * to_step).cast::<T>();
                let new = from.offset(i * from_step).cast::<T>().read_unaligned();
                to.write_unaligned(M::combine(to.read_unaligned(), new));
            }
        }
    };
    // Strides known to the compiler let it use vector instructions.
    if axis.strides == dense {
        each(dense);
    } else {
        each(axis.strides);
    }
}

trait Mode {
    fn combine<T: Combined>(old: T, new: T) -> T;
}

struct Sum;
struct Least;
struct Greatest;

impl Mode for Sum {
    #[inline(always)]
    fn combine<T: Combined>(old: T, new: T) -> T {
        old.plus(new)
    }
}

impl Mode for Least {
    #[inline(always)]
    fn combine<T: Combined>(old: T, new: T) -> T {
        if new.precedes(old) || new.is_nan() {
            new
        } else {
            old
        }
    }
}

impl Mode for Greatest {
    #[inline(always)]
    fn combine<T: Combined>(old: T, new: T) -> T {
        if old.precedes(new) || new.is_nan() {
            new
        } else {
            old
        }
    }
}

/// Elements that can be combined.
trait Combined: Element {
    fn plus(self, other: Self) -> Self;
    fn precedes(self, other: Self) -> bool;
    fn is_nan(self) -> bool;
}

macro_rules! combined {
    ($($number:ty: $plus:expr, $precedes:expr, $is_nan:expr);* $(;)?) => {$(
        impl Combined for $number {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                let plus: fn(Self, Self) -> Self = $plus;
                plus(self, other)
            }
            #[inline(always)]
            fn precedes(self, other: Self) -> bool {
                let precedes: fn(Self, Self) -> bool = $precedes;
                precedes(self, other)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                let is_nan: fn(Self) -> bool = $is_nan;
                is_nan(self)
            }
        }
    )*};
}

macro_rules! integers {
    ($($number:ty),*) => { combined! { $($number: |a, b| a.wrapping_add(b), |a, b| a < b, |_| false;)* } };
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);

combined! {
    f32: |a, b| a + b, |a, b| a < b, f32::is_nan;
    f64: |a, b| a + b, |a, b| a < b, f64::is_nan;
    Flag: |a, b| Flag((a.is_set() | b.is_set()) as u8), |a, b| !a.is_set() & b.is_set(), |_| false;
    // Complex numbers have no order: `combine_line` refuses it.
    Complex<f32>: |a, b| a + b, |_, _| false, |_| false;
    Complex<f64>: |a, b| a + b, |_, _| false, |_| false;
}
