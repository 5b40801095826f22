//! `darr_file`: arrays in parallel HDF5 files.

use std::ffi::{c_char, c_int, c_void};
use std::sync::Mutex;

use distarray_core::{Code, Dtype, Order};

use super::guard::guard;
use super::handle::{darr_array, darr_file, free, get, store, Handle};
use super::library::DARR_MAX_NDIM;
use super::pointer::{output, outputs, path, slice, terminated, text};
use crate::error::{Error, Result};
use crate::io::{File, Mode, Numbers, Place};
use crate::mpi::Comm;

/// A file that is closed leaves its place in the table empty for the moment until its handle is gone.
impl Handle for darr_file {
    type Object = Mutex<Option<File>>;
    const NAME: &'static str = "darr_file";
}

/// Opens an existing file; nothing can be written to it.
pub const DARR_READ: c_int = 0;
/// Makes a whole new file, which takes the place of an existing one when it is closed and not before.
pub const DARR_CREATE: c_int = 1;
/// Opens an existing file, or makes a new one, and changes it in place.
pub const DARR_UPDATE: c_int = 2;

/// Opens an HDF5 file with all ranks of a communicator.
///
/// One file holds global arrays in canonical order, without padding, for any number of ranks and any distribution; h5py and
/// other HDF5 programs read it, and files that they wrote are read here. An array of shape s in C order is a dataset of the
/// dimensions s, one in Fortran order has them reversed, as HDF5's own Fortran interface does. Complex numbers are compounds
/// {r, i}, booleans the enumeration {FALSE, TRUE}, both as h5py has them.
///
/// `DARR_CREATE` writes beside the file that `path` names (symbolic links are followed), reserves space on the disk before
/// it writes, and gives the file its name in `darr_file_close`, if every save before succeeded on all ranks. Until then, and
/// after any failure, a file of that name is untouched. The temporary's name begins with a dot and ends in ".part"; it stays
/// behind only if the program is killed. `DARR_UPDATE` works in place and is not safe against a crash while it writes.
/// One process group at a time may write to a file.
///
/// HDF5 itself serves one thread of a process at a time: calls with files come from one thread, or one after the other.
///
/// Collective. Free the file with `darr_file_close`. Files that are open when the communicator is freed or MPI finalised are
/// closed; those made with `DARR_CREATE` are then given up.
/// @param comm [in] Fortran handle of the communicator; arrays of the same communicator are saved and loaded.
/// @param path [in] name of the file, the same on all ranks; it must lie where all of them reach it.
/// @param mode [in] `DARR_READ`, `DARR_CREATE` or `DARR_UPDATE`.
/// @param file_out [out] the file.
/// Errors: `DARR_ERR_IO` for a missing directory or file, missing permission, a file in use; `DARR_ERR_FORMAT` for a file that is
/// not HDF5, truncated or damaged; `DARR_ERR_ARGUMENT` for an unknown mode or an empty path; `DARR_ERR_MISMATCH`;
/// `DARR_ERR_UNSUPPORTED` in a build without HDF5, and in a program that takes a part of HDF5's functions from a serial HDF5;
/// `DARR_ERR_COMM`; `DARR_ERR_MPI`.
#[no_mangle]
pub unsafe extern "C" fn darr_file_open(
    comm: c_int,
    path: *const c_char,
    mode: c_int,
    file_out: *mut *mut darr_file,
) -> c_int {
    guard(|| {
        let comm = Comm::from_fortran(comm)?;
        // SAFETY: the pointer rule of the header.
        let (out, path) = unsafe { (output(file_out, "file_out"), self::path(path, "path")) };
        let checked = out.as_ref().map_err(Clone::clone);
        let arguments = checked.and_then(|_| Ok((path?, Mode::from_code(mode)?)));
        let file = File::open(&comm, arguments)?;
        out?.write(store(Mutex::new(Some(file))));
        Ok(())
    })
}

