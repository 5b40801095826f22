//! Numbers that stand in a formula.

use std::hash::{Hash, Hasher};

use crate::{Dtype, Kind};

/// A number of the text, or what follows from numbers alone; Python's types.
#[derive(Debug, Clone, Copy)]
pub enum Literal {
    Bool(bool),
    /// At least -2^63, less than 2^64.
    Int(i128),
    Float(f64),
    Complex(f64, f64),
}

/// Equal when they are the same bits: 0.0 is not -0.0, NaN is itself.
impl PartialEq for Literal {
    fn eq(&self, other: &Literal) -> bool {
        self.bits() == other.bits()
    }
}

impl Eq for Literal {}

impl Hash for Literal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits().hash(state);
    }
}

/// What an integer must be.
const SMALLEST: i128 = i64::MIN as i128;
const LARGEST: i128 = u64::MAX as i128;

impl Literal {
    /// An integer if it is one of 64 bits, signed or unsigned.
    pub fn integer(value: i128) -> Option<Literal> {
        (SMALLEST..=LARGEST)
            .contains(&value)
            .then_some(Literal::Int(value))
    }

    fn bits(&self) -> (u8, i128, u64, u64) {
        match *self {
            Literal::Bool(value) => (0, value.into(), 0, 0),
            Literal::Int(value) => (1, value, 0, 0),
            Literal::Float(value) => (2, 0, value.to_bits(), 0),
            Literal::Complex(re, im) => (3, 0, re.to_bits(), im.to_bits()),
        }
    }

    /// The type that it has by itself.
    pub fn dtype(&self) -> Dtype {
        match *self {
            Literal::Bool(_) => Dtype::Bool,
            Literal::Int(value) if i64::try_from(value).is_ok() => Dtype::Int64,
            Literal::Int(_) => Dtype::Uint64,
            Literal::Float(_) => Dtype::Float64,
            Literal::Complex(..) => Dtype::Complex128,
        }
    }

    /// The value of an integer or truth value.
    pub fn whole(&self) -> Option<i128> {
        match *self {
            Literal::Bool(value) => Some(value.into()),
            Literal::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The value of a real number, rounded once.
    pub fn real(&self) -> Option<f64> {
        match *self {
            Literal::Float(value) => Some(value),
            Literal::Complex(..) => None,
            // Rounds to the nearest.
            _ => self.whole().map(|value| value as f64),
        }
    }

    /// Real and imaginary part.
    pub fn parts(&self) -> (f64, f64) {
        match *self {
            Literal::Complex(re, im) => (re, im),
            _ => (self.real().unwrap_or(f64::NAN), 0.0),
        }
    }

    /// Whether it counts as true.
    pub fn truth(&self) -> bool {
        self.whole().map_or(self.parts() != (0.0, 0.0), |v| v != 0)
    }

    /// This number as a value of `dtype`: fractions are cut off, floating types round.
    ///
    /// `None` when an integer type cannot hold it, or a real one would lose an imaginary part.
    pub fn convert(&self, dtype: Dtype) -> Option<Literal> {
        match dtype.kind() {
            Kind::Bool => Some(Literal::Bool(self.truth())),
            Kind::Signed | Kind::Unsigned => {
                let whole = match self.whole() {
                    Some(whole) => whole,
                    // Saturates far outside of every integer type; NaN would become 0.
                    None => self.real().filter(|x| !x.is_nan())?.trunc() as i128,
                };
                fits(whole, dtype).then_some(Literal::Int(whole))
            }
            Kind::Float => {
                let value = self.real()?;
                Some(Literal::Float(rounded(value, dtype)))
            }
            Kind::Complex => {
                let (re, im) = self.parts();
                let part = dtype.real();
                Some(Literal::Complex(rounded(re, part), rounded(im, part)))
            }
        }
    }
}

fn rounded(value: f64, dtype: Dtype) -> f64 {
    match dtype {
        Dtype::Float32 => f64::from(value as f32),
        _ => value,
    }
}

/// Whether an integer type has this value.
pub fn fits(value: i128, dtype: Dtype) -> bool {
    let bits = 8 * dtype.size();
    match dtype.kind() {
        Kind::Bool => (0..=1).contains(&value),
        Kind::Unsigned => (0..1_i128 << bits).contains(&value),
        _ => (-(1_i128 << (bits - 1))..1_i128 << (bits - 1)).contains(&value),
    }
}
