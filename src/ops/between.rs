//! Redistribution between arrays of different communicators, over one that holds the ranks of both.
//!
//! The lowest rank that has the sources tells all others what they are, and so for the targets: their communicator's ranks by
//! their numbers in the plan's, distribution and dtypes. From then on the two ends are like those of one communicator whose
//! grids leave ranks out.

use std::sync::Arc;

use distarray_core::description::{write, Reader};
use distarray_core::{Code, Distribution, Dtype, Grid, GridOrder};

use super::plan::Plan;
use super::redistribute::{check, legs, End, Options};
use crate::array::claim::Part;
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::Block;
use crate::mpi::agree::fingerprint;
use crate::mpi::Comm;

const NAME: &str = "darr_plan_redistribute_between";

/// What one rank brings along.
pub struct Between<'a> {
    /// `None` where this rank is not in the communicator of the sources, or of the targets; otherwise one or more.
    pub arrays: [Option<Vec<&'a Array>>; 2],
    /// The axes count on ranks that have sources.
    pub options: Options,
}

/// One end, as this rank knows it before it hears of the others.
type Own = Option<(Vec<i64>, End)>;

/// Collective over `comm`: as `plan_redistribute`.
pub fn plan_between(comm: &Arc<Comm>, asked: Result<Between>) -> Result<Plan> {
    let options = asked.as_ref().map_or(0, |asked| {
        fingerprint((asked.options.combine, asked.options.reshape))
    });
    let fields = [("the options", options)];
    let own = asked.and_then(|asked| {
        let [sources, targets] = &asked.arrays;
        let axes = asked.options.axes.as_deref();
        let own = [
            own(comm, "source", sources.as_deref(), axes)?,
            own(comm, "target", targets.as_deref(), None)?,
        ];
        let ends = asked.arrays.iter().zip([false, true]);
        let claims = ends.flat_map(|(arrays, writes)| {
            let each = arrays.as_deref().unwrap_or_default().iter();
            each.map(move |array| array.claim(Part::Owned, writes))
        });
        let claims = claims.collect();
        Ok((own, asked.options, claims))
    });
    let ([from, to], how, claims) = comm.agree_on(NAME, &fields, own)?;
    let (from, to) = (told(comm, from, "sources")?, told(comm, to, "targets")?);
    let identity = fingerprint((options, &from.0, &to.0));
    let ends = [end(comm, from, "sources"), end(comm, to, "targets")];
    let [from, to] = ends;
    let checked = from.and_then(|(from, axes)| {
        let ends = [from, to?.0];
        let [n, m] = ends.each_ref().map(|end| end.dtypes.len());
        if n != m {
            let text = format!("{n} sources, but {m} targets");
            return Err(Error::new(Code::Mismatch, text));
        }
        check(&ends)?;
        Ok((ends, axes))
    });
    let (ends, axes) = comm.agree(checked)?;
    let legs = legs(comm, &ends, &Options { axes, ..how })?;
    Ok(Plan::new(comm, &legs, identity)?.claiming_together(claims))
}

/// This rank's end and its description: the ranks of its communicator, distribution, dtypes and axes.
fn own(comm: &Comm, name: &str, arrays: Option<&[&Array]>, axes: Option<&[usize]>) -> Result<Own> {
    let Some(arrays) = arrays else {
        return Ok(None);
    };
    let dist = arrays[0].dist();
    let ranks = comm.ranks_in(dist.comm())?;
    let map = dist.map().renumbered(|rank| ranks[rank])?;
    let members = Grid::new(&[ranks.len()], GridOrder::Ranks(ranks.into()))?;
    let mut words = vec![];
    members.describe(&mut words)?;
    map.describe(&mut words)?;
    write(&mut words, &[arrays.len() as i64])?;
    for array in arrays {
        write(&mut words, &[array.dtype() as i64])?;
    }
    for &axis in axes.unwrap_or_default() {
        // What does not fit is no dimension either.
        write(&mut words, &[i64::try_from(axis).unwrap_or(i64::MAX)])?;
    }
    Ok(Some((words, End::of(name, arrays, map)?)))
}

/// Collective: the description of an end, and the end itself where this rank has it.
fn told(comm: &Comm, own: Own, name: &str) -> Result<(Vec<i64>, Option<End>)> {
    let (words, end) = own.unzip();
    let Some((speaker, heard)) = comm.hear_lowest(words.as_deref())? else {
        let text = format!("no rank passed {name}");
        return Err(Error::new(Code::Argument, text));
    };
    let alike = match &words {
        Some(words) if *words != heard => {
            let text = format!(
                "the {name} of rank {} and of rank {speaker} differ in number, communicator, distribution, dtype or axes",
                comm.rank()
            );
            Err(Error::new(Code::Mismatch, text))
        }
        _ => Ok((heard, end)),
    };
    comm.agree(alike)
}

/// An end and the axes that came with it; local. Errors: this rank should have passed the arrays.
fn end(
    comm: &Comm,
    (words, end): (Vec<i64>, Option<End>),
    name: &str,
) -> Result<(End, Option<Vec<usize>>)> {
    let mut words = Reader::new(&words);
    let members = Grid::described(&mut words)?;
    let map = Distribution::described(&mut words)?;
    let dtype = |&code: &i64| Ok(Dtype::from_code(i32::try_from(code).unwrap_or(-1))?);
    let count = words.count()?;
    let dtypes = words
        .list(count)?
        .iter()
        .map(dtype)
        .collect::<Result<Vec<_>>>()?;
    let axes = words
        .rest()
        .iter()
        .map(|&axis| usize::try_from(axis).unwrap_or(usize::MAX));
    let axes = (axes.len() > 0).then(|| axes.collect());
    if let Some(end) = end {
        return Ok((end, axes));
    }
    if members.coords(comm.rank()).is_some() {
        let text = format!(
            "rank {} is in the communicator of the {name}, but did not pass them",
            comm.rank()
        );
        return Err(Error::new(Code::Argument, text));
    }
    let nothing = |&dtype: &Dtype| Block::nothing(map.ndim(), dtype);
    let end = End {
        blocks: dtypes.iter().map(nothing).collect::<Result<_>>()?,
        owned: vec![],
        dtypes,
        map,
    };
    Ok((end, axes))
}
