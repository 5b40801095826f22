use std::cell::Cell;

use super::*;

/// Bytes that other mappings may change.
fn bytes(memory: &Memory) -> &[Cell<u8>] {
    // SAFETY: the memory is borrowed, and this thread alone reaches it, through whatever mapping.
    unsafe { std::slice::from_raw_parts(memory.base().cast(), memory.above()) }
}

#[test]
fn a_part_is_zeros_and_what_is_written_is_seen_by_who_maps_it() {
    let part = allocate(100_000).unwrap();
    assert!(bytes(&part).iter().all(|byte| byte.get() == 0));
    let address = address_of(&part).unwrap();
    let peer = map(&Address::from_words(address.to_words()), true).unwrap();
    bytes(&part)[99_999].set(7);
    assert_eq!(bytes(&peer)[99_999].get(), 7);
    bytes(&peer)[0].set(3);
    assert_eq!(bytes(&part)[0].get(), 3);
}

#[test]
fn parts_end_with_their_owner_and_are_new_zeros_afterwards() {
    let part = allocate(4096).unwrap();
    bytes(&part).iter().for_each(|byte| byte.set(1));
    let address = address_of(&part).unwrap();
    let peer = map(&address, false).unwrap();
    drop(part);
    assert_eq!(bytes(&peer)[0].get(), 0);
    let next = allocate(4096).unwrap();
    assert_ne!(address_of(&next).unwrap().offset, address.offset);
    assert!(bytes(&next).iter().all(|byte| byte.get() == 0));
    assert!(address_of(&Memory::allocate(8).unwrap()).is_none());
}

#[test]
fn foreign_and_wrong_files_are_refused() {
    let part = allocate(8).unwrap();
    let right = address_of(&part).unwrap();
    let wrong = [
        Address {
            nonce: right.nonce ^ 1,
            ..right
        },
        Address {
            descriptor: 0,
            ..right
        },
        Address {
            descriptor: 99_999,
            ..right
        },
        Address {
            process: u64::MAX,
            ..right
        },
        Address {
            bytes: 1 << 60,
            ..right
        },
        Address {
            offset: u64::MAX,
            ..right
        },
    ];
    for address in wrong {
        assert_eq!(
            map(&address, false).err().unwrap().code,
            Code::Memory,
            "{address:?}"
        );
    }
}

#[test]
fn absurd_sizes_are_errors() {
    for bytes in [usize::MAX, isize::MAX as usize, 1 << 62] {
        assert_eq!(allocate(bytes).err().unwrap().code, Code::Memory);
    }
    allocate(1).unwrap();
}

#[test]
fn signals_count_rounds() {
    let part = allocate(2 * Signal::BYTES).unwrap();
    let peer = map(&address_of(&part).unwrap(), true).unwrap();
    let (ours, theirs) = (
        Signal::new(&part, Signal::BYTES).unwrap(),
        Signal::new(&peer, Signal::BYTES).unwrap(),
    );
    assert!(!theirs.is_ready(1));
    ours.set_ready(1);
    assert!(theirs.is_ready(1) && !theirs.is_ready(2) && !ours.is_done(1));
    theirs.set_done(1);
    assert!(ours.is_done(1));
    assert!(Signal::new(&part, 4).is_err() && Signal::new(&part, usize::MAX).is_err());
    assert!(Signal::new(&part, 2 * Signal::BYTES).is_err());
}
