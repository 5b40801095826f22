//! arcsin, arccos, arctan and arctan2.

use super::body::Body;
use super::choice::{choose, choose2};
use super::float::{Float, Sum};
use super::quotient;

/// (asin r / r - 1) / z with z = r^2 <= 1/4; relative error of asin r 2^-55.7 and 2^-27.3.
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
const ARCSIN_SINGLE: [f32; 5] = [
    0.16666754,
    0.074952416,
    0.045477092,
    0.024147637,
    0.042218506,
];
/// (atan r / r - 1) / z with z = r^2 < 0.1717; relative error of atan r 2^-58.6 and 2^-28.6.
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
const ARCTAN_SINGLE: [f32; 5] = [
    -0.33333316,
    0.19998488,
    -0.14243826,
    0.1059583,
    -0.060829964,
];

/// pi times `part`, a power of two.
#[inline(always)]
fn pi<T: Float>(part: f64) -> Sum<T> {
    T::sum_of(std::f64::consts::PI * part, 1.2246467991473532e-16 * part)
}

/// r and asin r - r, where r is |x| below 1/2 and sqrt((1 - |x|) / 2) above, whether it is the
/// latter: asin |x| = pi/2 - 2 asin r.
#[inline(always)]
fn arcsin_parts<T: Float>(x: T) -> (T, T, bool) {
    let a = x.magnitude();
    let half = T::of(0.5);
    let large = a > half;
    let z = choose(large, half.fused(-a, half), a * a);
    let r = choose(large, z.root(), a);
    (r, r * z * z.polynomial(ARCSIN, ARCSIN_SINGLE), large)
}

pub(super) struct Arcsin;

impl<T: Float> Body<T, 1> for Arcsin {
    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        let (r, rest, large) = arcsin_parts(x);
        let [high, low] = turned(pi(0.5), [r + r, rest + rest]);
        choose(large, high + low, r + rest).signed(x)
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().asin())
    }
}

pub(super) struct Arccos;

impl<T: Float> Body<T, 1> for Arccos {
    /// pi/2 - asin x in the middle, 2 asin r for large x, pi - 2 asin r for small ones.
    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        let (r, rest, large) = arcsin_parts(x);
        let negative = x < T::ZERO;
        let factor = choose(large, T::of(2.0), T::ONE);
        // Taken off but for x > 1/2 and -1/2 <= x < 0.
        let factor = choose(large != negative, -factor, factor);
        let at_ends = choose2(negative, pi(1.0), [T::ZERO, T::ZERO]);
        let base = choose2(large, at_ends, pi(0.5));
        let [high, low] = turned(base, [factor * r, factor * rest]);
        high + low
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().acos())
    }
}

/// atan(a / b) for 0 <= a <= b, neither of them extreme, as a sum: one of a / b, or of
/// (a - b) / (a + b) from pi/4, whichever is smaller.
#[inline(always)]
fn octant<T: Float>(a: T, b: T) -> Sum<T> {
    let steep = a > T::of(std::f64::consts::SQRT_2 - 1.0) * b;
    let sum = a + b;
    let above = choose2(steep, quotient::sum(-b, a), [a, T::ZERO]);
    let below = choose2(steep, [sum, (b - sum) + a], [b, T::ZERO]);
    let [r, low] = quotient::divide2(above, below);
    let z = r * r;
    let rest = (r * z).fused(z.polynomial(ARCTAN, ARCTAN_SINGLE), low);
    let base = choose2(steep, pi(0.25), [T::ZERO, T::ZERO]);
    turned(base, [-r, -rest])
}

/// base - angle, as a sum that is not yet added up.
#[inline(always)]
fn turned<T: Float>(base: Sum<T>, angle: Sum<T>) -> Sum<T> {
    let high = base[0] - angle[0];
    [high, ((base[0] - high) - angle[0]) + (base[1] - angle[1])]
}

/// The angle of a point whose distance from the axes is `height` and `width`, neither extreme.
#[inline(always)]
fn quadrant<T: Float>(height: T, width: T) -> Sum<T> {
    let steep = height > width;
    let [a, b] = choose2(steep, [width, height], [height, width]);
    let angle = octant(a, b);
    choose2(steep, turned(pi(0.5), angle), angle)
}

pub(super) struct Arctan;

impl<T: Float> Body<T, 1> for Arctan {
    #[inline(always)]
    fn straight([x]: [T; 1]) -> T {
        // Beyond it pi/2 is the value. NaN remains.
        let limit = T::of(1e20);
        let height = choose(x.magnitude() > limit, limit, x.magnitude());
        let [high, low] = quadrant(height, T::ONE);
        (high + low).signed(x)
    }

    fn library([x]: [T; 1]) -> T {
        T::of(x.double().atan())
    }
}

pub(super) struct Arctan2;

impl<T: Float> Body<T, 2> for Arctan2 {
    #[inline(always)]
    fn is_ordinary([y, x]: [T; 2]) -> bool {
        let (height, width) = (y.magnitude(), x.magnitude());
        let largest = choose(height > width, height, width);
        (largest > T::SMALL) & (height + width < T::LARGE)
    }

    #[inline(always)]
    fn straight([y, x]: [T; 2]) -> T {
        let angle = quadrant(y.magnitude(), x.magnitude());
        let [high, low] = choose2(x.is_negative(), turned(pi(1.0), angle), angle);
        (high + low).signed(y)
    }

    /// Extreme arguments are scaled first; infinite ones become 1 beside 0, zeros 0 beside 1.
    #[inline(always)]
    fn value([y, x]: [T; 2]) -> T {
        let (height, width) = (y.magnitude(), x.magnitude());
        let largest = choose(height > width, height, width);
        let scale = choose(height + width < T::LARGE, T::ONE, T::SMALL);
        let scale = choose(largest > T::SMALL, scale, T::LARGE);
        let [height, width] = [height * scale, width * scale];
        let infinite = largest == T::INFINITY;
        let nan = (height + width).is_not_a_number();
        let of_infinite = |a: T| choose(a == T::INFINITY, T::ONE, T::ZERO);
        let height = choose(infinite, of_infinite(height), height);
        let width = choose(infinite, of_infinite(width), width);
        let width = choose(largest == T::ZERO, T::ONE, width);
        let value = Self::straight([height.signed(y), width.signed(x)]);
        choose(nan, T::NAN, value)
    }

    fn library([y, x]: [T; 2]) -> T {
        T::of(y.double().atan2(x.double()))
    }
}
