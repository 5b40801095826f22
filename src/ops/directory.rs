//! Where the elements of unstructured dimensions lie: questions to a directory that the ranks keep together.

use std::collections::BTreeMap;

use distarray_core::directory::{keeper, Directory, Places, Questions};
use distarray_core::redistribute::{questions, Asked, Found};
use distarray_core::{Code, Dimension, Dims, Distribution, Map};

use crate::error::{Error, Result};
use crate::mpi::Comm;

/// Which of the distributions, and which dimension of it.
pub type Key = [usize; 2];

/// The places of the elements of both ends at the other one, per dimension, as the core asks for them.
pub type BothPlaces = [Vec<Option<Places>>; 2];

pub fn is_listed(dimension: &Dimension) -> bool {
    matches!(dimension.map, Map::Unstructured(_))
}

/// Collective: asks for the places of this rank's elements of the first distribution in the second, and the other way round. The
/// process counts as one rank in the one and as another in the other. Local, and nothing is asked, where neither has an
/// unstructured dimension.
pub fn places(
    comm: &Comm,
    dists: [&Distribution; 2],
    ranks: [Option<usize>; 2],
    axes: Option<&[usize]>,
) -> Result<BothPlaces> {
    if !dists.iter().any(|dist| dist.dims().iter().any(is_listed)) {
        return Ok([vec![], vec![]]);
    }
    let asked = questions(dists[0], dists[1], ranks, axes).map_err(Error::from);
    let asked = comm.agree(asked)?;
    // Questions about the elements of one end go to the directory of the other.
    let other_dim = |end: usize, dim: usize| match axes {
        None => dim,
        Some(axes) if end == 0 => axes[dim],
        Some(axes) => axes.iter().position(|&axis| axis == dim).unwrap_or(dim),
    };
    let mut list = Vec::new();
    for (end, dims) in asked.iter().enumerate() {
        for (dim, questions) in dims.iter().enumerate() {
            if let Some(questions) = questions {
                list.push(([1 - end, other_dim(end, dim)], questions));
            }
        }
    }
    let mut answers = ask(comm, &dists, &list)?.into_iter();
    let mut take = |dims: &[Option<Questions>]| -> Vec<Option<Places>> {
        let each = dims
            .iter()
            .map(|asked| asked.as_ref().and_then(|_| answers.next()));
        each.collect()
    };
    Ok([take(&asked[0]), take(&asked[1])])
}

/// Collective: who owns what a reshape asks about, of elements of the first distribution in the second and the other way round.
/// Local, and nothing is asked, where neither has an unstructured dimension.
pub fn found(
    comm: &Comm,
    dists: [&Distribution; 2],
    asked: [Dims<Option<Asked>>; 2],
) -> Result<[Vec<Option<Found>>; 2]> {
    if !dists.iter().any(|dist| dist.dims().iter().any(is_listed)) {
        return Ok([vec![], vec![]]);
    }
    let mut list = Vec::new();
    for (end, dims) in asked.iter().enumerate() {
        for (dim, asked) in dims.iter().enumerate() {
            if let Some(asked) = asked {
                list.push(([1 - end, dim], &asked.questions));
            }
        }
    }
    let mut answers = ask(comm, &dists, &list)?.into_iter();
    let mut each =
        |asked: Option<Asked>| asked.and_then(|asked| Some(asked.found(answers.next()?)));
    Ok(asked.map(|dims| dims.into_iter().map(&mut each).collect()))
}

