//! Intermediate results of reductions: what one tile, one rank or several ranks contribute.

use std::cmp::Ordering;

use distarray_core::{Code, Dtype, Kind};

use super::fold::complex_product;
use super::op::Op;
use super::value::Value;
use crate::error::{Error, Result};

/// Four numbers, each a bit pattern of i64, u64 or f64, as [`Shape`] says.
pub(super) type Words = [u64; 4];

/// What the words mean, and so how two of them combine.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// One sum modulo 2^64.
    Integer,
    /// The sums of the two parts, then what rounding took from each.
    Compensated,
    /// The mean of each part, then the sum of |x - mean|^2.
    Moments,
    /// One product modulo 2^64.
    IntegerProduct,
    RealProduct,
    ComplexProduct,
    /// An extreme, then where it stands, or 0 where that does not matter.
    Signed,
    Unsigned,
    Float,
}

impl Shape {
    pub fn of(op: Op, dtype: Dtype) -> Shape {
        let integer = matches!(dtype.kind(), Kind::Bool | Kind::Signed | Kind::Unsigned);
        match (op, dtype.kind()) {
            (Op::Var | Op::Std, _) => Shape::Moments,
            (Op::Any | Op::All | Op::CountNonzero, _) => Shape::Integer,
            (_, Kind::Bool | Kind::Signed) if op.is_extreme() => Shape::Signed,
            (_, Kind::Unsigned) if op.is_extreme() => Shape::Unsigned,
            _ if op.is_extreme() => Shape::Float,
            (Op::Prod, _) if integer => Shape::IntegerProduct,
            (Op::Prod, Kind::Complex) => Shape::ComplexProduct,
            (Op::Prod, _) => Shape::RealProduct,
            (Op::Sum | Op::Dot | Op::DotU, _) if integer => Shape::Integer,
            _ => Shape::Compensated,
        }
    }
}

/// What some elements contribute to one reduction. Plain bytes: it travels in a message as it is.
///
/// `Partial::default()` is that of no reduction at all, and gives way to any other.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Partial {
    /// 0: no reduction; op + 1; `CONFLICT`.
    op: u32,
    dtype: u32,
    count: u64,
    words: Words,
}

/// The combination of partials of different reductions.
const CONFLICT: u32 = u32::MAX;

/// Marks the number of an operation whose sums are elsewhere.
const EXACT: u32 = 0x100;

impl Partial {
    /// Bytes of a partial.
    pub const BYTES: usize = size_of::<Partial>();

    /// That of no elements.
    ///
    /// Errors: `Code::Unsupported` for the minimum and maximum of complex numbers, which have no
    /// order.
    pub fn new(op: Op, dtype: Dtype) -> Result<Partial> {
        if op.is_extreme() && dtype.kind() == Kind::Complex {
            return Err(Error::new(
                Code::Unsupported,
                format!(
                    "{} elements have no {}: complex numbers are not ordered",
                    dtype.name(),
                    op.name()
                ),
            ));
        }
        Ok(Partial {
            op: op as u32 + 1,
            dtype: dtype as u32,
            count: 0,
            words: [0; 4],
        })
    }

    /// That of so many elements of which exact sums tell the rest; it combines with its like alone.
    pub fn beside_exact(op: Op, dtype: Dtype, count: u64) -> Result<Partial> {
        let mut partial = Partial::new(op, dtype)?;
        partial.op |= EXACT;
        partial.count = count;
        Ok(partial)
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether ranks contributed to different reductions.
    pub fn is_conflict(&self) -> bool {
        self.op == CONFLICT
    }

    /// The bytes that a message carries.
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: `repr(C)` of two u32 and five u64 has no padding, so that every byte is
        // initialised.
        unsafe { std::slice::from_raw_parts(std::ptr::from_ref(self).cast(), Partial::BYTES) }
    }

    /// The partial at the beginning of `bytes`, at any alignment. Bytes that are none make `finish`
    /// fail.
    ///
    /// Panics when `bytes` is shorter, as indexing a slice does.
    pub fn from_bytes(bytes: &[u8]) -> Partial {
        let bytes = &bytes[..Partial::BYTES];
        // SAFETY: the slice is long enough, and integers are valid in any bit pattern.
        unsafe { bytes.as_ptr().cast::<Partial>().read_unaligned() }
    }

    /// Adds the elements of `other`, which come after those of this one.
    pub fn combine(&mut self, other: &Partial) {
        if other.op == 0 {
            return;
        }
        if self.op == 0 {
            *self = *other;
            return;
        }
        match self.shape() {
            Some(shape) if (self.op, self.dtype) == (other.op, other.dtype) => {
                self.add(shape, other.count, other.words);
            }
            _ => self.op = CONFLICT,
        }
    }

