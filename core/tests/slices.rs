//! Slices and reductions of distributions.

mod simulated;

use distarray_core::slice::{expand, Index, Progression, Slice};
use distarray_core::{Code, Cuts, Dimension, Distribution, Grid, GridOrder, IndexList, Map, Order};
use proptest::prelude::*;
use simulated::{distribution, indices, ranks, whole};

fn slices() -> impl Strategy<Value = Vec<Slice>> {
    let end = || proptest::option::of(-12..12i64);
    let step = prop_oneof![3 => Just(1i64), 1 => 2..5i64, 1 => Just(-1i64), 1 => -5..-1i64];
    let slice = (end(), end(), step).prop_map(|(start, stop, step)| Slice { start, stop, step });
    proptest::collection::vec(slice, 3)
}

/// What the slices mean, dimension by dimension.
fn progressions(parent: &Distribution, slices: &[Slice]) -> Vec<Progression> {
    let resolve = |(dim, (slice, extent)): (usize, (&Slice, i64))| {
        let part = slice.resolve(dim, extent).unwrap();
        let short = Progression {
            step: 1,
            start: part.start.max(0),
            ..part
        };
        if part.count > 1 {
            part
        } else {
            short
        }
    };
    slices
        .iter()
        .zip(parent.shape())
        .enumerate()
        .map(resolve)
        .collect()
}

