//! The raw calls of HDF5: every identifier, every pointer and every `unsafe` of the file layer ends here.
//!
//! Only the bindings of HDF5 are used, never a wrapper that changes HDF5's settings for the whole process.
//! `linked` looks which library answers, `session` keeps the host's error settings, the others hold one noun each.

mod attribute;
mod dataset;
mod file;
mod linked;
mod name;
mod session;
mod space;
mod types;

pub use attribute::{attribute_name, read_numbers, read_text, write_numbers, write_text};
pub use dataset::Dataset;
pub use file::{close, create, flush, is_open, open, probe, reserve};
pub use hdf5_sys::h5i::hid_t;
pub use name::{Name, Object, ROOM};
pub use session::Session;
pub use space::{Comb, Part};
pub use types::Stored;
