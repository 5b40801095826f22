//! The element-wise functions there are, and which types they compute in.
//!
//! The rules are NumPy's (NEP 50): operands are promoted to one type; if a function does not compute in it, it does in the
//! next one that keeps the values. NumPy's half precision, which it takes for functions of 8-bit integers, is single
//! precision here.

use arrayvec::ArrayVec;

use crate::{Code, Dtype, Error, Kind, Result};

/// Most arguments of a function.
pub const MAX_ARGS: usize = 3;

/// The type of an argument as far as promotion looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Typed {
    pub dtype: Dtype,
    /// A literal of the text (or a scalar that the caller declares so) takes the type of what it meets, within its kind.
    pub weak: bool,
}

/// The types that a function reads and writes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Loop {
    pub args: ArrayVec<Dtype, MAX_ARGS>,
    pub out: Dtype,
}

/// Type of the result, in terms of the type computed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Out {
    Same,
    Bool,
    /// The type of the real part.
    Real,
}

/// Families of types that a function computes in.
const B: u8 = 1;
const I: u8 = 2;
const F: u8 = 4;
const C: u8 = 8;

macro_rules! ufuncs {
    ($($variant:ident $name:literal $args:literal $kinds:expr, $out:ident;)*) => {
        /// An element-wise function. The numbers are those of the C interface.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Ufunc { $($variant),* }

        impl Ufunc {
            /// Every function, in ascending order of its number.
            pub const ALL: &'static [Ufunc] = &[$(Ufunc::$variant),*];

            /// NumPy's name of the function.
            pub fn name(self) -> &'static str {
                match self { $(Ufunc::$variant => $name),* }
            }

            /// How many arguments it takes.
            pub fn arity(self) -> usize {
                match self { $(Ufunc::$variant => $args),* }
            }

            fn rule(self) -> (u8, Out) {
                match self { $(Ufunc::$variant => ($kinds, Out::$out)),* }
            }
        }
    };
}

ufuncs! {
    Absolute "absolute" 1 B | I | F | C, Real;
    Arccos "arccos" 1 F | C, Same;
    Arccosh "arccosh" 1 F | C, Same;
    Arcsin "arcsin" 1 F | C, Same;
    Arcsinh "arcsinh" 1 F | C, Same;
    Arctan "arctan" 1 F | C, Same;
    Arctanh "arctanh" 1 F | C, Same;
    Conjugate "conjugate" 1 I | F | C, Same;
    Cos "cos" 1 F | C, Same;
    Cosh "cosh" 1 F | C, Same;
    Exp "exp" 1 F | C, Same;
    Expm1 "expm1" 1 F | C, Same;
    Invert "invert" 1 B | I, Same;
    Log "log" 1 F | C, Same;
    Log10 "log10" 1 F | C, Same;
    Log1p "log1p" 1 F | C, Same;
    Negative "negative" 1 I | F | C, Same;
    Reciprocal "reciprocal" 1 I | F | C, Same;
    Rint "rint" 1 F | C, Same;
    Sign "sign" 1 I | F | C, Same;
    Sin "sin" 1 F | C, Same;
    Sinh "sinh" 1 F | C, Same;
    Sqrt "sqrt" 1 F | C, Same;
    Square "square" 1 I | F | C, Same;
    Tan "tan" 1 F | C, Same;
    Tanh "tanh" 1 F | C, Same;
    Add "add" 2 B | I | F | C, Same;
    Arctan2 "arctan2" 2 F, Same;
    BitwiseAnd "bitwise_and" 2 B | I, Same;
    BitwiseOr "bitwise_or" 2 B | I, Same;
    BitwiseXor "bitwise_xor" 2 B | I, Same;
    Divide "divide" 2 F | C, Same;
    FloorDivide "floor_divide" 2 I | F, Same;
    Fmod "fmod" 2 I | F, Same;
    Hypot "hypot" 2 F, Same;
    LeftShift "left_shift" 2 I, Same;
    Multiply "multiply" 2 B | I | F | C, Same;
    Power "power" 2 I | F | C, Same;
    Remainder "remainder" 2 I | F, Same;
    RightShift "right_shift" 2 I, Same;
    Subtract "subtract" 2 I | F | C, Same;
    Less "less" 2 B | I | F | C, Bool;
    LessEqual "less_equal" 2 B | I | F | C, Bool;
    Equal "equal" 2 B | I | F | C, Bool;
    NotEqual "not_equal" 2 B | I | F | C, Bool;
    Greater "greater" 2 B | I | F | C, Bool;
    GreaterEqual "greater_equal" 2 B | I | F | C, Bool;
    Maximum "maximum" 2 B | I | F | C, Same;
    Minimum "minimum" 2 B | I | F | C, Same;
    Fmax "fmax" 2 B | I | F | C, Same;
    Fmin "fmin" 2 B | I | F | C, Same;
    LogicalAnd "logical_and" 2 B | I | F | C, Bool;
    LogicalOr "logical_or" 2 B | I | F | C, Bool;
    LogicalXor "logical_xor" 2 B | I | F | C, Bool;
    LogicalNot "logical_not" 1 B | I | F | C, Bool;
    Isnan "isnan" 1 B | I | F | C, Bool;
    Isinf "isinf" 1 B | I | F | C, Bool;
    Isfinite "isfinite" 1 B | I | F | C, Bool;
    Floor "floor" 1 B | I | F, Same;
    Ceil "ceil" 1 B | I | F, Same;
    Trunc "trunc" 1 B | I | F, Same;
    Cbrt "cbrt" 1 F, Same;
    Exp2 "exp2" 1 F | C, Same;
    Log2 "log2" 1 F | C, Same;
    Degrees "degrees" 1 F, Same;
    Radians "radians" 1 F, Same;
    Copysign "copysign" 2 F, Same;
    Signbit "signbit" 1 F, Bool;
    Positive "positive" 1 I | F | C, Same;
    Logaddexp "logaddexp" 2 F, Same;
    Clip "clip" 3 B | I | F | C, Same;
    Where "where" 3 B | I | F | C, Same;
    Real "real" 1 B | I | F | C, Real;
    Imag "imag" 1 B | I | F | C, Real;
    Angle "angle" 1 F | C, Real;
}

