//! A grid as numbers, and with other numbers for its ranks.

use super::{unravel, Grid, Numbering, Strides};
use crate::description::{garbled, write, Reader};
use crate::dims::{signed, to_dims};
use crate::{Dims, Error, Result};

const STRIDED: i64 = 0;
const LISTED: i64 = 1;

impl Grid {
    /// Appends extents, and strides or, where there are none, the number of each rank. Errors: no memory.
    pub fn describe(&self, words: &mut Vec<i64>) -> Result<()> {
        let dims: Dims<i64> = self.dims.iter().map(|&extent| signed(extent)).collect();
        write(words, &[signed(dims.len())])?;
        write(words, &dims)?;
        match &self.numbering {
            Numbering::Strided(Strides { base, strides }) => {
                write(words, &[STRIDED, *base])?;
                write(words, strides)
            }
            Numbering::Listed(list) => {
                write(words, &[LISTED])?;
                list.ranks
                    .iter()
                    .try_for_each(|&rank| write(words, &[signed(rank)]))
            }
        }
    }

    /// The grid that was described. Errors: numbers that describe none; no memory.
    pub fn described(words: &mut Reader) -> Result<Grid> {
        let ndim = words.count()?;
        let dims = (0..ndim).map(|_| words.count());
        let dims = to_dims(&dims.collect::<Result<Vec<_>>>()?)?;
        let row_major = Grid::new(&dims, super::GridOrder::RowMajor)?;
        let rank = |number: Option<i64>| {
            let rank = number.and_then(|number| usize::try_from(number).ok());
            rank.ok_or_else(garbled)
        };
        match words.word()? {
            STRIDED => {
                let base = words.word()?;
                let strides = to_dims(words.list(ndim)?)?;
                let strides = Strides { base, strides };
                row_major.relabelled(|coords| rank(strides.number(coords)))
            }
            LISTED => {
                let ranks = words.list(row_major.len())?;
                let mut ranks = ranks.iter();
                row_major.relabelled(|_| rank(ranks.next().copied()))
            }
            _ => Err(garbled()),
        }
    }

    /// The same coordinates with other numbers for their ranks. Errors: a number that two ranks get; no memory.
    pub fn renumbered(&self, number: impl Fn(usize) -> usize) -> Result<Grid> {
        self.relabelled(|coords| Ok(number(self.rank(coords))))
    }

    /// A grid of the same extents with a rank for each coordinates, which are passed in row-major order.
    fn relabelled(&self, mut rank: impl FnMut(&[usize]) -> Result<usize>) -> Result<Grid> {
        let (len, mut ranks) = (self.len(), Vec::new());
        let refused = |_| Error::Memory {
            what: "the rank list of the grid",
        };
        ranks.try_reserve_exact(len).map_err(refused)?;
        for position in 0..len {
            ranks.push(rank(&unravel(position, &self.dims))?);
        }
        Grid::listed(self.dims.clone(), &ranks, len)
    }
}
