use std::collections::HashSet;

use distarray_core::{Code, Dtype, Region};

use super::{indices, owned, packed, Field, Rng};
use crate::kernels::Block;

fn refused(bytes: usize, extents: &[i64], strides: &[i64]) -> String {
    let error = Block::new(owned(bytes), Dtype::Float64, extents, strides)
        .err()
        .unwrap_or_else(|| panic!("{extents:?} {strides:?} was accepted"));
    assert_eq!(error.code, Code::Argument);
    error.text
}

fn accepted(bytes: usize, offset: i64, extents: &[i64], strides: &[i64]) {
    let block = Block::at(owned(bytes), offset, Dtype::Float64, extents, strides);
    if let Err(error) = block {
        panic!("{extents:?} {strides:?}: {}", error.text);
    }
}

#[test]
fn ordinary_layouts_are_accepted() {
    accepted(8, 0, &[], &[]);
    accepted(48, 0, &[2, 3], &[24, 8]);
    accepted(48, 0, &[2, 3], &[8, 16]);
    accepted(48, 40, &[2, 3], &[-24, -8]);
    accepted(48, 16, &[2, 3], &[24, -8]);
    accepted(38, 0, &[2, 2], &[21, 9]);
    accepted(72, 0, &[2, 3], &[48, 8]);
    accepted(8, 0, &[1, 1, 1], &[0, i64::MIN, i64::MAX]);
    accepted(0, 0, &[5, 0, i64::MAX], &[i64::MAX, 0, i64::MAX]);
    accepted(24, 0, &[1, 3], &[3, 8]);
}

#[test]
fn elements_outside_are_refused() {
    let text = refused(47, &[2, 3], &[24, 8]);
    assert!(text.contains("byte 0 to byte 48"), "{text}");
    refused(48, &[2, 3], &[-24, 8]);
    refused(48, &[2, 3], &[24, -8]);
    refused(7, &[], &[]);
    refused(0, &[1], &[8]);
    assert!(Block::at(owned(48), 1, Dtype::Float64, &[6], &[8]).is_err());
    assert!(Block::at(owned(48), -1, Dtype::Float64, &[5], &[8]).is_err());
    assert!(Block::at(owned(48), i64::MAX, Dtype::Float64, &[5], &[8]).is_err());
    assert!(Block::at(owned(48), i64::MIN, Dtype::Float64, &[5], &[-8]).is_err());
}

#[test]
fn overlapping_elements_are_refused() {
    for strides in [
        [0, 8],
        [8, 0],
        [8, 8],
        [16, 8],
        [24, 7],
        [23, 8],
        [8, -8],
        [0, 0],
    ] {
        let text = refused(1 << 12, &[2, 3], &strides);
        assert!(text.contains("overlap") || text.contains("reach"), "{text}");
    }
    refused(1 << 12, &[2], &[4]);
    refused(1 << 12, &[300], &[0]);
}

#[test]
fn hostile_numbers_are_refused() {
    let big = i64::MAX;
    refused(64, &[big], &[8]);
    refused(64, &[big, big], &[big, big]);
    refused(64, &[2, 2], &[big, big]);
    refused(64, &[2], &[i64::MIN]);
    refused(64, &[3], &[i64::MIN]);
    refused(64, &[i64::MIN], &[8]);
    refused(64, &[-1, 0], &[8, 8]);
    refused(64, &[1 << 32, 1 << 32], &[8, 1 << 35]);
    refused(64, &[1 << 62, 4], &[0, 0]);
    refused(64, &[2; 15], &[big; 15]);
    refused(64, &[2; 15], &[i64::MIN; 15]);
    refused(64, &[1; 16], &[8; 16]);
    refused(64, &[1, 1], &[8]);
}

