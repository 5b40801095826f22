//! exp, exp2 and expm1.
//!
//! x = n ln 2 + r with |r| <= ln(2)/2 by two fused steps (W. J. Cody and W. Waite, "Software manual
//! for the elementary functions", 1980), e^r by a minimax polynomial, and 2^n put into the exponent.

use super::body::Body;
use super::choice::choose;
use super::float::{Float, Sum};

/// (e^r - 1 - r) / r^2 for |r| < 0.3469; error of e^r 2^-56.6 and 2^-27.7.
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
const EXP_SINGLE: [f32; 5] = [0.5, 0.16666518, 0.041666184, 0.008368944, 0.0013952279];

/// ln 2 and what is missing.
#[inline(always)]
pub(super) fn ln2<T: Float>() -> Sum<T> {
    T::sum_of(std::f64::consts::LN_2, 2.3190468138462996e-17)
}

/// p * 2^n with t = n + ROUNDER, for n of twice the range of an exponent: in two steps, only the
/// last of which is rounded.
#[inline(always)]
pub(super) fn scaled<T: Float>(p: T, t: T) -> T {
    let n = t - T::ROUNDER;
    let half = n.fused(T::of(0.5), T::ROUNDER);
    let rest = T::ROUNDER + (n - (half - T::ROUNDER));
    p * half.power_of_two() * rest.power_of_two()
}

/// n + ROUNDER, and x - n ln 2 as a sum.
#[inline(always)]
pub(super) fn reduced<T: Float>(x: T) -> (T, Sum<T>) {
    let t = x.fused(T::of(std::f64::consts::LOG2_E), T::ROUNDER);
    let minus_n = T::ROUNDER - t;
    let first = minus_n.fused(ln2::<T>()[0], x);
    let r = minus_n.fused(ln2::<T>()[1], first);
    (t, [r, minus_n.fused(ln2::<T>()[1], first - r)])
}

/// e^r - 1 - r for |r| <= ln(2)/2, with the correction to r.
#[inline(always)]
fn curve<T: Float>([r, low]: Sum<T>) -> T {
    (r * r).fused(r.polynomial(EXP, EXP_SINGLE), low)
}

/// e^r for |r| <= ln(2)/2.
#[inline(always)]
pub(super) fn near_zero<T: Float>(r: T) -> T {
    (r * r).fused(r.polynomial(EXP, EXP_SINGLE), r) + T::ONE
}

/// n + ROUNDER, and 2^(x - n).
#[inline(always)]
fn reduced2<T: Float>(x: T) -> (T, T) {
    let t = x + T::ROUNDER;
    (t, near_zero((x - (t - T::ROUNDER)) * ln2::<T>()[0]))
}

/// e^x 2^shift, where the result may be subnormal or overflow.
#[inline(always)]
pub(super) fn exp_shifted<T: Float>(x: T, shift: T) -> T {
    let limit = T::of(1.06) * T::EXP_LIMIT;
    let x = choose(x > limit, limit, x);
    // Less than a quarter of the least subnormal number comes from 1.2 times the limit on.
    let least = T::of(-1.2) * T::EXP_LIMIT;
    let (t, [r, _]) = reduced(choose(x < least, least, x));
    scaled(near_zero(r), t + shift)
}

/// e^x - 1 as a sum of two numbers that are not yet added up, for |x| < EXP_LIMIT.
#[inline(always)]
pub(super) fn minus_one<T: Float>(x: T) -> Sum<T> {
    let (t, r) = reduced(x);
    let scale = t.power_of_two();
    let below = scale - T::ONE;
    let high = scale.fused(r[0], below);
    let lost = scale.fused(r[0], below - high);
    [high, scale.fused(curve(r), lost)]
}

pub(super) struct Exp;

impl<T: Float> Body<T, 1> for Exp {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.magnitude() < T::EXP_LIMIT
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        let (t, [r, _]) = reduced(x);
        near_zero(r) * t.power_of_two()
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        exp_shifted(x, T::ZERO)
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().exp())
    }
}

pub(super) struct Exp2;

impl<T: Float> Body<T, 1> for Exp2 {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.magnitude() < T::EXP2_LIMIT
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        let (t, p) = reduced2(x);
        p * t.power_of_two()
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        let limit = T::of(1.3) * T::EXP2_LIMIT;
        let x = choose(x > limit, limit, x);
        let (t, p) = reduced2(choose(x < -limit, -limit, x));
        scaled(p, t)
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().exp2())
    }
}

pub(super) struct Expm1;

impl<T: Float> Body<T, 1> for Expm1 {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.magnitude() < T::EXP_LIMIT
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        let [high, low] = minus_one(x);
        (high + low).signed(x)
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        let least = -T::EXP_LIMIT;
        let near = Self::straight([choose(x < least, least, x)]);
        choose(x >= T::EXP_LIMIT, exp_shifted(x, T::ZERO), near)
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().exp_m1())
    }
}
