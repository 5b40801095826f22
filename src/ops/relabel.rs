//! Ranks that change places, so that a redistribution moves little.

use std::sync::Arc;

use distarray_core::relabel::Share;
use distarray_core::{Code, Distribution, Product};

use super::directory::is_listed;
use super::redistribute::moves;
use crate::array::Dist;
use crate::error::{Error, Result};
use crate::mpi::Comm;

const NAME: &str = "darr_dist_relabel";

/// Bytes of one share in a message: its owner and its elements.
const SHARE: usize = 16;

/// Collective: the target with its coordinates given to ranks so that the fewest elements change their rank on the way from
/// the source. `target` is what this rank found wrong with it otherwise.
pub fn relabel(source: &Dist, target: Result<&Dist>) -> Result<Arc<Dist>> {
    let comm = source.comm();
    let fields = [
        ("the source", source.identity()),
        (
            "the target",
            target.as_ref().map_or(0, |target| target.identity()),
        ),
    ];
    let target = target.and_then(|target| match target.comm().is(comm) {
        true => Ok(target.map()),
        false => {
            let text = "source and target live on different communicators";
            Err(Error::new(Code::Argument, text))
        }
    });
    let target = comm.agree_on(NAME, &fields, target)?;
    let moves = moves(comm, [source.map(), target], None)?;
    let sent = moves
        .sends
        .iter()
        .map(|message| (message.peer, message.elements()));
    let sum = |sum: i64, product: &Product| Ok(sum.saturating_add(product.elements()?));
    let stays = (comm.rank(), moves.local.iter().try_fold(0, sum));
    let mut own = vec![];
    let written = sent.chain([stays]).try_for_each(|(owner, elements)| {
        own.extend((owner as u64).to_ne_bytes());
        own.extend(elements?.to_ne_bytes());
        Ok(())
    });
    comm.agree(written)?;
    let map = shares(comm, &own).and_then(|shares| Ok(target.relabelled(comm.size(), &shares)?));
    if !target.dims().iter().any(is_listed) {
        return Dist::agree(NAME, comm, map);
    }
    let map = hand_over(comm, target, &comm.agree(map)?)?;
    Dist::agree(NAME, comm, map)
}

/// Collective: every rank tells the one that takes its coordinates which indices belong to them, unstructured dimension after
/// dimension. The inner result is this rank's own.
fn hand_over(
    comm: &Comm,
    before: &Distribution,
    after: &Distribution,
) -> Result<Result<Distribution>> {
    let rank = comm.rank();
    let own = before.grid().coords(rank);
    let taker = own.map(|coords| after.grid().rank(&coords));
    let mut words = vec![];
    for list in before.lists() {
        words.push(list.len() as i64);
        words.extend(list);
    }
    let others = taker.into_iter().filter(|&taker| taker != rank);
    let told: Vec<_> = others.map(|taker| (taker, words.clone())).collect();
    let heard = comm.agree(comm.sparse_exchange(&told))?;
    if taker == Some(rank) {
        return Ok(Ok(after.clone()));
    }
    let mut words = heard.first().map_or(&[][..], |(_, words)| words);
    let mut lists = vec![];
    while let Some((&length, rest)) = words.split_first() {
        let length = usize::try_from(length).unwrap_or(0).min(rest.len());
        let (list, rest) = rest.split_at(length);
        lists.push(list);
        words = rest;
    }
    Ok(after.with_lists(rank, &lists).map_err(Error::from))
}

/// Collective: what the ranks hold of what others are to own.
fn shares(comm: &Comm, own: &[u8]) -> Result<Vec<Share>> {
    let mut shares = vec![];
    for (holder, told) in comm.allgatherv(own)?.iter().enumerate() {
        let (told, _) = told.as_chunks::<SHARE>();
        let refused = |_| Error::new(Code::Memory, "memory for the shares of ranks was refused");
        shares.try_reserve(told.len()).map_err(refused)?;
        for share in told {
            let ([owner, elements], _) = share.as_chunks() else {
                continue;
            };
            shares.push(Share {
                holder,
                owner: u64::from_ne_bytes(*owner) as usize,
                elements: i64::from_ne_bytes(*elements),
            });
        }
    }
    Ok(shares)
}
