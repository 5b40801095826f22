//! Exponentially distributed numbers: logarithms of uniform ones.

use super::draw::Draw;
use super::functions::{log, single_log};
use super::philox::Bits;
use super::uniform::fraction;

#[derive(Clone, Copy)]
pub(super) struct Exponential<T> {
    pub scale: T,
}

impl Draw for Exponential<f64> {
    type Element = f64;
    const PER_BLOCK: usize = 2;

    #[inline(always)]
    fn draw(&self, bits: &[Bits], out: &mut [f64]) {
        for (out, &word) in out.iter_mut().zip(bits.as_flattened()) {
            *out = self.scale * rate(word);
        }
    }
}

impl Draw for Exponential<f32> {
    type Element = f32;
    const PER_BLOCK: usize = 4;

    #[inline(always)]
    fn draw(&self, bits: &[Bits], out: &mut [f32]) {
        let words = bits.as_flattened();
        for (out, &word) in out.as_chunks_mut::<2>().0.iter_mut().zip(words) {
            let halves = [word as u32, (word >> 32) as u32];
            *out = halves.map(|half| self.scale * single_rate(half));
        }
    }
}

/// A number of mean 1, 0 or more.
#[inline(always)]
pub(super) fn rate(word: u64) -> f64 {
    // 1 is included, 0 is not.
    0.0 - log(1.0 - fraction(word))
}

/// As [`rate`], of float32.
#[inline(always)]
pub(super) fn single_rate(word: u32) -> f32 {
    // 31 bits and more of them near 0, where the logarithm is steep. An odd number is not 0.
    let signed = (word | 1) as i32 as f32;
    0.0 - single_log(signed.abs() * (1.0 / 2_147_483_648.0))
}
