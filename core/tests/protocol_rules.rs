//! Every rule of the protocol, broken once, alone; and the corner cases that are no violations.

use distarray_core::protocol::{
    check_all, check_indices_count, check_local, check_memory, DimData, Violation,
};
use distarray_core::{Code, Error};

/// A section that is in order: indices 20 to 50 of 100, the second of three, with 3 and 4 elements of padding.
fn block() -> DimData {
    DimData::block(100, [1, 3], 20, 50).with_padding([3, 4])
}

/// Indices 2, 3 and 6 of 7.
fn cyclic() -> DimData {
    DimData::cyclic(7, [1, 2], 2)
}

fn unstructured() -> DimData {
    DimData::unstructured(9, [1, 2], vec![7, -3, 100])
}

/// Changes a sound dimension and says how it must be refused.
fn assert_refused(sound: DimData, change: impl Fn(&mut DimData), want: Violation) {
    let extent = sound.count();
    assert_eq!(check_local(std::slice::from_ref(&sound), &[extent]), Ok(()));
    let mut broken = sound.clone();
    change(&mut broken);
    assert_eq!(check_local(&[broken.clone()], &[extent]), Err(want.clone()));

    // The same in the last of three dimensions, so that the number of the dimension is known to be meant.
    let other = DimData::block(5, [0, 1], 0, 5);
    let dims = [other.clone(), other, broken];
    let text = check_local(&dims, &[5, 5, extent]).unwrap_err().to_string();
    assert_eq!(
        text,
        want.to_string().replacen("dimension 0", "dimension 2", 1)
    );
    assert!(text.starts_with("dimension 2: "), "{text}");
    assert!(text.contains("allowed: "), "{text}");
}

#[test]
fn rules_of_every_dimension() {
    let dim = 0;
    for value in [0, 1, i32::from(b'n'), i32::from(b'B'), -98] {
        assert_refused(
            block(),
            |d| d.dist_type = value,
            Violation::DistType { dim, value },
        );
    }
    for sound in [block(), cyclic(), unstructured()] {
        for value in [-1, i64::MIN] {
            assert_refused(
                sound.clone(),
                |d| d.size = value,
                Violation::Size { dim, value },
            );
        }
        for value in [0, -1, i64::MIN] {
            assert_refused(
                sound.clone(),
                |d| d.proc_grid_size = value,
                Violation::GridSize { dim, value },
            );
        }
        let grid_size = sound.proc_grid_size;
        for value in [-1, grid_size, i64::MAX, i64::MIN] {
            assert_refused(
                sound.clone(),
                |d| d.proc_grid_rank = value,
                Violation::GridRank {
                    dim,
                    value,
                    grid_size,
                },
            );
        }
        for value in [2, -1, i32::MIN] {
            let key = "periodic";
            assert_refused(
                sound.clone(),
                |d| d.periodic = value,
                Violation::Flag { dim, key, value },
            );
        }
    }
}

