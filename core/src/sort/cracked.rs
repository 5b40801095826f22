//! Keys that are sorted no further than they are asked about.

use std::collections::BTreeMap;

use super::Key;

/// Keys in pieces, each below the next. A question how many keys lie below another one splits the piece in which that belongs, as
/// quicksort does: few questions about many keys cost less than sorting them (Idreos, Kersten and Manegold, "Database cracking",
/// 2007).
pub struct Cracked<K> {
    keys: Vec<K>,
    /// Where keys from this one on begin.
    cuts: BTreeMap<u128, usize>,
}

impl<K: Key> Cracked<K> {
    pub fn new(keys: Vec<K>) -> Cracked<K> {
        let cuts = BTreeMap::new();
        Cracked { keys, cuts }
    }

    /// How many keys lie below each of these, ascending ones.
    pub fn below(&mut self, probes: &[u128], counts: &mut [u64]) {
        let middle = probes.len() / 2;
        let Some(&probe) = probes.get(middle) else {
            return;
        };
        // The middle one first: it halves what the others have to look at.
        counts[middle] = self.cut(probe) as u64;
        let (lower, higher) = counts.split_at_mut(middle);
        self.below(&probes[..middle], lower);
        self.below(&probes[middle + 1..], &mut higher[1..]);
    }

    fn cut(&mut self, probe: u128) -> usize {
        let start = self.cuts.range(..=probe).next_back();
        let (at, start) = start.map_or((0, 0), |(&at, &start)| (at, start));
        if at == probe {
            return start;
        }
        let end = self.cuts.range(probe..).next();
        let end = end.map_or(self.keys.len(), |(_, &end)| end);
        let cut = start + split(&mut self.keys[start..end], probe);
        self.cuts.insert(probe, cut);
        cut
    }
}

/// Brings the keys below `probe` to the front and gives their number.
fn split<K: Key>(keys: &mut [K], probe: u128) -> usize {
    if probe > K::narrow(u128::MAX).wide() {
        return keys.len();
    }
    let probe = K::narrow(probe);
    let mut count = 0;
    for at in 0..keys.len() {
        // Without a branch: what goes which way nobody foresees.
        keys.swap(at, count);
        count += usize::from(keys[count] < probe);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_are_those_of_a_sorted_list(
            keys in prop::collection::vec(0u8..40, 0..100),
            rounds in prop::collection::vec(prop::collection::vec(0u128..300, 0..6), 0..6),
        ) {
            let mut cracked = Cracked::new(keys.clone());
            for mut probes in rounds {
                probes.sort_unstable();
                let mut counts = vec![0; probes.len()];
                cracked.below(&probes, &mut counts);
                for (probe, count) in probes.iter().zip(counts) {
                    prop_assert_eq!(keys.iter().filter(|key| key.wide() < *probe).count() as u64, count);
                }
            }
        }
    }
}
