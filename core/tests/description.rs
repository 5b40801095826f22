//! Distributions that are read from their description, and with other numbers for their ranks.

mod simulated;

use distarray_core::description::Reader;
use distarray_core::Distribution;
use proptest::prelude::*;
use simulated::world::world;

fn shape() -> impl Strategy<Value = Vec<i64>> {
    prop_oneof![
        Just(vec![]),
        proptest::collection::vec(0..=20i64, 1..=3usize)
    ]
}

proptest! {
    #![proptest_config(simulated::cases(2000))]

    #[test]
    fn what_is_read_is_what_was_described(world in shape().prop_flat_map(world), rank in 0..9usize) {
        let mut words = vec![];
        world.dist(rank).describe(&mut words).unwrap();
        let read = Distribution::described(&mut Reader::new(&words)).unwrap();
        // Who reads it stands outside of the grid.
        prop_assert_eq!(read, world.dist(usize::MAX));
        for length in 0..words.len() {
            prop_assert!(Distribution::described(&mut Reader::new(&words[..length])).is_err());
        }
    }

    #[test]
    fn damaged_descriptions_are_errors_or_distributions(
        world in shape().prop_flat_map(world),
        damage in proptest::collection::vec((0..60usize, prop_oneof![any::<i64>(), -2..5i64]), 1..4),
    ) {
        let mut words = vec![];
        world.dist(0).describe(&mut words).unwrap();
        for (at, word) in damage {
            let length = words.len();
            words[at % length] = word;
        }
        let _ = Distribution::described(&mut Reader::new(&words));
    }

    #[test]
    fn renumbered_ranks_hold_what_they_held(world in shape().prop_flat_map(world)) {
        let dist = world.dist(usize::MAX);
        let renumbered = dist.renumbered(|rank| 3 * rank + 2).unwrap();
        for rank in world.ranks() {
            prop_assert_eq!(dist.section(rank), renumbered.section(3 * rank + 2));
        }
        prop_assert!(!renumbered.section(0).inside);
        prop_assert_eq!(renumbered.dims(), dist.dims());
        prop_assert_eq!(dist.renumbered(|rank| rank).unwrap(), dist);
    }
}
