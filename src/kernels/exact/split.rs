//! Tiles of doubles, added to an exact sum as vectors.
//!
//! Added to a large enough number and taken from it again, a double loses all bits below a chosen one. The multiples of that bit which
//! remain of a whole tile add up without rounding, since a double has room for their sum; what was lost is exact too, and is the
//! next tile. Two or three rounds leave nothing of usual numbers. (S. M. Rump, T. Ogita, S. Oishi, Accurate floating-point summation,
//! 2008, for one sum; here the sums of all rounds are added up exactly.)

use super::Exact;

/// Most numbers in a tile.
const MOST: usize = 2048;
const LANES: usize = 16;

/// Bits of each number that one round takes: with 11 bits for `MOST` numbers, and one for rounding up, they fit into 53.
const TAKEN: i32 = 40;

/// Larger numbers, by exponent, are added one by one: what is added to them would overflow.
const HIGHEST: i32 = 1000;

/// Room for the numbers of a tile and for what rounding took from products.
pub struct Tiles {
    numbers: Vec<f64>,
    lost: Vec<f64>,
}

impl Tiles {
    pub fn new() -> Tiles {
        Tiles {
            numbers: Vec::with_capacity(MOST),
            lost: Vec::with_capacity(MOST),
        }
    }
}

impl Tiles {
    /// Adds at most `MOST` numbers to the sum.
    pub fn add(&mut self, sum: &mut Exact, numbers: impl Iterator<Item = f64>) {
        self.numbers.clear();
        self.numbers.extend(numbers);
        add_all(sum, &mut self.numbers);
    }

    /// Adds the products of pairs.
    pub fn add_products(
        &mut self,
        sum: &mut Exact,
        x: impl Iterator<Item = f64> + Clone,
        y: impl Iterator<Item = f64> + Clone,
    ) {
        self.numbers.clear();
        self.lost.clear();
        self.numbers.extend(x.clone());
        self.lost.extend(y.clone());
        if multiply(&mut self.numbers, &mut self.lost) {
            add_all(sum, &mut self.numbers);
            add_all(sum, &mut self.lost);
        } else {
            x.zip(y).for_each(|(x, y)| sum.add_product(x, y));
        }
    }
}

fn add_all(sum: &mut Exact, numbers: &mut [f64]) {
    let mut largest = greatest(numbers);
    while largest > 0 {
        let exponent = match largest >> 52 {
            0 => largest.ilog2() as i32 - 1074,
            field => field as i32 - 1023,
        };
        if exponent > HIGHEST {
            return numbers.iter().for_each(|&x| sum.add(x));
        }
        // No number of the tile reaches 2^(exponent + 1); no double has a bit below 2^-1074.
        let unit = (exponent + 1 - TAKEN).max(-1074);
        let magic = 1.5 * f64::from_bits(((unit + 52 + 1023) as u64) << 52);
        let (taken, rest) = take(numbers, magic);
        sum.add(taken);
        largest = rest;
    }
}

/// Runs the body compiled for wider vectors where the processor has them. No instruction changes a bit of what it does.
macro_rules! widened {
    ($(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),*) -> $out:ty $body:block) => {
        $(#[$doc])*
        fn $name($($arg: $type),*) -> $out {
            #[inline(always)]
            fn plain($($arg: $type),*) -> $out $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn wide($($arg: $type),*) -> $out {
                    plain($($arg),*)
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the processor has both.
                    return unsafe { wide($($arg),*) };
                }
            }
            plain($($arg),*)
        }
    };
}

widened! {
    /// The greatest magnitude, as bits: those of infinities and NaN are above those of numbers.
    fn greatest(numbers: &[f64]) -> u64 {
        let mut lanes = [0i64; LANES];
        let chunks = numbers.chunks_exact(LANES);
        let rest = chunks.remainder();
        for chunk in chunks {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane = (*lane).max(magnitude(*x));
            }
        }
        for (lane, x) in lanes.iter_mut().zip(rest) {
            *lane = (*lane).max(magnitude(*x));
        }
        lanes.into_iter().fold(0, i64::max) as u64
    }
}

widened! {
    /// Takes from each number its multiple of the unit of `magic`: their sum, and the greatest magnitude of what is left.
    fn take(numbers: &mut [f64], magic: f64) -> (f64, u64) {
        let (mut sums, mut most) = ([0.0; LANES], [0i64; LANES]);
        let mut chunks = numbers.chunks_exact_mut(LANES);
        let mut step = |chunk: &mut [f64]| {
            for ((x, sum), most) in chunk.iter_mut().zip(&mut sums).zip(&mut most) {
                let taken = (*x + magic) - magic;
                *sum += taken;
                *x -= taken;
                *most = (*most).max(magnitude(*x));
            }
        };
        for chunk in chunks.by_ref() {
            step(chunk);
        }
        step(chunks.into_remainder());
        (sums.iter().sum(), most.into_iter().fold(0, i64::max) as u64)
    }
}

widened! {
    /// Replaces x by the rounded products and y by what rounding took from them; false, and x and y spoilt, where that is no double.
    fn multiply(x: &mut [f64], y: &mut [f64]) -> bool {
        let mut bad = [0i64; LANES];
        let mut x_chunks = x.chunks_exact_mut(LANES);
        let mut y_chunks = y.chunks_exact_mut(LANES);
        let mut step = |x: &mut [f64], y: &mut [f64]| {
            for ((x, y), bad) in x.iter_mut().zip(y).zip(&mut bad) {
                let product = *x * *y;
                let lost = x.mul_add(*y, -product);
                let size = product.abs();
                let inside = (SMALLEST..=LARGEST).contains(&size);
                let nothing = (product == 0.0) & ((*x == 0.0) | (*y == 0.0));
                *bad |= i64::from(!(inside | nothing));
                (*x, *y) = (product, lost);
            }
        };
        for (x, y) in x_chunks.by_ref().zip(y_chunks.by_ref()) {
            step(x, y);
        }
        step(x_chunks.into_remainder(), y_chunks.into_remainder());
        bad.iter().all(|&bad| bad == 0)
    }
}

/// 2^-960: what rounding takes from larger products is a double. 2^1000: what is larger is added one by one.
const SMALLEST: f64 = f64::from_bits((1023 - 960) << 52);
const LARGEST: f64 = f64::from_bits((1023 + 1000) << 52);

#[inline(always)]
fn magnitude(x: f64) -> i64 {
    (x.to_bits() & (u64::MAX >> 1)) as i64
}
