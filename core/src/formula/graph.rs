//! Typed values, each once: equal expressions are the same value.

use std::collections::HashMap;

use arrayvec::ArrayVec;

use super::literal::Literal;
use super::program::{Function, Load};
use super::reduction::Reduction;
use super::tree::MOST;
use crate::ufunc::{Loop, Ufunc, MAX_ARGS};
use crate::Dtype;

/// The number of a value; arguments have smaller ones.
pub type Id = usize;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    Load(Load),
    Literal(Literal),
    /// The scalar operand with this number.
    Scalar(usize),
    Extent(usize),
    Apply {
        function: Function,
        types: Loop,
        args: ArrayVec<Id, MAX_ARGS>,
    },
    Reduce {
        reduction: Reduction,
        ddof: i64,
        /// Of `x` and `y`.
        dtype: Dtype,
        x: Id,
        y: Option<Id>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Value {
    pub kind: Kind,
    pub dtype: Dtype,
    /// It takes the type of what it meets.
    pub weak: bool,
}

/// What follows from the arguments of a value.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The same for all elements.
    pub uniform: bool,
    /// How many reductions must be finished before it, one behind the other.
    pub depth: usize,
}

#[derive(Default)]
pub struct Graph {
    values: Vec<Value>,
    facts: Vec<Facts>,
    known: HashMap<Value, Id>,
}

impl Graph {
    pub fn value(&self, id: Id) -> &Value {
        &self.values[id]
    }

    pub fn facts(&self, id: Id) -> Facts {
        self.facts[id]
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// What a value is made of.
    pub fn args(&self, id: Id) -> ArrayVec<Id, MAX_ARGS> {
        match &self.values[id].kind {
            Kind::Apply { args, .. } => args.clone(),
            Kind::Reduce { x, y, .. } => [Some(*x), *y].into_iter().flatten().collect(),
            _ => ArrayVec::new(),
        }
    }

    /// The number of a value, new or known. `None`: there are too many.
    pub fn insert(&mut self, value: Value) -> Option<Id> {
        let key = canonical(&value);
        if let Some(&id) = self.known.get(&key) {
            return Some(id);
        }
        let id = self.values.len();
        if id == MOST {
            return None;
        }
        let of = |&id: &Id| self.facts[id];
        let facts = match &value.kind {
            Kind::Load(_) => Facts {
                uniform: false,
                depth: 0,
            },
            Kind::Literal(_) | Kind::Scalar(_) | Kind::Extent(_) => Facts {
                uniform: true,
                depth: 0,
            },
            Kind::Apply { args, .. } => Facts {
                uniform: args.iter().all(|id| of(id).uniform),
                depth: args.iter().map(|id| of(id).depth).max().unwrap_or(0),
            },
            Kind::Reduce { x, y, .. } => Facts {
                uniform: true,
                depth: 1 + y.map_or(0, |y| of(&y).depth).max(of(x).depth),
            },
        };
        self.values.push(value);
        self.facts.push(facts);
        self.known.insert(key, id);
        Some(id)
    }
}

/// Functions whose result is the same bits with exchanged arguments; which of two NaN comes out may change.
fn commutes(ufunc: Ufunc) -> bool {
    matches!(
        ufunc,
        Ufunc::Add
            | Ufunc::Multiply
            | Ufunc::BitwiseAnd
            | Ufunc::BitwiseOr
            | Ufunc::BitwiseXor
            | Ufunc::LogicalAnd
            | Ufunc::LogicalOr
            | Ufunc::LogicalXor
            | Ufunc::Equal
            | Ufunc::NotEqual
    )
}

/// The value with its arguments in ascending order where that does not matter.
fn canonical(value: &Value) -> Value {
    let mut value = value.clone();
    if let Kind::Apply {
        function: Function::Ufunc(ufunc),
        types,
        args,
    } = &mut value.kind
    {
        if commutes(*ufunc) && types.args[0] == types.args[1] {
            args.sort_unstable();
        }
    }
    value
}
