//! Formulas over arrays: from text to a program that runs tile by tile.
//!
//! ```text
//! parse      text to a tree                     builder   the same tree from nodes that a caller lists
//! tree       operations over operands, untyped
//! compile    types, common subexpressions, stages, registers
//! program    what the kernels run
//! ```

pub mod program;

pub use program::{
    Function, Instruction, Load, Place, Program, Reduced, Root, Source, Stage, Uniform,
};

// Placeholders of branch `parse`.
use crate::{Code, Dtype, Error, Result};
#[derive(Clone, PartialEq, Hash)]
pub struct Node;
pub struct Operand<'a> {
    pub name: &'a str,
    pub dtype: Dtype,
    /// `None`: a scalar.
    pub ndim: Option<usize>,
    pub weak: bool,
}
pub fn compile(_: &[&str], _: &[Operand], _: Option<Dtype>) -> Result<Program> {
    Err(Error::new(Code::Unsupported, "to come"))
}
pub fn build(_: &[Node], _: &[Operand], _: Option<Dtype>) -> Result<Program> {
    Err(Error::new(Code::Unsupported, "to come"))
}
