//! Slices and reductions of distributions.

mod simulated;

use distarray_core::slice::{self, Slice};
use distarray_core::{Code, Cuts, Dimension, Distribution, Grid, GridOrder, Order};
use proptest::prelude::*;
use simulated::{distribution, indices, ranks, whole};

fn slices() -> impl Strategy<Value = Vec<Slice>> {
    let end = || proptest::option::of(-12..12i64);
    let step = prop_oneof![3 => Just(1i64), 1 => 2..5i64];
    let slice = (end(), end(), step).prop_map(|(start, stop, step)| Slice { start, stop, step });
    proptest::collection::vec(slice, 3)
}

/// Checks a slice against its parent, element by element.
fn check(parent: &Distribution, slices: &[Slice]) -> Distribution {
    let child = parent.slice(slices).unwrap();
    let parts: Vec<_> = slices
        .iter()
        .zip(parent.shape())
        .enumerate()
        .map(|(dim, (slice, extent))| {
            let part = slice.resolve(dim, extent).unwrap();
            if part.count > 1 {
                part
            } else {
                slice::Progression {
                    step: 1,
                    start: part.start.max(0),
                    ..part
                }
            }
        })
        .collect();
    assert_eq!(
        child.shape().to_vec(),
        parts.iter().map(|part| part.count).collect::<Vec<_>>()
    );
    let above = |index: &[i64]| -> Vec<i64> {
        index
            .iter()
            .zip(&parts)
            .map(|(at, part)| part.start + part.step * at)
            .collect()
    };
    for index in indices(&whole(&child.shape())) {
        assert_eq!(
            child.owner(&index).unwrap(),
            parent.owner(&above(&index)).unwrap()
        );
    }
    for rank in ranks(parent) {
        let section = child.section(rank);
        let window = parent.slice_window(&child, rank, slices).unwrap();
        if section.is_empty() {
            continue;
        }
        // Padding included: what the child calls an element is that element in the parent's memory.
        for local in indices(&whole(&section.extents())) {
            let index: Vec<i64> = local
                .iter()
                .zip(&section.dims)
                .map(|(at, span)| span.start - span.below + at)
                .collect();
            let there: Vec<i64> = local
                .iter()
                .zip(&window)
                .map(|(at, window)| window.offset + window.step * at)
                .collect();
            let found = parent.to_global(rank, &there).unwrap();
            for (dim, part) in parts.iter().enumerate() {
                let dimension = &parent.dims()[dim];
                if !dimension.is_contiguous() {
                    continue;
                }
                let want = part.start + part.step * index[dim];
                let same = if dimension.periodic {
                    want.rem_euclid(dimension.extent)
                } else {
                    want
                };
                assert_eq!(
                    found[dim], same,
                    "rank {rank}, local {local:?}, dimension {dim}"
                );
                let span = section.dims[dim];
                let inside = (0..part.count).contains(&index[dim]) || child.dims()[dim].periodic;
                let outer = [span.start == 0, span.start + span.count == part.count];
                let boundary = if index[dim] < span.start {
                    outer[0]
                } else {
                    outer[1]
                };
                // Ghosts are elements of the slice unless the parent's own reach beyond the domain.
                assert!(inside || boundary || !(0..dimension.extent).contains(&want));
            }
        }
        for local in indices(&section.owned()) {
            let there: Vec<i64> = local
                .iter()
                .zip(&window)
                .map(|(at, window)| window.offset + window.step * at)
                .collect();
            let index = child.to_global(rank, &local).unwrap();
            assert_eq!(
                parent
                    .to_local(rank, &above(&index))
                    .unwrap()
                    .unwrap()
                    .to_vec(),
                there
            );
        }
    }
    child
}

