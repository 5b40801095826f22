//! Assignment of one distributed array to another, whatever their distributions: NumPy's `target[...] = source`.

use distarray_core::slice::Index;
use distarray_core::{Broadcast, Code, Order, Region, MAX_DIMS};

use super::channels::Leg;
use super::directory::places;
use super::plan::Plan;
use crate::array::claim::{Claims, Part};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::combine::Combine;
use crate::kernels::copies::{Copies, Place};
use crate::kernels::Block;

/// Collective: the owned elements of the target become those of the source at the same index, extents of 1 repeated. Dimensions
/// are aligned at the one that runs fastest in the order, the last of C and the first of F. `asked` is the source and the
/// order, or what this rank found wrong with them, which is everybody's error then.
pub fn assign(target: &Array, asked: Result<(&Array, Order)>) -> Result<()> {
    let comm = target.dist().comm();
    let (identity, order) = match &asked {
        Ok((source, order)) => (source.identity(), *order as u64),
        Err(_) => (0, 0),
    };
    let fields = [
        ("the target", target.identity()),
        ("the source", identity),
        ("the order", order),
    ];
    let ready = asked.and_then(|(source, order)| {
        check(target, source)?;
        let aligned = aligned(source, target.dist().map().ndim(), order)?;
        Broadcast::new(aligned.dist().map(), target.dist().map())?;
        let read = source.claim(Part::Owned, false);
        let held = Claims::hold(vec![read, target.claim(Part::Owned, true)])?;
        Ok((aligned, held))
    });
    let (aligned, _held) = comm.agree_on("darr_array_assign", &fields, ready)?;
    // Where memory is shared the elements are read before any is written.
    if !comm.any(aligned.owned().overlaps(&target.owned()))? {
        return transfer(target, &aligned);
    }
    let copy = Array::create(aligned.dist(), Ok(aligned.dtype()))?;
    comm.agree(copy.copy_from(&aligned))?;
    transfer(target, &copy)
}

fn check(target: &Array, source: &Array) -> Result<()> {
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    if !source.dist().comm().is(target.dist().comm()) {
        return refuse("source and target live on different communicators".into());
    }
    let (from, to) = (source.dtype(), target.dtype());
    if !from.can_cast(to, true) {
        let (from, to) = (from.name(), to.name());
        return refuse(format!(
            "{from} does not convert to {to} without losing its kind"
        ));
    }
    Combine::Insert.check(from, to)
}

/// The source with as many dimensions as the target: slow ones of extent 1 come and go.
fn aligned(source: &Array, ndim: usize, order: Order) -> Result<Array> {
    let shape = source.dist().map().shape();
    let spare = shape.len().saturating_sub(ndim);
    let slow = match order {
        Order::C => &shape[..spare],
        Order::F => &shape[shape.len() - spare..],
    };
    if slow.iter().any(|&extent| extent != 1) {
        let text = format!(
            "a source of {} dimensions does not fit into a target of {ndim}",
            shape.len()
        );
        return Err(Error::new(Code::Argument, text));
    }
    let dropped = std::iter::repeat_n(Index::At(0), spare);
    let new = std::iter::repeat_n(Index::New, ndim.saturating_sub(shape.len()));
    let slow = dropped.chain(new);
    let entries: Vec<Index> = match order {
        Order::C => slow.chain([Index::Ellipsis]).collect(),
        Order::F => [Index::Ellipsis].into_iter().chain(slow).collect(),
    };
    source.select(&entries)
}

/// Collective: of arrays that share no memory, the source aligned.
fn transfer(target: &Array, source: &Array) -> Result<()> {
    let (from, to) = (source.dist(), target.dist());
    let (comm, rank) = (to.comm(), to.comm().rank());
    let broadcast = comm.agree(Broadcast::new(from.map(), to.map()).map_err(Error::from))?;
    let ranks = [Some(rank), broadcast.thin_rank(rank)];
    let places = places(comm, [from.map(), broadcast.thin()], ranks, None)?;
    let moves = broadcast.moves(rank, [&places[0], &places[1]]);
    let moves = comm.agree(moves.map_err(Error::from))?;
    let ready =
        lowest(target, &broadcast).and_then(|block| Ok((block, repeats(target, &broadcast)?)));
    let (block, repeats) = comm.agree(ready)?;
    let leg = Leg::of(
        source.block(),
        &block,
        &moves,
        from.map().order(),
        Combine::Insert,
    );
    Plan::new(comm, &[leg], 0)?.run()?;
    repeats.iter().for_each(Copies::run);
    Ok(())
}

/// The target's block with the lowest owned position alone where it stretches: there the elements arrive.
fn lowest(target: &Array, broadcast: &Broadcast) -> Result<Block> {
    let section = target.dist().section();
    if section.is_empty() {
        return Ok(target.block().clone());
    }
    let mut region = Region {
        lo: section.dims.iter().map(|_| 0).collect(),
        hi: section.extents(),
    };
    for (dim, span) in section.dims.iter().enumerate() {
        if broadcast.stretches(dim) {
            (region.lo[dim], region.hi[dim]) = (span.below, span.below + 1);
        }
    }
    target.block().section(&region)
}

/// The copies within this rank's section that follow.
fn repeats(target: &Array, broadcast: &Broadcast) -> Result<Vec<Copies>> {
    let axes: [usize; MAX_DIMS] = std::array::from_fn(|dim| dim);
    let axes = &axes[..target.dist().map().ndim()];
    let place = |side| Place::In {
        block: target.block(),
        side,
        axes,
    };
    let products = broadcast.repeats(target.dist().comm().rank())?;
    let copies = products.iter().map(|product| {
        let mut copies = Copies::new();
        copies.add(place(0), place(1), product, Combine::Insert)?;
        Ok(copies)
    });
    copies.collect()
}
