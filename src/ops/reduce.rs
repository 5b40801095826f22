//! Reductions of whole arrays: one pass over memory and one message for any number of them.

use distarray_core::{Code, Dtype};

use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::reduce::{self, Op, Partial, Places, Term};
use crate::kernels::value::Value;
use crate::mpi::agree::fingerprint;
use crate::mpi::Comm;

/// One reduction that is asked for.
pub struct Reduction<'a> {
    pub op: Op,
    pub x: &'a Array,
    /// The second operand of a dot product.
    pub y: Option<&'a Array>,
    /// What is taken from the number of elements that a variance is divided by.
    pub ddof: i64,
    /// Of the result.
    pub dtype: Dtype,
}

const NAME: &str = "darr_reduce";

/// The first byte of a message tells whether a rank failed; the partials follow.
const FAILED: usize = 0;
const HEAD: usize = 1;

/// Collective over the ranks of `first`: the results on every rank, in the order of the reductions. `asked` holds the
/// reductions, one or more, or what this rank found wrong with them, which is everybody's error then.
pub fn reduce(first: &Array, asked: Result<Vec<Reduction>>) -> Result<Vec<Value>> {
    let comm = first.dist().comm();
    check_call(comm, &asked)?;
    let local = asked.and_then(|asked| Ok((local_part(comm, &asked)?, asked)));
    let (partials, asked) = split(local);
    let totals = combine(comm, NAME, partials)?;
    let results = asked.iter().zip(totals);
    results
        .map(|(r, total)| total.finish_corrected(r.op, r.ddof, r.dtype))
        .collect()
}

fn check_call(comm: &Comm, asked: &Result<Vec<Reduction>>) -> Result<()> {
    let n = asked.as_ref().map_or(0, Vec::len);
    let call = asked.as_ref().map_or(0, |asked| {
        let each = asked
            .iter()
            .map(|r| (r.op as u64, r.dtype as u64, r.ddof, r.x.identity()));
        fingerprint(each.collect::<Vec<_>>())
    });
    let fields = [
        ("the number of reductions", n as u64),
        ("the reductions", call),
    ];
    comm.check_call(NAME, &fields, asked)
}

fn split<A, B: Default>(both: Result<(A, B)>) -> (Result<A>, B) {
    match both {
        Ok((a, b)) => (Ok(a), b),
        Err(error) => (Err(error), B::default()),
    }
}

/// Collective: what all ranks contribute, from what each one does, or the failure of one. One message, as long as the number of
/// partials needs: ranks that send different lengths learn it from the message itself, and a rank that failed sends none.
pub fn combine(
    comm: &Comm,
    function: &'static str,
    local: Result<Vec<Partial>>,
) -> Result<Vec<Partial>> {
    let n = local.as_ref().map_or(0, Vec::len);
    let (mut message, mut local) = message(local);
    let sent = comm.allreduce_bytes(&mut message, combine_messages);
    let number = [("the number of reductions", n as u64)];
    match sent {
        Ok(()) if message[FAILED] == 0 => {
            let partials = local.as_mut().map_err(|error| error.clone())?;
            unpack(&message[HEAD..], partials);
            local
        }
        Err(error) if error.code != Code::Mismatch => Err(error),
        sent => {
            comm.agree_on(function, &number, local.map(|_| ()))?;
            sent.map(|()| Vec::new())
        }
    }
}

/// The bytes to send, and the partials or why there are none.
fn message(local: Result<Vec<Partial>>) -> (Vec<u8>, Result<Vec<Partial>>) {
    let packed = local.and_then(|partials| {
        let mut message = zeroed(HEAD + partials.len() * Partial::BYTES)?;
        pack(&partials, &mut message[HEAD..]);
        Ok((message, partials))
    });
    match packed {
        Ok((message, partials)) => (message, Ok(partials)),
        Err(error) => (vec![1; HEAD], Err(error)),
    }
}

fn combine_messages(lower: &[u8], higher: &mut [u8]) {
    higher[FAILED] |= lower[FAILED];
    combine_partials(&lower[HEAD..], &mut higher[HEAD..]);
}

pub(super) fn pack(partials: &[Partial], bytes: &mut [u8]) {
    for (partial, bytes) in partials.iter().zip(bytes.chunks_exact_mut(Partial::BYTES)) {
        bytes.copy_from_slice(partial.as_bytes());
    }
}

pub(super) fn unpack(bytes: &[u8], partials: &mut [Partial]) {
    for (partial, bytes) in partials.iter_mut().zip(bytes.chunks_exact(Partial::BYTES)) {
        *partial = Partial::from_bytes(bytes);
    }
}

/// Lower ranks stand to the left, whatever arrives first. What is no reduction stays none.
pub(super) fn combine_partials(lower: &[u8], higher: &mut [u8]) {
    let size = Partial::BYTES;
    for (left, right) in lower.chunks_exact(size).zip(higher.chunks_exact_mut(size)) {
        let mut total = Partial::from_bytes(left);
        total.combine(&Partial::from_bytes(right));
        right.copy_from_slice(total.as_bytes());
    }
}

fn local_part(comm: &Comm, reductions: &[Reduction]) -> Result<Vec<Partial>> {
    let mut owned: Vec<(Block, Option<Block>)> = Vec::with_capacity(reductions.len());
    for (i, r) in reductions.iter().enumerate() {
        check(comm, i, r)?;
        owned.push((r.x.owned(), r.y.map(Array::owned)));
    }
    let places: Vec<_> = reductions.iter().map(|r| r.x.places()).collect();
    let terms: Vec<Term> = reductions
        .iter()
        .zip(owned.iter().zip(&places))
        .map(|(r, ((x, y), (of, ascending)))| Term {
            op: r.op,
            x,
            y: y.as_ref(),
            places: Some(Places {
                of,
                ascending: *ascending,
            }),
        })
        .collect();
    let mut partials = vec![Partial::default(); reductions.len()];
    reduce::reduce(&terms, &mut partials)?;
    Ok(partials)
}

fn check(comm: &Comm, i: usize, r: &Reduction) -> Result<()> {
    let refuse = |text: &str| Err(Error::new(Code::Argument, format!("reduction {i}: {text}")));
    if !r.x.dist().comm().is(comm) {
        return refuse("its array lives on another communicator than that of the first");
    }
    if r.ddof < 0 || (r.ddof != 0 && !matches!(r.op, Op::Var | Op::Std)) {
        return refuse("ddof is 0 or more, and for a variance or a standard deviation");
    }
    match r.y {
        None if r.op.is_dot() => refuse("a dot product needs a second array"),
        Some(_) if !r.op.is_dot() => refuse("a second array is only for a dot product"),
        Some(y) if !y.dist().comm().is(comm) || !r.x.dist().map().compatible(y.dist().map()) => {
            refuse("the two arrays are distributed in different ways: redistribute one of them")
        }
        Some(y) if y.dtype() != r.x.dtype() => refuse("the two arrays have different dtypes"),
        _ => Ok(()),
    }
}
