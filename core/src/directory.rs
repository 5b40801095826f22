//! Who owns which index of an unstructured dimension: a directory that is itself distributed.
//!
//! The coordinate that [`Owner::Ask`] names keeps the entry of an index. The layers above carry the messages along, which
//! are lists of `i64`:
//!
//! ```text
//! every owner       IndexList::entries      ->  directory coordinate    Directory::new
//! whoever asks      Questions::asked        ->  directory coordinate    Directory::answer
//! directory         the answers             ->  whoever asks            Questions::places
//! ```
//! Entries go from each rank of the grid to the rank with that directory coordinate and the same coordinates in all other
//! dimensions, so that each rank at a directory coordinate keeps all its entries. [`keeper`] shares the questions out.

use std::collections::BTreeMap;

use crate::map::Owner;
use crate::{Dimension, Dims, Error, Grid, IndexList, Map, Result};

/// The answer about an index that nobody owns.
pub const NOBODY: [i64; 2] = [-1, -1];

/// What one directory coordinate knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Index and place, ascending by index.
    entries: Vec<(i64, [i64; 2])>,
}

/// What a rank asks about indices of an unstructured dimension.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Questions {
    /// Directory coordinate and indices, ascending by both.
    pub asked: Vec<(usize, Vec<i64>)>,
    /// Which of the rank's indices these are, counted in the order in which they were given.
    numbers: Vec<Vec<usize>>,
}

/// Where elements lie at the other end: the coordinate that owns them and the position among its elements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places(Vec<[i64; 2]>);

impl IndexList {
    /// What the calling rank tells the directory: for every coordinate that keeps some of its entries, ascending,
    /// pairs of index and position. Errors: no memory.
    pub fn entries(&self) -> Result<Vec<(usize, Vec<[i64; 2]>)>> {
        let mut entries: BTreeMap<usize, Vec<[i64; 2]>> = BTreeMap::new();
        for (index, position) in self.ascending() {
            let list = entries.entry(self.directory(index)).or_default();
            add(list, [index, position])?;
        }
        Ok(entries.into_iter().collect())
    }
}

impl Directory {
    /// The directory of one coordinate from what each owner coordinate told; `dim` names the dimension in errors.
    ///
    /// Errors: an index that two coordinates own; no memory.
    pub fn new<'a>(
        dim: usize,
        told: impl IntoIterator<Item = (usize, &'a [[i64; 2]])>,
    ) -> Result<Directory> {
        let mut entries = Vec::new();
        for (coord, list) in told {
            let coord = crate::dims::signed(coord);
            entries.try_reserve(list.len()).map_err(refused)?;
            entries.extend(
                list.iter()
                    .map(|&[index, position]| (index, [coord, position])),
            );
        }
        entries.sort_unstable();
        match entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            None => Ok(Directory { entries }),
            Some(pair) => {
                let [first, second] = [pair[0].1[0], pair[1].1[0]];
                let allowed = format!("owned once; grid coordinates {first} and {second} own it");
                Err(Error::Dimension {
                    dim,
                    what: "the index",
                    value: pair[0].0,
                    allowed,
                })
            }
        }
    }

    /// Coordinate and position of each index, [`NOBODY`] where it has no owner. Errors: no memory.
    pub fn answer(&self, asked: &[i64]) -> Result<Vec<[i64; 2]>> {
        let mut answers = Vec::new();
        answers.try_reserve_exact(asked.len()).map_err(refused)?;
        let mut at = 0;
        answers.extend(asked.iter().map(|&index| {
            at = self.find(at, index);
            let found = self.entries.get(at).filter(|entry| entry.0 == index);
            found.map_or(NOBODY, |entry| entry.1)
        }));
        Ok(answers)
    }

    /// The first entry whose index is not lower. Those of ascending questions lie close behind each other, so the
    /// search begins at the last one found and takes longer and longer strides.
    fn find(&self, from: usize, index: i64) -> usize {
        let lower = |at: usize| self.entries.get(at).is_some_and(|entry| entry.0 < index);
        let mut low = if from == 0 || lower(from - 1) {
            from
        } else {
            0
        };
        let mut stride = 1;
        while lower(low + stride - 1) {
            low += stride;
            stride *= 2;
        }
        let high = (low + stride).min(self.entries.len());
        low + self.entries[low..high].partition_point(|entry| entry.0 < index)
    }
}

