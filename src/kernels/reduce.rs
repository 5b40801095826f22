//! Reductions of blocks in one pass over memory.
//!
//! The dimensions are visited in the memory order of `x`, the one with the smallest stride fastest. The elements, in this order, are cut into tiles by rules that know nothing
//! but the extents; each tile is folded by one kernel (see `fold`), and the tiles are added up in order. Results therefore depend on extents and values alone, not on
//! addresses, padding, or the other terms of the call. Terms over the same elements are folded tile by tile, so that memory is read once.

use std::mem::MaybeUninit;

use distarray_core::{Code, Dims, MAX_DIMS};

use super::block::Block;
use super::copy::Transfer;
use super::fold::{kernel, Kernel};
use super::nest::{Axis, Nest};
use super::partial::Shape;
pub use super::partial::{Op, Partial};
use crate::error::{Error, Result};

/// Most elements in a tile: two operands of the largest dtype fit into the first-level cache.
const TILE: usize = 1024;

/// Dimensions join a tile until it has as many elements: below, the cost per tile shows; above, rows need not be gathered.
const ENOUGH: usize = 64;

/// Terms that share a pass.
const GROUP: usize = 8;

/// One reduction of a block; `y` is the second operand of a dot product.
#[derive(Clone, Copy)]
pub struct Term<'a> {
    pub op: Op,
    pub x: &'a Block,
    pub y: Option<&'a Block>,
}

/// Reduces all terms into `out`, whose former contents do not count. Consecutive terms over blocks of equal extents and memory order share a pass over memory.
///
/// Errors: `Code::Argument` when lengths, extents or dtypes do not match, or a second operand is missing or too many; `Code::Unsupported` for the minimum
/// and maximum of complex numbers.
pub fn reduce(terms: &[Term], out: &mut [Partial]) -> Result<()> {
    if terms.len() != out.len() {
        return refuse(format!(
            "{} reductions into {} results",
            terms.len(),
            out.len()
        ));
    }
    for (term, partial) in terms.iter().zip(out.iter_mut()) {
        check_operands(term)?;
        *partial = Partial::new(term.op, term.x.dtype())?;
    }
    let (mut terms, mut out) = (terms, out);
    while let Some(first) = terms.first() {
        let order = Traversal::of(first.x);
        let alike = |term: &&Term| Traversal::of(term.x) == order;
        let count = terms.iter().take(GROUP).take_while(alike).count();
        let (group, rest) = terms.split_at(count);
        let (results, rest_out) = std::mem::take(&mut out).split_at_mut(count);
        if !first.x.is_empty() {
            pass(&order, group, results);
        }
        (terms, out) = (rest, rest_out);
    }
    Ok(())
}

fn check_operands(term: &Term) -> Result<()> {
    match (term.op, term.y) {
        (Op::Dot, Some(y)) if y.dtype() != term.x.dtype() => refuse(format!(
            "a dot product of {} with {}: convert one of them",
            term.x.dtype().name(),
            y.dtype().name()
        )),
        (Op::Dot, Some(y)) if y.extents() != term.x.extents() => refuse(format!(
            "a dot product of extents {:?} with extents {:?}",
            term.x.extents(),
            y.extents()
        )),
        (Op::Dot, None) => refuse("a dot product needs a second operand".into()),
        (Op::Dot, Some(_)) | (_, None) => Ok(()),
        (op, Some(_)) => refuse(format!("the {} takes no second operand", op.name())),
    }
}

fn refuse<T>(text: String) -> Result<T> {
    Err(Error::new(Code::Argument, text))
}

/// The dimensions of more than one element by ascending |stride|, and their extents.
#[derive(PartialEq)]
struct Traversal {
    dims: Dims<usize>,
    extents: Dims<usize>,
    /// A tile holds all elements of the dimensions below this level,
    level: usize,
    /// and so many of those along it.
    length: usize,
}

impl Traversal {
    fn of(block: &Block) -> Traversal {
        let mut dims: Dims<usize> = (0..block.ndim())
            .filter(|&dim| block.extents()[dim] != 1)
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
            length: (TILE / below.max(1)).min(along),
        }
    }

    fn extent(&self, level: usize) -> usize {
        self.extents.get(level).copied().unwrap_or(1)
    }
}

/// One operand of one term, where the traversal stands.
struct Operand<'a> {
    block: &'a Block,
    at: *mut u8,
    /// How to gather a tile of full length into a buffer, where its elements do not lie one after the other and aligned already.
    gather: Option<Transfer>,
}

