//! Normally distributed numbers, two at a time: a point of the plane in polar coordinates (Box and
//! Muller, 1958), so that every number has its fixed share of the bits.

use super::draw::Draw;
use super::exponential::{rate, single_rate};
use super::functions::{circle, single_circle};
use super::philox::Bits;

#[derive(Clone, Copy)]
pub(super) struct Normal<T> {
    pub mean: T,
    pub deviation: T,
}

impl Draw for Normal<f64> {
    type Element = f64;
    const PER_BLOCK: usize = 2;

    #[inline(always)]
    fn draw(&self, bits: &[Bits], out: &mut [f64]) {
        for (out, &bits) in out.as_chunks_mut::<2>().0.iter_mut().zip(bits) {
            *out = point(bits).map(|x| self.mean + self.deviation * x);
        }
    }
}

impl Draw for Normal<f32> {
    type Element = f32;
    const PER_BLOCK: usize = 4;

    #[inline(always)]
    fn draw(&self, bits: &[Bits], out: &mut [f32]) {
        let words = bits.as_flattened();
        for (out, &word) in out.as_chunks_mut::<2>().0.iter_mut().zip(words) {
            let radius = (2.0 * single_rate(word as u32)).sqrt();
            let point = single_circle((word >> 32) as u32);
            *out = point.map(|x| self.mean + self.deviation * (radius * x));
        }
    }
}

/// Two independent numbers of mean 0 and deviation 1.
#[inline(always)]
pub(super) fn point([radius, turn]: Bits) -> [f64; 2] {
    let radius = (2.0 * rate(radius)).sqrt();
    circle(turn).map(|x| radius * x)
}