proptest! {
    #![proptest_config(simulated::cases(300))]

    #[test]
    fn elements_stay_with_their_owners(dist in distribution(false), slices in slices(), again in slices()) {
        let child = check(&dist, &slices[..dist.ndim()]);
        check(&child, &again[..dist.ndim()]);
    }

    #[test]
    fn cyclic_dimensions_keep_whole_rounds(
        extent in 0..40i64, procs in 2..4usize, block in 1..4i64, rounds in 0..4i64, stop in 0..45i64,
    ) {
        let dist = make(&[Dimension::cyclic(extent, procs, block)]);
        check(&dist, &[Slice::range((rounds * block * procs as i64).min(extent / (block * procs as i64) * block * procs as i64), stop)]);
    }

    #[test]
    fn reductions_keep_the_cuts_of_slices(dist in distribution(false), slices in slices(), drop in [any::<bool>(); 3]) {
        let child = dist.slice(&slices[..dist.ndim()]).unwrap();
        let dropped: Vec<i64> = (0..dist.ndim()).filter(|&dim| drop[dim]).map(|dim| dim as i64).collect();
        let reduced = child.reduce(&dropped).unwrap();
        for rank in ranks(&dist) {
            let before = child.section(rank);
            let lowest = before.inside && dropped.iter().all(|&dim| before.coords[dim as usize] == 0);
            let after = reduced.section(rank);
            prop_assert_eq!(after.inside, lowest);
            for (at, dim) in (0..dist.ndim()).filter(|&dim| !drop[dim]).enumerate() {
                if lowest {
                    prop_assert_eq!(after.dims[at].start, before.dims[dim].start);
                    prop_assert_eq!(after.dims[at].count, before.dims[dim].count);
                    prop_assert_eq!(reduced.dims()[at].padding(after.coords[at]), child.dims()[dim].padding(before.coords[dim]));
                }
            }
        }
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

/// Regression: the original rebuilt the bounds (0, 2), (2, 4) here.
#[test]
fn slice_then_reduce_keeps_irregular_bounds() {
    let dist = make(&[
        Dimension::block(15, 4, Cuts::Ceil),
        Dimension::block(6, 2, Cuts::Balanced),
    ]);
    let reduced = dist
        .slice(&[Slice::range(3, 7), Slice::FULL])
        .unwrap()
        .reduce(&[-1])
        .unwrap();
    let bounds: Vec<_> = (0..4).map(|coord| reduced.dims()[0].range(coord)).collect();
    assert_eq!(bounds, [0..1, 1..4, 4..4, 4..4]);
    assert_eq!(
        (0..8)
            .filter(|&rank| reduced.section(rank).inside)
            .collect::<Vec<_>>(),
        [0, 2, 4, 6]
    );
}

#[test]
fn ghosts_survive_where_the_neighbours_do() {
    let dim = Dimension::block(12, 3, Cuts::Balanced)
        .with_halo(2, 2)
        .with_boundary(1, 1);
    let dist = make(&[dim]);
    let padding = |slice: Slice| -> Vec<[i64; 2]> {
        let child = dist.slice(&[slice]).unwrap();
        (0..3)
            .map(|rank| child.section(rank).dims[0])
            .map(|span| [span.below, span.above])
            .collect()
    };
    assert_eq!(padding(Slice::FULL), [[1, 2], [2, 2], [2, 1]]);
    assert_eq!(padding(Slice::range(0, 9)), [[1, 1], [2, 1], [2, 0]]);
    assert_eq!(padding(Slice::range(3, 12)), [[0, 2], [1, 2], [1, 1]]);
    assert_eq!(padding(Slice::range(5, 7)), [[0, 0], [0, 0], [0, 0]]);
    assert_eq!(
        padding(Slice {
            start: None,
            stop: None,
            step: 2
        }),
        [[0, 0], [0, 0], [0, 0]]
    );
}

#[test]
fn what_cannot_be_sliced_is_named() {
    let dist = make(&[
        Dimension::block(9, 2, Cuts::Balanced),
        Dimension::cyclic(9, 2, 2),
    ]);
    let fail = |first, second| dist.slice(&[first, second]).unwrap_err();
    let down = Slice {
        start: None,
        stop: None,
        step: -1,
    };
    assert_eq!(fail(down, Slice::FULL).code(), Code::Unsupported);
    assert!(fail(Slice::FULL, Slice::range(2, 9))
        .to_string()
        .starts_with("dimension 1: a slice of a cyclic dimension"));
    assert!(fail(
        Slice {
            step: 0,
            ..Slice::FULL
        },
        Slice::FULL
    )
    .to_string()
    .starts_with("dimension 0: the step 0"));
    assert!(dist.slice(&[Slice::FULL]).is_err());
    assert_eq!(dist.slice(&[Slice::FULL, Slice::FULL]).unwrap(), dist);
}

#[test]
fn wrong_reductions_are_named() {
    let dist = make(&[Dimension::whole(3), Dimension::whole(4)]);
    assert_eq!(
        dist.reduce(&[2]).unwrap_err().to_string(),
        "there is no dimension 2; the array has 2, numbered from 0"
    );
    assert!(dist.reduce(&[i64::MIN]).is_err());
    assert!(dist
        .reduce(&[1, -1])
        .unwrap_err()
        .to_string()
        .starts_with("dimension 1"));
    assert_eq!(dist.reduce(&[0, 1]).unwrap().ndim(), 0);
    assert_eq!(dist.reduce(&[]).unwrap(), dist);
}
