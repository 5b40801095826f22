//! Lists with one entry per dimension.

use arrayvec::ArrayVec;

use crate::{Error, Result};

/// Largest number of dimensions of an array.
pub const MAX_DIMS: usize = 15;

/// One entry per dimension, in the caller's order of dimensions; lives on the stack.
pub type Dims<T> = ArrayVec<T, MAX_DIMS>;

/// Memory order of the arrays that the library allocates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// The last dimension varies fastest.
    #[default]
    C = 0,
    /// The first dimension varies fastest.
    F = 1,
}

impl Order {
    /// The order with this number in the C interface.
    pub fn from_code(code: i32) -> Result<Order> {
        match code {
            0 => Ok(Order::C),
            1 => Ok(Order::F),
            _ => Err(Error::Choice {
                what: "memory order",
                got: code.into(),
                allowed: "0 (C) or 1 (F)",
            }),
        }
    }
}

/// Copies a slice with one entry per dimension.
///
/// Errors: more than [`MAX_DIMS`] entries.
pub fn to_dims<T: Clone>(entries: &[T]) -> Result<Dims<T>> {
    if entries.len() > MAX_DIMS {
        return Err(Error::TooManyDims {
            ndim: entries.len(),
        });
    }
    Ok(entries.iter().cloned().collect())
}

/// A count as a signed number. Counts of things in memory fit; anything else saturates and is refused by value.
pub(crate) fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Byte strides of a packed array of these extents.
///
/// Extents of 0 count as 1, so that strides of an empty array are those of the smallest
/// non-empty one. Errors: more than [`MAX_DIMS`] extents, a negative extent, or an array
/// of 2^63 bytes and more.
pub fn packed_strides(extents: &[i64], order: Order, item: i64) -> Result<Dims<i64>> {
    let mut strides = to_dims(extents)?;
    let ndim = extents.len();
    let mut stride = item;
    for step in 0..ndim {
        let dim = match order {
            Order::C => ndim - 1 - step,
            Order::F => step,
        };
        if extents[dim] < 0 {
            return Err(Error::Extent {
                dim,
                extent: extents[dim],
            });
        }
        strides[dim] = stride;
        stride = stride
            .checked_mul(extents[dim].max(1))
            .ok_or(Error::Overflow {
                what: "the number of bytes of the array",
            })?;
    }
    Ok(strides)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_strides_follow_the_order() {
        assert_eq!(
            packed_strides(&[2, 3, 5], Order::C, 8).unwrap()[..],
            [120, 40, 8]
        );
        assert_eq!(
            packed_strides(&[2, 3, 5], Order::F, 8).unwrap()[..],
            [8, 16, 48]
        );
        assert_eq!(
            packed_strides(&[2, 0, 5], Order::C, 8).unwrap()[..],
            [40, 40, 8]
        );
        assert!(packed_strides(&[], Order::C, 8).unwrap().is_empty());
    }

    #[test]
    fn packed_strides_refuse_what_does_not_fit() {
        assert!(matches!(
            packed_strides(&[1 << 31, 1 << 31], Order::F, 8),
            Err(Error::Overflow { .. })
        ));
        assert_eq!(
            packed_strides(&[4, -1], Order::C, 8),
            Err(Error::Extent { dim: 1, extent: -1 })
        );
        assert_eq!(
            packed_strides(&[1; 16], Order::C, 8),
            Err(Error::TooManyDims { ndim: 16 })
        );
    }
}
