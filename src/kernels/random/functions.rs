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
    let even = w
        * (3.999999999940941908e-01
            + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    let odd = z
        * (6.666666666666735130e-01
            + w * (2.857142874366239149e-01
                + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    let half = 0.5 * f * f;
    s * (half + (odd + even)) + k * 1.90821492927058770002e-10 - half
        + f
        + k * 6.93147180369123816490e-01
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
    let even = w * (0.40000972152 + w * 0.24279078841);
    let odd = z * (0.66666662693 + w * 0.28498786688);
    let half = 0.5 * f * f;
    s * (half + (odd + even)) + k * 9.0580006145e-06 - half + f + k * 6.9313812256e-01
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
    let high = x - k * 6.93147180369123816490e-01;
    let low = k * 1.90821492927058770002e-10;
    let r = high - low;
    let z = r * r;
    let c = r - z
        * (1.66666666666666019037e-01
            + z * (-2.77777777770155933842e-03
                + z * (6.61375632143793436117e-05
                    + z * (-1.65339022054652515390e-06 + z * 4.13813679705723846039e-08))));
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
        * (-1.66666666666666324348e-01
            + z * (8.33333333332248946124e-03
                + z * (-1.98412698298579493134e-04
                    + z * (2.75573137070700676789e-06
                        + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
    let cos = 1.0 - 0.5 * z
        + z * z
            * (4.16666666666666019037e-02
                + z * (-1.38888888888741095749e-03
                    + z * (2.48015872894767294178e-05
                        + z * (-2.75573143513906633035e-07
                            + z * (2.08757232129817482790e-09
                                + z * -1.13596475577881948265e-11)))));
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
    let sin = x + x * z * (-1.6666654611e-1 + z * (8.3321608736e-3 + z * -1.9515295891e-4));
    let cos = 1.0 - 0.5 * z
        + z * z * (4.166664568298827e-2 + z * (-1.388731625493765e-3 + z * 2.443315711809948e-5));
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
