//! Functions of the program, called for sections and elements of arrays.

use std::ffi::{c_int, c_void};

use distarray_core::{Code, Dtype};

use super::array::{darr_view, view};
use super::guard::{guard, outside};
use super::handle::{darr_array, get};
use super::plan::{borrowed, first, held};
use super::pointer::output;
use crate::array::Array;
use crate::buffer::zeroed_words;
use crate::error::{Error, Result};
use crate::kernels::visit::Room;
use crate::ops::apply::{apply, from_function, reduce_with, PartialFunctions};

/// Works on the calling rank's sections of n arrays, `views[0]` to `views[n - 1]`, each as `darr_array_view` gives it; gives 0, or
/// another number for a failure. `context` is what the caller of the library passed on.
pub type darr_apply_function = Option<
    unsafe extern "C" fn(n: c_int, views: *const *const darr_view, context: *mut c_void) -> c_int,
>;

/// Gives the element at a global index, one entry per dimension, counted from 0: writes it to `value_out`, which is aligned for any
/// element and holds zeros. Gives 0, or another number for a failure.
pub type darr_element_function = Option<
    unsafe extern "C" fn(index: *const i64, value_out: *mut c_void, context: *mut c_void) -> c_int,
>;

/// Makes the calling rank's part of a reduction: reads the sections of n arrays as a `darr_apply_function` does and writes the part to
/// `partial_out`, which is aligned for any type and holds zeros. Gives 0, or another number for a failure.
pub type darr_partial_function = Option<
    unsafe extern "C" fn(
        n: c_int,
        views: *const *const darr_view,
        partial_out: *mut c_void,
        context: *mut c_void,
    ) -> c_int,
>;

/// Combines the part of some ranks, `lower`, with that of the ranks that follow them: `higher` becomes the part of both. Gives 0, or
/// another number for a failure.
pub type darr_combine_function = Option<
    unsafe extern "C" fn(lower: *const c_void, higher: *mut c_void, context: *mut c_void) -> c_int,
>;

/// Calls a function of the program once on every rank, also on those that own nothing, with the rank's sections of several arrays:
/// address, strides, extents, padding and global indices. The arrays may be distributed in different ways.
///
/// The function is called on the thread of the caller. It may read and write the sections, padding included, and call Local functions
/// of the library, also on these arrays; it makes no collective call, and does not throw or jump out. Nobody's ghosts are updated.
/// Arrays that it frees stay alive until the call returns. In dimensions that are neither block nor whole (`contiguous` is 0)
/// `darr_dist_indices` gives the global indices. To set a field to the number of its row:
///
///   static int rows(int n, const darr_view *const *views, void *context)
///   {
///       const darr_view *v = views[0];
///       for (int64_t i = v->owned_lo[0]; i < v->owned_hi[0]; i++)
///           for (int64_t j = v->owned_lo[1]; j < v->owned_hi[1]; j++)
///               *(double *)((char *)v->base + i * v->strides[0] + j * v->strides[1]) = v->global_lo[0] + i;
///       return 0;
///   }
///   code = darr_apply(1, &field, rows, NULL);
///
/// Collective: the ranks agree at the end, in one small message. What the function of any rank reports is every rank's
/// `DARR_ERR_CALLBACK`, with the lowest such rank and its number in the text; functions of other ranks have run then.
/// @param n [in] Number of arrays, 1 or more. The first one says whose call it is: only a rank that passes no live array there
/// reports alone.
/// @param arrays [in] The arrays, over one communicator.
/// @param function [in] The function of this rank; ranks may pass different ones.
/// @param context [in] What the function gets; NULL is fine.
/// Errors: `DARR_ERR_CALLBACK`; `DARR_ERR_ARGUMENT`; `DARR_ERR_MISMATCH` for arrays that differ between ranks, found before any function
/// is called in checked mode only; `DARR_ERR_MEMORY`; `DARR_ERR_MPI`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_apply(
    n: c_int,
    arrays: *const *mut darr_array,
    function: darr_apply_function,
    context: *mut c_void,
) -> c_int {
    guard(|| {
        let arrays = arrays.cast::<*const darr_array>();
        // SAFETY: the pointer rule of the header.
        let (first, list) = unsafe { (first(n, arrays, "arrays")?, held(n, arrays, "arrays")) };
        let asked = borrowed(&list).and_then(|arrays| {
            let function = present(function, "function")?;
            Ok((Views::of(&arrays)?, arrays, function))
        });
        let (arrays, call) = match asked {
            Ok((views, arrays, function)) => (Ok(arrays), Some((views, function))),
            Err(error) => (Err(error), None),
        };
        apply(&first, arrays, || match call {
            // SAFETY: the program made this function for such a call; the views tell of memory that the arrays keep.
            Some((views, function)) => outside(|| unsafe { function(n, views.list(), context) }),
            None => 0,
        })
    })
}

