//! Halo exchange: owned elements travel to the ghosts that mirror them.

use distarray_core::halo::{halo, HaloOptions};
use distarray_core::Code;

use super::channels::Leg;
use super::plan::Plan;
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::combine::Combine;
use crate::mpi::agree::fingerprint;

/// Collective: a plan that fills the ghosts of several arrays of one distribution with one message per
/// neighbour for all of them. An error that one rank found in its options is everybody's.
pub fn plan_halo(arrays: &[&Array], options: Result<HaloOptions>) -> Result<Plan> {
    let Some(first) = arrays.first() else {
        return Err(Error::new(
            Code::Argument,
            "a halo exchange needs at least one array",
        ));
    };
    let comm = first.dist().comm();
    let dtypes: Vec<i32> = arrays.iter().map(|a| a.dtype() as i32).collect();
    let fields = [
        ("the number of arrays", arrays.len() as u64),
        ("the distribution", first.dist().identity()),
        ("the dtypes", fingerprint(&dtypes)),
        ("the options", options.as_ref().map_or(0, fingerprint)),
    ];
    let identity = fingerprint(fields.map(|field| field.1));
    let legs = options.and_then(|options| legs(arrays, &options));
    let legs = comm.agree_on("darr_plan_halo", &fields, legs)?;
    Plan::new(comm, &legs, identity)
}

fn legs(arrays: &[&Array], options: &HaloOptions) -> Result<Vec<Leg>> {
    let dist = arrays[0].dist();
    if let Some(i) = arrays.iter().position(|a| !a.dist().same(dist)) {
        let text = format!(
            "array {i} has another distribution than array 0: one exchange serves one distribution"
        );
        return Err(Error::new(Code::Argument, text));
    }
    let moves = halo(dist.map(), dist.comm().rank(), options)?;
    let leg = |array: &&Array| Leg {
        source: array.block().clone(),
        target: array.block().clone(),
        moves: moves.clone(),
        order: dist.map().order(),
        combine: Combine::Insert,
    };
    Ok(arrays.iter().map(leg).collect())
}
