//! Export and import are inverse, whatever the distribution; and what the one or the other cannot express is refused.

use distarray_core::protocol::{check_all, check_local, export, import, BoundaryRule, DimData};
use distarray_core::{Code, Cuts, Dimension, Distribution, Grid, GridOrder, IndexList, Map, Order};
use proptest::prelude::*;

/// One dimension, as every rank would make it: for an unstructured one the lists of all coordinates.
#[derive(Debug, Clone)]
struct Plan {
    dimension: Dimension,
    lists: Vec<Vec<i64>>,
}

fn padded_block() -> impl Strategy<Value = Plan> {
    (
        proptest::collection::vec(0i64..6, 1..5),
        0i64..4,
        0i64..4,
        any::<bool>(),
        (0i64..3, 0i64..3),
        0usize..4,
    )
        .prop_map(|(counts, below, above, periodic, (lower, upper), rule)| {
            let procs = counts.len();
            let extent: i64 = counts.iter().sum();
            let cuts = match rule {
                0 => Cuts::Balanced,
                1 => Cuts::Ceil,
                2 => Cuts::RemainderLast,
                _ => {
                    let mut at = 0;
                    let ends = counts.iter().map(|count| {
                        at += count;
                        at
                    });
                    Cuts::Explicit(std::iter::once(0).chain(ends).collect())
                }
            };
            let dimension = Dimension::block(extent, procs, cuts).with_periodic(periodic);
            // Between ranks the protocol has one width, no wider than a block.
            let filled: Vec<i64> = (0..procs)
                .map(|coord| dimension.count(coord))
                .filter(|&count| count > 0)
                .collect();
            let narrowest = filled.iter().copied().min().unwrap_or(0);
            let dimension = match filled.len() {
                0 | 1 => dimension.with_halo(below, above),
                _ => dimension.with_halo(below.min(narrowest), below.min(narrowest)),
            };
            let dimension = match periodic {
                true => dimension,
                false => dimension.with_boundary(lower, upper),
            };
            Plan {
                dimension,
                lists: vec![],
            }
        })
}

fn whole() -> impl Strategy<Value = Plan> {
    (0i64..6, any::<bool>(), 0i64..4, 0i64..4).prop_map(|(extent, periodic, below, above)| {
        let dimension = Dimension::whole(extent).with_periodic(periodic);
        let dimension = match periodic {
            true => dimension.with_halo(below, above),
            false => dimension.with_boundary(below, above),
        };
        Plan {
            dimension,
            lists: vec![],
        }
    })
}

fn cyclic() -> impl Strategy<Value = Plan> {
    (0i64..20, 1usize..5, 1i64..5, any::<bool>()).prop_map(|(extent, procs, block, periodic)| {
        Plan {
            dimension: Dimension::cyclic(extent, procs, block).with_periodic(periodic),
            lists: vec![],
        }
    })
}

fn unstructured() -> impl Strategy<Value = Plan> {
    let lists = proptest::collection::vec(
        proptest::collection::hash_set(any::<i64>(), 0..5)
            .prop_map(|set| set.into_iter().collect()),
        1..4,
    );
    (lists, any::<bool>()).prop_map(|(lists, periodic)| {
        let dimension = seen_from(&lists, None).with_periodic(periodic);
        Plan { dimension, lists }
    })
}

fn seen_from(lists: &[Vec<i64>], coord: Option<usize>) -> Dimension {
    let counts: Vec<i64> = lists.iter().map(|list| list.len() as i64).collect();
    let own = coord.map_or(vec![], |coord| lists[coord].clone());
    Dimension::unstructured(IndexList::new(0, coord, own, &counts).unwrap().into())
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let plan = prop_oneof![
        3 => padded_block(),
        1 => whole(),
        1 => cyclic(),
        1 => unstructured(),
    ];
    proptest::collection::vec(plan, 0..4)
}

/// Which rank of how many has which place in the grid: any, with ranks outside.
fn numbering(len: usize) -> impl Strategy<Value = (Vec<usize>, usize)> {
    (0usize..4).prop_flat_map(move |spare| {
        let all: Vec<usize> = (0..len + spare).collect();
        Just(all)
            .prop_shuffle()
            .prop_map(move |ranks| (ranks[..len].to_vec(), len + spare))
    })
}

fn cases() -> impl Strategy<Value = (Vec<Plan>, (Vec<usize>, usize))> {
    plans().prop_flat_map(|plans| {
        let len = plans.iter().map(|plan| plan.dimension.procs).product();
        (Just(plans), numbering(len))
    })
}

