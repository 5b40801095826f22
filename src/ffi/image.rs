//! `darr_image_save`: a quick look at an array.

use std::ffi::{c_char, c_int};

use distarray_core::{Code, Dims};

use super::guard::guard;
use super::handle::{darr_array, get};
use super::pointer::{growing_or_initial, path, slice, Growing};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::io::{save_image, Colors, Look};

/// From dark blue over green to yellow, even in brightness (matplotlib's viridis).
pub const DARR_COLORS_VIRIDIS: c_int = 0;
/// From black to white.
pub const DARR_COLORS_GRAY: c_int = 1;
/// From blue over white to red, for values of both signs (ColorBrewer's RdBu): choose a range symmetric about 0.
pub const DARR_COLORS_RED_BLUE: c_int = 2;
/// From black over red to light yellow, even in brightness (matplotlib's inferno).
pub const DARR_COLORS_INFERNO: c_int = 3;

/// What a picture shows. NULL in its place, or `DARR_IMAGE_OPTIONS_INIT`: dimension 0 to the right, dimension 1 up, position 0
/// in all others, viridis over the range of the values, one pixel for each element.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_image_options {
    /// sizeof(darr_image_options).
    pub size: i64,
    /// `DARR_COLORS_VIRIDIS` and so on.
    pub colors: c_int,
    /// Pixels per element in both directions; 0 means 1.
    pub scale: c_int,
    /// Value of the first colour; smaller ones have it too.
    pub lo: f64,
    /// Value of the last colour; larger ones have it too. Equal to `lo`: the least and the greatest finite value of the slice.
    pub hi: f64,
    /// Dimension of the array that runs to the right.
    pub axis_x: c_int,
    /// Dimension of the array that runs up; both axes 0: dimensions 0 and 1.
    pub axis_y: c_int,
    /// Position in every dimension of the array, of which those of the axes are not used; negative ones count from the end.
    /// NULL: 0 everywhere. Read during the call only.
    pub index: *const i64,
}

// SAFETY: repr(C), the size first, numbers and raw pointers only.
unsafe impl Growing for darr_image_options {
    const INITIAL: darr_image_options = darr_image_options {
        size: size_of::<darr_image_options>() as i64,
        colors: DARR_COLORS_VIRIDIS,
        scale: 0,
        lo: 0.0,
        hi: 0.0,
        axis_x: 0,
        axis_y: 0,
        index: std::ptr::null(),
    };
    const FIRST: usize = size_of::<darr_image_options>();
}

/// Draws a two-dimensional array, or a two-dimensional slice of one, as a PNG file: a quick look, not a figure.
///
/// Collective. Rank 0 gathers the slice as 8-byte reals and draws it; every other rank sends at most one message. Owned
/// elements only, padding is not shown. Values that are not numbers have a colour that the map does not have: white in viridis,
/// red in gray, green in red-blue, turquoise in inferno. The file is written beside the one that it replaces and takes its
/// place when it is complete; after an error the former file is untouched.
/// @param array [in] of any real element type and two dimensions or more.
/// @param path [in] name of the file.
/// @param options [in] what is shown; NULL for the defaults.
/// Errors: `DARR_ERR_ARGUMENT` for an array of fewer than two dimensions, axes, an index, a range or a colour map that do not
/// exist, a picture of 2^31 pixels or more in one direction; `DARR_ERR_UNSUPPORTED` for complex elements (save a part or the
/// magnitude), for unstructured indices outside of the extent, for a structure of a later version; `DARR_ERR_MEMORY`; `DARR_ERR_IO`
/// for a directory or file that cannot be written, or a full disk; `DARR_ERR_MISMATCH`; `DARR_ERR_COMM`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_image_save(
    array: *const darr_array,
    path: *const c_char,
    options: *const darr_image_options,
) -> c_int {
    guard(|| {
        let array = get(array, "array")?;
        // SAFETY: the pointer rule of the header.
        let (path, look) = unsafe { (self::path(path, "path"), look(&array, options)) };
        save_image(&array, path, look)
    })
}

/// # Safety
/// `options` is NULL or as the header says, and its index has as many entries as the array has dimensions.
unsafe fn look(array: &Array, options: *const darr_image_options) -> Result<Look> {
    // SAFETY: passed on to the caller.
    let options = unsafe { growing_or_initial(options, "options") }?;
    let bad = |text: String| Error::new(Code::Argument, text);
    let axis = |name: &str, axis: c_int| {
        usize::try_from(axis).map_err(|_| bad(format!("{name} is {axis}, which is no dimension")))
    };
    let mut axes = [
        axis("axis_x", options.axis_x)?,
        axis("axis_y", options.axis_y)?,
    ];
    if axes == [0, 0] {
        axes = [0, 1];
    }
    let scale = match u32::try_from(options.scale) {
        Ok(0) => 1,
        Ok(scale) => scale,
        Err(_) => {
            return Err(bad(format!(
                "scale is {}; 1 or more pixels per element are allowed",
                options.scale
            )))
        }
    };
    let index: Option<Dims<i64>> = if options.index.is_null() {
        None
    } else {
        // SAFETY: passed on to the caller.
        let entries = unsafe { slice(options.index, array.dist().map().ndim() as i64, "index") }?;
        Some(entries.iter().copied().collect())
    };
    Ok(Look {
        colors: Colors::from_code(options.colors)?,
        scale,
        range: (options.lo != options.hi).then_some((options.lo, options.hi)),
        axes,
        index,
    })
}
