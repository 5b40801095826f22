//! Integers of an interval: the upper word of a product of random bits and the number of integers,
//! so that one integer is more probable than another by less than 2^-32 of it.

use super::draw::Draw;
use super::philox::Bits;

/// `count` integers from `low` on, at most 2^32 of them, from 64 bits each.
#[derive(Clone, Copy)]
pub(super) struct Few {
    pub low: i64,
    pub count: u64,
}

impl Draw for Few {
    type Element = i64;
    const PER_BLOCK: usize = 2;

    #[inline(always)]
    fn draw(&self, bits: &[Bits], out: &mut [i64]) {
        // 2^32 itself would not fit into the half of a word that is multiplied.
        let last = self.count - 1;
        for (out, &word) in out.iter_mut().zip(bits.as_flattened()) {
            let [upper, lower] = [word >> 32, word & 0xffff_ffff];
            let carried = lower * (last & 0xffff_ffff) + lower;
            let product = upper * (last & 0xffff_ffff) + upper + (carried >> 32);
            *out = self.low.wrapping_add((product >> 32) as i64);
        }
    }
}

/// More than that, from 128 bits each.
#[derive(Clone, Copy)]
pub(super) struct Many {
    pub low: i64,
    pub count: u64,
}

impl Draw for Many {
    type Element = i64;
    const PER_BLOCK: usize = 1;

    #[inline(always)]
    fn draw(&self, bits: &[Bits], out: &mut [i64]) {
        let times = |word: u64| u128::from(word) * u128::from(self.count);
        for (out, &[lower, upper]) in out.iter_mut().zip(bits) {
            let product = times(upper) + (times(lower) >> 64);
            *out = self.low.wrapping_add((product >> 64) as i64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_reached_and_no_more() {
        let ends = [[0, u64::MAX]];
        let mut out = [0; 2];
        for count in [1, 2, 1000, (1 << 32) - 1, 1 << 32] {
            let low = -7;
            Few { low, count }.draw(&ends, &mut out);
            assert_eq!(out, [low, low + count as i64 - 1]);
        }
        for count in [1, (1 << 32) + 1, u64::MAX] {
            let low = i64::MIN;
            Many { low, count }.draw(&[[0, 0], [u64::MAX; 2]], &mut out);
            assert_eq!(out, [low, low.wrapping_add_unsigned(count - 1)]);
        }
    }

    #[test]
    fn products_are_those_of_wide_numbers() {
        for word in [1, 0x8000_0000_0000_0000, 0xfedc_ba98_7654_3210] {
            for count in [3, 1 << 31, (1 << 32) - 5, 1 << 32] {
                let mut out = [0; 2];
                Few { low: 0, count }.draw(&[[word; 2]], &mut out);
                assert_eq!(
                    out[0],
                    ((u128::from(word) * u128::from(count)) >> 64) as i64
                );
            }
        }
    }
}
