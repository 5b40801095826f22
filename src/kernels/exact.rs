//! Exact sums: the same bits for any order and grouping of the terms.
//!
//! A sum is kept as a fixed-point number wide enough for every product of two doubles, so that nothing is ever rounded before the
//! end. Terms arrive by tiles, of which `split` adds up the leading bits of all elements, then the next ones, as vectors.

mod split;

use distarray_core::{Dtype, Kind};

use super::block::Block;
use super::number::{with_parts, Real};
use super::op::Op;
use super::tile::{Buffer, Operand, Traversal};
use super::value::Value;
use split::Tiles;

/// Bits of a limb; its `i64` keeps carries that are not handed on yet.
const BITS: i32 = 32;
const LIMBS: usize = 134;

/// Exponent of the lowest bit: below the product of the two smallest subnormal numbers, 2^-2148. The highest limb begins at
/// 2^2080, with room for 2^63 products of the largest numbers.
const LOWEST: i32 = -2176;

/// Numbers that are added before carries are handed on: each adds less than 2^32 to a limb.
const MOST: u32 = 1 << 30;

// Terms that are no numbers.
const POSITIVE: u64 = 1;
const NEGATIVE: u64 = 2;
const UNDEFINED: u64 = 4;

/// An exact sum of doubles and of products of two doubles. Plain words: it travels in a message as it is.
#[derive(Clone)]
pub struct Exact {
    limbs: [i64; LIMBS],
    special: u64,
    added: u32,
}

impl Exact {
    /// Bytes in a message.
    pub const BYTES: usize = (LIMBS + 1) * size_of::<i64>();

    pub const ZERO: Exact = Exact {
        limbs: [0; LIMBS],
        special: 0,
        added: 0,
    };

    /// Whether a reduction is made of exact sums on request. Others are exact already, or have no such mode.
    pub fn serves(op: Op, dtype: Dtype) -> bool {
        let real = matches!(dtype.kind(), Kind::Float | Kind::Complex);
        match op {
            Op::Sum | Op::Dot | Op::DotU => real,
            Op::Mean | Op::Norm => true,
            _ => false,
        }
    }

    /// Adds m 2^e, where |m| <= 2^53.
    fn add_scaled(&mut self, m: i64, e: i32) {
        let shift = e - LOWEST;
        let at = (shift / BITS) as usize;
        let wide = i128::from(m) << (shift % BITS);
        let low = |part: i128| i64::from(part as u32);
        self.limbs[at] += low(wide);
        self.limbs[at + 1] += low(wide >> BITS);
        self.limbs[at + 2] += (wide >> (2 * BITS)) as i64;
        self.added += 1;
        if self.added == MOST {
            self.carry();
        }
    }

    pub fn add(&mut self, x: f64) {
        match parts(x) {
            Some((m, e)) => self.add_scaled(m, e),
            None => self.special |= special(x),
        }
    }

    /// Adds x y, as it is before any rounding.
    pub fn add_product(&mut self, x: f64, y: f64) {
        let (Some((m, e)), Some((n, f))) = (parts(x), parts(y)) else {
            self.special |= special(x * y);
            return;
        };
        let product = i128::from(m) * i128::from(n);
        let low = product & ((1 << 53) - 1);
        self.add_scaled(low as i64, e + f);
        self.add_scaled((product >> 53) as i64, e + f + 53);
    }

    /// Hands carries on: all limbs but the highest are then below 2^32 and not negative.
    fn carry(&mut self) {
        self.added = 0;
        carry(&mut self.limbs);
    }

    pub fn merge(&mut self, other: &Exact) {
        let mut other = other.clone();
        other.carry();
        self.carry();
        self.special |= other.special;
        for (limb, more) in self.limbs.iter_mut().zip(other.limbs) {
            *limb = limb.wrapping_add(more);
        }
        self.carry();
    }

    /// Writes `Exact::BYTES` bytes for a message.
    pub fn write(&self, bytes: &mut [u8]) {
        let mut own = self.clone();
        own.carry();
        let words = own
            .limbs
            .iter()
            .map(|&limb| limb as u64)
            .chain([own.special]);
        for (word, bytes) in words.zip(bytes.chunks_exact_mut(size_of::<u64>())) {
            bytes.copy_from_slice(&word.to_ne_bytes());
        }
    }

    pub fn read(bytes: &[u8]) -> Exact {
        let (words, _) = bytes.as_chunks();
        let mut words = words.iter().map(|&word| u64::from_ne_bytes(word));
        let mut sum = Exact::ZERO;
        for (limb, word) in sum.limbs.iter_mut().zip(words.by_ref()) {
            *limb = word as i64;
        }
        sum.special = words.next().unwrap_or(UNDEFINED);
        sum
    }

