//! Redistribution: every element travels from its owner under one distribution to its owner under another.

use distarray_core::redistribute::redistribute;
use distarray_core::{Code, Region};

use super::plan::{Message, Moves, Plan};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::mpi::agree::fingerprint;

/// Collective: a plan that moves the owned elements of each source to the target at the same position, with one
/// message per pair of ranks for all of them. `asked` holds as many sources, `first` foremost, as targets, one or more, or what
/// this rank found wrong with them, which is everybody's error then.
pub fn plan_redistribute(first: &Array, asked: Result<(Vec<&Array>, Vec<&Array>)>) -> Result<Plan> {
    let comm = first.dist().comm();
    let dtypes =
        |arrays: &[&Array]| -> Vec<i32> { arrays.iter().map(|a| a.dtype() as i32).collect() };
    let (count, target, dtypes) = match &asked {
        Ok((sources, targets)) => (
            sources.len(),
            targets[0].dist().identity(),
            fingerprint(dtypes(sources)),
        ),
        Err(_) => (0, 0, 0),
    };
    let fields = [
        ("the number of arrays", count as u64),
        ("the distribution of the sources", first.dist().identity()),
        ("the distribution of the targets", target),
        ("the dtypes", dtypes),
    ];
    let identity = fingerprint(fields.map(|field| field.1));
    let moves = asked.and_then(|(sources, targets)| moves(&sources, &targets));
    let moves = comm.agree_on("darr_plan_redistribute", &fields, moves)?;
    let order = first.dist().map().order();
    comm.agree(Plan::new(comm, moves, order, identity))
}

fn moves(sources: &[&Array], targets: &[&Array]) -> Result<Moves> {
    check(sources, targets)?;
    let (from, to) = (sources[0].dist(), targets[0].dist());
    let plan = redistribute(from.map(), to.map(), from.comm().rank())?;
    let messages = |arrays: &[&Array], pieces: &[(usize, Region)]| -> Result<Vec<Message>> {
        pieces
            .iter()
            .map(|(peer, region)| {
                let blocks = arrays
                    .iter()
                    .map(|a| a.block().section(region))
                    .collect::<Result<_>>()?;
                Ok(Message {
                    peer: *peer,
                    blocks,
                })
            })
            .collect()
    };
    let mut local = Vec::new();
    if let Some((here, there)) = &plan.local {
        for (source, target) in sources.iter().zip(targets) {
            local.push((
                source.block().section(here)?,
                target.block().section(there)?,
            ));
        }
    }
    Ok(Moves {
        sends: messages(sources, &plan.sends)?,
        receives: messages(targets, &plan.recvs)?,
        local,
    })
}

fn check(sources: &[&Array], targets: &[&Array]) -> Result<()> {
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    let (from, to) = (sources[0].dist(), targets[0].dist());
    if !from.comm().is(to.comm()) {
        return refuse("source and target live on different communicators".into());
    }
    for (i, (source, target)) in sources.iter().zip(targets).enumerate() {
        if !source.dist().same(from) {
            return refuse(format!("source {i} has another distribution than source 0"));
        }
        if !target.dist().same(to) {
            return refuse(format!("target {i} has another distribution than target 0"));
        }
        if source.dtype() != target.dtype() {
            let (s, t) = (source.dtype().name(), target.dtype().name());
            return refuse(format!(
                "source {i} holds {s} and target {i} holds {t}: a redistribution does not convert"
            ));
        }
    }
    // Targets are written while sources are still read, so no target may share memory with any source or target.
    let blocks: Vec<Block> = targets.iter().map(|t| t.owned()).collect();
    for (i, target) in blocks.iter().enumerate() {
        if sources.iter().any(|s| s.owned().overlaps(target)) {
            return refuse(format!("target {i} shares memory with a source"));
        }
        if blocks[..i].iter().any(|other| other.overlaps(target)) {
            return refuse(format!("target {i} shares memory with another target"));
        }
    }
    Ok(())
}
