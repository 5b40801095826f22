//! One record per communicator of the user: a private duplicate, found again by an attribute.
//!
//! Everything that the library sends travels on the duplicate, so that no message of the host can be taken for one
//! of ours. The record dies when the user frees the communicator or when `MPI_Finalize` begins; objects may hold it
//! longer, but no communicating call succeeds from then on.

use std::ffi::c_int;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use mpi::ffi;

use super::attribute;
use super::call::check;
use super::collective::Room;
use super::library;
use crate::error::{Code, Error, Result};

extern "C" {
    fn darr_shim_is_null(comm: ffi::MPI_Comm) -> c_int;
    fn darr_shim_test_inter(comm: ffi::MPI_Comm, inter: *mut c_int) -> c_int;
}

/// A communicator of the user, as the library uses it.
pub struct Comm {
    serial: usize,
    /// Valid while the record is listed in `RECORDS`.
    user: ffi::MPI_Comm,
    /// Valid while `alive`.
    duplicate: ffi::MPI_Comm,
    rank: usize,
    size: usize,
    alive: AtomicBool,
    checks: AtomicBool,
    /// Some node has more ranks than processors. The same on all ranks.
    crowded: AtomicBool,
    endings: Mutex<Vec<Weak<dyn Ending>>>,
    pub(super) node: Mutex<Option<Arc<[usize]>>>,
    pub(super) room: Mutex<Option<Box<Room>>>,
    sparse_rounds: AtomicUsize,
    exchanges: AtomicUsize,
    /// A bit for each reduction that is begun.
    flights: AtomicU32,
}

/// What must be closed while MPI still runs: called once, before the duplicate is freed, on every rank in the
/// order of registration.
pub trait Ending: Send + Sync {
    fn end(&self);
}

/// The process grid that a Cartesian communicator brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    pub dims: Vec<usize>,
    pub periods: Vec<bool>,
}

// SAFETY: the MPI handles are plain values; MPI itself demands that threads call it as the thread level allows, which
// `ensure_alive` checks; everything that changes is atomic or behind a mutex.
unsafe impl Send for Comm {}
// SAFETY: as above.
unsafe impl Sync for Comm {}

/// Records whose attribute stands on the user's communicator, oldest first.
static RECORDS: Mutex<Vec<Arc<Comm>>> = Mutex::new(Vec::new());

