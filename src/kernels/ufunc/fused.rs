//! Two operations in one pass: half of the tiles that a sum of products reads and writes stay in registers.
//!
//! Both are rounded, so that the result is that of the two kernels.

use std::marker::PhantomData;

use distarray_core::ufunc::Ufunc;
use distarray_core::Dtype;

use super::super::lane::Kernel;
use super::arithmetic::{Add, Multiply, Subtract};
use super::loops::{vector_kernel, Function, Vectors};
use super::types::Float;

/// `(a first b) second c`, or `c second (a first b)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kernels) struct Pair {
    pub first: Ufunc,
    pub second: Ufunc,
    /// The result of `first` is the right argument of `second`.
    pub reversed: bool,
    /// Of all arguments and results.
    pub dtype: Dtype,
    /// Bit 0, 1, 2: one element of a, b, c stands for the whole tile.
    pub ones: usize,
}

/// The kernel of arguments a, b, c, if there is one: for sums, differences and products of real numbers on processors with
/// the vectors that make it worth its code.
pub(in crate::kernels) fn kernel(pair: Pair) -> Option<Kernel> {
    match pair.dtype {
        Dtype::Float32 => of_type::<f32>(pair),
        Dtype::Float64 => of_type::<f64>(pair),
        _ => None,
    }
}

fn of_type<T: Float>(pair: Pair) -> Option<Kernel> {
    match pair.first {
        Ufunc::Add => of_first::<T, Add>(pair),
        Ufunc::Subtract => of_first::<T, Subtract>(pair),
        Ufunc::Multiply => of_first::<T, Multiply>(pair),
        _ => None,
    }
}

fn of_first<T: Float, F: Function<T, T, Out = T>>(pair: Pair) -> Option<Kernel> {
    match (pair.second, pair.reversed) {
        (Ufunc::Add, _) => of_both::<T, Then<F, Add>>(pair.ones),
        (Ufunc::Multiply, _) => of_both::<T, Then<F, Multiply>>(pair.ones),
        (Ufunc::Subtract, false) => of_both::<T, Then<F, Subtract>>(pair.ones),
        (Ufunc::Subtract, true) => of_both::<T, Then<F, Reversed>>(pair.ones),
        _ => None,
    }
}

fn of_both<T: Float, F: Function<T, T, T, Out = T>>(ones: usize) -> Option<Kernel> {
    match ones {
        0 => vector_kernel::<F, T, T, T, 0>(),
        1 => vector_kernel::<F, T, T, T, 1>(),
        2 => vector_kernel::<F, T, T, T, 2>(),
        3 => vector_kernel::<F, T, T, T, 3>(),
        4 => vector_kernel::<F, T, T, T, 4>(),
        5 => vector_kernel::<F, T, T, T, 5>(),
        6 => vector_kernel::<F, T, T, T, 6>(),
        _ => None,
    }
}

/// The second function of the first one's result and `c`.
struct Then<F, S>(PhantomData<(F, S)>);

impl<T, F, S> Function<T, T, T> for Then<F, S>
where
    T: Float,
    F: Function<T, T, Out = T>,
    S: Function<T, T, Out = T>,
{
    type Out = T;
    const VECTORS: Vectors = Vectors::Both;
    #[inline(always)]
    fn of(a: T, b: T, c: T) -> T {
        S::of(F::of(a, b, ()), c, ())
    }
}

/// The second argument less the first.
struct Reversed;

impl<T: Float> Function<T, T> for Reversed {
    type Out = T;
    #[inline(always)]
    fn of(a: T, b: T, _: ()) -> T {
        b.minus(a)
    }
}
