//! Redistribution between simulated processes, every element compared with where it belongs.

mod simulated;

use distarray_core::redistribute::{redistribute, MoveOptions};
use distarray_core::slice::Slice;
use distarray_core::{Cuts, Dimension, Distribution, Grid, GridOrder, Moves, Order, Product, Run};
use proptest::prelude::*;
use simulated::world::{inverse, plans, processes, world, World};
use simulated::{run, Memory};

/// Source and target of one shape, how dimensions are permuted, and the processes.
#[derive(Debug)]
struct Case {
    from: World,
    to: World,
    axes: Vec<usize>,
    processes: Vec<[Option<usize>; 2]>,
}

fn case() -> impl Strategy<Value = Case> {
    let extent = prop_oneof![1 => 0..=1i64, 4 => 2..=9i64, 1 => 10..=30i64];
    let shape = prop_oneof![
        4 => proptest::collection::vec(extent, 1),
        4 => proptest::collection::vec(0..=9i64, 2),
        2 => proptest::collection::vec(0..=6i64, 3),
        1 => Just(vec![]),
    ];
    let permuted = shape.prop_flat_map(|shape| {
        let axes = Just((0..shape.len()).collect::<Vec<usize>>()).prop_shuffle();
        (Just(shape), axes)
    });
    permuted.prop_flat_map(|(shape, axes)| {
        let turned: Vec<i64> = inverse(&axes).iter().map(|&dim| shape[dim]).collect();
        (world(shape), world(turned)).prop_flat_map(move |(from, to)| {
            let axes = axes.clone();
            processes(from.ranks().end, to.ranks().end).prop_map(move |processes| Case {
                from: from.clone(),
                to: to.clone(),
                axes: axes.clone(),
                processes,
            })
        })
    })
}

fn untouched(world: &World) -> Vec<Memory> {
    let new = |rank| Memory::new(&world.dist(rank), rank, -1);
    world.ranks().map(new).collect()
}

fn values(memories: &[Memory]) -> Vec<&Vec<i64>> {
    memories.iter().map(|memory| &memory.values).collect()
}

/// Moves forth, back by a plan of its own and back by the reversed plan.
fn check(case: &Case) {
    let Case {
        from,
        to,
        axes,
        processes,
    } = case;
    let order: Vec<usize> = (0..axes.len()).collect();
    let sources = from.memories(&order);
    let wanted = to.memories(axes);
    let forth = plans(from, to, axes, processes);
    let mut moved = untouched(to);
    run(&forth, processes, &sources, &mut moved);
    assert_eq!(values(&moved), values(&wanted));
    let owned = |memory: &Memory| memory.section.owned().elements().unwrap();
    for memory in moved.iter().filter(|memory| !memory.section.is_empty()) {
        assert!(memory.writes.iter().all(|&writes| writes <= 1));
        let writes: u32 = memory.writes.iter().sum();
        assert_eq!(i64::from(writes), owned(memory));
    }
    let swapped: Vec<_> = processes
        .iter()
        .map(|&[source, target]| [target, source])
        .collect();
    let back = plans(to, from, &inverse(axes), &swapped);
    let reversed: Vec<Moves> = forth.iter().map(Moves::reversed).collect();
    for plans in [back, reversed] {
        let mut returned = untouched(from);
        run(&plans, &swapped, &moved, &mut returned);
        assert_eq!(values(&returned), values(&sources));
    }
}

proptest! {
    #![proptest_config(simulated::cases(4000))]

    #[test]
    fn every_element_arrives_and_comes_back(case in case()) {
        check(&case);
    }
}

/// A part of an array with any map, in whatever direction, and an array of the same shape.
fn part() -> impl Strategy<Value = (World, World)> {
    let step = prop_oneof![3 => Just(1i64), 2 => Just(-1i64), 1 => 2..4i64];
    let slice = (0..4i64, step).prop_map(|(start, step)| Slice {
        start: Some(if step > 0 { start } else { -1 - start }),
        stop: None,
        step,
    });
    let slices = proptest::collection::vec(slice, 3);
    (simulated::distribution(true), slices).prop_flat_map(|(dist, slices)| {
        let up = |slice: &Slice| Slice {
            step: slice.step.signum(),
            ..*slice
        };
        let child = dist.slice(&slices[..dist.ndim()]);
        // Steps that a dealt out dimension does not take become 1.
        let child = child.unwrap_or_else(|_| {
            let slices: Vec<Slice> = slices[..dist.ndim()].iter().map(up).collect();
            dist.slice(&slices).unwrap()
        });
        let shape = child.shape().to_vec();
        world(shape).prop_map(move |there| (World::of(&child), there))
    })
}

