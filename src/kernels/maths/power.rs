//! pow.
//!
//! x^y = e^(y log x), with log x as a sum of two numbers: x = 2^k m, log m = log(1 + r) - log c with
//! r = c m - 1 and a table of c (P. T. P. Tang, 1990; as in S. Nagy's pow of musl, with fewer
//! entries). 11 bits beyond those of a number are needed, since y log x may be as large as 710.

use super::body::{self, Body, Chunk, CHUNK};
use super::choice::choose;
use super::exponential::{clamp, near_zero, reduced, scaled};
use super::float::{Float, Split, Sum};
use super::quotient;
use super::table::{entry, Instructions, Table};

/// Bits of the least m: x = 2^k m, with m below twice that. The bits after the exponent of the
/// distance of x from it number sixteen intervals, one of which has 1 inside.
const LEAST: u64 = 0x3fe8580000000000;
/// Nearly 1/m in each interval, of so few bits that r = c m - 1 is exact; |r| < 0.0426.
const C: Table = [
    1.3125, 1.25, 1.1875, 1.125, 1.125, 1.0625, 1.0625, 1.0, 0.9375, 0.90625, 0.84375, 0.8125,
    0.78125, 0.71875, 0.6875, 0.65625,
];
/// -log c, a multiple of 2^-42 as LN_2[0] is, and what is missing.
const LOG_C: [Table; 2] = [
    [
        -0.2719337154835557,
        -0.22314355131425145,
        -0.17185025692674571,
        -0.11778303565643,
        -0.11778303565643,
        -0.06062462181648698,
        -0.06062462181648698,
        0.0,
        0.0645385211375924,
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
        5.213620639136504e-14,
        0.0,
        -2.1225608044809997e-14,
        3.3871241029241416e-14,
        -1.6376276414097503e-14,
        -4.3425422595242564e-14,
        -8.899851356560444e-14,
        5.4612144489920215e-14,
        7.260466149925637e-14,
        -3.1063837541003616e-14,
    ],
];
const LN_2: [f64; 2] = [0.6931471805598903, 5.497923018708371e-14];
/// (log(1 + r) - r + r^2/2) / r^3; relative error of the logarithm 2^-62.8.
const LOG: [f64; 9] = [
    0.33333333333333337,
    -0.24999999999990322,
    0.19999999999978885,
    -0.16666666710083167,
    0.14285714347318498,
    -0.12499935449288278,
    0.11111036863827733,
    -0.1003912932350185,
    0.09130432050333089,
];

/// The interval of a positive normal number, in the low four bits.
#[inline(always)]
fn interval(x: f64) -> u64 {
    x.to_bits().wrapping_sub(LEAST) >> 48
}

/// log of a positive normal number with the table's entries of its interval.
#[inline(always)]
fn log(x: f64, c: f64, log_c: Sum<f64>) -> Sum<f64> {
    let (k, m) = x.split_from(LEAST);
    let r = c.mul_add(m, -1.0);
    let whole = k.mul_add(LN_2[0], log_c[0]);
    let high = whole + r;
    let low = k.mul_add(LN_2[1], log_c[1]) + ((whole - high) + r);
    let half = -0.5 * r;
    let square = r * half;
    let square_low = r.mul_add(half, -square);
    let sum = high + square;
    let low = low + ((high - sum) + square) + square_low;
    let low = (r * r * r).mul_add(r.polynomial(LOG, [0.0]), low);
    quotient::sum(sum, low)
}

/// y log x as a sum of two.
#[inline(always)]
fn exponent(y: f64, log: Sum<f64>) -> Sum<f64> {
    let product = y * log[0];
    [product, y.mul_add(log[1], y.mul_add(log[0], -product))]
}

/// n + ROUNDER, and e^x 2^-n.
#[inline(always)]
fn reduced_exp([x, low]: Sum<f64>) -> (f64, f64) {
    let (t, [r, _]) = reduced(x);
    (t, near_zero(r + low))
}

/// x^y for a positive normal x.
#[inline(always)]
fn pow_normal(x: f64, y: f64) -> f64 {
    let at = interval(x);
    let [high, low] = exponent(y, log(x, entry(&C, at), LOG_C.map(|table| entry(&table, at))));
    let within = clamp(high, -760.0, 760.0);
    let (t, p) = reduced_exp([within, choose(within == high, low, 0.0)]);
    scaled(p, t)
}

/// The sign and the exceptions of a negative `x`, given |x|^y: NaN unless y is an integer.
#[inline(always)]
fn of_sign<T: Float>(x: T, y: T, value: T) -> T {
    let half = T::of(0.5) * y;
    let odd = half.whole() != half;
    let signed = choose(odd, -value, value);
    let negative = choose(y.whole() == y, signed, T::NAN);
    choose(x < T::ZERO, negative, value)
}

pub(super) struct Pow;

impl Body<f64, 2> for Pow {
    #[inline(always)]
    fn is_ordinary([x, y]: [f64; 2]) -> bool {
        x.abs().is_positive_normal() & (y.abs() < 1e18)
    }

    #[inline(always)]
    fn straight([x, y]: [f64; 2]) -> f64 {
        of_sign(x, y, pow_normal(x.abs(), y))
    }

    #[inline(always)]
    fn value(x: [f64; 2]) -> f64 {
        if <Self as Body<f64, 2>>::is_ordinary(x) {
            Self::straight(x)
        } else {
            Self::library(x)
        }
    }

