//! Transcendental functions of real numbers.

use distarray_core::ufunc::Ufunc;
use distarray_core::Dtype;

use super::super::lane::Kernel;
use super::loops::{function, kernel, Function, Vectors};
use super::types::{with, Float};

function! {
    Exp [None]: <T: Float> (a: T) -> T = a.exp();
    Exp2 [None]: <T: Float> (a: T) -> T = a.exp2();
    Expm1 [None]: <T: Float> (a: T) -> T = a.exp_m1();
    Log [None]: <T: Float> (a: T) -> T = a.ln();
    Log2 [None]: <T: Float> (a: T) -> T = a.log2();
    Log10 [None]: <T: Float> (a: T) -> T = a.log10();
    Log1p [None]: <T: Float> (a: T) -> T = a.ln_1p();
    Sin [None]: <T: Float> (a: T) -> T = a.sin();
    Cos [None]: <T: Float> (a: T) -> T = a.cos();
    Tan [None]: <T: Float> (a: T) -> T = a.tan();
    Arcsin [None]: <T: Float> (a: T) -> T = a.asin();
    Arccos [None]: <T: Float> (a: T) -> T = a.acos();
    Arctan [None]: <T: Float> (a: T) -> T = a.atan();
    Sinh [None]: <T: Float> (a: T) -> T = a.sinh();
    Cosh [None]: <T: Float> (a: T) -> T = a.cosh();
    Tanh [None]: <T: Float> (a: T) -> T = a.tanh();
    Arcsinh [None]: <T: Float> (a: T) -> T = a.asinh();
    Arccosh [None]: <T: Float> (a: T) -> T = a.acosh();
    Arctanh [None]: <T: Float> (a: T) -> T = a.atanh();
    Cbrt [None]: <T: Float> (a: T) -> T = a.cbrt();
    Arctan2 [None]: <T: Float> (a: T, b: T) -> T = a.atan2(b);
    Hypot [None]: <T: Float> (a: T, b: T) -> T = a.hypot(b);
    Power [None]: <T: Float> (a: T, b: T) -> T = a.powf(b);
    Logaddexp [None]: <T: Float> (a: T, b: T) -> T = logaddexp(a, b);
}

/// `log(exp(a) + exp(b))` that does not overflow on the way.
#[inline(always)]
fn logaddexp<T: Float>(a: T, b: T) -> T {
    // Infinities of one sign have no difference.
    if a == b {
        return a + T::LN_2();
    }
    let difference = a - b;
    if difference > T::zero() {
        a + (-difference).exp().ln_1p()
    } else if difference <= T::zero() {
        b + difference.exp().ln_1p()
    } else {
        difference
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
        Ufunc::Exp => unary!(Exp),
        Ufunc::Exp2 => unary!(Exp2),
        Ufunc::Expm1 => unary!(Expm1),
        Ufunc::Log => unary!(Log),
        Ufunc::Log2 => unary!(Log2),
        Ufunc::Log10 => unary!(Log10),
        Ufunc::Log1p => unary!(Log1p),
        Ufunc::Sin => unary!(Sin),
        Ufunc::Cos => unary!(Cos),
        Ufunc::Tan => unary!(Tan),
        Ufunc::Arcsin => unary!(Arcsin),
        Ufunc::Arccos => unary!(Arccos),
        Ufunc::Arctan => unary!(Arctan),
        Ufunc::Sinh => unary!(Sinh),
        Ufunc::Cosh => unary!(Cosh),
        Ufunc::Tanh => unary!(Tanh),
        Ufunc::Arcsinh => unary!(Arcsinh),
        Ufunc::Arccosh => unary!(Arccosh),
        Ufunc::Arctanh => unary!(Arctanh),
        Ufunc::Cbrt => unary!(Cbrt),
        Ufunc::Arctan2 => binary!(Arctan2),
        Ufunc::Hypot => binary!(Hypot),
        Ufunc::Power => binary!(Power),
        Ufunc::Logaddexp => binary!(Logaddexp),
        _ => None,
    }
}
