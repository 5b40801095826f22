//! Parts of an array in the memory of whoever asks for them: fetched from their owners, or put there.

use distarray_core::{packed_strides, Code, Dims, Dtype, Map, Moves, Product, Questions, Request};

use super::channels::Leg;
use super::directory::ask;
use super::indices::Way;
use super::plan::Plan;
use crate::array::claim::{self, Claims};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::combine::Combine;
use crate::kernels::{Block, Memory};

/// A part of an array and where this rank has it.
pub struct Part {
    request: Request,
    /// Dimensions are those of the array, of extent 1 where the request has a single index.
    buffer: Block,
}

impl Part {
    /// `strides` has the bytes between neighbours for each dimension of the request; `None`: packed in the array's order.
    pub fn new(
        array: &Array,
        request: Request,
        memory: std::sync::Arc<Memory>,
        dtype: Dtype,
        strides: Option<&[i64]>,
    ) -> Result<Part> {
        let item = dtype.size() as i64;
        let strides: Dims<i64> = match strides {
            Some(strides) => strides.iter().copied().collect(),
            None => packed_strides(&request.extents(), array.dist().map().order(), item)?,
        };
        let counts = request.counts();
        let stride = |dim: usize| {
            let axis = request.axes().iter().position(|&axis| axis == Some(dim));
            axis.map_or(item, |axis| strides[axis])
        };
        let strides: Dims<i64> = (0..counts.len()).map(stride).collect();
        let buffer = Block::new(memory, dtype, &counts, &strides)?;
        Ok(Part { request, buffer })
    }
}

/// What a rank wants to move: the type of the elements in the ranks' memory, the same everywhere, and its part, if any.
pub type Asked = Result<(Dtype, Option<Part>)>;

/// Collective: the elements that each rank asks for arrive in its memory. `asked` is the rank's part, or what it found wrong
/// with it, which is everybody's error then.
pub fn fetch(array: &Array, asked: Asked) -> Result<()> {
    let combine = Ok(Combine::Insert);
    transfer("darr_array_fetch", array, asked, Way::Gather, combine)
}

/// Collective: each rank's part goes to the owners of its elements. Where parts meet, they combine in the order of the ranks; of
/// inserted elements those of the last rank stay.
pub fn put(array: &Array, asked: Asked, combine: Result<Combine>) -> Result<()> {
    transfer("darr_array_put", array, asked, Way::Scatter, combine)
}

fn transfer(
    name: &'static str,
    array: &Array,
    asked: Asked,
    way: Way,
    combine: Result<Combine>,
) -> Result<()> {
    let comm = array.dist().comm();
    let asked = asked.and_then(|asked| Ok((asked, combine?)));
    let (dtype, mode) = match &asked {
        Ok(((dtype, _), combine)) => (*dtype as u64, *combine as u64),
        Err(_) => (0, 0),
    };
    let fields = [
        ("the array", array.identity()),
        ("the dtype", dtype),
        ("the way to combine", mode),
    ];
    let checked = asked.and_then(|(asked, combine)| {
        check(array, &asked, way, combine)?;
        let claim = array.claim(claim::Part::Owned, way == Way::Scatter);
        Ok((asked, combine, Claims::hold(vec![claim])?))
    });
    let ((dtype, part), combine, _held) = comm.agree_on(name, &fields, checked)?;
    let moves = moves(array, part.as_ref().map(|part| &part.request))?;
    let buffer = comm.agree(match part {
        Some(part) => Ok(part.buffer),
        None => nothing(dtype),
    })?;
    let order = array.dist().map().order();
    let leg = match way {
        Way::Gather => Leg::of(array.block(), &buffer, &moves, order, combine),
        Way::Scatter => {
            Leg::of(&buffer, array.block(), &moves.reversed(), order, combine).in_turn()
        }
    };
    Plan::new(comm, &[leg], 0)?.run()
}

fn check(
    array: &Array,
    (dtype, part): &(Dtype, Option<Part>),
    way: Way,
    combine: Combine,
) -> Result<()> {
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    let (from, to) = match way {
        Way::Gather => (array.dtype(), *dtype),
        Way::Scatter => (*dtype, array.dtype()),
    };
    if !from.can_cast(to, true) {
        let (from, to) = (from.name(), to.name());
        return refuse(format!(
            "{from} does not convert to {to} without losing its kind"
        ));
    }
    combine.check(from, to)?;
    match part {
        Some(part) if part.buffer.overlaps(&array.owned()) => {
            refuse("the buffer shares memory with the array".into())
        }
        _ => Ok(()),
    }
}

/// The memory of a rank that asks for nothing.
fn nothing(dtype: Dtype) -> Result<Block> {
    Block::new(Memory::allocate(0)?, dtype, &[0], &[0])
}

/// Collective: finds the owners, and tells them what they are asked for.
fn moves(array: &Array, request: Option<&Request>) -> Result<Moves> {
    let (map, comm) = (array.dist().map(), array.dist().comm());
    let listed = (0..map.ndim()).filter(|&dim| matches!(map.dims()[dim].map, Map::Unstructured(_)));
    let questions = listed.map(|dim| match request {
        Some(request) => Ok((dim, request.questions(map, dim)?)),
        None => Ok((dim, Questions::default())),
    });
    let questions = comm.agree(questions.collect::<Result<Vec<_>>>())?;
    let places = if questions.is_empty() {
        vec![]
    } else {
        let asked: Vec<_> = questions
            .iter()
            .map(|(dim, asked)| ([0, *dim], asked))
            .collect();
        ask(comm, &[map], &asked)?
    };
    let owners = request.map_or(Ok(vec![]), |request| request.owners(map, &places));
    let owners = comm.agree(owners.map_err(Error::from))?;
    let told = |(rank, _): &(usize, Product)| {
        let words = request.map_or(vec![], Request::to_words);
        (*rank, words)
    };
    let others = owners.iter().filter(|(rank, _)| *rank != comm.rank());
    let told: Vec<_> = others.map(told).collect();
    let heard = comm.agree(comm.sparse_exchange(&told))?;
    let shares = heard.iter().map(|(asker, words)| {
        let request = Request::from_words(map, words).ok_or_else(garbled)?;
        let share = request.share(map, comm.rank())?.ok_or_else(garbled)?;
        Ok((*asker, share))
    });
    let shares = comm.agree(shares.collect::<Result<Vec<_>>>())?;
    let message = |(peer, product)| distarray_core::Message {
        peer,
        products: vec![product],
    };
    let mut moves = Moves {
        axes: (0..map.ndim()).collect(),
        sends: shares.into_iter().map(message).collect(),
        ..Moves::default()
    };
    for (peer, product) in owners {
        if peer == comm.rank() {
            moves.local.push(product);
        } else {
            moves.recvs.push(message((peer, product)));
        }
    }
    Ok(moves)
}

fn garbled() -> Error {
    Error::new(
        Code::Internal,
        "a request for a part of an array was not understood",
    )
}