impl Ufunc {
    /// The function with this number. Errors: there is none.
    pub fn from_code(code: i32) -> Result<Ufunc> {
        let known = usize::try_from(code).ok().and_then(|i| Ufunc::ALL.get(i));
        known.copied().ok_or(Error::Choice {
            what: "element-wise function",
            got: code.into(),
            allowed: "DARR_ABSOLUTE to DARR_ANGLE",
        })
    }

    /// The types that the function computes in for these arguments, as many as it takes.
    ///
    /// Errors: `Code::Unsupported` when it has no meaning for them.
    pub fn resolve(self, args: &[Typed]) -> Result<Loop> {
        debug_assert_eq!(args.len(), self.arity());
        let (kinds, out) = self.rule();
        let values = if self == Ufunc::Where {
            &args[1..]
        } else {
            args
        };
        let common = promote_all(values);
        let computed = match (self, common.kind()) {
            // True division of integers is done in double precision, whatever their size.
            (Ufunc::Divide, Kind::Bool | Kind::Signed | Kind::Unsigned) => Some(Dtype::Float64),
            // NumPy's arctan2(0, x).
            (Ufunc::Angle, Kind::Bool) => Some(Dtype::Float64),
            // Booleans have no sign; NumPy wants `^` and `~` for them.
            (Ufunc::Subtract | Ufunc::Negative | Ufunc::Positive | Ufunc::Sign, Kind::Bool) => None,
            (_, Kind::Bool | Kind::Signed | Kind::Unsigned) if kinds & (B | I) == 0 => {
                Some(float_of(values))
            }
            _ => lift(common, kinds),
        };
        let Some(dtype) = computed else {
            let names: Vec<&str> = args.iter().map(|arg| arg.dtype.name()).collect();
            let text = format!("{} has no meaning for {}", self.name(), names.join(" and "));
            return Err(Error::new(Code::Unsupported, text));
        };
        let mut types: ArrayVec<Dtype, MAX_ARGS> = args.iter().map(|_| dtype).collect();
        if self == Ufunc::Where {
            types[0] = Dtype::Bool;
        }
        if out == Out::Bool && dtype == Dtype::Float64 && args.len() == 2 {
            compare_exactly(args, &mut types);
        }
        Ok(Loop {
            args: types,
            out: match out {
                Out::Same => dtype,
                Out::Bool => Dtype::Bool,
                Out::Real => dtype.real(),
            },
        })
    }
}

/// int64 and uint64 compare by value: double precision would round both.
fn compare_exactly(args: &[Typed], types: &mut ArrayVec<Dtype, MAX_ARGS>) {
    let given = [args[0].dtype, args[1].dtype];
    let signed = |dtype: Dtype| dtype.kind() == Kind::Signed;
    if given.contains(&Dtype::Uint64) && given.into_iter().any(signed) {
        for (of, dtype) in types.iter_mut().zip(given) {
            *of = if signed(dtype) { Dtype::Int64 } else { dtype };
        }
    }
}

