//! Loop nests over the elements of `N` strided operands of equal extents.

use arrayvec::ArrayVec;
use distarray_core::MAX_DIMS;

/// Most loops of a nest: a dimension of a pattern is one loop along its runs and one over their repetitions.
const MAX_LOOPS: usize = 2 * MAX_DIMS;

/// Loops, innermost first.
pub(super) type Axes<const N: usize> = ArrayVec<Axis<N>, MAX_LOOPS>;

/// One loop: how often, and how far each operand moves per turn, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Axis<const N: usize> {
    pub extent: usize,
    pub strides: [isize; N],
}

impl<const N: usize> Axis<N> {
    /// The loop of one turn.
    pub const ONCE: Axis<N> = Axis {
        extent: 1,
        strides: [0; N],
    };

    /// Addresses after `turns` turns. Address arithmetic wraps, because a loop may step over its
    /// end before it returns.
    #[inline(always)]
    pub fn step(&self, turns: isize, at: [*mut u8; N]) -> [*mut u8; N] {
        std::array::from_fn(|k| at[k].wrapping_offset(self.strides[k].wrapping_mul(turns)))
    }
}

/// Loops, innermost first, and the addresses at which they begin.
#[derive(Clone)]
pub(super) struct Nest<const N: usize> {
    pub axes: Axes<N>,
    pub at: [*mut u8; N],
}

impl<const N: usize> Nest<N> {
    /// A nest over `extents` with one loop per dimension of more than one element; `None` when
    /// there is no element.
    pub fn new(extents: &[i64], at: [*mut u8; N], strides: [&[i64]; N]) -> Option<Nest<N>> {
        let mut axes = Axes::new();
        for (dim, &extent) in extents.iter().enumerate() {
            if extent <= 0 {
                return None;
            }
            if extent > 1 {
                axes.push(Axis {
                    extent: extent as usize,
                    strides: strides.map(|strides| strides[dim] as isize),
                });
            }
        }
        Some(Nest { axes, at })
    }

    /// Puts the loops into the memory order of operand `lead`: it ascends, its smallest stride is
    /// innermost, and loops that continue one another in every operand become one. Which elements
    /// meet which is unchanged.
    pub fn arrange(&mut self, lead: usize) {
        for axis in &mut self.axes {
            if axis.strides[lead] < 0 {
                flip(axis, &mut self.at);
            }
        }
        self.axes.sort_unstable_by_key(|axis| axis.strides[lead]);
        let mut last = 0;
        for level in 1..self.axes.len() {
            let axis = self.axes[level];
            let below = &mut self.axes[last];
            if continues(below, &axis) {
                below.extent *= axis.extent;
            } else {
                last += 1;
                self.axes[last] = axis;
            }
        }
        self.axes.truncate(last + 1);
    }

    /// Takes off the innermost loop when every operand steps from one element of `size` bytes
    /// straight to the next. Returns the bytes of the contiguous run that is now the unit of the
    /// nest: `size` itself when there is no such loop.
    pub fn split_run(&mut self, size: usize) -> usize {
        match self.axes.first() {
            Some(axis) if axis.strides == [size as isize; N] => size * self.axes.remove(0).extent,
            _ => size,
        }
    }

    /// The loop at `level`, or the loop of one turn beyond the outermost.
    pub fn axis(&self, level: usize) -> Axis<N> {
        self.axes.get(level).copied().unwrap_or(Axis::ONCE)
    }

    /// Calls `visit` with the addresses of every turn of the loops from `level` on.
    #[inline(always)]
    pub fn walk(&self, level: usize, visit: impl FnMut([*mut u8; N])) {
        walk(self.axes.get(level..).unwrap_or(&[]), self.at, visit);
    }
}

/// Calls `visit` with the addresses of every turn of `axes`, the first of which turns fastest.
#[inline(always)]
pub(super) fn walk<const N: usize>(
    axes: &[Axis<N>],
    mut at: [*mut u8; N],
    mut visit: impl FnMut([*mut u8; N]),
) {
    let mut turns = [0usize; MAX_LOOPS];
    loop {
        visit(at);
        let mut level = 0;
        loop {
            let Some(axis) = axes.get(level) else {
                return;
            };
            at = axis.step(1, at);
            turns[level] += 1;
            if turns[level] < axis.extent {
                break;
            }
            turns[level] = 0;
            at = axis.step((axis.extent as isize).wrapping_neg(), at);
            level += 1;
        }
    }
}

fn flip<const N: usize>(axis: &mut Axis<N>, at: &mut [*mut u8; N]) {
    *at = axis.step(axis.extent as isize - 1, *at);
    axis.strides = axis.strides.map(isize::wrapping_neg);
}

/// Whether every operand goes on along `axis` where `below` ends.
fn continues<const N: usize>(below: &Axis<N>, axis: &Axis<N>) -> bool {
    let extent = below.extent as isize;
    (0..N).all(|k| below.strides[k].checked_mul(extent) == Some(axis.strides[k]))
}
