//! The form of a function's body, and the loops over a tile.
//!
//! A body is branch-free scalar code that the compiler turns into vector instructions. A tile is
//! computed in chunks of [`CHUNK`] elements, the last one padded, so that an element takes the same
//! operations wherever it stands and however many there are.

use super::super::lane::Kernel;
use super::float::Float;
use super::table::Instructions;
#[cfg(target_arch = "x86_64")]
use super::table::{Avx2, Avx512};

/// Elements computed together; a multiple of every vector length.
pub(super) const CHUNK: usize = 32;

/// A function of `N` real arguments.
pub(super) trait Body<T: Copy, const N: usize>: Sized {
    /// Whether `straight` is the value at these arguments.
    #[inline(always)]
    fn is_ordinary(_: [T; N]) -> bool {
        true
    }

    /// The value at ordinary arguments. At others anything but a panic.
    fn straight(x: [T; N]) -> T;

    /// The value at all arguments, the same bits as `straight` at ordinary ones. Where a body does not say otherwise the C library
    /// has the others.
    #[inline(always)]
    fn value(x: [T; N]) -> T {
        if Self::is_ordinary(x) {
            Self::straight(x)
        } else {
            Self::library(x)
        }
    }

    /// The values of a chunk, if its arguments are ordinary.
    ///
    /// # Safety
    /// On a processor that has the instructions.
    #[inline(always)]
    unsafe fn straight_chunk<I: Instructions>(x: [&[T; CHUNK]; N]) -> Option<Chunk<T>>
    where
        T: Float,
    {
        straight_chunk::<Self, T, N>(x)
    }

    /// The value by the C library, for processors without fused multiply-add.
    fn library(x: [T; N]) -> T;
}

/// The widest version of a body that this processor runs. All versions with fused multiply-add give
/// the same bits.
pub(super) fn entry<B: Body<T, N>, T: Float, const N: usize>() -> Kernel {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("fma") {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw")
        {
            return with_avx512::<B, T, N>;
        }
        if is_x86_feature_detected!("avx2") {
            return with_avx2::<B, T, N>;
        }
    }
    plain::<B, T, N>
}

/// The versions with fused multiply-add that this processor runs.
#[cfg(test)]
pub(super) fn fused_versions<B: Body<T, N>, T: Float, const N: usize>() -> Vec<Kernel> {
    let mut versions: Vec<Kernel> = Vec::new();
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("fma") && is_x86_feature_detected!("avx2") {
        versions.push(with_avx2::<B, T, N>);
        let best = entry::<B, T, N>();
        if best as usize != versions[0] as usize {
            versions.push(best);
        }
    }
    versions
}

/// # Safety
/// As [`Kernel`].
pub(super) unsafe fn plain<B: Body<T, N>, T: Float, const N: usize>(
    args: [*const u8; 3],
    out: *mut u8,
    n: usize,
) {
    for i in 0..n {
        // SAFETY: element i of n; an argument at the address of `out` is read before it is written.
        unsafe {
            let x = std::array::from_fn(|arg| args[arg].cast::<T>().add(i).read());
            out.cast::<T>().add(i).write(B::library(x));
        }
    }
}

/// # Safety
/// As [`Kernel`], on a processor with AVX-512 F, DQ, VL, BW and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,fma")]
unsafe fn with_avx512<B: Body<T, N>, T: Float, const N: usize>(
    args: [*const u8; 3],
    out: *mut u8,
    n: usize,
) {
    // SAFETY: passed on.
    unsafe {
        chunks::<B, T, N, Avx512>(
            args,
            out,
            n,
            with_avx512::<B, T, N>,
            all_with_avx512::<B, T, N>,
        )
    }
}

/// # Safety
/// As [`all`], on a processor with AVX-512 F, DQ, VL, BW and FMA.
#[cfg(target_arch = "x86_64")]
#[cold]
#[inline(never)]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,fma")]
unsafe fn all_with_avx512<B: Body<T, N>, T: Float, const N: usize>(
    args: [*const u8; 3],
    out: *mut u8,
    _: usize,
) {
    // SAFETY: passed on.
    unsafe { all::<B, T, N>(args, out) }
}

/// # Safety
/// As [`Kernel`], on a processor with AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn with_avx2<B: Body<T, N>, T: Float, const N: usize>(
    args: [*const u8; 3],
    out: *mut u8,
    n: usize,
) {
    // SAFETY: passed on.
    unsafe { chunks::<B, T, N, Avx2>(args, out, n, with_avx2::<B, T, N>, all_with_avx2::<B, T, N>) }
}

