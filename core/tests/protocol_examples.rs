//! The published examples of the protocol, by value: what each rank says, and which elements of the array that makes its own.

use distarray_core::protocol::{
    check_all, check_local, export, import, BoundaryRule, DimData, Violation,
};
use distarray_core::{Code, Cuts, Dimension, Distribution, Grid, GridOrder, Order};

fn distribution(dims: &[Dimension]) -> Distribution {
    let procs: Vec<usize> = dims.iter().map(|d| d.procs).collect();
    let grid = Grid::new(&procs, GridOrder::RowMajor).unwrap();
    Distribution::new(dims, grid, Order::C).unwrap()
}

fn exported(dist: &Distribution, ranks: usize) -> Vec<Option<Vec<DimData>>> {
    (0..ranks).map(|rank| export(dist, rank).unwrap()).collect()
}

/// The row-major numbers of the elements that a rank's section stands for.
fn elements(dims: &[DimData]) -> Vec<i64> {
    let indices = |d: &DimData| -> Vec<i64> {
        match d.indices.as_deref() {
            Some(list) => list.to_vec(),
            None if d.dist_type == DimData::BLOCK => (d.start..d.stop).collect(),
            None => (0..d.size)
                .filter(|i| (i / d.block_size()) % d.proc_grid_size == d.proc_grid_rank)
                .collect(),
        }
    };
    dims.iter().fold(vec![0], |outer, data| {
        let inner = indices(data);
        outer
            .iter()
            .flat_map(|&number| inner.iter().map(move |&i| number * data.size + i))
            .collect()
    })
}

/// Checks that the ranks pass, that they say `starts`, and that their sections begin with `firsts`, number of elements and
/// first and last of them; and that the way back gives the same distribution.
fn assert_example(
    dist: &Distribution,
    starts: &[&[i64]],
    extents: &[&[i64]],
    corners: &[[i64; 2]],
) {
    let ranks = starts.len();
    let per_rank = exported(dist, ranks);
    assert_eq!(check_all(&per_rank), Ok(()));
    for (rank, dims) in per_rank.iter().enumerate() {
        let dims = dims.as_ref().unwrap();
        let said: Vec<i64> = dims.iter().map(|d| d.start).collect();
        assert_eq!(said, starts[rank], "rank {rank}");
        assert_eq!(check_local(dims, extents[rank]), Ok(()), "rank {rank}");
        let held = elements(dims);
        assert_eq!(held.len() as i64, extents[rank].iter().product::<i64>());
        assert_eq!([held[0], held[held.len() - 1]], corners[rank]);
        let back = import(&per_rank, rank, BoundaryRule::Padding, Order::C).unwrap();
        assert!(back.same_layout(dist));
    }
}

#[test]
fn five_by_nine_in_rows() {
    assert_example(
        &distribution(&[
            Dimension::block(5, 3, Cuts::Balanced),
            Dimension::block(9, 1, Cuts::Balanced),
        ]),
        &[&[0, 0], &[2, 0], &[4, 0]],
        &[&[2, 9], &[2, 9], &[1, 9]],
        &[[0, 17], [18, 35], [36, 44]],
    );
    // Over four ranks a process fewer than rows, as the example cuts it: 2, 2, 1, and none.
    let four = distribution(&[
        Dimension::block(5, 4, Cuts::Ceil),
        Dimension::block(9, 1, Cuts::Balanced),
    ]);
    let per_rank = exported(&four, 4);
    assert_eq!(check_all(&per_rank), Ok(()));
    let last = per_rank[3].as_ref().unwrap();
    assert_eq!([last[0].start, last[0].stop], [5, 5]);
    assert_eq!(check_local(last, &[0, 9]), Ok(()));
}

#[test]
fn five_by_nine_in_columns() {
    assert_example(
        &distribution(&[Dimension::whole(5), Dimension::block(9, 3, Cuts::Balanced)]),
        &[&[0, 0], &[0, 3], &[0, 6]],
        &[&[5, 3], &[5, 3], &[5, 3]],
        &[[0, 38], [3, 41], [6, 44]],
    );
}

#[test]
fn five_by_nine_in_blocks() {
    let dist = distribution(&[
        Dimension::block(5, 2, Cuts::Balanced),
        Dimension::block(9, 2, Cuts::Balanced),
    ]);
    assert_example(
        &dist,
        &[&[0, 0], &[0, 5], &[3, 0], &[3, 5]],
        &[&[3, 5], &[3, 4], &[2, 5], &[2, 4]],
        &[[0, 22], [5, 26], [27, 40], [32, 44]],
    );
    let said = exported(&dist, 4)[1].clone().unwrap();
    assert_eq!(
        said,
        [
            DimData::block(5, [0, 2], 0, 3),
            DimData::block(9, [1, 2], 5, 9)
        ]
    );
}

