//! From what all ranks say to a distribution.

use super::global::ProcessGrid;
use super::line::Line;
use super::{DimData, DistType};
use crate::dims::signed;
use crate::{
    Code, Cuts, Dimension, Distribution, Error, Grid, GridOrder, IndexList, Order, Result,
};

/// What becomes of boundary padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundaryRule {
    /// It is owned, as the protocol has it: ordinary elements of an array that is so much larger. A dimension with
    /// padding is then no longer periodic, because its ends do not face each other.
    Owned,
    /// It is padding again, outside of the global index space: the inverse of [`export`](super::export).
    Padding,
}

/// The distribution that all ranks describe together, seen from `rank`; `None` is a rank outside the process grid.
///
/// Ranks get the coordinates that they claim. Indices of unstructured dimensions are needed for the calling rank only.
///
/// Errors: what [`check_all`](super::check_all) finds; and, unsupported, what a [`Dimension`] cannot hold: interfaces
/// of different width in one dimension, sections of nothing but boundary padding, boundary padding that differs between
/// ranks of one coordinate, a periodic dimension whose outer padding is not as wide as the inner, and an
/// unstructured dimension that counts indices once that several ranks hold.
pub fn import(
    per_rank: &[Option<Vec<DimData>>],
    rank: usize,
    boundary: BoundaryRule,
    order: Order,
) -> Result<Distribution> {
    let grid = ProcessGrid::new(per_rank)?;
    let own = per_rank.get(rank).and_then(|dims| dims.as_deref());
    let mut dims = Vec::with_capacity(grid.dims.len());
    for dim in 0..grid.dims.len() {
        let line = grid.line(dim)?;
        line.check()?;
        let dimension = match line.data[0].dist_type() {
            Some(DistType::Block) => import_block(&grid, &line, boundary)?,
            Some(DistType::Unstructured) => import_unstructured(&line, own.map(|own| &own[dim]))?,
            Some(DistType::Cyclic) | None => {
                let data = line.data[0];
                Dimension::cyclic(data.size, line.data.len(), data.block_size())
                    .with_periodic(data.periodic == 1)
            }
        };
        dims.push(dimension);
    }
    let ranks = grid.ranks.iter().map(|&(rank, _)| rank).collect();
    let grid = Grid::new(&grid.dims, GridOrder::Ranks(ranks))?;
    Distribution::new(&dims, grid, order)
}

fn unsupported<T>(dim: usize, what: String) -> Result<T> {
    Err(Error::new(
        Code::Unsupported,
        format!("dimension {dim}: {what}"),
    ))
}

fn import_block(grid: &ProcessGrid, line: &Line, boundary: BoundaryRule) -> Result<Dimension> {
    let dim = line.dim;
    let procs = line.data.len();
    let size = line.data[0].size;
    let periodic = line.data[0].periodic == 1;
    let (Some(&first), Some(&last)) = (line.filled.first(), line.filled.last()) else {
        return Ok(blocks(size, vec![0; procs + 1]).with_periodic(periodic));
    };

    let outer = [line.data[first].padding[0], line.data[last].padding[1]];
    let inner = inner_width(line)?;
    let (halo, shell) = match boundary {
        BoundaryRule::Owned => ([inner, inner], [0, 0]),
        BoundaryRule::Padding => {
            check_outer_alike(grid, line, outer)?;
            if periodic && first != last && outer != [inner, inner] {
                return unsupported(
                    dim,
                    format!(
                        "it is periodic with padding of width {inner} between ranks, but ({}, {}) at its ends; \
                         supported with equal widths, or with the boundary taken as owned",
                        outer[0], outer[1]
                    ),
                );
            }
            match periodic && first == last {
                true => (outer, outer),
                false => ([inner, inner], outer),
            }
        }
    };

    // Sections without elements lie where the one below ends.
    let mut cuts = vec![0; procs + 1];
    let extent = size - shell[0] - shell[1];
    for coord in 0..procs {
        cuts[coord + 1] = if line.data[coord].count() == 0 {
            cuts[coord]
        } else if coord == last {
            extent
        } else {
            line.owned(coord)[1] - shell[0]
        };
        if line.data[coord].count() > 0 && cuts[coord + 1] <= cuts[coord] {
            return unsupported(
                dim,
                format!("proc_grid_rank {coord} holds nothing but boundary padding; supported with the boundary taken as owned"),
            );
        }
    }
    let dimension = blocks(extent, cuts).with_halo(halo[0], halo[1]);
    let padded = inner > 0 || outer != [0, 0];
    Ok(match boundary {
        BoundaryRule::Owned => dimension.with_periodic(periodic && !padded),
        BoundaryRule::Padding if periodic => dimension.with_periodic(true),
        BoundaryRule::Padding => dimension.with_boundary(outer[0], outer[1]),
    })
}

