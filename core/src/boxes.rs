//! A distribution from the boxes that ranks say they own.

use crate::{Cuts, Dimension, Dims, Distribution, Error, Grid, GridOrder, Order, Region, Result};

/// A rank with the coordinates of its box among all cuts.
struct Cell {
    coords: Dims<usize>,
    rank: usize,
}

impl Distribution {
    /// Infers grid, cuts and order of ranks from the box of global indices that each rank owns; `boxes[rank]` may be
    /// empty, and the rank then holds nothing. Boxes may come in any order of ranks, and their cuts may be irregular.
    ///
    /// Of `dims` the extent (0: inferred), period, halo and boundary count. A dimension in one piece is whole. Without
    /// dimensions rank 0 holds the element.
    ///
    /// Errors: a box with reversed ends; boxes that overlap, leave a gap, are no grid, or do not reach from 0 to the
    /// extent. The text names the ranks.
    pub fn from_boxes(boxes: &[Region], dims: &[Dimension], order: Order) -> Result<Distribution> {
        let ndim = crate::dims::to_dims(dims)?.len();
        check_ends(boxes, ndim)?;
        let filled: Vec<usize> = match ndim {
            0 => (0..boxes.len().min(1)).collect(),
            _ => (0..boxes.len())
                .filter(|&rank| !boxes[rank].is_empty())
                .collect(),
        };
        if filled.is_empty() {
            return of_nothing(dims, order);
        }
        let cuts: Vec<Vec<i64>> = (0..ndim).map(|dim| cuts(boxes, &filled, dim)).collect();
        for (dim, dimension) in dims.iter().enumerate() {
            check_reach(boxes, &filled, dim, &cuts[dim], dimension.extent)?;
        }
        let cells = cells(boxes, &filled, &cuts)?;
        let extents: Dims<usize> = cuts.iter().map(|cuts| cuts.len() - 1).collect();
        check_complete(boxes, &cells, &extents, &cuts)?;
        let ranks = cells.iter().map(|cell| cell.rank).collect();
        let grid = Grid::new(&extents, GridOrder::Ranks(ranks))?;
        let dims: Vec<Dimension> = dims
            .iter()
            .zip(cuts)
            .map(|(stated, cuts)| dimension(stated, cuts))
            .collect();
        Distribution::new(&dims, grid, order)
    }
}

fn check_ends(boxes: &[Region], ndim: usize) -> Result<()> {
    for (rank, region) in boxes.iter().enumerate() {
        if region.lo.len() != ndim || region.hi.len() != ndim {
            return Err(Error::Count {
                what: "ends of a box",
                got: region.lo.len(),
                want: ndim,
            });
        }
        if let Some(dim) = (0..ndim).find(|&dim| region.lo[dim] > region.hi[dim]) {
            let (lo, hi) = (region.lo[dim], region.hi[dim]);
            let what = format!("its box from {lo} to {hi} is reversed in dimension {dim}; an empty one ends where it begins");
            return Err(Error::Rank { rank, what });
        }
    }
    Ok(())
}

/// Nobody holds anything: an array without elements on a grid of one rank.
fn of_nothing(dims: &[Dimension], order: Order) -> Result<Distribution> {
    if !dims.is_empty() && dims.iter().all(|dimension| dimension.extent > 0) {
        let allowed = "0 (inferred) where all boxes are empty".into();
        return Err(Error::Dimension {
            dim: 0,
            what: "the extent",
            value: dims[0].extent,
            allowed,
        });
    }
    let whole: Vec<Dimension> = dims
        .iter()
        .map(|stated| dimension(stated, vec![0, stated.extent]))
        .collect();
    let ones: Dims<usize> = dims.iter().map(|_| 1).collect();
    Distribution::new(&whole, Grid::new(&ones, GridOrder::RowMajor)?, order)
}

fn dimension(stated: &Dimension, cuts: Vec<i64>) -> Dimension {
    let (extent, procs) = (cuts[cuts.len() - 1], cuts.len() - 1);
    let bare = match procs {
        1 => Dimension::whole(extent),
        _ => Dimension::block(extent, procs, Cuts::Explicit(cuts.into())),
    };
    Dimension {
        periodic: stated.periodic,
        halo: stated.halo,
        boundary: stated.boundary,
        ..bare
    }
}

