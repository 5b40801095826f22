//! One element by itself.

use distarray_core::{Code, Dtype, Kind};

use super::block::Block;
use super::convert::require_kept_parts;
use super::element::{with_element, Element};
use crate::error::{Error, Result};

/// One element of some dtype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    dtype: Dtype,
    bytes: [u8; Value::BYTES],
}

impl Value {
    /// Size of the largest element.
    pub const BYTES: usize = 16;

    /// The element at the beginning of `bytes`.
    ///
    /// Panics when `bytes` is shorter than the element, as indexing a slice does.
    pub fn new(dtype: Dtype, bytes: &[u8]) -> Value {
        let mut value = Value {
            dtype,
            bytes: [0; Value::BYTES],
        };
        let size = dtype.size();
        value.bytes[..size].copy_from_slice(&bytes[..size]);
        value
    }

    /// A literal as an element of `dtype`, rounded once.
    pub fn literal(dtype: Dtype, re: f64, im: f64) -> Value {
        with_element!(dtype, T => Value::of(dtype, T::from_complex(re, im)))
    }

    /// An integer as an element of `dtype`, modulo 2^64.
    pub fn whole(dtype: Dtype, number: i128) -> Value {
        match u64::try_from(number) {
            Ok(number) => with_element!(dtype, T => Value::of(dtype, T::from_unsigned(number))),
            Err(_) => with_element!(dtype, T => Value::of(dtype, T::from_signed(number as i64))),
        }
    }

    /// The first element of a block that is not empty.
    pub fn load(block: &Block) -> Value {
        assert!(!block.is_empty(), "an empty block has no first element");
        let mut value = Value::new(block.dtype(), &[0; Value::BYTES]);
        let size = block.dtype().size();
        // SAFETY: the block is not empty, so that its first element may be read by Block, condition
        // 1; `value` has room for the largest.
        unsafe { std::ptr::copy_nonoverlapping(block.base(), value.bytes.as_mut_ptr(), size) };
        value
    }

    /// Writes this value to the first element of a block of the same dtype that is not empty.
    pub fn store(&self, block: &Block) {
        assert!(
            !block.is_empty() && block.dtype() == self.dtype,
            "the block cannot take the value"
        );
        // SAFETY: the block is not empty, so that its first element may be written by Block,
        // condition 1; a `Value` is never in borrowed memory.
        unsafe {
            std::ptr::copy_nonoverlapping(self.bytes.as_ptr(), block.base(), self.dtype.size())
        };
    }

    /// The type of the element.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// The bytes of the element, as many as its type has.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.dtype.size()]
    }

    /// The bytes of the element, followed by zeros up to the size of the largest: messages have one
    /// length for all types.
    pub fn padded(&self) -> &[u8; Value::BYTES] {
        &self.bytes
    }

    /// This value as `dtype`, converted as [`super::convert::convert`] does. An integer must fit a
    /// smaller integer type.
    ///
    /// Errors: `Code::Argument` when an imaginary part would be lost or an integer does not fit.
    pub fn cast(&self, dtype: Dtype) -> Result<Value> {
        require_kept_parts(self.dtype, dtype)?;
        let integer = |kind| matches!(kind, Kind::Signed | Kind::Unsigned);
        let cast = with_element!(self.dtype, S => Value::convert_from(self.get::<S>(), dtype));
        if integer(self.dtype.kind()) && integer(dtype.kind()) && cast.integer() != self.integer() {
            return Err(Error::new(
                Code::Argument,
                format!("{} does not fit into {}", self.integer(), dtype.name()),
            ));
        }
        Ok(cast)
    }

    /// The same number in the type that Python would have it in: bool, int64, float64 or complex128.
    ///
    /// Errors: `Code::Argument` for an integer of 2^63 and more.
    pub fn widened(&self) -> Result<Value> {
        self.cast(match self.dtype.kind() {
            Kind::Bool => Dtype::Bool,
            Kind::Signed | Kind::Unsigned => Dtype::Int64,
            Kind::Float => Dtype::Float64,
            Kind::Complex => Dtype::Complex128,
        })
    }

    /// As `cast`; also a fraction, a NaN or a number beyond its range is refused by a type of integers.
    pub fn exactly(&self, dtype: Dtype) -> Result<Value> {
        let cast = self.cast(dtype)?;
        let integers = [Kind::Bool, Kind::Signed, Kind::Unsigned];
        if integers.contains(&dtype.kind()) && self.dtype.kind() == Kind::Float {
            let number =
                |value: &Value| with_element!(value.dtype, S => value.get::<S>().cast::<f64>());
            if number(self) != number(&cast) {
                let text = format!("{} is no value of {}", number(self), dtype.name());
                return Err(Error::new(Code::Argument, text));
            }
        }
        Ok(cast)
    }

    /// `value` as `dtype`, without checks.
    pub(super) fn convert_from<S: Element>(value: S, dtype: Dtype) -> Value {
        with_element!(dtype, T => Value::of(dtype, value.cast::<T>()))
    }

    /// An element; `T` is the type behind `dtype`.
    pub(super) fn of<T: Element>(dtype: Dtype, element: T) -> Value {
        let mut value = Value::new(dtype, &[0; Value::BYTES]);
        assert!(size_of::<T>() <= Value::BYTES);
        // SAFETY: there is room for the element, checked above; elements are plain data without
        // padding.
        unsafe {
            value
                .bytes
                .as_mut_ptr()
                .cast::<T>()
                .write_unaligned(element)
        };
        value
    }

    pub(super) fn get<T: Element>(&self) -> T {
        assert!(size_of::<T>() <= Value::BYTES);
        // SAFETY: the bytes reach as far, checked above; an element is valid in any bit pattern.
        unsafe { self.bytes.as_ptr().cast::<T>().read_unaligned() }
    }

    /// The value of an integer type.
    fn integer(&self) -> i128 {
        match self.dtype.kind() {
            Kind::Unsigned => with_element!(self.dtype, S => self.get::<S>().cast::<u64>()).into(),
            _ => with_element!(self.dtype, S => self.get::<S>().cast::<i64>()).into(),
        }
    }
}