/// The width of all padding between ranks.
fn inner_width(line: &Line) -> Result<i64> {
    let widths = line
        .filled
        .windows(2)
        .map(|pair| (pair[0], line.data[pair[0]].padding[1]));
    let mut seen: Option<(usize, i64)> = None;
    for (coord, width) in widths {
        match seen {
            None => seen = Some((coord, width)),
            Some((_, earlier)) if earlier == width => {}
            Some((before, earlier)) => {
                return unsupported(
                    line.dim,
                    format!(
                        "padding[1] is {earlier} at proc_grid_rank {before} and {width} at {coord}; supported are \
                         equal widths between all ranks"
                    ),
                )
            }
        }
    }
    Ok(seen.map_or(0, |(_, width)| width))
}

fn check_outer_alike(grid: &ProcessGrid, line: &Line, outer: [i64; 2]) -> Result<()> {
    for &(rank, dims) in &grid.ranks {
        let data = &dims[line.dim];
        for (side, coord) in [line.filled.first(), line.filled.last()]
            .into_iter()
            .enumerate()
        {
            let at_end = coord.is_some_and(|&coord| signed(coord) == data.proc_grid_rank);
            if at_end && data.padding[side] != outer[side] {
                return unsupported(
                    line.dim,
                    format!(
                        "the boundary padding[{side}] is {} on rank {rank} and {} on others with the same \
                         proc_grid_rank; supported are equal widths",
                        data.padding[side], outer[side]
                    ),
                );
            }
        }
    }
    Ok(())
}

/// Blocks with these cuts, by rule where a rule has them.
fn blocks(extent: i64, cuts: Vec<i64>) -> Dimension {
    let procs = cuts.len() - 1;
    if procs == 1 {
        return Dimension::whole(extent);
    }
    let rules = [Cuts::Balanced, Cuts::Ceil, Cuts::RemainderLast];
    let same = |rule: &Cuts| (0..=procs).all(|coord| rule.at(extent, procs, coord) == cuts[coord]);
    let rule = rules.into_iter().find(same);
    Dimension::block(extent, procs, rule.unwrap_or(Cuts::Explicit(cuts.into())))
}

fn import_unstructured(line: &Line, own: Option<&DimData>) -> Result<Dimension> {
    let counts: Vec<i64> = line.data.iter().map(|data| data.n_indices).collect();
    let size = line.data[0].size;
    let sum: i128 = counts.iter().map(|&count| i128::from(count)).sum();
    if i128::from(size) != sum {
        return unsupported(
            line.dim,
            format!("size is {size}, but the ranks hold {sum} indices; supported is a size that counts every index that a rank holds"),
        );
    }
    let coord = own.and_then(|data| usize::try_from(data.proc_grid_rank).ok());
    let mut indices = Vec::new();
    if let Some(list) = own.and_then(|data| data.indices.as_deref()) {
        let refused = |_| Error::Memory {
            what: "the list of indices",
        };
        indices.try_reserve_exact(list.len()).map_err(refused)?;
        indices.extend_from_slice(list);
    }
    let list = IndexList::new(line.dim, coord, indices, &counts)?;
    let dimension = Dimension::unstructured(list.into());
    Ok(dimension.with_periodic(line.data[0].periodic == 1))
}
