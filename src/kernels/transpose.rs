//! Copies whose source and target run fastest along different loops, block by block.
//!
//! Every block of the source is turned into a small packed buffer, which then goes to the target in
//! whole rows. So each cache line of either operand is touched once while it is in the cache, also
//! where a stride that is a power of two would let all rows of a block fall into one cache set.

use std::mem::MaybeUninit;

use super::nest::Axis;

/// Bytes of a cache line. Rows that are shorter are not worth a buffer.
pub(super) const LINE: usize = 64;

/// Bytes of the buffer: about those of the first-level cache.
const ROOM: usize = 36 << 10;

#[repr(align(64))]
struct Buffer([MaybeUninit<u8>; ROOM]);

/// Shape of the blocks of items of `B` bytes: rows of several lines in the buffer, and as many
/// rows as it has room for, which are the items of a row of the source.
struct Shape<const B: usize>;

impl<const B: usize> Shape<B> {
    const COLUMNS: usize = if B < 4 { 128 } else { 512 / B };
    /// One line more than a row, so that equal places of the rows fall into different cache sets.
    const PITCH: usize = (Self::COLUMNS * B).next_multiple_of(LINE) + LINE;
    const ROWS: usize = ROOM / Self::PITCH / 16 * 16;
}

/// Loops of which one steps the source least and another one the target.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    pub along_source: Axis<2>,
    pub along_target: Axis<2>,
    /// A loop inside the blocks, of few turns.
    pub inner: Axis<2>,
    /// Whether the lines of the target pass by the cache.
    pub stream: bool,
}

impl Turn {
    /// Copies items of `B` bytes.
    ///
    /// # Safety
    /// Every item of both operands may be accessed, and none of the source shares a byte with the
    /// target.
    pub unsafe fn copy<const B: usize>(&self, at: [*mut u8; 2]) {
        let mut buffer = Buffer([MaybeUninit::uninit(); ROOM]);
        let (rows, columns) = (Shape::<B>::ROWS, Shape::<B>::COLUMNS);
        for s in (0..self.along_source.extent).step_by(rows) {
            let source = part(&self.along_source, s, rows);
            for t in (0..self.along_target.extent).step_by(columns) {
                let target = part(&self.along_target, t, columns);
                let at = self.along_source.step(s as isize, at);
                let at = self.along_target.step(t as isize, at);
                // SAFETY: a part of the loops, of at most ROWS by COLUMNS turns of the outer ones.
                unsafe { block::<B>(self.inner, source, target, at, &mut buffer, self.stream) };
            }
        }
        if self.stream {
            finish_stream();
        }
    }
}

/// At most `turns` turns of a loop, from the turn `start` on.
fn part(axis: &Axis<2>, start: usize, turns: usize) -> Axis<2> {
    Axis {
        extent: turns.min(axis.extent - start),
        ..*axis
    }
}

/// Copies a block, which fits into the buffer once per turn of `inner`.
///
/// # Safety
/// As [`Turn::copy`], for these loops; those of source and target turn at most ROWS and COLUMNS
/// times.
unsafe fn block<const B: usize>(
    inner: Axis<2>,
    source: Axis<2>,
    target: Axis<2>,
    at: [*mut u8; 2],
    buffer: &mut Buffer,
    stream: bool,
) {
    let bytes = target.extent * B;
    let buffer = buffer.0.as_mut_ptr().cast::<u8>();
    // SAFETY: passed on; the buffer has room for a row of `bytes` bytes per turn of the loop along
    // the source.
    unsafe {
        if target.strides[1] != B as isize || bytes < LINE {
            scalar::<B>([inner, source, target], at);
            return;
        }
        for i in 0..inner.extent as isize {
            let [from, to] = inner.step(i, at);
            turn::<B>(
                row_steps::<B>(source),
                item_steps::<B>(target),
                [from, buffer],
            );
            for row in 0..source.extent as isize {
                let from = buffer.offset(row * Shape::<B>::PITCH as isize);
                write_row(from, to.offset(row * source.strides[1]), bytes, stream);
            }
        }
    }
}

/// The loop along the source, with the rows of the buffer as its target.
fn row_steps<const B: usize>(source: Axis<2>) -> Axis<2> {
    Axis {
        strides: [source.strides[0], Shape::<B>::PITCH as isize],
        ..source
    }
}

/// The loop along the target, with the items of a row of the buffer as its target.
fn item_steps<const B: usize>(target: Axis<2>) -> Axis<2> {
    Axis {
        strides: [target.strides[0], B as isize],
        ..target
    }
}

/// Copies item by item, the first loop innermost.
///
/// # Safety
/// As [`Turn::copy`], for these loops.
unsafe fn scalar<const B: usize>([inner, middle, outer]: [Axis<2>; 3], at: [*mut u8; 2]) {
    for t in 0..outer.extent as isize {
        let at = outer.step(t, at);
        for s in 0..middle.extent as isize {
            let at = middle.step(s, at);
            for i in 0..inner.extent as isize {
                let [from, to] = inner.step(i, at);
                // SAFETY: an item of each operand; byte arrays need no alignment.
                unsafe { *to.cast::<[u8; B]>() = *from.cast::<[u8; B]>() };
            }
        }
    }
}