#[test]
fn block_times_cyclic() {
    assert_example(
        &distribution(&[
            Dimension::block(5, 2, Cuts::Balanced),
            Dimension::cyclic(9, 2, 1),
        ]),
        &[&[0, 0], &[0, 1], &[3, 0], &[3, 1]],
        &[&[3, 5], &[3, 4], &[2, 5], &[2, 4]],
        &[[0, 26], [1, 25], [27, 44], [28, 43]],
    );
}

#[test]
fn cyclic_times_cyclic() {
    assert_example(
        &distribution(&[Dimension::cyclic(5, 2, 1), Dimension::cyclic(9, 2, 1)]),
        &[&[0, 0], &[0, 1], &[1, 0], &[1, 1]],
        &[&[3, 5], &[3, 4], &[2, 5], &[2, 4]],
        &[[0, 44], [1, 43], [9, 35], [10, 34]],
    );
}

#[test]
fn irregular_blocks() {
    assert_example(
        &distribution(&[
            Dimension::whole(5),
            Dimension::block(9, 4, Cuts::Explicit([0, 2, 6, 7, 9].into())),
        ]),
        &[&[0, 0], &[0, 2], &[0, 6], &[0, 7]],
        &[&[5, 2], &[5, 4], &[5, 1], &[5, 2]],
        &[[0, 37], [2, 41], [6, 42], [7, 44]],
    );
}

#[test]
fn block_cyclic_times_block_cyclic() {
    assert_example(
        &distribution(&[Dimension::cyclic(5, 2, 2), Dimension::cyclic(9, 2, 2)]),
        &[&[0, 0], &[0, 2], &[2, 0], &[2, 2]],
        &[&[3, 5], &[3, 4], &[2, 5], &[2, 4]],
        &[[0, 44], [2, 43], [18, 35], [20, 34]],
    );
}

#[test]
fn unstructured_times_unstructured() {
    let rows: [&[i64]; 2] = [&[3, 0], &[4, 2, 1]];
    let columns: [&[i64]; 2] = [&[2, 3, 7, 1], &[6, 5, 8, 0, 4]];
    let said = |[i, j]: [usize; 2]| {
        Some(vec![
            DimData::unstructured(5, [i as i64, 2], rows[i]),
            DimData::unstructured(9, [j as i64, 2], columns[j]),
        ])
    };
    let per_rank = [[0, 0], [0, 1], [1, 0], [1, 1]].map(said).to_vec();
    assert_eq!(check_all(&per_rank), Ok(()));
    let want: [&[i64]; 4] = [
        &[29, 30, 34, 28, 2, 3, 7, 1],
        &[33, 32, 35, 27, 31, 6, 5, 8, 0, 4],
        &[38, 39, 43, 37, 20, 21, 25, 19, 11, 12, 16, 10],
        &[42, 41, 44, 36, 40, 24, 23, 26, 18, 22, 15, 14, 17, 9, 13],
    ];
    for (rank, dims) in per_rank.iter().enumerate() {
        assert_eq!(elements(dims.as_ref().unwrap()), want[rank]);
        // Each rank finds its own lists again, and exports what it was told.
        let dist = import(&per_rank, rank, BoundaryRule::Owned, Order::C).unwrap();
        assert_eq!(export(&dist, rank).unwrap(), *dims);
        assert!(export(&dist, (rank + 3) % 4).is_err());
    }
}

#[test]
fn cyclic_block_cyclic_on_a_cube_of_ranks() {
    assert_example(
        &distribution(&[
            Dimension::cyclic(5, 2, 1),
            Dimension::block(9, 2, Cuts::Balanced),
            Dimension::cyclic(3, 2, 1),
        ]),
        &[
            &[0, 0, 0],
            &[0, 0, 1],
            &[0, 5, 0],
            &[0, 5, 1],
            &[1, 0, 0],
            &[1, 0, 1],
            &[1, 5, 0],
            &[1, 5, 1],
        ],
        &[
            &[3, 5, 2],
            &[3, 5, 1],
            &[3, 4, 2],
            &[3, 4, 1],
            &[2, 5, 2],
            &[2, 5, 1],
            &[2, 4, 2],
            &[2, 4, 1],
        ],
        &[
            [0, 122],
            [1, 121],
            [15, 134],
            [16, 133],
            [27, 95],
            [28, 94],
            [42, 107],
            [43, 106],
        ],
    );
}

