//! Every rule of the protocol within one rank, broken once, alone; and the corner cases that are no violations.

use distarray_core::protocol::{
    check_indices_count, check_local, check_memory, DimData, Violation,
};

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
