//! The rules between ranks.

use super::line::{differing, Line};
use super::local::check_dim;
use super::{DimData, Violation};

/// Checks what all ranks say together; `None` is a rank outside the process grid.
///
/// Rules 3.2, 3.5, 5.3 to 5.5, 6.3 and 6.4 of the header, after the local ones of each rank. Extents of sections are not
/// known here. Indices that are not at hand are counted, and compared by their digests between ranks that share a
/// coordinate. Every rank that checks the same data finds the same violation.
pub fn check_all(per_rank: &[Option<Vec<DimData>>]) -> Result<(), Violation> {
    let grid = ProcessGrid::new(per_rank)?;
    for dim in 0..grid.dims.len() {
        grid.line(dim)?.check()?;
    }
    Ok(())
}

/// The ranks inside the grid, proven to fill it: each tuple of coordinates belongs to one rank.
pub(super) struct ProcessGrid<'a> {
    /// Extents of the grid.
    pub dims: Vec<usize>,
    /// Rank and dimension data, in row-major order of the coordinates.
    pub ranks: Vec<(usize, &'a [DimData])>,
}

impl<'a> ProcessGrid<'a> {
    pub fn new(per_rank: &'a [Option<Vec<DimData>>]) -> Result<ProcessGrid<'a>, Violation> {
        let inside: Vec<(usize, &[DimData])> = per_rank
            .iter()
            .enumerate()
            .filter_map(|(rank, dims)| Some((rank, dims.as_deref()?)))
            .collect();
        let &(first, model) = inside.first().ok_or(Violation::NobodyInside)?;
        for &(rank, dims) in &inside {
            if dims.len() != model.len() {
                return Err(Violation::Ndim {
                    first,
                    first_ndim: model.len(),
                    second: rank,
                    second_ndim: dims.len(),
                });
            }
            for (dim, data) in dims.iter().enumerate() {
                check_dim(dim, data).map_err(|violation| Violation::OnRank {
                    rank,
                    violation: Box::new(violation),
                })?;
                check_common(dim, (first, &model[dim]), (rank, data))?;
            }
        }

        let product = model.iter().try_fold(1i64, |product, data| {
            product.checked_mul(data.proc_grid_size)
        });
        if product != Some(inside.len() as i64) {
            return Err(Violation::GridProduct {
                product: product.map_or("more than 2^63".to_string(), |n| n.to_string()),
                ranks: inside.len(),
            });
        }
        // The product fits, so every extent does.
        let dims: Vec<usize> = model.iter().map(|d| d.proc_grid_size as usize).collect();
        let mut ranks: Vec<Option<(usize, &[DimData])>> = vec![None; inside.len()];
        for &(rank, data) in &inside {
            let place = data
                .iter()
                .zip(&dims)
                .fold(0, |place, (d, &n)| place * n + d.proc_grid_rank as usize);
            if let Some((earlier, _)) = ranks[place] {
                return Err(Violation::CoordsTwice {
                    first: earlier,
                    second: rank,
                    coords: data.iter().map(|d| d.proc_grid_rank).collect(),
                });
            }
            ranks[place] = Some((rank, data));
        }
        // As many places as ranks and none taken twice: none is free.
        let ranks = ranks.into_iter().flatten().collect();
        Ok(ProcessGrid { dims, ranks })
    }

    /// The coordinates of one dimension, after a check that ranks which share one say the same.
    pub fn line(&self, dim: usize) -> Result<Line<'a>, Violation> {
        let inner: usize = self.dims[dim + 1..].iter().product();
        let extent = self.dims[dim];
        let data = (0..extent).map(|coord| &self.ranks[coord * inner].1[dim]);
        let line = Line::new(dim, data.collect());
        for (place, &(rank, dims)) in self.ranks.iter().enumerate() {
            let coord = place / inner % extent;
            let first = self.ranks[coord * inner].0;
            line.check_shared(coord, first, (rank, &dims[dim]))?;
        }
        Ok(line)
    }
}

/// Rule 3.5, what all ranks have in common.
fn check_common(
    dim: usize,
    (first, a): (usize, &DimData),
    (second, b): (usize, &DimData),
) -> Result<(), Violation> {
    let keys = |d: &DimData| {
        [
            ("dist_type", d.dist_type.into()),
            ("size", d.size),
            ("proc_grid_size", d.proc_grid_size),
            ("periodic", d.periodic.into()),
            ("block_size", d.block_size()),
            ("one_to_one", d.one_to_one.into()),
        ]
    };
    match differing(&keys(a), &keys(b)) {
        Some((key, first_value, second_value)) => Err(Violation::Differs {
            dim,
            key,
            first,
            first_value,
            second,
            second_value,
        }),
        None => Ok(()),
    }
}
