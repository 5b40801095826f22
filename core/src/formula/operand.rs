//! What a formula is told about its operands.

use super::token::is_name;
use crate::{Code, Dtype, Error, Result};

/// A named array or scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Operand<'a> {
    pub name: &'a str,
    pub dtype: Dtype,
    /// Number of dimensions of an array; `None`: a scalar.
    pub ndim: Option<usize>,
    /// A scalar that takes the type of what it meets, as literals do: a bool, int64, float64 or complex128.
    pub weak: bool,
}

/// Checks that each name is one, and the only one.
pub(super) fn require_names(operands: &[Operand]) -> Result<()> {
    let mut names: Vec<&str> = operands.iter().map(|operand| operand.name).collect();
    if let Some(name) = names.iter().find(|name| !is_name(name)) {
        let text = format!(
            "the operand name {name:?} is not allowed; letters, digits and _ are, and no digit at the beginning"
        );
        return Err(Error::new(Code::Argument, text));
    }
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => {
            let text = format!("two operands have the name `{}`", pair[0]);
            Err(Error::new(Code::Argument, text))
        }
        None => Ok(()),
    }
}

/// Checks that weak operands are scalars of a type that literals have.
pub(super) fn require_weak(operands: &[Operand]) -> Result<()> {
    let literal = [Dtype::Bool, Dtype::Int64, Dtype::Float64, Dtype::Complex128];
    let wrong = |o: &&Operand| o.weak && (o.ndim.is_some() || !literal.contains(&o.dtype));
    match operands.iter().find(wrong) {
        Some(operand) => {
            let text = format!(
                "operand `{}` cannot be weak; scalars of bool, int64, float64 and complex128 can",
                operand.name
            );
            Err(Error::new(Code::Argument, text))
        }
        None => Ok(()),
    }
}
