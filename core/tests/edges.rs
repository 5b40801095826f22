//! Layers beyond the edges of the domain, filled on simulated ranks and compared with a serial definition.

mod simulated;

use distarray_core::edges::{edges, About, Edge, Fill, Rule};
use distarray_core::halo::{halo, HaloOptions};
use distarray_core::{
    Cuts, Dimension, Dims, Distribution, Grid, GridOrder, Moves, Order, Side, Stagger,
};
use proptest::prelude::*;
use simulated::{distribution, indices, label, ranks, run, same_ranks, Memory};

/// Value of what nobody has filled.
const EMPTY: i64 = -1;

/// What an edge's constant or callback gives.
fn outside(number: usize, index: &[i64]) -> i64 {
    -label(index) - 1000 * number as i64
}

/// The field at a global index as one process would define it: the last dimension that is outside was filled last.
/// `None` where nothing is defined.
fn field(dist: &Distribution, options: &HaloOptions, list: &[Edge], index: &[i64]) -> Option<i64> {
    let dims = dist.dims();
    let beyond = |dim: usize| -> Option<(Side, i64)> {
        let (at, extent) = (index[dim], dims[dim].extent);
        match dims[dim].periodic || !dims[dim].is_contiguous() {
            false if at < 0 => Some((Side::Below, -at)),
            false if at >= extent => Some((Side::Above, at - extent + 1)),
            _ => None,
        }
    };
    let edge = |dim: usize| {
        let (side, layer) = beyond(dim)?;
        let number = list
            .iter()
            .position(|edge| edge.dim == dim && edge.side == side)?;
        Some((number, list[number], layer))
    };
    let Some((number, edge, k)) = (0..index.len()).rev().find_map(edge) else {
        let mut wrapped = index.to_vec();
        for (dim, dimension) in dims.iter().enumerate() {
            if let Some((side, layer)) = beyond(dim) {
                if !options.carry_boundary || layer > dimension.boundary[side as usize] {
                    return None;
                }
            } else if dimension.periodic {
                wrapped[dim] = index[dim].rem_euclid(dimension.extent);
            }
        }
        return Some(label(&wrapped));
    };
    let dimension = &dims[edge.dim];
    let (last, inward) = match edge.side {
        Side::Below => (0, 1),
        Side::Above => (dimension.extent - 1, -1),
    };
    let inside = |steps: i64| {
        if steps >= dimension.extent {
            return None;
        }
        let mut source = index.to_vec();
        source[edge.dim] = last + steps * inward;
        field(dist, options, list, &source)
    };
    let on_element = match edge.about {
        About::Edge => dimension.at_faces,
        about => about == About::Cell,
    };
    let mirrored = || inside(k - i64::from(!on_element));
    // Nothing is there to go on from where even the element at the edge is undefined.
    inside(0)?;
    Some(match edge.rule {
        Rule::Constant => outside(number, &[]),
        Rule::Callback => outside(number, index),
        Rule::ZeroGradient => inside(0)?,
        Rule::Linear => {
            let end = inside(0)?;
            end.wrapping_add(k.wrapping_mul(end.wrapping_sub(inside(1)?)))
        }
        Rule::Mirror => mirrored()?,
        Rule::Antisymmetric => outside(number, &[]).wrapping_sub(mirrored()?),
    })
}

/// Does what a fill says, elements in any order: sources are no targets.
fn perform(memory: &mut Memory, fill: &Fill, list: &[Edge]) {
    for local in indices(&fill.region) {
        let k = (local[fill.dim] - fill.last) * fill.outward;
        assert!(k >= 1 && k <= fill.layers());
        let at = |position: i64| {
            let mut source = local.clone();
            source[fill.dim] = position;
            memory.at(&source)
        };
        let source = at(fill.source + (k - 1) * fill.step);
        let value = match list[fill.edge].rule {
            Rule::Constant => outside(fill.edge, &[]),
            Rule::Callback => outside(fill.edge, &memory.unwrapped(&local)),
            Rule::ZeroGradient | Rule::Mirror => source,
            Rule::Linear => {
                let next = at(fill.last - fill.outward);
                source.wrapping_add(k.wrapping_mul(source.wrapping_sub(next)))
            }
            Rule::Antisymmetric => outside(fill.edge, &[]).wrapping_sub(source),
        };
        memory.unpack(&[local], &[value]);
    }
}

