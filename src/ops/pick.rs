//! New arrays of one dimension from lists of points.

use std::sync::Arc;

use distarray_core::{Code, Cuts, Dimension, Distribution, Grid, GridOrder};

use super::indices::{plan_indices, Listed, Way};
use crate::array::claim::{Claims, Part};
use crate::array::{Array, Dist};
use crate::error::{Error, Result};
use crate::kernels::combine::Combine;
use crate::mpi::Comm;

/// Collective: each rank's part of the result are the elements at its own list of points, one entry per dimension each. `asked`
/// has their number and the list, or what this rank found wrong with them, which is everybody's error then.
pub fn pick(array: &Array, asked: Result<(usize, &[i64])>) -> Result<Array> {
    const NAME: &str = "darr_array_pick";
    let comm = array.dist().comm();
    let fields = [("the array", array.identity())];
    let held = asked.and_then(|asked| {
        let held = Claims::hold(vec![array.claim(Part::Owned, false)])?;
        Ok((asked, held))
    });
    let ((count, indices), _held) = comm.agree_on(NAME, &fields, held)?;
    let cuts = cuts(comm, count as i64)?;
    let total = cuts.last().copied().unwrap_or(0);
    let dimension = Dimension::block(total, comm.size(), Cuts::Explicit(cuts.into()));
    let dist = comm.agree(line(array, dimension))?;
    gathered(NAME, array, &dist, count, indices)
}

/// Collective: where each rank's elements begin in the order of the ranks, and where the last ones end.
pub fn cuts(comm: &Comm, count: i64) -> Result<Vec<i64>> {
    let told = comm.allgather(&count.to_ne_bytes())?;
    let (counts, _) = told.as_chunks::<8>();
    let mut cuts = Vec::new();
    let mut sum = 0i64;
    cuts.push(sum);
    for &count in counts {
        // The same numbers on every rank, so that all fail alike.
        sum = sum.checked_add(i64::from_ne_bytes(count)).ok_or_else(|| {
            Error::new(
                Code::Argument,
                "the lists of all ranks have 2^63 entries and more",
            )
        })?;
        cuts.push(sum);
    }
    Ok(cuts)
}

/// A distribution of one dimension over all ranks. Local.
pub fn line(array: &Array, dimension: Dimension) -> Result<Arc<Dist>> {
    let (comm, order) = (array.dist().comm(), array.dist().map().order());
    let grid = Grid::new(&[comm.size()], GridOrder::RowMajor)?;
    Ok(Dist::new(
        comm,
        Distribution::new(&[dimension], grid, order)?,
    ))
}

/// Collective: a new array of this distribution, of which each rank has the elements at its points.
pub fn gathered(
    name: &'static str,
    array: &Array,
    dist: &Arc<Dist>,
    count: usize,
    indices: &[i64],
) -> Result<Array> {
    let values = Array::create(dist, Ok(array.dtype()))?;
    let listed = Listed {
        way: Way::Gather,
        values: &values,
        count,
        indices,
        combine: Combine::Insert,
    };
    plan_indices(name, array, Ok(listed))?.run()?;
    Ok(values)
}
