//! What a sender tells a peer on its node before the first round: where in memory its elements are to be found.

use std::sync::Arc;

use distarray_core::{Code, Dims, Dtype, MAX_DIMS};

use crate::error::{Error, Result};
use crate::kernels::{Block, Memory};
use crate::mpi::shared::{self, Address, Signal};

/// A sender's offer to one peer, as words of a message.
///
/// The board is a part of shared memory of the sender that holds its signals and the buffers of what it stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub board: Address,
    /// Byte offset of the signal on the board.
    pub signal: u64,
    pub elements: Elements,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Elements {
    /// Packed on the board from this byte offset on.
    Staged(u64),
    /// In these blocks, one for each part of the message.
    Direct(Vec<Place>),
}

/// Where a block lies in a part of shared memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    part: Address,
    /// Bytes from the part's base to the block's first element.
    offset: i64,
    extents: Dims<i64>,
    strides: Dims<i64>,
}

/// Words before the places: kind, board, signal, staging.
const HEAD: usize = 1 + Address::WORDS + 2;
/// Words of one place: part, offset, number of dimensions, extents and strides.
const PLACE: usize = Address::WORDS + 2 + 2 * MAX_DIMS;

const NONE: u64 = 0;
const STAGED: u64 = 1;
const DIRECT: u64 = 2;

impl Place {
    /// `None` where the block lies in memory that is not shared.
    pub fn of(block: &Block) -> Option<Place> {
        Some(Place {
            part: shared::address_of(block.memory())?,
            offset: (block.base().addr() as i64).wrapping_sub(block.memory().base().addr() as i64),
            extents: block.extents().iter().copied().collect(),
            strides: block.strides().iter().copied().collect(),
        })
    }

    /// The peer's block, for reading.
    pub fn map(&self, dtype: Dtype) -> Result<Block> {
        let memory = shared::map(&self.part, false)?;
        Block::at(memory, self.offset, dtype, &self.extents, &self.strides)
    }

    fn write(&self, words: &mut Vec<u64>) {
        words.extend(self.part.to_words());
        words.extend([self.offset as u64, self.extents.len() as u64]);
        for list in [&self.extents, &self.strides] {
            let padded = list.iter().copied().chain(std::iter::repeat(0));
            words.extend(padded.take(MAX_DIMS).map(|entry| entry as u64));
        }
    }

    fn read(words: &[u64]) -> Option<Place> {
        let (part, rest) = words.split_at_checked(Address::WORDS)?;
        let (&[offset, ndim], lists) = rest.split_first_chunk()?;
        let ndim = usize::try_from(ndim)
            .ok()
            .filter(|&ndim| ndim <= MAX_DIMS)?;
        let list = |from: usize| -> Option<Dims<i64>> {
            let words = lists.get(from..from + ndim)?;
            Some(words.iter().map(|&word| word as i64).collect())
        };
        Some(Place {
            part: Address::from_words(part.try_into().ok()?),
            offset: offset as i64,
            extents: list(0)?,
            strides: list(MAX_DIMS)?,
        })
    }
}

impl Card {
    /// Bytes of any card, or of none, for a message of so many parts.
    pub fn bytes(parts: usize) -> usize {
        8 * (HEAD + parts * PLACE)
    }

    /// A sender that has nothing to offer says so.
    pub fn write(card: Option<&Card>, parts: usize) -> Vec<u8> {
        let mut words = Vec::with_capacity(HEAD + parts * PLACE);
        match card {
            None => words.push(NONE),
            Some(card) => {
                let (kind, staging) = match card.elements {
                    Elements::Staged(at) => (STAGED, at),
                    Elements::Direct(_) => (DIRECT, 0),
                };
                words.push(kind);
                words.extend(card.board.to_words());
                words.extend([card.signal, staging]);
                if let Elements::Direct(places) = &card.elements {
                    places.iter().for_each(|place| place.write(&mut words));
                }
            }
        }
        words.resize(HEAD + parts * PLACE, 0);
        words.iter().flat_map(|word| word.to_ne_bytes()).collect()
    }

    pub fn read(bytes: &[u8]) -> Option<Card> {
        let words = bytes
            .chunks_exact(8)
            .map(|word| word.try_into().map(u64::from_ne_bytes));
        let words: Vec<u64> = words.collect::<std::result::Result<_, _>>().ok()?;
        let (head, places) = words.split_at_checked(HEAD)?;
        let elements = match head[0] {
            STAGED => Elements::Staged(head[HEAD - 1]),
            DIRECT => Elements::Direct(
                places
                    .chunks(PLACE)
                    .map(Place::read)
                    .collect::<Option<_>>()?,
            ),
            _ => return None,
        };
        Some(Card {
            board: Address::from_words(head[1..=Address::WORDS].try_into().ok()?),
            signal: head[HEAD - 2],
            elements,
        })
    }
}

/// What a receiver found behind a card.
pub(super) struct Found {
    pub signal: Signal,
    pub elements: FoundElements,
}

pub(super) enum FoundElements {
    Staged(Arc<Memory>, usize),
    Direct(Vec<Block>),
}

impl Card {
    /// Maps what the card offers. Errors where the sender's memory cannot be reached: the message then takes another way.
    pub fn find(&self, dtypes: &[Dtype]) -> Result<Found> {
        let board = shared::map(&self.board, true)?;
        let elements = match &self.elements {
            Elements::Staged(at) => FoundElements::Staged(board.clone(), offset(*at)?),
            Elements::Direct(places) => FoundElements::Direct(
                places
                    .iter()
                    .zip(dtypes)
                    .map(|(place, &dtype)| place.map(dtype))
                    .collect::<Result<_>>()?,
            ),
        };
        Ok(Found {
            signal: Signal::new(&board, offset(self.signal)?)?,
            elements,
        })
    }
}

fn offset(word: u64) -> Result<usize> {
    usize::try_from(word).map_err(|_| {
        Error::new(
            Code::Internal,
            "a card with an offset beyond the address space",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_read_as_they_were_written() {
        let memory = shared::allocate(4096).unwrap();
        let board = shared::address_of(&memory).unwrap();
        let block = Block::at(memory, 16, Dtype::Float64, &[3, 5], &[8, -24]);
        assert!(block.is_err());
        let memory = shared::allocate(4096).unwrap();
        let block = Block::at(memory, 160, Dtype::Float64, &[3, 5], &[8, -24]).unwrap();
        let place = Place::of(&block).unwrap();
        let cards = [
            Card {
                board,
                signal: 256,
                elements: Elements::Staged(1024),
            },
            Card {
                board,
                signal: 0,
                elements: Elements::Direct(vec![place.clone(), place.clone()]),
            },
        ];
        for card in cards {
            let bytes = Card::write(Some(&card), 2);
            assert_eq!(bytes.len(), Card::bytes(2));
            assert_eq!(Card::read(&bytes), Some(card));
        }
        let nothing = Card::write(None, 2);
        assert_eq!(
            (nothing.len(), Card::read(&nothing)),
            (Card::bytes(2), None)
        );
        let there = place.map(Dtype::Float64).unwrap();
        assert_eq!(
            (there.extents(), there.strides()),
            (block.extents(), block.strides())
        );
    }

    #[test]
    fn damaged_cards_offer_nothing() {
        assert_eq!(Card::read(&[1, 2, 3]), None);
        let mut bytes = vec![0; Card::bytes(1)];
        bytes[0] = DIRECT as u8;
        let dimensions = 8 * (HEAD + Address::WORDS + 1);
        bytes[dimensions] = 200;
        assert_eq!(Card::read(&bytes), None);
    }
}
