//! Random elements, each from its number alone: the same for whoever makes it, in whatever order,
//! with whatever instructions.
//!
//! `philox` makes bits from counters; `uniform`, `normal`, `exponential`, `beta` and `integers` make
//! elements from bits, by `functions` of their own; `draw` is what they have in common. `permutation`
//! makes them from their numbers. `tiles` brings all to the elements of a block, and `vector` compiles
//! for several processors.

mod beta;
mod draw;
mod exponential;
mod functions;
mod integers;
mod normal;
mod permutation;
mod philox;
mod tiles;
mod uniform;
mod vector;

use distarray_core::{Dtype, Numbering};

use super::Block;
use beta::Beta;
use draw::{Draw, Drawn};
use exponential::Exponential;
use integers::{Few, Many};
use normal::Normal;
use permutation::Permutation;
use philox::Philox;
use uniform::Uniform;

/// How elements are distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Real numbers of [low, high).
    Uniform { low: f64, high: f64 },
    /// Of this mean and standard deviation.
    Normal { mean: f64, deviation: f64 },
    /// Of this mean.
    Exponential { scale: f64 },
    /// Of the interval from 0 to 1, more densely at an end whose parameter is small.
    Beta { a: f64, b: f64 },
    /// `count` integers from `low` on.
    Integers { low: i64, count: u64 },
    /// The images of their numbers under a permutation of 0 to `count - 1`, counted from `base`.
    Permutation { base: i64, count: u64 },
}

/// Which of all sequences of random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    pub seed: u64,
    pub stream: u64,
}

/// Fills a block, which is not empty, with random elements by their numbers. The block's dtype is
/// one in which the law has a meaning: real or complex, of integers and permutations real.
pub fn fill(block: &Block, numbering: &Numbering, sequence: Sequence, law: Law) {
    let philox = Philox::new(sequence.seed, sequence.stream);
    let target = (block, numbering);
    let single = matches!(block.dtype(), Dtype::Float32 | Dtype::Complex64);
    match law {
        Law::Uniform { low, high } if single => {
            drawn(target, philox, Uniform::<f32>::new(low, high))
        }
        Law::Uniform { low, high } => drawn(target, philox, Uniform::<f64>::new(low, high)),
        Law::Normal { mean, deviation } if single => {
            let (mean, deviation) = (mean as f32, deviation as f32);
            drawn(target, philox, Normal { mean, deviation })
        }
        Law::Normal { mean, deviation } => drawn(target, philox, Normal { mean, deviation }),
        Law::Exponential { scale } if single => {
            let scale = scale as f32;
            drawn(target, philox, Exponential { scale })
        }
        Law::Exponential { scale } => drawn(target, philox, Exponential { scale }),
        Law::Beta { a, b } => drawn(target, philox, Beta { a, b }),
        Law::Integers { low, count } if count <= 1 << 32 => {
            drawn(target, philox, Few { low, count })
        }
        Law::Integers { low, count } => drawn(target, philox, Many { low, count }),
        Law::Permutation { base, count } => {
            tiles::fill(&Permutation::new(&philox, base, count), numbering, block)
        }
    }
}

fn drawn<D: Draw<Element: tiles::Made>>(
    (block, numbering): (&Block, &Numbering),
    philox: Philox,
    draw: D,
) {
    tiles::fill(&Drawn { draw, philox }, numbering, block);
}
