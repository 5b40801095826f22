//! One sorted sequence of several.

use super::Key;
use crate::{Error, Result};

/// Merges sorted runs that follow one another in `keys`, each up to its end. Neighbours merge by pairs, to and fro between the keys
/// and as much memory again.
///
/// Errors: no memory.
pub fn merge<K: Key>(mut keys: Vec<K>, mut ends: Vec<usize>) -> Result<Vec<K>> {
    ends.dedup();
    if ends.len() < 2 {
        return Ok(keys);
    }
    let mut other = Vec::new();
    let refused = |_| Error::Memory {
        what: "keys that are merged",
    };
    other.try_reserve_exact(keys.len()).map_err(refused)?;
    other.resize(keys.len(), K::default());
    while ends.len() > 1 {
        let mut start = 0;
        let mut merged = Vec::with_capacity(ends.len().div_ceil(2));
        for pair in ends.chunks(2) {
            let (middle, end) = (pair[0], *pair.last().unwrap_or(&pair[0]));
            pair_up(
                &keys[start..middle],
                &keys[middle..end],
                &mut other[start..end],
            );
            merged.push(end);
            start = end;
        }
        ends = merged;
        std::mem::swap(&mut keys, &mut other);
    }
    Ok(keys)
}

/// From both ends at once: two chains of comparisons that do not wait for each other.
fn pair_up<K: Key>(a: &[K], b: &[K], out: &mut [K]) {
    if a.is_empty() || b.is_empty() {
        out[..a.len()].copy_from_slice(a);
        out[a.len()..].copy_from_slice(b);
        return;
    }
    // As many from each end as the shorter run has: neither chain leaves its run before.
    let (mut low, mut high) = ([0, 0], [a.len(), b.len()]);
    let (mut first, mut last) = (0, out.len());
    loop {
        let safe = (high[0] - low[0]).min(high[1] - low[1]) / 2;
        if safe == 0 {
            break;
        }
        for _ in 0..safe {
            let (x, y) = (a[low[0]], b[low[1]]);
            let from_b = y < x;
            out[first] = if from_b { y } else { x };
            low[0] += usize::from(!from_b);
            low[1] += usize::from(from_b);
            first += 1;
            let (x, y) = (a[high[0] - 1], b[high[1] - 1]);
            let from_a = y < x;
            last -= 1;
            out[last] = if from_a { x } else { y };
            high[0] -= usize::from(from_a);
            high[1] -= usize::from(!from_a);
        }
    }
    let (mut a, mut b) = (&a[low[0]..high[0]], &b[low[1]..high[1]]);
    for out in &mut out[first..last] {
        let from_b = match (a, b) {
            ([x, ..], [y, ..]) => y < x,
            _ => a.is_empty(),
        };
        let from = if from_b { &mut b } else { &mut a };
        *out = from[0];
        *from = &from[1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_a_sort(mut runs in prop::collection::vec(prop::collection::vec(0u16..50, 0..60), 0..9)) {
            runs.iter_mut().for_each(|run| run.sort_unstable());
            let ends = runs.iter().scan(0, |end, run| { *end += run.len(); Some(*end) }).collect();
            let mut all = runs.concat();
            let merged = merge(all.clone(), ends).unwrap();
            all.sort_unstable();
            prop_assert_eq!(merged, all);
        }
    }
}
