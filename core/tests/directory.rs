//! The distributed directory of unstructured dimensions, and what redistributions ask it.

mod simulated;

use std::sync::Arc;

use distarray_core::directory::{keeper, Directory, Questions, NOBODY};
use distarray_core::redistribute::{questions, redistribute, MoveOptions};
use distarray_core::{
    Code, Cuts, Dimension, Distribution, Grid, GridOrder, IndexList, Order, Places, Run,
};
use simulated::world::{plans, World};
use simulated::{run, same_ranks, Memory};

fn list(coord: usize, indices: &[i64], counts: &[i64]) -> IndexList {
    IndexList::new(0, Some(coord), indices.to_vec(), counts).unwrap()
}

fn world(lists: &[&[i64]]) -> World {
    let lists: Vec<Vec<i64>> = lists.iter().map(|list| list.to_vec()).collect();
    let counts: Vec<i64> = lists.iter().map(|list| list.len() as i64).collect();
    let unseen = IndexList::new(0, None, vec![], &counts).unwrap();
    World {
        dims: vec![(Dimension::unstructured(Arc::new(unseen)), lists)],
        grid: Grid::new(&[counts.len()], GridOrder::RowMajor).unwrap(),
    }
}

fn blocks(extent: i64, procs: usize) -> Distribution {
    let grid = Grid::new(&[procs], GridOrder::RowMajor).unwrap();
    let dim = Dimension::block(extent, procs, Cuts::Balanced);
    Distribution::new(&[dim], grid, Order::C).unwrap()
}

#[test]
fn entries_find_their_coordinate_and_come_back_as_places() {
    let counts = [3, 2];
    let lists = [list(0, &[7, -3, 100], &counts), list(1, &[-4, 0], &counts)];
    assert_eq!(
        lists[0].entries().unwrap(),
        [(0, vec![[100, 2]]), (1, vec![[-3, 1], [7, 0]])]
    );
    assert_eq!(lists[1].entries().unwrap(), [(0, vec![[-4, 0], [0, 1]])]);
    let even = Directory::new(0, [(0, &[[100, 2]][..]), (1, &[[-4, 0], [0, 1]])]).unwrap();
    assert_eq!(
        even.answer(&[0, 100, 6, 0]).unwrap(),
        [[1, 1], [0, 2], NOBODY, [1, 1]]
    );
    assert_eq!(even.answer(&[]).unwrap(), Vec::<[i64; 2]>::new());
    let odd = Directory::new(0, [(0, &[[-3, 1], [7, 0]][..])]).unwrap();

    let [first, _] = lists;
    let dimension = Dimension::unstructured(Arc::new(first));
    // Any list of indices, also with one twice.
    let asked = Questions::new(0, &dimension, [100, 7, -4, 7]).unwrap();
    assert_eq!(asked.asked, [(0, vec![-4, 100]), (1, vec![7, 7])]);
    let answers = [
        even.answer(&asked.asked[0].1).unwrap(),
        odd.answer(&asked.asked[1].1).unwrap(),
    ];
    let places = asked.places(0, &answers).unwrap();
    let found: Vec<_> = (0..5).map(|number| places.get(number)).collect();
    assert_eq!(
        found,
        [Some((0, 2)), Some((0, 0)), Some((1, 0)), Some((0, 0)), None]
    );
}

/// Ascending questions are found by short strides, others too.
#[test]
fn questions_in_any_order_are_answered() {
    let told: Vec<[i64; 2]> = (0..100).map(|at| [at * at - 50, at]).collect();
    let directory = Directory::new(0, [(3, &told[..])]).unwrap();
    let owner = |index: i64| {
        let found = told.iter().find(|entry| entry[0] == index);
        found.map_or(NOBODY, |entry| [3, entry[1]])
    };
    let up: Vec<i64> = (-60..10_100).collect();
    let down: Vec<i64> = up.iter().rev().copied().collect();
    let mixed: Vec<i64> = (0..500).map(|at| at * 7919 % 10_007 - 55).collect();
    let ends = vec![i64::MIN, i64::MAX, i64::MAX, i64::MIN, -50, 9751, 9751];
    for asked in [up, down, mixed, ends] {
        let want: Vec<_> = asked.iter().map(|&index| owner(index)).collect();
        assert_eq!(directory.answer(&asked).unwrap(), want);
    }
    assert_eq!(
        Directory::new(0, []).unwrap().answer(&[1]).unwrap(),
        [NOBODY]
    );
}