/// Owned elements and boundary padding, ghosts empty.
fn before(dist: &Distribution, rank: usize, carry: bool) -> Memory {
    let mut memory = Memory::new(dist, rank, EMPTY);
    for local in memory.indices() {
        let index = memory.unwrapped(&local);
        let known = dist.dims().iter().enumerate().all(|(dim, dimension)| {
            let span = memory.section.dims[dim];
            let owned = (span.below..span.below + span.count).contains(&local[dim]);
            let end = span.start + span.count;
            let outer = (index[dim] < 0 && span.start == 0)
                || (index[dim] >= dimension.extent && end == dimension.extent);
            owned || (carry && !dimension.periodic && outer)
        });
        if known {
            memory.set(&local, label(&index));
        }
    }
    memory
}

/// What a local index is in one dimension once the exchange has arrived.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Or boundary padding without an edge, on the outermost rank, that counts as owned.
    Owned,
    Ghost,
    Layer,
    Undefined,
}

fn place(
    dist: &Distribution,
    memory: &Memory,
    options: &HaloOptions,
    list: &[Edge],
    local: &[i64],
    dim: usize,
) -> Place {
    let (span, dimension) = (memory.section.dims[dim], &dist.dims()[dim]);
    let below = span.below - local[dim];
    let above = local[dim] + 1 - span.below - span.count;
    let (side, distance, asked) = match (below > 0, above > 0) {
        (true, _) => (Side::Below, below, &options.below),
        (_, true) => (Side::Above, above, &options.above),
        _ => return Place::Owned,
    };
    let face: Dims<i64> = (0..dist.ndim())
        .map(|other| if other != dim { 0 } else { side as i64 * 2 - 1 })
        .collect();
    let listed = options
        .offsets
        .as_ref()
        .is_none_or(|offsets| offsets.contains(&face));
    if !listed || asked.as_ref().is_some_and(|asked| distance > asked[dim]) {
        return Place::Undefined;
    }
    let inside = [span.start, dimension.extent - span.start - span.count][side as usize];
    let layer = distance - inside;
    if dimension.periodic || layer <= 0 {
        Place::Ghost
    } else if list.iter().any(|edge| edge.dim == dim && edge.side == side) {
        Place::Layer
    } else if !options.carry_boundary || layer > dimension.boundary[side as usize] {
        Place::Undefined
    } else if inside == 0 {
        Place::Owned
    } else {
        Place::Ghost
    }
}

/// Whether an edge fills a local index.
fn is_filled(
    dist: &Distribution,
    memory: &Memory,
    options: &HaloOptions,
    list: &[Edge],
    local: &[i64],
) -> bool {
    let places: Vec<Place> = (0..local.len())
        .map(|dim| place(dist, memory, options, list, local, dim))
        .collect();
    let count = |place: Place| places.iter().filter(|&&other| other == place).count();
    let beside = options.star || options.offsets.is_some();
    count(Place::Undefined) == 0
        && count(Place::Layer) > 0
        && !(beside && count(Place::Layer) + count(Place::Ghost) > 1)
}

