//! What a formula is given.

use distarray_core::{formula, Dtype};

use crate::array::Array;
use crate::kernels::{Block, Value};

/// One operand, by name.
pub struct Operand<'a> {
    /// Empty where operands go by number.
    pub name: &'a str,
    pub given: Given<'a>,
    /// A scalar that takes the type of what it meets, as a literal does.
    pub weak: bool,
}

pub enum Given<'a> {
    Array(&'a Array),
    Scalar(Value),
    /// Values of global extents that every rank has, the same ones.
    Replicated(&'a Block),
}

impl Operand<'_> {
    pub fn dtype(&self) -> Dtype {
        match &self.given {
            Given::Array(array) => array.dtype(),
            Given::Scalar(value) => value.dtype(),
            Given::Replicated(block) => block.dtype(),
        }
    }

    pub fn ndim(&self) -> Option<usize> {
        match &self.given {
            Given::Array(array) => Some(array.dist().map().ndim()),
            Given::Scalar(_) => None,
            Given::Replicated(block) => Some(block.ndim()),
        }
    }

    /// As the compiler sees it.
    pub fn described(&self) -> formula::Operand<'_> {
        formula::Operand {
            name: self.name,
            dtype: self.dtype(),
            ndim: self.ndim(),
            weak: self.weak,
        }
    }

    /// How errors call it.
    pub fn called(&self, number: usize) -> String {
        match self.name {
            "" => format!("operand {number}"),
            name => format!("`{name}`"),
        }
    }
}
