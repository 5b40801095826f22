//! Element-wise functions of one tile: which loop computes which function of which types.
//!
//! The values are NumPy's. The functions are formulas of one element, grouped by what they mean; `loops` compiles each
//! of them for the vectors of several processors.

mod arithmetic;
mod cast;
mod compare;
mod complex;
mod elementary;
mod extreme;
mod float;
mod integer;
mod libm;
pub(super) mod loops;
mod types;

use distarray_core::formula::program::Function;
use distarray_core::ufunc::{Loop, Ufunc};
use distarray_core::Kind;

use super::lane::Kernel;

/// The kernel of a function for types that `Ufunc::resolve` gives, or of a conversion.
pub(super) fn kernel(function: Function, types: &Loop) -> Kernel {
    match function {
        Function::Ufunc(ufunc) => of_ufunc(ufunc, types),
        Function::Cast => cast::kernel_of(types.args[0], types.out),
    }
}

/// The kernel that takes one element of argument `which` for the whole tile, where there is one.
pub(super) fn scalar_kernel(function: Function, types: &Loop, which: usize) -> Option<Kernel> {
    let Function::Ufunc(ufunc) = function else {
        return None;
    };
    if types.args.len() < 2 {
        return None;
    }
    match which {
        0 => with_one::<1>(ufunc, types),
        1 => with_one::<2>(ufunc, types),
        _ => extreme::with_one::<4>(ufunc, types.out),
    }
}

fn of_ufunc(ufunc: Ufunc, types: &Loop) -> Kernel {
    use Ufunc::*;
    // The type computed in; of `where` it is not the first one.
    let dtype = types.args[types.args.len() - 1];
    let kind = dtype.kind();
    let of_kind = match kind {
        Kind::Complex => complex::any(ufunc, dtype),
        Kind::Float => float::any(ufunc, dtype).or_else(|| elementary::any(ufunc, dtype)),
        Kind::Bool | Kind::Signed | Kind::Unsigned => integer::any(ufunc, dtype),
    };
    if let Some(kernel) = of_kind {
        return kernel;
    }
    match ufunc {
        Add | Subtract | Multiply | Divide => arithmetic::binary(ufunc, dtype),
        Negative | Square | Reciprocal | Sign | Absolute => arithmetic::unary(ufunc, dtype),
        Less | LessEqual | Equal | NotEqual | Greater | GreaterEqual | LogicalAnd | LogicalOr
        | LogicalXor => compare::binary(ufunc, types),
        LogicalNot | Isnan | Isinf | Isfinite | Signbit => compare::unary(ufunc, dtype),
        Maximum | Minimum | Fmax | Fmin => extreme::binary(ufunc, dtype),
        Clip => extreme::clip(dtype),
        Where => extreme::choose(dtype),
        Imag => cast::zeros(dtype),
        // Real numbers are their own real parts and conjugates, integers are whole.
        Positive | Conjugate | Real | Floor | Ceil | Trunc => cast::copy(dtype),
        other => unreachable!("{} has no meaning for {}", other.name(), dtype.name()),
    }
}

/// The kernels that are worth having for one element of an argument.
fn with_one<const ONE: usize>(ufunc: Ufunc, types: &Loop) -> Option<Kernel> {
    arithmetic::with_one::<ONE>(ufunc, types.out)
        .or_else(|| compare::with_one::<ONE>(ufunc, types))
        .or_else(|| extreme::with_one::<ONE>(ufunc, types.out))
        .or_else(|| match ufunc {
            Ufunc::Power if ONE == 2 => elementary::power_to_one(types.out),
            _ => None,
        })
}
