//! Redistribution: every element travels from its owner under one distribution to its owner under another.

use distarray_core::redistribute::redistribute;
use distarray_core::{Code, Distribution, Message, Moves, Product, Region, Run};

use super::channels::Leg;
use super::plan::Plan;
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::combine::Combine;
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
    let legs = ready.and_then(|()| legs(sources, targets));
    let legs = comm.agree_on("darr_plan_redistribute", &fields, legs)?;
    Plan::new(comm, &legs, fingerprint((ends, &dtypes)))
}

fn legs(sources: &[&Array], targets: &[&Array]) -> Result<Vec<Leg>> {
    check(sources, targets)?;
    let (from, to) = (sources[0].dist(), targets[0].dist());
    let moves = moves(from.map(), to.map(), from.comm().rank())?;
    let leg = |(source, target): (&&Array, &&Array)| Leg {
        source: source.block().clone(),
        target: target.block().clone(),
        moves: moves.clone(),
        order: from.map().order(),
        combine: Combine::Insert,
    };
    Ok(sources.iter().zip(targets).map(leg).collect())
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

// TEMP until the core gives Moves
fn moves(from: &Distribution, to: &Distribution, rank: usize) -> Result<Moves> {
    let plan = redistribute(from, to, rank)?;
    let product = |a: &Region, b: &Region| Product { dims: (0..a.lo.len()).map(|d| std::sync::Arc::new(vec![Run::new([a.lo[d], b.lo[d]], a.hi[d]-a.lo[d])])).collect() };
    let mut m = Moves { axes: (0..from.ndim()).collect(), ..Moves::default() };
    // both ends' positions unknown here: same region on both sides of a message works for packing only
    for (p, r) in &plan.sends { m.sends.push(Message { peer: *p, products: vec![product(r, r)] }); }
    for (p, r) in &plan.recvs { m.recvs.push(Message { peer: *p, products: vec![product(r, r)] }); }
    if let Some((a, b)) = &plan.local { m.local.push(product(a, b)); }
    Ok(m)
}
