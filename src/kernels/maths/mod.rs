//! Elementary functions of real numbers, for vectors of them.
//!
//! One body per function for both precisions, of plain scalar code with fused multiply-add, is
//! compiled for AVX2 and for AVX-512 (`body`). Errors are below two units of the last place, most
//! about one; docs/performance.md tabulates them.

mod body;
mod choice;
mod exponential;
mod float;
mod hyperbolic;
mod inverse;
mod logarithm;
mod power;
mod quotient;
mod root;
mod single;
mod table;
mod trigonometric;

use distarray_core::Dtype;

use super::lane::Kernel;
use body::entry;

/// Defines [`Function`] and its kernels: names, files and numbers of arguments.
macro_rules! functions {
    ($($name:ident($file:ident, $arguments:literal),)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Function { $($name,)* }

        /// The kernel of a function of `Float32` elements, or of `Float64` ones.
        pub(super) fn kernel(function: Function, dtype: Dtype) -> Kernel {
            match (function, dtype) {
                $((Function::$name, Dtype::Float32) => entry::<$file::$name, f32, $arguments>(),)*
                $((Function::$name, _) => entry::<$file::$name, f64, $arguments>(),)*
            }
        }

        /// All functions, their numbers of arguments and what the tests compare: the versions in
        /// single and in double precision.
        #[cfg(test)]
        fn versions() -> Vec<(Function, usize, [Vec<Kernel>; 2])> {
            vec![$((
                Function::$name,
                $arguments,
                [
                    body::fused_versions::<$file::$name, f32, $arguments>(),
                    body::fused_versions::<$file::$name, f64, $arguments>(),
                ],
            ),)*]
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
    Cbrt(root, 1),
    Arctan2(inverse, 2),
    Hypot(root, 2),
    Pow(power, 2),
}

#[cfg(all(test, target_arch = "x86_64", target_os = "linux"))]
mod tests;
