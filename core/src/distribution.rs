//! Who owns which element of an array.

use std::sync::Arc;

use crate::grid::Coords;
use crate::map::Owner;
use crate::{Code, Dimension, Dims, Error, Grid, Map, Order, Result, Section, Span};

/// Dimensions, process grid and memory order of a distributed array. Immutable and cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Distribution {
    dims: Arc<[Dimension]>,
    grid: Grid,
    order: Order,
}

impl Distribution {
    /// A distribution of these dimensions over a grid with the same number of dimensions.
    ///
    /// Errors: a dimension that [`Dimension::check`] refuses, or whose number of processes is not the grid's.
    pub fn new(dims: &[Dimension], grid: Grid, order: Order) -> Result<Distribution> {
        if dims.len() > crate::MAX_DIMS {
            return Err(Error::TooManyDims { ndim: dims.len() });
        }
        if dims.len() != grid.dims().len() {
            let (got, want) = (grid.dims().len(), dims.len());
            return Err(Error::Count {
                what: "dimensions of the process grid",
                got,
                want,
            });
        }
        for (dim, (dimension, &procs)) in dims.iter().zip(grid.dims()).enumerate() {
            dimension.check(dim)?;
            if dimension.procs != procs {
                return Err(Error::Dimension {
                    dim,
                    what: "the number of processes",
                    value: crate::dims::signed(dimension.procs),
                    allowed: format!("{procs}, the extent of the process grid"),
                });
            }
        }
        Ok(Distribution {
            dims: dims.into(),
            grid,
            order,
        })
    }

    pub fn ndim(&self) -> usize {
        self.dims.len()
    }

    /// Global extents, without padding.
    pub fn shape(&self) -> Dims<i64> {
        self.dims.iter().map(|dimension| dimension.extent).collect()
    }

    pub fn dims(&self) -> &[Dimension] {
        &self.dims
    }

    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Memory order of the arrays that the library allocates.
    pub fn order(&self) -> Order {
        self.order
    }

    /// What a rank holds; any rank, inside the grid or not.
    pub fn section(&self, rank: usize) -> Section {
        let Some(coords) = self.grid.coords(rank) else {
            let dims = self.dims.iter().map(|_| Span::default()).collect();
            return Section {
                inside: false,
                coords: Dims::new(),
                dims,
            };
        };
        let span = |(dimension, &coord): (&Dimension, &usize)| {
            let [below, above] = dimension.padding(coord);
            Span {
                start: dimension.range(coord).start,
                count: dimension.count(coord),
                below,
                above,
            }
        };
        let mut dims: Dims<Span> = self.dims.iter().zip(&coords).map(span).collect();
        if dims.iter().any(|span| span.count == 0) {
            for span in &mut dims {
                (span.below, span.above) = (0, 0);
            }
        }
        Section {
            inside: true,
            coords,
            dims,
        }
    }

    /// The rank that owns an element, `None` where an unstructured dimension leaves that to its directory.
    /// Negative indices count from the end, except in unstructured dimensions.
    ///
    /// Errors: an index outside, or not one index per dimension.
    pub fn owner(&self, index: &[i64]) -> Result<Option<usize>> {
        let mut coords = Dims::new();
        for (dimension, index) in self.dims.iter().zip(self.normalize(index)?) {
            match dimension.owner(index) {
                Owner::Coord(coord) => coords.push(coord),
                Owner::Ask(_) => return Ok(None),
            }
        }
        Ok(Some(self.grid.rank(&coords)))
    }

