//! A formula as a list of operations, each on results of earlier ones.

use super::literal::Literal;
use super::reduction::Reduction;
use crate::ufunc::{Ufunc, MAX_ARGS};
use crate::{Code, Dims, Dtype, Error};
use arrayvec::ArrayVec;

/// Most operations of a tree, and of anything else that 16 bits number.
pub const MOST: usize = u16::MAX as usize;

/// The number of an operation.
pub type Id = usize;

#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// The operand with this number.
    Operand(usize),
    Literal(Literal),
    /// The global index along this dimension.
    Index(usize),
    /// The extent along this dimension.
    Extent(usize),
    Apply {
        ufunc: Ufunc,
        args: ArrayVec<Id, MAX_ARGS>,
        /// Operators of literals give literals, as in Python; functions give values of a type, as in NumPy.
        operator: bool,
    },
    /// NumPy's fabs: the absolute value in a floating type.
    Fabs(Id),
    Cast {
        dtype: Dtype,
        x: Id,
    },
    /// The neighbours at this distance, of all arrays in `x`.
    Shift {
        by: Dims<i64>,
        x: Id,
    },
    Reduce {
        reduction: Reduction,
        x: Id,
        y: Option<Id>,
        ddof: i64,
    },
}

impl Op {
    /// The operations whose results it takes.
    pub fn args(&self) -> ArrayVec<Id, MAX_ARGS> {
        match self {
            Op::Operand(_) | Op::Literal(_) | Op::Index(_) | Op::Extent(_) => ArrayVec::new(),
            Op::Apply { args, .. } => args.clone(),
            Op::Fabs(x) | Op::Cast { x, .. } | Op::Shift { x, .. } => [*x].into_iter().collect(),
            Op::Reduce { x, y, .. } => [Some(*x), *y].into_iter().flatten().collect(),
        }
    }
}

/// Operations over operands, untyped. Arguments come before what takes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    ops: Vec<Op>,
    /// Where each stands: a column, or the number of a node.
    places: Vec<usize>,
    /// The results.
    pub(super) roots: Vec<Id>,
    origin: Origin,
}

/// Where a tree comes from, for the texts of errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Origin {
    Text,
    Nodes,
}

impl Tree {
    pub(super) fn new(origin: Origin) -> Tree {
        Tree {
            ops: Vec::new(),
            places: Vec::new(),
            roots: Vec::new(),
            origin,
        }
    }

    /// Errors: there are too many.
    pub(super) fn push(&mut self, op: Op, place: usize) -> std::result::Result<Id, Fault> {
        if self.ops.len() == MOST {
            let text = format!("more than {MOST} operations");
            return Err(Fault::new(place, text));
        }
        debug_assert!(op.args().iter().all(|&arg| arg < self.ops.len()));
        self.ops.push(op);
        self.places.push(place);
        Ok(self.ops.len() - 1)
    }

    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// The numbers of the results.
    pub fn roots(&self) -> &[Id] {
        &self.roots
    }

    pub(super) fn place(&self, id: Id) -> usize {
        self.places[id]
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }
}

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub place: usize,
    pub code: Code,
    pub text: String,
}

impl Fault {
    pub fn new(place: usize, text: impl Into<String>) -> Fault {
        Fault {
            place,
            code: Code::Argument,
            text: text.into(),
        }
    }

    pub fn from_error(place: usize, error: &Error) -> Fault {
        Fault {
            place,
            code: error.code(),
            text: error.to_string(),
        }
    }

    /// One line that says which formula and where.
    pub fn error(self, origin: Origin, formula: Option<usize>) -> Error {
        let noun = match origin {
            Origin::Text => "column",
            Origin::Nodes => "node",
        };
        let number = formula.map_or(String::new(), |number| format!(" {number}"));
        let Fault { place, code, text } = self;
        Error::new(code, format!("formula{number}, {noun} {place}: {text}"))
    }
}