/// Gives whether every rank holds what its layers are filled from.
fn check(dist: &Distribution, options: &HaloOptions, list: &[Edge]) -> bool {
    let planned: Result<Vec<Vec<Fill>>, _> = ranks(dist)
        .map(|rank| edges(dist, rank, options, list))
        .collect();
    let fills = match planned {
        Ok(fills) => fills,
        Err(error) => {
            assert!(error.to_string().contains("is filled from"), "{error}");
            return false;
        }
    };
    let plans: Vec<Moves> = ranks(dist)
        .map(|rank| halo(dist, rank, options).unwrap())
        .collect();
    let mut memories: Vec<Memory> = ranks(dist)
        .map(|rank| before(dist, rank, options.carry_boundary))
        .collect();
    let sources = memories.clone();
    run(&plans, &same_ranks(plans.len()), &sources, &mut memories);
    for (memory, fills) in memories.iter_mut().zip(&fills) {
        let arrived = memory.clone();
        memory.writes.fill(0);
        fills.iter().for_each(|fill| perform(memory, fill, list));
        for local in memory.indices() {
            let filled = is_filled(dist, memory, options, list, &local);
            assert_eq!(memory.writes(&local), u32::from(filled), "{local:?}");
            let want = match filled {
                true => field(dist, options, list, &memory.unwrapped(&local)),
                false => Some(arrived.at(&local)),
            };
            assert_eq!(Some(memory.at(&local)), want, "{local:?}");
        }
    }
    true
}

/// Up to one edge for each place, in any order.
fn list() -> impl Strategy<Value = Vec<(usize, usize, i32, i32)>> {
    let edge = (0..3usize, 0..2usize, 0..6, 0..3);
    proptest::collection::vec(edge, 1..8)
}

fn wanted(dist: &Distribution, list: &[(usize, usize, i32, i32)]) -> Vec<Edge> {
    let mut wanted: Vec<Edge> = Vec::new();
    for &(dim, side, rule, about) in list {
        let there = dist
            .dims()
            .get(dim)
            .is_some_and(|dimension| !dimension.periodic);
        let side = Side::BOTH[side];
        if there
            && !wanted
                .iter()
                .any(|edge| edge.dim == dim && edge.side == side)
        {
            wanted.push(Edge {
                dim,
                side,
                rule: Rule::from_code(rule).unwrap(),
                about: About::from_code(about).unwrap(),
            });
        }
    }
    wanted
}

proptest! {
    #![proptest_config(simulated::cases(6000))]

    #[test]
    fn layers_are_those_of_one_process(
        dist in distribution(true),
        list in list(),
        [star, carry, narrow] in any::<[bool; 3]>(),
        shares in proptest::collection::vec((0..=4i64, 0..=4i64), 3),
        codes in [0..3i32, 0..3, 0..3],
    ) {
        let stagger: Vec<Stagger> =
            codes[..dist.ndim()].iter().map(|&code| Stagger::from_code(code).unwrap()).collect();
        let dist = dist.staggered(&stagger).unwrap_or(dist);
        let width = |side: usize| -> Option<Dims<i64>> {
            let share = |dim: usize| if side == 0 { shares[dim].0 } else { shares[dim].1 };
            let widths = dist.dims().iter().enumerate();
            let padding = |dimension: &Dimension| dimension.halo[side].max(dimension.boundary[side]);
            narrow.then(|| widths.map(|(dim, dimension)| padding(dimension) * share(dim) / 4).collect())
        };
        let options = HaloOptions {
            star,
            carry_boundary: carry,
            below: width(0),
            above: width(1),
            offsets: None,
        };
        check(&dist, &options, &wanted(&dist, &list));
    }

    #[test]
    fn only_in_the_asked_directions(
        dist in distribution(false),
        list in list(),
        carry in any::<bool>(),
        offsets in proptest::collection::vec([-1..=1i64, -1..=1, -1..=1], 0..12),
    ) {
        let offsets = offsets.iter().map(|offset| offset[..dist.ndim()].iter().copied().collect());
        let options = HaloOptions {
            carry_boundary: carry,
            offsets: Some(offsets.collect()),
            ..HaloOptions::default()
        };
        check(&dist, &options, &wanted(&dist, &list));
    }
}

fn make(dims: &[Dimension]) -> Distribution {
    let procs: Dims<usize> = dims.iter().map(|dimension| dimension.procs).collect();
    let grid = Grid::new(&procs, GridOrder::RowMajor).unwrap();
    Distribution::new(dims, grid, Order::C).unwrap()
}

fn edge(dim: usize, side: Side, rule: Rule) -> Edge {
    Edge {
        dim,
        side,
        rule,
        about: About::Edge,
    }
}

