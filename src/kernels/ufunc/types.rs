//! The element types as the functions see them, and the choice of one by its number.

use num_complex::Complex;

use super::super::element::{Element, Flag};
use super::loops::Lane;

/// Numbers that are added and multiplied; integers modulo their size, so that the sign does not matter.
pub(super) trait Ring: Element + Lane {
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn negated(self) -> Self;
}

macro_rules! modular {
    ($($integer:ty),*) => {$(
        impl Ring for $integer {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            #[inline(always)]
            fn negated(self) -> Self {
                self.wrapping_neg()
            }
        }
    )*};
}

modular!(i8, i16, i32, i64, u8, u16, u32, u64);

macro_rules! rounded {
    ($($number:ty),*) => {$(
        impl Ring for $number {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self - other
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self * other
            }
            #[inline(always)]
            fn negated(self) -> Self {
                -self
            }
        }
    )*};
}

rounded!(f32, f64, Complex<f32>, Complex<f64>);

/// Real floating-point numbers.
pub(super) trait Float: Ring + num_traits::Float + num_traits::FloatConst {
    fn rint(self) -> Self;
}

macro_rules! float {
    ($($float:ty),*) => {$(
        impl Float for $float {
            #[inline(always)]
            fn rint(self) -> Self {
                self.round_ties_even()
            }
        }
    )*};
}

float!(f32, f64);

/// Integers with the operations that depend on their sign.
pub(super) trait Integer: Ring + num_traits::PrimInt {
    const SIGNED: bool;
    /// What 1 divided by 0 gives where the processor decides: the same as NumPy's.
    const RECIPROCAL_OF_ZERO: Self;
    /// Division towards zero; 0 when the divisor is.
    fn quotient(self, divisor: Self) -> Self;
    /// What `quotient` leaves.
    fn rest(self, divisor: Self) -> Self;
}

macro_rules! integer {
    ($($integer:ty: $signed:literal, $of_zero:expr);* $(;)?) => {$(
        impl Integer for $integer {
            const SIGNED: bool = $signed;
            const RECIPROCAL_OF_ZERO: Self = $of_zero;
            #[inline(always)]
            fn quotient(self, divisor: Self) -> Self {
                if divisor == 0 { 0 } else { self.wrapping_div(divisor) }
            }
            #[inline(always)]
            fn rest(self, divisor: Self) -> Self {
                if divisor == 0 { 0 } else { self.wrapping_rem(divisor) }
            }
        }
    )*};
}

integer! {
    i8: true, 0;
    i16: true, 0;
    i32: true, i32::MIN;
    i64: true, i64::MIN;
    u8: false, 0;
    u16: false, 0;
    u32: false, 0;
    u64: false, 0;
}

/// Elements in NumPy's order: false before true, complex numbers by their real and then their imaginary part, nothing
/// before or after a NaN.
pub(super) trait Ordered: Lane {
    fn precedes(self, other: Self) -> bool;
    fn precedes_or_equals(self, other: Self) -> bool;
    fn equals(self, other: Self) -> bool;
    /// Not the number that it is.
    fn is_nan(self) -> bool;
    /// As NumPy sorts and clips: a NaN in one part of a complex number says nothing of the other part.
    #[inline(always)]
    fn sorts_before(self, other: Self) -> bool {
        self.precedes(other)
    }
}

macro_rules! ordered {
    ($($number:ty),*) => {$(
        impl Ordered for $number {
            #[inline(always)]
            fn precedes(self, other: Self) -> bool {
                self < other
            }
            #[inline(always)]
            fn precedes_or_equals(self, other: Self) -> bool {
                self <= other
            }
            #[inline(always)]
            fn equals(self, other: Self) -> bool {
                self == other
            }
            #[inline(always)]
            #[allow(clippy::eq_op, reason = "for integers and floats alike")]
            fn is_nan(self) -> bool {
                self != self
            }
        }
    )*};
}

ordered!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

impl Ordered for Flag {
    #[inline(always)]
    fn precedes(self, other: Self) -> bool {
        !self.is_set() & other.is_set()
    }
    #[inline(always)]
    fn precedes_or_equals(self, other: Self) -> bool {
        !self.is_set() | other.is_set()
    }
    #[inline(always)]
    fn equals(self, other: Self) -> bool {
        self.is_set() == other.is_set()
    }
    #[inline(always)]
    fn is_nan(self) -> bool {
        false
    }
}

