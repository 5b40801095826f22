//! The loop behind every kernel: a function of up to three elements, applied to a tile.

use num_complex::Complex;

use super::super::element::Flag;
use super::super::lane::Kernel;
use super::types::Float;

/// A function of one element of each argument. Arguments that it does not have are `()`.
///
/// An implementation has no state: it is the name of a formula.
pub(super) trait Function<A: Lane, B = (), C = ()> {
    type Out: Copy;

    /// For which vectors the loop is compiled besides those that every processor has.
    const VECTORS: Vectors = A::VECTORS;

    fn of(a: A, b: B, c: C) -> Self::Out;
}

/// Vectors beside those that every processor has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::kernels) enum Vectors {
    /// 32 and 64 bytes.
    Both,
    /// 32 bytes.
    Avx2,
    /// Also where the loop calls a library or branches for each element.
    None,
}

/// A type of elements, or `()`.
pub(super) trait Lane: Copy {
    /// What functions of this type are compiled for unless they say otherwise.
    const VECTORS: Vectors = Vectors::Avx2;
}

impl Lane for f32 {
    const VECTORS: Vectors = Vectors::Both;
}
impl Lane for f64 {
    const VECTORS: Vectors = Vectors::Both;
}
macro_rules! lanes {
    ($($type:ty),*) => {
        $(impl Lane for $type {})*
    };
}
lanes!((), Flag, i8, i16, i32, i64, u8, u16, u32, u64, [u64; 2]);
impl<T: Float> Lane for Complex<T> {}

#[cfg(test)]
thread_local! {
    /// What tests take the processor for.
    pub(in crate::kernels) static GIVEN: std::cell::Cell<Option<Vectors>> = const { std::cell::Cell::new(None) };
}

/// What this processor has.
#[cfg(target_arch = "x86_64")]
fn processor() -> Vectors {
    #[cfg(test)]
    if let Some(given) = GIVEN.get() {
        return given;
    }
    if !is_x86_feature_detected!("avx2") {
        Vectors::None
    } else if is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
    {
        Vectors::Both
    } else {
        Vectors::Avx2
    }
}

/// The kernel of a function; every bit of `ONE` stands for an argument that is one element for the whole tile.
pub(super) fn kernel<F, A, B, C, const ONE: usize>() -> Kernel
where
    F: Function<A, B, C>,
    A: Lane,
    B: Copy,
    C: Copy,
{
    vector_kernel::<F, A, B, C, ONE>().unwrap_or(plain::<F, A, B, C, ONE>)
}

/// The kernel for vectors beside those that every processor has, if this one has them.
pub(super) fn vector_kernel<F, A, B, C, const ONE: usize>() -> Option<Kernel>
where
    F: Function<A, B, C>,
    A: Lane,
    B: Copy,
    C: Copy,
{
    #[cfg(target_arch = "x86_64")]
    match (F::VECTORS, processor()) {
        (Vectors::None, _) | (_, Vectors::None) => {}
        (Vectors::Both, Vectors::Both) => return Some(with_avx512::<F, A, B, C, ONE>),
        _ => return Some(with_avx2::<F, A, B, C, ONE>),
    }
    None
}

/// # Safety
/// As [`Kernel`].
#[inline(always)]
unsafe fn plain<F, A, B, C, const ONE: usize>(args: [*const u8; 3], out: *mut u8, n: usize)
where
    F: Function<A, B, C>,
    A: Lane,
    B: Copy,
    C: Copy,
{
    let in_place = |k: usize| args[k] == out.cast_const() && ONE >> k & 1 == 0;
    // SAFETY: passed on; the variants differ in what the compiler sees.
    unsafe {
        match F::VECTORS {
            Vectors::None => each::<F, A, B, C, ONE>(args, out, n),
            _ if size_of::<C>() != 0 => pieces::<F, A, B, C, ONE>(args, out, n),
            _ if size_of::<A>() == size_of::<F::Out>() && in_place(0) => {
                each::<F, A, B, C, ONE>([out.cast_const(), args[1], args[2]], out, n)
            }
            _ if size_of::<B>() == size_of::<F::Out>() && in_place(1) => {
                each::<F, A, B, C, ONE>([args[0], out.cast_const(), args[2]], out, n)
            }
            _ => each::<F, A, B, C, ONE>(args, out, n),
        }
    }
}

/// # Safety
/// As [`Kernel`], on a processor with AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn with_avx2<F, A, B, C, const ONE: usize>(args: [*const u8; 3], out: *mut u8, n: usize)
where
    F: Function<A, B, C>,
    A: Lane,
    B: Copy,
    C: Copy,
{
    // SAFETY: passed on.
    unsafe { plain::<F, A, B, C, ONE>(args, out, n) }
}

/// # Safety
/// As [`Kernel`], on a processor with these extensions.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn with_avx512<F, A, B, C, const ONE: usize>(args: [*const u8; 3], out: *mut u8, n: usize)
where
    F: Function<A, B, C>,
    A: Lane,
    B: Copy,
    C: Copy,
{
    // SAFETY: passed on.
    unsafe { plain::<F, A, B, C, ONE>(args, out, n) }
}

