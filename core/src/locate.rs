//! Who owns which index of a dimension, asked for many indices: prepared once, then without a division and a search.

use std::sync::Arc;

use crate::dims::signed;
use crate::{Cuts, Dimension, Map};

/// Gives the coordinate that owns an index, and its position there, as [`Dimension::owner`] and [`Dimension::to_local`] do.
pub struct Locator {
    extent: i64,
    rule: Rule,
}

enum Rule {
    /// This coordinate owns all.
    One(i64),
    /// Every coordinate owns as many indices, but the last one all that are left.
    Even {
        size: Divisor,
        last: i64,
    },
    /// The first `long` coordinates own one index more than the others.
    Balanced {
        long: i64,
        by: [Divisor; 2],
    },
    Cut(Arc<[i64]>),
    /// As [`crate::map::Map::Cyclic`]; the coordinate `head.0` owns `head.1` of the indices that stand before the first.
    Dealt {
        phase: i64,
        head: (i64, i64),
        block: Divisor,
        procs: Divisor,
    },
    /// Known to the directory alone.
    Listed,
}

impl Locator {
    pub fn new(dimension: &Dimension) -> Locator {
        let (extent, procs) = (dimension.extent, signed(dimension.procs));
        let even = |size| Rule::Even {
            size: Divisor::new(size),
            last: procs - 1,
        };
        let rule = match &dimension.map {
            Map::Whole => Rule::One(0),
            Map::Block(Cuts::Balanced) => match (extent % procs, extent / procs) {
                (0, size) => even(size),
                (long, size) => Rule::Balanced {
                    long,
                    by: [Divisor::new(size + 1), Divisor::new(size)],
                },
            },
            Map::Block(Cuts::Ceil) => even(extent / procs + i64::from(extent % procs != 0)),
            Map::Block(Cuts::RemainderLast) if extent < procs => Rule::One(procs - 1),
            Map::Block(Cuts::RemainderLast) => even(extent / procs),
            Map::Block(Cuts::Explicit(cuts)) => Rule::Cut(cuts.clone()),
            &Map::Cyclic { block, phase } => Rule::Dealt {
                phase,
                head: (phase / block, phase % block),
                block: Divisor::new(block),
                procs: Divisor::new(procs),
            },
            Map::Unstructured(_) => Rule::Listed,
        };
        Locator { extent, rule }
    }

    /// Finds one index after the other, and gives whether all are inside the extent. An index may be counted from the end as in
    /// [`Dimension::normalize`]; what is found for one that is outside means nothing, and likewise where only a directory knows.
    pub fn find(
        &self,
        indices: impl Iterator<Item = i64>,
        coords: &mut [i64],
        positions: &mut [i64],
    ) -> bool {
        let places = coords.iter_mut().zip(positions);
        let all = Run {
            extent: self.extent,
            all: indices.zip(places),
        };
        // The rule is chosen here, once for all.
        match &self.rule {
            &Rule::One(coord) => all.find(|index| (coord, index)),
            &Rule::Even { size, last } => all.find(|index| {
                let (coord, position) = size.divide(index);
                let beyond = (coord - last).max(0);
                (coord - beyond, position + beyond * size.by)
            }),
            &Rule::Balanced { long, by } => {
                let ahead = long * by[0].by;
                all.find(|index| {
                    let (before, base, by) = if index < ahead {
                        (0, 0, by[0])
                    } else {
                        (ahead, long, by[1])
                    };
                    let (coord, position) = by.divide(index - before);
                    (coord + base, position)
                })
            }
            Rule::Cut(cuts) => all.find(|index| {
                let above = cuts.partition_point(|&cut| cut <= index);
                (signed(above) - 1, index - cuts[above - 1])
            }),
            &Rule::Dealt {
                phase,
                head,
                block,
                procs,
            } => all.find(|index| {
                let (number, inner) = block.divide(index + phase);
                let (turn, coord) = procs.divide(number);
                let before = match coord.cmp(&head.0) {
                    std::cmp::Ordering::Less => block.by,
                    std::cmp::Ordering::Equal => head.1,
                    std::cmp::Ordering::Greater => 0,
                };
                (coord, turn * block.by + inner - before)
            }),
            Rule::Listed => false,
        }
    }
}

