use std::sync::Arc;

use distarray_core::{Dims, Dtype, Order, Product, Run};

use super::Rng;
use crate::kernels::adjacent::adjacent;
use crate::kernels::copies::Place;
use crate::kernels::{Block, Memory};

/// Addresses of the elements in the order of a message.
fn addresses(block: &Block, product: &Product, order: Order) -> Vec<usize> {
    let along: Vec<Vec<i64>> = (0..block.ndim())
        .map(|dim| {
            let runs = product.dims[dim].iter();
            let positions =
                runs.flat_map(|run| run.positions().map(|at| at[0]).collect::<Vec<_>>());
            positions.collect()
        })
        .collect();
    let mut all = vec![block.base().addr() as i64];
    let dims: Vec<usize> = match order {
        Order::C => (0..block.ndim()).collect(),
        Order::F => (0..block.ndim()).rev().collect(),
    };
    for dim in dims {
        let stride = block.strides()[dim];
        let step = |&at: &i64| {
            along[dim]
                .iter()
                .map(move |position| at + position * stride)
        };
        all = all.iter().flat_map(step).collect();
    }
    all.into_iter().map(|address| address as usize).collect()
}

#[test]
fn a_message_lies_in_place_if_its_elements_follow_one_another() {
    let (mut rng, mut found) = (Rng(5), 0);
    for _ in 0..4000 {
        let ndim = rng.below(4) as usize;
        let mut strides = vec![0; ndim];
        let mut bytes = 8;
        let extents: Vec<i64> = (0..ndim).map(|_| 1 + rng.below(5)).collect();
        let backwards = rng.chance(6);
        for level in 0..ndim {
            let dim = if rng.chance(2) || ndim > 2 {
                ndim - 1 - level
            } else {
                level
            };
            if strides[dim] != 0 {
                continue;
            }
            strides[dim] = bytes;
            bytes *= extents[dim];
        }
        // A dimension that was passed over.
        for dim in 0..ndim {
            if strides[dim] == 0 {
                strides[dim] = bytes;
                bytes *= extents[dim];
            }
        }
        let memory = Memory::allocate(bytes as usize).unwrap();
        let block = Block::at(memory.clone(), 0, Dtype::Float64, &extents, &strides).unwrap();
        let runs = |extent: i64, rng: &mut Rng| {
            let length = 1 + rng.below(extent);
            let at = rng.below(extent - length + 1);
            let mut run = Run::new([at, 0], length);
            if backwards && length > 1 {
                run.at[0] = at + length - 1;
                run.step[0] = -1;
            }
            let more = at + length + 1 < extent && rng.chance(3);
            let mut list = vec![run];
            if more {
                list.push(Run::point([extent - 1, length]));
            }
            Arc::new(list)
        };
        let dims: Dims<Arc<Vec<Run>>> = extents.iter().map(|&n| runs(n, &mut rng)).collect();
        let product = Product { dims };
        let order = rng.pick(&[Order::C, Order::F]);
        let axes: Vec<usize> = (0..ndim).collect();
        let place = Place::In {
            block: &block,
            side: 0,
            axes: &axes,
        };
        let all = addresses(&block, &product, order);
        let follow = all.windows(2).all(|pair| pair[1] == pair[0] + 8);
        match adjacent(place, &product, order) {
            Some(spot) => {
                found += 1;
                assert!(follow, "{product:?} {strides:?}");
                assert_eq!(spot.start().addr(), all[0]);
                assert_eq!(spot.bytes(), 8 * all.len());
            }
            // Several runs that happen to follow one another are not looked for.
            None => assert!(
                !follow || product.dims.iter().any(|runs| runs.len() > 1),
                "{product:?} {strides:?}"
            ),
        }
    }
    assert!(found > 400, "{found}");
}
