//! Contiguous datasets and the collective transfer of parts of them.

use distarray_core::Dtype;
use hdf5_sys::h5::herr_t;
use hdf5_sys::h5d::*;
use hdf5_sys::h5i::hid_t;
use hdf5_sys::h5p::*;

use super::name::Name;
use super::session::{Id, Session};
use super::space::{self, Part};
use super::types::{native, Stored};
use crate::error::{Code, Result};
use crate::kernels::block::Block;

/// HDF5's "there is no such address".
const NOWHERE: u64 = u64::MAX;

pub struct Dataset<'s> {
    session: &'s Session,
    id: Id<'s>,
}

impl<'s> Dataset<'s> {
    pub fn new(session: &'s Session, id: Id<'s>) -> Dataset<'s> {
        Dataset { session, id }
    }

    /// Collective: a dataset of these extents whose space lies in one piece; groups on the way are made.
    pub fn create(
        session: &'s Session,
        file: hid_t,
        name: &Name,
        dtype: Dtype,
        extents: &[u64],
    ) -> Result<Dataset<'s>> {
        let what = || format!("cannot create the dataset '{}'", name.text());
        let element = native(session, dtype)?;
        let extent = space::simple(session, extents)?;
        // SAFETY: predefined classes of the open library, here and below.
        let way = session.id(unsafe { H5Pcreate(*H5P_CLS_LINK_CREATE) }, Code::Io, what)?;
        // SAFETY: the list is ours.
        let done = unsafe { H5Pset_create_intermediate_group(way.raw(), 1) };
        session.check(done, Code::Io, what)?;
        // SAFETY: as above.
        let raw = unsafe { H5Pcreate(*H5P_CLS_DATASET_CREATE) };
        let layout = session.id(raw, Code::Io, what)?;
        // Every element is written, so nothing is filled before; without times equal contents make equal files.
        // SAFETY: the list is ours, in the three calls.
        unsafe {
            session.check(
                H5Pset_alloc_time(layout.raw(), H5D_alloc_time_t::H5D_ALLOC_TIME_EARLY),
                Code::Io,
                what,
            )?;
            session.check(
                H5Pset_fill_time(layout.raw(), H5D_fill_time_t::H5D_FILL_TIME_NEVER),
                Code::Io,
                what,
            )?;
            session.check(H5Pset_obj_track_times(layout.raw(), 0), Code::Io, what)?;
        }
        let path = name.path();
        // SAFETY: the path is terminated, and all identifiers but the file's, which HDF5 checks, are open.
        let raw = unsafe {
            H5Dcreate2(
                file,
                path.as_ptr(),
                element.raw(),
                extent.raw(),
                way.raw(),
                layout.raw(),
                H5P_DEFAULT,
            )
        };
        Ok(Dataset::new(session, session.id(raw, Code::Io, what)?))
    }

    pub fn stored(&self) -> Result<Stored> {
        // SAFETY: the dataset is open.
        let raw = unsafe { H5Dget_type(self.id.raw()) };
        let id = self.session.id(raw, Code::Format, || {
            "HDF5 does not tell the type of a dataset".to_string()
        })?;
        Ok(Stored::of(self.session, &id))
    }

    /// None for a dataset that has no value at all.
    pub fn extents(&self) -> Result<Option<Vec<u64>>> {
        space::extents(self.session, &self.space()?)
    }

    /// Where in the file the elements lie; `None` where they are not in one piece.
    pub fn place(&self) -> Option<u64> {
        // SAFETY: the dataset is open.
        let offset = unsafe { H5Dget_offset(self.id.raw()) };
        (offset != NOWHERE).then_some(offset)
    }

    /// Collective: packed elements of `dtype` go to their part of the dataset. A rank without a share takes part with nothing.
    pub fn write(&self, dtype: Dtype, share: Result<Option<(&Part, &Block)>>) -> Result<()> {
        self.transfer(dtype, share, |plan, base| {
            // SAFETY: the memory at `base` holds the elements that the spaces select, which `plan` compared.
            unsafe {
                H5Dwrite(
                    self.id.raw(),
                    plan.element.raw(),
                    plan.memory.raw(),
                    plan.file.raw(),
                    plan.how.raw(),
                    base.cast(),
                )
            }
        })
    }

    /// Collective: a part of the dataset goes to packed elements of `dtype`.
    pub fn read(&self, dtype: Dtype, share: Result<Option<(&Part, &Block)>>) -> Result<()> {
        self.transfer(dtype, share, |plan, base| {
            // SAFETY: as in `write`; the memory of a block may be written.
            unsafe {
                H5Dread(
                    self.id.raw(),
                    plan.element.raw(),
                    plan.memory.raw(),
                    plan.file.raw(),
                    plan.how.raw(),
                    base.cast(),
                )
            }
        })
    }

    /// Whatever goes wrong on this rank before the transfer, the other ranks do not wait for it in vain.
    fn transfer(
        &self,
        dtype: Dtype,
        share: Result<Option<(&Part, &Block)>>,
        run: impl FnOnce(&Plan, *mut u8) -> herr_t,
    ) -> Result<()> {
        let mut nothing = 0u8;
        let planned = share.and_then(|share| {
            Ok((
                self.plan(dtype, share)?,
                share.map(|(_, block)| block.base()),
            ))
        });
        let (plan, base, failed) = match planned {
            Ok((plan, base)) => (plan, base.unwrap_or(&raw mut nothing), None),
            Err(error) => (self.plan(dtype, None)?, &raw mut nothing, Some(error)),
        };
        let done = self.session.check(run(&plan, base), Code::Io, || {
            "elements could not be transferred".to_string()
        });
        failed.map_or(done.map(|_| ()), Err)
    }

    /// Condition: file and memory select equally many elements; the block is packed and of this type.
    fn plan(&self, dtype: Dtype, share: Option<(&Part, &Block)>) -> Result<Plan<'s>> {
        let session = self.session;
        let what = || "HDF5 does not prepare a transfer".to_string();
        let elements = share.map_or(0, |(_, block)| block.elements() as u64);
        let element = native(session, dtype)?;
        let memory = space::simple(session, &[elements])?;
        let file = self.space()?;
        match share {
            Some((part, _)) => {
                part.select(session, &file)?;
                space::expect(session, &file, elements)?;
            }
            None => {
                space::select_none(session, &file)?;
                space::select_none(session, &memory)?;
            }
        }
        let manner = self.manner()?;
        // SAFETY: a predefined class of the open library.
        let how = session.id(unsafe { H5Pcreate(*H5P_CLS_DATASET_XFER) }, Code::Io, what)?;
        // SAFETY: the list is ours.
        let done = unsafe { H5Pset_dxpl_mpio(how.raw(), manner) };
        session.check(done, Code::Io, what)?;
        Ok(Plan {
            element,
            memory,
            file,
            how,
        })
    }

    /// Each rank for itself where no element has a place in the file yet: HDF5 then gives the fill value to ranks that read any
    /// and is done with them, while those that read none would wait for them in a collective transfer.
    fn manner(&self) -> Result<H5FD_mpio_xfer_t> {
        let mut status = H5D_space_status_t::H5D_SPACE_STATUS_ERROR;
        // SAFETY: the dataset is open, and the output a local variable.
        let told = unsafe { H5Dget_space_status(self.id.raw(), &mut status) };
        let what = || "HDF5 does not tell whether a dataset was written".to_string();
        self.session.check(told, Code::Format, what)?;
        Ok(match status {
            H5D_space_status_t::H5D_SPACE_STATUS_NOT_ALLOCATED => {
                H5FD_mpio_xfer_t::H5FD_MPIO_INDEPENDENT
            }
            _ => H5FD_mpio_xfer_t::H5FD_MPIO_COLLECTIVE,
        })
    }

    fn space(&self) -> Result<Id<'s>> {
        // SAFETY: the dataset is open.
        let raw = unsafe { H5Dget_space(self.id.raw()) };
        self.session.id(raw, Code::Format, || {
            "HDF5 does not tell the extents of a dataset".to_string()
        })
    }
}

/// What HDF5 is given with a transfer.
struct Plan<'s> {
    element: Id<'s>,
    memory: Id<'s>,
    file: Id<'s>,
    how: Id<'s>,
}
