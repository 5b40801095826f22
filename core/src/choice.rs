//! Automatic process grids.

use crate::Dims;

/// The best grid for at most `ranks` ranks over an array of this shape.
///
/// It uses as many ranks as have a factorization in which no dimension gets more coordinates than indices,
/// and among those factorizations the one with the smallest area of cuts, which is what halos exchange.
/// `fixed` extents stay, whether they fit or not; dimensions that are not `distributed` get 1. Missing entries
/// mean not fixed, and distributed. Of equally good grids the smaller extents come first, extents of 1 last.
///
/// Never fails; if the fixed extents alone need more than `ranks`, the grid is larger than that.
pub fn choose(
    ranks: usize,
    shape: &[i64],
    fixed: &[Option<usize>],
    distributed: &[bool],
) -> Dims<usize> {
    let ndim = shape.len().min(crate::MAX_DIMS);
    let fixed_at = |dim: usize| {
        fixed
            .get(dim)
            .copied()
            .flatten()
            .map(|extent| extent.max(1))
    };
    let mut grid: Dims<usize> = (0..ndim).map(|dim| fixed_at(dim).unwrap_or(1)).collect();
    let free: Vec<Free> = (0..ndim)
        .filter(|&dim| fixed_at(dim).is_none() && distributed.get(dim).copied().unwrap_or(true))
        .map(|dim| Free::new(dim, shape[dim]))
        .collect();
    let taken = grid
        .iter()
        .fold(1usize, |product, &extent| product.saturating_mul(extent));
    let room = free
        .iter()
        .fold(1usize, |product, free| product.saturating_mul(free.most));
    for count in (1..=(ranks / taken).min(room)).rev() {
        if let Some(extents) = factorize(count, &free) {
            for (free, extent) in free.iter().zip(extents) {
                grid[free.dim] = extent;
            }
            break;
        }
    }
    grid
}

/// A dimension whose grid extent is to be chosen.
struct Free {
    dim: usize,
    /// Largest grid extent that leaves nobody empty.
    most: usize,
    /// Area of one cut across the dimension, relative to the volume of the array, in units of 2^-96.
    area: u128,
}

impl Free {
    fn new(dim: usize, extent: i64) -> Free {
        let extent = extent.max(1);
        Free {
            dim,
            most: usize::try_from(extent).unwrap_or(usize::MAX),
            area: (1u128 << 96) / extent.unsigned_abs() as u128,
        }
    }
}

/// A partial choice: area of cuts so far, then what breaks ties (extents, 1 counted as largest).
type Partial = (u128, Vec<usize>);

/// The best grid extents with this product, `None` if there are none. The area of cuts is a sum over the
/// dimensions, so the best choice for the first ones with a given product is part of the best choice for all.
fn factorize(count: usize, free: &[Free]) -> Option<Vec<usize>> {
    if free.is_empty() {
        return (count == 1).then(Vec::new);
    }
    let most = free.iter().map(|free| free.most).max()?;
    let primes = primes(count);
    if primes.iter().any(|&(prime, _)| prime > most) {
        return None;
    }
    let divisors = divisors(&primes);
    let mut best: Vec<Option<Partial>> = vec![None; divisors.len()];
    best[0] = Some((0, Vec::new()));
    for free in free {
        let mut next: Vec<Option<Partial>> = vec![None; divisors.len()];
        for (at, &product) in divisors.iter().enumerate() {
            for (from, &before) in divisors[..=at].iter().enumerate() {
                let extent = product / before;
                let (Some((area, chosen)), true) =
                    (&best[from], product % before == 0 && extent <= free.most)
                else {
                    continue;
                };
                let area = area + free.area * (extent as u128);
                let key = if extent == 1 { usize::MAX } else { extent };
                let better = next[at].as_ref().is_none_or(|(known, keys)| {
                    area < *known || area == *known && chosen.iter().chain([&key]).lt(keys.iter())
                });
                if better {
                    next[at] = Some((area, chosen.iter().copied().chain([key]).collect()));
                }
            }
        }
        best = next;
    }
    let (_, keys) = best.pop()??;
    Some(
        keys.into_iter()
            .map(|key| if key == usize::MAX { 1 } else { key })
            .collect(),
    )
}

/// Prime factors with their powers, ascending.
fn primes(count: usize) -> Vec<(usize, u32)> {
    let mut primes = Vec::new();
    let mut rest = count;
    let mut prime = 2;
    while prime * prime <= rest {
        let mut power = 0;
        while rest.is_multiple_of(prime) {
            rest /= prime;
            power += 1;
        }
        if power > 0 {
            primes.push((prime, power));
        }
        prime += 1;
    }
    if rest > 1 {
        primes.push((rest, 1));
    }
    primes
}

