//! Attributes: a number, a list of numbers or a text that hangs on a dataset, a group or the root.

use std::ffi::{c_char, CStr, CString};

use distarray_core::Dtype;
use hdf5_sys::h5a::*;
use hdf5_sys::h5i::hid_t;
use hdf5_sys::h5p::H5P_DEFAULT;

use super::name::{Name, Object};
use super::session::{Id, Session};
use super::space;
use super::types::{native, text, Stored};
use crate::error::{Code, Error, Result};
use crate::kernels::value::Value;

/// What HDF5 keeps in the header of an object in the file format that every version reads.
const LIMIT: usize = 64 * 1024 - 1024;

/// Collective: sets an attribute to the packed `values`, of `count` elements or a single value.
pub fn write_numbers(
    session: &Session,
    file: hid_t,
    object: &Name,
    name: &CStr,
    dtype: Dtype,
    count: Option<u64>,
    values: &[u8],
) -> Result<()> {
    let elements = count.unwrap_or(1) as usize;
    if elements.checked_mul(dtype.size()) != Some(values.len()) {
        return Err(Error::new(
            Code::Internal,
            "an attribute's values have another size than its type says",
        ));
    }
    let element = native(session, dtype)?;
    let extents: &[u64] = count.as_slice();
    let attribute = create(session, file, object, name, &element, extents, values.len())?;
    // SAFETY: `values` has the size of the elements, as compared above.
    let done = unsafe { H5Awrite(attribute.raw(), element.raw(), values.as_ptr().cast()) };
    session.check(done, Code::Io, || cannot_write(object, name))?;
    Ok(())
}

/// Collective: sets an attribute to a text.
pub fn write_text(
    session: &Session,
    file: hid_t,
    object: &Name,
    name: &CStr,
    value: &CStr,
) -> Result<()> {
    let element = text(session)?;
    let attribute = create(
        session,
        file,
        object,
        name,
        &element,
        &[],
        value.count_bytes(),
    )?;
    let pointer: *const c_char = value.as_ptr();
    // SAFETY: the one element of the attribute is a pointer to a terminated text.
    let done = unsafe { H5Awrite(attribute.raw(), element.raw(), (&raw const pointer).cast()) };
    session.check(done, Code::Io, || cannot_write(object, name))?;
    Ok(())
}

/// Local: the packed elements of an attribute, as `dtype`, which must keep every value of the stored type.
pub fn read_numbers(
    session: &Session,
    file: hid_t,
    object: &Name,
    name: &CStr,
    dtype: Dtype,
    count: u64,
) -> Result<Vec<u8>> {
    let attribute = open(session, file, object, name)?;
    let refuse = |why: String| {
        Error::new(
            Code::Format,
            format!("the attribute {} {why}", label(object, name)),
        )
    };
    let (stored, elements) = describe(session, &attribute)?;
    let kept = match stored {
        Stored::Number(kept) if kept.can_cast(dtype, false) => kept,
        other => {
            return Err(refuse(format!(
                "is {}, which {} does not hold",
                other.name(),
                dtype.name()
            )))
        }
    };
    if elements != count {
        return Err(refuse(format!(
            "has {elements} elements, {count} were asked for"
        )));
    }
    let mut read = room(elements, kept)?;
    read.resize(elements as usize * kept.size(), 0);
    let element = native(session, kept)?;
    // SAFETY: the vector has room for all elements in the type that is read.
    let done = unsafe { H5Aread(attribute.raw(), element.raw(), read.as_mut_ptr().cast()) };
    session.check(done, Code::Format, || {
        format!("cannot read the attribute {}", label(object, name))
    })?;
    if kept == dtype {
        return Ok(read);
    }
    // HDF5 itself does not convert between real and complex numbers, nor truth values.
    let mut values = room(elements, dtype)?;
    for element in read.chunks_exact(kept.size()) {
        values.extend_from_slice(Value::new(kept, element).cast(dtype)?.bytes());
    }
    Ok(values)
}

/// An empty vector with room for so many elements.
fn room(elements: u64, dtype: Dtype) -> Result<Vec<u8>> {
    let mut room = Vec::new();
    let bytes = usize::try_from(elements)
        .ok()
        .and_then(|n| n.checked_mul(dtype.size()))
        .filter(|&bytes| room.try_reserve_exact(bytes).is_ok());
    bytes.map(|_| room).ok_or_else(|| {
        let text = format!("no memory for {elements} elements of an attribute");
        Error::new(Code::Memory, text)
    })
}