    /// Local index, counted from the first element of the section, of a global index that the rank owns;
    /// `None` if it does not own it. Negative indices count from the end as in [`Distribution::owner`].
    ///
    /// Errors: as [`Distribution::owner`]; an unstructured dimension of which the calling rank knows
    /// only its own coordinate's indices.
    pub fn to_local(&self, rank: usize, index: &[i64]) -> Result<Option<Dims<i64>>> {
        let index = self.normalize(index)?;
        let section = self.section(rank);
        if section.is_empty() {
            return Ok(None);
        }
        let mut local = Dims::new();
        for (dim, dimension) in self.dims.iter().enumerate() {
            let coord = section.coords[dim];
            known(dim, dimension, coord)?;
            match dimension.to_local(coord, index[dim]) {
                Some(position) => local.push(section.dims[dim].below + position),
                None => return Ok(None),
            }
        }
        Ok(Some(local))
    }

    /// Global index of a local index, counted from the first element of the rank's section. An element of
    /// periodic padding has the index of the element that it copies; boundary padding lies outside the domain.
    ///
    /// Errors: outside the section; an unstructured dimension as in [`Distribution::to_local`].
    pub fn to_global(&self, rank: usize, local: &[i64]) -> Result<Dims<i64>> {
        self.expect_per_dim(local.len())?;
        let section = self.section(rank);
        let extents = section.extents();
        let mut index = Dims::new();
        for (dim, dimension) in self.dims.iter().enumerate() {
            let position = local[dim];
            if !(0..extents[dim]).contains(&position) {
                let allowed = format!(
                    "at least 0 and below {}, the extent of the section",
                    extents[dim]
                );
                return Err(Error::Dimension {
                    dim,
                    what: "the local index",
                    value: position,
                    allowed,
                });
            }
            let coord = section.coords[dim];
            known(dim, dimension, coord)?;
            let span = section.dims[dim];
            index.push(if dimension.is_contiguous() {
                let at = span.start - span.below + position;
                if dimension.periodic {
                    at.rem_euclid(dimension.extent)
                } else {
                    at
                }
            } else {
                dimension.to_global(coord, position).ok_or(Error::Index {
                    dim,
                    index: position,
                    extent: span.count,
                })?
            });
        }
        if !section.inside {
            return Err(Error::Rank {
                rank,
                what: "it is outside the process grid and holds no element".into(),
            });
        }
        Ok(index)
    }