/// The distribution as `rank` knows it.
fn build(plans: &[Plan], ranks: &[usize], rank: usize) -> Distribution {
    let procs: Vec<usize> = plans.iter().map(|plan| plan.dimension.procs).collect();
    let grid = Grid::new(&procs, GridOrder::Ranks(ranks.into())).unwrap();
    let coords = grid.coords(rank);
    let dims: Vec<Dimension> = plans
        .iter()
        .enumerate()
        .map(|(dim, plan)| match plan.dimension.map {
            Map::Unstructured(_) => seen_from(&plan.lists, coords.as_ref().map(|c| c[dim]))
                .with_periodic(plan.dimension.periodic),
            _ => plan.dimension.clone(),
        })
        .collect();
    Distribution::new(&dims, grid, Order::F).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn import_undoes_export((plans, (ranks, size)) in cases()) {
        let said: Vec<Option<Vec<DimData>>> = (0..size)
            .map(|rank| export(&build(&plans, &ranks, rank), rank).unwrap())
            .collect();
        prop_assert_eq!(check_all(&said), Ok(()));
        for (rank, own) in said.iter().enumerate() {
            let dist = build(&plans, &ranks, rank);
            let section = dist.section(rank);
            prop_assert_eq!(own.is_some(), section.inside);
            if let Some(own) = own {
                let extents: Vec<i64> = own.iter().map(DimData::count).collect();
                prop_assert_eq!(check_local(own, &extents), Ok(()));
                // A section that is empty in one dimension keeps its extents in the others.
                if !section.is_empty() {
                    prop_assert_eq!(&extents[..], &section.extents()[..]);
                }
            }

            let back = import(&said, rank, BoundaryRule::Padding, Order::F).unwrap();
            prop_assert!(back.compatible(&dist), "{:?}\n{:?}", back, dist);
            for other in 0..size {
                prop_assert_eq!(back.section(other), dist.section(other));
            }
            for (a, b) in back.dims().iter().zip(dist.dims()) {
                prop_assert_eq!(a.periodic, b.periodic);
            }
            // What one says of the imported distribution is what all said, so that nothing is lost on the way.
            prop_assert_eq!(&export(&back, rank).unwrap(), own);
        }
    }

    /// By the letter: every element of the sections is owned once or a copy, and the global extent is the size.
    #[test]
    fn owned_boundaries_are_elements((plans, (ranks, size)) in cases()) {
        let said: Vec<Option<Vec<DimData>>> = (0..size)
            .map(|rank| export(&build(&plans, &ranks, rank), rank).unwrap())
            .collect();
        for (rank, own) in said.iter().enumerate() {
            let dist = import(&said, rank, BoundaryRule::Owned, Order::C).unwrap();
            let Some(own) = own else {
                prop_assert!(!dist.section(rank).inside);
                continue;
            };
            let section = dist.section(rank);
            for (dim, data) in own.iter().enumerate() {
                prop_assert_eq!(dist.dims()[dim].extent, data.size);
                if !section.is_empty() {
                    prop_assert_eq!(section.extents()[dim], data.count());
                    if data.dist_type == DimData::BLOCK {
                        let span = section.dims[dim];
                        prop_assert_eq!(span.start - span.below, data.start);
                        prop_assert_eq!(span.start + span.count + span.above, data.stop);
                    }
                }
            }
        }
    }

    /// Whatever anybody says: an answer, and the same to every rank.
    #[test]
    fn any_data_has_an_answer(
        said in proptest::collection::vec(
            proptest::option::of(proptest::collection::vec(any_dim(), 0..3)),
            0..5,
        )
    ) {
        let verdict = check_all(&said);
        for rule in [BoundaryRule::Owned, BoundaryRule::Padding] {
            for rank in 0..said.len() {
                let result = import(&said, rank, rule, Order::C);
                if let Err(violation) = &verdict {
                    prop_assert_eq!(result.unwrap_err().to_string(), violation.to_string());
                }
            }
        }
        for dims in said.iter().flatten() {
            let _ = check_local(dims, &vec![0; dims.len()]);
        }
    }
}

fn any_number() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0i64..4, 1 => Just(-1), 1 => Just(i64::MAX), 1 => Just(i64::MIN), 1 => any::<i64>()]
}

fn any_dim() -> impl Strategy<Value = DimData> {
    (
        prop_oneof![3 => Just(98), 2 => Just(99), 2 => Just(117), 1 => any::<i32>()],
        prop_oneof![8 => Just(0), 4 => Just(1), 1 => any::<i32>()],
        proptest::collection::vec(any_number(), 8),
        any::<bool>(),
    )
        .prop_map(|(dist_type, flag, n, lists)| {
            let sound = |letters: &[i32], value: i64| match letters.contains(&dist_type) {
                true => value,
                false => 0,
            };
            DimData {
                dist_type,
                periodic: flag,
                one_to_one: sound(&[117], flag.into()) as i32,
                size: n[0],
                proc_grid_size: n[1],
                proc_grid_rank: n[2],
                start: sound(&[98, 99], n[3]),
                stop: sound(&[98], n[4]),
                padding: [sound(&[98], n[5]), sound(&[98], n[6])],
                block_size: sound(&[99], n[5]),
                n_indices: sound(&[117], n[7]),
                indices: (lists && (0..4).contains(&n[7]))
                    .then(|| (0..sound(&[117], n[7])).collect()),
                digest: None,
            }
        })
}

