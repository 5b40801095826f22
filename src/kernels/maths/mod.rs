//! Elementary functions of real numbers, for vectors of them.

mod body;
mod exponential;
mod hyperbolic;
mod inverse;
mod logarithm;
mod polynomial;
mod power;
mod quotient;
mod root;
mod trigonometric;

use distarray_core::Dtype;

use super::lane::Kernel;
use body::{entry, Body};

pub(super) use trigonometric::sin_cos;

/// Defines [`Function`] and its kernels; functions of one argument, then those of two.
macro_rules! functions {
    ($($name:ident($file:ident, $arguments:literal),)*) => {
        #[cfg(any(test, maths_dev))]
        pub(super) const ALL: &[Function] = &[$(Function::$name,)*];

        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Function { $($name,)* }

        /// The kernel of a function of `Float32` or `Float64` elements; others are taken for the latter.
        pub(super) fn kernel(function: Function, dtype: Dtype) -> Kernel {
            match (function, dtype) {
                $((Function::$name, Dtype::Float32) => entry::<$file::$name, f32, $arguments>(),)*
                $((Function::$name, _) => entry::<$file::$name, f64, $arguments>(),)*
            }
        }

        $(single!($file::$name, $arguments);)*
    };
}

/// A function of `f32` in double precision.
macro_rules! single {
    ($name:path, $arguments:literal) => {
        impl Body<f32, $arguments> for $name {
            #[inline(always)]
            fn is_ordinary(x: [f32; $arguments]) -> bool {
                <Self as Body<f64, $arguments>>::is_ordinary(x.map(f64::from))
            }
            #[inline(always)]
            fn straight(x: [f32; $arguments]) -> f32 {
                <Self as Body<f64, $arguments>>::straight(x.map(f64::from)) as f32
            }
            #[inline(always)]
            fn value(x: [f32; $arguments]) -> f32 {
                <Self as Body<f64, $arguments>>::value(x.map(f64::from)) as f32
            }
            fn library(x: [f32; $arguments]) -> f32 {
                <Self as Body<f64, $arguments>>::library(x.map(f64::from)) as f32
            }
        }
    };
}

functions! {
    Exp(exponential, 1),
    Exp2(exponential, 1),
    Expm1(exponential, 1),
    Log(logarithm, 1),
    Log2(logarithm, 1),
    Log10(logarithm, 1),
    Log1p(logarithm, 1),
    Sin(trigonometric, 1),
    Cos(trigonometric, 1),
    Tan(trigonometric, 1),
    Arcsin(inverse, 1),
    Arccos(inverse, 1),
    Arctan(inverse, 1),
    Sinh(hyperbolic, 1),
    Cosh(hyperbolic, 1),
    Tanh(hyperbolic, 1),
    Arcsinh(hyperbolic, 1),
    Arccosh(hyperbolic, 1),
    Arctanh(hyperbolic, 1),
    Sqrt(root, 1),
    Cbrt(root, 1),
    Arctan2(inverse, 2),
    Hypot(root, 2),
    Pow(power, 2),
}

/// Natural logarithm.
#[inline(always)]
pub(super) fn log(x: f64) -> f64 {
    <logarithm::Log as Body<f64, 1>>::value([x])
}
