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
    let legs = asked.and_then(|(sources, targets)| legs(&sources, &targets));
    let legs = comm.agree_on("darr_plan_redistribute", &fields, legs)?;
    Plan::new(comm, &legs, identity)
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
