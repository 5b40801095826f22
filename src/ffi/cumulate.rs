//! Cumulative sums and histograms.

use std::ffi::c_int;

use super::guard::guard;
use super::handle::{darr_array, get};
use super::pointer::{outputs, slice};
use crate::array::Array;
use crate::error::Result;
use crate::kernels::histogram::Bins;
use crate::ops::cumulate::cumsum;
use crate::ops::histogram::histogram;

/// The sums of the elements of an array up to each one along a dimension.
///
/// Collective: the ranks along the dimension tell each other the sums of their blocks. Integers are summed in 64 bits. Two runs on
/// one rank count give the same bits. Memory of the size of the rank's elements in the type of the sum is used meanwhile.
/// @param array [in] The array.
/// @param dim [in] The dimension; negative ones count from the end.
/// @param out [in] The array for the sums, compatible with the first one, which it may be.
/// Errors: `DARR_ERR_ARGUMENT` for a dimension that does not exist, an array that is distributed otherwise or shares some memory with
/// the first one, a dtype that does not hold the sums; `DARR_ERR_UNSUPPORTED` for an unstructured dimension; `DARR_ERR_MEMORY`;
/// `DARR_ERR_MISMATCH` for ranks that ask for different sums; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`; `DARR_ERR_MPI`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_cumsum(
    array: *const darr_array,
    dim: c_int,
    out: *mut darr_array,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        let out = get(out, "out");
        let target: Result<&Array> = match &out {
            Ok(out) => Ok(out),
            Err(error) => Err(error.clone()),
        };
        cumsum(&array, dim.into(), target)
    })
}

/// How many elements fall into each of some bins of one width, as numpy.histogram counts them: a bin has its lower edge, the last one
/// its upper edge too. Elements outside, and NaN, do not count. An empty range is widened by 1/2 on both sides.
///
/// Collective: an agreement and one message.
/// @param array [in] The array.
/// @param bins [in] Number of bins.
/// @param low [in] Lower edge of the first bin.
/// @param high [in] Upper edge of the last bin.
/// @param counts_out [out] A count for each bin, on every rank.
/// Errors: `DARR_ERR_ARGUMENT` for no bins, or a range that does not ascend or is not finite; `DARR_ERR_UNSUPPORTED` for complex
/// elements; `DARR_ERR_MISMATCH` for ranks that ask for different bins; `DARR_ERR_MEMORY`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`;
/// `DARR_ERR_MPI`.
#[no_mangle]
pub unsafe extern "C" fn darr_array_histogram(
    array: *const darr_array,
    bins: i64,
    low: f64,
    high: f64,
    counts_out: *mut i64,
) -> c_int {
    guard(|| {
        let asked = Bins::uniform(bins, low, high);
        // SAFETY: the pointer rule of the header.
        unsafe { count("darr_array_histogram", array, asked, counts_out) }
    })
}

/// As `darr_array_histogram`, with bins of any widths.
///
/// Collective: an agreement and one message.
/// @param array [in] The array.
/// @param n_edges [in] Number of edges, one more than bins.
/// @param edges [in] The edges, in ascending order.
/// @param counts_out [out] A count for each bin, on every rank.
/// Errors: as `darr_array_histogram`; `DARR_ERR_ARGUMENT` for fewer than two edges, or edges that do not ascend.
#[no_mangle]
pub unsafe extern "C" fn darr_array_histogram_edges(
    array: *const darr_array,
    n_edges: i64,
    edges: *const f64,
    counts_out: *mut i64,
) -> c_int {
    guard(|| {
        // SAFETY: the pointer rule of the header.
        unsafe {
            let asked = slice(edges, n_edges, "edges").and_then(Bins::at);
            count("darr_array_histogram_edges", array, asked, counts_out)
        }
    })
}

/// # Safety
/// The pointer rule of the header.
unsafe fn count(
    function: &'static str,
    array: *const darr_array,
    bins: Result<Bins>,
    counts_out: *mut i64,
) -> Result<()> {
    let array = get(array, "array")?;
    let n = bins.as_ref().map_or(0, Bins::number);
    // SAFETY: passed on to the caller.
    let place = unsafe { outputs(counts_out, n, "counts_out") };
    let refused = place.as_ref().err().cloned();
    let bins = match refused {
        Some(error) => bins.and(Err(error)),
        None => bins,
    };
    let counts = histogram(function, &array, bins)?;
    place?.write(counts);
    Ok(())
}
