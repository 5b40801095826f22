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
    /// The product, in the type of `Sum`.
    Prod,
    /// Whether an element is not 0.
    Any,
    /// Whether no element is 0.
    All,
    /// Where the minimum stands first: its index in row-major order of the global array.
    ArgMin,
    ArgMax,
    CountNonzero,
    /// The sum of x y: a dot product that conjugates nothing.
    DotU,
}

impl Op {
    /// Every operation, in ascending order of its number.
    pub const ALL: [Op; 15] = [
        Op::Sum,
        Op::Min,
        Op::Max,
        Op::Mean,
        Op::Var,
        Op::Std,
        Op::Dot,
        Op::Norm,
        Op::Prod,
        Op::Any,
        Op::All,
        Op::ArgMin,
        Op::ArgMax,
        Op::CountNonzero,
        Op::DotU,
    ];

    /// The operation with this number. Errors: `Code::Argument`.
    pub fn from_code(code: i32) -> Result<Op> {
        let known = Op::ALL.into_iter().find(|&op| op as i32 == code);
        known.ok_or_else(|| {
            Error::new(
                Code::Argument,
                format!("reduction {code} is unknown; allowed are 0 (sum) to 14 (dotu)"),
            )
        })
    }

    /// Lower-case name.
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 15] = [
            "sum",
            "min",
            "max",
            "mean",
            "var",
            "std",
            "dot",
            "norm",
            "prod",
            "any",
            "all",
            "argmin",
            "argmax",
            "count_nonzero",
            "dotu",
        ];
        NAMES[self as usize]
    }

    /// Whether there is a second operand.
    pub fn is_dot(self) -> bool {
        matches!(self, Op::Dot | Op::DotU)
    }

    /// Whether the result is where an element stands.
    pub fn is_place(self) -> bool {
        matches!(self, Op::ArgMin | Op::ArgMax)
    }

    /// Whether it needs an order of the elements, and one element at least.
    pub fn is_extreme(self) -> bool {
        self.is_place() || matches!(self, Op::Min | Op::Max)
    }

    /// The dtype of the result, as NumPy chooses it.
    pub fn result(self, of: Dtype) -> Dtype {
        match (self, of.kind()) {
            (Op::Min | Op::Max, _) => of,
            (Op::Any | Op::All, _) => Dtype::Bool,
            (Op::ArgMin | Op::ArgMax | Op::CountNonzero, _) => Dtype::Int64,
            (Op::Sum | Op::Prod | Op::Dot | Op::DotU, Kind::Bool | Kind::Signed) => Dtype::Int64,
            (Op::Sum | Op::Prod | Op::Dot | Op::DotU, Kind::Unsigned) => Dtype::Uint64,
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
