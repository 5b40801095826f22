//! Reductions of whole arrays: one pass over memory and one message for any number of them.

use distarray_core::{Code, Dtype};

use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::reduce::{self, Op, Partial, Term};
use crate::kernels::value::Value;
use crate::mpi::agree::fingerprint;
use crate::mpi::Comm;

/// One reduction that is asked for.
pub struct Reduction<'a> {
    pub op: Op,
    pub x: &'a Array,
    /// The second operand of a dot product.
    pub y: Option<&'a Array>,
    /// Of the result.
    pub dtype: Dtype,
}

/// The message that all ranks send, whatever they were asked for: whether one of them failed, how many reductions it has, and
/// the first of them. Of one length, so that ranks that disagree on the number find out.
const FAILED: usize = 0;
const NUMBER: std::ops::Range<usize> = 8..16;
const ROOM: usize = 8;
const MESSAGE: usize = NUMBER.end + ROOM * Partial::BYTES;

/// Collective over the ranks of `first`: the results on every rank, in the order of the reductions. `asked` holds the
/// reductions, one or more, or what this rank found wrong with them, which is everybody's error then.
pub fn reduce(first: &Array, asked: Result<Vec<Reduction>>) -> Result<Vec<Value>> {
    const NAME: &str = "darr_reduce";
    let comm = first.dist().comm();
    let n = asked.as_ref().map_or(0, Vec::len);
    let call = asked.as_ref().map_or(0, |asked| {
        let each = asked
            .iter()
            .map(|r| (r.op as u64, r.dtype as u64, r.x.identity()));
        fingerprint(each.collect::<Vec<_>>())
    });
    let number = ("the number of reductions", n as u64);
    comm.check_call(NAME, &[number, ("the reductions", call)], &asked)?;

    let mut kept = Vec::new();
    let local = asked.and_then(|asked| {
        let mut partials = vec![Partial::default(); n];
        local_part(comm, &asked, &mut partials)?;
        kept = asked;
        Ok(partials)
    });
    let totals = combine_over_ranks(comm, NAME, n, local)?;
    let results = kept.iter().zip(totals);
    results
        .map(|(r, total)| total.finish(r.op, r.dtype))
        .collect()
}

/// Collective: the contributions of all ranks to `n` reductions, in rank order. A rank that failed makes all fail.
pub fn combine_over_ranks(
    comm: &Comm,
    name: &'static str,
    n: usize,
    local: Result<Vec<Partial>>,
) -> Result<Vec<Partial>> {
    let number = ("the number of reductions", n as u64);
    // Memory for a second message is refused before the first one says that all is well.
    let mut more = Vec::new();
    let local = local.and_then(|partials| {
        more = zeroed(n.saturating_sub(ROOM) * Partial::BYTES)?;
        Ok(partials)
    });
    let (failed, mut partials) = match local {
        Ok(partials) => (Ok(()), partials),
        Err(error) => (Err(error), vec![Partial::default(); n]),
    };
    let (some, rest) = partials.split_at_mut(n.min(ROOM));
    let mut message = [0; MESSAGE];
    message[FAILED] = failed.is_err().into();
    message[NUMBER].copy_from_slice(&number.1.to_ne_bytes());
    pack(some, &mut message[NUMBER.end..]);
    comm.allreduce_bytes(&mut message, |lower, higher| {
        let different = lower[NUMBER] != higher[NUMBER];
        higher[FAILED] |= lower[FAILED] | u8::from(different);
        if higher[FAILED] == 0 {
            combine(&lower[NUMBER.end..], &mut higher[NUMBER.end..]);
        }
    })?;
    if message[FAILED] != 0 {
        return comm.agree_on(name, &[number], failed.map(|()| Vec::new()));
    }
    unpack(&message[NUMBER.end..], some);
    if !rest.is_empty() {
        pack(rest, &mut more);
        comm.allreduce_bytes(&mut more, combine)?;
        unpack(&more, rest);
    }
    Ok(partials)
}

fn pack(partials: &[Partial], bytes: &mut [u8]) {
    for (partial, bytes) in partials.iter().zip(bytes.chunks_exact_mut(Partial::BYTES)) {
        bytes.copy_from_slice(partial.as_bytes());
    }
}

fn unpack(bytes: &[u8], partials: &mut [Partial]) {
    for (partial, bytes) in partials.iter_mut().zip(bytes.chunks_exact(Partial::BYTES)) {
        *partial = Partial::from_bytes(bytes);
    }
}

/// Lower ranks stand to the left, whatever arrives first. What is no reduction stays none.
fn combine(lower: &[u8], higher: &mut [u8]) {
    let size = Partial::BYTES;
    for (left, right) in lower.chunks_exact(size).zip(higher.chunks_exact_mut(size)) {
        let mut total = Partial::from_bytes(left);
        total.combine(&Partial::from_bytes(right));
        right.copy_from_slice(total.as_bytes());
    }
}

fn local_part(comm: &Comm, reductions: &[Reduction], partials: &mut [Partial]) -> Result<()> {
    let mut owned: Vec<(Block, Option<Block>)> = Vec::with_capacity(reductions.len());
    for (i, r) in reductions.iter().enumerate() {
        let refuse = |text: &str| Err(Error::new(Code::Argument, format!("reduction {i}: {text}")));
        if !r.x.dist().comm().is(comm) {
            return refuse("its array lives on another communicator than that of the first");
        }
        match (r.op, r.y) {
            (Op::Dot, None) => return refuse("a dot product needs a second array"),
            (Op::Dot, Some(y))
                if !y.dist().comm().is(comm) || !r.x.dist().map().compatible(y.dist().map()) =>
            {
                return refuse(
                    "the two arrays are distributed in different ways: redistribute one of them",
                );
            }
            (Op::Dot, Some(y)) if y.dtype() != r.x.dtype() => {
                return refuse("the two arrays have different dtypes")
            }
            (Op::Dot, _) | (_, None) => {}
            (_, Some(_)) => return refuse("a second array is only for a dot product"),
        }
        owned.push((r.x.owned(), r.y.map(Array::owned)));
    }
    let terms: Vec<Term> = reductions
        .iter()
        .zip(&owned)
        .map(|(r, (x, y))| Term {
            op: r.op,
            x,
            y: y.as_ref(),
        })
        .collect();
    reduce::reduce(&terms, partials)
}
