//! Element types as HDF5 knows them. Complex is the compound {r, i} and bool the enumeration {FALSE, TRUE} of h5py.

use std::ffi::{c_char, CStr};

use distarray_core::Dtype;
use hdf5_sys::h5::H5free_memory;
use hdf5_sys::h5i::hid_t;
use hdf5_sys::h5t::*;

use super::session::{Id, Session};
use crate::error::{Code, Result};

const TRUTHS: [(&CStr, i8); 2] = [(c"FALSE", 0), (c"TRUE", 1)];
const PARTS: [&CStr; 2] = [c"r", c"i"];

/// The type of elements in memory, and of those in files that this library writes.
pub fn native(session: &Session, dtype: Dtype) -> Result<Id<'_>> {
    let what = || format!("HDF5 does not make a type for {}", dtype.name());
    let copy = |of: hid_t| {
        // SAFETY: a predefined type of the open library.
        session.id(unsafe { H5Tcopy(of) }, Code::Io, what)
    };
    match dtype {
        Dtype::Bool => {
            // SAFETY: the base type is a predefined one.
            let id = session.id(unsafe { H5Tenum_create(*H5T_NATIVE_INT8) }, Code::Io, what)?;
            for (name, value) in TRUTHS {
                // SAFETY: the name is terminated, and the value has the size of the base type.
                let done =
                    unsafe { H5Tenum_insert(id.raw(), name.as_ptr(), (&raw const value).cast()) };
                session.check(done, Code::Io, what)?;
            }
            Ok(id)
        }
        Dtype::Complex64 | Dtype::Complex128 => {
            let half = dtype.size() / 2;
            let part = native(
                session,
                if half == 4 {
                    Dtype::Float32
                } else {
                    Dtype::Float64
                },
            )?;
            // SAFETY: a new compound of the size of both parts.
            let raw = unsafe { H5Tcreate(H5T_class_t::H5T_COMPOUND, dtype.size()) };
            let id = session.id(raw, Code::Io, what)?;
            for (i, name) in PARTS.iter().enumerate() {
                // SAFETY: the part lies within the compound, and the name is terminated.
                let done = unsafe { H5Tinsert(id.raw(), name.as_ptr(), i * half, part.raw()) };
                session.check(done, Code::Io, what)?;
            }
            Ok(id)
        }
        Dtype::Int8 => copy(*H5T_NATIVE_INT8),
        Dtype::Int16 => copy(*H5T_NATIVE_INT16),
        Dtype::Int32 => copy(*H5T_NATIVE_INT32),
        Dtype::Int64 => copy(*H5T_NATIVE_INT64),
        Dtype::Uint8 => copy(*H5T_NATIVE_UINT8),
        Dtype::Uint16 => copy(*H5T_NATIVE_UINT16),
        Dtype::Uint32 => copy(*H5T_NATIVE_UINT32),
        Dtype::Uint64 => copy(*H5T_NATIVE_UINT64),
        Dtype::Float32 => copy(*H5T_NATIVE_FLOAT),
        Dtype::Float64 => copy(*H5T_NATIVE_DOUBLE),
    }
}

/// A text of any length, as h5py writes a Python string.
pub fn text(session: &Session) -> Result<Id<'_>> {
    let what = || "HDF5 does not make a type for text".to_string();
    // SAFETY: a predefined type of the open library.
    let id = session.id(unsafe { H5Tcopy(*H5T_C_S1) }, Code::Io, what)?;
    // SAFETY: the copy is ours to change.
    let done = unsafe { H5Tset_size(id.raw(), H5T_VARIABLE) };
    session.check(done, Code::Io, what)?;
    // SAFETY: as above.
    let done = unsafe { H5Tset_cset(id.raw(), H5T_cset_t::H5T_CSET_UTF8) };
    session.check(done, Code::Io, what)?;
    Ok(id)
}

/// What a type in a file is in our terms, whatever its byte order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stored {
    Number(Dtype),
    /// Text, with the bytes of each where the length is fixed.
    Text(Option<usize>),
    /// Named as HDF5 names its class.
    Other(&'static str),
}

