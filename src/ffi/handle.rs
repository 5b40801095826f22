//! Handles: pointers to incomplete types whose value is no address but a place in a table.
//!
//! The value holds slot and generation, so that a freed handle is told from the one that took its slot, and is marked in
//! the bits that no address of a process has: a foreign pointer is no handle, and a handle that is dereferenced faults at once.

use std::any::Any;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use distarray_core::Code;
use slotmap::{DefaultKey, Key, KeyData, SlotMap};

use crate::error::{Error, Result};

/// Who owns which index of a global array: shape, process grid, padding. Never changes once made.
pub struct darr_dist {
    _private: (),
}

/// A distributed array: a distribution and the calling rank's section of it in memory.
pub struct darr_array {
    _private: (),
}

/// A movement of elements between ranks, bound to its arrays and ready to be repeated.
pub struct darr_plan {
    _private: (),
}

/// Reductions that are begun and not ended.
pub struct darr_pending {
    _private: (),
}

/// An open HDF5 file.
pub struct darr_file {
    _private: (),
}

/// A kind of handle: the incomplete type that C sees, and what hides behind it.
pub trait Handle {
    type Object: Send + Sync + 'static;
    /// The type's name in C.
    const NAME: &'static str;
}

/// Slot and generation take 64 bits.
const _: () = assert!(size_of::<usize>() == 8, "handles need 64-bit pointers");

/// Marks the bits above the addresses of a process. Generations below 2^16 leave it readable in a debugger; larger ones
/// only mix in.
const MARK: u64 = 0xda77_0000_0000_0000;

struct Table {
    slots: SlotMap<DefaultKey, Entry>,
    /// The highest slot that was ever in use.
    highest: u64,
}

struct Entry {
    name: &'static str,
    object: Arc<dyn Any + Send + Sync>,
}

static TABLE: Mutex<Option<Table>> = Mutex::new(None);

fn with_table<T>(body: impl FnOnce(&mut Table) -> T) -> T {
    let mut table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    body(table.get_or_insert_with(|| Table {
        slots: SlotMap::new(),
        highest: 0,
    }))
}

/// An object as the table holds it.
struct Kept<T> {
    poisoned: AtomicBool,
    object: T,
}

/// An object in use by a call. It lives until the call ends, even if another thread frees its handle. A panic of the call
/// poisons it: every later call with its handle fails at once.
pub struct Held<T> {
    kept: Arc<Kept<T>>,
    /// The thread was unwinding already, from a panic of the host, when the call began.
    unwinding: bool,
}

impl<T> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.kept.object
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        if std::thread::panicking() && !self.unwinding {
            self.kept.poisoned.store(true, Ordering::Release);
        }
    }
}

impl<T> Held<Mutex<T>> {
    /// The object, for this call alone.
    pub fn exclusive(&self) -> Result<MutexGuard<'_, T>> {
        match self.try_lock() {
            Ok(object) => Ok(object),
            Err(TryLockError::WouldBlock) => Err(Error::new(
                Code::State,
                "the object is in use by another thread, or by a call that has not returned",
            )),
            Err(TryLockError::Poisoned(_)) => Err(poisoned()),
        }
    }
}

/// Puts an object into the table; the caller owns the handle.
pub fn store<H: Handle>(object: H::Object) -> *mut H {
    let object = Arc::new(Kept {
        poisoned: AtomicBool::new(false),
        object,
    });
    let bits = with_table(|table| {
        let key = table.slots.insert(Entry {
            name: H::NAME,
            object,
        });
        let bits = key.data().as_ffi();
        table.highest = table.highest.max(slot(bits));
        bits
    });
    std::ptr::without_provenance_mut((bits ^ MARK) as usize)
}

