//! Parts of arrays that ranks ask for: owners and askers find the same, and every element arrives.

mod simulated;

use distarray_core::slice::{Index, Slice};
use distarray_core::{Distribution, Map, Places, Request};
use proptest::prelude::*;
use simulated::world::{answered, world, World};
use simulated::{label, places, Memory};

fn index(extent: i64) -> BoxedStrategy<Index> {
    let end = || proptest::option::of(-extent - 2..=extent + 2);
    let step =
        prop_oneof![2 => Just(1i64), 1 => Just(-1i64), 2 => 1..=extent + 2, 1 => -extent - 2..0];
    let slice = (end(), end(), step);
    let slice = slice.prop_map(|(start, stop, step)| Index::Slice(Slice { start, stop, step }));
    if extent == 0 {
        return slice.boxed();
    }
    prop_oneof![4 => slice, 1 => (0..extent).prop_map(Index::At)].boxed()
}

fn case() -> impl Strategy<Value = (World, Vec<Index>)> {
    let extent = prop_oneof![1 => 0..=1i64, 4 => 2..=9i64, 1 => 10..=40i64];
    let shape = prop_oneof![
        4 => proptest::collection::vec(extent, 1),
        4 => proptest::collection::vec(0..=9i64, 2),
        1 => proptest::collection::vec(0..=6i64, 3),
        1 => Just(vec![]),
    ];
    shape.prop_flat_map(|shape| {
        let indices: Vec<_> = shape.iter().map(|&extent| index(extent)).collect();
        (world(shape), indices)
    })
}

/// The global indices of a dimension that an entry means.
fn meant(index: &Index, extent: i64) -> Vec<i64> {
    match index {
        Index::Slice(slice) => {
            let part = slice.resolve(0, extent).unwrap();
            (0..part.count)
                .map(|i| part.start + i * part.step)
                .collect()
        }
        Index::At(at) => vec![*at],
        _ => unreachable!(),
    }
}

fn asked(world: &World, dist: &Distribution, request: &Request) -> Vec<Places> {
    let listed = |&dim: &usize| matches!(dist.dims()[dim].map, Map::Unstructured(_));
    let ask = |dim: usize| {
        let questions = request.questions(dist, dim).unwrap();
        answered(&[Some(questions)], world, &[dim])
            .pop()
            .flatten()
            .unwrap()
    };
    (0..dist.ndim()).filter(listed).map(ask).collect()
}

proptest! {
    #![proptest_config(simulated::cases(3000))]

    #[test]
    fn owners_and_askers_agree((world, indices) in case()) {
        // Whoever asks: a rank outside of the grid too.
        let dist = world.dist(usize::MAX);
        let request = Request::new(&dist, &indices).unwrap();
        let owners = request.owners(&dist, &asked(&world, &dist, &request)).unwrap();
        let axes: Vec<usize> = (0..dist.ndim()).collect();
        let along: Vec<Vec<i64>> = indices.iter().zip(dist.shape()).map(|(index, n)| meant(index, n)).collect();
        let counts: Vec<i64> = along.iter().map(|indices| indices.len() as i64).collect();
        prop_assert_eq!(&request.counts()[..], &counts[..]);
        let mut arrived = 0;
        for rank in world.ranks() {
            let found = owners.iter().find(|owner| owner.0 == rank).map(|owner| owner.1.clone());
            let here = world.dist(rank);
            let heard = match request.is_empty() {
                true => request.clone(),
                false => Request::from_words(&here, &request.to_words()).unwrap(),
            };
            prop_assert_eq!(heard.share(&here, rank).unwrap(), found.clone());
            let Some(product) = found else { continue };
            let memory: Memory = world.filled(rank, &axes);
            let [from, to] = places(&product, &axes);
            for (from, to) in from.iter().zip(&to) {
                let index: Vec<i64> = to.iter().zip(&along).map(|(&at, indices)| indices[at as usize]).collect();
                prop_assert_eq!(memory.at(from), label(&index));
                arrived += 1;
            }
        }
        prop_assert_eq!(arrived, counts.iter().product::<i64>());
    }
}

#[test]
fn words_that_are_no_request_are_none() {
    let dist = World::of(&simulated_line()).dist(0);
    for words in [
        &[0, 1][..],
        &[0, 0, 2],
        &[0, 1, 11],
        &[-1, 1, 2],
        &[0, i64::MIN, 1],
        &[0, 1, i64::MIN],
        &[9, 1, 2],
    ] {
        assert_eq!(Request::from_words(&dist, words), None, "{words:?}");
    }
    assert!(Request::from_words(&dist, &[9, -1, 10]).is_some());
}

fn simulated_line() -> Distribution {
    use distarray_core::{Cuts, Dimension, Grid, GridOrder, Order};
    let grid = Grid::new(&[3], GridOrder::RowMajor).unwrap();
    Distribution::new(&[Dimension::block(10, 3, Cuts::Balanced)], grid, Order::C).unwrap()
}
