//! All ranks of a distribution in one process: strategies that draw distributions, and memory to run plans on.
#![allow(dead_code)]

pub mod world;

use std::collections::BTreeMap;

use distarray_core::{
    Cuts, Dimension, Dims, Distribution, Grid, GridOrder, Moves, Order, Product, Region, Run,
    Section,
};
use proptest::prelude::*;

/// Blocks, whole and cyclic dimensions over 1 to 4 processes. Halos are often wider than blocks.
pub fn dimension(
    extent: impl Strategy<Value = i64>,
    cyclic: bool,
) -> impl Strategy<Value = Dimension> {
    dimension_over(extent, 1..=4usize, cyclic)
}

pub fn dimension_over(
    extent: impl Strategy<Value = i64>,
    procs: impl Strategy<Value = usize>,
    cyclic: bool,
) -> impl Strategy<Value = Dimension> {
    let padding = (any::<bool>(), [0..6i64, 0..6], [0..3i64, 0..3]);
    let dimension =
        (extent, procs).prop_flat_map(move |(extent, procs)| map(extent, procs, cyclic));
    (dimension, padding).prop_map(|(dimension, (periodic, halo, boundary))| {
        let dimension = dimension.with_periodic(periodic);
        if !dimension.is_contiguous() {
            return dimension;
        }
        let [below, above] = if periodic { [0, 0] } else { boundary };
        dimension
            .with_halo(halo[0], halo[1])
            .with_boundary(below, above)
    })
}

fn map(extent: i64, procs: usize, cyclic: bool) -> BoxedStrategy<Dimension> {
    let rule = prop_oneof![
        Just(Cuts::Balanced),
        Just(Cuts::Ceil),
        Just(Cuts::RemainderLast)
    ]
    .prop_map(move |cuts| Dimension::block(extent, procs, cuts));
    let explicit = proptest::collection::vec(0..=extent, procs - 1).prop_map(move |mut inner| {
        inner.sort_unstable();
        let cuts = [&[0], &inner[..], &[extent]].concat();
        Dimension::block(extent, procs, Cuts::Explicit(cuts.into()))
    });
    let whole = Just(Dimension::whole(extent));
    if cyclic && procs > 1 {
        let dealt = (1..=4i64, 0..16i64).prop_map(move |(block, phase)| {
            let round = block * procs as i64;
            Dimension::cyclic(extent, procs, block).with_phase(phase % round)
        });
        prop_oneof![rule, explicit, whole, dealt].boxed()
    } else {
        prop_oneof![rule, explicit, whole].boxed()
    }
}

/// Grids in both orders and over scattered lists of ranks.
pub fn grid(dims: Dims<usize>) -> impl Strategy<Value = Grid> {
    let len: usize = dims.iter().product();
    let listed = Just(
        (0..len)
            .map(|position| 2 * position + 1)
            .collect::<Vec<usize>>(),
    )
    .prop_shuffle();
    let order = prop_oneof![
        Just(GridOrder::RowMajor),
        Just(GridOrder::ColumnMajor),
        listed.prop_map(|ranks| GridOrder::Ranks(ranks.into())),
    ];
    order.prop_map(move |order| Grid::new(&dims, order).unwrap())
}

pub fn over(dims: Vec<Dimension>) -> impl Strategy<Value = Distribution> {
    let procs: Dims<usize> = dims.iter().map(|dimension| dimension.procs).collect();
    grid(procs).prop_map(move |grid| Distribution::new(&dims, grid, Order::C).unwrap())
}

/// Up to three dimensions.
pub fn distribution(cyclic: bool) -> impl Strategy<Value = Distribution> {
    proptest::collection::vec(dimension(0..=8i64, cyclic), 0..=3).prop_flat_map(over)
}

/// A distribution of this shape.
pub fn of_shape(shape: Vec<i64>) -> impl Strategy<Value = Distribution> {
    let dims: Vec<_> = shape
        .into_iter()
        .map(|extent| dimension(Just(extent), false))
        .collect();
    dims.prop_flat_map(over)
}

/// Enough ranks to have some outside every grid.
pub fn ranks(dist: &Distribution) -> std::ops::Range<usize> {
    0..dist.grid().max_rank() + 3
}

/// Every index of a region in C order.
pub fn indices(region: &Region) -> Vec<Vec<i64>> {
    let mut all = vec![vec![]];
    for (&lo, &hi) in region.lo.iter().zip(&region.hi) {
        all = all
            .iter()
            .flat_map(|index| (lo..hi).map(move |at| [&index[..], &[at]].concat()))
            .collect();
    }
    all
}

/// The box from 0 to these extents.
pub fn whole(extents: &[i64]) -> Region {
    Region {
        lo: extents.iter().map(|_| 0).collect(),
        hi: extents.iter().copied().collect(),
    }
}

/// One rank's section in memory.
#[derive(Clone, PartialEq, Debug)]
pub struct Memory {
    pub section: Section,
    pub extents: Dims<i64>,
    pub values: Vec<i64>,
    /// How often an element was received.
    pub writes: Vec<u32>,
}

impl Memory {
    pub fn new(dist: &Distribution, rank: usize, value: i64) -> Memory {
        let section = dist.section(rank);
        let size = section.elements().unwrap() as usize;
        Memory {
            extents: section.extents(),
            section,
            values: vec![value; size],
            writes: vec![0; size],
        }
    }

