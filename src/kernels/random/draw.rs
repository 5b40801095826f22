//! From random bits to numbers: elements share the bits of a counter with their neighbours in a
//! fixed way, so that each follows from its own number alone.

use super::philox::{Bits, Philox};

/// A distribution, and how its elements come from random bits.
pub(super) trait Draw: Copy {
    type Element: Copy + Default;
    /// Elements made from the bits of one counter, at most [`MOST`]: the counter of element `i` is
    /// `i / PER_BLOCK`.
    const PER_BLOCK: usize;

    /// `PER_BLOCK` elements for each entry of `bits`.
    fn draw(&self, bits: &[Bits], out: &mut [Self::Element]);
}

const MOST: usize = 4;

/// Counters that are made ready at a time.
const BLOCKS: usize = 256;

/// Makes elements by their numbers.
pub(super) trait Make {
    type Element: Copy + Default;

    /// The elements numbered from `first` on.
    fn run(&self, first: u64, out: &mut [Self::Element]);

    /// The elements with these numbers.
    fn each(&self, numbers: &[u64], out: &mut [Self::Element]);
}

/// Elements drawn from the bits of a generator.
pub(super) struct Drawn<D> {
    pub draw: D,
    pub philox: Philox,
}

impl<D: Draw> Make for Drawn<D> {
    type Element = D::Element;

    fn run(&self, first: u64, out: &mut [D::Element]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { run_with_avx2(self, first, out) };
        }
        run(self, first, out)
    }

    fn each(&self, numbers: &[u64], out: &mut [D::Element]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { each_with_avx2(self, numbers, out) };
        }
        each(self, numbers, out)
    }
}

/// # Safety
/// The processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn run_with_avx2<D: Draw>(drawn: &Drawn<D>, first: u64, out: &mut [D::Element]) {
    run(drawn, first, out)
}

/// # Safety
/// The processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn each_with_avx2<D: Draw>(drawn: &Drawn<D>, numbers: &[u64], out: &mut [D::Element]) {
    each(drawn, numbers, out)
}

#[inline(always)]
fn run<D: Draw>(drawn: &Drawn<D>, first: u64, out: &mut [D::Element]) {
    let per = D::PER_BLOCK;
    let mut block = first / per as u64;
    let skipped = (first % per as u64) as usize;
    let mut rest = out;
    if skipped > 0 {
        let head = (per - skipped).min(rest.len());
        let (now, later) = rest.split_at_mut(head);
        now.copy_from_slice(&one(drawn, block)[skipped..skipped + head]);
        (rest, block) = (later, block + 1);
    }
    let whole = rest.len() / per * per;
    let (whole, tail) = rest.split_at_mut(whole);
    let mut bits = [[0; 2]; BLOCKS];
    for chunk in whole.chunks_mut(BLOCKS * per) {
        let bits = &mut bits[..chunk.len() / per];
        drawn.philox.run(block, bits);
        drawn.draw.draw(bits, chunk);
        block += bits.len() as u64;
    }
    if !tail.is_empty() {
        tail.copy_from_slice(&one(drawn, block)[..tail.len()]);
    }
}

/// The elements of one counter.
#[inline(always)]
fn one<D: Draw>(drawn: &Drawn<D>, block: u64) -> [D::Element; MOST] {
    let mut bits = [[0; 2]];
    drawn.philox.run(block, &mut bits);
    let mut elements = [D::Element::default(); MOST];
    drawn.draw.draw(&bits, &mut elements[..D::PER_BLOCK]);
    elements
}

#[inline(always)]
fn each<D: Draw>(drawn: &Drawn<D>, numbers: &[u64], out: &mut [D::Element]) {
    let per = D::PER_BLOCK;
    let mut bits = [[0; 2]; BLOCKS];
    let mut elements = [D::Element::default(); BLOCKS * MOST];
    for (numbers, out) in numbers.chunks(BLOCKS).zip(out.chunks_mut(BLOCKS)) {
        let bits = &mut bits[..numbers.len()];
        let elements = &mut elements[..numbers.len() * per];
        drawn.philox.each(|i| numbers[i] / per as u64, bits);
        drawn.draw.draw(bits, elements);
        let blocks = elements.chunks_exact(per);
        for ((out, block), number) in out.iter_mut().zip(blocks).zip(numbers) {
            *out = block[(number % per as u64) as usize];
        }
    }
}
