//! Halo exchange: owned elements travel to the ghosts that mirror them, or ghosts back to be added to their owners.

use distarray_core::halo::{halo, HaloOptions};
use distarray_core::{Code, Moves};

use super::channels::Leg;
use super::plan::Plan;
use crate::array::claim::{Claim, Part};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::combine::Combine;
use crate::mpi::agree::fingerprint;

/// What a halo exchange does.
#[derive(Clone, Debug, Default, Hash)]
pub struct Halo {
    /// Which ghosts take part.
    pub ghosts: HaloOptions,
    /// Ghosts are added to the elements that they mirror, in an order that depends on the distribution alone; otherwise
    /// filled from them.
    pub accumulate: bool,
}

/// Collective: a plan for the ghosts of several arrays over one communicator, with one message per neighbour for all of them.
/// `asked` holds one array or more, `first` foremost, and what to do, or what this rank found wrong with that, which is
/// everybody's error then.
pub fn plan_halo(first: &Array, asked: Result<(Vec<&Array>, Halo)>) -> Result<Plan> {
    let comm = first.dist().comm();
    let each = |of: fn(&Array) -> u64| match &asked {
        Ok((arrays, _)) => fingerprint(arrays.iter().map(|array| of(array)).collect::<Vec<_>>()),
        Err(_) => 0,
    };
    let (count, halo) = match &asked {
        Ok((arrays, halo)) => (arrays.len(), fingerprint(halo)),
        Err(_) => (0, 0),
    };
    let fields = [
        ("the number of arrays", count as u64),
        ("the distribution", each(|array| array.dist().identity())),
        ("the dtypes", each(|array| array.dtype() as u64)),
        ("the options", halo),
    ];
    let identity = fingerprint(fields.map(|field| field.1));
    let legs = asked
        .and_then(|(arrays, halo)| Ok((legs(&arrays, &halo)?, claims(&arrays, halo.accumulate))));
    let (legs, claims) = comm.agree_on("darr_plan_halo", &fields, legs)?;
    Ok(Plan::new(comm, &legs, identity)?.claiming(claims))
}

/// Owned elements are read and ghosts written, or the other way round.
fn claims(arrays: &[&Array], accumulate: bool) -> Vec<Claim> {
    let both = |array: &&Array| {
        [
            array.claim(Part::Owned, accumulate),
            array.claim(Part::Ghosts, !accumulate),
        ]
    };
    arrays.iter().flat_map(both).collect()
}

fn legs(arrays: &[&Array], asked: &Halo) -> Result<Vec<Leg>> {
    let comm = arrays[0].dist().comm();
    let combine = match asked.accumulate {
        true => Combine::Add,
        false => Combine::Insert,
    };
    let mut legs = Vec::with_capacity(arrays.len());
    let mut known: Vec<Moves> = Vec::with_capacity(arrays.len());
    for (i, array) in arrays.iter().enumerate() {
        let (dist, block) = (array.dist(), array.block());
        if !dist.comm().is(comm) {
            let text = format!("array {i} lives on another communicator than array 0");
            return Err(Error::new(Code::Argument, text));
        }
        if let Some(k) = arrays[..i]
            .iter()
            .position(|other| other.block().overlaps(block))
        {
            let text = format!("array {i} shares memory with array {k}");
            return Err(Error::new(Code::Argument, text));
        }
        let alike = arrays[..i].iter().position(|other| other.dist().same(dist));
        let moves = match alike {
            Some(at) => known[at].clone(),
            None => {
                let fill = halo(dist.map(), comm.rank(), &asked.ghosts)?;
                if asked.accumulate {
                    fill.reversed()
                } else {
                    fill
                }
            }
        };
        legs.push(Leg::of(block, block, &moves, dist.map().order(), combine));
        known.push(moves);
    }
    Ok(legs)
}
