//! The arithmetic of reductions: what elements are summed, multiplied and compared as.

use super::element::Flag;

/// A real number, or a part of a complex one.
pub(super) trait Real: Copy {
    /// What a tile is summed in: no sum of a tile overflows where the sum of all elements would
    /// not.
    type Sum: Accumulator;
    /// What products are summed in.
    type Product: Accumulator;
    fn wide(self) -> Self::Sum;
    fn factor(self) -> Self::Product;
    fn real(self) -> f64;
    fn precedes(self, other: Self) -> bool;
    fn is_nan(self) -> bool;
    /// Whether `word` stands for this value: -0 is 0 here, and a NaN any NaN.
    fn is_word(self, word: u64) -> bool;
    /// The value as `Words` keep extremes: as i64, u64 or f64.
    fn word(self) -> u64;
}

/// Integers add and multiply modulo their size, as NumPy's do.
pub(super) trait Accumulator: Copy {
    const ZERO: Self;
    const ONE: Self;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn word(self) -> u64;
    /// The value as a number of elements.
    fn count(self) -> u64;
}

macro_rules! integer_accumulators {
    ($($number:ty),*) => {$(
        impl Accumulator for $number {
            const ZERO: $number = 0;
            const ONE: $number = 1;
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            #[inline(always)]
            fn word(self) -> u64 {
                self as i64 as u64
            }
            #[inline(always)]
            fn count(self) -> u64 {
                self as u64
            }
        }
    )*};
}

integer_accumulators!(i32, i64);

impl Accumulator for f64 {
    const ZERO: f64 = 0.0;
    const ONE: f64 = 1.0;
    #[inline(always)]
    fn plus(self, other: f64) -> f64 {
        self + other
    }
    #[inline(always)]
    fn times(self, other: f64) -> f64 {
        self * other
    }
    #[inline(always)]
    fn word(self) -> u64 {
        self.to_bits()
    }
    #[inline(always)]
    fn count(self) -> u64 {
        self as u64
    }
}

macro_rules! reals {
    ($($number:ty: sum $sum:ty, product $product:ty, word $word:expr, nan $nan:expr, is $is:expr);* $(;)?) => {$(
        impl Real for $number {
            type Sum = $sum;
            type Product = $product;
            #[inline(always)]
            fn wide(self) -> $sum {
                self as $sum
            }
            #[inline(always)]
            fn factor(self) -> $product {
                self as $product
            }
            #[inline(always)]
            fn real(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn precedes(self, other: Self) -> bool {
                self < other
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                let nan: fn($number) -> bool = $nan;
                nan(self)
            }
            #[inline(always)]
            fn is_word(self, word: u64) -> bool {
                let is: fn($number, u64) -> bool = $is;
                is(self, word)
            }
            #[inline(always)]
            fn word(self) -> u64 {
                let word: fn($number) -> u64 = $word;
                word(self)
            }
        }
    )*};
}

reals! {
    i8: sum i32, product i64, word |x| x as i64 as u64, nan |_| false, is |x, word| Real::word(x) == word;
    i16: sum i32, product i64, word |x| x as i64 as u64, nan |_| false, is |x, word| Real::word(x) == word;
    i32: sum i64, product i64, word |x| x as i64 as u64, nan |_| false, is |x, word| Real::word(x) == word;
    i64: sum i64, product i64, word |x| x as u64, nan |_| false, is |x, word| Real::word(x) == word;
    u8: sum i32, product i64, word |x| x as u64, nan |_| false, is |x, word| Real::word(x) == word;
    u16: sum i32, product i64, word |x| x as u64, nan |_| false, is |x, word| Real::word(x) == word;
    u32: sum i64, product i64, word |x| x as u64, nan |_| false, is |x, word| Real::word(x) == word;
    u64: sum i64, product i64, word |x| x, nan |_| false, is |x, word| Real::word(x) == word;
    f32: sum f64, product f64, word |x| f64::from(x).to_bits(), nan f32::is_nan, is |x, word| Real::is_word(f64::from(x), word);
    f64: sum f64, product f64, word f64::to_bits, nan f64::is_nan, is |x, word| {
        x == f64::from_bits(word) || (x.is_nan() & f64::from_bits(word).is_nan())
    };
}

impl Real for Flag {
    type Sum = i32;
    type Product = i64;
    #[inline(always)]
    fn wide(self) -> i32 {
        self.is_set() as i32
    }
    #[inline(always)]
    fn factor(self) -> i64 {
        self.is_set() as i64
    }
    #[inline(always)]
    fn real(self) -> f64 {
        self.is_set() as u8 as f64
    }
    #[inline(always)]
    fn precedes(self, other: Flag) -> bool {
        !self.is_set() & other.is_set()
    }
    #[inline(always)]
    fn is_nan(self) -> bool {
        false
    }
    #[inline(always)]
    fn is_word(self, word: u64) -> bool {
        self.word() == word
    }
    #[inline(always)]
    fn word(self) -> u64 {
        self.is_set() as u64
    }
}

/// Evaluates `$body` with `$T` bound to the type of the parts of elements of a dtype, and `$PARTS` to how many an element has.
macro_rules! with_parts {
    ($dtype:expr, $T:ident, $PARTS:ident => $body:expr) => {{
        macro_rules! bind {
            ($type:ty, $parts:literal) => {{
                type $T = $type;
                const $PARTS: usize = $parts;
                $body
            }};
        }
        match $dtype {
            distarray_core::Dtype::Bool => bind!($crate::kernels::element::Flag, 1),
            distarray_core::Dtype::Int8 => bind!(i8, 1),
            distarray_core::Dtype::Int16 => bind!(i16, 1),
            distarray_core::Dtype::Int32 => bind!(i32, 1),
            distarray_core::Dtype::Int64 => bind!(i64, 1),
            distarray_core::Dtype::Uint8 => bind!(u8, 1),
            distarray_core::Dtype::Uint16 => bind!(u16, 1),
            distarray_core::Dtype::Uint32 => bind!(u32, 1),
            distarray_core::Dtype::Uint64 => bind!(u64, 1),
            distarray_core::Dtype::Float32 => bind!(f32, 1),
            distarray_core::Dtype::Float64 => bind!(f64, 1),
            distarray_core::Dtype::Complex64 => bind!(f32, 2),
            distarray_core::Dtype::Complex128 => bind!(f64, 2),
        }
    }};
}
pub(super) use with_parts;