#[test]
fn sections_lie_where_their_indices_say() {
    let mut rng = Rng(1);
    for _ in 0..300 {
        let extents = rng.extents(5, 200);
        let field = Field::random(&mut rng, Dtype::Int32, &extents);
        let lo: Vec<i64> = extents.iter().map(|&e| rng.below(e + 1)).collect();
        let hi: Vec<i64> = lo
            .iter()
            .zip(&extents)
            .map(|(&l, &e)| l + rng.below(e - l + 1))
            .collect();
        let part = field
            .block
            .section(&Region::new(&lo, &hi).unwrap())
            .unwrap();
        assert_eq!(
            part.elements(),
            lo.iter().zip(&hi).map(|(l, h)| h - l).product::<i64>()
        );
        for index in indices(part.extents()) {
            let whole: Vec<i64> = index.iter().zip(&lo).map(|(i, l)| i + l).collect();
            assert_eq!(
                field.position(&part, &index),
                field.position(&field.block, &whole)
            );
        }
    }
}

#[test]
fn sections_outside_are_refused() {
    let block = packed(Dtype::Int8, &[4, 5]);
    for (lo, hi) in [
        ([0, 0], [5, 5]),
        ([-1, 0], [4, 5]),
        ([0, 3], [4, 2]),
        ([0, 0], [4, i64::MAX]),
        ([0, 6], [4, 6]),
    ] {
        let error = block
            .section(&Region::new(&lo, &hi).unwrap())
            .err()
            .unwrap();
        assert_eq!(error.code, Code::Argument);
    }
    assert!(block.section(&Region::new(&[0], &[1]).unwrap()).is_err());
    assert!(block
        .section(&Region::new(&[4, 5], &[4, 5]).unwrap())
        .unwrap()
        .is_empty());
}

#[test]
fn steps_and_single_indices() {
    let block = packed(Dtype::Int8, &[4, 7]);
    let odd = block.every(1, 5, -2, 3).unwrap().take(0, 2).unwrap();
    assert_eq!((odd.extents(), odd.strides()), (&[3][..], &[-2][..]));
    assert_eq!(odd.base().addr() - block.base().addr(), 2 * 7 + 5);
    for (dim, start, step, count) in [
        (2, 0, 1, 1),
        (1, 0, 1, 8),
        (1, 5, 2, 2),
        (1, 0, -1, 2),
        (1, 7, 1, 1),
        (1, -1, 1, 1),
        (1, 0, 0, 2),
        (1, 0, i64::MAX, 3),
        (1, 0, 1, -1),
        (1, 0, 1, i64::MIN),
        (1, 1, i64::MIN, i64::MAX),
    ] {
        assert!(
            block.every(dim, start, step, count).is_err(),
            "{dim} {start} {step} {count}"
        );
    }
    assert!(block.every(0, 9, 0, 0).unwrap().is_empty());
    assert!(block.take(0, 4).is_err() && block.take(2, 0).is_err());
}

#[test]
fn shared_bytes_are_found() {
    let mut rng = Rng(2);
    let (mut shared, mut apart) = (0, 0);
    for _ in 0..3000 {
        let extents: Vec<i64> = (0..1 + rng.below(3)).map(|_| 1 + rng.below(9)).collect();
        let field = Field::random(&mut rng, Dtype::Int16, &extents);
        let mut part = || {
            let counts: Vec<i64> = extents.iter().map(|&e| rng.below(e + 1)).collect();
            field.part(&mut rng, &counts, true).unwrap()
        };
        let (a, b) = (part(), part());
        let bytes = |block: &Block| -> HashSet<usize> {
            let starts = indices(block.extents())
                .into_iter()
                .map(|index| field.position(block, &index));
            starts.flat_map(|at| [at, at + 1]).collect()
        };
        let truth = !bytes(&a).is_disjoint(&bytes(&b));
        assert_eq!(a.overlaps(&b), truth);
        assert!(a.same_memory(&b));
        *(if truth { &mut shared } else { &mut apart }) += 1;
    }
    assert!(shared > 300 && apart > 300, "{shared} {apart}");
    assert!(!packed(Dtype::Int8, &[8]).overlaps(&packed(Dtype::Int8, &[8])));
}