/// Locks even after a panic of another holder: the guarded values are replaced whole, never half.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Comm {
    /// The record of the communicator with this Fortran handle. Collective for the first call with a communicator,
    /// local from then on.
    pub fn from_fortran(handle: i32) -> Result<Arc<Comm>> {
        library::running()?;
        library::thread()?;
        // SAFETY: MPI is running; any integer may be converted.
        let user = unsafe { ffi::RSMPI_Comm_f2c(handle) };
        ensure_intra(user)?;
        if let Some(serial) = attribute::find(user)? {
            let found = lock(&RECORDS).iter().find(|c| c.serial == serial).cloned();
            return found.ok_or_else(|| {
                Error::new(
                    Code::Internal,
                    "a communicator carries the mark of a record that is not kept",
                )
            });
        }
        Comm::create(user)
    }

    fn create(user: ffi::MPI_Comm) -> Result<Arc<Comm>> {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        attribute::watch_finalize()?;
        // SAFETY: a valid intracommunicator; the duplicate's handlers are set before anything else is done with it.
        let comm = unsafe {
            let mut duplicate = ffi::RSMPI_COMM_NULL;
            check("MPI_Comm_dup", ffi::MPI_Comm_dup(user, &mut duplicate))?;
            check(
                "MPI_Comm_set_errhandler",
                ffi::MPI_Comm_set_errhandler(duplicate, ffi::RSMPI_ERRORS_RETURN),
            )?;
            let (mut rank, mut size) = (0, 0);
            check("MPI_Comm_rank", ffi::MPI_Comm_rank(duplicate, &mut rank))?;
            check("MPI_Comm_size", ffi::MPI_Comm_size(duplicate, &mut size))?;
            Arc::new(Comm {
                serial: NEXT.fetch_add(1, Ordering::Relaxed),
                user,
                duplicate,
                rank: index(rank)?,
                size: index(size)?,
                alive: AtomicBool::new(true),
                checks: AtomicBool::new(false),
                crowded: AtomicBool::new(false),
                endings: Mutex::new(Vec::new()),
                node: Mutex::new(None),
                room: Mutex::default(),
                sparse_rounds: AtomicUsize::new(0),
                exchanges: AtomicUsize::new(0),
                flights: AtomicU32::new(0),
            })
        };
        lock(&RECORDS).push(Arc::clone(&comm));
        // A record on some ranks only would make the next first call wait for ever.
        let attached = comm.agree(attribute::attach(user, comm.serial));
        if let Err(error) = attached.and_then(|()| comm.find_crowds()) {
            if !attribute::detach(user, comm.serial) {
                end(comm.serial);
            }
            return Err(error);
        }
        Ok(comm)
    }

    /// Whether ranks have to share processors, so that a rank that waits keeps another from working.
    fn find_crowds(&self) -> Result<()> {
        let ranks = self.node()?.len() as i64;
        // Not the processors that this rank is bound to: bound ranks have one each, and enough of them.
        // SAFETY: asks the system for a number.
        let processors = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
        let [most] = self.maximum(&[u64::from(ranks > processors)])?;
        self.crowded.store(most != 0, Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn crowded(&self) -> bool {
        self.crowded.load(Ordering::Relaxed)
    }

    pub fn rank(&self) -> usize {
        self.rank
    }

    pub fn size(&self) -> usize {
        self.size
    }

    /// Communication is possible: neither the user's communicator was freed nor MPI finalised, and this thread may call MPI.
    pub fn ensure_alive(&self) -> Result<()> {
        if !self.alive.load(Ordering::Acquire) {
            return Err(Error::new(
                Code::Comm,
                "the communicator of this object has been freed, or MPI_Finalize has been called: \
                 only local calls and frees are possible",
            ));
        }
        library::thread()
    }

    /// Whether collective calls compare their arguments over the ranks.
    pub fn checks(&self) -> bool {
        self.checks.load(Ordering::Relaxed)
    }

    /// Collective by meaning: all ranks set the same.
    pub fn set_checks(&self, on: bool) {
        self.checks.store(on, Ordering::Relaxed);
    }

    /// Whether both are the record of one communicator.
    pub fn is(&self, other: &Comm) -> bool {
        self.serial == other.serial
    }

    /// The duplicate, for a library that communicates by itself. Valid while the record is alive.
    pub fn raw(&self) -> ffi::MPI_Comm {
        self.duplicate
    }

    /// The duplicate, where it may be communicated on.
    pub(super) fn duplicate(&self) -> Result<ffi::MPI_Comm> {
        self.ensure_alive()?;
        Ok(self.duplicate)
    }

    /// The grid of a Cartesian communicator; `None` for any other. Local.
    pub fn cart(&self) -> Result<Option<Cart>> {
        let comm = self.duplicate()?;
        let (mut kind, mut ndim) = (0, 0);
        // SAFETY: the duplicate is valid while the record is alive, and has the topology of the user's communicator.
        unsafe {
            check("MPI_Topo_test", ffi::MPI_Topo_test(comm, &mut kind))?;
            if kind != ffi::RSMPI_CART {
                return Ok(None);
            }
            check("MPI_Cartdim_get", ffi::MPI_Cartdim_get(comm, &mut ndim))?;
        }
        let n = index(ndim)?;
        let (mut dims, mut periods, mut coords) = (vec![0; n], vec![0; n], vec![0; n]);
        // SAFETY: each vector has `ndim` entries.
        check("MPI_Cart_get", unsafe {
            ffi::MPI_Cart_get(
                comm,
                ndim,
                dims.as_mut_ptr(),
                periods.as_mut_ptr(),
                coords.as_mut_ptr(),
            )
        })?;
        Ok(Some(Cart {
            dims: dims.into_iter().map(index).collect::<Result<_>>()?,
            periods: periods.into_iter().map(|p: c_int| p != 0).collect(),
        }))
    }

    /// The number of an exchange, the same on all ranks.
    pub(super) fn next_exchange(&self) -> usize {
        self.exchanges.fetch_add(1, Ordering::Relaxed)
    }

    /// The lowest free place of a reduction that is begun, below `limit`: the same on all ranks, which begin and end in one order.
    pub(super) fn board(&self, limit: u32) -> Option<u32> {
        let slot = self.flights.load(Ordering::Relaxed).trailing_ones();
        (slot < limit).then(|| {
            self.flights.fetch_or(1 << slot, Ordering::Relaxed);
            slot
        })
    }

    pub(super) fn leave(&self, slot: u32) {
        self.flights.fetch_and(!(1 << slot), Ordering::Relaxed);
    }

    /// The number of a sparse exchange, the same on all ranks.
    pub(super) fn next_sparse_round(&self) -> usize {
        self.sparse_rounds.fetch_add(1, Ordering::Relaxed)
    }

    /// Has `ending` called when this record dies, unless it is dropped before.
    pub fn at_end(&self, ending: &Arc<dyn Ending>) {
        let mut endings = lock(&self.endings);
        endings.retain(|kept| kept.strong_count() > 0);
        endings.push(Arc::downgrade(ending));
    }

    /// Gives back what belongs to MPI. Called with MPI running, once.
    fn die(&self) {
        if !self.alive.swap(false, Ordering::AcqRel) {
            return;
        }
        let endings = std::mem::take(&mut *lock(&self.endings));
        for ending in endings.iter().filter_map(Weak::upgrade) {
            ending.end();
        }
        let mut duplicate = self.duplicate;
        // SAFETY: a valid duplicate, freed once: `alive` was true until now. MPI keeps it for requests that still use it.
        unsafe { ffi::MPI_Comm_free(&mut duplicate) };
    }
}

impl fmt::Debug for Comm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Comm")
            .field("rank", &self.rank)
            .field("size", &self.size)
            .field("alive", &self.alive)
            .finish_non_exhaustive()
    }
}

