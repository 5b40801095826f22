//! The order in which a reduction visits the elements of a block, and the tiles that it cuts them
//! into.

use std::cmp::Ordering;
use std::mem::MaybeUninit;
use std::ops::Range;

use distarray_core::{Dims, Region, MAX_DIMS};

use super::block::Block;
use super::nest::{Axes, Axis, Nest};
use super::transfer::Transfer;

/// Most elements in a tile: two operands of the largest dtype fit into the first-level cache.
pub(super) const TILE: usize = 1024;

/// Dimensions join a tile until it has as many elements: below, the cost per tile shows; above,
/// rows need not be gathered.
const ENOUGH: usize = 64;

/// The dimensions of more than one element by ascending |stride|, and their extents.
#[derive(PartialEq)]
pub(super) struct Traversal {
    pub dims: Dims<usize>,
    pub extents: Dims<usize>,
    /// A tile holds all elements of the dimensions below this level,
    pub level: usize,
    /// and so many of those along it.
    pub length: usize,
}

impl Traversal {
    /// The traversal of a block, by its extents and the order of its strides alone.
    pub fn of(block: &Block) -> Traversal {
        Traversal::along(block, TILE, |_| true)
    }

    /// The traversal of some of the dimensions by tiles of at most so many elements.
    pub fn along(block: &Block, most: usize, chosen: impl Fn(usize) -> bool) -> Traversal {
        let mut dims: Dims<usize> = (0..block.ndim())
            .filter(|&dim| block.extents()[dim] != 1 && chosen(dim))
            .collect();
        dims.sort_by_key(|&dim| block.strides()[dim].unsigned_abs());
        let extents: Dims<usize> = dims
            .iter()
            .map(|&dim| block.extents()[dim] as usize)
            .collect();
        let (mut below, mut level) = (1, 0);
        while level + 1 < extents.len() && below * extents[level] < ENOUGH {
            below *= extents[level];
            level += 1;
        }
        let along = extents.get(level).copied().unwrap_or(1);
        Traversal {
            dims,
            extents,
            level,
            length: (most / below.max(1)).max(1).min(along),
        }
    }

    /// Visits the tiles in order. No extent is 0.
    pub fn each(&self, mut visit: impl FnMut(&Corner)) {
        let mut turns = [0usize; MAX_DIMS];
        loop {
            let extent = self.extent(self.level);
            for done in (0..extent).step_by(self.length) {
                visit(&Corner {
                    order: self,
                    turns: &turns,
                    done,
                    now: self.length.min(extent - done),
                });
            }
            let outer = (self.level + 1..self.dims.len()).find(|&level| {
                turns[level] += 1;
                let more = turns[level] < self.extents[level];
                if !more {
                    turns[level] = 0;
                }
                more
            });
            if outer.is_none() {
                return;
            }
        }
    }

    pub fn extent(&self, level: usize) -> usize {
        self.extents.get(level).copied().unwrap_or(1)
    }
}

/// One tile, by where the traversal stands.
pub(super) struct Corner<'a> {
    pub order: &'a Traversal,
    /// Turns made of the loops above the tile's level.
    pub turns: &'a [usize; MAX_DIMS],
    /// Turns of the tile's own loop made before this tile, and in it.
    pub done: usize,
    pub now: usize,
}

impl Corner<'_> {
    /// The indices that the tile has at a level of the traversal.
    pub fn range(&self, level: usize) -> Range<usize> {
        match level.cmp(&self.order.level) {
            Ordering::Less => 0..self.order.extents[level],
            Ordering::Equal => self.done..self.done + self.now,
            Ordering::Greater => self.turns[level]..self.turns[level] + 1,
        }
    }

    /// Restricts a region of the block to the tile.
    pub fn restrict(&self, region: &mut Region) {
        for (level, &dim) in self.order.dims.iter().enumerate() {
            let range = self.range(level);
            (region.lo[dim], region.hi[dim]) = (range.start as i64, range.end as i64);
        }
    }

    pub fn elements(&self) -> usize {
        let levels = 0..self.order.dims.len();
        levels.map(|level| self.range(level).len()).product()
    }
}

