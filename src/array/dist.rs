//! A distribution together with the communicator whose ranks hold it.

use std::sync::Arc;

use distarray_core::{packed_strides, Code, Dimension, Dims, Distribution, Dtype, Map, Section};

use crate::error::{Error, Result};
use crate::mpi::agree::fingerprint;
use crate::mpi::comm::Comm;

pub struct Dist {
    comm: Arc<Comm>,
    map: Distribution,
    section: Section,
    identity: u64,
}

impl Dist {
    /// Collective: every rank built `map` from its own arguments; all must have built the same one.
    pub fn agree(
        function: &'static str,
        comm: &Arc<Comm>,
        map: Result<Distribution>,
    ) -> Result<Arc<Dist>> {
        let fields = match &map {
            Ok(map) => fields(map),
            Err(_) => Default::default(),
        };
        let map = comm.agree_on(function, &fields, map)?;
        Ok(Self::new(comm, map))
    }

    /// Local: a distribution that follows from others which the ranks agreed on before.
    pub fn new(comm: &Arc<Comm>, map: Distribution) -> Arc<Dist> {
        let section = map.section(comm.rank());
        let identity = fingerprint(fields(&map));
        Arc::new(Dist {
            comm: comm.clone(),
            map,
            section,
            identity,
        })
    }

    pub fn comm(&self) -> &Arc<Comm> {
        &self.comm
    }

    pub fn map(&self) -> &Distribution {
        &self.map
    }

    /// What the calling rank holds.
    pub fn section(&self) -> &Section {
        &self.section
    }

    /// The same number on every rank for the same distribution.
    pub fn identity(&self) -> u64 {
        self.identity
    }

    /// Whether arrays of both have the same elements, with the same padding, at the same places of every rank.
    pub fn same(&self, other: &Dist) -> bool {
        std::ptr::eq(self, other) || (self.comm.is(&other.comm) && self.map.same_layout(&other.map))
    }

    /// Extents, byte strides and bytes of this rank's section in packed memory.
    pub fn packed(&self, dtype: Dtype) -> Result<(Dims<i64>, Dims<i64>, usize)> {
        let extents = self.section.extents();
        let refused = || {
            let text =
                format!("a section of extents {extents:?} has more bytes than can be addressed");
            Error::new(Code::Memory, text)
        };
        let item = dtype.size() as i64;
        let strides = packed_strides(&extents, self.map.order(), item).map_err(|_| refused())?;
        let elements = self.section.elements().map_err(|_| refused())?;
        let bytes = elements
            .checked_mul(item)
            .and_then(|bytes| usize::try_from(bytes).ok());
        Ok((extents.clone(), strides, bytes.ok_or_else(refused)?))
    }

    /// The places of owned elements in row-major order of the global array, as the sum over the dimensions of what the function
    /// gives for a local index; and whether that ascends with the index.
    pub fn places(&self) -> (impl Fn(usize, i64) -> i64 + '_, bool) {
        let (map, section) = (self.map(), self.section());
        let mut steps: Dims<i64> = map.shape();
        let mut step = 1i64;
        for extent in steps.iter_mut().rev() {
            step = step.wrapping_mul(std::mem::replace(extent, step));
        }
        let listed = |dimension: &Dimension| matches!(dimension.map, Map::Unstructured(_));
        let ascending = !map.dims().iter().any(listed);
        let of = move |dim: usize, index: i64| {
            let global = map.dims()[dim].to_global(section.coords[dim], index);
            global.unwrap_or(0).wrapping_mul(steps[dim])
        };
        (of, ascending)
    }

    /// As [`Distribution::normalize`].
    pub fn normalize(&self, index: &[i64]) -> Result<Dims<i64>> {
        Ok(self.map.normalize(index)?)
    }
}

pub(super) const FIELDS: usize = 7;

/// Everything that must be equal on all ranks, by names that an error text can use.
pub(super) fn fields(map: &Distribution) -> [(&'static str, u64); FIELDS] {
    let dims = map.dims();
    let hash = |of: &dyn Fn(usize) -> u64| fingerprint((0..dims.len()).map(of).collect::<Vec<_>>());
    [
        ("the global extents", hash(&|d| dims[d].extent as u64)),
        ("the maps", hash(&|d| map_fingerprint(&dims[d].map))),
        ("the process grid", fingerprint(map.grid())),
        (
            "the periodic dimensions",
            hash(&|d| dims[d].periodic as u64),
        ),
        ("the halo widths", hash(&|d| fingerprint(dims[d].halo))),
        (
            "the boundary widths",
            hash(&|d| fingerprint(dims[d].boundary)),
        ),
        ("the memory order", map.order() as u64),
    ]
}

/// Index lists differ from rank to rank by nature, so only their kind counts.
fn map_fingerprint(map: &Map) -> u64 {
    match map {
        Map::Whole => fingerprint("whole"),
        Map::Block(cuts) => fingerprint(cuts),
        Map::Cyclic { block, phase } => fingerprint((block, phase)),
        Map::Unstructured(_) => fingerprint("unstructured"),
    }
}