/// Indices, and where what is found about each goes.
struct Run<I> {
    extent: i64,
    all: I,
}

impl<'a, I: Iterator<Item = (i64, (&'a mut i64, &'a mut i64))>> Run<I> {
    #[inline(always)]
    fn find(self, owner: impl Fn(i64) -> (i64, i64)) -> bool {
        let mut inside = true;
        for (index, place) in self.all {
            let from_start = index.wrapping_add(if index < 0 { self.extent } else { 0 });
            let is_inside = (0..self.extent).contains(&from_start);
            inside &= is_inside;
            (*place.0, *place.1) = owner(if is_inside { from_start } else { 0 });
        }
        inside
    }
}

/// Division by one number, by a multiplication with its inverse.
#[derive(Clone, Copy)]
struct Divisor {
    by: i64,
    /// floor((2^64 - 1) / by): a quotient that it gives is right or one too low for every dividend below 2^63.
    inverse: u64,
}

impl Divisor {
    /// By 0 nothing is divided.
    fn new(by: i64) -> Divisor {
        let by = by.max(1);
        let inverse = u64::MAX / by.unsigned_abs();
        Divisor { by, inverse }
    }

    /// Quotient and remainder of a number that is not negative.
    #[inline(always)]
    fn divide(&self, number: i64) -> (i64, i64) {
        let product = u128::from(number.cast_unsigned()) * u128::from(self.inverse);
        // The upper half of a product of less than 2^127.
        let quotient = ((product >> 64) as u64).cast_signed();
        let rest = number - quotient * self.by;
        let low = i64::from(rest >= self.by);
        (quotient + low, rest - low * self.by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Owner;

    fn find(locator: &Locator, index: i64) -> Option<(i64, i64)> {
        let (mut coord, mut position) = ([0], [0]);
        let inside = locator.find(std::iter::once(index), &mut coord, &mut position);
        inside.then_some((coord[0], position[0]))
    }

    fn agrees(dimension: &Dimension, index: i64) {
        let locator = Locator::new(dimension);
        let Owner::Coord(coord) = dimension.owner(index) else {
            panic!("{dimension:?}");
        };
        let position = dimension.to_local(coord, index).unwrap();
        let found = find(&locator, index);
        assert_eq!(
            found,
            Some((signed(coord), position)),
            "{dimension:?} {index}"
        );
        assert_eq!(find(&locator, index - dimension.extent), found);
    }

    #[test]
    fn every_index_is_where_the_map_says() {
        for extent in 1..30 {
            for procs in 1..8 {
                let mut dims = vec![
                    Dimension::block(extent, procs, Cuts::Balanced),
                    Dimension::block(extent, procs, Cuts::Ceil),
                    Dimension::block(extent, procs, Cuts::RemainderLast),
                    Dimension::whole(extent),
                ];
                for block in 1..5 {
                    for phase in 0..block * signed(procs) {
                        dims.push(Dimension::cyclic(extent, procs, block).with_phase(phase));
                    }
                }
                for dim in &dims {
                    (0..extent).for_each(|index| agrees(dim, index));
                    let locator = Locator::new(dim);
                    for outside in [extent, -extent - 1, i64::MIN, i64::MAX] {
                        assert_eq!(find(&locator, outside), None);
                    }
                }
            }
        }
        let cuts = Cuts::Explicit([0, 0, 4, 4, 6, 6].into());
        (0..6).for_each(|index| agrees(&Dimension::block(6, 5, cuts.clone()), index));
    }

    #[test]
    fn huge_extents_do_not_overflow() {
        for extent in [i64::MAX, i64::MAX - 1, 1 << 62, (1 << 62) - 1] {
            for procs in [1, 2, 3, 5, 7, (1 << 31) - 1] {
                for dim in [
                    Dimension::block(extent, procs, Cuts::Balanced),
                    Dimension::block(extent, procs, Cuts::Ceil),
                    Dimension::block(extent, procs, Cuts::RemainderLast),
                    Dimension::cyclic(extent, procs, 1),
                    Dimension::cyclic(extent, procs, extent / 3),
                    Dimension::cyclic(extent, procs, i64::MAX),
                ] {
                    for index in [0, 1, extent / 3, extent / 2, extent - 2, extent - 1] {
                        agrees(&dim, index);
                    }
                }
            }
        }
    }
}