/// The smallest floating type that keeps every one of these integers: that of int8 and uint16 is single precision, though they
/// promote to int32.
fn float_of(args: &[Typed]) -> Dtype {
    let strong = args.iter().filter(|arg| !arg.weak);
    let integer = |arg: &Typed| arg.dtype.kind() != Kind::Bool;
    if args.iter().any(integer) && !strong.clone().any(integer) {
        // A literal beside truth values is of the default size.
        return Dtype::Float64;
    }
    let floats = strong.map(|arg| match arg.dtype.size() {
        1 | 2 => Dtype::Float32,
        _ => Dtype::Float64,
    });
    floats.reduce(promote).unwrap_or(Dtype::Float64)
}

/// The smallest type of the allowed kinds that `dtype` becomes without being asked.
fn lift(dtype: Dtype, kinds: u8) -> Option<Dtype> {
    let allowed = |kind: u8| kinds & kind != 0;
    match dtype.kind() {
        Kind::Bool if allowed(B) => Some(dtype),
        Kind::Bool if allowed(I) => Some(Dtype::Int8),
        Kind::Signed | Kind::Unsigned if allowed(I) => Some(dtype),
        Kind::Float if allowed(F) => Some(dtype),
        Kind::Complex if allowed(C) => Some(dtype),
        _ => None,
    }
}

/// The type that all arguments are converted to, at least one of them.
pub fn promote_all(args: &[Typed]) -> Dtype {
    let strong = args.iter().filter(|arg| !arg.weak).map(|arg| arg.dtype);
    let weak = args.iter().filter(|arg| arg.weak).map(|arg| arg.dtype);
    let literal = weak.reduce(promote);
    match (strong.reduce(promote), literal) {
        (Some(strong), Some(literal)) => promote_weak(strong, literal),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => Dtype::Float64,
    }
}

/// A literal (bool, int64, float64 or complex128) beside a type: its kind counts, not its size.
fn promote_weak(strong: Dtype, literal: Dtype) -> Dtype {
    let rank = |dtype: Dtype| match dtype.kind() {
        Kind::Bool => 0,
        Kind::Signed | Kind::Unsigned => 1,
        Kind::Float => 2,
        Kind::Complex => 3,
    };
    if rank(literal) <= rank(strong) {
        strong
    } else if strong == Dtype::Float32 {
        Dtype::Complex64
    } else {
        literal
    }
}

/// NumPy's `promote_types`.
pub fn promote(a: Dtype, b: Dtype) -> Dtype {
    if a.can_cast(b, false) {
        return b;
    }
    if b.can_cast(a, false) {
        return a;
    }
    // Neither keeps the other's values: the first type that keeps both.
    let order = [
        Dtype::Int16,
        Dtype::Int32,
        Dtype::Int64,
        Dtype::Float32,
        Dtype::Float64,
        Dtype::Complex64,
        Dtype::Complex128,
    ];
    let both = |to: &Dtype| a.can_cast(*to, false) && b.can_cast(*to, false);
    order.into_iter().find(both).unwrap_or(Dtype::Complex128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotion_is_numpys() {
        use Dtype::*;
        let cases = [
            (Int8, Uint8, Int16),
            (Int64, Uint64, Float64),
            (Int32, Float32, Float64),
            (Int16, Float32, Float32),
            (Uint32, Int32, Int64),
            (Int64, Complex64, Complex128),
            (Float64, Complex64, Complex128),
            (Bool, Uint8, Uint8),
        ];
        for (a, b, want) in cases {
            assert_eq!(promote(a, b), want);
            assert_eq!(promote(b, a), want);
        }
    }

    #[test]
    fn floats_of_truth_values_and_literals_are_double() {
        let of = |dtype, weak| Typed { dtype, weak };
        let truth = of(Dtype::Bool, false);
        let arctan2 = |a, b| Ufunc::Arctan2.resolve(&[a, b]).unwrap().out;
        assert_eq!(arctan2(truth, of(Dtype::Int64, true)), Dtype::Float64);
        assert_eq!(arctan2(truth, of(Dtype::Bool, true)), Dtype::Float32);
        assert_eq!(arctan2(truth, truth), Dtype::Float32);
    }

    #[test]
    fn literals_take_the_type_they_meet() {
        let of = |dtype, weak| Typed { dtype, weak };
        let half = of(Dtype::Float64, true);
        let add = |a, b| Ufunc::Add.resolve(&[a, b]).unwrap().out;
        assert_eq!(add(of(Dtype::Float32, false), half), Dtype::Float32);
        assert_eq!(add(of(Dtype::Int8, false), half), Dtype::Float64);
        assert_eq!(
            add(of(Dtype::Uint8, false), of(Dtype::Int64, true)),
            Dtype::Uint8
        );
        assert_eq!(
            add(of(Dtype::Bool, false), of(Dtype::Int64, true)),
            Dtype::Int64
        );
        assert_eq!(
            add(of(Dtype::Float32, false), of(Dtype::Complex128, true)),
            Dtype::Complex64
        );
    }
}
