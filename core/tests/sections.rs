//! Sections tile the domain, and index maps are bijections.

mod simulated;

use std::collections::HashMap;
use std::sync::Arc;

use distarray_core::{
    Cuts, Dimension, Distribution, Grid, GridOrder, IndexList, Order, Owner, Slice, Stagger,
};
use proptest::prelude::*;
use simulated::{distribution, indices, ranks, whole};

proptest! {
    #![proptest_config(simulated::cases(300))]

    #[test]
    fn every_element_has_one_owner_and_one_place(dist in distribution(true)) {
        let mut owners: HashMap<Vec<i64>, usize> = HashMap::new();
        for rank in ranks(&dist) {
            let section = dist.section(rank);
            prop_assert_eq!(section.inside, dist.grid().coords(rank).is_some());
            prop_assert_eq!(section.owned().elements().unwrap() == 0 || !section.inside, section.is_empty());
            if section.is_empty() {
                prop_assert_eq!(section.elements().unwrap(), 0);
                prop_assert!(section.extents().iter().all(|&extent| extent == 0));
                continue;
            }
            for local in indices(&section.owned()) {
                let index = dist.to_global(rank, &local).unwrap().to_vec();
                prop_assert_eq!(dist.to_local(rank, &index).unwrap().unwrap().to_vec(), local);
                prop_assert_eq!(dist.owner(&index).unwrap(), Some(rank));
                let from_end: Vec<i64> = index.iter().zip(dist.shape()).map(|(at, extent)| at - extent).collect();
                prop_assert_eq!(dist.owner(&from_end).unwrap(), Some(rank));
                prop_assert_eq!(owners.insert(index, rank), None);
            }
        }
        let all = indices(&whole(&dist.shape()));
        prop_assert_eq!(owners.len(), all.len());
        for index in all {
            for rank in ranks(&dist) {
                prop_assert_eq!(dist.to_local(rank, &index).unwrap().is_some(), owners[&index] == rank);
            }
        }
    }

    #[test]
    fn indices_outside_are_errors(dist in distribution(true), dim in 0..3usize, beyond in 0..3i64) {
        prop_assume!(dim < dist.ndim());
        for wrong in [dist.shape()[dim] + beyond, -dist.shape()[dim] - 1 - beyond, i64::MIN, i64::MAX] {
            let mut index: Vec<i64> = dist.shape().iter().map(|_| 0).collect();
            index[dim] = wrong;
            prop_assert!(dist.owner(&index).is_err());
            prop_assert!(dist.to_local(0, &index).is_err());
            let mut local = index;
            local[dim] = wrong.max(dist.section(0).extents()[dim]);
            prop_assert!(dist.to_global(0, &local).is_err());
        }
    }

    /// Blocks are dealt out one by one.
    #[test]
    fn cyclic_maps_deal_in_turn(extent in 0..60i64, procs in 1..6usize, block in 1..9i64) {
        let dim = Dimension::cyclic(extent, procs, block);
        let mut hands = vec![vec![]; procs];
        let mut turn = 0;
        let mut index = 0;
        while index < extent {
            let end = (index + block).min(extent);
            hands[turn].extend(index..end);
            index = end;
            turn = (turn + 1) % procs;
        }
        for (coord, hand) in hands.iter().enumerate() {
            prop_assert_eq!(dim.count(coord), hand.len() as i64);
            for (position, &index) in (0..).zip(hand) {
                prop_assert_eq!(dim.owner(index), Owner::Coord(coord));
                prop_assert_eq!(dim.to_local(coord, index), Some(position));
                prop_assert_eq!(dim.to_global(coord, position), Some(index));
            }
            prop_assert_eq!(dim.to_global(coord, hand.len() as i64), None);
        }
    }

    /// The section of faces holds exactly the faces of the cells that the cell section holds.
    #[test]
    fn faces_surround_the_stored_cells(cells in simulated::dimension(1..=9i64, false), upper in any::<bool>()) {
        let grid = Grid::new(&[cells.procs], GridOrder::RowMajor).unwrap();
        let stagger = if upper { Stagger::FaceUpper } else { Stagger::Face };
        let cells = Distribution::new(&[cells], grid, Order::C).unwrap();
        let faces = cells.staggered(&[stagger]).unwrap();
        let periodic = cells.dims()[0].periodic;
        prop_assert_eq!(faces.shape()[0], cells.shape()[0] + i64::from(!periodic));
        for rank in ranks(&cells) {
            let (cell, face) = (cells.section(rank), faces.section(rank));
            prop_assert_eq!(cell.is_empty(), face.is_empty());
            if cell.is_empty() {
                continue;
            }
            let (cell, face) = (cell.dims[0], face.dims[0]);
            // Periodic upper faces are numbered by the cell below them.
            let shift = i64::from(periodic && upper);
            prop_assert_eq!(face.start - face.below, cell.start - cell.below - shift);
            prop_assert_eq!(face.start + face.count + face.above, cell.start + cell.count + cell.above + 1 - shift);
            for index in cell.start..cell.start + cell.count {
                let own = if upper { index + 1 - shift } else { index };
                prop_assert!((face.start..face.start + face.count).contains(&own));
            }
        }
    }

    #[test]
    fn boxes_give_back_the_distribution(dist in distribution(false)) {
        prop_assume!(dist.ndim() > 0);
        let boxes: Vec<_> = ranks(&dist)
            .map(|rank| {
                let section = dist.section(rank);
                if section.is_empty() { whole(&vec![0; dist.ndim()]) } else { section.global() }
            })
            .collect();
        let inferred = Distribution::from_boxes(&boxes, dist.dims(), Order::C);
        if dist.shape().contains(&0) {
            return Ok(());
        }
        let inferred = inferred.unwrap();
        prop_assert_eq!(inferred.shape(), dist.shape());
        for rank in ranks(&dist) {
            let (want, got) = (dist.section(rank), inferred.section(rank));
            prop_assert_eq!(want.is_empty(), got.is_empty());
            if !want.is_empty() {
                prop_assert_eq!(want.dims, got.dims);
            }
        }
    }

    /// Moving one end of one box breaks the tiling, and the error says so; it never panics.
    #[test]
    fn a_moved_box_is_refused(dist in distribution(false), pick in any::<proptest::sample::Index>(), end in any::<bool>(), by in -3..=3i64) {
        prop_assume!(dist.ndim() > 0 && by != 0 && !dist.shape().contains(&0));
        let filled: Vec<usize> = ranks(&dist).filter(|&rank| !dist.section(rank).is_empty()).collect();
        let rank = *pick.get(&filled);
        let mut boxes: Vec<_> = ranks(&dist)
            .map(|rank| {
                let section = dist.section(rank);
                if section.is_empty() { whole(&vec![0; dist.ndim()]) } else { section.global() }
            })
            .collect();
        let moved = if end { &mut boxes[rank].lo[0] } else { &mut boxes[rank].hi[0] };
        *moved += by;
        prop_assert!(Distribution::from_boxes(&boxes, dist.dims(), Order::C).is_err());
    }
}

