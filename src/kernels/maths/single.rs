//! sin, cos and tan of `f32`.
//!
//! x = n pi/2 + r, and the polynomial of sin, cos or tan; -1 / tan r for an odd n.

use super::body::Body;
use super::choice::choose;
use super::float::Float;
use super::trigonometric::{Cos, Sin, Tan};

/// Largest argument of sin and cos that is reduced here, whose n stays exact enough for |r| to be
/// at most 0.005 too large, and of tan, whose r needs a correction: LESS_TURNS.
const LIMIT: f32 = 65536.0;
const LIMIT_TAN: f32 = 1024.0;
/// pi/2 in three parts (Cody and Waite), all positive, so that a negative zero remains one.
const HALF_PI: [f32; 3] = [1.5707962, 7.5497894e-08, 5.3903025e-15];
/// The same with a second part whose product with n is exact below LIMIT_TAN.
const HALF_PI_TAN: [f32; 3] = [1.5707962, 7.5495336e-08, 2.563344e-12];
/// (sin r / r - 1) / z with z = r^2 < 0.625; relative error of sin r 2^-27.3.
const SIN: [f32; 3] = [-0.16666654, 0.00833213, -0.00019511126];
/// (cos r - 1) / z; error of cos r 2^-28.7.
const COS: [f32; 4] = [-0.5, 0.04166662, -0.0013886624, 2.4378169e-05];
/// (tan r / r - 1) / z; relative error of tan r 2^-27.3.
const TAN: [f32; 7] = [
    0.33333352,
    0.133326,
    0.05406745,
    0.021_242_21,
    0.010942044,
    -4.8254645e-05,
    0.0044457032,
];

/// n in the low bits, n, and x - n pi/2, of pi/2 its first part.
#[inline(always)]
fn reduced(x: f32, parts: &[f32; 3]) -> (u32, f32, f32) {
    let t = x.mul_add(std::f32::consts::FRAC_2_PI, f32::ROUNDER);
    let n = t - f32::ROUNDER;
    // Exact: a multiple of 2^-24 below 1.
    (t.to_bits(), n, n.mul_add(-parts[0], x))
}

/// The sine of x and some right angles.
#[inline(always)]
fn turned(x: f32, turns: u32) -> f32 {
    let (whole, n, first) = reduced(x, &HALF_PI);
    let r = n.mul_add(-HALF_PI[2], n.mul_add(-HALF_PI[1], first));
    let turns = turns.wrapping_add(whole);
    let z = r * r;
    let odd = turns & 1 == 1;
    let coefficient = |i: usize| choose(odd, COS[i], if i < 3 { SIN[i] } else { 0.0 });
    let rest = z.polynomial(
        [0.0; 2],
        [
            coefficient(0),
            coefficient(1),
            coefficient(2),
            coefficient(3),
        ],
    );
    let first = choose(odd, 1.0, r);
    let value = choose(odd, z, r * z).mul_add(rest, first).copysign(first);
    f32::from_bits(value.to_bits() ^ ((turns & 2) << 30))
}

impl Body<f32, 1> for Sin {
    #[inline(always)]
    fn is_ordinary([x]: [f32; 1]) -> bool {
        x.abs() <= LIMIT
    }

    #[inline(always)]
    fn straight([x]: [f32; 1]) -> f32 {
        turned(x, 0)
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
        turned(x, 1)
    }

    fn library([x]: [f32; 1]) -> f32 {
        x.cos()
    }
}

impl Body<f32, 1> for Tan {
    #[inline(always)]
    fn is_ordinary([x]: [f32; 1]) -> bool {
        x.abs() <= LIMIT_TAN
    }

    #[inline(always)]
    fn straight([x]: [f32; 1]) -> f32 {
        let (whole, n, first) = reduced(x, &HALF_PI_TAN);
        let r = n.mul_add(-HALF_PI_TAN[1], first);
        // How far r is too large, with a sign that keeps that of a zero.
        let excess = n.mul_add(HALF_PI_TAN[2], n.mul_add(HALF_PI_TAN[1], r - first));
        let z = r * r;
        let tan = r + (r * z).mul_add(z.polynomial([0.0; 2], TAN), -excess);
        let odd = whole & 1 == 1;
        choose(odd, -1.0, tan) / choose(odd, tan, 1.0)
    }

    fn library([x]: [f32; 1]) -> f32 {
        x.tan()
    }
}
