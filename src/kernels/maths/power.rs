//! pow.
//!
//! x^y = e^(y log x), with log x as a sum of two numbers: ten bits beyond those of a number are
//! needed in double precision, since y log x may be as large as 710, and seven in single precision.

use super::body::{Body, Chunk, CHUNK};
use super::choice::{choose, choose2};
use super::exponential::{ln2, near_zero, scaled};
use super::float::{Float, Sum};
use super::table::{self, Instructions, Tabled};

/// y log x, as a number, and what is added up to it.
#[inline(always)]
fn exponent<T: Float>(y: T, log: Sum<T>) -> (T, Sum<T>) {
    let product = y * log[0];
    let low = y.fused(log[1], y.fused(log[0], -product));
    (product + low, [product, low])
}

/// n + ROUNDER, and e^x 2^-n, where x is nearly `near`.
#[inline(always)]
fn reduced_exp<T: Float>(near: T, x: Sum<T>) -> (T, T) {
    let t = near.fused(T::of(std::f64::consts::LOG2_E), T::ROUNDER);
    let minus_n = T::ROUNDER - t;
    let r = minus_n.fused(ln2::<T>()[0], x[0]) + minus_n.fused(ln2::<T>()[1], x[1]);
    (t, near_zero(r))
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
        let (near, product) = exponent(y, table::log(a, table::entry(a)));
        // Beyond any overflow or underflow.
        let limit = T::of(1.2) * T::EXP_LIMIT;
        let low = near < -limit;
        let high = near > limit;
        let bound = choose(low, -limit, limit);
        let near = choose(low | high, bound, near);
        let product = choose2(low | high, [bound, T::ZERO], product);
        let (t, p) = reduced_exp(near, product);
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

    /// Where there are no overflow and no negative numbers.
    #[inline(always)]
    unsafe fn straight_chunk<I: Instructions>([x, y]: [&[T; CHUNK]; 2]) -> Option<Chunk<T>> {
        // SAFETY: passed on.
        let [c, log_c, log_c_low] = unsafe { table::entries::<T, I>(x) };
        let mut values = Chunk([T::ZERO; CHUNK]);
        let mut others = 0;
        for i in 0..CHUNK {
            let log = table::log(x[i], [c[i], log_c[i], log_c_low[i]]);
            let (near, product) = exponent(y[i], log);
            let (t, p) = reduced_exp(near, product);
            values.0[i] = p * t.power_of_two();
            let small = near.magnitude() < T::EXP_LIMIT;
            others |= u32::from(!(x[i].is_positive_normal() & small));
        }
        (others == 0).then_some(values)
    }

    fn library([x, y]: [T; 2]) -> T {
        T::of(x.double().powf(y.double()))
    }
}