    /// Adds `count` elements that come after those of this one; `shape` is that of both.
    #[inline]
    pub(super) fn add(&mut self, shape: Shape, count: u64, words: Words) {
        if count == 0 {
            return;
        }
        if self.count == 0 {
            (self.count, self.words) = (count, words);
            return;
        }
        let (a, b) = (self.words, words);
        let real = f64::from_bits;
        self.words = match shape {
            Shape::Integer => [a[0].wrapping_add(b[0]), 0, 0, 0],
            Shape::Compensated => {
                let (re, re_lost) = exact_sum(real(a[0]), real(b[0]));
                let (im, im_lost) = exact_sum(real(a[1]), real(b[1]));
                let re_lost = real(a[2]) + real(b[2]) + re_lost;
                let im_lost = real(a[3]) + real(b[3]) + im_lost;
                [re, im, re_lost, im_lost].map(f64::to_bits)
            }
            Shape::Moments => merge_moments(
                (self.count as f64, a.map(real)),
                (count as f64, b.map(real)),
            )
            .map(f64::to_bits),
            Shape::IntegerProduct => [a[0].wrapping_mul(b[0]), 0, 0, 0],
            Shape::RealProduct => [(real(a[0]) * real(b[0])).to_bits(), 0, 0, 0],
            Shape::ComplexProduct => {
                let [a, b] = [a, b].map(|words| [real(words[0]), real(words[1])]);
                let [re, im] = complex_product(a, b);
                [re, im, 0.0, 0.0].map(f64::to_bits)
            }
            Shape::Signed => self.pick((a[0] as i64).cmp(&(b[0] as i64)), a, b),
            Shape::Unsigned => self.pick(a[0].cmp(&b[0]), a, b),
            Shape::Float => self.pick(self.compare(real(a[0]), real(b[0])), a, b),
        };
        self.count = self.count.wrapping_add(count);
    }

    /// Whether the extreme of a tile takes the place of the one so far, `Equal` where that depends on
    /// where it stands.
    pub(super) fn rival(&self, shape: Shape, word: u64) -> Ordering {
        let own = self.words[0];
        let order = match shape {
            _ if self.count == 0 => return Ordering::Greater,
            Shape::Unsigned => own.cmp(&word),
            Shape::Float => self.compare(f64::from_bits(own), f64::from_bits(word)),
            _ => (own as i64).cmp(&(word as i64)),
        };
        match self.is_least() {
            true => order,
            false => order.reverse(),
        }
    }

    /// Where the extreme so far stands.
    pub(super) fn place(&self) -> u64 {
        self.words[1]
    }

    /// The extreme that comes first when `order` is how `a` compares to `b`; of equal ones that with
    /// the lower place.
    fn pick(&self, order: Ordering, a: Words, b: Words) -> Words {
        let second = match order {
            Ordering::Equal => b[1] < a[1],
            Ordering::Greater => self.is_least(),
            Ordering::Less => !self.is_least(),
        };
        if second {
            b
        } else {
            a
        }
    }

    fn is_least(&self) -> bool {
        [Op::Min, Op::ArgMin]
            .map(|op| op as u32 + 1)
            .contains(&self.op)
    }

    /// NaN comes before every number, whichever extreme is sought.
    fn compare(&self, a: f64, b: f64) -> Ordering {
        let first = match self.is_least() {
            true => Ordering::Less,
            false => Ordering::Greater,
        };
        match a.partial_cmp(&b) {
            Some(order) => order,
            None if !b.is_nan() => first,
            None if !a.is_nan() => first.reverse(),
            None => Ordering::Equal,
        }
    }

    /// Reduction and dtype, when these bytes are of one.
    fn kind(&self) -> Option<(Op, Dtype)> {
        let op = (self.op & !EXACT).checked_sub(1)?;
        let op = Op::ALL.into_iter().find(|&known| known as u32 == op)?;
        let dtype = Dtype::ALL
            .into_iter()
            .find(|&known| known as u32 == self.dtype)?;
        Some((op, dtype))
    }

    fn shape(&self) -> Option<Shape> {
        self.kind().map(|(op, dtype)| Shape::of(op, dtype))
    }

    /// As [`Partial::finish_corrected`], with nothing taken from the number of elements.
    pub fn finish(&self, op: Op, out: Dtype) -> Result<Value> {
        self.finish_corrected(op, 0, out)
    }

