//! The sorted keys of all ranks as one sequence.

use distarray_core::sort::{merge, Key, Search, Shares};
use distarray_core::Code;

use super::line::reserved;
use crate::error::{Error, Result};
use crate::mpi::Comm;

/// Collective: goes on with a search until it knows all; `below` counts this rank's keys below ascending probes.
pub fn complete(
    comm: &Comm,
    mut search: Search,
    mut below: impl FnMut(&[u128], &mut [u64]),
) -> Result<Search> {
    loop {
        let probes = search.probes();
        if probes.is_empty() {
            return Ok(search);
        }
        let mut counts = vec![0; probes.len()];
        below(&probes, &mut counts);
        sum(comm, &mut counts)?;
        search.learn(&counts);
    }
}

/// Collective: adds up over the ranks.
pub fn sum(comm: &Comm, counts: &mut [u64]) -> Result<()> {
    let mut bytes: Vec<u8> = counts
        .iter()
        .flat_map(|count| count.to_ne_bytes())
        .collect();
    comm.allreduce_bytes(&mut bytes, |lower, higher| {
        let (lower, higher) = (lower.as_chunks().0, higher.as_chunks_mut().0);
        for (&lower, higher) in lower.iter().zip(higher) {
            *higher = (u64::from_ne_bytes(lower) + u64::from_ne_bytes(*higher)).to_ne_bytes();
        }
    })?;
    for (count, &bytes) in counts.iter_mut().zip(bytes.as_chunks().0) {
        *count = u64::from_ne_bytes(bytes);
    }
    Ok(())
}

/// As `complete`, of keys that are sorted.
pub fn complete_sorted<K: Key>(comm: &Comm, search: Search, keys: &[K]) -> Result<Search> {
    complete(comm, search, |probes, counts| {
        for (count, probe) in counts.iter_mut().zip(probes) {
            *count = keys.partition_point(|key| key.wide() < *probe) as u64;
        }
    })
}

/// Collective: this rank's share of the sequence that the keys of all ranks form, each rank's sorted and of so many bits.
pub fn arrange<K: Key>(comm: &Comm, shares: &Shares, bits: u32, keys: Vec<K>) -> Result<Vec<K>> {
    let search = Search::new(&shares.inner(), bits, shares.total());
    let boundaries = complete_sorted(comm, search, &keys)?.boundaries();

    let (rank, mut told, mut own) = (comm.rank(), Vec::new(), &keys[..0]);
    let mut packed = Ok(());
    for (to, part) in shares.cut(&keys, &boundaries) {
        if to == rank {
            own = part;
            continue;
        }
        let mut words = vec![part.len() as i64];
        packed = packed.and_then(|()| K::pack(part, &mut words));
        told.push((to, words));
    }
    let count = shares.count(rank) as usize;
    let ready = packed.map_err(Error::from).and_then(|()| {
        let mut sorted = reserved(count)?;
        sorted.extend_from_slice(own);
        Ok(sorted)
    });
    let mut sorted = comm.agree(ready)?;
    drop(keys);
    let heard = comm.agree(comm.sparse_exchange(&told))?;
    drop(told);

    let mut ends = vec![sorted.len()];
    for (_, words) in &heard {
        unpack(words, count, &mut sorted)?;
        ends.push(sorted.len());
    }
    drop(heard);
    for (key, repeated) in shares.repeated(rank, &boundaries) {
        sorted.extend((0..repeated).map(|_| K::narrow(key)));
        ends.push(sorted.len());
    }
    if sorted.len() != count {
        return Err(garbled());
    }
    comm.agree(merge(sorted, ends).map_err(Error::from))
}

/// Of the words of one message; no more keys than `most`.
fn unpack<K: Key>(words: &[i64], most: usize, keys: &mut Vec<K>) -> Result<()> {
    let (&count, words) = words.split_first().ok_or_else(garbled)?;
    let count = usize::try_from(count).map_err(|_| garbled())?;
    if count > most - keys.len() {
        return Err(garbled());
    }
    K::unpack(words, count, keys).ok_or_else(garbled)
}

pub fn garbled() -> Error {
    Error::new(
        Code::Internal,
        "the keys of another rank were not understood",
    )
}
