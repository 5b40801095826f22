//! Logarithm, exponential and the circle, by sums, products, quotients and roots alone: no fused
//! operation and no function of a system's library, whose last bits differ from machine to machine.
//!
//! The approximations are those of FreeBSD's msun and of Cephes, good to a unit of the last place or
//! so. Arguments are those of random numbers: positive and not subnormal under the logarithm.

/// The natural logarithm of a positive number.
#[inline(always)]
pub(super) fn log(x: f64) -> f64 {
    const LOWEST: u64 = 0x3fe6_a09e_0000_0000;
    // x = 2^k (1 + f) with 1 + f from sqrt(1/2) to sqrt(2).
    let shifted = x.to_bits().wrapping_add(1f64.to_bits() - LOWEST);
    // 2^52 + k + 1023: no vector instruction converts 64-bit integers before AVX-512.
    let biased = f64::from_bits(shifted >> 52 | 0x4330_0000_0000_0000);
    let k = biased - (4_503_599_627_370_496.0 + 1023.0);
    let f = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff) + LOWEST) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
    let odd = z
        * (0.6666666666666735
            + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
    let half = 0.5 * f * f;
    s * (half + (odd + even)) + k * 1.9082149292705877e-10 - half + f + k * 0.6931471803691238
}

/// As [`log`], of float32.
#[inline(always)]
pub(super) fn single_log(x: f32) -> f32 {
    const LOWEST: u32 = 0x3f35_04f3;
    let shifted = x.to_bits().wrapping_add(1f32.to_bits() - LOWEST);
    let k = ((shifted >> 23) as i32 - 127) as f32;
    let f = f32::from_bits((shifted & 0x007f_ffff) + LOWEST) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (0.40000972 + w * 0.24279079);
    let odd = z * (0.6666666 + w * 0.28498787);
    let half = 0.5 * f * f;
    s * (half + (odd + even)) + k * 9.058001e-6 - half + f + k * 0.6931381
}

/// e^x; 0 and infinity where it is beyond the range.
pub(super) fn exp(x: f64) -> f64 {
    if x > 709.0 {
        return f64::INFINITY;
    }
    if x < -708.0 {
        return 0.0;
    }
    let k = (x * std::f64::consts::LOG2_E).round();
    let high = x - k * 0.6931471803691238;
    let low = k * 1.9082149292705877e-10;
    let r = high - low;
    let z = r * r;
    let c = r - z
        * (0.16666666666666602
            + z * (-0.0027777777777015593
                + z * (6.613756321437934e-5
                    + z * (-1.6533902205465252e-6 + z * 4.1381367970572385e-8))));
    let y = 1.0 + (r * c / (2.0 - c) - low + high);
    y * f64::from_bits(((k as i64 + 1023) as u64) << 52)
}

/// The circle's point at so many 2^-64 parts of a turn from a fixed one: cosine and sine.
#[inline(always)]
pub(super) fn circle(turn: u64) -> [f64; 2] {
    // -1/2 to 1/2 of the quarter that the upper two bits name.
    let fraction = f64::from_bits(turn << 2 >> 12 | 1f64.to_bits()) - 1.5;
    let x = fraction * std::f64::consts::FRAC_PI_2;
    let z = x * x;
    let sin = x + x
        * z
        * (-0.16666666666666632
            + z * (0.00833333333332249
                + z * (-0.0001984126982985795
                    + z * (2.7557313707070068e-6
                        + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)))));
    let cos = 1.0 - 0.5 * z
        + z * z
            * (0.0416666666666666
                + z * (-0.001388888888887411
                    + z * (2.480158728947673e-5
                        + z * (-2.7557314351390663e-7
                            + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
    // Quarter 1 turns (cos, sin) to (-sin, cos), quarter 2 to (-cos, -sin), quarter 3 to
    // (sin, -cos).
    let odd = ((turn << 1) as i64 >> 63) as u64;
    let swapped = (cos.to_bits() ^ sin.to_bits()) & odd;
    const SIGN: u64 = 1 << 63;
    [
        f64::from_bits(cos.to_bits() ^ swapped ^ ((turn ^ turn << 1) & SIGN)),
        f64::from_bits(sin.to_bits() ^ swapped ^ (turn & SIGN)),
    ]
}

/// As [`circle`], of 2^-32 parts.
#[inline(always)]
pub(super) fn single_circle(turn: u32) -> [f32; 2] {
    let fraction = (turn << 2) as i32 as f32 * (1.0 / 4_294_967_296.0);
    let x = fraction * std::f32::consts::FRAC_PI_2;
    let z = x * x;
    let sin = x + x * z * (-0.16666655 + z * (0.008332161 + z * -1.9515296e-4));
    let cos = 1.0 - 0.5 * z + z * z * (0.041666646 + z * (-0.0013887316 + z * 2.4433157e-5));
    let odd = ((turn << 1) as i32 >> 31) as u32;
    let swapped = (cos.to_bits() ^ sin.to_bits()) & odd;
    const SIGN: u32 = 1 << 31;
    [
        f32::from_bits(cos.to_bits() ^ swapped ^ ((turn ^ turn << 1) & SIGN)),
        f32::from_bits(sin.to_bits() ^ swapped ^ (turn & SIGN)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, want: f64, units: f64) {
        let allowed = units * f64::EPSILON * want.abs().max(f64::MIN_POSITIVE);
        assert!((got - want).abs() <= allowed, "got {got:e}, want {want:e}");
    }

    #[test]
    fn logarithms_and_exponentials() {
        let mut x = 1e-300;
        while x < 1e300 {
            near(log(x), x.ln(), 1.5);
            let single = x as f32;
            if (1e-37..1e38).contains(&x) {
                near(single_log(single).into(), f64::from(single).ln(), 1e9);
            }
            x *= 1.37;
        }
        near(log(0.999999), 0.999999f64.ln(), 1.5);
        assert_eq!([log(1.0), single_log(1.0).into()], [0.0; 2]);
        for i in -7000..7000 {
            let x = f64::from(i) / 10.0;
            near(exp(x), x.exp(), 1.5);
        }
        assert_eq!([exp(-1e4), exp(1e4)], [0.0, f64::INFINITY]);
    }

    #[test]
    fn all_around_the_circle() {
        for i in 0..1000u64 {
            let turn = i.wrapping_mul(0x0041_8937_4bc6_a7ef);
            let [cos, sin] = circle(turn);
            // The quarters begin at -1/8 of a turn.
            let angle = (turn as f64 / 2f64.powi(64) - 0.125) * std::f64::consts::TAU;
            assert!((cos - angle.cos()).abs() < 2e-15 && (sin - angle.sin()).abs() < 2e-15);
            let [cos, sin] = single_circle((turn >> 32) as u32).map(f64::from);
            // Those of the single circle are centred on the multiples.
            let quarter = (turn >> 62) as f64 / 4.0;
            let part = ((turn >> 32 << 2) as u32 as i32) as f64 / 2f64.powi(34);
            let angle = (quarter + part) * std::f64::consts::TAU;
            assert!((cos - angle.cos()).abs() < 3e-7 && (sin - angle.sin()).abs() < 3e-7);
        }
    }
}
