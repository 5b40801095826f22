//! Sums, differences, products and quotients, and what a sign is.

use distarray_core::ufunc::Ufunc;
use distarray_core::{Dtype, Kind};

use super::super::element::Flag;
use super::super::lane::Kernel;
use super::loops::{function, kernel, Function};
use super::types::{flag, with, Float, Integer, Ring};

function! {
    Add: <T: Ring> (a: T, b: T) -> T = a.plus(b);
    Subtract: <T: Ring> (a: T, b: T) -> T = a.minus(b);
    Multiply: <T: Ring> (a: T, b: T) -> T = a.times(b);
    Divide: <T: Float> (a: T, b: T) -> T = a / b;
    Negative: <T: Ring> (a: T) -> T = a.negated();
    Square: <T: Ring> (a: T) -> T = a.times(a);
    Or: <> (a: Flag, b: Flag) -> Flag = flag(a.is_set() | b.is_set());
    And: <> (a: Flag, b: Flag) -> Flag = flag(a.is_set() & b.is_set());
    AbsoluteFloat: <T: Float> (a: T) -> T = num_traits::Float::abs(a);
    AbsoluteInteger: <T: Integer> (a: T) -> T = if a < T::zero() { a.negated() } else { a };
    SignFloat: <T: Float> (a: T) -> T = if a > T::zero() {
        T::one()
    } else if a < T::zero() {
        T::one().negated()
    } else if a == T::zero() {
        T::zero()
    } else {
        a
    };
    SignInteger: <T: Integer> (a: T) -> T = if a > T::zero() {
        T::one()
    } else if a < T::zero() {
        T::one().negated()
    } else {
        a
    };
    ReciprocalFloat: <T: Float> (a: T) -> T = T::one() / a;
    // Only the reciprocals of 1 and -1 are not 0.
    ReciprocalInteger: <T: Integer> (a: T) -> T = if a == T::zero() {
        T::RECIPROCAL_OF_ZERO
    } else if a == T::one() || (T::SIGNED && a == T::one().negated()) {
        a
    } else {
        T::zero()
    };
}

/// Functions of two arguments.
pub(super) fn binary(ufunc: Ufunc, dtype: Dtype) -> Kernel {
    match (ufunc, dtype.kind()) {
        (Ufunc::Add, Kind::Bool) => kernel::<Or, Flag, Flag, (), 0>(),
        (Ufunc::Multiply, Kind::Bool) => kernel::<And, Flag, Flag, (), 0>(),
        (Ufunc::Add, _) => with!(modular dtype, T => kernel::<Add, T, T, (), 0>()),
        (Ufunc::Subtract, _) => with!(modular dtype, T => kernel::<Subtract, T, T, (), 0>()),
        (Ufunc::Multiply, _) => with!(modular dtype, T => kernel::<Multiply, T, T, (), 0>()),
        (Ufunc::Divide, _) => with!(float dtype, T => kernel::<Divide, T, T, (), 0>()),
        (other, _) => unreachable!("{} is no arithmetic", other.name()),
    }
}

/// Functions of two arguments one of which is the same for all elements, in the usual types.
pub(super) fn with_one<const ONE: usize>(ufunc: Ufunc, dtype: Dtype) -> Option<Kernel> {
    match ufunc {
        Ufunc::Add => with!(usual dtype, T => kernel::<Add, T, T, (), ONE>()),
        Ufunc::Subtract => with!(usual dtype, T => kernel::<Subtract, T, T, (), ONE>()),
        Ufunc::Multiply => with!(usual dtype, T => kernel::<Multiply, T, T, (), ONE>()),
        Ufunc::Divide if dtype.kind() == Kind::Float => {
            Some(with!(float dtype, T => kernel::<Divide, T, T, (), ONE>()))
        }
        _ => None,
    }
}

/// Functions of one argument of real numbers.
pub(super) fn unary(ufunc: Ufunc, dtype: Dtype) -> Kernel {
    let float = dtype.kind() == Kind::Float;
    match ufunc {
        Ufunc::Negative => with!(modular dtype, T => kernel::<Negative, T, (), (), 0>()),
        Ufunc::Square => with!(modular dtype, T => kernel::<Square, T, (), (), 0>()),
        Ufunc::Absolute if float => {
            with!(float dtype, T => kernel::<AbsoluteFloat, T, (), (), 0>())
        }
        Ufunc::Absolute => with!(integer dtype, T => kernel::<AbsoluteInteger, T, (), (), 0>()),
        Ufunc::Sign if float => with!(float dtype, T => kernel::<SignFloat, T, (), (), 0>()),
        Ufunc::Sign => with!(integer dtype, T => kernel::<SignInteger, T, (), (), 0>()),
        Ufunc::Reciprocal if float => {
            with!(float dtype, T => kernel::<ReciprocalFloat, T, (), (), 0>())
        }
        Ufunc::Reciprocal => with!(integer dtype, T => kernel::<ReciprocalInteger, T, (), (), 0>()),
        other => unreachable!("{} is no arithmetic", other.name()),
    }
}
