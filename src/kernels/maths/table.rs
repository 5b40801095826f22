//! log x by a table of sixteen entries, which are looked up for all elements of a chunk at once.
//!
//! x = 2^k m, and log m = log(1 + r) - log c with r = c m - 1 (P. T. P. Tang, 1990; the arrangement
//! of terms as in S. Nagy's pow in musl). The compiler does not make permutations of look-ups, and
//! to gather is slower than to compute.

use super::body::CHUNK;
use super::float::{Float, Sum};

pub(super) type Table<T> = [T; 16];

/// The instructions that a chunk is computed with.
pub(super) trait Instructions {
    /// The entries at the low four bits of each index.
    ///
    /// # Safety
    /// On a processor that has the instructions.
    unsafe fn look_up<T: Tabled>(table: &Table<T>, at: &[T::Index; CHUNK]) -> [T; CHUNK];
}

#[cfg(target_arch = "x86_64")]
pub(super) struct Avx2;
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx512;

#[cfg(target_arch = "x86_64")]
impl Instructions for Avx2 {
    #[inline(always)]
    unsafe fn look_up<T: Tabled>(table: &Table<T>, at: &[T::Index; CHUNK]) -> [T; CHUNK] {
        std::array::from_fn(|i| T::entry(table, at[i]))
    }
}

#[cfg(target_arch = "x86_64")]
impl Instructions for Avx512 {
    #[inline(always)]
    unsafe fn look_up<T: Tabled>(table: &Table<T>, at: &[T::Index; CHUNK]) -> [T; CHUNK] {
        // SAFETY: passed on.
        unsafe { T::permuted(table, at) }
    }
}

/// Numbers with a table of logarithms.
pub(super) trait Tabled: Float {
    type Index: Copy;

    /// Nearly 1/m in each interval, of so few bits that r is exact; |r| < 0.0502, and r^3 / 3 is small
    /// beside log m also in the intervals next to that of 1.
    const C: Table<Self>;
    /// -log c, a multiple of some 2^-n as LN_2[0] is, and what is missing.
    const LOG_C: [Table<Self>; 2];
    const LN_2: Sum<Self>;

    /// The interval that a positive normal number lies in, in the low four bits.
    fn interval(self) -> Self::Index;
    /// k and m.
    fn around_one(self) -> (Self, Self);
    fn entry(table: &Table<Self>, at: Self::Index) -> Self;
    /// The entries at the low four bits of each index.
    ///
    /// # Safety
    /// On a processor with AVX-512 F.
    #[cfg(target_arch = "x86_64")]
    unsafe fn permuted(table: &Table<Self>, at: &[Self::Index; CHUNK]) -> [Self; CHUNK];
}

/// c and the two parts of -log c.
pub(super) type Entry<T> = [T; 3];

/// What the table says of one number.
#[inline(always)]
pub(super) fn entry<T: Tabled>(x: T) -> Entry<T> {
    let at = x.interval();
    [&T::C, &T::LOG_C[0], &T::LOG_C[1]].map(|table| T::entry(table, at))
}

/// What the table says of a chunk's numbers.
///
/// # Safety
/// On a processor that has the instructions.
#[inline(always)]
pub(super) unsafe fn entries<T: Tabled, I: Instructions>(x: &[T; CHUNK]) -> [[T; CHUNK]; 3] {
    let at = std::array::from_fn(|i| x[i].interval());
    // SAFETY: passed on.
    unsafe {
        [
            I::look_up(&T::C, &at),
            I::look_up(&T::LOG_C[0], &at),
            I::look_up(&T::LOG_C[1], &at),
        ]
    }
}

/// (log(1 + r) - r + r^2/2) / r^3; relative error of log(1 + r) 2^-67.3 and 2^-33.8.
const LOG: [f64; 10] = [
    0.33333333333333337,
    -0.2499999999999959,
    0.19999999999970575,
    -0.1666666666845406,
    0.1428571435982813,
    -0.12499997444717227,
    0.11111029646046454,
    -0.10001469273117805,
    0.09131840497224183,
    -0.08051395944505418,
];
const LOG_SINGLE: [f32; 4] = [0.3333331, -0.25000367, 0.20038503, -0.16441923];

/// log of a positive normal number, to about ten bits more than it has. The second number is as
/// large as r^3 / 3.
#[inline(always)]
pub(super) fn log<T: Tabled>(x: T, [c, log_c, log_c_low]: Entry<T>) -> Sum<T> {
    let (k, m) = x.around_one();
    let r = c.fused(m, -T::ONE);
    let whole = k.fused(T::LN_2[0], log_c);
    let high = whole + r;
    let low = k.fused(T::LN_2[1], log_c_low) + ((whole - high) + r);
    let half = T::of(-0.5) * r;
    let sum = half.fused(r, high);
    let low = low + half.fused(r, high - sum);
    [sum, (r * r * r).fused(r.polynomial(LOG, LOG_SINGLE), low)]
}

