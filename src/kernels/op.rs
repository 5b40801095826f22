//! The reductions there are.

use distarray_core::{Code, Dtype, Kind};

use crate::error::{Error, Result};

/// What is reduced. The numbers are those of the C interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Integers and bool are summed as int64 or uint64, modulo 2^64.
    Sum = 0,
    Min,
    Max,
    Mean,
    /// The mean of |x - mean|^2, a real number.
    Var,
    /// The square root of `Var`.
    Std,
    /// The sum of conj(x) y, in the type of `Sum`.
    Dot,
    /// The square root of the sum of |x|^2.
    Norm,
}

impl Op {
    /// Every operation, in ascending order of its number.
    pub const ALL: [Op; 8] = [
        Op::Sum,
        Op::Min,
        Op::Max,
        Op::Mean,
        Op::Var,
        Op::Std,
        Op::Dot,
        Op::Norm,
    ];

    /// The operation with this number. Errors: `Code::Argument`.
    pub fn from_code(code: i32) -> Result<Op> {
        let known = Op::ALL.into_iter().find(|&op| op as i32 == code);
        known.ok_or_else(|| {
            Error::new(
                Code::Argument,
                format!("reduction {code} is unknown; allowed are 0 (sum) to 7 (norm)"),
            )
        })
    }

    /// Lower-case name.
    pub fn name(self) -> &'static str {
        ["sum", "min", "max", "mean", "var", "std", "dot", "norm"][self as usize]
    }

    /// The dtype of the result, as NumPy chooses it.
    pub fn result(self, of: Dtype) -> Dtype {
        match (self, of.kind()) {
            (Op::Min | Op::Max, _) => of,
            (Op::Sum | Op::Dot, Kind::Bool | Kind::Signed) => Dtype::Int64,
            (Op::Sum | Op::Dot, Kind::Unsigned) => Dtype::Uint64,
            (
                Op::Mean | Op::Var | Op::Std | Op::Norm,
                Kind::Bool | Kind::Signed | Kind::Unsigned,
            ) => Dtype::Float64,
            (Op::Var | Op::Std | Op::Norm, Kind::Complex) => match of {
                Dtype::Complex64 => Dtype::Float32,
                _ => Dtype::Float64,
            },
            (_, Kind::Float | Kind::Complex) => of,
        }
    }
}