/// Local: the bytes of a text, of fixed length or any.
pub fn read_text(session: &Session, file: hid_t, object: &Name, name: &CStr) -> Result<Vec<u8>> {
    let attribute = open(session, file, object, name)?;
    let what = || format!("cannot read the attribute {}", label(object, name));
    let (stored, elements) = describe(session, &attribute)?;
    let Stored::Text(fixed) = stored else {
        let text = format!(
            "the attribute {} is {}, not text",
            label(object, name),
            stored.name()
        );
        return Err(Error::new(Code::Format, text));
    };
    if elements != 1 {
        let text = format!(
            "the attribute {} has {elements} texts, not one",
            label(object, name)
        );
        return Err(Error::new(Code::Format, text));
    }
    // SAFETY: the attribute is open.
    let element = session.id(unsafe { H5Aget_type(attribute.raw()) }, Code::Format, what)?;
    if let Some(length) = fixed {
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(length).is_err() {
            return Err(Error::new(
                Code::Memory,
                format!("no memory for a text of {length} bytes"),
            ));
        }
        bytes.resize(length, 0u8);
        // SAFETY: the vector has the size of the one element.
        let done = unsafe { H5Aread(attribute.raw(), element.raw(), bytes.as_mut_ptr().cast()) };
        session.check(done, Code::Format, what)?;
        bytes.truncate(bytes.iter().position(|&byte| byte == 0).unwrap_or(length));
        return Ok(bytes);
    }
    let mut pointer: *mut c_char = std::ptr::null_mut();
    // SAFETY: the one element is a pointer, which HDF5 sets to a terminated text of its own.
    let done = unsafe { H5Aread(attribute.raw(), element.raw(), (&raw mut pointer).cast()) };
    session.check(done, Code::Format, what)?;
    if pointer.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: set by HDF5 just now, given back to HDF5 after it was copied and not used again.
    unsafe {
        let bytes = CStr::from_ptr(pointer).to_bytes().to_vec();
        hdf5_sys::h5::H5free_memory(pointer.cast());
        Ok(bytes)
    }
}

/// A new attribute in place of one that may be there.
fn create<'s>(
    session: &'s Session,
    file: hid_t,
    object: &Name,
    name: &CStr,
    element: &Id,
    extents: &[u64],
    bytes: usize,
) -> Result<Id<'s>> {
    if bytes > LIMIT {
        let text = format!(
            "the attribute {} has {bytes} bytes, at most {LIMIT} are kept: save it as a dataset",
            label(object, name)
        );
        return Err(Error::new(Code::Unsupported, text));
    }
    let holder = holder(session, file, object)?;
    let extent = space::simple(session, extents)?;
    // SAFETY: the name is terminated and the object open, here and below.
    let there = unsafe { H5Aexists(holder.raw(), name.as_ptr()) };
    if session.check(there, Code::Io, || cannot_write(object, name))? > 0 {
        // SAFETY: as above.
        let done = unsafe { H5Adelete(holder.raw(), name.as_ptr()) };
        session.check(done, Code::Io, || cannot_write(object, name))?;
    }
    // SAFETY: as above; type and space are open.
    let raw = unsafe {
        H5Acreate2(
            holder.raw(),
            name.as_ptr(),
            element.raw(),
            extent.raw(),
            H5P_DEFAULT,
            H5P_DEFAULT,
        )
    };
    session.id(raw, Code::Io, || cannot_write(object, name))
}

fn open<'s>(session: &'s Session, file: hid_t, object: &Name, name: &CStr) -> Result<Id<'s>> {
    let holder = holder(session, file, object)?;
    // SAFETY: the name is terminated and the object open, here and below.
    let there = unsafe { H5Aexists(holder.raw(), name.as_ptr()) };
    let what = || format!("cannot open the attribute {}", label(object, name));
    if session.check(there, Code::Format, what)? == 0 {
        let text = format!(
            "'{}' has no attribute '{}'",
            object.text(),
            name.to_string_lossy()
        );
        return Err(Error::new(Code::Format, text));
    }
    // SAFETY: as above.
    let raw = unsafe { H5Aopen(holder.raw(), name.as_ptr(), H5P_DEFAULT) };
    session.id(raw, Code::Format, what)
}

/// The object that carries the attribute.
fn holder<'s>(session: &'s Session, file: hid_t, object: &Name) -> Result<Id<'s>> {
    match Object::find(session, file, object)? {
        Object::Dataset(id) | Object::Group(id) | Object::Type(id) => Ok(id),
        Object::Missing => Err(Error::new(
            Code::Format,
            format!("the file has no dataset or group '{}'", object.text()),
        )),
    }
}

/// Type and number of elements.
fn describe(session: &Session, attribute: &Id) -> Result<(Stored, u64)> {
    let what = || "HDF5 does not describe an attribute".to_string();
    // SAFETY: the attribute is open, here and below.
    let element = session.id(unsafe { H5Aget_type(attribute.raw()) }, Code::Format, what)?;
    // SAFETY: as above.
    let extent = session.id(unsafe { H5Aget_space(attribute.raw()) }, Code::Format, what)?;
    let elements = space::extents(session, &extent)?.map_or(0, |extents| extents.iter().product());
    Ok((Stored::of(session, &element), elements))
}

fn label(object: &Name, name: &CStr) -> String {
    format!("'{}' of '{}'", name.to_string_lossy(), object.text())
}

fn cannot_write(object: &Name, name: &CStr) -> String {
    format!("cannot write the attribute {}", label(object, name))
}

/// The name of an attribute as HDF5 takes it.
pub fn attribute_name(name: &str) -> Result<CString> {
    match CString::new(name) {
        Ok(terminated) if !name.is_empty() => Ok(terminated),
        _ => Err(Error::new(
            Code::Argument,
            "the name of an attribute is empty or has a zero byte",
        )),
    }
}
