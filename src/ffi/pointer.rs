//! Raw pointers of C become checked Rust values here and nowhere else.
//!
//! What cannot be checked, the head of the header asks of the caller: a pointer that is not NULL points to memory
//! of the stated type and length, which lives as long as the call.

use std::ffi::{c_char, CStr, OsStr};
use std::marker::PhantomData;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use distarray_core::Code;

use crate::error::{Error, Result};

/// The value that a parameter points to.
///
/// # Safety
/// `pointer` is NULL or points to a readable `T`.
pub unsafe fn input<T: Copy>(pointer: *const T, name: &str) -> Result<T> {
    ensure_some(pointer, name)?;
    // SAFETY: not NULL, hence readable by the caller's promise; alignment is not asked for.
    Ok(unsafe { pointer.read_unaligned() })
}

/// Where one result goes.
#[must_use]
pub struct Out<T> {
    pointer: *mut T,
}

/// A place for one result, checked before any work is done.
///
/// # Safety
/// `pointer` is NULL or points to a writable `T` that lives as long as the call.
pub unsafe fn output<T>(pointer: *mut T, name: &str) -> Result<Out<T>> {
    ensure_some(pointer, name)?;
    Ok(Out { pointer })
}

impl<T> Out<T> {
    pub fn write(self, value: T) {
        // SAFETY: checked and promised at `output`.
        unsafe { self.pointer.write_unaligned(value) };
    }
}

impl Out<u8> {
    /// Writes one element of any type: the place has room for it.
    pub fn write_bytes(self, bytes: &[u8]) {
        // SAFETY: the header asks for room for one element of the type that the caller named.
        unsafe {
            self.pointer
                .copy_from_nonoverlapping(bytes.as_ptr(), bytes.len())
        };
    }
}

/// Where a list of results goes.
#[must_use]
pub struct OutSlice<T> {
    pointer: *mut T,
    len: usize,
}

/// A place for `n` results. NULL is fine when there are none.
///
/// # Safety
/// `pointer` is NULL or points to `n` writable elements that live as long as the call.
pub unsafe fn outputs<T: Copy>(pointer: *mut T, n: usize, name: &str) -> Result<OutSlice<T>> {
    if n > 0 {
        ensure_some(pointer, name)?;
    }
    Ok(OutSlice { pointer, len: n })
}

impl<T: Copy> OutSlice<T> {
    /// Writes all results; there are as many as was said.
    pub fn write(self, values: impl IntoIterator<Item = T>) {
        let mut written = 0;
        for value in values.into_iter().take(self.len) {
            // SAFETY: below the length that was promised at `outputs`.
            unsafe { self.pointer.add(written).write_unaligned(value) };
            written += 1;
        }
        assert_eq!(written, self.len, "fewer results than promised");
    }
}

/// `n` elements to read, of any integer type of C for the count. NULL is fine when there are none.
///
/// # Safety
/// `pointer` is NULL or points to `n` readable elements that nobody writes during the call.
pub unsafe fn slice<'a, T: Copy>(
    pointer: *const T,
    n: impl Into<i64>,
    name: &str,
) -> Result<&'a [T]> {
    let n = n.into();
    let len = usize::try_from(n).ok().filter(|&len| {
        let bytes = len.checked_mul(size_of::<T>());
        bytes.is_some_and(|bytes| isize::try_from(bytes).is_ok())
    });
    let Some(len) = len else {
        let text = format!("the number of elements of {name} is {n}; 0 or a count that fits into memory is allowed");
        return Err(Error::new(Code::Argument, text));
    };
    if len == 0 {
        return Ok(&[]);
    }
    ensure_some(pointer, name)?;
    if !pointer.is_aligned() {
        let text = format!("{name} is not aligned to {} bytes", align_of::<T>());
        return Err(Error::new(Code::Argument, text));
    }
    // SAFETY: not NULL, aligned, and a length that fits; the rest is promised.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}

