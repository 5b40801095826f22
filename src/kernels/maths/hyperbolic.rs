//! sinh, cosh, tanh and their inverses.
//!
//! |x| = n ln 2 + r: sinh x = sinh(n ln 2) cosh r + cosh(n ln 2) sinh r, where the functions of
//! n ln 2 are sums of two powers of two, and both functions of r are polynomials. No difference of
//! nearly equal numbers and no division is left.

use super::body::Body;
use super::choice::choose;
use super::exponential::{exp_shifted, minus_one, reduced};
use super::float::Float;
use super::logarithm::{log_normal, log_plus_one};
use super::quotient;

/// (sinh r / r - 1) / z with z = r^2 < 0.1204; relative error of sinh r 2^-61 and 2^-30.9.
const SINH: [f64; 5] = [
    0.16666666666666677,
    0.008333333333321508,
    0.0001984126988646685,
    2.755724383884744e-06,
    2.5109174877188782e-08,
];
const SINH_SINGLE: [f32; 3] = [0.16666667, 0.008333289, 0.00019905105];
/// (cosh r - 1) / z; error of cosh r 2^-65 and 2^-29.9.
const COSH: [f64; 6] = [
    0.5,
    0.04166666666666671,
    0.0013888888888863706,
    2.4801587363827462e-05,
    2.755724146455039e-07,
    2.0924536305180223e-09,
];
const COSH_SINGLE: [f32; 3] = [0.5, 0.041666266, 0.001394636];

/// a cosh r + b sinh r, where |x| = n ln 2 + r and `weights` makes a and b of 2^n / 2 and 2^-n / 2.
#[inline(always)]
fn combined<T: Float>(x: T, weights: impl Fn(T, T) -> (T, T)) -> T {
    let (t, [r, low]) = reduced(x);
    let z = r * r;
    let sinh = (z * r).fused(z.polynomial(SINH, SINH_SINGLE), low);
    let cosh = z.fused(z.polynomial(COSH, COSH_SINGLE), r * low);
    let up = T::of(0.5) * t.power_of_two();
    let down = T::of(0.5) * (T::ROUNDER - (t - T::ROUNDER)).power_of_two();
    let (a, b) = weights(up, down);
    let high = b.fused(r, a);
    let lost = b.fused(r, a - high);
    high + a.fused(cosh, b.fused(sinh, lost))
}

pub(super) struct Sinh;

impl<T: Float> Body<T, 1> for Sinh {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.magnitude() < T::EXP_LIMIT
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        combined(x.magnitude(), |up, down| (up - down, up + down)).signed(x)
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        let large = exp_shifted(x.magnitude(), -T::ONE).signed(x);
        choose(
            <Self as Body<T, 1>>::is_ordinary([x]),
            Self::straight([x]),
            large,
        )
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().sinh())
    }
}

pub(super) struct Cosh;

impl<T: Float> Body<T, 1> for Cosh {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.magnitude() < T::EXP_LIMIT
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        combined(x.magnitude(), |up, down| (up + down, up - down))
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        let large = exp_shifted(x.magnitude(), -T::ONE);
        choose(
            <Self as Body<T, 1>>::is_ordinary([x]),
            Self::straight([x]),
            large,
        )
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().cosh())
    }
}

/// tanh x = (e^2x - 1) / (e^2x + 1).
pub(super) struct Tanh;

impl<T: Float> Body<T, 1> for Tanh {
    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        let (double, limit) = (x.magnitude() + x.magnitude(), T::of(40.0));
        // e^40 is nothing beside which 2 counts; NaN remains.
        let [high, low] = minus_one(choose(double > limit, limit, double));
        let [high, low] = quotient::sum(high, low);
        let below = T::of(2.0) + high;
        let lost = (high - (below - T::of(2.0))) + low;
        quotient::divide([high, low], [below, lost]).signed(x)
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().tanh())
    }
}

pub(super) struct Arcsinh;

impl<T: Float> Body<T, 1> for Arcsinh {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.magnitude() < T::of(1e8)
    }

    /// log(1 + |x| + x^2 / (1 + sqrt(x^2 + 1))).
    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        let a = x.magnitude();
        let rest = a * a / (T::ONE + a.fused(a, T::ONE).root());
        let [high, low] = quotient::sum(a, rest);
        log_plus_one(high, low).signed(x)
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        let large = large(x.magnitude()).signed(x);
        choose(
            <Self as Body<T, 1>>::is_ordinary([x]),
            Self::straight([x]),
            large,
        )
    }

    fn library([x]: [T; 1]) -> T {
        // Rust's own formula loses digits; the C library's does not.
        // SAFETY: a function of a number.
        T::of(unsafe { asinh(x.double()) })
    }
}

pub(super) struct Arccosh;

impl<T: Float> Body<T, 1> for Arccosh {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        (x >= T::ONE) & (x < T::of(1e8))
    }

    /// log(1 + t + sqrt(t (t + 2))) with t = x - 1.
    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        let t = x - T::ONE;
        let root = t.fused(t, t + t).root();
        let [high, low] = quotient::any_sum(t, root);
        log_plus_one(high, low)
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        let value = choose(
            <Self as Body<T, 1>>::is_ordinary([x]),
            Self::straight([x]),
            large(x),
        );
        choose(x < T::ONE, T::NAN, value)
    }

    fn library([x]: [T; 1]) -> T {
        // SAFETY: a function of a number.
        T::of(unsafe { acosh(x.double()) })
    }
}

/// log(2 x) for large x; infinity and NaN remain.
#[inline(always)]
fn large<T: Float>(x: T) -> T {
    choose(x < T::INFINITY, log_normal(x, -T::ONE), x)
}

pub(super) struct Arctanh;

impl<T: Float> Body<T, 1> for Arctanh {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.magnitude() < T::ONE
    }

    /// log(1 + 2a + 2a^2 / (1 - a)) / 2 with a = |x|.
    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        let a = x.magnitude();
        let double = a + a;
        let [high, low] = quotient::any_sum(double, double * a / (T::ONE - a));
        (T::of(0.5) * log_plus_one(high, low)).signed(x)
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        let limit = choose(x.magnitude() == T::ONE, T::INFINITY.signed(x), T::NAN);
        choose(
            <Self as Body<T, 1>>::is_ordinary([x]),
            Self::straight([x]),
            limit,
        )
    }

    fn library([x]: [T; 1]) -> T {
        // SAFETY: a function of a number.
        T::of(unsafe { atanh(x.double()) })
    }
}

extern "C" {
    fn asinh(x: f64) -> f64;
    fn acosh(x: f64) -> f64;
    fn atanh(x: f64) -> f64;
}
