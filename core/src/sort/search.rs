//! The keys at certain positions of the sequence that the keys of all ranks form together.
//!
//! Each rank counts how many of its keys lie below some probes, the counts are added up over the ranks, and each position's
//! interval of keys shrinks to the part that holds it: a search by histograms, as of Kale and Solomonik ("Highly scalable
//! parallel sorting", 2010), that goes on until the positions are exact.

/// Probes of one round, all positions together: a reduction of so many words is one message; and most of one position.
const PROBES: usize = 120;
const MOST: usize = 63;

/// What was found about one position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary {
    /// The key at the position; where `below` is the position, any one above those before.
    pub key: u128,
    /// How many keys lie below it.
    pub below: u64,
    /// How many lie below it or are equal; above the position.
    pub through: u64,
    /// The position.
    pub position: u64,
}

/// A search for the keys at some positions.
pub struct Search {
    goals: Vec<Goal>,
    most: usize,
    /// Whether the keys themselves are wanted, and not only where to part the sequence.
    keys: bool,
}

struct Goal {
    position: u64,
    /// The key at the position is one of these.
    keys: [u128; 2],
    below: u64,
    through: u64,
}

impl Search {
    /// Among `total` keys of so many bits; all positions are less.
    pub fn new(positions: &[u64], bits: u32, total: u64) -> Search {
        let goal = |&position: &u64| Goal {
            position,
            keys: [0, u128::MAX >> (128 - bits.clamp(1, 128))],
            below: 0,
            through: total,
        };
        Search {
            goals: positions.iter().map(goal).collect(),
            most: (PROBES / positions.len().max(1)).clamp(1, MOST),
            keys: false,
        }
    }

    /// The same, going on until the keys are known.
    pub fn for_keys(self) -> Search {
        Search { keys: true, ..self }
    }

    /// What to count next, ascending for each position: how many keys are less. Empty at the end.
    pub fn probes(&self) -> Vec<u128> {
        let mut probes = Vec::new();
        for goal in self.goals.iter().filter(|goal| !goal.is_met(self.keys)) {
            Goal::probe(goal.keys, self.most, |probe| probes.push(probe));
        }
        probes
    }

    /// Takes the counts of all ranks for the probes.
    pub fn learn(&mut self, counts: &[u64]) {
        let mut counts = counts.iter();
        for goal in &mut self.goals {
            if !goal.is_met(self.keys) {
                Goal::probe(goal.keys, self.most, |probe| {
                    if let Some(&count) = counts.next() {
                        goal.learn(probe, count);
                    }
                });
            }
        }
    }

    /// In the order of the positions.
    pub fn boundaries(&self) -> Vec<Boundary> {
        let boundary = |goal: &Goal| Boundary {
            key: goal.keys[0],
            below: goal.below,
            through: goal.through,
            position: goal.position,
        };
        self.goals.iter().map(boundary).collect()
    }
}

impl Goal {
    fn is_met(&self, keys: bool) -> bool {
        self.keys[0] == self.keys[1] || (!keys && self.below == self.position)
    }

    /// Keys that part an interval evenly, its first one left out.
    fn probe([first, last]: [u128; 2], most: usize, mut each: impl FnMut(u128)) {
        let step = (last - first) / (most as u128 + 1) + 1;
        let mut left = last - first;
        for _ in 0..most {
            if left < step {
                return;
            }
            left -= step;
            each(last - left);
        }
    }

    fn learn(&mut self, probe: u128, count: u64) {
        if !(self.keys[0]..=self.keys[1]).contains(&probe) {
            // An earlier probe of the same round said more.
            return;
        }
        if count <= self.position {
            (self.keys[0], self.below) = (probe, count);
        } else {
            (self.keys[1], self.through) = (probe - 1, count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(mut search: Search, sorted: &[u128]) -> Vec<Boundary> {
        for _ in 0..128 {
            let probes = search.probes();
            if probes.is_empty() {
                return search.boundaries();
            }
            let below = |probe: &u128| sorted.partition_point(|key| key < probe) as u64;
            search.learn(&probes.iter().map(below).collect::<Vec<_>>());
        }
        panic!("the search goes on for ever");
    }

    proptest! {
        #[test]
        fn finds_keys_and_boundaries(
            mut keys in prop::collection::vec(prop_oneof![any::<u128>(), 0u128..9, (u128::MAX - 5)..=u128::MAX], 1..60),
            places in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        ) {
            keys.sort_unstable();
            let positions: Vec<u64> = places.iter().map(|place| place.index(keys.len()) as u64).collect();
            let total = keys.len() as u64;
            for found in found(Search::new(&positions, 128, total).for_keys(), &keys) {
                prop_assert_eq!(found.key, keys[found.position as usize]);
                prop_assert_eq!(found.below, keys.iter().filter(|&&key| key < found.key).count() as u64);
                prop_assert_eq!(found.through, keys.iter().filter(|&&key| key <= found.key).count() as u64);
            }
            for found in found(Search::new(&positions, 128, total), &keys) {
                prop_assert_eq!(found.below, keys.iter().filter(|&&key| key < found.key).count() as u64);
                prop_assert!(found.below == found.position || found.key == keys[found.position as usize]);
            }
        }
    }
}
