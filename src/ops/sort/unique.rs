//! The different values of an array.
//!
//! Each rank has the list of its own different elements; shares of the order that hold about equally many entries of all lists go to
//! the ranks, where equal entries meet. So a value that stands everywhere costs one entry per rank.

use distarray_core::sort::{Bits, Boundary, Coding, Key, Search, Shares};
use distarray_core::{Code, Cuts, Dimension, Dtype, Order};

use super::argsort::elements;
use super::exchange::{complete_sorted, garbled, sum};
use super::landing::{balanced, redistribute};
use super::line::{keys, reserved, with_bits, Line};
use crate::array::claim::{Claims, Part};
use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};
use crate::kernels::copy::unpack;
use crate::mpi::Comm;
use crate::ops::pick::{cuts, line};

/// Which results are wanted beside the values.
#[derive(Clone, Copy)]
pub struct Wanted {
    pub counts: bool,
    pub inverse: bool,
    /// From which number on the inverse counts.
    pub base: i64,
}

/// The different values, ascending.
pub struct Unique {
    pub values: Array,
    /// How often each stands in the array.
    pub counts: Option<Array>,
    /// For each element of the array where its value stands among them, distributed as the array.
    pub inverse: Option<Array>,
}

/// Collective: `wanted`, or what this rank found wrong with the call, which is everybody's error then.
pub fn unique(array: &Array, wanted: Result<Wanted>) -> Result<Unique> {
    let comm = array.dist().comm();
    let [counts, inverse, base] = match &wanted {
        Ok(wanted) => [
            wanted.counts.into(),
            wanted.inverse.into(),
            wanted.base as u64,
        ],
        Err(_) => [0; 3],
    };
    let fields = [
        ("the array", array.identity()),
        ("whether the counts are wanted", counts),
        ("whether the inverse is wanted", inverse),
        ("the base", base),
    ];
    let checked = wanted.and_then(|wanted| {
        let held = Claims::hold(vec![array.claim(Part::Owned, false)])?;
        Ok((wanted, Line::new(array)?.coding, held))
    });
    let (wanted, coding, _held) = comm.agree_on("darr_array_unique", &fields, checked)?;
    with_bits!(array.dtype(), K => unique_by::<K>(array, coding, wanted))
}

/// Ascending keys and what belongs to each.
type Entries<K> = (Vec<K>, Vec<i64>);

fn unique_by<K: Bits>(array: &Array, coding: Coding, wanted: Wanted) -> Result<Unique> {
    let comm = array.dist().comm();
    let (own, counts) = comm.agree(distinct::<K>(array, coding))?;
    let told = comm.agree(shares(comm, &own, &counts)?)?;
    let heard = comm.agree(comm.sparse_exchange(&told))?;
    drop(told);
    let (kept, mut places) = comm.agree(meet::<K>(&heard))?;
    let starts = cuts(comm, kept.0.len() as i64)?;
    let total = starts.last().copied().unwrap_or(0);
    let start = starts[comm.rank()];

    // Where the values stand is told to those who have them.
    for (_, places) in &mut places {
        places
            .iter_mut()
            .for_each(|place| *place += start + wanted.base);
    }
    let inverse = match wanted.inverse {
        false => None,
        true => {
            let told = comm.agree(comm.sparse_exchange(&places))?;
            let places = told.iter().flat_map(|(_, places)| places).copied();
            let inverse = Array::create(array.dist(), Ok(Dtype::Int64))?;
            comm.agree(invert(array, coding, &own, places, &inverse))?;
            Some(inverse)
        }
    };

    let procs = comm.size();
    let met = Dimension::block(total, procs, Cuts::Explicit(starts.into()));
    let met = comm.agree(line(array, met))?;
    let even = comm.agree(balanced(array, total))?;
    let spread = |dtype, elements: Result<Vec<u8>>| -> Result<Array> {
        let elements = comm.agree(elements)?;
        let here = Array::create(&met, Ok(dtype))?;
        unpack(&elements, Order::C, &here.owned());
        let spread = Array::create(&even, Ok(dtype))?;
        redistribute(&here, &spread)?;
        Ok(spread)
    };
    let values = zeroed(size_of_val(&kept.0[..])).map(|mut elements| {
        K::decode(coding, &kept.0, &mut elements);
        elements
    });
    let values = spread(array.dtype(), values)?;
    let counts = match wanted.counts {
        false => None,
        true => Some(spread(Dtype::Int64, elements(Dtype::Int64, &kept.1))?),
    };
    Ok(Unique {
        values,
        counts,
        inverse,
    })
}

