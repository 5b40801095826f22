//! Selections: slices, single indices, new dimensions.

use super::cut::cut;
use super::Slice;
use crate::grid::Coords;
use crate::map::Owner;
use crate::{Dimension, Dims, Distribution, Error, Grid, Result, MAX_DIMS};

/// One entry of a selection, as in `a[2:5, 7, None, ...]` of NumPy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Index {
    /// A part of a dimension.
    Slice(Slice),
    /// One index, counted from the end if it is negative; the dimension vanishes.
    At(i64),
    /// A new dimension of extent 1.
    New,
    /// As many dimensions, taken whole, as the other entries leave; once in a selection.
    Ellipsis,
}

/// Where the section of a selection lies in the section of what it was selected from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct View {
    /// For each dimension there the local index there of the selection's local index 0; both count padding.
    pub offset: Dims<i64>,
    /// For each dimension of the selection the dimension there and the distance there of neighbours here; `None` for a
    /// new one.
    pub axes: Dims<Option<(usize, i64)>>,
}

/// The selection without ellipsis, one entry per dimension besides the new ones. Without an ellipsis the last dimensions
/// are taken whole.
///
/// Errors: more than one ellipsis, more entries than dimensions.
pub fn expand(indices: &[Index], ndim: usize) -> Result<Vec<Index>> {
    let is_ellipsis = |index: &Index| matches!(index, Index::Ellipsis);
    let ellipses = indices.iter().filter(|index| is_ellipsis(index)).count();
    if ellipses > 1 {
        return Err(Error::Count {
            what: "ellipses of a selection",
            got: ellipses,
            want: 1,
        });
    }
    let is_new = |index: &&Index| matches!(index, Index::New);
    let new = indices.iter().filter(is_new).count();
    let used = indices.len() - ellipses - new;
    let Some(missing) = ndim.checked_sub(used) else {
        return Err(Error::Count {
            what: "one entry per dimension",
            got: used,
            want: ndim,
        });
    };
    let at = indices.iter().position(is_ellipsis);
    let at = at.unwrap_or(indices.len());
    let mut all = indices[..at].to_vec();
    all.extend(std::iter::repeat_n(Index::Slice(Slice::FULL), missing));
    all.extend(indices.iter().skip(at + 1));
    Ok(all)
}

impl Distribution {
    /// The distribution of a selection: the same owners, fewer elements. Local, without messages.
    ///
    /// Slices are those of [`Distribution::slice`]. A single index leaves the ranks of its owner's coordinate on the
    /// grid, the others stand outside.
    ///
    /// Errors: as [`expand`] and [`Distribution::slice`]; an index outside; an index of an unstructured dimension,
    /// whose owner only the directory knows; more than [`MAX_DIMS`] dimensions.
    pub fn select(&self, indices: &[Index]) -> Result<Distribution> {
        let indices = expand(indices, self.ndim())?;
        let kept = indices
            .iter()
            .filter(|index| !matches!(index, Index::At(_)));
        let ndim = kept.count();
        if ndim > MAX_DIMS {
            return Err(Error::TooManyDims { ndim });
        }
        let (mut grid, mut dims) = (self.fixed(&indices)?, Dims::new());
        let mut dim = 0;
        for index in &indices {
            match index {
                Index::New => {
                    grid = grid.insert(dims.len());
                    dims.push(Dimension::whole(1));
                    continue;
                }
                Index::Slice(slice) => {
                    let whole = &self.dims()[dim];
                    let cut = cut(dim, whole, &slice.of(dim, whole)?)?;
                    if cut.coords != Coords::all(whole.procs) {
                        grid = grid.take(dims.len(), cut.coords);
                    }
                    dims.push(cut.dimension);
                }
                Index::At(_) | Index::Ellipsis => {}
            }
            dim += 1;
        }
        Distribution::new(&dims, grid, self.order())
    }

    /// The grid without the dimensions of single indices.
    fn fixed(&self, indices: &[Index]) -> Result<Grid> {
        let dims = indices.iter().filter(|&&index| index != Index::New);
        let singles: Vec<(usize, i64)> = (dims.enumerate())
            .filter_map(|(dim, index)| match index {
                Index::At(at) => Some((dim, *at)),
                _ => None,
            })
            .collect();
        let mut grid = self.grid().clone();
        for &(dim, at) in singles.iter().rev() {
            let dimension = &self.dims()[dim];
            match dimension.owner(dimension.normalize(dim, at)?) {
                Owner::Coord(coord) => grid = grid.fix(dim, coord),
                Owner::Ask(_) => {
                    let what = "it is unstructured, so that only all of it can be taken";
                    return Err(Error::DimensionUnsupported { dim, what });
                }
            }
        }
        Ok(grid)
    }

    /// Where the section of `selected`, made by [`Distribution::select`] with the same entries, lies in the section
    /// of this distribution on a rank. Offsets are 0 where the rank holds nothing of the selection.
    ///
    /// Errors: as [`Distribution::select`]; not the distribution of this selection.
    pub fn view(&self, selected: &Distribution, rank: usize, indices: &[Index]) -> Result<View> {
        let indices = expand(indices, self.ndim())?;
        let kept = indices
            .iter()
            .filter(|index| !matches!(index, Index::At(_)));
        selected.expect_per_dim(kept.count())?;
        let (there, here) = (self.section(rank), selected.section(rank));
        let mut view = View::default();
        let mut dim = 0;
        for index in &indices {
            if matches!(index, Index::New) {
                view.axes.push(None);
                continue;
            }
            let whole = &self.dims()[dim];
            // The first element here, there and its distance to the next.
            let (element, below, step) = match index {
                Index::Slice(slice) => {
                    let at = view.axes.len();
                    let part = slice.of(dim, whole)?;
                    let span = here.dims[at];
                    let step = match span.below + span.count + span.above {
                        0 | 1 => 1,
                        _ if whole.is_contiguous() => part.step,
                        _ => cut(dim, whole, &part)?.step,
                    };
                    view.axes.push(Some((dim, step)));
                    let first = || selected.dims()[at].to_global(here.coords[at], 0);
                    let element = || match part.is_all(whole.extent) {
                        true => whole.to_global(there.coords[dim], 0),
                        false => Some(part.start + part.step * first()?),
                    };
                    ((!here.is_empty()).then(element).flatten(), span.below, step)
                }
                Index::At(at) => (Some(whole.normalize(dim, *at)?), 0, 1),
                Index::New | Index::Ellipsis => continue,
            };
            let position = match (here.is_empty(), element) {
                (false, Some(element)) => whole.to_local(there.coords[dim], element),
                _ => None,
            };
            view.offset.push(position.map_or(0, |position| {
                there.dims[dim].below + position - step * below
            }));
            dim += 1;
        }
        Ok(view)
    }
}
