//! Element-wise functions by number.

use std::ffi::c_int;

use distarray_core::formula::builder::{self, Node};
use distarray_core::ufunc::Ufunc;
use distarray_core::Code;

use super::super::guard::guard;
use super::super::handle::{darr_array, get};
use super::operand::{self, darr_operand, Held};
use crate::error::{Error, Result};
use crate::ops::formula::{evaluate, Asked, Options};

/// |x|, also of complex numbers.
pub const DARR_ABSOLUTE: c_int = 0;
pub const DARR_ARCCOS: c_int = 1;
pub const DARR_ARCCOSH: c_int = 2;
pub const DARR_ARCSIN: c_int = 3;
pub const DARR_ARCSINH: c_int = 4;
pub const DARR_ARCTAN: c_int = 5;
pub const DARR_ARCTANH: c_int = 6;
/// Complex conjugate.
pub const DARR_CONJUGATE: c_int = 7;
pub const DARR_COS: c_int = 8;
pub const DARR_COSH: c_int = 9;
pub const DARR_EXP: c_int = 10;
pub const DARR_EXPM1: c_int = 11;
/// Bits inverted; of truth values: not.
pub const DARR_INVERT: c_int = 12;
pub const DARR_LOG: c_int = 13;
pub const DARR_LOG10: c_int = 14;
pub const DARR_LOG1P: c_int = 15;
pub const DARR_NEGATIVE: c_int = 16;
pub const DARR_RECIPROCAL: c_int = 17;
/// Nearest integer, halves to even.
pub const DARR_RINT: c_int = 18;
/// -1, 0 or 1; NaN of NaN; x/|x| of complex numbers.
pub const DARR_SIGN: c_int = 19;
pub const DARR_SIN: c_int = 20;
pub const DARR_SINH: c_int = 21;
pub const DARR_SQRT: c_int = 22;
pub const DARR_SQUARE: c_int = 23;
pub const DARR_TAN: c_int = 24;
pub const DARR_TANH: c_int = 25;
pub const DARR_ADD: c_int = 26;
pub const DARR_ARCTAN2: c_int = 27;
pub const DARR_BITWISE_AND: c_int = 28;
pub const DARR_BITWISE_OR: c_int = 29;
pub const DARR_BITWISE_XOR: c_int = 30;
/// True division: floats of integers.
pub const DARR_DIVIDE: c_int = 31;
/// Rounded to minus infinity.
pub const DARR_FLOOR_DIVIDE: c_int = 32;
/// With the sign of the dividend.
pub const DARR_FMOD: c_int = 33;
pub const DARR_HYPOT: c_int = 34;
/// 0 from the number of bits on.
pub const DARR_LEFT_SHIFT: c_int = 35;
pub const DARR_MULTIPLY: c_int = 36;
/// Of integers: modulo 2^bits, 0 for negative exponents but for bases 1 and -1.
pub const DARR_POWER: c_int = 37;
/// With the sign of the divisor.
pub const DARR_REMAINDER: c_int = 38;
pub const DARR_RIGHT_SHIFT: c_int = 39;
pub const DARR_SUBTRACT: c_int = 40;
pub const DARR_LESS: c_int = 41;
pub const DARR_LESS_EQUAL: c_int = 42;
pub const DARR_EQUAL: c_int = 43;
pub const DARR_NOT_EQUAL: c_int = 44;
pub const DARR_GREATER: c_int = 45;
pub const DARR_GREATER_EQUAL: c_int = 46;
/// NaN if one is NaN.
pub const DARR_MAXIMUM: c_int = 47;
/// NaN if one is NaN.
pub const DARR_MINIMUM: c_int = 48;
/// The other one if one is NaN.
pub const DARR_FMAX: c_int = 49;
/// The other one if one is NaN.
pub const DARR_FMIN: c_int = 50;
pub const DARR_LOGICAL_AND: c_int = 51;
pub const DARR_LOGICAL_OR: c_int = 52;
pub const DARR_LOGICAL_XOR: c_int = 53;
pub const DARR_LOGICAL_NOT: c_int = 54;
pub const DARR_ISNAN: c_int = 55;
pub const DARR_ISINF: c_int = 56;
pub const DARR_ISFINITE: c_int = 57;
pub const DARR_FLOOR: c_int = 58;
/// Upwards to a whole number; `DARR_CEIL` is a rule of blocks.
pub const DARR_CEILING: c_int = 59;
pub const DARR_TRUNC: c_int = 60;
pub const DARR_CBRT: c_int = 61;
pub const DARR_EXP2: c_int = 62;
pub const DARR_LOG2: c_int = 63;
pub const DARR_DEGREES: c_int = 64;
pub const DARR_RADIANS: c_int = 65;
pub const DARR_COPYSIGN: c_int = 66;
pub const DARR_SIGNBIT: c_int = 67;
pub const DARR_POSITIVE: c_int = 68;
/// log(exp(x) + exp(y)).
pub const DARR_LOGADDEXP: c_int = 69;
/// x, but at least the second argument and at most the third.
pub const DARR_CLIP: c_int = 70;
/// The second argument where the first is true, else the third.
pub const DARR_WHERE: c_int = 71;
/// Real part.
pub const DARR_REAL: c_int = 72;
/// Imaginary part.
pub const DARR_IMAG: c_int = 73;
/// Argument of a complex number.
pub const DARR_ANGLE: c_int = 74;

