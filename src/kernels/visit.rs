//! Elements one by one, each with a value that is asked for.

use distarray_core::{Dims, Order};

use super::block::Block;
use super::value::Value;
use crate::error::Result;

/// Room for an element of any dtype, aligned for all of them.
#[repr(C, align(16))]
pub struct Room(pub [u8; Value::BYTES]);

/// Sets the elements of a block one after the other, the first dimension fastest in the order F, the last one in C.
///
/// `index_of(dim, position)` names a position in one dimension; `write` writes the element at these names, of the block's dtype,
/// where there are zeros. Errors: those of `write`, which end the work.
pub fn set_each(
    block: &Block,
    order: Order,
    index_of: impl Fn(usize, i64) -> i64,
    mut write: impl FnMut(&[i64], &mut Room) -> Result<()>,
) -> Result<()> {
    if block.is_empty() {
        return Ok(());
    }
    let (size, extents) = (block.dtype().size(), block.extents());
    let mut slower: Dims<usize> = (0..block.ndim()).collect();
    if order == Order::C {
        slower.reverse();
    }
    let fastest = (!slower.is_empty()).then(|| slower.remove(0));
    let (turns, step) = fastest.map_or((1, 0), |dim| (extents[dim], block.strides()[dim]));
    let mut position: Dims<i64> = extents.iter().map(|_| 0).collect();
    let mut index: Dims<i64> = (0..block.ndim()).map(|dim| index_of(dim, 0)).collect();
    let mut line = block.base();
    loop {
        let mut at = line;
        for turn in 0..turns {
            if let Some(dim) = fastest {
                index[dim] = index_of(dim, turn);
            }
            let mut room = Room([0; Value::BYTES]);
            write(&index, &mut room)?;
            let from = room.0.as_ptr();
            // SAFETY: `at` is the element at `position` and `turn`, inside the extents, by Block, condition 1, and the room holds
            // any. No more is read than was written just now, which a processor would have to wait for.
            unsafe {
                match size {
                    1 => from.copy_to_nonoverlapping(at, 1),
                    2 => from.copy_to_nonoverlapping(at, 2),
                    4 => from.copy_to_nonoverlapping(at, 4),
                    8 => from.copy_to_nonoverlapping(at, 8),
                    _ => from.copy_to_nonoverlapping(at, size),
                }
            }
            at = at.wrapping_offset(step as isize);
        }
        let Some(along) = slower
            .iter()
            .position(|&dim| position[dim] + 1 < extents[dim])
        else {
            return Ok(());
        };
        for &dim in &slower[..=along] {
            let next = match dim == slower[along] {
                true => position[dim] + 1,
                false => 0,
            };
            // Bounded by Block, condition 3; 0 where the extent is 1.
            let moved = (next - position[dim]).wrapping_mul(block.strides()[dim]);
            line = line.wrapping_offset(moved as isize);
            (position[dim], index[dim]) = (next, index_of(dim, next));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::kernels::memory::Memory;
    use distarray_core::{Code, Dtype, Region};

    fn put(room: &mut Room, value: i64) -> Result<()> {
        assert_eq!(room.0, [0; Value::BYTES]);
        room.0[..8].copy_from_slice(&value.to_ne_bytes());
        Ok(())
    }

    fn at(block: &Block, position: &[i64]) -> i64 {
        let region = Region {
            lo: position.iter().copied().collect(),
            hi: position.iter().map(|p| p + 1).collect(),
        };
        let element = Value::load(&block.section(&region).unwrap());
        i64::from_ne_bytes(element.bytes().try_into().unwrap())
    }

    #[test]
    fn every_element_is_set_once_in_order() {
        for order in [Order::C, Order::F] {
            let memory = Memory::allocate(8 * 100).unwrap();
            let block =
                Block::at(memory, 8 * 60, Dtype::Int64, &[2, 1, 3], &[24, 5, -8 * 20]).unwrap();
            let mut seen: Vec<Vec<i64>> = Vec::new();
            set_each(
                &block,
                order,
                |dim, position| 10 * position + dim as i64,
                |index, room| {
                    seen.push(index.to_vec());
                    put(room, 100 * index[0] + index[2])
                },
            )
            .unwrap();
            for (i, k) in (0..2).flat_map(|i| (0..3).map(move |k| (i, k))) {
                assert_eq!(at(&block, &[i, 0, k]), 100 * (10 * i) + 10 * k + 2);
            }
            let mut sorted = seen.clone();
            match order {
                Order::C => sorted.sort(),
                Order::F => {
                    sorted.sort_by_key(|index| index.iter().rev().copied().collect::<Vec<_>>())
                }
            }
            assert_eq!((seen.len(), &seen), (6, &sorted));
        }
    }

    #[test]
    fn errors_end_the_work() {
        let memory = Memory::allocate(8 * 4).unwrap();
        let block = Block::new(memory, Dtype::Int64, &[4], &[8]).unwrap();
        let mut calls = 0;
        let failed = set_each(
            &block,
            Order::C,
            |_, position| position,
            |index, room| {
                calls += 1;
                match index[0] {
                    2 => Err(Error::new(Code::Callback, "at 2")),
                    i => put(room, i + 1),
                }
            },
        );
        assert_eq!((failed.unwrap_err().code, calls), (Code::Callback, 3));
        assert_eq!([0, 1, 2, 3].map(|i| at(&block, &[i])), [1, 2, 0, 0]);
        let nothing = Block::nothing(0, Dtype::Int64).unwrap();
        set_each(&nothing, Order::C, |_, _| 0, |_, _| panic!("no element")).unwrap();
        let one = Block::new(Memory::allocate(8).unwrap(), Dtype::Int64, &[], &[]).unwrap();
        set_each(&one, Order::F, |_, _| 0, |_, room| put(room, 9)).unwrap();
        assert_eq!(at(&one, &[]), 9);
    }
}
