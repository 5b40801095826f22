//! Redistribution: every element travels from its owner under one distribution to its owner under another.

use distarray_core::redistribute::redistribute;
use distarray_core::{Code, Region};

use super::plan::{Message, Moves, Plan};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::mpi::agree::fingerprint;

/// Collective: a plan that moves the owned elements of each source to the target at the same position, with one
/// message per pair of ranks for all of them. `ready` is what the caller found before: an error of one rank is everybody's.
pub fn plan_redistribute(
    sources: &[&Array],
    targets: &[&Array],
    ready: Result<()>,
) -> Result<Plan> {
    let (Some(source), Some(target)) = (sources.first(), targets.first()) else {
        return Err(Error::new(
            Code::Argument,
            "a redistribution needs at least one source and target",
        ));
    };
    let comm = source.dist().comm();
    let dtypes: Vec<i32> = sources.iter().map(|a| a.dtype() as i32).collect();
    let ends = (source.dist().identity(), target.dist().identity());
    let fields = [
        ("the number of arrays", sources.len() as u64),
        ("the distribution of the sources", ends.0),
        ("the distribution of the targets", ends.1),
        ("the dtypes", fingerprint(&dtypes)),
    ];
    let moves = ready.and_then(|()| moves(sources, targets));
    let moves = comm.agree_on("darr_plan_redistribute", &fields, moves)?;
    let identity = fingerprint((ends, &dtypes));
    comm.agree(Plan::new(
        comm,
        moves,
        source.dist().map().order(),
        identity,
    ))
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