/// One element-wise function of arrays and numbers: `darr_eval` without a text.
///
/// Local.
/// @param ufunc [in] `DARR_ABSOLUTE` to `DARR_ANGLE`.
/// @param n [in] Number of operands, as many as the function takes.
/// @param operands [in] What it is applied to; numbers may stand on either side.
/// @param out [out] The array that is written; it may be an operand. The result is converted to its type as NumPy's `same_kind` rule allows.
/// Errors: as `darr_eval`.
#[no_mangle]
pub unsafe extern "C" fn darr_ufunc(
    ufunc: c_int,
    n: c_int,
    operands: *const darr_operand,
    out: *mut darr_array,
) -> c_int {
    guard(|| {
        let out = get(out, "out")?;
        // SAFETY: the pointer rule of the header.
        let given = unsafe { operand::operands(n, operands) };
        let nodes = given
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|given| call(ufunc, given.len()));
        let root = [given.as_ref().map_or(0, Vec::len) as i64];
        let asked = nodes.as_ref().map(|nodes| Asked::Nodes(nodes, &root));
        let operands = given.as_ref().map_err(Clone::clone);
        let operands = operands.map(|given| given.iter().map(Held::operand).collect());
        evaluate(
            &out,
            asked.map_err(Clone::clone),
            operands,
            Options::default(),
        )
    })
}

/// The operands in their order, and the function of them.
fn call(ufunc: c_int, n: usize) -> Result<Vec<Node>> {
    let function = Ufunc::from_code(ufunc)?;
    if function.arity() != n {
        let text = format!(
            "{} takes {} operands, {n} are given",
            function.name(),
            function.arity()
        );
        return Err(Error::new(Code::Argument, text));
    }
    let mut last = Node::new(ufunc);
    let mut nodes = Vec::with_capacity(n + 1);
    for number in 0..n {
        let mut node = Node::new(builder::OPERAND);
        node.which = number as i64;
        nodes.push(node);
        last.args[number] = number as i64;
    }
    nodes.push(last);
    Ok(nodes)
}

#[cfg(test)]
mod tests {
    use distarray_core::ufunc::Ufunc;

    /// The constants above are the numbers of the functions of their names.
    #[test]
    fn numbers_are_those_of_the_names() {
        let source = include_str!("ufunc.rs");
        for (number, ufunc) in Ufunc::ALL.iter().enumerate() {
            // The name of C's rule for cuts is taken.
            let name = match ufunc.name() {
                "ceil" => "CEILING".into(),
                name => name.to_uppercase(),
            };
            let line = format!("pub const DARR_{name}: c_int = {number};");
            assert!(source.contains(&line), "{line}");
        }
        assert_eq!(
            source.matches("\npub const DARR_").count(),
            Ufunc::ALL.len()
        );
    }
}
