//! From values to a descriptor.

use std::ffi::c_void;
use std::sync::Arc;

use distarray_core::protocol::DimData;

use super::descriptor::{darr_protocol, darr_protocol_dim, DEVICE_CPU, VERSION};
use crate::ffi::guard::guard;
use crate::protocol::Statement;

/// What a descriptor of ours points to, until it is released.
struct Produced<Owner> {
    extents: Vec<i64>,
    strides: Vec<i64>,
    dims: Vec<darr_protocol_dim>,
    /// What `dims` points to.
    _indices: Vec<Arc<[i64]>>,
    /// Keeps the elements in place.
    _owner: Owner,
}

/// A live descriptor of a rank's section: `base` and `strides` of its element with local index 0, and extents that follow
/// from the statement. The owner keeps the elements in place; it is dropped when the descriptor is released, on whichever
/// thread that happens.
///
/// Where another dimension is empty the extents are those of the protocol, 0 x 5, and the base is NULL.
pub fn produce<Owner: Send + 'static>(
    statement: &Statement,
    base: *mut u8,
    strides: &[i64],
    owner: Owner,
) -> darr_protocol {
    let said = statement.dims.as_deref().unwrap_or_default();
    let produced = Box::new(Produced {
        extents: said.iter().map(DimData::count).collect(),
        strides: strides.to_vec(),
        dims: said.iter().map(raw).collect(),
        _indices: said.iter().filter_map(|d| d.indices.clone()).collect(),
        _owner: owner,
    });
    let in_grid = statement.dims.is_some();
    let empty = !in_grid || produced.extents.contains(&0);
    let mut descriptor = darr_protocol {
        version_major: VERSION[0],
        version_minor: VERSION[1],
        dtype: statement.dtype as i32,
        device: DEVICE_CPU,
        ndim: statement.ndim as i32,
        in_grid: in_grid.into(),
        base: if empty {
            std::ptr::null_mut()
        } else {
            base.cast()
        },
        extents: std::ptr::null(),
        strides: std::ptr::null(),
        dims: std::ptr::null(),
        release: Some(release::<Owner>),
        private_data: std::ptr::null_mut(),
        reserved: [0; 4],
    };
    if statement.ndim > 0 && in_grid {
        descriptor.extents = produced.extents.as_ptr();
        descriptor.strides = produced.strides.as_ptr();
        descriptor.dims = produced.dims.as_ptr();
    }
    descriptor.private_data = Box::into_raw(produced).cast::<c_void>();
    descriptor
}

fn raw(data: &DimData) -> darr_protocol_dim {
    let indices = data.indices.as_ref().filter(|list| !list.is_empty());
    darr_protocol_dim {
        dist_type: data.dist_type,
        periodic: data.periodic,
        one_to_one: data.one_to_one,
        reserved: 0,
        size: data.size,
        proc_grid_size: data.proc_grid_size,
        proc_grid_rank: data.proc_grid_rank,
        start: data.start,
        stop: data.stop,
        padding: data.padding,
        block_size: data.block_size,
        n_indices: data.n_indices,
        indices: indices.map_or(std::ptr::null(), |list| list.as_ptr()),
        reserved_tail: 0,
    }
}

/// The release callback of descriptors made by `produce`.
unsafe extern "C" fn release<Owner>(descriptor: *mut darr_protocol) {
    guard(|| {
        // SAFETY: the consumer calls with a descriptor of ours, perhaps moved: rule 1.2 of the header.
        let Some(descriptor) = (unsafe { descriptor.as_mut() }) else {
            return Ok(());
        };
        // A second call, against the rule, finds nothing.
        let data = std::mem::replace(&mut descriptor.private_data, std::ptr::null_mut());
        descriptor.release = None;
        if !data.is_null() {
            // SAFETY: `private_data` came from `Box::into_raw` of this type, and is taken here once.
            drop(unsafe { Box::from_raw(data.cast::<Produced<Owner>>()) });
        }
        Ok(())
    });
}

