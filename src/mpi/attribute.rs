//! Attributes: how a record is found again on the user's communicator, and how it learns of its end.
//!
//! The value of the attribute is the record's serial number, never an address. The null copy function keeps it
//! from travelling to the user's own duplicates.

use std::ffi::{c_int, c_void};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Mutex;

use mpi::ffi;

use super::call::check;
use super::comm;
use super::library;
use crate::error::{Code, Error, Result};

type OnDelete =
    extern "C" fn(comm: ffi::MPI_Comm, key: c_int, value: *mut c_void, extra: *mut c_void) -> c_int;

extern "C" {
    fn darr_shim_keyval(on_delete: OnDelete, key: *mut c_int) -> c_int;
}

/// Key of the attribute on users' communicators; made with the first record, freed when `MPI_Finalize` begins.
static KEY: Mutex<Option<c_int>> = Mutex::new(None);

/// `MPI_Finalize` has begun: MPI still answers, but nothing new may start.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Serial number of the record that hangs on a communicator.
pub fn find(user: ffi::MPI_Comm) -> Result<Option<usize>> {
    let Some(key) = *comm::lock(&KEY) else {
        return Ok(None);
    };
    let mut value: *mut c_void = std::ptr::null_mut();
    let mut found = 0;
    // SAFETY: the communicator was validated by the caller; the attribute's value is written through a pointer to a pointer.
    let code =
        unsafe { ffi::MPI_Comm_get_attr(user, key, (&raw mut value).cast::<c_void>(), &mut found) };
    check("MPI_Comm_get_attr", code)?;
    Ok((found != 0).then_some(value as usize))
}

/// Hangs a record on the user's communicator.
pub fn attach(user: ffi::MPI_Comm, serial: usize) -> Result<()> {
    let key = key()?;
    // SAFETY: a valid communicator and a key of this library; the value is a number that nobody dereferences.
    let code =
        unsafe { ffi::MPI_Comm_set_attr(user, key, std::ptr::without_provenance_mut(serial)) };
    check("MPI_Comm_set_attr", code)
}

/// Takes a record off the user's communicator, which ends it. Whether it hung there.
pub fn detach(user: ffi::MPI_Comm, serial: usize) -> bool {
    let key = *comm::lock(&KEY);
    let hangs = find(user).is_ok_and(|found| found == Some(serial));
    // SAFETY: a valid communicator that carries the attribute; deleting it runs `on_user_free`.
    key.is_some_and(|key| hangs && unsafe { ffi::MPI_Comm_delete_attr(user, key) } == 0)
}

/// Asks to be told when `MPI_Finalize` begins: it deletes the attributes of `MPI_COMM_SELF` first.
pub fn watch_finalize() -> Result<()> {
    if ENDING.load(Ordering::Acquire) {
        return Err(Error::new(
            Code::Comm,
            "MPI_Finalize has begun: no communicator can be taken into use any more",
        ));
    }
    static WATCHING: Mutex<bool> = Mutex::new(false);
    let mut watching = comm::lock(&WATCHING);
    if !*watching {
        watch()?;
        *watching = true;
    }
    Ok(())
}

/// Watches again, ahead of those that began to watch since. MPI deletes the attributes of `MPI_COMM_SELF` in the reverse order of
/// their making, and what a library such as HDF5 closes for us must be closed before it closes itself. Once is enough.
pub fn watch_finalize_first() -> Result<()> {
    static FIRST: Mutex<bool> = Mutex::new(false);
    let mut first = comm::lock(&FIRST);
    if !*first {
        watch()?;
        *first = true;
    }
    Ok(())
}

fn watch() -> Result<()> {
    let mut key = 0;
    // SAFETY: the callback has the signature that MPI asks for and lives as long as the process (-z nodelete).
    check("MPI_Comm_create_keyval", unsafe {
        darr_shim_keyval(on_finalize, &mut key)
    })?;
    // SAFETY: MPI is running, hence MPI_COMM_SELF is valid. The key lives on until the attribute is deleted.
    unsafe {
        check(
            "MPI_Comm_set_attr",
            ffi::MPI_Comm_set_attr(ffi::RSMPI_COMM_SELF, key, std::ptr::null_mut()),
        )?;
        check("MPI_Comm_free_keyval", ffi::MPI_Comm_free_keyval(&mut key))
    }
}

fn key() -> Result<c_int> {
    let mut kept = comm::lock(&KEY);
    if let Some(key) = *kept {
        return Ok(key);
    }
    let mut key = 0;
    // SAFETY: as in `watch_finalize`.
    check("MPI_Comm_create_keyval", unsafe {
        darr_shim_keyval(on_user_free, &mut key)
    })?;
    *kept = Some(key);
    Ok(key)
}

/// MPI calls this when the user frees the communicator.
extern "C" fn on_user_free(
    _comm: ffi::MPI_Comm,
    _key: c_int,
    value: *mut c_void,
    _extra: *mut c_void,
) -> c_int {
    // A failure here would make MPI_Comm_free of the user fail: there is nobody else to tell.
    let _ = catch_unwind(|| comm::end(value as usize));
    0
}

/// MPI calls this when `MPI_Finalize` begins.
extern "C" fn on_finalize(
    _comm: ffi::MPI_Comm,
    _key: c_int,
    _value: *mut c_void,
    _extra: *mut c_void,
) -> c_int {
    let _ = catch_unwind(|| {
        ENDING.store(true, Ordering::Release);
        let key = comm::lock(&KEY).take();
        for (serial, user) in comm::all() {
            // Condition: a record is listed only as long as its attribute stands, so the user's communicator is valid here.
            // SAFETY: by that condition; deleting the attribute runs `on_user_free`.
            let deleted =
                key.is_some_and(|key| unsafe { ffi::MPI_Comm_delete_attr(user, key) } == 0);
            if !deleted {
                comm::end(serial);
            }
        }
        if let Some(mut key) = key {
            // SAFETY: a key of this library, freed once.
            unsafe { ffi::MPI_Comm_free_keyval(&mut key) };
        }
    });
    0
}

/// Whether MPI can still free what belongs to it: it is running, perhaps within `MPI_Finalize`.
pub fn can_free() -> bool {
    library::foreign().is_ok() && library::finalised().is_ok_and(|ended| !ended)
}