/// 5 x 9 in blocks of 2 x 2 dealt out on a 2 x 2 grid, with the local shapes that the original's tests state.
#[test]
fn block_cyclic_sections_of_the_original() {
    let dims = [Dimension::cyclic(5, 2, 2), Dimension::cyclic(9, 2, 2)];
    let dist = Distribution::new(
        &dims,
        Grid::new(&[2, 2], GridOrder::RowMajor).unwrap(),
        Order::C,
    )
    .unwrap();
    let shapes: Vec<Vec<i64>> = (0..4)
        .map(|rank| dist.section(rank).extents().to_vec())
        .collect();
    assert_eq!(shapes, [[3, 5], [3, 4], [2, 5], [2, 4]]);
}

#[test]
fn unstructured_dimensions_know_their_own() {
    let of = |coord: usize, indices: &[i64]| {
        let list = IndexList::new(0, Some(coord), indices.to_vec(), &[3, 2]).unwrap();
        let dims = [Dimension::unstructured(Arc::new(list)), Dimension::whole(2)];
        Distribution::new(
            &dims,
            Grid::new(&[2, 1], GridOrder::RowMajor).unwrap(),
            Order::C,
        )
        .unwrap()
    };
    let (zero, one) = (of(0, &[40, -7, 2]), of(1, &[0, i64::MAX]));
    assert_eq!(zero.shape()[..], [5, 2]);
    assert_eq!(zero.section(1).extents()[..], [2, 2]);
    assert_eq!(zero.to_local(0, &[-7, -1]).unwrap().unwrap()[..], [1, 1]);
    assert_eq!(zero.to_local(0, &[3, 0]).unwrap(), None);
    assert_eq!(one.to_global(1, &[1, 0]).unwrap()[..], [i64::MAX, 0]);
    assert_eq!(zero.owner(&[i64::MIN, 0]).unwrap(), None);
    let text = zero.to_local(1, &[0, 0]).unwrap_err().to_string();
    assert!(
        text.starts_with("dimension 0: it is unstructured"),
        "{text}"
    );
    assert!(zero.compatible(&zero.clone()));
    let short = IndexList::new(0, None, vec![], &[3, 1]).unwrap();
    let wrong = Dimension {
        extent: 5,
        ..Dimension::unstructured(Arc::new(short))
    };
    assert!(Distribution::new(
        &[wrong],
        Grid::new(&[2], GridOrder::RowMajor).unwrap(),
        Order::C
    )
    .is_err());
}

#[test]
fn a_point_lives_on_one_rank() {
    let dist =
        Distribution::new(&[], Grid::new(&[], GridOrder::RowMajor).unwrap(), Order::C).unwrap();
    assert_eq!(dist.section(0).elements(), Ok(1));
    assert!(dist.section(1).is_empty());
    assert_eq!(dist.owner(&[]), Ok(Some(0)));
    assert_eq!(dist.to_local(0, &[]).unwrap().unwrap()[..], []);
    assert_eq!(dist.to_global(0, &[]).unwrap()[..], []);
    assert!(dist.to_global(1, &[]).is_err());
}

