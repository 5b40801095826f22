//! Which HDF5 the program really runs.
//!
//! A host may bring a serial HDF5 of its own. Where that library has the same symbol names without versions, the
//! dynamic linker gives its functions to this library too, except the parallel ones that it does not have: calling
//! such a mixture corrupts memory. So nothing of HDF5 is called before all functions are seen to lie in one library.

use std::ffi::{c_void, CStr};
use std::sync::OnceLock;

use hdf5_sys::{h5, h5a, h5d, h5f, h5p, h5s};

use crate::error::{Code, Error, Result};

/// The parallel functions of HDF5 and its ordinary ones come from one library.
pub fn check() -> Result<()> {
    static OUTCOME: OnceLock<Option<Error>> = OnceLock::new();
    let outcome = OUTCOME.get_or_init(|| {
        let parallel = Origin::of(h5p::H5Pset_fapl_mpio as *const c_void);
        let ordinary = [
            h5::H5open as *const c_void,
            h5f::H5Fopen as *const c_void,
            h5p::H5Pcreate as *const c_void,
            h5s::H5Sselect_hyperslab as *const c_void,
            h5d::H5Dwrite as *const c_void,
            h5a::H5Acreate2 as *const c_void,
        ];
        let other = ordinary.into_iter().map(Origin::of).find(|origin| origin.base != parallel.base)?;
        let (other, parallel) = (other.name, parallel.name);
        Some(Error::new(
            Code::Unsupported,
            format!(
                "the program takes HDF5's ordinary functions from '{other}' and its parallel ones from '{parallel}': \
                 link the program with the parallel HDF5 in place of the other one (it has all serial functions), or name it first"
            ),
        ))
    });
    outcome.clone().map_or(Ok(()), Err)
}

/// The loaded object that holds a function.
struct Origin {
    base: usize,
    name: String,
}

impl Origin {
    fn of(function: *const c_void) -> Origin {
        let mut info = libc::Dl_info {
            dli_fname: std::ptr::null(),
            dli_fbase: std::ptr::null_mut(),
            dli_sname: std::ptr::null(),
            dli_saddr: std::ptr::null_mut(),
        };
        // SAFETY: dladdr accepts any address and writes only to `info`.
        let found = unsafe { libc::dladdr(function, &mut info) } != 0;
        if !found || info.dli_fname.is_null() {
            return Origin {
                base: 0,
                name: "an unknown object".to_string(),
            };
        }
        // SAFETY: dladdr found the object, so the name is a terminated text that lives as long as the object is loaded.
        let name = unsafe { CStr::from_ptr(info.dli_fname) };
        Origin {
            base: info.dli_fbase as usize,
            name: name.to_string_lossy().into_owned(),
        }
    }
}
