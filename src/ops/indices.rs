//! Index lists: elements at any global indices are brought to each rank's own memory, or from there to their owners.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use distarray_core::directory::Questions;
use distarray_core::map::Owner;
use distarray_core::{Code, Dims};

use super::channels::{Leg, Piece, Shipment};
use super::directory::{ask, is_listed};
use super::plan::Plan;
use crate::array::claim::Part;
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::combine::Combine;
use crate::kernels::copies::Points;
use crate::mpi::agree::fingerprint;

/// Which way the elements go.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// From the array to the values.
    Gather,
    /// From the values to the array.
    Scatter,
}

/// A list of indices and what belongs to it.
pub struct Listed<'a> {
    pub way: Way,
    /// One dimension, of which this rank owns one element for each of its indices.
    pub values: &'a Array,
    /// Number of indices in this rank's list.
    pub count: usize,
    /// Global indices into the array, one entry per dimension for each.
    pub indices: &'a [i64],
    pub combine: Combine,
}

/// Collective: a plan that moves elements between `array` and lists of values, one list on each rank. An index may stand in
/// any number of lists, any number of times. `asked` is the calling rank's list, or what it found wrong with it, which is
/// everybody's error then.
pub fn plan_indices(name: &'static str, array: &Array, asked: Result<Listed>) -> Result<Plan> {
    let comm = array.dist().comm();
    let (values, dtype, options) = match &asked {
        Ok(asked) => (
            asked.values.dist().identity(),
            asked.values.dtype() as u64,
            fingerprint((asked.way, asked.combine)),
        ),
        Err(_) => (0, 0, 0),
    };
    let fields = [
        ("the array", array.identity()),
        ("the distribution of the values", values),
        ("the dtype of the values", dtype),
        ("the options", options),
    ];
    let identity = fingerprint(fields.map(|field| field.1));
    let checked = asked.and_then(|asked| Ok((normalized(array, &asked)?, asked)));
    let (indices, asked) = comm.agree_on(name, &fields, checked)?;
    let leg = leg(array, &asked, &indices)?;
    let gathers = asked.way == Way::Gather;
    let claims = vec![
        array.claim(Part::Owned, !gathers),
        asked.values.claim(Part::Owned, gathers),
    ];
    Ok(Plan::new(comm, &[leg], identity)?.claiming(claims))
}

/// The indices, those that count from the end counted from the beginning.
fn normalized(array: &Array, asked: &Listed) -> Result<Vec<i64>> {
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    let (dims, values) = (array.dist().map().dims(), asked.values);
    if !values.dist().comm().is(array.dist().comm()) {
        return refuse("the values live on another communicator than the array".into());
    }
    let section = values.dist().section();
    if section.dims.len() != 1 {
        return refuse(format!(
            "the values have {} dimensions; a list has 1",
            section.dims.len()
        ));
    }
    let owned = if section.is_empty() {
        0
    } else {
        section.dims[0].count
    };
    let count = asked.count;
    if owned != count as i64 {
        return refuse(format!(
            "this rank owns {owned} values for {count} indices; one for each is needed"
        ));
    }
    let ends = match asked.way {
        Way::Gather => (array.dtype(), values.dtype()),
        Way::Scatter => (values.dtype(), array.dtype()),
    };
    if !ends.0.can_cast(ends.1, true) {
        let names = (ends.0.name(), ends.1.name());
        return refuse(format!(
            "{} does not convert to {} without losing its kind",
            names.0, names.1
        ));
    }
    if values.owned().overlaps(&array.owned()) {
        return refuse("the values share memory with the array".into());
    }
    let mut indices = Vec::new();
    let refused = |_| Error::new(Code::Memory, "memory for a list of indices was refused");
    indices
        .try_reserve_exact(asked.indices.len())
        .map_err(refused)?;
    for index in asked.indices.chunks(dims.len().max(1)) {
        for (dim, (dimension, &entry)) in dims.iter().zip(index).enumerate() {
            indices.push(dimension.normalize(dim, entry)?);
        }
    }
    Ok(indices)
}

/// For each index the rank that holds the element, and its position in that rank's section, one entry per dimension.
struct Holders {
    ranks: Vec<usize>,
    positions: Vec<i64>,
}

/// Of the elements of one rank that a list means, the positions there and the positions of the values here.
type Pairs = [Vec<i64>; 2];

/// The elements of each rank, in the order of the list.
fn by_rank(holders: &Holders, ndim: usize, below: i64) -> BTreeMap<usize, Pairs> {
    let mut slots: HashMap<usize, usize> = HashMap::new();
    let mut lists: Vec<(usize, Pairs)> = Vec::new();
    for (number, &rank) in holders.ranks.iter().enumerate() {
        let slot = *slots.entry(rank).or_insert_with(|| {
            lists.push((rank, Pairs::default()));
            lists.len() - 1
        });
        let [there, here] = &mut lists[slot].1;
        there.extend_from_slice(&holders.positions[number * ndim..(number + 1) * ndim]);
        here.push(below + number as i64);
    }
    lists.into_iter().collect()
}

