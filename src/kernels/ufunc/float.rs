//! Rounding, remainders, signs and angles of real floating-point numbers.

use distarray_core::ufunc::Ufunc;
use distarray_core::Dtype;

use super::super::lane::Kernel;
use super::loops::{function, kernel, Function, Vectors};
use super::types::{with, Float};

function! {
    Sqrt: <T: Float> (a: T) -> T = a.sqrt();
    Floor: <T: Float> (a: T) -> T = a.floor();
    Ceil: <T: Float> (a: T) -> T = a.ceil();
    Trunc: <T: Float> (a: T) -> T = a.trunc();
    Rint: <T: Float> (a: T) -> T = a.rint();
    Degrees: <T: Float> (a: T) -> T = a * (T::from_real(180.0) / T::PI());
    Radians: <T: Float> (a: T) -> T = a * (T::PI() / T::from_real(180.0));
    Copysign: <T: Float> (a: T, b: T) -> T = a.copysign(b);
    // The argument of a real number as a complex one.
    Angle: <T: Float> (a: T) -> T = if a.is_nan() {
        a
    } else if a.is_sign_negative() {
        T::PI()
    } else {
        T::zero()
    };
    // For the sake of `floor`, which AVX2 comes with; the remainder is the C library's.
    FloorDivide [Avx2]: <T: Float> (a: T, b: T) -> T = floor_divide(a, b);
    Remainder [Avx2]: <T: Float> (a: T, b: T) -> T = remainder(a, b);
    Fmod [None]: <T: Float> (a: T, b: T) -> T = a % b;
}

/// The remainder that has the sign of the divisor.
#[inline(always)]
fn remainder<T: Float>(a: T, b: T) -> T {
    let rest = a % b;
    if b == T::zero() {
        rest
    } else if rest == T::zero() {
        rest.copysign(b)
    } else if (b < T::zero()) != (rest < T::zero()) {
        rest + b
    } else {
        rest
    }
}

/// NumPy's and Python's: the quotient without the remainder is all but an integer already.
#[inline(always)]
fn floor_divide<T: Float>(a: T, b: T) -> T {
    if b == T::zero() {
        return a / b;
    }
    let rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != T::zero() && (b < T::zero()) != (rest < T::zero()) {
        quotient = quotient - T::one();
    }
    if quotient == T::zero() {
        return T::zero().copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > T::from_real(0.5) {
        floor + T::one()
    } else {
        floor
    }
}

/// Functions of one argument and of two.
pub(super) fn any(ufunc: Ufunc, dtype: Dtype) -> Option<Kernel> {
    macro_rules! unary {
        ($function:ident) => {
            Some(with!(float dtype, T => kernel::<$function, T, (), (), 0>()))
        };
    }
    macro_rules! binary {
        ($function:ident) => {
            Some(with!(float dtype, T => kernel::<$function, T, T, (), 0>()))
        };
    }
    match ufunc {
        Ufunc::Sqrt => unary!(Sqrt),
        Ufunc::Floor => unary!(Floor),
        Ufunc::Ceil => unary!(Ceil),
        Ufunc::Trunc => unary!(Trunc),
        Ufunc::Rint => unary!(Rint),
        Ufunc::Degrees => unary!(Degrees),
        Ufunc::Radians => unary!(Radians),
        Ufunc::Angle => unary!(Angle),
        Ufunc::Copysign => binary!(Copysign),
        Ufunc::FloorDivide => binary!(FloorDivide),
        Ufunc::Remainder => binary!(Remainder),
        Ufunc::Fmod => binary!(Fmod),
        _ => None,
    }
}
