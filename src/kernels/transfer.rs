//! A strided copy made ready: loops in the best order, and the unit that they move.

use super::nest::{walk, Axes, Axis, Nest};
use super::transpose::{finish_stream, write_row, Turn, LINE};

/// Bytes from which on copies write past the cache, which would not keep them anyway.
pub(super) const STREAM: usize = 8 << 20;

/// Bytes of the shortest run that is written so: of shorter ones the lines at both ends, which are written in parts, weigh more.
pub(super) const LONG: usize = 12 * LINE;

/// A copy from operand 0 to operand 1, in the memory order of the target, that can be repeated at
/// other addresses.
#[derive(Clone)]
pub(super) struct Transfer {
    /// Bytes of the contiguous run that is the unit of the loops.
    run: usize,
    order: Order,
    /// The loops around those of `order`.
    outer: Axes<2>,
}

/// The innermost loops.
#[derive(Clone, Copy)]
enum Order {
    /// Source and target run fastest along the same loop, the first.
    Straight([Axis<2>; 2]),
    /// They run fastest along different ones.
    Turned(Turn),
}

impl Transfer {
    /// The copy that `nest` describes, of elements of `size` bytes, and the addresses to begin at.
    pub fn new(mut nest: Nest<2>, size: usize) -> (Transfer, [*mut u8; 2]) {
        nest.arrange(1);
        let run = nest.split_run(size);
        let mut outer = nest.axes;
        let turns: usize = outer.iter().map(|axis| axis.extent).product();
        let fastest = fastest_of_source(&outer);
        let order = if fastest == 0 {
            Order::Straight([(); 2].map(|()| outer.pop_at(0).unwrap_or(Axis::ONCE)))
        } else {
            let mut turn = Turn {
                along_source: outer.remove(fastest),
                along_target: outer.remove(0),
                inner: Axis::ONCE,
                stream: turns * run >= STREAM,
            };
            // A loop that does not fill a cache line leaves its place to the next one, and the
            // lines are filled inside the blocks.
            if turn.along_target.extent * run < LINE && !outer.is_empty() {
                turn.inner = turn.along_target;
                turn.along_target = outer.remove(0);
            } else if turn.along_source.extent * run < LINE && !outer.is_empty() {
                turn.inner = turn.along_source;
                turn.along_source = outer.remove(fastest_of_source(&outer));
            }
            Order::Turned(turn)
        };
        (Transfer { run, order, outer }, nest.at)
    }

