//! pow.
//!
//! x^y = 2^(y log2 x), with log2 x as a sum of two numbers: log m = 2 atanh s, s = (m - 1)/(m + 1),
//! the first two terms of whose series are computed as such sums too. 11 bits beyond those of a
//! number are needed, since y log2 x may be as large as 1024.

use super::body::Body;
use super::exponential::{clamp, reduced2, scaled};
use super::logarithm::{is_normal, split, LOG2_E};
use super::polynomial::polynomial;
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

/// log2 of a positive normal number, which has `below` more factors of two than its bits say.
#[inline(always)]
fn log2(x: f64, below: f64) -> quotient::Sum {
    let (k, m) = split(x);
    let f = m - 1.0;
    let divisor = m + 1.0;
    let [s, s_low] = quotient::divide2([f, 0.0], [divisor, (1.0 - divisor) + m]);
    let [s, s_low] = quotient::sum(s, s_low);
    let z = s * s;
    let z_low = (2.0 * s).mul_add(s_low, s.mul_add(s, -z));
    let third = z * THIRD[0];
    let third_low = z.mul_add(THIRD[0], -third) + z_low.mul_add(THIRD[0], z * THIRD[1]);
    let [w, w_low] = quotient::sum(third, z * z * polynomial(z, ARCTANH));
    let w_low = w_low + third_low;
    let double = 2.0 * s;
    let product = double * w;
    let product_low = double.mul_add(w, -product) + double.mul_add(w_low, 2.0 * s_low * w);
    let [log, log_low] = quotient::sum(double, product);
    let log_low = log_low + (2.0f64.mul_add(s_low, product_low));
    let part = log * LOG2_E[0];
    let part_low = log.mul_add(LOG2_E[0], -part) + log_low.mul_add(LOG2_E[0], log * LOG2_E[1]);
    let k = k - below;
    let sum = k + part;
    [sum, ((k - sum) + part) + part_low]
}

/// x^y for a positive normal x.
#[inline(always)]
fn pow_normal(x: f64, below: f64, y: f64) -> f64 {
    let log = log2(x, below);
    let exponent = y * log[0];
    let rest = y.mul_add(log[0], -exponent) + y * log[1];
    let within = clamp(exponent, -1100.0, 1100.0);
    let rest = if within == exponent { rest } else { 0.0 };
    let (t, p) = reduced2(within, rest);
    scaled(p, t)
}

pub(super) struct Pow;

impl Body<f64, 2> for Pow {
    #[inline(always)]
    fn is_ordinary([x, y]: [f64; 2]) -> bool {
        is_normal(x) & (y.abs() < 1e18)
    }

    #[inline(always)]
    fn straight([x, y]: [f64; 2]) -> f64 {
        pow_normal(x, 0.0, y)
    }

    #[inline(always)]
    fn value([x, y]: [f64; 2]) -> f64 {
        if Self::is_ordinary([x, y]) {
            return Self::straight([x, y]);
        }
        let a = x.abs();
        if is_normal(a) && y.abs() < 1e18 {
            let value = pow_normal(a, 0.0, y);
            let half = 0.5 * y;
            let whole = y.trunc() == y;
            let odd = whole && half.trunc() != half;
            return if !whole {
                f64::NAN
            } else if odd {
                -value
            } else {
                value
            };
        }
        Self::library([x, y])
    }

    fn library([x, y]: [f64; 2]) -> f64 {
        x.powf(y)
    }
}
