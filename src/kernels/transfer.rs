//! A strided copy made ready: loops in the best order, and the unit that they move.

use distarray_core::Dims;

use super::nest::{walk, Axis, Nest};
use super::transpose::transpose;

/// Bytes from which on a transposed copy writes past the cache, which would not keep them anyway.
const STREAM: usize = 8 << 20;

/// A copy from operand 0 to operand 1, in the memory order of the target, that can be repeated at
/// other addresses.
#[derive(Clone)]
pub(super) struct Transfer {
    axes: Dims<Axis<2>>,
    /// Bytes of the contiguous run that is the unit of the loops.
    run: usize,
    /// Whether the source runs fastest along the second loop: the target always does along the
    /// first.
    turned: bool,
    stream: bool,
}

impl Transfer {
    /// The copy that `nest` describes, of elements of `size` bytes, and the addresses to begin at.
    pub fn new(mut nest: Nest<2>, size: usize) -> (Transfer, [*mut u8; 2]) {
        nest.arrange(1);
        let run = nest.split_run(size);
        let mut axes = nest.axes;
        let by_source = |level: &usize| axes[*level].strides[0].unsigned_abs();
        let fastest = (0..axes.len()).min_by_key(by_source).unwrap_or(0);
        if fastest > 0 {
            let axis = axes.remove(fastest);
            axes.insert(1, axis);
        }
        let turns: usize = axes.iter().map(|axis| axis.extent).product();
        let transfer = Transfer {
            run,
            turned: fastest > 0,
            stream: turns * run >= STREAM,
            axes,
        };
        (transfer, nest.at)
    }

    /// Does the copy.
    ///
    /// # Safety
    /// Every element of both operands may be accessed, no two of operand 1 share a byte, and none of operand 0 shares one with operand 1.
    #[inline]
    pub unsafe fn perform(&self, at: [*mut u8; 2]) {
        // SAFETY: passed on; runs are groups of adjacent elements.
        unsafe {
            match self.run {
                1 => self.items::<1>(at),
                2 => self.items::<2>(at),
                4 => self.items::<4>(at),
                8 => self.items::<8>(at),
                12 => self.items::<12>(at),
                16 => self.items::<16>(at),
                24 => self.items::<24>(at),
                32 => self.items::<32>(at),
                48 => self.items::<48>(at),
                64 => self.items::<64>(at),
                run => walk(&self.axes, at, |[from, to]| {
                    std::ptr::copy_nonoverlapping(from, to, run)
                }),
            }
        }
    }

    /// Copies items of `B` bytes, two loops at a time.
    ///
    /// # Safety
    /// As [`Transfer::perform`].
    unsafe fn items<const B: usize>(&self, at: [*mut u8; 2]) {
        let [first, second] =
            [0, 1].map(|level| self.axes.get(level).copied().unwrap_or(Axis::ONCE));
        let outer = self.axes.get(2..).unwrap_or(&[]);
        if self.turned {
            walk(outer, at, |at| {
                // SAFETY: passed on.
                unsafe { transpose::<B>(second, first, at, self.stream) }
            });
        } else {
            walk(outer, at, |at| {
                // SAFETY: passed on.
                unsafe { plane::<B>(first, second, at) }
            });
        }
    }
}

/// Copies two loops of items of `B` bytes.
///
/// # Safety
/// As [`Transfer::perform`], for these loops.
#[inline]
pub(super) unsafe fn plane<const B: usize>(inner: Axis<2>, outer: Axis<2>, at: [*mut u8; 2]) {
    let [from_step, to_step] = inner.strides;
    for turn in 0..outer.extent {
        let [from, to] = outer.step(turn as isize, at);
        for i in 0..inner.extent as isize {
            // SAFETY: an element of each operand; byte arrays need no alignment.
            unsafe {
                *to.offset(i * to_step).cast::<[u8; B]>() =
                    *from.offset(i * from_step).cast::<[u8; B]>();
            }
        }
    }
}
