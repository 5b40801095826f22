//! Several arithmetic instructions in one pass over a tile, what is in between in vector registers.
//!
//! A kernel per instruction reads and writes every intermediate result in the cache, which is what most of the time goes to. A
//! chain instead interprets its operations block by block: a block of each value fills some vector registers, of which a stack
//! of [`DEPTH`] values has room, and the operations of a block cost a jump each. Every operation rounds by itself, as its own
//! kernel does: results are the same bits.

use distarray_core::ufunc::Ufunc;
use distarray_core::Dtype;

mod vector;

use vector::Vector;

/// Values on the stack.
pub(super) const DEPTH: usize = 3;

/// What becomes of the value on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Action {
    /// An argument comes on top.
    Push,
    /// The top and an argument.
    Add,
    Subtract,
    Multiply,
    Divide,
    /// An argument and the top.
    SubtractFrom,
    DivideInto,
    /// The value below the top and the top: one takes the place of both.
    AddBelow,
    SubtractBelow,
    MultiplyBelow,
    DivideBelow,
    /// The top and the value below it.
    SubtractTop,
    DivideTop,
    Negative,
    Absolute,
    Square,
    Sqrt,
}

/// One operation; its argument is an entry of the table, as a tile or, with `one`, as one element that stands for all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    pub action: Action,
    pub one: bool,
    pub entry: usize,
}

/// A list of operations that leaves one value.
#[derive(Clone)]
pub(super) struct Chain {
    pub operations: Vec<Operation>,
    run: Run,
}

/// # Safety
/// The entries that the operations name are tiles of `n` elements of the chain's type, or one element, and `out` is one of the
/// tiles or shares no byte with any.
type Run = unsafe fn(operations: &[Operation], table: &[*mut u8], out: *mut u8, n: usize);

/// The forms of a function of two arguments: with an argument on its right, on its left, with the value below, with the top on
/// the left.
pub(super) fn binary(ufunc: Ufunc) -> Option<[Action; 4]> {
    use Action::*;
    Some(match ufunc {
        Ufunc::Add => [Add, Add, AddBelow, AddBelow],
        Ufunc::Multiply => [Multiply, Multiply, MultiplyBelow, MultiplyBelow],
        Ufunc::Subtract => [Subtract, SubtractFrom, SubtractBelow, SubtractTop],
        Ufunc::Divide => [Divide, DivideInto, DivideBelow, DivideTop],
        _ => return None,
    })
}

pub(super) fn unary(ufunc: Ufunc) -> Option<Action> {
    Some(match ufunc {
        Ufunc::Negative => Action::Negative,
        Ufunc::Absolute => Action::Absolute,
        Ufunc::Square => Action::Square,
        Ufunc::Sqrt => Action::Sqrt,
        _ => return None,
    })
}

impl Chain {
    /// `None` where the processor has no vectors that pay.
    pub fn new(operations: Vec<Operation>, dtype: Dtype) -> Option<Chain> {
        run_of(dtype).map(|run| Chain { operations, run })
    }

    /// Whether chains of elements of this type can be run.
    pub fn serves(dtype: Dtype) -> bool {
        run_of(dtype).is_some()
    }

