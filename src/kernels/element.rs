//! The Rust type behind each dtype, and what conversions ask of it.

use num_complex::Complex;

/// A bool as memory holds it: one byte, true when it is not 0, whoever wrote it.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Flag(pub u8);

impl Flag {
    #[inline(always)]
    pub fn is_set(self) -> bool {
        self.0 != 0
    }
}

/// Plain data without padding, valid in any bit pattern.
///
/// A conversion goes through the widest type of the source's family, which holds every value of it
/// exactly; from there on it is one rounding, or one truncation that saturates, as Rust's `as` does
/// it. The compiler removes the detour.
pub(super) trait Element: Copy + 'static {
    fn from_signed(value: i64) -> Self;
    fn from_unsigned(value: u64) -> Self;
    fn from_real(value: f64) -> Self;

    /// The imaginary part is lost in real types: callers refuse that conversion.
    #[inline(always)]
    fn from_complex(re: f64, _im: f64) -> Self {
        Self::from_real(re)
    }

    fn cast<T: Element>(self) -> T;
}

macro_rules! number {
    ($($number:ty: $widest:ty, $into:ident);* $(;)?) => {$(
        impl Element for $number {
            #[inline(always)]
            fn from_signed(value: i64) -> Self {
                value as $number
            }
            #[inline(always)]
            fn from_unsigned(value: u64) -> Self {
                value as $number
            }
            #[inline(always)]
            fn from_real(value: f64) -> Self {
                value as $number
            }
            #[inline(always)]
            fn cast<T: Element>(self) -> T {
                T::$into(self as $widest)
            }
        }
    )*};
}

number! {
    i8: i64, from_signed;
    i16: i64, from_signed;
    i32: i64, from_signed;
    i64: i64, from_signed;
    u8: u64, from_unsigned;
    u16: u64, from_unsigned;
    u32: u64, from_unsigned;
    u64: u64, from_unsigned;
    f32: f64, from_real;
    f64: f64, from_real;
}

impl Element for Flag {
    #[inline(always)]
    fn from_signed(value: i64) -> Self {
        Flag((value != 0) as u8)
    }
    #[inline(always)]
    fn from_unsigned(value: u64) -> Self {
        Flag((value != 0) as u8)
    }
    #[inline(always)]
    fn from_real(value: f64) -> Self {
        Flag((value != 0.0) as u8)
    }
    #[inline(always)]
    fn from_complex(re: f64, im: f64) -> Self {
        Flag((re != 0.0 || im != 0.0) as u8)
    }
    #[inline(always)]
    fn cast<T: Element>(self) -> T {
        T::from_unsigned(self.is_set() as u64)
    }
}

macro_rules! complex {
    ($($part:ty),*) => {$(
        impl Element for Complex<$part> {
            #[inline(always)]
            fn from_signed(value: i64) -> Self {
                Complex::new(value as $part, 0.0)
            }
            #[inline(always)]
            fn from_unsigned(value: u64) -> Self {
                Complex::new(value as $part, 0.0)
            }
            #[inline(always)]
            fn from_real(value: f64) -> Self {
                Complex::new(value as $part, 0.0)
            }
            #[inline(always)]
            fn from_complex(re: f64, im: f64) -> Self {
                Complex::new(re as $part, im as $part)
            }
            #[inline(always)]
            fn cast<T: Element>(self) -> T {
                T::from_complex(self.re.into(), self.im.into())
            }
        }
    )*};
}

complex!(f32, f64);

/// Evaluates `$body` with `$T` bound to the type behind the dtype.
macro_rules! with_element {
    ($dtype:expr, $T:ident => $body:expr) => {{
        use distarray_core::Dtype;
        use num_complex::Complex;
        macro_rules! bind {
            ($type:ty) => {{
                type $T = $type;
                $body
            }};
        }
        match $dtype {
            Dtype::Bool => bind!($crate::kernels::element::Flag),
            Dtype::Int8 => bind!(i8),
            Dtype::Int16 => bind!(i16),
            Dtype::Int32 => bind!(i32),
            Dtype::Int64 => bind!(i64),
            Dtype::Uint8 => bind!(u8),
            Dtype::Uint16 => bind!(u16),
            Dtype::Uint32 => bind!(u32),
            Dtype::Uint64 => bind!(u64),
            Dtype::Float32 => bind!(f32),
            Dtype::Float64 => bind!(f64),
            Dtype::Complex64 => bind!(Complex<f32>),
            Dtype::Complex128 => bind!(Complex<f64>),
        }
    }};
}
pub(super) use with_element;
