//! One allocation, whoever owns it: the bytes that blocks describe.

use std::alloc::{alloc_zeroed, dealloc, Layout};
use std::sync::Arc;

use distarray_core::Code;

use crate::error::{Error, Result};

/// Alignment of the memory that the library allocates: one cache line, enough for any SIMD load.
pub const ALIGNMENT: usize = 64;

/// From this size on an allocation asks for huge pages: strided kernels spend their time on address
/// translation otherwise.
const HUGE: usize = 4 << 20;

/// A range of addressable bytes around a base address.
///
/// Condition 1: the bytes from `base - below` up to `base + above` are one allocation, readable and
/// writable while this value lives.
/// Condition 2: while a kernel runs on them, no other thread writes those that it reads and none
/// touches those that it writes.
///
/// Both hold by construction for memory of the library; for memory of others the unsafe
/// constructors pass them on to the caller. The program that uses the library aliases these bytes,
/// so that kernels reach them by raw pointers and never form a `&mut` to them.
pub struct Memory {
    base: *mut u8,
    below: usize,
    above: usize,
    owner: Owner,
}

enum Owner {
    Library { start: *mut u8, layout: Layout },
    Caller,
    Foreign(Option<Box<dyn FnOnce() + Send>>),
}

// SAFETY: the range is only an address and a length; condition 2 is what makes concurrent use
// sound, wherever it happens. The release function of foreign memory is `Send` and is reached
// through `&mut self` in `drop` alone.
unsafe impl Send for Memory {}
// SAFETY: as above; a shared `Memory` offers no operation but reading its fields.
unsafe impl Sync for Memory {}

impl Memory {
    /// Allocates zeroed bytes, aligned to a cache line. Pages are touched lazily, so that the first
    /// thread to write one places it.
    ///
    /// Fails with `Code::Memory`; never aborts.
    pub fn allocate(bytes: usize) -> Result<Arc<Memory>> {
        let refused = || {
            Error::new(
                Code::Memory,
                format!("an array of {bytes} bytes cannot be allocated"),
            )
        };
        // The default alignment keeps the allocator on its calloc path, which does not touch fresh
        // pages; the cache line is found inside.
        let layout = bytes
            .checked_add(ALIGNMENT)
            .and_then(|padded| Layout::from_size_align(padded, 1).ok())
            .ok_or_else(refused)?;
        // SAFETY: the layout is not empty: it holds ALIGNMENT bytes at least.
        let start = unsafe { alloc_zeroed(layout) };
        if start.is_null() {
            return Err(refused());
        }
        let shift = start.align_offset(ALIGNMENT);
        let base = start.wrapping_add(shift);
        advise_huge_pages(base, bytes);
        Ok(Arc::new(Memory {
            base,
            below: 0,
            above: bytes,
            owner: Owner::Library { start, layout },
        }))
    }

    /// Describes memory that stays the caller's: `below` bytes may be addressed before `base`,
    /// `above` from it on. Where the caller does not know a length, `usize::MAX` stands for the
    /// rest of the address space.
    ///
    /// # Safety
    /// Conditions 1 and 2 hold until the last block on this memory is gone (for the elements of the blocks, where a length is unknown).
    pub unsafe fn borrow(base: *mut u8, below: usize, above: usize) -> Arc<Memory> {
        Arc::new(Memory::bounded(base, below, above, Owner::Caller))
    }

    /// As [`Memory::borrow`], with a function that gives the memory back: it runs once, when the
    /// last block is gone, on whichever thread that happens.
    ///
    /// # Safety
    /// Conditions 1 and 2 hold until `release` is called.
    pub unsafe fn foreign(
        base: *mut u8,
        below: usize,
        above: usize,
        release: Box<dyn FnOnce() + Send>,
    ) -> Arc<Memory> {
        Arc::new(Memory::bounded(
            base,
            below,
            above,
            Owner::Foreign(Some(release)),
        ))
    }

    /// Clips the lengths to what an address and a pointer offset can express.
    fn bounded(base: *mut u8, below: usize, above: usize, owner: Owner) -> Memory {
        let limit = isize::MAX as usize;
        let address = base.addr();
        Memory {
            base,
            below: below.min(address).min(limit),
            above: above.min(usize::MAX - address).min(limit),
            owner,
        }
    }

    /// The address that offsets count from; may be null when nothing is addressable.
    pub fn base(&self) -> *mut u8 {
        self.base
    }

    /// Bytes that may be addressed before the base.
    pub fn below(&self) -> usize {
        self.below
    }

    /// Bytes that may be addressed from the base on.
    pub fn above(&self) -> usize {
        self.above
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        match &mut self.owner {
            // SAFETY: `start` came from `alloc_zeroed` with this layout and is freed nowhere else.
            Owner::Library { start, layout } => unsafe { dealloc(*start, *layout) },
            Owner::Caller => {}
            Owner::Foreign(release) => {
                if let Some(release) = release.take() {
                    release();
                }
            }
        }
    }
}

/// Asks the system to back a large range with huge pages; a refusal costs speed only.
fn advise_huge_pages(base: *mut u8, bytes: usize) {
    #[cfg(target_os = "linux")]
    if bytes >= HUGE {
        const PAGE: usize = 4096;
        let inside = base.align_offset(PAGE);
        // SAFETY: whole pages inside our own allocation; the advice changes no contents.
        unsafe {
            libc::madvise(
                base.wrapping_add(inside).cast(),
                (bytes - inside) & !(PAGE - 1),
                libc::MADV_HUGEPAGE,
            );
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (base, bytes, HUGE);
}
