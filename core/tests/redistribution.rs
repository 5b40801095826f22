//! Redistribution between simulated ranks.

mod simulated;

use std::collections::BTreeMap;

use distarray_core::redistribute::{redistribute, MovePlan};
use distarray_core::{Code, Cuts, Dimension, Distribution, Grid, GridOrder, Order, Region};
use proptest::prelude::*;
use simulated::{indices, label, Memory};

fn ranks(from: &Distribution, to: &Distribution) -> usize {
    simulated::ranks(from).end.max(simulated::ranks(to).end)
}

/// Owned elements have their labels.
fn filled(dist: &Distribution, rank: usize) -> Memory {
    let mut memory = Memory::new(dist, rank, -1);
    if !memory.section.is_empty() {
        for local in indices(&memory.section.owned()) {
            let value = label(&memory.unwrapped(&local));
            memory.set(&local, value);
        }
    }
    memory
}

fn run(from: &Distribution, to: &Distribution, sources: &[Memory]) -> Vec<Memory> {
    let plans: Vec<MovePlan> = (0..sources.len())
        .map(|rank| redistribute(from, to, rank).unwrap())
        .collect();
    let mut targets: Vec<Memory> = (0..sources.len())
        .map(|rank| Memory::new(to, rank, -1))
        .collect();
    let mut mail: BTreeMap<(usize, usize), Vec<i64>> = BTreeMap::new();
    let pack = |rank: usize, region: &Region| sources[rank].pack(&indices(region));
    for (rank, plan) in plans.iter().enumerate() {
        for list in [&plan.sends, &plan.recvs] {
            assert!(list.windows(2).all(|pair| pair[0].0 < pair[1].0));
            assert!(list
                .iter()
                .all(|(peer, region)| *peer != rank && !region.is_empty()));
        }
        for (peer, region) in &plan.sends {
            mail.insert((rank, *peer), pack(rank, region));
        }
    }
    for (rank, plan) in plans.iter().enumerate() {
        for (peer, region) in &plan.recvs {
            let values = mail.remove(&(*peer, rank)).expect("a sender");
            targets[rank].unpack(&indices(region), &values);
        }
        if let Some((source, target)) = &plan.local {
            targets[rank].unpack(&indices(target), &pack(rank, source));
        }
    }
    assert!(mail.is_empty(), "nobody receives {:?}", mail.keys());
    targets
}

fn without_counts(mut memories: Vec<Memory>) -> Vec<Memory> {
    memories.iter_mut().for_each(|memory| memory.writes.fill(0));
    memories
}

fn pair() -> impl Strategy<Value = (Distribution, Distribution)> {
    let shape = proptest::collection::vec(0..=9i64, 0..=3);
    shape.prop_flat_map(|shape| {
        (
            simulated::of_shape(shape.clone()),
            simulated::of_shape(shape),
        )
    })
}

proptest! {
    #![proptest_config(simulated::cases(300))]

    #[test]
    fn every_element_arrives_and_comes_back((from, to) in pair()) {
        let ranks = ranks(&from, &to);
        let sources: Vec<Memory> = (0..ranks).map(|rank| filled(&from, rank)).collect();
        let moved = run(&from, &to, &sources);
        for (rank, memory) in moved.iter().enumerate() {
            prop_assert_eq!(&memory.values, &filled(&to, rank).values, "rank {}", rank);
            prop_assert!(memory.writes.iter().all(|&writes| writes <= 1));
        }
        prop_assert_eq!(without_counts(run(&to, &from, &moved)), sources);
    }
}

fn make(dims: &[Dimension]) -> Distribution {
    let procs: Vec<usize> = dims.iter().map(|dim| dim.procs).collect();
    Distribution::new(
        dims,
        Grid::new(&procs, GridOrder::RowMajor).unwrap(),
        Order::C,
    )
    .unwrap()
}

fn block(extent: i64, procs: usize) -> Dimension {
    Dimension::block(extent, procs, Cuts::Balanced)
}

/// Regression: the original refused the transpose of ownership between block and whole dimensions.
#[test]
fn rows_to_columns() {
    let from = make(&[block(6, 3), Dimension::whole(4)]);
    let to = make(&[Dimension::whole(6), block(4, 2)]);
    let plan = redistribute(&from, &to, 1).unwrap();
    assert_eq!(plan.sends, [(0, Region::new(&[0, 0], &[2, 2]).unwrap())]);
    assert_eq!(
        plan.local,
        Some((
            Region::new(&[0, 2], &[2, 4]).unwrap(),
            Region::new(&[2, 0], &[4, 2]).unwrap()
        ))
    );
    let senders: Vec<usize> = plan.recvs.iter().map(|(peer, _)| *peer).collect();
    assert_eq!(senders, [0, 2]);
}

#[test]
fn like_cyclic_dimensions_move_along() {
    let from = make(&[Dimension::cyclic(7, 2, 2), block(6, 2)]);
    let to = make(&[
        Dimension::cyclic(7, 2, 2),
        Dimension::block(6, 2, Cuts::Explicit([0, 1, 6].into())),
    ]);
    let plan = redistribute(&from, &to, 0).unwrap();
    assert_eq!(plan.sends, [(1, Region::new(&[0, 1], &[4, 3]).unwrap())]);
    let other = make(&[Dimension::cyclic(7, 2, 1), block(6, 2)]);
    assert_eq!(
        redistribute(&from, &other, 0).unwrap_err().code(),
        Code::Unsupported
    );
}

#[test]
fn different_shapes_are_refused() {
    let error = redistribute(&make(&[block(6, 3)]), &make(&[block(7, 3)]), 0)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "dimension 0: the extent of the target 7 is not allowed; it must be 6, as the source has"
    );
    assert!(redistribute(&make(&[block(6, 3)]), &make(&[]), 0).is_err());
}

/// One rank of 2^20 plans with those it meets only.
#[test]
fn plans_of_a_million_ranks_are_small() {
    let pencils = make(&[block(4096, 1024), block(4096, 1024), Dimension::whole(100)]);
    let tiles = make(&[block(4096, 512), block(4096, 1024), block(100, 2)]);
    let plan = redistribute(&pencils, &tiles, 777_777).unwrap();
    assert_eq!(plan.sends.len() + usize::from(plan.local.is_some()), 2);
    assert_eq!(plan.recvs.len() + usize::from(plan.local.is_some()), 2);
    let slabs = make(&[
        block(4096, 1 << 20),
        Dimension::whole(4096),
        Dimension::whole(100),
    ]);
    assert_eq!(
        redistribute(&pencils, &slabs, 777_777).unwrap().sends.len(),
        4
    );
    assert_eq!(
        redistribute(&slabs, &pencils, 777_777).unwrap().sends.len(),
        0
    );
    assert_eq!(
        redistribute(&slabs, &pencils, 4095).unwrap().sends.len(),
        1024
    );
}
