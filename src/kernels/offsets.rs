//! Lists of offsets, in as few bytes each as the largest one needs.

use std::ops::Range;
use std::sync::Arc;

use distarray_core::Code;

use crate::error::{Error, Result};

/// Where single elements lie, counted from the first one of some block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offsets {
    /// Below 2^32: half the memory, and half of what a run has to read beside the elements.
    Narrow(Vec<u32>),
    Wide(Vec<u64>),
}

/// A part of a list of offsets.
#[derive(Clone, Debug)]
pub struct Part {
    list: Arc<Offsets>,
    range: Range<usize>,
}

/// The offsets of a part.
#[derive(Clone, Copy)]
pub(super) enum Listed<'a> {
    Narrow(&'a [u32]),
    Wide(&'a [u64]),
}

/// An offset of either width.
pub trait Offset: Copy + Default {
    /// The number is one that fits.
    fn of(number: i64) -> Self;

    fn list(offsets: Vec<Self>) -> Offsets;
}

impl Offset for u32 {
    #[inline(always)]
    fn of(number: i64) -> u32 {
        number as u32
    }

    fn list(offsets: Vec<u32>) -> Offsets {
        Offsets::Narrow(offsets)
    }
}

impl Offset for u64 {
    #[inline(always)]
    fn of(number: i64) -> u64 {
        number as u64
    }

    fn list(offsets: Vec<u64>) -> Offsets {
        Offsets::Wide(offsets)
    }
}

/// Whether all offsets below `limit` fit into four bytes.
pub fn are_narrow(limit: i64) -> bool {
    limit <= 1 << 32
}

/// A list of zeros. Errors: `Code::Memory`.
pub fn zeros<T: Offset>(count: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|_| refused())?;
    list.resize(count, T::default());
    Ok(list)
}

impl Offsets {
    pub fn count(&self) -> usize {
        match self {
            Offsets::Narrow(list) => list.len(),
            Offsets::Wide(list) => list.len(),
        }
    }

    /// Number of words that as many offsets take in a message.
    fn words(count: usize, narrow: bool) -> usize {
        if narrow {
            count.div_ceil(2)
        } else {
            count
        }
    }

    /// The offsets that a part wrote, and the words that follow. `None`: there are not as many. Errors: `Code::Memory`.
    pub fn read(words: &[i64], count: usize, narrow: bool) -> Result<Option<(Offsets, &[i64])>> {
        let Some((own, rest)) = words.split_at_checked(Offsets::words(count, narrow)) else {
            return Ok(None);
        };
        let list = if narrow {
            let mut list = zeros::<u32>(2 * own.len())?;
            for (pair, &word) in list.chunks_exact_mut(2).zip(own) {
                pair.copy_from_slice(&[word as u32, (word >> 32) as u32]);
            }
            list.truncate(count);
            Offsets::Narrow(list)
        } else {
            let mut list = zeros::<u64>(count)?;
            for (offset, &word) in list.iter_mut().zip(own) {
                *offset = word as u64;
            }
            Offsets::Wide(list)
        };
        Ok(Some((list, rest)))
    }
}

impl Part {
    /// `None`: the list is not as long.
    pub fn new(list: &Arc<Offsets>, range: Range<usize>) -> Option<Part> {
        let inside = range.start <= range.end && range.end <= list.count();
        inside.then(|| Part {
            list: list.clone(),
            range,
        })
    }

    pub fn whole(list: Offsets) -> Part {
        let range = 0..list.count();
        Part {
            list: Arc::new(list),
            range,
        }
    }

    pub fn count(&self) -> usize {
        self.range.len()
    }

    pub fn is_narrow(&self) -> bool {
        matches!(*self.list, Offsets::Narrow(_))
    }

    pub(super) fn listed(&self) -> Listed<'_> {
        match &*self.list {
            Offsets::Narrow(list) => Listed::Narrow(&list[self.range.clone()]),
            Offsets::Wide(list) => Listed::Wide(&list[self.range.clone()]),
        }
    }

    /// The largest offset; `None` of none.
    pub fn largest(&self) -> Option<u64> {
        match self.listed() {
            Listed::Narrow(list) => list.iter().max().map(|&offset| offset.into()),
            Listed::Wide(list) => list.iter().max().copied(),
        }
    }

    /// Bytes that the offsets take.
    pub fn bytes(&self) -> usize {
        self.count() * if self.is_narrow() { 4 } else { 8 }
    }

    /// Appends the offsets to a message. Errors: `Code::Memory`.
    pub fn write(&self, words: &mut Vec<i64>) -> Result<()> {
        let more = Offsets::words(self.count(), self.is_narrow());
        words.try_reserve_exact(more).map_err(|_| refused())?;
        match self.listed() {
            Listed::Narrow(list) => {
                let (pairs, last) = list.as_chunks::<2>();
                let word = |pair: &[u32; 2]| (u64::from(pair[1]) << 32 | u64::from(pair[0])) as i64;
                words.extend(pairs.iter().map(word));
                words.extend(last.iter().map(|&offset| i64::from(offset)));
            }
            Listed::Wide(list) => words.extend(list.iter().map(|&offset| offset as i64)),
        }
        Ok(())
    }
}

fn refused() -> Error {
    Error::new(Code::Memory, "memory for a list of indices was refused")
}
