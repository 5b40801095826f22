//! Arithmetic of literals, as Python does it.
//!
//! Where Python raises an exception for a division by zero, the result is NumPy's: infinity, NaN, or 0 of integers. Integers
//! that leave 64 bits are an error. `and`, `or`, `not` give truth values.

use super::literal::Literal;
use crate::ufunc::Ufunc;

/// What becomes of an operator on literals.
#[derive(Debug, PartialEq)]
pub enum Folded {
    Value(Literal),
    /// Python has no such operator for these types.
    Meaningless,
    /// An integer result leaves 64 bits.
    Overflow,
    /// The result is no number: a shift by a negative count.
    NegativeShift,
}

impl From<Option<Literal>> for Folded {
    fn from(value: Option<Literal>) -> Folded {
        value.map_or(Folded::Meaningless, Folded::Value)
    }
}

/// Applies the operator that `ufunc` stands for.
pub fn fold(ufunc: Ufunc, args: &[Literal]) -> Folded {
    match *args {
        [x] => unary(ufunc, x),
        [x, y] => binary(ufunc, x, y),
        _ => Folded::Meaningless,
    }
}

fn whole(value: Option<i128>) -> Folded {
    let value = value.and_then(Literal::integer);
    value.map_or(Folded::Overflow, Folded::Value)
}

fn unary(ufunc: Ufunc, x: Literal) -> Folded {
    use Literal::*;
    match (ufunc, x, x.whole()) {
        (Ufunc::LogicalNot, ..) => Folded::Value(Bool(!x.truth())),
        (Ufunc::Positive, _, Some(value)) => whole(Some(value)),
        (Ufunc::Positive, ..) => Folded::Value(x),
        (Ufunc::Negative, _, Some(value)) => whole(value.checked_neg()),
        (Ufunc::Negative, Float(value), _) => Folded::Value(Float(-value)),
        (Ufunc::Negative, Complex(re, im), _) => Folded::Value(Complex(-re, -im)),
        (Ufunc::Invert, _, Some(value)) => whole(Some(!value)),
        _ => Folded::Meaningless,
    }
}

fn binary(ufunc: Ufunc, x: Literal, y: Literal) -> Folded {
    match ufunc {
        Ufunc::LogicalAnd => return Folded::Value(Literal::Bool(x.truth() && y.truth())),
        Ufunc::LogicalOr => return Folded::Value(Literal::Bool(x.truth() || y.truth())),
        _ => {}
    }
    if let (Literal::Bool(a), Literal::Bool(b)) = (x, y) {
        match ufunc {
            Ufunc::BitwiseAnd => return Folded::Value(Literal::Bool(a & b)),
            Ufunc::BitwiseOr => return Folded::Value(Literal::Bool(a | b)),
            Ufunc::BitwiseXor => return Folded::Value(Literal::Bool(a ^ b)),
            _ => {}
        }
    }
    if let (Some(a), Some(b)) = (x.whole(), y.whole()) {
        return integers(ufunc, a, b);
    }
    if let (Some(a), Some(b)) = (x.real(), y.real()) {
        return compare(ufunc, order(x, y)).unwrap_or_else(|| floats(ufunc, a, b));
    }
    complex(ufunc, x.parts(), y.parts()).into()
}

/// The order of real numbers by their exact values.
fn order(x: Literal, y: Literal) -> Option<std::cmp::Ordering> {
    match (x.whole(), y.whole()) {
        (Some(a), None) => {
            let b = y.real()?;
            // Truncation keeps the order unless the integer parts are equal; beyond 2^64 any value will do.
            let parts = a.partial_cmp(&(b.trunc() as i128))?;
            let rest = 0.0.partial_cmp(&b.fract());
            match b.is_nan() {
                true => None,
                false if b.is_infinite() => 0.0.partial_cmp(&b),
                false => Some(parts.then(rest?)),
            }
        }
        (None, Some(_)) => order(y, x).map(|order| order.reverse()),
        _ => x.real()?.partial_cmp(&y.real()?),
    }
}

