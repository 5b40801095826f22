//! Reductions of whole arrays: one pass over memory and one message for any number of them.

use std::sync::Arc;

use distarray_core::{Code, Dtype, Kind};

use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::exact::Exact;
use crate::kernels::reduce::{self, Op, Partial, Places, Term};
use crate::kernels::value::Value;
use crate::mpi::agree::fingerprint;
use crate::mpi::reduction::Flight;
use crate::mpi::Comm;

/// One reduction that is asked for.
pub struct Reduction<'a> {
    pub op: Op,
    pub x: &'a Array,
    /// The second operand of a dot product.
    pub y: Option<&'a Array>,
    /// What is taken from the number of elements that a variance is divided by.
    pub ddof: i64,
    /// Sums without rounding, so that they depend on the elements alone.
    pub reproducible: bool,
    /// Of the result.
    pub dtype: Dtype,
}

impl Reduction<'_> {
    /// Products of integers are exact by themselves, modulo 2^64.
    fn is_integer_product(&self) -> bool {
        self.op == Op::Prod && !matches!(self.x.dtype().kind(), Kind::Float | Kind::Complex)
    }

    fn is_exact(&self) -> bool {
        self.reproducible && Exact::serves(self.op, self.x.dtype())
    }
}

/// What ranks contribute to some reductions: a partial for each, and the sums of those that are exact, two for each in their order.
#[derive(Default)]
pub struct Contribution {
    pub partials: Vec<Partial>,
    pub sums: Vec<[Exact; 2]>,
}

const NAME: &str = "darr_reduce";

/// A message begins with two words: whether a rank failed, and the number of partials, which follow. Then come the exact sums.
const FAILED: usize = 0;
const NUMBER: std::ops::Range<usize> = 8..16;
const HEAD: usize = NUMBER.end;

/// Collective over the ranks of `first`: the results on every rank, in the order of the reductions. `asked` holds the
/// reductions, one or more, or what this rank found wrong with them, which is everybody's error then.
pub fn reduce(first: &Array, asked: Result<Vec<Reduction>>) -> Result<Vec<Value>> {
    let comm = first.dist().comm();
    check_call(comm, &asked)?;
    let local = asked.and_then(|asked| Ok((local_part(comm, &asked)?, wanted(&asked))));
    let (contribution, wanted) = split(local);
    let total = combine(comm, NAME, contribution)?;
    results(&wanted, &total)
}

/// Reductions under way: what the elements were when they began has been added up.
pub struct Pending {
    comm: Arc<Comm>,
    local: Result<Contribution>,
    wanted: Vec<Wanted>,
    flight: Flight,
}

/// As `reduce`, which `Pending::end` ends. A mistake, of whatever rank, is told there.
pub fn begin_reduce(first: &Array, asked: Result<Vec<Reduction>>) -> Result<Pending> {
    let comm = first.dist().comm();
    check_call(comm, &asked)?;
    let local = asked.and_then(|asked| Ok((local_part(comm, &asked)?, wanted(&asked))));
    let (contribution, wanted) = split(local);
    let (message, local) = message(contribution);
    let flight = comm.begin_allreduce(&message)?;
    Ok(Pending {
        comm: comm.clone(),
        local,
        wanted,
        flight,
    })
}

impl Pending {
    /// Collective: the results, as `reduce` gives them.
    pub fn end(self) -> Result<Vec<Value>> {
        let sent = self.flight.end(combine_messages);
        let total = conclude(&self.comm, NAME, sent, self.local)?;
        results(&self.wanted, &total)
    }
}

/// What is made of the totals.
struct Wanted {
    op: Op,
    ddof: i64,
    of: Dtype,
    dtype: Dtype,
    exact: bool,
}

fn wanted(asked: &[Reduction]) -> Vec<Wanted> {
    let each = asked.iter().map(|r| Wanted {
        op: r.op,
        ddof: r.ddof,
        of: r.x.dtype(),
        dtype: r.dtype,
        exact: r.is_exact(),
    });
    each.collect()
}

fn results(wanted: &[Wanted], total: &Contribution) -> Result<Vec<Value>> {
    let mut sums = total.sums.iter();
    let each = wanted.iter().zip(&total.partials).map(|(r, partial)| {
        let exact = if r.exact { sums.next() } else { None };
        // Also tells of a dtype that does not serve.
        let value = partial.finish_corrected(r.op, r.ddof, r.dtype)?;
        Ok(match exact {
            Some(sums) => Exact::finish(sums, r.op, partial.count(), r.of, r.dtype),
            None => value,
        })
    });
    each.collect()
}