proptest! {
    #![proptest_config(simulated::cases(1000))]

    #[test]
    fn slices_arrive_too((from, to) in part()) {
        let count = from.ranks().end.max(to.ranks().end);
        let rank = |rank: usize, world: &World| (rank < world.ranks().end).then_some(rank);
        let processes = (0..count).map(|at| [rank(at, &from), rank(at, &to)]).collect();
        let axes = (0..from.dims.len()).collect();
        check(&Case { from, to, axes, processes });
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

/// The plan of a process that has one rank in both.
fn plan(from: &Distribution, to: &Distribution, rank: usize) -> Moves {
    redistribute(from, to, [Some(rank); 2], &MoveOptions::default()).unwrap()
}

fn boxed(at: &[[i64; 2]], lengths: &[i64]) -> Product {
    let run = |(&at, &length): (&[i64; 2], &i64)| vec![Run::new(at, length)].into();
    Product {
        dims: at.iter().zip(lengths).map(run).collect(),
    }
}

/// Regression: the original refused the transpose of ownership between block and whole dimensions.
#[test]
fn rows_to_columns() {
    let from = make(&[block(6, 3), Dimension::whole(4)]);
    let to = make(&[Dimension::whole(6), block(4, 2)]);
    let moves = plan(&from, &to, 1);
    assert_eq!(moves.sends.len(), 1);
    assert_eq!(moves.sends[0].peer, 0);
    assert_eq!(moves.sends[0].products, [boxed(&[[0, 2], [0, 0]], &[2, 2])]);
    assert_eq!(moves.local, [boxed(&[[0, 2], [2, 0]], &[2, 2])]);
    let senders: Vec<usize> = moves.recvs.iter().map(|message| message.peer).collect();
    assert_eq!(senders, [0, 2]);
    let costs = moves.costs().unwrap();
    assert_eq!(
        (costs.messages, costs.elements, costs.largest, costs.local),
        ([1, 2], [4, 8], [4, 4], 4)
    );
}

#[test]
fn like_cyclic_dimensions_move_along() {
    let from = make(&[Dimension::cyclic(7, 2, 2), block(6, 2)]);
    let to = make(&[
        Dimension::cyclic(7, 2, 2),
        Dimension::block(6, 2, Cuts::Explicit([0, 1, 6].into())),
    ]);
    let moves = plan(&from, &to, 0);
    assert_eq!(moves.sends.len(), 1);
    assert_eq!(moves.sends[0].peer, 1);
    assert_eq!(moves.sends[0].products, [boxed(&[[0, 0], [1, 0]], &[4, 2])]);
}

#[test]
fn what_cannot_move_is_named() {
    let text = |from: &[Dimension], to: &[Dimension], axes: Option<&[usize]>| {
        let options = MoveOptions {
            axes,
            ..MoveOptions::default()
        };
        let moves = redistribute(&make(from), &make(to), [Some(0); 2], &options);
        moves.unwrap_err().to_string()
    };
    assert_eq!(
        text(&[block(6, 3)], &[block(7, 3)], None),
        "dimension 0: the extent of the target 7 is not allowed; it must be 6, as the source has"
    );
    assert!(text(&[block(6, 3)], &[], None).contains("0 entries given, 1 are needed"));
    let pair = [block(6, 3), block(5, 2)];
    assert!(
        text(&pair, &pair, Some(&[1, 0])).starts_with("dimension 0: the extent of the target 5")
    );
    assert!(text(&pair, &pair, Some(&[0])).contains("1 entries given, 2 are needed"));
    for wrong in [[0, 0], [0, 2], [usize::MAX, 0]] {
        assert!(text(&pair, &pair, Some(&wrong)).contains("the dimension of the target"));
    }
}

/// One rank of 2^20 plans with those it meets only.
#[test]
fn plans_of_a_million_ranks_are_small() {
    let pencils = make(&[block(4096, 1024), block(4096, 1024), Dimension::whole(100)]);
    let tiles = make(&[block(4096, 512), block(4096, 1024), block(100, 2)]);
    let moves = plan(&pencils, &tiles, 777_777);
    assert_eq!(moves.sends.len() + moves.local.len(), 2);
    assert_eq!(moves.recvs.len() + moves.local.len(), 2);
    let slabs = make(&[
        block(4096, 1 << 20),
        Dimension::whole(4096),
        Dimension::whole(100),
    ]);
    assert_eq!(plan(&pencils, &slabs, 777_777).sends.len(), 4);
    assert_eq!(plan(&slabs, &pencils, 777_777).sends.len(), 0);
    assert_eq!(plan(&slabs, &pencils, 4095).sends.len(), 1024);
}

/// What a rank holds of a dimension, and the number of runs of its largest list.
fn longest(from: &Dimension, to: &Dimension, rank: usize) -> usize {
    let moves = plan(
        &make(std::slice::from_ref(from)),
        &make(std::slice::from_ref(to)),
        rank,
    );
    let messages = moves
        .sends
        .iter()
        .chain(&moves.recvs)
        .flat_map(|message| &message.products);
    let runs = messages
        .chain(&moves.local)
        .map(|product| product.dims[0].len());
    runs.max().unwrap_or(0)
}

#[test]
fn patterns_do_not_grow_with_the_extent() {
    type Make = fn(i64) -> Dimension;
    let pairs: [(Make, Make, usize); 8] = [
        (|n| block(n, 3), |n| Dimension::cyclic(n, 2, 1), 1),
        (|n| block(n, 3), |n| Dimension::cyclic(n, 2, 7), 3),
        (
            |n| Dimension::cyclic(n, 4, 3),
            |n| Dimension::cyclic(n, 4, 3),
            1,
        ),
        (
            |n| Dimension::cyclic(n, 2, 1),
            |n| Dimension::cyclic(n, 3, 1),
            2,
        ),
        (
            |n| Dimension::cyclic(n, 2, 100),
            |n| Dimension::cyclic(n, 2, 64),
            26,
        ),
        (
            |n| Dimension::cyclic(n, 2, 1),
            |n| Dimension::cyclic(n, 2, 1000),
            2,
        ),
        (
            |n| Dimension::cyclic(n, 2, 1000),
            |n| Dimension::cyclic(n, 3, 2),
            600,
        ),
        (
            |n| Dimension::whole(n),
            |n| Dimension::cyclic(n, 3, 1 << 40),
            3,
        ),
    ];
    for (from, to, most) in pairs {
        for extent in [100, 1_000, 8_192, 1_000_003, 1 << 40, i64::MAX] {
            for rank in 0..4 {
                let runs = longest(&from(extent), &to(extent), rank);
                assert!(
                    runs <= most,
                    "{runs} runs, {:?} to {:?}",
                    from(extent),
                    to(extent)
                );
                let back = longest(&to(extent), &from(extent), rank);
                assert!(
                    back <= most,
                    "{back} runs, {:?} to {:?}",
                    to(extent),
                    from(extent)
                );
            }
        }
    }
}

/// Extents near 2^63 and a million coordinates: a rank walks over its own blocks only.
#[test]
fn the_largest_dimensions_are_cheap() {
    let huge = i64::MAX;
    let procs = 1 << 20;
    let dealt = |block| Dimension::cyclic(huge, procs, block);
    for (from, to) in [
        (block(huge, procs), Dimension::cyclic(huge, 3, 1 << 50)),
        (
            block(huge, procs),
            Dimension::block(huge, procs - 1, Cuts::Ceil),
        ),
        (block(huge, procs), dealt(1 << 43)),
        (dealt(1 << 43), Dimension::cyclic(huge, 7, 1 << 60)),
        (dealt(huge - 1), dealt(1 << 62)),
        (dealt(1), dealt(2)),
        (Dimension::cyclic(huge, 2, huge / 2), block(huge, 2)),
    ] {
        let (from, to) = (make(&[from]), make(&[to]));
        for rank in [0, 1, 777_777, procs - 1] {
            let ranks = [Some(rank), None];
            let moves = redistribute(&from, &to, ranks, &MoveOptions::default()).unwrap();
            let costs = moves.costs().unwrap();
            assert_eq!(costs.elements[0], from.section(rank).elements().unwrap());
            assert!(costs.runs < 16, "{costs:?}");
        }
    }
}

#[test]
fn ranks_of_other_communicators_are_told_apart() {
    let (from, to) = (make(&[block(8, 2)]), make(&[block(8, 4)]));
    let options = MoveOptions::default();
    // Rank 1 of the source is rank 3 of the target.
    let moves = redistribute(&from, &to, [Some(1), Some(3)], &options).unwrap();
    assert_eq!(
        moves.sends.iter().map(|it| it.peer).collect::<Vec<_>>(),
        [2]
    );
    assert_eq!((moves.recvs.len(), moves.local.len()), (0, 1));
    // Rank 1 of the source is not in the target's communicator; rank 1 of the target is not in the source's.
    let moves = redistribute(&from, &to, [Some(1), None], &options).unwrap();
    assert_eq!(
        (moves.sends.len(), moves.recvs.len(), moves.local.len()),
        (2, 0, 0)
    );
    let moves = redistribute(&from, &to, [None, Some(1)], &options).unwrap();
    assert_eq!(
        moves.recvs.iter().map(|it| it.peer).collect::<Vec<_>>(),
        [0]
    );
    let nothing = redistribute(&from, &to, [None, None], &options).unwrap();
    assert_eq!(nothing.costs().unwrap().messages, [0, 0]);
}

#[test]
fn same_distributions_stay() {
    let dims = [
        Dimension::cyclic(1000, 2, 3),
        block(7, 2),
        Dimension::whole(3),
    ];
    let dist = make(&dims);
    for rank in 0..4 {
        let moves = plan(&dist, &dist, rank);
        assert!(moves.sends.is_empty() && moves.recvs.is_empty());
        let runs: Vec<usize> = moves.local[0].dims.iter().map(|runs| runs.len()).collect();
        assert_eq!(runs, [1, 1, 1]);
    }
}
