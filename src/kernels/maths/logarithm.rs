//! log, log2, log10 and log1p.
//!
//! x = 2^k m with m between sqrt(1/2) and sqrt(2), f = m - 1, s = f / (2 + f):
//! log(m) = f - (f^2/2 - s (f^2/2 + R(s^2))) as in fdlibm's e_log.c (K. C. Ng, 1993).

use super::body::Body;
use super::choice::choose;
use super::exponential::ln2;
use super::float::{Float, Sum};
use super::quotient;

/// log((1 + s)/(1 - s)) = 2 s + s z R(z) with z = s^2 < 0.02944; relative error 2^-58.8 and 2^-30.
const LOG: [f64; 7] = [
    0.6666666666666734,
    0.3999999999941396,
    0.2857142874256277,
    0.22222198553751335,
    0.18183565408211602,
    0.1531402110329525,
    0.14796261295586524,
];
const LOG_SINGLE: [f32; 3] = [0.66666776, 0.39977533, 0.29872];

#[inline(always)]
fn log2_e<T: Float>() -> Sum<T> {
    T::sum_of(std::f64::consts::LOG2_E, 2.0355273740931033e-17)
}

#[inline(always)]
fn log10_e<T: Float>() -> Sum<T> {
    T::sum_of(std::f64::consts::LOG10_E, 1.098319650216765e-17)
}

#[inline(always)]
fn log10_2<T: Float>() -> Sum<T> {
    T::sum_of(std::f64::consts::LOG10_2, -2.8037281277851704e-18)
}

/// f^2/2 and s (f^2/2 + R) + `low`, whose difference is what log(1 + f) lacks to f.
#[inline(always)]
fn bend<T: Float>(f: T, low: T) -> (T, T) {
    let s = f / (T::of(2.0) + f);
    let z = s * s;
    let half = T::of(0.5) * f * f;
    (
        half,
        s.fused(z.fused(z.polynomial(LOG, LOG_SINGLE), half), low),
    )
}

/// log of a positive normal number with `below` more factors of two than it should have.
#[inline(always)]
pub(super) fn log_normal<T: Float>(x: T, below: T) -> T {
    let (k, m, _) = x.split();
    let k = k - below;
    let f = m - T::ONE;
    let (half, tail) = bend(f, k * ln2::<T>()[1]);
    k.fused(ln2::<T>()[0], f - (half - tail))
}

/// The same in another base: log m times `scale`, and `unit` for each factor of two.
#[inline(always)]
fn log_scaled<T: Float>(x: T, below: T, scale: Sum<T>, unit: Sum<T>) -> T {
    let (k, m, _) = x.split();
    let k = k - below;
    let f = m - T::ONE;
    let (half, tail) = bend(f, T::ZERO);
    if !T::IS_DOUBLE {
        // Within two units, at two thirds of the time.
        let log = f - (half - tail);
        let rest = k.fused(unit[1], log * scale[1]);
        return k.fused(unit[0], log.fused(scale[0], rest));
    }
    let high = f - half;
    let low = ((f - high) - half) + tail;
    let product = high * scale[0];
    let rest = low.fused(
        scale[0],
        high.fused(scale[1], high.fused(scale[0], -product)),
    );
    let sum = k.fused(unit[0], product);
    let lost = k.fused(unit[0], -sum) + product;
    sum + (k.fused(unit[1], rest) + lost)
}

/// log(1 + x + low) for x > -1, x not as large as to overflow, and a small `low`.
#[inline(always)]
pub(super) fn log_plus_one<T: Float>(x: T, low: T) -> T {
    let [u, lost] = quotient::any_sum(T::ONE, x);
    let (k, m, scale) = u.split();
    let near = k == T::ZERO;
    let f = choose(near, x, m - T::ONE);
    let low = choose(near, low, (lost + low) * scale);
    let (half, tail) = bend(f, k.fused(ln2::<T>()[1], low));
    k.fused(ln2::<T>()[0], f - (half - tail))
}

/// A logarithm of any number, from `normal` of positive normal ones: subnormal ones are scaled up.
#[inline(always)]
fn everywhere<T: Float>(x: T, normal: impl Fn(T, T) -> T) -> T {
    const SCALE: f64 = (1u64 << 54) as f64;
    let tiny = x < T::LEAST;
    let below = choose(tiny, T::of(54.0), T::ZERO);
    let value = normal(choose(tiny, x * T::of(SCALE), x), below);
    let value = choose(x < T::INFINITY, value, x);
    let value = choose(x < T::ZERO, T::NAN, value);
    choose(x == T::ZERO, -T::INFINITY, value)
}

pub(super) struct Log;

impl<T: Float> Body<T, 1> for Log {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.is_positive_normal()
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        log_normal(x, T::ZERO)
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        everywhere(x, log_normal)
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().ln())
    }
}

pub(super) struct Log2;

impl<T: Float> Body<T, 1> for Log2 {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.is_positive_normal()
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        log_scaled(x, T::ZERO, log2_e(), [T::ONE, T::ZERO])
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        everywhere(x, |x, below| {
            log_scaled(x, below, log2_e(), [T::ONE, T::ZERO])
        })
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().log2())
    }
}

pub(super) struct Log10;

impl<T: Float> Body<T, 1> for Log10 {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.is_positive_normal()
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        log_scaled(x, T::ZERO, log10_e(), log10_2())
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        everywhere(x, |x, below| log_scaled(x, below, log10_e(), log10_2()))
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().log10())
    }
}

pub(super) struct Log1p;

impl<T: Float> Body<T, 1> for Log1p {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        (x > -T::ONE) & (x < T::of(1e30))
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        log_plus_one(x, T::ZERO).signed(x)
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        let ordinary = <Self as Body<T, 1>>::is_ordinary([x]);
        let value = choose(ordinary, Self::straight([x]), everywhere(x, log_normal));
        choose(x == -T::ONE, -T::INFINITY, value)
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().ln_1p())
    }
}
