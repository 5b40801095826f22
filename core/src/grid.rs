//! The process grid: which rank stands at which coordinates.

mod description;
mod strides;

use std::sync::Arc;

use crate::dims::to_dims;
use crate::{Dims, Error, Result};
pub use strides::Coords;
use strides::Strides;

/// How ranks are numbered over the coordinates of a grid.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum GridOrder {
    /// The last coordinate varies fastest, as in `MPI_Cart_create`.
    #[default]
    RowMajor,
    /// The first coordinate varies fastest.
    ColumnMajor,
    /// These ranks, in row-major order of their coordinates.
    Ranks(Arc<[usize]>),
}

/// A Cartesian grid of ranks. Ranks that do not stand on it are outside.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grid {
    dims: Dims<usize>,
    numbering: Numbering,
}

/// Equal numberings have equal values: a list that could be strides is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Numbering {
    Strided(Strides),
    Listed(Arc<RankList>),
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct RankList {
    /// In row-major order of coordinates.
    ranks: Vec<usize>,
    /// Positions in `ranks`, ascending by the rank there.
    sorted: Vec<usize>,
}

impl Grid {
    /// A grid of these extents. Errors: more than 15 dimensions, an extent of 0, more than 2^31 - 1 ranks,
    /// a rank list of another length or with a rank twice.
    pub fn new(dims: &[usize], order: GridOrder) -> Result<Grid> {
        let dims = to_dims(dims)?;
        let mut len = 1usize;
        for (dim, &extent) in dims.iter().enumerate() {
            len = len
                .checked_mul(extent)
                .filter(|&len| i32::try_from(len).is_ok() && len > 0)
                .ok_or_else(|| {
                    let value = crate::dims::signed(extent);
                    let allowed = "1 or more, and the product of all at most 2147483647".into();
                    Error::Dimension {
                        dim,
                        what: "the grid extent",
                        value,
                        allowed,
                    }
                })?;
        }
        let numbering = match order {
            GridOrder::RowMajor => Strides::row_major(&dims),
            GridOrder::ColumnMajor => Strides::column_major(&dims),
            GridOrder::Ranks(ranks) => return Grid::listed(dims, &ranks, len),
        };
        Ok(Grid {
            dims,
            numbering: Numbering::Strided(numbering),
        })
    }

    fn listed(dims: Dims<usize>, ranks: &[usize], len: usize) -> Result<Grid> {
        if ranks.len() != len {
            return Err(Error::Count {
                what: "the rank list of the grid",
                got: ranks.len(),
                want: len,
            });
        }
        if let Some(strides) = Strides::of_list(ranks, &dims) {
            return Ok(Grid {
                dims,
                numbering: Numbering::Strided(strides),
            });
        }
        let refused = |_| Error::Memory {
            what: "the rank list of the grid",
        };
        let mut list = RankList {
            ranks: Vec::new(),
            sorted: Vec::new(),
        };
        list.ranks.try_reserve_exact(len).map_err(refused)?;
        list.sorted.try_reserve_exact(len).map_err(refused)?;
        list.ranks.extend_from_slice(ranks);
        list.sorted.extend(0..len);
        list.sorted
            .sort_unstable_by_key(|&position| ranks[position]);
        if let Some(pair) = list
            .sorted
            .windows(2)
            .find(|pair| ranks[pair[0]] == ranks[pair[1]])
        {
            let what =
                "it stands twice in the rank list of the grid; each rank may stand there once"
                    .into();
            return Err(Error::Rank {
                rank: ranks[pair[0]],
                what,
            });
        }
        Ok(Grid {
            dims,
            numbering: Numbering::Listed(Arc::new(list)),
        })
    }

    /// Extents of the grid.
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// Number of ranks on the grid, at least 1.
    pub fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// Never: a grid without dimensions holds one rank.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The highest rank on the grid.
    pub fn max_rank(&self) -> usize {
        match &self.numbering {
            Numbering::Strided(strides) => strides.max_rank(&self.dims),
            Numbering::Listed(list) => list
                .sorted
                .last()
                .map_or(0, |&position| list.ranks[position]),
        }
    }

    /// Coordinates of a rank, `None` if it is outside the grid.
    pub fn coords(&self, rank: usize) -> Option<Dims<usize>> {
        match &self.numbering {
            Numbering::Strided(strides) => strides.coords(rank, &self.dims),
            Numbering::Listed(list) => {
                let found = list
                    .sorted
                    .binary_search_by_key(&rank, |&position| list.ranks[position])
                    .ok()?;
                Some(unravel(list.sorted[found], &self.dims))
            }
        }
    }

