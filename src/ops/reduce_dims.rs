//! Reductions over some of the dimensions.
//!
//! The ranks that share the coordinates of the kept dimensions hold one part of the result among them. They combine what each one
//! has in the tree of all reductions, apart from the other ranks, and those with coordinate 0 in the reduced dimensions store it.

use distarray_core::{Code, Dims, Distribution, Dtype, Order};

use super::reduce::{combine_partials, pack, unpack};
use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};
use crate::kernels::along::{reduce_along, Scratch};
use crate::kernels::block::Block;
use crate::kernels::copy::unpack as scatter;
use crate::kernels::memory::Memory;
use crate::kernels::reduce::{Op, Partial, Places};
use crate::mpi::agree::fingerprint;
use crate::mpi::Comm;

/// What is reduced, and over which dimensions.
pub struct OverDims {
    pub op: Op,
    pub dims: Vec<i64>,
    /// What is taken from the number of elements that a variance is divided by.
    pub ddof: i64,
}

/// Collective: the reduction into an array on what `Distribution::reduce` or `Distribution::reduce_keeping` makes of that of `x`.
pub fn reduce_dims(x: &Array, asked: Result<(OverDims, &Array)>) -> Result<()> {
    const NAME: &str = "darr_array_reduce_dims";
    let prepared = asked.and_then(|(asked, out)| {
        let work = Work::new(x, asked, out.dtype())?;
        let map = x.dist().map();
        let kept = map.reduce_keeping(&work.asked.dims)?;
        let theirs = out.dist().map();
        let fits = theirs.compatible(&work.natural) || theirs.compatible(&kept);
        if !fits || !out.dist().comm().is(x.dist().comm()) {
            return Err(Error::new(
                Code::Argument,
                "the array for the result is distributed otherwise than the result: make it with darr_dist_reduce, or redistribute",
            ));
        }
        if out.owned().overlaps(&x.owned()) {
            return Err(Error::new(Code::Argument, "the result shares memory with the array"));
        }
        Ok((work, out))
    });
    let (mut work, out) = work_agreed(NAME, x, prepared)?;
    work.combine(x)?;
    let bytes = work.finish(x.dist().comm())?;
    if !out.owned().is_empty() {
        scatter(&bytes, Order::C, &out.owned());
    }
    Ok(())
}

/// Collective: the whole result, packed in row-major order, on every rank.
pub fn reduce_dims_everywhere(x: &Array, asked: Result<(OverDims, Dtype, i64)>) -> Result<Vec<u8>> {
    const NAME: &str = "darr_array_reduce_dims_everywhere";
    let prepared = asked.and_then(|(asked, dtype, room)| {
        let work = Work::new(x, asked, dtype)?;
        let shape = work.natural.shape();
        let elements = shape.iter().try_fold(1i64, |all, &n| all.checked_mul(n));
        if elements != Some(room) {
            let text = format!(
                "there is room for {room} values; a result of extents {shape:?} has another number"
            );
            return Err(Error::new(Code::Argument, text));
        }
        let bytes = zeroed((room as usize).saturating_mul(dtype.size()))?;
        // What is stored there is copied into the bytes before they travel.
        let memory = Memory::allocate(bytes.len())?;
        let strides = distarray_core::packed_strides(&shape, Order::C, dtype.size() as i64)?;
        let whole = Block::new(memory, dtype, &shape, &strides)?;
        Ok((work, (bytes, whole)))
    });
    let comm = x.dist().comm();
    let (mut work, (mut bytes, whole)) = work_agreed(NAME, x, prepared)?;
    work.combine(x)?;
    let own = work.finish(comm)?;
    work.place(comm.rank(), &own, &whole)?;
    crate::kernels::copy::pack(&whole, Order::C, &mut bytes);
    // Everybody's part stands among zeros.
    comm.allreduce_bytes(&mut bytes, |lower, higher| {
        for (lower, higher) in lower.iter().zip(higher) {
            *higher |= lower;
        }
    })?;
    Ok(bytes)
}

fn work_agreed<T>(
    function: &'static str,
    x: &Array,
    local: Result<(Work, T)>,
) -> Result<(Work, T)> {
    let call = local.as_ref().map_or(0, |(work, _)| {
        let asked = &work.asked;
        let dims: Vec<usize> = (0..x.dist().map().ndim())
            .filter(|&dim| work.reduced(dim))
            .collect();
        fingerprint((asked.op as i32, dims, asked.ddof, work.dtype as i32))
    });
    let fields = [("the array", x.identity()), ("the reduction", call)];
    x.dist().comm().agree_on(function, &fields, local)
}

/// This rank's part in one reduction.
struct Work {
    asked: OverDims,
    reduced: Dims<usize>,
    /// Of the result.
    natural: Distribution,
    dtype: Dtype,
    /// The ranks that combine, in the order of their coordinates; none where this rank is outside of the grid.
    ranks: Vec<usize>,
    partials: Vec<Partial>,
    message: Vec<u8>,
}

