//! Redistribution: every element travels from its owner under one distribution to its owner under another.

use distarray_core::redistribute::{redistribute, MoveOptions};
use distarray_core::Code;

use super::channels::Leg;
use super::directory::places;
use super::plan::Plan;
use crate::array::claim::Part;
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::combine::Combine;
use crate::mpi::agree::fingerprint;

/// What a redistribution moves.
pub struct Redistribution<'a> {
    /// As many as targets, one or more.
    pub sources: Vec<&'a Array>,
    pub targets: Vec<&'a Array>,
    pub combine: Combine,
    /// The dimension of the target that each dimension of the source becomes; `None`: itself.
    pub axes: Option<Vec<usize>>,
}

/// Collective: a plan that moves the owned elements of each source to the target at the same position, with one
/// message per pair of ranks for all of them. `asked` is what to move, `first` the first source, or what this rank found wrong
/// with it, which is everybody's error then.
pub fn plan_redistribute(first: &Array, asked: Result<Redistribution>) -> Result<Plan> {
    let comm = first.dist().comm();
    let dtypes =
        |arrays: &[&Array]| -> Vec<i32> { arrays.iter().map(|a| a.dtype() as i32).collect() };
    let (count, target, dtypes, options) = match &asked {
        Ok(asked) => (
            asked.sources.len(),
            asked.targets[0].dist().identity(),
            fingerprint((dtypes(&asked.sources), dtypes(&asked.targets))),
            fingerprint((asked.combine, &asked.axes)),
        ),
        Err(_) => (0, 0, 0, 0),
    };
    let fields = [
        ("the number of arrays", count as u64),
        ("the distribution of the sources", first.dist().identity()),
        ("the distribution of the targets", target),
        ("the dtypes", dtypes),
        ("the options", options),
    ];
    let identity = fingerprint(fields.map(|field| field.1));
    let checked = asked.and_then(|asked| check(&asked).map(|()| asked));
    let asked = comm.agree_on("darr_plan_redistribute", &fields, checked)?;
    let legs = legs(&asked)?;
    let read = asked.sources.iter().map(|it| it.claim(Part::Owned, false));
    let written = asked.targets.iter().map(|it| it.claim(Part::Owned, true));
    let claims = read.chain(written).collect();
    Ok(Plan::new(comm, &legs, identity)?.claiming(claims))
}

/// Collective: an agreement, and questions about the places of unstructured dimensions.
fn legs(asked: &Redistribution) -> Result<Vec<Leg>> {
    let (from, to) = (asked.sources[0].dist(), asked.targets[0].dist());
    let (comm, axes) = (from.comm(), asked.axes.as_deref());
    let places = places(from, to, axes)?;
    let options = MoveOptions {
        axes,
        places: [&places[0], &places[1]],
    };
    let rank = Some(comm.rank());
    let moves = redistribute(from.map(), to.map(), [rank, rank], &options).map_err(Error::from);
    let moves = comm.agree(moves)?;
    let order = from.map().order();
    let leg = |(source, target): (&&Array, &&Array)| {
        Leg::of(source.block(), target.block(), &moves, order, asked.combine)
    };
    Ok(asked.sources.iter().zip(&asked.targets).map(leg).collect())
}

fn check(asked: &Redistribution) -> Result<()> {
    let (sources, targets) = (&asked.sources, &asked.targets);
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
        let (s, t) = (source.dtype(), target.dtype());
        if !s.can_cast(t, true) {
            let (s, t) = (s.name(), t.name());
            return refuse(format!(
                "source {i} holds {s} and target {i} holds {t}: the one does not convert to the other without losing its kind"
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