    /// The result as an element of dtype `out`; variances are divided by the number of elements less
    /// `ddof`. Sums and dot products of nothing are 0, as is the
    /// norm, and products 1; means and variances of nothing are NaN.
    ///
    /// Errors: `Code::Argument` when the type of the result ([`Op::result`]) does not convert to
    /// `out` by NumPy's rule "same kind", when an integer does not fit, for the minimum or maximum
    /// of nothing; `Code::Mismatch` when ranks contributed to different reductions.
    pub fn finish_corrected(&self, op: Op, ddof: i64, out: Dtype) -> Result<Value> {
        let kind = self.kind().filter(|&(of, _)| of == op);
        let (Some((_, dtype)), Some(shape)) = (kind, self.shape()) else {
            return Err(Error::new(
                Code::Mismatch,
                format!(
                    "the ranks do not agree on the {} or the dtype that they reduce",
                    op.name()
                ),
            ));
        };
        let natural = op.result(dtype);
        if !natural.can_cast(out, true) {
            return Err(Error::new(
                Code::Argument,
                format!(
                    "the {} of {} is {}, which does not convert to {} without losing its kind",
                    op.name(),
                    dtype.name(),
                    natural.name(),
                    out.name()
                ),
            ));
        }
        if self.count == 0 && op.is_extreme() {
            return Err(Error::new(
                Code::Argument,
                format!("the {} of no elements does not exist", op.name()),
            ));
        }
        let word = self.words[0];
        match shape {
            _ if op.is_place() => Value::convert_from(self.place() as i64, Dtype::Int64).cast(out),
            _ if op == Op::Any => Ok(Value::convert_from(i64::from(word != 0), out)),
            _ if op == Op::All => Ok(Value::convert_from(i64::from(word == self.count), out)),
            Shape::IntegerProduct if self.count == 0 => Ok(Value::convert_from(1i64, out)),
            Shape::Integer | Shape::IntegerProduct if natural == Dtype::Uint64 => {
                Value::convert_from(word, Dtype::Uint64).cast(out)
            }
            Shape::Integer | Shape::IntegerProduct | Shape::Signed => {
                Value::convert_from(word as i64, Dtype::Int64).cast(out)
            }
            Shape::Unsigned => Value::convert_from(word, Dtype::Uint64).cast(out),
            Shape::Float => Ok(Value::convert_from(f64::from_bits(word), out)),
            _ => Ok(self.finish_real(op, ddof, natural, out)),
        }
    }

    /// Results that are one or two sums of doubles. They are converted from doubles whatever the
    /// natural type is, so that a float64 result of float32 elements keeps what was computed.
    fn finish_real(&self, op: Op, ddof: i64, natural: Dtype, out: Dtype) -> Value {
        let [first, second, third, fourth] = self.words.map(f64::from_bits);
        let count = self.count as f64;
        let degrees = (count - ddof as f64).max(0.0);
        let none = self.count == 0;
        let [re, im] = match op {
            Op::Var | Op::Std if none => [f64::NAN, 0.0],
            Op::Var => [third / degrees, 0.0],
            Op::Std => [(third / degrees).sqrt(), 0.0],
            Op::Prod if none => [1.0, 0.0],
            Op::Prod => [first, second],
            Op::Mean if none => [f64::NAN; 2],
            Op::Mean => [
                compensated(first, third) / count,
                compensated(second, fourth) / count,
            ],
            Op::Norm => [compensated(first, third).sqrt(), 0.0],
            _ => [compensated(first, third), compensated(second, fourth)],
        };
        if natural.kind() == Kind::Complex {
            Value::convert_from(num_complex::Complex::new(re, im), out)
        } else {
            Value::convert_from(re, out)
        }
    }
}

/// The sum and what rounding took from it (Knuth's TwoSum): exact for all finite operands whose sum
/// is finite.
fn exact_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let from_b = sum - a;
    let from_a = sum - from_b;
    (sum, (a - from_a) + (b - from_b))
}

/// A sum that overflowed or met infinities or NaN stands as it is: what rounding took from it means
/// nothing.
fn compensated(sum: f64, lost: f64) -> f64 {
    if sum.is_finite() {
        sum + lost
    } else {
        sum
    }
}

/// Means and sums of squared distances of two sets, each with its number of elements, as those of
/// their union.
///
/// T. F. Chan, G. H. Golub, R. J. LeVeque, Updating formulae and a pairwise algorithm for computing
/// sample variances, 1979.
fn merge_moments((n_a, a): (f64, [f64; 4]), (n_b, b): (f64, [f64; 4])) -> [f64; 4] {
    let n = n_a + n_b;
    let (re, im) = (b[0] - a[0], b[1] - a[1]);
    let share = n_b / n;
    let distance = re * re + im * im;
    [
        a[0] + re * share,
        a[1] + im * share,
        a[2] + b[2] + distance * (n_a * share),
        0.0,
    ]
}
