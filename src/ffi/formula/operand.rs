//! Operands of formulas.

use std::ffi::{c_int, c_void};

use distarray_core::{packed_strides, Code, Dtype, Order};

use super::super::handle::{self, darr_array, get};
use super::super::pointer::{growing_slice, input, slice, Growing};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::{Block, Memory, Value};
use crate::ops::formula::{Given, Operand};

/// What a name of a formula stands for: an array, one number, or values that every rank has. Start from `DARR_OPERAND_INIT`; in an
/// array of these every element has the size that the first one states.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_operand {
    /// sizeof(darr_operand).
    pub size: i64,
    /// A distributed array; NULL: `data` counts.
    pub array: *const darr_array,
    /// One value of type `dtype`, or the first of values of the global extents below: a profile, say, of which every rank has the
    /// whole, with the same values. Read during the call only.
    pub data: *const c_void,
    /// Type of the values at `data`.
    pub dtype: c_int,
    /// 1: the number takes the type of what it meets, within its kind, as a number in the text of a formula does; 0: it counts as an element
    /// of its type, so that a float64 makes the sum with a float32 array a float64.
    pub weak: c_int,
    /// Dimensions of the values at `data`; 0: one number.
    pub ndim: c_int,
    /// Their extents. They broadcast as an array of this shape.
    pub extents: *const i64,
    /// Bytes from one value to the next, per dimension; NULL: packed, the last dimension fastest.
    pub strides: *const i64,
}

// SAFETY: repr(C), the size first, numbers and raw pointers only.
unsafe impl Growing for darr_operand {
    const INITIAL: darr_operand = darr_operand {
        size: size_of::<darr_operand>() as i64,
        array: std::ptr::null(),
        data: std::ptr::null(),
        dtype: 0,
        weak: 0,
        ndim: 0,
        extents: std::ptr::null(),
        strides: std::ptr::null(),
    };
    const FIRST: usize = size_of::<darr_operand>();
}

/// An operand whose handle is in use.
pub struct Held<'a> {
    pub name: &'a str,
    what: What,
    weak: bool,
}

enum What {
    Array(handle::Held<Array>),
    Scalar(Value),
    Replicated(Box<Block>),
}

impl<'a> Held<'a> {
    pub fn operand(&self) -> Operand<'_> {
        Operand {
            name: self.name,
            given: match &self.what {
                What::Array(array) => Given::Array(array),
                What::Scalar(value) => Given::Scalar(*value),
                What::Replicated(block) => Given::Replicated(block),
            },
            weak: self.weak,
        }
    }

    /// An array without a name.
    pub fn of_array(array: handle::Held<Array>) -> Held<'a> {
        Held {
            name: "",
            what: What::Array(array),
            weak: false,
        }
    }

    /// A number without a name.
    pub fn of_value(value: Value, weak: bool) -> Held<'a> {
        Held {
            name: "",
            what: What::Scalar(value),
            weak,
        }
    }

    pub fn array(&self) -> Option<&Array> {
        match &self.what {
            What::Array(array) => Some(array),
            _ => None,
        }
    }
}

/// The operands of a call, without names.
///
/// # Safety
/// The pointer rule of the header.
pub unsafe fn operands<'a>(n: c_int, given: *const darr_operand) -> Result<Vec<Held<'a>>> {
    let n = usize::try_from(n).map_err(|_| {
        let text = format!("the number of operands is {n}; 0 or more is allowed");
        Error::new(Code::Argument, text)
    })?;
    // SAFETY: passed on.
    let given = unsafe { growing_slice(given, n, "operands") }?;
    // SAFETY: passed on.
    given.iter().map(|one| unsafe { held(one) }).collect()
}

/// The first array among operands of which others are wrong.
///
/// # Safety
/// The pointer rule of the header.
pub unsafe fn first_array(n: c_int, given: *const darr_operand) -> Option<handle::Held<Array>> {
    // SAFETY: passed on.
    let given = unsafe { growing_slice(given, usize::try_from(n).ok()?, "operands") }.ok()?;
    given.iter().find_map(|one| get(one.array, "array").ok())
}

/// # Safety
/// The pointer rule of the header.
unsafe fn held<'a>(one: &darr_operand) -> Result<Held<'a>> {
    let what = if !one.array.is_null() {
        What::Array(get(one.array, "array")?)
    } else if one.ndim == 0 {
        // SAFETY: passed on.
        let value = unsafe { scalar(one) }?;
        What::Scalar(if one.weak != 0 {
            value.widened()?
        } else {
            value
        })
    } else {
        // SAFETY: passed on.
        What::Replicated(Box::new(unsafe { replicated(one) }?))
    };
    Ok(Held {
        name: "",
        what,
        weak: one.weak != 0 && one.array.is_null(),
    })
}

/// # Safety
/// The pointer rule of the header.
unsafe fn scalar(one: &darr_operand) -> Result<Value> {
    let dtype = Dtype::from_code(one.dtype)?;
    macro_rules! bytes {
        ($($size:literal)*) => {
            match dtype.size() {
                // SAFETY: the header asks for one element of the type.
                $($size => unsafe { input(one.data.cast::<[u8; $size]>(), "data") }?.to_vec(),)*
                _ => Vec::new(),
            }
        };
    }
    let bytes: Vec<u8> = bytes!(1 2 4 8 16);
    Ok(Value::new(dtype, &bytes))
}

/// # Safety
/// The pointer rule of the header.
unsafe fn replicated(one: &darr_operand) -> Result<Block> {
    let dtype = Dtype::from_code(one.dtype)?;
    if one.data.is_null() {
        return Err(Error::new(
            Code::Argument,
            "an operand has neither array nor data",
        ));
    }
    // SAFETY: passed on.
    let extents = unsafe { slice(one.extents, one.ndim, "extents") }?;
    let packed = packed_strides(extents, Order::C, dtype.size() as i64)?;
    let strides = match one.strides.is_null() {
        true => &packed[..],
        // SAFETY: passed on.
        false => unsafe { slice(one.strides, one.ndim, "strides") }?,
    };
    // SAFETY: the header asks for the values to be there during the call; nothing is written to them.
    let memory = unsafe { Memory::borrow(one.data.cast_mut().cast(), usize::MAX, usize::MAX) };
    Block::new(memory, dtype, extents, strides)
}
