//! Which dimensions of two shapes belong together where elements keep their place in a sequence.

use super::sequence::check_list;
use crate::{region, Code, Dims, Distribution, Error, Order, Result};

/// Some dimensions of the source and of the target, the slowest first, with the same number of elements: what they hold moves
/// whatever the indices of the others are.
///
/// A position in a group counts the elements of the section in these dimensions, padding included, the last one fastest.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Group {
    pub dims: [Dims<usize>; 2],
}

/// The groups of two distributions, the slowest first, each as small as can be. Dimensions of one element belong to any group;
/// they stand in the first.
///
/// ```text
/// (6, 4, 5, 1, 7) and (24, 35)      {0, 1} and {0}, {2, 4} and {1}; dimension 3 in the first group
/// ```
/// Errors: different numbers of elements, or more than fit into 63 bits; an index of an unstructured dimension that is no place in
/// the sequence.
pub(super) fn groups(dists: [&Distribution; 2], order: Order) -> Result<Vec<Group>> {
    let shapes = dists.map(Distribution::shape);
    let [from, to] = [region::elements(&shapes[0])?, region::elements(&shapes[1])?];
    if from != to {
        let text =
            format!("the target has {to} elements, the source {from}; a reshape needs as many");
        return Err(Error::new(Code::Argument, text));
    }
    for dist in dists {
        let mut dims = dist.dims().iter().enumerate();
        dims.try_for_each(|(dim, dimension)| check_list(dim, dimension))?;
    }
    let mut single = Group::default();
    // Dimensions of several elements that are in no group yet, the slowest first.
    let mut left = [0, 1].map(|end| {
        let ndim = shapes[end].len();
        let mut dims: Dims<usize> = (0..ndim).collect();
        if order == Order::F {
            dims.reverse();
        }
        let (one, several) = dims.into_iter().partition(|&dim| shapes[end][dim] == 1);
        single.dims[end] = one;
        several
    });
    let mut groups = Vec::new();
    while from > 0 && left.iter().any(|dims: &Dims<usize>| !dims.is_empty()) {
        let mut group = Group::default();
        let mut elements = [1i64; 2];
        while elements[0] != elements[1] || elements[0] == 1 {
            let end = usize::from(elements[0] > elements[1]);
            // The products of what is left are equal, so the end with fewer elements has a dimension left.
            let Some(dim) = left[end].pop() else {
                break;
            };
            group.dims[end].insert(0, dim);
            elements[end] *= shapes[end][dim];
        }
        groups.insert(0, group);
    }
    match groups.first_mut() {
        None => groups.push(single),
        Some(first) => {
            for (dims, single) in first.dims.iter_mut().zip(single.dims) {
                *dims = single.into_iter().chain(dims.take()).collect();
            }
        }
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dimension, Grid, GridOrder};

    fn found(from: &[i64], to: &[i64], order: Order) -> Vec<[Vec<usize>; 2]> {
        let dist = |shape: &[i64]| {
            let dims: Vec<Dimension> = shape.iter().map(|&n| Dimension::whole(n)).collect();
            let grid = Grid::new(&vec![1; shape.len()], GridOrder::RowMajor).unwrap();
            Distribution::new(&dims, grid, Order::C).unwrap()
        };
        let groups = groups([&dist(from), &dist(to)], order).unwrap();
        let lists = |group: &Group| group.dims.each_ref().map(|dims| dims.to_vec());
        groups.iter().map(lists).collect()
    }

    #[test]
    fn groups_are_as_small_as_can_be() {
        let both = |from: &[usize], to: &[usize]| [from.to_vec(), to.to_vec()];
        assert_eq!(
            found(&[6, 4, 5, 1, 7], &[24, 35], Order::C),
            [both(&[3, 0, 1], &[0]), both(&[2, 4], &[1])]
        );
        assert_eq!(
            found(&[6, 4, 5], &[24, 5], Order::F),
            [both(&[2], &[1]), both(&[1, 0], &[0])]
        );
        assert_eq!(found(&[4, 9], &[6, 6], Order::C), [both(&[0, 1], &[0, 1])]);
        assert_eq!(found(&[5, 5], &[5, 5], Order::C).len(), 2);
        assert_eq!(found(&[1, 1], &[], Order::C), [both(&[0, 1], &[])]);
        assert_eq!(found(&[], &[], Order::C), [both(&[], &[])]);
        assert_eq!(found(&[0, 3], &[7, 0], Order::C).len(), 1);
    }
}
