//! Strided elements inside a memory, proven once to be addressable and distinct.

use std::sync::Arc;

use distarray_core::{packed_strides, Code, Dims, Dtype, Order, Region, MAX_DIMS};

use super::memory::Memory;
use super::overlap;
use crate::error::{Error, Result};

/// An n-dimensional strided block of elements in a [`Memory`].
///
/// What every value of this type has proven, and what the kernels rest on:
/// Condition 1: every byte of every element lies inside the memory.
/// Condition 2: no two elements share a byte.
/// Condition 3: for every dimension of more than one element, (extent - 1) * stride fits an
/// `isize`, and the number of elements an `i64`.
///
/// Strides are in bytes, of either sign, and need not be multiples of the element size. The stride
/// of a dimension of at most one element is never used. A block with an extent 0 is empty and
/// addresses nothing.
#[derive(Clone)]
pub struct Block {
    memory: Arc<Memory>,
    offset: isize,
    dtype: Dtype,
    extents: Dims<i64>,
    strides: Dims<i64>,
}

impl Block {
    /// Describes a block whose element with index 0 in every dimension lies at the base of the
    /// memory.
    ///
    /// Errors: `Code::Argument` for more than 15 dimensions, a negative extent, elements outside
    /// the memory, elements that share bytes.
    pub fn new(
        memory: Arc<Memory>,
        dtype: Dtype,
        extents: &[i64],
        strides: &[i64],
    ) -> Result<Block> {
        Block::at(memory, 0, dtype, extents, strides)
    }

    /// Elements of new memory, packed, the last dimension fastest.
    ///
    /// Errors: `Code::Memory`.
    pub fn packed(dtype: Dtype, extents: &[i64]) -> Result<Block> {
        let strides = packed_strides(extents, Order::C, dtype.size() as i64)?;
        // No overflow: the strides have been computed.
        let elements: i64 = extents.iter().product();
        let memory = Memory::allocate(elements as usize * dtype.size())?;
        Block::new(memory, dtype, extents, &strides)
    }

    /// New memory for the elements of a block, packed in the same order.
    ///
    /// Errors: `Code::Memory`.
    pub fn packed_like(block: &Block) -> Result<Block> {
        let mut dims: Dims<usize> = (0..block.ndim()).collect();
        dims.sort_by_key(|&dim| block.strides[dim].unsigned_abs());
        let size = block.dtype.size() as i64;
        let (mut strides, mut next) = (block.strides.clone(), size);
        for dim in dims {
            strides[dim] = next;
            next *= block.extents[dim].max(1);
        }
        let memory = Memory::allocate(block.bytes())?;
        Block::new(memory, block.dtype, &block.extents, &strides)
    }

    /// A block without elements. Without dimensions no extent can say so: one of 0 stands in.
    pub fn nothing(ndim: usize, dtype: Dtype) -> Result<Block> {
        let zeros = &[0; MAX_DIMS][..ndim.clamp(1, MAX_DIMS)];
        Block::new(Memory::allocate(0)?, dtype, zeros, zeros)
    }

    /// As [`Block::new`], with the first element `offset` bytes from the base of the memory.
    pub fn at(
        memory: Arc<Memory>,
        offset: i64,
        dtype: Dtype,
        extents: &[i64],
        strides: &[i64],
    ) -> Result<Block> {
        let (Ok(shape), Ok(steps)) = (Dims::try_from(extents), Dims::try_from(strides)) else {
            return refuse(format!("an array has at most {MAX_DIMS} dimensions"));
        };
        if shape.len() != steps.len() {
            return refuse(format!(
                "{} extents, but {} strides",
                shape.len(),
                steps.len()
            ));
        }
        if let Some(dim) = shape.iter().position(|&extent| extent < 0) {
            return refuse(format!("dimension {dim} has extent {}", shape[dim]));
        }
        let mut block = Block {
            memory,
            offset: 0,
            dtype,
            extents: shape,
            strides: steps,
        };
        if !block.is_empty() {
            block.prove_inside(offset)?;
            block.prove_distinct()?;
            block.offset = offset as isize;
        }
        Ok(block)
    }