/// As [`scalar`], in vector registers where both operands have whole vectors.
///
/// # Safety
/// As [`Turn::copy`], for these loops.
#[cfg(target_arch = "x86_64")]
unsafe fn turn<const B: usize>(source: Axis<2>, target: Axis<2>, at: [*mut u8; 2]) {
    let dense = source.strides[0] == B as isize && target.strides[1] == B as isize;
    if B > 8 || !B.is_power_of_two() || !dense {
        // SAFETY: passed on.
        unsafe { scalar::<B>([Axis::ONCE, source, target], at) };
        return;
    }
    let side = vector::BYTES / B;
    let whole = [source.extent, target.extent].map(|extent| extent / side * side);
    for t in (0..whole[1]).step_by(side) {
        for s in (0..whole[0]).step_by(side) {
            let at = target.step(t as isize, source.step(s as isize, at));
            let rows = [target.strides[0], source.strides[1]];
            // SAFETY: `side` items along both loops, which are packed along the one that each
            // vector takes.
            unsafe {
                match B {
                    1 => vector::turn::<1, 16>(rows, at),
                    2 => vector::turn::<2, 8>(rows, at),
                    4 => vector::turn::<4, 4>(rows, at),
                    _ => vector::turn::<8, 2>(rows, at),
                }
            }
        }
    }
    let rest = |axis: Axis<2>, done: usize| Axis {
        extent: axis.extent - done,
        ..axis
    };
    let above = source.step(whole[0] as isize, at);
    let beyond = target.step(whole[1] as isize, at);
    let inside = Axis {
        extent: whole[0],
        ..source
    };
    // SAFETY: what the whole vectors left out: the end of the loop along the source, and that along
    // the target of the rest.
    unsafe {
        scalar::<B>([Axis::ONCE, rest(source, whole[0]), target], above);
        scalar::<B>([Axis::ONCE, inside, rest(target, whole[1])], beyond);
    }
}

/// As [`scalar`].
///
/// # Safety
/// As [`Turn::copy`], for these loops.
#[cfg(not(target_arch = "x86_64"))]
unsafe fn turn<const B: usize>(source: Axis<2>, target: Axis<2>, at: [*mut u8; 2]) {
    // SAFETY: passed on.
    unsafe { scalar::<B>([Axis::ONCE, source, target], at) };
}

/// Square tiles in registers, with what every x86-64 processor has.
#[cfg(target_arch = "x86_64")]
mod vector {
    use std::arch::x86_64::*;

    pub const BYTES: usize = 16;

    /// Turns `N` x `N` items of `B` bytes; `rows` are the steps from one vector to the next, in the
    /// source and in the target.
    ///
    /// Interleaving vector i with vector i + N / 2, for all i, moves the lowest bit of the vector's
    /// number to the item's; after log2(N) times they have changed places.
    ///
    /// # Safety
    /// `N` vectors of each operand may be accessed, and they share no byte.
    #[inline(always)]
    pub unsafe fn turn<const B: usize, const N: usize>(rows: [isize; 2], [from, to]: [*mut u8; 2]) {
        // SAFETY: SSE2 belongs to x86-64; the loads and stores are unaligned ones, of the vectors
        // that the caller vouches for.
        unsafe {
            let mut items: [__m128i; N] = std::array::from_fn(|i| {
                _mm_loadu_si128(from.wrapping_offset(i as isize * rows[0]).cast())
            });
            let mut stride = 1;
            while stride < N {
                items = std::array::from_fn(|i| {
                    let (a, b) = (items[i / 2], items[i / 2 + N / 2]);
                    if i % 2 == 0 {
                        low::<B>(a, b)
                    } else {
                        high::<B>(a, b)
                    }
                });
                stride *= 2;
            }
            for (i, vector) in items.into_iter().enumerate() {
                _mm_storeu_si128(to.wrapping_offset(i as isize * rows[1]).cast(), vector);
            }
        }
    }

    #[inline(always)]
    unsafe fn low<const B: usize>(a: __m128i, b: __m128i) -> __m128i {
        // SAFETY: SSE2 belongs to x86-64.
        unsafe {
            match B {
                1 => _mm_unpacklo_epi8(a, b),
                2 => _mm_unpacklo_epi16(a, b),
                4 => _mm_unpacklo_epi32(a, b),
                _ => _mm_unpacklo_epi64(a, b),
            }
        }
    }

    #[inline(always)]
    unsafe fn high<const B: usize>(a: __m128i, b: __m128i) -> __m128i {
        // SAFETY: SSE2 belongs to x86-64.
        unsafe {
            match B {
                1 => _mm_unpackhi_epi8(a, b),
                2 => _mm_unpackhi_epi16(a, b),
                4 => _mm_unpackhi_epi32(a, b),
                _ => _mm_unpackhi_epi64(a, b),
            }
        }
    }
}

/// Copies adjacent bytes. With `stream`, whole lines of the target are written
/// without being read first.
///
/// # Safety
/// `bytes` bytes may be read at `from` and written at `to`, and they do not overlap.
pub(super) unsafe fn write_row(from: *const u8, to: *mut u8, bytes: usize, stream: bool) {
    #[cfg(target_arch = "x86_64")]
    if stream {
        use std::arch::x86_64::*;
        let head = to.align_offset(LINE).min(bytes);
        let lines = (bytes - head) / LINE;
        let tail = head + lines * LINE;
        // SAFETY: head, lines and tail are the parts of the row; `to + head` is aligned when there
        // is a line.
        unsafe {
            std::ptr::copy_nonoverlapping(from, to, head);
            for at in (head..tail).step_by(vector::BYTES) {
                _mm_stream_si128(to.add(at).cast(), _mm_loadu_si128(from.add(at).cast()));
            }
            std::ptr::copy_nonoverlapping(from.add(tail), to.add(tail), bytes - tail);
        }
        return;
    }
    let _ = stream;
    // SAFETY: passed on.
    unsafe { std::ptr::copy_nonoverlapping(from, to, bytes) };
}

/// Orders streamed stores before whatever comes next, as ordinary ones are.
pub(super) fn finish_stream() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a fence of SSE, which belongs to x86-64.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}