/// This rank's different elements and how often each is there. Local.
fn distinct<K: Bits>(array: &Array, coding: Coding) -> Result<Entries<K>> {
    let mut keys = keys::<K>(array, coding)?;
    keys.iter_mut()
        .for_each(|key| *key = K::joined(coding, *key));
    keys.sort_unstable();
    let runs = || keys.chunk_by(|a, b| a == b);
    let count = runs().count();
    let (mut own, mut counts) = (reserved(count)?, reserved(count)?);
    for run in runs() {
        own.push(run[0]);
        counts.push(run.len() as i64);
    }
    Ok((own, counts))
}

/// Collective: parts of a list by the ranks that take them, which may fail here.
#[allow(clippy::type_complexity)]
fn shares<K: Key>(
    comm: &Comm,
    keys: &[K],
    counts: &[i64],
) -> Result<Result<Vec<(usize, Vec<i64>)>>> {
    let mut total = [keys.len() as u64];
    sum(comm, &mut total)?;
    let shares = Shares::even(total[0], comm.size());
    let search = Search::new(&shares.inner(), K::BITS, total[0]);
    let boundaries = complete_sorted(comm, search, keys)?.boundaries();
    // Equal entries stay together.
    let boundaries: Vec<Boundary> = boundaries.iter().map(Boundary::cleaned).collect();
    let mut counts = counts;
    let parts = shares.cut(keys, &boundaries).map(|(rank, part)| {
        let own;
        (own, counts) = counts.split_at(part.len());
        let mut words = vec![part.len() as i64];
        K::pack(part, &mut words)?;
        extend(&mut words, own)?;
        Ok((rank, words))
    });
    Ok(parts.collect())
}

/// What the lists of some ranks have in common: the different keys and the sums of their counts; and for each rank where its entries
/// stand among them. Local.
#[allow(clippy::type_complexity)]
fn meet<K: Key>(heard: &[(usize, Vec<i64>)]) -> Result<(Entries<K>, Vec<(usize, Vec<i64>)>)> {
    let mut entries: Vec<(K, usize, usize)> = Vec::new();
    let (mut lists, mut places) = (Vec::new(), Vec::new());
    for (list, (rank, words)) in heard.iter().enumerate() {
        let (&count, words) = words.split_first().ok_or_else(garbled)?;
        let count = usize::try_from(count).map_err(|_| garbled())?;
        let mut keys = reserved(count)?;
        K::unpack(words, count, &mut keys).ok_or_else(garbled)?;
        let counts = words.len().checked_sub(count).ok_or_else(garbled)?;
        lists.push(&words[counts..]);
        entries.try_reserve(count).map_err(refused)?;
        entries.extend(keys.into_iter().zip(0..).map(|(key, at)| (key, list, at)));
        let mut room = reserved(count)?;
        room.resize(count, 0);
        places.push((*rank, room));
    }
    entries.sort_unstable();
    let runs = || entries.chunk_by(|a, b| a.0 == b.0);
    let count = runs().count();
    let (mut keys, mut counts) = (reserved(count)?, reserved(count)?);
    for run in runs() {
        for &(_, list, at) in run {
            places[list].1[at] = keys.len() as i64;
        }
        keys.push(run[0].0);
        counts.push(run.iter().map(|&(_, list, at)| lists[list][at]).sum());
    }
    Ok(((keys, counts), places))
}

/// Writes for each element the place of its value. Local.
fn invert<K: Bits>(
    array: &Array,
    coding: Coding,
    own: &[K],
    places: impl Iterator<Item = i64>,
    inverse: &Array,
) -> Result<()> {
    let mut of_own = reserved(own.len())?;
    of_own.extend(places.take(own.len()));
    if of_own.len() != own.len() {
        return Err(garbled());
    }
    let keys = keys::<K>(array, coding)?;
    let mut numbers = reserved(keys.len())?;
    numbers.extend(keys.iter().map(|&key| {
        let key = K::joined(coding, key);
        let at = own.partition_point(|other| *other < key);
        of_own.get(at).copied().unwrap_or(0)
    }));
    let elements = elements(Dtype::Int64, &numbers)?;
    unpack(&elements, Order::C, &inverse.owned());
    Ok(())
}

fn extend(words: &mut Vec<i64>, more: &[i64]) -> Result<()> {
    words.try_reserve(more.len()).map_err(refused)?;
    words.extend_from_slice(more);
    Ok(())
}

fn refused<E>(_: E) -> Error {
    Error::new(Code::Memory, "memory for different values was refused")
}
