//! Conversions of elements, as `convert` does them for blocks.

use std::marker::PhantomData;

use distarray_core::{Dtype, Kind};

use super::super::element::{with_element, Element, Flag};
use super::super::lane::Kernel;
use super::loops::{function, kernel, Function, Lane, Vectors};
use super::types::{flag, with};

/// To elements of this type.
struct To<T>(PhantomData<T>);

impl<S: Element + Lane, T: Element + Lane> Function<S> for To<T> {
    type Out = T;
    // Integers of 64 bits are converted by the wider vectors only.
    const VECTORS: Vectors = match (S::VECTORS, T::VECTORS) {
        (Vectors::Both, _) | (_, Vectors::Both) if size_of::<S>() >= 4 && size_of::<T>() >= 4 => {
            Vectors::Both
        }
        _ => Vectors::Avx2,
    };
    #[inline(always)]
    fn of(a: S, _: (), _: ()) -> T {
        a.cast()
    }
}

function! {
    Copied: <T: Lane> (a: T) -> T = a;
    Truth: <> (a: Flag) -> Flag = flag(a.is_set());
}

/// A C cast: floats are truncated and saturate, imaginary parts get lost.
pub(super) fn kernel_of(from: Dtype, to: Dtype) -> Kernel {
    if from == to || whole(from) && whole(to) && from.size() == to.size() {
        return copy(to);
    }
    with_element!(from, S => with_element!(to, T => kernel::<To<T>, S, (), (), 0>()))
}

/// Whether a type is an integer; of those of one size the bits stay.
fn whole(dtype: Dtype) -> bool {
    matches!(dtype.kind(), Kind::Signed | Kind::Unsigned)
}

/// The elements as they are; truth values become 0 or 1.
pub(super) fn copy(dtype: Dtype) -> Kernel {
    match dtype {
        Dtype::Bool => kernel::<Truth, Flag, (), (), 0>(),
        Dtype::Complex128 => kernel::<Copied, [u64; 2], (), (), 0>(),
        other => with!(bits other, T => kernel::<Copied, T, (), (), 0>()),
    }
}

/// Zeros, of a type of this size: the imaginary parts of real numbers.
pub(super) fn zeros(dtype: Dtype) -> Kernel {
    with!(bits dtype, T => kernel::<Zero<T>, (), (), (), 0>())
}

struct Zero<T>(PhantomData<T>);

impl<T: Element> Function<()> for Zero<T> {
    type Out = T;
    #[inline(always)]
    fn of(_: (), _: (), _: ()) -> T {
        T::from_unsigned(0)
    }
}