/// Saves the owned elements of an array as a dataset. Groups in the dataset's name, as in "fields/density", are made.
///
/// An existing dataset of the array's shape and element type is overwritten; of another it is an error.
///
/// Collective; every rank takes part, also those that own nothing. Costs memory for at most 32 MiB of elements on each rank,
/// none where the owned elements lie without gaps in the order of the file.
/// @param file [in] opened with `DARR_CREATE` or `DARR_UPDATE`.
/// @param dataset [in] the dataset's name.
/// @param array [in] an array of the file's communicator, of any maps; indices of unstructured dimensions must lie in 0..extent.
/// Errors: `DARR_ERR_IO` for a full disk or a failing one: a file made with `DARR_CREATE` then cannot be completed any more, in one
/// opened with `DARR_UPDATE` the dataset's elements are undefined; `DARR_ERR_FORMAT` for a dataset of another shape or type, and for
/// a group of that name; `DARR_ERR_ARGUMENT` for a name that is none, an array of another communicator; `DARR_ERR_UNSUPPORTED` for
/// unstructured indices outside of the extent; `DARR_ERR_STATE` for a file opened with `DARR_READ` or one that failed before;
/// `DARR_ERR_MEMORY`; `DARR_ERR_MISMATCH`; `DARR_ERR_COMM`; `DARR_ERR_MPI`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_file_save(
    file: *mut darr_file,
    dataset: *const c_char,
    array: *const darr_array,
) -> c_int {
    with(file, |file| {
        // SAFETY: the pointer rule of the header.
        let name = unsafe { text(dataset, "dataset") };
        let array = get(array, "array");
        file.save(name, array.as_deref().map_err(Clone::clone))
    })
}

/// Loads the owned elements of an array from a dataset of its shape and element type, whatever the number of ranks and the
/// distribution that wrote it. Padding is left alone.
///
/// Nothing is transposed: a dataset whose dimensions are reversed is an error that says so. Neither are elements converted to
/// another type; another byte order is.
///
/// Collective; every rank takes part, also those that own nothing. Memory as in `darr_file_save`. After an error the owned
/// elements are undefined.
/// @param file [in] opened in any mode.
/// @param dataset [in] the dataset's name.
/// @param array [in] where the elements go.
/// Errors: `DARR_ERR_FORMAT` for a dataset that is missing, of another shape or type, or damaged; others as `darr_file_save`.
#[no_mangle]
pub unsafe extern "C" fn darr_file_load(
    file: *mut darr_file,
    dataset: *const c_char,
    array: *mut darr_array,
) -> c_int {
    with(file, |file| {
        // SAFETY: the pointer rule of the header.
        let name = unsafe { text(dataset, "dataset") };
        let array = get(array, "array");
        file.load(name, array.as_deref().map_err(Clone::clone))
    })
}

/// Tells element type and shape of a dataset.
///
/// Collective.
/// @param file [in] opened in any mode.
/// @param dataset [in] the dataset's name.
/// @param order [in] `DARR_ORDER_C` or `DARR_ORDER_F`: memory order of the array that is to be loaded, which decides the order of its
/// dimensions.
/// @param dtype_out [out] element type.
/// @param ndim_out [out] number of dimensions.
/// @param shape_out [out] that many extents; room for `DARR_MAX_NDIM`.
/// Errors: `DARR_ERR_FORMAT` for a dataset that is missing or that no array can hold; `DARR_ERR_ARGUMENT`; `DARR_ERR_MISMATCH`;
/// `DARR_ERR_STATE`; `DARR_ERR_COMM`; `DARR_ERR_MPI`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_file_describe(
    file: *mut darr_file,
    dataset: *const c_char,
    order: c_int,
    dtype_out: *mut c_int,
    ndim_out: *mut c_int,
    shape_out: *mut i64,
) -> c_int {
    with(file, |file| {
        // SAFETY: the pointer rule of the header.
        let outs = unsafe {
            let dtype = output(dtype_out, "dtype_out");
            dtype.and_then(|dtype| {
                Ok((
                    dtype,
                    output(ndim_out, "ndim_out")?,
                    output(shape_out, "shape_out")?,
                ))
            })
        };
        // SAFETY: as above.
        let name = unsafe { text(dataset, "dataset") };
        let checked = outs.as_ref().map_err(Clone::clone);
        let found = file.describe(checked.and_then(|_| Ok((name?, Order::from_code(order)?))))?;
        let (dtype, ndim, _) = outs?;
        // SAFETY: there is room for DARR_MAX_NDIM extents, and no array has more.
        let shape = unsafe {
            outputs(
                shape_out,
                found.shape.len().min(DARR_MAX_NDIM as usize),
                "shape_out",
            )
        }?;
        dtype.write(found.dtype as c_int);
        ndim.write(found.shape.len() as c_int);
        shape.write(found.shape);
        Ok(())
    })
}

