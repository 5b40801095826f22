//! Reductions of blocks in one pass over memory.
//!
//! The dimensions are visited in the memory order of `x`, the one with the smallest stride fastest. The elements, in this order, are cut into tiles by rules that know nothing
//! but the extents; each tile is folded by one kernel (see `fold`), and the tiles are added up in order. Results therefore depend on extents and values alone, not on
//! addresses, padding, or the other terms of the call. Terms over the same elements are folded tile by tile, so that memory is read once.

use std::mem::MaybeUninit;

use distarray_core::{Code, Dims};

use super::block::Block;
use super::copy::transfer;
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
}

impl Traversal {
    fn of(block: &Block) -> Traversal {
        let mut dims: Dims<usize> = (0..block.ndim())
            .filter(|&dim| block.extents()[dim] != 1)
            .collect();
        dims.sort_by_key(|&dim| block.strides()[dim].unsigned_abs());
        let extents = dims
            .iter()
            .map(|&dim| block.extents()[dim] as usize)
            .collect();
        Traversal { dims, extents }
    }

    fn extent(&self, level: usize) -> usize {
        self.extents.get(level).copied().unwrap_or(1)
    }

    /// A tile holds all elements of the dimensions below a level, and so many of those along it.
    fn tile(&self) -> (usize, usize) {
        let mut below = 1;
        let mut level = 0;
        while level + 1 < self.extents.len() && below * self.extents[level] < ENOUGH {
            below *= self.extents[level];
            level += 1;
        }
        (level, TILE / below)
    }
}

/// One operand of one term, where the traversal stands.
#[derive(Clone, Copy)]
struct Operand<'a> {
    block: &'a Block,
    at: *mut u8,
    size: usize,
    /// Whether the elements of a tile follow one another without gaps.
    dense: bool,
}

impl<'a> Operand<'a> {
    fn new(block: &'a Block, order: &Traversal, level: usize) -> Operand<'a> {
        let size = block.dtype().size();
        let mut next = Some(size as i64);
        let dense = (0..=level.min(order.dims.len().saturating_sub(1))).all(|level| {
            match order.dims.get(level) {
                Some(&dim) => {
                    let continues = next == Some(block.strides()[dim]);
                    next = next.and_then(|next| next.checked_mul(block.extents()[dim]));
                    continues
                }
                None => true,
            }
        });
        Operand {
            block,
            at: block.base(),
            size,
            dense,
        }
    }

    fn stride(&self, order: &Traversal, level: usize) -> isize {
        order
            .dims
            .get(level)
            .map_or(0, |&dim| self.block.strides()[dim] as isize)
    }

    fn advance(&mut self, order: &Traversal, level: usize, turns: isize) {
        let step = self.stride(order, level).wrapping_mul(turns);
        self.at = self.at.wrapping_offset(step);
    }

    /// Whether the tiles of both operands hold the same bytes.
    fn same_tiles(&self, other: &Operand) -> bool {
        self.block.base() == other.block.base()
            && self.size == other.size
            && self.block.strides() == other.block.strides()
    }

    /// The address of the tile's elements, one after the other and aligned: in place where they are so, else gathered into `buffer`, unless they are there already.
    ///
    /// # Safety
    /// The tile, `turns` turns of the loop at `level`, lies inside the block; `buffer` holds the last tile gathered from this operand if `gathered`.
    unsafe fn tile(
        &self,
        order: &Traversal,
        level: usize,
        turns: usize,
        buffer: &mut Buffer,
        gathered: bool,
    ) -> *const u8 {
        let alignment = self.size.min(align_of::<u64>());
        if self.dense && self.at.addr() % alignment == 0 {
            return self.at;
        }
        let to = buffer.0.as_mut_ptr().cast::<u8>();
        if !gathered {
            let mut axes = Dims::new();
            let mut packed = self.size;
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
            let nest = Nest {
                axes,
                at: [self.at, to],
            };
            // SAFETY: operand 0 is a part of the block, which lies in its memory by Block, condition 1; operand 1 is at most TILE elements of a buffer
            // on the stack, packed.
            unsafe { transfer(nest, self.size) };
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
#[derive(Clone, Copy)]
struct Work<'a> {
    kernel: Kernel,
    shape: Shape,
    x: Operand<'a>,
    y: Operand<'a>,
    /// Whether `x` is that of the term before.
    same_x: bool,
    has_y: bool,
}

/// Reduces terms whose first operands are traversed alike and are not empty.
fn pass(order: &Traversal, terms: &[Term], out: &mut [Partial]) {
    let (level, length) = order.tile();
    let work = |i: usize| {
        let term = &terms[i.min(terms.len() - 1)];
        let x = Operand::new(term.x, order, level);
        Work {
            kernel: kernel(term.op, term.x.dtype()),
            shape: out[i.min(terms.len() - 1)]
                .shape()
                .unwrap_or(Shape::Integer),
            x,
            y: Operand::new(term.y.unwrap_or(term.x), order, level),
            same_x: i > 0
                && x.same_tiles(&Operand::new(
                    terms[(i - 1).min(terms.len() - 1)].x,
                    order,
                    level,
                )),
            has_y: term.y.is_some(),
        }
    };
    let mut works: [Work; GROUP] = std::array::from_fn(work);
    let works = &mut works[..terms.len()];
    let (mut x_buffer, mut y_buffer) = (Buffer::new(), Buffer::new());
    let mut turns = [0usize; distarray_core::MAX_DIMS];
    let extent = order.extent(level);
    let below: usize = (0..level).map(|level| order.extent(level)).product();
    loop {
        let mut done = 0;
        while done < extent {
            let now = length.min(extent - done);
            for (work, partial) in works.iter_mut().zip(out.iter_mut()) {
                // SAFETY: the tile is the next part of the loop at `level`, inside both operands, whose extents are equal. The kernel is that of the
                // operands' dtype, the elements are packed and aligned, and by Memory, condition 2, nobody writes them meanwhile.
                let words = unsafe {
                    let x = work.x.tile(order, level, now, &mut x_buffer, work.same_x);
                    let y = if work.has_y {
                        work.y.tile(order, level, now, &mut y_buffer, false)
                    } else {
                        x
                    };
                    (work.kernel)(x, y, now * below)
                };
                partial.add(work.shape, (now * below) as u64, words);
                work.x.advance(order, level, now as isize);
                work.y.advance(order, level, now as isize);
            }
            done += now;
        }
        let back = (extent as isize).wrapping_neg();
        works
            .iter_mut()
            .for_each(|work| work.turn(order, level, back));
        let mut outer = level + 1;
        loop {
            if outer >= order.dims.len() {
                return;
            }
            works.iter_mut().for_each(|work| work.turn(order, outer, 1));
            turns[outer] += 1;
            if turns[outer] < order.extents[outer] {
                break;
            }
            turns[outer] = 0;
            let back = (order.extents[outer] as isize).wrapping_neg();
            works
                .iter_mut()
                .for_each(|work| work.turn(order, outer, back));
            outer += 1;
        }
    }
}

impl Work<'_> {
    fn turn(&mut self, order: &Traversal, level: usize, turns: isize) {
        self.x.advance(order, level, turns);
        self.y.advance(order, level, turns);
    }
}
