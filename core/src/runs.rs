//! Positions that travel together: regular patterns along one dimension.

use std::sync::Arc;

use crate::{product, Result};

/// Positions along one dimension that travel together. Of each pair, entry 0 belongs to the source and entry 1 to the
/// target; positions are local indices of a section, padding included.
///
/// ```text
///      at              step
///      o---o---o       o---o---o       o---o---o        length 3, count 3
///      |<-- period --->|
/// ```
/// Element number (k, i), `0 <= k < count` and `0 <= i < length`, lies at `at + k * period + i * step`, and elements
/// travel in this order, i first. Source and target may advance differently, backwards too.
///
/// The form is normal: `count` is 1 where `length` is 1 or where repetitions continue one another. A `count` of 1 has
/// period [0, 0], and a `length` of 1 has step [1, 1].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Run {
    pub at: [i64; 2],
    pub length: i64,
    pub step: [i64; 2],
    pub count: i64,
    pub period: [i64; 2],
}

impl Run {
    /// One element.
    pub fn point(at: [i64; 2]) -> Run {
        Run::new(at, 1)
    }

    /// Neighbours in source and target.
    pub fn new(at: [i64; 2], length: i64) -> Run {
        Run {
            at,
            length,
            step: [1, 1],
            count: 1,
            period: [0, 0],
        }
    }

    /// Number of elements. It fits, as the elements have different positions.
    pub fn elements(&self) -> i64 {
        self.length * self.count
    }

    /// The same run with source and target exchanged.
    pub fn reversed(&self) -> Run {
        let swap = |[source, target]: [i64; 2]| [target, source];
        Run {
            at: swap(self.at),
            step: swap(self.step),
            period: swap(self.period),
            ..*self
        }
    }

    /// Positions of all elements in the order in which they travel.
    pub fn positions(&self) -> impl Iterator<Item = [i64; 2]> + '_ {
        let at =
            |k: i64, i: i64, end: usize| self.at[end] + k * self.period[end] + i * self.step[end];
        (0..self.count).flat_map(move |k| (0..self.length).map(move |i| [at(k, i, 0), at(k, i, 1)]))
    }

    fn normal(mut self) -> Run {
        if self.length == 1 && self.count > 1 {
            (self.length, self.step, self.count) = (self.count, self.period, 1);
        }
        if self.count > 1 && after([0, 0], self.length, self.step) == Some(self.period) {
            (self.length, self.count) = (self.length * self.count, 1);
        }
        if self.count == 1 {
            self.period = [0, 0];
        }
        if self.length == 1 {
            self.step = [1, 1];
        }
        self
    }

    /// This run and the next one as one run, if they make one.
    fn joined(&self, next: &Run) -> Option<Run> {
        let longer = |step| {
            let goes_on = after(self.at, self.length, step) == Some(next.at);
            goes_on.then_some(Run {
                length: self.length + next.length,
                step,
                ..*self
            })
        };
        if self.count == 1 && next.count == 1 {
            // A single element has no step of its own.
            let step = match (self.length, next.length) {
                (1, 1) => Some([0, 1].map(|end| next.at[end] - self.at[end])),
                (1, _) => Some(next.step),
                (_, 1) => Some(self.step),
                _ => (self.step == next.step).then_some(self.step),
            };
            if let Some(run) = step.and_then(longer) {
                return Some(run);
            }
        }
        if self.step != next.step || self.length == 1 {
            return None;
        }
        if self.count > 1 && self.count == next.count && self.period == next.period {
            if let Some(run) = longer(self.step) {
                return Some(run);
            }
        }
        if self.length != next.length {
            return None;
        }
        let period = match (self.count, next.count) {
            (1, 1) => [0, 1].map(|end| next.at[end] - self.at[end]),
            (1, _) => next.period,
            (_, 1) => self.period,
            _ if self.period == next.period => self.period,
            _ => return None,
        };
        let goes_on = after(self.at, self.count, period) == Some(next.at);
        goes_on.then_some(Run {
            count: self.count + next.count,
            period,
            ..*self
        })
    }
}