    /// # Safety
    /// As [`Run`].
    #[inline]
    pub unsafe fn perform(&self, table: &[*mut u8], out: *mut u8, n: usize) {
        // SAFETY: passed on.
        unsafe { (self.run)(&self.operations, table, out, n) }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn run_of(_: Dtype) -> Option<Run> {
    None
}

#[cfg(target_arch = "x86_64")]
fn run_of(dtype: Dtype) -> Option<Run> {
    use std::arch::x86_64::{__m256, __m256d, __m512, __m512d};
    let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq");
    let vectors = is_x86_feature_detected!("avx2");
    match dtype {
        Dtype::Float64 if wide => Some(with_avx512::<__m512d, f64>),
        Dtype::Float32 if wide => Some(with_avx512::<__m512, f32>),
        Dtype::Float64 if vectors => Some(with_avx2::<__m256d, f64>),
        Dtype::Float32 if vectors => Some(with_avx2::<__m256, f32>),
        _ => None,
    }
}

/// # Safety
/// As [`Run`], on a processor with AVX-512 F and DQ; `V` is a vector of elements `T`.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq")]
unsafe fn with_avx512<V: Vector, T: Vector>(
    operations: &[Operation],
    table: &[*mut u8],
    out: *mut u8,
    n: usize,
) {
    // SAFETY: passed on. Three values of eight vectors leave some of the 32 registers free.
    unsafe { blocks::<V, T, 8>(operations, table, out, n) }
}

/// # Safety
/// As [`Run`], on a processor with AVX2; `V` is a vector of elements `T`.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn with_avx2<V: Vector, T: Vector>(
    operations: &[Operation],
    table: &[*mut u8],
    out: *mut u8,
    n: usize,
) {
    // SAFETY: passed on. Three values of four vectors leave some of the 16 registers free.
    unsafe { blocks::<V, T, 4>(operations, table, out, n) }
}

/// Blocks of `N` vectors, then single vectors, then single elements.
///
/// # Safety
/// As [`Run`].
#[inline(always)]
unsafe fn blocks<V: Vector, T: Vector, const N: usize>(
    operations: &[Operation],
    table: &[*mut u8],
    out: *mut u8,
    n: usize,
) {
    let whole = n / (N * V::WIDTH) * (N * V::WIDTH);
    let single = n / V::WIDTH * V::WIDTH;
    // SAFETY: passed on, for parts of the tile.
    unsafe {
        part::<V, N>(operations, table, out, 0..whole);
        part::<V, 1>(operations, table, out, whole..single);
        part::<T, 1>(operations, table, out, single..n);
    }
}

/// # Safety
/// As [`Run`]; the range is one of whole blocks.
#[inline(always)]
unsafe fn part<V: Vector, const N: usize>(
    operations: &[Operation],
    table: &[*mut u8],
    out: *mut u8,
    elements: std::ops::Range<usize>,
) {
    for first in elements.step_by(N * V::WIDTH) {
        let at = first * V::ELEMENT;
        // SAFETY: each block lies in the tiles; single elements are read as such.
        unsafe {
            let nothing = [V::zero(); N];
            let (mut top, mut below, mut lowest) = (nothing, nothing, nothing);
            for operation in operations {
                let entry = *table.get_unchecked(operation.entry);
                macro_rules! each {
                    ($f:expr) => {
                        for i in 0..N {
                            top[i] = $f(top[i], i);
                        }
                    };
                }
                macro_rules! with_argument {
                    ($f:expr) => {
                        if operation.one {
                            let one = V::repeat(entry);
                            each!(|top, _| $f(top, one))
                        } else {
                            let from = entry.add(at);
                            each!(|top, i| $f(top, V::load(from.add(i * V::WIDTH * V::ELEMENT))))
                        }
                    };
                }
                macro_rules! with_below {
                    ($f:expr) => {{
                        each!(|top, i: usize| $f(top, below[i]));
                        below = lowest;
                    }};
                }
                match operation.action {
                    Action::Push => {
                        lowest = below;
                        below = top;
                        with_argument!(|_, x| x)
                    }
                    Action::Add => with_argument!(|top, x| V::add(top, x)),
                    Action::Subtract => with_argument!(|top, x| V::subtract(top, x)),
                    Action::Multiply => with_argument!(|top, x| V::multiply(top, x)),
                    Action::Divide => with_argument!(|top, x| V::divide(top, x)),
                    Action::SubtractFrom => with_argument!(|top, x| V::subtract(x, top)),
                    Action::DivideInto => with_argument!(|top, x| V::divide(x, top)),
                    Action::AddBelow => with_below!(|top, x| V::add(x, top)),
                    Action::SubtractBelow => with_below!(|top, x| V::subtract(x, top)),
                    Action::MultiplyBelow => with_below!(|top, x| V::multiply(x, top)),
                    Action::DivideBelow => with_below!(|top, x| V::divide(x, top)),
                    Action::SubtractTop => with_below!(|top, x| V::subtract(top, x)),
                    Action::DivideTop => with_below!(|top, x| V::divide(top, x)),
                    Action::Negative => each!(|top, _| V::negative(top)),
                    Action::Absolute => each!(|top, _| V::absolute(top)),
                    Action::Square => each!(|top, _| V::multiply(top, top)),
                    Action::Sqrt => each!(|top, _| V::sqrt(top)),
                }
            }
            for (i, value) in top.into_iter().enumerate() {
                value.store(out.add(at + i * V::WIDTH * V::ELEMENT));
            }
        }
    }
}
