//! From formulas to a program.
//!
//! What differs from NumPy and Python, on purpose:
//! - `and`, `or`, `not` and chained comparisons work element by element and give truth values.
//! - `u[1, 0]` is a neighbour, no element.
//! - Division of literals by zero gives infinity, NaN, or 0 of integers; integers of literals have 64 bits.
//! - Half precision is single precision; complex numbers have no order under min, max, argmin and argmax.
//! - Integers of arrays to negative powers of arrays are not refused: the exponents are not known beforehand.
//! - Equal expressions are computed once, also those with exchanged operands of + and *: of two NaN the other may survive.
//! - `n0` and scalars that the caller declares weak behave as Python's numbers; integers computed from them alone wrap
//!   around at 64 bits.

use super::operand::{require_weak, Operand};
use super::parse::parse_numbered;
use super::program::Program;
use super::schedule::schedule;
use super::tree::{Fault, Tree};
use super::typing::Typing;
use crate::{Dtype, Result};

/// Compiles formulas over the same operands into one program that shares what they have in common. The result of the first
/// one is converted to `out`.
///
/// Errors: `Code::Argument` and `Code::Unsupported` with the formula's number if there are several, and the place in it.
pub fn compile(trees: &[Tree], operands: &[Operand], out: Option<Dtype>) -> Result<Program> {
    require_weak(operands)?;
    let mut typing = Typing::new(operands);
    let mut roots = Vec::new();
    for (number, tree) in trees.iter().enumerate() {
        let formula = (trees.len() > 1).then_some(number + 1);
        let error = |fault: Fault| fault.error(tree.origin(), formula);
        for (id, value) in tree.roots().iter().zip(typing.roots(tree).map_err(error)?) {
            let result = match out {
                Some(out) if roots.is_empty() => typing.result(value, out),
                _ => typing.strong(value),
            };
            let place = tree.place(*id);
            roots.push(result.map_err(|fault| error(Fault { place, ..fault }))?);
        }
    }
    schedule(&typing.graph, &roots)
}

/// Compiles formulas given as texts.
pub fn compile_texts(texts: &[&str], operands: &[Operand], out: Option<Dtype>) -> Result<Program> {
    let number = |at: usize| (texts.len() > 1).then_some(at + 1);
    let texts = texts.iter().enumerate();
    let trees = texts.map(|(at, text)| parse_numbered(text, operands, number(at)));
    compile(&trees.collect::<Result<Vec<Tree>>>()?, operands, out)
}
