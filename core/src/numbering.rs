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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cuts, Grid, GridOrder, Order};

    fn distribution(dims: &[Dimension]) -> Distribution {
        let procs: Vec<usize> = dims.iter().map(|dimension| dimension.procs).collect();
        let grid = Grid::new(&procs, GridOrder::RowMajor).unwrap();
        Distribution::new(dims, grid, Order::F).unwrap()
    }

    #[test]
    fn every_number_of_the_window_once() {
        let map = distribution(&[
            Dimension::block(5, 2, Cuts::Balanced).with_halo(1, 1),
            Dimension::cyclic(7, 2, 2),
            Dimension::whole(3),
        ]);
        let window = Window {
            first: [1, 13, 0].into_iter().collect(),
            step: [2, -2, 1].into_iter().collect(),
            extents: [11, 14, 3].into_iter().collect(),
        };
        let mut numbers = Vec::new();
        for rank in 0..6 {
            let numbering = Numbering::new(&map, rank, &window).unwrap();
            for i in 0..numbering.count(0) {
                for j in 0..numbering.count(1) {
                    for k in 0..numbering.count(2) {
                        let parts = [i, j, k].into_iter().enumerate();
                        let sum: i64 = parts.map(|(dim, at)| numbering.part(dim, at)).sum();
                        let local = [i + map.section(rank).dims[0].below, j, k];
                        let [x, y, z] = map.to_global(rank, &local).unwrap()[..] else {
                            panic!("three dimensions");
                        };
                        assert_eq!(sum, ((1 + 2 * x) * 14 + 13 - 2 * y) * 3 + z);
                        numbers.push(sum);
                    }
                }
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 5 * 7 * 3);
    }

    #[test]
    fn steps_are_known_where_elements_follow_one_another() {
        let map = distribution(&[Dimension::cyclic(7, 2, 2), Dimension::whole(3)]);
        let whole = Window::whole(&[7, 3]).unwrap();
        let numbering = Numbering::new(&map, 1, &whole).unwrap();
        assert_eq!([numbering.step(0), numbering.step(1)], [None, Some(1)]);
        assert_eq!(numbering.part(0, 2), 18);
    }

    #[test]
    fn what_is_no_place_is_refused() {
        let map = distribution(&[Dimension::block(4, 2, Cuts::Balanced)]);
        let check = |first, step, extent| {
            let list = |value: i64| [value].into_iter().collect();
            let (first, step, extents) = (list(first), list(step), list(extent));
            let window = Window {
                first,
                step,
                extents,
            };
            // Also of a rank outside of the grid.
            let results = [0, 1, 5].map(|rank| Numbering::new(&map, rank, &window).is_ok());
            assert!(results.iter().all(|&result| result == results[0]));
            results[0]
        };
        assert!(check(0, 1, 4) && check(6, -2, 7) && check(i64::MAX - 4, 1, i64::MAX));
        assert!(!check(0, 1, 3) && !check(-1, 1, 9) && !check(0, 0, 4) && !check(5, -2, 9));
        assert!(!check(0, i64::MAX, i64::MAX) && !check(i64::MAX, 1, i64::MAX) && !check(0, 1, -1));
        let plane = distribution(&[Dimension::whole(1), Dimension::whole(1)]);
        assert!(Numbering::new(&plane, 0, &Window::whole(&[i64::MAX, 2]).unwrap()).is_err());
        assert!(Numbering::new(&plane, 0, &Window::whole(&[1]).unwrap()).is_err());
    }
}