fn alone(dimension: Dimension) -> Distribution {
    let grid = Grid::new(&[dimension.procs], GridOrder::RowMajor).unwrap();
    Distribution::new(&[dimension], grid, Order::C).unwrap()
}

#[test]
fn padding_beyond_the_protocol_is_refused_on_every_rank() {
    let blocks = || Dimension::block(10, 3, Cuts::Explicit([0, 5, 6, 10].into()));
    for (dimension, text) in [
        (
            blocks().with_halo(1, 2),
            "dimension 0: the halo is 1 wide below and 2 above; the protocol allows equal widths only",
        ),
        (
            blocks().with_halo(2, 2),
            "dimension 0: the halo is 2 wide, but grid coordinate 1 owns 1 elements; the protocol allows no halo that \
             is wider than a neighbour",
        ),
    ] {
        let dist = alone(dimension);
        // The rank outside finds it too.
        for rank in 0..4 {
            let error = export(&dist, rank).unwrap_err();
            assert_eq!(error.code(), Code::Unsupported);
            assert_eq!(error.to_string(), text);
        }
    }
    // At an end, boundary padding makes up for what is missing.
    let end = Dimension::block(6, 2, Cuts::Explicit([0, 1, 6].into()))
        .with_halo(2, 2)
        .with_boundary(1, 0);
    let said: Vec<_> = (0..2)
        .map(|rank| export(&alone(end.clone()), rank).unwrap())
        .collect();
    assert_eq!(check_all(&said), Ok(()));
}

#[test]
fn periodic_dimensions_keep_their_outer_padding() {
    let ring = Dimension::block(12, 3, Cuts::Balanced)
        .with_halo(2, 2)
        .with_periodic(true);
    let dist = alone(ring);
    let said: Vec<_> = (0..3).map(|rank| export(&dist, rank).unwrap()).collect();
    let numbers: Vec<_> = said
        .iter()
        .flatten()
        .map(|d| {
            (
                d[0].size,
                d[0].start,
                d[0].stop,
                d[0].padding,
                d[0].periodic,
            )
        })
        .collect();
    assert_eq!(
        numbers,
        [
            (16, 0, 8, [2, 2], 1),
            (16, 4, 12, [2, 2], 1),
            (16, 8, 16, [2, 2], 1)
        ]
    );
    let back = import(&said, 1, BoundaryRule::Padding, Order::C).unwrap();
    assert!(back.same_layout(&dist));
    // By the letter the outer elements are owned, so that the ends face each other no more.
    let owned = import(&said, 1, BoundaryRule::Owned, Order::C).unwrap();
    assert_eq!((owned.shape()[0], owned.dims()[0].periodic), (16, false));

    // A periodic dimension of a foreign producer that has padding between ranks only.
    let foreign: Vec<_> = [(0, 6, [0, 2]), (2, 8, [2, 0])]
        .into_iter()
        .enumerate()
        .map(|(rank, (start, stop, padding))| {
            let data = DimData::block(8, [rank as i64, 2], start, stop).with_padding(padding);
            Some(vec![DimData {
                periodic: 1,
                ..data
            }])
        })
        .collect();
    assert_eq!(check_all(&foreign), Ok(()));
    let error = import(&foreign, 0, BoundaryRule::Padding, Order::C).unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
    assert!(import(&foreign, 0, BoundaryRule::Owned, Order::C).is_ok());
}

#[test]
fn boundaries_that_are_no_padding_of_a_distribution() {
    let refused = |said: &[Option<Vec<DimData>>], part: &str| {
        assert_eq!(check_all(said), Ok(()));
        let error = import(said, 0, BoundaryRule::Padding, Order::C).unwrap_err();
        assert_eq!(error.code(), Code::Unsupported);
        assert!(error.to_string().contains(part), "{error}");
        assert!(import(said, 0, BoundaryRule::Owned, Order::C).is_ok());
    };
    // Nothing but boundary.
    refused(
        &[Some(vec![
            DimData::block(7, [0, 1], 0, 7).with_padding([3, 4])
        ])],
        "proc_grid_rank 0 holds nothing but boundary padding",
    );
    // Rank 1 of the second row has another width at the same edge.
    let said = |rank: i64, padding| {
        Some(vec![
            DimData::block(2, [rank, 2], rank, rank + 1),
            DimData::block(6, [0, 1], 0, 6).with_padding(padding),
        ])
    };
    refused(
        &[said(0, [1, 1]), said(1, [1, 2])],
        "the boundary padding[1] is 2 on rank 1 and 1 on others",
    );
    // Two ranks hold index 4, which counts once.
    let shared: Vec<_> = [vec![4, 0], vec![4]]
        .into_iter()
        .enumerate()
        .map(|(rank, list)| Some(vec![DimData::unstructured(2, [rank as i64, 2], list)]))
        .collect();
    assert_eq!(check_all(&shared), Ok(()));
    let error = import(&shared, 0, BoundaryRule::Owned, Order::C).unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
}
