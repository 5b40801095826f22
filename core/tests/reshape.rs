//! Reshapes between simulated processes, every element compared with where it belongs.

mod simulated;

use std::collections::BTreeMap;

use distarray_core::redistribute::{reshape, reshape_questions, Group};
use distarray_core::{Dimension, Distribution, Order, Product, Run};
use proptest::prelude::*;
use simulated::world::{processes, reshapes, world, World};
use simulated::{indices, Memory};

#[derive(Debug)]
struct Case {
    worlds: [World; 2],
    order: Order,
    processes: Vec<[Option<usize>; 2]>,
}

/// Two ways to write one number as a product.
fn shapes() -> impl Strategy<Value = [Vec<i64>; 2]> {
    let factors = prop_oneof![
        8 => proptest::collection::vec(2..5i64, 0..=4),
        1 => proptest::collection::vec(0..3i64, 1..=3),
    ];
    factors.prop_flat_map(|factors| {
        let parts = || proptest::collection::vec(0..3usize, factors.len());
        let ones = || proptest::collection::vec(0..4usize, 0..2);
        let factors = Just(factors.clone()).prop_shuffle();
        (factors, [parts(), parts()], [ones(), ones()]).prop_map(|(factors, parts, ones)| {
            let shape = |parts: &Vec<usize>, ones: &Vec<usize>| {
                // Neighbours with equal numbers become one dimension.
                let mut shape: Vec<i64> = vec![];
                for (at, &factor) in factors.iter().enumerate() {
                    match shape.last_mut() {
                        Some(last) if parts[at] == 0 => *last *= factor,
                        _ => shape.push(factor),
                    }
                }
                for &at in ones {
                    shape.insert(at.min(shape.len()), 1);
                }
                shape
            };
            [shape(&parts[0], &ones[0]), shape(&parts[1], &ones[1])]
        })
    })
}

fn case() -> impl Strategy<Value = Case> {
    shapes().prop_flat_map(|[from, to]| {
        let order = prop_oneof![Just(Order::C), Just(Order::F)];
        (world(from), world(to), order).prop_flat_map(|(from, to, order)| {
            processes(from.ranks().end, to.ranks().end).prop_map(move |processes| Case {
                worlds: [from.clone(), to.clone()],
                order,
                processes,
            })
        })
    })
}

/// Owned elements have their number in the sequence.
fn filled(dist: &Distribution, rank: usize, order: Order) -> Memory {
    let mut memory = Memory::new(dist, rank, -1);
    if memory.section.is_empty() {
        return memory;
    }
    for local in indices(&memory.section.owned()) {
        let index = dist.to_global(rank, &local).unwrap();
        let mut dims: Vec<usize> = (0..index.len()).collect();
        if order == Order::F {
            dims.reverse();
        }
        let shape = dist.shape();
        let number = dims
            .iter()
            .fold(0, |number, &dim| number * shape[dim] + index[dim]);
        memory.set(&local, number);
    }
    memory
}

/// Local indices of the positions of a product at one end.
fn places(groups: &[Group], product: &Product, end: usize, memory: &Memory) -> Vec<Vec<i64>> {
    let mut all = vec![vec![0; memory.extents.len()]];
    for (group, runs) in groups.iter().zip(&product.dims) {
        let positions = runs.iter().flat_map(Run::positions).map(|ends| ends[end]);
        let positions: Vec<i64> = positions.collect();
        all = (all.iter())
            .flat_map(|index| {
                positions.iter().map(move |&position| {
                    let (mut index, mut rest) = (index.clone(), position);
                    for &dim in group.dims[end].iter().rev() {
                        index[dim] = rest % memory.extents[dim];
                        rest /= memory.extents[dim];
                    }
                    assert_eq!(rest, 0, "a position outside");
                    index
                })
            })
            .collect();
    }
    all
}

