//! Complex numbers.

use num_complex::Complex;

use super::loops::{function, Function};
use super::types::Float;

function! {
    Multiply: <T: Float> (a: Complex<T>, b: Complex<T>) -> Complex<T> = Complex {
        re: a.re * b.re - a.im * b.im,
        im: a.re * b.im + a.im * b.re,
    };
    Divide: <T: Float> (a: Complex<T>, b: Complex<T>) -> Complex<T> = quotient(a, b);
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
