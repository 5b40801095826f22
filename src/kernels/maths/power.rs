//! pow.
//!
//! x^y = 2^(y log2 x), with log2 x as a sum of two numbers: log m = 2 atanh s, s = (m - 1)/(m + 1),
//! the first two terms of whose series are computed as such sums too. 11 bits beyond those of a
//! number are needed, since y log2 x may be as large as 1024.

use super::body::Body;
use super::choice::choose;
use super::exponential::{clamp, reduced2, scaled};
use super::float::{Float, Sum};
use super::logarithm::log2_e;
use super::quotient;

const THIRD: [f64; 2] = [0.3333333333333333, 1.850371707708594e-17];
/// (atanh s / s - 1 - z/3) / z^2 with z = s^2 < 0.02944; relative error of atanh 2^-65.
const ARCTANH: [f64; 7] = [
    0.20000000000001128,
    0.14285714285049217,
    0.11111111260064604,
    0.09090892174409353,
    0.07693379093433785,
    0.06628398759589144,
    0.06598259665182037,
];

/// log2 of a positive normal number.
#[inline(always)]
fn log2(x: f64) -> Sum<f64> {
    let (k, m, _) = x.split();
    let f = m - 1.0;
    let divisor = m + 1.0;
    let [s, s_low] = quotient::divide2([f, 0.0], [divisor, (1.0 - divisor) + m]);
    let [s, s_low] = quotient::sum(s, s_low);
    let z = s * s;
    let z_low = (2.0 * s).mul_add(s_low, s.mul_add(s, -z));
    let third = z * THIRD[0];
    let third_low = z.mul_add(THIRD[0], -third) + z_low.mul_add(THIRD[0], z * THIRD[1]);
    let [w, w_low] = quotient::sum(third, z * z * z.polynomial(ARCTANH, [0.0]));
    let w_low = w_low + third_low;
    let double = 2.0 * s;
    let product = double * w;
    let product_low = double.mul_add(w, -product) + double.mul_add(w_low, 2.0 * s_low * w);
    let [log, log_low] = quotient::sum(double, product);
    let log_low = log_low + (2.0f64.mul_add(s_low, product_low));
    let unit = log2_e::<f64>();
    let part = log * unit[0];
    let part_low = log.mul_add(unit[0], -part) + log_low.mul_add(unit[0], log * unit[1]);
    let sum = k + part;
    [sum, ((k - sum) + part) + part_low]
}

/// x^y for a positive normal x.
#[inline(always)]
fn pow_normal(x: f64, y: f64) -> f64 {
    let log = log2(x);
    let exponent = y * log[0];
    let rest = y.mul_add(log[0], -exponent) + y * log[1];
    let within = clamp(exponent, -1100.0, 1100.0);
    let rest = choose(within == exponent, rest, 0.0);
    let (t, p) = reduced2(within, rest);
    scaled(p, t)
}

/// The sign and the exceptions of a negative `x`, given |x|^y: NaN unless y is an integer.
#[inline(always)]
fn of_sign<T: Float>(x: T, y: T, value: T) -> T {
    let half = T::of(0.5) * y;
    let odd = half.whole() != half;
    let signed = choose(odd, -value, value);
    let negative = choose(y.whole() == y, signed, T::NAN);
    choose(x < T::ZERO, negative, value)
}

pub(super) struct Pow;

impl Body<f64, 2> for Pow {
    #[inline(always)]
    fn is_ordinary([x, y]: [f64; 2]) -> bool {
        x.abs().is_positive_normal() & (y.abs() < 1e18)
    }

    #[inline(always)]
    fn straight([x, y]: [f64; 2]) -> f64 {
        of_sign(x, y, pow_normal(x.abs(), y))
    }

    #[inline(always)]
    fn value(x: [f64; 2]) -> f64 {
        if <Self as Body<f64, 2>>::is_ordinary(x) {
            Self::straight(x)
        } else {
            Self::library(x)
        }
    }

    fn library([x, y]: [f64; 2]) -> f64 {
        x.powf(y)
    }
}

/// log2 m = s P(s^2); relative error 2^-37.8.
const LOG2_SINGLE: [f64; 5] = [
    2.885390081790153,
    0.9617966732675287,
    0.5770835978740383,
    0.41167200160550266,
    0.34074255701072237,
];
/// 2^r for |r| <= 1/2; error 2^-29.
const EXP2_SINGLE: [f64; 7] = [
    0.9999999999156755,
    0.6931472069077078,
    0.24022651536027428,
    0.055503267984757576,
    0.009617990517925555,
    0.0013400597246229213,
    0.00015479271406792459,
];

/// In double precision, where subnormal arguments and results are ordinary and one number holds
/// log2 x exactly enough.
impl Body<f32, 2> for Pow {
    #[inline(always)]
    fn is_ordinary([x, y]: [f32; 2]) -> bool {
        let a = x.abs();
        (a > 0.0) & (a < f32::INFINITY) & (y.abs() < f32::INFINITY)
    }

    #[inline(always)]
    fn straight([x, y]: [f32; 2]) -> f32 {
        let (k, m, _) = f64::from(x.abs()).split();
        let s = (m - 1.0) / (m + 1.0);
        let log = s.mul_add((s * s).polynomial(LOG2_SINGLE, [0.0]), k);
        let exponent = clamp(f64::from(y) * log, -200.0, 200.0);
        let t = exponent + f64::ROUNDER;
        let r = exponent - (t - f64::ROUNDER);
        let value = r.polynomial(EXP2_SINGLE, [0.0]) * t.power_of_two();
        of_sign(x, y, value as f32)
    }

    #[inline(always)]
    fn value(x: [f32; 2]) -> f32 {
        if <Self as Body<f32, 2>>::is_ordinary(x) {
            Self::straight(x)
        } else {
            Self::library(x)
        }
    }

    fn library([x, y]: [f32; 2]) -> f32 {
        x.powf(y)
    }
}