impl<'a> Operand<'a> {
    fn new(block: &'a Block, order: &Traversal) -> Operand<'a> {
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
        let mut axes = Dims::new();
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
        // The buffer ascends, so that the copy begins at the addresses of the first elements, whatever they are.
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
    fn advance(&mut self, order: &Traversal, level: usize, turns: isize) {
        let step = self.stride(order, level).wrapping_mul(turns);
        self.at = self.at.wrapping_offset(step);
    }

    /// Whether the tiles of both operands hold the same bytes.
    fn same_tiles(&self, other: &Block) -> bool {
        self.block.base() == other.base()
            && self.block.dtype().size() == other.dtype().size()
            && self.block.strides() == other.strides()
    }

    /// The address of the tile's elements: in place, or in `buffer`, where they are already if `gathered`.
    ///
    /// # Safety
    /// The tile of `turns` turns lies inside the block.
    #[inline]
    unsafe fn tile(
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
            // SAFETY: operand 0 is a part of the block, which lies in its memory by Block, condition 1; operand 1 is at most TILE
            // elements of a buffer on the stack.
            unsafe {
                if turns == order.length {
                    full.perform(at);
                } else {
                    self.gather_turns(order, turns).perform(at);
                }
            }
        }
        to
    }
}

/// Room for the gathered elements of a tile.
#[repr(align(64))]
struct Buffer([MaybeUninit<u8>; 16 * TILE]);

impl Buffer {
    fn new() -> Buffer {
        Buffer([MaybeUninit::uninit(); 16 * TILE])
    }
}

/// What is done with each tile of one term.
struct Work<'a> {
    kernel: Kernel,
    shape: Shape,
    x: Operand<'a>,
    y: Option<Operand<'a>>,
    /// Whether `x` is that of the term before.
    same_x: bool,
}

impl<'a> Work<'a> {
    fn new(order: &Traversal, terms: &[Term<'a>], i: usize) -> Work<'a> {
        let term = &terms[i];
        let x = Operand::new(term.x, order);
        Work {
            kernel: kernel(term.op, term.x.dtype()),
            shape: Shape::of(term.op, term.x.dtype()),
            same_x: i > 0 && x.same_tiles(terms[i - 1].x),
            x,
            y: term.y.map(|y| Operand::new(y, order)),
        }
    }

    #[inline]
    fn advance(&mut self, order: &Traversal, level: usize, turns: isize) {
        self.x.advance(order, level, turns);
        if let Some(y) = &mut self.y {
            y.advance(order, level, turns);
        }
    }
}

/// Reduces terms whose first operands are traversed alike and are not empty.
fn pass(order: &Traversal, terms: &[Term], out: &mut [Partial]) {
    let mut works = [const { None::<Work> }; GROUP];
    for (i, work) in works.iter_mut().enumerate().take(terms.len()) {
        *work = Some(Work::new(order, terms, i));
    }
    let (mut x_buffer, mut y_buffer) = (Buffer::new(), Buffer::new());
    let (level, length) = (order.level, order.length);
    let extent = order.extent(level);
    let below: usize = (0..level).map(|level| order.extents[level]).product();
    let advance = |level: usize, turns: isize, works: &mut [Option<Work>]| {
        for work in works.iter_mut().flatten() {
            work.advance(order, level, turns);
        }
    };
    let mut turns = [0usize; MAX_DIMS];
    loop {
        for done in (0..extent).step_by(length) {
            let now = length.min(extent - done);
            for (work, partial) in works.iter_mut().flatten().zip(out.iter_mut()) {
                // SAFETY: the tile is the next part of the loop at `level`, inside both operands, whose extents are equal. The kernel is that of the
                // operands' dtype, the elements are packed and aligned, and by Memory, condition 2, nobody writes them meanwhile.
                let words = unsafe {
                    let x = work.x.tile(order, now, &mut x_buffer, work.same_x);
                    let y = match &work.y {
                        Some(y) => y.tile(order, now, &mut y_buffer, false),
                        None => x,
                    };
                    (work.kernel)(x, y, now * below)
                };
                partial.add(work.shape, (now * below) as u64, words);
            }
            advance(level, now as isize, &mut works);
        }
        advance(level, (extent as isize).wrapping_neg(), &mut works);
        let mut outer = level + 1;
        loop {
            let Some(&extent) = order.extents.get(outer) else {
                return;
            };
            advance(outer, 1, &mut works);
            turns[outer] += 1;
            if turns[outer] < extent {
                break;
            }
            turns[outer] = 0;
            advance(outer, (extent as isize).wrapping_neg(), &mut works);
            outer += 1;
        }
    }
}