/// Sets every owned element of an array to what a function of the program gives for its global index: any distribution, padding left
/// alone.
///
/// The function is called on the thread of the caller, for one element after the other in the memory order of the distribution, each
/// on its owner. It may call Local functions of the library, also on this array, makes no collective call, and does not
/// throw or jump out.
///
/// Collective: as `darr_apply`; after a failure the elements before it are set.
/// @param array [in] The array.
/// @param dtype [in] Type of the function's values, converted as NumPy's `same_kind` rule allows; an integer must fit.
/// @param function [in] The function of this rank.
/// @param context [in] What the function gets; NULL is fine.
/// Errors: `DARR_ERR_CALLBACK`; `DARR_ERR_ARGUMENT` for a dtype that is unknown or does not convert; `DARR_ERR_STATE` where a begun plan
/// uses the array; `DARR_ERR_MISMATCH`; `DARR_ERR_MPI`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_from_function(
    array: *mut darr_array,
    dtype: c_int,
    function: darr_element_function,
    context: *mut c_void,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        let asked = Dtype::from_code(dtype).map_err(Error::from);
        let asked = asked.and_then(|dtype| {
            let function = present(function, "function")?;
            let value = move |index: &[i64], room: &mut Room| {
                let to = room.0.as_mut_ptr().cast();
                // SAFETY: the program made this function for such a call; an index per dimension, and room for any element.
                outside(|| unsafe { function(index.as_ptr(), to, context) })
            };
            Ok((dtype, value))
        });
        from_function(&array, asked)
    })
}

