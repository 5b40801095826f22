//! Numbers of the elements that a rank owns: their places in a global array in C order, whatever the memory order.
//!
//! What is made from an element's number alone is the same for any number of ranks and any distribution.

use crate::dims::to_dims;
use crate::{Dimension, Dims, Distribution, Error, Map, Result};

/// Where the elements of an array lie in a global one: element `i` is element `first + i * step` of `extents`.
#[derive(Debug, Clone)]
pub struct Window {
    pub first: Dims<i64>,
    pub step: Dims<i64>,
    pub extents: Dims<i64>,
}

impl Window {
    /// All of an array of these extents.
    pub fn whole(extents: &[i64]) -> Result<Window> {
        Ok(Window {
            first: extents.iter().map(|_| 0).collect(),
            step: extents.iter().map(|_| 1).collect(),
            extents: to_dims(extents)?,
        })
    }
}

/// The numbers of one rank's elements. The number of an element is the sum of what its dimensions contribute.
#[derive(Debug, Clone)]
pub struct Numbering {
    axes: Dims<Axis>,
}

/// One dimension: the contribution of the elements that the rank owns, by their position.
#[derive(Debug, Clone)]
struct Axis {
    count: i64,
    /// Contribution of the global index 0, and of each that follows.
    start: i64,
    step: i64,
    places: Places,
}

#[derive(Debug, Clone)]
enum Places {
    /// The elements follow one another; the steps of the axis count from the first of them.
    Contiguous,
    /// The dimension knows their global indices.
    Listed { dimension: Dimension, coord: usize },
}

impl Numbering {
    /// The numbers of the elements that `rank` owns. Ranks that own nothing check alike.
    ///
    /// Errors: a window with another number of dimensions or that an element leaves, steps of 0, 2^63 elements or more, an
    /// index of an unstructured dimension on the calling rank that is no place in the window.
    pub fn new(map: &Distribution, rank: usize, window: &Window) -> Result<Numbering> {
        let what = "entries of first, step and extents";
        for entries in [&window.first, &window.step, &window.extents] {
            if entries.len() != map.ndim() {
                let (got, want) = (entries.len(), map.ndim());
                return Err(Error::Count { what, got, want });
            }
        }
        let section = map.section(rank);
        let mut strides = Dims::new();
        let mut stride = 1i64;
        for (dim, &extent) in window.extents.iter().enumerate().rev() {
            if extent < 0 {
                return Err(Error::Extent { dim, extent });
            }
            strides.push(stride);
            let what = "the number of elements of the global array";
            stride = stride
                .checked_mul(extent.max(1))
                .ok_or(Error::Overflow { what })?;
        }
        strides.reverse();
        let mut axes = Dims::new();
        for (dim, dimension) in map.dims().iter().enumerate() {
            let (first, step) = (window.first[dim], window.step[dim]);
            check(dim, dimension, first, step, window.extents[dim])?;
            // No more than the number of elements, by the check above.
            let mut axis = Axis {
                count: section.dims[dim].count,
                start: first * strides[dim],
                step: step * strides[dim],
                places: Places::Contiguous,
            };
            if section.is_empty() {
                axis.count = 0;
            } else if dimension.is_contiguous() {
                axis.start += section.dims[dim].start * axis.step;
            } else {
                axis.places = Places::Listed {
                    dimension: dimension.clone(),
                    coord: section.coords[dim],
                };
            }
            axes.push(axis);
        }
        Ok(Numbering { axes })
    }

    pub fn ndim(&self) -> usize {
        self.axes.len()
    }

    /// Number of owned elements along a dimension.
    pub fn count(&self, dim: usize) -> i64 {
        self.axes[dim].count
    }

    /// How much the numbers of neighbours along a dimension differ, where that is everywhere the same.
    pub fn step(&self, dim: usize) -> Option<i64> {
        let axis = &self.axes[dim];
        match axis.places {
            Places::Contiguous => Some(axis.step),
            Places::Listed { .. } => None,
        }
    }

    /// What a dimension adds to the number of the owned element at `position`.
    pub fn part(&self, dim: usize, position: i64) -> i64 {
        let axis = &self.axes[dim];
        let index = match &axis.places {
            Places::Contiguous => position,
            Places::Listed { dimension, coord } => dimension
                .to_global(*coord, position)
                .expect("a position among the owned elements"),
        };
        axis.start + index * axis.step
    }
}

/// Whether every index of the dimension has its place in the window.
fn check(dim: usize, dimension: &Dimension, first: i64, step: i64, extent: i64) -> Result<()> {
    if step == 0 {
        return Err(Error::Dimension {
            dim,
            what: "the step",
            value: step,
            allowed: "not 0".into(),
        });
    }
    let inside = |index: i64| {
        let place = index
            .checked_mul(step)
            .and_then(|shift| shift.checked_add(first));
        match place {
            Some(place) if (0..extent).contains(&place) => Ok(()),
            _ => {
                let shown = place.map_or("beyond 63 bits".into(), |place| place.to_string());
                Err(Error::Dimension {
                    dim,
                    what: "the index",
                    value: index,
                    allowed: format!(
                        "a place in the global array; it is {shown} there, of {extent}"
                    ),
                })
            }
        }
    };
    match &dimension.map {
        Map::Unstructured(list) => list.indices().iter().try_for_each(|&index| inside(index)),
        _ if dimension.extent == 0 => Ok(()),
        _ => inside(0).and_then(|()| inside(dimension.extent - 1)),
    }
}
