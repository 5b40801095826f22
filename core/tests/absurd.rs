//! Values that nobody means: plans and slices give an answer or an error, in little time and memory.

mod simulated;

use distarray_core::halo::{halo, HaloOptions};
use distarray_core::redistribute::{redistribute, MoveOptions};
use distarray_core::slice::{Index, Slice};
use distarray_core::{Cuts, Dimension, Distribution, Grid, GridOrder, Order};
use proptest::prelude::*;

fn number() -> impl Strategy<Value = i64> {
    let near = |at: i64| (-3..=3i64).prop_map(move |by| at.saturating_add(by));
    prop_oneof![
        2 => 0..20i64,
        1 => near(1 << 31),
        1 => near(1 << 62),
        1 => near(i64::MAX),
        1 => near(i64::MIN),
        1 => any::<i64>(),
    ]
}

fn size() -> impl Strategy<Value = i64> {
    number().prop_map(|number| number.checked_abs().unwrap_or(0))
}

fn procs() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 1..5usize, 1 => Just(1 << 10), 1 => Just(1 << 15)]
}

fn dimension(extent: i64) -> impl Strategy<Value = Dimension> {
    let cuts = prop_oneof![
        Just(Cuts::Balanced),
        Just(Cuts::Ceil),
        Just(Cuts::RemainderLast)
    ];
    let block = (procs(), cuts, [size(), size()], any::<bool>()).prop_map(
        move |(procs, cuts, halo, periodic)| {
            // Widths beyond the extent go round and round.
            let widths = halo.map(|width| width.min(extent.saturating_mul(5)));
            Dimension::block(extent, procs, cuts)
                .with_halo(widths[0], widths[1])
                .with_periodic(periodic)
        },
    );
    let dealt = (procs(), size(), size()).prop_map(move |(procs, block, phase)| {
        let dim = Dimension::cyclic(extent, procs, block.max(1)).with_phase(phase);
        if dim.check(0).is_ok() {
            dim
        } else {
            dim.with_phase(0)
        }
    });
    prop_oneof![block, dealt, Just(Dimension::whole(extent))]
}

fn over(dim: &Dimension) -> Option<Distribution> {
    let grid = Grid::new(&[dim.procs], GridOrder::RowMajor).unwrap();
    Distribution::new(std::slice::from_ref(dim), grid, Order::C).ok()
}

proptest! {
    #![proptest_config(simulated::cases(2000))]

    #[test]
    fn moves_of_absurd_dimensions(
        (from, to) in size().prop_flat_map(|extent| (dimension(extent), dimension(extent))),
        ranks in [0..1usize << 15, 0..1usize << 15], same in any::<bool>(),
    ) {
        let (Some(from), Some(to)) = (over(&from), over(&to)) else { return Ok(()) };
        let ranks = if same { [Some(ranks[0]); 2] } else { ranks.map(Some) };
        if let Ok(moves) = redistribute(&from, &to, ranks, &MoveOptions::default()) {
            let costs = moves.costs().unwrap();
            let owned = from.section(ranks[0].unwrap()).owned().elements().unwrap();
            prop_assert_eq!(costs.elements[0] + costs.local, owned);
            let wanted = to.section(ranks[1].unwrap()).owned().elements().unwrap();
            prop_assert_eq!(costs.elements[1] + costs.local, wanted);
        }
    }

    #[test]
    fn ghosts_of_absurd_dimensions(dim in size().prop_flat_map(dimension), rank in 0..1usize << 15) {
        let Some(dist) = over(&dim) else { return Ok(()) };
        if let Ok(moves) = halo(&dist, rank, &HaloOptions::default()) {
            moves.costs().unwrap();
        }
    }

    #[test]
    fn slices_of_absurd_dimensions(
        dim in size().prop_flat_map(dimension), start in proptest::option::of(number()),
        stop in proptest::option::of(number()), step in number(), at in number(), rank in 0..1usize << 15,
    ) {
        let Some(dist) = over(&dim) else { return Ok(()) };
        for index in [Index::Slice(Slice { start, stop, step }), Index::At(at)] {
            if let Ok(child) = dist.select(&[index, Index::New]) {
                let view = dist.view(&child, rank, &[index, Index::New]).unwrap();
                if !child.section(rank).is_empty() {
                    let whole = dist.section(rank).extents()[0];
                    prop_assert!((0..whole).contains(&view.offset[0]));
                }
                if child.ndim() == 2 {
                    let _ = child.slice(&[Slice { step: -1, ..Slice::FULL }, Slice::FULL]);
                }
            }
        }
    }
}
