//! Redistribution: every element travels from its owner under one distribution to its owner under another.

use std::sync::Arc;

use distarray_core::redistribute::{
    redistribute, reshape, reshape_questions, MoveOptions, Reshape,
};
use distarray_core::{Code, Distribution, Dtype, Moves, Order};

use super::channels::Leg;
use super::directory::{found, places};
use super::plan::Plan;
use crate::array::claim::Part;
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::combine::Combine;
use crate::mpi::agree::fingerprint;
use crate::mpi::Comm;

/// How elements move.
#[derive(Clone, Hash)]
pub struct Options {
    pub combine: Combine,
    /// The dimension of the target that each dimension of the source becomes; `None`: itself.
    pub axes: Option<Vec<usize>>,
    /// Elements keep their place in the sequence of this order, and shapes may differ.
    pub reshape: Option<Order>,
}

/// What a redistribution moves.
pub struct Redistribution<'a> {
    /// As many as targets, one or more.
    pub sources: Vec<&'a Array>,
    pub targets: Vec<&'a Array>,
    pub options: Options,
}

/// The sources or the targets, as the ranks of the plan's communicator see them.
pub struct End {
    pub map: Distribution,
    pub dtypes: Vec<Dtype>,
    /// This rank's sections; without elements where it is no rank of the arrays' communicator.
    pub blocks: Vec<Block>,
    /// Of the sections what is owned, of the arrays that this rank has.
    pub owned: Vec<Block>,
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
            fingerprint(&asked.options),
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
    let checked = asked.and_then(|asked| {
        if !asked.targets[0].dist().comm().is(comm) {
            let text = "source and target live on different communicators: use darr_plan_redistribute_between";
            return Err(Error::new(Code::Argument, text));
        }
        let map = |arrays: &[&Array]| arrays[0].dist().map().clone();
        let ends = [
            End::of("source", &asked.sources, map(&asked.sources))?,
            End::of("target", &asked.targets, map(&asked.targets))?,
        ];
        check(&ends)?;
        let read = asked.sources.iter().map(|it| it.claim(Part::Owned, false));
        let written = asked.targets.iter().map(|it| it.claim(Part::Owned, true));
        let claims = read.chain(written).collect();
        Ok((ends, asked.options, claims))
    });
    let (ends, options, claims) = comm.agree_on("darr_plan_redistribute", &fields, checked)?;
    let legs = legs(comm, &ends, &options)?;
    Ok(Plan::new(comm, &legs, identity)?.claiming(claims))
}

impl End {
    /// An end of which this rank has arrays, one or more.
    pub fn of(name: &str, arrays: &[&Array], map: Distribution) -> Result<End> {
        let differs = |array: &&Array| !array.dist().same(arrays[0].dist());
        if let Some(i) = arrays.iter().position(differs) {
            let text = format!("{name} {i} has another distribution than {name} 0");
            return Err(Error::new(Code::Argument, text));
        }
        Ok(End {
            map,
            dtypes: arrays.iter().map(|array| array.dtype()).collect(),
            blocks: arrays.iter().map(|array| array.block().clone()).collect(),
            owned: arrays.iter().map(|array| array.owned()).collect(),
        })
    }
}

/// Collective: what this rank sends, receives and copies.
pub fn legs(comm: &Arc<Comm>, ends: &[End; 2], options: &Options) -> Result<Vec<Leg>> {
    let [from, to] = ends.each_ref().map(|end| &end.map);
    let blocks = ends[0].blocks.iter().zip(&ends[1].blocks);
    let (order, combine) = (from.order(), options.combine);
    let Some(sequence) = options.reshape else {
        let moves = moves(comm, [from, to], options.axes.as_deref())?;
        let leg = |(source, target)| Leg::of(source, target, &moves, order, combine);
        return Ok(blocks.map(leg).collect());
    };
    let reshape = reshape_moves(comm, [from, to], options.axes.is_some(), sequence)?;
    let leg = |(source, target)| Leg::reshaped(source, target, &reshape, order, combine);
    Ok(blocks.map(leg).collect())
}

/// Collective: as `moves`, where elements keep their place in a sequence.
fn reshape_moves(
    comm: &Comm,
    dists: [&Distribution; 2],
    has_axes: bool,
    sequence: Order,
) -> Result<Reshape> {
    let [from, to] = dists;
    let ranks = [Some(comm.rank()); 2];
    let asked = match has_axes {
        false => reshape_questions(from, to, ranks, sequence).map_err(Error::from),
        true => {
            let text = "axes cannot be given for a reshape: which dimension becomes which follows from the shapes";
            Err(Error::new(Code::Argument, text))
        }
    };
    let found = found(comm, dists, comm.agree(asked)?)?;
    let reshape = reshape(from, to, ranks, sequence, [&found[0], &found[1]]);
    comm.agree(reshape.map_err(Error::from))
}

/// Collective: an agreement, and questions about the places of unstructured dimensions.
pub fn moves(comm: &Comm, dists: [&Distribution; 2], axes: Option<&[usize]>) -> Result<Moves> {
    let rank = Some(comm.rank());
    let places = places(comm, dists, [rank, rank], axes)?;
    let how = MoveOptions {
        axes,
        places: [&places[0], &places[1]],
    };
    let moves = redistribute(dists[0], dists[1], [rank, rank], &how);
    comm.agree(moves.map_err(Error::from))
}

/// What source and target have to do with each other; local.
pub fn check([from, to]: &[End; 2]) -> Result<()> {
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    for (i, (s, t)) in from.dtypes.iter().zip(&to.dtypes).enumerate() {
        if !s.can_cast(*t, true) {
            let (s, t) = (s.name(), t.name());
            return refuse(format!(
                "source {i} holds {s} and target {i} holds {t}: the one does not convert to the other without losing its kind"
            ));
        }
    }
    // Targets are written while sources are still read, so no target may share memory with any source or target.
    for (i, target) in to.owned.iter().enumerate() {
        if from.owned.iter().any(|source| source.overlaps(target)) {
            return refuse(format!("target {i} shares memory with a source"));
        }
        if to.owned[..i].iter().any(|other| other.overlaps(target)) {
            return refuse(format!("target {i} shares memory with another target"));
        }
    }
    Ok(())
}