fn compare(ufunc: Ufunc, order: Option<std::cmp::Ordering>) -> Option<Folded> {
    let is = |test: fn(std::cmp::Ordering) -> bool| order.is_some_and(test);
    let result = match ufunc {
        Ufunc::Less => is(|o| o.is_lt()),
        Ufunc::LessEqual => is(|o| o.is_le()),
        Ufunc::Equal => is(|o| o.is_eq()),
        Ufunc::NotEqual => !is(|o| o.is_eq()),
        Ufunc::Greater => is(|o| o.is_gt()),
        Ufunc::GreaterEqual => is(|o| o.is_ge()),
        _ => return None,
    };
    Some(Folded::Value(Literal::Bool(result)))
}

fn integers(ufunc: Ufunc, a: i128, b: i128) -> Folded {
    if let Some(result) = compare(ufunc, Some(a.cmp(&b))) {
        return result;
    }
    match ufunc {
        Ufunc::Add => whole(a.checked_add(b)),
        Ufunc::Subtract => whole(a.checked_sub(b)),
        Ufunc::Multiply => whole(a.checked_mul(b)),
        Ufunc::Divide => Folded::Value(Literal::Float(true_divide(a, b))),
        Ufunc::FloorDivide if b == 0 => whole(Some(0)),
        Ufunc::Remainder if b == 0 => whole(Some(0)),
        Ufunc::FloorDivide => whole(Some(a.div_euclid(b) - i128::from(b < 0 && a % b != 0))),
        Ufunc::Remainder => {
            let rest = a % b;
            let other_sign = rest != 0 && (rest < 0) != (b < 0);
            whole(Some(if other_sign { rest + b } else { rest }))
        }
        Ufunc::Power if b < 0 => floats(ufunc, a as f64, b as f64),
        Ufunc::Power => integer_power(a, b),
        Ufunc::LeftShift | Ufunc::RightShift if b < 0 => Folded::NegativeShift,
        Ufunc::LeftShift if a == 0 => whole(Some(0)),
        Ufunc::LeftShift if b > 64 => Folded::Overflow,
        Ufunc::LeftShift => whole(a.checked_mul(1 << b)),
        Ufunc::RightShift => whole(Some(a >> b.min(127))),
        Ufunc::BitwiseAnd => whole(Some(a & b)),
        Ufunc::BitwiseOr => whole(Some(a | b)),
        Ufunc::BitwiseXor => whole(Some(a ^ b)),
        _ => Folded::Meaningless,
    }
}

fn integer_power(base: i128, exponent: i128) -> Folded {
    match (base, exponent) {
        (0 | 1, 1..) => whole(Some(base)),
        (-1, _) => whole(Some(if exponent % 2 == 0 { 1 } else { -1 })),
        // Two and more to a power over 64 leaves 64 bits.
        (_, 0..=64) => whole(
            u32::try_from(exponent)
                .ok()
                .and_then(|e| base.checked_pow(e)),
        ),
        _ => Folded::Overflow,
    }
}

/// The quotient of integers, rounded once.
fn true_divide(a: i128, b: i128) -> f64 {
    if b == 0 || a == 0 {
        return a as f64 / b as f64;
    }
    // At least 62 bits of the quotient, the last one set where there is a remainder.
    let (dividend, divisor) = (a.unsigned_abs(), b.unsigned_abs());
    let shift = dividend.leading_zeros();
    let shifted = dividend << shift;
    let rest = !shifted.is_multiple_of(divisor);
    let quotient = (shifted / divisor) | u128::from(rest);
    let sign = if (a < 0) == (b < 0) { 1.0 } else { -1.0 };
    sign * quotient as f64 * 0.5_f64.powi(shift.cast_signed())
}

