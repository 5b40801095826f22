//! What a visit reads, element by element.

use std::sync::Arc;

use distarray_core::Dims;

use super::super::block::Block;

/// Elements of one load over the extents of a visit.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all inputs are memory")]
pub enum Input {
    /// Those of a block, whose dimensions are the last ones of the visit. One of extent 1 stands for all.
    Memory(Block),
    /// Indices along a dimension of the visit.
    Index { dim: usize, indices: Indices },
}

/// The global indices of a rank's elements along one dimension, in the order of the elements.
#[derive(Clone)]
pub enum Indices {
    /// `first`, and one more from element to element.
    Range {
        first: i64,
    },
    List(Arc<[i64]>),
}

/// An operand of a loop nest: the address of its first element, or for indices a number, and how far it moves per turn.
pub(super) struct Operand {
    pub at: isize,
    pub strides: Dims<isize>,
    pub kind: Kind,
}

pub(super) enum Kind {
    /// Elements of this size.
    Memory(usize),
    /// The position is the index itself.
    Range,
    /// The position is that in the list.
    List(Arc<[i64]>),
}

impl Operand {
    /// The elements of a block over a visit of `extents`, of which there is one at least.
    pub fn of_block(block: &Block, extents: &[i64]) -> Operand {
        let added = extents.len() - block.ndim();
        let own = block.extents().iter().zip(block.strides());
        let stretched = own.zip(&extents[added..]);
        let stride = |((&have, &stride), &want): ((&i64, &i64), &i64)| match have == want {
            true => stride as isize,
            false => 0,
        };
        let mut strides: Dims<isize> = (0..added).map(|_| 0).collect();
        strides.extend(stretched.map(stride));
        Operand {
            at: block.base().expose_provenance() as isize,
            strides,
            kind: Kind::Memory(block.dtype().size()),
        }
    }

    /// The numbers of the elements, counted row by row.
    pub fn numbering(extents: &[i64]) -> Operand {
        let mut strides: Dims<isize> = extents.iter().map(|_| 0).collect();
        let mut next = 1;
        for (stride, &extent) in strides.iter_mut().zip(extents).rev() {
            *stride = next;
            next *= extent as isize;
        }
        Operand {
            at: 0,
            strides,
            kind: Kind::Range,
        }
    }

    pub fn new(input: &Input, extents: &[i64]) -> Operand {
        match input {
            Input::Memory(block) => Operand::of_block(block, extents),
            Input::Index { dim, indices } => {
                let along = |d: usize| isize::from(d == *dim);
                let (at, kind) = match indices {
                    Indices::Range { first } => (*first as isize, Kind::Range),
                    Indices::List(list) => (0, Kind::List(list.clone())),
                };
                Operand {
                    at,
                    strides: (0..extents.len()).map(along).collect(),
                    kind,
                }
            }
        }
    }
}