macro_rules! lexicographic {
    ($($part:ty),*) => {$(
        impl Ordered for Complex<$part> {
            #[inline(always)]
            fn precedes(self, other: Self) -> bool {
                let numbers = !self.im.is_nan() & !other.im.is_nan();
                ((self.re < other.re) & numbers) | ((self.re == other.re) & (self.im < other.im))
            }
            #[inline(always)]
            fn precedes_or_equals(self, other: Self) -> bool {
                let numbers = !self.im.is_nan() & !other.im.is_nan();
                ((self.re < other.re) & numbers) | ((self.re == other.re) & (self.im <= other.im))
            }
            #[inline(always)]
            fn equals(self, other: Self) -> bool {
                (self.re == other.re) & (self.im == other.im)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                self.re.is_nan() | self.im.is_nan()
            }
            #[inline(always)]
            fn sorts_before(self, other: Self) -> bool {
                (self.re < other.re) | ((self.re == other.re) & (self.im < other.im))
            }
        }
    )*};
}

lexicographic!(f32, f64);

/// A truth value as memory holds it.
#[inline(always)]
pub(super) fn flag(is_set: bool) -> Flag {
    Flag(is_set as u8)
}

/// Evaluates `$body` with `$T` bound to the type behind a dtype of a family. The families:
///
/// - `modular`: integers without a sign, floats and complex numbers, for what is the same whether there is a sign;
/// - `integer`, `float`, `complex`;
/// - `inexact`: floats and complex numbers;
/// - `usual`: what most computing is done in; of others the value is `None`;
/// - `bits`: unsigned integers of the size of the type, two of them for 16 bytes.
///
/// Other dtypes are a mistake of the caller: `Ufunc::resolve` never gives them.
macro_rules! with {
    (@bind $T:ident, $type:ty, $body:expr) => {{
        type $T = $type;
        $body
    }};
    (modular $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            Dtype::Float32 | Dtype::Float64 | Dtype::Complex64 | Dtype::Complex128 => {
                with!(inexact $dtype, $T => $body)
            }
            integer => with!(bits integer, $T => $body),
        }
    };
    (usual $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            Dtype::Int32 => Some(with!(@bind $T, i32, $body)),
            Dtype::Int64 => Some(with!(@bind $T, i64, $body)),
            Dtype::Float32 => Some(with!(@bind $T, f32, $body)),
            Dtype::Float64 => Some(with!(@bind $T, f64, $body)),
            _ => None,
        }
    };
    (bits $dtype:expr, $T:ident => $body:expr) => {
        match $dtype.size() {
            1 => with!(@bind $T, u8, $body),
            2 => with!(@bind $T, u16, $body),
            4 => with!(@bind $T, u32, $body),
            _ => with!(@bind $T, u64, $body),
        }
    };
    (inexact $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            Dtype::Float32 | Dtype::Float64 => with!(float $dtype, $T => $body),
            complex => with!(complex complex, $T => $body),
        }
    };
    (integer $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            Dtype::Int8 => with!(@bind $T, i8, $body),
            Dtype::Int16 => with!(@bind $T, i16, $body),
            Dtype::Int32 => with!(@bind $T, i32, $body),
            Dtype::Int64 => with!(@bind $T, i64, $body),
            Dtype::Uint8 => with!(@bind $T, u8, $body),
            Dtype::Uint16 => with!(@bind $T, u16, $body),
            Dtype::Uint32 => with!(@bind $T, u32, $body),
            Dtype::Uint64 => with!(@bind $T, u64, $body),
            other => unreachable!("{} is no integer", other.name()),
        }
    };
    (float $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            Dtype::Float32 => with!(@bind $T, f32, $body),
            Dtype::Float64 => with!(@bind $T, f64, $body),
            other => unreachable!("{} is no real floating type", other.name()),
        }
    };
    (complex $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            Dtype::Complex64 => with!(@bind $T, num_complex::Complex<f32>, $body),
            Dtype::Complex128 => with!(@bind $T, num_complex::Complex<f64>, $body),
            other => unreachable!("{} is no complex type", other.name()),
        }
    };
}
pub(super) use with;
