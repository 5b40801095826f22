//! Distributions of fields that live on the faces of cells.

use crate::{Cuts, Dimension, Distribution, Error, Map, Result};

/// Where the points of a field lie along one dimension of the cells.
///
/// ```text
/// cells          0     1     2     3
///             |--o--|--o--|--o--|--o--|
/// faces       0     1     2     3     4       (periodic: face 4 is face 0)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Stagger {
    /// At the centres.
    #[default]
    Cell = 0,
    /// At the faces. Whoever owns a cell owns its lower face, the last one that owns cells the highest face too.
    /// Face i is below cell i.
    Face = 1,
    /// At the faces. Whoever owns a cell owns its upper face, the first one that owns cells face 0 too. In a periodic
    /// dimension face i is above cell i, in others it is below.
    FaceUpper = 2,
}

impl Stagger {
    /// The position with this number in the C interface.
    pub fn from_code(code: i32) -> Result<Stagger> {
        match code {
            0 => Ok(Stagger::Cell),
            1 => Ok(Stagger::Face),
            2 => Ok(Stagger::FaceUpper),
            _ => {
                let allowed = "0 (cell), 1 (face) or 2 (upper face)";
                Err(Error::Choice {
                    what: "position of a staggered field",
                    got: code.into(),
                    allowed,
                })
            }
        }
    }
}

impl Distribution {
    /// The distribution of a field at the faces of these cells in some dimensions: the same grid and cuts, one element
    /// more where the dimension is not periodic.
    ///
    /// A section holds all faces of the cells that the cell section holds, padding included: the face that two
    /// blocks share is owned by one and padding of the other, so that one side of the halo is wider by one. A dimension
    /// without cells has one face, on coordinate 0.
    ///
    /// Errors: not one entry per dimension; a cyclic or unstructured dimension at the faces; no room for one more.
    pub fn staggered(&self, stagger: &[Stagger]) -> Result<Distribution> {
        self.expect_per_dim(stagger.len())?;
        let pairs = self.dims().iter().zip(stagger).enumerate();
        let dims = pairs
            .map(|(dim, (cells, &at))| at_faces(dim, cells, at))
            .collect::<Result<Vec<_>>>()?;
        Distribution::new(&dims, self.grid().clone(), self.order())
    }
}

fn at_faces(dim: usize, cells: &Dimension, stagger: Stagger) -> Result<Dimension> {
    if stagger == Stagger::Cell {
        return Ok(cells.clone());
    }
    let wide = || Error::Overflow {
        what: "an extent with its padding",
    };
    let mut faces = cells.clone();
    faces.at_faces = true;
    let shared = if stagger == Stagger::Face { 1 } else { 0 };
    faces.halo[shared] = faces.halo[shared].checked_add(1).ok_or_else(wide)?;
    if !cells.periodic {
        faces.extent = cells.extent.checked_add(1).ok_or_else(wide)?;
    }
    match &cells.map {
        Map::Whole => {}
        Map::Block(_) if cells.periodic => {}
        Map::Block(cuts) => faces.map = Map::Block(face_cuts(cells, cuts, stagger)?),
        Map::Cyclic { .. } | Map::Unstructured(_) => {
            let what =
                "only block and whole dimensions have faces, this one is cyclic or unstructured";
            return Err(Error::DimensionUnsupported { dim, what });
        }
    }
    Ok(faces)
}

fn face_cuts(cells: &Dimension, cuts: &Cuts, stagger: Stagger) -> Result<Cuts> {
    let mut at_faces = Vec::new();
    at_faces
        .try_reserve_exact(cells.procs + 1)
        .map_err(|_| Error::Memory {
            what: "the cuts of a staggered field",
        })?;
    for coord in 0..=cells.procs {
        let cut = cuts.at(cells.extent, cells.procs, coord);
        let beyond = match stagger {
            _ if coord == 0 => false,
            // Everything from the last cell on ends above the extra face.
            Stagger::Cell | Stagger::Face => cut == cells.extent,
            // Face 0 belongs to the first cell, so that cuts below that one stay.
            Stagger::FaceUpper => cut > 0 || cells.extent == 0,
        };
        at_faces.push(cut + i64::from(beyond));
    }
    Ok(Cuts::Explicit(at_faces.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Grid, GridOrder, Order};

    fn ranges(cells: Dimension, stagger: Stagger) -> Vec<(i64, i64, [i64; 2])> {
        let grid = Grid::new(&[cells.procs], GridOrder::RowMajor).unwrap();
        let faces = Distribution::new(&[cells], grid, Order::C)
            .unwrap()
            .staggered(&[stagger])
            .unwrap();
        let dim = &faces.dims()[0];
        let one = |coord| {
            (
                dim.range(coord).start,
                dim.range(coord).end,
                dim.padding(coord),
            )
        };
        (0..dim.procs).map(one).collect()
    }

    #[test]
    fn the_extra_face_goes_to_the_last_or_first_that_owns_cells() {
        let cells = || {
            let cuts = Cuts::Explicit([0, 0, 3, 5, 5].into());
            Dimension::block(5, 4, cuts)
                .with_halo(2, 1)
                .with_boundary(4, 3)
        };
        let lower = [
            (0, 0, [0, 0]),
            (0, 3, [4, 2]),
            (3, 6, [2, 3]),
            (6, 6, [0, 0]),
        ];
        assert_eq!(ranges(cells(), Stagger::Face), lower);
        let upper = [
            (0, 0, [0, 0]),
            (0, 4, [4, 1]),
            (4, 6, [3, 3]),
            (6, 6, [0, 0]),
        ];
        assert_eq!(ranges(cells(), Stagger::FaceUpper), upper);
    }

    #[test]
    fn periodic_faces_are_as_many_as_cells() {
        let cells = || {
            Dimension::block(5, 2, Cuts::Balanced)
                .with_halo(1, 1)
                .with_periodic(true)
        };
        assert_eq!(
            ranges(cells(), Stagger::Face),
            [(0, 3, [1, 2]), (3, 5, [1, 2])]
        );
        assert_eq!(
            ranges(cells(), Stagger::FaceUpper),
            [(0, 3, [2, 1]), (3, 5, [2, 1])]
        );
    }

    #[test]
    fn no_cells_have_one_face() {
        for stagger in [Stagger::Face, Stagger::FaceUpper] {
            let found = ranges(Dimension::block(0, 2, Cuts::Balanced), stagger);
            assert_eq!(found, [(0, 1, [0, 0]), (1, 1, [0, 0])]);
        }
    }

    #[test]
    fn what_has_no_faces_is_refused() {
        let grid = || Grid::new(&[2], GridOrder::RowMajor).unwrap();
        let cyclic = Distribution::new(&[Dimension::cyclic(5, 2, 1)], grid(), Order::C).unwrap();
        assert!(cyclic
            .staggered(&[Stagger::Face])
            .unwrap_err()
            .to_string()
            .starts_with("dimension 0: only block"));
        assert_eq!(cyclic.staggered(&[Stagger::Cell]).unwrap(), cyclic);
        assert!(cyclic.staggered(&[]).is_err());
        let full = Distribution::new(
            &[Dimension::block(i64::MAX, 2, Cuts::Ceil)],
            grid(),
            Order::C,
        )
        .unwrap();
        assert!(full.staggered(&[Stagger::Face]).is_err());
        assert!(Stagger::from_code(3).is_err());
    }
}
