//! Halo exchange: owned elements travel to the ghosts that mirror them.

use distarray_core::halo::{halo, HaloOptions};
use distarray_core::{Code, Region};

use super::plan::{Message, Moves, Plan};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
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
    let moves = options.and_then(|options| moves(arrays, &options));
    let moves = comm.agree_on("darr_plan_halo", &fields, moves)?;
    comm.agree(Plan::new(comm, moves, first.dist().map().order(), identity))
}

fn moves(arrays: &[&Array], options: &HaloOptions) -> Result<Moves> {
    let dist = arrays[0].dist();
    if let Some(i) = arrays.iter().position(|a| !a.dist().same(dist)) {
        let text = format!(
            "array {i} has another distribution than array 0: one exchange serves one distribution"
        );
        return Err(Error::new(Code::Argument, text));
    }
    let plan = halo(dist.map(), dist.comm().rank(), options)?;
    let blocks = |regions: &[Region]| -> Result<Vec<Block>> {
        let mut blocks = Vec::with_capacity(regions.len() * arrays.len());
        for array in arrays {
            for region in regions {
                blocks.push(array.block().section(region)?);
            }
        }
        Ok(blocks)
    };
    let messages = |plan: &[distarray_core::halo::Message]| -> Result<Vec<Message>> {
        plan.iter()
            .map(|m| {
                Ok(Message {
                    peer: m.peer,
                    blocks: blocks(&m.regions)?,
                })
            })
            .collect()
    };
    let mut local = Vec::new();
    for (from, to) in &plan.local {
        for array in arrays {
            local.push((array.block().section(from)?, array.block().section(to)?));
        }
    }
    Ok(Moves {
        sends: messages(&plan.sends)?,
        receives: messages(&plan.recvs)?,
        local,
    })
}
