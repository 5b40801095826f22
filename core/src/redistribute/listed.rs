//! One dimension of a redistribution that is unstructured at one end or both.

use std::collections::BTreeMap;

use super::pieces::Piece;
use crate::directory::Places;
use crate::map::Owner;
use crate::runs::{Run, Runs};
use crate::{Dimension, Error, Map, Result};

/// The pieces of `coord` of end `own`, ascending by the other coordinate: element by element in ascending order of
/// the global index, as the other end does it too. `places` tells where the elements lie at the other end, if
/// that is unstructured.
pub(super) fn pieces(
    dim: usize,
    ends: [&Dimension; 2],
    own: usize,
    coord: usize,
    places: Option<&Places>,
) -> Result<Vec<Piece>> {
    let (here, there) = (ends[own], ends[1 - own]);
    if places.is_none() && here.is_compatible(there) {
        let mut runs = Runs::default();
        runs.push(Run::new([0, 0], here.count(coord)))?;
        return Ok(vec![Piece {
            coord,
            runs: runs.finish(),
        }]);
    }
    let below = here.padding(coord)[0];
    let mut found: BTreeMap<usize, (i64, Runs)> = BTreeMap::new();
    let mut add = |index: i64, position: i64| {
        let (other, place) = match there.map {
            Map::Unstructured(_) => place(dim, here.count(coord), places, position)?,
            _ => arithmetic(dim, there, index)?,
        };
        let (there_below, runs) = found
            .entry(other)
            .or_insert_with(|| (there.padding(other)[0], Runs::default()));
        let mut at = [*there_below + place; 2];
        at[own] = below + position;
        runs.push(Run::point(at))
    };
    match &here.map {
        Map::Unstructured(list) if list.coord() == Some(coord) => list
            .ascending()
            .try_for_each(|(index, position)| add(index, position))?,
        _ => (0..)
            .zip(crate::directory::owned(dim, here, coord)?)
            .try_for_each(|(position, index)| add(index, position))?,
    }
    let piece = |(coord, (_, runs)): (usize, (i64, Runs))| Piece {
        coord,
        runs: runs.finish(),
    };
    Ok(found.into_iter().map(piece).collect())
}

fn place(dim: usize, count: i64, places: Option<&Places>, position: i64) -> Result<(usize, i64)> {
    let Some(places) = places else {
        let what = "it is unstructured at the other end, so that the places of its elements must be asked first";
        return Err(Error::DimensionUnsupported { dim, what });
    };
    let found = usize::try_from(position)
        .ok()
        .and_then(|number| places.get(number));
    found
        .filter(|_| crate::dims::signed(places.len()) == count)
        .ok_or(Error::Dimension {
            dim,
            what: "the number of places",
            value: crate::dims::signed(places.len()),
            allowed: format!("{count}, one per element"),
        })
}

fn arithmetic(dim: usize, there: &Dimension, index: i64) -> Result<(usize, i64)> {
    let inside = (0..there.extent).contains(&index);
    match there.owner(index) {
        Owner::Coord(other) if inside => {
            let position = there.to_local(other, index);
            Ok((other, position.expect("the owner has the index")))
        }
        _ => Err(Error::Dimension {
            dim,
            what: "the index",
            value: index,
            allowed: format!("0 to {} - 1 at the other end", there.extent),
        }),
    }
}