    /// Conditions 1 and 3. All sums and products are checked: the numbers may come from anywhere.
    fn prove_inside(&self, offset: i64) -> Result<()> {
        let size = self.dtype.size() as i64;
        let (mut first, mut last) = (Some(offset), offset.checked_add(size));
        let mut elements = Some(1i64);
        for (extent, stride) in self.axes() {
            let reach = (extent - 1).checked_mul(stride);
            let end = if stride < 0 { &mut first } else { &mut last };
            *end = end
                .zip(reach)
                .and_then(|(end, reach)| end.checked_add(reach));
            elements = elements.and_then(|n| n.checked_mul(extent));
        }
        let (Some(first), Some(last), Some(_)) = (first, last, elements) else {
            return refuse(format!(
                "extents {:?} with strides {:?} exceed the address space",
                self.extents, self.strides
            ));
        };
        let (below, above) = (self.memory.below(), self.memory.above());
        if i128::from(first) < -(below as i128) || i128::from(last) > above as i128 {
            return refuse(format!(
                "extents {:?} with strides {:?} reach from byte {first} to byte {last} of a buffer that spans -{below} to {above}",
                self.extents, self.strides
            ));
        }
        Ok(())
    }

    /// Condition 2: by ascending |stride|, each dimension steps over everything that the dimensions
    /// below it span. This accepts whatever slicing, padding, reversing and transposing make of a
    /// packed array.
    fn prove_distinct(&self) -> Result<()> {
        let mut axes: Dims<(i64, i64)> = self.axes().collect();
        axes.sort_unstable_by_key(|&(_, stride)| stride.unsigned_abs());
        let mut span = self.dtype.size() as u64;
        for (extent, stride) in axes {
            let step = stride.unsigned_abs();
            if step < span {
                return refuse(format!(
                    "extents {:?} with strides {:?} make elements of {} bytes overlap",
                    self.extents,
                    self.strides,
                    self.dtype.size()
                ));
            }
            // Bounded by condition 3: all reaches together lie inside one memory.
            span += (extent - 1) as u64 * step;
        }
        Ok(())
    }

    /// Extent and stride of the dimensions of more than one element.
    fn axes(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        let both = self
            .extents
            .iter()
            .copied()
            .zip(self.strides.iter().copied());
        both.filter(|&(extent, _)| extent > 1)
    }

    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Number of dimensions.
    pub fn ndim(&self) -> usize {
        self.extents.len()
    }

    /// Elements per dimension.
    pub fn extents(&self) -> &[i64] {
        &self.extents
    }

    /// Bytes from one element to the next, per dimension.
    pub fn strides(&self) -> &[i64] {
        &self.strides
    }

    /// The memory that the elements lie in.
    pub fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// Address of the element with index 0 in every dimension; of no meaning when the block is
    /// empty.
    pub fn base(&self) -> *mut u8 {
        self.memory.base().wrapping_offset(self.offset)
    }

    /// Number of elements.
    pub fn elements(&self) -> i64 {
        if self.is_empty() {
            0
        } else {
            self.extents.iter().product()
        }
    }

    /// Size of the elements in bytes, without what lies between them.
    pub fn bytes(&self) -> usize {
        self.elements() as usize * self.dtype.size()
    }

    /// Whether an extent is 0.
    pub fn is_empty(&self) -> bool {
        self.extents.contains(&0)
    }

    /// The half-open box `region` of this block, in its own indices. Conditions 1 to 3 pass to
    /// every part.
    ///
    /// Errors: `Code::Argument` when the region does not lie inside the block.
    pub fn section(&self, region: &Region) -> Result<Block> {
        if region.lo.len() != self.ndim() || region.hi.len() != self.ndim() {
            return refuse(format!(
                "a region of {} dimensions in an array of {}",
                region.lo.len(),
                self.ndim()
            ));
        }
        let mut part = self.clone();
        for dim in 0..self.ndim() {
            let (lo, hi) = (region.lo[dim], region.hi[dim]);
            if lo < 0 || hi < lo || hi > self.extents[dim] {
                return refuse(format!(
                    "dimension {dim}: the range {lo} to {hi} does not lie inside 0 to {}",
                    self.extents[dim]
                ));
            }
            part.extents[dim] = hi - lo;
        }
        if !part.is_empty() {
            part.advance(&region.lo);
        }
        Ok(part)
    }

