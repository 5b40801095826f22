//! All combinations of one choice per dimension.

use crate::{Dims, Error, Result};

/// More pieces than this in one plan are refused rather than tried.
pub(crate) const MOST: usize = 1 << 24;

/// Calls `visit` with every combination of one entry of each list, in row-major order; once with nothing if there
/// are no lists. Errors: those of `visit`.
pub fn for_each<'a, T, E>(
    lists: &'a [Vec<T>],
    mut visit: impl FnMut(&[&'a T]) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    if lists.iter().any(Vec::is_empty) {
        return Ok(());
    }
    let mut turn: Dims<usize> = lists.iter().map(|_| 0).collect();
    loop {
        let chosen: Dims<&T> = lists
            .iter()
            .zip(&turn)
            .map(|(list, &at)| &list[at])
            .collect();
        visit(&chosen)?;
        let Some(dim) = (0..lists.len())
            .rev()
            .find(|&dim| turn[dim] + 1 < lists[dim].len())
        else {
            return Ok(());
        };
        turn[dim] += 1;
        turn[dim + 1..].fill(0);
    }
}

/// As [`for_each`], for the pieces of a plan. Errors: more than [`MOST`] combinations; those of `visit`.
pub(crate) fn for_each_piece<'a, T>(
    lists: &'a [Vec<T>],
    visit: impl FnMut(&[&'a T]) -> Result<()>,
) -> Result<()> {
    let product = lists
        .iter()
        .try_fold(1usize, |product, list| product.checked_mul(list.len()));
    if product.is_none_or(|product| product > MOST) && !lists.iter().any(Vec::is_empty) {
        return Err(Error::Memory {
            what: "a plan of more than 16777216 pieces",
        });
    }
    for_each(lists, visit)
}

/// Appends to a list whose length depends on the caller's values. Errors: no memory, or [`MOST`] entries.
pub(crate) fn push<T>(list: &mut Vec<T>, entry: T) -> Result<()> {
    if list.len() >= MOST || list.try_reserve(1).is_err() {
        return Err(Error::Memory {
            what: "a plan of this many pieces",
        });
    }
    list.push(entry);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(lists: &[Vec<i64>]) -> Vec<Vec<i64>> {
        let mut seen = Vec::new();
        for_each_piece(lists, |chosen| {
            seen.push(chosen.iter().map(|&&entry| entry).collect());
            Ok(())
        })
        .unwrap();
        seen
    }

    #[test]
    fn combinations_are_complete_and_ordered() {
        assert_eq!(
            all(&[vec![1, 2], vec![3], vec![4, 5]]),
            [[1, 3, 4], [1, 3, 5], [2, 3, 4], [2, 3, 5]]
        );
        assert_eq!(all(&[vec![1, 2], vec![]]), Vec::<Vec<i64>>::new());
        assert_eq!(all(&[]), [Vec::<i64>::new()]);
    }

    #[test]
    fn too_many_combinations_are_refused() {
        let lists = vec![vec![0u8; 8]; 15];
        assert!(for_each_piece(&lists, |_| Ok(())).is_err());
    }
}