/// All divisors, ascending.
fn divisors(primes: &[(usize, u32)]) -> Vec<usize> {
    let mut divisors = vec![1];
    for &(prime, power) in primes {
        let known = divisors.clone();
        divisors.extend(
            (1..=power)
                .flat_map(|power| known.iter().map(move |divisor| divisor * prime.pow(power))),
        );
    }
    divisors.sort_unstable();
    divisors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(ranks: usize, shape: &[i64], letters: &str) -> Vec<usize> {
        let distributed: Vec<bool> = letters.chars().map(|letter| letter != 'n').collect();
        choose(ranks, shape, &[], &distributed).to_vec()
    }

    /// The grids that the original's tests demand.
    #[test]
    fn grids_of_the_original() {
        assert_eq!(grid(12, &[20, 20], "bb"), [3, 4]);
        assert_eq!(grid(12, &[20, 60], "bb"), [2, 6]);
        assert_eq!(grid(12, &[60, 20], "bb"), [6, 2]);
        assert_eq!(grid(12, &[100, 10, 300], "bnc"), [2, 1, 6]);
        assert_eq!(grid(12, &[100, 50, 300], "bbb"), [2, 1, 6]);
        assert_eq!(grid(12, &[100, 100, 150], "bbb"), [2, 2, 3]);
        assert_eq!(grid(4, &[16, 16], "bn"), [4, 1]);
        assert_eq!(grid(3, &[3, 3], "bb"), [3, 1]);
        for ranks in 1..40 {
            assert_eq!(grid(ranks, &[17], "b"), [ranks.min(17)]);
        }
    }

    #[test]
    fn ranks_that_do_not_fit_stay_idle() {
        assert_eq!(grid(7, &[3, 3], "bb"), [2, 3]);
        assert_eq!(grid(100, &[3, 3], "bb"), [3, 3]);
        assert_eq!(
            grid(1009, &[100, 100], "bb").iter().product::<usize>(),
            1008
        );
        assert_eq!(grid(5, &[0, 1], "bb"), [1, 1]);
        assert_eq!(grid(5, &[-4, i64::MAX], "bb"), [1, 5]);
        assert_eq!(grid(5, &[8, 8], "nn"), [1, 1]);
        assert_eq!(grid(5, &[], ""), []);
    }

    #[test]
    fn fixed_extents_stay() {
        assert_eq!(
            choose(12, &[20, 20, 20], &[None, Some(3), None], &[])[..],
            [2, 3, 2]
        );
        assert_eq!(choose(12, &[20, 2], &[None, Some(5)], &[])[..], [2, 5]);
        assert_eq!(choose(4, &[20, 20], &[Some(7), None], &[])[..], [7, 1]);
        assert_eq!(choose(4, &[20], &[Some(usize::MAX)], &[])[..], [usize::MAX]);
    }

    /// Against every factorization.
    #[test]
    fn the_area_of_cuts_is_smallest() {
        for (ranks, shape) in [
            (24, [7, 30, 11]),
            (36, [5, 5, 64]),
            (60, [9, 100, 2]),
            (64, [64, 64, 64]),
        ] {
            let area = |grid: &[usize]| -> i64 {
                (0..3)
                    .map(|dim| (grid[dim] as i64 - 1) * shape.iter().product::<i64>() / shape[dim])
                    .sum()
            };
            let chosen = choose(ranks, &shape, &[], &[]);
            assert_eq!(chosen.iter().product::<usize>(), ranks);
            for a in 1..=ranks {
                for b in 1..=ranks {
                    if ranks % (a * b) == 0 {
                        let other = [a, b, ranks / (a * b)];
                        if (0..3).all(|dim| other[dim] as i64 <= shape[dim]) {
                            assert!(
                                area(&chosen) <= area(&other),
                                "{ranks} {shape:?}: {chosen:?} {other:?}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn many_ranks_and_dimensions() {
        assert_eq!(grid(1 << 20, &[1 << 30, 1 << 30], "bb"), [1 << 10, 1 << 10]);
        assert_eq!(
            choose(720_720, &[1000; 15], &[], &[])
                .iter()
                .product::<usize>(),
            720_720
        );
        assert_eq!(
            choose(1 << 20, &[3; 15], &[], &[])
                .iter()
                .product::<usize>(),
            3usize.pow(10) * 2usize.pow(4)
        );
        assert!(
            grid(999_983, &[100, 100, 100], "bbb")
                .iter()
                .product::<usize>()
                >= 990_000
        );
        assert_eq!(grid(1 << 20, &[7, 149_797], "bb"), [7, 149_796]);
    }
}
