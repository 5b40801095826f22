//! Functions of complex numbers.

use distarray_core::ufunc::Ufunc;
use distarray_core::Dtype;
use num_complex::Complex;

use super::super::lane::Kernel;
use super::libm::Part;
use super::loops::{function, kernel, Function, Vectors};
use super::types::{with, Float};

function! {
    Multiply: <T: Float> (a: Complex<T>, b: Complex<T>) -> Complex<T> = product(a, b);
    Divide: <T: Float> (a: Complex<T>, b: Complex<T>) -> Complex<T> = quotient(a, b);
    Power [None]: <T: Part> (a: Complex<T>, b: Complex<T>) -> Complex<T> = power(a, b);
    Conjugate: <T: Float> (a: Complex<T>) -> Complex<T> = Complex { re: a.re, im: a.im.negated() };
    Square: <T: Float> (a: Complex<T>) -> Complex<T> = product(a, a);
    Reciprocal: <T: Float> (a: Complex<T>) -> Complex<T> = reciprocal(a);
    Rint: <T: Float> (a: Complex<T>) -> Complex<T> = Complex { re: a.re.rint(), im: a.im.rint() };
    Sign [None]: <T: Float> (a: Complex<T>) -> Complex<T> = sign(a);
    Absolute [None]: <T: Float> (a: Complex<T>) -> T = a.re.hypot(a.im);
    Angle [None]: <T: Float> (a: Complex<T>) -> T = a.im.atan2(a.re);
    Real: <T: Float> (a: Complex<T>) -> T = a.re;
    Imag: <T: Float> (a: Complex<T>) -> T = a.im;
    Sqrt [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::sqrt_of(a);
    Exp [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::exp_of(a);
    Exp2 [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::exp_of(scaled(a, T::LN_2()));
    Expm1 [None]: <T: Part> (a: Complex<T>) -> Complex<T> = expm1(a);
    Log [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::log_of(a);
    Log2 [None]: <T: Part> (a: Complex<T>) -> Complex<T> = scaled(T::log_of(a), T::LOG2_E());
    Log10 [None]: <T: Part> (a: Complex<T>) -> Complex<T> = scaled(T::log_of(a), T::LOG10_E());
    Log1p [None]: <T: Part> (a: Complex<T>) -> Complex<T> = Complex {
        re: (a.re + T::one()).hypot(a.im).ln(),
        im: a.im.atan2(a.re + T::one()),
    };
    Sin [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::sin_of(a);
    Cos [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::cos_of(a);
    Tan [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::tan_of(a);
    Arcsin [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::arcsin_of(a);
    Arccos [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::arccos_of(a);
    Arctan [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::arctan_of(a);
    Sinh [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::sinh_of(a);
    Cosh [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::cosh_of(a);
    Tanh [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::tanh_of(a);
    Arcsinh [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::arcsinh_of(a);
    Arccosh [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::arccosh_of(a);
    Arctanh [None]: <T: Part> (a: Complex<T>) -> Complex<T> = T::arctanh_of(a);
}

/// The textbook's product, as NumPy's.
#[inline(always)]
fn product<T: Float>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    Complex {
        re: a.re * b.re - a.im * b.im,
        im: a.re * b.im + a.im * b.re,
    }
}

/// Smith's algorithm, which overflows later than the textbook's formula: it divides by the greater part.
#[inline(always)]
fn quotient<T: Float>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    let (re, im) = (b.re.abs(), b.im.abs());
    if re >= im {
        if re == T::zero() && im == T::zero() {
            return Complex {
                re: a.re / re,
                im: a.im / re,
            };
        }
        let ratio = b.im / b.re;
        let scale = T::one() / (b.re + b.im * ratio);
        Complex {
            re: (a.re + a.im * ratio) * scale,
            im: (a.im - a.re * ratio) * scale,
        }
    } else {
        let ratio = b.re / b.im;
        let scale = T::one() / (b.im + b.re * ratio);
        Complex {
            re: (a.re * ratio + a.im) * scale,
            im: (a.im * ratio - a.re) * scale,
        }
    }
}

/// As `quotient`, but for one rounding.
#[inline(always)]
fn reciprocal<T: Float>(a: Complex<T>) -> Complex<T> {
    if a.im.abs() <= a.re.abs() {
        let ratio = a.im / a.re;
        let divisor = a.re + a.im * ratio;
        Complex {
            re: T::one() / divisor,
            im: -ratio / divisor,
        }
    } else {
        let ratio = a.re / a.im;
        let divisor = a.re * ratio + a.im;
        Complex {
            re: ratio / divisor,
            im: -T::one() / divisor,
        }
    }
}

/// The number of modulus 1 in the same direction, 0 of 0.
#[inline(always)]
fn sign<T: Float>(a: Complex<T>) -> Complex<T> {
    let modulus = a.re.hypot(a.im);
    let of = |part: T| {
        if part.is_infinite() {
            part.signum()
        } else {
            T::zero()
        }
    };
    if modulus.is_nan() || (a.re.is_infinite() && a.im.is_infinite()) {
        Complex {
            re: T::nan(),
            im: T::nan(),
        }
    } else if modulus.is_infinite() {
        Complex {
            re: of(a.re),
            im: of(a.im),
        }
    } else if modulus == T::zero() {
        Complex {
            re: T::zero(),
            im: T::zero(),
        }
    } else {
        Complex {
            re: a.re / modulus,
            im: a.im / modulus,
        }
    }
}

/// `exp(a) - 1` without the cancellation in its real part.
#[inline(always)]
fn expm1<T: Float>(a: Complex<T>) -> Complex<T> {
    let half = (a.im / T::from_real(2.0)).sin();
    Complex {
        re: a.re.exp_m1() * a.im.cos() - T::from_real(2.0) * half * half,
        im: a.im.sin() * a.re.exp(),
    }
}

#[inline(always)]
fn scaled<T: Float>(a: Complex<T>, by: T) -> Complex<T> {
    Complex {
        re: a.re * by,
        im: a.im * by,
    }
}

/// Small integral powers by products, as NumPy does them; the others by the C library.
fn power<T: Part>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    let (zero, one) = (T::zero(), T::one());
    let unit = Complex { re: one, im: zero };
    if b.re == zero && b.im == zero {
        return unit;
    }
    if a.re == zero && a.im == zero {
        let part = if b.re > zero { zero } else { T::nan() };
        return Complex { re: part, im: part };
    }
    let exponent = b.re.to_i32().filter(|n| n.unsigned_abs() < 100);
    match exponent.filter(|&n| b.im == zero && T::from_signed(n.into()) == b.re) {
        Some(1) => a,
        Some(2) => product(a, a),
        Some(3) => product(a, product(a, a)),
        Some(n) => {
            let (mut result, mut factor, mut left) = (unit, a, n.unsigned_abs());
            while left != 0 {
                if left & 1 == 1 {
                    result = product(result, factor);
                }
                left >>= 1;
                if left != 0 {
                    factor = product(factor, factor);
                }
            }
            if n < 0 {
                quotient(unit, result)
            } else {
                result
            }
        }
        None => T::power(a, b),
    }
}

/// Functions of one argument and of two.
pub(super) fn any(ufunc: Ufunc, dtype: Dtype) -> Option<Kernel> {
    macro_rules! unary {
        ($function:ident) => {
            Some(with!(complex dtype, T => kernel::<$function, T, (), (), 0>()))
        };
    }
    macro_rules! binary {
        ($function:ident) => {
            Some(with!(complex dtype, T => kernel::<$function, T, T, (), 0>()))
        };
    }
    match ufunc {
        Ufunc::Multiply => binary!(Multiply),
        Ufunc::Divide => binary!(Divide),
        Ufunc::Power => binary!(Power),
        Ufunc::Conjugate => unary!(Conjugate),
        Ufunc::Square => unary!(Square),
        Ufunc::Reciprocal => unary!(Reciprocal),
        Ufunc::Rint => unary!(Rint),
        Ufunc::Sign => unary!(Sign),
        Ufunc::Absolute => unary!(Absolute),
        Ufunc::Angle => unary!(Angle),
        Ufunc::Real => unary!(Real),
        Ufunc::Imag => unary!(Imag),
        Ufunc::Sqrt => unary!(Sqrt),
        Ufunc::Exp => unary!(Exp),
        Ufunc::Exp2 => unary!(Exp2),
        Ufunc::Expm1 => unary!(Expm1),
        Ufunc::Log => unary!(Log),
        Ufunc::Log2 => unary!(Log2),
        Ufunc::Log10 => unary!(Log10),
        Ufunc::Log1p => unary!(Log1p),
        Ufunc::Sin => unary!(Sin),
        Ufunc::Cos => unary!(Cos),
        Ufunc::Tan => unary!(Tan),
        Ufunc::Arcsin => unary!(Arcsin),
        Ufunc::Arccos => unary!(Arccos),
        Ufunc::Arctan => unary!(Arctan),
        Ufunc::Sinh => unary!(Sinh),
        Ufunc::Cosh => unary!(Cosh),
        Ufunc::Tanh => unary!(Tanh),
        Ufunc::Arcsinh => unary!(Arcsinh),
        Ufunc::Arccosh => unary!(Arccosh),
        Ufunc::Arctanh => unary!(Arctanh),
        _ => None,
    }
}
