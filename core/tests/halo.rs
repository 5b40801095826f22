//! Halo exchange between simulated ranks, every ghost compared with the element that it mirrors.

mod simulated;

use std::collections::BTreeMap;

use distarray_core::halo::{halo, HaloOptions};
use distarray_core::{
    Cuts, Dimension, Dims, Distribution, Grid, GridOrder, Message, Moves, Order, Stagger,
};
use proptest::prelude::*;
use simulated::world::{world, World};
use simulated::{distribution, label, ranks, run, same_ranks, Memory};

/// Value of what nobody has filled.
const EMPTY: i64 = -1;

/// What a local index is in one dimension.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Owned,
    Boundary,
    /// Padding at this distance from the owned elements, counted from 1, on side 0 or 1.
    Ghost {
        distance: i64,
        side: usize,
    },
}

fn place(dist: &Distribution, memory: &Memory, dim: usize, local: i64) -> Place {
    let (span, dimension) = (memory.section.dims[dim], &dist.dims()[dim]);
    let (distance, side) = match local {
        at if at < span.below => (span.below - at, 0),
        at if at >= span.below + span.count => (at - span.below - span.count + 1, 1),
        _ => return Place::Owned,
    };
    let outer = [span.start == 0, span.start + span.count == dimension.extent][side];
    if outer && !dimension.periodic {
        Place::Boundary
    } else {
        Place::Ghost { distance, side }
    }
}

/// Global index of a local one, not wrapped at periodic seams.
fn index(dist: &Distribution, memory: &Memory, local: &[i64]) -> Vec<i64> {
    let mut index = memory.unwrapped(local);
    for (dim, dimension) in dist.dims().iter().enumerate() {
        if !dimension.is_contiguous() {
            let coord = memory.section.coords[dim];
            index[dim] = dimension.to_global(coord, local[dim]).unwrap();
        }
    }
    index
}

/// What the exchange must leave at a local index: the label of the element that it mirrors, `None` if untouched.
fn expected(
    dist: &Distribution,
    memory: &Memory,
    local: &[i64],
    options: &HaloOptions,
) -> Option<i64> {
    let mut ghosts = 0;
    let mut index = index(dist, memory, local);
    let mut direction = Dims::new();
    for (dim, dimension) in dist.dims().iter().enumerate() {
        let place = place(dist, memory, dim, local[dim]);
        direction.push(match place {
            Place::Ghost { side: 0, .. } => -1,
            Place::Ghost { .. } => 1,
            _ => 0,
        });
        match place {
            Place::Owned => {}
            Place::Boundary if options.carry_boundary => {}
            Place::Boundary => return None,
            Place::Ghost { distance, side } => {
                ghosts += 1;
                let width = [&options.below, &options.above][side]
                    .as_ref()
                    .map(|widths| widths[dim]);
                if distance > width.unwrap_or(dimension.halo[side]) {
                    return None;
                }
                let [below, above] = if options.carry_boundary {
                    dimension.boundary
                } else {
                    [0, 0]
                };
                if dimension.periodic {
                    index[dim] = index[dim].rem_euclid(dimension.extent);
                } else if !(-below..dimension.extent + above).contains(&index[dim]) {
                    return None;
                }
            }
        }
    }
    let asked = (options.offsets.as_ref()).is_none_or(|offsets| offsets.contains(&direction));
    (asked && ghosts > 0 && !(options.star && ghosts > 1)).then(|| label(&index))
}

/// Owned elements and boundary padding have their labels, ghosts nothing.
fn filled(dist: &Distribution, rank: usize) -> Memory {
    let mut memory = Memory::new(dist, rank, EMPTY);
    for local in memory.indices() {
        let is_ghost = |dim| matches!(place(dist, &memory, dim, local[dim]), Place::Ghost { .. });
        if !(0..dist.ndim()).any(is_ghost) {
            let value = label(&index(dist, &memory, &local));
            memory.set(&local, value);
        }
    }
    memory
}

fn check(dist: &Distribution, options: &HaloOptions) {
    check_world(&World::of(dist), options);
}

