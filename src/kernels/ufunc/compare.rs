//! Questions about elements, answered by truth values.

use distarray_core::ufunc::{Loop, Ufunc};
use distarray_core::{Dtype, Kind};
use num_complex::Complex;

use super::super::element::{with_element, Element, Flag};
use super::super::lane::Kernel;
use super::loops::{function, kernel, Function, Lane};
use super::types::{flag, with, Float, Ordered};

function! {
    Less: <T: Ordered> (a: T, b: T) -> Flag = flag(a.precedes(b));
    LessEqual: <T: Ordered> (a: T, b: T) -> Flag = flag(a.precedes_or_equals(b));
    Equal: <T: Ordered> (a: T, b: T) -> Flag = flag(a.equals(b));
    NotEqual: <T: Ordered> (a: T, b: T) -> Flag = flag(!a.equals(b));
    Greater: <T: Ordered> (a: T, b: T) -> Flag = flag(b.precedes(a));
    GreaterEqual: <T: Ordered> (a: T, b: T) -> Flag = flag(b.precedes_or_equals(a));
    LogicalAnd: <T: Truth> (a: T, b: T) -> Flag = flag(a.is_true() & b.is_true());
    LogicalOr: <T: Truth> (a: T, b: T) -> Flag = flag(a.is_true() | b.is_true());
    LogicalXor: <T: Truth> (a: T, b: T) -> Flag = flag(a.is_true() != b.is_true());
    LogicalNot: <T: Truth> (a: T) -> Flag = flag(!a.is_true());
    Isnan: <T: Float> (a: T) -> Flag = flag(a.is_nan());
    Isinf: <T: Float> (a: T) -> Flag = flag(a.is_infinite());
    Isfinite: <T: Float> (a: T) -> Flag = flag(a.is_finite());
    IsnanComplex: <T: Float> (a: Complex<T>) -> Flag = flag(a.re.is_nan() | a.im.is_nan());
    IsinfComplex: <T: Float> (a: Complex<T>) -> Flag = flag(a.re.is_infinite() | a.im.is_infinite());
    IsfiniteComplex: <T: Float> (a: Complex<T>) -> Flag = flag(a.re.is_finite() & a.im.is_finite());
    Signbit: <T: Float> (a: T) -> Flag = flag(a.is_sign_negative());
    Never: <> (_a: ()) -> Flag = flag(false);
    Always: <> (_a: ()) -> Flag = flag(true);
}

/// Elements that are true or not.
trait Truth: Lane {
    fn is_true(self) -> bool;
}

impl<T: Element + Lane> Truth for T {
    #[inline(always)]
    fn is_true(self) -> bool {
        self.cast::<Flag>().is_set()
    }
}

/// An integer of either 64-bit type; their common type, float64, does not hold them all.
#[derive(Clone, Copy)]
pub(super) struct Whole {
    negative: bool,
    bits: u64,
}

impl From<i64> for Whole {
    #[inline(always)]
    fn from(value: i64) -> Whole {
        Whole {
            negative: value < 0,
            bits: value as u64,
        }
    }
}

impl From<u64> for Whole {
    #[inline(always)]
    fn from(bits: u64) -> Whole {
        Whole {
            negative: false,
            bits,
        }
    }
}

impl Lane for Whole {}

impl Ordered for Whole {
    #[inline(always)]
    fn precedes(self, other: Whole) -> bool {
        (self.negative & !other.negative)
            | ((self.negative == other.negative) & (self.bits < other.bits))
    }
    #[inline(always)]
    fn precedes_or_equals(self, other: Whole) -> bool {
        !other.precedes(self)
    }
    #[inline(always)]
    fn equals(self, other: Whole) -> bool {
        (self.negative == other.negative) & (self.bits == other.bits)
    }
    #[inline(always)]
    fn is_nan(self) -> bool {
        false
    }
}

/// A comparison of two types as `Whole`.
struct Mixed<F>(F);

impl<A: Lane + Into<Whole>, B: Into<Whole>, F: Function<Whole, Whole, Out = Flag>> Function<A, B>
    for Mixed<F>
{
    type Out = Flag;
    #[inline(always)]
    fn of(a: A, b: B, _: ()) -> Flag {
        F::of(a.into(), b.into(), ())
    }
}

