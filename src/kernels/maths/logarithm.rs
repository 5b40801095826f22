//! log, log2, log10 and log1p.
//!
//! x = 2^k m with m between sqrt(1/2) and sqrt(2), f = m - 1, s = f / (2 + f):
//! log(m) = f - (f^2/2 - s (f^2/2 + R(s^2))) as in fdlibm's e_log.c (K. C. Ng, 1993).

use super::body::Body;
use super::exponential::{LN2_HIGH, LN2_LOW};
use super::polynomial::polynomial;

/// log((1 + s)/(1 - s)) = 2 s + s z R(z) with z = s^2 < 0.02944; relative error 2^-58.8.
const LOG: [f64; 7] = [
    0.6666666666666734,
    0.3999999999941396,
    0.2857142874256277,
    0.22222198553751335,
    0.18183565408211602,
    0.1531402110329525,
    0.14796261295586524,
];

pub(super) const LOG2_E: [f64; 2] = [std::f64::consts::LOG2_E, 2.0355273740931033e-17];
const LOG10_E: [f64; 2] = [std::f64::consts::LOG10_E, 1.098319650216765e-17];
const LOG10_2: [f64; 2] = [std::f64::consts::LOG10_2, -2.8037281277851704e-18];

/// Where the bits of x lie above those of sqrt(1/2), in whole exponents: k as a float, and m.
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    const ROOT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    /// Keeps the distance positive, so that a logical shift does.
    const BIAS: u64 = 1023;
    const TWO_52: f64 = 4503599627370496.0;
    let distance = x.to_bits().wrapping_sub(ROOT_HALF).wrapping_add(BIAS << 52);
    let k = f64::from_bits((distance >> 52) | TWO_52.to_bits()) - (TWO_52 + BIAS as f64);
    let whole = (distance & (0xfff << 52)).wrapping_sub(BIAS << 52);
    (k, f64::from_bits(x.to_bits().wrapping_sub(whole)))
}

/// `below` more factors of two are in `x` than its bits say.
#[inline(always)]
pub(super) fn log_normal(x: f64, below: f64) -> f64 {
    let (k, m) = split(x);
    let k = k - below;
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let half = 0.5 * f * f;
    let tail = s.mul_add(z.mul_add(polynomial(z, LOG), half), k * LN2_LOW);
    k.mul_add(LN2_HIGH, f - (half - tail))
}

/// (k + log_2(m)) in another base: log(x) times `scale`, which is `unit` per factor of two; each a
/// number and what it lacks.
#[inline(always)]
fn log_scaled(x: f64, below: f64, scale: [f64; 2], unit: [f64; 2]) -> f64 {
    let (k, m) = split(x);
    let k = k - below;
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let half = 0.5 * f * f;
    let high = f - half;
    let low = s.mul_add(z.mul_add(polynomial(z, LOG), half), (f - high) - half);
    let product = high * scale[0];
    let rest = low.mul_add(
        scale[0],
        high.mul_add(scale[1], high.mul_add(scale[0], -product)),
    );
    let sum = k.mul_add(unit[0], product);
    let lost = k.mul_add(unit[0], -sum) + product;
    sum + (k.mul_add(unit[1], rest) + lost)
}

/// log(1 + x + low) for x > -1 and a small `low`, times 2^-`below`.
#[inline(always)]
pub(super) fn log_plus_one(x: f64, low: f64) -> f64 {
    let u = 1.0 + x;
    let back = u - 1.0;
    let lost = (1.0 - (u - back)) + (x - back);
    let (k, m) = split(u);
    // 2^-k, by which the bits of u were moved.
    let scale = f64::from_bits(
        1.0f64
            .to_bits()
            .wrapping_sub(u.to_bits().wrapping_sub(m.to_bits())),
    );
    let near = k == 0.0;
    let f = if near { x } else { m - 1.0 };
    let low = if near { low } else { (lost + low) * scale };
    let s = f / (2.0 + f);
    let z = s * s;
    let half = 0.5 * f * f;
    let tail = s.mul_add(z.mul_add(polynomial(z, LOG), half), k.mul_add(LN2_LOW, low));
    k.mul_add(LN2_HIGH, f - (half - tail))
}

/// A function of a positive number that behaves as a logarithm at other arguments: `normal` for
/// normal numbers and subnormal ones scaled up by 2^54.
#[inline(always)]
fn everywhere(x: f64, normal: impl Fn(f64, f64) -> f64) -> f64 {
    const SCALE: f64 = 18014398509481984.0;
    let tiny = x < f64::MIN_POSITIVE;
    let value = normal(
        if tiny { x * SCALE } else { x },
        if tiny { 54.0 } else { 0.0 },
    );
    let value = if x < f64::INFINITY { value } else { x };
    let value = if x < 0.0 { f64::NAN } else { value };
    if x == 0.0 {
        f64::NEG_INFINITY
    } else {
        value
    }
}

/// Whether `x` is a positive normal number; as integers, since the compiler makes scalar code of a
/// comparison of floats that it takes for a question of class.
#[inline(always)]
pub(super) fn is_normal(x: f64) -> bool {
    const LEAST: u64 = f64::MIN_POSITIVE.to_bits();
    x.to_bits().wrapping_sub(LEAST) < f64::INFINITY.to_bits() - LEAST
}

pub(super) struct Log;

impl Body<f64, 1> for Log {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        is_normal(x)
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        log_normal(x, 0.0)
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        everywhere(x, log_normal)
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.ln()
    }
}

pub(super) struct Log2;

impl Body<f64, 1> for Log2 {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        is_normal(x)
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        log_scaled(x, 0.0, LOG2_E, [1.0, 0.0])
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        everywhere(x, |x, below| log_scaled(x, below, LOG2_E, [1.0, 0.0]))
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.log2()
    }
}

pub(super) struct Log10;

impl Body<f64, 1> for Log10 {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        is_normal(x)
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        log_scaled(x, 0.0, LOG10_E, LOG10_2)
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        everywhere(x, |x, below| log_scaled(x, below, LOG10_E, LOG10_2))
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.log10()
    }
}

pub(super) struct Log1p;

impl Body<f64, 1> for Log1p {
    #[inline(always)]
    fn is_ordinary([x]: [f64; 1]) -> bool {
        (x > -1.0) & (x < 1e300)
    }

    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        log_plus_one(x, 0.0).copysign(x)
    }

    #[inline(always)]
    fn value([x]: [f64; 1]) -> f64 {
        let value = if Self::is_ordinary([x]) {
            Self::straight([x])
        } else {
            everywhere(x, log_normal)
        };
        if x == -1.0 {
            f64::NEG_INFINITY
        } else {
            value
        }
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.ln_1p()
    }
}
