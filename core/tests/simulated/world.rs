//! Distributions of all map kinds, as every rank sees them.

use std::sync::Arc;

use distarray_core::directory::{Directory, Places, Questions};
use distarray_core::redistribute::{
    questions, redistribute, reshape, reshape_questions, Asked, Found, MoveOptions, Reshape,
};
use distarray_core::{Dimension, Dims, Distribution, Grid, IndexList, Map, Moves, Order};
use proptest::prelude::*;

use super::{dimension_over, grid, label, ranks, Memory};

/// A distribution. Of an unstructured dimension it has the indices of all coordinates.
#[derive(Clone, Debug)]
pub struct World {
    pub dims: Vec<(Dimension, Vec<Vec<i64>>)>,
    pub grid: Grid,
}

impl World {
    pub fn of(dist: &Distribution) -> World {
        let dims = dist.dims().iter();
        World {
            dims: dims.map(|dimension| (dimension.clone(), vec![])).collect(),
            grid: dist.grid().clone(),
        }
    }

    /// The distribution as a rank knows it.
    pub fn dist(&self, rank: usize) -> Distribution {
        let coords = self.grid.coords(rank);
        let dims: Vec<Dimension> = (self.dims.iter().enumerate())
            .map(|(dim, (dimension, lists))| match &dimension.map {
                Map::Unstructured(_) => unstructured(lists, coords.as_ref().map(|it| it[dim])),
                _ => dimension.clone(),
            })
            .collect();
        Distribution::new(&dims, self.grid.clone(), Order::C).unwrap()
    }

    pub fn ranks(&self) -> std::ops::Range<usize> {
        ranks(&self.dist(usize::MAX))
    }

    /// Owned elements have the labels of their global indices, in the order of `axes`.
    pub fn filled(&self, rank: usize, axes: &[usize]) -> Memory {
        let dist = self.dist(rank);
        let mut memory = Memory::new(&dist, rank, -1);
        if !memory.section.is_empty() {
            for local in super::indices(&memory.section.owned()) {
                let index = dist.to_global(rank, &local).unwrap();
                let ordered: Vec<i64> = axes.iter().map(|&axis| index[axis]).collect();
                memory.set(&local, label(&ordered));
            }
        }
        memory
    }

    pub fn memories(&self, axes: &[usize]) -> Vec<Memory> {
        self.ranks().map(|rank| self.filled(rank, axes)).collect()
    }

    /// What the ranks of the grid tell each other: the directory at every coordinate of a dimension.
    fn directories(&self, dim: usize) -> Vec<Directory> {
        let (dimension, lists) = &self.dims[dim];
        let mut mail = vec![Vec::new(); dimension.procs];
        for coord in 0..lists.len() {
            let Map::Unstructured(list) = &unstructured(lists, Some(coord)).map else {
                unreachable!()
            };
            for (directory, entries) in list.entries().unwrap() {
                mail[directory].push((coord, entries));
            }
        }
        let told = |mail: &Vec<(usize, Vec<[i64; 2]>)>| {
            let told = mail.iter().map(|(coord, entries)| (*coord, &entries[..]));
            Directory::new(dim, told).unwrap()
        };
        mail.iter().map(told).collect()
    }
}

fn unstructured(lists: &[Vec<i64>], coord: Option<usize>) -> Dimension {
    let counts: Vec<i64> = lists.iter().map(|list| list.len() as i64).collect();
    let own = coord.map_or(vec![], |coord| lists[coord].clone());
    Dimension::unstructured(Arc::new(IndexList::new(0, coord, own, &counts).unwrap()))
}

/// The answers of the directories of `there` to questions about its dimensions `axes`.
pub fn answered(
    questions: &[Option<Questions>],
    there: &World,
    axes: &[usize],
) -> Vec<Option<Places>> {
    let ask = |(questions, &axis): (&Option<Questions>, &usize)| {
        let questions = questions.as_ref()?;
        let directories = there.directories(axis);
        let answer =
            |(coord, indices): &(usize, Vec<i64>)| directories[*coord].answer(indices).unwrap();
        let answers: Vec<_> = questions.asked.iter().map(answer).collect();
        Some(questions.places(axis, &answers).unwrap())
    };
    questions.iter().zip(axes).map(ask).collect()
}

