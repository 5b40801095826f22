//! Transcendental functions of real numbers: `maths` has most of them.

use distarray_core::ufunc::Ufunc;
use distarray_core::Dtype;

use super::super::lane::Kernel;
use super::super::maths::{self, Function as Maths};
use super::arithmetic::{ReciprocalFloat, Square};
use super::float::Sqrt;
use super::loops::{function, kernel, Function};
use super::types::{with, Float, Integer, Ring};
use super::{cast, integer};

function! {
    // Infinities of one sign have no difference.
    Apart: <T: Float> (a: T, b: T) -> T = if a == b { T::zero() } else { (a - b).abs().negated() };
    GreaterPlus: <T: Float> (a: T, b: T, c: T) -> T = T::plus(if a > b { a } else { b }, c);
    Cube: <T: Ring> (a: T) -> T = a.times(a).times(a);
    Fourth: <T: Ring> (a: T) -> T = a.times(a).times(a.times(a));
}

/// Functions of one argument and of two.
pub(super) fn any(ufunc: Ufunc, dtype: Dtype) -> Option<Kernel> {
    let function = match ufunc {
        Ufunc::Exp => Maths::Exp,
        Ufunc::Exp2 => Maths::Exp2,
        Ufunc::Expm1 => Maths::Expm1,
        Ufunc::Log => Maths::Log,
        Ufunc::Log2 => Maths::Log2,
        Ufunc::Log10 => Maths::Log10,
        Ufunc::Log1p => Maths::Log1p,
        Ufunc::Sin => Maths::Sin,
        Ufunc::Cos => Maths::Cos,
        Ufunc::Tan => Maths::Tan,
        Ufunc::Arcsin => Maths::Arcsin,
        Ufunc::Arccos => Maths::Arccos,
        Ufunc::Arctan => Maths::Arctan,
        Ufunc::Sinh => Maths::Sinh,
        Ufunc::Cosh => Maths::Cosh,
        Ufunc::Tanh => Maths::Tanh,
        Ufunc::Arcsinh => Maths::Arcsinh,
        Ufunc::Arccosh => Maths::Arccosh,
        Ufunc::Arctanh => Maths::Arctanh,
        Ufunc::Cbrt => Maths::Cbrt,
        Ufunc::Arctan2 => Maths::Arctan2,
        Ufunc::Hypot => Maths::Hypot,
        Ufunc::Power => Maths::Pow,
        Ufunc::Logaddexp => return Some(with!(float dtype, T => logaddexp::<T> as Kernel)),
        _ => return None,
    };
    Some(maths::kernel(function, dtype))
}

/// Powers to one exponent, the second argument.
pub(super) fn power_to_one(dtype: Dtype) -> Option<Kernel> {
    Some(match dtype {
        Dtype::Int32 => integral::<i32>,
        Dtype::Int64 => integral::<i64>,
        Dtype::Float32 => real::<f32>,
        Dtype::Float64 => real::<f64>,
        _ => return None,
    })
}

/// # Safety
/// As [`Kernel`], but the second argument is one element.
unsafe fn integral<T: Integer>(args: [*const u8; 3], out: *mut u8, n: usize) {
    // SAFETY: the element; and passed on.
    unsafe {
        let exponent: T = args[1].cast::<T>().read();
        let power =
            products::<T>(exponent.to_i64()).unwrap_or_else(kernel::<integer::Power, T, T, (), 2>);
        power(args, out, n)
    }
}

/// # Safety
/// As [`Kernel`], but the second argument is one element.
unsafe fn real<T: Float>(args: [*const u8; 3], out: *mut u8, n: usize) {
    // SAFETY: the element; and passed on.
    unsafe {
        let exponent: T = args[1].cast::<T>().read();
        let whole = exponent.to_i64().filter(|&n| T::from_signed(n) == exponent);
        if let Some(power) = products::<T>(whole) {
            power(args, out, n)
        } else if exponent == T::one().negated() {
            kernel::<ReciprocalFloat, T, (), (), 0>()(args, out, n)
        } else if exponent == T::from_real(0.5) {
            kernel::<Sqrt, T, (), (), 0>()(args, out, n)
        } else {
            repeated(exponent, args[0], out, n)
        }
    }
}

/// Powers that are few products, as they are written by hand.
fn products<T: Ring>(exponent: Option<i64>) -> Option<Kernel> {
    match exponent {
        Some(1) => Some(kernel::<cast::Copied, T, (), (), 0>()),
        Some(2) => Some(kernel::<Square, T, (), (), 0>()),
        Some(3) => Some(kernel::<Cube, T, (), (), 0>()),
        Some(4) => Some(kernel::<Fourth, T, (), (), 0>()),
        _ => None,
    }
}

/// Elements that a function of several kernels works on at a time.
const PIECE: usize = 256;

fn maths_kernel<T: Float>(function: Maths) -> Kernel {
    let dtype = if size_of::<T>() == 4 {
        Dtype::Float32
    } else {
        Dtype::Float64
    };
    maths::kernel(function, dtype)
}

/// `log(exp(a) + exp(b))` as the greater one plus `log1p(exp(-|a - b|))`, which does not overflow on the way.
///
/// # Safety
/// As [`Kernel`].
unsafe fn logaddexp<T: Float>([a, b, _]: [*const u8; 3], out: *mut u8, n: usize) {
    let mut piece = [T::zero(); PIECE];
    let piece: *mut u8 = piece.as_mut_ptr().cast();
    let none = std::ptr::null();
    for start in (0..n).step_by(PIECE) {
        let (at, n) = (start * size_of::<T>(), PIECE.min(n - start));
        // SAFETY: n elements from `start` on lie in the tile and fit into the piece.
        unsafe {
            let (a, b, out) = (a.add(at), b.add(at), out.add(at));
            kernel::<Apart, T, T, (), 0>()([a, b, none], piece, n);
            maths_kernel::<T>(Maths::Exp)([piece.cast_const(), none, none], piece, n);
            maths_kernel::<T>(Maths::Log1p)([piece.cast_const(), none, none], piece, n);
            kernel::<GreaterPlus, T, T, T, 0>()([a, b, piece.cast_const()], out, n);
        }
    }
}

/// Any power, piece by piece beside as many copies of the exponent.
///
/// # Safety
/// As [`Kernel`].
unsafe fn repeated<T: Float>(exponent: T, base: *const u8, out: *mut u8, n: usize) {
    let exponents = [exponent; PIECE];
    let power = maths_kernel::<T>(Maths::Pow);
    for start in (0..n).step_by(PIECE) {
        let at = start * size_of::<T>();
        // SAFETY: the piece lies in the tile.
        unsafe {
            let args = [base.add(at), exponents.as_ptr().cast(), std::ptr::null()];
            power(args, out.add(at), PIECE.min(n - start));
        }
    }
}