/// The object behind a handle that was given as the parameter `name`.
pub fn get<H: Handle>(handle: *const H, name: &str) -> Result<Held<H::Object>> {
    let bits = bits(handle, name)?;
    let found = with_table(|table| -> Result<_> {
        let entry = table.slots.get(key(bits));
        let entry = entry.ok_or_else(|| missing(bits, table.highest, name))?;
        ensure_kind::<H>(entry, name)?;
        Ok(Arc::clone(&entry.object))
    })?;
    let kept = found.downcast::<Kept<H::Object>>().map_err(|_| {
        Error::new(
            Code::Internal,
            format!("{name} holds another object than a {}", H::NAME),
        )
    })?;
    if kept.poisoned.load(Ordering::Acquire) {
        return Err(poisoned());
    }
    Ok(Held {
        kept,
        unwinding: std::thread::panicking(),
    })
}

/// Takes the object out of the table; NULL is fine. What the object owns is freed here, or when the call that holds it ends.
pub fn free<H: Handle>(handle: *mut H, name: &str) -> Result<()> {
    if handle.is_null() {
        return Ok(());
    }
    let bits = bits(handle, name)?;
    let entry = with_table(|table| {
        let entry = table.slots.get(key(bits));
        let entry = entry.ok_or_else(|| missing(bits, table.highest, name))?;
        ensure_kind::<H>(entry, name)?;
        Ok(table.slots.remove(key(bits)))
    });
    // Dropped here, with the table unlocked: an object may hold the last reference to others.
    entry.map(drop)
}

fn bits<H: Handle>(handle: *const H, name: &str) -> Result<u64> {
    if handle.is_null() {
        return Err(Error::new(
            Code::Handle,
            format!("{name} is NULL where a {} is needed", H::NAME),
        ));
    }
    Ok(handle.addr() as u64 ^ MARK)
}

fn key(bits: u64) -> DefaultKey {
    KeyData::from_ffi(bits).into()
}

fn slot(bits: u64) -> u64 {
    bits & 0xffff_ffff
}

fn ensure_kind<H: Handle>(entry: &Entry, name: &str) -> Result<()> {
    if entry.name == H::NAME {
        return Ok(());
    }
    let text = format!("{name} is a {} where a {} is needed", entry.name, H::NAME);
    Err(Error::new(Code::Handle, text))
}

/// Generations of slots in use are odd. What looks like a handle of a slot that was in use once has been freed.
fn missing(bits: u64, highest: u64, name: &str) -> Error {
    let generation = bits >> 32;
    let was_used =
        generation % 2 == 1 && (1..=highest).contains(&slot(bits)) && generation < 1 << 31;
    let text = if was_used {
        format!("{name} has been freed")
    } else {
        format!("{name} is no handle of this library")
    };
    Error::new(Code::Handle, text)
}