    /// The rank at these coordinates, which must lie on the grid.
    pub fn rank(&self, coords: &[usize]) -> usize {
        match &self.numbering {
            Numbering::Strided(strides) => strides.rank(coords),
            Numbering::Listed(list) => {
                list.ranks[coords
                    .iter()
                    .zip(&self.dims)
                    .fold(0, |position, (coord, extent)| position * extent + coord)]
            }
        }
    }

    /// The grid of the ranks with coordinate 0 in the dimensions that `keep` refuses, which vanish.
    pub fn reduce(&self, keep: impl Fn(usize) -> bool) -> Grid {
        let dropped = (0..self.dims.len()).rev().filter(|&dim| !keep(dim));
        dropped.fold(self.clone(), |grid, dim| grid.fix(dim, 0))
    }

    /// The grid of the ranks with this coordinate in a dimension, which vanishes.
    pub fn fix(&self, dim: usize, coord: usize) -> Grid {
        let mut dims = self.dims.clone();
        dims.remove(dim);
        match &self.numbering {
            Numbering::Strided(strides) => Grid {
                dims,
                numbering: Numbering::Strided(strides.fix(dim, coord)),
            },
            Numbering::Listed(_) => self.relisted(dims, |mut coords| {
                coords.insert(dim, coord);
                coords
            }),
        }
    }

    /// The grid of some ranks of a dimension, in this order of their coordinates, which lie on the grid.
    pub fn take(&self, dim: usize, coords: Coords) -> Grid {
        let mut dims = self.dims.clone();
        dims[dim] = coords.count;
        match &self.numbering {
            Numbering::Strided(strides) => Grid {
                dims,
                numbering: Numbering::Strided(strides.take(dim, coords)),
            },
            Numbering::Listed(_) => self.relisted(dims, |mut at| {
                at[dim] = coords.at(at[dim]);
                at
            }),
        }
    }

    /// The same ranks with a new dimension of extent 1 before dimension `dim`. There is room for one.
    pub(crate) fn insert(&self, dim: usize) -> Grid {
        let mut grid = self.clone();
        grid.dims.insert(dim, 1);
        if let Numbering::Strided(strides) = &mut grid.numbering {
            strides.insert(dim);
        }
        grid
    }

    /// A grid of some of the listed ranks; `there` says at which coordinates they stand in this grid.
    fn relisted(&self, dims: Dims<usize>, there: impl Fn(Dims<usize>) -> Dims<usize>) -> Grid {
        let len: usize = dims.iter().product();
        let rank = |position| self.rank(&there(unravel(position, &dims)));
        let ranks: Vec<usize> = (0..len).map(rank).collect();
        Grid::listed(dims, &ranks, len).expect("a part of a valid rank list is one")
    }
}

