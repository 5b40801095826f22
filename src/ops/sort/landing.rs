//! Where the sorted sequence arrives: an array of any distribution.

use std::sync::Arc;

use distarray_core::sort::Shares;
use distarray_core::{Code, Cuts, Dimension, Order};

use crate::array::{Array, Dist};
use crate::error::{Error, Result};
use crate::kernels::combine::Combine;
use crate::kernels::copy::unpack;
use crate::ops::channels::Leg;
use crate::ops::pick::line;
use crate::ops::plan::Plan;
use crate::ops::redistribute::moves;

/// An array of one dimension that the sequence is written to.
pub struct Landing<'a> {
    target: &'a Array,
    shares: Shares,
    /// Where the target's positions are no ranges, the sequence comes in blocks first.
    blocks: Option<Arc<Dist>>,
}

impl<'a> Landing<'a> {
    /// Local.
    pub fn new(target: &'a Array) -> Result<Landing<'a>> {
        let map = target.dist().map();
        if let Some(shares) = Shares::of(map) {
            let blocks = None;
            return Ok(Landing {
                target,
                shares,
                blocks,
            });
        }
        let extent = map.dims()[0].extent;
        let blocks = balanced(target, extent)?;
        let shares = Shares::of(blocks.map())
            .ok_or_else(|| Error::new(Code::Internal, "blocks without ranges"))?;
        Ok(Landing {
            target,
            shares,
            blocks: Some(blocks),
        })
    }

    /// Which positions the ranks have.
    pub fn shares(&self) -> &Shares {
        &self.shares
    }

    /// Collective: takes the elements of this rank's positions, of the target's type.
    pub fn land(&self, elements: &[u8]) -> Result<()> {
        match &self.blocks {
            None => {
                unpack(elements, Order::C, &self.target.owned());
                Ok(())
            }
            Some(blocks) => {
                let sorted = Array::create(blocks, Ok(self.target.dtype()))?;
                unpack(elements, Order::C, &sorted.owned());
                redistribute(&sorted, self.target)
            }
        }
    }
}

/// Equal blocks over all ranks of an array. Local.
pub fn balanced(array: &Array, extent: i64) -> Result<Arc<Dist>> {
    let procs = array.dist().comm().size();
    line(array, Dimension::block(extent, procs, Cuts::Balanced))
}

/// Collective: the elements of one array to another of the same extent and type, with claims or none of the caller's.
pub fn redistribute(from: &Array, to: &Array) -> Result<()> {
    let comm = from.dist().comm();
    let maps = [from, to].map(|array| array.dist().map());
    let moves = moves(comm, maps, None)?;
    let (order, combine) = (maps[0].order(), Combine::Insert);
    let leg = Leg::of(from.block(), to.block(), &moves, order, combine);
    Plan::new(comm, &[leg], 0)?.run()
}