#[test]
fn indices_with_two_owners_or_none_are_named() {
    let twice = Directory::new(2, [(0, &[[5, 0]][..]), (3, &[[1, 0], [5, 1]])]).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "dimension 2: the index 5 is not allowed; it must be owned once; grid coordinates 0 and 3 own it"
    );
    let dimension = Dimension::unstructured(Arc::new(list(0, &[1], &[1])));
    let asked = Questions::new(1, &dimension, [9]).unwrap();
    let nobody = asked.places(1, &[vec![NOBODY]]).unwrap_err();
    assert_eq!(
        nobody.to_string(),
        "dimension 1: the index 9 is not allowed; it must be owned by a rank; nobody owns it"
    );
    for answers in [vec![], vec![vec![]], vec![vec![[0, 0], [0, 0]]]] {
        assert!(asked
            .places(1, &answers)
            .unwrap_err()
            .to_string()
            .contains("answers of the directory"));
    }
    assert!(Questions::new(0, &Dimension::whole(4), [0]).is_err());
    assert!(Questions::new(0, &Dimension::whole(4), [])
        .unwrap()
        .asked
        .is_empty());
}

#[test]
fn missing_and_wrong_places_are_named() {
    let from = world(&[&[0, 3], &[2, 1]]);
    let to = blocks(4, 2);
    let forth = |dist: &Distribution, to: &Distribution, options: &MoveOptions| {
        redistribute(dist, to, [Some(0), Some(0)], options)
    };
    // The source knows where its elements go; the target must ask where its elements come from.
    let asked = questions(&from.dist(0), &to, [Some(0); 2], None).unwrap();
    assert_eq!(
        (asked[0][0].is_some(), asked[1][0].is_some()),
        (false, true)
    );
    let error = forth(&from.dist(0), &to, &MoveOptions::default()).unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
    assert!(error.to_string().contains("must be asked first"), "{error}");
    let places = [Some(Places::default())];
    let options = MoveOptions {
        places: [&[], &places],
        ..MoveOptions::default()
    };
    let error = forth(&from.dist(0), &to, &options).unwrap_err().to_string();
    assert!(
        error.starts_with("dimension 0: the number of places 0"),
        "{error}"
    );
    let many = [None, None];
    let options = MoveOptions {
        places: [&many, &[]],
        ..MoveOptions::default()
    };
    assert!(forth(&from.dist(0), &to, &options).is_err());
    // Indices that the other end does not have.
    let beyond = world(&[&[0, 4], &[2, 1]]);
    let error = forth(&beyond.dist(0), &to, &MoveOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("dimension 0: the index 4 is not allowed; it must be 0 to 4 - 1"),
        "{error}"
    );
    let below = world(&[&[0, -1], &[2, 1]]);
    assert!(forth(&below.dist(0), &to, &MoveOptions::default()).is_err());
}

/// Between two unstructured maps any integers are indices.
#[test]
fn any_integers_move_between_lists() {
    let from = world(&[&[i64::MAX, -7, 12], &[], &[i64::MIN, 5]]);
    let to = world(&[&[5, i64::MIN], &[12, i64::MAX, -7]]);
    let processes = same_ranks(3);
    let moves = plans(&from, &to, &[0], &processes);
    let mut sources: Vec<Memory> = (0..3)
        .map(|rank| Memory::new(&from.dist(rank), rank, 0))
        .collect();
    for (memory, (_, lists)) in sources.iter_mut().zip(from.dims.iter().cycle()) {
        if memory.section.inside {
            memory.values = lists[memory.section.coords[0]].clone();
        }
    }
    let mut targets: Vec<Memory> = (0..3)
        .map(|rank| Memory::new(&to.dist(rank), rank, 0))
        .collect();
    run(&moves, &processes, &sources, &mut targets);
    for (memory, list) in targets.iter().zip(&to.dims[0].1) {
        assert_eq!(&memory.values, list);
    }
}

/// Lists that all ranks find alike need no questions and stay one run.
#[test]
fn like_lists_move_along() {
    let world = world(&[&[4, 2, 9], &[7]]);
    let dist = world.dist(0);
    let moves = redistribute(&dist, &dist, [Some(0); 2], &MoveOptions::default()).unwrap();
    assert_eq!(moves.local[0].dims[0][..], [Run::new([0, 0], 3)]);
}

#[test]
fn askers_share_the_keepers() {
    let grid = Grid::new(&[2, 3, 4], GridOrder::ColumnMajor).unwrap();
    let mut asked: Vec<usize> = (0..8).map(|asker| keeper(&grid, 1, 2, asker)).collect();
    for &rank in &asked {
        assert_eq!(grid.coords(rank).unwrap()[1], 2);
    }
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(asked.len(), 8);
    assert_eq!(keeper(&grid, 1, 2, 0), keeper(&grid, 1, 2, 8));
}
