//! sin, cos and tan of `f32`, in double precision.
//!
//! sin x = +-sin r with x = n pi + r, cos x = +-sin r with x = (n + 1/2) pi - r, and tan x = tan r or
//! -1 / tan r with x = n pi/2 + r; pi in two parts. r is as exact as a result needs for all
//! arguments that [`LIMIT`] admits.

use super::body::Body;
use super::choice::choose;
use super::float::Float;
use super::trigonometric::{Cos, Sin, Tan};

/// As in double precision: n stays exact.
const LIMIT: f32 = 268435456.0;
const PI: [f64; 2] = [std::f64::consts::PI, 1.2246467991473532e-16];
/// (sin r / r - 1) / z with z = r^2 < 2.468; relative error of sin r 2^-35.
const SIN: [f64; 5] = [
    -0.16666666631793126,
    0.008333331325981816,
    -0.00019840894405226598,
    2.75266333146389e-06,
    -2.3909486576036573e-08,
];
/// (tan r / r - 1) / z with z = r^2 < 0.617; relative error of tan r 2^-29.
const TAN: [f64; 7] = [
    0.3333335145051269,
    0.1333260960017753,
    0.0540655826920359,
    0.021254737877119043,
    0.010903005662120985,
    8.662090471992153e-06,
    0.004414322311272561,
];

/// sin r, with the sign of an odd n, which stands in the low bits of `t`.
#[inline(always)]
fn sin_half_turn(r: f64, t: f64) -> f32 {
    let z = r * r;
    let sin = r * z.mul_add(z.polynomial(SIN, [0.0]), 1.0);
    f64::from_bits(sin.to_bits() ^ (t.to_bits() << 63)) as f32
}

impl Body<f32, 1> for Sin {
    #[inline(always)]
    fn is_ordinary([x]: [f32; 1]) -> bool {
        x.abs() <= LIMIT
    }

    #[inline(always)]
    fn straight([x]: [f32; 1]) -> f32 {
        let x = f64::from(x);
        let t = x.mul_add(std::f64::consts::FRAC_1_PI, f64::ROUNDER);
        let n = t - f64::ROUNDER;
        sin_half_turn(n.mul_add(-PI[1], n.mul_add(-PI[0], x)), t)
    }

    #[inline(always)]
    fn value(x: [f32; 1]) -> f32 {
        if <Self as Body<f32, 1>>::is_ordinary(x) {
            Self::straight(x)
        } else {
            Self::library(x)
        }
    }

    fn library([x]: [f32; 1]) -> f32 {
        x.sin()
    }
}

impl Body<f32, 1> for Cos {
    #[inline(always)]
    fn is_ordinary([x]: [f32; 1]) -> bool {
        x.abs() <= LIMIT
    }

    #[inline(always)]
    fn straight([x]: [f32; 1]) -> f32 {
        let x = f64::from(x);
        let t = x.mul_add(std::f64::consts::FRAC_1_PI, -0.5) + f64::ROUNDER;
        let n = (t - f64::ROUNDER) + 0.5;
        sin_half_turn(n.mul_add(PI[1], n.mul_add(PI[0], -x)), t)
    }

    #[inline(always)]
    fn value(x: [f32; 1]) -> f32 {
        if <Self as Body<f32, 1>>::is_ordinary(x) {
            Self::straight(x)
        } else {
            Self::library(x)
        }
    }

    fn library([x]: [f32; 1]) -> f32 {
        x.cos()
    }
}

impl Body<f32, 1> for Tan {
    #[inline(always)]
    fn is_ordinary([x]: [f32; 1]) -> bool {
        x.abs() <= LIMIT
    }

    #[inline(always)]
    fn straight([x]: [f32; 1]) -> f32 {
        let x = f64::from(x);
        let t = x.mul_add(std::f64::consts::FRAC_2_PI, f64::ROUNDER);
        let n = t - f64::ROUNDER;
        let r = n.mul_add(-0.5 * PI[1], n.mul_add(-0.5 * PI[0], x));
        let z = r * r;
        let tan = (r * z.mul_add(z.polynomial(TAN, [0.0]), 1.0)) as f32;
        let odd = t.to_bits() & 1 == 1;
        choose(odd, -1.0, tan) / choose(odd, tan, 1.0)
    }

    #[inline(always)]
    fn value(x: [f32; 1]) -> f32 {
        if <Self as Body<f32, 1>>::is_ordinary(x) {
            Self::straight(x)
        } else {
            Self::library(x)
        }
    }

    fn library([x]: [f32; 1]) -> f32 {
        x.tan()
    }
}
