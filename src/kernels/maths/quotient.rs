//! Quotients of numbers that are sums of two.

use super::float::{Float, Sum};

/// high + low with |low| <= |high|.
#[inline(always)]
pub(super) fn sum<T: Float>(high: T, low: T) -> Sum<T> {
    let sum = high + low;
    [sum, (high - sum) + low]
}

/// The same for any two numbers (D. E. Knuth).
#[inline(always)]
pub(super) fn any_sum<T: Float>(a: T, b: T) -> Sum<T> {
    let sum = a + b;
    let back = sum - a;
    [sum, (a - (sum - back)) + (b - back)]
}

/// a / b: one division, and the remainder divided in turn by the reciprocal.
#[inline(always)]
pub(super) fn divide<T: Float>(a: Sum<T>, b: Sum<T>) -> T {
    let [quotient, correction] = divide2(a, b);
    quotient + correction
}

/// a / b and a correction to it.
#[inline(always)]
pub(super) fn divide2<T: Float>(a: Sum<T>, b: Sum<T>) -> Sum<T> {
    let reciprocal = T::ONE / b[0];
    let quotient = a[0] * reciprocal;
    let rest = (-quotient).fused(b[0], a[0]) + (-quotient).fused(b[1], a[1]);
    [quotient, rest * reciprocal]
}