/// One operand of one term, where the traversal stands.
pub(super) struct Operand<'a> {
    block: &'a Block,
    at: *mut u8,
    /// How to gather a tile of full length into a buffer, where its elements do not lie one after
    /// the other and aligned already.
    gather: Option<Transfer>,
}

impl<'a> Operand<'a> {
    pub fn new(block: &'a Block, order: &Traversal) -> Operand<'a> {
        let mut operand = Operand {
            block,
            at: block.base(),
            gather: None,
        };
        if !operand.in_place(order) {
            operand.gather = Some(operand.gather_turns(order, order.length));
        }
        operand
    }

    /// Goes to a tile.
    pub fn stand(&mut self, corner: &Corner) {
        let levels = 0..corner.order.dims.len();
        let offset = levels.fold(0isize, |offset, level| {
            let turns = corner.range(level).start as isize;
            offset.wrapping_add(self.stride(corner.order, level).wrapping_mul(turns))
        });
        self.at = self.block.base().wrapping_offset(offset);
    }

    /// Whether the elements of every tile lie one after the other, aligned.
    fn in_place(&self, order: &Traversal) -> bool {
        let size = self.block.dtype().size();
        let alignment = size.min(align_of::<u64>());
        let level = order.level;
        let mut next = Some(size as isize);
        let levels = 0..order.dims.len();
        self.at.align_offset(alignment) == 0
            && levels
                .clone()
                .all(|level| self.stride(order, level) % alignment as isize == 0)
            && levels.take(level + 1).all(|level| {
                let continues = next == Some(self.stride(order, level));
                next = next.and_then(|next| next.checked_mul(order.extents[level] as isize));
                continues
            })
    }

    /// The copy of `turns` turns of the tile's loop, and all of those below, into a packed buffer.
    fn gather_turns(&self, order: &Traversal, turns: usize) -> Transfer {
        let size = self.block.dtype().size();
        let level = order.level;
        let mut axes = Axes::new();
        let mut packed = size;
        for inner in 0..=level {
            let extent = if inner == level {
                turns
            } else {
                order.extent(inner)
            };
            if extent > 1 {
                axes.push(Axis {
                    extent,
                    strides: [self.stride(order, inner), packed as isize],
                });
            }
            packed *= extent;
        }
        // The buffer ascends, so that the copy begins at the addresses of the first elements,
        // whatever they are.
        let at = [std::ptr::null_mut(); 2];
        Transfer::new(Nest { axes, at }, size).0
    }

    fn stride(&self, order: &Traversal, level: usize) -> isize {
        order
            .dims
            .get(level)
            .map_or(0, |&dim| self.block.strides()[dim] as isize)
    }

    #[inline]
    pub fn advance(&mut self, order: &Traversal, level: usize, turns: isize) {
        let step = self.stride(order, level).wrapping_mul(turns);
        self.at = self.at.wrapping_offset(step);
    }

    /// Whether the tiles of both operands hold the same bytes.
    pub fn same_tiles(&self, other: &Block) -> bool {
        self.block.base() == other.base()
            && self.block.dtype().size() == other.dtype().size()
            && self.block.strides() == other.strides()
    }

    /// The address of the tile's elements: in place, or in `buffer`, where they are already if
    /// `gathered`.
    ///
    /// # Safety
    /// The tile of `turns` turns lies inside the block.
    #[inline]
    pub unsafe fn tile(
        &self,
        order: &Traversal,
        turns: usize,
        buffer: &mut Buffer,
        gathered: bool,
    ) -> *const u8 {
        let Some(full) = &self.gather else {
            return self.at;
        };
        let to = buffer.0.as_mut_ptr().cast::<u8>();
        if !gathered {
            let at = [self.at, to];
            // SAFETY: operand 0 is a part of the block, which lies in its memory by Block,
            // condition 1; operand 1 is at most TILE elements of a buffer on the stack.
            unsafe {
                if turns == order.length {
                    full.perform(at, false);
                } else {
                    self.gather_turns(order, turns).perform(at, false);
                }
            }
        }
        to
    }
}

/// Room for the gathered elements of a tile.
#[repr(align(64))]
pub(super) struct Buffer([MaybeUninit<u8>; 16 * TILE]);

impl Buffer {
    pub fn new() -> Buffer {
        Buffer([MaybeUninit::uninit(); 16 * TILE])
    }
}