#[cfg(test)]
mod tests {
    use super::super::read::{read, Claim};
    use super::*;
    use distarray_core::{Code, Dtype};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts how often it is dropped.
    struct Counted(Arc<AtomicUsize>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn statement(dims: Option<Vec<DimData>>) -> Statement {
        Statement {
            dtype: Dtype::Float64,
            ndim: dims.as_ref().map_or(2, Vec::len),
            dims,
        }
    }

    fn section() -> Statement {
        statement(Some(vec![
            DimData::block(10, [1, 2], 4, 10).with_padding([1, 0]),
            DimData::unstructured(5, [0, 2], vec![7, -1]),
        ]))
    }

    #[test]
    fn what_is_produced_is_read_again() {
        let drops = Arc::new(AtomicUsize::new(0));
        let mut memory = [0.0f64; 12];
        let empty = statement(Some(vec![
            DimData::block(10, [1, 2], 10, 10),
            DimData::unstructured(5, [0, 2], vec![]),
        ]));
        for (n, said) in [section(), empty, statement(None), statement(Some(vec![]))]
            .iter()
            .enumerate()
        {
            let strides = &[16, 8][..said.dims.as_ref().map_or(0, Vec::len)];
            let base = memory.as_mut_ptr().cast();
            let mut made = produce(said, base, strides, Counted(drops.clone()));
            // SAFETY: a live descriptor.
            let read = unsafe { read(&made) }.unwrap();
            assert_eq!(read.statement, *said);
            assert_eq!(drops.load(Ordering::SeqCst), n);
            let release = made.release.unwrap();
            // SAFETY: a live descriptor; the second call finds a released one.
            unsafe {
                release(&mut made);
                release(&mut made);
            }
            assert!(made.release.is_none());
            assert_eq!(drops.load(Ordering::SeqCst), n + 1);
        }
    }

    #[test]
    fn claims_release_what_was_taken_and_nothing_else() {
        let drops = Arc::new(AtomicUsize::new(0));
        let mut memory = [0.0f64; 12];
        let base = memory.as_mut_ptr().cast();
        let mut made = produce(&section(), base, &[16, 8], Counted(drops.clone()));

        // SAFETY: a live descriptor, which outlives the blocks.
        unsafe {
            let told = read(&made).unwrap();
            let given_up = Claim::default();
            drop(told.block(given_up.release()).unwrap());
            assert_eq!(drops.load(Ordering::SeqCst), 0);
            assert!(made.release.is_some());

            let claim = Claim::default();
            let block = told.block(claim.release()).unwrap();
            claim.take(&mut made);
            assert!(made.release.is_none());
            assert_eq!(read(&made).err().unwrap().code, Code::State);
            let other = block.clone();
            drop(block);
            assert_eq!(drops.load(Ordering::SeqCst), 0);
            std::thread::spawn(move || drop(other)).join().unwrap();
            assert_eq!(drops.load(Ordering::SeqCst), 0);
            drop(claim);
            assert_eq!(drops.load(Ordering::SeqCst), 1);
        }
    }

    /// Regression: a rank that owns nothing drops its block before the descriptor is taken.
    #[test]
    fn a_descriptor_that_no_block_needs_is_released_when_it_is_taken() {
        let drops = Arc::new(AtomicUsize::new(0));
        let scalar = Statement {
            ndim: 0,
            ..statement(None)
        };
        for (n, said) in [statement(None), scalar].iter().enumerate() {
            let owner = Counted(drops.clone());
            let mut made = produce(said, std::ptr::null_mut(), &[], owner);
            let claim = Claim::default();
            // SAFETY: a live descriptor.
            unsafe {
                drop(read(&made).unwrap().block(claim.release()).unwrap());
                claim.take(&mut made);
            }
            assert_eq!(drops.load(Ordering::SeqCst), n);
            drop(claim);
            assert_eq!(drops.load(Ordering::SeqCst), n + 1);
            assert!(made.release.is_none());
        }
    }

    #[test]
    fn strides_of_either_sign_reach_into_the_memory() {
        let mut memory: Vec<i32> = (0..12).collect();
        let said = Statement {
            dtype: Dtype::Int32,
            ndim: 2,
            dims: Some(vec![
                DimData::block(3, [0, 1], 0, 3),
                DimData::block(4, [0, 1], 0, 4),
            ]),
        };
        // Rows from the last to the first.
        let base = memory[8..].as_mut_ptr().cast();
        let mut made = produce(&said, base, &[-16, 4], ());
        // SAFETY: a live descriptor of `memory`.
        unsafe {
            let block = read(&made).unwrap().block(Box::new(|| ())).unwrap();
            assert_eq!(block.elements(), 12);
            assert_eq!(block.base(), base);
            made.release.unwrap()(&mut made);
        }
    }
}
