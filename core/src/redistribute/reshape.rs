//! Elements that keep their place in a sequence go to an array of another shape.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::groups::groups;
pub use super::groups::Group;
use super::pieces;
use crate::map::Owner;
use crate::moves::{enclose, Moves, Product};
use crate::product::{self, MOST};
use crate::runs::{Run, Runs};
use crate::{Dimension, Dims, Distribution, Error, Order, Result};

/// The move of one process's owned elements to an array of another shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reshape {
    /// Dimensions of products stand for these groups, and positions of their runs for positions in them.
    pub groups: Vec<Group>,
    pub moves: Moves,
}

/// As [`super::redistribute`], between distributions of any shapes with the same number of elements: the element with number n
/// of the source becomes the one with number n of the target, counted in this order. Costs time and memory of the rows that
/// the process owns in dimensions that change; those that two shapes have in common cost what they cost a redistribution.
///
/// Errors: different numbers of elements; unstructured dimensions; more than 2^24 pieces; no memory for the plan.
pub fn reshape(
    from: &Distribution,
    to: &Distribution,
    ranks: [Option<usize>; 2],
    order: Order,
) -> Result<Reshape> {
    let groups = groups([from, to], order)?;
    let mut moves = Moves::none(groups.len());
    for (peer, product) in products([from, to], &groups, 0, ranks[0])? {
        if Some(peer) == ranks[1] {
            product::push(&mut moves.local, product)?;
        } else {
            enclose(&mut moves.sends, peer, product)?;
        }
    }
    for (peer, product) in products([from, to], &groups, 1, ranks[1])? {
        if Some(peer) != ranks[0] {
            enclose(&mut moves.recvs, peer, product)?;
        }
    }
    Ok(Reshape { groups, moves })
}

