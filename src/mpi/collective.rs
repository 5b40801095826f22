//! Collective movement of bytes on the private duplicate, each code checked.
//!
//! They are started without blocking and waited for by a rank that yields its core: where ranks share cores, a rank in a
//! blocking call may keep another from its part for a whole time slice of the system.

use std::ffi::{c_int, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Mutex;

use mpi::ffi;

use super::attribute;
use super::call::{address, address_mut, check, Patience};
use super::comm::{lock, Comm};
use crate::error::{Code, Error, Result};

/// Bytes that one MPI call moves at most; a multiple of every element size.
const LIMIT: usize = 1 << 30;

impl Comm {
    /// Returns when every rank has called it.
    pub fn barrier(&self) -> Result<()> {
        let comm = self.duplicate()?;
        // SAFETY: the duplicate is valid while the record is alive.
        complete("MPI_Ibarrier", |request| unsafe {
            ffi::MPI_Ibarrier(comm, request)
        })
    }

    /// Copies `root`'s bytes to every rank. All ranks pass the same length.
    pub fn broadcast(&self, root: usize, bytes: &mut [u8]) -> Result<()> {
        let comm = self.duplicate()?;
        for part in bytes.chunks_mut(LIMIT) {
            let (n, root) = (count(part.len())?, count(root)?);
            // SAFETY: the buffer is ours until the broadcast is complete.
            complete("MPI_Ibcast", |request| unsafe {
                ffi::MPI_Ibcast(
                    address_mut(part),
                    n,
                    ffi::RSMPI_UINT8_T,
                    root,
                    comm,
                    request,
                )
            })?;
        }
        Ok(())
    }

    /// Every rank's bytes, in rank order. All ranks pass the same length.
    pub fn allgather(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let comm = self.duplicate()?;
        let total = bytes.len().checked_mul(self.size());
        let mut all = zeroed(total.unwrap_or(usize::MAX))?;
        if bytes.len() > LIMIT {
            self.gather_by_broadcast(bytes, &mut all.chunks_exact_mut(bytes.len()))?;
            return Ok(all);
        }
        let n = count(bytes.len())?;
        // SAFETY: the receive buffer holds `size` times the sent bytes.
        complete("MPI_Iallgather", |request| unsafe {
            ffi::MPI_Iallgather(
                address(bytes),
                n,
                ffi::RSMPI_UINT8_T,
                address_mut(&mut all),
                n,
                ffi::RSMPI_UINT8_T,
                comm,
                request,
            )
        })?;
        Ok(all)
    }

    /// Every rank's bytes, in rank order; the lengths may differ.
    pub fn allgatherv(&self, bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
        let comm = self.duplicate()?;
        let length = (bytes.len() as u64).to_ne_bytes();
        let lengths: Vec<usize> = self
            .allgather(&length)?
            .chunks_exact(length.len())
            .map(|length| length.try_into().map_or(0, u64::from_ne_bytes) as usize)
            .collect();
        // Every rank knows the sum, so that a refusal is common but for the allocation itself.
        let total = lengths
            .iter()
            .try_fold(0usize, |sum, &n| sum.checked_add(n));
        let buffer = self.agree(zeroed(total.unwrap_or(usize::MAX)))?;
        let mut flat = buffer;
        if flat.len() > LIMIT {
            let mut parts = split(&mut flat, &lengths).into_iter();
            self.gather_by_broadcast(bytes, &mut parts)?;
        } else {
            let mut counts = Vec::with_capacity(lengths.len());
            let mut starts = Vec::with_capacity(lengths.len());
            let mut start = 0;
            for &length in &lengths {
                counts.push(count(length)?);
                starts.push(count(start)?);
                start += length;
            }
            // SAFETY: counts and starts describe consecutive parts of `flat`, whose length is their sum.
            complete("MPI_Iallgatherv", |request| unsafe {
                ffi::MPI_Iallgatherv(
                    address(bytes),
                    counts[self.rank()],
                    ffi::RSMPI_UINT8_T,
                    address_mut(&mut flat),
                    counts.as_ptr(),
                    starts.as_ptr(),
                    ffi::RSMPI_UINT8_T,
                    comm,
                    request,
                )
            })?;
        }
        Ok(split(&mut flat, &lengths)
            .into_iter()
            .map(|part| part.to_vec())
            .collect())
    }

    /// Combines the bytes of all ranks in rank order, the same way in every run at one rank count; every rank has the result.
    ///
    /// `combine(from, into)` makes of the value of lower ranks `from` and that of the following ranks `into` the value of both, in
    /// `into`. It must be associative, and a function or closure that captures nothing. One message; at most 1 GiB.
    pub fn allreduce_bytes<F>(&self, bytes: &mut [u8], combine: F) -> Result<()>
    where
        F: Fn(&[u8], &mut [u8]) + Copy + 'static,
    {
        let comm = self.duplicate()?;
        if bytes.is_empty() {
            return Ok(());
        }
        let operation = operation(combine)?;
        let mut result = zeroed(bytes.len())?;
        let unit = self.unit(bytes.len())?;
        FAILED.store(false, Ordering::Relaxed);
        let (from, into) = (address(bytes), address_mut(&mut result));
        // Where nobody has to yield a core, the blocking call is faster: interconnects do it in hardware.
        if self.crowded() {
            // SAFETY: both buffers hold one element of the datatype, which is as many bytes as `bytes` has, and are ours
            // until the reduction is complete.
            complete("MPI_Iallreduce", |request| unsafe {
                ffi::MPI_Iallreduce(from, into, 1, unit, operation, comm, request)
            })?;
        } else {
            // SAFETY: as above.
            let code = unsafe { ffi::MPI_Allreduce(from, into, 1, unit, operation, comm) };
            check("MPI_Allreduce", code)?;
        }
        if FAILED.swap(false, Ordering::Relaxed) {
            return Err(Error::new(
                Code::Internal,
                "the function that combines the values of two ranks panicked",
            ));
        }
        bytes.copy_from_slice(&result);
        Ok(())
    }

    /// Element-wise maximum over the ranks.
    pub(super) fn maximum<const N: usize>(&self, words: &[u64; N]) -> Result<[u64; N]> {
        let comm = self.duplicate()?;
        let mut largest = [0; N];
        let (from, into, n) = (
            words.as_ptr().cast(),
            largest.as_mut_ptr().cast(),
            count(N)?,
        );
        // SAFETY: both buffers hold N words.
        complete("MPI_Iallreduce", |request| unsafe {
            let (word, max) = (ffi::RSMPI_UINT64_T, ffi::RSMPI_MAX);
            ffi::MPI_Iallreduce(from, into, n, word, max, comm, request)
        })?;
        Ok(largest)
    }

    /// One broadcast per rank: for totals beyond what the `int` displacements of MPI reach.
    fn gather_by_broadcast(
        &self,
        bytes: &[u8],
        parts: &mut dyn Iterator<Item = &mut [u8]>,
    ) -> Result<()> {
        for (root, part) in parts.enumerate() {
            if root == self.rank() {
                part.copy_from_slice(bytes);
            }
            self.broadcast(root, part)?;
        }
        Ok(())
    }

    /// The datatype of `bytes` bytes as one element, which no algorithm of MPI cuts. The last one is kept.
    fn unit(&self, bytes: usize) -> Result<ffi::MPI_Datatype> {
        let mut kept = lock(&self.unit);
        if let Some(unit) = kept.as_ref().filter(|unit| unit.bytes == bytes) {
            return Ok(unit.datatype);
        }
        let unit = Unit::new(bytes)?;
        let datatype = unit.datatype;
        *kept = Some(unit);
        Ok(datatype)
    }
}

/// Starts a collective operation and waits for it.
fn complete(function: &str, start: impl FnOnce(&mut ffi::MPI_Request) -> c_int) -> Result<()> {
    // SAFETY: a constant of the bindings.
    let mut request = unsafe { ffi::RSMPI_REQUEST_NULL };
    check(function, start(&mut request))?;
    let mut patience = Patience::new();
    loop {
        let mut done = 0;
        // SAFETY: a request of our own.
        check(function, unsafe {
            ffi::MPI_Test(&mut request, &mut done, ffi::RSMPI_STATUS_IGNORE)
        })?;
        if done != 0 {
            return Ok(());
        }
        patience.wait();
    }
}

/// A datatype that stands for a number of bytes.
pub struct Unit {
    bytes: usize,
    datatype: ffi::MPI_Datatype,
}

impl Unit {
    fn new(bytes: usize) -> Result<Unit> {
        if bytes > LIMIT {
            return Err(Error::new(
                Code::Unsupported,
                format!("a reduction of {bytes} bytes at once: at most {LIMIT}"),
            ));
        }
        // SAFETY: creates and commits a datatype of bytes; MPI is running where a record is alive.
        unsafe {
            let mut datatype = ffi::RSMPI_DATATYPE_NULL;
            check(
                "MPI_Type_contiguous",
                ffi::MPI_Type_contiguous(count(bytes)?, ffi::RSMPI_UINT8_T, &mut datatype),
            )?;
            let unit = Unit { bytes, datatype };
            check("MPI_Type_commit", ffi::MPI_Type_commit(&mut datatype))?;
            Ok(unit)
        }
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        if attribute::can_free() {
            // SAFETY: a datatype of our own, freed once, while MPI runs.
            unsafe { ffi::MPI_Type_free(&mut self.datatype) };
        }
    }
}

/// A function that combines values panicked since the last reduction began.
static FAILED: AtomicBool = AtomicBool::new(false);

/// MPI's operation for each combining function, by the address of its trampoline.
static OPERATIONS: Mutex<Vec<(usize, Operation)>> = Mutex::new(Vec::new());

struct Operation(ffi::MPI_Op);

// SAFETY: a handle is a plain value; MPI's own rules on threads are checked before each call.
unsafe impl Send for Operation {}

fn operation<F>(_combine: F) -> Result<ffi::MPI_Op>
where
    F: Fn(&[u8], &mut [u8]) + Copy + 'static,
{
    const {
        assert!(
            size_of::<F>() == 0,
            "MPI passes no context to the operation: combine must be a function item or capture nothing"
        )
    };
    type Trampoline =
        unsafe extern "C" fn(*mut c_void, *mut c_void, *mut c_int, *mut ffi::MPI_Datatype);
    let function: Trampoline = trampoline::<F>;
    let mut kept = lock(&OPERATIONS);
    if let Some((_, operation)) = kept.iter().find(|(at, _)| *at == function as usize) {
        return Ok(operation.0);
    }
    const COMMUTES: c_int = 0;
    // SAFETY: the function has the signature that MPI asks for and lives as long as the process.
    let operation = unsafe {
        let mut operation = std::mem::zeroed();
        check(
            "MPI_Op_create",
            ffi::MPI_Op_create(Some(function), COMMUTES, &mut operation),
        )?;
        operation
    };
    kept.push((function as usize, Operation(operation)));
    Ok(operation)
}

/// Frees all operations. Called once, when `MPI_Finalize` begins.
pub fn free_operations() {
    for (_, mut operation) in lock(&OPERATIONS).drain(..) {
        // SAFETY: an operation of our own, freed once, while MPI runs.
        unsafe { ffi::MPI_Op_free(&mut operation.0) };
    }
}

/// What MPI calls to combine `length` elements of a `Unit`.
unsafe extern "C" fn trampoline<F>(
    from: *mut c_void,
    into: *mut c_void,
    length: *mut c_int,
    datatype: *mut ffi::MPI_Datatype,
) where
    F: Fn(&[u8], &mut [u8]) + Copy + 'static,
{
    let combined = catch_unwind(|| {
        // SAFETY: F has no size, so that any well-aligned address holds one, and the caller of `allreduce_bytes` had one.
        let combine: F = unsafe { std::ptr::NonNull::<F>::dangling().read() };
        let mut bytes = 0;
        // SAFETY: MPI passes the datatype of the reduction and the number of elements.
        let elements = unsafe {
            ffi::MPI_Type_size(*datatype, &mut bytes);
            *length
        };
        let (bytes, elements) = (
            bytes.unsigned_abs() as usize,
            elements.unsigned_abs() as usize,
        );
        for at in 0..elements {
            // SAFETY: both buffers hold `elements` elements of `bytes` bytes; they do not overlap.
            let (from, into) = unsafe {
                (
                    std::slice::from_raw_parts(from.cast::<u8>().add(at * bytes), bytes),
                    std::slice::from_raw_parts_mut(into.cast::<u8>().add(at * bytes), bytes),
                )
            };
            AssertUnwindSafe(combine)(from, into);
        }
    });
    if combined.is_err() {
        FAILED.store(true, Ordering::Relaxed);
    }
}

/// Consecutive parts of a buffer.
fn split<'a>(mut flat: &'a mut [u8], lengths: &[usize]) -> Vec<&'a mut [u8]> {
    let mut parts = Vec::with_capacity(lengths.len());
    for &length in lengths {
        let (part, rest) = flat.split_at_mut(length);
        parts.push(part);
        flat = rest;
    }
    parts
}

/// Zeroed bytes, or an error where memory is refused.
pub fn zeroed(bytes: usize) -> Result<Vec<u8>> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(bytes).map_err(|_| {
        Error::new(
            Code::Memory,
            format!("{bytes} bytes for messages were refused"),
        )
    })?;
    buffer.resize(bytes, 0);
    Ok(buffer)
}

/// A count as MPI takes it.
pub fn count(value: usize) -> Result<c_int> {
    c_int::try_from(value).map_err(|_| {
        Error::new(
            Code::Internal,
            format!("{value} does not fit in a count of MPI"),
        )
    })
}
