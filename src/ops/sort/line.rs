//! An array of one dimension whose elements have an order.

use distarray_core::sort::{Bits, Coding};
use distarray_core::{Code, Map, Order};

use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};
use crate::kernels::copy::pack;

/// Runs code for the unsigned integer type of an element's size.
macro_rules! with_bits {
    ($dtype:expr, $bits:ident => $run:expr) => {
        match $dtype.size() {
            1 => {
                type $bits = u8;
                $run
            }
            2 => {
                type $bits = u16;
                $run
            }
            4 => {
                type $bits = u32;
                $run
            }
            _ => {
                type $bits = u64;
                $run
            }
        }
    };
}
pub(super) use with_bits;

/// What is known of an array that can be sorted.
#[derive(Clone, Copy)]
pub struct Line {
    /// Number of elements.
    pub extent: i64,
    pub coding: Coding,
}

impl Line {
    /// Local. Errors: several dimensions; complex elements.
    pub fn new(array: &Array) -> Result<Line> {
        let dims = array.dist().map().dims();
        let [dimension] = dims else {
            let text = format!(
                "the array has {} dimensions; arrays of 1 can be sorted, and slices of 1",
                dims.len()
            );
            return Err(Error::new(Code::Unsupported, text));
        };
        let Some(coding) = Coding::new(array.dtype()) else {
            let text = format!(
                "{} elements are not sorted: only real ones are",
                array.dtype().name()
            );
            return Err(Error::new(Code::Unsupported, text));
        };
        let extent = dimension.extent;
        Ok(Line { extent, coding })
    }

    /// As `new`, where places in the array matter. Errors: an unstructured array whose indices are no places.
    pub fn with_order(array: &Array) -> Result<Line> {
        let line = Line::new(array)?;
        if let Map::Unstructured(list) = &array.dist().map().dims()[0].map {
            let outside = |&&index: &&i64| !(0..line.extent).contains(&index);
            if let Some(index) = list.indices().iter().find(outside) {
                let text = format!(
                    "the index {index} lies outside of 0 to {} - 1, so that the elements have no order",
                    line.extent
                );
                return Err(Error::new(Code::Argument, text));
            }
        }
        Ok(line)
    }
}

/// The keys of this rank's elements. Local.
pub fn keys<K: Bits>(array: &Array, coding: Coding) -> Result<Vec<K>> {
    let owned = array.owned();
    let mut elements = zeroed(owned.bytes())?;
    pack(&owned, Order::C, &mut elements);
    let count = elements.len() / size_of::<K>();
    let mut keys = reserved(count)?;
    keys.resize(count, K::default());
    K::encode(coding, &elements, &mut keys);
    Ok(keys)
}

/// An empty list with room.
pub fn reserved<T>(count: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|_| {
        let text = format!("memory for sorting {count} elements was refused");
        Error::new(Code::Memory, text)
    })?;
    Ok(list)
}
