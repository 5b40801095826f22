//! The form of all element-wise kernels: one operation on one tile.

/// Computes `n` elements of `out` from the elements of as many arguments as the operation takes; the others are ignored.
///
/// # Safety
/// `n` > 0 elements of the kernel's types lie at each address, packed and aligned to their size (16-byte types to 8), and
/// nobody else accesses them meanwhile. `out` is the address of an argument whose elements have the same size, or shares no byte with
/// any.
pub(super) type Kernel = unsafe fn(args: [*const u8; 3], out: *mut u8, n: usize);
