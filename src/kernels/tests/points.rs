use std::sync::Arc;

use distarray_core::{Code, Dtype, Order};

use super::{owned, packed, Field, Rng};
use crate::kernels::combine::Combine;
use crate::kernels::copies::{Copies, Place, Points};
use crate::kernels::offsets::{Offset, Offsets};
use crate::kernels::Block;

/// One dtype of each size.
const SIZES: [Dtype; 5] = [
    Dtype::Int8,
    Dtype::Uint16,
    Dtype::Float32,
    Dtype::Complex64,
    Dtype::Complex128,
];

/// Some positions in a block, which come more than once.
fn positions(rng: &mut Rng, extents: &[i64], count: usize) -> Vec<i64> {
    let elements: i64 = extents.iter().product();
    (0..count).map(|_| rng.below(elements)).collect()
}

/// The same list in four bytes or in eight.
fn listed(rng: &mut Rng, positions: &[i64]) -> Option<Arc<Offsets>> {
    let positions = positions.iter();
    Some(Arc::new(if rng.chance(2) {
        u32::list(positions.map(|&at| u32::of(at)).collect())
    } else {
        u64::list(positions.map(|&at| u64::of(at)).collect())
    }))
}

/// The index of a position.
fn index(extents: &[i64], order: Order, position: i64) -> Vec<i64> {
    let mut rest = position;
    let mut index = vec![0; extents.len()];
    let mut take = |dim: usize| {
        index[dim] = rest % extents[dim];
        rest /= extents[dim];
    };
    match order {
        Order::C => (0..extents.len()).rev().for_each(&mut take),
        Order::F => (0..extents.len()).for_each(&mut take),
    }
    index
}

fn all_of(block: &Block, side: usize) -> Place<'_> {
    Place::In {
        block,
        side,
        axes: &[],
    }
}

#[test]
fn single_elements_go_where_the_lists_say_and_the_last_one_stays() {
    let mut rng = Rng(31);
    for case in 0..3000 {
        let dtype = rng.pick(&SIZES);
        let size = dtype.size();
        let order = rng.pick(&[Order::C, Order::F]);
        let fields = [(); 2].map(|()| {
            let mut extents = rng.extents(4, 60);
            extents
                .iter_mut()
                .for_each(|extent| *extent = (*extent).max(1));
            // Blocks whose positions are one stride apart, and any others.
            let mut plain: Vec<usize> = (0..extents.len()).collect();
            if order == Order::C {
                plain.reverse();
            }
            let gaps = rng.below(3);
            if rng.chance(2) {
                Field::laid_out(&mut rng, dtype, &extents, &plain, gaps)
            } else {
                Field::random(&mut rng, dtype, &extents)
            }
        });
        let count = rng.below(40) as usize;
        let lists = [0, 1].map(|k| positions(&mut rng, fields[k].block.extents(), count));
        let points = Points {
            count,
            positions: [0, 1].map(|k| listed(&mut rng, &lists[k])),
            order,
        };
        let at = |k: usize, number: usize| {
            let block = &fields[k].block;
            fields[k].position(block, &index(block.extents(), order, lists[k][number]))
        };
        let source = fields[0].bytes();
        let mut want = fields[1].bytes();
        for number in 0..count {
            let (from, to) = (at(0, number), at(1, number));
            want[to..to + size].copy_from_slice(&source[from..from + size]);
        }

        let mut copies = Copies::new();
        let [from, to] = [0, 1].map(|k| all_of(&fields[k].block, k));
        // Straight, or through a packed buffer as a message goes.
        let bytes = if rng.chance(2) {
            copies.add_points(from, to, &points, Combine::Insert)
        } else {
            let memory = owned(8 + count * size);
            let buffer = Place::Packed {
                memory: &memory,
                offset: 8,
                dtype,
                order,
            };
            copies
                .add_points(from, buffer, &points, Combine::Insert)
                .unwrap();
            copies.add_points(buffer, to, &points, Combine::Insert)
        };
        assert_eq!(bytes.unwrap(), count * size);
        copies.run();
        assert!(
            fields[1].bytes() == want,
            "case {case}, {dtype:?} {order:?}"
        );
        assert!(fields[0].bytes() == source, "case {case} wrote its source");
    }
}

#[test]
fn single_elements_combine_one_after_the_other() {
    let source = super::array(Dtype::Int32, &[4], &[1.0, 10.0, 100.0, 1000.0]);
    let target = super::array(Dtype::Int32, &[2], &[5.0, 7.0]);
    let mut rng = Rng(1);
    let points = Points {
        count: 4,
        positions: [
            listed(&mut rng, &[3, 0, 1, 2]),
            listed(&mut rng, &[1, 0, 1, 1]),
        ],
        order: Order::C,
    };
    let want = [
        (Combine::Add, [6.0, 1117.0]),
        (Combine::Min, [1.0, 7.0]),
        (Combine::Max, [5.0, 1000.0]),
    ];
    for (combine, values) in want {
        let fresh = super::array(Dtype::Int32, &[2], &[5.0, 7.0]);
        crate::kernels::copy::copy(&fresh, &target).unwrap();
        let mut copies = Copies::new();
        let (from, to) = (all_of(&source, 0), all_of(&target, 1));
        copies.add_points(from, to, &points, combine).unwrap();
        copies.run();
        let want = super::array(Dtype::Int32, &[2], &values);
        assert_eq!(super::elements(&target), super::elements(&want));
    }
}

#[test]
fn positions_outside_are_refused() {
    let (block, other) = (
        packed(Dtype::Float32, &[2, 3]),
        packed(Dtype::Float32, &[7]),
    );
    let list = |positions: &[i64]| listed(&mut Rng(5), positions);
    let wrong = [
        (1, [list(&[6]), list(&[0])]),
        (1, [list(&[0]), list(&[7])]),
        (2, [list(&[0]), list(&[0, 1])]),
        (1, [None, list(&[0])]),
    ];
    for (count, positions) in wrong {
        let points = Points {
            count,
            positions,
            order: Order::C,
        };
        let mut copies = Copies::new();
        let (from, to) = (all_of(&block, 0), all_of(&other, 1));
        let refused = copies.add_points(from, to, &points, Combine::Insert);
        assert_eq!(refused.err().map(|error| error.code), Some(Code::Internal));
        assert!(copies.is_empty());
    }
}
