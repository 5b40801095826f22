//! Elements one by one, each with a value that is asked for.

use distarray_core::{Code, Dims, Order};

use super::block::Block;
use super::value::Value;
use crate::error::{Error, Result};

/// Sets the elements of a block one after the other, the first dimension fastest in the order F, the last one in C.
///
/// `index_of(dim, position)` names a position in one dimension; `value` gives the element at these names, of the block's dtype.
/// Errors: those of both, which end the work; `Code::Internal` for a value of another dtype.
pub fn set_each(
    block: &Block,
    order: Order,
    index_of: impl Fn(usize, i64) -> Result<i64>,
    mut value: impl FnMut(&[i64]) -> Result<Value>,
) -> Result<()> {
    if block.is_empty() {
        return Ok(());
    }
    let (extents, strides) = (block.extents(), block.strides());
    let mut fastest_first: Dims<usize> = (0..block.ndim()).collect();
    if order == Order::C {
        fastest_first.reverse();
    }
    let mut position: Dims<i64> = extents.iter().map(|_| 0).collect();
    let names = (0..block.ndim()).map(|dim| index_of(dim, 0));
    let mut index: Dims<i64> = names.collect::<Result<_>>()?;
    let mut at = block.base();
    loop {
        let value = value(&index)?;
        if value.dtype() != block.dtype() {
            let text = "the value of an element is not of the array's dtype";
            return Err(Error::new(Code::Internal, text));
        }
        // SAFETY: `at` is the element at `position`, inside the extents, by Block, condition 1; a `Value` is never in
        // borrowed memory.
        unsafe { std::ptr::copy_nonoverlapping(value.bytes().as_ptr(), at, value.bytes().len()) };
        let mut ended = true;
        for &dim in &fastest_first {
            let goes_on = position[dim] + 1 < extents[dim];
            // Bounded by Block, condition 3; not used where the extent is 1.
            let (next, step) = match goes_on {
                true => (position[dim] + 1, strides[dim]),
                false if extents[dim] == 1 => continue,
                false => (0, -strides[dim] * position[dim]),
            };
            at = at.wrapping_offset(step as isize);
            position[dim] = next;
            index[dim] = index_of(dim, next)?;
            if goes_on {
                ended = false;
                break;
            }
        }
        if ended {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::memory::Memory;
    use distarray_core::{Dtype, Region};

    fn int(value: i64) -> Value {
        Value::new(Dtype::Int64, &value.to_ne_bytes())
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
                |dim, position| Ok(10 * position + dim as i64),
                |index| {
                    seen.push(index.to_vec());
                    Ok(int(100 * index[0] + index[2]))
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
            |_, position| Ok(position),
            |index| {
                calls += 1;
                match index[0] {
                    2 => Err(Error::new(Code::Callback, "at 2")),
                    i => Ok(int(i + 1)),
                }
            },
        );
        assert_eq!((failed.unwrap_err().code, calls), (Code::Callback, 3));
        assert_eq!([0, 1, 2, 3].map(|i| at(&block, &[i])), [1, 2, 0, 0]);
        let wrong = |_: &[i64]| Ok(Value::new(Dtype::Int8, &[1]));
        let failed = set_each(&block, Order::C, |_, position| Ok(position), wrong);
        assert_eq!(failed.unwrap_err().code, Code::Internal);
        let nothing = Block::nothing(0, Dtype::Int64).unwrap();
        set_each(&nothing, Order::C, |_, _| Ok(0), |_| panic!("no element")).unwrap();
        let one = Block::new(Memory::allocate(8).unwrap(), Dtype::Int64, &[], &[]).unwrap();
        set_each(&one, Order::F, |_, _| Ok(0), |_| Ok(int(9))).unwrap();
        assert_eq!(at(&one, &[]), 9);
    }
}