/// Sets an attribute of a dataset, of a group or of the file ("/") to a number or a list of numbers, in place of one of the
/// same name.
///
/// Collective; all ranks pass the same values.
/// @param file [in] opened with `DARR_CREATE` or `DARR_UPDATE`.
/// @param object [in] name of a dataset or group that exists; "/" for the file.
/// @param name [in] name of the attribute.
/// @param dtype [in] element type of the values.
/// @param n [in] number of values of a list; negative: a single value that is no list.
/// @param values [in] the values, packed.
/// Errors: `DARR_ERR_FORMAT` where there is no such dataset or group; `DARR_ERR_UNSUPPORTED` for 63 KiB and more, which belong into a
/// dataset; `DARR_ERR_IO`; `DARR_ERR_ARGUMENT`; `DARR_ERR_MISMATCH` for values that differ between ranks; `DARR_ERR_STATE`; `DARR_ERR_COMM`;
/// `DARR_ERR_MPI`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_file_set_attribute(
    file: *mut darr_file,
    object: *const c_char,
    name: *const c_char,
    dtype: c_int,
    n: i64,
    values: *const c_void,
) -> c_int {
    with(file, |file| {
        // SAFETY: the pointer rule of the header.
        let place = unsafe { place(object, name) };
        let arguments = place.and_then(|place| {
            let numbers = numbers(dtype, n)?;
            // SAFETY: as above; the values are packed.
            let values = unsafe { slice(values.cast::<u8>(), bytes(numbers)?, "values") }?;
            Ok((place, numbers, values))
        });
        file.set_attribute(arguments)
    })
}

/// Reads an attribute. Its values are converted where `dtype` holds every value of the stored type, as NumPy's "safe" casting
/// has it: int32 to int64 or float64, not the other way.
///
/// Collective; every rank has the values.
/// @param file [in] opened in any mode.
/// @param object [in] name of a dataset or group; "/" for the file.
/// @param name [in] name of the attribute.
/// @param dtype [in] element type of the values that are wanted.
/// @param n [in] number of values, which must be that of the attribute; negative: a single one.
/// @param values_out [out] the values, packed.
/// Errors: `DARR_ERR_FORMAT` for an attribute, dataset or group that is missing, of another type or number; `DARR_ERR_ARGUMENT`;
/// `DARR_ERR_MEMORY`; `DARR_ERR_MISMATCH`; `DARR_ERR_STATE`; `DARR_ERR_COMM`; `DARR_ERR_MPI`; `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_file_get_attribute(
    file: *mut darr_file,
    object: *const c_char,
    name: *const c_char,
    dtype: c_int,
    n: i64,
    values_out: *mut c_void,
) -> c_int {
    with(file, |file| {
        // SAFETY: the pointer rule of the header.
        let place = unsafe { place(object, name) };
        let asked = place.and_then(|place| {
            let numbers = numbers(dtype, n)?;
            // SAFETY: as above; there is room for the packed values.
            let out = unsafe {
                outputs(
                    values_out.cast::<u8>(),
                    bytes(numbers)? as usize,
                    "values_out",
                )
            }?;
            Ok((place, numbers, out))
        });
        let question = asked
            .as_ref()
            .map(|(place, numbers, _)| (*place, *numbers))
            .map_err(Clone::clone);
        let values = file.attribute(question)?;
        asked?.2.write(values);
        Ok(())
    })
}

/// Sets an attribute of a dataset, of a group or of the file ("/") to a text, in place of one of the same name.
///
/// Collective; all ranks pass the same text.
/// @param file [in] opened with `DARR_CREATE` or `DARR_UPDATE`.
/// @param object [in] name of a dataset or group that exists; "/" for the file.
/// @param name [in] name of the attribute.
/// @param text [in] the text, in UTF-8.
/// Errors: as `darr_file_set_attribute`.
#[no_mangle]
pub unsafe extern "C" fn darr_file_set_text(
    file: *mut darr_file,
    object: *const c_char,
    name: *const c_char,
    text: *const c_char,
) -> c_int {
    with(file, |file| {
        // SAFETY: the pointer rule of the header.
        let arguments =
            unsafe { place(object, name).and_then(|place| Ok((place, self::text(text, "text")?))) };
        file.set_text(arguments)
    })
}