/// Functions of two arguments.
pub(super) fn binary(ufunc: Ufunc, types: &Loop) -> Kernel {
    macro_rules! compare {
        ($function:ident) => {
            match (types.args[0], types.args[1]) {
                (Dtype::Int64, Dtype::Uint64) => kernel::<Mixed<$function>, i64, u64, (), 0>(),
                (Dtype::Uint64, Dtype::Int64) => kernel::<Mixed<$function>, u64, i64, (), 0>(),
                (dtype, _) => with_element!(dtype, T => kernel::<$function, T, T, (), 0>()),
            }
        };
    }
    match ufunc {
        Ufunc::Less => compare!(Less),
        Ufunc::LessEqual => compare!(LessEqual),
        Ufunc::Equal => compare!(Equal),
        Ufunc::NotEqual => compare!(NotEqual),
        Ufunc::Greater => compare!(Greater),
        Ufunc::GreaterEqual => compare!(GreaterEqual),
        Ufunc::LogicalAnd => {
            with!(modular types.args[0], T => kernel::<LogicalAnd, T, T, (), 0>())
        }
        Ufunc::LogicalOr => with!(modular types.args[0], T => kernel::<LogicalOr, T, T, (), 0>()),
        Ufunc::LogicalXor => {
            with!(modular types.args[0], T => kernel::<LogicalXor, T, T, (), 0>())
        }
        other => unreachable!("{} is no comparison", other.name()),
    }
}

/// Comparisons with a number, in the usual types.
pub(super) fn with_one<const ONE: usize>(ufunc: Ufunc, types: &Loop) -> Option<Kernel> {
    if types.args[0] != types.args[1] {
        return None;
    }
    let dtype = types.args[0];
    match ufunc {
        Ufunc::Less => with!(usual dtype, T => kernel::<Less, T, T, (), ONE>()),
        Ufunc::LessEqual => with!(usual dtype, T => kernel::<LessEqual, T, T, (), ONE>()),
        Ufunc::Equal => with!(usual dtype, T => kernel::<Equal, T, T, (), ONE>()),
        Ufunc::NotEqual => with!(usual dtype, T => kernel::<NotEqual, T, T, (), ONE>()),
        Ufunc::Greater => with!(usual dtype, T => kernel::<Greater, T, T, (), ONE>()),
        Ufunc::GreaterEqual => with!(usual dtype, T => kernel::<GreaterEqual, T, T, (), ONE>()),
        _ => None,
    }
}

/// Functions of one argument.
pub(super) fn unary(ufunc: Ufunc, dtype: Dtype) -> Kernel {
    match (ufunc, dtype.kind()) {
        (Ufunc::LogicalNot, _) => with!(modular dtype, T => kernel::<LogicalNot, T, (), (), 0>()),
        (Ufunc::Isnan, Kind::Float) => with!(float dtype, T => kernel::<Isnan, T, (), (), 0>()),
        (Ufunc::Isinf, Kind::Float) => with!(float dtype, T => kernel::<Isinf, T, (), (), 0>()),
        (Ufunc::Isfinite, Kind::Float) => {
            with!(float dtype, T => kernel::<Isfinite, T, (), (), 0>())
        }
        (Ufunc::Signbit, Kind::Float) => with!(float dtype, T => kernel::<Signbit, T, (), (), 0>()),
        (Ufunc::Isnan, Kind::Complex) => {
            with!(complex dtype, T => kernel::<IsnanComplex, T, (), (), 0>())
        }
        (Ufunc::Isinf, Kind::Complex) => {
            with!(complex dtype, T => kernel::<IsinfComplex, T, (), (), 0>())
        }
        (Ufunc::Isfinite, Kind::Complex) => {
            with!(complex dtype, T => kernel::<IsfiniteComplex, T, (), (), 0>())
        }
        (Ufunc::Isnan | Ufunc::Isinf, _) => constant(false),
        (Ufunc::Isfinite, _) => constant(true),
        (other, _) => unreachable!("{} is no question", other.name()),
    }
}

/// The same answer for every element, whatever its type.
fn constant(answer: bool) -> Kernel {
    if answer {
        kernel::<Always, (), (), (), 0>()
    } else {
        kernel::<Never, (), (), (), 0>()
    }
}