/// Reduces arrays in a way of the program's own: a function makes a part of each rank's sections, also of a rank that owns nothing,
/// and another one combines the parts of two groups of ranks until one is left.
///
/// Parts are combined in the order of the ranks, (0 with 1) with (2 with 3) and so on, the same way in every run at one rank count, so
/// that the combination need not be commutative, and associative only for results that do not depend on the rank count. Several ranks
/// make the same combination: for the same result on every rank it depends on the two parts alone. What `darr_apply` says of its
/// function holds for both.
///
/// Collective: one message of this many bytes and a small one for the agreement.
/// @param n [in] Number of arrays, 1 or more, as for `darr_apply`.
/// @param arrays [in] The arrays, over one communicator.
/// @param bytes [in] Size of a part, 1 or more, the same on every rank.
/// @param local [in] Makes the part of this rank.
/// @param combine [in] Combines two parts.
/// @param context [in] What both functions get; NULL is fine.
/// @param result_out [out] The last part, on every rank. Nothing is written on failure.
/// Errors: as `darr_apply`; `DARR_ERR_MISMATCH` also for sizes that differ.
#[no_mangle]
pub unsafe extern "C" fn darr_reduce_with(
    n: c_int,
    arrays: *const *const darr_array,
    bytes: i64,
    local: darr_partial_function,
    combine: darr_combine_function,
    context: *mut c_void,
    result_out: *mut c_void,
) -> c_int {
    guard(|| {
        // SAFETY: the pointer rule of the header.
        let (first, list, out) = unsafe {
            (
                first(n, arrays, "arrays")?,
                held(n, arrays, "arrays"),
                output(result_out.cast::<u8>(), "result_out"),
            )
        };
        let asked = borrowed(&list).and_then(|arrays| {
            out.as_ref().map_err(Clone::clone)?;
            let (local, combine) = (present(local, "local")?, present(combine, "combine")?);
            let bytes = size(bytes)?;
            let views = Views::of(&arrays)?;
            let mut part = Part::new(bytes)?;
            let pair = std::cell::RefCell::new((Part::new(bytes)?, Part::new(bytes)?));
            let functions = PartialFunctions {
                bytes,
                local: move |to: &mut [u8]| {
                    let at = part.at();
                    // SAFETY: as in `darr_apply`; `at` has room for a part.
                    let code = outside(|| unsafe { local(n, views.list(), at, context) });
                    part.get(to);
                    code
                },
                combine: move |lower: &[u8], higher: &mut [u8]| {
                    let (a, b) = &mut *pair.borrow_mut();
                    a.set(lower);
                    b.set(higher);
                    let (from, into) = (a.at().cast_const(), b.at());
                    // SAFETY: the program made this function for two parts.
                    let code = outside(|| unsafe { combine(from, into, context) });
                    b.get(higher);
                    code
                },
            };
            Ok((arrays, functions))
        });
        let result = reduce_with(&first, asked)?;
        out?.write_bytes(&result);
        Ok(())
    })
}

fn present<F>(function: Option<F>, name: &str) -> Result<F> {
    function.ok_or_else(|| Error::new(Code::Argument, format!("{name} is NULL")))
}

fn size(bytes: i64) -> Result<usize> {
    let known = usize::try_from(bytes).ok().filter(|&bytes| bytes > 0);
    known.ok_or_else(|| {
        let text = format!("the number of bytes is {bytes}; 1 or more is allowed");
        Error::new(Code::Argument, text)
    })
}

/// Sections as functions of the program get them: a list of addresses, so that a view may grow in later versions.
struct Views {
    _views: Vec<darr_view>,
    list: Vec<*const darr_view>,
}

impl Views {
    fn of(arrays: &[&Array]) -> Result<Views> {
        let (mut views, mut list) = (Vec::new(), Vec::new());
        let reserved = views.try_reserve_exact(arrays.len());
        let reserved = reserved.and_then(|()| list.try_reserve_exact(arrays.len()));
        reserved.map_err(|_| {
            let text = format!("memory for {} views was refused", arrays.len());
            Error::new(Code::Memory, text)
        })?;
        views.extend(arrays.iter().map(|array| view(array)));
        list.extend(views.iter().map(std::ptr::from_ref));
        Ok(Views {
            _views: views,
            list,
        })
    }

    fn list(&self) -> *const *const darr_view {
        self.list.as_ptr()
    }
}

/// Bytes of the program's own type, aligned for any.
struct Part {
    words: Vec<u128>,
    bytes: usize,
}

impl Part {
    fn new(bytes: usize) -> Result<Part> {
        let words = zeroed_words(bytes)?;
        Ok(Part { words, bytes })
    }

    fn at(&mut self) -> *mut c_void {
        self.words.as_mut_ptr().cast()
    }

    fn set(&mut self, from: &[u8]) {
        let n = from.len().min(self.bytes);
        // SAFETY: both have `n` bytes, and the words are this value's own.
        unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), self.at().cast::<u8>(), n) };
    }

    fn get(&self, to: &mut [u8]) {
        let n = to.len().min(self.bytes);
        // SAFETY: as above.
        unsafe { std::ptr::copy_nonoverlapping(self.words.as_ptr().cast(), to.as_mut_ptr(), n) };
    }
}
