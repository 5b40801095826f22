//! Where the elements of unstructured dimensions lie: questions to a directory that the ranks keep together.

use std::collections::BTreeMap;

use distarray_core::directory::{Directory, Places, Questions};
use distarray_core::redistribute::questions;
use distarray_core::{Code, Dims, Distribution, Map};

use crate::array::Dist;
use crate::error::{Error, Result};
use crate::mpi::Comm;

/// The places of the elements of both ends at the other one, per dimension, as the core asks for them.
pub type BothPlaces = [Vec<Option<Places>>; 2];

/// Collective: asks for the places of this rank's elements of `from` in `to`, and the other way round. Local, and nothing is
/// asked, where neither has an unstructured dimension.
pub fn places(from: &Dist, to: &Dist, axes: Option<&[usize]>) -> Result<BothPlaces> {
    let (comm, dists) = (from.comm(), [from.map(), to.map()]);
    if !dists.iter().any(|dist| dist.dims().iter().any(is_listed)) {
        return Ok([vec![], vec![]]);
    }
    let rank = Some(comm.rank());
    let asked = questions(dists[0], dists[1], [rank, rank], axes).map_err(Error::from);
    let asked = comm.agree(asked)?;
    let directories = comm.agree(gather(comm, &dists)?)?;

    // Questions about the elements of one end go to the directory of the other.
    let mut requests: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for_each_list(&dists, &asked, axes, comm.rank(), |key, keeper, indices| {
        write(requests.entry(keeper).or_default(), key, indices);
    });
    let requests: Vec<_> = requests.into_iter().collect();
    let incoming = comm.agree(comm.sparse_exchange(&requests))?;
    let answers = incoming.into_iter().map(|(peer, words)| {
        let mut answer = Vec::new();
        for (key, indices) in Lists(&words) {
            let found = match directories.get(&key) {
                Some(directory) => directory.answer(indices)?,
                None => {
                    return Err(Error::new(
                        Code::Internal,
                        "a question to the wrong directory",
                    ))
                }
            };
            write(&mut answer, key, found.as_flattened());
        }
        Ok((peer, answer))
    });
    let answers: Result<Vec<_>> = answers.collect();
    let answers = comm.agree(comm.sparse_exchange(&comm.agree(answers)?))?;

    // Each keeper answered in the order in which it was asked.
    let mut lists: BTreeMap<usize, Lists> = answers
        .iter()
        .map(|(peer, words)| (*peer, Lists(words)))
        .collect();
    let mut told: BTreeMap<Key, Vec<Vec<[i64; 2]>>> = BTreeMap::new();
    for_each_list(&dists, &asked, axes, comm.rank(), |key, keeper, _| {
        let next = lists.get_mut(&keeper).and_then(Iterator::next);
        let places = next.map_or(&[][..], |(_, words)| words);
        let pairs = places.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
        told.entry(key).or_default().push(pairs.collect());
    });
    let places = |end: usize| -> Result<Vec<Option<Places>>> {
        let each = asked[end].iter().enumerate();
        each.map(|(dim, questions)| {
            let Some(questions) = questions else {
                return Ok(None);
            };
            let key = [1 - end, other_dim(axes, end, dim)];
            let told = told.remove(&key).unwrap_or_default();
            Ok(Some(questions.places(dim, &told)?))
        })
        .collect()
    };
    let mut places = places;
    let found = places(0).and_then(|source| Ok([source, places(1)?]));
    comm.agree(found)
}

/// An end, 0 for the source and 1 for the target, and a dimension of it.
type Key = [usize; 2];

/// A coordinate that owns indices, with pairs of index and position.
type Told<'a> = (usize, &'a [[i64; 2]]);

fn is_listed(dimension: &distarray_core::Dimension) -> bool {
    matches!(dimension.map, Map::Unstructured(_))
}

