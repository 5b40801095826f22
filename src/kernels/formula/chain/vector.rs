//! Vectors of floats of several lengths, the shortest of one element.

/// A vector register.
///
/// # Safety
/// Every function is called on a processor that has the instructions of the type; addresses are those of `WIDTH` elements (of one for `repeat`),
/// at any alignment.
pub(super) trait Vector: Copy {
    /// Elements.
    const WIDTH: usize;
    /// Bytes of an element.
    const ELEMENT: usize;
    unsafe fn zero() -> Self;
    unsafe fn load(from: *const u8) -> Self;
    /// One element in all places.
    unsafe fn repeat(from: *const u8) -> Self;
    unsafe fn store(self, to: *mut u8);
    unsafe fn add(a: Self, b: Self) -> Self;
    unsafe fn subtract(a: Self, b: Self) -> Self;
    unsafe fn multiply(a: Self, b: Self) -> Self;
    unsafe fn divide(a: Self, b: Self) -> Self;
    unsafe fn negative(a: Self) -> Self;
    unsafe fn absolute(a: Self) -> Self;
    unsafe fn sqrt(a: Self) -> Self;
}

macro_rules! single {
    ($($float:ty),*) => {$(
        impl Vector for $float {
            const WIDTH: usize = 1;
            const ELEMENT: usize = size_of::<$float>();
            #[inline(always)]
            unsafe fn zero() -> Self {
                0.0
            }
            #[inline(always)]
            unsafe fn load(from: *const u8) -> Self {
                // SAFETY: promised by the caller.
                unsafe { from.cast::<$float>().read_unaligned() }
            }
            #[inline(always)]
            unsafe fn repeat(from: *const u8) -> Self {
                // SAFETY: promised by the caller.
                unsafe { from.cast::<$float>().read_unaligned() }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut u8) {
                // SAFETY: promised by the caller.
                unsafe { to.cast::<$float>().write_unaligned(self) }
            }
            #[inline(always)]
            unsafe fn add(a: Self, b: Self) -> Self {
                a + b
            }
            #[inline(always)]
            unsafe fn subtract(a: Self, b: Self) -> Self {
                a - b
            }
            #[inline(always)]
            unsafe fn multiply(a: Self, b: Self) -> Self {
                a * b
            }
            #[inline(always)]
            unsafe fn divide(a: Self, b: Self) -> Self {
                a / b
            }
            #[inline(always)]
            unsafe fn negative(a: Self) -> Self {
                -a
            }
            #[inline(always)]
            unsafe fn absolute(a: Self) -> Self {
                a.abs()
            }
            #[inline(always)]
            unsafe fn sqrt(a: Self) -> Self {
                a.sqrt()
            }
        }
    )*};
}

single!(f32, f64);

#[cfg(target_arch = "x86_64")]
macro_rules! wide {
    ($vector:ident $float:ty: $zero:ident $load:ident $repeat:ident $store:ident $add:ident $subtract:ident $multiply:ident $divide:ident $xor:ident $and_not:ident $sqrt:ident) => {
        impl Vector for std::arch::x86_64::$vector {
            const WIDTH: usize = size_of::<Self>() / size_of::<$float>();
            const ELEMENT: usize = size_of::<$float>();
            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: the processor has the instructions, as the trait asks; so below.
                unsafe { std::arch::x86_64::$zero() }
            }
            #[inline(always)]
            unsafe fn load(from: *const u8) -> Self {
                // SAFETY: as above; the elements may be read.
                unsafe { std::arch::x86_64::$load(from.cast()) }
            }
            #[inline(always)]
            unsafe fn repeat(from: *const u8) -> Self {
                // SAFETY: as above; the element may be read.
                unsafe { std::arch::x86_64::$repeat(from.cast::<$float>().read_unaligned()) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut u8) {
                // SAFETY: as above; the elements may be written.
                unsafe { std::arch::x86_64::$store(to.cast(), self) }
            }
            #[inline(always)]
            unsafe fn add(a: Self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$add(a, b) }
            }
            #[inline(always)]
            unsafe fn subtract(a: Self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$subtract(a, b) }
            }
            #[inline(always)]
            unsafe fn multiply(a: Self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$multiply(a, b) }
            }
            #[inline(always)]
            unsafe fn divide(a: Self, b: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$divide(a, b) }
            }
            #[inline(always)]
            unsafe fn negative(a: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$xor(a, std::arch::x86_64::$repeat(-0.0)) }
            }
            #[inline(always)]
            unsafe fn absolute(a: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$and_not(std::arch::x86_64::$repeat(-0.0), a) }
            }
            #[inline(always)]
            unsafe fn sqrt(a: Self) -> Self {
                // SAFETY: as above.
                unsafe { std::arch::x86_64::$sqrt(a) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use super::Vector;

    wide!(__m256d f64: _mm256_setzero_pd _mm256_loadu_pd _mm256_set1_pd _mm256_storeu_pd _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd _mm256_xor_pd _mm256_andnot_pd _mm256_sqrt_pd);
    wide!(__m256 f32: _mm256_setzero_ps _mm256_loadu_ps _mm256_set1_ps _mm256_storeu_ps _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps _mm256_xor_ps _mm256_andnot_ps _mm256_sqrt_ps);
    wide!(__m512d f64: _mm512_setzero_pd _mm512_loadu_pd _mm512_set1_pd _mm512_storeu_pd _mm512_add_pd _mm512_sub_pd _mm512_mul_pd _mm512_div_pd _mm512_xor_pd _mm512_andnot_pd _mm512_sqrt_pd);
    wide!(__m512 f32: _mm512_setzero_ps _mm512_loadu_ps _mm512_set1_ps _mm512_storeu_ps _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_div_ps _mm512_xor_ps _mm512_andnot_ps _mm512_sqrt_ps);
}