/// Ends the record with this serial number and forgets it.
pub(super) fn end(serial: usize) {
    let found = {
        let mut records = lock(&RECORDS);
        let position = records.iter().position(|comm| comm.serial == serial);
        position.map(|at| records.remove(at))
    };
    // The list is not locked here: MPI may call back while it frees.
    if let Some(comm) = found {
        comm.die();
    }
}

/// Serial numbers and communicators of all records, oldest first: the same order on all ranks that share them.
pub(super) fn all() -> Vec<(usize, ffi::MPI_Comm)> {
    lock(&RECORDS)
        .iter()
        .map(|comm| (comm.serial, comm.user))
        .collect()
}

fn ensure_intra(user: ffi::MPI_Comm) -> Result<()> {
    let refused = |text: &str| Err(Error::new(Code::Comm, text));
    let mut inter = 0;
    // SAFETY: the shim compares and asks; it makes MPI return an error for a handle that is no communicator.
    unsafe {
        if darr_shim_is_null(user) != 0 {
            return refused("the communicator is MPI_COMM_NULL or has been freed");
        }
        if darr_shim_test_inter(user, &mut inter) != 0 {
            return refused("the communicator is not valid: it has been freed or never was one");
        }
    }
    if inter != 0 {
        return refused("the communicator is an intercommunicator: an intracommunicator is needed");
    }
    Ok(())
}

/// A rank, size or extent that MPI gave.
fn index(value: c_int) -> Result<usize> {
    usize::try_from(value).map_err(|_| {
        Error::new(
            Code::Mpi,
            format!("MPI gave {value} where a count is expected"),
        )
    })
}
