//! Elements that keep their place in a sequence go to an array of another shape.

use std::sync::Arc;

use super::asked::{asked, Asked, Found};
use super::groups::groups;
pub use super::groups::Group;
use super::pieces;
use super::rows::rows;
use super::sequence::{is_listed, Sequence};
use crate::map::Owner;
use crate::moves::{enclose, Moves, Product};
use crate::product;
use crate::runs::Run;
use crate::{Dimension, Dims, Distribution, Order, Result};

/// The move of one process's owned elements to an array of another shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reshape {
    /// Dimensions of products stand for these groups, and positions of their runs for positions in them.
    pub groups: Vec<Group>,
    pub moves: Moves,
}

/// As [`super::redistribute`], between distributions of any shapes with the same number of elements: the element with number n
/// of the source becomes the one with number n of the target, counted in this order. In dimensions that change it costs time and
/// memory of the rows that the process owns, of one common period where rows repeat; those that two shapes have in common cost
/// what they cost a redistribution.
///
/// `found` are the answers to [`reshape_questions`], for elements of the source and of the target; an empty list stands for one
/// without answers.
///
/// Errors: different numbers of elements; an index of an unstructured dimension that is no place in the sequence, or of which
/// nothing was found; more than 2^24 pieces; no memory for the plan.
pub fn reshape(
    from: &Distribution,
    to: &Distribution,
    ranks: [Option<usize>; 2],
    order: Order,
    found: [&[Option<Found>]; 2],
) -> Result<Reshape> {
    let groups = groups([from, to], order)?;
    let mut moves = Moves::none(groups.len());
    for (peer, product) in products([from, to], &groups, 0, ranks[0], found[0])? {
        if Some(peer) == ranks[1] {
            product::push(&mut moves.local, product)?;
        } else {
            enclose(&mut moves.sends, peer, product)?;
        }
    }
    for (peer, product) in products([from, to], &groups, 1, ranks[1], found[1])? {
        if Some(peer) != ranks[0] {
            enclose(&mut moves.recvs, peer, product)?;
        }
    }
    Ok(Reshape { groups, moves })
}

/// What the calling process must ask before [`reshape`]: for its elements of the source about each dimension of the target; then
/// for its elements of the target about each of the source. `None` where nothing needs to be asked.
///
/// Errors: as [`reshape`].
pub fn reshape_questions(
    from: &Distribution,
    to: &Distribution,
    ranks: [Option<usize>; 2],
    order: Order,
) -> Result<[Dims<Option<Asked>>; 2]> {
    let dists = [from, to];
    let groups = groups(dists, order)?;
    let mut all = [to, from].map(|other| other.dims().iter().map(|_| None).collect::<Dims<_>>());
    for (own, all) in all.iter_mut().enumerate() {
        let section = ranks[own].map(|rank| dists[own].section(rank));
        let Some(section) = section.filter(|section| !section.is_empty()) else {
            continue;
        };
        for group in &groups {
            let [here, there] = [own, 1 - own].map(|end| sequence(dists[end], group, end));
            let coords = own_coords(group, own, &section.coords);
            for (dim, asked) in asked(&here?.folded()?, &coords, &there?.folded()?)? {
                all[dim] = Some(asked);
            }
        }
    }
    Ok(all)
}

fn sequence<'a>(dist: &'a Distribution, group: &Group, end: usize) -> Result<Sequence<'a>> {
    Sequence::new(dist, &group.dims[end])
}

fn own_coords(group: &Group, own: usize, coords: &[usize]) -> Dims<usize> {
    group.dims[own].iter().map(|&dim| coords[dim]).collect()
}

/// What the rank has in common with each rank of the other end, ascending by that.
fn products(
    dists: [&Distribution; 2],
    groups: &[Group],
    own: usize,
    rank: Option<usize>,
    found: &[Option<Found>],
) -> Result<Vec<(usize, Product)>> {
    let mut products = Vec::new();
    let (here, there) = (dists[own], dists[1 - own]);
    let section = rank.map(|rank| here.section(rank));
    let Some(section) = section.filter(|section| !section.is_empty()) else {
        return Ok(products);
    };
    let pieces = |group: &Group| {
        let ends = [sequence(dists[0], group, 0)?, sequence(dists[1], group, 1)?];
        let coords = own_coords(group, own, &section.coords);
        if let Some(at) = only(&ends) {
            return along(&ends, at, own, &coords);
        }
        let [from, to] = ends;
        rows(&[from.folded()?, to.folded()?], own, &coords, found)
    };
    let pieces = groups.iter().map(pieces).collect::<Result<Vec<_>>>()?;
    let mut coords: Dims<usize> = there.dims().iter().map(|_| 0).collect();
    product::for_each_piece(&pieces, |chosen| {
        for (group, piece) in groups.iter().zip(chosen) {
            for (&dim, &coord) in group.dims[1 - own].iter().zip(&piece.coords) {
                coords[dim] = coord;
            }
        }
        let product = Product {
            dims: chosen.iter().map(|piece| piece.runs.clone()).collect(),
        };
        product::push(&mut products, (there.grid().rank(&coords), product))
    })?;
    products.sort_by_key(|&(peer, _)| peer);
    Ok(products)
}

/// What the caller's coordinates of a group have in common with some coordinates of the other end.
pub(super) struct Piece {
    pub coords: Dims<usize>,
    pub runs: Arc<Vec<Run>>,
}

/// The dimension of more than one element, if either end has one and no other, and none is unstructured.
fn only(ends: &[Sequence; 2]) -> Option<[usize; 2]> {
    let only = |dims: &Dims<&Dimension>| {
        let mut several = (0..dims.len()).filter(|&at| dims[at].extent > 1);
        let listed = dims.iter().any(|dim| is_listed(dim));
        several
            .next()
            .filter(|_| several.next().is_none() && !listed)
    };
    Some([only(&ends[0].dims)?, only(&ends[1].dims)?])
}

/// One dimension at either end moves as in a redistribution; single elements beside it shift positions.
fn along(
    ends: &[Sequence; 2],
    at: [usize; 2],
    own: usize,
    own_coords: &[usize],
) -> Result<Vec<Piece>> {
    let other = 1 - own;
    let pair = [0, 1].map(|end: usize| ends[end].dims[at[end]]);
    let found = pieces::pieces(pair, own, own_coords[at[own]])?;
    let single = ends[other].dims.iter().map(|dim| match dim.owner(0) {
        Owner::Coord(coord) => coord,
        Owner::Ask(_) => unreachable!("no dimension is unstructured"),
    });
    let mut coords: Dims<usize> = single.collect();
    let piece = |piece: pieces::Piece| {
        coords[at[other]] = piece.coord;
        let mut shift = [0; 2];
        for (end, coords) in [(own, own_coords), (other, &coords)] {
            let strides = ends[end].strides(coords)?;
            let dims = ends[end].dims.iter().zip(coords).zip(strides).enumerate();
            let beside = dims.filter(|&(dim, _)| dim != at[end]);
            shift[end] = beside
                .map(|(_, ((dim, &coord), stride))| dim.padding(coord)[0] * stride)
                .sum();
        }
        let shifted = |run: &Run| Run {
            at: [0, 1].map(|end| run.at[end] + shift[end]),
            ..*run
        };
        let runs = match shift {
            [0, 0] => piece.runs,
            _ => Arc::new(piece.runs.iter().map(shifted).collect()),
        };
        let coords = coords.clone();
        Ok(Piece { coords, runs })
    };
    found.into_iter().map(piece).collect()
}
