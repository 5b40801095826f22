//! pow.
//!
//! x^y = e^(y log x), with log x as a sum of two numbers: ten bits beyond those of a number are
//! needed in double precision, since y log x may be as large as 710, and seven in single precision.

use super::body::{self, Body, Chunk, CHUNK};
use super::choice::choose;
use super::exponential::{near_zero, reduced, scaled};
use super::float::{Float, Sum};
use super::table::{self, Instructions, Tabled};

/// y log x.
#[inline(always)]
fn exponent<T: Float>(y: T, log: Sum<T>) -> Sum<T> {
    let product = y * log[0];
    [
        product,
        y.fused(log[1], y.fused(log[0], -product)),
    ]
}

/// n + ROUNDER, and e^x 2^-n.
#[inline(always)]
fn reduced_exp<T: Float>([x, low]: Sum<T>) -> (T, T) {
    let (t, [r, _]) = reduced(x);
    (t, near_zero(r + low))
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

impl<T: Tabled> Body<T, 2> for Pow {
    #[inline(always)]
    fn is_ordinary([x, y]: [T; 2]) -> bool {
        x.magnitude().is_positive_normal() & (y.magnitude() < T::of(1e18))
    }

    #[inline(always)]
    fn straight([x, y]: [T; 2]) -> T {
        let a = x.magnitude();
        let [high, low] = exponent(y, table::log(a, table::entry(a)));
        // Beyond any overflow or underflow.
        let limit = T::of(1.2) * T::EXP_LIMIT;
        let within = choose(high < -limit, -limit, high);
        let within = choose(high > limit, limit, within);
        let (t, p) = reduced_exp([within, choose(within == high, low, T::ZERO)]);
        of_sign(x, y, scaled(p, t))
    }

    #[inline(always)]
    fn value(x: [T; 2]) -> T {
        if <Self as Body<T, 2>>::is_ordinary(x) {
            Self::straight(x)
        } else {
            <Self as Body<T, 2>>::library(x)
        }
    }

    /// Without overflow and negative numbers, if there are none.
    #[inline(always)]
    unsafe fn chunk<I: Instructions>(args: &[Chunk<T>; 2]) -> Chunk<T> {
        let [x, y] = args;
        // SAFETY: passed on.
        let [c, log_c, log_c_low] = unsafe { table::entries::<T, I>(x) };
        let mut values = Chunk([T::ZERO; CHUNK]);
        let mut others = 0;
        for i in 0..CHUNK {
            let log = table::log(x.0[i], [c[i], log_c[i], log_c_low[i]]);
            let product = exponent(y.0[i], log);
            let (t, p) = reduced_exp(product);
            values.0[i] = p * t.power_of_two();
            let small = product[0].magnitude() < T::EXP_LIMIT;
            others |= u32::from(!(x.0[i].is_positive_normal() & small));
        }
        if others == 0 {
            values
        } else {
            body::chunk::<Self, T, 2>(args)
        }
    }

    fn library([x, y]: [T; 2]) -> T {
        T::of(x.double().powf(y.double()))
    }
}
