//! New arrays of chosen indices along one dimension.

use distarray_core::{Code, Take};

use super::channels::Leg;
use super::directory::{ask, is_listed};
use super::plan::Plan;
use crate::array::claim::{Claims, Part};
use crate::array::{Array, Dist};
use crate::error::{Error, Result};
use crate::kernels::combine::Combine;
use crate::mpi::agree::fingerprint;

/// Collective: the elements of `array` whose index in dimension `dim` stands in the list, in its order. `asked` is the dimension and
/// the list, the same on every rank, or what this rank found wrong with them, which is everybody's error then.
pub fn take(array: &Array, asked: Result<(i64, &[i64])>) -> Result<Array> {
    let (dist, comm) = (array.dist(), array.dist().comm());
    let (dim, list) = match &asked {
        Ok((dim, list)) => (*dim as u64, fingerprint(list)),
        Err(_) => (0, 0),
    };
    let fields = [
        ("the array", array.identity()),
        ("the dimension", dim),
        ("the list of indices", list),
    ];
    let chosen = asked.and_then(|(dim, list)| {
        let ndim = dist.map().ndim();
        // Negative dimensions count from the end.
        let from_start = if dim < 0 {
            dim.saturating_add(ndim as i64)
        } else {
            dim
        };
        let dim = usize::try_from(from_start)
            .ok()
            .filter(|&dim| dim < ndim)
            .ok_or_else(|| {
                let text = format!("there is no dimension {dim}: the array has {ndim}");
                Error::new(Code::Argument, text)
            })?;
        let held = Claims::hold(vec![array.claim(Part::Owned, false)])?;
        Ok((dim, Take::new(dist.map(), dim, list)?, held))
    });
    let (dim, take, _held) = comm.agree_on("darr_array_take", &fields, chosen)?;
    let places = if is_listed(&dist.map().dims()[dim]) {
        let questions = comm.agree(take.questions(comm.rank()).map_err(Error::from))?;
        ask(comm, &[dist.map()], &[([0, dim], &questions)])?
    } else {
        vec![]
    };
    let moves = take.moves(comm.rank(), places.first());
    let moves = comm.agree(moves.map_err(Error::from))?;
    let taken = Array::create(&Dist::new(comm, take.to().clone()), Ok(array.dtype()))?;
    let (from, to) = (array.block(), taken.block());
    let leg = Leg::of(from, to, &moves, dist.map().order(), Combine::Insert);
    Plan::new(comm, &[leg], 0)?.run()?;
    Ok(taken)
}
