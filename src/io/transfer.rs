//! How one rank's elements of an array go to and from a dataset: round by round, through a bounded buffer.
//!
//! The elements of a round are packed in the order of the dataset, so that HDF5 and MPI-IO see contiguous memory
//! whatever padding and strides the array has. All ranks go through the same number of rounds, since each one is a
//! collective call; a rank without a share in a round takes part with nothing.

use std::sync::Arc;

use distarray_core::{packed_strides, Code, Dims, Map, Order, Region};

use super::hdf5::{Comb, Part};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::copy::copy;
use crate::kernels::memory::Memory;

/// Bytes that are packed for one round.
const STAGE: usize = 32 << 20;

/// Bytes of one round where the memory of the array is used as it is: below 2^31, which MPI-IO libraries count by `int`.
const DIRECT: usize = 1 << 30;

/// Indices of an unstructured dimension that one round selects: HDF5 takes time as the square of their number.
const LISTED: i64 = 1024;

/// The indices that this rank owns in one dimension, by ascending global index.
enum Axis {
    Run {
        start: i64,
    },
    /// Blocks of `block` indices every `stride`, the first at `start`.
    Cyclic {
        start: i64,
        block: i64,
        stride: i64,
    },
    /// Global index and position in memory.
    Listed(Vec<(i64, i64)>),
}

pub struct Transfer {
    /// The owned elements.
    block: Block,
    /// No element: of a single value, the block does not tell.
    empty: bool,
    order: Order,
    axes: Dims<Axis>,
    /// Elements per dimension of a whole slab; the last slab along `cut` may be shorter.
    slab: Dims<i64>,
    /// Number of slabs along each dimension.
    slabs: Dims<i64>,
    stage: Option<Arc<Memory>>,
}

/// One round: where the elements lie in the dataset, and packed in memory.
pub struct Round {
    /// Ascending positions per dimension.
    region: Region,
    pub part: Part,
    /// In the order of the dataset. The elements of the array itself, where it is packed so.
    pub packed: Block,
}

impl Transfer {
    /// Local: allocates what the rounds need.
    ///
    /// Errors: `Unsupported` for global indices that have no place in a dataset, `Memory`.
    pub fn new(array: &Array) -> Result<Transfer> {
        Transfer::with_limits(array, STAGE, DIRECT)
    }

    fn with_limits(array: &Array, stage: usize, direct: usize) -> Result<Transfer> {
        let map = array.dist().map();
        let section = array.dist().section();
        let block = array.owned();
        let order = map.order();
        let mut axes = Dims::new();
        if !section.is_empty() {
            for (d, dim) in map.dims().iter().enumerate() {
                let (coord, span) = (section.coords[d] as i64, section.dims[d]);
                axes.push(match &dim.map {
                    _ if dim.is_contiguous() => Axis::Run { start: span.start },
                    // Slices of cyclic dimensions may begin within a block: too seldom saved for a pattern of its own.
                    Map::Cyclic { phase, .. } if *phase > 0 => {
                        let positions = 0..dim.count(section.coords[d]);
                        let index = |p| dim.to_global(section.coords[d], p).unwrap_or(-1);
                        listed(d, &positions.map(index).collect::<Vec<_>>(), dim.extent)?
                    }
                    Map::Cyclic { block, .. } => Axis::Cyclic {
                        start: coord * block,
                        block: *block,
                        stride: dim.procs as i64 * block,
                    },
                    Map::Unstructured(list) => listed(d, list.indices(), dim.extent)?,
                    Map::Whole | Map::Block(_) => Axis::Run { start: span.start },
                });
            }
        }
        let in_order = axes.iter().all(|axis| !matches!(axis, Axis::Listed(_)));
        let as_it_is = in_order && is_packed(&block, order);
        let limit = if as_it_is { direct } else { stage };
        let (slab, slabs) = cut(&block, &axes, order, limit);
        let elements: i64 = slab.iter().product();
        let stage = if as_it_is || section.is_empty() {
            None
        } else {
            Some(Memory::allocate(elements as usize * block.dtype().size())?)
        };
        Ok(Transfer {
            block,
            empty: section.is_empty(),
            order,
            axes,
            slab,
            slabs,
            stage,
        })
    }

    /// Rounds in which this rank has elements to move.
    pub fn rounds(&self) -> u64 {
        if self.empty {
            return 0;
        }
        self.slabs.iter().product::<i64>() as u64
    }

    /// The elements of a round; `round` is less than `rounds()`.
    pub fn round(&self, round: u64) -> Result<Round> {
        let region = self.region(round as i64);
        let part = self.part(&region);
        let packed = match &self.stage {
            None => self.block.section(&region)?,
            Some(stage) => {
                let (extents, dtype) = (region.extents(), self.block.dtype());
                let strides = packed_strides(&extents, self.order, dtype.size() as i64)?;
                Block::new(stage.clone(), dtype, &extents, &strides)?
            }
        };
        Ok(Round {
            region,
            part,
            packed,
        })
    }

    /// Before a round is written.
    pub fn pack(&self, round: &Round) -> Result<()> {
        self.pair(
            0,
            round,
            &self.block,
            &round.packed,
            &mut |array, packed| copy(array, packed),
        )
    }

    /// After a round was read.
    pub fn unpack(&self, round: &Round) -> Result<()> {
        self.pair(
            0,
            round,
            &self.block,
            &round.packed,
            &mut |array, packed| copy(packed, array),
        )
    }

