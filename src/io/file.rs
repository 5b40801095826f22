//! A parallel HDF5 file: arrays are saved and loaded by all ranks together.
//!
//! Every step that may fail on one rank alone is followed by an agreement, and no rank leaves out a collective call
//! of HDF5 because of an error of its own.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use distarray_core::{Code, Dtype, Order};

use super::hdf5::{self, hid_t, Dataset, Name, Object, Session};
use super::mode::{Description, Mode};
use super::open_file::OpenFile;
use super::prepare;
use super::replace::refused;
use super::root::from_root;
use super::shape::{bytes_in_file, extents_in_file, fits, look};
use super::transfer::Transfer;
use crate::array::Array;
use crate::error::{Error, Result};
use crate::mpi::{fingerprint, watch_finalize_first, Comm};

/// Dropped without `close`, a file is given up: what it would have replaced stays as it was.
pub struct File {
    pub(super) comm: Arc<Comm>,
    pub(super) open: Arc<OpenFile>,
    path: PathBuf,
    mode: Mode,
    /// Why the file cannot be completed.
    broken: Option<Error>,
}

/// One visit to HDF5 with this file.
pub(super) struct Visit {
    pub session: Session,
    pub file: hid_t,
}

impl File {
    /// Collective.
    pub fn open(comm: &Arc<Comm>, arguments: Result<(&Path, Mode)>) -> Result<File> {
        let (named, how) = match &arguments {
            Ok((path, mode)) => (fingerprint(path.as_os_str().as_bytes()), *mode as u64),
            Err(_) => (0, 0),
        };
        let local = arguments.and_then(|arguments| Ok((arguments, Session::begin()?)));
        let fields = [("the path", named), ("the mode", how)];
        let ((path, mode), session) = comm.agree_on("darr_file_open", &fields, local)?;
        watch_finalize_first()?;
        OpenFile::close_left(comm, &session)?;

        let mut ready = None;
        let told = from_root(comm, || {
            let found = prepare::prepare(&session, path, mode)?;
            let message = found.message();
            ready = Some(found);
            Ok(message)
        })?;
        let (serial, make, place) = prepare::understand(&told);
        comm.agree(prepare::visible(comm, &place, mode))?;
        let opened = match make {
            true => hdf5::create(&session, comm, &place),
            false => hdf5::open(&session, comm, &place, mode != Mode::Read),
        };
        // Where it fails on some ranks only, MPI-IO has told all of them and none has the file open.
        let id = comm.agree(opened)?;
        let (replacement, disk) = ready.map_or((None, None), |ready| ready.keep());
        let open = OpenFile::new(comm, serial, id, replacement, disk);
        Ok(File {
            comm: comm.clone(),
            open,
            path: path.to_path_buf(),
            mode,
            broken: None,
        })
    }

    pub fn comm(&self) -> &Arc<Comm> {
        &self.comm
    }

    /// Collective: a dataset of the array's shape and type, made where there is none.
    pub fn save(&mut self, name: Result<&str>, array: Result<&Array>) -> Result<()> {
        let fields = self.fields(&name, &array);
        let local = self.transfer(true, name, array);
        let (visit, name, array, transfer) =
            self.comm.agree_on("darr_file_save", &fields, local)?;
        let found = visit.dataset(&name).and_then(|found| {
            let bytes = bytes_in_file(array);
            match &found {
                Some(dataset) => {
                    fits(&name, dataset, array)?;
                    let place = dataset.place();
                    place.map_or(Ok(()), |offset| self.open.fill_holes(offset, bytes))?;
                }
                None => self.open.make_room(name.room().saturating_add(bytes))?,
            }
            Ok(found)
        });
        let found = self.agree_or_spoil(found)?;
        let dataset = match found {
            Some(dataset) => dataset,
            None => {
                let extents = extents_in_file(array);
                let (session, file) = (&visit.session, visit.file);
                self.steadily(Dataset::create(
                    session,
                    file,
                    &name,
                    array.dtype(),
                    &extents,
                ))?
            }
        };
        let written = self.rounds(&transfer, |round| {
            let share = round.map(|round| {
                transfer.pack(round)?;
                Ok((&round.part, &round.packed))
            });
            dataset.write(array.dtype(), share.transpose())
        })?;
        let written = written.map_err(|error| self.during("saving", &name, error));
        self.agree_or_spoil(written)
    }

