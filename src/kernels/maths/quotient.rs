//! Quotients of numbers that are sums of two.

/// A number and a correction to it of at most half its last bit.
pub(super) type Sum = [f64; 2];

/// high + low with |low| <= |high|.
#[inline(always)]
pub(super) fn sum(high: f64, low: f64) -> Sum {
    let sum = high + low;
    [sum, (high - sum) + low]
}

/// a / b: one division, and the remainder divided in turn by the reciprocal.
#[inline(always)]
pub(super) fn divide(a: Sum, b: Sum) -> f64 {
    let [quotient, correction] = divide2(a, b);
    quotient + correction
}

/// a / b and a correction to it.
#[inline(always)]
pub(super) fn divide2(a: Sum, b: Sum) -> Sum {
    let reciprocal = 1.0 / b[0];
    let quotient = a[0] * reciprocal;
    let rest = (-quotient).mul_add(b[0], a[0]) + (-quotient).mul_add(b[1], a[1]);
    [quotient, rest * reciprocal]
}
