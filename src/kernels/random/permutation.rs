//! A random permutation of 0 to n - 1, each image by itself: a Feistel network permutes the numbers
//! of as many bits as n - 1 has, and is applied again until it leads below n (Black and Rogaway,
//! "Ciphers with arbitrary finite domains", 2002).

use super::draw::Make;
use super::philox::Philox;

/// Steps of the network, each of which changes one half by a function of the other.
const STEPS: usize = 16;

const LOW: u64 = 0xffff_ffff;

pub(super) struct Permutation {
    /// What image 0 becomes.
    base: i64,
    n: u64,
    /// Keys of the two multiplications of each step.
    keys: [[u64; 2]; STEPS],
    /// Bits of the lower half, and what masks either half.
    shift: u32,
    masks: [u64; 2],
}

impl Permutation {
    /// Of `n` numbers, at most 2^63.
    pub fn new(philox: &Philox, base: i64, n: u64) -> Permutation {
        let mut bits = [[0; 2]; STEPS / 2];
        philox.run(0, &mut bits);
        let key = |step: usize| bits.as_flattened()[step];
        let width = u64::BITS - n.saturating_sub(1).leading_zeros();
        let lower = width / 2;
        let mask = |bits: u32| (1 << bits) - 1;
        Permutation {
            base,
            n,
            keys: std::array::from_fn(|step| [key(step) & LOW, key(step) >> 32]),
            shift: lower,
            masks: [mask(lower), mask(width - lower)],
        }
    }

    #[inline(always)]
    fn image(&self, number: u64) -> u64 {
        let mut image = self.once(number);
        while image >= self.n {
            image = self.once(image);
        }
        image
    }

    #[inline(always)]
    fn once(&self, number: u64) -> u64 {
        let [lower_mask, upper_mask] = self.masks;
        let (mut lower, mut upper) = (number & lower_mask, number >> self.shift);
        for keys in self.keys.chunks_exact(2) {
            lower ^= mix(upper, keys[0]) & lower_mask;
            upper ^= mix(lower, keys[1]) & upper_mask;
        }
        upper << self.shift | lower
    }
}

/// A function of 32 bits that the keys choose: two rounds of Philox's multiplication.
#[inline(always)]
fn mix(half: u64, keys: [u64; 2]) -> u64 {
    let first = (half ^ keys[0]) * 0xd251_1f53;
    let second = (((first >> 32) ^ first ^ keys[1]) & LOW) * 0xcd9e_8d57;
    (second >> 32) ^ (second & LOW)
}

impl Make for Permutation {
    type Element = i64;

    fn run(&self, first: u64, out: &mut [i64]) {
        for (number, out) in (first..).zip(out) {
            *out = self.base + self.image(number) as i64;
        }
    }

    fn each(&self, numbers: &[u64], out: &mut [i64]) {
        for (&number, out) in numbers.iter().zip(out) {
            *out = self.base + self.image(number) as i64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_once() {
        for n in (0..70).chain([127, 128, 129, 1000, 4097]) {
            let mut images = vec![0; n];
            Permutation::new(&Philox::new(5, 1), 0, n as u64).run(0, &mut images);
            images.sort_unstable();
            assert!(images.iter().copied().eq(0..n as i64), "{n}");
        }
    }

    /// All 24 permutations of four are about equally frequent over the seeds: chi-square with 23
    /// degrees of freedom.
    #[test]
    fn no_permutation_is_preferred() {
        let seeds = 24_000;
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..seeds {
            let mut images = [0; 4];
            Permutation::new(&Philox::new(seed, 0), 0, 4).run(0, &mut images);
            *counts.entry(images).or_insert(0.0f64) += 1.0;
        }
        assert_eq!(counts.len(), 24);
        let squares = counts
            .values()
            .map(|count| (count - 1000.0).powi(2) / 1000.0);
        let chi_square: f64 = squares.sum();
        assert!((5.0..60.0).contains(&chi_square), "{chi_square}");
    }

    #[test]
    fn the_largest_domain_has_an_end() {
        let permutation = Permutation::new(&Philox::new(0, 0), 0, i64::MAX as u64);
        let mut image = [0];
        permutation.each(&[i64::MAX as u64 - 1], &mut image);
        assert!((0..i64::MAX).contains(&image[0]));
    }
}
