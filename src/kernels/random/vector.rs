//! The same work compiled for what every processor has and for wider vectors. What instructions
//! serve does not show in a single bit: none of them rounds otherwise.

/// Work whose body may be compiled several times.
pub(super) trait Work {
    /// To be inlined always, with all that it calls.
    fn work(self);
}

/// Does the work with the widest vectors that the processor has.
#[inline]
pub(super) fn perform(work: impl Work) {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: the processor has the instructions, as it was asked.
        unsafe {
            if is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512dq") {
                return with_avx512(work);
            }
            if is_x86_feature_detected!("avx2") {
                return with_avx2(work);
            }
        }
    }
    work.work()
}

/// # Safety
/// The processor has AVX-512 VL and DQ.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avx512f,avx512vl,avx512dq")]
pub(super) unsafe fn with_avx512(work: impl Work) {
    work.work()
}

/// # Safety
/// The processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn with_avx2(work: impl Work) {
    work.work()
}
