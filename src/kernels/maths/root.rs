//! cbrt and hypot.

use super::body::Body;
use super::choice::{choose, choose2};
use super::float::Float;

/// m^(-1/3) for m between sqrt(1/2) and sqrt(2); relative error 2^-17.4.
const INVERSE_CBRT: [f64; 6] = [
    1.9991706567645515,
    -2.485919300147192,
    2.792208804229595,
    -1.8981298012236039,
    0.7007373137853186,
    -0.10806382580241498,
];
const INVERSE_CBRT_SINGLE: [f32; 6] = [
    1.9991707,
    -2.4859193,
    2.792209,
    -1.8981298,
    0.7007373,
    -0.10806383,
];
const CBRT_2: f64 = 1.2599210498948732;

/// The cube root of a positive normal number: x = 2^(3q + s) m, the inverse root of m by a
/// polynomial and, in double precision, a step of third order, the root by a step of Newton's.
#[inline(always)]
fn cbrt_normal<T: Float>(x: T) -> T {
    let third = T::of(1.0 / 3.0);
    let (k, m, _) = x.split();
    let t = k.fused(third, T::ROUNDER);
    let s = (t - T::ROUNDER).fused(T::of(-3.0), k);
    let [half, two] = [T::of(0.5), T::of(2.0)];
    let up = choose2(s > T::ZERO, [two, T::of(1.0 / CBRT_2)], [T::ONE, T::ONE]);
    let [scale, inverse] = choose2(s < T::ZERO, [half, T::of(CBRT_2)], up);
    let r = m.polynomial(INVERSE_CBRT, INVERSE_CBRT_SINGLE) * inverse;
    let m = m * scale;
    let r = if T::IS_DOUBLE {
        let error = (r * r).fused(-(r * m), T::ONE);
        (r * error).fused(T::of(2.0 / 9.0).fused(error, third), r)
    } else {
        r
    };
    let square = r * r;
    let root = square * m;
    let root2 = root * root;
    let rest = root.fused(root, -root2);
    let missing = root.fused(-rest, root.fused(-root2, m));
    (missing * third).fused(square, root) * t.power_of_two()
}

pub(super) struct Cbrt;

impl<T: Float> Body<T, 1> for Cbrt {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.magnitude().is_positive_normal()
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        cbrt_normal(x.magnitude()).signed(x)
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        const SCALE: f64 = (1u64 << 54) as f64;
        const ROOT: f64 = (1u64 << 18) as f64;
        let tiny = x.magnitude() < T::LEAST;
        let root = cbrt_normal(choose(tiny, x * T::of(SCALE), x).magnitude());
        let root = choose(tiny, root * T::of(1.0 / ROOT), root);
        let finite = (x != T::ZERO) & (x.magnitude() < T::INFINITY);
        choose(finite, root.signed(x), x)
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().cbrt())
    }
}

pub(super) struct Hypot;

impl Body<f64, 2> for Hypot {
    #[inline(always)]
    fn is_ordinary([x, y]: [f64; 2]) -> bool {
        let (x, y) = (x.abs(), y.abs());
        let largest = choose(x > y, x, y);
        (largest > 1e-140) & (x + y < 1e150)
    }

    /// The root of the sum, corrected by what its square lacks (C. F. Borges, "An improved algorithm
    /// for hypot(a, b)", 2019, the fused version).
    #[inline(always)]
    fn straight([x, y]: [f64; 2]) -> f64 {
        let (x, y) = (x.abs(), y.abs());
        let [small, large] = choose2(x < y, [x, y], [y, x]);
        let root = small.mul_add(small, large * large).sqrt();
        let (square, large2) = (root * root, large * large);
        let excess = small.mul_add(-small, square - large2)
            + (root.mul_add(root, -square) - large.mul_add(large, -large2));
        excess.mul_add(-0.5 / root, root)
    }

    #[inline(always)]
    fn value([x, y]: [f64; 2]) -> f64 {
        let (x, y) = (x.abs(), y.abs());
        let largest = choose(x > y, x, y);
        let scale = choose(x + y < 1e150, 1.0, f64::SMALL);
        let scale = choose(largest > 1e-140, scale, f64::LARGE);
        let value = Self::straight([x * scale, y * scale]) / scale;
        let value = choose(x + y == 0.0, 0.0, value);
        let infinite = (x == f64::INFINITY) | (y == f64::INFINITY);
        choose(infinite, f64::INFINITY, value)
    }

    fn library([x, y]: [f64; 2]) -> f64 {
        x.hypot(y)
    }
}

/// The squares, their sum and its root in double precision, where nothing overflows.
impl Body<f32, 2> for Hypot {
    #[inline(always)]
    fn is_ordinary([x, y]: [f32; 2]) -> bool {
        x.abs() + y.abs() < f32::INFINITY
    }

    #[inline(always)]
    fn straight([x, y]: [f32; 2]) -> f32 {
        let (x, y) = (f64::from(x), f64::from(y));
        x.mul_add(x, y * y).sqrt() as f32
    }

    #[inline(always)]
    fn value([x, y]: [f32; 2]) -> f32 {
        let infinite = (x.abs() == f32::INFINITY) | (y.abs() == f32::INFINITY);
        choose(infinite, f32::INFINITY, Self::straight([x, y]))
    }

    fn library([x, y]: [f32; 2]) -> f32 {
        x.hypot(y)
    }
}