impl Stored {
    pub fn name(&self) -> &'static str {
        match self {
            Stored::Number(dtype) => dtype.name(),
            Stored::Text(_) => "text",
            Stored::Other(class) => class,
        }
    }

    pub fn of(session: &Session, type_id: &Id) -> Stored {
        let id = type_id.raw();
        // SAFETY: the identifier is an open type, here and in the calls below.
        let size = unsafe { H5Tget_size(id) };
        // SAFETY: as above.
        match unsafe { H5Tget_class(id) } {
            H5T_class_t::H5T_INTEGER => integer(id, size),
            H5T_class_t::H5T_FLOAT => match size {
                4 => Stored::Number(Dtype::Float32),
                8 => Stored::Number(Dtype::Float64),
                _ => Stored::Other("a floating-point type of another size"),
            },
            H5T_class_t::H5T_STRING => {
                // SAFETY: as above.
                let variable = unsafe { H5Tis_variable_str(id) } > 0;
                Stored::Text((!variable).then_some(size))
            }
            H5T_class_t::H5T_ENUM => enumeration(id, size),
            H5T_class_t::H5T_COMPOUND => compound(session, id),
            H5T_class_t::H5T_BITFIELD => Stored::Other("a bit field"),
            H5T_class_t::H5T_OPAQUE => Stored::Other("opaque bytes"),
            H5T_class_t::H5T_REFERENCE => Stored::Other("references"),
            H5T_class_t::H5T_VLEN => Stored::Other("lists of variable length"),
            H5T_class_t::H5T_ARRAY => Stored::Other("small arrays as elements"),
            _ => Stored::Other("an unknown type"),
        }
    }
}

fn integer(id: hid_t, size: usize) -> Stored {
    // SAFETY: the caller's identifier is an open integer type.
    let signed = unsafe { H5Tget_sign(id) } == H5T_sign_t::H5T_SGN_2;
    let dtype = match (size, signed) {
        (1, true) => Dtype::Int8,
        (2, true) => Dtype::Int16,
        (4, true) => Dtype::Int32,
        (8, true) => Dtype::Int64,
        (1, false) => Dtype::Uint8,
        (2, false) => Dtype::Uint16,
        (4, false) => Dtype::Uint32,
        (8, false) => Dtype::Uint64,
        _ => return Stored::Other("an integer type of another size"),
    };
    Stored::Number(dtype)
}

fn enumeration(id: hid_t, size: usize) -> Stored {
    // SAFETY: the caller's identifier is an open enumeration.
    let members = unsafe { H5Tget_nmembers(id) };
    let truth = size == 1
        && members == 2
        && (0..2).all(|i| {
            let mut value = -1i8;
            // SAFETY: member `i` exists, and its value has the one byte of the type.
            let read = unsafe { H5Tget_member_value(id, i, (&raw mut value).cast()) } >= 0;
            read && TRUTHS
                .iter()
                .any(|&(name, truth)| value == truth && member_is(id, i, name))
        });
    if truth {
        Stored::Number(Dtype::Bool)
    } else {
        Stored::Other("an enumeration that is not {FALSE, TRUE}")
    }
}

fn compound(session: &Session, id: hid_t) -> Stored {
    let other = Stored::Other("a compound that is not {r, i}");
    // SAFETY: the caller's identifier is an open compound.
    if unsafe { H5Tget_nmembers(id) } != 2 {
        return other;
    }
    let mut parts = [None; 2];
    for (i, name) in (0..).zip(PARTS) {
        if !member_is(id, i, name) {
            return other;
        }
        // SAFETY: member `i` exists.
        let Ok(part) = session.id(
            unsafe { H5Tget_member_type(id, i) },
            Code::Format,
            String::new,
        ) else {
            return other;
        };
        // SAFETY: the identifier is an open type.
        if unsafe { H5Tget_class(part.raw()) } == H5T_class_t::H5T_FLOAT {
            // SAFETY: as above.
            parts[i as usize] = Some(unsafe { H5Tget_size(part.raw()) });
        }
    }
    match parts {
        [Some(4), Some(4)] => Stored::Number(Dtype::Complex64),
        [Some(8), Some(8)] => Stored::Number(Dtype::Complex128),
        _ => other,
    }
}

fn member_is(id: hid_t, member: u32, name: &CStr) -> bool {
    // SAFETY: the caller's identifier is an open type with that member; the text returned is terminated and ours to free.
    unsafe {
        let found: *mut c_char = H5Tget_member_name(id, member);
        if found.is_null() {
            return false;
        }
        let same = CStr::from_ptr(found) == name;
        H5free_memory(found.cast());
        same
    }
}
