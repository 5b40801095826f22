//! What the bodies need of `f32` and `f64`.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number and a correction to it of at most about half its last bit.
pub(super) type Sum<T> = [T; 2];

/// `f32` or `f64`, with fused multiply-add.
pub(super) trait Float:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    const IS_DOUBLE: bool;
    const ZERO: Self;
    const ONE: Self;
    const NAN: Self;
    const INFINITY: Self;
    /// The smallest normal number.
    const LEAST: Self;
    /// 1.5 times the first number without fractions: a sum with it is rounded to an integer, which
    /// stands in the low bits of the sum.
    const ROUNDER: Self;
    /// Largest |x| of e^x that is computed with one power of two.
    const EXP_LIMIT: Self;
    /// The same for 2^x.
    const EXP2_LIMIT: Self;

    /// A power of two that makes large numbers ordinary, and one that makes small ones so.
    const SMALL: Self;
    const LARGE: Self;

    /// `x` rounded to this type.
    fn of(x: f64) -> Self;
    fn double(self) -> f64;
    /// high + low, which is better known than an `f64` holds, rounded to a sum of this type.
    fn sum_of(high: f64, low: f64) -> Sum<Self>;
    /// The polynomial with one list of coefficients or the other, from the constant on, by Horner's
    /// rule.
    fn polynomial<const D: usize, const S: usize>(self, double: [f64; D], single: [f32; S])
        -> Self;
    /// self * factor + term, rounded once.
    fn fused(self, factor: Self, term: Self) -> Self;
    fn magnitude(self) -> Self;
    fn signed(self, sign: Self) -> Self;
    fn is_negative(self) -> bool;
    fn is_not_a_number(self) -> bool;
    fn root(self) -> Self;
    fn whole(self) -> Self;
    /// 2^n, where self is n + ROUNDER and 2^n is a normal number.
    fn power_of_two(self) -> Self;
    /// k and m of a positive normal number 2^k m, m between sqrt(1/2) and sqrt(2), and 2^-k.
    fn split(self) -> (Self, Self, Self);
    /// Whether this is a positive normal number; as integers, since the compiler makes scalar code
    /// of a comparison of floats that it takes for a question of class.
    fn is_positive_normal(self) -> bool;
}

/// The coefficients of the type.
macro_rules! pick {
    (f64, $double:ident, $single:ident) => {{
        let _ = $single;
        $double
    }};
    (f32, $double:ident, $single:ident) => {{
        let _ = $double;
        $single
    }};
}

macro_rules! float {
    ($float:tt, $bits:ident, $low:literal, $rounder:literal, $exp:literal, $exp2:literal, $large:expr,
     $exponent:path) => {
        impl Float for $float {
            const IS_DOUBLE: bool = $float::DIGITS == 15;
            const ZERO: $float = 0.0;
            const ONE: $float = 1.0;
            const NAN: $float = $float::NAN;
            const INFINITY: $float = $float::INFINITY;
            const LEAST: $float = $float::MIN_POSITIVE;
            const ROUNDER: $float = $rounder;
            const EXP_LIMIT: $float = $exp;
            const EXP2_LIMIT: $float = $exp2;
            const SMALL: $float = 1.0 / $large;
            const LARGE: $float = $large;

            #[inline(always)]
            fn of(x: f64) -> $float {
                x as $float
            }

            #[inline(always)]
            fn double(self) -> f64 {
                f64::from(self)
            }

            #[inline(always)]
            fn sum_of(high: f64, low: f64) -> Sum<$float> {
                let first = high as $float;
                [first, ((high - f64::from(first)) + low) as $float]
            }

            #[inline(always)]
            fn polynomial<const D: usize, const S: usize>(
                self,
                double: [f64; D],
                single: [f32; S],
            ) -> $float {
                let coefficients = pick!($float, double, single);
                let square = self * self;
                let mut left = coefficients.len() - 2;
                let (mut high, mut low) = (coefficients[left + 1], coefficients[left]);
                while left > 1 {
                    high = high.mul_add(square, coefficients[left - 1]);
                    low = low.mul_add(square, coefficients[left - 2]);
                    left -= 2;
                }
                let sum = high.mul_add(self, low);
                if left == 1 {
                    sum.mul_add(self, coefficients[0])
                } else {
                    sum
                }
            }

            #[inline(always)]
            fn fused(self, factor: $float, term: $float) -> $float {
                self.mul_add(factor, term)
            }

            #[inline(always)]
            fn magnitude(self) -> $float {
                self.abs()
            }

            #[inline(always)]
            fn signed(self, sign: $float) -> $float {
                self.copysign(sign)
            }

            #[inline(always)]
            fn is_negative(self) -> bool {
                self.is_sign_negative()
            }

            #[inline(always)]
            fn is_not_a_number(self) -> bool {
                self.is_nan()
            }

            #[inline(always)]
            fn root(self) -> $float {
                self.sqrt()
            }

            #[inline(always)]
            fn whole(self) -> $float {
                self.trunc()
            }

            #[inline(always)]
            fn power_of_two(self) -> $float {
                $float::from_bits((self.to_bits() << $low).wrapping_add((1.0 as $float).to_bits()))
            }

            #[inline(always)]
            fn split(self) -> ($float, $float, $float) {
                const ROOT_HALF: $bits = std::$float::consts::FRAC_1_SQRT_2.to_bits();
                let distance = self.to_bits().wrapping_sub(ROOT_HALF);
                let whole = distance & ($bits::MAX << $low);
                (
                    $exponent(distance),
                    $float::from_bits(self.to_bits().wrapping_sub(whole)),
                    $float::from_bits((1.0 as $float).to_bits().wrapping_sub(whole)),
                )
            }

            #[inline(always)]
            fn is_positive_normal(self) -> bool {
                const LEAST: $bits = $float::MIN_POSITIVE.to_bits();
                self.to_bits().wrapping_sub(LEAST) < $float::INFINITY.to_bits() - LEAST
            }
        }
    };
}

float!(
    f64,
    u64,
    52,
    6755399441055744.0,
    708.0,
    1022.0,
    f64::from_bits(1623 << 52),
    exponent64
);
float!(
    f32,
    u32,
    23,
    12582912.0,
    87.0,
    126.0,
    f32::from_bits(207 << 23),
    exponent32
);

/// The signed number in the bits of the exponent and the sign. Not all processors convert 64-bit
/// integers: it is put, made positive, into the low bits of 2^52.
#[inline(always)]
pub(super) fn exponent64(bits: u64) -> f64 {
    const TWO_52: f64 = 4503599627370496.0;
    let shifted = bits.wrapping_add(1024 << 52) >> 52;
    f64::from_bits(shifted | TWO_52.to_bits()) - (TWO_52 + 1024.0)
}

#[inline(always)]
pub(super) fn exponent32(bits: u32) -> f32 {
    (bits.cast_signed() >> 23) as f32
}