    /// Collective: the owned elements of the array, from a dataset of its shape and type.
    pub fn load(&mut self, name: Result<&str>, array: Result<&Array>) -> Result<()> {
        let fields = self.fields(&name, &array);
        let local = self.transfer(false, name, array);
        let (visit, name, array, transfer) =
            self.comm.agree_on("darr_file_load", &fields, local)?;
        let dataset = visit.dataset(&name).and_then(|found| {
            let dataset = found.ok_or_else(|| self.missing(&name))?;
            fits(&name, &dataset, array)?;
            Ok(dataset)
        });
        let dataset = self.comm.agree(dataset)?;
        let read = self.rounds(&transfer, |round| {
            let share = round.map(|round| (&round.part, &round.packed));
            dataset.read(array.dtype(), Ok(share))?;
            round.map_or(Ok(()), |round| transfer.unpack(round))
        })?;
        self.comm
            .agree(read.map_err(|error| self.during("loading", &name, error)))
    }

    /// Collective: type and shape of a dataset, as an array of this order has it.
    pub fn describe(&mut self, question: Result<(&str, Order)>) -> Result<Description> {
        let asked = question.as_ref().map_or(0, fingerprint);
        let fields = [
            ("the file", self.open.serial),
            ("the name or the order", asked),
        ];
        let local =
            question.and_then(|(name, order)| Ok((self.visit(false)?, Name::new(name)?, order)));
        let (visit, name, order) = self.comm.agree_on("darr_file_describe", &fields, local)?;
        let told = self.ask(|| {
            let dataset = visit.dataset(&name)?.ok_or_else(|| self.missing(&name))?;
            let (dtype, mut extents) = look(&name, &dataset)?;
            if order == Order::F {
                extents.reverse();
            }
            let mut message = (dtype as i64).to_ne_bytes().to_vec();
            message.extend(extents.iter().flat_map(|extent| extent.to_ne_bytes()));
            Ok(message)
        })?;
        let mut words = told
            .chunks_exact(8)
            .map(|word| i64::from_ne_bytes(word.try_into().unwrap_or_default()));
        let dtype = Dtype::from_code(words.next().unwrap_or(0) as i32)?;
        Ok(Description {
            dtype,
            shape: words.collect(),
        })
    }

    /// Collective: everything reaches the disk; a file written as a whole takes its place, if nothing went wrong before.
    pub fn close(mut self) -> Result<()> {
        let local = match self.broken.take() {
            Some(error) => Err(error),
            None => self.visit(false),
        };
        let visit = self
            .comm
            .agree_on("darr_file_close", &[("the file", self.open.serial)], local);
        let visit = match visit {
            Ok(visit) => visit,
            Err(error) => return Err(self.give_up(error)),
        };
        if self.mode != Mode::Read {
            if let Err(error) = self.comm.agree(hdf5::flush(&visit.session, visit.file)) {
                if self.mode == Mode::Update {
                    self.open.give_to_hdf5();
                }
                return Err(self.give_up(error));
            }
        }
        let closed = self.open.close(&visit.session);
        self.comm.agree(closed)?;
        let (replacement, disk) = self.open.take();
        let completed = match (replacement, disk) {
            (Some(replacement), _) => {
                hdf5::probe(&visit.session, replacement.path()).and_then(|()| replacement.commit())
            }
            (None, Some(disk)) if self.mode != Mode::Read => {
                let synced = disk.sync_all();
                synced.map_err(|e| refused("cannot complete", &self.path, &e))
            }
            _ => Ok(()),
        };
        self.comm.agree(completed)
    }

    /// Collective, after a failure that all ranks know: closes the file and returns the failure.
    fn give_up(&self, error: Error) -> Error {
        self.open.clear();
        // All ranks or none come here with a live communicator and an open file.
        if self.comm.ensure_alive().is_ok() && error.code != Code::Mismatch {
            if let Ok(session) = Session::begin() {
                let _ = self.open.close(&session);
            }
        }
        error
    }

    /// Collective: what HDF5 finds in the file. Rank 0 looks for all, but not where the file may be written: HDF5 then gives a
    /// dataset that was never written its place as soon as it is opened, which all ranks must do alike.
    pub(super) fn ask(&self, find: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        match self.mode {
            Mode::Read => from_root(&self.comm, find),
            Mode::Create | Mode::Update => self.comm.agree(find()),
        }
    }

    /// HDF5 with this file.
    pub(super) fn visit(&self, write: bool) -> Result<Visit> {
        self.comm.ensure_alive()?;
        if let Some(error) = &self.broken {
            let text = format!(
                "'{}' failed before and can only be closed: {}",
                self.path.display(),
                error.text
            );
            return Err(Error::new(Code::State, text));
        }
        if write && self.mode == Mode::Read {
            let text = format!(
                "'{}' is open for reading: nothing can be written to it",
                self.path.display()
            );
            return Err(Error::new(Code::State, text));
        }
        let session = Session::begin()?;
        match self.open.id() {
            Some(file) if hdf5::is_open(&session, file) => Ok(Visit { session, file }),
            _ => Err(Error::new(
                Code::State,
                format!(
                    "'{}' was closed behind the library's back",
                    self.path.display()
                ),
            )),
        }
    }

