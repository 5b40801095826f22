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

impl Offsets {
    /// No offsets yet, of those that are below `limit`.
    pub fn below(limit: i64) -> Offsets {
        if limit <= 1 << 32 {
            Offsets::Narrow(Vec::new())
        } else {
            Offsets::Wide(Vec::new())
        }
    }

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

    /// Appends an offset below the limit. Errors: `Code::Memory`.
    #[inline(always)]
    pub fn push(&mut self, offset: i64) -> Result<()> {
        match self {
            Offsets::Narrow(list) => push(list, offset as u32),
            Offsets::Wide(list) => push(list, offset as u64),
        }
    }

    /// Gives back memory that no offset takes.
    pub fn shrink(&mut self) {
        match self {
            Offsets::Narrow(list) => list.shrink_to_fit(),
            Offsets::Wide(list) => list.shrink_to_fit(),
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

#[inline(always)]
fn push<T>(list: &mut Vec<T>, offset: T) -> Result<()> {
    if list.len() == list.capacity() {
        list.try_reserve(1).map_err(|_| refused())?;
    }
    list.push(offset);
    Ok(())
}

#[cold]
fn refused() -> Error {
    Error::new(Code::Memory, "memory for a list of indices was refused")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_bytes_serve_up_to_the_last_offset_that_fits() {
        assert!(Offsets::below(0).is_narrow());
        assert!(Offsets::below(1 << 32).is_narrow());
        assert!(!Offsets::below((1 << 32) + 1).is_narrow());
        let mut list = Offsets::below(1 << 32);
        list.push((1 << 32) - 1).unwrap();
        assert_eq!(list.largest(), Some((1 << 32) - 1));
        let mut list = Offsets::below(1 << 40);
        list.push(1 << 39).unwrap();
        assert_eq!((list.largest(), list.bytes()), (Some(1 << 39), 8));
    }

    #[test]
    fn offsets_are_read_as_they_were_written() {
        for limit in [1i64 << 32, i64::MAX] {
            for count in 0..6usize {
                let mut list = Offsets::below(limit);
                (0..count).for_each(|i| list.push(limit - 1 - i as i64).unwrap());
                let mut words = vec![];
                list.write(&mut words).unwrap();
                words.push(-7);
                let read = Offsets::read(&words, count, list.is_narrow()).unwrap();
                assert_eq!(read, Some((list, &[-7][..])));
                let short = Offsets::read(&words, 2 * words.len() + 1, limit <= 1 << 32);
                assert_eq!(short.unwrap(), None);
            }
        }
    }
}
