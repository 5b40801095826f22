//! From random bits to numbers: elements share the bits of a counter with their neighbours in a
//! fixed way, so that each follows from its own number alone.

use super::philox::{Bits, Philox};
use super::vector::{perform, Work};

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
        perform(Run(self, first, out));
    }

    fn each(&self, numbers: &[u64], out: &mut [D::Element]) {
        perform(Each(self, numbers, out));
    }
}

struct Run<'a, D: Draw>(&'a Drawn<D>, u64, &'a mut [D::Element]);

impl<D: Draw> Work for Run<'_, D> {
    #[inline(always)]
    fn work(self) {
        run(self.0, self.1, self.2)
    }
}

struct Each<'a, D: Draw>(&'a Drawn<D>, &'a [u64], &'a mut [D::Element]);

impl<D: Draw> Work for Each<'_, D> {
    #[inline(always)]
    fn work(self) {
        each(self.0, self.1, self.2)
    }
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

#[cfg(test)]
mod tests {
    use super::super::beta::Beta;
    use super::super::exponential::Exponential;
    use super::super::integers::{Few, Many};
    use super::super::normal::Normal;
    use super::super::uniform::Uniform;
    use super::*;

    /// Elements of every distribution, in a form that compares bits.
    fn every(check: impl Fn(&dyn Fn(u64, usize) -> Vec<u64>, &dyn Fn(&[u64]) -> Vec<u64>)) {
        fn of<D: Draw>(
            draw: D,
            bits: impl Fn(D::Element) -> u64,
            check: impl Fn(&dyn Fn(u64, usize) -> Vec<u64>, &dyn Fn(&[u64]) -> Vec<u64>),
        ) {
            let philox = Philox::new(0x1234_5678_9abc_def0, u64::MAX);
            let drawn = Drawn { draw, philox };
            let run = |first, n| {
                let mut out = vec![D::Element::default(); n];
                drawn.run(first, &mut out);
                out.into_iter().map(&bits).collect()
            };
            let each = |numbers: &[u64]| {
                let mut out = vec![D::Element::default(); numbers.len()];
                drawn.each(numbers, &mut out);
                out.into_iter().map(&bits).collect()
            };
            check(&run, &each);
        }
        let (low, count) = (-5, 1000);
        of(
            Uniform::<f32>::new(-1.0, 3.0),
            |x| x.to_bits().into(),
            &check,
        );
        of(Uniform::<f64>::new(-1.0, 3.0), f64::to_bits, &check);
        let (mean, deviation) = (1.0, 3.0);
        of(
            Normal::<f32> { mean, deviation },
            |x| x.to_bits().into(),
            &check,
        );
        let (mean, deviation) = (1.0, 3.0);
        of(Normal::<f64> { mean, deviation }, f64::to_bits, &check);
        of(Exponential { scale: 2f32 }, |x| x.to_bits().into(), &check);
        of(Exponential { scale: 2f64 }, f64::to_bits, &check);
        of(Beta { a: 0.5, b: 2.0 }, f64::to_bits, &check);
        of(Few { low, count }, |x| x as u64, &check);
        of(
            Many {
                low,
                count: count << 40,
            },
            |x| x as u64,
            &check,
        );
    }

    #[test]
    fn a_part_alone_is_that_of_the_whole() {
        every(|run, each| {
            let start = u64::from(u32::MAX) - 1000;
            let whole = run(start, 2500);
            for (skip, n) in [(0, 1), (1, 1), (3, 2), (5, 1030), (1026, 1025), (2499, 1)] {
                let first = start + skip as u64;
                assert_eq!(run(first, n), whole[skip..skip + n], "{n} from {skip}");
                let backwards: Vec<u64> = (first..first + n as u64).rev().collect();
                let mut alone = each(&backwards);
                alone.reverse();
                assert_eq!(alone, whole[skip..skip + n], "{n} from {skip}, one by one");
            }
        });
    }

    /// Which instructions a processor has does not show in a single bit.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn wide_vectors_change_nothing() {
        use super::super::vector::{with_avx2, with_avx512};
        struct Both<'a, D: Draw>(&'a Drawn<D>, &'a mut [D::Element], &'a mut [D::Element]);
        impl<D: Draw> Work for Both<'_, D> {
            #[inline(always)]
            fn work(self) {
                run(self.0, 3, self.1);
                let numbers: [u64; 777] = std::array::from_fn(|i| 7 * i as u64);
                each(self.0, &numbers, self.2);
            }
        }
        fn check<D: Draw<Element: PartialEq + std::fmt::Debug>>(draw: D) {
            let philox = Philox::new(u64::MAX - 6, 1);
            let drawn = Drawn { draw, philox };
            let made = |perform: &dyn Fn(Both<D>)| {
                let mut out = [[D::Element::default(); 777]; 2];
                let [first, second] = &mut out;
                perform(Both(&drawn, first, second));
                out
            };
            let plain = made(&|work| work.work());
            if is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has AVX2.
                assert_eq!(made(&|work| unsafe { with_avx2(work) }), plain);
            }
            if is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512dq") {
                // SAFETY: the processor has these parts of AVX-512.
                assert_eq!(made(&|work| unsafe { with_avx512(work) }), plain);
            }
        }
        check(Uniform::<f32>::new(-0.3, 0.7));
        check(Uniform::<f64>::new(-0.3, 0.7));
        check(Normal {
            mean: 0.1f32,
            deviation: 0.7,
        });
        check(Normal {
            mean: 0.1f64,
            deviation: 0.7,
        });
        check(Exponential { scale: 0.3f32 });
        check(Exponential { scale: 0.3f64 });
        check(Beta { a: 0.3, b: 3.3 });
        check(Few { low: -9, count: 77 });
        check(Many {
            low: -9,
            count: u64::MAX,
        });
    }
}
