//! Philox 4x32-10: 128 random bits for every counter, by ten rounds of multiplications (Salmon,
//! Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011).
//!
//! Each 32-bit word stands in the low half of a 64-bit one, so that the compiler does many counters
//! side by side with the vector instruction that multiplies such words.

/// Factors of the products of a round.
const FACTORS: [u64; 2] = [0xd251_1f53, 0xcd9e_8d57];

/// What the words of the key grow by from round to round.
const GROWTH: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];

const ROUNDS: usize = 10;

/// 128 random bits, lower words first.
pub(super) type Bits = [u64; 2];

/// The keys of all rounds, and the upper half of the counters.
#[derive(Clone, Copy)]
pub(super) struct Philox {
    keys: [[u64; 2]; ROUNDS],
    stream: u64,
}

impl Philox {
    pub fn new(seed: u64, stream: u64) -> Philox {
        let mut key = [seed as u32, (seed >> 32) as u32];
        let keys = std::array::from_fn(|_| {
            let now = key.map(u64::from);
            for (word, growth) in key.iter_mut().zip(GROWTH) {
                *word = word.wrapping_add(growth);
            }
            now
        });
        Philox { keys, stream }
    }

    /// The bits of the counters `[first + i, stream]`.
    #[inline(always)]
    pub fn run(&self, first: u64, bits: &mut [Bits]) {
        self.each(|i| first.wrapping_add(i as u64), bits);
    }

    /// The bits of the counters `[counter(i), stream]`.
    #[inline(always)]
    pub fn each(&self, counter: impl Fn(usize) -> u64, bits: &mut [Bits]) {
        for (i, bits) in bits.iter_mut().enumerate() {
            *bits = self.block(counter(i));
        }
    }

    /// The bits of the counter `[counter, stream]`, each of which is two of its four words.
    #[inline(always)]
    pub fn block(&self, counter: u64) -> Bits {
        const LOW: u64 = 0xffff_ffff;
        // Above the low half stands what has no meaning.
        let [mut a, mut c] = [counter, self.stream];
        let [mut b, mut d] = [a >> 32, c >> 32];
        for key in &self.keys {
            let [first, second] = [(a & LOW) * FACTORS[0], (c & LOW) * FACTORS[1]];
            [a, b] = [(second >> 32) ^ b ^ key[0], second];
            [c, d] = [(first >> 32) ^ d ^ key[1], first];
        }
        [(a & LOW) | (b << 32), (c & LOW) | (d << 32)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random123's kat_vectors, philox4x32 10: counter, key, bits.
    #[test]
    fn known_answers() {
        let cases: [([u32; 4], [u32; 2], [u32; 4]); 3] = [
            (
                [0; 4],
                [0; 2],
                [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
            ),
            (
                [u32::MAX; 4],
                [u32::MAX; 2],
                [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
            ),
            (
                [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
                [0xa4093822, 0x299f31d0],
                [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
            ),
        ];
        let wide = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        for (counter, key, want) in cases {
            let philox = Philox::new(wide(key[0], key[1]), wide(counter[2], counter[3]));
            let want = [wide(want[0], want[1]), wide(want[2], want[3])];
            let first = wide(counter[0], counter[1]);
            assert_eq!(philox.block(first), want);
            for n in [1, 15, 16, 17, 40] {
                let mut bits = vec![[0; 2]; n];
                philox.run(first.wrapping_sub(n as u64 - 1), &mut bits);
                assert_eq!(bits[n - 1], want);
                philox.each(|i| first.wrapping_add(i as u64), &mut bits);
                assert_eq!(bits[0], want);
            }
        }
    }
}