    /// Agrees on a step that changes the file on all ranks alike. If it failed on some only, the file is spoilt.
    pub(super) fn steadily<T>(&mut self, local: Result<T>) -> Result<T> {
        self.comm.agree(local).map_err(|error| match error.code {
            Code::Format | Code::Unsupported | Code::Argument => error,
            _ => {
                self.broken = Some(error.clone());
                error
            }
        })
    }

    pub(super) fn agree_or_spoil<T>(&mut self, local: Result<T>) -> Result<T> {
        self.comm.agree(local).map_err(|error| self.spoil(error))
    }

    /// A file that is written as a whole is not completed after a failure of the disk or of HDF5.
    fn spoil(&mut self, error: Error) -> Error {
        let refused = matches!(
            error.code,
            Code::Format | Code::Unsupported | Code::Argument
        );
        if self.mode == Mode::Create && !refused {
            self.broken = Some(error.clone());
        }
        error
    }

    fn missing(&self, name: &Name) -> Error {
        let text = format!("'{}' has no dataset '{}'", self.path.display(), name.text());
        Error::new(Code::Format, text)
    }

    fn during(&self, doing: &str, name: &Name, error: Error) -> Error {
        let (path, text) = (self.path.display(), error.text);
        Error::new(
            error.code,
            format!("{doing} '{}' in '{path}': {text}", name.text()),
        )
    }

    fn fields(&self, name: &Result<&str>, array: &Result<&Array>) -> [(&'static str, u64); 3] {
        let name = name.as_ref().map_or(0, fingerprint);
        let array = array.as_ref().map_or(0, |array| array.identity());
        [
            ("the file", self.open.serial),
            ("the name", name),
            ("the array", array),
        ]
    }

    /// Everything of a save or load that can fail on this rank alone before the first collective step.
    fn transfer<'a>(
        &self,
        write: bool,
        name: Result<&str>,
        array: Result<&'a Array>,
    ) -> Result<(Visit, Name, &'a Array, Transfer)> {
        let visit = self.visit(write)?;
        let (name, array) = (Name::new(name?)?, array?);
        if name.is_root() {
            return Err(Error::new(
                Code::Argument,
                "'/' is the root of the file, not a dataset",
            ));
        }
        if !array.dist().comm().is(&self.comm) {
            return Err(Error::new(
                Code::Argument,
                "the array and the file belong to different communicators",
            ));
        }
        Ok((visit, name, array, Transfer::new(array)?))
    }

    /// Goes through the rounds that the rank with most of them needs. The inner result is this rank's own.
    fn rounds(
        &self,
        transfer: &Transfer,
        mut run: impl FnMut(Option<&super::transfer::Round>) -> Result<()>,
    ) -> Result<Result<()>> {
        let mine = transfer.rounds();
        let mut most = mine.to_ne_bytes();
        self.comm.allreduce_bytes(&mut most, |from, into| {
            let word = |bytes: &[u8]| u64::from_ne_bytes(bytes.try_into().unwrap_or_default());
            let larger = word(from).max(word(into));
            into.copy_from_slice(&larger.to_ne_bytes());
        })?;
        let mut outcome = Ok(());
        for number in 0..u64::from_ne_bytes(most) {
            let done = match (number < mine).then(|| transfer.round(number)) {
                Some(Ok(round)) => run(Some(&round)),
                None => run(None),
                Some(Err(error)) => run(None).and(Err(error)),
            };
            outcome = outcome.and(done);
        }
        Ok(outcome)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.open.leave();
    }
}

impl Visit {
    /// The dataset of this name, if there is one. Errors: the name stands for something else.
    fn dataset(&self, name: &Name) -> Result<Option<Dataset<'_>>> {
        match Object::find(&self.session, self.file, name)? {
            Object::Dataset(id) => Ok(Some(Dataset::new(&self.session, id))),
            Object::Missing => Ok(None),
            Object::Group(_) => Err(Error::new(
                Code::Format,
                format!("'{}' is a group, not a dataset", name.text()),
            )),
            Object::Type(_) => Err(Error::new(
                Code::Format,
                format!("'{}' is a type, not a dataset", name.text()),
            )),
        }
    }
}
