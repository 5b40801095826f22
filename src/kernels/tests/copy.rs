use distarray_core::{Code, Dtype, Order, Region};

use super::{elements, indices, packed, Field, Rng};
use crate::kernels::copy::{copy, fill, pack, unpack};

/// One dtype of each size.
const SIZES: [Dtype; 5] = [
    Dtype::Int8,
    Dtype::Uint16,
    Dtype::Float32,
    Dtype::Complex64,
    Dtype::Complex128,
];

/// Elements in the order that a packed buffer has them.
fn in_order(extents: &[i64], order: Order) -> Vec<Vec<i64>> {
    let mut all = indices(extents);
    if order == Order::F {
        let reversed: Vec<i64> = extents.iter().rev().copied().collect();
        all = indices(&reversed);
        all.iter_mut().for_each(|index| index.reverse());
    }
    all
}

fn check_pack_and_unpack(rng: &mut Rng, field: &Field, order: Order) {
    let (block, size) = (&field.block, field.block.dtype().size());
    let before = field.bytes();
    let all = in_order(block.extents(), order);
    let mut want = Vec::new();
    for index in &all {
        let at = field.position(block, index);
        want.extend_from_slice(&before[at..at + size]);
    }
    let mut out = vec![0xA5; want.len() + 9];
    assert_eq!(pack(block, order, &mut out), want.len());
    assert!(
        out[..want.len()] == want[..],
        "pack {order:?} {:?} {:?}",
        block.extents(),
        block.strides()
    );
    assert_eq!(out[want.len()..], [0xA5; 9]);
    assert!(field.bytes() == before, "pack wrote");

    let data: Vec<u8> = (0..want.len() + 3).map(|_| rng.next() as u8).collect();
    let mut after = before;
    for (index, element) in all.iter().zip(data.chunks_exact(size)) {
        let at = field.position(block, index);
        after[at..at + size].copy_from_slice(element);
    }
    assert_eq!(unpack(&data, order, block), want.len());
    assert!(
        field.bytes() == after,
        "unpack {order:?} {:?} {:?}",
        block.extents(),
        block.strides()
    );
}

#[test]
fn pack_and_unpack_random_layouts() {
    let mut rng = Rng(11);
    for round in 0..1500 {
        let extents = rng.extents(5, 400);
        let dtype = SIZES[round % 5];
        let order = rng.pick(&[Order::C, Order::F]);
        let field = Field::random(&mut rng, dtype, &extents);
        check_pack_and_unpack(&mut rng, &field, order);
    }
}

#[test]
fn pack_and_unpack_shapes_around_the_tiles() {
    let mut rng = Rng(12);
    for dtype in SIZES {
        for extents in [
            [64, 64, 1],
            [65, 130, 1],
            [7, 9, 65],
            [8, 1, 200],
            [3, 2, 129],
            [33, 5, 16],
            [600, 9, 1],
            [2, 700, 2],
        ] {
            for order in [Order::C, Order::F] {
                let dims = rng.shuffled(3);
                for gaps in 0..3 {
                    let field = Field::laid_out(&mut rng, dtype, &extents, &dims, gaps);
                    check_pack_and_unpack(&mut rng, &field, order);
                }
            }
        }
    }
}

/// Large enough for stores that pass by the cache, at any alignment of the rows.
#[test]
fn transpose_large_arrays() {
    let mut rng = Rng(17);
    for (dtype, gaps) in [(Dtype::Float64, 0), (Dtype::Float64, 2), (Dtype::Uint16, 2)] {
        let size = dtype.size();
        let extents = [1100, (9 << 20) / 1100 / size as i64];
        let from = Field::laid_out(&mut rng, dtype, &extents, &[1, 0], gaps);
        let to = Field::laid_out(&mut rng, dtype, &extents, &[0, 1], gaps);
        let (source, mut want) = (from.bytes(), to.bytes());
        for i in 0..extents[0] {
            for j in 0..extents[1] {
                let at = from.position(&from.block, &[i, j]);
                let target = to.position(&to.block, &[i, j]);
                want[target..target + size].copy_from_slice(&source[at..at + size]);
            }
        }
        copy(&from.block, &to.block).unwrap();
        assert!(to.bytes() == want, "{} with gaps {gaps}", dtype.name());
    }
}

