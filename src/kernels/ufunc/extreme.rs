//! The greater, the lesser, and the chosen one.

use distarray_core::ufunc::Ufunc;
use distarray_core::Dtype;

use super::super::element::{with_element, Flag};
use super::super::lane::Kernel;
use super::loops::{function, kernel, Function, Lane, Vectors};
use super::types::{flag, with, Ordered};

function! {
    // A NaN is the result, the first one of two.
    Maximum: <T: Ordered> (a: T, b: T) -> T = if a.is_nan() | b.precedes(a) { a } else { b };
    Minimum: <T: Ordered> (a: T, b: T) -> T = if a.is_nan() | a.precedes(b) { a } else { b };
    // A NaN is the result only when there is nothing else.
    Fmax: <T: Ordered> (a: T, b: T) -> T = if b.is_nan() | b.precedes(a) { a } else { b };
    Fmin: <T: Ordered> (a: T, b: T) -> T = if b.is_nan() | a.precedes(b) { a } else { b };
    Clip: <T: Ordered> (a: T, low: T, high: T) -> T = {
        let a = if a.is_nan() | low.sorts_before(a) { a } else { low };
        if a.is_nan() | a.sorts_before(high) { a } else { high }
    };
    WhereFlag: <> (condition: Flag, a: Flag, b: Flag) -> Flag = {
        flag((condition.is_set() & a.is_set()) | (!condition.is_set() & b.is_set()))
    };
}

/// The second argument where the first is true, else the third.
struct Where;

impl<T: Lane> Function<Flag, T, T> for Where {
    type Out = T;
    const VECTORS: Vectors = Vectors::Both;
    #[inline(always)]
    fn of(condition: Flag, a: T, b: T) -> T {
        if condition.is_set() {
            a
        } else {
            b
        }
    }
}

/// Functions of two arguments.
pub(super) fn binary(ufunc: Ufunc, dtype: Dtype) -> Kernel {
    match ufunc {
        Ufunc::Maximum => with_element!(dtype, T => kernel::<Maximum, T, T, (), 0>()),
        Ufunc::Minimum => with_element!(dtype, T => kernel::<Minimum, T, T, (), 0>()),
        Ufunc::Fmax if ordered(dtype) => binary(Ufunc::Maximum, dtype),
        Ufunc::Fmin if ordered(dtype) => binary(Ufunc::Minimum, dtype),
        Ufunc::Fmax => with!(inexact dtype, T => kernel::<Fmax, T, T, (), 0>()),
        Ufunc::Fmin => with!(inexact dtype, T => kernel::<Fmin, T, T, (), 0>()),
        other => unreachable!("{} is no extreme", other.name()),
    }
}

/// Whether a type has no NaN.
fn ordered(dtype: Dtype) -> bool {
    use distarray_core::Kind;
    !matches!(dtype.kind(), Kind::Float | Kind::Complex)
}

/// `min(max(a, low), high)`.
pub(super) fn clip(dtype: Dtype) -> Kernel {
    with_element!(dtype, T => kernel::<Clip, T, T, T, 0>())
}

/// The second argument where the first is true, else the third.
pub(super) fn choose(dtype: Dtype) -> Kernel {
    match dtype {
        Dtype::Bool => kernel::<WhereFlag, Flag, Flag, Flag, 0>(),
        Dtype::Complex128 => kernel::<Where, Flag, [u64; 2], [u64; 2], 0>(),
        other => with!(bits other, T => kernel::<Where, Flag, T, T, 0>()),
    }
}

/// These functions where one argument is the same for all elements, in the usual types.
pub(super) fn with_one<const ONE: usize>(ufunc: Ufunc, dtype: Dtype) -> Option<Kernel> {
    match ufunc {
        Ufunc::Maximum => with!(usual dtype, T => kernel::<Maximum, T, T, (), ONE>()),
        Ufunc::Minimum => with!(usual dtype, T => kernel::<Minimum, T, T, (), ONE>()),
        Ufunc::Clip => with!(usual dtype, T => kernel::<Clip, T, T, T, ONE>()),
        Ufunc::Where => with!(usual dtype, T => kernel::<Where, Flag, T, T, ONE>()),
        _ => None,
    }
}
