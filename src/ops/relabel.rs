//! Ranks that change places, so that a redistribution moves little.

use std::sync::Arc;

use distarray_core::relabel::Share;
use distarray_core::{Code, Product};

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
    Dist::agree(NAME, comm, map)
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
