//! Tables of sixteen numbers, looked up for all elements of a chunk.
//!
//! The compiler does not make permutations of look-ups, and gathering is slower than computing.

use super::body::CHUNK;

pub(super) type Table = [f64; 16];

/// The instructions that a chunk is computed with.
pub(super) trait Instructions {
    /// The numbers at the low four bits of each index.
    ///
    /// # Safety
    /// On a processor that has the instructions.
    unsafe fn look_up(table: &Table, at: &[u64; CHUNK]) -> [f64; CHUNK];
}

pub(super) struct Avx2;
pub(super) struct Avx512;

impl Instructions for Avx2 {
    #[inline(always)]
    unsafe fn look_up(table: &Table, at: &[u64; CHUNK]) -> [f64; CHUNK] {
        std::array::from_fn(|i| entry(table, at[i]))
    }
}

#[cfg(target_arch = "x86_64")]
impl Instructions for Avx512 {
    #[inline(always)]
    unsafe fn look_up(table: &Table, at: &[u64; CHUNK]) -> [f64; CHUNK] {
        use std::arch::x86_64::*;
        let mut out = [0.0; CHUNK];
        // SAFETY: eight numbers at each address; the caller has the processor.
        unsafe {
            let low = _mm512_loadu_pd(table.as_ptr());
            let high = _mm512_loadu_pd(table.as_ptr().add(8));
            for i in (0..CHUNK).step_by(8) {
                let at = _mm512_loadu_si512(at.as_ptr().add(i).cast());
                let numbers = _mm512_permutex2var_pd(low, at, high);
                _mm512_storeu_pd(out.as_mut_ptr().add(i), numbers);
            }
        }
        out
    }
}

/// The number at the low four bits.
#[inline(always)]
pub(super) fn entry(table: &Table, at: u64) -> f64 {
    table[(at & 15) as usize]
}
