//! sinh, cosh, tanh and their inverses.
//!
//! |x| = n ln 2 + r: sinh x = sinh(n ln 2) cosh r + cosh(n ln 2) sinh r, where the functions of
//! n ln 2 are sums of two powers of two, and both functions of r are polynomials. No difference of
//! nearly equal numbers and no division is left.

use super::body::Body;
use super::exponential::{exp_shifted, minus_one, power_of_two, LN2_HIGH, LN2_LOW, ROUNDER};
use super::logarithm::{log_normal, log_plus_one};
use super::polynomial::polynomial;
use super::quotient;

/// (sinh r / r - 1) / z with z = r^2 < 0.1204; relative error of sinh r 2^-61.
const SINH: [f64; 5] = [
    0.16666666666666677,
    0.008333333333321508,
    0.0001984126988646685,
    2.755724383884744e-06,
    2.5109174877188782e-08,
];
/// (cosh r - 1) / z; error of cosh r 2^-65.
const COSH: [f64; 6] = [
    0.5,
    0.04166666666666671,
    0.0013888888888863706,
    2.4801587363827462e-05,
    2.755724146455039e-07,
    2.0924536305180223e-09,
];
/// Beyond it e^-x is nothing beside e^x, and 2^n of the reduction may overflow.
const LARGE: f64 = 708.0;

/// a cosh r + b sinh r, where |x| = n ln 2 + r and `weights` makes a and b of 2^n / 2 and 2^-n / 2.
#[inline(always)]
fn combined(x: f64, weights: impl Fn(f64, f64) -> (f64, f64)) -> f64 {
    let t = x.mul_add(std::f64::consts::LOG2_E, ROUNDER);
    let n = t - ROUNDER;
    let first = n.mul_add(-LN2_HIGH, x);
    let r = n.mul_add(-LN2_LOW, first);
    let low = n.mul_add(-LN2_LOW, first - r);
    let z = r * r;
    let sinh = (z * r).mul_add(polynomial(z, SINH), low);
    let cosh = z.mul_add(polynomial(z, COSH), r * low);
    let (a, b) = weights(
        0.5 * power_of_two(t.to_bits()),
        0.5 * power_of_two(t.to_bits().wrapping_neg()),
    );
    let high = b.mul_add(r, a);
    let lost = b.mul_add(r, a - high);
    high + a.mul_add(cosh, b.mul_add(sinh, lost))
}

pub(super) struct Sinh;

impl Body<f64, 1> for Sinh {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        x.abs() < LARGE
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        combined(x.abs(), |up, down| (up - down, up + down)).copysign(x)
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        if Self::is_ordinary([x]) {
            Self::straight([x])
        } else {
            exp_shifted(x.abs(), -1.0).copysign(x)
        }
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.sinh()
    }
}

pub(super) struct Cosh;

impl Body<f64, 1> for Cosh {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        x.abs() < LARGE
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        combined(x.abs(), |up, down| (up + down, up - down))
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        if Self::is_ordinary([x]) {
            Self::straight([x])
        } else {
            exp_shifted(x.abs(), -1.0)
        }
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.cosh()
    }
}

/// tanh x = (e^2x - 1) / (e^2x + 1).
pub(super) struct Tanh;

impl Body<f64, 1> for Tanh {
    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let double = 2.0 * x.abs();
        // e^40 is nothing beside which 2 counts; NaN remains.
        let (high, low) = minus_one(if double > 40.0 { 40.0 } else { double });
        let [high, low] = quotient::sum(high, low);
        let below = 2.0 + high;
        let lost = (high - (below - 2.0)) + low;
        quotient::divide([high, low], [below, lost]).copysign(x)
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.tanh()
    }
}

pub(super) struct Arcsinh;

impl Body<f64, 1> for Arcsinh {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        x.abs() < 1e8
    }

    /// log(1 + |x| + x^2 / (1 + sqrt(x^2 + 1))).
    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let a = x.abs();
        let rest = a * a / (1.0 + a.mul_add(a, 1.0).sqrt());
        let [high, low] = quotient::sum(a, rest);
        log_plus_one(high, low).copysign(x)
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        if Self::is_ordinary([x]) {
            Self::straight([x])
        } else {
            large(x.abs()).copysign(x)
        }
    }

    fn library([x]: [f64; 1]) -> f64 {
        // Rust's own formula loses digits; the C library's does not.
        // SAFETY: a function of a number.
        unsafe { asinh(x) }
    }
}

pub(super) struct Arccosh;

impl Body<f64, 1> for Arccosh {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        (x >= 1.0) & (x < 1e8)
    }

    /// log(1 + t + sqrt(t (t + 2))) with t = x - 1.
    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let t = x - 1.0;
        let root = t.mul_add(t, 2.0 * t).sqrt();
        let high = t + root;
        let back = high - t;
        log_plus_one(high, (t - (high - back)) + (root - back))
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        let value = if Self::is_ordinary([x]) {
            Self::straight([x])
        } else {
            large(x)
        };
        if x < 1.0 {
            f64::NAN
        } else {
            value
        }
    }

    fn library([x]: [f64; 1]) -> f64 {
        // SAFETY: a function of a number.
        unsafe { acosh(x) }
    }
}

/// log(2 x) for large x; infinity and NaN remain.
#[inline(always)]
fn large(x: f64) -> f64 {
    if x < f64::INFINITY {
        log_normal(x, -1.0)
    } else {
        x
    }
}

pub(super) struct Arctanh;

impl Body<f64, 1> for Arctanh {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        x.abs() < 1.0
    }

    /// log(1 + 2a + 2a^2 / (1 - a)) / 2 with a = |x|.
    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let a = x.abs();
        let double = 2.0 * a;
        let rest = double * a / (1.0 - a);
        let high = double + rest;
        let back = high - double;
        let low = (double - (high - back)) + (rest - back);
        (0.5 * log_plus_one(high, low)).copysign(x)
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        if Self::is_ordinary([x]) {
            Self::straight([x])
        } else if x.abs() == 1.0 {
            f64::INFINITY.copysign(x)
        } else {
            f64::NAN
        }
    }

    fn library([x]: [f64; 1]) -> f64 {
        // SAFETY: a function of a number.
        unsafe { atanh(x) }
    }
}

extern "C" {
    fn asinh(x: f64) -> f64;
    fn acosh(x: f64) -> f64;
    fn atanh(x: f64) -> f64;
}
