//! One dimension over all ranks.

use super::{DimData, DistType, Violation};

/// The first key with unequal values, and both values.
pub(super) fn differing(
    a: &[(&'static str, i64)],
    b: &[(&'static str, i64)],
) -> Option<(&'static str, i64, i64)> {
    a.iter()
        .zip(b)
        .find(|(x, y)| x.1 != y.1)
        .map(|(x, y)| (x.0, x.1, y.1))
}

/// One dimension: what each coordinate of the process grid says.
pub(super) struct Line<'a> {
    pub dim: usize,
    pub data: Vec<&'a DimData>,
    /// The coordinates whose sections are not empty, ascending.
    pub filled: Vec<usize>,
}

impl<'a> Line<'a> {
    pub fn new(dim: usize, data: Vec<&'a DimData>) -> Line<'a> {
        let filled = (0..data.len()).filter(|&c| data[c].count() > 0);
        let filled = filled.collect();
        Line { dim, data, filled }
    }

    /// Whether the padding of `coord` on this side is boundary padding (rule 5.3).
    fn is_outer(&self, coord: usize, side: usize) -> bool {
        let outermost = [self.filled.first(), self.filled.last()];
        outermost[side] == Some(&coord)
    }

    /// Rule 3.5, what ranks with the same coordinate have in common. Their boundary padding may differ: it only says
    /// how much of what they own alike is boundary.
    pub fn check_shared(
        &self,
        coord: usize,
        first: usize,
        (second, b): (usize, &DimData),
    ) -> Result<(), Violation> {
        let a = self.data[coord];
        let inner = |d: &DimData, side| match self.is_outer(coord, side) {
            true => 0,
            false => d.padding[side],
        };
        let keys = |d: &DimData| {
            // A cyclic section without elements may start at either of two places.
            let start = if d.dist_type() == Some(DistType::Cyclic) {
                0
            } else {
                d.start
            };
            [
                ("start", start),
                ("stop", d.stop),
                ("padding[0]", inner(d, 0)),
                ("padding[1]", inner(d, 1)),
                ("n_indices", d.n_indices),
            ]
        };
        let mut found = differing(&keys(a), &keys(b));
        if let (None, Some(x), Some(y)) = (found, &a.indices, &b.indices) {
            found = x
                .iter()
                .zip(y.iter())
                .find(|(i, j)| i != j)
                .map(|(&i, &j)| ("an entry of indices", i, j));
        }
        let differ = |x: Option<u64>, y: Option<u64>| x.is_some() && y.is_some() && x != y;
        if found.is_none() && differ(a.digest, b.digest) {
            return Err(Violation::IndicesDiffer {
                dim: self.dim,
                coord,
                first,
                second,
            });
        }
        match found {
            Some((key, first_value, second_value)) => Err(Violation::LineDiffers {
                dim: self.dim,
                key,
                coord,
                first,
                first_value,
                second,
                second_value,
            }),
            None => Ok(()),
        }
    }

    /// The indices that a coordinate owns by the letter of the protocol, boundary padding included (rule 5.5).
    pub fn owned(&self, coord: usize) -> [i64; 2] {
        let data = self.data[coord];
        let inner = |side| match self.is_outer(coord, side) {
            true => 0,
            false => data.padding[side],
        };
        [data.start + inner(0), data.stop - inner(1)]
    }

    /// The rules of the distribution type, for data that passed [`Line::check_shared`].
    pub fn check(&self) -> Result<(), Violation> {
        match self.data[0].dist_type() {
            Some(DistType::Block) => self.check_block(),
            Some(DistType::Unstructured) => self.check_unstructured(),
            // The local rules fix which indices a coordinate of a cyclic dimension holds.
            Some(DistType::Cyclic) | None => Ok(()),
        }
    }

    fn check_block(&self) -> Result<(), Violation> {
        let dim = self.dim;
        let size = self.data[0].size;
        let (Some(&first), Some(&last)) = (self.filled.first(), self.filled.last()) else {
            return match size {
                0 => Ok(()),
                _ => Err(Violation::NothingOwned { dim, size }),
            };
        };
        let start = self.data[first].start;
        if start != 0 {
            return Err(Violation::BeginsLate {
                dim,
                coord: first,
                start,
            });
        }
        for pair in self.filled.windows(2) {
            self.check_interface(pair[0], pair[1])?;
        }
        let stop = self.data[last].stop;
        if stop != size {
            return Err(Violation::EndsEarly {
                dim,
                coord: last,
                stop,
                size,
            });
        }
        Ok(())
    }

    /// Rules 5.4 and 5.5 between two neighbours.
    fn check_interface(&self, lower: usize, upper: usize) -> Result<(), Violation> {
        let dim = self.dim;
        let above = self.data[lower].padding[1];
        let below = self.data[upper].padding[0];
        if above != below {
            return Err(Violation::PaddingDiffers {
                dim,
                lower,
                above,
                upper,
                below,
            });
        }
        for (side, coord, neighbour, width) in [(1, lower, upper, above), (0, upper, lower, below)]
        {
            let [begin, end] = self.owned(neighbour);
            if width > end - begin {
                return Err(Violation::PaddingWide {
                    dim,
                    side,
                    coord,
                    width,
                    neighbour,
                    owned: end - begin,
                });
            }
        }
        let end = self.owned(lower)[1];
        let begin = self.owned(upper)[0];
        match begin.cmp(&end) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(Violation::Gap {
                dim,
                lower,
                upper,
                end,
                begin,
            }),
            std::cmp::Ordering::Less => Err(Violation::Shared {
                dim,
                lower,
                upper,
                end,
                begin,
            }),
        }
    }

    /// Rules 6.3 and 6.4.
    fn check_unstructured(&self) -> Result<(), Violation> {
        let dim = self.dim;
        let size = self.data[0].size;
        let one_to_one = self.data[0].one_to_one == 1;
        let sum: i128 = self.data.iter().map(|d| i128::from(d.n_indices)).sum();
        let widest = self.data.iter().map(|d| d.n_indices).max().unwrap_or(0);

        let mut least = widest;
        let mut exact = false;
        let at_hand = |d: &&DimData| d.n_indices == 0 || d.indices.is_some();
        if self.data.iter().all(at_hand) {
            let holders = self.holders()?;
            let again = holders.windows(2).find(|pair| pair[0].0 == pair[1].0);
            if let (true, Some(pair)) = (one_to_one, again) {
                return Err(Violation::NotOneToOne {
                    dim,
                    index: pair[0].0,
                    first: pair[0].1,
                    second: pair[1].1,
                });
            }
            let repeated = holders.windows(2).filter(|pair| pair[0].0 == pair[1].0);
            least = (holders.len() - repeated.count()) as i64;
            exact = true;
        }
        if i128::from(size) == sum {
            return Ok(());
        }
        let sum_text = sum.to_string();
        if one_to_one || sum == i128::from(least) {
            return Err(Violation::IndexSum {
                dim,
                size,
                sum: sum_text,
            });
        }
        let allowed = if exact {
            size == least
        } else {
            size >= least && i128::from(size) < sum
        };
        if !allowed {
            return Err(Violation::IndexDistinct {
                dim,
                size,
                sum: sum_text,
                least,
            });
        }
        Ok(())
    }

    /// Each index with a coordinate that holds it, sorted.
    fn holders(&self) -> Result<Vec<(i64, usize)>, Violation> {
        let lists = || {
            self.data
                .iter()
                .enumerate()
                .filter_map(|(coord, data)| Some((coord, data.indices.as_ref()?)))
        };
        let count: usize = lists().map(|(_, list)| list.len()).sum();
        let mut holders = Vec::new();
        if holders.try_reserve_exact(count).is_err() {
            return Err(Violation::Unchecked {
                dim: self.dim,
                count,
            });
        }
        for (coord, list) in lists() {
            holders.extend(list.iter().map(|&index| (index, coord)));
        }
        holders.sort_unstable();
        Ok(holders)
    }
}
