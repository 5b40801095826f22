//! Formulas as lists of nodes: what builders and operators of other languages make.

use std::ffi::c_int;

use distarray_core::formula::builder::{self, Node};
use distarray_core::ufunc::Ufunc;
use distarray_core::{Code, Dtype, Kind, MAX_DIMS};

use super::super::handle::{darr_array, get};
use super::super::pointer::Growing;
use super::operand::Held;
use crate::error::{Error, Result};
use crate::kernels::Value;

/// Node: the element of `array`.
pub const DARR_NODE_ARRAY: c_int = -1;
/// Node: the number `real` + `imaginary` i, or `number` where `dtype` is one of integers or truth values.
pub const DARR_NODE_NUMBER: c_int = -2;
/// Node: the global index of the element along dimension `dim`, from 0.
pub const DARR_NODE_INDEX: c_int = -3;
/// Node: the global extent along dimension `dim`.
pub const DARR_NODE_EXTENT: c_int = -4;
/// Node of one argument: conversion to `dtype`.
pub const DARR_NODE_CAST: c_int = -5;
/// Node of one argument: all arrays in it read `number` elements further along dimension `dim`.
pub const DARR_NODE_SHIFT: c_int = -6;
/// Node of one argument, of two for dot products: the reduction `dim` (`DARR_SUM` and so on); `number` is the ddof of a variance.
pub const DARR_NODE_REDUCE: c_int = -7;

/// One step of a formula in postfix order: operands come first, then what is done with them. (u + 2) * v is ARRAY u, NUMBER 2,
/// `DARR_ADD`, ARRAY v, `DARR_MULTIPLY`. Start from `DARR_NODE_INIT`; in an array of these every element has the size that the first one states.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_node {
    /// sizeof(darr_node).
    pub size: i64,
    /// An element-wise function, `DARR_ABSOLUTE` and so on, of as many of the values before it as it takes; or one of `DARR_NODE_ARRAY` to `DARR_NODE_REDUCE`.
    pub op: c_int,
    /// NUMBER: its type; CAST: the type of the result.
    pub dtype: c_int,
    /// ARRAY.
    pub array: *const darr_array,
    /// NUMBER of an integer type, SHIFT, REDUCE.
    pub number: i64,
    /// INDEX, EXTENT, SHIFT: a dimension; REDUCE: the reduction.
    pub dim: c_int,
    /// NUMBER: 1: it takes the type of what it meets, within its kind.
    pub weak: c_int,
    /// NUMBER of a floating type.
    pub real: f64,
    /// NUMBER of a complex type.
    pub imaginary: f64,
}

// SAFETY: repr(C), the size first, numbers and raw pointers only.
unsafe impl Growing for darr_node {
    const INITIAL: darr_node = darr_node {
        size: size_of::<darr_node>() as i64,
        op: DARR_NODE_ARRAY,
        dtype: 0,
        array: std::ptr::null(),
        number: 0,
        dim: 0,
        weak: 0,
        real: 0.0,
        imaginary: 0.0,
    };
    const FIRST: usize = size_of::<darr_node>();
}

/// Formulas in postfix order as the compiler takes them: nodes that name others by their numbers, and what they are given.
#[derive(Default)]
pub struct Steps<'a> {
    pub nodes: Vec<Node>,
    /// The number of the node that is the result of each formula.
    pub roots: Vec<i64>,
    pub held: Vec<Held<'a>>,
    handles: Vec<*const darr_array>,
}

/// A value that is to be used: its node, and the most dimensions of an array in it.
#[derive(Clone, Copy)]
struct Pending {
    node: i64,
    ndim: usize,
}

