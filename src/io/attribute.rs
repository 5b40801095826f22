//! Attributes of a file's objects: parameters, times and names that belong to the arrays.

use std::ffi::CString;

use distarray_core::Code;

use super::file::{File, Visit};
use super::hdf5::{self, Name, ROOM};
use super::mode::{Numbers, Place};
use crate::error::{Error, Result};
use crate::mpi::fingerprint;

/// An attribute, found by HDF5.
type Found = (Visit, Name, CString);

impl File {
    /// Collective: sets an attribute to packed values, in place of one of the same name; they are the same on all ranks.
    pub fn set_attribute(&mut self, values: Result<(Place, Numbers, &[u8])>) -> Result<()> {
        let value = values.as_ref().map_or(0, |(_, as_, bytes)| {
            fingerprint((as_.dtype as i32, as_.count, bytes))
        });
        let fields = self.attribute_fields(values.as_ref().ok().map(|values| values.0), value);
        let local = values
            .and_then(|(place, numbers, bytes)| Ok((self.find(true, place)?, numbers, bytes)));
        let ((visit, object, name), Numbers { dtype, count }, bytes) =
            self.comm
                .agree_on("darr_file_set_attribute", &fields, local)?;
        self.agree_or_spoil(self.open.make_room(ROOM + 3 * bytes.len() as u64))?;
        let done = hdf5::write_numbers(
            &visit.session,
            visit.file,
            &object,
            &name,
            dtype,
            count,
            bytes,
        );
        self.steadily(done)
    }

    /// Collective: packed values of an attribute, converted where the type asked for holds every value of the stored one.
    pub fn attribute(&mut self, question: Result<(Place, Numbers)>) -> Result<Vec<u8>> {
        let value = question
            .as_ref()
            .map_or(0, |(_, as_)| fingerprint((as_.dtype as i32, as_.count)));
        let fields =
            self.attribute_fields(question.as_ref().ok().map(|question| question.0), value);
        let local = question.and_then(|(place, numbers)| Ok((self.find(false, place)?, numbers)));
        let ((visit, object, name), Numbers { dtype, count }) =
            self.comm
                .agree_on("darr_file_get_attribute", &fields, local)?;
        let count = count.unwrap_or(1);
        self.ask(|| hdf5::read_numbers(&visit.session, visit.file, &object, &name, dtype, count))
    }

    /// Collective: as `set_attribute`, with a text.
    pub fn set_text(&mut self, text: Result<(Place, &str)>) -> Result<()> {
        let value = text.as_ref().map_or(0, |(_, text)| fingerprint(text));
        let fields = self.attribute_fields(text.as_ref().ok().map(|text| text.0), value);
        let local = text.and_then(|(place, text)| {
            let text = CString::new(text)
                .map_err(|_| Error::new(Code::Argument, "a text has no zero bytes"))?;
            Ok((self.find(true, place)?, text))
        });
        let ((visit, object, name), text) =
            self.comm.agree_on("darr_file_set_text", &fields, local)?;
        self.agree_or_spoil(self.open.make_room(ROOM + 3 * text.count_bytes() as u64))?;
        let done = hdf5::write_text(&visit.session, visit.file, &object, &name, &text);
        self.steadily(done)
    }

    /// Collective: the bytes of a text, usually UTF-8.
    pub fn text(&mut self, place: Result<Place>) -> Result<Vec<u8>> {
        let fields = self.attribute_fields(place.as_ref().ok().copied(), 0);
        let local = place.and_then(|place| self.find(false, place));
        let (visit, object, name) = self.comm.agree_on("darr_file_get_text", &fields, local)?;
        self.ask(|| hdf5::read_text(&visit.session, visit.file, &object, &name))
    }

    fn find(&self, write: bool, place: Place) -> Result<Found> {
        Ok((
            self.visit(write)?,
            Name::new(place.object)?,
            hdf5::attribute_name(place.name)?,
        ))
    }

    fn attribute_fields(&self, place: Option<Place>, value: u64) -> [(&'static str, u64); 3] {
        [
            ("the file", self.open.serial),
            ("the attribute's name", place.map_or(0, fingerprint)),
            ("the attribute's type, number or values", value),
        ]
    }
}