    /// Does the copy. With `stream`, long runs are written past the cache.
    ///
    /// # Safety
    /// Every element of both operands may be accessed, no two of operand 1 share a byte, and none of operand 0 shares one with operand 1.
    #[inline]
    pub unsafe fn perform(&self, at: [*mut u8; 2], stream: bool) {
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
                _ => self.runs(at, stream),
            }
        }
    }

    /// Does the copy at every pair of addresses.
    ///
    /// # Safety
    /// As [`Transfer::perform`], at each of them.
    pub unsafe fn perform_all(&self, places: &[[*mut u8; 2]], stream: bool) {
        // SAFETY: passed on.
        unsafe {
            match self.run {
                4 => self.all::<4>(places),
                8 => self.all::<8>(places),
                16 => self.all::<16>(places),
                24 => self.all::<24>(places),
                32 => self.all::<32>(places),
                _ => places.iter().for_each(|&at| self.perform(at, stream)),
            }
        }
    }

    /// As [`Transfer::perform_all`], of items of `B` bytes. A few places take turns line by line: ghosts on either side of a
    /// row share cache lines with each other's sources.
    ///
    /// # Safety
    /// As [`Transfer::perform_all`].
    unsafe fn all<const B: usize>(&self, places: &[[*mut u8; 2]]) {
        const FEW: usize = 8;
        // SAFETY: passed on.
        unsafe {
            match &self.order {
                Order::Straight([inner, outer])
                    if inner.extent == 1 && outer.extent == 1 && self.outer.is_empty() =>
                {
                    places.iter().for_each(|&at| item::<B>(at))
                }
                Order::Straight([inner, outer]) if (2..=FEW).contains(&places.len()) => {
                    walk(&self.outer, [std::ptr::null_mut(); 2], |shift| {
                        for turn in 0..outer.extent as isize {
                            let shift = outer.step(turn, shift);
                            for at in places {
                                let at = [0, 1].map(|k| at[k].wrapping_add(shift[k].addr()));
                                plane::<B>(*inner, Axis::ONCE, at);
                            }
                        }
                    })
                }
                _ => places.iter().for_each(|&at| self.items::<B>(at)),
            }
        }
    }

    /// Copies items of `B` bytes.
    ///
    /// # Safety
    /// As [`Transfer::perform`].
    unsafe fn items<const B: usize>(&self, at: [*mut u8; 2]) {
        match &self.order {
            Order::Straight([inner, outer]) => walk(&self.outer, at, |at| {
                // SAFETY: passed on.
                unsafe { plane::<B>(*inner, *outer, at) }
            }),
            Order::Turned(turn) => walk(&self.outer, at, |at| {
                // SAFETY: passed on.
                unsafe { turn.copy::<B>(at) }
            }),
        }
    }

    /// Copies runs of any length, one after the other.
    ///
    /// # Safety
    /// As [`Transfer::perform`].
    unsafe fn runs(&self, at: [*mut u8; 2], stream: bool) {
        let inner = match &self.order {
            Order::Straight([inner, outer]) => [*inner, *outer, Axis::ONCE],
            Order::Turned(turn) => [turn.inner, turn.along_target, turn.along_source],
        };
        let stream = stream && self.run >= LONG;
        // A processor follows a long run by itself; the beginning of the next one it does not know.
        let next = inner[0].strides[0];
        let known = if stream { self.run.min(AHEAD_BYTES) } else { 0 };
        walk(&self.outer, at, |at| {
            walk(&inner, at, |[from, to]| {
                for line in (0..known).step_by(LINE) {
                    fetch(from.wrapping_offset(next).wrapping_add(line));
                }
                // SAFETY: the run of one turn of all loops.
                unsafe { write_row(from, to, self.run, stream) }
            })
        });
        if stream {
            finish_stream();
        }
    }
}

/// Copies one item of `B` bytes.
///
/// # Safety
/// An item of each operand may be accessed.
#[inline(always)]
pub(super) unsafe fn item<const B: usize>([from, to]: [*mut u8; 2]) {
    // SAFETY: passed on; byte arrays need no alignment.
    unsafe { *to.cast::<[u8; B]>() = *from.cast::<[u8; B]>() };
}

/// The loop that steps the source least.
fn fastest_of_source(axes: &[Axis<2>]) -> usize {
    let by_source = |level: &usize| axes[*level].strides[0].unsigned_abs();
    (0..axes.len()).min_by_key(by_source).unwrap_or(0)
}

/// Copies two loops of items of `B` bytes.
///
/// # Safety
/// As [`Transfer::perform`], for these loops.
#[inline]
pub(super) unsafe fn plane<const B: usize>(inner: Axis<2>, outer: Axis<2>, at: [*mut u8; 2]) {
    let [from_step, to_step] = inner.strides;
    let scattered = inner.strides.iter().all(|step| step.unsigned_abs() >= LINE);
    for turn in 0..outer.extent {
        let [from, to] = outer.step(turn as isize, at);
        if scattered {
            for i in 0..inner.extent as isize {
                fetch(from.wrapping_offset((i + AHEAD) * from_step));
                fetch(to.wrapping_offset((i + AHEAD) * to_step));
                // SAFETY: an element of each operand; byte arrays need no alignment.
                unsafe { item::<B>([from.offset(i * from_step), to.offset(i * to_step)]) };
            }
        } else {
            for i in 0..inner.extent as isize {
                // SAFETY: as above.
                unsafe { item::<B>([from.offset(i * from_step), to.offset(i * to_step)]) };
            }
        }
    }
}

/// How many items ahead a scattered copy asks for, about as many as a core waits for at a time.
const AHEAD: isize = 24;

/// How many bytes of the next run are asked for.
const AHEAD_BYTES: usize = 2048;

/// Asks for the cache line of an address, which need not be one that may be accessed.
#[inline(always)]
fn fetch(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint that has no effect but on the cache, and raises nothing.
    unsafe {
        use std::arch::x86_64::*;
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    let _ = address;
}
