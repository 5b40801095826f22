//! cbrt and hypot.

use super::body::{Body, Chunk, CHUNK};
use super::choice::{choose, choose2};
use super::float::{exponent32, exponent64, Float};
use super::table::{Instructions, Table, Tabled};

/// ((1 + r)^(1/3) - 1) / r for |r| < 0.1112; error of the root 2^-55.6 and 2^-28.7.
const CBRT: [f64; 11] = [
    0.3333333333333332,
    -0.1111111111111779,
    0.06172839506202295,
    -0.04115226329794833,
    0.030178326292807905,
    -0.023472060174148525,
    0.019001215719747104,
    -0.015829690396753755,
    0.013482550282412794,
    -0.012028785217284184,
    0.010630584540844533,
];
const CBRT_SINGLE: [f32; 5] = [
    0.33333334,
    -0.11110955,
    0.061725236,
    -0.04155965,
    0.030636424,
];

/// Numbers with a table of roots: c, nearly 1/m in each quarter of an octave from 1/2 to 4, and
/// c^(-1/3) as a sum.
trait Roots: Tabled {
    const C: Table<Self>;
    const ROOT: [Table<Self>; 2];

    /// 3q, for the exponent of this number, as exponents of numbers near 1 are; and q.
    fn octaves(self) -> [Self::Index; 2];
    /// Multiplied by 2^-n.
    fn lowered(self, n: Self::Index) -> Self;
    /// Multiplied by 2^n.
    fn raised(self, n: Self::Index) -> Self;
    /// The quarter that a number of the table lies in, in the low four bits.
    fn quarter(self) -> Self::Index;
}

macro_rules! roots {
    ($float:ident, $bits:ident, $digits:literal, $exponent:path, $c:expr, $root:expr) => {
        impl Roots for $float {
            const C: Table<$float> = $c;
            const ROOT: [Table<$float>; 2] = $root;

            #[inline(always)]
            fn octaves(self) -> [$bits; 2] {
                let exponent = $exponent(self.to_bits().wrapping_sub((1.0 as $float).to_bits()));
                let third = exponent.mul_add(1.0 / 3.0, $float::ROUNDER);
                let q = third.to_bits() << $digits;
                [q.wrapping_add(q << 1), q]
            }

            #[inline(always)]
            fn lowered(self, n: $bits) -> $float {
                $float::from_bits(self.to_bits().wrapping_sub(n))
            }

            #[inline(always)]
            fn raised(self, n: $bits) -> $float {
                $float::from_bits(self.to_bits().wrapping_add(n))
            }

            #[inline(always)]
            fn quarter(self) -> $bits {
                self.to_bits() >> ($digits - 2)
            }
        }
    };
}

roots!(
    f64,
    u64,
    52,
    exponent64,
    [
        0.4444444444444444,
        0.36363636363636365,
        0.3076923076923077,
        0.26666666666666666,
        0.0,
        0.0,
        0.0,
        0.0,
        1.7777777777777777,
        1.4545454545454546,
        1.2307692307692308,
        1.0666666666666667,
        0.8888888888888888,
        0.7272727272727273,
        0.6153846153846154,
        0.5333333333333333
    ],
    [
        [
            1.3103706971044484,
            1.4010196653276936,
            1.4812480342036853,
            1.5536162529769295,
            0.0,
            0.0,
            0.0,
            0.0,
            0.8254818122236567,
            0.8825870838315157,
            0.933127789204312,
            0.9787169102922159,
            1.040041911525952,
            1.1119900452846578,
            1.1756673438603786,
            1.2331060371652351
        ],
        [
            -9.525839152810876e-17,
            -7.224560858497124e-17,
            -1.1064518324693038e-16,
            -7.201564071760759e-17,
            0.0,
            0.0,
            0.0,
            0.0,
            4.978799583089157e-19,
            2.7653102076454096e-18,
            -9.065091763189702e-18,
            4.5270002344509106e-17,
            3.122869585691552e-17,
            -8.507246317124292e-17,
            8.997102645812333e-17,
            -9.060720696346354e-17
        ]
    ]
);
roots!(
    f32,
    u32,
    23,
    exponent32,
    [
        0.44444445, 0.36363637, 0.30769232, 0.26666668, 0.0, 0.0, 0.0, 0.0, 1.7777778, 1.4545455,
        1.2307693, 1.0666667, 0.8888889, 0.72727275, 0.61538464, 0.53333336
    ],
    [
        [
            1.3103707, 1.4010197, 1.481248, 1.5536163, 0.0, 0.0, 0.0, 0.0, 0.82548183, 0.8825871,
            0.93312776, 0.9787169, 1.0400419, 1.11199, 1.1756673, 1.233106
        ],
        [
            1.0180064e-08,
            -4.1011145e-08,
            -5.3157043e-09,
            -5.93563e-08,
            0.0,
            0.0,
            0.0,
            0.0,
            -2.1853884e-08,
            -1.6965848e-10,
            1.6729926e-08,
            -1.6607878e-08,
            -1.4579969e-08,
            5.9262444e-08,
            4.3342183e-08,
            -1.3846599e-09
        ]
    ]
);

