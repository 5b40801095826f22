//! A distribution as numbers, for ranks that have no handle of it.
//!
//! The description of unstructured dimensions holds the number of indices of each coordinate, not the indices: whoever reads it
//! stands outside of the grid and owns none.

use std::sync::Arc;

use crate::dims::signed;
use crate::{
    Code, Cuts, Dimension, Dims, Distribution, Error, Grid, IndexList, Map, Order, Result,
};

/// Numbers that are read one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(&'a [i64]);

impl<'a> Reader<'a> {
    pub fn new(words: &'a [i64]) -> Reader<'a> {
        Reader(words)
    }

    /// Errors: the numbers are used up, here and below.
    pub fn word(&mut self) -> Result<i64> {
        Ok(self.list(1)?[0])
    }

    /// A number that is a count or an index of something in memory.
    pub fn count(&mut self) -> Result<usize> {
        usize::try_from(self.word()?).map_err(|_| garbled())
    }

    pub fn list(&mut self, length: usize) -> Result<&'a [i64]> {
        let (list, rest) = self.0.split_at_checked(length).ok_or_else(garbled)?;
        self.0 = rest;
        Ok(list)
    }

    /// What is left.
    pub fn rest(self) -> &'a [i64] {
        self.0
    }
}

/// Appends a list whose length the reader knows. Errors: no memory.
pub fn write(words: &mut Vec<i64>, list: &[i64]) -> Result<()> {
    let refused = |_| Error::Memory {
        what: "the description of a distribution",
    };
    words.try_reserve(list.len()).map_err(refused)?;
    words.extend_from_slice(list);
    Ok(())
}

const WHOLE: i64 = 0;
const BALANCED: i64 = 1;
const CEIL: i64 = 2;
const REMAINDER_LAST: i64 = 3;
const EXPLICIT: i64 = 4;
const CYCLIC: i64 = 5;
const UNSTRUCTURED: i64 = 6;

impl Distribution {
    /// Appends the description. Errors: no memory.
    pub fn describe(&self, words: &mut Vec<i64>) -> Result<()> {
        write(words, &[signed(self.ndim()), self.order() as i64])?;
        for dimension in self.dims() {
            dimension.describe(words)?;
        }
        self.grid().describe(words)
    }

    /// The distribution that was described, for a rank outside of its grid. Errors: numbers that describe none; no memory.
    pub fn described(words: &mut Reader) -> Result<Distribution> {
        let ndim = words.count()?;
        let order = i32::try_from(words.word()?).map_err(|_| garbled())?;
        let order = Order::from_code(order)?;
        if ndim > crate::MAX_DIMS {
            return Err(Error::TooManyDims { ndim });
        }
        let dims = (0..ndim).map(|dim| Dimension::described(dim, words));
        let dims = dims.collect::<Result<Dims<Dimension>>>()?;
        let grid = Grid::described(words)?;
        Distribution::new(&dims, grid, order)
    }

    /// The same distribution with other numbers for its ranks. Errors: a number that two ranks get; no memory.
    pub fn renumbered(&self, number: impl Fn(usize) -> usize) -> Result<Distribution> {
        Distribution::new(self.dims(), self.grid().renumbered(number)?, self.order())
    }
}

impl Dimension {
    fn describe(&self, words: &mut Vec<i64>) -> Result<()> {
        let flags = [i64::from(self.periodic), i64::from(self.at_faces)];
        write(words, &[self.extent, signed(self.procs)])?;
        write(words, &flags)?;
        write(words, &self.halo)?;
        write(words, &self.boundary)?;
        match &self.map {
            Map::Whole => write(words, &[WHOLE]),
            Map::Block(Cuts::Balanced) => write(words, &[BALANCED]),
            Map::Block(Cuts::Ceil) => write(words, &[CEIL]),
            Map::Block(Cuts::RemainderLast) => write(words, &[REMAINDER_LAST]),
            Map::Block(Cuts::Explicit(cuts)) => {
                write(words, &[EXPLICIT])?;
                write(words, cuts)
            }
            Map::Cyclic { block, phase } => write(words, &[CYCLIC, *block, *phase]),
            Map::Unstructured(list) => {
                write(words, &[UNSTRUCTURED])?;
                write(words, list.counts())
            }
        }
    }

    fn described(dim: usize, words: &mut Reader) -> Result<Dimension> {
        let (extent, procs) = (words.word()?, words.count()?);
        let (periodic, at_faces) = (words.word()? != 0, words.word()? != 0);
        let halo = [words.word()?, words.word()?];
        let boundary = [words.word()?, words.word()?];
        let map = match words.word()? {
            WHOLE => Map::Whole,
            BALANCED => Map::Block(Cuts::Balanced),
            CEIL => Map::Block(Cuts::Ceil),
            REMAINDER_LAST => Map::Block(Cuts::RemainderLast),
            EXPLICIT => {
                let count = procs.checked_add(1).ok_or_else(garbled)?;
                Map::Block(Cuts::Explicit(words.list(count)?.into()))
            }
            CYCLIC => Map::Cyclic {
                block: words.word()?,
                phase: words.word()?,
            },
            UNSTRUCTURED => {
                let counts = words.list(procs)?;
                Map::Unstructured(Arc::new(IndexList::new(dim, None, vec![], counts)?))
            }
            _ => return Err(garbled()),
        };
        Ok(Dimension {
            extent,
            map,
            procs,
            periodic,
            at_faces,
            halo,
            boundary,
        })
    }
}

pub(crate) fn garbled() -> Error {
    Error::new(
        Code::Internal,
        "the description of a distribution was not understood",
    )
}