/// `at + times * step`, if that fits.
fn after(at: [i64; 2], times: i64, step: [i64; 2]) -> Option<[i64; 2]> {
    let one = |end: usize| step[end].checked_mul(times)?.checked_add(at[end]);
    Some([one(0)?, one(1)?])
}

/// Runs under construction. What is pushed joins the runs before it where it can; the same pushes give the same runs, so
/// that both ends of a message agree.
#[derive(Debug, Default)]
pub(crate) struct Runs(Vec<Run>);

impl Runs {
    /// Errors: no memory.
    pub(crate) fn push(&mut self, run: Run) -> Result<()> {
        if run.length < 1 || run.count < 1 {
            return Ok(());
        }
        let mut run = run.normal();
        while let Some(joined) = self.0.last().and_then(|last| last.joined(&run)) {
            self.0.pop();
            run = joined.normal();
        }
        product::push(&mut self.0, run)
    }

    /// The finished list, which messages share.
    pub(crate) fn finish(mut self) -> Arc<Vec<Run>> {
        self.0.shrink_to_fit();
        Arc::new(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(pushed: &[Run]) -> Vec<Run> {
        let mut runs = Runs::default();
        for &run in pushed {
            runs.push(run).unwrap();
        }
        let built = runs.finish().to_vec();
        let positions =
            |runs: &[Run]| -> Vec<[i64; 2]> { runs.iter().flat_map(Run::positions).collect() };
        let mut all = [positions(pushed), positions(&built)];
        all.iter_mut()
            .for_each(|positions| positions.sort_unstable());
        assert_eq!(all[0], all[1]);
        built
    }

    #[test]
    fn points_become_lines_and_lines_become_patterns() {
        let line: Vec<Run> = (0..9).map(|i| Run::point([2 * i, 30 - i])).collect();
        let want = Run {
            length: 9,
            step: [2, -1],
            ..Run::point([0, 30])
        };
        assert_eq!(built(&line), [want]);
        let rows: Vec<Run> = (0..5).map(|k| Run::new([10 * k, 3 * k], 3)).collect();
        let want = Run {
            count: 5,
            period: [10, 3],
            ..Run::new([0, 0], 3)
        };
        assert_eq!(built(&rows), [want]);
        let pairs: Vec<Run> = rows
            .iter()
            .flat_map(|row| row.positions())
            .map(Run::point)
            .collect();
        assert_eq!(built(&pairs), [want]);
    }

    #[test]
    fn what_continues_is_one_run() {
        let contiguous = Run {
            count: 4,
            period: [5, 5],
            ..Run::new([1, 2], 5)
        };
        assert_eq!(
            built(&[contiguous, Run::new([21, 22], 3)]),
            [Run::new([1, 2], 23)]
        );
        let halves = [0, 2].map(|shift| Run {
            count: 7,
            period: [9, 4],
            ..Run::new([shift, shift], 2)
        });
        assert_eq!(
            built(&halves),
            [Run {
                count: 7,
                period: [9, 4],
                ..Run::new([0, 0], 4)
            }]
        );
        let points = Run {
            count: 6,
            period: [3, 1],
            ..Run::point([0, 0])
        };
        assert_eq!(
            built(&[points]),
            [Run {
                length: 6,
                step: [3, 1],
                ..Run::point([0, 0])
            }]
        );
    }

    #[test]
    fn the_largest_positions_do_not_wrap() {
        let end = i64::MAX;
        let runs = [
            Run {
                length: 2,
                step: [end - 1, end - 1],
                ..Run::point([0, 0])
            },
            Run::point([end, end]),
        ];
        let mut list = Runs::default();
        runs.iter().for_each(|&run| list.push(run).unwrap());
        assert_eq!(list.finish()[..], runs);
    }
}