    /// Global indices that a rank owns in one dimension, in the order of their positions. A negative dimension counts from the end.
    ///
    /// Errors: a dimension that does not exist; an unstructured dimension as in [`Distribution::to_local`].
    pub fn indices(
        &self,
        rank: usize,
        dim: i64,
    ) -> Result<impl ExactSizeIterator<Item = i64> + '_> {
        let dim = self.dim_set(&[dim])?[0];
        let (section, dimension) = (self.section(rank), &self.dims[dim]);
        let coord = section.coords.get(dim).copied();
        if let Some(coord) = coord {
            known(dim, dimension, coord)?;
        }
        let count = usize::try_from(section.dims[dim].count).unwrap_or(0);
        let global = move |position| coord.and_then(|coord| dimension.to_global(coord, position));
        Ok((0..count).map(move |position| global(crate::dims::signed(position)).unwrap_or(0)))
    }

    /// Global index of the element at a place of the row-major order.
    ///
    /// Errors: a place outside of the array.
    pub fn unravel(&self, place: i64) -> Result<Dims<i64>> {
        let mut index = self.shape();
        let mut rest = place;
        for at in index.iter_mut().rev() {
            let extent = (*at).max(1);
            (*at, rest) = (rest.rem_euclid(extent), rest.div_euclid(extent));
        }
        if rest != 0 || self.shape().contains(&0) {
            let text = format!(
                "place {place} does not lie in an array of extents {:?}",
                self.shape()
            );
            return Err(Error::new(Code::Argument, text));
        }
        Ok(index)
    }

    /// Whether both give every element to the same rank at the same place among its owned elements: the same
    /// grid and alike dimensions. Padding and memory order do not matter.
    pub fn compatible(&self, other: &Distribution) -> bool {
        self.grid == other.grid
            && self.dims.len() == other.dims.len()
            && self
                .dims
                .iter()
                .zip(other.dims.iter())
                .all(|(a, b)| a.is_compatible(b))
    }

    /// Whether both are compatible and have the same padding, periods and memory order, so that sections lie alike.
    pub fn same_layout(&self, other: &Distribution) -> bool {
        let padding =
            |dimension: &Dimension| (dimension.periodic, dimension.halo, dimension.boundary);
        self.compatible(other)
            && self.order == other.order
            && self
                .dims
                .iter()
                .zip(other.dims.iter())
                .all(|(a, b)| padding(a) == padding(b))
    }

    /// The distribution of a reduction over `dims`: these dimensions vanish, and the ranks with coordinate 0 in
    /// them keep the result.
    ///
    /// Errors: a dimension that does not exist or is given twice. Negative ones count from the end.
    pub fn reduce(&self, dims: &[i64]) -> Result<Distribution> {
        let dropped = self.dim_set(dims)?;
        let keep = |dim: usize| !dropped.contains(&dim);
        let kept: Dims<Dimension> = (0..self.ndim())
            .filter(|&dim| keep(dim))
            .map(|dim| self.dims[dim].clone())
            .collect();
        Ok(Distribution {
            dims: kept[..].into(),
            grid: self.grid.reduce(keep),
            order: self.order,
        })
    }

    /// As [`Distribution::reduce`], with the dimensions kept at an extent of 1.
    pub fn reduce_keeping(&self, dims: &[i64]) -> Result<Distribution> {
        let reduced = self.dim_set(dims)?;
        let mut kept: Dims<Dimension> = self.dims.iter().cloned().collect();
        let mut grid = self.grid.clone();
        for &dim in &reduced {
            kept[dim] = Dimension::whole(1);
            grid = grid.take(dim, Coords::all(1));
        }
        Ok(Distribution {
            dims: kept[..].into(),
            grid,
            order: self.order,
        })
    }

    /// Which dimensions these are; negative ones count from the end.
    ///
    /// Errors: a dimension that does not exist or is given twice.
    pub fn dim_set(&self, dims: &[i64]) -> Result<Dims<usize>> {
        let ndim = crate::dims::signed(self.ndim());
        let mut set = Dims::new();
        for &dim in dims {
            let counted = if dim < 0 {
                dim.saturating_add(ndim)
            } else {
                dim
            };
            let known = usize::try_from(counted)
                .ok()
                .filter(|&dim| dim < self.ndim());
            let dim = known.ok_or(Error::NoSuchDimension {
                dim,
                ndim: self.ndim(),
            })?;
            if set.contains(&dim) {
                let what = "the number of times that it is given";
                return Err(Error::Dimension {
                    dim,
                    what,
                    value: 2,
                    allowed: "1".into(),
                });
            }
            set.push(dim);
        }
        Ok(set)
    }

    /// A global index counted from 0: negative ones count from the end as NumPy's do, those of an unstructured dimension
    /// stand for themselves.
    ///
    /// Errors: an index outside, or not one index per dimension.
    pub fn normalize(&self, index: &[i64]) -> Result<Dims<i64>> {
        self.expect_per_dim(index.len())?;
        let pairs = self.dims.iter().zip(index).enumerate();
        pairs
            .map(|(dim, (dimension, &index))| dimension.normalize(dim, index))
            .collect()
    }

    pub(crate) fn expect_per_dim(&self, got: usize) -> Result<()> {
        if got != self.ndim() {
            return Err(Error::Count {
                what: "one entry per dimension",
                got,
                want: self.ndim(),
            });
        }
        Ok(())
    }
}

/// Errors: the indices of an unstructured dimension at another coordinate than the calling rank's.
fn known(dim: usize, dimension: &Dimension, coord: usize) -> Result<()> {
    match &dimension.map {
        Map::Unstructured(list) if list.coord() != Some(coord) => {
            let what = "it is unstructured, and only ranks of the asked coordinate know which indices that owns";
            Err(Error::DimensionUnsupported { dim, what })
        }
        _ => Ok(()),
    }
}