/// Reads a text from an attribute.
///
/// Collective; every rank has the text.
/// @param file [in] opened in any mode.
/// @param object [in] name of a dataset or group; "/" for the file.
/// @param name [in] name of the attribute.
/// @param bytes [in] room at `text_out`, for the text and the zero byte at its end.
/// @param text_out [out] the text, terminated. Untouched if there is too little room.
/// Errors: `DARR_ERR_ARGUMENT` for too little room, with the room that is needed in its text; others as
/// `darr_file_get_attribute`.
#[no_mangle]
pub unsafe extern "C" fn darr_file_get_text(
    file: *mut darr_file,
    object: *const c_char,
    name: *const c_char,
    bytes: i64,
    text_out: *mut c_char,
) -> c_int {
    with(file, |file| {
        // SAFETY: the pointer rule of the header.
        let asked = unsafe {
            place(object, name).and_then(|place| {
                let _ = output(text_out, "text_out")?;
                Ok(place)
            })
        };
        let text = file.text(asked)?;
        // SAFETY: as above.
        unsafe { terminated(&text, bytes, text_out, "text_out") }
    })
}

/// Completes and closes a file: everything reaches the disk, and a file made with `DARR_CREATE` takes its place, if every save
/// before succeeded on all ranks. Otherwise it is given up, and what it was to replace stays as it was.
///
/// Collective. The handle is gone whatever the call returns, unless another thread is in a call with the file, which is
/// `DARR_ERR_STATE` and changes nothing.
/// @param file [in] the file.
/// Errors: `DARR_ERR_IO` for a full disk or a failing one; the error of an earlier call that the file could not be completed
/// after; `DARR_ERR_FORMAT` where the new file cannot be read back; `DARR_ERR_STATE`; `DARR_ERR_MISMATCH`; `DARR_ERR_COMM`; `DARR_ERR_MPI`;
/// `DARR_ERR_HANDLE`.
#[no_mangle]
pub unsafe extern "C" fn darr_file_close(file: *mut darr_file) -> c_int {
    guard(|| {
        let held = get(file, "file")?;
        let taken = held.exclusive()?.take();
        free(file, "file")?;
        taken.map_or_else(|| Err(closed()), File::close)
    })
}

/// Gives a file up: one made with `DARR_CREATE` disappears, and what it was to replace stays as it was. HDF5 keeps the file open
/// until all ranks have given it up and open another one, or until the communicator or MPI ends.
///
/// Local; NULL is fine; works after `MPI_Finalize`.
/// @param file [in] the file.
#[no_mangle]
pub unsafe extern "C" fn darr_file_free(file: *mut darr_file) {
    guard(|| free(file, "file"));
}

/// Runs a call with an open file that nobody else uses.
fn with(file: *mut darr_file, body: impl FnOnce(&mut File) -> Result<()>) -> c_int {
    guard(|| {
        let held = get(file, "file")?;
        let mut open = held.exclusive()?;
        open.as_mut().map_or_else(|| Err(closed()), body)
    })
}

fn closed() -> Error {
    Error::new(Code::Handle, "file is being closed")
}

/// # Safety
/// Both are NULL or terminated texts that live as long as the call.
unsafe fn place<'a>(object: *const c_char, name: *const c_char) -> Result<Place<'a>> {
    // SAFETY: passed on to the caller.
    unsafe {
        Ok(Place {
            object: text(object, "object")?,
            name: text(name, "name")?,
        })
    }
}

fn numbers(dtype: c_int, n: i64) -> Result<Numbers> {
    Ok(Numbers {
        dtype: Dtype::from_code(dtype)?,
        count: u64::try_from(n).ok(),
    })
}

/// Bytes of packed values.
fn bytes(numbers: Numbers) -> Result<i64> {
    let count = i64::try_from(numbers.count.unwrap_or(1)).ok();
    let bytes = count.and_then(|count| count.checked_mul(numbers.dtype.size() as i64));
    bytes.ok_or_else(|| Error::new(Code::Argument, "n has more values than fit into memory"))
}
