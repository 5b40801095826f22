//! Where the elements of a section lie.

use super::Violation;

/// Checks that a section with these extents and byte strides has distinct elements of `item` bytes each, within reach
/// of 64-bit addresses: rules 2.2 and 2.3 of the header.
///
/// Condition 1: the bytes of all elements together fit into `i64`. Condition 2: taken by size, each stride steps over
/// all that the smaller ones reach. Condition 3: what they reach together fits into `i64`. Dimensions of extent 1 do
/// not step, and a section without elements has nothing that could overlap.
pub fn check_memory(extents: &[i64], strides: &[i64], item: i64) -> Result<(), Violation> {
    if extents.len() != strides.len() {
        return Err(Violation::DimensionCount {
            dims: strides.len(),
            extents: extents.len(),
        });
    }
    if let Some(dim) = extents.iter().position(|&extent| extent < 0) {
        return Err(Violation::NegativeExtent {
            dim,
            extent: extents[dim],
        });
    }
    if extents.contains(&0) {
        return Ok(());
    }
    // Condition 1.
    extents
        .iter()
        .try_fold(item, |bytes, &extent| bytes.checked_mul(extent))
        .ok_or(Violation::SectionTooLarge)?;

    let mut steps: Vec<usize> = (0..extents.len()).filter(|&d| extents[d] > 1).collect();
    steps.sort_by_key(|&dim| strides[dim].unsigned_abs());
    let mut reach = item;
    for dim in steps {
        let stride = strides[dim];
        // Condition 2.
        if stride.unsigned_abs() < reach.unsigned_abs() {
            return Err(Violation::Overlap {
                dim,
                stride,
                least: reach,
            });
        }
        // Condition 3.
        reach = (extents[dim] - 1)
            .checked_mul(stride)
            .and_then(i64::checked_abs)
            .and_then(|span| span.checked_add(reach))
            .ok_or(Violation::StrideTooLarge { dim, stride })?;
    }
    Ok(())
}
