use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use distarray_core::{Code, Dtype};

use super::owned;
use crate::kernels::{Block, Memory, Value};

#[test]
fn own_memory_is_zeroed_and_aligned() {
    for bytes in [0, 1, 63, 64, 4096, 5 << 20] {
        let memory = owned(bytes);
        assert_eq!(memory.base().addr() % 64, 0);
        assert_eq!((memory.below(), memory.above()), (0, bytes));
        if bytes > 0 {
            let block = Block::new(memory, Dtype::Uint8, &[bytes as i64], &[1]).unwrap();
            for index in [0, bytes as i64 - 1].into_iter().take(bytes) {
                let byte = block.take(0, index).unwrap();
                assert_eq!(Value::load(&byte).bytes(), [0]);
                Value::new(Dtype::Uint8, &[7]).store(&byte);
                assert_eq!(Value::load(&byte).bytes(), [7]);
            }
        }
    }
}

#[test]
fn impossible_sizes_are_refused() {
    for bytes in [usize::MAX, usize::MAX - 63, isize::MAX as usize, 1 << 62] {
        let error = Memory::allocate(bytes).err().unwrap();
        assert_eq!(error.code, Code::Memory);
        assert!(error.text.contains(&bytes.to_string()), "{}", error.text);
    }
}

#[test]
fn foreign_memory_is_released_once_and_last() {
    let released = Arc::new(AtomicUsize::new(0));
    let seen = released.clone();
    let mut bytes = vec![0u8; 64].into_boxed_slice();
    let base = bytes.as_mut_ptr();
    let release = Box::new(move || {
        drop(bytes);
        seen.fetch_add(1, Ordering::Relaxed);
    });
    // SAFETY: the bytes live until `release`.
    let memory = unsafe { Memory::foreign(base, 0, 64, release) };
    let block = Block::new(memory, Dtype::Float64, &[8], &[8]).unwrap();
    let part = block.every(0, 7, -2, 3).unwrap();
    drop(block);
    assert_eq!(released.load(Ordering::Relaxed), 0);
    std::thread::spawn(move || drop(part)).join().unwrap();
    assert_eq!(released.load(Ordering::Relaxed), 1);
}

#[test]
fn unknown_lengths_are_clipped_to_the_address_space() {
    let mut value = 5i32;
    let base = std::ptr::from_mut(&mut value).cast::<u8>();
    // SAFETY: only the one element is used.
    let memory = unsafe { Memory::borrow(base, usize::MAX, usize::MAX) };
    assert!(memory.below() <= base.addr() && memory.above() <= usize::MAX - base.addr());
    let block = Block::new(memory.clone(), Dtype::Int32, &[1, 1], &[i64::MAX, i64::MIN]).unwrap();
    assert_eq!(Value::load(&block).bytes(), 5i32.to_ne_bytes());
    assert!(Block::new(memory, Dtype::Int32, &[3], &[i64::MAX / 2]).is_err());
    // SAFETY: nothing may be addressed.
    let nothing = unsafe { Memory::borrow(std::ptr::null_mut(), 0, 0) };
    assert!(Block::new(nothing.clone(), Dtype::Int32, &[4, 0], &[4, 16]).is_ok());
    assert!(Block::new(nothing, Dtype::Int32, &[], &[]).is_err());
}