/// What the rank has in common with each rank of the other end, ascending by that.
fn products(
    dists: [&Distribution; 2],
    groups: &[Group],
    own: usize,
    rank: Option<usize>,
) -> Result<Vec<(usize, Product)>> {
    let mut products = Vec::new();
    let (here, there) = (dists[own], dists[1 - own]);
    let section = rank.map(|rank| here.section(rank));
    let Some(section) = section.filter(|section| !section.is_empty()) else {
        return Ok(products);
    };
    let pieces = |group: &Group| Ends::new(dists, group, own, &section.coords).pieces();
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
struct Piece {
    coords: Dims<usize>,
    runs: Arc<Vec<Run>>,
}

/// A group as one process sees it.
struct Ends<'a> {
    /// The dimensions of both ends, the slowest first.
    dims: [Dims<&'a Dimension>; 2],
    /// Elements of faster dimensions that whoever owns an index of these owns all of, one after the other.
    inner: [i64; 2],
    /// The caller's end and its coordinates there.
    own: usize,
    coords: Dims<usize>,
}

impl<'a> Ends<'a> {
    fn new(dists: [&'a Distribution; 2], group: &Group, own: usize, coords: &[usize]) -> Ends<'a> {
        let dims = |end: usize| {
            let dims = dists[end].dims();
            group.dims[end].iter().map(move |&dim| &dims[dim])
        };
        Ends {
            dims: [dims(0).collect(), dims(1).collect()],
            inner: [1, 1],
            own,
            coords: group.dims[own].iter().map(|&dim| coords[dim]).collect(),
        }
    }

    /// The pieces of the caller's coordinates, in one order at both ends.
    fn pieces(mut self) -> Result<Vec<Piece>> {
        if let Some(ends) = self.only() {
            return self.along(ends);
        }
        let is_inner = |dim: &&Dimension| {
            let padding = [dim.halo, dim.boundary];
            dim.procs == 1 && dim.is_contiguous() && padding == [[0; 2]; 2]
        };
        for (dims, inner) in self.dims.iter_mut().zip(&mut self.inner) {
            while let Some(dim) = dims.last().copied().filter(is_inner) {
                *inner *= dim.extent;
                dims.pop();
            }
        }
        self.rows()
    }

    /// The dimension of more than one element, if either end has one and no other.
    fn only(&self) -> Option<[usize; 2]> {
        let only = |dims: &Dims<&Dimension>| {
            let mut several = (0..dims.len()).filter(|&at| dims[at].extent > 1);
            several.next().filter(|_| several.next().is_none())
        };
        Some([only(&self.dims[0])?, only(&self.dims[1])?])
    }

    /// One dimension at either end moves as in a redistribution; single elements beside it shift positions.
    fn along(&self, at: [usize; 2]) -> Result<Vec<Piece>> {
        let ends = [0, 1].map(|end| self.dims[end][at[end]]);
        let (own, other) = (self.own, 1 - self.own);
        let found = pieces::pieces(ends, own, self.coords[at[own]])?;
        let single = self.dims[other].iter().map(|dim| owner(dim, 0));
        let mut coords: Dims<usize> = single.collect();
        let piece = |piece: pieces::Piece| {
            coords[at[other]] = piece.coord;
            let mut shift = [0; 2];
            for (end, coords) in [(own, &self.coords), (other, &coords)] {
                let strides = self.strides(end, coords)?;
                let dims = self.dims[end].iter().zip(coords).zip(strides).enumerate();
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

    /// Row by row of the caller's, and of the other end's within it. Rows that continue one another become one run.
    fn rows(&self) -> Result<Vec<Piece>> {
        let (own, other) = (self.own, 1 - self.own);
        let places = [self.places(0)?, self.places(1)?];
        let (spans, slow) = self.own_spans()?;
        let strides = self.strides(own, &self.coords)?;
        let mut found: BTreeMap<Dims<usize>, (Dims<i64>, Runs)> = BTreeMap::new();
        let (mut steps, mut turn) = (0, slow.iter().map(|_| 0).collect::<Dims<i64>>());
        loop {
            let (mut place, mut position) = (0, 0);
            for (dim, &local) in turn.iter().enumerate() {
                let (dimension, coord) = (self.dims[own][dim], self.coords[dim]);
                let index = dimension.to_global(coord, local);
                place += index.expect("local indices are below the count") * places[own][dim];
                position += (dimension.padding(coord)[0] + local) * strides[dim];
            }
            for (span, local) in &spans {
                let (mut at, end) = (place + span.start, place + span.end);
                while at < end {
                    let there = self.other(at, &places[other]);
                    let length = there.length.min(end - at);
                    if !found.contains_key(&there.coords) {
                        let strides = self.strides(other, &there.coords)?;
                        found.insert(there.coords.clone(), (strides, Runs::default()));
                    }
                    let (strides, runs) = found.get_mut(&there.coords).expect("just inserted");
                    let other = there
                        .local
                        .iter()
                        .zip(&*strides)
                        .map(|(local, stride)| local * stride);
                    let mut ends = [there.inner + other.sum::<i64>(); 2];
                    ends[own] = position + local + at - place - span.start;
                    runs.push(Run::new(ends, length))?;
                    at += length;
                    steps += 1;
                    if steps > MOST {
                        let what = "a plan of more than 16777216 pieces";
                        return Err(Error::Memory { what });
                    }
                }
            }
            let Some(dim) = (0..turn.len()).rev().find(|&dim| turn[dim] + 1 < slow[dim]) else {
                break;
            };
            turn[dim] += 1;
            turn[dim + 1..].fill(0);
        }
        let piece = |(coords, (_, runs)): (_, (_, Runs))| Piece {
            coords,
            runs: runs.finish(),
        };
        Ok(found.into_iter().map(piece).collect())
    }

    /// What the caller owns along its fastest dimension: places and the position of the first; and how many indices it owns in
    /// each of the others.
    fn own_spans(&self) -> Result<(Vec<Span>, Dims<i64>)> {
        let mut slow: Dims<i64> = Dims::new();
        for (dimension, &coord) in self.dims[self.own].iter().zip(&self.coords) {
            slow.push(dimension.count(coord));
        }
        let inner = self.inner[self.own];
        let Some(count) = slow.pop() else {
            return Ok((vec![(0..inner, 0)], slow));
        };
        let (dimension, coord) = (self.dims[self.own][slow.len()], self.coords[slow.len()]);
        let (mut spans, mut local) = (vec![], 0);
        while let Some(index) = dimension.to_global(coord, local).filter(|_| local < count) {
            let end = span(dimension, coord, index).end;
            let position = (dimension.padding(coord)[0] + local) * inner;
            product::push(&mut spans, (index * inner..end * inner, position))?;
            local += end - index;
        }
        Ok((spans, slow))
    }

    /// The element of the other end at a place of the sequence.
    fn other(&self, place: i64, places: &[i64]) -> There {
        let mut there = There {
            coords: Dims::new(),
            local: Dims::new(),
            inner: 0,
            length: 1,
        };
        let mut rest = place;
        for (dimension, stride) in self.dims[1 - self.own].iter().zip(places) {
            let index = rest / stride;
            rest %= stride;
            let coord = owner(dimension, index);
            let local = dimension.to_local(coord, index);
            let below = dimension.padding(coord)[0];
            there.coords.push(coord);
            there
                .local
                .push(below + local.expect("the owner has the element"));
            there.length = span(dimension, coord, index).end - index;
        }
        there.inner = rest;
        there.length = there.length * self.inner[1 - self.own] - rest;
        there
    }

    /// Elements of the sequence from one index to the next, per dimension.
    fn places(&self, end: usize) -> Result<Dims<i64>> {
        let extents: Dims<i64> = self.dims[end].iter().map(|dim| dim.extent).collect();
        crate::packed_strides(&extents, Order::C, self.inner[end])
    }

    /// Positions from one local index to the next, per dimension.
    fn strides(&self, end: usize, coords: &[usize]) -> Result<Dims<i64>> {
        let extent = |(dim, &coord): (&&Dimension, &usize)| {
            let [below, above] = dim.padding(coord);
            below + dim.count(coord) + above
        };
        let extents: Dims<i64> = self.dims[end].iter().zip(coords).map(extent).collect();
        crate::packed_strides(&extents, Order::C, self.inner[end])
    }
}

/// Places along the fastest dimension, and the position of the first.
type Span = (Range<i64>, i64);

/// An element of the other end, and how many of its row follow it on the same rank, itself included.
struct There {
    coords: Dims<usize>,
    local: Dims<i64>,
    /// Its number among those of the faster dimensions.
    inner: i64,
    length: i64,
}

/// The coordinate that owns an index.
fn owner(dimension: &Dimension, index: i64) -> usize {
    match dimension.owner(index) {
        Owner::Coord(coord) => coord,
        Owner::Ask(_) => unreachable!("unstructured dimensions are in no group"),
    }
}

/// Indices around one that a coordinate owns: both ends cut rows at the same places.
fn span(dimension: &Dimension, coord: usize, index: i64) -> Range<i64> {
    match dimension.dealt() {
        Some(deal) => deal.span(index),
        None => dimension.range(coord),
    }
}
