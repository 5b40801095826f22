//! Reductions of blocks in one pass over memory.
//!
//! The dimensions are visited in the memory order of `x`, the one with the smallest stride fastest.
//! The elements, in this order, are cut into tiles by rules that know nothing but the extents; each
//! tile is folded by one kernel (see `fold`), and the tiles are added up in order. Results
//! therefore depend on extents and values alone, not on addresses, padding, or the other terms of
//! the call. Terms over the same elements are folded tile by tile, so that memory is read once.

use distarray_core::{Code, MAX_DIMS};

use super::block::Block;
use super::fold::{kernel, Kernel};
pub use super::op::Op;
pub use super::partial::Partial;
use super::partial::Shape;
use super::tile::{Buffer, Corner, Operand, Traversal};
pub use super::winner::Places;
use super::winner::Search;
use crate::error::{Error, Result};

/// Terms that share a pass.
const GROUP: usize = 8;

/// One reduction of a block; `y` is the second operand of a dot product.
#[derive(Clone, Copy)]
pub struct Term<'a> {
    pub op: Op,
    pub x: &'a Block,
    pub y: Option<&'a Block>,
    /// Where the elements stand, for `ArgMin` and `ArgMax`.
    pub places: Option<Places<'a>>,
}

impl<'a> Term<'a> {
    /// A reduction of one block to a number that does not tell of places.
    pub fn new(op: Op, x: &'a Block, y: Option<&'a Block>) -> Term<'a> {
        Term {
            op,
            x,
            y,
            places: None,
        }
    }
}

/// Reduces all terms into `out`, whose former contents do not count. Consecutive terms over blocks
/// of equal extents and memory order share a pass over memory.
///
/// Errors: `Code::Argument` when lengths, extents or dtypes do not match, or a second operand is
/// missing or too many; `Code::Unsupported` for the minimum and maximum of complex numbers.
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
    if term.op.is_place() && term.places.is_none() {
        return refuse(format!(
            "the {} needs to know where elements stand",
            term.op.name()
        ));
    }
    match term.y {
        Some(y) if term.op.is_dot() && y.dtype() != term.x.dtype() => refuse(format!(
            "a dot product of {} with {}: convert one of them",
            term.x.dtype().name(),
            y.dtype().name()
        )),
        Some(y) if term.op.is_dot() && y.extents() != term.x.extents() => refuse(format!(
            "a dot product of extents {:?} with extents {:?}",
            term.x.extents(),
            y.extents()
        )),
        None if term.op.is_dot() => refuse("a dot product needs a second operand".into()),
        Some(_) if !term.op.is_dot() => {
            refuse(format!("the {} takes no second operand", term.op.name()))
        }
        _ => Ok(()),
    }
}

fn refuse<T>(text: String) -> Result<T> {
    Err(Error::new(Code::Argument, text))
}

/// What is done with each tile of one term.
struct Work<'a> {
    kernel: Kernel,
    shape: Shape,
    x: Operand<'a>,
    y: Option<Operand<'a>>,
    /// Whether `x` is that of the term before.
    same_x: bool,
    search: Option<Search<'a>>,
}

impl<'a> Work<'a> {
    fn new(order: &Traversal, terms: &[Term<'a>], i: usize) -> Work<'a> {
        let term = &terms[i];
        let x = Operand::new(term.x, order);
        let shape = Shape::of(term.op, term.x.dtype());
        let places = term.places.filter(|_| term.op.is_place());
        Work {
            kernel: kernel(term.op, term.x.dtype()),
            shape,
            search: places.map(|places| Search::new(term.x, shape, places)),
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
                // SAFETY: the tile is the next part of the loop at `level`, inside both operands,
                // whose extents are equal. The kernel is that of the operands' dtype, the elements
                // are packed and aligned, and by Memory, condition 2, nobody writes them meanwhile.
                let words = unsafe {
                    let x = work.x.tile(order, now, &mut x_buffer, work.same_x);
                    let y = match &work.y {
                        Some(y) => y.tile(order, now, &mut y_buffer, false),
                        None => x,
                    };
                    let words = (work.kernel)(x, y, now * below);
                    match &work.search {
                        None => words,
                        Some(search) => {
                            let corner = Corner {
                                order,
                                turns: &turns,
                                done,
                                now,
                            };
                            search.locate(partial, words, x, now * below, &corner)
                        }
                    }
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