fn check(case: &Case) {
    let Case {
        worlds: [from, to],
        order,
        processes,
    } = case;
    let fill = |world: &World| -> Vec<Memory> {
        let filled = |rank| filled(&world.dist(rank), rank, *order);
        world.ranks().map(filled).collect()
    };
    let (sources, wanted) = (fill(from), fill(to));
    let nothing = |rank| Memory::new(&to.dist(rank), rank, -1);
    let mut targets: Vec<Memory> = to.ranks().map(nothing).collect();
    let plans = reshapes(from, to, *order, processes);
    let mut mail = BTreeMap::new();
    for (plan, ranks) in plans.iter().zip(processes) {
        for message in &plan.moves.sends {
            let before = mail.insert((ranks[0].unwrap(), message.peer), &message.products);
            assert_eq!(before, None);
        }
    }
    for (plan, ranks) in plans.iter().zip(processes) {
        let mut copy = |product: &Product, source: usize, target: usize| {
            let from = places(&plan.groups, product, 0, &sources[source]);
            let to = places(&plan.groups, product, 1, &targets[target]);
            targets[target].unpack(&to, &sources[source].pack(&from));
        };
        for message in &plan.moves.recvs {
            let target = ranks[1].unwrap();
            assert_eq!(
                mail.remove(&(message.peer, target)),
                Some(&message.products)
            );
            for product in &message.products {
                copy(product, message.peer, target);
            }
        }
        for product in &plan.moves.local {
            copy(product, ranks[0].unwrap(), ranks[1].unwrap());
        }
    }
    assert!(mail.is_empty());
    for (got, want) in targets.iter().zip(&wanted) {
        assert_eq!(got.values, want.values);
        assert!(got.writes.iter().all(|&writes| writes <= 1));
    }
}

proptest! {
    #![proptest_config(simulated::cases(6000))]

    #[test]
    fn every_element_keeps_its_place_in_the_sequence(case in case()) {
        check(&case);
    }
}

fn make(dims: &[Dimension]) -> Distribution {
    let procs: Vec<usize> = dims.iter().map(|dim| dim.procs).collect();
    let grid = distarray_core::Grid::new(&procs, distarray_core::GridOrder::RowMajor);
    Distribution::new(dims, grid.unwrap(), Order::C).unwrap()
}

fn block(extent: i64, procs: usize) -> Dimension {
    Dimension::block(extent, procs, distarray_core::Cuts::Balanced)
}

/// Planes of a cube that become rows of a matrix are one run.
#[test]
fn what_continues_is_one_run() {
    let cube = make(&[
        block(1 << 10, 4),
        Dimension::whole(1 << 10),
        block(1 << 10, 2),
    ]);
    let matrix = make(&[block(1 << 20, 8), Dimension::whole(1 << 10)]);
    let plan = reshape(&cube, &matrix, [Some(0); 2], Order::C, [&[], &[]]).unwrap();
    let costs = plan.moves.costs().unwrap();
    assert_eq!((plan.groups.len(), costs.messages), (2, [1, 1]));
    assert!(costs.runs < 12, "{costs:?}");
}

#[test]
fn rows_that_are_owned_whole_cost_nothing() {
    let pairs = make(&[block(1 << 50, 4), Dimension::whole(2), Dimension::whole(3)]);
    let line = make(&[Dimension::cyclic(6 << 50, 8, 1 << 48)]);
    let [forth, back] = [[&pairs, &line], [&line, &pairs]]
        .map(|[from, to]| reshape(from, to, [Some(1); 2], Order::C, [&[], &[]]).unwrap());
    let [forth, back] = [forth, back].map(|plan| plan.moves.costs().unwrap());
    assert_eq!((forth.messages, back.messages), ([5, 2], [2, 5]));
    assert!(forth.runs + back.runs < 48, "{forth:?} {back:?}");
}