#[test]
fn layouts_are_compared_by_what_they_mean() {
    let make = |dim: Dimension, order| {
        let grid = Grid::new(&[dim.procs], GridOrder::RowMajor).unwrap();
        Distribution::new(&[dim], grid, order).unwrap()
    };
    let balanced = make(Dimension::block(9, 2, Cuts::Balanced), Order::C);
    let explicit = make(
        Dimension::block(9, 2, Cuts::Explicit([0, 5, 9].into())).with_halo(1, 0),
        Order::C,
    );
    let irregular = make(
        Dimension::block(9, 2, Cuts::Explicit([0, 4, 9].into())),
        Order::C,
    );
    assert!(balanced.compatible(&explicit) && !balanced.same_layout(&explicit));
    assert!(!balanced.compatible(&irregular));
    let columns = make(Dimension::block(9, 2, Cuts::Balanced), Order::F);
    assert!(balanced.compatible(&columns) && !balanced.same_layout(&columns));
    let reversed = Grid::new(&[2], GridOrder::Ranks([1, 0].into())).unwrap();
    let swapped = Distribution::new(balanced.dims(), reversed, Order::C).unwrap();
    assert!(!balanced.compatible(&swapped));
}

#[test]
fn impossible_distributions_are_named() {
    let grid = |procs: &[usize]| Grid::new(procs, GridOrder::RowMajor).unwrap();
    let block = Dimension::block(9, 2, Cuts::Balanced);
    let text = |dims: &[Dimension], procs: &[usize]| {
        Distribution::new(dims, grid(procs), Order::C)
            .unwrap_err()
            .to_string()
    };
    assert!(text(std::slice::from_ref(&block), &[3])
        .starts_with("dimension 0: the number of processes 2 is not allowed; it must be 3"));
    assert!(text(std::slice::from_ref(&block), &[2, 1]).contains("2 entries given, 1 are needed"));
    assert!(text(&[block.clone(), Dimension::whole(-3)], &[2, 1])
        .starts_with("dimension 1: the extent -3"));
    assert!(text(&vec![Dimension::whole(1); 16], &[1]).contains("at most 15"));
    // Sections whose extents fit but whose number of elements does not.
    let huge = vec![Dimension::whole(1 << 40); 2];
    let huge = Distribution::new(&huge, grid(&[1, 1]), Order::C).unwrap();
    assert!(huge.section(0).elements().is_err());
    assert!(huge.section(0).owned().elements().is_err());
}

/// Values of every size, mostly absurd ones.
fn hostile() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -2..9i64,
        Just(i64::MAX),
        Just(i64::MAX - 1),
        Just(i64::MIN)
    ]
}

proptest! {
    #![proptest_config(simulated::cases(2000))]

    /// Absurd values are refused or computed with, and sections stay inside 63 bits; nothing panics.
    #[test]
    fn absurd_values_never_panic(
        extent in hostile(), kind in 0..5, procs in 0..4usize, block in hostile(), halo in [hostile(), hostile()],
        boundary in [hostile(), hostile()], periodic in any::<bool>(), index in hostile(), step in hostile(),
    ) {
        let dim = match kind {
            0 => Dimension::whole(extent),
            1 => Dimension::block(extent, procs, Cuts::Balanced),
            2 => Dimension::block(extent, procs, Cuts::Ceil),
            3 => Dimension::block(extent, procs, Cuts::RemainderLast),
            _ => Dimension::cyclic(extent, procs, block),
        };
        let dim = dim.with_periodic(periodic).with_halo(halo[0], halo[1]).with_boundary(boundary[0], boundary[1]);
        let small = Dimension { halo: [0, 0], boundary: [0, 0], ..dim.clone() };
        for dim in [dim, small] {
            let Ok(grid) = Grid::new(&[dim.procs], GridOrder::RowMajor) else { continue };
            let Ok(dist) = Distribution::new(&[dim], grid, Order::C) else { continue };
            let mut owned = 0;
            for rank in ranks(&dist) {
                let section = dist.section(rank);
                prop_assert!(section.elements().unwrap() >= section.owned().elements().unwrap());
                owned += section.dims[0].count;
                let local = dist.to_local(rank, &[index]);
                if let Ok(Some(local)) = local {
                    let wrapped = if index < 0 { index + extent } else { index };
                    prop_assert_eq!(dist.to_global(rank, &local).unwrap()[0], wrapped);
                }
                let _ = dist.to_global(rank, &[index]);
            }
            prop_assert_eq!(owned, extent);
            let _ = dist.staggered(&[Stagger::Face]);
            let _ = dist.staggered(&[Stagger::FaceUpper]);
            let slice = Slice { start: Some(index), stop: Some(block), step };
            if let Ok(child) = dist.slice(&[slice]) {
                for rank in ranks(&dist) {
                    dist.slice_window(&child, rank, &[slice]).unwrap();
                }
            }
        }
    }
}
