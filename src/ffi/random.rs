//! Random numbers.

use std::ffi::c_int;

use distarray_core::{Dims, Window};

use super::guard::guard;
use super::handle::{darr_array, get};
use super::pointer::{growing_or_initial, slice, Growing};
use crate::error::{Code, Error, Result};
use crate::kernels::random::{Law, Sequence};
use crate::ops::random;

/// Which random numbers. Start from `DARR_RANDOM_INIT`.
///
/// Every element has its number: its place in the global array in C order, whatever the memory order. Seed, stream and number
/// decide its value, by the generator Philox 4x32-10 of Salmon and others (2011): the array is the same for any number of ranks,
/// any distribution and any processor.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_random {
    /// sizeof(darr_random).
    pub size: i64,
    /// Any number; others give other arrays.
    pub seed: i64,
    /// Any number: independent arrays of one seed. Two calls of one seed and stream use the same random bits, also for different
    /// distributions.
    pub stream: i64,
    /// For a part of a larger array that gets the numbers of the whole, one entry per dimension: the global array's extents. NULL:
    /// the array is the whole, and `first` and `step` are NULL too.
    pub extents: *const i64,
    /// Place there of the element with index 0 in every dimension; NULL: 0 in each.
    pub first: *const i64,
    /// Distance there of neighbours, of any sign but not 0; NULL: 1 in each.
    pub step: *const i64,
}

// SAFETY: repr(C), the size first, numbers and raw pointers only.
unsafe impl Growing for darr_random {
    const INITIAL: darr_random = darr_random {
        size: size_of::<darr_random>() as i64,
        seed: 0,
        stream: 0,
        extents: std::ptr::null(),
        first: std::ptr::null(),
        step: std::ptr::null(),
    };
    const FIRST: usize = size_of::<darr_random>();
}

/// Fills an array with random real numbers of [low, high), all equally probable: multiples of 2^-53 of the interval's length, of
/// 2^-24 in `DARR_FLOAT32`. The parts of complex elements are independent. Ghosts are not updated.
///
/// Local: every rank fills what it owns, without a message, and checks the same whatever it owns.
/// @param array [in] The array, real or complex.
/// @param random [in] Which numbers; NULL: the defaults.
/// @param low [in] Least number.
/// @param high [in] End of the interval, `low` or more; with `low` itself every element is `low`.
/// Errors: `DARR_ERR_ARGUMENT` for an end below `low`, numbers that are not finite or beyond the dtype, a part that is not inside the
/// global array, a global array of 2^63 elements or more; `DARR_ERR_UNSUPPORTED` for integers and truth values; `DARR_ERR_STATE`
/// where a begun plan uses the elements; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_random_uniform(
    array: *mut darr_array,
    random: *const darr_random,
    low: f64,
    high: f64,
) -> c_int {
    // SAFETY: the pointer rule of the header.
    guard(|| unsafe { fill(array, random, Law::Uniform { low, high }) })
}

/// Fills an array with random numbers of the normal distribution. Neighbours in pairs of numbers are independent too (Box and
/// Muller's method); the farthest from the mean are 8.5 deviations away, 6.5 in `DARR_FLOAT32`. Ghosts are not updated.
///
/// Local: as `darr_random_uniform`.
/// @param array [in] The array, real or complex, each part with this mean and deviation.
/// @param random [in] Which numbers; NULL: the defaults.
/// @param mean [in] Mean.
/// @param deviation [in] Standard deviation, 0 or more.
/// Errors: `DARR_ERR_ARGUMENT` for a negative deviation, numbers that are not finite or beyond the dtype; others as
/// `darr_random_uniform`.
#[no_mangle]
pub unsafe extern "C" fn darr_random_normal(
    array: *mut darr_array,
    random: *const darr_random,
    mean: f64,
    deviation: f64,
) -> c_int {
    // SAFETY: the pointer rule of the header.
    guard(|| unsafe { fill(array, random, Law::Normal { mean, deviation }) })
}

/// Fills an array with random numbers of the exponential distribution, 0 or more. Ghosts are not updated.
///
/// Local: as `darr_random_uniform`.
/// @param array [in] The array, real or complex.
/// @param random [in] Which numbers; NULL: the defaults.
/// @param scale [in] Mean, 0 or more; the inverse of the rate.
/// Errors: `DARR_ERR_ARGUMENT` for a negative scale, one that is not finite or beyond the dtype; others as `darr_random_uniform`.
#[no_mangle]
pub unsafe extern "C" fn darr_random_exponential(
    array: *mut darr_array,
    random: *const darr_random,
    scale: f64,
) -> c_int {
    // SAFETY: the pointer rule of the header.
    guard(|| unsafe { fill(array, random, Law::Exponential { scale }) })
}

