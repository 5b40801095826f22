//! The file noun of a build without HDF5: none can be opened, so there is nothing else to do.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use distarray_core::{Code, Order};

use super::mode::{Description, Mode, Numbers, Place};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::mpi::Comm;

/// There is no value of this type.
pub struct File(Infallible);

impl File {
    pub fn open(_comm: &Arc<Comm>, _arguments: Result<(&Path, Mode)>) -> Result<File> {
        Err(Error::new(
            Code::Unsupported,
            "this build of the library has no HDF5: build it with the feature hdf5",
        ))
    }

    pub fn save(&mut self, _name: Result<&str>, _array: Result<&Array>) -> Result<()> {
        match self.0 {}
    }

    pub fn load(&mut self, _name: Result<&str>, _array: Result<&Array>) -> Result<()> {
        match self.0 {}
    }

    pub fn describe(&mut self, _question: Result<(&str, Order)>) -> Result<Description> {
        match self.0 {}
    }

    pub fn set_attribute(&mut self, _values: Result<(Place, Numbers, &[u8])>) -> Result<()> {
        match self.0 {}
    }

    pub fn attribute(&mut self, _question: Result<(Place, Numbers)>) -> Result<Vec<u8>> {
        match self.0 {}
    }

    pub fn set_text(&mut self, _text: Result<(Place, &str)>) -> Result<()> {
        match self.0 {}
    }

    pub fn text(&mut self, _place: Result<Place>) -> Result<Vec<u8>> {
        match self.0 {}
    }

    pub fn close(self) -> Result<()> {
        match self.0 {}
    }
}