/// Plans, exchanges and compares every element of every section; then goes all ways back.
fn check_world(world: &World, options: &HaloOptions) {
    let dists: Vec<Distribution> = world.ranks().map(|rank| world.dist(rank)).collect();
    let each = || dists.iter().enumerate();
    let plans: Vec<Moves> = each()
        .map(|(rank, dist)| halo(dist, rank, options).unwrap())
        .collect();
    let before: Vec<Memory> = each().map(|(rank, dist)| filled(dist, rank)).collect();
    let mut after = before.clone();
    run(&plans, &same_ranks(plans.len()), &before, &mut after);
    let mut mirrored = BTreeMap::new();
    for (rank, dist) in each() {
        let (before, after) = (&before[rank], &after[rank]);
        for local in before.indices() {
            let want = expected(dist, before, &local, options);
            let got = (after.at(&local), after.writes(&local));
            let kept = (before.at(&local), 0);
            assert_eq!(
                got,
                want.map_or(kept, |label| (label, 1)),
                "rank {rank}, {local:?}"
            );
            if let Some(label) = want {
                *mirrored.entry(label).or_insert(0u32) += 1;
            }
        }
    }
    // The way back visits every owned element as often as it has ghosts.
    let back: Vec<Moves> = plans.iter().map(Moves::reversed).collect();
    let again: Vec<Moves> = back.iter().map(Moves::reversed).collect();
    assert_eq!(again, plans);
    let mut after = before.clone();
    run(&back, &same_ranks(back.len()), &before, &mut after);
    for (before, after) in before.iter().zip(&after) {
        for local in before.indices() {
            let label = Some(before.at(&local)).filter(|&label| label != EMPTY);
            let want = label.and_then(|label| mirrored.get(&label)).copied();
            assert_eq!(after.writes(&local), want.unwrap_or(0));
        }
    }
}

fn options() -> impl Strategy<Value = HaloOptions> {
    (any::<bool>(), any::<bool>()).prop_map(|(star, carry_boundary)| HaloOptions {
        star,
        carry_boundary,
        ..HaloOptions::default()
    })
}

/// Lists of directions, some of them twice, the centre among them.
fn offsets() -> impl Strategy<Value = Vec<[i64; 3]>> {
    proptest::collection::vec([-1..=1i64, -1..=1, -1..=1], 0..12)
}

proptest! {
    #![proptest_config(simulated::cases(100))]

    #[test]
    fn every_ghost_mirrors_its_element(dist in distribution(false), options in options()) {
        check(&dist, &options);
    }

    #[test]
    fn narrower_widths_fill_less(
        dist in distribution(false),
        options in options(),
        shares in proptest::collection::vec((0..=4i64, 0..=4i64), 3),
    ) {
        let width = |side: usize| -> Dims<i64> {
            let share = |dim: usize| if side == 0 { shares[dim].0 } else { shares[dim].1 };
            dist.dims().iter().enumerate().map(|(dim, dimension)| dimension.halo[side] * share(dim) / 4).collect()
        };
        let options = HaloOptions { below: Some(width(0)), above: Some(width(1)), ..options };
        check(&dist, &options);
    }

    #[test]
    fn staggered_fields_too(dist in distribution(false), options in options(), codes in [0..3i32, 0..3, 0..3]) {
        let stagger: Vec<Stagger> = codes[..dist.ndim()].iter().map(|&code| Stagger::from_code(code).unwrap()).collect();
        check(&dist.staggered(&stagger).unwrap(), &options);
    }

    #[test]
    fn no_width_no_message(dist in distribution(true)) {
        let none: Dims<i64> = dist.dims().iter().map(|_| 0).collect();
        let options = HaloOptions { below: Some(none.clone()), above: Some(none), ..HaloOptions::default() };
        for rank in ranks(&dist) {
            prop_assert_eq!(halo(&dist, rank, &options).unwrap(), nothing(&dist));
        }
    }
}