#[test]
fn pack_faces_of_every_width() {
    let mut rng = Rng(13);
    for dtype in SIZES {
        for width in 1..12 {
            let field = Field::laid_out(&mut rng, dtype, &[5, 6, 14], &[2, 1, 0], 0);
            let lo = [1, 1, rng.below(14 - width)];
            let face = Region::new(&lo, &[4, 5, lo[2] + width]).unwrap();
            let part = Field {
                block: field.block.section(&face).unwrap(),
                ..field
            };
            check_pack_and_unpack(&mut rng, &part, Order::C);
        }
    }
}

#[test]
fn copy_random_layouts() {
    let mut rng = Rng(14);
    for round in 0..1500 {
        let extents = rng.extents(4, 300);
        let dtype = SIZES[round % 5];
        let from = Field::random(&mut rng, dtype, &extents);
        let to = Field::random(&mut rng, dtype, &extents);
        check_copy(&from, &from.block.clone(), &to, &to.block.clone());
    }
}

fn check_copy(source: &Field, from: &super::Block, target: &Field, to: &super::Block) {
    let values = elements(from);
    let mut want = target.bytes();
    for (index, value) in indices(to.extents()).iter().zip(&values) {
        let at = target.position(to, index);
        want[at..at + value.len()].copy_from_slice(value);
    }
    let before = source.bytes();
    copy(from, to).unwrap();
    assert!(
        target.bytes() == want,
        "extents {:?} from {:?} to {:?}",
        from.extents(),
        from.strides(),
        to.strides()
    );
    if source.start != target.start {
        assert!(source.bytes() == before, "the source was written");
    }
}

/// As if all were read before any is written: shifted boxes, interleaved and reversed steps,
/// transposes in place.
#[test]
fn copy_within_one_array() {
    let mut rng = Rng(15);
    for round in 0..4000 {
        let extents: Vec<i64> = (0..1 + rng.below(3)).map(|_| 1 + rng.below(14)).collect();
        let field = Field::random(&mut rng, SIZES[round % 5], &extents);
        let counts: Vec<i64> = extents.iter().map(|&e| 1 + rng.below(e)).collect();
        let steps = rng.chance(2);
        let from = field.part(&mut rng, &counts, steps).unwrap();
        let to = field.part(&mut rng, &counts, steps).unwrap();
        check_copy(&field, &from, &field, &to);
    }
    for n in [2, 9, 40] {
        let field = Field::laid_out(&mut rng, Dtype::Float64, &[n, n], &[0, 1], 1);
        check_copy(&field, &field.block, &field, &field.block);
        let (e, s) = (field.block.extents(), field.block.strides());
        let turned = super::Block::at(
            field.block.memory().clone(),
            field.block.base().addr() as i64 - field.block.memory().base().addr() as i64,
            Dtype::Float64,
            &[e[1], e[0]],
            &[s[1], s[0]],
        );
        check_copy(&field, &field.block, &field, &turned.unwrap());
    }
}

#[test]
fn copies_that_do_not_fit_are_refused() {
    let a = packed(Dtype::Float64, &[3, 4]);
    for b in [
        packed(Dtype::Float64, &[4, 3]),
        packed(Dtype::Int64, &[3, 4]),
        packed(Dtype::Float64, &[12]),
    ] {
        assert_eq!(copy(&a, &b).unwrap_err().code, Code::Argument);
    }
}

#[test]
#[should_panic]
fn a_short_buffer_is_not_overrun() {
    pack(&packed(Dtype::Float64, &[3]), Order::C, &mut [0; 23]);
}

#[test]
fn fill_random_layouts() {
    let mut rng = Rng(16);
    for round in 0..500 {
        let extents = rng.extents(4, 300);
        let dtype = SIZES[round % 5];
        let field = Field::random(&mut rng, dtype, &extents);
        let value: Vec<u8> = (0..dtype.size() + 1).map(|_| rng.next() as u8).collect();
        let mut want = field.bytes();
        for index in indices(&extents) {
            let at = field.position(&field.block, &index);
            want[at..at + dtype.size()].copy_from_slice(&value[..dtype.size()]);
        }
        fill(&field.block, &value);
        assert!(field.bytes() == want);
    }
}
