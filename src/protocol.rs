//! The Distributed Array Protocol between ranks: what each of them states, gathered, checked, and made a distribution.

use distarray_core::protocol::{self, BoundaryRule, DimData};
use distarray_core::{Code, Distribution, Dtype, Order, MAX_DIMS};

use crate::error::{Error, Result};
use crate::mpi::comm::Comm;

/// What one rank states of an array, apart from where its memory lies. It keeps the rules that one rank can check.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub dtype: Dtype,
    pub ndim: usize,
    /// One entry per dimension; `None` on a rank outside the process grid.
    pub dims: Option<Vec<DimData>>,
}

/// Collective: whether what all ranks state keeps the rules between them. `own` is this rank's statement, or why there
/// is none.
///
/// Every rank gives the same answer. Costs two small reductions and one gathering of all index lists.
pub fn check_all(comm: &Comm, own: Result<Statement>) -> Result<()> {
    let statement = agree("darr_protocol_check_all", comm, own)?;
    let per_rank = gather(comm, statement.dims.as_deref())?;
    let checked = per_rank.and_then(|per_rank| {
        protocol::check_all(&per_rank).map_err(|v| distarray_core::Error::from(v).into())
    });
    comm.agree(checked)
}

/// Collective: the distribution that all ranks state together, seen from this one. The result is not yet agreed on.
///
/// Index lists stay where they are; only their lengths and digests travel.
pub fn import(
    function: &'static str,
    comm: &Comm,
    own: Result<Statement>,
    boundary: BoundaryRule,
    order: Order,
) -> Result<Result<Distribution>> {
    let statement = agree(function, comm, own)?;
    let outline = statement.dims.as_ref().map(|dims| {
        let outline = dims.iter().map(DimData::without_indices);
        outline.collect::<Vec<_>>()
    });
    let per_rank = gather(comm, outline.as_deref())?;
    Ok(per_rank.and_then(|mut per_rank| {
        let told = per_rank[comm.rank()].iter_mut().flatten();
        for (told, own) in told.zip(statement.dims.into_iter().flatten()) {
            told.indices = own.indices;
        }
        Ok(protocol::import(&per_rank, comm.rank(), boundary, order)?)
    }))
}

/// Every rank has a statement, of the same kind of array.
fn agree(function: &'static str, comm: &Comm, own: Result<Statement>) -> Result<Statement> {
    let fields = match &own {
        Ok(own) => [
            ("the dtype", own.dtype as u64),
            ("the number of dimensions", own.ndim as u64),
        ],
        Err(_) => [("the dtype", 0), ("the number of dimensions", 0)],
    };
    comm.agree_on(function, &fields, own)
}

/// Collective: what every rank states. The inner error is this rank's own.
fn gather(comm: &Comm, own: Option<&[DimData]>) -> Result<Result<Vec<Option<Vec<DimData>>>>> {
    let message = comm.agree(encode(own))?;
    let messages = comm.allgatherv(&message)?;
    Ok(messages.iter().map(decode).collect())
}

/// Numbers of a dimension in a message, before its index list.
const NUMBERS: usize = 14;

// What follows of an index list, each a bit.
const INDICES: i64 = 1;
const DIGEST: i64 = 2;

/// A message is a sequence of 64-bit words: the number of dimensions or -1 outside the grid; the numbers of each
/// dimension; and the entries of the lists that are at hand.
fn encode(dims: Option<&[DimData]>) -> Result<Vec<u8>> {
    let Some(dims) = dims else {
        return Ok((-1i64).to_le_bytes().to_vec());
    };
    let entries: usize = dims.iter().map(|d| at_hand(d).len()).sum();
    let bytes = (1 + NUMBERS * dims.len() + entries) * size_of::<i64>();
    let mut message = Vec::new();
    message
        .try_reserve_exact(bytes)
        .map_err(|_| refused(bytes))?;
    let mut push = |word: i64| message.extend_from_slice(&word.to_le_bytes());
    push(dims.len() as i64);
    for d in dims {
        let indices = d.indices.as_ref().map_or(0, |_| INDICES);
        let digest = d.digest.map_or(0, |_| DIGEST);
        let numbers: [i64; NUMBERS] = [
            d.dist_type.into(),
            d.periodic.into(),
            d.one_to_one.into(),
            d.size,
            d.proc_grid_size,
            d.proc_grid_rank,
            d.start,
            d.stop,
            d.padding[0],
            d.padding[1],
            d.block_size,
            d.n_indices,
            indices | digest,
            d.digest.unwrap_or(0).cast_signed(),
        ];
        numbers.into_iter().for_each(&mut push);
    }
    for d in dims {
        at_hand(d).iter().copied().for_each(&mut push);
    }
    Ok(message)
}