/// The dimension of the other end that a dimension of this one becomes.
fn other_dim(axes: Option<&[usize]>, end: usize, dim: usize) -> usize {
    match axes {
        None => dim,
        Some(axes) if end == 0 => axes[dim],
        Some(axes) => axes.iter().position(|&axis| axis == dim).unwrap_or(dim),
    }
}

/// Collective: tells the keepers of the directories who owns what; gives those that this rank keeps. The inner result is this
/// rank's own.
fn gather(comm: &Comm, dists: &[&Distribution; 2]) -> Result<Result<BTreeMap<Key, Directory>>> {
    let told = comm.agree(entries(comm, dists))?;
    let arrived = comm.agree(comm.sparse_exchange(&told))?;
    let mut lists: BTreeMap<Key, Vec<Told>> = BTreeMap::new();
    for (peer, words) in &arrived {
        for (key, words) in Lists(words) {
            let owner = dists[key[0]].section(*peer);
            if let (Some(&coord), (pairs, _)) = (owner.coords.get(key[1]), words.as_chunks()) {
                lists.entry(key).or_default().push((coord, pairs));
            }
        }
    }
    // A keeper of which nobody has told anything still answers.
    for (end, dist) in dists.iter().enumerate() {
        for (dim, _) in dist
            .dims()
            .iter()
            .enumerate()
            .filter(|(_, dimension)| is_listed(dimension))
        {
            lists.entry([end, dim]).or_default();
        }
    }
    let directories = lists
        .into_iter()
        .map(|(key, told)| Ok((key, Directory::new(key[1], told)?)));
    Ok(directories.collect())
}

/// What this rank tells each keeper.
fn entries(comm: &Comm, dists: &[&Distribution; 2]) -> Result<Vec<(usize, Vec<i64>)>> {
    let mut told: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for (end, dist) in dists.iter().enumerate() {
        let section = dist.section(comm.rank());
        if !section.inside {
            continue;
        }
        for (dim, dimension) in dist.dims().iter().enumerate() {
            let Map::Unstructured(list) = &dimension.map else {
                continue;
            };
            for (keeper, pairs) in list.entries()? {
                let mut coords = section.coords.clone();
                coords[dim] = keeper;
                let words = told.entry(dist.grid().rank(&coords)).or_default();
                write(words, [end, dim], pairs.as_flattened());
            }
        }
    }
    Ok(told.into_iter().collect())
}

/// Calls `visit` with the directory, the rank that keeps the part of it that is asked, and the indices, for every list of
/// questions, always in one order.
fn for_each_list(
    dists: &[&Distribution; 2],
    asked: &[Dims<Option<Questions>>; 2],
    axes: Option<&[usize]>,
    rank: usize,
    mut visit: impl FnMut(Key, usize, &[i64]),
) {
    for end in 0..2 {
        let keepers = dists[1 - end];
        for (dim, questions) in asked[end].iter().enumerate() {
            let Some(questions) = questions else {
                continue;
            };
            let other = other_dim(axes, end, dim);
            for (coord, indices) in &questions.asked {
                // Every rank with that coordinate keeps the list: those who ask are spread over them.
                let grid = keepers.grid();
                let spread = |procs: &usize| rank % procs.max(&1);
                let mut coords: Dims<usize> = grid.dims().iter().map(spread).collect();
                coords[other] = *coord;
                visit([1 - end, other], grid.rank(&coords), indices);
            }
        }
    }
}

/// Appends a list for a directory.
fn write(words: &mut Vec<i64>, key: Key, list: &[i64]) {
    words.extend(key.map(|entry| entry as i64));
    words.push(list.len() as i64);
    words.extend(list);
}

/// The lists that were written one after the other.
struct Lists<'a>(&'a [i64]);

impl<'a> Iterator for Lists<'a> {
    type Item = (Key, &'a [i64]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[end, dim, length], rest) = self.0.split_first_chunk()?;
        let (list, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        let key = [usize::try_from(end).ok()?, usize::try_from(dim).ok()?];
        Some((key, list)).filter(|(key, _)| key[0] < 2)
    }
}
