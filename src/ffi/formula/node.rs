//! Formulas as lists of nodes: what builders and operators of other languages make.

use std::ffi::c_int;

use super::super::handle::darr_array;
use super::super::pointer::Growing;

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