impl Steps<'_> {
    /// Adds one formula.
    ///
    /// Errors: `Code::Argument` where the steps do not leave one value, or one of them is none.
    pub fn add(&mut self, list: &[darr_node]) -> Result<()> {
        let mut stack: Vec<Pending> = Vec::new();
        for (number, step) in list.iter().enumerate() {
            let explain = |error: Error| {
                Error::new(
                    error.code,
                    format!("step {number} of the formula: {}", error.text),
                )
            };
            let next = self.step(step, &mut stack).map_err(explain)?;
            stack.push(next);
        }
        match stack[..] {
            [result] => {
                self.roots.push(result.node);
                Ok(())
            }
            _ => wrong(format!(
                "the steps of the formula leave {} values; one is its result",
                stack.len()
            )),
        }
    }

    fn step(&mut self, step: &darr_node, stack: &mut Vec<Pending>) -> Result<Pending> {
        let mut taken = |n: usize| -> Result<Vec<Pending>> {
            let Some(first) = stack.len().checked_sub(n) else {
                return wrong(format!(
                    "it takes {n} values, there are {} before it",
                    stack.len()
                ));
            };
            Ok(stack.split_off(first))
        };
        let mut node = Node::new(step.op);
        let (mut args, mut ndim) = (Vec::new(), 0);
        match step.op {
            DARR_NODE_ARRAY => {
                node = Node::new(builder::OPERAND);
                (node.which, ndim) = self.array(step.array)?;
            }
            DARR_NODE_NUMBER => node = self.number(step)?,
            DARR_NODE_INDEX | DARR_NODE_EXTENT => {
                let index = step.op == DARR_NODE_INDEX;
                node = Node::new(if index {
                    builder::INDEX
                } else {
                    builder::EXTENT
                });
                node.which = step.dim.into();
            }
            DARR_NODE_CAST => {
                node = Node::new(builder::CAST);
                node.which = step.dtype.into();
                args = taken(1)?;
            }
            DARR_NODE_SHIFT => {
                node = Node::new(builder::SHIFT);
                args = taken(1)?;
                let dim = usize::try_from(step.dim)
                    .ok()
                    .filter(|&dim| dim < args[0].ndim.min(MAX_DIMS));
                let Some(dim) = dim else {
                    return wrong(format!("there is no dimension {} to shift along", step.dim));
                };
                node.ndim = args[0].ndim as i64;
                node.by[dim] = step.number;
            }
            DARR_NODE_REDUCE => {
                node = Node::new(builder::REDUCTION);
                node.which = step.dim.into();
                node.ddof = step.number;
                let two = distarray_core::formula::Reduction::from_code(step.dim.into())?.arity();
                args = taken(two)?;
            }
            function => args = taken(Ufunc::from_code(function)?.arity())?,
        }
        for (to, arg) in node.args.iter_mut().zip(&args) {
            *to = arg.node;
            ndim = ndim.max(arg.ndim);
        }
        self.nodes.push(node);
        Ok(Pending {
            node: self.nodes.len() as i64 - 1,
            ndim,
        })
    }

    /// The number of an operand, and its dimensions.
    fn array(&mut self, handle: *const darr_array) -> Result<(i64, usize)> {
        // The null of numbers is no array.
        let alike = |&other: &*const darr_array| other == handle && !handle.is_null();
        let known = self.handles.iter().position(alike);
        let at = match known {
            Some(at) => at,
            None => {
                self.held.push(Held::of_array(get(handle, "array")?));
                // Numbers stand among the operands and have no handle.
                self.handles.push(handle);
                self.handles.len() - 1
            }
        };
        let ndim = self.held[at].operand().ndim().unwrap_or(0);
        Ok((at as i64, ndim))
    }

    /// Integers that may be a part of the formula's form, exponents for instance, are literals; other numbers are operands, so that
    /// a formula whose time step changes need not be compiled again.
    fn number(&mut self, step: &darr_node) -> Result<Node> {
        let dtype = Dtype::from_code(step.dtype)?;
        let whole = matches!(dtype.kind(), Kind::Bool | Kind::Signed | Kind::Unsigned);
        if whole && step.weak != 0 {
            let mut node = Node::new(builder::LITERAL);
            let literal = if dtype == Dtype::Bool {
                dtype
            } else {
                Dtype::Int64
            };
            node.which = literal as i64;
            node.integer = step.number;
            return Ok(node);
        }
        let value = match whole {
            true => Value::whole(dtype, step.number.into()),
            false => Value::literal(dtype, step.real, step.imaginary),
        };
        let weak = step.weak != 0;
        let value = if weak { value.widened()? } else { value };
        self.held.push(Held::of_value(value, weak));
        self.handles.push(std::ptr::null());
        let mut node = Node::new(builder::OPERAND);
        node.which = self.held.len() as i64 - 1;
        Ok(node)
    }
}

fn wrong<T>(text: String) -> Result<T> {
    Err(Error::new(Code::Argument, text))
}
