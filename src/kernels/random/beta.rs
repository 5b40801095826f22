//! Beta distributed numbers, of two gamma distributed ones. These come by rejection (Marsaglia and
//! Tsang, "A simple method for generating gamma variables", 2000) from a sequence of bits that every
//! element has for itself: its bits are the seed and the stream.

use super::draw::Draw;
use super::functions::{exp, log};
use super::normal::point;
use super::philox::{Bits, Philox};
use super::uniform::fraction;

#[derive(Clone, Copy)]
pub(super) struct Beta {
    pub a: f64,
    pub b: f64,
}

impl Draw for Beta {
    type Element = f64;
    const PER_BLOCK: usize = 1;

    fn draw(&self, bits: &[Bits], out: &mut [f64]) {
        for (out, &[seed, stream]) in out.iter_mut().zip(bits) {
            let own = Philox::new(seed, stream);
            let [a, b] = [(self.a, 0), (self.b, 1 << 32)]
                .map(|(shape, counter)| gamma_logarithm(&own, counter, shape));
            *out = 1.0 / (1.0 + exp(b - a));
        }
    }
}

/// The logarithm of a gamma distributed number, whose range small shapes leave. Uses the counters
/// from `first` on.
fn gamma_logarithm(own: &Philox, first: u64, shape: f64) -> f64 {
    // A number of a shape below 1 is one of the shape above times a power of a uniform one.
    let raised = if shape < 1.0 { shape + 1.0 } else { shape };
    let d = raised - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    let mut counter = first;
    loop {
        let [x, _] = point(own.block(counter));
        let [choice, power] = own.block(counter + 1);
        counter += 2;
        let root = 1.0 + c * x;
        if root <= 0.0 {
            continue;
        }
        let v = root * root * root;
        let (chosen, log_v) = (log(1.0 - fraction(choice)), 3.0 * log(root));
        if chosen < 0.5 * x * x + d - d * v + d * log_v {
            let uniform = log(1.0 - fraction(power));
            let raise = if shape < 1.0 { uniform / shape } else { 0.0 };
            return log(d) + log_v + raise;
        }
    }
}
