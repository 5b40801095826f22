//! One visit to HDF5: the host's error settings are put aside on entry and back on exit.

use std::ffi::{c_uint, c_void, CStr};
use std::marker::PhantomData;

use hdf5_sys::h5::H5open;
use hdf5_sys::h5e::*;
use hdf5_sys::h5i::{hid_t, H5Idec_ref};

use super::linked;
use crate::error::{Code, Error, Result};

/// While it lives HDF5 prints no errors, and the current error stack is ours. HDF5 is called only through a session.
pub struct Session {
    stack: hid_t,
    printing: Printing,
}

/// The host's error handler, in the version of the interface by which it was set.
#[allow(deprecated)]
enum Printing {
    First(H5E_auto1_t, *mut c_void),
    Second(H5E_auto2_t, *mut c_void),
}

impl Session {
    #[allow(deprecated)]
    pub fn begin() -> Result<Session> {
        linked::check()?;
        let refuse = || Error::new(Code::Io, "HDF5 does not start");
        // SAFETY: the linked library is one whole HDF5; H5open may be called at any time and any number of times.
        if unsafe { H5open() } < 0 {
            return Err(refuse());
        }
        // First of all, since most calls empty the stack.
        // SAFETY: HDF5 is open.
        let stack = unsafe { H5Eget_current_stack() };
        let mut version: c_uint = 2;
        let mut data = std::ptr::null_mut();
        // SAFETY: HDF5 is open; the outputs are local variables of the types that each call writes.
        let printing = unsafe {
            if H5Eauto_is_v2(H5E_DEFAULT, &mut version) < 0 {
                return Err(refuse());
            }
            if version == 0 {
                let mut handler: H5E_auto1_t = None;
                H5Eget_auto1(&mut handler, &mut data);
                Printing::First(handler, data)
            } else {
                let mut handler: H5E_auto2_t = None;
                H5Eget_auto2(H5E_DEFAULT, &mut handler, &mut data);
                Printing::Second(handler, data)
            }
        };
        // SAFETY: HDF5 is open; no handler means that nothing is printed.
        unsafe { H5Eset_auto2(H5E_DEFAULT, None, std::ptr::null_mut()) };
        Ok(Session { stack, printing })
    }

    /// Takes over an identifier that HDF5 returned, or reports why there is none.
    pub fn id(&self, raw: hid_t, code: Code, what: impl FnOnce() -> String) -> Result<Id<'_>> {
        self.check(raw, code, what)?;
        Ok(Id {
            raw,
            session: PhantomData,
        })
    }

    /// Passes a non-negative answer of HDF5 on. Otherwise `what` says what was tried, and HDF5 why it failed.
    pub fn check<T: Copy + PartialOrd + Default>(
        &self,
        answer: T,
        code: Code,
        what: impl FnOnce() -> String,
    ) -> Result<T> {
        if answer >= T::default() {
            return Ok(answer);
        }
        let reason = self.reason();
        Err(Error::new(code, format!("{}: {reason}", what())))
    }

    /// The innermost records of the current error stack, in one line.
    pub fn reason(&self) -> String {
        const RECORDS: usize = 2;
        unsafe extern "C" fn collect(
            n: c_uint,
            record: *const H5E_error2_t,
            texts: *mut c_void,
        ) -> i32 {
            // SAFETY: HDF5 passes a valid record and the pointer that H5Ewalk2 got below, to a vector that outlives it.
            let (record, texts) = unsafe { (&*record, &mut *texts.cast::<Vec<String>>()) };
            if (n as usize) < RECORDS && !record.desc.is_null() {
                // SAFETY: the description of a record is a terminated text.
                let text = unsafe { CStr::from_ptr(record.desc) };
                texts.push(text.to_string_lossy().into_owned());
            }
            0
        }
        let mut texts: Vec<String> = Vec::new();
        // SAFETY: `collect` gets the vector, which nothing else uses during the call.
        unsafe {
            H5Ewalk2(
                H5E_DEFAULT,
                H5E_direction_t::H5E_WALK_UPWARD,
                Some(collect),
                (&raw mut texts).cast(),
            )
        };
        if texts.is_empty() {
            return "HDF5 gives no reason".to_string();
        }
        let line = texts.join("; ");
        format!(
            "HDF5 says: {}",
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        )
    }
}

impl Drop for Session {
    #[allow(deprecated)]
    fn drop(&mut self) {
        // SAFETY: HDF5 is open since `begin`; the stack and the handler are the host's own, as they were then.
        unsafe {
            match self.printing {
                Printing::First(handler, data) => H5Eset_auto1(handler, data),
                Printing::Second(handler, data) => H5Eset_auto2(H5E_DEFAULT, handler, data),
            };
            if self.stack >= 0 {
                H5Eset_current_stack(self.stack);
            }
        }
    }
}

/// An identifier of HDF5 that is given back when it goes out of scope, at the latest when the session ends.
pub struct Id<'s> {
    raw: hid_t,
    session: PhantomData<&'s Session>,
}

impl Id<'_> {
    pub fn raw(&self) -> hid_t {
        self.raw
    }
}

impl Drop for Id<'_> {
    fn drop(&mut self) {
        // SAFETY: the identifier was valid when it was taken over, and this is the only place that gives it back.
        unsafe { H5Idec_ref(self.raw) };
    }
}