    /// Every `step`-th element of dimension `dim`, `count` of them, beginning with index `start`. A
    /// negative step goes backwards.
    ///
    /// Errors: `Code::Argument` when one of the indices does not lie inside the block.
    pub fn every(&self, dim: usize, start: i64, step: i64, count: i64) -> Result<Block> {
        let extent = self.extents.get(dim).copied().unwrap_or(0);
        let last = count
            .checked_sub(1)
            .and_then(|gaps| gaps.checked_mul(step))
            .and_then(|reach| reach.checked_add(start));
        let inside = |index: i64| (0..extent).contains(&index);
        let proper = count <= 1 || step != 0;
        if dim >= self.ndim()
            || count < 0
            || !proper
            || (count > 0 && !(inside(start) && last.is_some_and(inside)))
        {
            return refuse(format!(
                "dimension {dim}: {count} elements from {start} by {step} do not lie inside 0 to {extent}"
            ));
        }
        let mut part = self.clone();
        part.extents[dim] = count;
        if !part.is_empty() {
            let mut lo: Dims<i64> = self.extents.iter().map(|_| 0).collect();
            lo[dim] = start;
            part.advance(&lo);
        }
        if count > 1 {
            // |step| < extent here, so that the product is bounded by condition 3, unless another
            // dimension is empty.
            part.strides[dim] = self.strides[dim].wrapping_mul(step);
        }
        Ok(part)
    }

    /// The elements with index `index` in dimension `dim`, without that dimension.
    ///
    /// Errors: `Code::Argument` when the index does not lie inside the block.
    pub fn take(&self, dim: usize, index: i64) -> Result<Block> {
        let mut part = self.every(dim, index, 1, 1)?;
        part.extents.remove(dim);
        part.strides.remove(dim);
        Ok(part)
    }

    /// Elements of this block as another one: `offset` is the index here of the first of them, and `axes` has for each dimension
    /// of the view the dimension here and the distance of neighbours there, `None` for one of a single element.
    ///
    /// Errors: `Code::Argument` when they do not lie inside the memory, or share bytes.
    pub fn view(
        &self,
        offset: &[i64],
        axes: &[Option<(usize, i64)>],
        extents: &[i64],
    ) -> Result<Block> {
        let size = self.dtype.size() as i64;
        let mut steps = offset.iter().zip(&self.strides);
        let shift = steps.try_fold(self.offset as i64, |sum, (&index, &stride)| {
            sum.checked_add(index.checked_mul(stride)?)
        });
        let stride = |axis: &Option<(usize, i64)>| match axis {
            None => Some(size),
            Some((dim, step)) => self.strides.get(*dim)?.checked_mul(*step),
        };
        let strides: Option<Dims<i64>> = axes.iter().map(stride).collect();
        match (shift, strides) {
            (Some(shift), Some(strides)) => {
                Block::at(self.memory.clone(), shift, self.dtype, extents, &strides)
            }
            _ => refuse("a view reaches beyond the address space".into()),
        }
    }

    /// Moves the first element to `index`, which lies inside the original extents of a block that
    /// is not empty.
    fn advance(&mut self, index: &[i64]) {
        for (&index, &stride) in index.iter().zip(&self.strides) {
            if index > 0 {
                // Bounded by condition 3: index <= extent - 1.
                self.offset += (index * stride) as isize;
            }
        }
    }

    /// Whether both blocks lie in one [`Memory`].
    pub fn same_memory(&self, other: &Block) -> bool {
        Arc::ptr_eq(&self.memory, &other.memory)
    }

    /// Whether an element of this block may share a byte with one of the other, judged by
    /// addresses. `false` is certain; `true` is exact but for layouts so irregular that the search
    /// for a shared byte is given up.
    pub fn overlaps(&self, other: &Block) -> bool {
        overlap::may_share(self, other)
    }

    /// Addresses of the first byte and of the byte behind the last one; `None` when the block is
    /// empty.
    pub(super) fn span(&self) -> Option<(usize, usize)> {
        if self.is_empty() {
            return None;
        }
        let (mut lo, mut hi) = (0isize, self.dtype.size() as isize);
        for (extent, stride) in self.axes() {
            let reach = ((extent - 1) * stride) as isize;
            *(if stride < 0 { &mut lo } else { &mut hi }) += reach;
        }
        let base = self.base().addr();
        Some((base.wrapping_add_signed(lo), base.wrapping_add_signed(hi)))
    }
}

fn refuse<T>(text: String) -> Result<T> {
    Err(Error::new(Code::Argument, text))
}