/// 18 elements on two ranks, padding (1, 1) on both: one boundary and one communication element each.
#[test]
fn eighteen_padded_elements() {
    let inner = Dimension::block(16, 2, Cuts::Balanced)
        .with_halo(1, 1)
        .with_boundary(1, 1);
    let per_rank = exported(&distribution(&[inner]), 2);
    let said = |rank, start, stop| {
        Some(vec![
            DimData::block(18, [rank, 2], start, stop).with_padding([1, 1])
        ])
    };
    assert_eq!(per_rank, [said(0, 0, 10), said(1, 8, 18)]);
    assert_eq!(check_all(&per_rank), Ok(()));
    let owned = import(&per_rank, 0, BoundaryRule::Owned, Order::C).unwrap();
    assert_eq!(owned.shape()[..], [18]);
    assert_eq!([0, 1].map(|r| owned.section(r).dims[0].count), [9, 9]);
}

/// The example of widths that differ from interface to interface is valid, and more than a distribution can hold.
#[test]
fn different_widths_are_valid_and_unsupported() {
    let section = |rank: i64, start, stop, padding| {
        Some(vec![
            DimData::block(40, [rank, 4], start, stop).with_padding(padding)
        ])
    };
    let per_rank = [
        section(0, 0, 11, [4, 1]),
        section(1, 9, 22, [1, 2]),
        section(2, 18, 33, [2, 3]),
        section(3, 27, 40, [3, 0]),
    ];
    assert_eq!(check_all(&per_rank), Ok(()));
    for rule in [BoundaryRule::Owned, BoundaryRule::Padding] {
        let error = import(&per_rank, 0, rule, Order::C).unwrap_err();
        assert_eq!(error.code(), Code::Unsupported);
        assert_eq!(
            error.to_string(),
            "dimension 0: padding[1] is 1 at proc_grid_rank 0 and 2 at 1; supported are equal widths between all ranks"
        );
    }
}

/// The counts of the reference's tests: boundary padding is owned, communication padding is not.
#[test]
fn owned_elements_of_padded_sections() {
    let owned = |per_rank: &[Option<Vec<DimData>>]| -> Vec<i64> {
        let dist = import(per_rank, 0, BoundaryRule::Owned, Order::C).unwrap();
        (0..per_rank.len())
            .map(|rank| dist.section(rank).dims[0].count)
            .collect()
    };
    let section = |rank, ranks, start, stop, padding| {
        Some(vec![
            DimData::block(100, [rank, ranks], start, stop).with_padding(padding)
        ])
    };
    // 50 to 70 with padding (3, 3) in the middle, 80 to 100 with (3, 4) at the end.
    let three = [
        section(0, 3, 0, 56, [3, 3]),
        section(1, 3, 50, 86, [3, 3]),
        section(2, 3, 80, 100, [3, 4]),
    ];
    assert_eq!(owned(&three), [53, 30, 17]);
    assert_eq!(owned(&[section(0, 1, 0, 100, [3, 4])]), [100]);
    // As a middle rank 50 to 70 with (3, 4) owns 13 of its 20: [53, 66).
    let middle = [
        section(0, 3, 0, 56, [3, 3]),
        section(1, 3, 50, 70, [3, 4]),
        section(2, 3, 62, 100, [4, 4]),
    ];
    assert_eq!(check_all(&middle), Ok(()));
    let mut shifted = middle.clone();
    shifted[2].as_mut().unwrap()[0].start = 63;
    assert_eq!(
        check_all(&shifted),
        Err(Violation::Gap {
            dim: 0,
            lower: 1,
            upper: 2,
            end: 66,
            begin: 67
        })
    );
    // A single process with boundary (3, 4), taken back as padding, has 93 interior elements.
    let single = [section(0, 1, 0, 100, [3, 4])];
    let back = import(&single, 0, BoundaryRule::Padding, Order::C).unwrap();
    assert_eq!(back.shape()[..], [93]);
    let span = back.section(0).dims[0];
    assert_eq!([span.below, span.count, span.above], [3, 93, 4]);
}

/// 20 interior elements, 11 and 9, which share 2: what the reference lost.
#[test]
fn twenty_elements_with_shared_ends() {
    let dist =
        distribution(
            &[Dimension::block(20, 2, Cuts::Explicit([0, 11, 20].into())).with_halo(2, 2)],
        );
    let per_rank = exported(&dist, 2);
    let said: Vec<_> = per_rank
        .iter()
        .flatten()
        .map(|d| (d[0].size, d[0].start, d[0].stop, d[0].padding))
        .collect();
    assert_eq!(said, [(20, 0, 13, [0, 2]), (20, 9, 20, [2, 0])]);
    assert_eq!(check_all(&per_rank), Ok(()));
}

/// A slice of a cyclic dimension may begin inside a block or at another coordinate than 0.
#[test]
fn other_starts_of_cyclic_dimensions_are_unsupported() {
    let dist = distribution(&[Dimension::cyclic(9, 2, 2).with_phase(3)]);
    let error = export(&dist, 0).unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
    assert!(error.to_string().starts_with("dimension 0: its blocks"));
    assert!(export(
        &distribution(&[Dimension::cyclic(9, 1, 4).with_phase(3)]),
        0
    )
    .is_ok());
}
