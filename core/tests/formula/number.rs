//! Single numbers of the types that the random expressions have, and functions of them.

use distarray_core::formula::Reduction;
use distarray_core::ufunc::Ufunc;
use distarray_core::{Dtype, Kind};

/// A real number of some type.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    pub dtype: Dtype,
    /// Of integers and truth values.
    pub whole: i128,
    /// Of floating types.
    pub real: f64,
}

impl Number {
    pub fn whole(dtype: Dtype, value: i128) -> Number {
        let bits = 8 * dtype.size() as u32;
        let whole = match dtype.kind() {
            Kind::Bool => i128::from(value != 0),
            Kind::Unsigned => value & ((1 << bits) - 1),
            _ => value << (128 - bits) >> (128 - bits),
        };
        Number {
            dtype,
            whole,
            real: 0.0,
        }
    }

    pub fn real(dtype: Dtype, value: f64) -> Number {
        let real = match dtype {
            Dtype::Float32 => f64::from(value as f32),
            _ => value,
        };
        Number {
            dtype,
            whole: 0,
            real,
        }
    }

    pub fn is_real(&self) -> bool {
        self.dtype.kind() == Kind::Float
    }

    pub fn cast(self, to: Dtype) -> Number {
        match (self.is_real(), to.kind()) {
            (true, Kind::Float) => Number::real(to, self.real),
            (false, Kind::Float) => Number::real(to, self.whole as f64),
            (true, Kind::Bool) => Number::whole(to, i128::from(self.real != 0.0)),
            // C saturates or does what it likes; any rule serves.
            (true, _) => Number::whole(to, self.real as i128),
            (false, _) => Number::whole(to, self.whole),
        }
    }

    pub fn truth(self) -> bool {
        self.whole != 0 || self.real != 0.0
    }

    pub fn same(&self, other: &Number) -> bool {
        let nan = self.real.is_nan() && other.real.is_nan();
        let bits = self.real.to_bits() == other.real.to_bits();
        self.dtype == other.dtype && self.whole == other.whole && (nan || bits)
    }
}

/// A function of numbers that have the types it computes in.
pub fn apply(ufunc: Ufunc, args: &[Number], out: Dtype) -> Number {
    let x = args[0];
    let y = *args.get(1).unwrap_or(&x);
    let truth = |value: bool| Number::whole(Dtype::Bool, value.into());
    let order = match x.is_real() {
        true => x.real.partial_cmp(&y.real),
        false => x.whole.partial_cmp(&y.whole),
    };
    let both = |whole: fn(i128, i128) -> i128, real: fn(f64, f64) -> f64| match x.is_real() {
        true => Number::real(out, real(x.real, y.real)),
        false => Number::whole(out, whole(x.whole, y.whole)),
    };
    match ufunc {
        Ufunc::Add if x.dtype == Dtype::Bool => truth(x.truth() | y.truth()),
        Ufunc::Add => both(|a, b| a + b, |a, b| a + b),
        Ufunc::Subtract => both(|a, b| a - b, |a, b| a - b),
        Ufunc::Multiply => both(|a, b| a.wrapping_mul(b), |a, b| a * b),
        Ufunc::Divide => both(|_, _| 0, |a, b| a / b),
        Ufunc::Negative => both(|a, _| -a, |a, _| -a),
        Ufunc::Absolute => both(|a, _| a.abs(), |a, _| a.abs()),
        Ufunc::Sqrt => both(|_, _| 0, |a, _| a.sqrt()),
        Ufunc::Square => both(|a, _| a.wrapping_mul(a), |a, _| a * a),
        Ufunc::Positive => x,
        Ufunc::Maximum => both(i128::max, |a, b| if a >= b || a.is_nan() { a } else { b }),
        Ufunc::Less => truth(order.is_some_and(|o| o.is_lt())),
        Ufunc::GreaterEqual => truth(order.is_some_and(|o| o.is_ge())),
        Ufunc::Equal => truth(order.is_some_and(|o| o.is_eq())),
        Ufunc::LogicalAnd => truth(x.truth() && y.truth()),
        Ufunc::LogicalNot => truth(!x.truth()),
        Ufunc::Where => args[if x.truth() { 1 } else { 2 }],
        other => panic!("{} is not among the functions of the test", other.name()),
    }
}

/// A reduction of numbers, one after the other.
pub fn reduce(reduction: Reduction, values: &[Number]) -> Number {
    let out = reduction.result(values[0].dtype).unwrap();
    let cast: Vec<Number> = values.iter().map(|value| value.cast(out)).collect();
    let sum = |values: &[Number]| {
        let add = |a: Number, b: &Number| match out.kind() {
            Kind::Float => Number::real(out, a.real + b.real),
            _ => Number::whole(out, a.whole + b.whole),
        };
        values[1..].iter().fold(values[0], add)
    };
    match reduction {
        Reduction::Sum => sum(&cast),
        Reduction::Mean => Number::real(out, sum(&cast).real / cast.len() as f64),
        Reduction::Max => {
            let max = |a: Number, b: &Number| apply(Ufunc::Maximum, &[a, *b], out);
            cast[1..].iter().fold(cast[0], max)
        }
        Reduction::CountNonzero => {
            let count = values.iter().filter(|value| value.truth()).count();
            Number::whole(out, count as i128)
        }
        other => panic!("{} is not among the reductions of the test", other.name()),
    }
}
