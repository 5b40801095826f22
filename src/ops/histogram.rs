//! Histograms: counts by bins, on every rank.

use distarray_core::Code;

use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};
use crate::kernels::histogram::Bins;
use crate::mpi::agree::fingerprint;

const WORD: usize = size_of::<u64>();

/// Collective: how many owned elements of all ranks fall into each bin.
pub fn histogram(function: &'static str, x: &Array, bins: Result<Bins>) -> Result<Vec<i64>> {
    let comm = x.dist().comm();
    let edges = bins.as_ref().map_or(0, |bins| {
        let bits = bins.edges().iter().map(|edge| edge.to_bits());
        fingerprint(bits.collect::<Vec<u64>>())
    });
    let local = bins.and_then(|bins| {
        let message = zeroed(bins.number() * WORD)?;
        let mut counts: Vec<u64> = Vec::new();
        let refused = |_| Error::new(Code::Memory, "memory for the counts of bins was refused");
        counts.try_reserve_exact(bins.number()).map_err(refused)?;
        counts.resize(bins.number(), 0);
        bins.count(&x.owned(), &mut counts)?;
        Ok((message, counts))
    });
    let fields = [
        ("the array", x.identity()),
        ("the edges of the bins", edges),
    ];
    let (mut message, counts) = comm.agree_on(function, &fields, local)?;
    for (count, bytes) in counts.iter().zip(message.chunks_exact_mut(WORD)) {
        bytes.copy_from_slice(&count.to_ne_bytes());
    }
    comm.allreduce_bytes(&mut message, |lower, higher| {
        let (lower, _) = lower.as_chunks::<WORD>();
        let (higher, _) = higher.as_chunks_mut::<WORD>();
        for (lower, higher) in lower.iter().zip(higher) {
            let sum = u64::from_ne_bytes(*lower).wrapping_add(u64::from_ne_bytes(*higher));
            *higher = sum.to_ne_bytes();
        }
    })?;
    let (words, _) = message.as_chunks();
    Ok(words.iter().map(|&word| i64::from_ne_bytes(word)).collect())
}