fn check_call(comm: &Comm, asked: &Result<Vec<Reduction>>) -> Result<()> {
    let n = asked.as_ref().map_or(0, Vec::len);
    let call = asked.as_ref().map_or(0, |asked| {
        let each = asked.iter().map(|r| {
            (
                r.op as u64,
                r.dtype as u64,
                r.ddof,
                r.reproducible,
                r.x.identity(),
            )
        });
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

/// Collective: what all ranks contribute, from what each one does, or the failure of one. One message, as long as its contents
/// need: ranks that send different lengths learn it from the message itself, and a rank that failed sends a head alone.
pub fn combine(
    comm: &Comm,
    function: &'static str,
    local: Result<Contribution>,
) -> Result<Contribution> {
    let (mut message, local) = message(local);
    let sent = comm.allreduce_bytes(&mut message, combine_messages);
    conclude(comm, function, sent.map(|()| message), local)
}

/// What the message tells once all ranks have it.
fn conclude(
    comm: &Comm,
    function: &'static str,
    sent: Result<Vec<u8>>,
    local: Result<Contribution>,
) -> Result<Contribution> {
    let n = local.as_ref().map_or(0, |local| local.partials.len());
    let number = [("the number of reductions", n as u64)];
    match sent {
        Ok(message) if message[FAILED] == 0 => local.map(|mut total| {
            let (partials, sums) = message[HEAD..].split_at(n * Partial::BYTES);
            unpack(partials, &mut total.partials);
            let each = total.sums.as_flattened_mut().iter_mut();
            for (sum, bytes) in each.zip(sums.chunks_exact(Exact::BYTES)) {
                *sum = Exact::read(bytes);
            }
            total
        }),
        Err(error) if error.code != Code::Mismatch => Err(error),
        sent => {
            comm.agree_on(function, &number, local)?;
            sent?;
            let text = "the ranks do not agree on what they reduce";
            Err(Error::new(Code::Mismatch, text))
        }
    }
}

/// The bytes to send, and the contribution or why there is none.
fn message(local: Result<Contribution>) -> (Vec<u8>, Result<Contribution>) {
    let packed = local.and_then(|local| {
        let partials = local.partials.len() * Partial::BYTES;
        let sums = local.sums.as_flattened();
        let mut message = zeroed(HEAD + partials + sums.len() * Exact::BYTES)?;
        message[NUMBER].copy_from_slice(&(local.partials.len() as u64).to_ne_bytes());
        pack(&local.partials, &mut message[HEAD..HEAD + partials]);
        let places = message[HEAD + partials..].chunks_exact_mut(Exact::BYTES);
        sums.iter()
            .zip(places)
            .for_each(|(sum, bytes)| sum.write(bytes));
        Ok((message, local))
    });
    match packed {
        Ok((message, local)) => (message, Ok(local)),
        Err(error) => {
            let mut message = vec![0; HEAD];
            message[FAILED] = 1;
            (message, Err(error))
        }
    }
}

fn combine_messages(lower: &[u8], higher: &mut [u8]) {
    let different = lower[NUMBER] != higher[NUMBER];
    higher[FAILED] |= lower[FAILED] | u8::from(different);
    if higher[FAILED] != 0 {
        return;
    }
    let n = higher[NUMBER].try_into().map_or(0, u64::from_ne_bytes) as usize;
    let partials = HEAD..HEAD + n * Partial::BYTES;
    let sums = partials.end..;
    combine_partials(&lower[partials.clone()], &mut higher[partials]);
    let size = Exact::BYTES;
    let places = higher[sums.clone()].chunks_exact_mut(size);
    for (left, right) in lower[sums].chunks_exact(size).zip(places) {
        let mut total = Exact::read(left);
        total.merge(&Exact::read(right));
        total.write(right);
    }
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

fn local_part(comm: &Comm, reductions: &[Reduction]) -> Result<Contribution> {
    let mut owned: Vec<(Block, Option<Block>)> = Vec::with_capacity(reductions.len());
    for (i, r) in reductions.iter().enumerate() {
        check(comm, i, r)?;
        owned.push((r.x.owned(), r.y.map(Array::owned)));
    }
    let places: Vec<_> = reductions.iter().map(|r| r.x.places()).collect();
    let terms =
        reductions
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
            });
    // Exact sums take a pass of their own.
    let (mut rounded, mut sums) = (Vec::with_capacity(reductions.len()), Vec::new());
    let mut partials = vec![Partial::default(); reductions.len()];
    for ((r, term), partial) in reductions.iter().zip(terms).zip(&mut partials) {
        if r.is_exact() {
            let count = term.x.elements() as u64;
            *partial = Partial::beside_exact(r.op, term.x.dtype(), count)?;
            sums.push(Exact::of(r.op, term.x, term.y));
        } else {
            rounded.push(term);
        }
    }
    if sums.is_empty() {
        reduce::reduce(&rounded, &mut partials)?;
    } else {
        let mut others = vec![Partial::default(); rounded.len()];
        reduce::reduce(&rounded, &mut others)?;
        let places = reductions.iter().zip(&mut partials);
        let places = places.filter(|(r, _)| !r.is_exact());
        for ((_, partial), other) in places.zip(others) {
            *partial = other;
        }
    }
    Ok(Contribution { partials, sums })
}

fn check(comm: &Comm, i: usize, r: &Reduction) -> Result<()> {
    let refuse = |text: &str| Err(Error::new(Code::Argument, format!("reduction {i}: {text}")));
    if !r.x.dist().comm().is(comm) {
        return refuse("its array lives on another communicator than that of the first");
    }
    if r.ddof < 0 || (r.ddof != 0 && !matches!(r.op, Op::Var | Op::Std)) {
        return refuse("ddof is 0 or more, and for a variance or a standard deviation");
    }
    if r.reproducible && matches!(r.op, Op::Prod | Op::Var | Op::Std) && !r.is_integer_product() {
        let name = r.op.name();
        let text = format!("reduction {i}: there is no reproducible {name}");
        return Err(Error::new(Code::Unsupported, text));
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
