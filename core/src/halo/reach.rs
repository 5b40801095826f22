//! One dimension of a halo exchange.

use std::sync::Arc;

use crate::runs::Run;
use crate::{product, Dimension, Error, Result, Side};

/// How far ghosts of one dimension reach.
pub(super) struct Reach<'a> {
    pub dimension: &'a Dimension,
    /// Widths to fill below and above.
    pub widths: [i64; 2],
    /// Whether boundary padding travels like owned elements.
    pub carry: bool,
}

/// One dimension of a box of elements on its way between a coordinate and another, or itself.
#[derive(Clone)]
pub(super) struct Piece {
    /// Coordinate of the other end.
    pub coord: usize,
    /// One run from the owner, who is the source, to the receiver.
    pub run: Arc<Vec<Run>>,
    /// Where the target lies in this dimension: -1 for padding below, 0 for owned elements, 1 for padding above.
    pub side: i64,
}

impl Reach<'_> {
    /// The owned elements first, then every piece of the ghosts of `coord` with its owner.
    pub(super) fn incoming(&self, coord: usize) -> Result<Vec<Piece>> {
        let mut pieces = vec![self.core(coord)];
        for side in [Side::Below, Side::Above] {
            self.walk(coord, side, side, |owner, distance| {
                push(&mut pieces, self.piece(coord, owner, owner, side, distance))
            })?;
        }
        Ok(pieces)
    }

    /// The owned elements first, then every piece that is a ghost elsewhere, with the receiver.
    pub(super) fn outgoing(&self, coord: usize) -> Result<Vec<Piece>> {
        let mut pieces = vec![self.core(coord)];
        for side in [Side::Below, Side::Above] {
            self.walk(coord, side.opposite(), side, |receiver, distance| {
                push(
                    &mut pieces,
                    self.piece(receiver, coord, receiver, side, distance),
                )
            })?;
        }
        Ok(pieces)
    }

    /// The owned elements, which travel to or from a rank of the same coordinate when another dimension has the ghosts.
    fn core(&self, coord: usize) -> Piece {
        let count = self.dimension.count(coord);
        let [below, above] = self.dimension.padding(coord);
        let carried = self.carried(coord);
        debug_assert!(carried[0] <= below && carried[1] <= above);
        let first = below - carried[0];
        Piece {
            coord,
            run: one(first, first, carried[0] + count + carried[1]),
            side: 0,
        }
    }

    /// Boundary padding of `coord` that travels like owned elements.
    fn carried(&self, coord: usize) -> [i64; 2] {
        if !self.carry || !self.dimension.is_contiguous() {
            return [0, 0];
        }
        let outer = self.dimension.outer(coord);
        [0, 1].map(|side| {
            if outer[side] {
                self.dimension.boundary[side]
            } else {
                0
            }
        })
    }

    /// Visits the blocks that lie towards `direction`, as often as they come round in a periodic dimension, with
    /// their distance: the number of elements between the two blocks. Ends where ghosts on side `side` do not reach.
    fn walk(
        &self,
        coord: usize,
        direction: Side,
        side: Side,
        mut visit: impl FnMut(usize, i64) -> Result<()>,
    ) -> Result<()> {
        let (dimension, width) = (self.dimension, self.widths[side as usize]);
        let mut block = dimension.range(coord);
        let mut distance = 0;
        while distance < width {
            let mut next = match direction {
                Side::Below => block.start - 1,
                Side::Above => block.end,
            };
            if dimension.periodic {
                next = next.rem_euclid(dimension.extent);
            } else if !(0..dimension.extent).contains(&next) {
                break;
            }
            let found = dimension.block_owner(next);
            visit(found, distance)?;
            block = dimension.range(found);
            distance = (block.end - block.start).saturating_add(distance);
        }
        Ok(())
    }

    /// What the ghosts of `receiver` on side `side` copy from the block of `owner` at this distance.
    ///
    /// ```text
    /// ghosts below:      |<-- block of owner -->|<-- distance -->|<-- block of receiver -->|
    ///                          |<------------- width ----------->|
    ///                          |<--- piece ---->|
    /// ```
    fn piece(
        &self,
        receiver: usize,
        owner: usize,
        coord: usize,
        side: Side,
        distance: i64,
    ) -> Piece {
        let dimension = self.dimension;
        let far = self.carried(owner)[side as usize];
        let (length, width) = (dimension.count(owner), self.widths[side as usize]);
        let size = (width - distance).min(length + far);
        let (own_below, below) = (dimension.padding(owner)[0], dimension.padding(receiver)[0]);
        let (source, target) = match side {
            Side::Below => (own_below + length - size, below - distance - size),
            Side::Above => (own_below, below + dimension.count(receiver) + distance),
        };
        Piece {
            coord,
            run: one(source, target, size),
            side: match side {
                Side::Below => -1,
                Side::Above => 1,
            },
        }
    }
}

/// Errors: no memory, or more blocks within the widths than anybody means.
fn push(pieces: &mut Vec<Piece>, piece: Piece) -> Result<()> {
    if pieces.len() >= 1 << 20 {
        return Err(Error::Memory {
            what: "a halo across more than 1048576 blocks",
        });
    }
    product::push(pieces, piece)
}

fn one(source: i64, target: i64, length: i64) -> Arc<Vec<Run>> {
    Arc::new(vec![Run::new([source, target], length)])
}