/// Collective: the answers to some questions about unstructured dimensions of these distributions, in their order.
pub fn ask(
    comm: &Comm,
    dists: &[&Distribution],
    asked: &[(Key, &Questions)],
) -> Result<Vec<Places>> {
    let directories = comm.agree(gather(comm, dists)?)?;
    let mut requests: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for_each_list(comm, dists, asked, |key, rank, indices| {
        write(requests.entry(rank).or_default(), key, indices);
    });
    let requests: Vec<_> = requests.into_iter().collect();
    let incoming = comm.agree(comm.sparse_exchange(&requests))?;
    let answer = |(peer, words): (usize, Vec<i64>)| {
        let mut answer = Vec::new();
        for (key, indices) in Lists(&words) {
            let Some(directory) = directories.get(&key) else {
                let text = "a question to a rank that keeps no such directory";
                return Err(Error::new(Code::Internal, text));
            };
            write(&mut answer, key, directory.answer(indices)?.as_flattened());
        }
        Ok((peer, answer))
    };
    let answers: Result<Vec<_>> = incoming.into_iter().map(answer).collect();
    let answers = comm.agree(comm.sparse_exchange(&comm.agree(answers)?))?;

    // Each keeper answered in the order in which it was asked.
    let mut lists: BTreeMap<usize, Lists> = BTreeMap::new();
    for (peer, words) in &answers {
        lists.insert(*peer, Lists(words));
    }
    let mut told = Vec::new();
    for_each_list(comm, dists, asked, |_, rank, _| {
        let next = lists.get_mut(&rank).and_then(Iterator::next);
        let (pairs, _) = next.map_or(&[][..], |(_, words)| words).as_chunks();
        told.push(pairs.to_vec());
    });
    let mut told = told.into_iter();
    let places = asked.iter().map(|(key, questions)| {
        let answers: Vec<_> = told.by_ref().take(questions.asked.len()).collect();
        Ok(questions.places(key[1], &answers)?)
    });
    comm.agree(places.collect())
}

/// A coordinate that owns indices, with pairs of index and position.
type Told<'a> = (usize, &'a [[i64; 2]]);

/// Collective: tells the keepers of the directories who owns what; gives those that this rank keeps. The inner result is this
/// rank's own.
fn gather(comm: &Comm, dists: &[&Distribution]) -> Result<Result<BTreeMap<Key, Directory>>> {
    let told = comm.agree(entries(comm, dists))?;
    let arrived = comm.agree(comm.sparse_exchange(&told))?;
    let mut lists: BTreeMap<Key, Vec<Told>> = BTreeMap::new();
    for (peer, words) in &arrived {
        for (key, words) in Lists(words) {
            let owner = dists.get(key[0]).map(|dist| dist.section(*peer));
            let coord = owner.and_then(|owner| owner.coords.get(key[1]).copied());
            if let (Some(coord), (pairs, _)) = (coord, words.as_chunks()) {
                lists.entry(key).or_default().push((coord, pairs));
            }
        }
    }
    // A keeper of whom nobody has told anything still answers.
    for (at, dist) in dists.iter().enumerate() {
        for (dim, _) in dist
            .dims()
            .iter()
            .enumerate()
            .filter(|(_, dim)| is_listed(dim))
        {
            lists.entry([at, dim]).or_default();
        }
    }
    let directories = lists
        .into_iter()
        .map(|(key, told)| Ok((key, Directory::new(key[1], told)?)));
    Ok(directories.collect())
}

/// What this rank tells each keeper.
fn entries(comm: &Comm, dists: &[&Distribution]) -> Result<Vec<(usize, Vec<i64>)>> {
    let mut told: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for (at, dist) in dists.iter().enumerate() {
        let section = dist.section(comm.rank());
        if !section.inside {
            continue;
        }
        for (dim, dimension) in dist.dims().iter().enumerate() {
            let Map::Unstructured(list) = &dimension.map else {
                continue;
            };
            for (coord, pairs) in list.entries()? {
                let mut coords = section.coords.clone();
                coords[dim] = coord;
                let words = told.entry(dist.grid().rank(&coords)).or_default();
                write(words, [at, dim], pairs.as_flattened());
            }
        }
    }
    Ok(told.into_iter().collect())
}

/// Calls `visit` with the directory, the rank that keeps the part of it that is asked, and the indices, for every list of
/// questions, always in one order.
fn for_each_list(
    comm: &Comm,
    dists: &[&Distribution],
    asked: &[(Key, &Questions)],
    mut visit: impl FnMut(Key, usize, &[i64]),
) {
    for &(key, questions) in asked {
        for (coord, indices) in &questions.asked {
            let rank = keeper(dists[key[0]].grid(), key[1], *coord, comm.rank());
            visit(key, rank, indices);
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
        let (&[at, dim, length], rest) = self.0.split_first_chunk()?;
        let (list, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some((
            [usize::try_from(at).ok()?, usize::try_from(dim).ok()?],
            list,
        ))
    }
}
