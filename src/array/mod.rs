//! The distributed array: a distribution and this rank's section of it in memory.

pub mod build;
pub mod claim;
mod dist;
mod element;
mod select;

use std::sync::Arc;

use claim::Uses;
pub use dist::Dist;
use distarray_core::{Code, Dtype};
pub use element::check_cast;

use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::convert::convert;
use crate::kernels::memory::Memory;
use crate::mpi::agree::fingerprint;
use crate::mpi::shared;

pub struct Array {
    dist: Arc<Dist>,
    /// The whole local section, padding included.
    block: Block,
    /// By plans that are begun.
    uses: Arc<Uses>,
}

impl Array {
    /// Collective: zeroed memory of the library's own, packed in the distribution's order; where other ranks are on the node,
    /// memory that they can map.
    pub fn create(dist: &Arc<Dist>, dtype: Result<Dtype>) -> Result<Array> {
        let alone = dist.comm().node()?.len() == 1;
        let allocate = |dtype| {
            if dist.section().is_empty() {
                return Array::nothing(dist, dtype);
            }
            let (extents, strides, bytes) = dist.packed(dtype)?;
            // Where none can be shared, private memory serves.
            let shared = if alone {
                None
            } else {
                shared::allocate(bytes).ok()
            };
            let memory = match shared {
                Some(memory) => memory,
                None => Memory::allocate(bytes)?,
            };
            Block::new(memory, dtype, &extents, &strides)
        };
        Self::agree("darr_array_create", dist, dtype.and_then(allocate))
    }

    /// Collective: an array on memory that is already there. `block` is this rank's view of it, or why there is none.
    pub fn wrap(dist: &Arc<Dist>, block: Result<Block>) -> Result<Array> {
        let fits = block.and_then(|block| {
            let section = dist.section();
            let (have, need) = (block.extents(), section.extents());
            // A rank that owns nothing needs no memory, whatever the code allocated there.
            if section.is_empty() {
                return Array::nothing(dist, block.dtype());
            }
            if have.len() != need.len() {
                let text = format!("the memory has {} dimensions, the distribution {}", have.len(), need.len());
                return Err(Error::new(Code::Argument, text));
            }
            match (0..need.len()).find(|&d| have[d] != need[d]) {
                None => Ok(block),
                Some(d) => {
                    let span = &section.dims[d];
                    let text = format!(
                        "the memory has extent {} in dimension {d}, this rank's section {} ({} owned, padding {} below and {} above)",
                        have[d], need[d], span.count, span.below, span.above
                    );
                    Err(Error::new(Code::Argument, text))
                }
            }
        });
        Self::agree("darr_array_wrap", dist, fits)
    }

    fn agree(function: &'static str, dist: &Arc<Dist>, block: Result<Block>) -> Result<Array> {
        let dtype = block.as_ref().map_or(0, |block| block.dtype() as u64);
        let fields = [("the distribution", dist.identity()), ("the dtype", dtype)];
        let block = dist.comm().agree_on(function, &fields, block)?;
        Ok(Array {
            dist: dist.clone(),
            block,
            uses: Arc::default(),
        })
    }

    /// The block of a rank that owns nothing.
    pub fn nothing(dist: &Dist, dtype: Dtype) -> Result<Block> {
        Block::nothing(dist.map().ndim(), dtype)
    }

    pub fn dist(&self) -> &Arc<Dist> {
        &self.dist
    }

    pub fn dtype(&self) -> Dtype {
        self.block.dtype()
    }

    /// The whole local section, padding included.
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// The elements that this rank owns, without any padding.
    pub fn owned(&self) -> Block {
        if self.dist.section().is_empty() {
            return self.block.clone();
        }
        let owned = self.dist.section().owned();
        self.block
            .section(&owned)
            .expect("the owned region lies in the section")
    }

    /// As [`Dist::places`].
    pub fn places(&self) -> (impl Fn(usize, i64) -> i64 + '_, bool) {
        self.dist.places()
    }

    /// Local: the owned elements of `source`, converted as NumPy's `same_kind` rule allows.
    pub fn copy_from(&self, source: &Array) -> Result<()> {
        if !self.dist.comm().is(source.dist.comm())
            || !self.dist.map().compatible(source.dist.map())
        {
            let text =
                "source and target are distributed in different ways: use a redistribution plan";
            return Err(Error::new(Code::Argument, text));
        }
        if !source.dtype().can_cast(self.dtype(), true) {
            let text = format!(
                "{} does not convert to {} without losing its kind",
                source.dtype().name(),
                self.dtype().name()
            );
            return Err(Error::new(Code::Argument, text));
        }
        let (from, to) = (source.owned(), self.owned());
        if from.overlaps(&to) && from.base() != to.base() {
            return Err(Error::new(Code::Argument, "source and target share memory"));
        }
        convert(&from, &to)
    }

    /// The same on every rank for one distribution and dtype.
    pub fn identity(&self) -> u64 {
        fingerprint((self.dist.identity(), self.dtype() as i32))
    }
}
