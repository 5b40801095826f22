//! Index lists: elements at any global indices are brought to each rank's own memory, or from there to their owners.

use distarray_core::directory::{Places, Questions};
use distarray_core::Code;

use super::channels::{Leg, Piece, Shipment};
use super::directory::{ask, is_listed};
use super::plan::Plan;
use crate::array::claim::Part;
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::combine::Combine;
use crate::kernels::copies::Points;
use crate::mpi::agree::fingerprint;

mod sort;

use sort::{Finder, Portion};

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
    let map = array.dist().map();
    let checked = asked.and_then(|asked| {
        check(array, &asked)?;
        let known = !map.dims().iter().any(is_listed);
        let found = known.then(|| Finder::new(array, &asked, &[]).sort());
        Ok((found.transpose()?, asked))
    });
    let (found, asked) = comm.agree_on(name, &fields, checked)?;
    let portions = match found {
        Some(portions) => portions,
        None => {
            let places = places(array, &asked)?;
            comm.agree(Finder::new(array, &asked, &places).sort())?
        }
    };
    let leg = leg(array, &asked, portions)?;
    let gathers = asked.way == Way::Gather;
    let claims = vec![
        array.claim(Part::Owned, !gathers),
        asked.values.claim(Part::Owned, gathers),
    ];
    Ok(Plan::new(comm, &[leg], identity)?.claiming(claims))
}

/// What this rank can tell without a look at the indices.
fn check(array: &Array, asked: &Listed) -> Result<()> {
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    let values = asked.values;
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
    Ok(())
}

/// Collective: tells the holders which of their elements are meant.
fn leg(array: &Array, asked: &Listed, portions: Vec<Portion>) -> Result<Leg> {
    let (dist, comm) = (array.dist(), array.dist().comm());
    // Whoever reads the elements where they lie has to know where in both blocks.
    let here_too = asked.way == Way::Scatter;
    let (own, asking): (Vec<_>, Vec<_>) = portions
        .into_iter()
        .partition(|portion| portion.peer == comm.rank());
    let requests = asking
        .iter()
        .map(|portion| Ok((portion.peer, portion.write(here_too)?)));
    let requests = comm.agree(requests.collect::<Result<Vec<_>>>())?;
    let heard = comm.agree(comm.sparse_exchange(&requests))?;
    let heard = heard
        .iter()
        .map(|(peer, words)| Portion::read(*peer, words));
    let answering = comm.agree(heard.collect::<Result<Vec<_>>>())?;

    let order = dist.map().order();
    // Elements of the array are the source of a gather and the target of a scatter.
    let piece = |portion: Portion| {
        let Portion {
            count, there, here, ..
        } = portion;
        let positions = match asked.way {
            Way::Gather => [Some(there), here],
            Way::Scatter => [here, Some(there)],
        };
        Piece::Points(Points {
            count,
            positions,
            order,
        })
    };
    let shipment = |portion: Portion| Shipment {
        peer: portion.peer,
        pieces: vec![piece(portion)],
    };
    let asking: Vec<Shipment> = asking.into_iter().map(shipment).collect();
    let answering: Vec<Shipment> = answering.into_iter().map(shipment).collect();
    let local = own.into_iter().map(piece).collect();
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
        order,
        combine: asked.combine,
    })
}

/// Collective: what the directory says of the list's indices, for each unstructured dimension.
fn places(array: &Array, asked: &Listed) -> Result<Vec<Option<Places>>> {
    let (comm, map) = (array.dist().comm(), array.dist().map());
    let dims = map.dims();
    let along = |dim: usize| asked.indices.iter().skip(dim).step_by(dims.len()).copied();
    let listed: Vec<usize> = (0..dims.len())
        .filter(|&dim| is_listed(&dims[dim]))
        .collect();
    let questions = listed
        .iter()
        .map(|&dim| Ok(Questions::new(dim, &dims[dim], along(dim))?));
    let questions = comm.agree(questions.collect::<Result<Vec<_>>>())?;
    let keyed: Vec<_> = listed
        .iter()
        .zip(&questions)
        .map(|(&dim, questions)| ([0, dim], questions))
        .collect();
    let mut answers = ask(comm, &[map], &keyed)?.into_iter();
    let answer = |dimension| is_listed(dimension).then(|| answers.next()).flatten();
    Ok(dims.iter().map(answer).collect())
}

fn garbled() -> Error {
    Error::new(Code::Internal, "a list of indices was not understood")
}