    /// The sum, rounded once, as m 2^e with a double m of 53 bits.
    fn scaled(&self) -> (f64, i32) {
        if self.special != 0 {
            let infinite = match self.special {
                POSITIVE => f64::INFINITY,
                NEGATIVE => f64::NEG_INFINITY,
                _ => f64::NAN,
            };
            return (infinite, 0);
        }
        let mut limbs = self.limbs;
        round(&mut limbs, LOWEST, None)
    }

    /// The double nearest to the sum.
    pub fn value(&self) -> f64 {
        if self.special != 0 {
            return self.scaled().0;
        }
        let mut limbs = self.limbs;
        let (m, e) = round(&mut limbs, LOWEST, Some(-1074));
        scale(m, e)
    }

    /// The square root of the sum.
    fn root(&self) -> f64 {
        let (m, e) = self.scaled();
        let odd = e.rem_euclid(2);
        scale((m * f64::from(1 + odd)).sqrt(), (e - odd) / 2)
    }

    fn over(&self, count: u64) -> f64 {
        let (m, e) = self.scaled();
        scale(m / count as f64, e)
    }

    /// The result of a reduction from the sums of the two parts, of so many elements.
    pub fn finish([re, im]: &[Exact; 2], op: Op, count: u64, of: Dtype, out: Dtype) -> Value {
        let [re, im] = match op {
            Op::Norm => [re.root(), 0.0],
            Op::Mean => [re.over(count), im.over(count)],
            _ => [re.value(), im.value()],
        };
        match op.result(of).kind() {
            Kind::Complex => Value::convert_from(num_complex::Complex::new(re, im), out),
            _ => Value::convert_from(re, out),
        }
    }

    /// The sums of the two parts over a block, of a reduction that exact sums serve; `y` is the second operand of a dot product.
    pub fn of(op: Op, x: &Block, y: Option<&Block>) -> [Exact; 2] {
        let mut sums = [Exact::ZERO; 2];
        if x.is_empty() {
            return sums;
        }
        let order = Traversal::of(x);
        let add = adder(op, x.dtype());
        let (mut x, mut y) = (Operand::new(x, &order), y.map(|y| Operand::new(y, &order)));
        let (mut x_buffer, mut y_buffer) = (Buffer::new(), Buffer::new());
        let mut tiles = Tiles::new();
        order.each(|corner| {
            x.stand(corner);
            // SAFETY: the tile is a part of both operands, whose extents are equal; nobody writes it meanwhile by Memory,
            // condition 2, and the adder is that of their dtype.
            unsafe {
                let first = x.tile(&order, corner.now, &mut x_buffer, false);
                let second = match &mut y {
                    Some(y) => {
                        y.stand(corner);
                        y.tile(&order, corner.now, &mut y_buffer, false)
                    }
                    None => first,
                };
                add(&mut sums, &mut tiles, first, second, corner.elements());
            }
        });
        sums
    }
}

/// Adds a tile to the sums.
///
/// Safety: `n` elements of the adder's dtype lie at each address, aligned, and nobody writes them meanwhile.
type Adder = unsafe fn(&mut [Exact; 2], &mut Tiles, *const u8, *const u8, usize);

fn adder(op: Op, dtype: Dtype) -> Adder {
    with_parts!(dtype, T, PARTS => of_op::<T, PARTS>(op))
}

fn of_op<T: Real, const PARTS: usize>(op: Op) -> Adder {
    match op {
        Op::Dot if PARTS == 2 => add_complex_dot::<T, true>,
        Op::DotU if PARTS == 2 => add_complex_dot::<T, false>,
        Op::Dot | Op::DotU | Op::Norm => add_dot::<T, PARTS>,
        _ if PARTS == 2 => add_complex_sum::<T>,
        _ => add_sum::<T>,
    }
}

/// # Safety
/// As [`Adder`].
unsafe fn add_sum<T: Real>(
    [sum, _]: &mut [Exact; 2],
    tiles: &mut Tiles,
    x: *const u8,
    _: *const u8,
    n: usize,
) {
    // SAFETY: passed on.
    let x = unsafe { std::slice::from_raw_parts(x.cast::<T>(), n) };
    tiles.add(sum, x.iter().map(|x| x.real()));
}

/// # Safety
/// As [`Adder`].
unsafe fn add_complex_sum<T: Real>(
    sums: &mut [Exact; 2],
    tiles: &mut Tiles,
    x: *const u8,
    _: *const u8,
    n: usize,
) {
    // SAFETY: an element is two parts.
    let x = unsafe { std::slice::from_raw_parts(x.cast::<[T; 2]>(), n) };
    for (part, sum) in sums.iter_mut().enumerate() {
        tiles.add(sum, x.iter().map(|x| x[part].real()));
    }
}