/// Functions of three arguments, of which there are many: a tile that replaces an argument goes through a small one of our
/// own instead of a loop for each of them.
///
/// # Safety
/// As [`Kernel`].
#[inline(always)]
unsafe fn pieces<F, A, B, C, const ONE: usize>([a, b, c]: [*const u8; 3], out: *mut u8, n: usize)
where
    F: Function<A, B, C>,
    A: Lane,
    B: Copy,
    C: Copy,
{
    const PIECE: usize = 128;
    let mut piece = [const { std::mem::MaybeUninit::<F::Out>::uninit() }; PIECE];
    let in_place = [a, b, c].contains(&out.cast_const());
    let length = if in_place { PIECE } else { n };
    for start in (0..n).step_by(length) {
        let count = length.min(n - start);
        let step = |k: usize, size: usize| if ONE >> k & 1 == 1 { 0 } else { start * size };
        // SAFETY: the elements from `start` on, `count` of them; as many fit into the piece.
        unsafe {
            let args = [
                a.add(step(0, size_of::<A>())),
                b.add(step(1, size_of::<B>())),
                c.add(step(2, size_of::<C>())),
            ];
            let target = out.cast::<F::Out>().add(start);
            let written = if in_place {
                piece.as_mut_ptr().cast()
            } else {
                target
            };
            each::<F, A, B, C, ONE>(args, written.cast(), count);
            if in_place {
                target.copy_from_nonoverlapping(written, count);
            }
        }
    }
}

/// The loop. An argument that is written in place must be the very pointer `out`: only then the compiler knows that no
/// element depends on another one; all others it compares at run time.
///
/// # Safety
/// As [`Kernel`].
#[inline(always)]
unsafe fn each<F, A, B, C, const ONE: usize>([a, b, c]: [*const u8; 3], out: *mut u8, n: usize)
where
    F: Function<A, B, C>,
    A: Lane,
    B: Copy,
    C: Copy,
{
    let out = out.cast::<F::Out>();
    // SAFETY: n elements lie at each address, one for an argument in `ONE`; `()` is read nowhere.
    unsafe {
        let one = (
            one::<A>(ONE & 1 != 0, a),
            one::<B>(ONE & 2 != 0, b),
            one::<C>(ONE & 4 != 0, c),
        );
        for i in 0..n {
            let value = F::of(at(one.0, a, i), at(one.1, b, i), at(one.2, c, i));
            out.add(i).write(value);
        }
    }
}

/// The element that stands for all, if there is one: read before anything is written.
///
/// # Safety
/// An element lies there if it `is_one`.
#[inline(always)]
unsafe fn one<T: Copy>(is_one: bool, at: *const u8) -> Option<T> {
    // SAFETY: the caller's.
    is_one.then(|| unsafe { at.cast::<T>().read() })
}

/// Element `i` of an argument.
///
/// # Safety
/// There is that element, or the one that stands for all, or the type has no size.
#[inline(always)]
unsafe fn at<T: Copy>(one: Option<T>, start: *const u8, i: usize) -> T {
    match one {
        Some(one) => one,
        // SAFETY: a value without size may be read at any address that is not null.
        None if size_of::<T>() == 0 => unsafe { std::ptr::dangling::<T>().read() },
        // SAFETY: the caller's.
        None => unsafe { start.cast::<T>().add(i).read() },
    }
}

/// Defines functions: the name, for which vectors if not for all, types, arguments, and the formula.
macro_rules! function {
    ($($name:ident $([$vectors:ident])?: <$($T:ident: $bound:path),*> $args:tt -> $out:ty = $body:expr;)*) => {$(
        pub(super) struct $name;
        function!(@impl $name, $args, { $($vectors)? }, [$($T: $bound),*], $out, $body);
    )*};
    (@impl $name:ident, ($a:ident: $A:ty), $vectors:tt, [$($T:ident: $bound:path),*], $out:ty, $body:expr) => {
        impl<$($T: $bound),*> Function<$A> for $name {
            type Out = $out;
            function!(@vectors $vectors);
            #[inline(always)]
            fn of($a: $A, _: (), _: ()) -> $out {
                $body
            }
        }
    };
    (@impl $name:ident, ($a:ident: $A:ty, $b:ident: $B:ty), $vectors:tt, [$($T:ident: $bound:path),*], $out:ty, $body:expr) => {
        impl<$($T: $bound),*> Function<$A, $B> for $name {
            type Out = $out;
            function!(@vectors $vectors);
            #[inline(always)]
            fn of($a: $A, $b: $B, _: ()) -> $out {
                $body
            }
        }
    };
    (@impl $name:ident, ($a:ident: $A:ty, $b:ident: $B:ty, $c:ident: $C:ty), $vectors:tt, [$($T:ident: $bound:path),*], $out:ty, $body:expr) => {
        impl<$($T: $bound),*> Function<$A, $B, $C> for $name {
            type Out = $out;
            function!(@vectors $vectors);
            #[inline(always)]
            fn of($a: $A, $b: $B, $c: $C) -> $out {
                $body
            }
        }
    };
    (@vectors {}) => {};
    (@vectors { $vectors:ident }) => {
        const VECTORS: Vectors = Vectors::$vectors;
    };
}
pub(super) use function;
