//! Several threads for one rank's elements. They never call MPI, HDF5 or a function of the program.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Threads that a call may use, the calling one among them.
static THREADS: AtomicUsize = AtomicUsize::new(1);

/// Elements that pay for a thread.
const ENOUGH: usize = 1 << 17;

pub fn set(threads: usize) {
    THREADS.store(threads.max(1), Ordering::Relaxed);
}

pub fn get() -> usize {
    THREADS.load(Ordering::Relaxed)
}

/// Calls `work` on consecutive parts of `0..items` that together are all of it, on as many threads as `elements` pay for, and
/// gives the results in the order of the parts. Where the system refuses a thread, the calling one does its part.
pub fn in_parts<R: Send>(
    items: usize,
    elements: usize,
    work: impl Fn(Range<usize>) -> R + Sync,
) -> Vec<R> {
    let parts = get().min(elements / ENOUGH).clamp(1, items.max(1));
    if parts == 1 {
        return vec![work(0..items)];
    }
    let part = |number: usize| items * number / parts..items * (number + 1) / parts;
    let work = &work;
    thread::scope(|scope| {
        let start = |number: usize| {
            let spawned = thread::Builder::new().spawn_scoped(scope, move || work(part(number)));
            (number, spawned)
        };
        let others: Vec<_> = (1..parts).map(start).collect();
        let mut results = vec![work(part(0))];
        for (number, other) in others {
            results.push(match other {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(_) => work(part(number)),
            });
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_all_of_it_in_order() {
        for threads in [1, 2, 3, 7] {
            set(threads);
            for items in [0, 1, 2, 5, 1000] {
                let parts = in_parts(items, 8 * ENOUGH, |range| range.collect::<Vec<_>>());
                assert_eq!(parts.concat(), (0..items).collect::<Vec<_>>());
            }
        }
        set(1);
    }
}