fn cuts(boxes: &[Region], filled: &[usize], dim: usize) -> Vec<i64> {
    let mut cuts: Vec<i64> = filled
        .iter()
        .flat_map(|&rank| [boxes[rank].lo[dim], boxes[rank].hi[dim]])
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

fn check_reach(
    boxes: &[Region],
    filled: &[usize],
    dim: usize,
    cuts: &[i64],
    extent: i64,
) -> Result<()> {
    let at = |ends: fn(&Region) -> &Dims<i64>, end| {
        filled
            .iter()
            .copied()
            .find(|&rank| ends(&boxes[rank])[dim] == end)
    };
    let (first, last) = (cuts[0], cuts[cuts.len() - 1]);
    if first != 0 {
        let what = format!("its box begins at {first} in dimension {dim} and none begins lower; the lowest must begin at 0");
        return Err(Error::Rank {
            rank: at(|region| &region.lo, first).unwrap_or(0),
            what,
        });
    }
    if extent != 0 && last != extent {
        let what = format!("its box ends at {last} in dimension {dim} and none ends higher; the highest must end at the extent {extent}");
        return Err(Error::Rank {
            rank: at(|region| &region.hi, last).unwrap_or(0),
            what,
        });
    }
    Ok(())
}

/// The boxes in row-major order of the grid that the cuts make.
fn cells(boxes: &[Region], filled: &[usize], all_cuts: &[Vec<i64>]) -> Result<Vec<Cell>> {
    let mut cells = Vec::new();
    for &rank in filled {
        let mut coords = Dims::new();
        for (dim, cuts) in all_cuts.iter().enumerate() {
            let coord = cuts.partition_point(|&cut| cut < boxes[rank].lo[dim]);
            if cuts[coord + 1] != boxes[rank].hi[dim] {
                let no_grid = || no_grid(boxes, filled, rank, dim, cuts[coord + 1]);
                return Err(overlap(boxes, filled, all_cuts).unwrap_or_else(no_grid));
            }
            coords.push(coord);
        }
        cells.push(Cell { coords, rank });
    }
    cells.sort_unstable_by(|a, b| (&a.coords, a.rank).cmp(&(&b.coords, b.rank)));
    Ok(cells)
}

/// Errors: two ranks with the same box; a place on the grid without rank.
fn check_complete(
    boxes: &[Region],
    cells: &[Cell],
    extents: &[usize],
    cuts: &[Vec<i64>],
) -> Result<()> {
    if let Some(pair) = cells
        .windows(2)
        .find(|pair| pair[0].coords == pair[1].coords)
    {
        return Err(shared(boxes, pair[0].rank, pair[1].rank));
    }
    let mut place: Dims<usize> = extents.iter().map(|_| 0).collect();
    for number in 0.. {
        if cells.get(number).is_none_or(|cell| cell.coords != place) {
            // One box makes no gap, so that there are two at least to name.
            let near = number.clamp(1, cells.len() - 1);
            let index: Vec<i64> = place
                .iter()
                .zip(cuts)
                .map(|(&coord, cuts)| cuts[coord])
                .collect();
            let what = format!("no rank owns the element {index:?} between or beside their boxes");
            return Err(Error::Ranks {
                first: cells[near - 1].rank,
                second: cells[near].rank,
                what,
            });
        }
        let Some(dim) = (0..extents.len())
            .rev()
            .find(|&dim| place[dim] + 1 < extents[dim])
        else {
            break;
        };
        place[dim] += 1;
        place[dim + 1..].fill(0);
    }
    Ok(())
}

/// Two ranks whose boxes overlap, found by a sweep along the dimension with the most cuts.
fn overlap(boxes: &[Region], filled: &[usize], cuts: &[Vec<i64>]) -> Option<Error> {
    let dim = (0..cuts.len()).max_by_key(|&dim| cuts[dim].len())?;
    let mut ranks = filled.to_vec();
    ranks.sort_by_key(|&rank| boxes[rank].lo[dim]);
    for (at, &first) in ranks.iter().enumerate() {
        let near = ranks[at + 1..]
            .iter()
            .take_while(|&&rank| boxes[rank].lo[dim] < boxes[first].hi[dim]);
        for &second in near {
            if !boxes[first].intersect(&boxes[second]).is_empty() {
                return Some(shared(boxes, first.min(second), first.max(second)));
            }
        }
    }
    None
}

fn shared(boxes: &[Region], first: usize, second: usize) -> Error {
    let index = boxes[first].intersect(&boxes[second]).lo;
    let what = format!(
        "both own the element {:?}; every element has one owner",
        &index[..]
    );
    Error::Ranks {
        first,
        second,
        what,
    }
}

/// The box of `rank` goes on where another one is cut.
fn no_grid(boxes: &[Region], filled: &[usize], rank: usize, dim: usize, cut: i64) -> Error {
    let other = filled
        .iter()
        .copied()
        .find(|&other| boxes[other].lo[dim] == cut || boxes[other].hi[dim] == cut);
    let what = format!(
        "the first one's box goes from {} to {} in dimension {dim}, the other's is cut there at {cut}; all boxes must \
         be cut at the same indices",
        boxes[rank].lo[dim], boxes[rank].hi[dim]
    );
    Error::Ranks {
        first: rank,
        second: other.unwrap_or(rank),
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(ends: &[([i64; 2], [i64; 2])]) -> Vec<Region> {
        ends.iter()
            .map(|(lo, hi)| Region::new(lo, hi).unwrap())
            .collect()
    }

    fn infer(ends: &[([i64; 2], [i64; 2])]) -> Result<Distribution> {
        let dims = [Dimension::whole(0).with_halo(1, 1), Dimension::whole(0)];
        Distribution::from_boxes(&boxes(ends), &dims, Order::F)
    }

    #[test]
    fn irregular_boxes_in_any_order_of_ranks() {
        let ends = [
            ([3, 0], [7, 5]),
            ([9, 9], [9, 9]),
            ([0, 5], [3, 6]),
            ([3, 5], [7, 6]),
            ([0, 0], [3, 5]),
        ];
        let dist = infer(&ends).unwrap();
        assert_eq!(dist.shape()[..], [7, 6]);
        assert_eq!(dist.grid().dims(), [2, 2]);
        for (rank, region) in boxes(&ends)
            .into_iter()
            .enumerate()
            .filter(|(rank, _)| *rank != 1)
        {
            assert_eq!(dist.section(rank).global(), region, "rank {rank}");
        }
        assert!(!dist.section(1).inside);
        assert_eq!(dist.section(0).dims[0].below, 1);
    }

    #[test]
    fn errors_name_two_ranks() {
        let text = |ends: &[([i64; 2], [i64; 2])]| infer(ends).unwrap_err().to_string();
        let overlap = text(&[([0, 0], [3, 4]), ([2, 0], [5, 4])]);
        assert_eq!(
            overlap,
            "ranks 0 and 1: both own the element [2, 0]; every element has one owner"
        );
        assert!(text(&[([0, 0], [3, 4]), ([0, 0], [3, 4])]).contains("ranks 0 and 1: both own"));
        let gap = text(&[([0, 0], [3, 4]), ([5, 0], [7, 4])]);
        assert_eq!(
            gap,
            "ranks 0 and 1: no rank owns the element [3, 0] between or beside their boxes"
        );
        let hole = text(&[([0, 0], [3, 4]), ([0, 4], [3, 7]), ([3, 0], [6, 4])]);
        assert!(hole.contains("no rank owns the element [3, 4]"), "{hole}");
        let bricks = text(&[([0, 0], [4, 3]), ([0, 3], [2, 6]), ([2, 3], [4, 6])]);
        assert!(
            bricks
                .starts_with("ranks 0 and 1: the first one's box goes from 0 to 4 in dimension 0"),
            "{bricks}"
        );
    }

    #[test]
    fn boxes_reach_from_zero_to_the_extent() {
        let late = infer(&[([2, 0], [4, 1])]).unwrap_err().to_string();
        assert!(
            late.starts_with("rank 0: its box begins at 2 in dimension 0"),
            "{late}"
        );
        assert!(infer(&[([-1, 0], [4, 1])]).is_err());
        assert!(infer(&[([0, 0], [4, -1])])
            .unwrap_err()
            .to_string()
            .contains("reversed in dimension 1"));
        let dims = [Dimension::whole(9)];
        let short = Distribution::from_boxes(&[Region::new(&[0], &[8]).unwrap()], &dims, Order::C)
            .unwrap_err();
        assert!(
            short.to_string().contains("must end at the extent 9"),
            "{short}"
        );
        assert!(Distribution::from_boxes(&[], &dims, Order::C).is_err());
    }

    #[test]
    fn nothing_and_no_dimensions() {
        let empty = infer(&[([0, 0], [0, 4]), ([3, 3], [3, 3])]).unwrap();
        assert_eq!(empty.shape()[..], [0, 0]);
        assert!(empty.section(0).is_empty() && empty.section(1).is_empty());
        let point = Distribution::from_boxes(&vec![Region::default(); 3], &[], Order::C).unwrap();
        assert_eq!(point.section(0).elements(), Ok(1));
        assert_eq!(point.section(1).elements(), Ok(0));
    }
}