/// The cube root of a positive normal number x = 2^3q m, where m = (1 + r) / c, given m, q and the
/// table's entries.
#[inline(always)]
fn cbrt<T: Roots>(m: T, q: T::Index, [c, root, root_low]: [T; 3]) -> T {
    let r = c.fused(m, -T::ONE);
    let rest = (root * r).fused(r.polynomial(CBRT, CBRT_SINGLE), root_low);
    (root + rest).raised(q)
}

#[inline(always)]
fn cbrt_normal<T: Roots>(x: T) -> T {
    let [octaves, q] = x.octaves();
    let m = x.lowered(octaves);
    let at = m.quarter();
    let entry = |table: &Table<T>| T::entry(table, at);
    cbrt(
        m,
        q,
        [
            entry(&<T as Roots>::C),
            entry(&T::ROOT[0]),
            entry(&T::ROOT[1]),
        ],
    )
}

pub(super) struct Cbrt;

impl<T: Roots> Body<T, 1> for Cbrt {
    #[inline(always)]
    fn is_ordinary([x]: [T; 1]) -> bool {
        x.magnitude().is_positive_normal()
    }

    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        cbrt_normal(x.magnitude()).signed(x)
    }

    #[inline(always)]
    fn value([x]: [T; 1]) -> T {
        const SCALE: f64 = (1u64 << 54) as f64;
        const ROOT: f64 = (1u64 << 18) as f64;
        let tiny = x.magnitude() < T::LEAST;
        let root = cbrt_normal(choose(tiny, x * T::of(SCALE), x).magnitude());
        let root = choose(tiny, root * T::of(1.0 / ROOT), root);
        let finite = (x != T::ZERO) & (x.magnitude() < T::INFINITY);
        choose(finite, root.signed(x), x)
    }

    #[inline(always)]
    unsafe fn straight_chunk<I: Instructions>([x]: [&[T; CHUNK]; 1]) -> Option<Chunk<T>> {
        let mut others = 0;
        for x in x {
            others |= u32::from(!x.magnitude().is_positive_normal());
        }
        if others != 0 {
            return None;
        }
        let m: [T; CHUNK] = std::array::from_fn(|i| {
            let x = x[i].magnitude();
            x.lowered(x.octaves()[0])
        });
        let at = std::array::from_fn(|i| m[i].quarter());
        // SAFETY: passed on.
        let (c, root, root_low) = unsafe {
            (
                I::look_up(&<T as Roots>::C, &at),
                I::look_up(&T::ROOT[0], &at),
                I::look_up(&T::ROOT[1], &at),
            )
        };
        let mut values = Chunk([T::ZERO; CHUNK]);
        for i in 0..CHUNK {
            let q = x[i].magnitude().octaves()[1];
            values.0[i] = cbrt(m[i], q, [c[i], root[i], root_low[i]]).signed(x[i]);
        }
        Some(values)
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().cbrt())
    }
}

pub(super) struct Hypot;

impl Body<f64, 2> for Hypot {
    #[inline(always)]
    fn is_ordinary([x, y]: [f64; 2]) -> bool {
        let (x, y) = (x.abs(), y.abs());
        let largest = choose(x > y, x, y);
        (largest > 1e-140) & (x + y < 1e150)
    }

    /// The root of the sum, corrected by what its square lacks (C. F. Borges, "An improved algorithm
    /// for hypot(a, b)", 2019, the fused version).
    #[inline(always)]
    fn straight([x, y]: [f64; 2]) -> f64 {
        let (x, y) = (x.abs(), y.abs());
        let [small, large] = choose2(x < y, [x, y], [y, x]);
        let root = small.mul_add(small, large * large).sqrt();
        let (square, large2) = (root * root, large * large);
        let excess = small.mul_add(-small, square - large2)
            + (root.mul_add(root, -square) - large.mul_add(large, -large2));
        excess.mul_add(-0.5 / root, root)
    }

    #[inline(always)]
    fn value([x, y]: [f64; 2]) -> f64 {
        let (x, y) = (x.abs(), y.abs());
        let largest = choose(x > y, x, y);
        let scale = choose(x + y < 1e150, 1.0, f64::SMALL);
        let scale = choose(largest > 1e-140, scale, f64::LARGE);
        let value = Self::straight([x * scale, y * scale]) / scale;
        let value = choose(x + y == 0.0, 0.0, value);
        let infinite = (x == f64::INFINITY) | (y == f64::INFINITY);
        choose(infinite, f64::INFINITY, value)
    }

    fn library([x, y]: [f64; 2]) -> f64 {
        x.hypot(y)
    }
}

/// The squares, their sum and its root in double precision, where nothing overflows.
impl Body<f32, 2> for Hypot {
    #[inline(always)]
    fn is_ordinary([x, y]: [f32; 2]) -> bool {
        x.abs() + y.abs() < f32::INFINITY
    }

    #[inline(always)]
    fn straight([x, y]: [f32; 2]) -> f32 {
        let (x, y) = (f64::from(x), f64::from(y));
        x.mul_add(x, y * y).sqrt() as f32
    }

    #[inline(always)]
    fn value([x, y]: [f32; 2]) -> f32 {
        let infinite = (x.abs() == f32::INFINITY) | (y.abs() == f32::INFINITY);
        choose(infinite, f32::INFINITY, Self::straight([x, y]))
    }

    fn library([x, y]: [f32; 2]) -> f32 {
        x.hypot(y)
    }
}