/// Of the norm of complex elements `PARTS` is 2: parts are squared as elements are.
///
/// # Safety
/// As [`Adder`].
unsafe fn add_dot<T: Real, const PARTS: usize>(
    [sum, _]: &mut [Exact; 2],
    tiles: &mut Tiles,
    x: *const u8,
    y: *const u8,
    n: usize,
) {
    // SAFETY: n elements are n * PARTS parts.
    let [x, y] = [x, y].map(|at| unsafe { std::slice::from_raw_parts(at.cast::<T>(), n * PARTS) });
    let real = |x: &T| x.real();
    tiles.add_products(sum, x.iter().map(real), y.iter().map(real));
}

/// # Safety
/// As [`Adder`].
unsafe fn add_complex_dot<T: Real, const CONJUGATE: bool>(
    [re, im]: &mut [Exact; 2],
    tiles: &mut Tiles,
    x: *const u8,
    y: *const u8,
    n: usize,
) {
    // SAFETY: an element is two parts.
    let [x, y] = [x, y].map(|at| unsafe { std::slice::from_raw_parts(at.cast::<[T; 2]>(), n) });
    let sign = if CONJUGATE { -1.0 } else { 1.0 };
    let (a, b) = (
        x.iter().map(|x| x[0].real()),
        x.iter().map(|x| sign * x[1].real()),
    );
    let (c, d) = (y.iter().map(|y| y[0].real()), y.iter().map(|y| y[1].real()));
    tiles.add_products(re, a.clone(), c.clone());
    tiles.add_products(re, b.clone(), d.clone().map(|d| -d));
    tiles.add_products(im, a, d);
    tiles.add_products(im, b, c);
}

/// A finite double as m 2^e.
fn parts(x: f64) -> Option<(i64, i32)> {
    let bits = x.to_bits();
    let (field, fraction) = ((bits >> 52 & 0x7ff) as i32, (bits & ((1 << 52) - 1)) as i64);
    let (m, e) = match field {
        0x7ff => return None,
        0 => (fraction, -1074),
        _ => (fraction | 1 << 52, field - 1075),
    };
    Some((if x.is_sign_negative() { -m } else { m }, e))
}

fn special(x: f64) -> u64 {
    match x {
        f64::INFINITY => POSITIVE,
        f64::NEG_INFINITY => NEGATIVE,
        _ => UNDEFINED,
    }
}

fn carry(limbs: &mut [i64]) {
    let mut carried = 0;
    let (last, others) = match limbs.split_last_mut() {
        Some(both) => both,
        None => return,
    };
    for limb in others {
        let sum = *limb + carried;
        carried = sum >> BITS;
        *limb = sum & ((1 << BITS) - 1);
    }
    *last = last.wrapping_add(carried);
}

/// The number of which `limbs` are the digits, the lowest one counted in units of 2^`lowest`, rounded to 53 bits, ties to even, and to
/// no bit below 2^`floor`: as m 2^e.
fn round(limbs: &mut [i64], lowest: i32, floor: Option<i32>) -> (f64, i32) {
    carry(limbs);
    let negative = limbs.last().is_some_and(|&limb| limb < 0);
    if negative {
        limbs.iter_mut().for_each(|limb| *limb = -*limb);
        carry(limbs);
    }
    let Some(top) = limbs.iter().rposition(|&limb| limb != 0) else {
        return (0.0, 0);
    };
    let bottom = top.saturating_sub(2);
    let wide = limbs[bottom..=top].iter().rev();
    let wide = wide.fold(0u128, |wide, &limb| (wide << BITS) + limb as u128);
    let more = limbs[..bottom].iter().any(|&limb| limb != 0);
    let e = lowest + BITS * bottom as i32;
    let length = 128 - wide.leading_zeros() as i32;
    let dropped = (length - 53)
        .max(floor.map_or(i32::MIN, |floor| floor - e))
        .max(0);
    if dropped >= 127 {
        return (0.0, 0);
    }
    let (kept, rest) = (wide >> dropped, wide & ((1 << dropped) - 1));
    let half = if dropped == 0 { 0 } else { 1 << (dropped - 1) };
    let up = dropped > 0 && (rest > half || (rest == half && (more || kept & 1 == 1)));
    let m = (kept + u128::from(up)) as f64;
    (if negative { -m } else { m }, e + dropped)
}

/// m 2^e, by powers of two that are doubles. Of an m of 53 bits only the last step rounds, where the result is subnormal.
fn scale(m: f64, e: i32) -> f64 {
    let power = |e: i32| f64::from_bits(((e + 1023) as u64) << 52);
    let (mut m, mut e) = (m, e);
    while e.abs() > 1000 {
        let step = 1000 * e.signum();
        (m, e) = (m * power(step), e - step);
    }
    m * power(e)
}

#[cfg(test)]
mod tests;
