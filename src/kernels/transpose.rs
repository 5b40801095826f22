//! Copies whose source and target run fastest along different loops, block by block.
//!
//! Every block of the source is turned into a small packed buffer, which then goes to the target in
//! whole rows. So each cache line of either operand is touched once while it is in the cache, also
//! where a stride that is a power of two would let all rows of a block fall into one cache set.

use std::mem::MaybeUninit;

use super::nest::Axis;

/// Bytes of a row of the buffer, and at most of a row of a block of the source.
const ROW: usize = 512;

/// Most rows of the buffer.
const ROWS: usize = 64;

/// From one row of the buffer to the next: one line more than the row, so that equal places of the
/// rows fall into different cache sets.
const PITCH: usize = ROW + LINE;

/// Rows shorter than a cache line are not worth a buffer.
const LINE: usize = 64;

#[repr(align(64))]
struct Buffer([MaybeUninit<u8>; ROWS * PITCH]);

/// Copies items of `B` bytes over two loops: `along_source` steps the source least, `along_target`
/// the target. With `stream` the target's lines pass by the cache.
///
/// # Safety
/// Every item of both operands may be accessed, and none of the source shares a byte with the target.
pub(super) unsafe fn transpose<const B: usize>(
    along_source: Axis<2>,
    along_target: Axis<2>,
    at: [*mut u8; 2],
    stream: bool,
) {
    let rows_of_target = along_target.strides[1] == B as isize && along_target.extent * B >= LINE;
    let mut buffer = Buffer([MaybeUninit::uninit(); ROWS * PITCH]);
    let buffer = buffer.0.as_mut_ptr().cast::<u8>();
    let block = ROW / B;
    let rows = block.min(ROWS);
    for s in (0..along_source.extent).step_by(rows) {
        let source = Axis {
            extent: rows.min(along_source.extent - s),
            ..along_source
        };
        for t in (0..along_target.extent).step_by(block) {
            let target = Axis {
                extent: block.min(along_target.extent - t),
                ..along_target
            };
            let at = along_target.step(t as isize, along_source.step(s as isize, at));
            // SAFETY: a part of both loops; the buffer holds ROWS rows of ROW bytes, and nothing
            // else refers to it.
            unsafe {
                if !rows_of_target {
                    scalar::<B>(source, target, at);
                    continue;
                }
                let (into_buffer, across_buffer) = (row_steps(source), item_steps::<B>(target));
                turn::<B>(into_buffer, across_buffer, [at[0], buffer]);
                for row in 0..source.extent as isize {
                    let from = buffer.offset(row * PITCH as isize);
                    let to = at[1].offset(row * source.strides[1]);
                    write_row(from, to, target.extent * B, stream);
                }
            }
        }
    }
    if stream {
        finish_stream();
    }
}

/// The loop along the source, with the rows of the buffer as its target.
fn row_steps(source: Axis<2>) -> Axis<2> {
    Axis {
        strides: [source.strides[0], PITCH as isize],
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

/// Copies item by item.
///
/// # Safety
/// As [`transpose`].
unsafe fn scalar<const B: usize>(source: Axis<2>, target: Axis<2>, at: [*mut u8; 2]) {
    for s in 0..source.extent as isize {
        for t in 0..target.extent as isize {
            let [from, to] = [0, 1]
                .map(|k| at[k].wrapping_offset(s * source.strides[k] + t * target.strides[k]));
            // SAFETY: an item of each operand; byte arrays need no alignment.
            unsafe { *to.cast::<[u8; B]>() = *from.cast::<[u8; B]>() };
        }
    }
}

/// As [`scalar`], in vector registers where both operands have whole vectors.
///
/// # Safety
/// As [`transpose`].
#[cfg(target_arch = "x86_64")]
unsafe fn turn<const B: usize>(source: Axis<2>, target: Axis<2>, at: [*mut u8; 2]) {
    let dense = source.strides[0] == B as isize && target.strides[1] == B as isize;
    if B > 8 || !B.is_power_of_two() || !dense {
        // SAFETY: passed on.
        unsafe { scalar::<B>(source, target, at) };
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
        scalar::<B>(rest(source, whole[0]), target, above);
        scalar::<B>(inside, rest(target, whole[1]), beyond);
    }
}

#[cfg(not(target_arch = "x86_64"))]
use scalar as turn;

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

/// Copies a row of the buffer to the target. With `stream`, whole lines of the target are written
/// without being read first.
///
/// # Safety
/// `bytes` bytes may be read at `from` and written at `to`, and they do not overlap.
unsafe fn write_row(from: *const u8, to: *mut u8, bytes: usize, stream: bool) {
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
fn finish_stream() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a fence of SSE, which belongs to x86-64.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}
