//! A formula ready to run: loads, uniform values, and instructions on registers of one tile each.
//!
//! Whatever does not change from element to element is *uniform*: literals, scalars of the caller, extents, results of
//! reductions, and all that follows from them. It is computed once, before the elements are visited.
//!
//! A reduction needs all elements before its result can be used; so a program runs in *stages*. Each visits the elements
//! once, and ends with reductions whose results are uniform values of the stages behind it; the last stage yields the roots.

use arrayvec::ArrayVec;

use crate::ufunc::{Loop, Ufunc, MAX_ARGS};
use crate::{Dims, Dtype};

/// A compiled formula, or several that share a pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// What is read from memory or counted, element by element; no two are equal.
    pub loads: Vec<Load>,
    /// Where the uniform values come from that are there before the first stage, and the types of all others (`Source::Computed`).
    pub uniforms: Vec<Uniform>,
    pub stages: Vec<Stage>,
    /// The results, one per formula, in the last stage.
    pub roots: Vec<Root>,
}

/// An element-wise input.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Load {
    /// The array operand with this number, each element's neighbour at this distance (per dimension of the operand; all 0: the
    /// element itself).
    Operand {
        operand: usize,
        shift: Dims<i64>,
        dtype: Dtype,
    },
    /// The global index along this dimension of the result, an int64.
    Index { dim: usize },
}

impl Load {
    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        match self {
            Load::Operand { dtype, .. } => *dtype,
            Load::Index { .. } => Dtype::Int64,
        }
    }
}

/// A value that is the same for all elements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uniform {
    pub dtype: Dtype,
    pub source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source {
    /// A literal; the real and imaginary part for floating types, an integer (or truth value) otherwise.
    Real(f64, f64),
    Integer(i128),
    /// The scalar operand with this number, which has this type.
    Operand(usize),
    /// The global extent along this dimension of the result.
    Extent(usize),
    /// An instruction of a prologue or a reduction writes it.
    Computed,
}

/// Where an instruction finds an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    Load(u16),
    Uniform(u16),
    Register(u16),
}

/// What an instruction computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    Ufunc(Ufunc),
    /// Conversion as a C cast does it: `args[0]` to `out`.
    Cast,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    pub function: Function,
    /// Argument and result types; every argument has the type named here.
    pub types: Loop,
    pub args: ArrayVec<Place, MAX_ARGS>,
    /// A register in the body of a stage, a uniform value in its prologue. A register may be that of an argument that is
    /// not needed any more.
    pub out: u16,
}

/// One visit of the elements.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stage {
    /// On uniform values alone, once.
    pub prologue: Vec<Instruction>,
    /// On every tile.
    pub body: Vec<Instruction>,
    /// Registers that the body needs.
    pub registers: u16,
    /// Computed from every tile, finished behind the visit.
    pub reductions: Vec<Reduced>,
}

/// A reduction of an expression over all elements of the operands in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduced {
    /// The reduction's number in the C interface (`DARR_SUM` and so on).
    pub op: i32,
    /// Of `var` and `std`.
    pub ddof: i64,
    pub x: Place,
    /// The type of `x` and `y`.
    pub dtype: Dtype,
    /// The second operand of dot products.
    pub y: Option<Place>,
    /// The uniform value that receives the result, converted to its type.
    pub out: u16,
    /// The loads that the expression depends on, in ascending order: the elements reduced are those of their arrays.
    pub loads: Vec<u16>,
}

/// The result of one formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root {
    pub place: Place,
    pub dtype: Dtype,
}
