//! One dimension dictionary.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// How the indices of a dimension are dealt to the coordinates of the process grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistType {
    Block,
    Cyclic,
    Unstructured,
}

/// What one rank says of one dimension.
///
/// Fields hold what was read, allowed or not: flags are numbers, because a foreign producer may write any. Methods
/// other than `dist_type` are meant for data that passed [`check_local`](super::check_local).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DimData {
    /// The letter `b`, `c` or `u`.
    pub dist_type: i32,
    /// 0 or 1.
    pub periodic: i32,
    /// Unstructured: 0 or 1.
    pub one_to_one: i32,
    /// Global extent; boundary padding counts, communication padding does not.
    pub size: i64,
    pub proc_grid_size: i64,
    pub proc_grid_rank: i64,
    /// Block and cyclic: first global index of the section.
    pub start: i64,
    /// Block: one past the last global index of the section.
    pub stop: i64,
    /// Block: widths below and above.
    pub padding: [i64; 2],
    /// Cyclic: indices dealt at a time; 0 stands for 1.
    pub block_size: i64,
    /// Unstructured: how many indices this rank holds.
    pub n_indices: i64,
    /// Unstructured: the indices, or `None` where they are not at hand.
    pub indices: Option<Arc<[i64]>>,
    /// Unstructured: tells the indices from others where they stay with another rank ([`DimData::without_indices`]).
    pub digest: Option<u64>,
}

impl DimData {
    pub const BLOCK: i32 = b'b' as i32;
    pub const CYCLIC: i32 = b'c' as i32;
    pub const UNSTRUCTURED: i32 = b'u' as i32;

    /// A section `start..stop` of a block dimension without padding.
    pub fn block(size: i64, [grid_rank, grid_size]: [i64; 2], start: i64, stop: i64) -> DimData {
        DimData {
            dist_type: DimData::BLOCK,
            size,
            proc_grid_size: grid_size,
            proc_grid_rank: grid_rank,
            start,
            stop,
            ..DimData::default()
        }
    }

    /// The section of coordinate `grid_rank` of a cyclic dimension.
    pub fn cyclic(size: i64, [grid_rank, grid_size]: [i64; 2], block_size: i64) -> DimData {
        DimData {
            dist_type: DimData::CYCLIC,
            size,
            proc_grid_size: grid_size,
            proc_grid_rank: grid_rank,
            start: grid_rank.checked_mul(block_size).unwrap_or(size),
            block_size,
            ..DimData::default()
        }
    }

    /// The section of an unstructured dimension that holds `indices`.
    pub fn unstructured(
        size: i64,
        [grid_rank, grid_size]: [i64; 2],
        indices: impl Into<Arc<[i64]>>,
    ) -> DimData {
        let indices = indices.into();
        DimData {
            dist_type: DimData::UNSTRUCTURED,
            size,
            proc_grid_size: grid_size,
            proc_grid_rank: grid_rank,
            n_indices: indices.len() as i64,
            indices: Some(indices),
            ..DimData::default()
        }
    }

    /// The same with padding.
    pub fn with_padding(self, padding: [i64; 2]) -> DimData {
        DimData { padding, ..self }
    }

    /// What a rank tells of itself where its indices stay with it: their digest in their place.
    pub fn without_indices(&self) -> DimData {
        let list = self
            .indices
            .as_ref()
            .filter(|_| self.dist_type() == Some(DistType::Unstructured));
        let digest = list.map(|list| {
            let mut hasher = DefaultHasher::new();
            list.hash(&mut hasher);
            hasher.finish()
        });
        DimData {
            indices: None,
            digest,
            ..self.clone()
        }
    }

    /// The meaning of the letter, or `None` for any other.
    pub fn dist_type(&self) -> Option<DistType> {
        match self.dist_type {
            DimData::BLOCK => Some(DistType::Block),
            DimData::CYCLIC => Some(DistType::Cyclic),
            DimData::UNSTRUCTURED => Some(DistType::Unstructured),
            _ => None,
        }
    }

    /// Whether this is the protocol's empty dictionary, which stands for an undistributed dimension (rule 3.6).
    pub fn is_unset(&self) -> bool {
        *self == DimData::default()
    }

    /// The indices dealt at a time.
    pub fn block_size(&self) -> i64 {
        if self.block_size == 0 {
            1
        } else {
            self.block_size
        }
    }

    /// The number of elements of the section along this dimension, padding included.
    pub fn count(&self) -> i64 {
        match self.dist_type() {
            Some(DistType::Block) => self.stop - self.start,
            Some(DistType::Cyclic) => self.cyclic_count(),
            Some(DistType::Unstructured) => self.n_indices,
            None => 0,
        }
    }

    /// Rule 4.3: whole rounds, and in the last one a whole block before the turn ends, what is left where it ends.
    fn cyclic_count(&self) -> i64 {
        let block = self.block_size();
        let blocks = self.size / block;
        let rounds = blocks / self.proc_grid_size;
        let turn = blocks % self.proc_grid_size;
        let rest = match self.proc_grid_rank.cmp(&turn) {
            std::cmp::Ordering::Less => block,
            std::cmp::Ordering::Equal => self.size % block,
            std::cmp::Ordering::Greater => 0,
        };
        rounds * block + rest
    }
}