impl Questions {
    /// What is to be asked about indices of a dimension, which is unstructured. Errors: it is not; no memory.
    pub fn new(
        dim: usize,
        dimension: &Dimension,
        indices: impl IntoIterator<Item = i64>,
    ) -> Result<Questions> {
        let indices = indices.into_iter();
        let mut asked = Vec::new();
        let most = indices.size_hint().1.unwrap_or(0);
        asked.try_reserve_exact(most).map_err(refused)?;
        for (number, index) in indices.enumerate() {
            let Owner::Ask(coord) = dimension.owner(index) else {
                let what = "it is not unstructured, and nobody needs to be asked";
                return Err(Error::DimensionUnsupported { dim, what });
            };
            add(&mut asked, (coord, index, number))?;
        }
        asked.sort_unstable();
        let mut questions = Questions::default();
        for group in asked.chunk_by(|a, b| a.0 == b.0) {
            let (mut indices, mut numbers) = (Vec::new(), Vec::new());
            indices.try_reserve_exact(group.len()).map_err(refused)?;
            numbers.try_reserve_exact(group.len()).map_err(refused)?;
            indices.extend(group.iter().map(|entry| entry.1));
            numbers.extend(group.iter().map(|entry| entry.2));
            add(&mut questions.asked, (group[0].0, indices))?;
            add(&mut questions.numbers, numbers)?;
        }
        Ok(questions)
    }

    /// The places of all indices from the answers, which are in the order of [`Questions::asked`].
    ///
    /// Errors: an index that nobody owns, answers of another number than questions, no memory.
    pub fn places(&self, dim: usize, answers: &[Vec<[i64; 2]>]) -> Result<Places> {
        let count = |lists: usize, answers: usize| match lists == answers {
            true => Ok(()),
            false => Err(Error::Count {
                what: "answers of the directory",
                got: answers,
                want: lists,
            }),
        };
        count(self.asked.len(), answers.len())?;
        let mut places = Vec::new();
        let total = self.numbers.iter().map(Vec::len).sum();
        places.try_reserve_exact(total).map_err(refused)?;
        places.resize(total, NOBODY);
        for (((_, asked), numbers), answers) in self.asked.iter().zip(&self.numbers).zip(answers) {
            count(asked.len(), answers.len())?;
            for ((&index, &number), &answer) in asked.iter().zip(numbers).zip(answers) {
                if answer[0] < 0 || answer[1] < 0 {
                    let allowed = "owned by a rank; nobody owns it".into();
                    return Err(Error::Dimension {
                        dim,
                        what: "the index",
                        value: index,
                        allowed,
                    });
                }
                places[number] = answer;
            }
        }
        Ok(Places(places))
    }
}

impl Places {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Coordinate and position at the other end of the element with this number.
    pub fn get(&self, number: usize) -> Option<(usize, i64)> {
        let &[coord, position] = self.0.get(number)?;
        Some((usize::try_from(coord).ok()?, position))
    }
}

/// The rank that an asker asks for entries of a directory coordinate: one of those that keep them, others for other askers.
pub fn keeper(grid: &Grid, dim: usize, coord: usize, asker: usize) -> usize {
    let mut rest = asker;
    let mut coords = Dims::new();
    for (at, &extent) in grid.dims().iter().enumerate() {
        if at == dim {
            coords.push(coord);
        } else {
            coords.push(rest % extent);
            rest /= extent;
        }
    }
    grid.rank(&coords)
}

/// Indices that a coordinate owns, which the calling rank must know, in the order of their positions.
///
/// Errors: an unstructured dimension at another coordinate than the calling rank's.
pub fn owned(
    dim: usize,
    dimension: &Dimension,
    coord: usize,
) -> Result<impl Iterator<Item = i64> + '_> {
    match &dimension.map {
        Map::Unstructured(list) if list.coord() != Some(coord) => {
            let what = "it is unstructured, and only ranks of the asked coordinate know which indices that owns";
            Err(Error::DimensionUnsupported { dim, what })
        }
        _ => Ok((0..dimension.count(coord))
            .map_while(move |position| dimension.to_global(coord, position))),
    }
}

fn add<T>(list: &mut Vec<T>, entry: T) -> Result<()> {
    list.try_reserve(1).map_err(refused)?;
    list.push(entry);
    Ok(())
}

fn refused<E>(_: E) -> Error {
    Error::Memory {
        what: "the directory of an unstructured dimension",
    }
}