    /// All local indices, none if the rank holds nothing.
    pub fn indices(&self) -> Vec<Vec<i64>> {
        if self.section.is_empty() {
            vec![]
        } else {
            indices(&whole(&self.extents))
        }
    }

    fn offset(&self, index: &[i64]) -> usize {
        let step = |offset, (&at, &extent): (&i64, &i64)| {
            assert!(
                (0..extent).contains(&at),
                "local index {index:?} outside {:?}",
                self.extents
            );
            offset * extent + at
        };
        index.iter().zip(&self.extents).fold(0, step) as usize
    }

    pub fn at(&self, index: &[i64]) -> i64 {
        self.values[self.offset(index)]
    }

    pub fn set(&mut self, index: &[i64], value: i64) {
        let offset = self.offset(index);
        self.values[offset] = value;
    }

    pub fn writes(&self, index: &[i64]) -> u32 {
        self.writes[self.offset(index)]
    }

    /// Values at these positions, one after the other.
    pub fn pack(&self, places: &[Vec<i64>]) -> Vec<i64> {
        places.iter().map(|index| self.at(index)).collect()
    }

    pub fn unpack(&mut self, places: &[Vec<i64>], values: &[i64]) {
        assert_eq!(places.len(), values.len());
        for (index, &value) in places.iter().zip(values) {
            let offset = self.offset(index);
            self.values[offset] = value;
            self.writes[offset] += 1;
        }
    }

    /// Global index of a local one, not wrapped at periodic seams. Block and whole dimensions.
    pub fn unwrapped(&self, local: &[i64]) -> Vec<i64> {
        local
            .iter()
            .zip(&self.section.dims)
            .map(|(at, span)| span.start - span.below + at)
            .collect()
    }
}

/// Local indices of a product's elements at both ends, in the order in which they travel.
pub fn places(product: &Product, axes: &[usize]) -> [Vec<Vec<i64>>; 2] {
    let mut all: Vec<[Vec<i64>; 2]> = vec![[vec![0; axes.len()], vec![0; axes.len()]]];
    for (dim, runs) in product.dims.iter().enumerate() {
        let along: Vec<[i64; 2]> = runs.iter().flat_map(Run::positions).collect();
        assert!(!along.is_empty(), "products have elements");
        for run in runs.iter() {
            assert!(run.count > 1 || run.period == [0, 0], "{run:?}");
            assert!(
                run.length > 1 || (run.step, run.count) == ([1, 1], 1),
                "{run:?}"
            );
        }
        let mut longer = Vec::new();
        for ends in &all {
            for &[source, target] in &along {
                let mut ends = ends.clone();
                ends[0][dim] = source;
                ends[1][axes[dim]] = target;
                longer.push(ends);
            }
        }
        all = longer;
    }
    all.into_iter()
        .map(|[source, target]| (source, target))
        .unzip::<_, _, Vec<_>, Vec<_>>()
        .into()
}

/// Runs the plans of all processes: `ranks` has the rank of each one in the source and in the target. Checks that both
/// ends of every message mean the same.
pub fn run(
    moves: &[Moves],
    ranks: &[[Option<usize>; 2]],
    sources: &[Memory],
    targets: &mut [Memory],
) {
    let mut mail = BTreeMap::new();
    for (moves, [source, _]) in moves.iter().zip(ranks) {
        for list in [&moves.sends, &moves.recvs] {
            assert!(list.windows(2).all(|pair| pair[0].peer < pair[1].peer));
            assert!(list.iter().all(|message| !message.products.is_empty()));
        }
        for message in &moves.sends {
            let source = source.expect("only ranks of the source send");
            let before = mail.insert((source, message.peer), (&message.products, &moves.axes));
            assert_eq!(
                before, None,
                "two messages from {source} to {}",
                message.peer
            );
        }
    }
    let mut copy = |product: &Product, axes: &[usize], source: usize, target: usize| {
        let [from, to] = places(product, axes);
        targets[target].unpack(&to, &sources[source].pack(&from));
    };
    for (moves, [source, target]) in moves.iter().zip(ranks) {
        for message in &moves.recvs {
            let target = target.expect("only ranks of the target receive");
            assert_ne!(
                Some(message.peer),
                *source,
                "a message of {target} to itself"
            );
            let sent = mail.remove(&(message.peer, target));
            let want = Some((&message.products, &moves.axes));
            assert_eq!(sent, want, "from {} to {target}", message.peer);
            for product in &message.products {
                copy(product, &moves.axes, message.peer, target);
            }
        }
        for product in &moves.local {
            copy(product, &moves.axes, source.unwrap(), target.unwrap());
        }
    }
    assert!(mail.is_empty(), "nobody receives {:?}", mail.keys());
}

/// Processes that have the same rank in source and target.
pub fn same_ranks(count: usize) -> Vec<[Option<usize>; 2]> {
    (0..count).map(|rank| [Some(rank), Some(rank)]).collect()
}

/// A number that tells global indices apart, boundary padding included.
pub fn label(index: &[i64]) -> i64 {
    index.iter().fold(7, |label, &at| {
        assert!((-40..60).contains(&at));
        label * 100 + at + 40
    })
}

/// Failures are shrunk and printed, not kept in files.
pub fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}
