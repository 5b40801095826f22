//! Whether two strided blocks share a byte: a bounded integer problem, solved by a bounded search.

use distarray_core::MAX_DIMS;

use super::block::Block;

/// Nodes that the search may visit. Two sections of one array need a handful.
const BUDGET: u32 = 4096;

/// One term `step * x` with 0 <= x <= `limit`; steps are positive.
#[derive(Clone, Copy)]
struct Term {
    step: i128,
    limit: i128,
}

/// Whether an element of `a` may share a byte with one of `b`; `true` also when the search is given
/// up.
pub(super) fn may_share(a: &Block, b: &Block) -> bool {
    let (Some(span_a), Some(span_b)) = (a.span(), b.span()) else {
        return false;
    };
    if span_a.1 <= span_b.0 || span_b.1 <= span_a.0 {
        return false;
    }
    // With both blocks counted from their lowest element, element i of a and j of b share a byte if
    // and only if the distance  span_b.0 - span_a.0 + sum(t_k j_k) - sum(s_k i_k)  lies in [1 -
    // size_b, size_a - 1]. Counting a from its highest element instead makes every coefficient
    // positive.
    let mut terms = [Term { step: 0, limit: 0 }; 2 * MAX_DIMS];
    let mut count = 0;
    let (size_a, size_b) = (a.dtype().size() as i128, b.dtype().size() as i128);
    let highest_a = span_a.1 as i128 - size_a;
    let distance = span_b.0 as i128 - highest_a;
    for block in [a, b] {
        for (&extent, &stride) in block.extents().iter().zip(block.strides()) {
            if extent > 1 {
                let step = i128::from(stride.unsigned_abs());
                let limit = i128::from(extent) - 1;
                match terms[..count].iter_mut().find(|term| term.step == step) {
                    Some(term) => term.limit += limit,
                    None => {
                        terms[count] = Term { step, limit };
                        count += 1;
                    }
                }
            }
        }
    }
    let terms = &mut terms[..count];
    terms.sort_unstable_by_key(|term| std::cmp::Reverse(term.step));
    let mut budget = BUDGET;
    solvable(
        terms,
        1 - size_b - distance,
        size_a - 1 - distance,
        &mut budget,
    )
}

/// Whether the sum of the terms can lie in `lo..=hi`. Terms come by descending step, so that the
/// depth is at most their number.
fn solvable(terms: &[Term], lo: i128, hi: i128, budget: &mut u32) -> bool {
    let reach: i128 = terms.iter().map(|term| term.step * term.limit).sum();
    let (lo, hi) = (lo.max(0), hi.min(reach));
    let Some((first, rest)) = terms.split_first() else {
        return lo <= hi;
    };
    let divisor = terms
        .iter()
        .fold(0, |divisor, term| gcd(term.step, divisor));
    if lo > hi || hi / divisor * divisor < lo {
        return false;
    }
    if *budget == 0 {
        return true;
    }
    *budget -= 1;
    let reach_of_rest = reach - first.step * first.limit;
    let least = (lo - reach_of_rest + first.step - 1)
        .div_euclid(first.step)
        .max(0);
    let most = (hi / first.step).min(first.limit);
    (least..=most).any(|x| solvable(rest, lo - x * first.step, hi - x * first.step, budget))
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 {
        a
    } else {
        gcd(b, a % b)
    }
}
