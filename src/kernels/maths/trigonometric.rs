//! sin, cos and tan.
//!
//! x = n pi/2 + r with |r| <= pi/4 and pi/2 in three parts (Cody and Waite), r as a sum of two
//! numbers, and the polynomials of both functions as in fdlibm's k_sin.c and k_cos.c (Sun, 1993). Single
//! precision takes one double-precision r, from the nearest multiple of pi and a polynomial of sin.
//! Arguments beyond [`LIMIT`] are left to the C library, element by element.

use super::body::Body;
use super::choice::{choose, choose2};
use super::float::Float;
use super::quotient;

/// Largest argument that is reduced here: n stays exact in the sum with [`ROUNDER`], and what the
/// three parts of pi/2 lack, n 2^-163, stays below the rounding of r.
const LIMIT: f64 = 268435456.0;
const HALF_PI: [f64; 3] = [
    std::f64::consts::FRAC_PI_2,
    6.123233995736766e-17,
    -1.4973849048591698e-33,
];
/// (sin r / r - 1) / z with z = r^2 < 0.617; relative error of sin r 2^-57.4.
const SIN: [f64; 6] = [
    -0.16666666666666632,
    0.00833333333332242,
    -0.0001984126982981246,
    2.7557313693582982e-06,
    -2.505075838410741e-08,
    1.5896811708821236e-10,
];
/// (cos r - 1 + z/2) / z^2; error of cos r 2^-60.
const COS: [f64; 6] = [
    0.0416666666666666,
    -0.0013888888888874131,
    2.4801587289486948e-05,
    -2.755731435376574e-07,
    2.087572347548633e-09,
    -1.1359658650439622e-11,
];

/// n in the low bits, and x - n pi/2 as a number and a correction to it.
#[inline(always)]
fn reduced(x: f64) -> (u64, f64, f64) {
    let t = x.mul_add(std::f64::consts::FRAC_2_PI, f64::ROUNDER);
    let n = t - f64::ROUNDER;
    // Exact: a multiple of 2^-53 below 1.
    let first = n.mul_add(-HALF_PI[0], x);
    let product = n * HALF_PI[1];
    let rest = n.mul_add(HALF_PI[1], -product);
    // The difference and its rounding, also where `first` is the smaller one (D. E. Knuth).
    let r = first - product;
    let back = r - first;
    let lost = (first - (r - back)) - (product + back);
    (t.to_bits(), r, n.mul_add(-HALF_PI[2], lost - rest))
}

/// sin and cos of r + low.
#[inline(always)]
fn kernels(r: f64, low: f64) -> (f64, f64) {
    let z = r * r;
    let v = z * r;
    let tail = z.polynomial([SIN[1], SIN[2], SIN[3], SIN[4], SIN[5]], [0.0]);
    let sin = r - (z.mul_add(0.5f64.mul_add(low, -(v * tail)), -low) - v * SIN[0]);
    let half = 0.5 * z;
    let whole = 1.0 - half;
    let tail = (z * z).mul_add(z.polynomial(COS, [0.0]), -(r * low));
    let cos = whole + (((1.0 - whole) - half) + tail);
    (sin, cos)
}

/// Sine and cosine for |x| <= [`LIMIT`].
#[inline(always)]
fn sin_cos(x: f64) -> (f64, f64) {
    let (n, r, low) = reduced(x);
    let (sin, cos) = kernels(r, low);
    let odd = n & 1 == 1;
    let [first, second] = choose2(odd, [cos, sin], [sin, cos]);
    let sign = |turn: u64| (turn & 2) << 62;
    (
        f64::from_bits(first.to_bits() ^ sign(n)),
        f64::from_bits(second.to_bits() ^ sign(n.wrapping_add(1))),
    )
}

pub(super) struct Sin;

impl Body<f64, 1> for Sin {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        x.abs() <= LIMIT
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        sin_cos(x).0
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.sin()
    }
}

pub(super) struct Cos;

impl Body<f64, 1> for Cos {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        x.abs() <= LIMIT
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        sin_cos(x).1
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.cos()
    }
}

pub(super) struct Tan;

impl Body<f64, 1> for Tan {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        x.abs() <= LIMIT
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let (n, r, low) = reduced(x);
        let z = r * r;
        let half = 0.5 * z;
        let sin_low = (z * r).mul_add(z.polynomial(SIN, [0.0]), low);
        let cos_low = (z * z).mul_add(z.polynomial(COS, [0.0]), -(r * low)) - half;
        let sin = quotient::sum(r, sin_low);
        let cos = quotient::sum(1.0, cos_low);
        let odd = n & 1 == 1;
        let (above, below) = (choose2(odd, cos, sin), choose2(odd, sin, cos));
        let value = quotient::divide(above, below);
        let value = f64::from_bits(value.to_bits() ^ (n << 63));
        // The sum above forgets the sign of zero.
        choose(x == 0.0, x, value)
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.tan()
    }
}