/// # Safety
/// As [`all`], on a processor with AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[cold]
#[inline(never)]
#[target_feature(enable = "avx2,fma")]
unsafe fn all_with_avx2<B: Body<T, N>, T: Float, const N: usize>(
    args: [*const u8; 3],
    out: *mut u8,
    _: usize,
) {
    // SAFETY: passed on.
    unsafe { all::<B, T, N>(args, out) }
}

/// Elements that are computed together, where vectors of them do not cross cache lines.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Chunk<T>(pub [T; CHUNK]);

/// Chunks of which some are left to `all`.
///
/// # Safety
/// As [`Kernel`].
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn chunks<B: Body<T, N>, T: Float, const N: usize, I: Instructions>(
    args: [*const u8; 3],
    out: *mut u8,
    n: usize,
    this: Kernel,
    all: Kernel,
) {
    let whole = n / CHUNK * CHUNK;
    for start in (0..whole).step_by(CHUNK) {
        // SAFETY: a chunk of n elements, aligned; those of an argument at the address of `out` are
        // read before they are written.
        unsafe {
            let x =
                std::array::from_fn(|arg| &*args[arg].cast::<T>().add(start).cast::<[T; CHUNK]>());
            let Some(values) = B::straight_chunk::<I>(x) else {
                let args = args.map(|arg| arg.wrapping_add(start * size_of::<T>()));
                all(args, out.add(start * size_of::<T>()), CHUNK);
                continue;
            };
            // Left to itself the compiler makes vectors of one element from each of many chunks.
            let out = std::hint::black_box(out);
            out.cast::<T>()
                .add(start)
                .cast::<[T; CHUNK]>()
                .write(values.0);
        }
    }
    let rest = n - whole;
    if rest > 0 {
        let mut x = [Chunk([T::ONE; CHUNK]); N];
        let mut values = Chunk([T::ONE; CHUNK]);
        let mut padded = [std::ptr::null(); 3];
        // SAFETY: `rest` elements from `whole` on of n; `this` does this for a chunk on the stack,
        // and has no rest then.
        unsafe {
            for (arg, x) in x.iter_mut().enumerate() {
                std::ptr::copy_nonoverlapping(
                    args[arg].cast::<T>().add(whole),
                    x.0.as_mut_ptr(),
                    rest,
                );
                padded[arg] = x.0.as_ptr().cast();
            }
            this(padded, values.0.as_mut_ptr().cast(), CHUNK);
            std::ptr::copy_nonoverlapping(values.0.as_ptr(), out.cast::<T>().add(whole), rest);
        }
    }
}

/// The values of a chunk, if its arguments are ordinary.
#[inline(always)]
pub(super) fn straight_chunk<B: Body<T, N>, T: Float, const N: usize>(
    x: [&[T; CHUNK]; N],
) -> Option<Chunk<T>> {
    let at = |i: usize| -> [T; N] { std::array::from_fn(|arg| x[arg][i]) };
    let mut others = 0;
    for i in 0..CHUNK {
        others |= u32::from(!B::is_ordinary(at(i)));
    }
    if others != 0 {
        return None;
    }
    let mut values = Chunk([T::ONE; CHUNK]);
    for (i, value) in values.0.iter_mut().enumerate() {
        *value = B::straight(at(i));
    }
    Some(values)
}

/// The values of a chunk with any arguments.
///
/// # Safety
/// As [`Kernel`], for a chunk.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn all<B: Body<T, N>, T: Float, const N: usize>(args: [*const u8; 3], out: *mut u8) {
    // SAFETY: a chunk of elements, read before those at the address of `out` are written.
    unsafe {
        let x: [[T; CHUNK]; N] = std::array::from_fn(|arg| args[arg].cast::<[T; CHUNK]>().read());
        let x: [&[T; CHUNK]; N] = std::array::from_fn(|arg| &x[arg]);
        let values = straight_chunk::<B, T, N>(x).unwrap_or_else(|| {
            let mut values = Chunk([T::ONE; CHUNK]);
            for (i, value) in values.0.iter_mut().enumerate() {
                *value = B::value(std::array::from_fn(|arg| x[arg][i]));
            }
            values
        });
        out.cast::<[T; CHUNK]>().write(values.0);
    }
}
