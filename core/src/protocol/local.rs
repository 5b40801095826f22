//! The rules that one rank can check by itself.

use super::{DimData, DistType, Violation};

/// Checks what a rank says of each dimension against the `extents` of its section, padding included.
///
/// Rules 3.1 to 3.4, 4.1 to 4.3, 5.1, 5.2, 6.1 to 6.3 and 2.2 of the header. The first violation in the order of the
/// dimensions is returned.
pub fn check_local(dims: &[DimData], extents: &[i64]) -> Result<(), Violation> {
    if dims.len() != extents.len() {
        return Err(Violation::DimensionCount {
            dims: dims.len(),
            extents: extents.len(),
        });
    }
    for (dim, (data, &extent)) in dims.iter().zip(extents).enumerate() {
        check_dim(dim, data)?;
        check_extent(dim, data.count(), extent)?;
        if data.dist_type() == Some(DistType::Unstructured) {
            check_indices(dim, data)?;
        }
    }
    Ok(())
}

/// Checks that the indices of an unstructured dimension may be read: that their number is the extent of the section
/// and not beyond the size. The number is all that stands between a wrong descriptor and reading past a buffer.
pub fn check_indices_count(dim: usize, data: &DimData, extent: i64) -> Result<(), Violation> {
    check_dim(dim, data)?;
    check_extent(dim, data.n_indices, extent)
}

/// Checks what a rank says of dimension number `dim`, but for the indices themselves and the extent of the section.
pub fn check_dim(dim: usize, data: &DimData) -> Result<(), Violation> {
    let Some(dist_type) = data.dist_type() else {
        return Err(Violation::DistType {
            dim,
            value: data.dist_type,
        });
    };
    if data.size < 0 {
        return Err(Violation::Size {
            dim,
            value: data.size,
        });
    }
    if data.proc_grid_size < 1 {
        return Err(Violation::GridSize {
            dim,
            value: data.proc_grid_size,
        });
    }
    if !(0..data.proc_grid_size).contains(&data.proc_grid_rank) {
        return Err(Violation::GridRank {
            dim,
            value: data.proc_grid_rank,
            grid_size: data.proc_grid_size,
        });
    }
    check_flag(dim, "periodic", data.periodic)?;
    check_foreign(dim, data, dist_type)?;
    match dist_type {
        DistType::Block => check_block(dim, data),
        DistType::Cyclic => check_cyclic(dim, data),
        DistType::Unstructured => check_unstructured(dim, data),
    }
}

fn check_flag(dim: usize, key: &'static str, value: i32) -> Result<(), Violation> {
    match value {
        0 | 1 => Ok(()),
        _ => Err(Violation::Flag { dim, key, value }),
    }
}

/// Rule 3.4: fields of the other distribution types are zero.
fn check_foreign(dim: usize, data: &DimData, dist_type: DistType) -> Result<(), Violation> {
    use DistType::{Block, Cyclic, Unstructured};
    let fields: [(&'static str, i64, &[DistType]); 7] = [
        ("start", data.start, &[Block, Cyclic]),
        ("stop", data.stop, &[Block]),
        ("padding[0]", data.padding[0], &[Block]),
        ("padding[1]", data.padding[1], &[Block]),
        ("block_size", data.block_size, &[Cyclic]),
        ("n_indices", data.n_indices, &[Unstructured]),
        ("one_to_one", data.one_to_one.into(), &[Unstructured]),
    ];
    for (key, value, owners) in fields {
        if value != 0 && !owners.contains(&dist_type) {
            return Err(Violation::Foreign {
                dim,
                key,
                value,
                dist_type: match dist_type {
                    Block => 'b',
                    Cyclic => 'c',
                    Unstructured => 'u',
                },
            });
        }
    }
    Ok(())
}

fn check_block(dim: usize, data: &DimData) -> Result<(), Violation> {
    let &DimData {
        size, start, stop, ..
    } = data;
    if start < 0 {
        return Err(Violation::Start { dim, value: start });
    }
    if stop < start {
        return Err(Violation::StopBeforeStart {
            dim,
            value: stop,
            start,
        });
    }
    if stop > size {
        return Err(Violation::StopBeyondSize {
            dim,
            value: stop,
            size,
        });
    }
    if data.proc_grid_rank == 0 && start != 0 {
        return Err(Violation::FirstStart { dim, value: start });
    }
    if data.proc_grid_rank == data.proc_grid_size - 1 && start != stop && stop != size {
        return Err(Violation::LastStop {
            dim,
            value: stop,
            size,
        });
    }
    for (side, &value) in data.padding.iter().enumerate() {
        if value < 0 {
            return Err(Violation::Padding { dim, side, value });
        }
    }
    let [below, above] = data.padding;
    if below
        .checked_add(above)
        .is_none_or(|sum| sum > stop - start)
    {
        return Err(Violation::PaddingSum {
            dim,
            padding: data.padding,
            count: stop - start,
        });
    }
    Ok(())
}

fn check_cyclic(dim: usize, data: &DimData) -> Result<(), Violation> {
    let &DimData { size, start, .. } = data;
    if data.block_size < 0 {
        return Err(Violation::BlockSize {
            dim,
            value: data.block_size,
        });
    }
    let Some(want) = data.proc_grid_rank.checked_mul(data.block_size()) else {
        return match start == size {
            true => Ok(()),
            false => Err(Violation::CyclicFarStart {
                dim,
                value: start,
                size,
            }),
        };
    };
    if start == want {
        return Ok(());
    }
    if want < size {
        return Err(Violation::CyclicStart {
            dim,
            value: start,
            want,
        });
    }
    if start != size {
        return Err(Violation::CyclicEmptyStart {
            dim,
            value: start,
            want,
            size,
        });
    }
    Ok(())
}

fn check_unstructured(dim: usize, data: &DimData) -> Result<(), Violation> {
    check_flag(dim, "one_to_one", data.one_to_one)?;
    if data.n_indices < 0 {
        return Err(Violation::IndexCount {
            dim,
            value: data.n_indices,
        });
    }
    // A rank's indices are distinct, so that there are no more of them than of the dimension.
    if data.n_indices > data.size {
        return Err(Violation::IndicesBeyondSize {
            dim,
            count: data.n_indices,
            size: data.size,
        });
    }
    Ok(())
}

fn check_extent(dim: usize, count: i64, extent: i64) -> Result<(), Violation> {
    if extent == count {
        Ok(())
    } else {
        Err(Violation::Extent { dim, extent, count })
    }
}

/// Rules 6.1 and 6.2: the list is there and its entries are distinct.
fn check_indices(dim: usize, data: &DimData) -> Result<(), Violation> {
    let count = data.n_indices;
    let Some(indices) = &data.indices else {
        return match count {
            0 => Ok(()),
            _ => Err(Violation::IndicesMissing { dim, count }),
        };
    };
    if indices.len() as i64 != count {
        return Err(Violation::IndicesLength {
            dim,
            got: indices.len(),
            count,
        });
    }
    let mut sorted = Vec::new();
    if sorted.try_reserve_exact(indices.len()).is_err() {
        return Err(Violation::Unchecked {
            dim,
            count: indices.len(),
        });
    }
    sorted.extend_from_slice(indices);
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Violation::IndexTwice {
            dim,
            index: pair[0],
        }),
        None => Ok(()),
    }
}