/// Fills an array with random numbers of the beta distribution, from 0 to 1 with a density of x^(a-1) (1-x)^(b-1). Ghosts are not
/// updated.
///
/// Local: as `darr_random_uniform`.
/// @param array [in] The array, real or complex.
/// @param random [in] Which numbers; NULL: the defaults.
/// @param a [in] First parameter, above 0 (1e-300 at least).
/// @param b [in] Second parameter, as `a`.
/// Errors: `DARR_ERR_ARGUMENT` for a parameter that is not positive and finite; others as `darr_random_uniform`.
#[no_mangle]
pub unsafe extern "C" fn darr_random_beta(
    array: *mut darr_array,
    random: *const darr_random,
    a: f64,
    b: f64,
) -> c_int {
    // SAFETY: the pointer rule of the header.
    guard(|| unsafe { fill(array, random, Law::Beta { a, b }) })
}

/// Fills an array with random integers of [low, high), all equally probable within 2^-32. Ghosts are not updated.
///
/// Local: as `darr_random_uniform`.
/// @param array [in] The array, of integers, truth values or real numbers.
/// @param random [in] Which numbers; NULL: the defaults.
/// @param low [in] Least integer.
/// @param high [in] End of the interval, itself not included.
/// Errors: `DARR_ERR_ARGUMENT` for an interval without an integer, integers that the dtype does not hold; `DARR_ERR_UNSUPPORTED` for
/// complex elements; others as `darr_random_uniform`.
#[no_mangle]
pub unsafe extern "C" fn darr_random_integers(
    array: *mut darr_array,
    random: *const darr_random,
    low: i64,
    high: i64,
) -> c_int {
    let count = u64::try_from(i128::from(high) - i128::from(low)).unwrap_or(0);
    // SAFETY: the pointer rule of the header.
    guard(|| unsafe { fill(array, random, Law::Integers { low, count }) })
}

/// Fills an array of one dimension with a random permutation of the indices of the global array: each of them once, made element
/// by element. Ghosts are not updated.
///
/// Local: as `darr_random_uniform`.
/// @param array [in] The array, of integers that hold all indices.
/// @param random [in] Which permutation; NULL: the defaults.
/// @param base [in] The first index: of n elements those from `base` to `base` + n - 1 are permuted.
/// Errors: `DARR_ERR_ARGUMENT` for another number of dimensions, integers that are too small; `DARR_ERR_UNSUPPORTED` for what are no
/// integers; others as `darr_random_uniform`.
#[no_mangle]
pub unsafe extern "C" fn darr_random_permutation(
    array: *mut darr_array,
    random: *const darr_random,
    base: i64,
) -> c_int {
    // SAFETY: the pointer rule of the header.
    guard(|| unsafe { fill(array, random, Law::Permutation { base, count: 0 }) })
}

/// # Safety
/// The pointer rule of the header.
unsafe fn fill(array: *mut darr_array, random: *const darr_random, law: Law) -> Result<()> {
    let array = get(array, "array")?;
    // SAFETY: passed on to the caller.
    let (random, window) = unsafe {
        let random = growing_or_initial(random, "random")?;
        (random, window(&random, array.dist().map().ndim())?)
    };
    let sequence = Sequence {
        seed: random.seed as u64,
        stream: random.stream as u64,
    };
    random::fill(&array, sequence, window, law)
}

/// # Safety
/// The pointer rule of the header.
unsafe fn window(random: &darr_random, ndim: usize) -> Result<Option<Window>> {
    if random.extents.is_null() {
        if !random.first.is_null() || !random.step.is_null() {
            let text =
                "random: first and step are for a part of a global array, whose extents are NULL";
            return Err(Error::new(Code::Argument, text));
        }
        return Ok(None);
    }
    let list = |pointer: *const i64, default: i64, name: &str| -> Result<Dims<i64>> {
        if pointer.is_null() {
            return Ok((0..ndim).map(|_| default).collect());
        }
        // SAFETY: passed on to the caller.
        let entries = unsafe { slice(pointer, ndim as c_int, name) }?;
        Ok(entries.iter().copied().collect())
    };
    Ok(Some(Window {
        first: list(random.first, 0, "first")?,
        step: list(random.step, 1, "step")?,
        extents: list(random.extents, 0, "extents")?,
    }))
}