/// Checks a slice against its parent, element by element.
fn check(parent: &Distribution, slices: &[Slice]) -> Distribution {
    let child = parent.slice(slices).unwrap();
    let parts = progressions(parent, slices);
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
    fn slices_of_dealt_out_dimensions(
        extent in 0..60i64, procs in 1..7usize, block in 1..7i64, phase in 0..50i64,
        slices in proptest::collection::vec(dealt_slice(), 3), order in simulated::grid([4, 4].into_iter().collect()),
    ) {
        let dim = Dimension::cyclic(extent, procs, block).with_phase(phase % (block * procs as i64));
        let mut dists = vec![make(std::slice::from_ref(&dim))];
        if procs == 4 {
            let dims = [dim, Dimension::block(3, 4, Cuts::Ceil)];
            dists.push(Distribution::new(&dims, order, Order::C).unwrap());
        }
        for mut dist in dists {
            // Slices of slices have phases and reversed grids.
            for &slice in &slices {
                let selection = [slice, Slice { step: -1, ..Slice::FULL }];
                let selection = &selection[..dist.ndim()];
                match dist.slice(selection) {
                    Ok(_) => dist = check(&dist, selection),
                    Err(error) => {
                        prop_assert_eq!(error.code(), Code::Unsupported);
                        prop_assert!(!must_work(&dist.dims()[0], slice.step));
                    }
                }
            }
        }
    }

    #[test]
    fn selections_are_slices_without_single_indices(
        dist in distribution(true), at in proptest::collection::vec(0..1000i64, 3), kinds in proptest::collection::vec(0..4u8, 3),
        slices in slices(), negative in any::<bool>(), new in 0..4usize, ellipsis in any::<bool>(),
    ) {
        select(&dist, &at, &kinds, &slices, negative, new, ellipsis);
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

fn dealt_slice() -> impl Strategy<Value = Slice> {
    let end = || proptest::option::of(-70..70i64);
    let step = prop_oneof![2 => Just(1i64), 1 => Just(-1i64), 3 => 2..14i64, 2 => -14..-1i64];
    (end(), end(), step).prop_map(|(start, stop, step)| Slice { start, stop, step })
}

/// Steps that a dealt out dimension must take, whatever the ends.
fn must_work(dimension: &Dimension, step: i64) -> bool {
    let Map::Cyclic { block, .. } = dimension.map else {
        return true;
    };
    let (procs, step) = (dimension.procs as i64, step.abs());
    let in_turn = step % block == 0 && [1, procs - 1, 0].contains(&(step / block % procs));
    procs == 1 || block % step == 0 || in_turn
}

/// A selection of single indices and slices is the slice of the same extents with these dimensions removed.
fn select(
    dist: &Distribution,
    at: &[i64],
    kinds: &[u8],
    slices: &[Slice],
    negative: bool,
    new: usize,
    ellipsis: bool,
) {
    let single = |dim: usize| kinds[dim] == 0 && dist.shape()[dim] > 0;
    let cyclic = |dim: usize| matches!(dist.dims()[dim].map, Map::Cyclic { .. });
    let part = |dim: usize| match cyclic(dim) || kinds[dim] == 3 {
        true => Slice::FULL,
        false => slices[dim],
    };
    let mut indices = Vec::new();
    let mut ranges = Vec::new();
    for (dim, extent) in dist.shape().into_iter().enumerate() {
        if single(dim) {
            let at = at[dim] % extent;
            indices.push(Index::At(if negative { at - extent } else { at }));
            ranges.push(Slice::range(at, at + 1));
        } else {
            indices.push(Index::Slice(part(dim)));
            ranges.push(part(dim));
        }
    }
    // Trailing full slices may be left to an ellipsis.
    while ellipsis && indices.last() == Some(&Index::Slice(Slice::FULL)) {
        indices.pop();
    }
    let new = new.min(indices.len());
    indices.insert(new, Index::New);
    if ellipsis {
        indices.push(Index::Ellipsis);
    }
    let child = dist.select(&indices).unwrap();
    let sliced = dist.slice(&ranges).unwrap();
    let indices = expand(&indices, dist.ndim()).unwrap();
    for rank in ranks(dist) {
        let view = dist.view(&child, rank, &indices).unwrap();
        let window = dist.slice_window(&sliced, rank, &ranges).unwrap();
        let (here, there) = (child.section(rank), sliced.section(rank));
        assert_eq!(here.is_empty(), there.is_empty());
        assert_eq!(view.axes.len(), child.ndim());
        let mut axes = view.axes.iter().zip(&here.dims);
        let mut dim = 0;
        for index in &indices {
            match index {
                Index::New => {
                    let (axis, span) = axes.next().unwrap();
                    assert_eq!(*axis, None);
                    assert_eq!(span.count, i64::from(here.inside));
                    continue;
                }
                Index::Slice(_) => {
                    let (axis, span) = axes.next().unwrap();
                    if here.inside {
                        assert_eq!(*axis, Some((dim, window[dim].step)));
                    }
                    if !here.is_empty() {
                        assert_eq!(*span, there.dims[dim]);
                        assert_eq!(view.offset[dim], window[dim].offset);
                    }
                }
                _ if !here.is_empty() => {
                    // The slice of one element may have kept padding before it.
                    assert_eq!(view.offset[dim], window[dim].offset + there.dims[dim].below);
                }
                _ => {}
            }
            dim += 1;
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
    let third = Slice {
        step: 3,
        ..Slice::FULL
    };
    assert_eq!(fail(Slice::FULL, third).code(), Code::Unsupported);
    assert!(fail(Slice::FULL, third)
        .to_string()
        .starts_with("dimension 1: the step of a slice of a cyclic dimension"));
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

#[test]
fn selections_read_as_numpys() {
    let full = Index::Slice(Slice::FULL);
    let one = Index::At(1);
    for (given, want) in [
        (vec![], vec![full, full, full]),
        (vec![one], vec![one, full, full]),
        (vec![Index::Ellipsis, one], vec![full, full, one]),
        (
            vec![one, Index::Ellipsis, Index::New, one],
            vec![one, full, Index::New, one],
        ),
        (vec![one, one, one, Index::Ellipsis], vec![one, one, one]),
    ] {
        assert_eq!(expand(&given, 3).unwrap(), want);
    }
    assert!(expand(&[one; 4], 3)
        .unwrap_err()
        .to_string()
        .contains("4 entries given, 3"));
    assert!(expand(&[Index::Ellipsis; 2], 3).is_err());
}

#[test]
fn single_indices_leave_their_owners() {
    let dist = make(&[
        Dimension::block(10, 2, Cuts::Balanced).with_halo(1, 1),
        Dimension::cyclic(9, 3, 2),
    ]);
    let row = dist.select(&[Index::At(-3)]).unwrap();
    let inside: Vec<usize> = (0..6).filter(|&rank| row.section(rank).inside).collect();
    assert_eq!((row.shape().to_vec(), inside), (vec![9], vec![3, 4, 5]));
    let view = dist.view(&row, 3, &[Index::At(-3)]).unwrap();
    assert_eq!(
        (view.offset.to_vec(), view.axes.to_vec()),
        (vec![3, 0], vec![Some((1, 1))])
    );
    let point = dist.select(&[Index::At(0), Index::At(3)]).unwrap();
    assert_eq!((point.ndim(), point.owner(&[]).unwrap()), (0, Some(1)));
    let text = |indices: &[Index]| dist.select(indices).unwrap_err().to_string();
    assert!(text(&[Index::At(10)]).starts_with("dimension 0: index 10 is outside"));
    assert!(text(&[Index::At(0), Index::At(i64::MIN)]).starts_with("dimension 1: index"));
    assert!(text(&[Index::New; 14]).starts_with("16 dimensions are too many"));
}

#[test]
fn lists_are_taken_as_a_whole() {
    let list = IndexList::new(0, Some(0), vec![3, 1], &[2, 1]).unwrap();
    let grid = Grid::new(&[2, 1], GridOrder::RowMajor).unwrap();
    let dims = [Dimension::unstructured(list.into()), Dimension::whole(5)];
    let dist = Distribution::new(&dims, grid, Order::C).unwrap();
    let column = [Index::Ellipsis, Index::At(2)];
    let child = dist.select(&column).unwrap();
    assert_eq!(child.dims(), &dist.dims()[..1]);
    let view = dist.view(&child, 0, &column).unwrap();
    assert_eq!(
        (view.offset.to_vec(), view.axes.to_vec()),
        (vec![0, 2], vec![Some((0, 1))])
    );
    let down = Slice {
        step: -1,
        ..Slice::FULL
    };
    for wrong in [
        Index::At(0),
        Index::Slice(Slice::range(0, 2)),
        Index::Slice(down),
    ] {
        let error = dist.select(&[wrong]).unwrap_err();
        assert_eq!(error.code(), Code::Unsupported);
        assert!(error
            .to_string()
            .starts_with("dimension 0: it is unstructured"));
    }
}

#[test]
fn descending_slices_turn_the_grid_around() {
    let dist = make(&[Dimension::block(7, 3, Cuts::Balanced)
        .with_halo(1, 2)
        .with_boundary(3, 4)]);
    let down = Slice {
        step: -1,
        ..Slice::FULL
    };
    let child = dist.slice(&[down]).unwrap();
    let sections: Vec<_> = (0..3).map(|rank| child.section(rank).dims[0]).collect();
    let spans: Vec<_> = sections
        .iter()
        .map(|it| (it.start, it.count, it.below, it.above))
        .collect();
    assert_eq!(spans, [(4, 3, 2, 3), (2, 2, 2, 1), (0, 2, 4, 1)]);
    assert_eq!(child.slice(&[down]).unwrap().grid(), dist.grid());
    let windows: Vec<_> = (0..3)
        .map(|rank| dist.slice_window(&child, rank, &[down]).unwrap()[0])
        .map(|window| (window.offset, window.step))
        .collect();
    assert_eq!(windows, [(7, -1), (4, -1), (6, -1)]);
}
