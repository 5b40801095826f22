//! sqrt, cbrt and hypot.

use super::body::Body;
use super::exponential::{power_of_two, ROUNDER};
use super::logarithm::{is_normal, split};
use super::polynomial::polynomial;

pub(super) struct Sqrt;

impl Body<f64, 1> for Sqrt {
    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        x.sqrt()
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.sqrt()
    }
}

/// m^(-1/3) for m between sqrt(1/2) and sqrt(2); relative error 2^-17.4.
const INVERSE_CBRT: [f64; 6] = [
    1.9991706567645515,
    -2.485919300147192,
    2.792208804229595,
    -1.8981298012236039,
    0.7007373137853186,
    -0.10806382580241498,
];
const CBRT_2: f64 = 1.2599210498948732;

/// The cube root of a positive normal number: x = 2^(3q + s) m, the inverse root of m by a
/// polynomial and a step of third order, the root by a step of Newton's.
#[inline(always)]
fn cbrt_normal(x: f64) -> f64 {
    let (k, m) = split(x);
    let t = k.mul_add(1.0 / 3.0, ROUNDER);
    let s = (t - ROUNDER).mul_add(-3.0, k);
    let (scale, inverse) = if s < 0.0 { (0.5, CBRT_2) } else { (1.0, 1.0) };
    let (scale, inverse) = if s > 0.0 {
        (2.0, 1.0 / CBRT_2)
    } else {
        (scale, inverse)
    };
    let m = m * scale;
    let r = polynomial(m / scale, INVERSE_CBRT) * inverse;
    let error = (r * r).mul_add(-(r * m), 1.0);
    let r = (r * error).mul_add((2.0f64 / 9.0).mul_add(error, 1.0 / 3.0), r);
    let square = r * r;
    let root = square * m;
    let root2 = root * root;
    let rest = root.mul_add(root, -root2);
    let missing = root.mul_add(-rest, root.mul_add(-root2, m));
    (missing * (1.0 / 3.0)).mul_add(square, root) * power_of_two(t.to_bits())
}

pub(super) struct Cbrt;

impl Body<f64, 1> for Cbrt {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        is_normal(x.abs())
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        cbrt_normal(x.abs()).copysign(x)
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        const SCALE: f64 = 18014398509481984.0;
        let tiny = x.abs() < f64::MIN_POSITIVE;
        let root = cbrt_normal((if tiny { x * SCALE } else { x }).abs());
        let root = if tiny { root * (1.0 / 262144.0) } else { root };
        if x == 0.0 || !(x.abs() < f64::INFINITY) {
            x
        } else {
            root.copysign(x)
        }
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.cbrt()
    }
}

pub(super) struct Hypot;

impl Body<f64, 2> for Hypot {
    #[inline(always)]
    fn is_ordinary([x, y]: [f64; 2]) -> bool {
        let (x, y) = (x.abs(), y.abs());
        let largest = if x > y { x } else { y };
        (largest > 1e-140) & (x + y < 1e150)
    }

    /// The root of the sum, corrected by what its square lacks (C. F. Borges, "An improved algorithm
    /// for hypot(a, b)", 2019, the fused version).
    #[inline(always)]
    fn straight([x, y]: [f64; 2]) -> f64 {
        let (x, y) = (x.abs(), y.abs());
        let (small, large) = if x < y { (x, y) } else { (y, x) };
        let root = small.mul_add(small, large * large).sqrt();
        let (square, large2) = (root * root, large * large);
        let excess = small.mul_add(-small, square - large2)
            + (root.mul_add(root, -square) - large.mul_add(large, -large2));
        excess.mul_add(-0.5 / root, root)
    }

    #[inline(always)]
    fn value([x, y]: [f64; 2]) -> f64 {
        let (x, y) = (x.abs(), y.abs());
        let largest = if x > y { x } else { y };
        let scale = if x + y < 1e150 {
            1.0
        } else {
            f64::from_bits(423 << 52)
        };
        let scale = if largest > 1e-140 {
            scale
        } else {
            f64::from_bits(1623 << 52)
        };
        let value = Self::straight([x * scale, y * scale]) / scale;
        let value = if x + y == 0.0 { 0.0 } else { value };
        if x == f64::INFINITY || y == f64::INFINITY {
            f64::INFINITY
        } else {
            value
        }
    }

    fn library([x, y]: [f64; 2]) -> f64 {
        x.hypot(y)
    }
}