fn floats(ufunc: Ufunc, a: f64, b: f64) -> Folded {
    let value = match ufunc {
        Ufunc::Add => a + b,
        Ufunc::Subtract => a - b,
        Ufunc::Multiply => a * b,
        Ufunc::Divide => a / b,
        Ufunc::FloorDivide => divide_with_rest(a, b).0,
        Ufunc::Remainder => divide_with_rest(a, b).1,
        Ufunc::Power if a < 0.0 && a.is_finite() && b.is_finite() && b.fract() != 0.0 => {
            return complex(ufunc, (a, 0.0), (b, 0.0)).into();
        }
        Ufunc::Power => a.powf(b),
        _ => return Folded::Meaningless,
    };
    Folded::Value(Literal::Float(value))
}

/// Python's `divmod`.
fn divide_with_rest(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    if b == 0.0 || rest.is_nan() {
        return (a / b, rest);
    }
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0.0_f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0_f64.copysign(a / b), rest);
    }
    let mut floor = quotient.floor();
    if quotient - floor > 0.5 {
        floor += 1.0;
    }
    (floor, rest)
}

type Pair = (f64, f64);

fn complex(ufunc: Ufunc, x: Pair, y: Pair) -> Option<Literal> {
    let (re, im) = match ufunc {
        Ufunc::Add => (x.0 + y.0, x.1 + y.1),
        Ufunc::Subtract => (x.0 - y.0, x.1 - y.1),
        Ufunc::Multiply => product(x, y),
        Ufunc::Divide => quotient(x, y),
        Ufunc::Power => power(x, y),
        Ufunc::Equal => return Some(Literal::Bool(x == y)),
        Ufunc::NotEqual => return Some(Literal::Bool(x != y)),
        _ => return None,
    };
    Some(Literal::Complex(re, im))
}

fn product(x: Pair, y: Pair) -> Pair {
    (x.0 * y.0 - x.1 * y.1, x.0 * y.1 + x.1 * y.0)
}

/// Smith's algorithm; by zero as NumPy divides.
fn quotient(x: Pair, y: Pair) -> Pair {
    if y == (0.0, 0.0) {
        return (x.0 / y.0.abs(), x.1 / y.0.abs());
    }
    if y.0.abs() >= y.1.abs() {
        let ratio = y.1 / y.0;
        let scale = y.0 + y.1 * ratio;
        ((x.0 + x.1 * ratio) / scale, (x.1 - x.0 * ratio) / scale)
    } else {
        let ratio = y.0 / y.1;
        let scale = y.0 * ratio + y.1;
        ((x.0 * ratio + x.1) / scale, (x.1 * ratio - x.0) / scale)
    }
}

/// Small whole powers by multiplication, others by polar coordinates.
fn power(x: Pair, y: Pair) -> Pair {
    if y == (0.0, 0.0) {
        return (1.0, 0.0);
    }
    if y.1 == 0.0 && y.0.fract() == 0.0 && y.0.abs() <= 100.0 {
        let mut result = (1.0, 0.0);
        let mut square = x;
        // At most 100.
        let mut left = y.0.abs() as u32;
        while left > 0 {
            if left % 2 == 1 {
                result = product(result, square);
            }
            square = product(square, square);
            left /= 2;
        }
        return if y.0 > 0.0 {
            result
        } else {
            quotient((1.0, 0.0), result)
        };
    }
    if x == (0.0, 0.0) {
        return if y.1 == 0.0 && y.0 > 0.0 {
            (0.0, 0.0)
        } else {
            (f64::NAN, f64::NAN)
        };
    }
    let (size, angle) = (x.0.hypot(x.1), x.1.atan2(x.0));
    let mut length = size.powf(y.0);
    let mut phase = angle * y.0;
    if y.1 != 0.0 {
        length /= (angle * y.1).exp();
        phase += y.1 * size.ln();
    }
    (length * phase.cos(), length * phase.sin())
}
