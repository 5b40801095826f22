//! Arrays in files: parallel HDF5, and pictures.
//!
//! `hdf5` holds the raw calls. `prepare` and `replace` look after names and the disk, `transfer` brings the elements of
//! any distribution into the order of the file, `open_file` knows what is still open; `file` and `attribute` are the
//! noun that the layers above use. `image` draws.
//!
//! Arguments arrive as results: what is wrong with those of one rank is told to all before anything collective begins.

#[cfg(feature = "hdf5")]
mod attribute;
mod colors;
#[cfg_attr(not(feature = "hdf5"), path = "no_file.rs")]
pub mod file;
#[cfg(feature = "hdf5")]
mod hdf5;
mod image;
mod mode;
#[cfg(feature = "hdf5")]
mod open_file;
#[cfg(feature = "hdf5")]
mod prepare;
mod replace;
#[cfg(feature = "hdf5")]
mod root;
#[cfg(feature = "hdf5")]
mod shape;
#[cfg(feature = "hdf5")]
mod transfer;

pub use colors::Colors;
pub use file::File;
pub use image::{save as save_image, Look};
pub use mode::{Description, Mode, Numbers, Place};
