//! Reductions of whole arrays: one pass over memory and one message for any number of them.

use distarray_core::{Code, Dtype};

use crate::array::Array;
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

/// The head of the message: non-zero when the rank could not compute its part.
const ERROR_WORD: usize = 8;

/// Collective over the ranks of `first`: the results on every rank, in the order of the reductions. `asked` holds `n`
/// reductions, or what this rank found wrong with them, which is everybody's error then.
pub fn reduce(first: &Array, n: usize, asked: Result<Vec<Reduction>>) -> Result<Vec<Value>> {
    let comm = first.dist().comm();
    let call = asked.as_ref().map_or(0, |asked| {
        let each = asked
            .iter()
            .map(|r| (r.op as u64, r.dtype as u64, r.x.identity()));
        fingerprint(each.collect::<Vec<_>>())
    });
    comm.check_call(
        "darr_reduce",
        &[
            ("the number of reductions", n as u64),
            ("the reductions", call),
        ],
        &asked,
    )?;

    let mut partials = vec![Partial::default(); n];
    let local = asked.and_then(|asked| {
        local_part(comm, &asked, &mut partials)?;
        Ok(asked)
    });
    let mut message = vec![u8::from(local.is_err()); ERROR_WORD];
    partials
        .iter()
        .for_each(|p| message.extend_from_slice(p.as_bytes()));
    comm.allreduce_bytes(&mut message, combine)?;
    if message[0] != 0 {
        return comm.agree(local.map(|_| Vec::new()));
    }
    let totals = message[ERROR_WORD..]
        .chunks_exact(Partial::BYTES)
        .map(Partial::from_bytes);
    local?
        .iter()
        .zip(totals)
        .map(|(r, total)| total.finish(r.op, r.dtype))
        .collect()
}

/// Lower ranks stand to the left, whatever arrives first.
fn combine(lower: &[u8], higher: &mut [u8]) {
    higher[0] |= lower[0];
    let size = Partial::BYTES;
    let pairs = lower[ERROR_WORD..]
        .chunks_exact(size)
        .zip(higher[ERROR_WORD..].chunks_exact_mut(size));
    for (left, right) in pairs {
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
