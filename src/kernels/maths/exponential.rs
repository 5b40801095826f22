//! exp, exp2 and expm1.
//!
//! x = n ln 2 + r with |r| <= ln(2)/2 by two fused steps (W. J. Cody and W. Waite, "Software manual
//! for the elementary functions", 1980), e^r by a minimax polynomial, and 2^n put into the exponent.

use super::body::Body;
use super::polynomial::polynomial;

/// 1.5 * 2^52: a sum with it is rounded to an integer, which stands in the low bits of the sum.
pub(super) const ROUNDER: f64 = 6755399441055744.0;
/// ln 2 to 53 bits, and what is missing.
pub(super) const LN2_HIGH: f64 = std::f64::consts::LN_2;
pub(super) const LN2_LOW: f64 = 2.3190468138462996e-17;
/// (e^r - 1 - r) / r^2 for |r| < 0.3469; error of e^r 2^-56.6.
const EXP: [f64; 10] = [
    0.5000000000000013,
    0.16666666666666705,
    0.04166666666651468,
    0.008333333333303522,
    0.0013888888947240312,
    0.0001984126992623412,
    2.4801489683336325e-05,
    2.7557207615713123e-06,
    2.763138078329885e-07,
    2.5120855448338573e-08,
];

/// 2^n, where the low bits of `t` hold n as a sum with [`ROUNDER`] does; n from -1022 to 1023.
#[inline(always)]
pub(super) fn power_of_two(t: u64) -> f64 {
    f64::from_bits((t << 52).wrapping_add(1.0f64.to_bits()))
}

/// `x` between `low` and `high`; NaN remains NaN.
#[inline(always)]
pub(super) fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high {
        high
    } else {
        x
    }
}

/// p * 2^n for any n that a sum with [`ROUNDER`] holds between -2100 and 2100: in two steps, so that only the last is rounded.
#[inline(always)]
pub(super) fn scaled(p: f64, t: f64) -> f64 {
    let half = (t - ROUNDER).mul_add(0.5, ROUNDER).to_bits();
    p * power_of_two(half) * power_of_two(t.to_bits().wrapping_sub(half))
}

/// n as a sum with [`ROUNDER`], and e^(x - n ln 2).
#[inline(always)]
fn reduced(x: f64) -> (f64, f64) {
    let t = x.mul_add(std::f64::consts::LOG2_E, ROUNDER);
    let n = t - ROUNDER;
    let r = n.mul_add(-LN2_LOW, n.mul_add(-LN2_HIGH, x));
    (t, near_zero(r))
}

/// e^r for |r| <= ln(2)/2.
#[inline(always)]
fn near_zero(r: f64) -> f64 {
    (r * r).mul_add(polynomial(r, EXP), r) + 1.0
}

/// n as a sum with [`ROUNDER`], and 2^(x + low - n), for a small `low`.
#[inline(always)]
pub(super) fn reduced2(x: f64, low: f64) -> (f64, f64) {
    let t = x + ROUNDER;
    (t, near_zero(((x - (t - ROUNDER)) + low) * LN2_HIGH))
}

/// e^x, x < 750, where the result may be subnormal or overflow; times 2^shift.
#[inline(always)]
pub(super) fn exp_shifted(x: f64, shift: f64) -> f64 {
    let (t, p) = reduced(clamp(x, -750.0, 750.0));
    scaled(p, t + shift)
}

/// e^x - 1 as a sum of two numbers, for |x| < 708.
#[inline(always)]
pub(super) fn minus_one(x: f64) -> (f64, f64) {
    let t = x.mul_add(std::f64::consts::LOG2_E, ROUNDER);
    let n = t - ROUNDER;
    let first = n.mul_add(-LN2_HIGH, x);
    let r = n.mul_add(-LN2_LOW, first);
    let low = n.mul_add(-LN2_LOW, first - r);
    let scale = power_of_two(t.to_bits());
    let below = scale - 1.0;
    let high = scale.mul_add(r, below);
    let lost = scale.mul_add(r, below - high);
    (
        high,
        scale.mul_add((r * r).mul_add(polynomial(r, EXP), low), lost),
    )
}

pub(super) struct Exp;

impl Body<f64, 1> for Exp {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        x.abs() < 708.0
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let (t, p) = reduced(x);
        p * power_of_two(t.to_bits())
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        exp_shifted(x, 0.0)
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.exp()
    }
}

pub(super) struct Exp2;

impl Body<f64, 1> for Exp2 {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        x.abs() < 1022.0
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let (t, p) = reduced2(x, 0.0);
        p * power_of_two(t.to_bits())
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        let (t, p) = reduced2(clamp(x, -1100.0, 1100.0), 0.0);
        scaled(p, t)
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.exp2()
    }
}

pub(super) struct Expm1;

impl Body<f64, 1> for Expm1 {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        x.abs() < 700.0
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let (high, low) = minus_one(x);
        (high + low).copysign(x)
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        let (high, low) = minus_one(clamp(x, -690.0, 690.0));
        let value = if x >= 690.0 {
            exp_shifted(x, 0.0)
        } else {
            high + low
        };
        if x.abs() < 700.0 {
            Self::straight([x])
        } else {
            value
        }
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.exp_m1()
    }
}