/// Row-major coordinates of a position.
fn unravel(position: usize, dims: &[usize]) -> Dims<usize> {
    let mut rest = position;
    let mut coords: Dims<usize> = dims.iter().map(|_| 0).collect();
    for dim in (0..dims.len()).rev() {
        coords[dim] = rest % dims[dim];
        rest /= dims[dim];
    }
    coords
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_and_coordinates_are_inverse() {
        let orders = [
            GridOrder::RowMajor,
            GridOrder::ColumnMajor,
            GridOrder::Ranks((0..24).map(|rank| 100 - 3 * rank).collect()),
            GridOrder::Ranks((0..24).map(|rank| 7 * rank % 25).collect()),
        ];
        for order in orders {
            let grid = Grid::new(&[2, 1, 3, 4], order).unwrap();
            for position in 0..24 {
                let coords = unravel(position, grid.dims());
                assert_eq!(grid.coords(grid.rank(&coords)), Some(coords));
            }
            assert_eq!(
                (0..=grid.max_rank() + 30)
                    .filter(|&rank| grid.coords(rank).is_some())
                    .count(),
                24
            );
            assert_eq!(grid.coords(usize::MAX), None);
        }
    }

    #[test]
    fn equal_numberings_are_equal_grids() {
        let rows = Grid::new(&[2, 3], GridOrder::RowMajor).unwrap();
        let columns = Grid::new(&[2, 3], GridOrder::ColumnMajor).unwrap();
        assert_ne!(rows, columns);
        assert_eq!(columns.coords(1).unwrap()[..], [1, 0]);
        assert_eq!(
            rows,
            Grid::new(&[2, 3], GridOrder::Ranks([0, 1, 2, 3, 4, 5].into())).unwrap()
        );
        assert_eq!(
            columns,
            Grid::new(&[2, 3], GridOrder::Ranks([0, 2, 4, 1, 3, 5].into())).unwrap()
        );
        assert_eq!(
            Grid::new(&[2, 3, 4], GridOrder::RowMajor)
                .unwrap()
                .reduce(|dim| dim != 1),
            Grid::new(
                &[2, 4],
                GridOrder::Ranks([0, 1, 2, 3, 12, 13, 14, 15].into())
            )
            .unwrap()
        );
        assert_eq!(
            Grid::new(&[1, 5, 1], GridOrder::RowMajor).unwrap(),
            Grid::new(&[1, 5, 1], GridOrder::ColumnMajor).unwrap()
        );
    }

    #[test]
    fn reduced_grids_hold_the_lowest_coordinates() {
        let grid = Grid::new(&[2, 3, 4], GridOrder::RowMajor)
            .unwrap()
            .reduce(|dim| dim != 1);
        assert_eq!(grid.dims(), [2, 4]);
        let inside: Vec<usize> = (0..30)
            .filter(|&rank| grid.coords(rank).is_some())
            .collect();
        assert_eq!(inside, [0, 1, 2, 3, 12, 13, 14, 15]);
        assert_eq!(grid.coords(14).unwrap()[..], [1, 2]);
        let listed = Grid::new(&[2, 2], GridOrder::Ranks([7, 5, 3, 1].into())).unwrap();
        let column = listed.reduce(|dim| dim == 0);
        assert_eq!([column.rank(&[0]), column.rank(&[1])], [7, 3]);
        let point = grid.reduce(|_| false);
        assert_eq!(
            (
                point.len(),
                point.rank(&[]),
                point.coords(0).is_some(),
                point.coords(1)
            ),
            (1, 0, true, None)
        );
    }

    #[test]
    fn parts_of_a_grid_stand_where_they_stood() {
        let dims = [4, 6, 3];
        let orders = [
            GridOrder::RowMajor,
            GridOrder::ColumnMajor,
            GridOrder::Ranks((0..72).map(|rank| 5 * rank % 73).collect()),
        ];
        for order in orders {
            let grid = Grid::new(&dims, order).unwrap();
            for dim in 0..3 {
                for (first, step, count) in
                    [(0, 1, 2), (2, -1, 3), (0, 2, 2), (2, -2, 2), (1, 1, 1)]
                {
                    let coords = Coords { first, step, count };
                    let part = grid.take(dim, coords);
                    let mut inside = 0;
                    for position in 0..part.len() {
                        let at = unravel(position, part.dims());
                        let mut there = at.clone();
                        there[dim] = coords.at(at[dim]);
                        let rank = part.rank(&at);
                        assert_eq!(rank, grid.rank(&there));
                        assert_eq!(part.coords(rank), Some(at));
                        assert!(rank <= part.max_rank());
                        inside += 1;
                    }
                    let found = (0..100).filter(|&rank| part.coords(rank).is_some());
                    assert_eq!(found.count(), inside);
                    let ranks: Vec<usize> = (0..part.len())
                        .map(|position| part.rank(&unravel(position, part.dims())))
                        .collect();
                    let listed = Grid::new(part.dims(), GridOrder::Ranks(ranks.into()));
                    assert_eq!(listed.unwrap(), part, "one value per numbering");
                    let line = part.fix(dim, count - 1).insert(dim);
                    assert_eq!(
                        line,
                        grid.take(
                            dim,
                            Coords {
                                first: coords.at(count - 1),
                                step: 1,
                                count: 1
                            }
                        )
                    );
                }
            }
        }
    }

    #[test]
    fn impossible_grids_are_named() {
        assert!(Grid::new(&[2, 0], GridOrder::RowMajor)
            .unwrap_err()
            .to_string()
            .starts_with("dimension 1: the grid extent 0"));
        assert!(Grid::new(&[usize::MAX, 2], GridOrder::RowMajor).is_err());
        assert!(Grid::new(&[1; 16], GridOrder::RowMajor).is_err());
        let twice = Grid::new(&[3], GridOrder::Ranks([4, 1, 4].into())).unwrap_err();
        assert!(twice.to_string().starts_with("rank 4: it stands twice"));
        assert!(Grid::new(&[3], GridOrder::Ranks([4, 1].into())).is_err());
    }
}
