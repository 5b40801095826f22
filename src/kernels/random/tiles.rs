//! Elements made tile by tile: packed in C order in the first-level cache, as their numbers
//! follow one another, then copied to where they lie.

use distarray_core::{Dims, Dtype, Kind, Numbering};

use super::draw::Make;
use crate::kernels::block::Block;
use crate::kernels::convert::convert_line;
use crate::kernels::nest::Nest;
use crate::kernels::transfer::{Transfer, STREAM};

/// Most elements in a tile; parts of a complex element count by themselves.
const TILE: usize = 2048;

/// Elements that a tile has along the dimension that runs fastest in memory, at least.
const WIDE: i64 = 32;

/// Shorter runs of numbers are made as single ones.
const SHORT: usize = 16;

/// What elements are made as; blocks of other types get them converted.
pub(super) trait Made: Copy + Default {
    const DTYPE: Dtype;
    /// What complex blocks get, of two each.
    const PAIR: Dtype;
}

impl Made for f32 {
    const DTYPE: Dtype = Dtype::Float32;
    const PAIR: Dtype = Dtype::Complex64;
}

impl Made for f64 {
    const DTYPE: Dtype = Dtype::Float64;
    const PAIR: Dtype = Dtype::Complex128;
}

impl Made for i64 {
    const DTYPE: Dtype = Dtype::Int64;
    // There are no complex integers: nobody asks for them.
    const PAIR: Dtype = Dtype::Int64;
}

/// Fills a block, which is not empty, with the elements that `numbering` numbers. The parts of
/// complex element `i` are those numbered `2 i` and `2 i + 1`.
pub(super) fn fill<T: Made>(make: &dyn Make<Element = T>, numbering: &Numbering, block: &Block) {
    let parts = if block.dtype().kind() == Kind::Complex {
        2
    } else {
        1
    };
    let most = tile(block, (TILE / parts) as i64);
    let mut at: Dims<i64> = most.iter().map(|_| 0).collect();
    let (mut elements, mut numbers) = ([T::default(); TILE], [0; TILE]);
    loop {
        let sizes = block.extents().iter().zip(&most).zip(&at);
        let extents: Dims<i64> = sizes
            .map(|((&all, &most), at)| most.min(all - at))
            .collect();
        let n = extents.iter().product::<i64>() as usize * parts;
        let (run, runs) = first_numbers(numbering, &at, &extents, &mut numbers);
        if runs > 1 && run * parts < SHORT {
            let mut count = runs;
            if run > 1 {
                count = expand(&mut numbers, count, run, |k| k as u64);
            }
            if parts > 1 {
                numbers[..count]
                    .iter_mut()
                    .for_each(|number| *number *= parts as u64);
                count = expand(&mut numbers, count, parts, |k| k as u64);
            }
            make.each(&numbers[..count], &mut elements[..n]);
        } else {
            let places = elements[..n].chunks_mut(run * parts);
            for (&first, elements) in numbers[..runs].iter().zip(places) {
                make.run(first * parts as u64, elements);
            }
        }
        store::<T>(&elements[..n], &at, &extents, block);
        if !advance(&mut at, &most, block.extents()) {
            return;
        }
    }
}

/// Extents of a tile of at most so many elements: long runs of numbers, but some elements beside
/// one another in memory too.
fn tile(block: &Block, mut room: i64) -> Dims<i64> {
    let extents = block.extents();
    let mut tile: Dims<i64> = extents.iter().map(|_| 1).collect();
    let mut by_memory: Dims<usize> = (0..extents.len()).filter(|&dim| extents[dim] > 1).collect();
    by_memory.sort_by_key(|&dim| block.strides()[dim].unsigned_abs());
    let reserved = by_memory.first().copied();
    let wide = reserved.map_or(1, |dim| extents[dim].min(WIDE));
    room /= wide;
    for dim in (0..extents.len())
        .rev()
        .filter(|&dim| Some(dim) != reserved)
    {
        tile[dim] = extents[dim].min(room);
        room /= tile[dim];
    }
    if let Some(dim) = reserved {
        tile[dim] = extents[dim].min(wide * room);
    }
    tile
}

/// The numbers at which the runs of a tile begin, in C order: the length of a run and how many
/// there are. `at` is the first element of the tile.
fn first_numbers(
    numbering: &Numbering,
    at: &[i64],
    extents: &[i64],
    numbers: &mut [u64; TILE],
) -> (usize, usize) {
    let mut run = 1;
    let mut outer = extents.len();
    while let Some(dim) = outer.checked_sub(1) {
        if extents[dim] > 1 && numbering.step(dim) != Some(run) {
            break;
        }
        run *= extents[dim];
        outer = dim;
    }
    let inner = (outer..extents.len()).map(|dim| numbering.part(dim, at[dim]));
    numbers[0] = inner.sum::<i64>() as u64;
    let mut runs = 1;
    for dim in 0..outer {
        let part = |k: usize| numbering.part(dim, at[dim] + k as i64) as u64;
        runs = expand(numbers, runs, extents[dim] as usize, part);
    }
    (run as usize, runs)
}

/// Each of the first `count` numbers becomes `extent` ones, which `part` is added to.
fn expand(
    numbers: &mut [u64; TILE],
    count: usize,
    extent: usize,
    part: impl Fn(usize) -> u64,
) -> usize {
    let mut parts = [0; TILE];
    for (k, value) in parts[..extent].iter_mut().enumerate() {
        *value = part(k);
    }
    for i in (0..count).rev() {
        let number = numbers[i];
        let places = &mut numbers[i * extent..(i + 1) * extent];
        for (place, part) in places.iter_mut().zip(&parts) {
            *place = number + part;
        }
    }
    count * extent
}

/// Copies packed elements to the part of the block that begins at `at`.
fn store<T: Made>(elements: &[T], at: &[i64], extents: &[i64], block: &Block) {
    let from = match block.dtype().kind() {
        Kind::Complex => T::PAIR,
        _ => T::DTYPE,
    };
    let mut packed: Dims<i64> = extents.iter().map(|_| 0).collect();
    let mut next = from.size() as i64;
    for dim in (0..extents.len()).rev() {
        packed[dim] = next;
        next *= extents[dim];
    }
    let shift = at
        .iter()
        .zip(block.strides())
        .map(|(at, stride)| at * stride);
    let to = block.base().wrapping_offset(shift.sum::<i64>() as isize);
    let places = [elements.as_ptr().cast_mut().cast(), to];
    let Some(mut nest) = Nest::new(extents, places, [&packed, block.strides()]) else {
        return;
    };
    if from == block.dtype() {
        let (transfer, places) = Transfer::new(nest, from.size());
        // SAFETY: operand 0 is the slice, which holds so many packed elements; operand 1 is a part of
        // the block, which lies in its memory by Block, condition 1, and shares no byte with a
        // buffer of ours.
        unsafe { transfer.perform(places, block.bytes() >= STREAM) };
    } else {
        nest.arrange(1);
        let line = convert_line(from, block.dtype());
        let inner = nest.axis(0);
        // SAFETY: as above, and the kernel is the one of both dtypes.
        nest.walk(1, |places| unsafe { line(inner, places) });
    }
}

/// The first element of the next tile; false after the last one.
fn advance(at: &mut [i64], tile: &[i64], extents: &[i64]) -> bool {
    for dim in (0..at.len()).rev() {
        at[dim] += tile[dim];
        if at[dim] < extents[dim] {
            return true;
        }
        at[dim] = 0;
    }
    false
}
