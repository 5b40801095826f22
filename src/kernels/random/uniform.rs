//! Real numbers of an interval, all multiples of 2^-53 (of 2^-24 for float32) of its length alike.

use super::draw::Draw;
use super::philox::Bits;

/// Numbers of [low, high).
#[derive(Clone, Copy)]
pub(super) struct Uniform<T> {
    low: T,
    length: T,
    /// The largest that may come out: rounding would reach the end of the interval.
    last: T,
}

macro_rules! uniform {
    ($($real:ty),*) => {$(
        impl Uniform<$real> {
            pub fn new(low: f64, high: f64) -> Uniform<$real> {
                let (low, high) = (low as $real, high as $real);
                let last = if low < high { high.next_down() } else { low };
                Uniform { low, length: high - low, last }
            }

            #[inline(always)]
            fn place(&self, fraction: $real) -> $real {
                let value = self.low + self.length * fraction;
                if value < self.last { value } else { self.last }
            }
        }
    )*};
}

uniform!(f32, f64);

impl Draw for Uniform<f64> {
    type Element = f64;
    const PER_BLOCK: usize = 2;

    #[inline(always)]
    fn draw(&self, bits: &[Bits], out: &mut [f64]) {
        let words = bits.as_flattened();
        for (out, &word) in out.iter_mut().zip(words) {
            *out = self.place(fraction(word));
        }
    }
}

impl Draw for Uniform<f32> {
    type Element = f32;
    const PER_BLOCK: usize = 4;

    #[inline(always)]
    fn draw(&self, bits: &[Bits], out: &mut [f32]) {
        let words = bits.as_flattened();
        for (out, &word) in out.chunks_exact_mut(2).zip(words) {
            out[0] = self.place(single_fraction(word as u32));
            out[1] = self.place(single_fraction((word >> 32) as u32));
        }
    }
}

/// The upper 53 bits as a number of [0, 1).
#[inline(always)]
pub(super) fn fraction(word: u64) -> f64 {
    // The upper 52 bits make a number of [1, 2); the one below decides what is taken from it, 1 or
    // the number before 1. No vector instruction converts 64-bit integers before AVX-512.
    const ONE: u64 = 1f64.to_bits();
    f64::from_bits(word >> 12 | ONE) - f64::from_bits(ONE - (word >> 11 & 1))
}

/// The upper 24 bits as a number of [0, 1).
#[inline(always)]
pub(super) fn single_fraction(word: u32) -> f32 {
    (word >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_the_upper_bits() {
        for word in [0, 1 << 11, 3 << 11, u64::MAX, 0x0123_4567_89ab_cdef] {
            assert_eq!(fraction(word), (word >> 11) as f64 * 2f64.powi(-53));
        }
        assert_eq!(single_fraction(u32::MAX), 1.0 - 2f32.powi(-24));
    }

    #[test]
    fn the_end_is_never_reached() {
        let all = [[u64::MAX; 2]];
        let mut out = [0.0; 2];
        Uniform::<f64>::new(1.0, 1.0f64.next_up()).draw(&all, &mut out);
        assert_eq!(out, [1.0; 2]);
        Uniform::<f64>::new(-3.0, -3.0).draw(&all, &mut out);
        assert_eq!(out, [-3.0; 2]);
        let mut out = [0.0; 4];
        Uniform::<f32>::new(-1.0, 1.0).draw(&all, &mut out);
        assert!(out.iter().all(|&x| x < 1.0));
    }
}
