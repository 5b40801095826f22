//! What the plan of one rank costs among 1, 2^10 and 2^20 ranks: `cargo run --release -p distarray-core --example scale`.
//!
//! The rank stands in the middle of its grid. It holds 64^3 elements of a halo exchange, 4096^2 of a matrix in blocks that
//! are dealt out, and pencils of a cube of 256, 2048 and 16384 elements along each side. Elements are float64.

use std::time::Instant;

use distarray_core::halo::{halo, HaloOptions};
use distarray_core::redistribute::{redistribute, MoveOptions};
use distarray_core::{Cuts, Dimension, Distribution, Grid, GridOrder, Moves, Order, Result};

/// Bytes of an element.
const ITEM: i64 = 8;

/// A number of ranks, and its grids in three and two dimensions.
const SCALES: [(usize, [usize; 3], [usize; 2]); 3] = [
    (1, [1, 1, 1], [1, 1]),
    (1 << 10, [16, 8, 8], [32, 32]),
    (1 << 20, [128, 128, 64], [1024, 1024]),
];

fn main() -> Result<()> {
    println!(
        "{:<34} {:>8} {:>10} {:>10} {:>6} {:>6} {:>14}",
        "case", "ranks", "us", "bytes", "sends", "recvs", "largest bytes"
    );
    for (name, plan) in CASES {
        for (ranks, grid, flat) in SCALES {
            report(name, ranks, || plan(grid, flat))?;
        }
    }
    Ok(())
}

type Plan = fn([usize; 3], [usize; 2]) -> Result<Moves>;

const CASES: [(&str, Plan); 5] = [
    ("halo, width 2, periodic, box", |grid, _| {
        exchange(grid, &HaloOptions::default())
    }),
    ("halo, width 2, periodic, star", |grid, _| {
        let star = HaloOptions {
            star: true,
            ..HaloOptions::default()
        };
        exchange(grid, &star)
    }),
    ("pencils, x to y", |_, [p, q]| {
        let side = match p {
            1 => 256,
            32 => 2048,
            _ => 16384,
        };
        let block = |procs| Dimension::block(side, procs, Cuts::Balanced);
        let from = make(&[Dimension::whole(side), block(p), block(q)])?;
        let to = make(&[block(p), Dimension::whole(side), block(q)])?;
        transpose(&from, &to)
    }),
    ("block-cyclic, 128^2 to 64^2", |_, grid| {
        dealt(grid, 128, 64)
    }),
    ("block-cyclic, 100^2 to 64^2", |_, grid| {
        dealt(grid, 100, 64)
    }),
];

fn exchange(grid: [usize; 3], options: &HaloOptions) -> Result<Moves> {
    let dims = grid.map(|procs| {
        Dimension::block(64 * extent_of(procs), procs, Cuts::Balanced)
            .with_halo(2, 2)
            .with_periodic(true)
    });
    let dist = make(&dims)?;
    halo(&dist, middle(&dist), options)
}

fn dealt(grid: [usize; 2], from: i64, to: i64) -> Result<Moves> {
    let make =
        |block| make(&grid.map(|procs| Dimension::cyclic(4096 * extent_of(procs), procs, block)));
    transpose(&make(from)?, &make(to)?)
}

fn transpose(from: &Distribution, to: &Distribution) -> Result<Moves> {
    redistribute(from, to, [Some(middle(from)); 2], &MoveOptions::default())
}

fn extent_of(procs: usize) -> i64 {
    i64::try_from(procs).expect("grids are small")
}

fn make(dims: &[Dimension]) -> Result<Distribution> {
    let procs: Vec<usize> = dims.iter().map(|dim| dim.procs).collect();
    Distribution::new(dims, Grid::new(&procs, GridOrder::RowMajor)?, Order::C)
}

fn middle(dist: &Distribution) -> usize {
    let coords: Vec<usize> = dist.grid().dims().iter().map(|procs| procs / 2).collect();
    dist.grid().rank(&coords)
}

/// One line: the median time of a plan, distributions included, and its costs.
fn report(name: &str, ranks: usize, plan: impl Fn() -> Result<Moves>) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..51 {
        let start = Instant::now();
        std::hint::black_box(plan()?);
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let micros = times[times.len() / 2].as_secs_f64() * 1e6;
    let costs = plan()?.costs()?;
    let [sends, recvs] = costs.messages;
    let largest = costs.largest[0].max(costs.largest[1]) * ITEM;
    println!(
        "{name:<34} {ranks:>8} {micros:>10.1} {:>10} {sends:>6} {recvs:>6} {largest:>14}",
        costs.memory
    );
    Ok(())
}