    /// Without overflow and negative numbers, if there are none.
    #[inline(always)]
    unsafe fn chunk<I: Instructions>(args: &[Chunk<f64>; 2]) -> Chunk<f64> {
        let [Chunk(x), Chunk(y)] = args;
        let at = std::array::from_fn(|i| interval(x[i]));
        // SAFETY: passed on.
        let (c, log_c) = unsafe {
            (
                I::look_up(&C, &at),
                [I::look_up(&LOG_C[0], &at), I::look_up(&LOG_C[1], &at)],
            )
        };
        let mut values = Chunk([0.0; CHUNK]);
        let mut others = 0;
        for i in 0..CHUNK {
            let product = exponent(y[i], log(x[i], c[i], [log_c[0][i], log_c[1][i]]));
            let (t, p) = reduced_exp(product);
            values.0[i] = p * t.power_of_two();
            others |= u32::from(!(x[i].is_positive_normal() & (product[0].abs() < f64::EXP_LIMIT)));
        }
        if others == 0 {
            values
        } else {
            body::chunk::<Self, f64, 2>(args)
        }
    }

    fn library([x, y]: [f64; 2]) -> f64 {
        x.powf(y)
    }
}

/// As [`LEAST`], [`C`] and [`LOG_C`], in base 2 and for single precision; |r| < 0.0295.
const LEAST_SINGLE: u32 = 0x3f33c000;
const C_SINGLE: Table = [
    1.3931972789115645,
    1.3350717079530638,
    1.281602002503129,
    1.2322503008423586,
    1.186558516801854,
    1.1441340782122904,
    1.104638619201726,
    1.067778936392075,
    1.0332996972754793,
    1.0,
    0.9429097605893186,
    0.8904347826086957,
    0.8434925864909391,
    0.8012519561815337,
    0.7630402384500745,
    0.7283072546230441,
];
const LOG2_C: Table = [
    -0.4783995602762732,
    -0.4169172324970665,
    -0.35794830707202324,
    -0.3012953332296555,
    -0.24678325082104496,
    -0.19425612784838112,
    -0.14357447137446913,
    -0.09461299498186922,
    -0.047258752813511835,
    0.0,
    0.08480838780436149,
    0.1674181458317375,
    0.24555270625568207,
    0.3196721209469944,
    0.39016895620018355,
    0.4573808790725352,
];
/// log2(1 + r) / r; relative error 2^-31.5.
const LOG2_SINGLE: [f64; 5] = [
    1.4426950408974044,
    -0.7213474637432594,
    0.4808982205850333,
    -0.3609349070828752,
    0.2888524320482238,
];
/// 2^r for |r| <= 1/2; error 2^-29.
const EXP2_SINGLE: [f64; 7] = [
    0.9999999999156755,
    0.6931472069077078,
    0.24022651536027428,
    0.055503267984757576,
    0.009617990517925555,
    0.0013400597246229213,
    0.00015479271406792459,
];

#[inline(always)]
fn interval_single(x: f32) -> u64 {
    u64::from(x.to_bits().wrapping_sub(LEAST_SINGLE) >> 19)
}

/// log2 of a positive normal number.
#[inline(always)]
fn log2_single(x: f32, c: f64, log2_c: f64) -> f64 {
    let distance = x.to_bits().wrapping_sub(LEAST_SINGLE);
    let whole = distance & (u32::MAX << 23);
    let m = f64::from(f32::from_bits(x.to_bits().wrapping_sub(whole)));
    let k = f64::from(distance.cast_signed() >> 23);
    let r = c.mul_add(m, -1.0);
    r.mul_add(r.polynomial(LOG2_SINGLE, [0.0]), k + log2_c)
}

/// 2^x for |x| <= 200.
#[inline(always)]
fn exp2_single(x: f64) -> f32 {
    let t = x + f64::ROUNDER;
    let r = x - (t - f64::ROUNDER);
    let p = r.polynomial(EXP2_SINGLE, [0.0]);
    f64::from_bits(p.to_bits().wrapping_add(t.to_bits() << 52)) as f32
}

/// In double precision, where one number holds log2 x exactly enough.
impl Body<f32, 2> for Pow {
    #[inline(always)]
    fn is_ordinary([x, y]: [f32; 2]) -> bool {
        x.abs().is_positive_normal() & (y.abs() < f32::INFINITY)
    }

    #[inline(always)]
    fn straight([x, y]: [f32; 2]) -> f32 {
        let at = interval_single(x.abs());
        let log = log2_single(x.abs(), entry(&C_SINGLE, at), entry(&LOG2_C, at));
        let product = clamp(f64::from(y) * log, -200.0, 200.0);
        of_sign(x, y, exp2_single(product))
    }

    #[inline(always)]
    fn value(x: [f32; 2]) -> f32 {
        if <Self as Body<f32, 2>>::is_ordinary(x) {
            Self::straight(x)
        } else {
            Self::library(x)
        }
    }

    /// Without negative numbers, if there are none.
    #[inline(always)]
    unsafe fn chunk<I: Instructions>(args: &[Chunk<f32>; 2]) -> Chunk<f32> {
        let [Chunk(x), Chunk(y)] = args;
        let mut others = 0;
        for i in 0..CHUNK {
            others |= u32::from(!(x[i].is_positive_normal() & (y[i].abs() < f32::INFINITY)));
        }
        if others != 0 {
            return body::chunk::<Self, f32, 2>(args);
        }
        let at = std::array::from_fn(|i| interval_single(x[i]));
        // SAFETY: passed on.
        let (c, log2_c) = unsafe { (I::look_up(&C_SINGLE, &at), I::look_up(&LOG2_C, &at)) };
        let mut values = Chunk([0.0; CHUNK]);
        for i in 0..CHUNK {
            let product = f64::from(y[i]) * log2_single(x[i], c[i], log2_c[i]);
            values.0[i] = exp2_single(clamp(product, -200.0, 200.0));
        }
        values
    }

    fn library([x, y]: [f32; 2]) -> f32 {
        x.powf(y)
    }
}