#[test]
fn corners_belong_to_the_later_dimension_and_thin_blocks_are_crossed() {
    let thin = Cuts::Explicit([0, 1, 2, 9].into());
    let dims = [
        Dimension::block(9, 3, thin)
            .with_halo(3, 2)
            .with_boundary(3, 1),
        Dimension::whole(5).with_boundary(2, 2),
    ];
    let list = [
        edge(1, Side::Above, Rule::Antisymmetric),
        edge(0, Side::Below, Rule::Mirror),
        edge(1, Side::Below, Rule::Linear),
        edge(0, Side::Above, Rule::Constant),
    ];
    let dist = make(&dims);
    let options = HaloOptions::default();
    assert!(check(&dist, &options, &list));
    let fills = edges(&dist, 1, &options, &list).unwrap();
    // The second rank owns one row and has two rows of ghosts beyond the edge.
    let regions: Vec<_> = fills
        .iter()
        .map(|fill| {
            (
                fill.edge,
                fill.region.lo[..].to_vec(),
                fill.region.hi[..].to_vec(),
            )
        })
        .collect();
    assert_eq!(
        regions,
        [
            (1, vec![0, 2], vec![2, 7]),
            (2, vec![0, 0], vec![6, 2]),
            (0, vec![0, 7], vec![6, 9]),
        ]
    );
    let star = HaloOptions {
        star: true,
        ..HaloOptions::default()
    };
    assert!(check(&dist, &star, &list));
    assert!(check(
        &dist.staggered(&[Stagger::Face; 2]).unwrap(),
        &options,
        &list
    ));
}

#[test]
fn fields_at_faces_are_mirrored_about_their_last_element() {
    let cells = make(&[Dimension::whole(5).with_boundary(2, 2)]);
    let faces = cells.staggered(&[Stagger::Face]).unwrap();
    let source = |dist: &Distribution, about: About| {
        let mirror = Edge {
            about,
            ..edge(0, Side::Below, Rule::Mirror)
        };
        let fills = edges(dist, 0, &HaloOptions::default(), &[mirror]).unwrap();
        fills[0].source - fills[0].last
    };
    assert_eq!(source(&cells, About::Edge), 0);
    assert_eq!(source(&faces, About::Edge), 1);
    assert_eq!(
        [source(&cells, About::Cell), source(&faces, About::Face)],
        [1, 0]
    );
    let part = faces.slice(&[distarray_core::Slice::range(0, 4)]).unwrap();
    assert_eq!(source(&part, About::Edge), 1);
}

#[test]
fn what_cannot_be_filled_is_named() {
    let text = |dist: &Distribution, rank: usize, list: &[Edge]| {
        edges(dist, rank, &HaloOptions::default(), list)
            .unwrap_err()
            .to_string()
    };
    let thin = Cuts::Explicit([0, 1, 9].into());
    let dist = make(&[
        Dimension::block(9, 2, thin)
            .with_halo(1, 0)
            .with_boundary(2, 1),
        Dimension::whole(3).with_periodic(true).with_halo(1, 1),
    ]);
    let linear = edge(0, Side::Below, Rule::Linear);
    assert_eq!(
        text(&dist, 0, &[linear]),
        "rank 0: the lower edge of dimension 0 is filled from the 2 elements next to it, of which the section has 1 (1 owned): \
         make blocks or halo wider, or the edge narrower"
    );
    assert_eq!(
        edges(&dist, 1, &HaloOptions::default(), &[linear]).unwrap(),
        []
    );
    assert_eq!(
        text(&dist, 1, &[linear, linear]),
        "dimension 0: two edges on one side of it"
    );
    let seam = edge(1, Side::Above, Rule::Constant);
    assert_eq!(
        text(&dist, 0, &[seam]),
        "dimension 1: it is periodic and has no edge"
    );
    assert!(text(&dist, 0, &[edge(2, Side::Above, Rule::Constant)]).contains("no dimension 2"));
    for code in [-1, 6] {
        assert!(Rule::from_code(code).is_err() && Side::from_code(code).is_err());
        assert!(About::from_code(code).is_err());
    }
}