fn poisoned() -> Error {
    Error::new(
        Code::State,
        "an internal error in an earlier call left the object unusable: it can only be freed",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::guard::guard;

    struct darr_number;
    struct darr_list;

    impl Handle for darr_number {
        type Object = i32;
        const NAME: &'static str = "darr_number";
    }

    impl Handle for darr_list {
        type Object = Mutex<Vec<i32>>;
        const NAME: &'static str = "darr_list";
    }

    /// A handle that is refused, with this text.
    fn refused<T>(outcome: Result<T>, text: &str) {
        let error = outcome.err().expect("the handle must be refused");
        assert_eq!(error, Error::new(Code::Handle, text));
    }

    #[test]
    fn what_is_stored_is_found_until_it_is_freed() {
        let a = store::<darr_number>(1);
        let b = store::<darr_number>(2);
        assert_eq!((*get(a, "a").unwrap(), *get(b, "b").unwrap()), (1, 2));
        free(a, "a").unwrap();
        refused(get(a, "a"), "a has been freed");
        refused(free(a, "a"), "a has been freed");
        // The slot is used again, the old handle stays dead.
        let c = store::<darr_number>(3);
        refused(get(a, "a"), "a has been freed");
        assert_eq!((*get(b, "b").unwrap(), *get(c, "c").unwrap()), (2, 3));
        free(b, "b").unwrap();
        free(c, "c").unwrap();
    }

    #[test]
    fn null_foreign_and_wrong_kinds_are_told_apart() {
        let null: *mut darr_number = std::ptr::null_mut();
        refused(get(null, "x"), "x is NULL where a darr_number is needed");
        assert_eq!(free(null, "x"), Ok(()));
        let mut local = 0u64;
        let foreign = [
            (&raw mut local).addr(),
            1,
            8,
            usize::MAX,
            MARK as usize,
            !MARK as usize,
        ];
        for value in foreign {
            let handle = std::ptr::without_provenance_mut::<darr_number>(value);
            refused(get(handle, "x"), "x is no handle of this library");
            refused(free(handle, "x"), "x is no handle of this library");
        }
        let list = store::<darr_list>(Mutex::new(Vec::new()));
        refused(
            get(list.cast::<darr_number>(), "x"),
            "x is a darr_list where a darr_number is needed",
        );
        refused(
            free(list.cast::<darr_number>(), "x"),
            "x is a darr_list where a darr_number is needed",
        );
        free(list, "x").unwrap();
    }

    #[test]
    fn values_are_no_addresses() {
        let handle = store::<darr_number>(0);
        assert!(handle.addr() >> 48 != 0, "{handle:p} may be an address");
        free(handle, "x").unwrap();
    }

    #[test]
    fn an_object_in_use_outlives_its_handle() {
        let handle = store::<darr_number>(5);
        let held = get(handle, "x").unwrap();
        free(handle, "x").unwrap();
        assert_eq!(*held, 5);
    }

    #[test]
    fn a_panic_poisons_what_the_call_held_and_nothing_else() {
        let (a, b) = (store::<darr_number>(1), store::<darr_number>(2));
        drop(get(b, "b").unwrap());
        guard(|| {
            let _a = get(a, "a")?;
            panic!("while a is held")
        });
        assert_eq!(get(a, "a").err().unwrap().code, Code::State);
        assert_eq!(*get(b, "b").unwrap(), 2);
        free(a, "a").unwrap();
        free(b, "b").unwrap();
    }

    #[test]
    fn an_exclusive_object_is_for_one_call_at_a_time() {
        let handle = store::<darr_list>(Mutex::new(vec![1]));
        let first = get(handle, "x").unwrap();
        let mut guarded = first.exclusive().unwrap();
        guarded.push(2);
        let second = get(handle, "x").unwrap();
        assert_eq!(second.exclusive().err().unwrap().code, Code::State);
        drop(guarded);
        assert_eq!(*second.exclusive().unwrap(), [1, 2]);
        free(handle, "x").unwrap();
    }

    #[test]
    fn what_an_object_owns_is_freed_with_its_handle() {
        let inner = store::<darr_number>(9);
        struct Owner(usize);
        impl Drop for Owner {
            fn drop(&mut self) {
                // Needs the table: it must not be locked here.
                free(
                    std::ptr::without_provenance_mut::<darr_number>(self.0),
                    "inner",
                )
                .unwrap();
            }
        }
        struct darr_owner;
        impl Handle for darr_owner {
            type Object = Owner;
            const NAME: &'static str = "darr_owner";
        }
        let owner = store::<darr_owner>(Owner(inner.addr()));
        free(owner, "owner").unwrap();
        refused(get(inner, "inner"), "inner has been freed");
    }

    #[test]
    fn many_handles_from_many_threads() {
        let work = |seed: i32| {
            for i in 0..2000 {
                let handle = store::<darr_number>(seed + i);
                assert_eq!(*get(handle, "x").unwrap(), seed + i);
                free(handle, "x").unwrap();
                refused(get(handle, "x"), "x has been freed");
            }
        };
        std::thread::scope(|scope| {
            for seed in [0, 10_000, 20_000] {
                scope.spawn(move || work(seed));
            }
        });
    }
}