/// Collective: finds the owners and tells them which of their elements are meant.
fn leg(array: &Array, asked: &Listed, indices: &[i64]) -> Result<Leg> {
    let (dist, comm) = (array.dist(), array.dist().comm());
    let ndim = dist.map().ndim();
    let holders = holders(array, asked.count, indices)?;
    // What each owner is told: for each element its position there, and that of the value here.
    let below = asked
        .values
        .dist()
        .section()
        .dims
        .first()
        .map_or(0, |span| span.below);
    let mut told = by_rank(&holders, ndim, below);
    let own = told.remove(&comm.rank());
    let requests = |(&peer, lists): (&usize, &Pairs)| {
        let mut words = vec![lists[1].len() as i64];
        lists.iter().for_each(|list| words.extend(list));
        (peer, words)
    };
    let requests: Vec<_> = told.iter().map(requests).collect();
    let heard = comm.agree(comm.sparse_exchange(&requests))?;
    let heard = heard.into_iter().map(|(peer, words)| {
        let (&count, rest) = words.split_first().ok_or_else(garbled)?;
        let length = usize::try_from(count)
            .ok()
            .and_then(|count| count.checked_mul(ndim));
        let lists = length
            .and_then(|length| rest.split_at_checked(length))
            .ok_or_else(garbled)?;
        Ok((peer, [lists.0.to_vec(), lists.1.to_vec()]))
    });
    let heard = comm.agree(heard.collect::<Result<Vec<_>>>())?;

    // Elements of the array are the source of a gather and the target of a scatter.
    let piece = |[there, here]: Pairs| {
        let count = here.len();
        let (there, here): (Arc<[i64]>, Arc<[i64]>) = (there.into(), here.into());
        let positions = match asked.way {
            Way::Gather => [there, here],
            Way::Scatter => [here, there],
        };
        Piece::Points(Points { count, positions })
    };
    let shipment = |(peer, lists): (usize, Pairs)| Shipment {
        peer,
        pieces: vec![piece(lists)],
    };
    let asking: Vec<Shipment> = told.into_iter().map(shipment).collect();
    let answering: Vec<Shipment> = heard.into_iter().map(shipment).collect();
    let local = own.map(piece).into_iter().collect();
    let (source, target, sends, receives) = match asked.way {
        Way::Gather => (array, asked.values, answering, asking),
        Way::Scatter => (asked.values, array, asking, answering),
    };
    Ok(Leg {
        source: source.block().clone(),
        target: target.block().clone(),
        sends,
        receives,
        local,
        axes: (0..source.dist().map().ndim()).collect(),
        order: dist.map().order(),
        combine: asked.combine,
    })
}

/// Collective where a dimension is unstructured: who holds each index.
fn holders(array: &Array, count: usize, indices: &[i64]) -> Result<Holders> {
    let (dist, comm) = (array.dist(), array.dist().comm());
    let (map, ndim) = (dist.map(), dist.map().ndim());
    let along = |dim: usize| indices.iter().skip(dim).step_by(ndim).copied();
    let listed: Vec<usize> = (0..ndim)
        .filter(|&dim| is_listed(&map.dims()[dim]))
        .collect();
    let questions = listed
        .iter()
        .map(|&dim| Ok(Questions::new(dim, &map.dims()[dim], along(dim))?));
    let places = if listed.is_empty() {
        vec![]
    } else {
        let questions = comm.agree(questions.collect::<Result<Vec<_>>>())?;
        let asked: Vec<_> = listed
            .iter()
            .zip(&questions)
            .map(|(&dim, questions)| ([0, dim], questions))
            .collect();
        ask(comm, &[map], &asked)?
    };
    let mut holders = Holders {
        ranks: Vec::with_capacity(count),
        positions: Vec::with_capacity(indices.len()),
    };
    let mut find = |number: usize| -> Result<()> {
        let mut coords: Dims<usize> = Dims::new();
        let index = &indices[number * ndim..(number + 1) * ndim];
        for (dim, (dimension, &index)) in map.dims().iter().zip(index).enumerate() {
            let (coord, local) = match dimension.owner(index) {
                Owner::Coord(coord) => (coord, dimension.to_local(coord, index)),
                Owner::Ask(_) => {
                    let at = listed.iter().position(|&other| other == dim);
                    let place = at
                        .and_then(|at| places[at].get(number))
                        .ok_or_else(garbled)?;
                    (place.0, Some(place.1))
                }
            };
            coords.push(coord);
            let position = local.ok_or_else(garbled)? + dimension.padding(coord)[0];
            holders.positions.push(position);
        }
        holders.ranks.push(map.grid().rank(&coords));
        Ok(())
    };
    let found = (0..count).try_for_each(&mut find);
    comm.agree(found.map(|()| holders))
}

fn garbled() -> Error {
    Error::new(Code::Internal, "a list of indices was not understood")
}