/// Rows that repeat cost the same however many they are.
#[test]
fn rows_that_repeat_cost_their_pattern() {
    let cases = [
        // A table of two columns and its transpose of shapes.
        (
            [Dimension::whole(1 << 40), Dimension::cyclic(3, 2, 1)],
            [Dimension::cyclic(3, 2, 1), Dimension::whole(1 << 40)],
        ),
        // Columns that both ends cut at other places.
        (
            [block(1 << 40, 2), block(12, 3)],
            [block(1 << 39, 2), block(24, 5)],
        ),
        // Rows of which none is a multiple of the other's.
        (
            [block(9 << 40, 2), block(4, 2)],
            [block(6 << 40, 2), block(6, 4)],
        ),
        // Both dealt out.
        (
            [block(6 << 40, 2), Dimension::cyclic(10, 2, 3)],
            [block(10 << 40, 2), Dimension::cyclic(6, 3, 1)],
        ),
        // A line that is dealt out.
        (
            [Dimension::cyclic(6 << 40, 2, 2), block(2, 2)],
            [block(4 << 40, 2), block(3, 3)],
        ),
    ];
    for (from, to) in cases {
        for [from, to] in [[&from, &to], [&to, &from]] {
            let (from, to) = (make(from), make(to));
            let plan = reshape(&from, &to, [Some(1); 2], Order::C, [&[], &[]]);
            let costs = plan
                .unwrap_or_else(|error| panic!("{from:?} {to:?}: {error}"))
                .moves
                .costs()
                .unwrap();
            assert!(costs.runs < 300, "{from:?} {to:?} {costs:?}");
        }
    }
}

/// What repeats is written out again and compared, where it is small enough.
#[test]
fn patterns_are_what_they_stand_for() {
    let lists = |dims: &[Dimension]| World::of(&make(dims));
    let columns = |extent, procs, dealt| match dealt {
        0 => block(extent, procs),
        block => Dimension::cyclic(extent, procs, block).with_phase(block - 1),
    };
    for (rows, row) in [
        (30, 8),
        (40, 6),
        (20, 12),
        (60, 4),
        (48, 5),
        (10, 24),
        (3, 80),
        (240, 1),
    ] {
        for (other_rows, other_row) in [(24, 10), (80, 3), (120, 2), (5, 48), (15, 16), (1, 240)] {
            for dealt in 0..3 {
                for padded in [0, 1] {
                    let from = lists(&[
                        block(rows, 2).with_halo(padded, 2 * padded),
                        columns(row, 3, dealt),
                    ]);
                    let to = lists(&[
                        columns(other_rows, 2, 2 - dealt),
                        block(other_row, 3).with_boundary(padded, 0),
                    ]);
                    if (dealt * 3 > row) || (other_rows < 2) {
                        continue;
                    }
                    check(&Case {
                        worlds: [from, to],
                        order: Order::C,
                        processes: (0..6).map(|rank| [Some(rank); 2]).collect(),
                    });
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_reshaped_is_named() {
    let text = |from: &[Dimension], to: &[Dimension]| {
        reshape(&make(from), &make(to), [Some(0); 2], Order::C, [&[], &[]])
            .unwrap_err()
            .to_string()
    };
    assert!(text(&[block(6, 3)], &[block(7, 3)]).contains("7 elements, the source 6"));
    let list = |indices: Vec<i64>| {
        let list = distarray_core::IndexList::new(0, Some(0), indices, &[6]).unwrap();
        Dimension::unstructured(std::sync::Arc::new(list))
    };
    let places = list((0..6).collect());
    assert!(text(&[block(6, 3)], &[places]).contains("asked first"));
    let elsewhere = list(vec![0, 1, 2, 3, 4, 6]);
    let refused = text(&[block(6, 3)], std::slice::from_ref(&elsewhere));
    assert!(refused.contains("the index 6 is not allowed"), "{refused}");
    let asked = reshape_questions(
        &make(&[elsewhere]),
        &make(&[block(6, 3)]),
        [Some(0); 2],
        Order::C,
    );
    assert!(asked.unwrap_err().to_string().contains("0 to 6 - 1"));
    let huge = [Dimension::whole(i64::MAX), Dimension::whole(2)];
    assert!(text(&huge, &huge).contains("63 bits"));
    // Rows whose lengths have no common multiple in sight do not repeat.
    let long = [block((1 << 30) - 1, 2), block((1 << 30) + 1, 2)];
    let turned = [block((1 << 30) + 1, 2), block((1 << 30) - 1, 2)];
    assert!(text(&long, &turned).contains("16777216"));
}