/// Writes a text and the zero byte at its end where there is room for both. Errors: `Code::Argument`, which names the room that is
/// needed.
///
/// # Safety
/// `pointer` is NULL or points to `room` bytes.
pub unsafe fn terminated(text: &[u8], room: i64, pointer: *mut c_char, name: &str) -> Result<()> {
    let needed = text.len() + 1;
    if i64::try_from(needed).map_or(true, |needed| needed > room) {
        let text = format!("the text needs {needed} bytes with its end, there is room for {room}");
        return Err(Error::new(Code::Argument, text));
    }
    // SAFETY: passed on to the caller.
    let out = unsafe { outputs(pointer.cast::<u8>(), needed, name) }?;
    out.write(text.iter().copied().chain([0]));
    Ok(())
}

/// A name, in UTF-8.
///
/// # Safety
/// `pointer` is NULL or points to a terminated text that lives as long as the call.
pub unsafe fn text<'a>(pointer: *const c_char, name: &str) -> Result<&'a str> {
    ensure_some(pointer, name)?;
    // SAFETY: not NULL; terminated by promise.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str()
        .map_err(|_| Error::new(Code::Argument, format!("{name} is not UTF-8")))
}

/// The path of a file, in whatever bytes the system takes.
///
/// # Safety
/// As `text`.
pub unsafe fn path<'a>(pointer: *const c_char, name: &str) -> Result<&'a Path> {
    ensure_some(pointer, name)?;
    // SAFETY: not NULL; terminated by promise.
    let bytes = unsafe { CStr::from_ptr(pointer) }.to_bytes();
    if bytes.is_empty() {
        return Err(Error::new(Code::Argument, format!("{name} is empty")));
    }
    Ok(Path::new(OsStr::from_bytes(bytes)))
}

/// A public struct that may get new members at its end. Callers of all versions tell theirs by its size.
///
/// # Safety
/// The type is `repr(C)`, begins with an `i64` that holds its size, and consists of numbers and raw pointers only.
pub unsafe trait Growing: Copy {
    /// Every member at its default, which new members have for callers that do not know them.
    const INITIAL: Self;
    /// Size in the first version of the library that had the struct.
    const FIRST: usize;
}

/// A larger size than any version of any struct will have comes from memory that was never set.
const LARGEST: i64 = 4096;

/// A struct that the caller filled, as this version knows it.
///
/// # Safety
/// `pointer` is NULL or points to a struct of this type of as many bytes as its first member says.
pub unsafe fn growing<T: Growing>(pointer: *const T, name: &str) -> Result<T> {
    // SAFETY: promised.
    let size = unsafe { stated_size::<T>(pointer, name)? };
    let mut value = T::INITIAL;
    let known = size.min(size_of::<T>());
    // SAFETY: `known` bytes are readable at the pointer and fit into the value; any bytes make a number or a raw pointer.
    unsafe {
        std::ptr::copy_nonoverlapping(pointer.cast::<u8>(), (&raw mut value).cast::<u8>(), known);
        let tail = std::slice::from_raw_parts(pointer.cast::<u8>().add(known), size - known);
        if tail.iter().any(|&byte| byte != 0) {
            let text =
                format!("{name} sets members that this version of the library does not know");
            return Err(Error::new(Code::Unsupported, text));
        }
    }
    Ok(value)
}

/// The members that a struct had from the first version on, whatever its size member says: where the struct is refused, they
/// still tell whose call it is.
///
/// # Safety
/// `pointer` is NULL or points to a struct of this type, of any version.
pub unsafe fn first_members<T: Growing>(pointer: *const T, name: &str) -> Result<T> {
    ensure_some(pointer, name)?;
    let mut value = T::INITIAL;
    // SAFETY: not NULL; every version has these bytes, and any bytes make a number or a raw pointer.
    unsafe {
        let to = (&raw mut value).cast::<u8>();
        std::ptr::copy_nonoverlapping(pointer.cast::<u8>(), to, T::FIRST);
    }
    Ok(value)
}

