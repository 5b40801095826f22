//! Sorting of arrays of one dimension: where the order of their elements is found, and what is made of it.
//!
//! Each rank sorts its own elements as unsigned integers of the same order; a search finds between which of them the ranks' shares
//! of the sequence meet, exactly; each element travels once, and each rank merges what arrives (`distarray_core::sort`).

use distarray_core::sort::{Bits, Coding};

use crate::array::claim::{Claims, Part};
use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::Result;

mod argsort;
mod exchange;
mod landing;
mod line;
mod quantiles;
mod unique;

pub use argsort::argsort;
pub use quantiles::quantiles;
pub use unique::{unique, Unique, Wanted};

use exchange::arrange;
use landing::Landing;
use line::{keys, with_bits, Line};

/// Collective: puts the elements in ascending order, where they are; the distribution stays.
pub fn sort(array: &Array) -> Result<()> {
    let comm = array.dist().comm();
    let fields = [("the array", array.identity())];
    let checked = Line::with_order(array).and_then(|line| {
        let held = Claims::hold(vec![array.claim(Part::Owned, true)])?;
        Ok((line, Landing::new(array)?, held))
    });
    let (line, landing, _held) = comm.agree_on("darr_array_sort", &fields, checked)?;
    with_bits!(array.dtype(), K => sort_by::<K>(array, line.coding, &landing))
}

fn sort_by<K: Bits>(array: &Array, coding: Coding, landing: &Landing) -> Result<()> {
    let comm = array.dist().comm();
    let mut keys = comm.agree(keys::<K>(array, coding))?;
    keys.sort_unstable();
    let sorted = arrange(comm, landing.shares(), K::BITS, keys)?;
    let elements = zeroed(size_of_val(&sorted[..]));
    let mut elements = comm.agree(elements)?;
    K::decode(coding, &sorted, &mut elements);
    drop(sorted);
    landing.land(&elements)
}
