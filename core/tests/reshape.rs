//! Reshapes between simulated processes, every element compared with where it belongs.

mod simulated;

use std::collections::BTreeMap;

use distarray_core::redistribute::{reshape, Group, Reshape};
use distarray_core::{Dimension, Distribution, Order, Product, Run};
use proptest::prelude::*;
use simulated::world::processes;
use simulated::{dimension_over, indices, over, ranks, Memory};

#[derive(Debug)]
struct Case {
    dists: [Distribution; 2],
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

fn dist(shape: Vec<i64>) -> impl Strategy<Value = Distribution> {
    let most = [1usize, 5, 3, 2, 2, 1, 1][shape.len().min(6)];
    let dims: Vec<_> = (shape.into_iter())
        .map(|extent| dimension_over(Just(extent), 1..=most, true))
        .collect();
    dims.prop_flat_map(over)
}

fn case() -> impl Strategy<Value = Case> {
    shapes().prop_flat_map(|[from, to]| {
        let order = prop_oneof![Just(Order::C), Just(Order::F)];
        (dist(from), dist(to), order).prop_flat_map(|(from, to, order)| {
            processes(ranks(&from).end, ranks(&to).end).prop_map(move |processes| Case {
                dists: [from.clone(), to.clone()],
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
        dists: [from, to],
        order,
        processes,
    } = case;
    let fill = |dist: &Distribution| -> Vec<Memory> {
        ranks(dist).map(|rank| filled(dist, rank, *order)).collect()
    };
    let (sources, wanted) = (fill(from), fill(to));
    let mut targets: Vec<Memory> = ranks(to).map(|rank| Memory::new(to, rank, -1)).collect();
    let plan = |&ranks: &[Option<usize>; 2]| reshape(from, to, ranks, *order).unwrap();
    let plans: Vec<Reshape> = processes.iter().map(plan).collect();
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
    let plan = reshape(&cube, &matrix, [Some(0); 2], Order::C).unwrap();
    let costs = plan.moves.costs().unwrap();
    assert_eq!((plan.groups.len(), costs.messages), (2, [1, 1]));
    assert!(costs.runs < 12, "{costs:?}");
}

#[test]
fn rows_that_are_owned_whole_cost_nothing() {
    let pairs = make(&[block(1 << 50, 4), Dimension::whole(2), Dimension::whole(3)]);
    let line = make(&[Dimension::cyclic(6 << 50, 8, 1 << 48)]);
    let [forth, back] = [[&pairs, &line], [&line, &pairs]]
        .map(|[from, to]| reshape(from, to, [Some(1); 2], Order::C).unwrap());
    let [forth, back] = [forth, back].map(|plan| plan.moves.costs().unwrap());
    assert_eq!((forth.messages, back.messages), ([5, 2], [2, 5]));
    assert!(forth.runs + back.runs < 48, "{forth:?} {back:?}");
}

#[test]
fn what_cannot_be_reshaped_is_named() {
    let text = |from: &[Dimension], to: &[Dimension]| {
        reshape(&make(from), &make(to), [Some(0); 2], Order::C)
            .unwrap_err()
            .to_string()
    };
    assert!(text(&[block(6, 3)], &[block(7, 3)]).contains("7 elements, the source 6"));
    let list = distarray_core::IndexList::new(0, Some(0), (0..6).collect(), &[6]).unwrap();
    let list = Dimension::unstructured(std::sync::Arc::new(list));
    assert!(text(&[block(6, 3)], &[list]).contains("unstructured"));
    let huge = [Dimension::whole(i64::MAX), Dimension::whole(2)];
    assert!(text(&huge, &huge).contains("63 bits"));
    let long = [Dimension::whole(1 << 40), Dimension::cyclic(3, 2, 1)];
    let turned = [Dimension::cyclic(3, 2, 1), Dimension::whole(1 << 40)];
    assert!(text(&long, &turned).contains("16777216"));
}