impl Work {
    /// The partials of the own elements; all that is needed later is allocated.
    fn new(x: &Array, asked: OverDims, dtype: Dtype) -> Result<Work> {
        let map = x.dist().map();
        let reduced = map.dim_set(&asked.dims)?;
        let of = asked.op.result(x.dtype());
        let refuse = |text: String| Err(Error::new(Code::Argument, text));
        if asked.op.is_dot() {
            return refuse("a dot product is not reduced over some dimensions".into());
        }
        if asked.ddof < 0 || (asked.ddof != 0 && !matches!(asked.op, Op::Var | Op::Std)) {
            return refuse("ddof is 0 or more, and for a variance or a standard deviation".into());
        }
        if !of.can_cast(dtype, true) {
            return refuse(format!(
                "the {} of {} is {}, which does not convert to {} without losing its kind",
                asked.op.name(),
                x.dtype().name(),
                of.name(),
                dtype.name()
            ));
        }
        let nothing = reduced.iter().any(|&dim| map.dims()[dim].extent == 0);
        if nothing && asked.op.is_extreme() {
            return refuse(format!(
                "the {} of no elements does not exist",
                asked.op.name()
            ));
        }
        let none = Partial::new(asked.op, x.dtype())?;
        let mut work = Work {
            natural: map.reduce(&asked.dims)?,
            asked,
            reduced,
            dtype,
            ranks: Vec::new(),
            partials: Vec::new(),
            message: Vec::new(),
        };
        let section = x.dist().section();
        if section.inside {
            work.ranks = fellows(map, &section.coords, &work.reduced);
            let kept = (0..map.ndim()).filter(|&dim| !work.reduced(dim));
            let rows: i64 = kept.map(|dim| section.dims[dim].count).product();
            let rows = rows as usize;
            let refused = |_| {
                Error::new(
                    Code::Memory,
                    "memory for the results of a reduction was refused",
                )
            };
            work.partials.try_reserve_exact(rows).map_err(refused)?;
            work.partials.resize(rows, none);
            work.message = zeroed(rows.saturating_mul(Partial::BYTES))?;
            work.reduce_own(x)?;
        }
        Ok(work)
    }

    fn reduced(&self, dim: usize) -> bool {
        self.reduced.contains(&dim)
    }

    fn reduce_own(&mut self, x: &Array) -> Result<()> {
        let (reduced, block) = (&self.reduced, x.owned());
        let (_, ascending) = x.places();
        let (map, section) = (x.dist().map(), x.dist().section());
        // Places count within the reduced dimensions.
        let step = |dim: usize| {
            let behind = (dim + 1..map.ndim()).filter(|dim| reduced.contains(dim));
            behind.fold(1i64, |step, dim| step.wrapping_mul(map.dims()[dim].extent))
        };
        let steps: Dims<i64> = (0..map.ndim()).map(step).collect();
        let of = |dim: usize, index: i64| {
            if !reduced.contains(&dim) {
                return 0;
            }
            let global = map.dims()[dim].to_global(section.coords[dim], index);
            global.unwrap_or(0).wrapping_mul(steps[dim])
        };
        let places = Places { of: &of, ascending };
        let scratch = Scratch::for_block(&block)?;
        let is_reduced = |dim: usize| reduced.contains(&dim);
        reduce_along(
            self.asked.op,
            &block,
            is_reduced,
            places,
            &scratch,
            &mut self.partials,
        )
    }

    fn combine(&mut self, x: &Array) -> Result<()> {
        if self.ranks.len() < 2 {
            return Ok(());
        }
        pack(&self.partials, &mut self.message);
        let comm = x.dist().comm();
        comm.allreduce_among(&self.ranks, &mut self.message, combine_partials)?;
        unpack(&self.message, &mut self.partials);
        Ok(())
    }

    /// Collective: the values that this rank stores, packed. Where some may not fit their type, the ranks agree.
    fn finish(&self, comm: &Comm) -> Result<Vec<u8>> {
        let stores = self.ranks.first() == Some(&comm.rank());
        let stored = if stores { &self.partials[..] } else { &[] };
        let values = || {
            let size = self.dtype.size();
            let mut bytes = zeroed(stored.len() * size)?;
            for (partial, bytes) in stored.iter().zip(bytes.chunks_exact_mut(size)) {
                let value = partial.finish_corrected(self.asked.op, self.asked.ddof, self.dtype)?;
                bytes.copy_from_slice(value.bytes());
            }
            Ok(bytes)
        };
        comm.agree(values())
    }

    /// Stores a rank's values in the whole result.
    fn place(&self, rank: usize, values: &[u8], whole: &Block) -> Result<()> {
        let section = self.natural.section(rank);
        if section.is_empty() {
            return Ok(());
        }
        let size = self.dtype.size();
        let dims = self.natural.dims();
        let mut at: Dims<i64> = dims.iter().map(|_| 0).collect();
        for value in values.chunks_exact(size) {
            let mut target = whole.clone();
            for (dim, dimension) in dims.iter().enumerate() {
                let index = dimension
                    .to_global(section.coords[dim], at[dim])
                    .unwrap_or(0);
                target = target.every(dim, index, 1, 1)?;
            }
            scatter(value, Order::C, &target);
            for dim in (0..dims.len()).rev() {
                at[dim] += 1;
                if at[dim] < section.dims[dim].count {
                    break;
                }
                at[dim] = 0;
            }
        }
        Ok(())
    }
}

/// The ranks that differ in their coordinates in some dimensions alone, in row-major order of those.
pub(super) fn fellows(map: &Distribution, coords: &[usize], dims: &[usize]) -> Vec<usize> {
    let grid = map.grid();
    let mut at: Dims<usize> = coords.iter().copied().collect();
    for &dim in dims {
        at[dim] = 0;
    }
    let mut ranks = vec![grid.rank(&at)];
    loop {
        let descending = (0..map.ndim()).rev().filter(|dim| dims.contains(dim));
        let next = { descending }.find(|&dim| {
            at[dim] += 1;
            let more = at[dim] < grid.dims()[dim];
            if !more {
                at[dim] = 0;
            }
            more
        });
        if next.is_none() {
            return ranks;
        }
        ranks.push(grid.rank(&at));
    }
}
