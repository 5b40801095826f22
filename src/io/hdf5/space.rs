//! Extents and selections.

use hdf5_sys::h5i::hid_t;
use hdf5_sys::h5s::*;

use distarray_core::Dims;

use super::session::{Id, Session};
use crate::error::{Code, Error, Result};

/// `count` blocks of `block` indices, `stride` apart, of which the first begins at `start`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comb {
    pub start: u64,
    pub stride: u64,
    pub count: u64,
    pub block: u64,
}

impl Comb {
    pub fn run(start: u64, length: u64) -> Comb {
        Comb {
            start,
            stride: length.max(1),
            count: 1,
            block: length,
        }
    }

    /// Every `n`-th of the dimensions' combs together are one selection of HDF5.
    fn apply(session: &Session, space: &Id, how: H5S_seloper_t, combs: &[Comb]) -> Result<()> {
        let part = |of: fn(&Comb) -> u64| -> Dims<u64> { combs.iter().map(of).collect() };
        let (start, stride) = (part(|c| c.start), part(|c| c.stride));
        let (count, block) = (part(|c| c.count), part(|c| c.block));
        // SAFETY: the space is open and has as many dimensions as there are combs: the callers below compare.
        let done = unsafe {
            H5Sselect_hyperslab(
                space.raw(),
                how,
                start.as_ptr(),
                stride.as_ptr(),
                count.as_ptr(),
                block.as_ptr(),
            )
        };
        session.check(done, Code::Io, || {
            "HDF5 does not select a part of a dataset".to_string()
        })?;
        Ok(())
    }
}

/// The space of an array of these extents; without dimensions that of a single value.
pub fn simple<'s>(session: &'s Session, extents: &[u64]) -> Result<Id<'s>> {
    let what = || format!("HDF5 does not make a space of the extents {extents:?}");
    // SAFETY: the pointer is to as many extents as the rank says.
    let raw = unsafe {
        match extents.len() {
            0 => H5Screate(H5S_class_t::H5S_SCALAR),
            n => H5Screate_simple(n as i32, extents.as_ptr(), std::ptr::null()),
        }
    };
    session.id(raw, Code::Io, what)
}

/// Extents of a space, none for a single value. `None` for a space without any value.
pub fn extents(session: &Session, space: &Id) -> Result<Option<Vec<u64>>> {
    let what = || "HDF5 does not tell the extents".to_string();
    // SAFETY: the space is open, here and below.
    let class = unsafe { H5Sget_simple_extent_type(space.raw()) };
    if class == H5S_class_t::H5S_NULL {
        return Ok(None);
    }
    // SAFETY: as above.
    let done = unsafe { H5Sget_simple_extent_ndims(space.raw()) };
    let ndim = session.check(done, Code::Format, what)?;
    let mut extents = vec![0; ndim as usize];
    // SAFETY: there is room for one extent per dimension, and the greatest extents are not asked for.
    let read = unsafe {
        H5Sget_simple_extent_dims(space.raw(), extents.as_mut_ptr(), std::ptr::null_mut())
    };
    session.check(read, Code::Format, what)?;
    Ok(Some(extents))
}

/// Selects nothing: this rank takes part in a collective transfer without a share of it.
pub fn select_none(session: &Session, space: &Id) -> Result<()> {
    // SAFETY: the space is open.
    session.check(unsafe { H5Sselect_none(space.raw()) }, Code::Io, || {
        "HDF5 does not select nothing".to_string()
    })?;
    Ok(())
}

/// Errors: the selection has another number of elements. That would be a defect of the library.
pub fn expect(session: &Session, space: &Id, elements: u64) -> Result<()> {
    // SAFETY: the space is open.
    let selected = unsafe { H5Sget_select_npoints(space.raw()) };
    let selected = session.check(selected, Code::Io, || {
        "HDF5 does not count a selection".to_string()
    })?;
    if selected as u64 == elements {
        return Ok(());
    }
    Err(Error::new(
        Code::Internal,
        format!("{selected} elements of a dataset are selected for {elements} in memory"),
    ))
}

/// A part of a dataset: the product over the dimensions of `combs`, within `bounds`, without the runs of `gaps`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Part {
    pub combs: Dims<Comb>,
    /// Half-open; trims the first and last block of a comb where only a part of it is meant.
    pub bounds: Dims<(u64, u64)>,
    /// (dimension, first index, indices)
    pub gaps: Vec<(usize, u64, u64)>,
}

impl Part {
    pub fn select(&self, session: &Session, space: &Id) -> Result<()> {
        if self.combs.is_empty() {
            return select_all(session, space.raw());
        }
        Comb::apply(session, space, H5S_seloper_t::H5S_SELECT_SET, &self.combs)?;
        let trimmed = self
            .combs
            .iter()
            .zip(&self.bounds)
            .any(|(comb, &(lo, hi))| {
                comb.start < lo || comb.start + (comb.count - 1) * comb.stride + comb.block > hi
            });
        let inside: Dims<Comb> = self
            .bounds
            .iter()
            .map(|&(lo, hi)| Comb::run(lo, hi - lo))
            .collect();
        if trimmed {
            Comb::apply(session, space, H5S_seloper_t::H5S_SELECT_AND, &inside)?;
        }
        for &(dim, first, length) in &self.gaps {
            let mut gap = inside.clone();
            gap[dim] = Comb::run(first, length);
            Comb::apply(session, space, H5S_seloper_t::H5S_SELECT_NOTB, &gap)?;
        }
        Ok(())
    }
}

fn select_all(session: &Session, space: hid_t) -> Result<()> {
    // SAFETY: the caller's space is open.
    session.check(unsafe { H5Sselect_all(space) }, Code::Io, || {
        "HDF5 does not select a value".to_string()
    })?;
    Ok(())
}
