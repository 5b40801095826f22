//! The C library's functions of complex numbers: their special values are those of C99, as NumPy's are.

use num_complex::Complex;

use super::types::Float;

macro_rules! functions {
    ($($name:ident: $double:ident $single:ident;)*) => {
        /// A real type whose complex numbers the C library knows.
        pub(super) trait Part: Float {
            $(fn $name(z: Complex<Self>) -> Complex<Self>;)*
            fn power(z: Complex<Self>, exponent: Complex<Self>) -> Complex<Self>;
        }

        // C's complex numbers are passed as structures of two numbers are on the 64-bit processors that there are.
        extern "C" {
            $(
                fn $double(z: Complex<f64>) -> Complex<f64>;
                fn $single(z: Complex<f32>) -> Complex<f32>;
            )*
            fn cpow(z: Complex<f64>, exponent: Complex<f64>) -> Complex<f64>;
            fn cpowf(z: Complex<f32>, exponent: Complex<f32>) -> Complex<f32>;
        }

        impl Part for f64 {
            $(fn $name(z: Complex<f64>) -> Complex<f64> {
                // SAFETY: a pure function.
                unsafe { $double(z) }
            })*
            fn power(z: Complex<f64>, exponent: Complex<f64>) -> Complex<f64> {
                // SAFETY: a pure function.
                unsafe { cpow(z, exponent) }
            }
        }

        impl Part for f32 {
            $(fn $name(z: Complex<f32>) -> Complex<f32> {
                // SAFETY: a pure function.
                unsafe { $single(z) }
            })*
            fn power(z: Complex<f32>, exponent: Complex<f32>) -> Complex<f32> {
                // SAFETY: a pure function.
                unsafe { cpowf(z, exponent) }
            }
        }
    };
}

functions! {
    exp_of: cexp cexpf;
    log_of: clog clogf;
    sqrt_of: csqrt csqrtf;
    sin_of: csin csinf;
    cos_of: ccos ccosf;
    tan_of: ctan ctanf;
    arcsin_of: casin casinf;
    arccos_of: cacos cacosf;
    arctan_of: catan catanf;
    sinh_of: csinh csinhf;
    cosh_of: ccosh ccoshf;
    tanh_of: ctanh ctanhf;
    arcsinh_of: casinh casinhf;
    arccosh_of: cacosh cacoshf;
    arctanh_of: catanh catanhf;
}
