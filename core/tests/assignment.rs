//! Assignment with dimensions that stretch, and lists of indices, between simulated processes by value.

mod simulated;

use distarray_core::redistribute::questions;
use distarray_core::{Broadcast, Dimension, Map, Take};
use proptest::prelude::*;
use simulated::world::{answered, world, World};
use simulated::{label, places, run, same_ranks, Memory};

/// A source and a target whose extents are the source's, or anything where that has 1.
fn pair() -> impl Strategy<Value = (World, World)> {
    let dim = (0..=9i64, prop_oneof![Just(false), Just(true)]);
    proptest::collection::vec(dim, 0..=3).prop_flat_map(|dims| {
        let thin = dims
            .iter()
            .map(|&(extent, one)| if one { 1 } else { extent });
        (
            world(thin.collect()),
            world(dims.iter().map(|dim| dim.0).collect()),
        )
    })
}

/// The thin target as the tests know distributions.
fn thin(to: &World, broadcast: &Broadcast) -> World {
    let dim = |(dim, whole): (usize, &(Dimension, Vec<Vec<i64>>))| match broadcast.stretches(dim) {
        true => (Dimension::whole(1), vec![]),
        false => whole.clone(),
    };
    World {
        dims: to.dims.iter().enumerate().map(dim).collect(),
        grid: broadcast.thin().grid().clone(),
    }
}

proptest! {
    #![proptest_config(simulated::cases(2000))]

    #[test]
    fn every_section_is_made_of_what_arrives((from, to) in pair()) {
        let axes: Vec<usize> = (0..from.dims.len()).collect();
        let count = from.ranks().end.max(to.ranks().end);
        let (mut plans, mut arrived) = (vec![], vec![]);
        for rank in 0..count {
            let (source, target) = (from.dist(rank), to.dist(rank));
            let broadcast = Broadcast::new(&source, &target).unwrap();
            let own = broadcast.thin_rank(rank);
            let [forth, back] = questions(&source, broadcast.thin(), [Some(rank), own], None).unwrap();
            let answers = [answered(&forth, &thin(&to, &broadcast), &axes), answered(&back, &from, &axes)];
            plans.push(broadcast.moves(rank, [&answers[0], &answers[1]]).unwrap());
            arrived.push(Memory::new(broadcast.thin(), own.unwrap_or(usize::MAX), -1));
        }
        let sources: Vec<Memory> = (0..count).map(|rank| from.filled(rank, &axes)).collect();
        run(&plans, &same_ranks(count), &sources, &mut arrived);
        for (rank, arrived) in arrived.iter().enumerate() {
            let (source, target) = (from.dist(rank), to.dist(rank));
            let broadcast = Broadcast::new(&source, &target).unwrap();
            let mut whole = Memory::new(&target, rank, -1);
            prop_assert_eq!(whole.section.is_empty(), arrived.section.is_empty());
            // What arrives lies at the lowest owned position of each dimension that stretches.
            for at in arrived.indices() {
                let below = |dim: usize| if broadcast.stretches(dim) { whole.section.dims[dim].below } else { 0 };
                let there: Vec<i64> = at.iter().enumerate().map(|(dim, at)| at + below(dim)).collect();
                whole.set(&there, arrived.at(&at));
            }
            for product in broadcast.repeats(rank).unwrap() {
                let [from, to] = places(&product, &axes);
                let values = whole.pack(&from);
                whole.unpack(&to, &values);
            }
            if whole.section.is_empty() {
                continue;
            }
            for local in simulated::indices(&whole.section.owned()) {
                let index = target.to_global(rank, &local).unwrap();
                let index: Vec<i64> = (index.iter().enumerate())
                    .map(|(dim, &at)| if broadcast.stretches(dim) { 0 } else { at })
                    .collect();
                prop_assert_eq!(whole.at(&local), label(&index));
            }
        }
    }

    #[test]
    fn what_is_taken_is_what_the_list_says(
        (world, dim, list) in (1..=3usize).prop_flat_map(|ndim| proptest::collection::vec(1..=9i64, ndim))
            .prop_flat_map(|shape| (Just(shape.clone()), 0..shape.len()))
            .prop_flat_map(|(shape, dim)| {
                let list = proptest::collection::vec(0..shape[dim], 0..=20);
                (world(shape), Just(dim), list)
            })
    ) {
        let axes: Vec<usize> = (0..world.dims.len()).collect();
        let (mut plans, mut taken) = (vec![], vec![]);
        for rank in world.ranks() {
            let dist = world.dist(rank);
            let take = Take::new(&dist, dim, &list).unwrap();
            let listed = matches!(dist.dims()[dim].map, Map::Unstructured(_));
            let asked = listed.then(|| take.questions(rank).unwrap());
            let places = answered(&[asked], &world, &[dim]).pop().flatten();
            plans.push(take.moves(rank, places.as_ref()).unwrap());
            taken.push(Memory::new(take.to(), rank, -1));
        }
        let sources = world.memories(&axes);
        run(&plans, &same_ranks(sources.len()), &sources, &mut taken);
        for (rank, taken) in taken.iter().enumerate().filter(|(_, taken)| !taken.section.is_empty()) {
            let dist = world.dist(rank);
            let take = Take::new(&dist, dim, &list).unwrap();
            for local in simulated::indices(&taken.section.owned()) {
                let mut index = take.to().to_global(rank, &local).unwrap();
                index[dim] = list[index[dim] as usize];
                prop_assert_eq!(taken.at(&local), label(&index));
                prop_assert_eq!(taken.writes(&local), 1);
            }
        }
    }
}
