//! arcsin, arccos, arctan and arctan2.

use super::body::Body;
use super::polynomial::polynomial;
use super::quotient;

/// (asin r / r - 1) / z with z = r^2 <= 1/4; relative error of asin r 2^-55.7.
const ARCSIN: [f64; 12] = [
    0.16666666666665383,
    0.07500000000343053,
    0.04464285682347355,
    0.03038195933163599,
    0.022371753514423977,
    0.017359771234187325,
    0.013884597261459746,
    0.012173287103991069,
    0.006510819855572961,
    0.019573997419715057,
    -0.01629421595896848,
    0.03195906231648257,
];
/// (atan r / r - 1) / z with z = r^2 < 0.1717; relative error of atan r 2^-58.6.
const ARCTAN: [f64; 11] = [
    -0.333333333333332,
    0.19999999999954,
    -0.14285714280239686,
    0.11111110785677746,
    -0.09090897822716762,
    0.07692061384570807,
    -0.0666311742566179,
    0.05847986796386766,
    -0.050397433278822235,
    0.03807566459484651,
    -0.017919307960439494,
];
const HALF_PI: [f64; 2] = [std::f64::consts::FRAC_PI_2, 6.123233995736766e-17];
const QUARTER_PI: [f64; 2] = [std::f64::consts::FRAC_PI_4, 3.061616997868383e-17];
const PI: [f64; 2] = [std::f64::consts::PI, 1.2246467991473532e-16];

/// r and asin r - r, where r is |x| below 1/2 and sqrt((1 - |x|) / 2) above, whether it is the
/// latter: asin |x| = pi/2 - 2 asin r.
#[inline(always)]
fn arcsin_parts(x: f64) -> (f64, f64, bool) {
    let a = x.abs();
    let large = a > 0.5;
    let z = if large {
        0.5f64.mul_add(-a, 0.5)
    } else {
        a * a
    };
    let r = if large { z.sqrt() } else { a };
    (r, r * z * polynomial(z, ARCSIN), large)
}

pub(super) struct Arcsin;

impl Body<f64, 1> for Arcsin {
    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let (r, rest, large) = arcsin_parts(x);
        let turned = HALF_PI[0] - 2.0 * r;
        let lost = (HALF_PI[0] - turned) - 2.0 * r;
        let turned = turned + (lost + (HALF_PI[1] - 2.0 * rest));
        (if large { turned } else { r + rest }).copysign(x)
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.asin()
    }
}

pub(super) struct Arccos;

impl Body<f64, 1> for Arccos {
    /// pi/2 - asin x in the middle, 2 asin r for large x, pi - 2 asin r for small ones.
    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let (r, rest, large) = arcsin_parts(x);
        let negative = x < 0.0;
        let (r, rest) = if large {
            (2.0 * r, 2.0 * rest)
        } else {
            (r, rest)
        };
        let upper = large && !negative;
        let base = if large { PI } else { HALF_PI };
        let base = if upper { [0.0, 0.0] } else { base };
        // The sign of r in the sum: minus but for x > 1/2 and -1/2 <= x < 0.
        let plus = large != negative;
        let (r, rest) = if plus { (r, rest) } else { (-r, -rest) };
        let sum = base[0] + r;
        let lost = (base[0] - sum) + r;
        sum + (lost + (base[1] + rest))
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.acos()
    }
}

/// atan(a / b) for 0 <= a <= b, neither of them extreme, as a sum: one of a / b, or of
/// (a - b) / (a + b) from pi/4, whichever is smaller.
#[inline(always)]
fn octant(a: f64, b: f64) -> quotient::Sum {
    const TAN_PI_8: f64 = std::f64::consts::SQRT_2 - 1.0;
    let steep = a > TAN_PI_8 * b;
    let sum = a + b;
    let above = if steep {
        quotient::sum(-b, a)
    } else {
        [a, 0.0]
    };
    let below = if steep {
        [sum, (b - sum) + a]
    } else {
        [b, 0.0]
    };
    let [r, low] = quotient::divide2(above, below);
    let z = r * r;
    let rest = (r * z).mul_add(polynomial(z, ARCTAN), low);
    let base = if steep { QUARTER_PI } else { [0.0, 0.0] };
    let high = base[0] + r;
    let lost = (base[0] - high) + r;
    [high, lost + (base[1] + rest)]
}

/// base + sign * angle, and its rounding left in the second number.
#[inline(always)]
fn turned(base: quotient::Sum, angle: quotient::Sum) -> quotient::Sum {
    let high = base[0] - angle[0];
    [high, ((base[0] - high) - angle[0]) + (base[1] - angle[1])]
}

#[inline(always)]
fn arctan2(y: f64, x: f64) -> f64 {
    let (height, width) = (y.abs(), x.abs());
    let steep = height > width;
    let (a, b) = if steep {
        (width, height)
    } else {
        (height, width)
    };
    let angle = octant(a, b);
    let angle = if steep { turned(HALF_PI, angle) } else { angle };
    let angle = if x.is_sign_negative() {
        turned(PI, angle)
    } else {
        angle
    };
    (angle[0] + angle[1]).copysign(y)
}

pub(super) struct Arctan;

impl Body<f64, 1> for Arctan {
    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        let height = x.abs();
        // Beyond it pi/2 is the value. NaN remains.
        let height = if height > 1e20 { 1e20 } else { height };
        let steep = height > 1.0;
        let (a, b) = if steep { (1.0, height) } else { (height, 1.0) };
        let angle = octant(a, b);
        let angle = if steep { turned(HALF_PI, angle) } else { angle };
        (angle[0] + angle[1]).copysign(x)
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.atan()
    }
}

pub(super) struct Arctan2;

impl Body<f64, 2> for Arctan2 {
    #[inline(always)]
    fn is_ordinary([y, x]: [f64; 2]) -> bool {
        let (height, width) = (y.abs(), x.abs());
        let largest = if height > width { height } else { width };
        (largest > 1e-290) & (height + width < 1e290)
    }

    #[inline(always)]
    fn straight([y, x]: [f64; 2]) -> f64 {
        arctan2(y, x)
    }

    #[inline(always)]
    fn value([y, x]: [f64; 2]) -> f64 {
        if Self::is_ordinary([y, x]) {
            Self::straight([y, x])
        } else {
            Self::library([y, x])
        }
    }

    fn library([y, x]: [f64; 2]) -> f64 {
        y.atan2(x)
    }
}