#[test]
fn fields_of_other_distribution_types_are_refused() {
    type Change = fn(&mut DimData);
    let stray = |sound: DimData, letter: char, changes: &[(&'static str, Change)]| {
        for &(key, change) in changes {
            let want = Violation::Foreign {
                dim: 0,
                key,
                value: 1,
                dist_type: letter,
            };
            assert_refused(sound.clone(), change, want);
        }
    };
    stray(
        block(),
        'b',
        &[
            ("block_size", |d| d.block_size = 1),
            ("n_indices", |d| d.n_indices = 1),
            ("one_to_one", |d| d.one_to_one = 1),
        ],
    );
    stray(
        cyclic(),
        'c',
        &[
            ("stop", |d| d.stop = 1),
            ("padding[0]", |d| d.padding = [1, 0]),
            ("padding[1]", |d| d.padding = [0, 1]),
            ("n_indices", |d| d.n_indices = 1),
            ("one_to_one", |d| d.one_to_one = 1),
        ],
    );
    stray(
        unstructured(),
        'u',
        &[
            ("start", |d| d.start = 1),
            ("stop", |d| d.stop = 1),
            ("padding[0]", |d| d.padding = [1, 0]),
            ("padding[1]", |d| d.padding = [0, 1]),
            ("block_size", |d| d.block_size = 1),
        ],
    );
}

#[test]
fn rules_of_block_dimensions() {
    let dim = 0;
    for value in [-1, i64::MIN] {
        assert_refused(
            block(),
            |d| d.start = value,
            Violation::Start { dim, value },
        );
    }
    for value in [19, -1, i64::MIN] {
        assert_refused(
            block(),
            |d| d.stop = value,
            Violation::StopBeforeStart {
                dim,
                value,
                start: 20,
            },
        );
    }
    for value in [101, i64::MAX] {
        assert_refused(
            block(),
            |d| d.stop = value,
            Violation::StopBeyondSize {
                dim,
                value,
                size: 100,
            },
        );
    }
    assert_refused(
        block(),
        |d| d.proc_grid_rank = 0,
        Violation::FirstStart { dim, value: 20 },
    );
    assert_refused(
        block(),
        |d| d.proc_grid_rank = 2,
        Violation::LastStop {
            dim,
            value: 50,
            size: 100,
        },
    );
    for side in [0, 1] {
        for value in [-1, i64::MIN] {
            assert_refused(
                block(),
                |d| d.padding[side] = value,
                Violation::Padding { dim, side, value },
            );
        }
    }
    for padding in [[15, 16], [31, 0], [0, 31], [i64::MAX, 1], [i64::MAX; 2]] {
        assert_refused(
            block(),
            |d| d.padding = padding,
            Violation::PaddingSum {
                dim,
                padding,
                count: 30,
            },
        );
    }
}

#[test]
fn rules_of_cyclic_dimensions() {
    let dim = 0;
    for value in [-1, i64::MIN] {
        assert_refused(
            cyclic(),
            |d| d.block_size = value,
            Violation::BlockSize { dim, value },
        );
    }
    for value in [0, 1, 3, 7, -2] {
        assert_refused(
            cyclic(),
            |d| d.start = value,
            Violation::CyclicStart {
                dim,
                value,
                want: 2,
            },
        );
    }
    // Four ranks for three elements: the last one holds nothing and may start at 6 or at 3.
    let empty = DimData::cyclic(3, [3, 4], 2);
    for start in [6, 3] {
        let section = DimData {
            start,
            ..empty.clone()
        };
        assert_eq!(check_local(&[section], &[0]), Ok(()));
    }
    for value in [0, 2, 4, 7] {
        assert_refused(
            empty.clone(),
            |d| d.start = value,
            Violation::CyclicEmptyStart {
                dim,
                value,
                want: 6,
                size: 3,
            },
        );
    }
    // A product beyond 63 bits is behind the end.
    let far = DimData::cyclic(7, [4, 5], i64::MAX / 2);
    assert_eq!((far.start, far.count()), (7, 0));
    for value in [0, 6, 8, i64::MAX] {
        assert_refused(
            far.clone(),
            |d| d.start = value,
            Violation::CyclicFarStart {
                dim,
                value,
                size: 7,
            },
        );
    }
}

#[test]
fn rules_of_unstructured_dimensions() {
    let dim = 0;
    for value in [2, -1] {
        let key = "one_to_one";
        assert_refused(
            unstructured(),
            |d| d.one_to_one = value,
            Violation::Flag { dim, key, value },
        );
    }
    for value in [-1, i64::MIN] {
        assert_refused(
            unstructured(),
            |d| d.n_indices = value,
            Violation::IndexCount { dim, value },
        );
    }
    assert_refused(
        unstructured(),
        |d| d.indices = None,
        Violation::IndicesMissing { dim, count: 3 },
    );
    assert_refused(
        unstructured(),
        |d| d.indices = Some(vec![1, 2].into()),
        Violation::IndicesLength {
            dim,
            got: 2,
            count: 3,
        },
    );
    assert_refused(
        unstructured(),
        |d| d.size = 2,
        Violation::IndicesBeyondSize {
            dim,
            count: 3,
            size: 2,
        },
    );
    for (list, index) in [
        ([7, 7, 100], 7),
        ([-3, 5, -3], -3),
        ([i64::MIN; 3], i64::MIN),
    ] {
        assert_refused(
            unstructured(),
            |d| d.indices = Some(list.into()),
            Violation::IndexTwice { dim, index },
        );
    }
}

#[test]
fn the_extent_of_the_section_is_the_local_count() {
    for sound in [block(), cyclic(), unstructured()] {
        let count = sound.count();
        for extent in [count - 1, count + 1, -1, 0, i64::MAX] {
            assert_eq!(
                check_local(std::slice::from_ref(&sound), &[extent]),
                Err(Violation::Extent {
                    dim: 0,
                    extent,
                    count
                })
            );
        }
    }
    assert_eq!(
        check_local(&[block()], &[30, 1]),
        Err(Violation::DimensionCount {
            dims: 1,
            extents: 2
        })
    );
    assert_eq!(check_local(&[], &[]), Ok(()));
}

/// The number of indices is compared before the list is read: a wrong one must not reach past the list.
#[test]
fn the_number_of_indices_is_checked_without_the_indices() {
    let unread = DimData {
        indices: None,
        ..unstructured()
    };
    assert_eq!(check_indices_count(2, &unread, 3), Ok(()));
    assert_eq!(
        check_indices_count(2, &unread, 4),
        Err(Violation::Extent {
            dim: 2,
            extent: 4,
            count: 3
        })
    );
    let negative = DimData {
        n_indices: -3,
        ..unread
    };
    assert_eq!(
        check_indices_count(2, &negative, -3),
        Err(Violation::IndexCount { dim: 2, value: -3 })
    );
}

#[test]
fn corner_cases_that_are_no_violations() {
    let sound: [(DimData, i64); 13] = [
        // Empty sections: no elements at all, behind the end, between others.
        (DimData::block(0, [0, 1], 0, 0), 0),
        (DimData::block(0, [2, 3], 0, 0), 0),
        (DimData::block(5, [3, 4], 5, 5), 0),
        (DimData::block(5, [3, 4], 2, 2), 0),
        (DimData::block(5, [0, 4], 0, 0), 0),
        (DimData::cyclic(0, [0, 1], 1), 0),
        (DimData::cyclic(3, [3, 4], 1), 0),
        (DimData::unstructured(4, [0, 2], vec![]), 0),
        // Undistributed, periodic and padded: a periodic dimension of one rank.
        (
            DimData {
                periodic: 1,
                ..DimData::block(104, [0, 1], 0, 104).with_padding([2, 2])
            },
            104,
        ),
        // Nothing but padding.
        (DimData::block(7, [0, 1], 0, 7).with_padding([3, 4]), 7),
        // The default block size; one block for everybody; a block that no rank fills.
        (
            DimData {
                block_size: 0,
                start: 2,
                ..DimData::cyclic(10, [2, 3], 1)
            },
            3,
        ),
        (DimData::cyclic(9, [1, 2], 5), 4),
        (DimData::cyclic(9, [0, 3], i64::MAX), 9),
    ];
    for (data, extent) in sound {
        assert_eq!(
            check_local(std::slice::from_ref(&data), &[extent]),
            Ok(()),
            "{data:?}"
        );
    }
}

#[test]
fn cyclic_counts_follow_their_definition() {
    for size in 0..40 {
        for block in 1..7 {
            for ranks in 1..6 {
                let mut sum = 0;
                for rank in 0..ranks {
                    let held = (0..size).filter(|i| (i / block) % ranks == rank).count() as i64;
                    let data = DimData::cyclic(size, [rank, ranks], block);
                    assert_eq!(data.count(), held, "{size} {block} {ranks} {rank}");
                    sum += held;
                }
                assert_eq!(sum, size);
            }
        }
    }
    // The reference gave the cut-off last block to rank 0: 5 and 2.
    let counts = [0, 1].map(|rank| DimData::cyclic(7, [rank, 2], 2).count());
    assert_eq!(counts, [4, 3]);
}

#[test]
fn elements_may_not_share_bytes() {
    let sound: [(&[i64], &[i64]); 12] = [
        (&[], &[]),
        (&[3, 4], &[32, 8]),
        (&[3, 4], &[8, 24]),
        (&[3, 4], &[-32, 8]),
        (&[3, 4], &[32, -8]),
        (&[3, 4], &[100, 9]),
        // Interleaved: the gaps of one dimension hold the other.
        (&[2, 2], &[8, 16]),
        (&[4, 1, 3], &[24, 0, 8]),
        (&[1, 1], &[i64::MIN, i64::MAX]),
        (&[0, 5], &[0, 0]),
        (&[i64::MAX, 0], &[1, 1]),
        (&[i64::MAX / 8], &[8]),
    ];
    for (extents, strides) in sound {
        assert_eq!(
            check_memory(extents, strides, 8),
            Ok(()),
            "{extents:?} {strides:?}"
        );
    }
    let (dim, least) = (0, 8);
    for stride in [0, 7, -7, 1] {
        assert_eq!(
            check_memory(&[2], &[stride], 8),
            Err(Violation::Overlap { dim, stride, least })
        );
    }
    assert_eq!(
        check_memory(&[3, 4], &[31, 8], 8),
        Err(Violation::Overlap {
            dim: 0,
            stride: 31,
            least: 32
        })
    );
    assert_eq!(
        check_memory(&[3, 4], &[8, -23], 8),
        Err(Violation::Overlap {
            dim: 1,
            stride: -23,
            least: 24
        })
    );
    assert_eq!(
        check_memory(&[2, -1], &[8, 8], 8),
        Err(Violation::NegativeExtent { dim: 1, extent: -1 })
    );
    for extents in [[i64::MAX, 1], [1 << 31, 1 << 31], [i64::MAX, i64::MAX]] {
        assert_eq!(
            check_memory(&extents, &[8, 8], 8),
            Err(Violation::SectionTooLarge)
        );
    }
    for stride in [i64::MAX, i64::MIN] {
        assert_eq!(
            check_memory(&[3], &[stride], 8),
            Err(Violation::StrideTooLarge { dim: 0, stride })
        );
    }
    assert_eq!(
        check_memory(&[3], &[8, 8], 8),
        Err(Violation::DimensionCount {
            dims: 2,
            extents: 1
        })
    );
}

// ---- between ranks ----

fn line(sections: &[(i64, i64, [i64; 2])], size: i64) -> Vec<Option<Vec<DimData>>> {
    let ranks = sections.len() as i64;
    let section = |(rank, &(start, stop, padding)): (usize, &(i64, i64, [i64; 2]))| {
        let data = DimData::block(size, [rank as i64, ranks], start, stop);
        Some(vec![data.with_padding(padding)])
    };
    sections.iter().enumerate().map(section).collect()
}

/// Four ranks, the example of the protocol: padding (4,1) (1,2) (2,3) (3,0).
fn padded() -> Vec<Option<Vec<DimData>>> {
    let sections = [
        (0, 11, [4, 1]),
        (9, 22, [1, 2]),
        (18, 33, [2, 3]),
        (27, 40, [3, 0]),
    ];
    line(&sections, 40)
}

/// Two by two ranks.
fn square() -> Vec<Option<Vec<DimData>>> {
    let cut = |n: i64, at: i64, rank: i64| match rank {
        0 => DimData::block(n, [0, 2], 0, at),
        _ => DimData::block(n, [1, 2], at, n),
    };
    let coords = [[0, 0], [0, 1], [1, 0], [1, 1]];
    let rank = |[i, j]: [i64; 2]| Some(vec![cut(5, 3, i), cut(9, 5, j)]);
    coords.map(rank).to_vec()
}

fn scattered(lists: &[&[i64]], size: i64, one_to_one: i32) -> Vec<Option<Vec<DimData>>> {
    let ranks = lists.len() as i64;
    let section = |(rank, list): (usize, &&[i64])| {
        let data = DimData::unstructured(size, [rank as i64, ranks], *list);
        Some(vec![DimData { one_to_one, ..data }])
    };
    lists.iter().enumerate().map(section).collect()
}

fn assert_all_refused(
    sound: Vec<Option<Vec<DimData>>>,
    change: impl Fn(&mut Vec<Option<Vec<DimData>>>),
    want: Violation,
) {
    assert_eq!(check_all(&sound), Ok(()));
    let mut broken = sound;
    change(&mut broken);
    assert_eq!(check_all(&broken), Err(want));
}

/// The data of one dimension on one rank.
fn at(ranks: &mut [Option<Vec<DimData>>], rank: usize, dim: usize) -> &mut DimData {
    &mut ranks[rank].as_mut().unwrap()[dim]
}

#[test]
fn local_rules_hold_on_every_rank() {
    assert_all_refused(
        square(),
        |ranks| at(ranks, 2, 1).size = -4,
        Violation::OnRank {
            rank: 2,
            violation: Box::new(Violation::Size { dim: 1, value: -4 }),
        },
    );
}

#[test]
fn ranks_agree_on_the_array() {
    assert_all_refused(
        square(),
        |ranks| {
            ranks[3].as_mut().unwrap().pop();
        },
        Violation::Ndim {
            first: 0,
            first_ndim: 2,
            second: 3,
            second_ndim: 1,
        },
    );
    let differs = |key, rank, first_value, second_value| Violation::Differs {
        dim: 1,
        key,
        first: 0,
        first_value,
        second: rank,
        second_value,
    };
    assert_all_refused(
        square(),
        |ranks| *at(ranks, 1, 1) = DimData::cyclic(9, [1, 2], 1),
        differs("dist_type", 1, 98, 99),
    );
    assert_all_refused(
        square(),
        |ranks| at(ranks, 0, 1).size = 8,
        differs("size", 1, 8, 9),
    );
    assert_all_refused(
        square(),
        |ranks| at(ranks, 2, 1).proc_grid_size = 3,
        differs("proc_grid_size", 2, 2, 3),
    );
    assert_all_refused(
        square(),
        |ranks| at(ranks, 1, 1).periodic = 1,
        differs("periodic", 1, 0, 1),
    );
    let dealt = |blocks: [i64; 2]| {
        let section = |rank: usize| Some(vec![DimData::cyclic(9, [rank as i64, 2], blocks[rank])]);
        vec![section(0), section(1)]
    };
    assert_eq!(
        check_all(&dealt([2, 3])),
        Err(Violation::Differs {
            dim: 0,
            key: "block_size",
            first: 0,
            first_value: 2,
            second: 1,
            second_value: 3
        })
    );
    let mut lists = scattered(&[&[0, 1], &[2]], 3, 1);
    at(&mut lists, 1, 0).one_to_one = 0;
    assert_eq!(
        check_all(&lists),
        Err(Violation::Differs {
            dim: 0,
            key: "one_to_one",
            first: 0,
            first_value: 1,
            second: 1,
            second_value: 0
        })
    );
    // 0 and 1 say the same of a block size.
    let mut same = dealt([1, 1]);
    at(&mut same, 0, 0).block_size = 0;
    assert_eq!(check_all(&same), Ok(()));
}

#[test]
fn the_ranks_inside_fill_the_grid() {
    assert_eq!(check_all(&[]), Err(Violation::NobodyInside));
    assert_eq!(check_all(&[None, None]), Err(Violation::NobodyInside));
    assert_all_refused(
        square(),
        |ranks| ranks[1] = None,
        Violation::GridProduct {
            product: "4".to_string(),
            ranks: 3,
        },
    );
    assert_all_refused(
        square(),
        |ranks| ranks.push(ranks[0].clone()),
        Violation::GridProduct {
            product: "4".to_string(),
            ranks: 5,
        },
    );
    let huge = DimData::block(5, [1, i64::MAX], 0, 5);
    assert_eq!(
        check_all(&[Some(vec![huge.clone(), huge])]),
        Err(Violation::GridProduct {
            product: "more than 2^63".to_string(),
            ranks: 1
        })
    );
    assert_all_refused(
        square(),
        |ranks| ranks[3] = ranks[1].clone(),
        Violation::CoordsTwice {
            first: 1,
            second: 3,
            coords: vec![0, 1],
        },
    );
    // Ranks outside, and any order of the coordinates, are in order.
    let [a, b, c, d]: [_; 4] = square().try_into().unwrap();
    assert_eq!(check_all(&[None, d, b, None, a, c]), Ok(()));
    // A scalar is held by one rank.
    assert_eq!(check_all(&[None, Some(vec![]), None]), Ok(()));
    assert_eq!(
        check_all(&[Some(vec![]), Some(vec![])]),
        Err(Violation::GridProduct {
            product: "1".to_string(),
            ranks: 2
        })
    );
}

#[test]
fn ranks_with_one_coordinate_say_the_same() {
    let differs = |key, first_value, second_value| Violation::LineDiffers {
        dim: 1,
        key,
        coord: 1,
        first: 1,
        first_value,
        second: 3,
        second_value,
    };
    assert_all_refused(
        square(),
        |ranks| at(ranks, 3, 1).start = 4,
        differs("start", 5, 4),
    );
    assert_all_refused(
        square(),
        |ranks| at(ranks, 3, 1).padding[0] = 1,
        differs("padding[0]", 0, 1),
    );
    assert_all_refused(
        square(),
        |ranks| {
            at(ranks, 1, 0).stop = 2;
        },
        Violation::LineDiffers {
            dim: 0,
            key: "stop",
            coord: 0,
            first: 0,
            first_value: 3,
            second: 1,
            second_value: 2,
        },
    );
    // Boundary padding may differ: it says how much of the owned is boundary.
    let mut edges = square();
    at(&mut edges, 1, 1).padding[1] = 2;
    at(&mut edges, 2, 0).padding[1] = 1;
    assert_eq!(check_all(&edges), Ok(()));

    // Ranks 1 and 3 have the same coordinate in dimension 1, whose list rank 3 gives.
    let listed = |last: &[i64]| -> Vec<Option<Vec<DimData>>> {
        let lists: [&[i64]; 4] = [&[4, 0], &[1, 3, 2], &[4, 0], last];
        let section = |(rank, list): (i64, &[i64])| {
            let row = DimData::block(2, [rank / 2, 2], rank / 2, rank / 2 + 1);
            Some(vec![row, DimData::unstructured(5, [rank % 2, 2], list)])
        };
        (0..).zip(lists).map(section).collect()
    };
    assert_eq!(check_all(&listed(&[1, 3, 2])), Ok(()));
    assert_eq!(
        check_all(&listed(&[1, 2, 3])),
        Err(differs("an entry of indices", 3, 2))
    );
    assert_eq!(check_all(&listed(&[1, 3])), Err(differs("n_indices", 3, 2)));

    // The same where each rank has its own list only.
    let seen_from = |rank: usize, last: &[i64]| {
        let all = listed(last);
        let outline = |dims: &Vec<DimData>| dims.iter().map(DimData::without_indices).collect();
        let mut told: Vec<Option<Vec<DimData>>> =
            all.iter().map(|dims| dims.as_ref().map(outline)).collect();
        at(&mut told, rank, 1).indices = all[rank].as_ref().unwrap()[1].indices.clone();
        told
    };
    for rank in 0..4 {
        assert_eq!(check_all(&seen_from(rank, &[1, 3, 2])), Ok(()));
        assert_eq!(
            check_all(&seen_from(rank, &[1, 2, 3])),
            Err(Violation::IndicesDiffer {
                dim: 1,
                coord: 1,
                first: 1,
                second: 3
            })
        );
    }
}

#[test]
fn blocks_follow_each_other() {
    let (dim, lower, upper) = (0, 1, 2);
    // Ranks 1 and 2 own [10, 20) and [20, 30).
    assert_all_refused(
        padded(),
        |ranks| at(ranks, 2, 0).start = 19,
        Violation::Gap {
            dim,
            lower,
            upper,
            end: 20,
            begin: 21,
        },
    );
    assert_all_refused(
        padded(),
        |ranks| at(ranks, 2, 0).start = 17,
        Violation::Shared {
            dim,
            lower,
            upper,
            end: 20,
            begin: 19,
        },
    );
    // Empty sections are skipped, wherever they say they are.
    let none = [0, 0];
    for (a, b, c) in [(0, 4, 9), (0, 0, 0), (0, 9, 9), (0, 2, 7)] {
        let sections = [
            (a, a, none),
            (0, 4, none),
            (b, b, none),
            (4, 9, none),
            (c, c, none),
        ];
        assert_eq!(check_all(&line(&sections, 9)), Ok(()));
    }
    assert_eq!(check_all(&line(&[(0, 0, none), (0, 0, none)], 0)), Ok(()));
    assert_eq!(
        check_all(&line(&[(0, 0, none), (1, 1, none)], 3)),
        Err(Violation::NothingOwned { dim, size: 3 })
    );
    assert_eq!(
        check_all(&line(&[(0, 0, none), (2, 4, none), (4, 9, none)], 9)),
        Err(Violation::BeginsLate {
            dim,
            coord: 1,
            start: 2
        })
    );
    assert_eq!(
        check_all(&line(&[(0, 4, none), (4, 8, none), (9, 9, none)], 9)),
        Err(Violation::EndsEarly {
            dim,
            coord: 1,
            stop: 8,
            size: 9
        })
    );
}

#[test]
fn padding_of_neighbours_matches() {
    let dim = 0;
    assert_all_refused(
        padded(),
        |ranks| {
            let rank = at(ranks, 2, 0);
            (rank.start, rank.padding) = (19, [1, 3]);
        },
        Violation::PaddingDiffers {
            dim,
            lower: 1,
            above: 2,
            upper: 2,
            below: 1,
        },
    );
    // Rank 1 owns one element; its neighbours ask for two of it, or it for four of the three of rank 0.
    assert_eq!(
        check_all(&line(&[(0, 5, [0, 2]), (1, 4, [2, 0]), (4, 9, [0, 0])], 9)),
        Err(Violation::PaddingWide {
            dim,
            side: 1,
            coord: 0,
            width: 2,
            neighbour: 1,
            owned: 1
        })
    );
    assert_eq!(
        check_all(&line(&[(0, 5, [0, 3]), (0, 9, [3, 0])], 9)),
        Err(Violation::PaddingWide {
            dim,
            side: 0,
            coord: 1,
            width: 3,
            neighbour: 0,
            owned: 2
        })
    );
    // Boundary padding is owned, so that a neighbour may hold copies of it.
    assert_eq!(
        check_all(&line(&[(0, 6, [3, 2]), (2, 9, [2, 1])], 9)),
        Ok(())
    );
    // Between two sections that are not empty, an empty one is no neighbour, and the first one that is not empty has
    // the boundary.
    assert_eq!(
        check_all(&line(
            &[
                (0, 0, [0, 0]),
                (0, 6, [3, 2]),
                (6, 6, [0, 0]),
                (2, 9, [2, 1])
            ],
            9
        )),
        Ok(())
    );
    // 20 elements on two ranks with padding of width 2.
    assert_eq!(
        check_all(&line(&[(0, 13, [0, 2]), (9, 20, [2, 0])], 20)),
        Ok(())
    );
}

#[test]
fn indices_add_up() {
    let dim = 0;
    assert_all_refused(
        scattered(&[&[5, -2], &[], &[70, 3]], 4, 1),
        |ranks| at(ranks, 2, 0).indices = Some(vec![70, -2].into()),
        Violation::NotOneToOne {
            dim,
            index: -2,
            first: 0,
            second: 2,
        },
    );
    for one_to_one in [0, 1] {
        let lists: [&[i64]; 2] = [&[5, -2], &[70]];
        assert_eq!(check_all(&scattered(&lists, 3, one_to_one)), Ok(()));
        for size in [2, 4] {
            assert_eq!(
                check_all(&scattered(&lists, size, one_to_one)),
                Err(Violation::IndexSum {
                    dim,
                    size,
                    sum: "3".to_string()
                })
            );
        }
    }
    // Five entries for three different indices.
    let shared: [&[i64]; 2] = [&[0, 1, 2], &[2, 1]];
    for size in [3, 5] {
        assert_eq!(check_all(&scattered(&shared, size, 0)), Ok(()));
    }
    for size in [4, 6] {
        assert_eq!(
            check_all(&scattered(&shared, size, 0)),
            Err(Violation::IndexDistinct {
                dim,
                size,
                sum: "5".to_string(),
                least: 3
            })
        );
    }
    // Without the lists: any size that some lists could have.
    let unread = |size, one_to_one| {
        let mut ranks = scattered(&shared, size, one_to_one);
        ranks.iter_mut().flatten().for_each(|d| d[0].indices = None);
        check_all(&ranks)
    };
    for size in [3, 4, 5] {
        assert_eq!(unread(size, 0), Ok(()));
    }
    assert!(unread(6, 0).is_err());
    assert_eq!(unread(5, 1), Ok(()));
    assert!(unread(4, 1).is_err());
}

#[test]
fn violations_become_errors_of_the_protocol() {
    let error = Error::from(check_local(&[block()], &[29]).unwrap_err());
    assert_eq!(error.code(), Code::Protocol);
    assert_eq!(
        error.to_string(),
        "dimension 0: the extent of the section is 29; allowed: 30, the number of elements that \
         this rank's dim_data stands for"
    );
    let unchecked = Violation::Unchecked { dim: 1, count: 9 };
    assert_eq!(Error::from(unchecked).code(), Code::Memory);
    let mut ranks = square();
    at(&mut ranks, 2, 0).padding[1] = -1;
    assert_eq!(
        check_all(&ranks).unwrap_err().to_string(),
        "rank 2: dimension 0: padding[1] is -1; allowed: 0 or more"
    );
}
