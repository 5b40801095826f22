//! Division, powers, shifts and bits of integers.

use distarray_core::ufunc::Ufunc;
use distarray_core::{Dtype, Kind};

use super::super::element::Flag;
use super::super::lane::Kernel;
use super::arithmetic::{And, Or};
use super::cast;
use super::loops::{function, kernel, Function, Vectors};
use super::types::{flag, with, Integer};

function! {
    FloorDivide [None]: <T: Integer> (a: T, b: T) -> T = {
        let rounded_up = a.rest(b) != T::zero() && (a < T::zero()) != (b < T::zero());
        a.quotient(b).minus(if rounded_up { T::one() } else { T::zero() })
    };
    Remainder [None]: <T: Integer> (a: T, b: T) -> T = {
        let rest = a.rest(b);
        let of_other_sign = rest != T::zero() && (a < T::zero()) != (b < T::zero());
        if of_other_sign { rest.plus(b) } else { rest }
    };
    Fmod [None]: <T: Integer> (a: T, b: T) -> T = a.rest(b);
    Power [None]: <T: Integer> (a: T, b: T) -> T = power(a, b);
    LeftShift [Avx2]: <T: Integer> (a: T, b: T) -> T = match within::<T>(b) {
        Some(bits) => a << bits,
        None => T::zero(),
    };
    RightShift [Avx2]: <T: Integer> (a: T, b: T) -> T = match within::<T>(b) {
        Some(bits) => a >> bits,
        None if a < T::zero() => T::one().negated(),
        None => T::zero(),
    };
    Invert: <T: Integer> (a: T) -> T = !a;
    BitwiseAnd: <T: Integer> (a: T, b: T) -> T = a & b;
    BitwiseOr: <T: Integer> (a: T, b: T) -> T = a | b;
    BitwiseXor: <T: Integer> (a: T, b: T) -> T = a ^ b;
    Not: <> (a: Flag) -> Flag = flag(!a.is_set());
    Differ: <> (a: Flag, b: Flag) -> Flag = flag(a.is_set() != b.is_set());
}

/// The exponent by its bits. A negative one gives the integral part of the true value: NumPy raises an error, which one
/// element of many ranks' cannot.
#[inline(always)]
fn power<T: Integer>(mut base: T, mut exponent: T) -> T {
    let one = T::one();
    if exponent < T::zero() {
        let odd = exponent & one == one;
        return if base == one || base == one.negated() && !odd {
            one
        } else if base == one.negated() {
            base
        } else {
            T::zero()
        };
    }
    let mut result = one;
    while exponent != T::zero() {
        if exponent & one == one {
            result = result.times(base);
        }
        base = base.times(base);
        exponent = exponent >> 1;
    }
    result
}

/// The shift, if it is one that leaves something.
#[inline(always)]
fn within<T: Integer>(shift: T) -> Option<usize> {
    let width = size_of::<T>() * 8;
    shift.to_usize().filter(|&bits| bits < width)
}

/// Functions of one argument and of two.
pub(super) fn any(ufunc: Ufunc, dtype: Dtype) -> Option<Kernel> {
    let bool = dtype.kind() == Kind::Bool;
    Some(match ufunc {
        Ufunc::FloorDivide => with!(integer dtype, T => kernel::<FloorDivide, T, T, (), 0>()),
        Ufunc::Remainder => with!(integer dtype, T => kernel::<Remainder, T, T, (), 0>()),
        Ufunc::Fmod => with!(integer dtype, T => kernel::<Fmod, T, T, (), 0>()),
        Ufunc::Power => with!(integer dtype, T => kernel::<Power, T, T, (), 0>()),
        Ufunc::LeftShift => with!(integer dtype, T => kernel::<LeftShift, T, T, (), 0>()),
        Ufunc::RightShift => with!(integer dtype, T => kernel::<RightShift, T, T, (), 0>()),
        Ufunc::BitwiseAnd if bool => kernel::<And, Flag, Flag, (), 0>(),
        Ufunc::BitwiseOr if bool => kernel::<Or, Flag, Flag, (), 0>(),
        Ufunc::BitwiseXor if bool => kernel::<Differ, Flag, Flag, (), 0>(),
        Ufunc::BitwiseAnd => with!(bits dtype, T => kernel::<BitwiseAnd, T, T, (), 0>()),
        Ufunc::BitwiseOr => with!(bits dtype, T => kernel::<BitwiseOr, T, T, (), 0>()),
        Ufunc::BitwiseXor => with!(bits dtype, T => kernel::<BitwiseXor, T, T, (), 0>()),
        Ufunc::Invert if bool => kernel::<Not, Flag, (), (), 0>(),
        Ufunc::Invert => with!(bits dtype, T => kernel::<Invert, T, (), (), 0>()),
        Ufunc::Absolute if bool => cast::copy(dtype),
        _ => return None,
    })
}