    /// Hands over the elements of a round in the array and in the packed memory, from dimension `d` on. A list is taken
    /// apart where its indices do not ascend in memory.
    fn pair(
        &self,
        d: usize,
        round: &Round,
        array: &Block,
        packed: &Block,
        act: &mut dyn FnMut(&Block, &Block) -> Result<()>,
    ) -> Result<()> {
        if self.stage.is_none() {
            return Ok(());
        }
        let Some(axis) = self.axes.get(d) else {
            return act(array, packed);
        };
        let (lo, hi) = (round.region.lo[d], round.region.hi[d]);
        match axis {
            Axis::Listed(list) => {
                let mut rest = &list[lo as usize..hi as usize];
                let mut place = 0;
                while let Some(&(_, first)) = rest.first() {
                    let count = (first..)
                        .zip(rest)
                        .take_while(|(position, entry)| *position == entry.1)
                        .count();
                    let (array, packed) = (
                        array.every(d, first, 1, count as i64)?,
                        packed.every(d, place, 1, count as i64)?,
                    );
                    self.pair(d + 1, round, &array, &packed, act)?;
                    rest = &rest[count..];
                    place += count as i64;
                }
                Ok(())
            }
            _ => self.pair(d + 1, round, &array.every(d, lo, 1, hi - lo)?, packed, act),
        }
    }

    /// Positions, ascending by global index, of a round.
    fn region(&self, mut round: i64) -> Region {
        let ndim = self.slab.len();
        let (mut lo, mut hi): (Dims<i64>, Dims<i64>) = (self.slab.clone(), self.slab.clone());
        // Consecutive rounds are neighbours in the file.
        for d in fastest_first(self.order, ndim) {
            let at = round % self.slabs[d];
            round /= self.slabs[d];
            lo[d] = at * self.slab[d];
            hi[d] = (lo[d] + self.slab[d]).min(self.block.extents()[d]);
        }
        Region { lo, hi }
    }

    /// The same elements in the dataset.
    fn part(&self, region: &Region) -> Part {
        let ndim = self.axes.len();
        let mut part = Part::default();
        for level in 0..ndim {
            let d = match self.order {
                Order::C => level,
                Order::F => ndim - 1 - level,
            };
            let (lo, hi) = (region.lo[d], region.hi[d]);
            let run = |first: i64, end: i64| {
                (
                    Comb::run(first as u64, (end - first) as u64),
                    (first as u64, end as u64),
                )
            };
            let (comb, bounds) = match &self.axes[d] {
                Axis::Run { start } => run(start + lo, start + hi),
                Axis::Cyclic {
                    start,
                    block,
                    stride,
                } => {
                    let at = |position: i64| start + position / block * stride + position % block;
                    let comb = Comb {
                        start: (start + lo / block * stride) as u64,
                        stride: *stride as u64,
                        count: ((hi - 1) / block - lo / block + 1) as u64,
                        block: *block as u64,
                    };
                    (comb, (at(lo) as u64, at(hi - 1) as u64 + 1))
                }
                Axis::Listed(list) => {
                    let list = &list[lo as usize..hi as usize];
                    for pair in list.windows(2) {
                        let gap = pair[1].0 - pair[0].0 - 1;
                        if gap > 0 {
                            part.gaps.push((level, pair[0].0 as u64 + 1, gap as u64));
                        }
                    }
                    run(list[0].0, list[list.len() - 1].0 + 1)
                }
            };
            part.combs.push(comb);
            part.bounds.push(bounds);
        }
        part
    }
}

/// An unstructured dimension, ascending. Errors: an index that is no place of a dataset with `extent` places.
fn listed(d: usize, indices: &[i64], extent: i64) -> Result<Axis> {
    let mut list = Vec::new();
    if list.try_reserve_exact(indices.len()).is_err() {
        return Err(Error::new(
            Code::Memory,
            "no memory for the indices of an unstructured dimension",
        ));
    }
    for (position, &index) in (0..).zip(indices) {
        if !(0..extent).contains(&index) {
            let text = format!(
                "dimension {d} is unstructured with the index {index}: a dataset of extent {extent} has no place for it, \
                 only the indices 0 to {extent} - 1 can be saved and loaded"
            );
            return Err(Error::new(Code::Unsupported, text));
        }
        list.push((index, position));
    }
    list.sort_unstable();
    Ok(Axis::Listed(list))
}

/// Dimensions from the one whose elements lie next to each other on.
fn fastest_first(order: Order, ndim: usize) -> impl Iterator<Item = usize> {
    (0..ndim).map(move |level| match order {
        Order::C => ndim - 1 - level,
        Order::F => level,
    })
}

/// Extents of a slab of at most `limit` bytes, and the number of slabs per dimension: the slowest dimensions are cut.
fn cut(block: &Block, axes: &[Axis], order: Order, limit: usize) -> (Dims<i64>, Dims<i64>) {
    let extents = block.extents();
    let mut slab: Dims<i64> = extents.iter().map(|_| 1).collect();
    let mut slabs = slab.clone();
    let mut room = (limit / block.dtype().size()).max(1) as i64;
    for d in fastest_first(order, extents.len()) {
        let most = match axes.get(d) {
            Some(Axis::Listed(_)) => LISTED,
            _ => i64::MAX,
        };
        slab[d] = room.min(most).min(extents[d]).max(1);
        slabs[d] = (extents[d] + slab[d] - 1) / slab[d];
        room = (room / slab[d]).max(1);
    }
    (slab, slabs)
}

/// Whether the elements lie without gaps in this order.
fn is_packed(block: &Block, order: Order) -> bool {
    let mut step = block.dtype().size() as i64;
    for d in fastest_first(order, block.ndim()) {
        let extent = block.extents()[d];
        if extent > 1 && block.strides()[d] != step {
            return false;
        }
        step = step.saturating_mul(extent);
    }
    true
}