proptest! {
    #![proptest_config(simulated::cases(500))]

    #[test]
    fn any_map_beside_blocks(world in anything(), options in options()) {
        check_world(&world, &options);
    }

    #[test]
    fn only_the_asked_directions(world in anything(), options in options(), offsets in offsets()) {
        let ndim = world.dims.len();
        let offsets = offsets.iter().map(|offset| offset[..ndim].iter().copied().collect()).collect();
        check_world(&world, &HaloOptions { offsets: Some(offsets), ..options });
    }
}

/// Up to three dimensions of any maps.
fn anything() -> impl Strategy<Value = World> {
    proptest::collection::vec(0..=8i64, 0..=3).prop_flat_map(world)
}

fn nothing(dist: &Distribution) -> Moves {
    Moves {
        axes: (0..dist.ndim()).collect(),
        ..Moves::default()
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

#[test]
fn one_rank_wraps_around_itself() {
    // Width 7 around 3 elements: more than two turns.
    let dist = make(&[
        Dimension::whole(3).with_halo(7, 5).with_periodic(true),
        Dimension::whole(1).with_halo(2, 2).with_periodic(true),
    ]);
    check(&dist, &HaloOptions::default());
    let plan = halo(&dist, 0, &HaloOptions::default()).unwrap();
    assert!(plan.sends.is_empty() && plan.recvs.is_empty());
    // Three pieces below, two above and the middle; two on either side and the middle; without the centre.
    assert_eq!(plan.local.len(), 6 * 5 - 1);
}

#[test]
fn both_sides_come_from_one_peer_in_one_message() {
    let dist = make(&[Dimension::block(8, 2, Cuts::Balanced)
        .with_halo(2, 1)
        .with_periodic(true)]);
    check(&dist, &HaloOptions::default());
    for rank in 0..2 {
        let plan = halo(&dist, rank, &HaloOptions::default()).unwrap();
        assert_eq!((plan.sends.len(), plan.recvs.len()), (1, 1));
        assert_eq!(plan.recvs[0].products.len(), 2);
    }
}

#[test]
fn ghosts_reach_across_thin_and_empty_blocks() {
    let cuts = Cuts::Explicit([0, 1, 1, 2, 6, 7, 7].into());
    for periodic in [false, true] {
        let dim = Dimension::block(7, 6, cuts.clone())
            .with_halo(4, 3)
            .with_periodic(periodic);
        let bounded = if periodic {
            dim
        } else {
            dim.with_boundary(2, 1)
        };
        for carry_boundary in [false, true] {
            check(
                &make(&[bounded.clone(), bounded.clone()]),
                &HaloOptions {
                    carry_boundary,
                    ..HaloOptions::default()
                },
            );
        }
    }
}

#[test]
fn cyclic_dimensions_come_along() {
    let dist = make(&[
        Dimension::cyclic(7, 2, 2),
        Dimension::block(6, 2, Cuts::Balanced).with_halo(1, 1),
    ]);
    let plans: Vec<Moves> = (0..4)
        .map(|rank| halo(&dist, rank, &HaloOptions::default()).unwrap())
        .collect();
    let counts: Vec<i64> = plans
        .iter()
        .map(|plan| plan.sends[0].products[0].elements().unwrap())
        .collect();
    assert_eq!(counts, [4, 4, 3, 3]);
    let peers: Vec<usize> = plans.iter().map(|plan| plan.recvs[0].peer).collect();
    assert_eq!(peers, [1, 0, 3, 2]);
}

#[test]
fn no_elements_no_plan() {
    let empty = Dimension::block(0, 3, Cuts::Balanced)
        .with_halo(2, 2)
        .with_periodic(true);
    let dist = make(&[
        empty,
        Dimension::whole(4).with_halo(1, 1).with_periodic(true),
    ]);
    for rank in 0..5 {
        assert_eq!(
            halo(&dist, rank, &HaloOptions::default()).unwrap(),
            nothing(&dist)
        );
    }
    check(&make(&[]), &HaloOptions::default());
}

#[test]
fn wrong_widths_are_named() {
    let dist = make(&[
        Dimension::whole(4).with_halo(1, 1),
        Dimension::whole(4).with_halo(1, 2),
    ]);
    let text = |below: &[i64], above: &[i64]| {
        let dims = |widths: &[i64]| Some(widths.iter().copied().collect::<Dims<i64>>());
        let options = HaloOptions {
            below: dims(below),
            above: dims(above),
            ..HaloOptions::default()
        };
        halo(&dist, 0, &options).unwrap_err().to_string()
    };
    assert_eq!(
        text(&[1, 1], &[1, 3]),
        "dimension 1: the width to fill above 3 is not allowed; it must be 0 to 2, the padding"
    );
    assert!(text(&[-1, 1], &[1, 1]).starts_with("dimension 0: the width to fill below -1"));
    assert!(text(&[1], &[1, 1]).contains("1 entries given, 2 are needed"));
}

#[test]
fn directions_are_those_of_the_ghosts() {
    let block = || Dimension::block(9, 3, Cuts::Balanced).with_halo(1, 1);
    let dist = make(&[block(), block()]);
    let options = |offsets: &[[i64; 2]]| HaloOptions {
        offsets: Some(
            offsets
                .iter()
                .map(|offset| offset.iter().copied().collect())
                .collect(),
        ),
        ..HaloOptions::default()
    };
    // The ghosts above and beyond both lower faces of the middle rank.
    let moves = halo(&dist, 4, &options(&[[1, 0], [-1, -1], [0, 0], [1, 0]])).unwrap();
    let peers =
        |messages: &[Message]| -> Vec<usize> { messages.iter().map(|it| it.peer).collect() };
    assert_eq!(
        (peers(&moves.recvs), peers(&moves.sends)),
        (vec![0, 7], vec![1, 8])
    );
    assert_eq!(halo(&dist, 4, &options(&[])).unwrap(), nothing(&dist));
    let text = |offset: [i64; 2]| halo(&dist, 4, &options(&[offset])).unwrap_err().to_string();
    assert_eq!(
        text([0, 2]),
        "dimension 1: the offset 2 is not allowed; it must be -1, 0 or 1"
    );
    assert!(text([i64::MIN, 0]).starts_with("dimension 0"));
    let short = HaloOptions {
        offsets: Some(vec![Dims::new()]),
        ..HaloOptions::default()
    };
    assert!(halo(&dist, 4, &short).is_err());
}

#[test]
fn absurd_widths_are_refused() {
    let dist = make(&[Dimension::whole(1)
        .with_halo(1 << 60, 0)
        .with_periodic(true)]);
    let error = halo(&dist, 0, &HaloOptions::default()).unwrap_err();
    assert_eq!(error.code(), distarray_core::Code::Memory);
}

/// One rank of 2^20 plans with its neighbours only.
#[test]
fn plans_of_a_million_ranks_are_small() {
    let block = |extent, procs| Dimension::block(extent, procs, Cuts::Balanced).with_halo(2, 2);
    let dist = make(&[
        block(5000, 128).with_periodic(true),
        block(5000, 128),
        block(5000, 64),
    ]);
    let middle = dist.grid().rank(&[0, 60, 30]);
    let plan = halo(&dist, middle, &HaloOptions::default()).unwrap();
    assert_eq!(
        (plan.sends.len(), plan.recvs.len(), plan.local.len()),
        (26, 26, 0)
    );
    assert!(plan
        .sends
        .iter()
        .chain(&plan.recvs)
        .all(|message| message.products.len() == 1));
    let costs = plan.costs().unwrap();
    assert_eq!(
        (costs.messages, costs.elements[0]),
        ([26, 26], costs.elements[1])
    );
    assert!(costs.memory < 1 << 14, "{costs:?}");
    assert!(plan.reversed().costs().unwrap().memory <= costs.memory);
    let corner = dist.grid().rank(&[0, 0, 63]);
    assert_eq!(
        halo(&dist, corner, &HaloOptions::default())
            .unwrap()
            .sends
            .len(),
        11
    );
    let star = HaloOptions {
        star: true,
        ..HaloOptions::default()
    };
    assert_eq!(halo(&dist, middle, &star).unwrap().sends.len(), 6);
}