fn at_hand(d: &DimData) -> &[i64] {
    d.indices.as_deref().unwrap_or_default()
}

fn decode(message: &[u8]) -> Result<Option<Vec<DimData>>> {
    let mut words = message.chunks_exact(size_of::<i64>()).map(|word| {
        let word: [u8; 8] = word.try_into().unwrap_or_default();
        i64::from_le_bytes(word)
    });
    let garbled = || Error::new(Code::Internal, "a message between ranks is garbled");
    let ndim = words.next().ok_or_else(garbled)?;
    if ndim < 0 {
        return Ok(None);
    }
    let ndim = usize::try_from(ndim).ok().filter(|&n| n <= MAX_DIMS);
    let mut dims = Vec::new();
    let mut lists = Vec::new();
    for _ in 0..ndim.ok_or_else(garbled)? {
        let mut numbers = [0; NUMBERS];
        for number in &mut numbers {
            *number = words.next().ok_or_else(garbled)?;
        }
        let [dist_type, periodic, one_to_one, size, proc_grid_size, proc_grid_rank, start, stop, below, above, block_size, n_indices, follows, digest] =
            numbers;
        let flag = |value: i64| i32::try_from(value).map_err(|_| garbled());
        dims.push(DimData {
            dist_type: flag(dist_type)?,
            periodic: flag(periodic)?,
            one_to_one: flag(one_to_one)?,
            size,
            proc_grid_size,
            proc_grid_rank,
            start,
            stop,
            padding: [below, above],
            block_size,
            n_indices,
            indices: None,
            digest: (follows & DIGEST != 0).then_some(digest.cast_unsigned()),
        });
        lists.push(follows & INDICES != 0);
    }
    for (d, at_hand) in dims.iter_mut().zip(lists) {
        if at_hand {
            let n = usize::try_from(d.n_indices).map_err(|_| garbled())?;
            let mut list = Vec::new();
            list.try_reserve_exact(n).map_err(|_| refused(n))?;
            list.extend(words.by_ref().take(n));
            d.indices = Some(list.into());
        }
    }
    Ok(Some(dims))
}

fn refused(bytes: usize) -> Error {
    let text = format!("{bytes} bytes to exchange what the ranks state were refused");
    Error::new(Code::Memory, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_was_said() {
        let dims = [
            DimData::block(100, [1, 3], 20, 50).with_padding([3, 4]),
            DimData {
                periodic: 1,
                ..DimData::cyclic(7, [1, 2], 2)
            },
            DimData {
                one_to_one: 1,
                ..DimData::unstructured(9, [0, 2], vec![7, i64::MIN, 100])
            },
            DimData::unstructured(9, [1, 2], vec![]),
            DimData::unstructured(9, [1, 2], vec![i64::MAX]),
        ];
        for n in 0..=dims.len() {
            let said = Some(dims[..n].to_vec());
            let message = encode(said.as_deref()).unwrap();
            assert_eq!(decode(&message).unwrap(), said);

            let outline: Vec<_> = dims[..n].iter().map(DimData::without_indices).collect();
            let message = encode(Some(&outline)).unwrap();
            assert_eq!(message.len(), 8 * (1 + NUMBERS * n));
            assert_eq!(decode(&message).unwrap(), Some(outline));
        }
        assert_eq!(decode(&encode(None).unwrap()).unwrap(), None);
    }

    #[test]
    fn cut_messages_are_refused() {
        let dims = [
            DimData::block(5, [0, 1], 0, 5),
            DimData::cyclic(5, [0, 1], 1),
        ];
        let message = encode(Some(&dims)).unwrap();
        for bytes in (0..message.len()).step_by(8) {
            assert_eq!(decode(&message[..bytes]).unwrap_err().code, Code::Internal);
        }
        assert!(decode(&16i64.to_le_bytes()).is_err());
    }
}
