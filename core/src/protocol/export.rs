//! From a distribution to what a rank says of it.

use super::DimData;
use crate::dims::signed;
use crate::{Code, Dimension, Distribution, Error, Map, Result};

/// What `rank` says of each dimension; `None` if it is outside the process grid.
///
/// Padding at the outer ends of a dimension counts in size, start and stop, of a periodic dimension too. Whole
/// dimensions become blocks of one process. Of an unstructured dimension nothing is promised about indices held twice.
///
/// Errors: communication padding that the protocol cannot express, which is one that is wider on the one side of an
/// interface than on the other, or wider than what a neighbour owns; a cyclic dimension with a phase; an unstructured
/// dimension at a coordinate other than the calling rank's. All but the last are found alike for every rank.
pub fn export(dist: &Distribution, rank: usize) -> Result<Option<Vec<DimData>>> {
    for (dim, dimension) in dist.dims().iter().enumerate() {
        check_expressible(dim, dimension)?;
    }
    let Some(coords) = dist.grid().coords(rank) else {
        return Ok(None);
    };
    let pairs = dist.dims().iter().zip(&coords).enumerate();
    let data = pairs.map(|(dim, (dimension, &coord))| export_dim(dim, dimension, coord));
    data.collect::<Result<Vec<DimData>>>().map(Some)
}

fn export_dim(dim: usize, dimension: &Dimension, coord: usize) -> Result<DimData> {
    let place = [signed(coord), signed(dimension.procs)];
    let data = match &dimension.map {
        Map::Whole | Map::Block(_) => export_block(dimension, coord),
        Map::Cyclic { block, .. } => DimData::cyclic(dimension.extent, place, *block),
        Map::Unstructured(list) if list.coord() == Some(coord) => {
            DimData::unstructured(dimension.extent, place, list.indices())
        }
        Map::Unstructured(_) => {
            let what = "it is unstructured, and only ranks of the asked coordinate know which indices that owns";
            return Err(Error::DimensionUnsupported { dim, what });
        }
    };
    Ok(DimData {
        periodic: dimension.periodic.into(),
        ..data
    })
}

fn export_block(dimension: &Dimension, coord: usize) -> DimData {
    let [below, above] = outer_widths(dimension);
    let size = below + dimension.extent + above;
    let owned = dimension.range(coord);
    let padding = dimension.padding(coord);
    let [start, stop] = if !owned.is_empty() {
        [owned.start - padding[0], owned.end + padding[1]].map(|at| below + at)
    } else if owned.start == 0 {
        [0, 0]
    } else if owned.start == dimension.extent {
        [size, size]
    } else {
        [below + owned.start; 2]
    };
    DimData::block(size, [signed(coord), signed(dimension.procs)], start, stop)
        .with_padding(padding)
}

/// Padding below the first and above the last section that is not empty.
fn outer_widths(dimension: &Dimension) -> [i64; 2] {
    if dimension.extent == 0 {
        return [0, 0];
    }
    let first = dimension.block_owner(0);
    let last = dimension.block_owner(dimension.extent - 1);
    [dimension.padding(first)[0], dimension.padding(last)[1]]
}

/// Rule 5.4: what faces each other has one width, and no more than the neighbour owns. Cyclic dimensions begin with a
/// whole block of coordinate 0.
fn check_expressible(dim: usize, dimension: &Dimension) -> Result<()> {
    let unsupported = |text: String| Err(Error::new(Code::Unsupported, text));
    if dimension.dealt().is_some_and(|deal| deal.phase > 0) {
        return unsupported(format!(
            "dimension {dim}: its blocks are not dealt out from index 0 and coordinate 0 on; the protocol allows no other start"
        ));
    }
    let [below, above] = dimension.halo;
    if dimension.halo == [0, 0] || !matches!(dimension.map, Map::Block(_)) {
        return Ok(());
    }
    // What a coordinate owns by the letter of the protocol, padding at the outer ends included.
    let mut owned: Vec<(usize, i64)> = (0..dimension.procs)
        .map(|coord| (coord, dimension.count(coord)))
        .filter(|&(_, count)| count > 0)
        .collect();
    if owned.len() < 2 {
        return Ok(());
    }
    if below != above {
        return unsupported(format!(
            "dimension {dim}: the halo is {below} wide below and {above} above; the protocol allows equal widths only"
        ));
    }
    let outer = outer_widths(dimension);
    owned[0].1 += outer[0];
    if let Some(last) = owned.last_mut() {
        last.1 += outer[1];
    }
    match owned.iter().find(|&&(_, count)| count < below) {
        Some((coord, count)) => unsupported(format!(
            "dimension {dim}: the halo is {below} wide, but grid coordinate {coord} owns {count} elements; the \
             protocol allows no halo that is wider than a neighbour"
        )),
        None => Ok(()),
    }
}