/// Bits of the least m, whose intervals are all numbers with the same four bits after the
/// exponent of their distance to it. One has 1 inside, and c = 1.
const LEAST: f64 = 0.7607421875;

macro_rules! tabled {
    ($float:ident, $index:ident, $digits:literal, $exponent:path, $lanes:literal, |$low:ident, $at:ident, $high:ident| $permute:expr,
     $load:ident, $store:ident, $ln2:expr, $log_c:expr) => {
        impl Tabled for $float {
            type Index = $index;

            const C: Table<$float> = [
                1.3125, 1.25, 1.1875, 1.125, 1.125, 1.0625, 1.03125, 1.0, 0.96875, 0.90625,
                0.84375, 0.8125, 0.78125, 0.71875, 0.6875, 0.65625,
            ];
            const LOG_C: [Table<$float>; 2] = $log_c;
            const LN_2: Sum<$float> = $ln2;

            #[inline(always)]
            fn interval(self) -> $index {
                const BITS: $index = (LEAST as $float).to_bits();
                self.to_bits().wrapping_sub(BITS) >> ($digits - 4)
            }

            #[inline(always)]
            fn around_one(self) -> ($float, $float) {
                const BITS: $index = (LEAST as $float).to_bits();
                let distance = self.to_bits().wrapping_sub(BITS);
                let whole = distance & ($index::MAX << $digits);
                (
                    $exponent(distance),
                    $float::from_bits(self.to_bits().wrapping_sub(whole)),
                )
            }

            #[inline(always)]
            fn entry(table: &Table<$float>, at: $index) -> $float {
                table[(at & 15) as usize]
            }

            #[cfg(target_arch = "x86_64")]
            #[inline(always)]
            unsafe fn permuted(table: &Table<$float>, at: &[$index; CHUNK]) -> [$float; CHUNK] {
                use std::arch::x86_64::*;
                let mut out = [0.0; CHUNK];
                // SAFETY: a vector at each address; the caller has the processor.
                unsafe {
                    let $low = $load(table.as_ptr());
                    let $high = $load(table.as_ptr().add(16 - $lanes));
                    for i in (0..CHUNK).step_by($lanes) {
                        let $at = _mm512_loadu_si512(at.as_ptr().add(i).cast());
                        $store(out.as_mut_ptr().add(i), $permute);
                    }
                }
                out
            }
        }
    };
}

tabled!(
    f64,
    u64,
    52,
    super::float::exponent64,
    8,
    |low, at, high| _mm512_permutex2var_pd(low, at, high),
    _mm512_loadu_pd,
    _mm512_storeu_pd,
    [0.6931471805598903, 5.497923018708371e-14],
    [
        [
            -0.2719337154835557,
            -0.22314355131425145,
            -0.17185025692674571,
            -0.11778303565643,
            -0.11778303565643,
            -0.06062462181648698,
            -0.03077165866670839,
            0.0,
            0.03174869831468641,
            0.09844007281321865,
            0.16989903679541385,
            0.20763936477828793,
            0.2468600779316148,
            0.33024168687052224,
            0.3746934494413381,
            0.4212134650763346,
        ],
        [
            -8.604306772808733e-14,
            4.169796584527195e-14,
            8.649239607212071e-14,
            4.654729747598445e-14,
            4.654729747598445e-14,
            5.213620639136504e-14,
            -4.529814257790929e-14,
            0.0,
            -1.0610652735224087e-13,
            3.3871241029241416e-14,
            -1.6376276414097503e-14,
            -4.3425422595242564e-14,
            -8.899851356560444e-14,
            5.4612144489920215e-14,
            7.260466149925637e-14,
            -3.1063837541003616e-14,
        ],
    ]
);
tabled!(
    f32,
    u32,
    23,
    super::float::exponent32,
    16,
    |_low, at, high| _mm512_permutexvar_ps(at, high),
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    [0.69314575, 1.4286068e-06],
    [
        [
            -0.27192688,
            -0.22314453,
            -0.17184448,
            -0.11778259,
            -0.11778259,
            -0.06062317,
            -0.030776978,
            0.0,
            0.03175354,
            0.09843445,
            0.16990662,
            0.2076416,
            0.24685669,
            0.33024597,
            0.37469482,
            0.42121887,
        ],
        [
            -6.8356007e-06,
            9.799357e-07,
            -5.7745046e-06,
            -4.4288294e-07,
            -4.4288294e-07,
            -1.4528712e-06,
            5.3188724e-06,
            0.0,
            -4.8417246e-06,
            5.6245713e-06,
            -7.5794155e-06,
            -2.2367842e-06,
            3.3884785e-06,
            -4.284809e-06,
            -1.3747773e-06,
            -5.406994e-06,
        ],
    ]
);
