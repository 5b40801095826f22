//! Choices that stay choices: of an `if` the compiler may make branches, and copies of what follows
//! them.

use std::hint::select_unpredictable;

/// `yes` if the condition holds, `no` otherwise.
#[inline(always)]
pub(super) fn choose<T>(condition: bool, yes: T, no: T) -> T {
    select_unpredictable(condition, yes, no)
}

/// The same for pairs.
#[inline(always)]
pub(super) fn choose2<T: Copy>(condition: bool, yes: [T; 2], no: [T; 2]) -> [T; 2] {
    [
        choose(condition, yes[0], no[0]),
        choose(condition, yes[1], no[1]),
    ]
}
