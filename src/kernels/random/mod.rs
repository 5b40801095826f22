//! Random elements, each from its number alone: the same for whoever makes it, in whatever order,
//! with whatever instructions.
//!
//! `philox` makes bits from counters, `uniform` and its neighbours make elements from bits, `draw`
//! is what they have in common, and `tiles` brings them to the elements of a block.

mod draw;
mod integers;
mod permutation;
mod philox;
mod tiles;
mod uniform;

use distarray_core::{Dtype, Numbering};

use super::Block;
use draw::{Draw, Drawn};
use integers::{Few, Many};
use permutation::Permutation;
use philox::Philox;
use uniform::Uniform;

/// How elements are distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Real numbers of [low, high).
    Uniform { low: f64, high: f64 },
    /// `count` integers from `low` on.
    Integers { low: i64, count: u64 },
    /// The images of their numbers under a permutation of 0 to `count - 1`.
    Permutation { count: u64 },
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
        Law::Integers { low, count } if count <= 1 << 32 => {
            drawn(target, philox, Few { low, count })
        }
        Law::Integers { low, count } => drawn(target, philox, Many { low, count }),
        Law::Permutation { count } => {
            tiles::fill(&Permutation::new(&philox, count), numbering, block)
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
