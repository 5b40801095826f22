//! Lists of offsets, in as few bytes each as the largest one needs.

use distarray_core::Code;

use crate::error::{Error, Result};

/// Where single elements lie, counted from the first one of some block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offsets {
    /// Below 2^32: half the memory, and half of what a run has to read beside the elements.
    Narrow(Vec<u32>),
    Wide(Vec<u64>),
}

/// An offset of either width.
pub trait Offset: Copy {
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

impl Offsets {
    pub fn count(&self) -> usize {
        match self {
            Offsets::Narrow(list) => list.len(),
            Offsets::Wide(list) => list.len(),
        }
    }

    pub fn is_narrow(&self) -> bool {
        matches!(self, Offsets::Narrow(_))
    }

    /// Bytes that the offsets take.
    pub fn bytes(&self) -> usize {
        self.count() * if self.is_narrow() { 4 } else { 8 }
    }

    /// The largest offset; `None` of none.
    pub fn largest(&self) -> Option<u64> {
        match self {
            Offsets::Narrow(list) => list.iter().max().map(|&offset| offset.into()),
            Offsets::Wide(list) => list.iter().max().copied(),
        }
    }

    /// Appends the offsets to a message. Errors: `Code::Memory`.
    pub fn write(&self, words: &mut Vec<i64>) -> Result<()> {
        let more = Offsets::words(self.count(), self.is_narrow());
        words.try_reserve_exact(more).map_err(|_| refused())?;
        match self {
            Offsets::Narrow(list) => {
                let (pairs, last) = list.as_chunks::<2>();
                let word = |pair: &[u32; 2]| (u64::from(pair[1]) << 32 | u64::from(pair[0])) as i64;
                words.extend(pairs.iter().map(word));
                words.extend(last.iter().map(|&offset| i64::from(offset)));
            }
            Offsets::Wide(list) => words.extend(list.iter().map(|&offset| offset as i64)),
        }
        Ok(())
    }

    /// Number of words that as many offsets take in a message.
    fn words(count: usize, narrow: bool) -> usize {
        if narrow {
            count.div_ceil(2)
        } else {
            count
        }
    }

    /// The offsets that were written, and the words that follow. `None`: there are not as many. Errors: `Code::Memory`.
    pub fn read(words: &[i64], count: usize, narrow: bool) -> Result<Option<(Offsets, &[i64])>> {
        let Some((own, rest)) = words.split_at_checked(Offsets::words(count, narrow)) else {
            return Ok(None);
        };
        let list = if narrow {
            let mut list = Vec::new();
            let room = 2 * own.len();
            list.try_reserve_exact(room).map_err(|_| refused())?;
            list.extend(
                own.iter()
                    .flat_map(|&word| [word as u32, (word >> 32) as u32]),
            );
            list.truncate(count);
            Offsets::Narrow(list)
        } else {
            let mut list = Vec::new();
            list.try_reserve_exact(count).map_err(|_| refused())?;
            list.extend(own.iter().map(|&word| word as u64));
            Offsets::Wide(list)
        };
        Ok(Some((list, rest)))
    }
}

fn refused() -> Error {
    Error::new(Code::Memory, "memory for a list of indices was refused")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_bytes_serve_up_to_the_last_offset_that_fits() {
        assert!(are_narrow(0) && are_narrow(1 << 32) && !are_narrow((1 << 32) + 1));
        let list = u32::list(vec![0, u32::of((1 << 32) - 1), 7]);
        assert_eq!((list.largest(), list.bytes()), (Some((1 << 32) - 1), 12));
        let list = u64::list(vec![u64::of(1 << 39)]);
        assert_eq!((list.largest(), list.bytes()), (Some(1 << 39), 8));
    }

    #[test]
    fn offsets_are_read_as_they_were_written() {
        for count in 0..6 {
            let narrow = u32::list([9, u32::MAX, 0, 7, 1 << 31][..count.min(5)].to_vec());
            let wide = u64::list([9, u64::MAX, 0, 7, 1 << 63][..count.min(5)].to_vec());
            for list in [narrow, wide] {
                let mut words = vec![];
                list.write(&mut words).unwrap();
                words.push(-7);
                let longer = Offsets::read(&words, 2 * words.len() + 1, list.is_narrow());
                assert_eq!(longer.unwrap(), None);
                let read = Offsets::read(&words, list.count(), list.is_narrow()).unwrap();
                assert_eq!(read, Some((list, &[-7][..])));
            }
        }
    }
}