pub fn inverse(axes: &[usize]) -> Vec<usize> {
    (0..axes.len())
        .map(|dim| axes.iter().position(|&axis| axis == dim).unwrap())
        .collect()
}

/// The plans of all processes.
pub fn plans(
    from: &World,
    to: &World,
    axes: &[usize],
    processes: &[[Option<usize>; 2]],
) -> Vec<Moves> {
    let plan = |&ranks: &[Option<usize>; 2]| {
        let (source, target) = (
            from.dist(ranks[0].unwrap_or(usize::MAX)),
            to.dist(ranks[1].unwrap_or(usize::MAX)),
        );
        let [forth, back] = questions(&source, &target, ranks, Some(axes)).unwrap();
        let places = [
            answered(&forth, to, axes),
            answered(&back, from, &inverse(axes)),
        ];
        let options = MoveOptions {
            axes: Some(axes),
            places: [&places[0], &places[1]],
        };
        redistribute(&source, &target, ranks, &options).unwrap()
    };
    processes.iter().map(plan).collect()
}

/// The reshapes of all processes.
pub fn reshapes(
    from: &World,
    to: &World,
    order: Order,
    processes: &[[Option<usize>; 2]],
) -> Vec<Reshape> {
    let found = |asked: Dims<Option<Asked>>, there: &World| -> Vec<Option<Found>> {
        let found = |(dim, asked): (usize, Option<Asked>)| {
            let asked = asked?;
            let places = answered(&[Some(asked.questions.clone())], there, &[dim]);
            places
                .into_iter()
                .flatten()
                .next()
                .map(|it| asked.found(it))
        };
        asked.into_iter().enumerate().map(found).collect()
    };
    let plan = |&ranks: &[Option<usize>; 2]| {
        let (source, target) = (
            from.dist(ranks[0].unwrap_or(usize::MAX)),
            to.dist(ranks[1].unwrap_or(usize::MAX)),
        );
        let [forth, back] = reshape_questions(&source, &target, ranks, order).unwrap();
        let found = [found(forth, to), found(back, from)];
        reshape(&source, &target, ranks, order, [&found[0], &found[1]]).unwrap()
    };
    processes.iter().map(plan).collect()
}

/// All kinds of maps over so many processes at most.
fn dimension(extent: i64, most: usize) -> BoxedStrategy<(Dimension, Vec<Vec<i64>>)> {
    let arithmetic = dimension_over(Just(extent), 1..=most, true).prop_map(|it| (it, vec![]));
    let shuffled = Just((0..extent).collect::<Vec<i64>>()).prop_shuffle();
    let listed = (shuffled, 1..=most).prop_flat_map(move |(indices, procs)| {
        proptest::collection::vec(0..procs, indices.len()).prop_map(move |coords| {
            let mut lists = vec![vec![]; procs];
            for (&index, coord) in indices.iter().zip(coords) {
                lists[coord].push(index);
            }
            (unstructured(&lists, None), lists)
        })
    });
    prop_oneof![4 => arithmetic, 1 => listed].boxed()
}

pub fn world(shape: Vec<i64>) -> impl Strategy<Value = World> {
    let most = [1, 6, 3, 2, 2, 1][shape.len().min(5)];
    let dims: Vec<_> = shape
        .into_iter()
        .map(|extent| dimension(extent, most))
        .collect();
    dims.prop_flat_map(|dims| {
        let procs: Dims<usize> = dims.iter().map(|(dimension, _)| dimension.procs).collect();
        grid(procs).prop_map(move |grid| World {
            dims: dims.clone(),
            grid,
        })
    })
}

/// Processes with their ranks in two communicators of these sizes: the same processes in the same order or in another one,
/// some of them, or none.
pub fn processes(sources: usize, targets: usize) -> impl Strategy<Value = Vec<[Option<usize>; 2]>> {
    let apart = sources + targets;
    let common = sources.max(targets);
    let order = prop_oneof![
        2 => Just((0..common).collect::<Vec<usize>>()),
        1 => Just((0..common).collect::<Vec<usize>>()).prop_shuffle(),
        1 => Just((0..apart).collect::<Vec<usize>>()).prop_shuffle(),
    ];
    order.prop_map(move |order| {
        let rank = |process: usize, ranks: usize| (process < ranks).then_some(process);
        let one =
            |(process, &other): (usize, &usize)| [rank(process, sources), rank(other, targets)];
        order.iter().enumerate().map(one).collect()
    })
}
