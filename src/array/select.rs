//! Views: a part of an array on the array's own memory.

use std::sync::Arc;

use distarray_core::slice::Index;

use super::{Array, Dist};
use crate::error::Result;

impl Array {
    /// Local: the part that the entries select, as NumPy reads them.
    pub fn select(&self, indices: &[Index]) -> Result<Array> {
        let (dist, rank) = (self.dist(), self.dist().comm().rank());
        let selected = dist.map().select(indices)?;
        let view = dist.map().view(&selected, rank, indices)?;
        let part = Dist::new(dist.comm(), selected);
        let block = if part.section().is_empty() {
            Array::nothing(&part, self.dtype())?
        } else {
            self.block()
                .view(&view.offset, &view.axes, &part.section().extents())?
        };
        Ok(Array {
            dist: part,
            block,
            uses: Arc::default(),
        })
    }
}
