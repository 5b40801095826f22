//! Halo exchange: owned elements travel to the ghosts that mirror them.

use distarray_core::halo::{halo, HaloOptions};
use distarray_core::{Code, Region};

use super::plan::{Message, Moves, Plan};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::mpi::agree::fingerprint;

/// Collective: a plan that fills the ghosts of several arrays of one distribution with one message per
/// neighbour for all of them. `asked` holds one array or more, `first` foremost, and which ghosts to fill, or what this
/// rank found wrong with that, which is everybody's error then.
pub fn plan_halo(first: &Array, asked: Result<(Vec<&Array>, HaloOptions)>) -> Result<Plan> {
    let comm = first.dist().comm();
    let dtypes =
        |arrays: &[&Array]| -> Vec<i32> { arrays.iter().map(|a| a.dtype() as i32).collect() };
    let (count, dtypes, options) = match &asked {
        Ok((arrays, options)) => (
            arrays.len(),
            fingerprint(dtypes(arrays)),
            fingerprint(options),
        ),
        Err(_) => (0, 0, 0),
    };
    let fields = [
        ("the number of arrays", count as u64),
        ("the distribution", first.dist().identity()),
        ("the dtypes", dtypes),
        ("the options", options),
    ];
    let identity = fingerprint(fields.map(|field| field.1));
    let moves = asked.and_then(|(arrays, options)| moves(&arrays, &options));
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
