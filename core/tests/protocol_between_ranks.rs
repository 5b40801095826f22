//! Every rule of the protocol between ranks, broken once, alone.

use distarray_core::protocol::{check_all, check_local, DimData, Violation};
use distarray_core::{Code, Error};

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
    let error = Error::from(
        check_local(
            &[DimData::block(100, [1, 3], 20, 50).with_padding([3, 4])],
            &[29],
        )
        .unwrap_err(),
    );
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