/// As `growing`; NULL means the defaults.
///
/// # Safety
/// As `growing`.
pub unsafe fn growing_or_initial<T: Growing>(pointer: *const T, name: &str) -> Result<T> {
    if pointer.is_null() {
        return Ok(T::INITIAL);
    }
    // SAFETY: promised.
    unsafe { growing(pointer, name) }
}

/// `n` structs in a row, each as long as the first one says.
///
/// # Safety
/// `pointer` is NULL or points to `n` structs of this type, each of as many bytes as the first member of the first says.
pub unsafe fn growing_slice<T: Growing>(pointer: *const T, n: usize, name: &str) -> Result<Vec<T>> {
    let mut values = Vec::new();
    if n == 0 {
        return Ok(values);
    }
    // SAFETY: promised for the first struct.
    let step = unsafe { stated_size::<T>(pointer, name)? };
    let reserved = values.try_reserve_exact(n);
    reserved.map_err(|_| {
        Error::new(
            Code::Memory,
            format!("memory for {n} entries of {name} was refused"),
        )
    })?;
    for i in 0..n {
        // SAFETY: the i-th of n structs of `step` bytes each; its size is compared before more than the size is read.
        let value = unsafe {
            let at = pointer.cast::<u8>().add(i * step).cast::<T>();
            let size = at.cast::<i64>().read_unaligned();
            if usize::try_from(size) != Ok(step) {
                let text =
                    format!("{name}[{i}] says that it has {size} bytes, {name}[0] has {step}");
                return Err(Error::new(Code::Argument, text));
            }
            growing(at, name)?
        };
        values.push(value);
    }
    Ok(values)
}

/// A place for a struct that the library fills: as much of it as the caller's version has.
#[must_use]
pub struct GrowingOut<T> {
    pointer: *mut u8,
    size: usize,
    of: PhantomData<T>,
}

/// # Safety
/// `pointer` is NULL or points to a writable struct of as many bytes as its first member says, and lives as long as the call.
pub unsafe fn growing_output<T: Growing>(pointer: *mut T, name: &str) -> Result<GrowingOut<T>> {
    // SAFETY: promised.
    let size = unsafe { stated_size::<T>(pointer, name)? };
    Ok(GrowingOut {
        pointer: pointer.cast(),
        size,
        of: PhantomData,
    })
}

impl<T: Growing> GrowingOut<T> {
    /// Writes all members but the size, which stays the caller's.
    pub fn write(self, value: T) {
        let known = self.size.min(size_of::<T>());
        let skipped = size_of::<i64>();
        // SAFETY: `known` bytes are writable by the promise at `growing_output`, and the value has as many.
        unsafe {
            let from = (&raw const value).cast::<u8>().add(skipped);
            std::ptr::copy_nonoverlapping(from, self.pointer.add(skipped), known - skipped);
        }
    }
}

/// # Safety
/// `pointer` is NULL or points to a readable `i64`.
unsafe fn stated_size<T: Growing>(pointer: *const T, name: &str) -> Result<usize> {
    const { assert!(T::FIRST >= size_of::<i64>() && T::FIRST <= size_of::<T>()) };
    ensure_some(pointer, name)?;
    // SAFETY: promised; alignment is not asked for.
    let size = unsafe { pointer.cast::<i64>().read_unaligned() };
    let allowed = T::FIRST as i64..=LARGEST;
    if !allowed.contains(&size) {
        let text = format!(
            "the size member of {name} is {size}; it must be the size of the struct, which is {} here: use the initialiser",
            size_of::<T>()
        );
        return Err(Error::new(Code::Argument, text));
    }
    Ok(size as usize)
}

fn ensure_some<T>(pointer: *const T, name: &str) -> Result<()> {
    if pointer.is_null() {
        return Err(Error::new(Code::Argument, format!("{name} is NULL")));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
